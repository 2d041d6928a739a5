# make run      the page on http://127.0.0.1:7860
# make test     linters, types and tests
# make check    the same without pytest: linters, types, layers, dead code, licences, spelling
# make docs     the documents, as pages in site/
# make index    rebuild the index of data/
# make bench    beside LangChain, txtai, Haystack and bm25s, then speed and memory, as ratios
# make bench-scale   from 24 sheets to 100,000; two servers while their database fails over
# make soak     load, memory, swaps and kills, for half an hour; figures to docs/reliability.md
# make fuzz     100,000 inputs of every kind
# make pictures the pictures of the guide, from the real page

PYTHON ?= python3
VENV := .venv
# another package index for torch, where the default one would bring CUDA
TORCH := torch==2.13.0 $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX))
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check install --quiet

.PHONY: run test check docs index bench bench-scale soak fuzz pictures clean

run: $(VENV)/installed
	$(VENV)/bin/python app.py

test: check
	$(VENV)/bin/python -m pytest -n auto --dist loadfile  # a file is one worker's: its fixtures are made once

check: $(VENV)/installed-test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache --no-logo
	$(VENV)/bin/vulture
	$(VENV)/bin/python -m tools.licences --check
	$(VENV)/bin/python -m tools.spelling

docs: $(VENV)/installed-test
	$(VENV)/bin/mkdocs build --strict

index: $(VENV)/installed
	$(VENV)/bin/assistant index

bench: $(VENV)/installed-test .venv-peers/installed
	$(VENV)/bin/python -m benchmarks.compare docs
	$(VENV)/bin/python benchmarks/speed.py

bench-scale: $(VENV)/installed-test
	$(VENV)/bin/python -m benchmarks.scale docs
	$(VENV)/bin/python -m benchmarks.failover docs

soak: $(VENV)/installed-test
	$(VENV)/bin/python -m benchmarks.soak

fuzz: $(VENV)/installed-test
	$(VENV)/bin/python -m benchmarks.fuzz

pictures: $(VENV)/installed-test
	$(VENV)/bin/python -m benchmarks.pictures

clean:
	rm -rf $(VENV) .venv-peers site

$(VENV)/installed: pyproject.toml constraints.txt
	@echo "Installation dans $(VENV) (quelques minutes, une seule fois)…"
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 ou plus récent est nécessaire.")'
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --constraint constraints.txt $(TORCH)
	$(PIP) --constraint constraints.txt --editable .
	-$(VENV)/bin/assistant setup
	touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(PIP) --constraint constraints.txt --editable '.[test]'
	touch $@

.venv-peers/installed: benchmarks/peers/requirements.txt
	@echo "Installation des outils comparés dans .venv-peers (2,3 Go, une seule fois)…"
	test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip --disable-pip-version-check install --quiet $(TORCH)
	.venv-peers/bin/python -m pip --disable-pip-version-check install --quiet --requirement benchmarks/peers/requirements.txt
	touch $@
