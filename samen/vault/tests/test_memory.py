"""G12: what somebody read is in the memory of her process, and leaves with it.

Looked for from outside, in all memory that a process has. The search is tried first while the
vault is open: there it finds all of it.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from samen.vault.tests.test_killed import environment, migrated

pytestmark = pytest.mark.slow

# As at the desk (config serve): one process that only begins others, and one that reads.
DESK = """
import os, sys, json
import django
django.setup()
from django.db import connection

def read():
    from samen.vault.tests import make
    sara = make.colleague()
    record = make.record(sara, words=bytes.fromhex(sys.argv[1]))
    words = make.read(sara, record)
    root, signer = sara.keyring.root.reveal(), sara.keyring.bundle.signer.reveal()
    ring = sara.keyring.bundle.ring.reveal()
    print(json.dumps([os.getpid(), root.hex(), signer.hex(), ring.hex()]), flush=True)
    sys.stdin.readline()

reader = os.fork()
if not reader:
    read()
    os._exit(0)
os.waitpid(reader, 0)
print("renewed", flush=True)
sys.stdin.readline()
"""
CANARY = b"CANARY-page-AminaAminaAmina"


def memory(process: int) -> bytes:
    """Everything that this process can read of itself."""
    found = []
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as mem:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            region, rights, *_rest = line.split()
            if "r" not in rights or "[v" in line:
                continue
            start, end = (int(edge, 16) for edge in region.split("-"))
            try:
                mem.seek(start)
                found.append(mem.read(end - start))
            except OSError:
                continue
    return b"".join(found)


def test_words_and_keys_leave_with_the_process_that_read(tmp_path: Path) -> None:
    migrated(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", DESK, CANARY.hex()],
        cwd=settings.BASE,
        env=environment(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        reader, *keys = json.loads(parent.stdout.readline())
        secrets = [CANARY, *(bytes.fromhex(key) for key in keys)]
        try:
            open_vault = memory(reader)
        except PermissionError:
            pytest.skip("this machine does not let one process look at another")
        assert [secret in open_vault for secret in secrets] == [True] * 4

        parent.stdin.write("locked\n")
        parent.stdin.flush()
        assert parent.stdout.readline() == "renewed\n"
        assert not Path(f"/proc/{reader}").exists()
        left = memory(parent.pid)
        assert len(left) > 10_000_000
        assert [secret in left for secret in secrets] == [False] * 4
        parent.stdin.write("over\n")
