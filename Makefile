# The commands of the README. CI runs the same ones. Nothing is needed on the PATH but make and Python.
PORT ?= 8787
PYTHON ?= python3
SECONDS ?= 60
JOBS ?= 2
PIP := .venv/bin/python -m pip install --quiet --disable-pip-version-check
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock"
export UV_PYTHON_DOWNLOADS := never
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONPATH := $(CURDIR)/src:$(CURDIR)/local/src

.PHONY: help dev example test unit check format bench soak soak-queue load fuzz deploy doctor wrangler lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dev: .venv/.ready ## run the Worker and its emulators on http://127.0.0.1:8787 (PORT=...)
	@exec embedder dev --port $(PORT)

example: .venv/.ready ## run a Worker that calls it: NAME=typescript or NAME=python
	@exec embedder dev --port $(PORT) --example $(NAME)

test: .venv/.ready .venv-clients/.ready ## run every test, under CPython, in the real runtime and in a browser
	pytest -n $(JOBS) --dist loadfile

unit: .venv/.ready ## run the fast tests: no runtime, no browser, no package index
	pytest -n $(JOBS) --dist loadfile -m "not index" tests/core tests/emulator tests/cli tests/tools

check: .venv/.ready ## check lint, format, types and layers
	ruff check
	ruff format --check
	mypy
	lint-imports --no-logo

format: .venv/.ready ## format the code
	ruff format
	ruff check --fix

bench: .venv/.ready ## measure speed, side by side; writes benchmarks/README.md
	@python -m benchmarks.run

soak: .venv/.ready ## send 20,000 requests; fails if memory or anything else is kept
	@python -m benchmarks.soak

soak-queue: .venv/.ready ## send 10,000 documents through the queue, with faults; the Worker is killed 5 times
	@python -m tests.runtime.queues.run

load: .venv/.ready ## keep 200 connections busy, with faults among them (SECONDS=60)
	@python -m tests.runtime.load --seconds $(SECONDS)

fuzz: .venv/.ready ## run the fuzzers with a larger budget
	pytest tests/core/test_fuzz.py tests/runtime/test_fuzz.py --hypothesis-profile=long

deploy: .venv/.ready ## deploy step by step: YES=1 asks nothing, ARGS=--rollback goes back
	@embedder deploy $(if $(YES),--yes) $(ARGS)

doctor: .venv/.ready ## check a service: URL=https://... KEY=...
	@$(if $(KEY),EMBEDDER_KEY='$(KEY)') embedder doctor '$(URL)' $(ARGS)

wrangler: .venv/.ready ## run the pinned wrangler: ARGS=login, ARGS=tail
	@python -c 'from embedder_cli import runtime; runtime.prepare()'
	@pywrangler $(ARGS)

lock: .venv/.ready ## write the lock files anew: ARGS="--upgrade-package rich"
	$(LOCK) pyproject.toml cli/pyproject.toml --group dev --extra runtime --output-file requirements.lock $(ARGS)
	$(LOCK) --group clients --output-file requirements-clients.lock $(ARGS)
	npm install --silent --package-lock-only

clean: ## remove everything that was installed or built
	rm -rf .venv .venv-clients .venv-workers .runtime .wrangler node_modules python_modules public/assets public/index.html

.venv/.ready: requirements.lock cli/pyproject.toml
	@echo "installing the Python packages into .venv (about a minute) ..."
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@.venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip
	@$(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable cli
	@touch $@

.venv-clients/.ready: requirements-clients.lock | .venv/.ready
	@echo "installing the client packages into .venv-clients (about a minute) ..."
	@test -x .venv-clients/bin/python || .venv/bin/python -m venv --without-pip .venv-clients
	@.venv/bin/python -m pip --python .venv-clients install --quiet --disable-pip-version-check --no-compile --require-hashes --requirement requirements-clients.lock
	@touch $@
