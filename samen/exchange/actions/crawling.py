"""What a source says next: a page, a stretch of a feed, a piece of a file. Nothing is written.

Of a list of HSDS that was read whole not long ago, its names are asked for first (minimal=true),
with the moment at which each was changed, and then only what has changed. That list never says
that something is gone: where a name is missing in it, or where it is no such list, all of it is
read page by page, and only that counts as an absence.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from typing import Any
from urllib.parse import quote, urlencode

from samen.exchange.models import Answered, Held, Load, Run, Source
from samen.exchange.rules.reading_pages import ListPage, is_brief, names_of, read_page
from samen.exchange.rules.reading_values import mappings, parsed, words
from samen.foundation.http.fetching import Fetched, Gate, NotFetched, fetch

_OF_A_PAGE = 50
_OF_A_FEED = 50
_OF_A_FILE = 200
_OF_THE_CHANGED = 25
_NAMES = "minimal=true"
_CHANGED = "changed "  # and which piece of them
# A server that forgets to move its dates is found out by then.
_WHOLE_EVERY = timedelta(days=7)
_MOST_CHANGED = 0.2  # of a list; when it is more, pages of fifty are fewer questions
_GONE = ("deleted", "withdrawn", "merged")
_OK, _THE_SAME, _BAD_REQUEST = 200, 304, 400
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
    unchanged: Sequence[str] = ()  # ids of which the source says that they are as they were
    changed: Sequence[str] = ()  # ids to be asked for one by one in the next steps
    in_part: bool = False
    answered: Answered | None = None  # to be kept once all of it was taken in


def next_batch(source: Source, run: Run, gate: Gate) -> Batch:
    """Raises NotAnswered, BeginAnew."""
    if not source.address:
        return _of_a_file(run)
    if source.kind == Source.Kind.SAMEN:
        return _of_a_feed(source, run, gate)
    if run.position.startswith(_CHANGED):
        return _of_the_changed(source, run, gate)
    recent = source.whole_at is not None and run.at - source.whole_at < _WHOLE_EVERY
    if recent and not run.position:
        return _of_the_names(source, run, gate) or Batch((), _FIRST, last=False)
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
    known = _known(source, asked)
    answer = _asked(f"{base_of(source.address)}/services?{asked}", gate, known)
    if known and answer.status == _THE_SAME:
        return Batch(
            documents=(),
            position=str(number + 1),
            last=known.last is True or not known.originals,
            total=known.total,
            unchanged=known.originals,
        )
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
        answered=_to_keep(asked, answer, page),
    )


def _known(source: Source, asked: str) -> Answered | None:
    """A page of before, if everything on it still stands here as it stood there."""
    known = source.answered.filter(asked=asked).first()
    if known is None:
        return None
    here = Held.objects.filter(
        source=source, kind="service", state=Held.State.HERE, original__in=known.originals
    ).exclude(hash="")
    return known if here.count() == len(set(known.originals)) else None


def _to_keep(asked: str, answer: Fetched, page: ListPage) -> Answered | None:
    """A list of names only is the same while what it names has changed."""
    if not (answer.tag or answer.modified) or any(map(is_brief, page.contents)):
        return None
    return Answered(
        asked=asked,
        tag=answer.tag,
        modified=answer.modified,
        originals=[words(each, "id") for each in page.contents],
        total=page.total,
        last=page.last,
    )


# --- what has changed ----------------------------------------------------------------------------


def _of_the_names(source: Source, run: Run, gate: Gate) -> Batch | None:
    """None when it says less than a whole list of names with their moments."""
    known = _names_of_before(source, run)
    try:
        answer = _asked(f"{base_of(source.address)}/services?{_NAMES}", gate, known)
    except NotAnswered:
        return None
    here = Held.objects.filter(source=source, kind="service", state=Held.State.HERE)
    if known and answer.status == _THE_SAME:
        there = list(here.values_list("original", flat=True))
        return Batch((), _CHANGED, last=True, unchanged=there, in_part=True, answered=known)
    page = read_page(parsed(answer.body)) if answer.status == _OK else None
    names = (names_of(page) if page else None) or {}
    moments = {
        name: said if hash_ else "" for name, said, hash_ in here.values_list(
            "original", "modified", "hash")
    }  # fmt: skip
    changed = [n for n, said in names.items() if not is_same_moment(said, moments.get(n, ""))]
    many = len(changed) > max(_OF_THE_CHANGED, _MOST_CHANGED * len(names))
    if not names or many or moments.keys() - names.keys():
        return None
    return Batch(
        documents=(),
        position=f"{_CHANGED}0",
        last=not changed,
        total=len(names),
        unchanged=list(names.keys() - set(changed)),
        changed=changed,
        in_part=True,
        answered=Answered(asked=_NAMES, tag=answer.tag, modified=answer.modified),
    )


def _names_of_before(source: Source, run: Run) -> Answered | None:
    """Only when the reading before this one went by them, and all of it is as it left it."""
    known = source.answered.filter(asked=_NAMES).select_related("run").first()
    before = source.runs.exclude(pk=run.pk).order_by("-at", "id").first()
    if known is None or known.run != before:
        return None
    if before.state != Run.State.WHOLE or before.refused:
        return None
    return None if Held.objects.filter(source=source, hash="").exists() else known


def _of_the_changed(source: Source, run: Run, gate: Gate) -> Batch:
    place = int(run.position.removeprefix(_CHANGED) or "0")
    load = run.loads.filter(place=place).first()
    names = parsed(zlib.decompress(load.body)) if load else []
    documents, there = _whole(source, [{"id": name} for name in names], gate)
    last = not run.loads.filter(place__gt=place).exists()
    return Batch(documents, f"{_CHANGED}{place + 1}", last, there=there, gaps=len(there))


def pieces_of_names(names: Sequence[str]) -> Iterator[bytes]:
    """What has changed, in pieces, as `next_batch` asks for it."""
    for start in range(0, len(names), _OF_THE_CHANGED):
        yield zlib.compress(json.dumps(names[start : start + _OF_THE_CHANGED]).encode())


def is_same_moment(one: str, other: str) -> bool:
    """Written with or without its milliseconds, in whichever zone."""
    try:
        return datetime.fromisoformat(one) == datetime.fromisoformat(other)
    except (ValueError, TypeError):
        return bool(one) and one == other


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
        # Who answers with another record has not answered.
        if found is None or words(found, "id") != words(each, "id"):
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


def _asked(address: str, gate: Gate, known: Answered | None = None) -> Fetched:
    """A source that says "not so fast" is given a moment, several times. Nothing is locked here."""
    tag = {"If-None-Match": known.tag} if known and known.tag else {}
    moment = {"If-Modified-Since": known.modified} if known and known.modified else {}
    for _time in range(_PATIENCE):
        try:
            answer = fetch(address, gate=gate, headers={**_HEADERS, **tag, **moment})
        except NotFetched as trouble:
            raise NotAnswered(trouble.trouble.value) from trouble
        if answer.status != _NOT_SO_FAST:
            return answer
        _never.wait(_MOMENT)
    return answer
