"""One door of SAMEN behind granian: WSGI, one process a core.

    python -m samen.config.server DOOR HOST PORT WORKERS

`samen serve` begins it (docs/server.md). This process itself knows nothing of Django or of SAMEN;
so those that answer, which are forked from it, read the code whenever they begin anew.
"""

import os
import resource
import signal
import sys
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.server import mp

VISITORS, DESK = "visitors", "desk"
THREADS = 5  # one for pages, the others for who is slow (samen/config/beside.py)
FINISH = 20  # seconds that a process gets for what it is at: a reader may be slow, never endless
_BEGIN = 6.0  # and that the one in its place gets to begin, before it is told to finish
_DESK_LIFE = 15 * 60  # as long as an open vault lasts without a page
_DESK_WORKERS = 2  # colleagues are few, and each sign-in takes 64 MiB for a moment


def main(door: str, host: str, port: str, workers: str) -> None:
    """Until it is told to stop. Its processes know one door: the other one is not in them."""
    os.environ |= {"SAMEN_DOOR": door, "SAMEN_SERVER": str(os.getpid())}
    # What was open in memory is written nowhere when a process breaks (docs/threat-model.md).
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _fork_so_that_all_hear()
    _Server(
        "samen.config.wsgi:application",
        address=host,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=int(workers) if door == VISITORS else min(int(workers), _DESK_WORKERS),
        blocking_threads=THREADS,
        http=HTTPModes.http1,  # a proxy in front speaks nothing else, and no more is to be attacked
        log_access=False,
        log_enabled=False,
        respawn_failed_workers=True,
        respawn_interval=_BEGIN,
        workers_kill_timeout=FINISH,
        # Python wipes nothing: what colleagues read leaves the memory with its process, at the
        # latest then; as a rule when the last vault is closed (people/http/recycling.py).
        workers_lifetime=_DESK_LIFE if door == DESK else None,
    ).serve()


class _Server(mp.MPServer):
    @staticmethod
    def _spawn_wsgi_worker(*said: Any) -> None:
        """In the new process. granian has no other place for what stands between it and WSGI;
        tests/test_server.py fails when it is not asked any more."""
        mp._wsgi_call_wrap = _beside  # type: ignore[attr-defined,assignment]  # noqa: SLF001
        mp.MPServer._spawn_wsgi_worker(*said)  # noqa: SLF001 see above

    def _respawn_workers(self, workers: list[int], *said: Any, **more: Any) -> None:
        for one in workers:
            if not self.interrupt_signal:  # else it has been told to stop meanwhile
                super()._respawn_workers([one], *said, **more)


def _fork_so_that_all_hear() -> None:
    """One that has only just been forked would take the word to stop as if it were its parent, and
    be waited for in vain. It waits until the new one can hear, and then ends it: it answers nobody
    yet. To say it again and again would not do: the third time stops a process of granian dead."""
    stop = (signal.SIGTERM, signal.SIGINT)

    def in_the_new_one() -> None:
        for word in stop:
            signal.signal(word, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, stop)

    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, stop),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, stop),
        after_in_child=in_the_new_one,
    )


def _beside(application: Any, _scope: Any, _access_log: Any) -> Any:
    """SAMEN is in this process now; what the first visitors would wait for is read before them."""
    from samen.config.beside import Beside, wake  # noqa: PLC0415 not in the process that forks

    if os.environ["SAMEN_DOOR"] == VISITORS:
        wake(application)
    return Beside(application)


if __name__ == "__main__":
    main(*sys.argv[1:])
