"""Run a command with a PostgreSQL of its own, and leave nothing behind.

    with_postgres.py -- COMMAND [ARGUMENT ...]

Starts a new cluster from Debian's binaries in a temporary folder, reachable through a socket in
that folder and by no network, sets DATABASE_URL, runs the command, stops the cluster and removes
the folder, also when the command fails or this is told to stop. PostgreSQL refuses to run as
root, so root starts it as the user `postgres`, or `nobody` where that does not exist.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

PATIENCE = 60  # seconds for the server to answer
# Tests throw the data away: nothing has to survive a power cut.
CARELESS = ("fsync", "synchronous_commit", "full_page_writes")


def binaries() -> Path:
    """Debian's newest PostgreSQL, or the one in the path."""
    versions = sorted(
        (folder for folder in Path("/usr/lib/postgresql").glob("*/bin")),
        key=lambda folder: float(folder.parent.name),
    )
    found = shutil.which("initdb")
    if not versions and not found:
        sys.exit("PostgreSQL is missing. Please run: sudo apt-get install -y postgresql")
    return versions[-1] if versions else Path(str(found)).resolve().parent


def demotion() -> tuple[str, ...]:
    """The words before a command that make it run as somebody who is not root."""
    if os.getuid() != 0:
        return ()
    user = server_user()
    return (
        "setpriv",
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--clear-groups",
        "--reset-env",
    )


def server_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that the server owns; in /tmp, because the path of a socket must be short."""
    place = Path(tempfile.mkdtemp(prefix="samen-pg-", dir="/tmp"))
    try:
        if os.getuid() == 0:
            os.chown(place, server_user().pw_uid, server_user().pw_gid)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def server(place: Path, *settings: str) -> Iterator[None]:
    """`settings`: more of them, as "name=value"."""
    tools = binaries()
    data = str(place / "data")
    quietly(
        *demotion(),
        *(str(tools / "initdb"), "--pgdata", data, "--username", "samen", "--auth", "trust"),
        *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
    )
    careless = [word for name in CARELESS for word in ("-c", f"{name}=off")]
    careless += [word for setting in settings for word in ("-c", setting)]
    log = place / "log"
    with log.open("w") as said:
        # A session of its own: Ctrl-C reaches the command first, and the server after it.
        # And should this process be killed outright, the kernel stops the server.
        process = subprocess.Popen(
            [
                *(*demotion(), "setpriv", "--pdeathsig", "INT"),
                *(str(tools / "postgres"), "-D", data, "-k", str(place)),
                *("-c", "listen_addresses=", "-c", "max_connections=200", *careless),
            ],
            stdout=said,
            stderr=said,
            cwd=place,
            start_new_session=True,
        )
    try:
        wait_for(tools, place, process)
        quietly(str(tools / "createdb"), "-h", str(place), "-U", "samen", "samen")
        yield
    finally:
        # "Fast" shutdown: open connections are closed, nobody is waited for.
        process.send_signal(signal.SIGINT)
        process.wait()


def quietly(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def wait_for(tools: Path, place: Path, process: "subprocess.Popen[bytes]") -> None:
    ready = (str(tools / "pg_isready"), "--quiet", "--host", str(place), "--username", "samen")
    end = time.monotonic() + PATIENCE
    while subprocess.run(ready, check=False).returncode:
        if process.poll() is not None or time.monotonic() > end:
            sys.exit(f"PostgreSQL did not start:\n{(place / 'log').read_text()}")
        time.sleep(0.05)


def stop(_number: int, _frame: object) -> None:
    """A polite request to stop becomes an exception, so that everything is cleaned up."""
    sys.exit(143)


def main() -> int:
    if len(sys.argv) < 3 or sys.argv[1] != "--":  # noqa: PLR2004 "--" and a command
        print(__doc__)
        return 2
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)
    with folder() as place, server(place):
        address = f"postgres://samen@{quote(str(place), safe='')}/samen"
        with subprocess.Popen(sys.argv[2:], env=os.environ | {"DATABASE_URL": address}) as command:
            try:
                return command.wait()
            except (KeyboardInterrupt, SystemExit):
                command.terminate()
                command.wait()
                raise


if __name__ == "__main__":
    sys.exit(main())
