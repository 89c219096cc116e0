# make demo, make test: each sets up what it needs in .venv first, and only when something changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
AGENT_SDK := $(VENV)/.agent-sdk
# The agent programs that `make test` runs; `make test-runtimes` gets the others.
PROGRAMS := tests/claude $(addprefix tests/runtimes/programs/,codex gemini)

.PHONY: setup test lint programs test-runtimes demo bench skill clean

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

test: $(STAMP) lint programs
	$(BIN)/pytest -n auto

# Real agent programs, where there is npm; their tests say why they are skipped where there is none.
programs: $(addsuffix /node_modules/.installed,$(PROGRAMS)) $(AGENT_SDK)

# The Claude Agent SDK, whose wheel brings its own program: 167 MB, once.
$(AGENT_SDK): $(STAMP)
	@if $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[agent-sdk]'; then touch $@; \
		else echo "the Claude Agent SDK could not be installed: its test will be skipped"; fi

%/node_modules/.installed: %/package.json
	@if command -v npm >/dev/null; then \
		npm install --prefix $* --no-audit --no-fund --no-package-lock --loglevel=error --fetch-retries=1 --fetch-timeout=60000 && touch $@; \
	fi || true
	@test -e $@ || echo "$* could not be installed with npm: its tests will be skipped"

# Every real agent program under the guard; LATEST=1 takes the newest published version of each.
test-runtimes: $(STAMP)
	@$(BIN)/python -m tests.runtimes $(if $(LATEST),--latest)

demo: $(STAMP)
	@$(BIN)/self-heal demo --replace

bench: $(STAMP)
	@$(BIN)/python -m tests.bench

skill: $(STAMP)
	@$(BIN)/python -m self_heal.skill

clean:
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache
