"""What words mean, in every language at once, and which meanings point to which situation.

Written down in plain lines ("husband: husband, hubby, my man"), so that whoever speaks a language
can add to it. See docs/search.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from samen.search.rules import endings, letters

FROM_A_STEM = 0.85  # a word of the same family means nearly the same
_WEAKEST = 0.45
_NEARLY_BEST = 0.9
_SHORTEST_STEM = 2

Strengths = dict[int, float]
Expression = tuple[tuple[str, ...], int]  # words in a row, and what they mean together


def read(lines: Iterable[str]) -> dict[str, list[str]]:
    """ "name: value, value" per line; # begins a remark."""
    table: dict[str, list[str]] = {}
    for line in lines:
        if line.strip() and not line.startswith("#"):
            name, _, values = line.partition(":")
            table[name.strip()] = [value.strip() for value in values.split(",") if value.strip()]
    return table


class Meanings:
    """All meanings, by number, with the words for them."""

    def __init__(
        self,
        broader: Mapping[str, Sequence[str]],
        words: Mapping[str, Mapping[str, Sequence[str]]],
        signs: Mapping[str, Sequence[str]],
    ) -> None:
        """`broader`: the meaning each belongs to. `words`: by language and meaning.

        `signs`: combinations of meanings, by need key.
        """
        self.names = list(broader)
        number = {name: place for place, name in enumerate(self.names)}
        self.broader = [_chain(name, broader, number) for name in self.names]
        self.signs = {
            key: [[number[name] for name in sign.split()] for sign in several]
            for key, several in signs.items()
        }
        self.expressions: dict[str, list[Expression]] = defaultdict(list)
        self._single: dict[tuple[str, str], Strengths] = defaultdict(dict)
        for language, table in words.items():
            for name, entries in table.items():
                for entry in entries:
                    self._learn(language, tuple(letters.words(entry)), number[name])
        self._stems = self._by_stem()

    def _learn(self, language: str, entry: tuple[str, ...], meaning: int) -> None:
        if len(entry) == 1:
            self._single[entry[0], language][meaning] = 1.0
        elif entry:
            self.expressions[language].append((entry, meaning))

    def _by_stem(self) -> dict[tuple[str, str], Strengths]:
        table: dict[tuple[str, str], Strengths] = defaultdict(dict)
        for (word, language), meanings in self._single.items():
            for stem in endings.stems(word, language):
                if len(stem) >= _SHORTEST_STEM:
                    known = table[stem, language]
                    for meaning in meanings:
                        likeness = min(1.0, len(stem) / len(word))
                        known[meaning] = max(known.get(meaning, 0.0), likeness)
        return table

    def entries(self) -> set[tuple[str, str]]:
        """Every word of every language."""
        in_expressions = {
            (word, language)
            for language, expressions in self.expressions.items()
            for words, _ in expressions
            for word in words
        }
        return in_expressions | set(self._single)

    def of(self, word: str, language: str) -> Strengths:
        """What a word of the language means, and how surely."""
        exact = self._single.get((word, language))
        if exact:
            return exact
        found: Strengths = {}
        for stem in endings.stems(word, language):
            for meaning, likeness in self._stems.get((stem, language), {}).items():
                strength = FROM_A_STEM * likeness * (len(stem) / len(word)) ** 0.5
                found[meaning] = max(found.get(meaning, 0.0), strength)
        return strongest(found, nearly=_NEARLY_BEST, weakest=_WEAKEST)


def strongest(found: Strengths, *, nearly: float, weakest: float) -> Strengths:
    """The best of them, and those that are nearly as good; none when all are weak."""
    best = max(found.values(), default=0.0)
    return {
        meaning: strength
        for meaning, strength in found.items()
        if best >= weakest and strength >= best * nearly
    }


def _chain(name: str, broader: Mapping[str, Sequence[str]], number: Mapping[str, int]) -> list[int]:
    """Every broader meaning of a meaning, the nearest first."""
    found: list[int] = []
    while broader[name]:
        name = broader[name][0]
        found.append(number[name])
    return found
