"""Whatever the public part of an entry says: given to another map, it says the same there."""

import json
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from samen.directory import actions as directory
from samen.directory.models import Phone, Service
from samen.directory.models.services import Known
from samen.directory.tests import make as services
from samen.directory.tests.make import NOON
from samen.exchange import queries
from samen.exchange.tests import make
from samen.exchange.tests.make import STEWARD, bring, held, source
from samen.needs.actions import Refused

pytestmark = pytest.mark.django_db

KNOWN = st.sampled_from(["", *Known.values])
CLOCKS = st.sampled_from(["08:00", "09:30", "12:00", "17:15", "23:30"])
WORDS = st.sampled_from(["Help en raad.", "Koffie & thee, <gratis>", "قهوة ونصيحة", 'Een "huis"'])


@st.composite
def weeks(draw: st.DrawFn) -> list[list[Any]]:
    """One stretch a day at most."""
    days = draw(st.sets(st.integers(0, 6), max_size=7))
    return [[day, *sorted(draw(st.sets(CLOCKS, min_size=2, max_size=2)))] for day in sorted(days)]


EXCEPTIONS = st.lists(
    st.dates(date(2026, 11, 24), date(2027, 11, 1)).map(lambda day: [day.isoformat(), None, None]),
    max_size=2,
    unique_by=lambda row: row[0],
)
ASKED = ["interpreter", "anonymous", "without_documents", "children", "wheelchair", "deaf"]
ASKED += ["closed_on_holidays"]
COLUMNS = st.fixed_dictionaries(
    dict.fromkeys(ASKED, KNOWN)
    | {
        "cost": st.sampled_from(["", *Service.Cost.values]),
        "referral": st.sampled_from(["", *Service.Referral.values]),
        "insurance": st.sampled_from(["", *Service.Referral.values]),
        "urgent_always": st.booleans(),
        "name": WORDS,
        "website": st.sampled_from(["", "https://hulp.example.org/pagina?x=1"]),
        "email": st.sampled_from(["", "hulp@example.org"]),
        "chat_url": st.sampled_from(["", "https://chat.example.org/"]),
        "channels": st.sets(st.sampled_from(["phone", "email", "chat", "walkin"])).map(sorted),
    }
)
ENTRY = st.fixed_dictionaries(
    {
        "columns": COLUMNS,
        "week": weeks(),
        "exceptions": EXCEPTIONS,
        "speaks": st.sets(st.sampled_from(["ar", "ti", "fa", "nl"])).map(sorted),
        "ages": st.tuples(st.none() | st.integers(0, 30), st.none() | st.integers(31, 99)),
        "phones": st.sets(st.sampled_from(["0800-2000", "030 230 00 00", "112"])).map(sorted),
        "unconfirmed": st.booleans(),
        "place": st.sampled_from(["", "physical", "confidential"]),
        "english": st.none() | WORDS,
    }
)


def facts(service: Service) -> dict[str, dict[str, Any]]:
    return directory.service_facts(service.id)[1]


def made(entry: dict[str, Any]) -> Service:
    """The entry, through the verb that people use. Raises Refused for what no map takes."""
    hours = "weekly" if entry["week"] else ""
    # The map knows no way to reach somebody by something that is not there.
    absent = {"email": not entry["columns"]["email"], "phone": not entry["phones"]}
    channels = [one for one in entry["columns"]["channels"] if not absent.get(one)]
    service = services.service(**(entry["columns"] | {"channels": channels}), hours=hours)
    for position, number in enumerate(entry["phones"]):
        Phone.objects.filter(pk=services.phone(service, number).pk).update(position=position)
    if entry["unconfirmed"]:
        services.phone(service, "06 11 22 33 44", confirmed=False)
    if entry["english"]:
        services.text(service, body=entry["english"], language="en")
    if entry["place"] == "physical":
        services.location(service)
    if entry["place"] == "confidential":
        services.confidential_location(service)
    youngest, oldest = entry["ages"]
    directory.change_service(
        service_id=service.id,
        changes={
            "hours": facts(service)["hours"]
            | {"week": entry["week"], "exceptions": entry["exceptions"] if hours else []},
            "speaks": {"speaks": entry["speaks"]},
            "ages": {"minimum_age": youngest, "maximum_age": oldest},
            "areas": {"areas": ["utrecht"]},
        },
        version=0,
        why="",
        by=STEWARD,
        at=NOON,
    )
    return service


def public(said: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What visitors may know of it, without who answers for it here."""
    ours = ("publish", "sources", "notes")
    shown: dict[str, Any] = {f: value for f, value in said.items() if f not in ours}
    shown["name"] = {part: v for part, v in said["name"].items() if part != "organization"}
    shown["phones"] = {"phones": [one for one in said["phones"]["phones"] if one["confirmed"]]}
    shown["how"] = set(said["how"]["channels"])  # their order means nothing
    return shown


@settings(
    max_examples=8,
    derandomize=True,  # the same few in every run; take more by hand
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(entry=ENTRY)
def test_any_public_state_is_the_same_after_export_and_import(entry: dict[str, Any]) -> None:
    with transaction.atomic():
        make.municipality()
        try:
            there = made(entry)
        except Refused:
            assume(False)
        before = public(facts(there))
        document = json.loads(queries.documents([there.id])[there.id])
        assert "06 11 22 33 44" not in json.dumps(document)
        del document["provenance"]
        Service.objects.all().delete()

        bring(source(), document)

        after = held(str(there.id)).service
        assert after is not None
        assert public(facts(after)) == before
        transaction.set_rollback(True)
