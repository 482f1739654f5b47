"""What is spelled between two spaces is what is spelled in the whole text."""

from hypothesis import given, settings
from hypothesis import strategies as some

from samen.search.engine.columns import drafts
from samen.search.rules import letters

odd = some.text("aAé'’`ıİßΣς ̆и\u200b\ufdfa1٣ถึ中\t\x1c\u0345\u00a8", max_size=30)


@settings(deadline=None, max_examples=150)
@given(some.lists(some.text() | odd, max_size=6))
def test_words_are_spelled_as_in_the_whole_text(parts: list[str]) -> None:
    body, numbers = " ".join(parts), drafts._numbered()

    found = drafts._Spelled(numbers).words(body)

    names = list(numbers)
    assert [names[number] for number in found] == letters.words(body)


def test_a_long_text_is_cut_where_the_whole_is_cut() -> None:
    for body in ("ab " * 300, "\ufdfa " * 1000, f"{'a' * letters.LONGEST} b", "a" * 9000):
        numbers = drafts._numbered()
        found = drafts._Spelled(numbers).words(body)
        names = list(numbers)
        assert [names[number] for number in found] == letters.words(body)
