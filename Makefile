PYTHON ?= python3
BIN := .venv/bin
REPORT := itssrules-report

.PHONY: demo test lint mutants sample docs bench clean

demo: .venv/.installed  ## run on the bundled sample exports
	@$(BIN)/itssrules demo --out $(REPORT)

test: .venv/.dev  ## all tests
	@$(BIN)/python -m pytest -q -n auto

lint: .venv/.dev  ## format, style, types and layers; `make test` proves the rule book
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

mutants: .venv/.dev  ## does a case notice each change of a rule? some 40 minutes
	@$(BIN)/python tests/mutants.py

sample: .venv/.dev  ## make sample_exports again
	@$(BIN)/python tests/make_sample.py

docs: .venv/.dev  ## render the pages that are made from code
	@$(BIN)/python docs/render.py

bench: .venv/.dev  ## seconds and ratios; the last needs ../shared/data
	@$(BIN)/python benchmarks/working_time.py
	@$(BIN)/python benchmarks/gated.py
	@$(BIN)/python benchmarks/rulebook.py --scale 0.05
	@$(BIN)/python benchmarks/report.py
	@$(BIN)/python benchmarks/bpic.py

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "itssrules needs Python 3.11 or newer: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python pyproject.toml
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e .
	@touch $@

.venv/.dev: .venv/bin/python pyproject.toml
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $@ .venv/.installed

clean:
	rm -rf .venv dist build $(REPORT) .pytest_cache .mypy_cache .ruff_cache .hypothesis
