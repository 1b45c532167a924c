# Every target sets up what it needs. `make` alone says what there is.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready
SEEDS ?= 2000
FIRST ?= 0

# Where it is set, each of the many processes that the tests start would compile everything again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup env up down logs demo test test-fast fast-half fast-rest test-sim test-sim-long test-chaos bench lint docs lock lock-check

help: ## say what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Throughline needs Python 3.11 or later; set PYTHON=..." >&2; exit 2; }
	$(PYTHON) -m venv .venv || { echo "Python's venv module is missing; on Debian: apt install python3-venv" >&2; exit 2; }
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

setup: $(STAMP) ## make .venv from the hash-locked requirements

env: ## make the secrets of docker compose, once, in the file .env
	@test -e .env || (umask 077 && printf 'THROUGHLINE_INTAKE_PSEUDONYM_KEY=%s\n' "$$($(PYTHON) -c 'import secrets; print(secrets.token_hex(32))')" > .env)
	@echo "the secrets are in .env; keep a copy where you keep secrets"

up: env ## Kafka, MongoDB and the services by docker compose, on ports 8081-8084
	docker compose up --build --detach --wait

down: ## stop them; what they keep stays in their volumes
	docker compose down

logs: ## what they say
	docker compose logs --follow --tail 100

demo: $(STAMP) ## start everything, play complaints through, print what came of them (Ctrl-C ends it)
	$(BIN)/throughline demo

# Twice as many workers as a small machine has cores: the end-to-end tests mostly wait.
test: $(STAMP) ## every test that needs no Docker, four at a time
	$(BIN)/pytest --numprocesses 4 --dist loadscope

test-fast: $(STAMP) ## what to run between edits: unit, architecture, contracts on memory and SQLite, 500 seeds
	@$(MAKE) --no-print-directory --jobs 2 --output-sync fast-half fast-rest

# Two plain runs side by side: dealing out tests of a millisecond costs more than running them.
HALF = tests/contract $(addprefix tests/unit/,departments throughline review routing) tests/sim/test_seeds.py
fast-half: FAST = $(HALF)
fast-rest: FAST = tests/architecture tests/unit $(addprefix --ignore=,$(HALF))
fast-half fast-rest:
	@SEEDS=500 $(BIN)/pytest $(FAST) --quiet -m "not mongodb" --hypothesis-profile quick

test-sim: $(STAMP) ## the simulator: SEEDS=n schedules from FIRST=n on (KEEP, SHAKE: as a failing seed prints them)
	SEEDS=$(SEEDS) FIRST=$(FIRST) KEEP=$(KEEP) SHAKE=$(SHAKE) $(BIN)/pytest tests/sim

test-sim-long: SEEDS = 50000
test-sim-long: $(STAMP) ## the simulator on 50,000 schedules, or SEEDS=n from FIRST=n on
	SEEDS=$(SEEDS) FIRST=$(FIRST) PROGRESS=yes $(BIN)/pytest --capture=no tests/sim/test_seeds.py

test-chaos: $(STAMP) ## minutes of faults on real processes, a real broker and a real store (SEED=n)
	THROUGHLINE_TEST_ENGINE=local SEED=$(SEED) $(BIN)/pytest tests/chaos -m chaos --capture=no

bench: $(STAMP) ## measured ratios, into bench/results/latest.json
	$(BIN)/python -m bench.run

lint: $(STAMP) ## style, types, import contracts, locked requirements
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory lock-check

docs: $(STAMP) ## write docs/reference and the JSON schemas of the YAML files from the code
	$(BIN)/python -m tools.generate

LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml

lock: $(STAMP) ## lock the requirements anew
	$(LOCK) --output-file requirements/run.txt
	$(LOCK) --group dev --constraint requirements/run.txt --output-file requirements/dev.txt

lock-check: $(STAMP) ## do the locked requirements still answer to pyproject.toml?
	@for kind in run dev; do cp requirements/$$kind.txt .venv/$$kind.txt; done
	@$(LOCK) --output-file .venv/run.txt && $(LOCK) --group dev --constraint requirements/run.txt --output-file .venv/dev.txt
	@for kind in run dev; do grep -v '^ *#' requirements/$$kind.txt > .venv/a.txt; grep -v '^ *#' .venv/$$kind.txt > .venv/b.txt; cmp -s .venv/a.txt .venv/b.txt || { echo "requirements/$$kind.txt does not answer to pyproject.toml: make lock" >&2; exit 1; }; done
