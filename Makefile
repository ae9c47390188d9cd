# make install   .venv with everything Tack needs
# make demo      Tack in a local Slack on http://127.0.0.1:8600; PORT= and DATA= change that, RESET=1 begins anew
# make bench     what it costs, measured beside its bars; ARGS="clicks --database sqlite" for one
# make test      everything: rules, both databases, Block Kit, the house rules
# make soak      kill Tack 200 times under load; KILLS= for more, TACK_SEED= to repeat a failure
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --disable-pip-version-check
PORT   ?= 8600
DATA   ?= $(wildcard $(TACK_DATA))
KILLS  ?= 200

# The processes of a test run read the same code: what one has compiled the others need not.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: install demo bench test soak lock clean

# uv, itself one of the locked packages, installs the others in a fifth of the time that pip takes.
install: $(VENV)/.installed

$(VENV)/.installed: requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Tack needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 2; }
	@echo "Setting up $(VENV) (once, about half a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.txt | $(PIP) --quiet --require-hashes -r /dev/stdin
	@$(BIN)/uv pip install --quiet --require-hashes -r requirements-dev.txt --python $(BIN)/python || \
		{ echo "Going on with pip, which takes a minute longer ..."; $(PIP) --require-hashes -r requirements-dev.txt; }
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python -e .
	@touch $@

demo: install
	@$(if $(RESET),rm -f demo.db demo.db-wal demo.db-shm)
	@$(BIN)/tack demo --port $(PORT) $(if $(DATA),--data $(DATA))

bench: install
	@$(BIN)/python -m bench $(ARGS)

test: install
	@$(BIN)/python -m pytest $(ARGS)

soak: install
	@TACK_KILLS=$(KILLS) $(BIN)/python -m pytest -n 0 tests/faults/test_kills.py $(ARGS)

lock: install
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --extra dev pyproject.toml -o requirements-dev.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
