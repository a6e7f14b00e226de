# Two commands do everything: `make demo` and `make test`. All they need is Python 3.11 or newer, git and make.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: demo test lint bench docs clean

demo: $(VENV)/installed
	@sh docs/demo.sh $(BIN)/nixlint

test: $(VENV)/installed-for-tests
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/installed-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/installed
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/imports.py
	$(BIN)/python benchmarks/repositories.py fixtures/*
	$(BIN)/python benchmarks/growth.py
	$(BIN)/python benchmarks/rerun.py
	$(BIN)/python benchmarks/conversion.py

docs: $(VENV)/installed
	$(BIN)/python docs/generate.py

clean:
	rm -rf $(VENV) build dist *.egg-info

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	$(BIN)/python -m compileall -q nixlint rules
	@touch $@

$(VENV)/installed-for-tests: $(VENV)/installed pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@
