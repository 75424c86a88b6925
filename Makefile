# make demo and make test need only Python 3.11 or newer, git and make; both keep their environment in .venv/.
PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test lint docs bench prove fuzz serve lock packs language clean

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

# Faults: killed while writing, at every step, and while assessing.
prove: .venv/dev
	$(RUN) -m pytest tests/store/test_swapping.py tests/test_results_on_disk.py -k "kill or crash or fail" -v

# Ten minutes of mutated tables; SECONDS=60 for less.
SECONDS ?= 600
fuzz: .venv/dev
	$(RUN) tools/fuzz/fuzz_table_files.py $(SECONDS)

# The demo's reports on this machine only; the explorer is not there yet.
serve: demo
	$(RUN) -m http.server --bind 127.0.0.1 --directory demo/results 8000

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
