# The front door. `make` alone lists what there is.
.DEFAULT_GOAL := help
.PHONY: help run demo invite check test prove bench pictures messages lock

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run: ## Start SAMEN on this machine; the address is printed (PORT, SAMEN_DATA)
	@scripts/run.sh

demo: ## The same with data of its own, in var/demo
	@SAMEN_DATA=$${SAMEN_DATA:-var/demo} scripts/run.sh

invite: ## Invite the first colleague of this machine's SAMEN: make invite EMAIL=you@example.org
	@. scripts/here.sh && scripts/samen invite "$(EMAIL)"

check: ## What to run before every commit: linters, translations, the quick tests
	@scripts/setup.sh dev
	@.venv/bin/python scripts/check.py fast

test: ## Everything: linters, every test on SQLite and in a browser, then on PostgreSQL
	@scripts/setup.sh dev
	@.venv/bin/python scripts/check.py full

prove: ## The same, and refuses where the files of HSDS are missing (SAMEN_HSDS_DIR)
	@scripts/setup.sh dev
	@.venv/bin/python scripts/check.py prove

bench: ## Measure how fast finding help is, and hold it against the targets
	@scripts/setup.sh dev
	@scripts/setup.sh peers || echo "It is measured without them; the page says which are missing."
	@scripts/samen bench

pictures: ## The screenshots of docs/pictures anew
	@scripts/setup.sh dev
	@.venv/bin/python scripts/screenshots.py

messages: ## Gather new words of every visitor room into its catalogues (needs gettext)
	@scripts/setup.sh dev
	@.venv/bin/python scripts/messages.py update

lock: ## Renew the lists of exact package versions in requirements/
	@scripts/lock.sh
