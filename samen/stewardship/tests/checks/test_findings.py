"""Findings open and close by themselves, and come to whoever keeps that part of the map."""

from datetime import timedelta
from pathlib import Path

import pytest

from samen.audit.models import Entry
from samen.directory.models import Organization, Phone, Service, ServiceArea
from samen.directory.tests import make
from samen.directory.tests.make import NOON
from samen.foundation import paging
from samen.foundation.actor import job
from samen.foundation.http.fetching import Gate
from samen.foundation.tests.listener import certificate, page, site
from samen.places.tests import make as places
from samen.stewardship import jobs
from samen.stewardship.actions import checking
from samen.stewardship.models import Finding, Link
from samen.stewardship.queries.findings import findings, findings_by_kind, findings_of
from samen.stewardship.rules.scope import Scope
from tests.bare import bare

pytestmark = pytest.mark.django_db

EVERYWHERE = Scope(municipalities=None)
WORKER = job("test")


def codes(kind: str) -> list[str]:
    opened = Finding.objects.filter(kind=kind, closed_at=None)
    return sorted(opened.values_list("detail", flat=True))


def test_a_finding_opens_once_and_closes_when_it_is_put_right() -> None:
    phone = make.phone(make.service(), "030-12")
    jobs.check_services(at=NOON)
    assert codes("phone") == ["not-a-number"]
    lines = Entry.objects.count()

    assert jobs.check_services(at=NOON + timedelta(days=1)) == 0
    assert Entry.objects.count() == lines

    Phone.objects.filter(pk=phone.pk).update(number="0800-2000")
    jobs.check_services(at=NOON + timedelta(days=2))
    closed = Finding.objects.get(kind="phone")
    assert (closed.opened_at, closed.closed_at) == (NOON, NOON + timedelta(days=2))


def test_what_comes_back_is_a_new_finding() -> None:
    phone = make.phone(make.service(), "030-12")
    for day, number in enumerate(["030-12", "0800-2000", "030-13"]):
        Phone.objects.filter(pk=phone.pk).update(number=number)
        jobs.check_services(at=NOON + timedelta(days=day))

    assert Finding.objects.filter(kind="phone").count() == 2


def test_what_is_hidden_has_nothing_to_put_right() -> None:
    service = make.service()
    make.phone(service, "030-12")
    jobs.check_services(at=NOON)
    Service.objects.update(publish="hidden")

    jobs.check_services(at=NOON)

    assert not Finding.objects.filter(closed_at=None).exists()
    assert Finding.objects.filter(record=service.id).exists()


def test_a_finding_says_no_word_of_the_entry() -> None:
    service = make.service(what="Geheimstraat 12, " + "aansprakelijkheidsverzekeringen " * 20)
    make.phone(service, "030-12")

    jobs.check_services(at=NOON)

    assert findings_of(service.id)
    for finding in Finding.objects.all():
        assert "Geheim" not in f"{finding.about} {finding.detail}"
        assert "030" not in bare(f"{finding.about} {finding.detail}")


def test_a_steward_sees_the_findings_of_her_municipality_only() -> None:
    hers, other = make.service(), make.service(organization=make.organization("coa", "COA"))
    ServiceArea.objects.create(service=hers, municipality=places.municipality("utrecht"))
    ServiceArea.objects.create(service=other, municipality=places.municipality("arnhem"))
    jobs.check_services(at=NOON)

    seen = findings(Scope(municipalities=frozenset({"utrecht"})))

    assert {item.service for item in seen.items} == {hers.id}
    assert {item.service for item in findings(EVERYWHERE).items} == {hers.id, other.id}
    assert findings(Scope()).items == []
    with pytest.raises(paging.NoSuchPage):
        findings(EVERYWHERE, page=2)


@pytest.mark.parametrize("count", [3, 130])
def test_the_number_of_queries_is_the_same_for_more_services(
    count: int, django_assert_max_num_queries: object
) -> None:
    for _ in range(count):
        make.service()
    jobs.check_services(at=NOON)

    with django_assert_max_num_queries(4):  # type: ignore[operator]  # a fixture
        page_one = findings(EVERYWHERE, kind="missing")
    assert len(page_one.items) == min(50, count * 6)


# --- links, to a real site on this machine -----------------------------------------------------


def with_site(service: Service, address: str) -> Service:
    Service.objects.filter(pk=service.pk).update(website=address)
    return service


@pytest.mark.parametrize(
    ("status", "expected"),
    [("200 OK", []), ("403 Forbidden", []), ("404 Not Found", ["status-404"])],
)
def test_a_link_is_asked_and_what_is_broken_is_found(
    tmp_path: Path, status: str, expected: list[str]
) -> None:
    keys = certificate(tmp_path)
    with site(page(status=status), keys=keys) as standing:
        gate = Gate(openings={f"localhost:{standing.port}": str(keys)})
        with_site(make.service(), f"https://localhost:{standing.port}/hulp")

        asked = checking.check_links(gate=gate, most=100, by=WORKER, at=NOON)

        assert (asked, standing.knocks) == (1, 1)
    assert codes("link") == expected


def test_a_link_is_not_asked_again_before_its_time(tmp_path: Path) -> None:
    keys = certificate(tmp_path)
    with site(page(), keys=keys) as standing:
        gate = Gate(openings={f"localhost:{standing.port}": str(keys)})
        with_site(make.service(), f"https://localhost:{standing.port}/")
        for day in (0, 1, 6, 7):
            at = NOON + timedelta(days=day)
            checking.check_links(gate=gate, most=100, by=WORKER, at=at)

        assert standing.knocks == 2
    assert Link.objects.get().looks == 2


def test_a_site_that_moved_says_where_and_www_is_not_another_site(tmp_path: Path) -> None:
    keys = certificate(tmp_path)
    for target, expected in (("www.localhost", []), ("nieuw.example.org", ["elsewhere"])):
        Link.objects.all().delete()
        answer = page(status="301 Moved", Location=f"https://{target}/")
        with site(answer, keys=keys) as standing:
            gate = Gate(openings={f"localhost:{standing.port}": str(keys)})
            service = with_site(make.service(), f"https://localhost:{standing.port}/")
            checking.check_links(gate=gate, most=100, by=WORKER, at=NOON)
        found = list(findings(EVERYWHERE, kind="link").items)
        assert [item.code for item in found] == expected
        Service.objects.filter(pk=service.pk).update(website="")
    assert [item.more for item in found] == ["nieuw.example.org"]


def test_a_link_into_this_house_is_never_followed(tmp_path: Path) -> None:
    keys = certificate(tmp_path)
    with site(keys=keys) as canary:
        with_site(make.service(), f"https://localhost:{canary.port}/")
        with_site(make.service(), f"https://127.0.0.1:{canary.port}/")

        checking.check_links(gate=Gate(), most=100, by=WORKER, at=NOON)

        assert canary.knocks == 0
    assert codes("link") == ["not-public", "not-public"]


def test_a_link_put_right_closes_its_finding_before_it_is_asked_again(tmp_path: Path) -> None:
    keys = certificate(tmp_path)
    with site(page(status="404 Not Found"), keys=keys) as standing:
        gate = Gate(openings={f"localhost:{standing.port}": str(keys)})
        service = with_site(make.service(), f"https://localhost:{standing.port}/")
        checking.check_links(gate=gate, most=100, by=WORKER, at=NOON)
    with_site(service, "https://goed.example.org/")

    jobs.check_services(at=NOON)

    assert codes("link") == []


def test_the_site_of_an_organisation_is_found_once_for_all_its_services(tmp_path: Path) -> None:
    keys = certificate(tmp_path)
    services = [make.service() for _ in range(3)]
    with site(page(status="410 Gone"), keys=keys) as standing:
        gate = Gate(openings={f"localhost:{standing.port}": str(keys)})
        Organization.objects.update(website=f"https://localhost:{standing.port}/")
        checking.check_links(gate=gate, most=100, by=WORKER, at=NOON)

        assert standing.knocks == 1
    [finding] = Finding.objects.filter(kind="link")
    assert finding.record == services[0].organization_id
    assert findings_by_kind(EVERYWHERE)["link"] == 1


def test_an_address_that_left_the_map_is_forgotten(tmp_path: Path) -> None:
    keys = certificate(tmp_path)
    with site(page(), keys=keys) as standing:
        gate = Gate(openings={f"localhost:{standing.port}": str(keys)})
        service = with_site(make.service(), f"https://localhost:{standing.port}/")
        checking.check_links(gate=gate, most=100, by=WORKER, at=NOON)
        with_site(service, "")
        checking.check_links(gate=gate, most=100, by=WORKER, at=NOON)

    assert not Link.objects.exists()


def test_a_round_stops_at_its_most(tmp_path: Path) -> None:
    keys = certificate(tmp_path)
    with site(page(), keys=keys) as standing:
        gate = Gate(openings={f"localhost:{standing.port}": str(keys)})
        for number in range(5):
            with_site(make.service(), f"https://localhost:{standing.port}/{number}")

        assert checking.check_links(gate=gate, most=3, by=WORKER, at=NOON) == 3
        assert checking.check_links(gate=gate, most=3, by=WORKER, at=NOON) == 2
        assert standing.knocks == 5
