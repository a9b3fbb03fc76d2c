# Two commands on a bare machine with Python 3.11+ and make: `make demo`, `make test`.
# Everything goes into .venv and .youju of this folder; no index address is set here.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
  command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
STORE := $(CURDIR)/.youju

.PHONY: demo test test-browser check lint evals bench bench-page screenshots serve clean free

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更新的版本（没有找到 python3.11+）。"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }  # half a venv would look finished next time

$(VENV)/.app: $(BIN)/python pyproject.toml constraints.txt
	@echo "正在安装依赖，第一次约需一至三分钟……"
	$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.app
	$(PIP) install -c constraints.txt -e '.[dev,model,mcp]'
	@touch $@

demo: $(VENV)/.app
	YOUJU_HOME=$(STORE) $(BIN)/youju ingest corpus
	YOUJU_HOME=$(STORE) $(BIN)/youju ask "为什么2024年支出下降了23%？"

test: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n auto --dist worksteal

# The page in a real browser alone: fails, where `make test` skips, if there is no Chromium.
test-browser: $(VENV)/.dev
	YOUJU_BROWSER_REQUIRED=1 $(BIN)/python -m pytest -q -n auto --dist loadfile tests/browser

lint: $(VENV)/.dev
	$(BIN)/ruff check service evals tests
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

evals: $(VENV)/.dev
	$(BIN)/python -m evals

bench: $(VENV)/.dev
	$(BIN)/python -m evals.bench

# The page in Chromium: weight, first paint, first sentence of an answer; about two minutes.
bench-page: $(VENV)/.dev
	$(BIN)/python -m evals.page

# The pictures of the page in the documentation.
screenshots: $(VENV)/.dev
	$(BIN)/python -m evals.screenshots

# Whether the address is free is asked first: installing takes minutes.
serve: free $(VENV)/.app
	@echo "正在导入 corpus 文件夹里的示例文档……"
	@YOUJU_HOME=$(STORE) $(BIN)/youju ingest corpus >/dev/null
	@YOUJU_HOME=$(STORE) $(BIN)/youju serve

free: $(BIN)/python
	@$(BIN)/python -c 'import os, socket; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind((os.environ.get("YOUJU_HOST") or "127.0.0.1", int(os.environ.get("YOUJU_PORT") or 8000)))' 2>/dev/null \
	  || { echo "端口 $${YOUJU_PORT:-8000} 用不了，可能有别的程序占着。换一个：YOUJU_PORT=8001 make serve"; exit 1; }

clean:
	rm -rf $(VENV) .youju
