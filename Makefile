# make run     serve the chat and the console on this machine
# make test    set up what tests need and run all of them
# make check   everything CI runs
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help
.PHONY: help run setup setup-dev browser types test check format bench pictures lock clean

help:
	@sed -n 's/^# make /make /p' Makefile

run: setup
	$(BIN)/banter serve

setup: $(VENV)/.runtime
setup-dev: $(VENV)/.dev

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else "Banter needs Python 3.11 to 3.13, this is %d.%d; choose one with: make run PYTHON=python3.12" % v)'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/banter check >/dev/null  # compiles the words, so that the first start is as quick as later ones
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# Chromium for the browser tests, from the system's packages.
browser:
	@if command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  echo "Installing Chromium for the browser tests ..."; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } >/dev/null; \
	else \
	  echo "The browser tests need Chromium. Install it first: sudo apt-get install chromium"; exit 1; \
	fi

# The widget's JSDoc types, read by TypeScript; Node comes with the development lock.
types: setup-dev
	@cd bot/widget && PATH="$(CURDIR)/$(BIN):$$PATH" && { [ -d node_modules/typescript ] || npm ci --silent; } && npm run --silent check

test: setup-dev browser
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

check: setup-dev browser
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/banter check
	@$(MAKE) --no-print-directory types
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

format: setup-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup-dev
	$(BIN)/python -m tests.benchmarks $(ARGS)

# The pictures of the README, taken from the running product.
pictures: setup-dev browser
	$(BIN)/python docs/pictures/understanding.py
	$(BIN)/python docs/pictures/take.py

# New locks after a change of dependencies.
lock: setup-dev
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --upgrade pyproject.toml requirements-build.in -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --group pyproject.toml:dev -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
