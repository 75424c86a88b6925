# make demo and make test need only Python 3.11 or newer, git and make; both keep their environment in .venv/.
PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test lint docs bench lock packs language clean

demo: .venv/base
	$(BIN)/jaiza demo

test: .venv/dev
	$(RUN) -m pytest -n 2 --dist loadfile

lint: .venv/dev
	$(BIN)/ruff format --check src tests tools benchmarks
	$(BIN)/ruff check src tests tools benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: .venv/dev
	$(RUN) tools/docs/write_reference.py
	$(BIN)/mkdocs build --strict

bench: .venv/bench
	@for b in index_uncertainty allocation_speed network_speed place_names points_to_areas need_sensitivity; do echo "== $$b"; $(RUN) benchmarks/$$b.py || exit 1; done

# Environments: uv where it is installed, plain pip otherwise; both from the same hashes.
.venv/base: requirements/base.txt pyproject.toml
	@sh tools/environment.sh "$(PYTHON)" requirements/base.txt
	@touch .venv/base

.venv/dev: requirements/dev.txt pyproject.toml
	@sh tools/environment.sh "$(PYTHON)" requirements/dev.txt
	@touch .venv/base .venv/dev

.venv/bench: requirements/bench.txt pyproject.toml
	@sh tools/environment.sh "$(PYTHON)" requirements/bench.txt
	@touch .venv/base .venv/dev .venv/bench

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet
lock:
	$(LOCK) pyproject.toml --group build -o requirements/base.txt
	$(LOCK) pyproject.toml --group dev -o requirements/dev.txt
	$(LOCK) pyproject.toml --group dev --group bench -o requirements/bench.txt

packs: .venv/dev
	$(RUN) tools/packs/pakistan.py
	$(RUN) tools/packs/training.py

language: .venv/dev
	$(RUN) tools/language.py

clean:
	rm -rf .venv demo demo-training site build dist
