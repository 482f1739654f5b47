"""The worker looks at the map and notes what is not right. Begun again it finds the same."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction

from samen.audit import actions as audit
from samen.directory import actions as directory
from samen.directory.models import Organization, Service
from samen.foundation.actor import Actor
from samen.foundation.clock import AMSTERDAM
from samen.foundation.http.fetching import Gate, NotFetched, Trouble, fetch
from samen.stewardship.models import Finding, Link
from samen.stewardship.rules import checking as rules

PUBLISHED = (Service.Publish.READY, Service.Publish.REVIEW)
_SERVICES_AT_ONCE = 100
# So many addresses are asked at the same time, and noted together: killed in between, only these
# are asked again.
_LINKS_AT_ONCE = 20
_THREADS = 10
_KEPT_CODES = 300

Record = tuple[str, UUID]  # service or organization
Wanted = Mapping[Record, Mapping[rules.About, str]]
T = TypeVar("T")


def check_services(*, by: Actor, at: datetime) -> int:
    """Look at every published service and its organisation. Gives how many findings moved."""
    moved, last = 0, -1
    published = Service.objects.filter(publish__in=PUBLISHED).order_by("number")
    while chunk := list(published.filter(number__gt=last)[:_SERVICES_AT_ONCE]):
        moved += note_findings(services=chunk, by=by, at=at)
        last = chunk[-1].number
    return moved + close_orphans(by=by, at=at)


@transaction.atomic
def note_findings(*, services: Sequence[Service], by: Actor, at: datetime) -> int:
    """Open what is wrong with these, close what is not any more; the rest stays as it is."""
    wanted = _wanted(services, at)
    there: dict[Record, dict[rules.About, Finding]] = {record: {} for record in wanted}
    for finding in Finding.objects.filter(
        record__in=[record for _of, record in wanted], closed_at=None
    ):
        there[finding.of, finding.record][finding.kind, finding.about] = finding
    moved = [record for record, codes in wanted.items() if _bring_in_line(record, codes, there, at)]
    if moved:
        objects = [record for _of, record in moved]
        audit.record(verb="findings noted", kind="finding", objects=objects, by=by, at=at)
    return len(moved)


@transaction.atomic
def close_orphans(*, by: Actor, at: datetime) -> int:
    """Of what is not shown any more nothing has to be put right."""
    shown = Service.objects.filter(publish__in=PUBLISHED)
    opened = Finding.objects.filter(closed_at=None)
    orphans = opened.filter(of=Finding.Of.SERVICE).exclude(record__in=shown.values("id"))
    childless = opened.filter(of=Finding.Of.ORGANIZATION).exclude(
        record__in=shown.values("organization_id")
    )
    ids = [*orphans.values_list("id", flat=True), *childless.values_list("id", flat=True)]
    if ids:
        Finding.objects.filter(id__in=ids).update(closed_at=at)
        audit.record(verb="findings closed", kind="finding", objects=ids, by=by, at=at)
    return len(ids)


def check_links(*, gate: Gate, most: int, by: Actor, at: datetime) -> int:
    """Ask the addresses that are due, `most` of them at most. Gives how many were asked.

    What was asked is noted with what it means in one transaction, so that a worker who is killed
    has lost nothing and asks nothing twice but the few she was waiting for.
    """
    due, asked = iter(_due(at)), 0
    with ThreadPoolExecutor(_THREADS) as pool:
        while batch := list(islice(due, min(_LINKS_AT_ONCE, most - asked))):
            troubles = pool.map(lambda address: look_at(address, gate=gate), batch)
            _note_links(dict(zip(batch, troubles, strict=True)), by=by, at=at)
            asked += len(batch)
    Link.objects.filter(address__in=_gone()).delete()
    return asked


def look_at(address: str, *, gate: Gate) -> str:
    """A code for what is wrong with an address, "" for nothing. Touches no table."""
    try:
        return rules.status_trouble(fetch(address, gate=gate).status)
    except NotFetched as failed:
        host = (urlsplit(address).hostname or "").lower()
        if failed.trouble != Trouble.ELSEWHERE:
            return failed.trouble.value
        if rules.is_same_site(host, failed.host.lower()):
            return ""
        return f"{failed.trouble.value} {failed.host}"[:_KEPT_CODES]


@transaction.atomic
def _note_links(troubles: Mapping[str, str], *, by: Actor, at: datetime) -> None:
    known = {link.address: link for link in Link.objects.filter(address__in=troubles)}
    links = [
        Link(
            address=address,
            looked_at=at,
            next_at=rules.next_look(trouble, at),
            trouble=trouble,
            failures=known[address].failures + 1 if trouble and address in known else bool(trouble),
            looks=known[address].looks + 1 if address in known else 1,
        )
        for address, trouble in troubles.items()
    ]
    Link.objects.bulk_create(
        links,
        update_conflicts=True,
        unique_fields=["address"],
        update_fields=["looked_at", "next_at", "trouble", "failures", "looks"],
    )
    for chunk in _chunks(_with_these(troubles), _SERVICES_AT_ONCE):
        note_findings(services=chunk, by=by, at=at)
    audit.record(verb="links checked", kind="link", by=by, at=at)


def _with_these(addresses: Iterable[str]) -> list[Service]:
    wanted, shown = list(addresses), Service.objects.filter(publish__in=PUBLISHED)
    found = {
        service.id: service
        for column in ("website", "chat_url", "organization__website")
        for service in shown.filter(**{f"{column}__in": wanted})
    }
    return list(found.values())


def _addresses() -> set[str]:
    shown = Service.objects.filter(publish__in=PUBLISHED)
    rows = shown.values_list("website", "chat_url", "organization__website")
    return {address for row in rows.iterator() for address in row if address}


def _due(at: datetime) -> list[str]:
    """In the order in which they became due; what was never looked at comes first."""
    looked = dict(Link.objects.values_list("address", "next_at"))
    due = [a for a in _addresses() if a not in looked or looked[a] <= at]
    return sorted(due, key=lambda a: (a in looked, looked.get(a, at), a))


def _gone() -> list[str]:
    """Addresses that left the map."""
    return sorted(set(Link.objects.values_list("address", flat=True)) - _addresses())


def _wanted(services: Sequence[Service], at: datetime) -> Wanted:
    facts = directory.facts_of_services([service.id for service in services])
    owners = {service.organization_id for service in services}
    sites = dict(Organization.objects.filter(id__in=owners).values_list("id", "website"))
    addresses = {f[fact][fact] for f in facts.values() for fact in ("website", "chat_url")}
    broken = _broken({*addresses, *sites.values()})
    today = at.astimezone(AMSTERDAM).date()
    wanted: dict[Record, Mapping[rules.About, str]] = {
        (Finding.Of.SERVICE.value, service): rules.findings_in(said, broken=broken, today=today)
        for service, said in facts.items()
    }
    for organization, site in sites.items():
        code = broken.get(site, "")
        of_it = {(Finding.Kind.LINK.value, "website"): code} if code else {}
        wanted[Finding.Of.ORGANIZATION.value, organization] = of_it
    return wanted


def _broken(addresses: Iterable[str]) -> dict[str, str]:
    links = Link.objects.filter(address__in=[a for a in addresses if a]).exclude(trouble="")
    return {
        link.address: link.trouble for link in links if rules.is_broken(link.trouble, link.failures)
    }


def _bring_in_line(
    record: Record,
    codes: Mapping[rules.About, str],
    there: Mapping[Record, Mapping[rules.About, Finding]],
    at: datetime,
) -> bool:
    """Whether anything moved."""
    now = there[record]
    gone = [finding.id for about, finding in now.items() if about not in codes]
    other = [f for about, f in now.items() if about in codes and f.detail != codes[about]]
    new = [about for about in codes if about not in now]
    Finding.objects.filter(id__in=gone).update(closed_at=at)
    for finding in other:
        code = codes[finding.kind, finding.about]
        Finding.objects.filter(id=finding.id).update(detail=code)
    Finding.objects.bulk_create(
        Finding(
            kind=kind,
            about=about,
            of=record[0],
            record=record[1],
            detail=codes[kind, about],
            opened_at=at,
        )
        for kind, about in new
    )
    return bool(gone or other or new)


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
