# Two commands do everything: `make demo` and `make test`. `make help` lists the rest.
SHELL := /bin/sh
VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell command -v python3.11 || command -v python3)
# System certificates: a site behind its own certificate authority must be able to install.
export UV_SYSTEM_CERTS := 1
# Compiled at installation: every command starts in a third of the time.
export UV_COMPILE_BYTECODE := 1
UV := $(BIN)/uv
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml
STAMP_RUN := $(VENV)/.installed-run
STAMP_DEV := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo serve test thorough check golden lock format clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(UV):
	@# Without pip in it: Debian keeps what a venv's own pip needs in a package of its own, which may be missing.
	$(PYTHON) -m venv --without-pip $(VENV)
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt

$(STAMP_RUN): $(UV) requirements/run.txt pyproject.toml
	@test -f $(STAMP_DEV) || VIRTUAL_ENV=$(VENV) $(UV) pip sync --quiet --require-hashes requirements/run.txt
	@test -f $(STAMP_DEV) || VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(STAMP_DEV): $(UV) requirements/dev.txt pyproject.toml
	@# pyspark comes as source: it is built with the setuptools of run.txt, so that every byte is hashed here too.
	VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --require-hashes --no-deps -r requirements/run.txt
	VIRTUAL_ENV=$(VENV) $(UV) pip sync --quiet --require-hashes --no-build-isolation requirements/dev.txt
	VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@ $(STAMP_RUN)

setup: $(STAMP_RUN) ## create the environment that runs the service
setup-dev: $(STAMP_DEV) ## the same, with the tools for tests and checks

demo: setup ## run the main job end to end on the committed samples
	@$(BIN)/credit demo

serve: setup ## open the service on http://127.0.0.1:8000
	@$(BIN)/credit serve

test: setup-dev ## run all tests
	$(BIN)/pytest -q -n auto --dist loadgroup

thorough: setup-dev ## run the property tests on many more examples
	CREDIT_TEST_THOROUGH=1 $(BIN)/pytest -q -n auto --dist loadgroup tests/property

check: setup-dev ## run everything static; changes nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/credit rules check
	$(BIN)/pytest -q tests/house

golden: setup-dev ## rewrite the golden files; review the diff like code
	CREDIT_WRITE_GOLDEN=1 $(BIN)/pytest -q tests/golden

format: setup-dev ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(UV) ## resolve the dependencies anew into requirements/
	$(COMPILE) --extra build --extra fonts --extra postgresql -o requirements/run.txt
	$(COMPILE) --extra build --extra fonts --extra postgresql --extra dev -c requirements/run.txt -o requirements/dev.txt
	$(BIN)/python tests/house/lock_inputs.py

clean: ## remove the environment and caches, never live data
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info
