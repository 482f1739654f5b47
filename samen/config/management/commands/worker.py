"""Do what is due, again and again: letters, reminders, checks."""

import gc
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from samen.config import jobs
from samen.foundation import clock

_PAUSE = 5.0  # seconds between two rounds


class Command(BaseCommand):
    help = "Do what is due, until it is told to stop. Any number of workers may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then stop")

    def handle(self, *, once: bool, **_options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        if not once:
            # What stands from the beginning is never garbage. Looking for some among it took a
            # fifth of the time of taking a list in.
            gc.collect()
            gc.freeze()
        while True:
            for name, done in jobs.do_what_is_due(at=clock.now()).items():
                if done or once:
                    self.stdout.write(f"{name}: {done}")
            if once:
                return
            close_old_connections()
            if stop.wait(_PAUSE):
                return
