# make demo, make test: each sets up what it needs in .venv first, and only when something changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup test lint demo bench skill clean

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

test: $(STAMP) lint
	$(BIN)/pytest -n auto

demo: $(STAMP)
	@$(BIN)/self-heal demo

bench: $(STAMP)
	@$(BIN)/python -m tests.bench

skill: $(STAMP)
	@$(BIN)/python -m self_heal.skill

clean:
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache
