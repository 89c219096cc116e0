# make demo, make test: each sets up what it needs in .venv first, and only when something changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CLAUDE := tests/claude/node_modules/.installed

.PHONY: setup test lint claude demo bench skill clean

setup: $(STAMP)

$(STAMP): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setting up $(VENV) (once; later runs start at once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

lint: $(STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

test: $(STAMP) lint claude
	$(BIN)/pytest -n auto

# The real Claude Code, where there is npm; its tests say why they are skipped where there is none.
claude: $(CLAUDE)

$(CLAUDE): tests/claude/package.json
	@if command -v npm >/dev/null; then \
		npm install --prefix tests/claude --no-audit --no-fund --no-package-lock --loglevel=error; \
		touch $@; \
	else echo "no npm here: the tests with the real Claude Code will be skipped"; fi

demo: $(STAMP)
	@$(BIN)/self-heal demo --replace

bench: $(STAMP)
	@$(BIN)/python -m tests.bench

skill: $(STAMP)
	@$(BIN)/python -m self_heal.skill

clean:
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache
