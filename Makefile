# Two commands matter: `make run` and `make test`. Both need Python 3.11 or newer, its venv module and make.
# PYTHON names the interpreter, PORT the portal's port.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && exit; done; echo python3)
VENV := .venv/bin/python
LOCAL := $(VENV) -m pmi_portal.local
INSTALL := pmi_portal/local/install.py
UV_COMPILE := $(VENV) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url

.PHONY: help run reset backup restore test lint bench scan chaos soak mutants format messages pins installed installed-dev
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile

run: installed ## the whole portal with demo data on this machine; Ctrl-C stops it
	@exec $(LOCAL) run

reset: installed ## forget the demo
	@$(LOCAL) reset

backup: installed ## back up the running portal: TO=folder, and its keys, sealed: KEYS=file
	@exec $(LOCAL) backup

restore: installed ## restore a backup into a new portal and prove it: BACKUP=folder KEYS=file LEDGER=file PORT=8001
	@exec $(LOCAL) restore

test: installed-dev ## every test; ARGS="-k word" for some, with pytest's options
	@exec $(LOCAL) test $(ARGS)

lint: installed-dev ## style, types, layers, templates, migrations, deployment settings, translations
	@exec $(LOCAL) lint

bench: installed-dev ## pages with up to a million cases beside a floor; ARGS="10000 --seconds 3 --times 1" for a quick look
	@exec $(LOCAL) bench $(ARGS)

scan: installed-dev ## HTTP Observatory, Wapiti and sqlmap against a portal over TLS; needs ports 80 and 443
	@exec $(LOCAL) scan $(ARGS)

chaos: installed-dev ## kill parts of the portal while people work, 200 rounds; ARGS="--rounds 20 --seed 1" for others
	@exec $(LOCAL) chaos $(ARGS)

soak: installed-dev ## an hour of mixed work; memory, files and connections stay flat; ARGS="--minutes 10" for less
	@exec $(LOCAL) soak $(ARGS)

mutants: installed-dev ## small faults in rules and ciphers, to see whether a test notices each; ARGS="sealing" for some
	@exec $(LOCAL) mutants $(ARGS)

format: installed-dev ## let ruff and djlint rewrite the sources
	@$(VENV) -m ruff check --fix .
	@$(VENV) -m ruff format .
	@$(VENV) -m djlint --reformat --quiet templates

messages: installed-dev ## collect new messages for translation and compile the catalogues
	@$(LOCAL) messages

pins: installed-dev ## resolve requirements/*.in anew (UPGRADE=--upgrade for newer versions)
	@$(UV_COMPILE) $(UPGRADE) -o requirements.txt requirements/portal.in
	@$(UV_COMPILE) $(UPGRADE) -o requirements/engines.txt requirements/engines.in
	@$(UV_COMPILE) $(UPGRADE) -o requirements/dev.txt requirements/dev.in
	@$(UV_COMPILE) $(UPGRADE) -o requirements/scan.txt requirements/scan.in

installed:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed, and there is no $(PYTHON) here." >&2; exit 1; }
	@$(PYTHON) $(INSTALL) run

installed-dev:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed, and there is no $(PYTHON) here." >&2; exit 1; }
	@$(PYTHON) $(INSTALL) test
