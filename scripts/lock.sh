#!/bin/sh
# Writes the exact version and the hashes of every package, for every platform and Python from
# 3.11. The developers' list contains the running list, version by version.
set -eu
cd "$(dirname "$0")/.."
[ -x .venv/bin/python ] || scripts/setup.sh run
.venv/bin/python -m uv --version >/dev/null 2>&1 ||
    .venv/bin/python -m pip install --quiet --disable-pip-version-check uv

# The tail of each command is a way to say more: `scripts/lock.sh --upgrade`.
compile() {
    .venv/bin/python -m uv pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
        pyproject.toml "$@"
}
compile --output-file requirements/run.txt "$@"
compile --group dev --constraint requirements/run.txt --output-file requirements/dev.txt "$@"
