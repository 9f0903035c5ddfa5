# Two commands on a fresh clone: `make run`, `make test`. Python 3.11 to 3.14 and make are all they need.
PYTHON ?= python3
SOURCE ?= seeds
# The samples have a dataset of their own, so that they never end up among your articles.
DATASET ?= $(if $(filter-out seeds,$(SOURCE)),news,seeds)
# The benchmarks have an environment of their own (docs/explanation/quality.md) and store results in BENCH_CACHE.
BENCH ?= .bench/bin/python
BENCH_CACHE ?= .bench-cache
SIZE ?= 20000
PARENTS ?= 10000 100000
NIGHTS ?= 16
BIN := .venv/bin

.PHONY: run ui test test-fast proofs faults faults-short fire fire-short fuzz mutants audit audit-kept lint format setup recipes lock train-html bench-html train-text train-titles \
  figures figures-short bench bench-nightly bench-duplicates bench-quality bench-speed clean help

run: .venv/.ready ## publish seeds/ into output/seeds/ (another folder into output/news/: make run SOURCE=...)
	@$(BIN)/kliping publish $(SOURCE) --dataset $(DATASET)

ui: .venv/.ready ## start the Prefect server and a worker with every deployment, until Ctrl-C (make ui PORT=4300)
	@PORT=$(PORT) exec $(BIN)/python -m flows.serve

# Three processes on two cores: tests of servers and browsers wait half of their time.
test: .venv/.dev-ready ## run the tests on two cores
	@$(BIN)/python -m pytest -n 3 --dist loadfile -m "not proof"

proofs: .venv/.dev-ready ## run the slowest tests
	@$(BIN)/python -m pytest -n 2 --dist load -m proof

test-fast: .venv/.dev-ready ## run the unit tests, without a server
	@$(BIN)/python -m pytest -m "not flow and not slow and not proof"

faults: .venv/.dev-ready ## run all fault injection tests, some hours on two cores (docs/explanation/reliability.md)
	@for each in damage_releases hostile_payloads regex_time machine loopback_only "repeated_runs --n 24" \
	  "scheduled_runs --n 24" "kill_runs --n 200 --flow 4" "cluster_kills --n 30" "mutate_documents --n 200000 --state .faults-mutate.json"; do \
	  $(BIN)/python -m tests.faults.$$each || exit 1; done

faults-short: .venv/.dev-ready ## run fault injection tests in a short form, some minutes
	@for each in "damage_releases --n 60" hostile_payloads regex_time "machine --only disk,denied,twice" \
	  "repeated_runs --n 4 --direct" "scheduled_runs --n 3 --every 15" "kill_runs --n 9 --flow 0" "cluster_kills --n 3" "mutate_documents --n 3000"; do \
	  $(BIN)/python -m tests.faults.$$each || exit 1; done

fire: faults ## old name of faults

fire-short: faults-short ## old name of faults-short

# `make fuzz SECONDS=600` gives each target so long; ONLY="date csv" names some of them.
SECONDS ?= 300
fuzz: ## fuzz our readers and grammars one by one, guided by coverage, in the environment of the benchmarks
	@$(BENCH) -m tests.faults.fuzz_readers --seconds $(SECONDS) $(addprefix --only ,$(ONLY))

mutants: .venv/.dev-ready ## judge 300 mutants of the code by its tests, hours on one core; resumable
	@$(BENCH) -m tests.faults.mutate_code --sample 300 --seed 1

.venv-audit/bin/pip-audit:
	@$(PYTHON) -m venv .venv-audit && .venv-audit/bin/pip install -q --disable-pip-version-check pip-audit

audit: .venv-audit/bin/pip-audit ## look up known vulnerabilities of the locked packages (needs a network)
	@.venv-audit/bin/pip-audit -r requirements-dev.lock --require-hashes --disable-pip

audit-kept: .venv/.dev-ready .venv-audit/bin/pip-audit ## the same with the advisories in tests/faults, without a network
	@$(BIN)/python -m tests.faults.advisories .venv-audit/bin/pip-audit

lint: .venv/.dev-ready ## check format, lint, types and imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: .venv/.dev-ready ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

setup: .venv/.dev-ready ## make .venv for development from requirements-dev.lock

# A lock is given as constraints too: pip before 23.3 would take the newest of a package asked for with an extra.
.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' || \
	  { echo "Kliping needs Python 3.11 to 3.14; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12"; exit 2; }
	@echo "Making .venv (once; about a minute) ..."
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv -q --clear --python "$$(command -v $(PYTHON))" .venv && \
	  uv pip install -q --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock && \
	  uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
	  $(PYTHON) -m venv --clear .venv && \
	  $(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock -c requirements.lock && \
	  $(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@$(BIN)/python -c 'import prefect, pyarrow, trafilatura, flows' && touch $@

.venv/.dev-ready: .venv/.ready requirements-dev.lock
	@echo "Adding what the tests need (once; about a minute) ..."
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip install -q --python $(BIN)/python --compile-bytecode --require-hashes -r requirements-dev.lock; \
	else \
	  $(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock -c requirements-dev.lock; \
	fi
	@$(BIN)/python -c 'import pytest, duckdb' && touch $@

recipes: .venv/.dev-ready .venv-recipes/.ready ## run every reading recipe of a dataset card with the real tools
	@KLIPING_RECIPES_PYTHON=.venv-recipes/bin/python $(BIN)/python -m pytest tests/recipes

.venv-recipes/.ready: pyproject.toml
	@echo "Making .venv-recipes (once; needs a package index) ..."
	@$(PYTHON) -m venv --clear .venv-recipes
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["recipes"], sep="\n")' \
	  > .venv-recipes/wanted.txt
	@.venv-recipes/bin/pip install -q --disable-pip-version-check -r .venv-recipes/wanted.txt && touch $@

# `make lock UPGRADE=--upgrade` takes the newest releases; without it, what is locked stays where it still fits.
LOCK := uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml
lock: ## write both locks from pyproject.toml (needs uv): what `make run` needs, and beside it what `make test` needs
	@$(LOCK) $(UPGRADE) -o requirements.lock >/dev/null
	@$(LOCK) $(UPGRADE) -c requirements.lock --group dev -o requirements-dev.lock >/dev/null
	@for version in 3.11 3.14; do for lock in requirements.lock requirements-dev.lock; do \
	  uv pip install -q --dry-run --target .venv/none --python-version $$version --only-binary :all: --require-hashes -r $$lock \
	    || { echo "$$lock cannot be installed on Python $$version."; exit 1; }; done; done
	@! grep -nE '^ *(-i|--index|--extra-index|--find-links|-f) |https?://' requirements.lock requirements-dev.lock

train-html: ## train the page models on ../shared/eval, a quarter of an hour on one core (docs/explanation/quality.md)
	@PYTHONPATH=. OMP_NUM_THREADS=1 $(BENCH) flows/clean/models/train/block_data.py $(BENCH_CACHE)
	@PYTHONPATH=. OMP_NUM_THREADS=1 $(BENCH) flows/clean/models/train/train_blocks.py $(BENCH_CACHE)
	@cp $(BENCH_CACHE)/weights/all/*.npz flows/clean/models/

bench-html: ## measure how well pages are cleaned, compared with other extractors; after train-html
	@PYTHONPATH=. $(BENCH) tests/benchmarks/html_table.py $(BENCH_CACHE)

train-text: ## train the text model on ../shared/eval, an hour (docs/explanation/quality.md)
	@OMP_NUM_THREADS=1 $(BENCH) -m flows.clean.models.train.train_line_cnn $(BENCH_CACHE)
	@OMP_NUM_THREADS=1 $(BENCH) -m flows.clean.models.train.train_listing $(BENCH_CACHE)

train-titles: ## train the model of linked titles on ../shared/eval; a minute (docs/explanation/quality.md)
	@OMP_NUM_THREADS=1 $(BENCH) -m flows.clean.models.train.train_title_end $(BENCH_CACHE)

bench-quality: ## measure how well plain text is cleaned, compared with other tools
	@OMP_NUM_THREADS=1 $(BENCH) -m tests.benchmarks.text_quality $(BENCH_CACHE)

# `make figures ONLY="html text"` measures these alone. Environments and weights: BENCH, BENCH_METADATA, BENCH_CACHE.
figures: .venv/.dev-ready ## measure every figure of the documents that is not of this code, hours on an idle machine; resumable
	@BENCH=$(BENCH) BENCH_CACHE=$(BENCH_CACHE) $(BIN)/python -m tests.benchmarks.figures $(ONLY)

figures-short: .venv/.dev-ready ## the same in short forms, minutes each
	@BENCH=$(BENCH) BENCH_CACHE=$(BENCH_CACHE) $(BIN)/python -m tests.benchmarks.figures --short $(ONLY)

bench: .venv/.dev-ready ## measure speed and memory of a run over SIZE documents
	@OMP_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.performance $(SIZE) --peers $(BENCH)

bench-nightly: .venv/.dev-ready ## measure what a night costs on parents of 10,000 and 100,000 articles (PARENTS="..." NIGHTS=64)
	@OMP_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.nightly $(BENCH_CACHE)/nightly --parent $(PARENTS) --nights $(NIGHTS)

bench-duplicates: .venv/.dev-ready ## compare the duplicates of 2,000 texts of ../shared/eval with brute force
	@OMP_NUM_THREADS=1 $(BIN)/python -m tests.quality.duplicates

bench-speed: .venv/.dev-ready ## measure how many texts one core cleans in a second
	@OMP_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.clean_speed

clean: ## remove files of the tools, never output/
	rm -rf .venv .venv-recipes .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info

help: ## print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
