"""Build the search index anew. It builds itself when it is missing; this is for doubts."""

from typing import Any

from django.core.management.base import BaseCommand

from samen.foundation import clock
from samen.foundation.actor import job
from samen.search import actions


class Command(BaseCommand):
    help = "Build the search index anew from the tables."

    def handle(self, **_options: Any) -> None:
        services = actions.rebuild(by=job("reindex"), at=clock.now())
        self.stdout.write(f"{services} services in the index")
