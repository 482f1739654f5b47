"""`last_modified` moves with everything that is published of a service, however deep it stands.

What is published is read from the shapes themselves: a field that nobody here knows how to change
is a field that is forgotten, and the first test says which one.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from samen.directory import actions as directory
from samen.directory.actions.taking import Source, set_origin
from samen.directory.models import Origin, Service
from samen.directory.rules import State
from samen.directory.tests import make
from samen.exchange import queries
from samen.exchange.queries import Shape
from samen.exchange.rules import ORIGINAL
from samen.exchange.rules.shapes import compiled
from samen.exchange.tests.asking import Ask, ask
from samen.foundation.actor import Actor, ActorKind, job
from samen.needs.tests import make as needs
from samen.places.tests import make as places

__all__ = ["ask"]  # a fixture

pytestmark = pytest.mark.django_db

ANNA = Actor(ActorKind.COLLEAGUE, job("anna").id)
LATER = make.NOON + timedelta(minutes=5, milliseconds=7)
SAID = "2026-11-22T12:05:00.007Z"
SHELTER = needs.concept("sup.shelter", 1, label={"nl": "Opvang"}, say={})

Change = Callable[[Service], object]

# Whatever happens to it, a service has these for ever.
STAYS = {"service.id", "service.number", "service.status"}
# In no document of a service: an organisation has its services, a short list the other moment.
ELSEWHERE = {
    "service.modified_date",
    "organization.services",
    "service_at_location.service",
    "taxonomy_term.parent_id",
    "taxonomy_term.taxonomy_detail",
    "taxonomy_term.translations",
    "taxonomy_term.text_languages",
    *(f"taxonomy.{name}" for name in ("id", "name", "description", "version")),
}
# No verb writes them: they are what the first installation brought. Who makes one moves them above.
UNWRITTEN = {
    f"cost_option.{name}"
    for name in ("id", "service_id", "option", "currency", "amount", "amount_description")
} | {"service.cost_options"}


def fields(node: Mapping[str, Any], name: str) -> Iterator[str]:
    """Of a schema: each field by its name, also those within one that has no shape of its own."""
    for field, said in node.get("properties", {}).items():
        within = said.get("properties")
        yield from fields(said, f"{name}.{field}") if within else (f"{name}.{field}",)


def published() -> set[str]:
    schema = compiled("service", "https://example.org/service.json")
    return {each for shape, node in schema["$defs"].items() for each in fields(node, shape)}


def said_by(node: Any, schema: Mapping[str, Any], name: str, found: dict[str, list[str]]) -> None:
    """Everything a document says, by the same names."""
    if isinstance(node, list):
        for each in node:
            said_by(each, schema, name, found)
        return
    for field, value in node.items():
        known = schema["properties"][field]
        found[f"{name}.{field}"].append(json.dumps(value, sort_keys=True))
        reference = known.get("$ref") or known.get("items", {}).get("$ref")
        if reference:
            shape = reference.removeprefix("#/$defs/")
            said_by(value, DEFS[shape], shape, found)
        elif "properties" in known:
            said_by(value, known, f"{name}.{field}", found)


DEFS: Mapping[str, Any] = compiled("service", "https://example.org/service.json")["$defs"]


def everything(service: Service) -> Mapping[str, list[str]]:
    """In both versions, and in another language."""
    found: dict[str, list[str]] = defaultdict(list)
    for standard, language in (("3.2", ORIGINAL), ("3.3", ORIGINAL), ("3.2", "ar")):
        body = queries.one("services", service.id, Shape(standard, language, full=True))
        assert body is not None
        said_by(json.loads(body), DEFS["service"], "service", found)
    return found


# --- the changes, each by the verb that makes it ------------------------------------------------


def facts(service: Service, changes: Mapping[str, Mapping[str, Any]]) -> None:
    version, now = directory.service_facts(service.id)
    names = {fact.replace("_nl", ".nl").replace("_ar", ".ar"): v for fact, v in changes.items()}
    directory.change_service(
        service_id=service.id,
        changes={fact: {**now.get(fact, {}), **value} for fact, value in names.items()},
        version=version,
        why="",
        by=ANNA,
        at=LATER,
    )


def changed(**changes: Mapping[str, Any]) -> Change:
    return lambda service: facts(service, changes)


def words(body: str, state: str = "original") -> Mapping[str, Any]:
    return {"body": body, "state": state, "made_from": ""}


def owner(**changes: Any) -> Change:
    def change(service: Service) -> None:
        said = {"about.nl": words("Wie wij zijn.")} if "about" in changes else {}
        columns = {name: {name: value} for name, value in changes.items() if name != "about"}
        directory.change_organization(
            organization_id=service.organization_id,
            changes={**columns, **said},
            version=0,
            why="",
            by=ANNA,
            at=LATER,
        )

    return change


def confirmed(service: Service) -> None:
    directory.confirm_service(
        service_id=service.id,
        version=service.version,
        assurer=Service.Assurer.STEWARD,
        by=ANNA,
        at=LATER,
    )


def aged(service: Service) -> None:
    directory.age_service(service_id=service.id, to=State.DUE, by=ANNA, at=LATER)


def termed(service: Service) -> None:
    assert service.need_links.exists()
    said = SHELTER | {"label": {"nl": "Onderdak"}}
    directory.import_needs(data=needs.content(said), by=ANNA, at=LATER)


def province(service: Service) -> None:
    assert service.at_locations.exists()
    row = places.row(province="Gelderland", municipality="utrecht")
    data = places.content(row, municipalities=("utrecht",))
    directory.import_places(data=data, by=ANNA, at=LATER)


def renamed(service: Service) -> None:
    assert service.areas.exists()
    data = places.content(municipalities=("utrecht",))
    data["municipalities"][0]["name"] = "Groot Utrecht"
    directory.import_places(data=data, by=ANNA, at=LATER)


def offered(service: Service) -> None:
    """By another hand, under another licence."""
    hand = Source("https://other.example", "Anders", None)
    set_origin(service_id=service.id, source=hand, licence="CC0-1.0", by=ANNA, at=LATER)


HERE = {
    "type": "physical",
    "place": "utrecht",
    "name": "Het huis",
    "street": "Domplein 1",
    "postal_code": "3512 JE",
    "town": "",
    "confirmed": False,
}
NOWHERE = dict.fromkeys(HERE, "") | {"type": "confidential", "confirmed": False}
PHONE = {"number": "030-1234567", "kind": "voice", "position": 0, "cost": "", "confirmed": True}
ABROAD = PHONE | {"number": "+31 30 1234568", "kind": "whatsapp", "from_abroad": True}

CHANGES: Mapping[str, tuple[Change, str]] = {
    "the name": (changed(name={"name": "Anders"}), "service.name"),
    "a name in English": (
        changed(name={"names": {"en": "Other"}}),
        "service.alternate_name service.translations service.coded",
    ),
    "who offers it": (
        changed(name={"organization": "ander"}),
        "service.organization_id service.organization organization.id organization.name",
    ),
    "what it does": (changed(what_nl=words("Iets anders.")), "service.description"),
    "a translation": (
        changed(what_ar=words("بيت آمن.", "human")),
        "service.translations service.text_languages",
    ),
    "when it can be reached, in words": (
        changed(hours_note_ar=words("بعد الظهر", "human")),
        "service.hours_description",
    ),
    "the website": (changed(website={"website": "https://a.example/"}), "service.url"),
    "the mailbox": (changed(email={"email": "a@example.org"}), "service.email"),
    "interpreters": (
        changed(interpreter={"interpreter": "yes"}),
        "service.interpretation_services",
    ),
    "how to get in": (changed(call_nl=words("Bel.")), "service.application_process"),
    "what it costs": (changed(cost={"cost": "free"}), "service.fees_description"),
    "a referral": (
        changed(referral={"referral": "needed"}),
        "service.eligibility_description",
    ),
    "ages": (
        changed(ages={"minimum_age": 18, "maximum_age": 30}),
        "service.minimum_age service.maximum_age",
    ),
    "the chat": (
        changed(chat_url={"chat_url": "https://chat.example/"}),
        "service.additional_urls url.id url.service_id url.label url.url",
    ),
    "a phone": (
        changed(phones={"phones": [{**PHONE, "from_abroad": False}, {**ABROAD, "position": 1}]}),
        "service.phones phone.id phone.service_id phone.number phone.type phone.description",
    ),
    "the week": (
        changed(hours={"hours": "weekly", "week": [[0, "09:00", "17:00"]]}),
        (
            "service.schedules service.operating_hours schedule.id schedule.service_id "
            "schedule.freq schedule.interval schedule.wkst schedule.byday schedule.opens_at "
            "schedule.closes_at schedule.description schedule.timezone_name schedule.group"
        ),
    ),
    "a day that is not as usual": (
        changed(hours={"exceptions": [["2026-12-25", None, None]]}),
        "schedule.dtstart schedule.valid_from schedule.valid_to schedule.count",
    ),
    "closed for some time": (
        changed(hours={"closed_from": "2026-12-01", "closed_until": "2026-12-31"}),
        "service.alert",
    ),
    "an area": (
        changed(areas={"areas": ["utrecht", "nl"]}),
        (
            "service.service_areas service_area.id service_area.service_id service_area.name "
            "service_area.extent service_area.extent_type"
        ),
    ),
    "the name of a municipality": (renamed, "service_area.name service_area.extent"),
    "a language": (
        changed(speaks={"speaks": ["ti"]}),
        "service.languages language.id language.service_id language.code",
    ),
    "a paper that one needs": (
        changed(documents={"documents": ["paspoort"]}),
        (
            "service.required_documents required_document.id required_document.service_id "
            "required_document.document"
        ),
    ),
    "for whom": (
        changed(**{"for": {"groups": [["grp.women", True]]}}),
        (
            "service.attributes attribute.id attribute.link_id attribute.link_entity "
            "attribute.link_type attribute.taxonomy_term_id attribute.taxonomy_term "
            "taxonomy_term.id taxonomy_term.code taxonomy_term.taxonomy taxonomy_term.taxonomy_id "
            "taxonomy_term.language"
        ),
    ),
    "what a term is called": (termed, "taxonomy_term.name taxonomy_term.description"),
    "a second place": (
        changed(location={"locations": [HERE, {**HERE, "street": "Neude 2"}]}),
        (
            "service.service_at_locations service_at_location.id service_at_location.service_id "
            "service_at_location.location_id service_at_location.location location.id "
            "location.location_type location.addresses address.id address.location_id "
            "address.address_1 address.country address.address_type"
        ),
    ),
    "a place that is corrected": (
        changed(
            location={
                "locations": [
                    {
                        **HERE,
                        "name": "Ons huis",
                        "postal_code": "3512 JX",
                        "town": "Ede",
                        "confirmed": True,
                    }
                ]
            }
        ),
        "location.name location.description address.city address.postal_code",
    ),
    "the province of a town": (province, "address.state_province"),
    "a wheelchair": (
        changed(wheelchair={"wheelchair": "yes"}),
        (
            "location.accessibility accessibility.id accessibility.location_id "
            "accessibility.description"
        ),
    ),
    "a place that is secret": (
        changed(location={"locations": [NOWHERE]}),
        "service.address_withheld",
    ),
    "the organisation": (
        owner(
            name="Nieuw", alternate_name="N", email="n@example.org", website="https://n.example/"
        ),
        "organization.name organization.alternate_name organization.email organization.website",
    ),
    "who they are": (
        owner(about=True),
        "organization.description organization.translations organization.text_languages",
    ),
    "to be confirmed": (changed(publish={"publish": "review"}), "service.confirmed"),
    "somebody confirmed it": (confirmed, "service.assured_date service.verification"),
    "nobody confirmed it in time": (aged, "service.freshness"),
    "held against its sources": (
        changed(sources={"checked_on": "2026-11-21"}),
        "service.checked_date",
    ),
    "how safe it is": (
        changed(
            anonymous={"anonymous": "yes"},
            without_documents={"without_documents": "yes"},
            children={"children": "no"},
            deaf={"deaf": "partly"},
        ),
        (
            "service.safety.anonymous service.safety.without_documents service.safety.children "
            "service.safety.deaf"
        ),
    ),
    "an emergency": (changed(publish={"emergency": True}), "service.safety.emergency"),
    "how it is reached": (changed(how={"channels": ["email"]}), "service.channels"),
    "who passed it on": (offered, "service.provenance.licence service.provenance.source"),
}
MOVED = {field for _change, moved in CHANGES.values() for field in moved.split()}
# Given when a record is taken over, and never again.
GIVEN_ONCE = {f"service.provenance.{name}" for name in ("publisher", "original_id", "seen")}


def test_p5_everything_that_is_published_is_changed_below() -> None:
    moments = {"service.last_modified"}
    apart = STAYS | ELSEWHERE | UNWRITTEN | GIVEN_ONCE | moments

    assert published() - MOVED == apart & published()
    assert published() >= MOVED | STAYS | UNWRITTEN | GIVEN_ONCE


@pytest.fixture
def service() -> Service:
    utrecht = places.municipality("utrecht")
    town = places.place("utrecht", municipality=utrecht)
    geoname = places.row(municipality="utrecht")["geoname"]
    type(town).objects.filter(pk=town.pk).update(geoname=geoname, province="Utrecht")
    make.organization("ander", "Ander")
    directory.import_needs(
        data=needs.content(SHELTER, needs.concept("grp.women", 2)), by=ANNA, at=make.NOON
    )
    made = make.service()
    made.areas.create(municipality=utrecht)
    Origin.objects.create(
        service=made,
        publisher="https://first.example",
        original="1",
        source="https://first.example",
        source_name="Eerst",
        licence="CC-BY-4.0",
        taken_on=date(2026, 1, 1),
    )
    version, _facts = directory.service_facts(made.id)
    directory.change_service(
        service_id=made.id,
        changes={"location": {"locations": [HERE]}, "needs": {"needs": ["sup.shelter"]}},
        version=version,
        why="",
        by=ANNA,
        at=make.NOON,
    )
    made.refresh_from_db()
    return made


@pytest.mark.parametrize(("change", "moved"), CHANGES.values(), ids=CHANGES.keys())
def test_p5_last_modified_moves_when_anything_nested_moves(
    ask: Ask, service: Service, change: Change, moved: str
) -> None:
    before = everything(service)
    assert set(before["service.last_modified"]) == {'"2026-11-22T12:00:00.000Z"'}

    change(service)

    after = everything(service)
    unmoved = [field for field in moved.split() if before[field] == after[field]]
    assert unmoved == []
    assert set(after["service.last_modified"]) == {f'"{SAID}"'}
    assert ask.ids("services", modified_after=SAID) == [str(service.id)]
