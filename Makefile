# Everything starts from a bare machine with make and Python 3.11 or newer. `make` alone lists what there is.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
STORE := $(CURDIR)/.youju
QUESTION ?= 为什么2024年支出下降了23%？

# The first of these that is 3.11 or newer; set PYTHON=… to choose another.
CANDIDATES := python3 python3.13 python3.12 python3.11
IS_NEW := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))

.PHONY: help demo test check lint types contracts evals bench serve clean
.DEFAULT_GOAL := help

help:
	@echo 'make demo    install, read corpus/, answer a question with its working and sources'
	@echo 'make test    install the test tools, run every test'
	@echo 'make check   lint, types, import contracts, tests'
	@echo 'make serve   HTTP service over the store of the demo'
	@echo 'make evals   measure the answers'
	@echo 'make bench   measure time and memory'
	@echo 'make clean   remove .venv and the store of the demo'

$(VENV)/.made:
	@python='$(PYTHON)'; \
	if [ -z "$$python" ]; then \
	  for each in $(CANDIDATES); do \
	    if $$each -c '$(IS_NEW)' 2>/dev/null; then python=$$each; break; fi; \
	  done; \
	fi; \
	if [ -z "$$python" ]; then \
	  echo 'Python 3.11 or newer, with venv, is needed, and none was found (looked for: $(CANDIDATES)).' >&2; \
	  echo 'On Debian or Ubuntu: apt install python3 python3-venv. Or: make PYTHON=/path/to/python3.12 …' >&2; \
	  echo '需要Python 3.11或更新版本（含venv），这台机器上没有找到。' >&2; \
	  exit 1; \
	fi; \
	echo "$$python -m venv $(VENV)"; "$$python" -m venv $(VENV)
	@touch $@

# pip takes its index and certificates from its own configuration.
$(VENV)/.installed: $(VENV)/.made pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.made pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,model]'
	@touch $@ $(VENV)/.installed

demo: $(VENV)/.installed
	@echo '== youju ingest corpus'
	@YOUJU_HOME='$(STORE)' $(BIN)/youju ingest corpus
	@echo
	@echo '== youju ask $(QUESTION)'
	@YOUJU_HOME='$(STORE)' $(BIN)/youju ask '$(QUESTION)'

serve: $(VENV)/.installed
	YOUJU_HOME='$(STORE)' $(BIN)/youju serve

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -q

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

contracts: $(VENV)/.installed-dev
	$(BIN)/lint-imports

check: lint types contracts test

evals: $(VENV)/.installed-dev
	$(BIN)/python -m evals

bench: $(VENV)/.installed-dev
	$(BIN)/python -m evals.bench

clean:
	rm -rf $(VENV) '$(STORE)'
