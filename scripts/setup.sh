#!/bin/sh
# Everything a run or a test needs on this machine. Asks nothing.
#
#   scripts/setup.sh run        .venv with what SAMEN runs on
#   scripts/setup.sh dev        .venv with the tools of developers as well
#   scripts/setup.sh packages   the Debian packages of the test suite
#   scripts/setup.sh peers      those of the peers that `make bench` measures beside SAMEN
#
# Packages of Debian are installed when this is root, and named when it is not.
set -eu
cd "$(dirname "$0")/.."

debian() {
    line="apt-get install -y $*"
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "Missing on this machine. Please run: sudo $line" >&2
        return 1
    fi
    echo "$line"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null || true
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

packages() {
    missing=
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
    command -v chromium >/dev/null || missing="$missing chromium"
    command -v xgettext >/dev/null || missing="$missing gettext"
    [ -e /usr/share/fonts/truetype/noto/NotoSansEthiopic-Regular.ttf ] ||
        missing="$missing fonts-noto-core"
    # Unquoted: one word per package.
    # shellcheck disable=SC2086
    [ -z "$missing" ] || debian $missing
}

peers() {
    missing=
    ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 ||
        missing="$missing postgresql postgresql-postgis"
    PATH=$PATH:/usr/sbin command -v nginx >/dev/null || missing="$missing nginx-light"
    command -v wrk >/dev/null || missing="$missing wrk"
    command -v cc >/dev/null || missing="$missing gcc libc6-dev"
    # shellcheck disable=SC2086
    [ -z "$missing" ] || debian $missing
}

environment() {
    python=${PYTHON:-python3}
    command -v "$python" >/dev/null || debian python3
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
        echo "SAMEN needs Python 3.11 or later. Say which one with PYTHON=..." >&2
        return 1
    }
    "$python" -m ensurepip --version >/dev/null 2>&1 || debian python3-venv
    echo "Making .venv"
    "$python" -m venv --clear .venv
}

# SAMEN itself is not installed: it runs from this folder. This is its command.
launcher() {
    cat >.venv/bin/samen <<'LAUNCHER'
#!/bin/sh
exec "$(CDPATH='' cd -P "$(dirname "$0")/../.." && pwd)/scripts/samen" "$@"
LAUNCHER
    chmod +x .venv/bin/samen
}

install() {
    lock=requirements/$1.txt
    stamp=.venv/.installed-$1
    wanted=$(sha256sum <"$lock")
    [ "$wanted" = "$(cat "$stamp" 2>/dev/null)" ] && return
    echo "Installing $lock"
    said=$(.venv/bin/python -m pip install --disable-pip-version-check --no-input \
        --require-hashes --requirement "$lock" 2>&1) || {
        echo "$said"
        return 1
    }
    launcher
    echo "$wanted" >"$stamp"
}

case ${1:-} in
packages) packages ;;
peers) peers ;;
run | dev)
    # One at a time: a second setup waits for the first.
    exec 9<"requirements/$1.txt"
    flock 9
    .venv/bin/python -m pip --version >/dev/null 2>&1 || environment
    install "$1"
    .venv/bin/python scripts/kernel.py
    ;;
*)
    echo "usage: scripts/setup.sh run|dev|packages|peers" >&2
    exit 2
    ;;
esac
