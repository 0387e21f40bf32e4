# Two commands most people need: `make lab` opens the course, `make test` checks it.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
TOOLS := .tools/Scripts
else
BIN := .venv/bin
TOOLS := .tools/bin
endif
# uv: the one on PATH, else a private copy in .tools
UV := $(shell command -v uv 2>/dev/null || echo $(TOOLS)/uv)
export PATH := $(CURDIR)/$(BIN):$(PATH)
export VIRTUAL_ENV := $(CURDIR)/.venv
READY := .venv/.ready
REQUIRE ?=

.DEFAULT_GOAL := help
.PHONY: help lab test notebooks exercises datasets demo release lint bench mutants upgrade system-deps setup clean

help:  ## list these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY)  ## install everything Python needs into .venv

ifeq ($(UV),$(TOOLS)/uv)
$(READY): $(UV)
$(UV):
	$(PYTHON) -m venv .tools
	$(TOOLS)/python -m pip install --quiet --disable-pip-version-check uv
endif

$(READY): requirements.lock pyproject.toml
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	$(UV) pip sync --quiet requirements.lock
	$(UV) pip install --quiet --no-deps --editable .
	touch $@

lab: $(READY)  ## open JupyterLab on the welcome notebook
	crm-course lab

test: $(READY)  ## run every test this machine can run (REQUIRE=all: a skip fails)
	REQUIRE=$(REQUIRE) pytest -n auto --dist loadfile

lint: $(READY)  ## style and types
	ruff check . && ruff format --check . && mypy

datasets: $(READY)  ## make the data again from their seeds
	crm-course datasets

notebooks: $(READY)  ## course/text -> chapters
	crm-course notebooks

exercises: $(READY)  ## solutions -> exercises
	crm-course exercises

demo: $(READY)  ## grade the sample class of twelve into class/demo
	crm-course demo tests/sample_class

BENCH := .venv-bench/.ready
bench: $(READY) $(BENCH)  ## measure against peers, in ratios (slow)
	python tests/bench/purchases.py --peer-python .venv-bench/bin/python
	python tests/bench/bench_hotel.py --peer-python .venv-bench/bin/python
	python tests/bench/bench_rice_shop.py
	python tests/bench/bench_value.py --peer-python .venv-bench/bin/python
	python tests/bench/bench_diary.py
	python tests/bench/bench_grading.py --hostile

$(BENCH): tests/bench/requirements.txt
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv-bench
	VIRTUAL_ENV=$(CURDIR)/.venv-bench $(UV) pip install --quiet --requirement $<
	touch $@

mutants: $(READY)  ## break methods and reference answers in small ways: which tests notice?
	python tests/mutate_answers.py --write
	python tests/mutants.py crmlib.segmentation tests/crmlib/test_segmentation.py
	python tests/mutants.py crmlib.sixc tests/crmlib/test_sixc.py

release: $(READY)  ## write the student kit to dist/kit
	crm-course release

upgrade: $(READY)  ## newest versions into the lock, rebuild, list the numbers that changed
	$(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	  --extra lab --extra test pyproject.toml --output-file requirements.lock
	$(MAKE) setup
	crm-course notebooks --report-changes

system-deps:  ## the Debian packages that the browser and sandbox tests use (as root or with sudo)
	@sudo=$$( [ "$$(id -u)" = 0 ] || echo sudo ); \
	$$sudo apt-get update -qq && $$sudo apt-get install -qq -y --no-install-recommends bubblewrap chromium fonts-wqy-zenhei postgresql

clean:  ## forget the environment and everything made
	rm -rf .venv .venv-bench .tools dist class/demo
