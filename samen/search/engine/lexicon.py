"""Words of all languages with their meanings, and what a text says in both."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from samen.search.engine.meanings import Expression, Meanings, Strengths, strongest
from samen.search.engine.vocabulary import Candidates, Vocabulary
from samen.search.rules import endings

LIKELY = 0.6  # a candidate that may be part of an expression
KNOWN = 0.55  # a little word is taken for itself and its like only
PART = 0.25  # what the second word of an expression counts beside the first
OTHER_LANGUAGE = 0.5  # least worth of a candidate of a language that nothing else speaks for
LANGUAGE_FADES = 1.5
AS_TYPED = 0.5  # a word in Latin letters means what the native word means that sounds so
_MOST_MEANINGS = 3
_NEARLY_BEST = 0.85
_WEAKEST = 0.4
_GAP = 2  # words that may stand inside an expression

# Words looked into deeply: as many as three sentences have. What follows in a long text is found
# by its spelling alone.
DEEP = 24


@dataclass(slots=True)
class Slot:
    """One word of a text: what it may be, what it may mean, and how much of the text it is."""

    word: str
    terms: Candidates
    meanings: Strengths
    share: float = 1.0


@dataclass(slots=True)
class Reading:
    """One word of a phrase, whose language is known."""

    term: int
    meanings: Strengths = field(default_factory=dict)
    share: float = 1.0


class Lexicon:
    def __init__(self, entries: Iterable[tuple[str, str]], meanings: Meanings) -> None:
        """`entries`: the words of all phrases, each with a language it is used in."""
        pairs = sorted({*entries, *meanings.entries()})
        self.meanings = meanings
        self.vocabulary = Vocabulary(pairs)
        self._tags = sorted({language for _, language in pairs})
        self._languages: list[list[int]] = [[] for _ in self.vocabulary.words]
        for word, language in pairs:
            number = self.vocabulary.number[word]
            self._languages[number].append(self._tags.index(language))
        self._own = {pair: meanings.of(*pair) for pair in pairs}
        self._learn_latin_spellings(pairs)
        self.of_term: list[Strengths] = [{} for _ in self.vocabulary.words]
        for (word, _), own in self._own.items():
            _take(self.of_term[self.vocabulary.number[word]], own)
        self.is_little = [self._says_nothing(term) for term in range(len(self))]
        self._beginning: dict[int, list[tuple[list[int], int]]] = defaultdict(list)
        self._first: dict[tuple[str, str], list[Expression]] = defaultdict(list)
        self._learn_expressions()

    def __len__(self) -> int:
        return len(self.vocabulary.words)

    def _learn_latin_spellings(self, pairs: Sequence[tuple[str, str]]) -> None:
        """A phrase typed in Latin letters means what the words mean that sound so."""
        unknown = [pair for pair in pairs if self._is_spelled_in_latin(*pair)]
        found = self.vocabulary.find([word for word, _ in unknown], guess=True)
        for pair, candidates in zip(unknown, found, strict=True):
            meant: Strengths = {}
            for term, worth in candidates.items():
                native = self._own.get((self.vocabulary.words[term], pair[1]), {})
                if worth >= AS_TYPED:
                    _take(meant, {meaning: worth * s for meaning, s in native.items()})
            meant = strongest(meant, nearly=_NEARLY_BEST, weakest=_WEAKEST)
            if len(meant) <= _MOST_MEANINGS:
                self._own[pair] = meant

    def _is_spelled_in_latin(self, word: str, language: str) -> bool:
        native = language in (*endings.ARABIC, *endings.CYRILLIC, *endings.ETHIOPIC)
        if not native or not word.isascii() or endings.is_little(word, language):
            return False
        return not self._own[word, language]

    def _says_nothing(self, term: int) -> bool:
        word = self.vocabulary.words[term]
        tags = (self._tags[place] for place in self._languages[term])
        return not self.of_term[term] and all(endings.is_little(word, tag) for tag in tags)

    def _learn_expressions(self) -> None:
        for language, expressions in self.meanings.expressions.items():
            for words, meaning in expressions:
                numbers = [self.vocabulary.number[word] for word in words]
                self._beginning[numbers[0]].append((numbers, meaning))
                self._first[words[0], language].append((words, meaning))

    # --- phrases ------------------------------------------------------------------------------

    def reading(self, words: Sequence[str], language: str) -> list[Reading]:
        """A phrase of a known language, word by word."""
        found = [
            Reading(self.vocabulary.number[word], dict(self._own[word, language])) for word in words
        ]
        for start, word in enumerate(words):
            for expression, meaning in self._first.get((word, language), ()):
                if tuple(words[start : start + len(expression)]) == expression:
                    for place in range(start, start + len(expression)):
                        found[place].meanings[meaning] = 1.0
                        found[place].share = 1.0 if place == start else PART
        return found

    # --- what is typed ------------------------------------------------------------------------

    def slots(self, words: Sequence[str]) -> list[Slot]:
        """A text of an unknown language, word by word."""
        found = self._of_one_language(self._candidates(words))
        slots = [
            Slot(word, terms, self._meant(terms)) for word, terms in zip(words, found, strict=True)
        ]
        for place in range(len(slots)):
            self._join(slots, place)
        return slots

    def _candidates(self, words: Sequence[str]) -> list[Candidates]:
        distinct = list(dict.fromkeys(words))
        deep = [word for word in distinct if not self._is_known_little(word)][:DEEP]
        known = {word: {self.vocabulary.number[word]: 1.0} for word in distinct if word in self}
        known |= dict(zip(deep, self.vocabulary.find(deep), strict=True))
        return [known.get(word, {}) for word in words]

    def __contains__(self, word: str) -> bool:
        return word in self.vocabulary.number

    def _is_known_little(self, word: str) -> bool:
        return word in self and self.is_little[self.vocabulary.number[word]]

    def _of_one_language(self, found: list[Candidates]) -> list[Candidates]:
        """Who writes one word in Somali writes the next in Somali too: the others count less."""
        votes = np.zeros(len(self._tags))
        for candidates in found:
            best: dict[int, float] = {}
            for term, worth in candidates.items():
                for tag in self._languages[term]:
                    best[tag] = max(best.get(tag, 0.0), worth)
            for tag, worth in best.items():
                votes[tag] += worth**2
        if not votes.any():
            return found
        likely = (votes / votes.max()) ** LANGUAGE_FADES
        weight = (OTHER_LANGUAGE + (1 - OTHER_LANGUAGE) * likely).tolist()
        return [
            {t: worth * max(weight[tag] for tag in self._languages[t]) for t, worth in c.items()}
            for c in found
        ]

    def _meant(self, terms: Candidates) -> Strengths:
        meant: Strengths = {}
        for term, worth in terms.items():
            _take(meant, {meaning: worth * s for meaning, s in self.of_term[term].items()})
        return meant

    def _join(self, slots: list[Slot], start: int) -> None:
        """Words that mean something together, though one or two others stand in between."""
        for term, worth in list(slots[start].terms.items()):
            if worth < LIKELY:
                continue
            for numbers, meaning in self._beginning.get(term, ()):
                places = _in_order(slots, start, numbers)
                if places:
                    sure = min(slots[p].terms[n] for p, n in zip(places, numbers, strict=True))
                    for place in places:
                        _take(slots[place].meanings, {meaning: sure})
                        if place != start:
                            slots[place].share = PART


def _in_order(slots: Sequence[Slot], start: int, numbers: Sequence[int]) -> list[int]:
    """Where the words of an expression stand; nothing when one of them is missing."""
    places = [start]
    for number in numbers[1:]:
        nearby = range(places[-1] + 1, min(places[-1] + 1 + _GAP, len(slots)))
        place = next((p for p in nearby if slots[p].terms.get(number, 0.0) >= LIKELY), None)
        if place is None:
            return []
        places.append(place)
    return places


def _take(into: Strengths, found: Strengths) -> None:
    """Of two strengths the greater."""
    for meaning, strength in found.items():
        if strength > into.get(meaning, 0.0):
            into[meaning] = strength
