"""Make what readers are given: a document of every service, and a card in every language."""

import sys
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand
from django.db import transaction

from samen.audit import actions as audit
from samen.directory import actions as directory
from samen.exchange import actions as exchange
from samen.finder import actions as finder
from samen.foundation import clock
from samen.foundation.actor import job

# Projections are no row of the map; this is the name they have in the logbook.
PROJECTIONS = UUID("9a4f6b0e-5b1d-4c33-8c7b-0f0a3f5b8f21")


class Command(BaseCommand):
    help = "Make the documents and the cards that are missing; they are made by themselves too."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="all of them, for doubts")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["rebuild"]:
            with transaction.atomic():
                directory.forget_projections()
                audit.record(
                    verb="projections forgotten",
                    kind="projections",
                    record_id=PROJECTIONS,
                    by=job("project"),
                    at=clock.now(),
                )
        documents = exchange.keep_documents(most=sys.maxsize)
        cards = finder.keep_cards(most=sys.maxsize)
        self.stdout.write(f"{documents} documents and {cards} cards made")
