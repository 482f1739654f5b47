#!/bin/sh
# Everything from an empty folder to a page that answers, then the server in the foreground.
# Asks nothing; what is already there is kept. Settings: docs/settings.md.
set -eu
cd "$(dirname "$0")/.."
. scripts/here.sh

# One line a step; what a step says is shown only when it fails.
step() {
    printf '%-28s' "$1"
    shift
    began=$(date +%s%N)
    said=$("$@" 2>&1) || {
        printf 'failed: %s\n%s\n' "$*" "$said"
        exit 1
    }
    took=$((($(date +%s%N) - began) / 100000000))
    printf '%5d.%d s\n' $((took / 10)) $((took % 10))
}

step "Python packages" scripts/setup.sh run
step "Translations" .venv/bin/python scripts/messages.py compile
step "Database" scripts/samen migrate --no-input --verbosity 0
step "Style and pictures" scripts/samen collectstatic --no-input --verbosity 0
step "The map of help" scripts/samen import_map --quiet
step "Cards and documents" scripts/samen project
exec scripts/samen serve
