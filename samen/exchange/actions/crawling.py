"""What a source says next: a page, a stretch of a feed, a piece of a file. Nothing is written."""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any
from urllib.parse import quote, urlencode

from samen.exchange.models import Load, Run, Source
from samen.exchange.rules.reading_pages import is_brief, read_page
from samen.exchange.rules.reading_values import mappings, parsed, words
from samen.foundation.http.fetching import Fetched, Gate, NotFetched, fetch

_OF_A_PAGE = 50
_OF_A_FEED = 50
_OF_A_FILE = 200
_GONE = ("deleted", "withdrawn", "merged")
_OK, _BAD_REQUEST = 200, 400
_ABSENT = frozenset({404, 410})
_NOT_SO_FAST = 429
_PATIENCE, _MOMENT = 20, 1.0  # times, seconds
_never = Event()  # its wait is the pause between two questions
_HEADERS = {"User-Agent": "Samen (takes over records)", "Accept": "application/json"}
_FIRST = "1"


class NotAnswered(Exception):
    """The source did not say anything that can be read. A code, for the desk."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BeginAnew(Exception):
    """The feed does not know our cursor any more: it has to be read from its beginning."""


@dataclass(frozen=True, slots=True)
class Batch:
    documents: Sequence[Mapping[str, Any]]
    position: str  # where the next one begins
    last: bool
    gone: Sequence[str] = ()  # ids that the source says are no more
    there: Sequence[str] = ()  # ids that are there, and could not be read now
    gaps: int = 0
    total: int | None = None


def next_batch(source: Source, run: Run, gate: Gate) -> Batch:
    """Raises NotAnswered, BeginAnew."""
    if not source.address:
        return _of_a_file(run)
    if source.kind == Source.Kind.SAMEN:
        return _of_a_feed(source, run, gate)
    return _of_a_list(source, run, gate)


def first_look(source: Source, gate: Gate) -> Batch:
    """The beginning of what it has now. Raises NotAnswered."""
    if source.kind == Source.Kind.SAMEN:
        # A feed begins with what was changed long ago, and often with no service at all: it has
        # to be there, and what it has now is in its list.
        _told(source, "", gate, most=1)
    return _of_a_list(source, Run(source=source), gate)


def base_of(address: str) -> str:
    """Where the interface begins; somebody may have given the address of a list."""
    return address.split("?", maxsplit=1)[0].rstrip("/").removesuffix("/services").rstrip("/")


def pieces(documents: Sequence[Mapping[str, Any]]) -> Iterator[bytes]:
    """A file in pieces, as `next_batch` reads them."""
    for start in range(0, len(documents), _OF_A_FILE):
        yield zlib.compress(json.dumps(documents[start : start + _OF_A_FILE]).encode())


def _of_a_file(run: Run) -> Batch:
    place = int(run.position or "0")
    load = run.loads.filter(place=place).first()
    documents = parsed(zlib.decompress(load.body)) if load else []
    last = not Load.objects.filter(run=run, place__gt=place).exists()
    return Batch(documents, str(place + 1), last)


# --- lists -------------------------------------------------------------------------------------


def _of_a_list(source: Source, run: Run, gate: Gate) -> Batch:
    number = int(run.position or _FIRST)
    asked = urlencode({"page": number, "per_page": _OF_A_PAGE, "full": "true"})
    answer = _asked(f"{base_of(source.address)}/services?{asked}", gate)
    page = read_page(parsed(answer.body)) if answer.status == _OK else None
    if page is None:
        raise NotAnswered(str(answer.status) if answer.status != _OK else "not-a-list")
    documents, there = _whole(source, page.contents, gate)
    last = not page.contents if page.last is None else page.last
    return Batch(
        documents=documents,
        position=str(number + 1),
        last=last,
        there=there,
        # Who says nothing of its end and stops answering has not shown everything.
        gaps=len(there),
        total=page.total,
    )


def _whole(
    source: Source, contents: Sequence[Mapping[str, Any]], gate: Gate
) -> tuple[list[Mapping[str, Any]], list[str]]:
    """What a list gave in names only, asked for one by one; and the ids that did not answer."""
    documents: list[Mapping[str, Any]] = []
    missing: list[str] = []
    for each in contents:
        if not is_brief(each):
            documents.append(each)
            continue
        try:
            found = _detail(source, words(each, "id"), gate)
        except NotAnswered:
            found = None
        if found is None:
            missing.append(words(each, "id"))
        else:
            documents.append(found)
    return documents, missing


def _detail(source: Source, original: str, gate: Gate) -> Mapping[str, Any] | None:
    """None for what is not there (any more). Raises NotAnswered."""
    if not original:
        return None
    answer = _asked(f"{base_of(source.address)}/services/{quote(original, safe='')}", gate)
    if answer.status in _ABSENT:
        return None
    document = parsed(answer.body)
    if answer.status != _OK or not isinstance(document, dict):
        raise NotAnswered(str(answer.status))
    return document


# --- feeds -------------------------------------------------------------------------------------


def _of_a_feed(source: Source, run: Run, gate: Gate) -> Batch:
    said = _told(source, run.position, gate, most=_OF_A_FEED)
    actions = {
        words(change, "id"): words(change, "action")
        for change in mappings(said, "changes")
        if words(change, "type") == "service"
    }
    documents: list[Mapping[str, Any]] = []
    gone = [original for original, action in actions.items() if action in _GONE]
    for original in (one for one, action in actions.items() if action not in _GONE):
        found = _detail(source, original, gate)
        if found is None:
            gone.append(original)
        else:
            documents.append(found)
    return Batch(documents, words(said, "next"), last=said.get("more") is not True, gone=gone)


def _told(source: Source, after: str, gate: Gate, *, most: int) -> Mapping[str, Any]:
    asked = {"limit": most} | ({"after": after} if after else {})
    answer = _asked(f"{base_of(source.address)}/changes?{urlencode(asked)}", gate)
    if answer.status == _BAD_REQUEST and after:
        raise BeginAnew
    said = parsed(answer.body)
    if answer.status != _OK or not isinstance(said, dict) or not words(said, "next"):
        raise NotAnswered(str(answer.status) if answer.status != _OK else "not-a-feed")
    return said


def _asked(address: str, gate: Gate) -> Fetched:
    """A source that says "not so fast" is given a moment, several times. Nothing is locked here."""
    for _time in range(_PATIENCE):
        try:
            answer = fetch(address, gate=gate, headers=_HEADERS)
        except NotFetched as trouble:
            raise NotAnswered(trouble.trouble.value) from trouble
        if answer.status != _NOT_SO_FAST:
            return answer
        _never.wait(_MOMENT)
    return answer
