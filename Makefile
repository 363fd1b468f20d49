# The commands of the README. CI runs the same ones.
PORT ?= 8787
PYTHON ?= python3
UV_VERSION := 0.13.9
export UV_PYTHON_DOWNLOADS := never
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: dev test check format clean

dev: .venv/.ready ## the Worker with its stand-ins on http://127.0.0.1:$(PORT)
	@exec python -m tools.dev --port $(PORT)

test: .venv/.ready ## every test, under CPython and under the real runtime
	pytest

check: .venv/.ready ## lint, format, types
	ruff check
	ruff format --check
	mypy

format: .venv/.ready
	ruff format
	ruff check --fix

clean:
	rm -rf .venv .venv-workers .runtime .wrangler node_modules python_modules

.venv/.ready: pyproject.toml
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@.venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip
	@test -x .venv/bin/uv || .venv/bin/python -m pip install -q --disable-pip-version-check uv==$(UV_VERSION)
	uv sync --quiet --inexact
	@touch $@
