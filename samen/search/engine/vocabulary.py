"""A dictionary that finds the words somebody may have meant, however she wrote them.

Every word is filed under several keys: itself, its stems, how it sounds, its consonants, and some
of these with one letter missing. A word that is looked up makes the same keys; what shares one is
a candidate, and the way it was found says how likely it is.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import OSA

from samen.search.rules import endings, sounds

# How likely a candidate is meant, by how it was found.
EXACT = 1.0
STEM, STEM_LIKENESS = 0.55, 0.40  # at least, and more the less was taken off
EAR = 0.72
BONES = 0.62
BONES_WITHOUT_ENDING = 0.56
TYPO = 0.80
STEM_TYPO = 0.66
EAR_TYPO = 0.55
BEGUN, BEGUN_LIKENESS = 0.35, 0.50  # unfinished, or longer than the word in the dictionary
BESIDE_EXACT = 0.5  # what anything else is worth once the word itself was found
SLIP = 0.8  # of the worth, divided by the length: a slip in a short word makes another word

_SHORTEST_TYPO = 4
_SHORTEST_EAR = 2
_SHORTEST_EAR_TYPO = 5
_SHORTEST_BONES = 2
_SURE_BONES = 3  # fewer consonants are shared by too many words
_SHORTEST_BEGINNING = 4
_MOST_BEGUN = 30
_MOST = 24  # candidates of one word

Candidates = dict[int, float]


class _Asked(NamedTuple):
    """A key to look under, the form that made it, and what a find is worth."""

    key: str
    form: str
    worth: float


class Vocabulary:
    """Words of all languages, by number."""

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        """`entries`: normalised words, each with a language it is used in."""
        pairs = sorted(set(entries))
        self.words = sorted({word for word, _ in pairs})
        self.number = {word: place for place, word in enumerate(self.words)}
        # As numbers at once: of the names of a large map there are hundreds of thousands.
        hashes, terms, forms = array("q"), array("i"), []
        for word, language in pairs:
            for key, form in _filed_under(word, language):
                hashes.append(hash(key))
                terms.append(self.number[word])
                forms.append(form)
        keys = np.array(hashes, np.int64)
        order = np.argsort(keys, kind="stable")
        self._keys = keys[order]
        self._terms = np.array(terms, np.int32)[order]
        self._forms = [forms[place] for place in order.tolist()]

    def find(self, words: Sequence[str], *, guess: bool = False) -> list[Candidates]:
        """For each word its candidates. `guess` keeps the others at full worth beside itself."""
        asked = [list(_looked_up(word)) for word in words]
        hashes = np.array([hash(each.key) for keys in asked for each in keys], np.int64)
        starts = iter(self._keys.searchsorted(hashes).tolist())
        ends = iter(self._keys.searchsorted(hashes, side="right").tolist())
        found = []
        for word, keys in zip(words, asked, strict=True):
            candidates = self._begun(word)
            for each in keys:
                self._collect(candidates, word, each, range(next(starts), next(ends)))
            found.append(_likeliest(candidates, None if guess else self.number.get(word)))
        return found

    def _collect(self, into: Candidates, word: str, asked: _Asked, places: range) -> None:
        for place in places:
            term, form = self._terms.item(place), self._forms[place]
            if asked.key[0] == "~" and OSA.distance(asked.form, form, score_cutoff=1) > 1:
                continue
            worth = self._worth(word, term, asked, form)
            if worth > into.get(term, 0.0):
                into[term] = worth

    def _worth(self, word: str, term: int, asked: _Asked, form: str) -> float:
        if asked.key[0] == "s":
            longest = max(len(word), len(self.words[term]))
            return STEM + STEM_LIKENESS * len(form) / longest
        if asked.form == form:
            return asked.worth
        return asked.worth * (1.0 - SLIP / max(len(asked.form), len(form)))

    def _begun(self, word: str) -> Candidates:
        """Words that begin with this one: people stop typing."""
        found: Candidates = {}
        if len(word) < _SHORTEST_BEGINNING:
            return found
        start = bisect_left(self.words, word)
        for term in range(start, min(start + _MOST_BEGUN, len(self.words))):
            if not self.words[term].startswith(word):
                break
            found[term] = BEGUN + BEGUN_LIKENESS * len(word) / len(self.words[term])
        return found


def _likeliest(candidates: Candidates, itself: int | None) -> Candidates:
    if itself is not None:
        candidates = {
            term: worth if term == itself else worth * BESIDE_EXACT
            for term, worth in candidates.items()
        }
    if len(candidates) <= _MOST:
        return candidates
    best_first = sorted(candidates.items(), key=lambda item: (-item[1], item[0]))
    return dict(best_first[:_MOST])


def _missing_one(form: str) -> Iterator[str]:
    yield form
    for place in range(len(form)):
        yield form[:place] + form[place + 1 :]


# --- filing -----------------------------------------------------------------------------------


def _filed_under(word: str, language: str) -> Iterator[tuple[str, str]]:
    """Keys of a word of the dictionary, each with the form it was made of."""
    yield f"w{word}", word
    stems = endings.stems(word, language)
    for stem in stems:
        yield f"s{language}{stem}", stem
    if len(word) >= _SHORTEST_TYPO:
        for form in _missing_one(word):
            yield f"~w{form}", word
    if language in endings.ARABIC:
        for found in _bones(word, language, stems):
            yield f"b{language}{found}", found
        if not word.isascii():
            yield from _stems_missing_one(language, stems)
    else:
        yield from _sounding(word, language)


def _bones(word: str, language: str, stems: Sequence[str]) -> set[str]:
    if word.isascii():
        typed = sounds.stems_as_typed(word, language)
        found = {bones for stem in typed for bones in sounds.bones_as_typed(stem, language)}
    else:
        found = {sounds.bones(stem, language) for stem in stems}
    return {bones for bones in found if len(bones) >= _SHORTEST_BONES}


def _stems_missing_one(language: str, stems: Sequence[str]) -> Iterator[tuple[str, str]]:
    for stem in stems:
        if len(stem) >= _SHORTEST_TYPO:
            for form in _missing_one(stem):
                yield f"~s{language}{form}", stem


def _sounding(word: str, language: str) -> Iterator[tuple[str, str]]:
    heard = sounds.ear(word, language)
    if len(heard) >= _SHORTEST_EAR:
        yield f"e{language}{heard}", heard
    if len(heard) >= _SHORTEST_EAR_TYPO:
        for form in _missing_one(heard):
            yield f"~e{language}{form}", heard


# --- looking up -------------------------------------------------------------------------------


def _looked_up(word: str) -> Iterator[_Asked]:
    yield _Asked(f"w{word}", word, EXACT)
    if len(word) >= _SHORTEST_TYPO:
        for form in _missing_one(word):
            yield _Asked(f"~w{form}", word, TYPO)
    for language in endings.languages_of(word):
        yield from _by_stem(word, language)
    if word.isascii():
        yield from _typed_in_latin(word)
    else:
        yield from _in_its_script(word)
    yield from _longer(word)


def _by_stem(word: str, language: str) -> Iterator[_Asked]:
    for stem in endings.stems(word, language):
        yield _Asked(f"s{language}{stem}", stem, STEM)
        if language in endings.ARABIC and len(stem) >= _SHORTEST_TYPO:
            for form in _missing_one(stem):
                yield _Asked(f"~s{language}{form}", stem, STEM_TYPO)


def _longer(word: str) -> Iterator[_Asked]:
    """The word is longer than one in the dictionary: an ending unknown here, or a compound."""
    for size in range(_SHORTEST_BEGINNING, len(word)):
        worth = BEGUN + BEGUN_LIKENESS * size / len(word)
        yield _Asked(f"w{word[:size]}", word[:size], worth)
        yield _Asked(f"w{word[-size:]}", word[-size:], worth)


def _typed_in_latin(word: str) -> Iterator[_Asked]:
    """Written by ear, or in Latin letters for want of a keyboard."""
    typed = sounds.ears_as_typed(word)
    for language in (*endings.LATIN, *endings.CYRILLIC, *endings.ETHIOPIC):
        for heard in dict.fromkeys((*typed, sounds.ear(word, language))):
            yield from _by_ear(heard, language)
    for language in endings.ARABIC:
        for stem in sounds.stems_as_typed(word, language):
            worth = BONES if stem == word else BONES_WITHOUT_ENDING
            for found in sounds.bones_as_typed(stem, language):
                sure = min(1.0, (len(found) + 2) / (_SURE_BONES + 2))
                yield _Asked(f"b{language}{found}", found, worth * sure)


def _in_its_script(word: str) -> Iterator[_Asked]:
    """The dictionary may have it in Latin letters only: a name, or a phrase typed so."""
    for language in endings.languages_of(word):
        if language in endings.ARABIC:
            found = sounds.bones(word, language)
            if len(found) >= _SURE_BONES:
                yield _Asked(f"b{language}{found}", found, BONES)
        else:
            yield from _by_ear(sounds.ear(word, language), language)


def _by_ear(heard: str, language: str) -> Iterator[_Asked]:
    yield _Asked(f"e{language}{heard}", heard, EAR)
    if len(heard) >= _SHORTEST_EAR_TYPO:
        for form in _missing_one(heard):
            yield _Asked(f"~e{language}{form}", heard, EAR_TYPO)
