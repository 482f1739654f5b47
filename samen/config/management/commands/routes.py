"""Every door of the house: its address, and for whom it opens."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.core.management.base import BaseCommand
from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True, slots=True)
class Route:
    path: str
    name: str
    open: bool  # to a stranger
    roles: tuple[str, ...]  # whom it opens for; empty: whoever is signed in, to her own things


class Command(BaseCommand):
    help = "List every address and for whom it opens."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *, json: bool, **_options: Any) -> None:
        found = sorted(routes(get_resolver()), key=lambda route: route.path)
        self.stdout.write(as_json(found) if json else "\n".join(map(line, found)))


def routes(node: URLResolver, prefix: str = "/") -> Iterator[Route]:
    for child in node.url_patterns:
        path = prefix + str(child.pattern)
        if isinstance(child, URLResolver):
            yield from routes(child, path)
        elif isinstance(child, URLPattern):
            view = child.callback
            yield Route(
                path=path,
                name=child.name or "",
                open=not getattr(view, "login_required", True),
                roles=tuple(role.value for role in getattr(view, "roles", ())),
            )


def as_json(found: list[Route]) -> str:
    return json.dumps([asdict(route) for route in found], indent=1)


def line(route: Route) -> str:
    whom = "everybody" if route.open else ", ".join(route.roles) or "signed in, her own"
    return f"{route.path:60} {whom}"
