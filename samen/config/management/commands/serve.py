"""Start the visitors' pages: granian, WSGI, one process a core."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from granian.constants import Interfaces
from granian.server import Server

from samen.config import ready


class Command(BaseCommand):
    help = "Serve the pages on $PORT (8000)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("SAMEN_ADDRESS", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            ready.check()
        except ImproperlyConfigured as reason:
            raise CommandError(str(reason)) from reason
        self.stdout.write(f"SAMEN is open at http://{options['host']}:{options['port']}/")
        Server(
            "samen.config.wsgi:application",
            address=options["host"],
            port=options["port"],
            interface=Interfaces.WSGI,
            workers=options["workers"],
            blocking_threads=1,
            log_access=False,
            log_enabled=False,
            respawn_failed_workers=True,
        ).serve()
