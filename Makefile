# Two commands are enough: `make run` and `make test`. Both set everything up in .venv first.
PYTHON ?= python3
VENV := .venv
IN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test axe lint bench requirements clean
.DEFAULT_GOAL := $(READY)

# Every package comes with its hash. uv does the same as pip in a tenth of the time, where it is there.
$(READY): requirements.txt pyproject.toml
	test -x $(IN)/python || $(PYTHON) -m venv $(VENV)
	if command -v uv >/dev/null; then \
	    uv pip install --quiet --python $(IN)/python --require-hashes -r requirements.txt; \
	else \
	    $(IN)/python -m pip install --quiet --require-hashes -r requirements.txt; \
	fi
	if command -v uv >/dev/null; then \
	    uv pip install --quiet --python $(IN)/python --no-deps --no-build-isolation -e .; \
	else \
	    $(IN)/python -m pip install --quiet --no-deps --no-build-isolation -e .; \
	fi
	touch $@

# The whole frame on sample photos; ends with Ctrl-C.
run: $(READY)
	@$(IN)/python -m bench.demo

test: lint axe
	$(IN)/python -m pytest

# Where there is npm: the tests themselves have no network, and skip what needs it.
axe: $(READY)
	-@! command -v npm >/dev/null || $(IN)/python -m bench.axe

lint: $(READY)
	$(IN)/ruff check .
	$(IN)/ruff format --check --quiet .
	$(IN)/mypy

bench: $(READY)
	$(IN)/wakeframe bench

# After a change of the dependencies in pyproject.toml.
requirements:
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url pyproject.toml \
	    --extra dev -o requirements.txt

clean:
	rm -rf $(VENV) .cache out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
