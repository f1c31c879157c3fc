# Everything runs in .venv/, which `make install` builds. `make` alone lists the recipes.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := list
.PHONY: list install demo test lint types contract gate bench docs clean

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
# The CPU build of torch comes from PyTorch's own index, as its install page says; the default one holds the CUDA build.
TORCH := 2.13.0
TORCH_RANGE := torch>=2.6,<2.14
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
# Two cores have room for three: a test in five seconds waits, for a disk, a time-out or a program that starts.
WORKERS ?= 3
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
# Tests and models never go to the internet, and the workers share the cores. What is compiled is kept, also where the
# surroundings forbid it: else each program that a test starts compiles everything anew, and so does each run.
QUIET := OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 PYTHONDONTWRITEBYTECODE=

list: ## list the recipes
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

install: $(STAMP) ## build .venv/ with everything in it (a minute or two; nothing to do the second time)

$(STAMP): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "no $(PYTHON) here -> install Python 3.11 or newer, or say make install PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old -> say make install PYTHON=/path/to/python3.11 (or newer)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; echo "no virtual environment could be made -> install Python's venv module (python3-venv)" >&2; exit 1; }
	@$(BIN)/python -c 'import torch' 2>/dev/null || { \
	  echo "installing torch $(TORCH), the build without CUDA"; \
	  $(PIP) --retries 0 --no-deps --extra-index-url $(TORCH_INDEX) 'torch==$(TORCH)' || { \
	    echo "torch $(TORCH) cannot be had here: taking another of $(TORCH_RANGE), which is not the one we tested with" >&2; \
	    $(PIP) --retries 0 --no-deps --extra-index-url $(TORCH_INDEX) '$(TORCH_RANGE)'; }; }
	@torch=$$($(BIN)/python -c 'from importlib.metadata import version; print(version("torch").split("+")[0])'); \
	  sed "s/^torch==.*/torch==$$torch/" constraints.txt > .venv/constraints.txt
	@echo "installing the rest"; $(PIP) -c .venv/constraints.txt -e '.[dev]'
	@touch $(STAMP)

demo: $(STAMP) ## show the main job on an invented world: sites, nights, alert mails, report, scorecard
	$(BIN)/listening demo

test: $(STAMP) ## run the tests, offline
	$(QUIET) $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: $(STAMP) ## check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP) ## check the types
	$(BIN)/mypy

contract: $(STAMP) ## check who may import whom
	$(BIN)/lint-imports

gate: $(STAMP) ## hold the models to their hashes and floors
	$(QUIET) $(BIN)/python models/gate.py

bench: $(STAMP) ## time a night over 2,000 new posts, and one with nothing new
	$(QUIET) $(BIN)/python bench/night.py

docs: $(STAMP) ## write docs/settings.md anew from the table of settings
	$(BIN)/listening settings docs -o docs/settings.md

clean: ## remove the virtual environment, caches and builds; data/var/ stays
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
