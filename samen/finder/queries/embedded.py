"""The list of a municipality that may stand in its own site."""

from samen.directory import queries as directory
from samen.directory.models import Service
from samen.directory.queries import Listing

_MOST = 60  # a frame is no directory; the rest is behind "more"


def of_municipality(slug: str, *, need: str, language: str) -> list[Listing]:
    """Its own published entries, of one need if it is named, by number. Nine queries."""
    found = Service.objects.exclude(publish=Service.Publish.HIDDEN)
    found = found.filter(areas__municipality__slug=slug)
    if need:
        found = found.filter(need_links__need__key=need)
    ids = found.order_by("number").values_list("id", flat=True).distinct()
    return directory.listings(list(ids[:_MOST]), language=language)
