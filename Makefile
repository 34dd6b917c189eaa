# Community Meetings. `make help` lists what this file can do.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

PORT ?= 5000
# Processes that run tests side by side.
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# As a module: templates are read with our own tags, so the extraction imports the package.
PYBABEL := $(BIN)/python -m babel.messages.frontend --quiet
PO := $(wildcard translations/*/LC_MESSAGES/*.po)
# `make lock UPGRADE=--upgrade` moves to the newest versions; without it only what setup.cfg asks for changes.
UPGRADE ?=
LOCK := build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock" $(UPGRADE) setup.cfg --extra checkout
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup --quiet
ON_POSTGRESQL := $(BIN)/python -m tests.private_postgresql --no-fsync --

.PHONY: help install serve test check-all bench dev browser lint format types tests-sqlite tests-postgresql catalogues lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMPS)/runtime $(PO:.po=.mo) ## Put what runs into .venv, from the lock file; compile the catalogues

serve: export FLASK_BASE_URL ?= http://127.0.0.1:$(PORT)
serve: install ## Make the database and the demo season, serve on 127.0.0.1 (PORT=5000), deliver mail
	$(BIN)/flask --app registration db upgrade
	$(BIN)/flask --app registration demo load
	exec $(BIN)/flask --app registration serve --port $(PORT)

test: lint types tests-sqlite tests-postgresql ## Everything .ci/run checks: style, types, all tests on SQLite and PostgreSQL, journeys

check-all: test ## The long checks too: every page, language and theme in a browser; faults; all on PostgreSQL
	$(PYTEST) -m "faults"
	$(ON_POSTGRESQL) $(PYTEST) -m "(faults or one_database) and not browser and not wheel"

bench: dev ## The benchmarks, as ratios
	$(BIN)/python -m tests.private_postgresql -- $(BIN)/python -m benchmarks

lint: dev ## Style, format, and what looks insecure
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/bandit --quiet --recursive registration tools wsgi.py setup.py

format: dev ## Write the format, and what can be put right without asking
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: dev ## Types
	$(BIN)/mypy

tests-sqlite: dev browser ## All tests on SQLite, the journeys and the wheel too
	CHROMIUM="$$(sh tools/prepare_browser.sh)" $(PYTEST) -m "not faults"

tests-postgresql: dev ## The tests on a private PostgreSQL, but for journeys, wheel, and what asks none
	$(ON_POSTGRESQL) $(PYTEST) -m "not faults and not browser and not wheel and not no_database and not one_database"

browser: ## Find Chromium, or install it where that may be done
	@sh tools/prepare_browser.sh > /dev/null

catalogues: dev ## Bring the catalogues up to what the pages and mails say, and compile them
	$(PYBABEL) extract --mapping-file pyproject.toml --keyword lazy_gettext --add-comments "Translators:" \
		--sort-by-file --add-location file --project "Community Meetings" --output-file translations/messages.pot .
	$(PYBABEL) update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --input-file translations/messages.pot --output-dir translations
	@$(MAKE) --no-print-directory install

lock: $(STAMPS)/venv ## Write the lock files anew (UPGRADE=--upgrade for the newest versions)
	$(BIN)/python -m venv build/lock
	build/lock/bin/python -m pip --disable-pip-version-check --quiet install uv==0.13.9
	$(LOCK) --output-file requirements.lock
	$(LOCK) --extra dev --constraint requirements.lock --output-file requirements-dev.lock

clean: ## Remove what was built and installed; instance/ stays
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis $(PO:.po=.mo)

dev: install $(STAMPS)/dev

$(STAMPS)/venv:
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
		if $$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then \
			echo "$$python -m venv $(VENV)"; \
			$$python -m venv $(VENV) && mkdir -p $(STAMPS) && touch $@ && exit 0; \
			exit 1; \
		fi; \
	done; \
	echo 'Needed: Python 3.11 or newer with venv (Debian, Ubuntu: apt-get install python3 python3-venv). PYTHON=… names one.' >&2; \
	exit 1

$(STAMPS)/runtime: requirements.lock setup.cfg setup.py pyproject.toml | $(STAMPS)/venv
	$(PIP) install --require-hashes --requirement requirements.lock
	$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(STAMPS)/dev: requirements-dev.lock $(STAMPS)/runtime
	$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@

%.mo: %.po $(STAMPS)/runtime
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@
