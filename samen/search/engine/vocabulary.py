"""A dictionary that finds the words somebody may have meant, however she wrote them.

Every word is filed under several keys: itself, its stems, how it sounds, its consonants, and each
of these with one letter missing. A word that is looked up makes the same keys; what shares one is
a candidate, and how it was found says how likely it is.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from samen.search.rules import endings, sounds

# How much a candidate is worth, by how it was found.
EXACT = 1.0
STEM = (0.55, 0.40)  # least, and what is added the less was taken off
EAR = 0.72
BONES = 0.62
TYPO = 0.80
STEM_TYPO = 0.66
EAR_TYPO = 0.55
BEGUN = (0.35, 0.5)  # the word was not finished, or is longer than the one in the dictionary
SURE = 0.9  # once something this good is found, guesses count less
GUESS = 0.5
FAM = 0.5

_SHORTEST_TYPO = 4
_SHORTEST_EAR = 3
_SHORTEST_EAR_TYPO = 5
_SHORTEST_BEGINNING = 4
_MOST_BEGUN = 30
_MOST = 24

Candidates = dict[int, float]


class Vocabulary:
    """Words of all languages, by number."""

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        """`entries`: normalised words, each with a language it is used in."""
        pairs = sorted(set(entries))
        self.words = sorted({word for word, _ in pairs})
        self.number = {word: i for i, word in enumerate(self.words)}
        keys: list[int] = []
        terms: list[int] = []
        forms: list[str] = []
        for word, language in pairs:
            for key, form in _filed_under(word, language):
                keys.append(hash(key))
                terms.append(self.number[word])
                forms.append(form)
        order = np.argsort(np.array(keys, np.int64), kind="stable")
        self._keys: NDArray[np.int64] = np.array(keys, np.int64)[order]
        self._terms: list[int] = np.array(terms, np.int32)[order].tolist()
        self._forms = [forms[i] for i in order.tolist()]

    def find(self, words: Sequence[str], demote=True) -> list[Candidates]:
        """For each word its candidates: number of a word, and how likely it is meant."""
        asked = [list(_looked_up(word)) for word in words]
        hashes = np.array([hash(key) for keys in asked for key, *_ in keys], np.int64)
        starts = self._keys.searchsorted(hashes).tolist()
        ends = self._keys.searchsorted(hashes, side="right").tolist()
        found = []
        at = 0
        for word, keys in zip(words, asked, strict=True):
            candidates = self._begun(word)
            for kind_key, form, worth in keys:
                self._collect(candidates, word, (kind_key, form, worth), range(starts[at], ends[at]))
                at += 1
            found.append(_best(candidates, self.number.get(word), demote))
        return found

    def _collect(
        self, into: Candidates, word: str, asked: tuple[str, str, float], places: range
    ) -> None:
        key, form, worth = asked
        for place in places:
            term, filed = self._terms[place], self._forms[place]
            value = worth
            if key[0] == "~" and OSA.distance(form, filed, score_cutoff=1) > 1:
                continue
            if key[0] == "s":
                longest = max(len(word), len(self.words[term]))
                value = STEM[0] + STEM[1] * len(filed) / longest
            elif worth < EXACT:
                value *= _alike(form, filed)
            if value > abs(into.get(term, 0.0)):
                into[term] = -value if key[0]=="s" else value

    def _begun(self, word: str) -> Candidates:
        """Words that begin with this one: people stop typing."""
        found: Candidates = {}
        if len(word) < _SHORTEST_BEGINNING:
            return found
        start = bisect_left(self.words, word)
        for term in range(start, min(start + _MOST_BEGUN, len(self.words))):
            if not self.words[term].startswith(word):
                break
            found[term] = BEGUN[0] + BEGUN[1] * len(word) / len(self.words[term])
        return found


def _alike(form: str, filed: str) -> float:
    """A slip in a short word makes another word sooner than one in a long word."""
    return 1.0 if form == filed else 1.0 - 0.8 / max(len(form), len(filed))


def _best(candidates: Candidates, exact, demote) -> Candidates:
    if not candidates:
        return candidates
    if exact is not None and demote:
        candidates = {t: v if t==exact else abs(v) * (FAM if v<0 else GUESS) for t, v in candidates.items()}
    candidates = {t: abs(v) for t,v in candidates.items()}
    if len(candidates) > _MOST:
        kept = sorted(candidates.items(), key=lambda item: (-item[1], item[0]))[:_MOST]
        return dict(kept)
    return candidates


def _missing_one(form: str) -> Iterator[str]:
    yield form
    for i in range(len(form)):
        yield form[:i] + form[i + 1 :]


def _filed_under(word: str, language: str) -> Iterator[tuple[str, str]]:
    yield f"w{word}", word
    stems = endings.stems(word, language)
    for stem in stems:
        yield f"s{language}{stem}", stem
    if len(word) >= _SHORTEST_TYPO:
        for form in _missing_one(word):
            yield f"~w{form}", word
    if language in endings.ARABIC:
        yield from _arabic_script(word, language, stems)
    else:
        yield from _by_ear(word, language)


def _arabic_script(word: str, language: str, stems: Sequence[str]) -> Iterator[tuple[str, str]]:
    if word.isascii():
        for stem in sounds.stems_as_typed(word, language):
            for found in sounds.bones_as_typed(stem, language):
                if len(found) > 1: yield f"b{language}{found}", found
        return
    for stem in stems:
        if len(stem) >= _SHORTEST_TYPO and stem != word:
            for form in _missing_one(stem):
                yield f"~s{language}{form}", stem
    for stem in stems:
        found = sounds.bones(stem, language)
        if len(found) > 1:
            yield f"b{language}{found}", found


def _by_ear(word: str, language: str) -> Iterator[tuple[str, str]]:
    heard = sounds.ear(word, language)
    if len(heard) >= _SHORTEST_EAR - 1:
        yield f"e{language}{heard}", heard
    if len(heard) >= _SHORTEST_EAR_TYPO:
        for form in _missing_one(heard):
            yield f"~e{language}{form}", heard


def _looked_up(word: str) -> Iterator[tuple[str, str, float]]:
    """The keys a word is looked for under, the form compared, and what a find is worth."""
    yield f"w{word}", word, EXACT
    if len(word) >= _SHORTEST_TYPO:
        for form in _missing_one(word):
            yield f"~w{form}", word, TYPO
    for language in endings.languages_of(word):
        stems = endings.stems(word, language)
        for stem in stems:
            yield f"s{language}{stem}", stem, STEM[0]
            if language in endings.ARABIC and len(stem) >= _SHORTEST_TYPO:
                for form in _missing_one(stem):
                    yield f"~s{language}{form}", stem, STEM_TYPO
    if word.isascii():
        yield from _typed_in_latin(word)
    yield from _longer(word)


def _longer(word: str) -> Iterator[tuple[str, str, float]]:
    """The word is longer than one in the dictionary: an ending unknown here, or a compound."""
    for size in range(_SHORTEST_BEGINNING, len(word)):
        worth = BEGUN[0] + BEGUN[1] * size / len(word)
        yield f"w{word[:size]}", word[:size], worth
        yield f"w{word[-size:]}", word[-size:], worth


def _typed_in_latin(word: str) -> Iterator[tuple[str, str, float]]:
    typed = sounds.ears_as_typed(word)
    for language in (*endings.LATIN, *endings.CYRILLIC, *endings.ETHIOPIC):
        for heard in {*typed, sounds.ear(word, language)}:
            yield f"e{language}{heard}", heard, EAR
            if len(heard) >= _SHORTEST_EAR_TYPO:
                for form in _missing_one(heard):
                    yield f"~e{language}{form}", heard, EAR_TYPO
    for language in endings.ARABIC:
        for n, stem in enumerate(sounds.stems_as_typed(word, language)):
            for found in sounds.bones_as_typed(stem, language):
                yield f"b{language}{found}", found, BONES * (1 if n==0 else .9) * min(1, (len(found)+2)/5)
