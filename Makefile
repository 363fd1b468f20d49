# The commands of the README. CI runs the same ones. Nothing is needed on the PATH but make and Python.
PORT ?= 8787
PYTHON ?= python3
SECONDS ?= 60
JOBS ?= 3
# twice --quiet: pip's warnings would bury the progress; errors are printed
PIP := .venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock"
export UV_PYTHON_DOWNLOADS := never
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# cached bytecode: without it, each of a thousand processes compiles all modules and tests again
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPATH := $(CURDIR)/src:$(CURDIR)/local/src

.PHONY: help dev example test test-all again unit check format bench soak soak-queue load fuzz deploy rotate doctor wrangler openapi lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dev: .venv/.ready ## run the Worker and its emulators on http://127.0.0.1:8787 (PORT=...)
	@exec python -m tools.dev --port $(PORT) $(ARGS)

example: example-name .venv/.ready ## run a Worker that calls it: NAME=typescript, python or emulators
	@exec python -m tools.dev --port $(PORT) --example $(NAME)

test: .venv/.tests .venv-clients/.ready ## run the tests: under CPython, in the real runtime and in a browser
	pytest -n $(JOBS) --dist worksteal -m "not extended"

test-all: .venv/.tests .venv-clients/.ready ## run every test, also loads, kills, benchmarks and repeated deployments
	pytest -n $(JOBS) --dist worksteal

# for CI: a test that fails again ends the run with an error, and so do 300 seconds
again: .venv/.tests .venv-clients/.ready ## run the tests that failed once more, one at a time
	timeout -s INT -k 30 300 pytest -n 0 --last-failed --last-failed-no-failures none --maxfail 1

unit: .venv/.tests ## run the fast tests: no runtime, no browser, no package index
	pytest -n $(JOBS) --dist worksteal -p no:schemathesis --hypothesis-profile=short -m "not index and not slow and not extended" tests/core tests/emulator tests/cli tests/tools

check: .venv/.tests ## check lint, format, types and layers
	ruff check
	ruff format --check
	mypy
	lint-imports --no-logo

format: .venv/.tests ## format the code
	ruff format
	ruff check --fix

bench: .venv/.tests ## measure speed, side by side; writes benchmarks/README.md
	@python -m benchmarks.run

soak: .venv/.tests ## send 20,000 requests; fails if memory or anything else is kept
	@python -m benchmarks.soak

soak-queue: .venv/.tests ## send 10,000 documents through the queue, with faults; the Worker is killed 5 times
	@python -m tests.runtime.queue.run

load: .venv/.tests ## keep 200 connections busy, with faults among them (SECONDS=60)
	@python -m tests.runtime.limits.load --seconds $(SECONDS)

fuzz: .venv/.tests ## run the fuzzers with a larger budget
	pytest tests/core/test_fuzz.py tests/runtime/limits/test_fuzz.py --hypothesis-profile=long

deploy: .venv/.ready ## deploy step by step: YES=1 asks nothing, ARGS=--rollback goes back
	@python -m tools.deploy $(if $(YES),--yes) $(ARGS)

rotate: .venv/.ready ## replace a key of the deployed Worker: NAME=default YES=1 ARGS=--finish
	@python -m tools.rotate $(or $(NAME),default) $(if $(YES),--yes) $(ARGS)

doctor: doctor-address .venv/.ready ## check a service: URL=https://... KEY=...
	@$(if $(KEY),EMBEDDER_KEY='$(KEY)') embedder doctor '$(URL)' $(ARGS)

wrangler: .venv/.ready ## run the pinned wrangler: ARGS=login, ARGS=tail
	@python -m tools.runtime
	@pywrangler $(ARGS)

openapi: .venv/.tests ## write public/openapi.json anew
	@python -m tools.openapi

lock: .venv/.tests ## write the lock files anew: ARGS="--upgrade-package rich"
	$(LOCK) pyproject.toml --group dev --no-emit-package embedder-cli --output-file requirements.lock $(ARGS)
	$(LOCK) pyproject.toml --group run --no-emit-package embedder-cli --constraint requirements.lock --output-file requirements-run.lock
	$(LOCK) --group clients --output-file requirements-clients.lock $(ARGS)
	npm install --silent --package-lock-only

clean: ## remove everything that was installed or built
	rm -rf .venv .venv-clients .venv-workers .runtime .wrangler node_modules python_modules public/assets public/index.html public/docs.html public/llms.txt

# Checked before anything is installed.
.PHONY: example-name doctor-address
example-name:
	@test -n "$(NAME)" || { echo "make example needs a name: make example NAME=typescript, python or emulators" >&2; exit 2; }

doctor-address:
	@test -n "$(URL)" || { echo "make doctor needs an address: make doctor URL=https://... KEY=..." >&2; exit 2; }

# What `make dev` and `make deploy` need.
.venv/.ready: requirements-run.lock cli/pyproject.toml
	@echo "installing the Python packages of \`make dev\` into .venv ..."
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@.venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip
	@$(PIP) --require-hashes --requirement requirements-run.lock
	@$(PIP) --no-deps --no-build-isolation --editable cli
	@touch $@

# What tests, checks and benchmarks need besides.
.venv/.tests: requirements.lock package-lock.json .venv/.ready
	@echo "installing the Python packages of tests and checks into .venv ..."
	@$(PIP) --require-hashes --requirement requirements.lock
	@python -m tools.runtime --tests
	@touch $@

.venv-clients/.ready: requirements-clients.lock | .venv/.ready
	@echo "installing the client packages into .venv-clients ..."
	@test -x .venv-clients/bin/python || .venv/bin/python -m venv --without-pip .venv-clients
	@.venv/bin/python -m pip --python .venv-clients install --quiet --quiet --disable-pip-version-check --no-compile --require-hashes --requirement requirements-clients.lock
	@touch $@
