# make ask Q="what did Starmer say?"   make test   make lint   make install   make drill   make kills

PYTHON ?= python3
PIP_ARGS ?=
Q ?= what did Starmer say?
BIN := .venv/bin

.PHONY: install ask test lint drill kills

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -c constraints.txt -e '.[dev]'
	touch $@

ask: install
	$(BIN)/newsdesk index seeds
	$(BIN)/newsdesk ask -- "$$Q"

export Q

test: install
	$(BIN)/python -m pytest

drill: install
	$(BIN)/python -m pytest -m slow

kills: install
	$(BIN)/python -m pytest -m kills

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
