"""The page of the benchmarks is put together from whatever was measured."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench import __main__ as bench
from bench import gates, pictures, rounds

HOT = {"SAMEN": {"p50": 50, "p99": 90}, "scan": {"p50": 500, "p99": 900}}
ROW = {"agree": {"SAMEN": {"other_totals": 0}}, "hot_us": HOT, "times_ours": {"scan": 10.0}}


def test_every_module_with_a_measure_is_a_chapter() -> None:
    found = bench.chapters()

    assert found[0] == "searching"
    assert "pages" in found
    assert "rounds" not in found


def test_a_gate_is_kept_not_kept_or_not_measured() -> None:
    found = {"searching": {"100000": {"kinds": {"facets": ROW}}}}
    lines = list(gates.as_text(found))

    [kept] = [line for line in lines if "scan of all rows" in line]
    assert kept.endswith("| 10x | kept |")
    assert sum("not measured" in line for line in lines) == len(gates.GATES) - 2
    slow = {"searching": {"100000": {"kinds": {"facets": ROW | {"times_ours": {"scan": 5.9}}}}}}
    assert any("**not kept**" in line for line in gates.as_text(slow))


def test_all_sixteen_gates_are_on_the_page() -> None:
    assert {gate.number for gate in gates.GATES} == {str(number) for number in range(1, 17)}


def test_a_picture_is_drawing_and_words() -> None:
    drawing = pictures.bars("a & b", "µs", [("1,000 services", {"SAMEN": 50.0, "scan": 5_000.0})])
    root = ET.fromstring(drawing)  # noqa: S314 our own drawing
    bars = [each for each in root.iter("{http://www.w3.org/2000/svg}rect") if each.get("x")]

    assert [float(bar.get("width", 0)) for bar in bars] == sorted(
        float(bar.get("width", 0)) for bar in bars
    )
    assert "5,000" in drawing


def test_a_chapter_that_fails_is_named_and_stops_nothing(
    tmp_path: Path,
) -> None:
    failed = bench.measured(["nothing_such"], tmp_path, [])

    assert "nothing_such" in failed["nothing_such"]
    assert any("nothing_such" in line for line in bench.page({}, failed))


def test_other_sizes_of_a_chapter_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.searching.measure", lambda sizes: {str(sizes[0]): "new"})
    path = tmp_path / "searching.json"
    path.write_text(json.dumps({"10": "old"}))

    bench.one("searching", tmp_path, {"sizes": [20], "quick": False})

    assert json.loads(path.read_text()) == {"10": "old", "20": "new"}


def test_the_best_of_the_rounds_counts_and_ratios_are_of_each_question() -> None:
    times = {"SAMEN": [1.0, 2.0, 4.0], "other": [3.0, 2.0, 40.0]}

    assert rounds.ratios(times, "SAMEN") == {"SAMEN": 1.0, "other": 3.0}
    assert rounds.hot({"one": lambda _: None}, [1, 2], rounds=2)["one"][0] < 1


def test_hot_is_an_engine_alone_and_cold_is_one_after_the_other() -> None:
    asked: list[str] = []
    engines = {name: lambda number, name=name: asked.append(f"{name}{number}") for name in "ab"}

    rounds.hot(engines, [1, 2], rounds=1)
    assert asked == ["a1", "a2"] * 2 + ["b1", "b2"] * 2
    asked.clear()
    rounds.cold(engines, [1, 2], rounds=1)
    assert asked == ["a1", "b1", "a2", "b2"]
