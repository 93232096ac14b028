# Four things to do here, and `make help` to name them. The environment is made on first use.
PYTHON ?= python3
BIN    := .venv/bin
ENV    := .venv/.ready
GATED  := qc_service/domain/*,qc_service/ledger/*,verifier/*

.DEFAULT_GOAL := help
.PHONY: help demo test check bench
.SILENT:

help: ## say what can be made
	sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

demo: $(ENV) ## load the demonstration network and serve it (PORT, default 8000; QC_HOME, default ./var)
	exec $(BIN)/qc-service demo

test: $(ENV) ## run the tests and hold the coverage gates
	$(BIN)/coverage erase
	$(BIN)/python -m pytest -q -n auto --dist loadfile --cov --cov-report= --cov-fail-under=0
	$(BIN)/coverage report
	$(BIN)/coverage report --include='$(GATED)' --fail-under=100

check: $(ENV) ## lint, format, types, and who imports whom
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --quiet --check
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo >.venv/imports.txt || { cat .venv/imports.txt; exit 1; }

bench: $(ENV) ## measure the service against the limits of this machine
	$(BIN)/python -m bench

$(ENV): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'Python 3.11 or newer is needed; name one with make PYTHON=python3.x' >&2; exit 1; }
	echo 'Making the environment in .venv …' >&2
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@
