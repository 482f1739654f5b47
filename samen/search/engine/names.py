"""Names inside a text: of services, and of towns. A name counts by its rare words."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

from samen.search.engine.vocabulary import Vocabulary
from samen.search.rules import endings

ALIKE = 0.72  # less alike than this is another name
_SHORTEST_GUESS = 5  # letters; shorter words are only found as they are


@dataclass(frozen=True, slots=True)
class Name:
    owner: int
    language: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundName:
    owner: int
    score: float  # 1 when the text is the name and nothing else
    places: tuple[int, ...]  # of the words of the text that belong to it


class Names:
    def __init__(self, names: Iterable[Name]) -> None:
        self._names = [name for name in names if name.words]
        self._vocabulary = Vocabulary(
            (word, name.language) for name in self._names for word in name.words
        )
        having: dict[int, set[int]] = defaultdict(set)
        for place, name in enumerate(self._names):
            for word in name.words:
                having[self._vocabulary.number[word]].add(place)
        self._having = having

    def _worth(self, term: int) -> float:
        return log(1 + len(self._names) / len(self._having[term]))

    def find(self, words: Sequence[str]) -> list[FoundName]:
        """The names in the text, the surest first; of one owner the best."""
        alike = [self._alike(word, found) for word, found in self._candidates(words)]
        told = [self._told(word, terms) for word, terms in zip(words, alike, strict=True)]
        places = {p for terms in alike for term in terms for p in self._having[term]}
        best: dict[int, FoundName] = {}
        for place in sorted(places):
            found = self._compared(place, alike, told)
            known = best.get(found.owner)
            if known is None or found.score > known.score:
                best[found.owner] = found
        return sorted(best.values(), key=lambda found: (-found.score, found.owner))

    def _candidates(self, words: Sequence[str]) -> Iterable[tuple[str, dict[int, float]]]:
        return zip(words, self._vocabulary.find(words), strict=True)

    def _alike(self, word: str, found: dict[int, float]) -> dict[int, float]:
        if len(word) < _SHORTEST_GUESS:
            return {term: worth for term, worth in found.items() if worth == 1.0}
        return {term: worth for term, worth in found.items() if worth >= ALIKE}

    def _told(self, word: str, terms: dict[int, float]) -> float:
        """How much a word of the text weighs: what a name can say with it, or that it is more."""
        if terms:
            return max(self._worth(term) for term in terms)
        return 0.0 if endings.is_little(word) else log(1 + len(self._names))

    def _compared(
        self, place: int, alike: Sequence[dict[int, float]], told: Sequence[float]
    ) -> FoundName:
        name = self._names[place]
        numbers = [self._vocabulary.number[word] for word in name.words]
        own = dict.fromkeys(numbers, 0.0)
        covered, used = 0.0, []
        for position, terms in enumerate(alike):
            shared = {term: worth for term, worth in terms.items() if term in own}
            if shared:
                used.append(position)
                covered += told[position] * max(shared.values())
                for term, worth in shared.items():
                    own[term] = max(own[term], worth)
        whole = sum(self._worth(number) for number in own)
        part = sum(self._worth(number) * worth for number, worth in own.items())
        score = part / whole * covered / max(sum(told), covered, 1e-9)
        return FoundName(name.owner, round(score, 4), tuple(used))
