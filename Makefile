# Newcomers need two commands: `make demo` and `make test`. Both need Python 3.11 or later, and make.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
RUN := $(VENV)/bin/python
# A small machine has two cores. The third process works while another process waits.
WORKERS ?= 3
USUAL = -m "not slow and not soak and not screenshots"
# Pins for all versions of Python and all systems. pip is left out, because it installs the other packages.
PIN = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-package pip --annotation-style line $(ARGS)

.PHONY: help demo test slow docs pins quick coverage conformance clients soak screenshots lint format bench simulator clean

help:  ## print this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/test.installed  ## run everything with made-up data on http://localhost:8000 (PORT=8000 SCHOOLS=200)
	@PORT=$(or $(PORT),8000) SCHOOLS=$(or $(SCHOOLS),200) $(RUN) -m scripts.demo

test: $(VENV)/test.installed  ## run the tests that are not slow, against a real PostgreSQL and the simulator (ARGS="tests/sf -k name" for a part, slow or not)
	$(RUN) -m pytest -n $(WORKERS) --dist worksteal $(or $(ARGS),$(USUAL))

slow: $(VENV)/test.installed  ## run the slow tests: every page in a browser, whole installations, killed servers, many kinds of faults
	$(RUN) -m pytest -n $(WORKERS) --dist worksteal -m "slow and not soak and not screenshots" $(ARGS)

quick: $(VENV)/test.installed  ## run the tests that need no database, server, browser or simulator: under a minute (ARGS="-k name")
	$(RUN) -m pytest -m quick $(ARGS)

coverage: $(VENV)/dev.installed  ## run the tests, measure the coverage of all their processes, print a table, and write .data/coverage/html (ARGS="tests/sf")
	@mkdir -p .data/coverage && $(RUN) -m coverage erase
	@status=0; $(RUN) -m coverage run -m pytest -n $(WORKERS) --dist worksteal $(ARGS) || status=$$?; \
		$(RUN) -m coverage combine --quiet && $(RUN) -m coverage html --quiet --fail-under=0 && $(RUN) -m coverage report && exit $$status

conformance: $(VENV)/test.installed  ## run public Salesforce clients against the simulator over TLS (ARGS="jsforce" for one)
	$(RUN) -m tests.conformance $(ARGS)

clients: $(VENV)/test.installed  ## validate openapi.json, generate clients from it and run them (ARGS="openapi-typescript" for one)
	$(RUN) -m tests.clients $(ARGS)

soak: $(VENV)/test.installed  ## run the long forms of tests (a two-minute flood, twenty killed workers) and the test cases that other targets leave out
	$(RUN) -m pytest -m soak $(ARGS)

screenshots: $(VENV)/test.installed  ## take pictures of every page at three widths, light and dark, into screenshots/ (ARGS="-k phone")
	$(RUN) -m pytest -m screenshots tests/browser $(ARGS)

lint: $(VENV)/dev.installed  ## run ruff, mypy, import-linter, Biome, TypeScript, Django's deployment checks, and look for vulnerable packages
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy .
	$(VENV)/bin/lint-imports
	$(RUN) -m scripts.check_javascript
	DEBUG=on SFAPI_ENV_FILE= $(RUN) manage.py makemigrations --check --dry-run
	$(RUN) scripts/check_deployment.py
	$(RUN) scripts/audit_packages.py

docs: $(VENV)/docs.installed  ## build the pages of docs/ into a web site in site/; fails on a broken link
	$(RUN) -m sphinx --fail-on-warning --keep-going --quiet --fresh-env -d .data/doctrees docs site
	@echo "site/index.html"

format: $(VENV)/dev.installed  ## format the code
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	$(RUN) -m scripts.check_javascript --write

pins: $(VENV)/pins.installed  ## write requirements/*.txt, with hashes, from requirements/*.in (ARGS="--upgrade", "--upgrade-package requests")
	cd requirements && PATH="$(abspath $(VENV)/bin):$$PATH" && \
		$(PIN) -o dev.txt dev.in && \
		for name in test production follow docs pins; do $(PIN) -c dev.txt -o $$name.txt $$name.in || exit 1; done

bench: $(VENV)/test.installed  ## run the benchmarks of docs/performance.md (ARGS="--schools 2000" for a quick look)
	$(RUN) -m bench $(ARGS)

simulator: $(VENV)/test.installed  ## run only the simulator
	$(RUN) manage.py simulator

clean:  ## remove what the demo, the tests, the linters and `make docs` have written, and the embedded database
	@test ! -L .data/postgres || rm -rf "$$(readlink .data/postgres)"  # when root runs PostgreSQL, its data may be outside the checkout, behind this link
	rm -rf .data screenshots site .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .conformance .clients .deploy .javascript

$(VENV)/%.installed: requirements/%.txt | $(VENV)/bin/python
	$(RUN) -m pip install --quiet --disable-pip-version-check --use-pep517 -r $<
	@touch $@

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is required (make PYTHON=/path/to/python3.11 ...)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Could not create a virtual environment. On Debian and Ubuntu, install python3-venv."; exit 1; }
