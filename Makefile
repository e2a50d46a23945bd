# Every target makes its own .venv from a bare machine with python3 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test test-all lint format doc bench clean

demo: $(VENV)/.demo  ## the main job on 327,000 real flights: scores, picture, predictions
	$(BIN)/python doc/examples/plot_flights.py --output demo_output

test: $(VENV)/.test  ## the suite, without the tests marked slow
	$(BIN)/python -m pytest -n 2 -m "not slow"

test-all: $(VENV)/.test  ## everything, and the coverage of branches
	$(BIN)/python -m pytest -n 2 --cov --cov-report=term

lint: $(VENV)/.test  ## style, types and the floors of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

doc: $(VENV)/.doc  ## the documentation, warnings as errors
	$(BIN)/sphinx-build -W --keep-going -b html doc doc/_build/html

bench: $(VENV)/.benchmark  ## speed ratios, measured side by side
	$(BIN)/python -m benchmarks.speed

clean:
	rm -rf $(VENV) doc/_build doc/auto_examples doc/api/generated demo_output

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.%: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e ".[$*]"
	touch $@
