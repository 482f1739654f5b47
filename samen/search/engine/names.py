"""Names inside a text: of services, and of towns. A name counts by its rare words."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

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


class Names:
    """Kept as numbers: of a large map there are hundreds of thousands.

    How rare a word is goes by these names, or for a few that belong to many by those they stand
    `beside`.
    """

    def __init__(self, names: Iterable[Name], *, beside: "Names | None" = None) -> None:
        owners, sizes = array("q"), array("i")
        said: list[str] = []
        entries: set[tuple[str, str]] = set()
        for name in names:
            if name.words:
                words = tuple(dict.fromkeys(name.words))
                owners.append(name.owner)
                sizes.append(len(words))
                said.extend(words)
                entries.update((word, name.language) for word in words)
        self._vocabulary = Vocabulary(entries)
        number = self._vocabulary.number
        term = np.fromiter((number[word] for word in said), np.int32, len(said))
        name_of = np.repeat(np.arange(len(sizes), dtype=np.int32), np.array(sizes, np.int64))
        having = np.bincount(term, minlength=len(number))
        order = np.argsort(term, kind="stable")
        self._owner = np.array(owners, np.int64)
        # Of each word the names that have it: having[start[word]:start[word + 1]].
        self._having = name_of[order]
        self._start = np.concatenate([[0], np.cumsum(having)])
        self._many, self._beside = len(sizes), beside
        if beside is not None:
            self._many = max(1, len(beside))
            having = np.array([beside.having(word) for word in self._vocabulary.words], np.int64)
        self._worth = np.log(1 + self._many / np.maximum(having, 1))
        self._whole = np.bincount(name_of, self._worth[term], len(sizes))

    def __len__(self) -> int:
        return len(self._owner)

    def having(self, word: str) -> int:
        """How many have just this word."""
        term = self._vocabulary.number.get(word)
        return 0 if term is None else len(self._names_with(term))

    def find(self, words: Sequence[str], *, least: float = 0.0) -> list[FoundName]:
        """The names in the text, the surest first; of one owner the best. `least`: of a score."""
        alike = self._alike(words)
        told = self._told(words, alike)
        if self._beside is not None:
            others = zip(told, self._beside.told(words), alike, strict=True)
            told = [max(own, other) if terms else other for own, other, terms in others]
        scores = self._scores(alike, told)
        places = np.flatnonzero((scores >= least) & (scores > 0))
        best: dict[int, float] = {}
        for owner, score in zip(self._owner[places].tolist(), scores[places].tolist(), strict=True):
            best[owner] = max(score, best.get(owner, 0.0))
        found = [FoundName(owner, score) for owner, score in best.items()]
        return sorted(found, key=lambda each: (-each.score, each.owner))

    def told(self, words: Sequence[str]) -> list[float]:
        """How much each word of a text weighs: what a name can say with it, or that it is more."""
        return self._told(words, self._alike(words))

    def _alike(self, words: Sequence[str]) -> list[dict[int, float]]:
        """Of each word the words of names that it may be."""
        least = (1.0 if len(word) < _SHORTEST_GUESS else ALIKE for word in words)
        return [
            {term: worth for term, worth in found.items() if worth >= enough}
            for found, enough in zip(self._vocabulary.find(words), least, strict=True)
        ]

    def _told(self, words: Sequence[str], alike: Sequence[dict[int, float]]) -> list[float]:
        return [self._weight(word, terms) for word, terms in zip(words, alike, strict=True)]

    def _weight(self, word: str, terms: dict[int, float]) -> float:
        if terms:
            return float(self._worth[list(terms)].max())
        return 0.0 if endings.is_little(word) else log(1 + self._many)

    def _scores(
        self, alike: Sequence[dict[int, float]], told: Sequence[float]
    ) -> NDArray[np.float64]:
        """Of each name which share of it is in the text, times its share of the text."""
        covered = np.zeros(len(self))
        own: dict[int, float] = {}
        for terms, weight in zip(alike, told, strict=True):
            likest = np.zeros(len(self))
            for term, worth in terms.items():
                names = self._names_with(term)
                likest[names] = np.maximum(likest[names], worth)
                own[term] = max(own.get(term, 0.0), worth)
            covered += weight * likest
        part = np.zeros(len(self))
        for term, worth in own.items():
            part[self._names_with(term)] += self._worth.item(term) * worth
        scores = part / self._whole * covered / np.maximum(covered, max(sum(told), 1e-9))
        return np.round(scores, 4)

    def _names_with(self, term: int) -> NDArray[np.int32]:
        return self._having[self._start.item(term) : self._start.item(term + 1)]
