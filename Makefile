# Every command of this house. `make` alone lists them.
SHELL = /bin/sh
.DEFAULT_GOAL = help
.PHONY: help run test lint fuzz soak bench lighthouse examples pictures lock venv clean
export PYTHON
OPENDATA_LANG ?= en
EACH ?= 1

bin = .venv/bin

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1 \t\2/p' $(MAKEFILE_LIST) | expand -t 18

run: ## one whole pass over the example inbox: published to var/public, reviews in var/workspace
	@scripts/venv.sh run
	@scripts/preview.sh run
	@OPENDATA_CONFIG=datapackages/municipal-plans/examples/opendata.toml $(bin)/python -m flows.nightly \
	  --inbox datapackages/municipal-plans/examples/inbox \
	  --workspace var/workspace --public var/public --lang $(OPENDATA_LANG)

test: ## everything CI runs: linters, types, layers, tests
	@scripts/venv.sh dev
	@scripts/tools.sh
	@scripts/preview.sh dev
	@scripts/lint.sh
	@$(bin)/python -m pytest -n 2 --dist loadfile

lint: ## the linters and types alone
	@scripts/venv.sh dev
	@scripts/lint.sh

fuzz: ## our validator against frictionless on random tables, until stopped (MINUTES=n SEED=n)
	@scripts/venv.sh dev
	@$(bin)/python -m tests.parity

soak: ## publishing killed at every effect (EACH=20: one of 20), raced, polled, disturbed; folder and S3 server
	@scripts/venv.sh dev
	@scripts/tools.sh
	@SOAK=1 EACH=$(EACH) $(bin)/python -m pytest tests/test_killed.py tests/test_races.py tests/test_disturbed.py

bench: ## what the costly steps cost beside other tools (ONLY=reader for one of them)
	@scripts/venv.sh dev
	@$(bin)/python -m bench $(ONLY)

lighthouse: ## measure the site's main pages with Lighthouse, on a phone and on a desk
	@scripts/venv.sh dev
	@scripts/tools.sh
	@scripts/preview.sh run
	@$(bin)/python -m tests.lighthouse

examples: ## rebuild the example workbooks
	@scripts/venv.sh dev
	@$(bin)/python datapackages/municipal-plans/examples/build.py

pictures: ## take the documentation's pictures anew (needs LibreOffice)
	@scripts/venv.sh dev
	@$(bin)/python scripts/pictures.py

lock: ## rewrite requirements/*.txt from pyproject.toml (UPGRADE=--upgrade for newer versions)
	@scripts/lock.sh $(UPGRADE)

venv: ## .venv with everything for development
	@scripts/venv.sh dev

clean: ## remove what the commands above made
	rm -rf .venv var dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
