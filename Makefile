# Two commands are enough: `make run` and `make test`. The rest is for developers.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev web run demo test check fmt lint types bench tck lock openapi clean

help: ## Show the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with PYTHON=python3.12" >&2; exit 1; }
	@.ci/make-venv $(PYTHON)
	@touch $@

.venv/runtime: .venv/made requirements.txt requirements-build.txt pyproject.toml
	@echo "· installing what the product needs (pinned, with hashes)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-build.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: .venv/runtime requirements-dev.txt
	@echo "· installing what the tests need (pinned, with hashes)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@.ci/install-browser
	@touch $@

# Written last by a build; a build that cannot be had here leaves none and stops nothing.
EDITORS := api/static/built/built.json
$(EDITORS): .venv/runtime requirements-web.txt web/package-lock.json web/build.mjs $(shell find web/src -type f)
	@.ci/build-web $(BIN)

setup: .venv/runtime $(EDITORS) ## Install what the product needs into .venv
setup-dev: .venv/dev $(EDITORS) ## Install what the tests need, too

web: .venv/runtime ## Build the editors anew
	@.ci/build-web $(BIN)

run: setup ## Do a whole demo batch, then serve it on 127.0.0.1:8000
	@$(BIN)/jiancheng simulate --serve --port $(PORT)

demo: setup ## Do a whole demo batch and write var/demo/result.json
	@$(BIN)/jiancheng simulate

# Tests start some hundred processes: each would compile the product anew where bytecode is off.
test: export PYTHONDONTWRITEBYTECODE =
test: setup-dev ## Run every test, PostgreSQL and browser included
	@mkdir -p var
	@$(BIN)/pytest --numprocesses=2 --dist=loadgroup --junitxml=var/test-report.xml

check: setup-dev lint types ## Style, types and layers

lint:
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports

types:
	@$(BIN)/mypy

fmt: setup-dev ## Format and repair what can be repaired
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup-dev ## Measure the product, write var/bench.json: BENCH="--only PART", "--quick"
	@$(BIN)/python -m bench $(BENCH)

tck: setup ## Run a folder of DMN cases: TCK=folder, JSON=1 for one object a case
	@$(BIN)/python -m engine.decisions.tck $(if $(JSON),--json) "$(or $(wildcard $(TCK)),$(if $(TCK),$(PWD)/$(TCK),../shared/dmn-tck))"

openapi: setup ## Write docs/openapi.json anew
	@$(BIN)/python -m api.openapi docs/openapi.json

lock: setup-dev ## Pin the dependencies of pyproject.toml anew
	@.ci/lock $(BIN)

clean: ## Remove what the commands above made
	@rm -rf .venv var web/node_modules api/static/built .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
