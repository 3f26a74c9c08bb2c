# Duebill. `make help` lists what can be typed here.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
FLASK := $(BIN)/flask
RUNTIME := .venv/.runtime
DEV := .venv/.dev
VENDOR := static/vendor/.stamp
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run demo audit check test test-fast test-long coverage bench drills screenshots translations lighthouse lint format openapi indexes shell requirements clean

help: ## list the commands
	@echo "Duebill commands:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  make %-14s %s\n", $$1, $$2}'
	@echo "Settings are environment variables, e.g. PORT=8080 make run; README.md lists them all."

run: $(RUNTIME) $(VENDOR) ## set everything up and serve on PORT (3000)
	@exec $(BIN)/gunicorn -c portal/gunicorn_conf.py wsgi:app

demo: $(RUNTIME) ## fill the database with believable data
	@$(FLASK) demo

test: $(DEV) $(VENDOR) ## install what the tests need, then lint, types and every test
	@$(PYTHON) scripts/system_packages.py
	@$(MAKE) --no-print-directory check
	$(BIN)/pytest -q -n $(WORKERS) $(ARGS)

test-fast: $(DEV) $(VENDOR) ## the inner loop: no lint, no browser, nothing slow; ARGS="-k invoice" narrows it
	@$(BIN)/pytest -q -n $(WORKERS) -m "not slow and not browser" $(ARGS)

test-long: $(DEV) $(VENDOR) ## hours of fuzzing: 2,000 cases for each operation of the API, other ones each time
	@DUEBILL_LONG=1 $(BIN)/pytest -q -n $(WORKERS) tests/api/test_schemathesis.py $(ARGS)

coverage: $(DEV) $(VENDOR) ## every test with branch coverage of billing/
	@$(BIN)/pytest -q -n $(WORKERS) --cov --cov-report=term $(ARGS)

bench: $(DEV) $(VENDOR) ## measure and print figures beside their ceilings; AGAINST=<commit> compares
	@$(BIN)/python -m bench $(if $(AGAINST),--against $(AGAINST)) $(ARGS)

drills: $(DEV) $(VENDOR) ## break things on purpose and count the books; ARGS="kill_primary" holds those named
	@$(BIN)/python -m drills $(or $(ARGS),--all)

screenshots: $(DEV) $(VENDOR) ## take the README's pictures; ARGS=DIR takes every page at three widths instead
	@$(BIN)/python -m $(if $(ARGS),scripts.screenshots $(ARGS),scripts.pictures)

translations: $(DEV) ## write what pages say into the catalogues of each language
	@$(BIN)/python -m scripts.translations

lighthouse: $(DEV) $(VENDOR) ## Lighthouse on dashboard, a list of 100,000 customers and an invoice
	@$(BIN)/python -m scripts.lighthouse $(ARGS)

check: $(DEV)
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/bandit -q -ll -r -c pyproject.toml billing portal api scripts wsgi.py
	$(BIN)/python -m scripts.secret_scan
	$(BIN)/python -m scripts.dependencies

audit: $(DEV) ## ask the databases of advisories about every locked package (needs the network)
	@$(PYTHON) -m venv .venv-tools/audit && .venv-tools/audit/bin/pip install -q pip-audit==2.10.1
	.venv-tools/audit/bin/pip-audit --strict --disable-pip --no-deps -r requirements.txt
	.venv-tools/audit/bin/pip-audit --strict --disable-pip --no-deps -r requirements-dev.txt
	npm audit --package-lock-only

lint: check ## ruff, mypy, import-linter and bandit

format: $(DEV) ## let ruff put the code into shape
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

openapi: $(DEV) ## write the examples of the API's documentation and docs/openapi.json anew
	@DUEBILL_REWRITE=1 $(BIN)/pytest -q -n 0 tests/api/test_contract.py -k "what_the_api_answers"
	@$(BIN)/python -m api.openapi > docs/openapi.json

indexes: $(RUNTIME) ## build the database indexes
	@$(FLASK) db indexes

shell: $(RUNTIME) ## a Python shell with the application loaded
	@$(FLASK) shell

requirements: ## pin requirements*.in again, everything exact (needs uv on PATH)
	uv pip compile --universal --python-version 3.11 --no-header --upgrade -q requirements.in -o requirements.txt
	uv pip compile --universal --python-version 3.11 --no-header --upgrade -q requirements-dev.in -o requirements-dev.txt

clean: ## remove what was installed or built; data under DATA_DIR stays
	rm -rf .venv .venv-tools node_modules static/vendor .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

$(RUNTIME): requirements.txt scripts/make_venv.py
	@$(PYTHON) scripts/make_venv.py $@ requirements.txt

$(DEV): $(RUNTIME) requirements-dev.txt
	@$(PYTHON) scripts/make_venv.py $@ requirements.txt requirements-dev.txt

$(VENDOR): package-lock.json package.json scripts/vendor.py | $(RUNTIME)
	@$(BIN)/python scripts/vendor.py
