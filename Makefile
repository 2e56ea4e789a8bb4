# Two commands matter: `make demo` and `make test`. Both install what they need into .venv first.
# Needs: git, make, python3 (3.11 or newer) and python3-venv; uses uv where it is present.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A shim that answers nothing does not count.
UV := $(shell uv --version >/dev/null 2>&1 && command -v uv)

PURE_TESTS := selection weak_judges ensembles simulation formats
IGNORE_PURE := $(addprefix --ignore=tests/,$(PURE_TESTS))
PURE_SOURCES := annotation/exceptions.py,annotation/selection/*,annotation/weak_judges/*,annotation/ensembles/*,annotation/simulation/*,annotation/formats/*

.PHONY: help demo up install install-dev test test-services lint format typecheck lock clean

help:
	@echo "make demo      the bundled study, ready to judge, at an address it prints"
	@echo "make up        the site without the demo"
	@echo "make test      linters, types, architecture and every test"
	@echo "make install   .venv with what the site needs; install-dev adds what the tests need"
	@echo "make format    reformat; make lint: only look"
	@echo "make lock      resolve the bounds of pyproject.toml anew (needs uv)"

demo: install
	@exec $(BIN)/python manage.py demo

up: install
	@exec $(BIN)/python manage.py up

install: $(VENV)/installed
install-dev: $(VENV)/installed-dev

# A stamp per lock file: nothing is installed again until the lock changes.
$(VENV)/installed: requirements.lock
	$(call install_lock,requirements.lock)
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock
	$(call install_lock,requirements-dev.lock)
	@touch $@ $(VENV)/installed

ifeq ($(UV),)
define install_lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
endef
else
define install_lock
	@test -x $(BIN)/python || $(UV) venv --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV)
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r $(1)
endef
endif

# The pure rooms' tests run where no framework can be imported; together the two runs are the whole suite.
test: install-dev lint typecheck
	$(BIN)/coverage erase
	$(BIN)/python tests/run_pure.py --cov --cov-report=
	$(BIN)/python -m pytest $(IGNORE_PURE) --cov --cov-append --cov-report=
	$(BIN)/coverage report --include='$(PURE_SOURCES)' --fail-under=95
	$(BIN)/coverage report --fail-under=90

# Once more what touches rows or messages, on the services of DATABASE_URL and CELERY_BROKER_URL.
test-services: install-dev
	$(BIN)/python -m pytest $(IGNORE_PURE) --ignore=tests/test_architecture.py

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

format: install-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

typecheck: install-dev
	$(BIN)/mypy

# Without uv.lock in the repository: it would write down registry addresses. The exports hold none.
lock:
	@test -n "$(UV)" || { echo "make lock needs uv: python3 -m pip install uv"; exit 1; }
	rm -f uv.lock
	$(UV) lock --quiet
	$(UV) export --quiet --frozen --no-emit-project --no-header --no-annotate --no-dev --extra postgres --output-file requirements.lock
	$(UV) export --quiet --frozen --no-emit-project --no-header --no-annotate --all-extras --all-groups --output-file requirements-dev.lock
	rm -f uv.lock
	@! grep -n 'http' requirements.lock requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage htmlcov
