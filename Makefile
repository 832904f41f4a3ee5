# make demo   embeds and extracts a record in a phantom series, results in demo-out/ (own environment, without torch)
# make test   runs every check: style, types, documentation, tests (own environment, with torch)
# make bench  measures how long embed and extract take
# make test-slicer   tests the Slicer module alone (own environments, Python 3.12)
# make lists  updates the lists of files in the CMakeLists.txt of StegoMedLib and StegoMed
# make docs   builds the documentation as a website in site/
# make results  updates the tables of docs/results.md from docs/results/
# make conformance  writes the conformance statement of de-identification
# make architecture  updates the drawing of imports
# make clean  removes everything that these made
#
# The environments install the exact versions of constraints.txt, and are renewed when it or pyproject.toml changes.

PYTHON ?= python3
DEMO_OUT ?= demo-out

DEMO_ENV := .venv-demo
TEST_ENV := .venv-test
LISTS := StegoMedLib/CMakeLists.txt
PANEL_LISTS := StegoMed/CMakeLists.txt
PIP_INSTALL = bin/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt --editable

.DELETE_ON_ERROR:
.PHONY: help demo test test-slicer lists docs results conformance architecture bench clean

help:
	@sed -n 's/^# //p' Makefile | head -n 10

# $(call environment,FOLDER): a new virtual environment; Debian keeps the module for it in a package of its own.
define environment
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
	  || { echo "StegoMed needs Python 3.10 or later; name one with: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { $(call debian,python3-venv); }
	@rm -rf $(1)
	@echo "Making the environment $(1) ..."
	@$(PYTHON) -m venv $(1)
endef

# $(call debian,PACKAGES): installs Debian packages where that is allowed, else names them and goes on.
define debian
if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing the Debian packages $(1) ..."; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  { apt-get -qq update && apt-get -qq install -y --no-install-recommends $(1); } >/dev/null 2>&1 \
	    || echo "Debian packages that could not be installed: $(1)"; \
	else \
	  echo "Debian packages are missing that only root may install: apt-get install $(1)"; \
	fi
endef

HAS_ZBAR = bin/python -c 'import ctypes.util, sys; sys.exit(ctypes.util.find_library("zbar") is None)'

$(DEMO_ENV)/ready: pyproject.toml constraints.txt
	$(call environment,$(DEMO_ENV))
	@echo "Installing StegoMed into it ..."
	@$(DEMO_ENV)/$(PIP_INSTALL) ".[pictures]"
	@touch $@

$(TEST_ENV)/ready: pyproject.toml constraints.txt
	$(call environment,$(TEST_ENV))
	@echo "Installing StegoMed, torch and the tools for tests into it (several gigabytes) ..."
	@$(TEST_ENV)/$(PIP_INSTALL) ".[test]"
	@touch $@

demo: $(DEMO_ENV)/ready
	@$(DEMO_ENV)/$(HAS_ZBAR) || { $(call debian,libzbar0); }
	@$(DEMO_ENV)/$(HAS_ZBAR) || echo "libzbar is missing: zxing-cpp reads the QR codes instead."
	$(DEMO_ENV)/bin/stegomed demo --out $(DEMO_OUT) --overwrite

test: $(TEST_ENV)/ready
	@$(TEST_ENV)/$(HAS_ZBAR) || { $(call debian,libzbar0); }
	@command -v dciodvfy >/dev/null || { $(call debian,dicom3tools); }
	@command -v dcmdump >/dev/null || { $(call debian,dcmtk); }
	@command -v Orthanc >/dev/null || { $(call debian,orthanc orthanc-dicomweb orthanc-python); }
	@command -v strace >/dev/null || { $(call debian,strace); }
	$(TEST_ENV)/bin/ruff check
	$(TEST_ENV)/bin/ruff format --check
	$(TEST_ENV)/bin/mypy
	$(TEST_ENV)/bin/mkdocs build --quiet --strict
	$(TEST_ENV)/bin/pytest --numprocesses auto --dist loadfile
	bash Testing/slicer/run

# The Slicer side alone: the test host, the panel on it, the extension's build; on two versions of slicer-core.
test-slicer:
	bash Testing/slicer/run

# The lists of what Slicer packages: the library's files, models and tables, and the module's files.
lists:
	@{ sed '/^set(LIBRARY_SCRIPTS$$/q' $(LISTS); \
	  (cd StegoMedLib && find . -name '*.py' -not -path './lab/*' -not -path './training/*' | sed 's,^\./,  ,' \
	    | LC_ALL=C sort); \
	  printf '  )\n\nset(LIBRARY_RESOURCES\n'; \
	  (cd StegoMedLib && find ../Resources/Models ../Resources/Standard -type f | sed 's,^,  ,' | LC_ALL=C sort); \
	  printf '  )\n\n'; sed -n '/^slicerMacroBuildScriptedModule($$/,$$p' $(LISTS); } > $(LISTS).new
	@mv $(LISTS).new $(LISTS)
	@{ sed '/^set(MODULE_PYTHON_SCRIPTS$$/q' $(PANEL_LISTS); \
	  (cd StegoMed && find . -name '*.py' | sed 's,^\./,  ,' | LC_ALL=C sort); \
	  printf '  )\n\nset(MODULE_PYTHON_RESOURCES\n'; \
	  (cd StegoMed && find Resources -type f | sed 's,^,  ,' | LC_ALL=C sort); \
	  printf '  )\n\n'; sed -n '/^slicerMacroBuildScriptedModule($$/,$$p' $(PANEL_LISTS); } > $(PANEL_LISTS).new
	@mv $(PANEL_LISTS).new $(PANEL_LISTS)

# Needs no network; a link or an anchor that leads nowhere is an error.
docs: $(TEST_ENV)/ready
	$(TEST_ENV)/bin/mkdocs build --quiet --strict
	@echo "See site/index.html."

results: $(TEST_ENV)/ready
	PYTHONPATH=. $(TEST_ENV)/bin/python Testing/docs/results.py

conformance: $(TEST_ENV)/ready
	PYTHONPATH=. $(TEST_ENV)/bin/python Testing/docs/conformance.py

architecture: $(TEST_ENV)/ready
	PYTHONPATH=. $(TEST_ENV)/bin/python Testing/docs/imports_drawing.py

bench: $(TEST_ENV)/ready
	$(TEST_ENV)/bin/python Testing/benchmarks/run.py

clean:
	rm -rf $(DEMO_ENV) $(TEST_ENV) .venv-slicer-* $(DEMO_OUT) build site stegomed.egg-info .mypy_cache .ruff_cache .hypothesis
