"""Whatever the public part of a map says: given to another map, it says the same there.

Contacts of HSDS, which are people by name, are no part of it: our map has no table for them,
exports none and takes none in (test_reading.py).
"""

import json
import os
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from samen.directory import actions as directory
from samen.directory.models import Organization, OrganizationText, Service
from samen.directory.models.services import Known
from samen.directory.queries import text_hash
from samen.directory.tests.make import NOON
from samen.exchange import queries
from samen.exchange.tests import make
from samen.exchange.tests.make import STEWARD, bring, held, source
from samen.exchange.tests.schemas import SCHEMA, Hsds
from samen.needs.actions import Refused
from samen.needs.tests import make as needs
from samen.places.tests import make as places

pytestmark = pytest.mark.django_db

# So many maps in every run, the same ones; THERE_AND_BACK=300 takes others each time.
MAPS = int(os.environ.get("THERE_AND_BACK", "12"))
NOT_SHOWN = "06 11 22 33 44"

KNOWN = st.sampled_from(["", *Known.values])
CLOCKS = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 15, 59)]
WORDS = ["Help en raad.", "Koffie & thee, <gratis>", "قهوة ونصيحة", 'Een "huis"', "ሓገዝ", "a\nb\tc"]
NAMES = ["Inloop", "Huis & haard", "بيت", 'De "kom"', "O'Neill – één"]
DAYS = st.dates(date(2026, 11, 24), date(2027, 11, 1)).map(date.isoformat)
SITES = ["", "https://hulp.example.org/pagina?x=1&y=%20", "http://a.example.org"]
MAILS = ["", "hulp@example.org"]
COLUMNS = ["interpreter", "anonymous", "without_documents", "children", "wheelchair", "deaf"]


def some(values: list[Any], most: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), max_size=most, unique=True)


@st.composite
def stretches(draw: st.DrawFn) -> list[list[str]]:
    """Of one day: two at most, one after the other."""
    times = sorted(draw(st.sets(st.sampled_from(CLOCKS), min_size=2, max_size=4)))
    pairs = list(pairwise(times))[::2]
    return [list(pair) for pair in pairs]


@st.composite
def hours(draw: st.DrawFn) -> dict[str, Any]:
    state = draw(st.sampled_from(["", "always", "weekly"]))
    days = draw(st.sets(st.integers(0, 6), min_size=1)) if state == "weekly" else []
    closed = [*sorted(draw(st.lists(DAYS, max_size=2))), None, None]
    exceptions: list[list[Any]] = []
    for day in draw(st.lists(DAYS, max_size=3, unique=True)):
        times = draw(st.none() | stretches())
        exceptions += [[day, None, None]] if times is None else [[day, *pair] for pair in times]
    return {
        "hours": state,
        "hours_confirmed": draw(st.booleans()),
        "urgent_always": draw(st.booleans()),
        "closed_on_holidays": draw(KNOWN),
        "closed_from": closed[0],
        "closed_until": closed[1],
        "week": [[day, *pair] for day in sorted(days) for pair in draw(stretches())],
        "exceptions": sorted(exceptions, key=str),
    }


@st.composite
def phones(draw: st.DrawFn) -> list[dict[str, Any]]:
    numbers = draw(some(["0800-2000", "030 230 00 00", "112", "+31 30 230 00 01"], 4))
    found = [
        {
            "number": number,
            "kind": draw(st.sampled_from(["voice", "whatsapp"])),
            "cost": draw(st.sampled_from(["", "free", "local", "paid"])),
            "confirmed": True,
            "from_abroad": draw(st.booleans()),
        }
        for number in numbers
    ]
    if draw(st.booleans()):
        more = {"number": NOT_SHOWN, "kind": "voice", "cost": "", "from_abroad": False}
        found.insert(draw(st.integers(0, len(found))), more | {"confirmed": False})
    return [{**phone, "position": position} for position, phone in enumerate(found)]


@st.composite
def costs(draw: st.DrawFn) -> list[dict[str, Any]]:
    cents = draw(st.lists(st.none() | st.integers(0, 99_999_999), max_size=3))
    found = [
        {
            "option": draw(st.sampled_from(NAMES)),
            "currency": draw(st.sampled_from(["", "EUR", "USD"])),
            "amount": None if each is None else f"{each // 100}.{each % 100:02}",
            "details": draw(st.sampled_from(["", *WORDS])),
        }
        for each in cents
    ]
    return [cost for place, cost in enumerate(found) if cost not in found[:place]]


@st.composite
def locations(draw: st.DrawFn) -> list[dict[str, Any]]:
    empty = dict.fromkeys(("name", "street", "postal_code", "town", "place"), "")
    found = []
    for number, kind in enumerate(
        draw(st.lists(st.sampled_from(["physical", "virtual"]), max_size=3))
    ):
        physical = {
            "name": draw(st.sampled_from(["", "Het huis"])),
            "street": f"Sperwerlaan {number}",
            "postal_code": draw(st.sampled_from(["", "3511 AB"])),
            **draw(st.sampled_from([{"town": "Utrecht", "place": "utrecht"}, {"town": "Nergens"}])),
        }
        said = physical if kind == "physical" else {}
        found.append(
            {**empty, **said, "type": kind, "confirmed": kind == "physical" and draw(st.booleans())}
        )
    if draw(st.integers(0, 3)) == 0:
        found.append({**empty, "type": "confidential", "confirmed": False})
    return found


@st.composite
def texts(draw: st.DrawFn) -> dict[str, dict[str, str]]:
    found = {}
    for field in ("what", *draw(some(["call", "hours_note", "cost_note"]))):
        dutch = draw(st.sampled_from(WORDS))
        found[f"{field}.nl"] = {"body": dutch, "state": "original", "made_from": ""}
        for tag in draw(some(["en", "ar", "ti", "fa"])):
            found[f"{field}.{tag}"] = {
                "body": draw(st.sampled_from(WORDS)),
                "state": draw(st.sampled_from(["human", "machine"])),
                "made_from": draw(st.sampled_from([text_hash(dutch), text_hash("other"), ""])),
            }
    return found


@st.composite
def services(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    numbers, mail = draw(phones()), draw(st.sampled_from(MAILS))
    # The map knows no way to reach somebody by something that is not there.
    reached = ["chat", "walkin", "visit"] + ["email"] * bool(mail)
    if any(phone["confirmed"] for phone in numbers):
        reached += ["phone", "whatsapp"]
    youngest, oldest = draw(st.none() | st.integers(0, 30)), draw(st.none() | st.integers(31, 99))
    chat = draw(st.sampled_from(["", "https://chat.example.org/"]))
    groups = draw(some(["grp.women", "grp.men"]))
    return {
        "name": {
            "organization": draw(st.sampled_from(["a", "b"])),
            "name": draw(st.sampled_from(NAMES)),
            "names": {tag: draw(st.sampled_from(NAMES)) for tag in draw(some(["en", "ar"]))},
        },
        "publish": {
            "kind": draw(st.sampled_from(["line", "service", "info"])),
            "publish": draw(st.sampled_from(["ready", "review"])),
            "verified": draw(st.sampled_from(["seed", "page"])),
            "emergency": False,
        },
        "hours": draw(hours()),
        "cost": {"cost": draw(st.sampled_from(Service.Cost.values))},
        "cost_options": {"cost_options": draw(costs())},
        "phones": {"phones": numbers},
        "how": {"channels": draw(some(reached, 6))},
        "speaks": {"speaks": sorted(draw(some(["ar", "ti", "fa", "nl", "uk"])))},
        "for": {"groups": sorted([key, draw(st.booleans())] for key in groups)},
        "ages": {"minimum_age": youngest, "maximum_age": oldest},
        "areas": {"areas": sorted(draw(some(["nl", "utrecht", "gouda"]).filter(bool)))},
        "needs": {"needs": sorted(draw(some(["sit.danger_now", "sup.shelter"])))},
        "documents": {"documents": draw(some(["Paspoort", "Een brief & meer", "وثيقة"]))},
        "location": {"locations": draw(locations())},
        "website": {"website": draw(st.sampled_from(SITES))},
        "email": {"email": mail},
        "chat_url": {"chat_url": chat},
        **{column: {column: draw(KNOWN)} for column in COLUMNS},
        **{
            c: {c: draw(st.sampled_from(Service.Referral.values))}
            for c in ("referral", "insurance")
        },
        "notes": {"notes": "Alleen voor ons."},
        **draw(texts()),
    }


@st.composite
def organizations(draw: st.DrawFn) -> dict[str, Any]:
    dutch = draw(st.sampled_from(["", *WORDS]))
    others = {tag: draw(st.sampled_from(WORDS)) for tag in draw(some(["en", "ar"]))}
    return {
        "columns": {
            "name": draw(st.sampled_from(NAMES)),
            "alternate_name": draw(st.sampled_from(["", "VT"])),
            "website": draw(st.sampled_from(SITES)),
            "email": draw(st.sampled_from(MAILS)),
        },
        "about": {"nl": dutch, **others} if dutch else {},
    }


MAP = st.fixed_dictionaries(
    {
        "organizations": st.fixed_dictionaries({"a": organizations(), "b": organizations()}),
        "services": st.lists(services(), min_size=1, max_size=3),
    }
)


# --- what is public ------------------------------------------------------------------------------


def facts(service: UUID) -> dict[str, dict[str, Any]]:
    return directory.service_facts(service)[1]


def public(said: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What visitors may know of it, without who answers for it here."""
    shown = {f: dict(value) for f, value in said.items() if f not in ("sources", "notes")}
    del shown["name"]["organization"], shown["publish"]["verified"]
    confirmed = [phone for phone in said["phones"]["phones"] if phone["confirmed"]]
    order = sorted(confirmed, key=lambda phone: phone["position"])
    shown["phones"] = {"phones": [{**phone, "position": n} for n, phone in enumerate(order)]}
    shown["how"] = {"channels": set(said["how"]["channels"])}  # their order means nothing
    # Beside a secret place no public one is believed on the way (rules/reading.py).
    places = said["location"]["locations"]
    secret = [place for place in places if place["type"] == "confidential"][:1]
    shown["location"] = {"locations": secret or sorted(places, key=str)}
    shown["documents"] = {"documents": sorted(said["documents"]["documents"])}
    for fact, value in said.items():
        if "." in fact and not fact.endswith(".nl"):
            original = said[f"{fact.partition('.')[0]}.nl"]["body"]
            old = value["made_from"] != text_hash(original)
            shown[fact] = {"body": value["body"], "state": "out of date" if old else value["state"]}
    return shown


def whose(service: Service) -> dict[str, Any]:
    there = service.organization
    about = OrganizationText.objects.filter(organization=there)
    return {
        **{c: getattr(there, c) for c in ("name", "alternate_name", "website", "email")},
        **{text.language: text.body for text in about},
    }


def everything() -> dict[UUID, tuple[dict[str, Any], dict[str, Any]]]:
    found = Service.objects.exclude(publish="hidden").select_related("organization")
    return {each.id: (public(facts(each.id)), whose(each)) for each in found}


def otherwise(one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> Any:
    """What the two do not say alike, by its name."""
    pairs = zip(one, other, strict=True)
    return {
        name: (here.get(name), there.get(name))
        for here, there in pairs
        for name in {*here, *there}
        if here.get(name) != there.get(name)
    }


# --- there and back ------------------------------------------------------------------------------


def ground() -> None:
    utrecht = make.municipality()
    make.municipality("gouda", "Gouda")
    places.place("utrecht", name="Utrecht", municipality=utrecht)
    for key in ("sit.danger_now", "sup.shelter", "grp.women", "grp.men"):
        needs.need(key)


def laid(said: Mapping[str, Any]) -> None:
    """The map, through the verbs that people use. Raises Refused for what no map takes."""
    for key, each in said["organizations"].items():
        there = Organization.objects.create(key=key, **each["columns"])
        for tag, body in each["about"].items():
            OrganizationText.objects.create(
                organization=there, language=tag, body=body,
                state="original" if tag == "nl" else "human",
                made_from="" if tag == "nl" else text_hash(each["about"]["nl"]),
            )  # fmt: skip
    for number, each in enumerate(said["services"]):
        directory.create_service(key=f"s{number}", facts=each, why="", by=STEWARD, at=NOON)


VALID = Hsds().quick("/services/{id}") if (SCHEMA / "openapi.json").exists() else None


@settings(
    max_examples=MAPS,
    derandomize="THERE_AND_BACK" not in os.environ,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
@given(said=MAP)
def test_any_public_state_is_the_same_after_export_and_import(said: dict[str, Any]) -> None:
    with transaction.atomic():
        ground()
        try:
            laid(said)
        except Refused:
            assume(False)
        before = everything()
        documents = [json.loads(one) for one in queries.documents([*before]).values()]
        written = json.dumps(documents)
        assert NOT_SHOWN not in written
        assert "Alleen voor ons" not in written
        if VALID is not None:
            assert [str(e) for document in documents for e in VALID.iter_errors(document)] == []
        for document in documents:
            del document["provenance"]  # or it would be an echo of ours
        Service.objects.all().delete()
        Organization.objects.all().delete()

        run = bring(source(), *documents)

        assert (run.counts["created"], run.refused) == (len(documents), [])
        after = everything()
        ids = {UUID(str(one["id"])): held(str(one["id"])).service_id for one in documents}
        found = {id_: after[ids[id_]] for id_ in before}  # type: ignore[index]  # it is there
        differ = {id_: otherwise(found[id_], mine) for id_, mine in before.items()}
        assert not any(differ.values()), differ
        transaction.set_rollback(True)
