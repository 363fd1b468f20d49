# The commands of the README. CI runs the same ones.
PORT ?= 8787
PYTHON ?= python3
SECONDS ?= 60
JOBS ?= 2
UV_VERSION := 0.13.9
export UV_PYTHON_DOWNLOADS := never
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONPATH := $(CURDIR)/src:$(CURDIR)/local/src

.PHONY: dev example test check format bench soak load fuzz deploy doctor clean

dev: .venv/.ready ## the Worker with its stand-ins on http://127.0.0.1:$(PORT)
	@exec embedder dev --port $(PORT)

example: .venv/.ready ## a Worker that calls it: make example NAME=typescript (or python)
	@exec embedder dev --port $(PORT) --example $(NAME)

test: .venv/.ready ## every test, under CPython and under the real runtime
	pytest -n $(JOBS) --dist loadfile

check: .venv/.ready ## lint, format, types
	ruff check
	ruff format --check
	mypy
	lint-imports --no-logo

format: .venv/.ready
	ruff format
	ruff check --fix

bench: .venv/.ready ## speed, side by side; writes benchmarks/README.md
	@python -m benchmarks.run

soak: .venv/.ready ## 20,000 requests; fails if anything is kept
	@python -m benchmarks.soak

load: .venv/.ready ## 200 connections for SECONDS, faults among them
	@python -m tests.runtime.load --seconds $(SECONDS)

fuzz: .venv/.ready ## the fuzzers with a larger budget
	pytest tests/core/test_fuzz.py --hypothesis-profile=long

deploy: .venv/.ready ## the guided deployment; YES=1 asks nothing
	@embedder deploy $(if $(YES),--yes)

doctor: .venv/.ready ## the self-check of an endpoint: make doctor URL=https://... KEY=...
	@$(if $(KEY),EMBEDDER_KEY='$(KEY)') embedder doctor '$(URL)' $(ARGS)

clean:
	rm -rf .venv .venv-workers .runtime .wrangler node_modules python_modules public/docs/vendor

.venv/.ready: pyproject.toml cli/pyproject.toml
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@.venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip
	@test -x .venv/bin/uv || .venv/bin/python -m pip install -q --disable-pip-version-check uv==$(UV_VERSION)
	uv sync --quiet --inexact
	@touch $@
