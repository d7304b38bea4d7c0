# What a newcomer and the integration run. Python 3.11 or later and make are all it takes.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: demo test check e2e bench dialogues faults clean

demo: $(RUN_STAMP)
	$(BIN)/jigi demo --port $(PORT)

test: $(DEV_STAMP)
	$(BIN)/pytest -n auto

check: $(DEV_STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m proof.catalogues
	$(BIN)/jigi menus check

e2e: $(DEV_STAMP)
	command -v chromium >/dev/null || $(AS_ROOT) sh -c 'apt-get update -q && apt-get install -q -y chromium'
	$(BIN)/pytest -m e2e tests/e2e

bench: $(DEV_STAMP)
	$(BIN)/python -m bench
	$(BIN)/python -m bench.sms
	$(BIN)/python -m bench.desk

dialogues: $(DEV_STAMP)
	$(BIN)/python -m tests.menus.dialogues --rewrite

faults: $(DEV_STAMP)
	$(BIN)/python -m faults

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(DEV_STAMP): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@ $(RUN_STAMP)

clean:
	rm -rf $(VENV) .jigi
