"""What every door for machines keeps to, and what stands at the first one."""

from django.test import Client

ROOT = "/api/hsds/3.2/"


def test_p8_the_root_says_what_this_is_and_who_publishes_it(client: Client) -> None:
    said = client.get(ROOT).json()

    assert said["version"] == "3.2"
    assert said["profile"].endswith("/api/hsds/3.2/profile/")
    assert said["openapi_url"].endswith("/api/hsds/3.2/openapi.json")
    assert said["description"]
    assert said["data_guide"]
    assert said["publisher"]["name"] == "Samen"
    assert said["publisher"]["identifier"]


def test_p12_the_versions_stand_side_by_side(client: Client) -> None:
    assert client.get("/api/hsds/3.3/").json()["version"] == "3.3"
    assert client.get("/api/hsds/2.0/").status_code == 404


def test_p11_programs_of_every_site_may_ask_and_get_no_cookie(client: Client) -> None:
    asked_first = client.options(ROOT)
    answer = client.get(ROOT)

    assert asked_first.status_code == 204
    assert "GET" in asked_first.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in asked_first.headers["Access-Control-Allow-Headers"]
    for each in (asked_first, answer):
        assert each.headers["Access-Control-Allow-Origin"] == "*"
        assert not each.cookies


def test_another_way_of_asking_is_refused_in_words_that_a_machine_reads(client: Client) -> None:
    answer = client.delete(ROOT)

    assert answer.status_code == 405
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert answer.json()["status"] == 405
