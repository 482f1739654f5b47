"""Invite a colleague from the command line: how the first administrator comes in."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from samen.foundation import clock
from samen.foundation.actor import job
from samen.people import actions
from samen.people.http.links import invitation_link
from samen.people.rules import BadPost, PostHeld, Role
from samen.post.actions import CannotBeSent


class Command(BaseCommand):
    help = "Invite a colleague by mail; the link is printed as well."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="")
        parser.add_argument(
            "--role", choices=[role.value for role in Role], default="administrator"
        )
        parser.add_argument("--municipality", metavar="SLUG")
        parser.add_argument("--translates", default="", metavar="LANGUAGE")
        parser.add_argument("--language", default="nl", choices=["nl", "en"])

    def handle(self, **said: Any) -> None:
        links: list[str] = []

        def link(token: str) -> str:
            links.append(invitation_link(token))
            return links[-1]

        post = PostHeld(Role(said["role"]), said["municipality"], None, said["translates"])
        try:
            actions.invite_colleague(
                email=said["email"],
                name=said["name"] or said["email"].partition("@")[0],
                language=said["language"],
                posts=[post],
                link=link,
                by=job("invite"),
                at=clock.now(),
            )
        except (BadPost, CannotBeSent) as reason:
            raise CommandError(str(reason) or "This is not one plain mail address.") from reason
        self.stdout.write(f"Invited. The link works once, for seven days:\n{links[-1]}")
