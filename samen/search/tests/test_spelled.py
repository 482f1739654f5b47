"""What is spelled between two spaces is what is spelled in the whole text."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as some

from samen.search.engine.columns import reading
from samen.search.rules import letters

odd = some.text("aAé'’`ıİßΣς ̆и\u200b\ufdfa1٣ถึ中\t\x1c\u0345\u00a8", max_size=30)


@settings(deadline=None, max_examples=150)
@given(some.lists(some.text() | odd, max_size=6))
def test_words_are_spelled_as_in_the_whole_text(parts: list[str]) -> None:
    body, numbers = " ".join(parts), reading._numbered()

    sizes, found = reading._Spelled(numbers).words([*parts, body, *parts])

    names = list(numbers)
    texts = np.split([names[number] for number in found], np.cumsum(sizes)[:-1])
    assert [list(each) for each in texts] == [letters.words(each) for each in (*parts, body, *parts)]


def test_a_long_text_is_cut_where_the_whole_is_cut() -> None:
    for body in ("ab " * 300, "\ufdfa " * 1000, f"{'a' * letters.LONGEST} b", "a" * 9000):
        numbers = reading._numbered()
        sizes, found = reading._Spelled(numbers).words(["before", body, "after"])
        names = list(numbers)
        said = ["before", *letters.words(body), "after"]
        assert [names[number] for number in found] == said
        assert sizes.tolist() == [1, len(said) - 2, 1]
