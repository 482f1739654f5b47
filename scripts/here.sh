# How SAMEN runs on this machine, for whoever sits at it. Read by run.sh and `make invite`.
# Plain HTTP, because this listens on this machine only.
export SAMEN_HTTPS="${SAMEN_HTTPS:-no}"
export PORT="${PORT:-8000}"
export DESK_PORT="${DESK_PORT:-$((PORT + 1))}"
export SAMEN_SITE="${SAMEN_SITE:-http://127.0.0.1:$PORT}"
export SAMEN_DESK_SITE="${SAMEN_DESK_SITE:-http://localhost:$DESK_PORT}"
