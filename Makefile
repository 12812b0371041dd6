# Everything is set up from the lock file into .venv; only Python 3.11-3.13, git and make are needed. PYTHON is the interpreter
# itself: given the script of a version manager in its place, uv would take .venv for another's and begin it anew each time.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; (3, 11) <= sys.version_info[:2] <= (3, 13) or sys.exit(1); print(sys.executable)' 2>/dev/null && break; done)
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS := never
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false

.PHONY: help install demo up test test-slow chromium test-browser pictures lint types bench bench-claims scale mutants oig faults fault-table rows pages clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: .venv/installed  ## set up .venv from the lock file

.venv/installed: uv.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 found; install one or run: make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -m venv .tools 2>/dev/null || $(PYTHON) -m venv --without-pip .tools
	@.tools/bin/python -m pip --version >/dev/null 2>&1 || { echo "This Python has no pip: install your system's python3-venv and python3-pip, then repeat."; exit 1; }
	@echo "Setting up from the lock file (once) ..."
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@UV_PROJECT_ENVIRONMENT=.venv .tools/bin/uv sync --frozen --quiet --python $(PYTHON)
	@touch $@

DEMO_SETTINGS := demo/source/settings.yaml
demo: install  ## a complete month of a synthetic practice
	@$(BIN)/ccm demo-data --patients 300 --months 2 --seed 7 --out demo/source
	@$(BIN)/ccm run --month 2026-09 --source demo/source --out demo/out --settings $(DEMO_SETTINGS) > /dev/null
	@$(BIN)/ccm run --month 2026-10 --source demo/source --out demo/out --settings $(DEMO_SETTINGS)

demo/source:
	@$(BIN)/ccm demo-data --patients 300 --months 2 --seed 7 --out demo/source

SOURCE ?= demo/source
OUT ?= demo/out
SETTINGS ?= $(if $(filter demo/source,$(SOURCE)),$(DEMO_SETTINGS))
PORT ?= 4200
up: install $(if $(filter demo/source,$(SOURCE)),demo/source)  ## Prefect's server with its UI, a worker and every schedule, for SOURCE=demo/source OUT=demo/out SETTINGS=demo/source/settings.yaml PORT=4200
	@exec $(BIN)/ccm up --source $(SOURCE) --out $(OUT) --port $(PORT) $(if $(SETTINGS),--settings $(SETTINGS))

test: install  ## the whole suite but the slow tests; real PostgreSQL included
	$(BIN)/python -m pytest -m "not slow and not browser" -n 2 --dist loadfile

test-slow: install  ## properties, kills, replays, published cases, two audits, a real Prefect server, the README's commands on a fresh clone
	$(BIN)/python -m pytest -m "slow and not browser" -n 2 --dist loadfile --timeout 1200

.venv/browser: .venv/installed
	@UV_PROJECT_ENVIRONMENT=.venv .tools/bin/uv sync --frozen --quiet --python $(PYTHON) --group browser
	@touch $@

chromium: install  ## the browser of test-browser: the system's (or $$CHROMIUM); else installed with apt-get, where root asks for it
	@$(BIN)/python -m tests.browser.chromium 2>/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && [ -z "$$CHROMIUM" ]; then \
			echo "Installing Chromium with apt-get ..."; \
			{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1; \
		fi; $(BIN)/python -m tests.browser.chromium; }

test-browser: .venv/browser  ## every page and message in a real Chromium: accessibility, phone width, dark mode; a month in Prefect's UI
	$(BIN)/python -m pytest -m browser -n 2 --dist loadfile --timeout 600 tests/browser

pictures: .venv/browser  ## docs/pictures, taken anew from a demo month
	$(BIN)/python -m tests.browser.pictures

lint: install  ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install  ## types
	$(BIN)/mypy

bench: install  ## wall time and memory by step for 10k, 100k and 1M time entries, beside two yardsticks
	$(BIN)/python -m tests.bench.month

bench-claims: install  ## claims of a month written, and a payment for as many posted: time and memory, beside pyx12 with the same file
	$(BIN)/python -m tests.bench.claims
	$(BIN)/python -m tests.bench.remittances

scale: install  ## 200 practices in one run: one after another, in processes and on Dask, with SQLite and PostgreSQL
	$(BIN)/python -m tests.bench.scale

mutants: install  ## change each rule and number in turn; some case must fail each time
	$(BIN)/python -m tests.mutants

oig: install  ## a year with the errors of two audits: what is caught before billing, and what is held wrongly
	$(BIN)/python -m tests.oig.audit

faults: install  ## single faults in our own claim files, and who notices each
	$(BIN)/python -m tests.claim.faults

rows: install  ## the 41 rows of possible errors: answer, the checks that stop each, the case that shows it, route and clock
	$(BIN)/python -m tests.stopped

pages: install  ## docs/rules, made from the rulebook
	@$(BIN)/ccm rules --html docs/rules

fault-table: install  ## months killed, cut off from their database or out of disk at each step, and what is found afterwards; half an hour
	$(BIN)/python -m tests.faults.table

clean:  ## remove what make made; keeps nothing but the sources
	rm -rf .venv .tools demo bench-data .pytest_cache .mypy_cache .ruff_cache .hypothesis
