"""The compiled kernel is taken only when it is that of the text that stands here.

That it answers as numpy does is held beside the scan (test_strips.py, test_scan.py).
"""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from samen.search.engine import columns, kernel, wording
from samen.search.engine.columns import WORD, WORD_BITS, Index, reading
from samen.search.engine.columns.index import words_for
from samen.search.engine.compiled import made
from samen.search.queries.hours import write_hours
from samen.search.rules.wording import is_beginning
from samen.search.tests.make import Row
from scripts import kernel as scripts_kernel

HOUSE = Path(__file__).resolve().parents[3]
compiled = pytest.mark.skipif(kernel.MADE is None, reason="no compiler on this machine")
letters = some.text("abÿжሀ🙂", min_size=1, max_size=5)


def index_of(words: list[str]) -> Index:
    row = Row(1, texts=(("nl", "summary", " ".join(words)),))
    return columns.build([row], write=write_hours)


@pytest.mark.skipif(scripts_kernel.missing() is not None, reason="no compiler on this machine")
def test_where_there_is_a_compiler_there_is_a_kernel() -> None:
    """One that could not be made would else be taken for a machine without a compiler."""
    assert kernel.MADE is not None
    assert reading.PARTS is not None
    sources = sorted(scripts_kernel.ENGINE.glob("*.pyx"))
    assert [source.stem for source in sources] == ["parts", "quick"]
    assert all(map(scripts_kernel.is_made, sources)), "each setup would make them again"


@compiled
@settings(deadline=None, max_examples=60)
@given(some.lists(letters, max_size=30), letters)
@example(["жжa"], "жж")  # two letters begin no word
@example(["ሀa"], "ሀ")  # one may, where it is a syllable
def test_a_word_is_found_where_python_finds_it(words: list[str], word: str) -> None:
    index = index_of(words)

    found = wording.span(index, word)

    every = list(index.words)
    place = sum(each < word for each in every)
    is_there = word in every
    begun = sum(each.startswith(word) for each in every)
    assert found[:2] == (place, is_there)
    assert found[2] == place + (begun if is_beginning(word) else is_there)
    assert wording.span_plainly(index, word)[:2] == found[:2]


@compiled
def test_a_kernel_that_was_made_of_another_text_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert made("quick") is not None
    (tmp_path / "quick.pyx").write_text("# it was changed since\n")
    monkeypatch.setattr("samen.search.engine.compiled.HERE", tmp_path)

    assert made("quick") is None


def test_without_a_kernel_numpy_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "MADE", None)
    index = index_of(["helpen", "helpend", "hulp"])

    assert kernel.of(index) is None
    assert wording.span(index, "helpen") == (0, True, 2)
    assert wording.span(index, "zzz") == (3, False, 3)


def test_without_a_compiler_the_setup_says_so_and_goes_on(tmp_path: Path) -> None:
    for name in ("scripts/kernel.py", "samen/search/engine/quick.pyx"):
        (tmp_path / name).parent.mkdir(parents=True)
        shutil.copy(HOUSE / name, tmp_path / name)

    done = subprocess.run(
        [sys.executable, tmp_path / "scripts/kernel.py"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.startswith("The search does without its kernel")
    assert list(tmp_path.rglob("*.so")) == []


@compiled
def test_the_small_words_of_a_byte_are_counted_like_the_large() -> None:
    bits = np.array([[1, 1 << 31], [3, 0], [1 << 8, 1]], WORD)
    rows, places = np.array([0, 1, 2], np.int32), np.array([0, 2], np.int64)

    values = [str(place) for place in range(2 * WORD_BITS)]
    numbers = kernel.MADE.counted(bits, rows, places, values)  # type: ignore[union-attr]  # compiled

    assert numbers == {"0": 1, "8": 1, "32": 1, "63": 1}


@compiled
@pytest.mark.parametrize("many", [1, 7, 32, 33])
def test_few_values_of_many_rows_are_counted_like_many_of_few(many: int) -> None:
    ones = np.zeros((1000, words_for(many) * WORD_BITS), np.bool_)
    ones[:, :many] = np.random.default_rng(many).integers(0, 2, (1000, many))
    bits = np.packbits(ones, axis=1, bitorder="little").view(np.dtype(WORD).newbyteorder("<"))
    rows, places = np.arange(999, -1, -1, dtype=np.int32), np.arange(1000, dtype=np.int64)
    values = [str(place) for place in range(many)]

    numbers = kernel.MADE.counted(bits, rows, places, values)  # type: ignore[union-attr]  # compiled

    assert numbers == dict(zip(values, ones.sum(axis=0).tolist(), strict=False))
    assert kernel.MADE.counted(bits, rows, places, []) == {}  # type: ignore[union-attr]  # compiled
