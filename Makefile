# make app    serves the app (GRADIO_SERVER_PORT or 7860)        make test   runs every test
# make check  format, lint and types                             make bench  speed, as ratios
# make format lets formatters rewrite what they can              make clean  removes .venv and caches
# make hostile  thousands of hostile calls on the running app (HOSTILE_ARGS="--calls 5000 --seed 0")
# make handout  writes every lesson on one picture into handout.html (HANDOUT_ARGS="--picture scene:7 --to FILE")
# make space SPACE=user/name  uploads the app to a Hugging Face Space (SPACE_ARGS=--dry-run only lists)
#
# Each target first makes .venv and installs what is missing. A stamp in .venv remembers which requirements were installed.

VENV := .venv
PY := $(VENV)/bin/python
SOURCES := app.py demos lecture_models
SCRIPTS := 'demos/**/*.js' 'tests/js/*.mjs'

.PHONY: app test check bench hostile handout space format vendor clean browser
.DELETE_ON_ERROR:

app: $(VENV)/.app
	@$(PY) -m compileall -q $(SOURCES)
	$(PY) app.py

test: $(VENV)/.dev browser
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

handout: $(VENV)/.app
	$(PY) -m demos.handout $(HANDOUT_ARGS)

check: $(VENV)/.dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(VENV)/bin/oxfmt --check $(SCRIPTS)
	$(VENV)/bin/oxlint --deny-warnings demos tests/js

bench: $(VENV)/.dev
	$(PY) -m compileall -q $(SOURCES)
	$(PY) -m pytest tests/benchmarks -o addopts="--import-mode=importlib" -p no:cacheprovider --benchmark-columns=median,iqr,rounds --benchmark-sort=name $(PYTEST_ARGS)

hostile: $(VENV)/.dev
	@$(PY) -m compileall -q $(SOURCES)
	$(PY) -m tests.hostile $(HOSTILE_ARGS)

space: $(VENV)/.app
	@$(PY) -m demos.space $(SPACE_ARGS) '$(SPACE)'

format: $(VENV)/.dev
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .
	$(VENV)/bin/oxfmt $(SCRIPTS)

# The browser's libraries again, as assets/vendor/vendor.json says (npm is needed).
vendor: $(VENV)/.dev
	$(PY) assets/vendor/fetch.py

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .benchmarks

# The first Python from 3.10 to 3.13 that runs; a name on the path alone proves nothing (pyenv's shims).
FIND_PYTHON = python=; for name in python3.12 python3.11 python3.13 python3.10 python3 python; do \
	if $$name -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; then \
	python=$$name; break; fi; done

$(PY):
	@$(FIND_PYTHON); \
	if command -v uv >/dev/null 2>&1; then \
		uv venv --quiet --python "$${python:->=3.10,<3.14}" $(VENV); \
	elif [ -z "$$python" ]; then \
		echo "What & Where needs Python 3.10, 3.11, 3.12 or 3.13: install one (or uv, which brings its own) and run make again."; exit 1; \
	elif ! $$python -c 'import ensurepip, venv' >/dev/null 2>&1; then \
		echo "This Python cannot make a virtual environment: install it with 'sudo apt-get install python3-venv' and run make again."; exit 1; \
	else \
		$$python -m venv $(VENV) || { rm -rf $(VENV); exit 1; }; \
	fi

# uv is many times as fast and compiles byte-code when asked; pip compiles by itself. --group needs pip 25.1.
INSTALL = if command -v uv >/dev/null 2>&1; then set -- uv pip install --python $(PY) --compile-bytecode; else \
	$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip; \
	$(PY) -m pip install --quiet --upgrade 'pip>=25.1'; set -- $(PY) -m pip install; fi

$(VENV)/.app: requirements.txt | $(PY)
	@set -e; $(INSTALL); "$$@" -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements.txt pyproject.toml | $(PY)
	@set -e; $(INSTALL); "$$@" -r requirements.txt --group dev
	@touch $@ $(VENV)/.app

# Chromium of the system if there is one (or $$CHROMIUM), else Playwright's own; without either the browser tests are skipped.
browser: $(VENV)/.dev
	@for name in "$$CHROMIUM" chromium-headless-shell chromium chromium-browser google-chrome; do command -v "$$name" >/dev/null 2>&1 && exit 0; done; \
	$(PY) -m playwright install chromium || echo "No Chromium, and none could be fetched: the tests of the page in a browser are skipped."
