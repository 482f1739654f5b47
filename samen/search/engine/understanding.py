"""From words to situations: which phrases come nearest, and what the words tell on the whole.

Three views are added up. How near the nearest phrase is; how much of the text the situation's
phrases cover together; and how telling the words are, by how much more often they stand with this
situation than with others. A word counts as itself and, nearly as much, as what it means, so that
a phrase of one language answers a question in another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from samen.search.engine.lexicon import Lexicon, Reading, Slot
from samen.search.engine.meanings import Meanings
from samen.search.rules import endings, hurt, letters

Vector = NDArray[np.float32]

NEAREST = 0.60
COVERED = 0.40
TELLING = 0.15
HELP = 0.25  # of the score of the kinds of help and forms that belong to a situation
HELP_STEP = 0.1  # less for each next kind of help
FORM = 0.8  # a form of violence says less than a kind of help

SAME_MEANING = 0.92
BROADER = 0.5
SIGN = 0.85  # a combination of meanings, beside a phrase somebody really says
LITTLE = 0.15
UNKNOWN_WORD = 4.0  # weight of a word that nothing is known of
UNKNOWN_LITTLE = 0.5
ORDERED = 0.05  # the words of a phrase, in its order
OWN_LANGUAGE = 0.01  # of two that are alike, the one found in the language of the page

SMOOTHING = 12.0  # phrases a situation is thought to have beside its own, on average ones
TELLING_WORD = 0.3  # the rest is what the meaning tells
_SHARPER = 3  # the likelier candidate speaks for the word

SURE = 0.31  # chosen on the test questions and on talk about other things: docs/search.md
BESIDE_BEST = 0.5
MOST = 6

_SITUATION, _KINDS = "sit", ("sit", "sup", "form")
_NO_TERM = -1
_FULL = 1.2  # no phrase counts for more than this, however heavy its one word
_LIGHTEST = 0.3
_STRONG = 0.5  # a feature that a phrase really has


class Words(Protocol):
    @property
    def label(self) -> str: ...
    @property
    def phrases(self) -> Sequence[str]: ...


class Concept(Protocol):
    """A need of the taxonomy."""

    @property
    def key(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def forms(self) -> Sequence[str]: ...
    @property
    def support(self) -> Sequence[str]: ...
    @property
    def texts(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that speak for a concept; a sign has no text, only meanings."""

    concept: int
    language: str
    text: str
    words: tuple[str, ...]
    readings: list[Reading]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Meant:
    key: str
    score: float
    matched: str


class Understanding:
    def __init__(self, concepts: Sequence[Concept], meanings: Meanings) -> None:
        known = [concept for concept in concepts if concept.kind in _KINDS]
        self.concepts = known
        place = {concept.key: position for position, concept in enumerate(known)}
        self._situations = [p for p, concept in enumerate(known) if concept.kind == _SITUATION]
        texts = list(_texts(known))
        self.lexicon = Lexicon(
            {(word, language) for _, language, _, words in texts for word in words}, meanings
        )
        self._phrases = [
            Phrase(concept, language, text, words, self.lexicon.reading(words, language))
            for concept, language, text, words in texts
        ]
        self._phrases += _signs(meanings, place)
        self._phrases.sort(key=lambda phrase: phrase.concept)
        self._of_phrase = np.array([phrase.concept for phrase in self._phrases], np.int64)
        # The phrases of a concept lie together: here each concept begins.
        self._spoken_for, self._begins = np.unique(self._of_phrase, return_index=True)
        self._weight = np.array([phrase.weight for phrase in self._phrases], np.float32)
        self._file()
        self._worth = self._worth_of_features()
        self._heaviness = np.maximum(
            _LIGHTEST, np.array([self._heavy(phrase) for phrase in self._phrases], np.float32)
        )
        self._tells = self._telling()
        self._helps = _helps(known, self._situations, place)

    # --- what is known ------------------------------------------------------------------------

    def _file(self) -> None:
        """Phrases by feature. A feature is a word, or after all words a meaning."""
        rows = [
            (feature, number, strength)
            for number, phrase in enumerate(self._phrases)
            for feature, strength in self._features(phrase).items()
        ]
        features = np.array([row[0] for row in rows], np.int64)
        order = np.argsort(features, kind="stable")
        self._feature = features[order]
        self._phrase = np.array([row[1] for row in rows], np.int64)[order]
        self._strength = np.array([row[2] for row in rows], np.float32)[order]
        size = len(self.lexicon) + len(self.lexicon.meanings.names)
        self._start = np.searchsorted(self._feature, np.arange(size + 1))

    def _features(self, phrase: Phrase) -> dict[int, float]:
        found: dict[int, float] = {}
        for reading in phrase.readings:
            if reading.term != _NO_TERM:
                found[reading.term] = 1.0
            self._add_meanings(found, reading.meanings, 1.0)
        return found

    def _add_meanings(
        self, into: dict[int, float], meanings: Mapping[int, float], worth: float
    ) -> None:
        first = len(self.lexicon)
        for meaning, strength in meanings.items():
            value = strength * worth
            into[first + meaning] = max(into.get(first + meaning, 0.0), value)
            for wider in self.lexicon.meanings.broader[meaning]:
                into[first + wider] = max(into.get(first + wider, 0.0), value * BROADER)

    def _worth_of_features(self) -> Vector:
        """What many situations have in common says little about any of them."""
        own = np.isin(self._of_phrase[self._phrase], self._situations) & (self._strength > _STRONG)
        size = len(self.concepts)
        pairs = np.unique(self._feature[own] * size + self._of_phrase[self._phrase[own]])
        among = np.bincount(pairs // size, minlength=len(self._start) - 1)
        every = len(self._situations)
        worth = np.log(1 + (every - among + 0.5) / (among + 0.5))
        first = len(self.lexicon)
        worth[:first][np.array(self.lexicon.is_little, bool)] *= LITTLE
        # A rare word for a common thing is worth no more than the thing.
        for term, meanings in enumerate(self.lexicon.of_term):
            if meanings:
                worth[term] = min(worth[term], max(worth[first + m] for m in meanings))
        return np.asarray(worth, np.float32)

    def _heavy(self, phrase: Phrase) -> float:
        return sum(self._heavy_word(reading) * reading.share for reading in phrase.readings)

    def _heavy_word(self, reading: Reading) -> float:
        first = len(self.lexicon)
        worths = [float(self._worth[first + meaning]) for meaning in reading.meanings]
        if reading.term == _NO_TERM:
            return max(worths)
        own = float(self._worth[reading.term])
        return min(own, max(worths)) if worths else own

    def _telling(self) -> Vector:
        """By feature and situation: how much more often they stand together than by chance."""
        column = np.full(len(self.concepts), -1)
        column[self._situations] = np.arange(len(self._situations))
        of_situation = column[self._of_phrase]
        here = of_situation[self._phrase] >= 0
        counts = np.zeros((len(self._start) - 1, len(self._situations)), np.float32)
        cells = (self._feature[here], of_situation[self._phrase[here]])
        np.add.at(counts, cells, self._strength[here])
        sizes = np.maximum(
            1, np.bincount(of_situation[of_situation >= 0], minlength=len(self._situations))
        )
        usual = (counts / sizes).sum(axis=1, keepdims=True) / max(1, len(self._situations))
        rate = (counts + SMOOTHING * usual) / (sizes + SMOOTHING)
        met = usual[:, 0] > 0
        telling = np.zeros_like(counts)
        telling[met] = np.log(rate[met] / usual[met])
        return telling

    # --- what is asked ------------------------------------------------------------------------

    def needs_of(self, words: Sequence[str], *, language: str) -> list[Meant]:
        """The situations somebody may mean, the likeliest first; none when nothing is sure.

        Where somebody is hurt that comes before what can wait (rules/hurt.py).
        """
        found = self._meant(words, language)
        if not found or found[0].key not in hurt.CAN_WAIT:
            return found
        also = next((each for each in found if each.key in hurt.HURT), None)
        first = also or self._said_in_passing(words, language)
        return [*([first] if first else []), *(each for each in found if each is not first)]

    def _said_in_passing(self, words: Sequence[str], language: str) -> Meant | None:
        passages = [
            words[start : start + size]
            for size in hurt.PASSAGES
            for start in range(min(len(words), hurt.LOOKED_THROUGH) - size + 1)
        ]
        best = [
            self._meant(passage, language)[:1]
            for passage in passages
            if not all(map(endings.is_little, passage))
        ]
        plain = [meant for found in best for meant in found if meant.score >= hurt.PLAINLY]
        said = [meant for meant in plain if meant.key in hurt.HURT]
        return max(said, key=lambda meant: meant.score, default=None)

    def _meant(self, words: Sequence[str], language: str) -> list[Meant]:
        if not words or not self._situations:
            return []
        slots = self.lexicon.slots(words)
        features = [self._asked(slot) for slot in slots]
        nearness, covered = self._compared(slots, features)
        scores = self._scores(nearness, covered, self._told(slots, features))
        nearest = self._nearest(nearness)
        for place in np.argsort(-scores, kind="stable")[: 2 * MOST].tolist():
            phrase = self._phrases[nearest[place]]
            if phrase.text and _is_run(phrase.words, words):
                scores[place] += ORDERED
            scores[place] += OWN_LANGUAGE * (phrase.language == language)
        return self._named(scores, nearest, language)

    def _asked(self, slot: Slot) -> dict[int, float]:
        found = dict(slot.terms)
        self._add_meanings(found, slot.meanings, SAME_MEANING)
        return found

    def _compared(
        self, slots: Sequence[Slot], features: Sequence[dict[int, float]]
    ) -> tuple[Vector, Vector]:
        """How near each phrase is to the text, and how much of the text each concept covers."""
        total = np.zeros(len(self._phrases), np.float32)
        covered = np.zeros(len(self.concepts), np.float32)
        heaviness = 0.0
        for slot, asked in zip(slots, features, strict=True):
            if not asked:
                heaviness += _unknown(slot.word)
                continue
            weight = slot.share * max(w * float(self._worth[f]) for f, w in asked.items())
            heaviness += weight
            shared = self._shared(asked, slot.share, weight)
            total += shared
            covered += self._best(shared * self._weight)
        heaviness = max(heaviness, _LIGHTEST)
        nearness = total / np.sqrt(heaviness * self._heaviness) * self._weight
        return np.minimum(nearness, _FULL), covered / np.float32(heaviness)

    def _shared(self, asked: Mapping[int, float], share: float, weight: float) -> Vector:
        """What each phrase has of one word of the text."""
        shared = np.zeros(len(self._phrases), np.float32)
        for feature, worth in asked.items():
            start, end = self._start[feature], self._start[feature + 1]
            value = worth * min(weight, float(self._worth[feature]) * share)
            np.maximum.at(shared, self._phrase[start:end], self._strength[start:end] * value)
        return shared

    def _best(self, of_phrases: Vector) -> Vector:
        """Of each concept the best of its phrases."""
        best = np.zeros(len(self.concepts), np.float32)
        best[self._spoken_for] = np.maximum.reduceat(of_phrases, self._begins)
        return best

    def _told(self, slots: Sequence[Slot], features: Sequence[dict[int, float]]) -> Vector:
        """What the words tell of each situation, on average."""
        told = np.zeros(len(self._situations), np.float32)
        heaviness = 0.5
        for slot, asked in zip(slots, features, strict=True):
            if not asked:
                heaviness += _unknown(slot.word) / UNKNOWN_WORD
                continue
            weight = slot.share * (LITTLE if self._is_little(slot) else 1.0)
            first = len(self.lexicon)
            words = {f: w for f, w in asked.items() if f < first}
            meanings = {f: w for f, w in asked.items() if f >= first}
            told += weight * TELLING_WORD * self._told_by(words)
            told += weight * (1 - TELLING_WORD) * self._told_by(meanings)
            heaviness += weight
        return told / np.float32(heaviness)

    def _told_by(self, candidates: Mapping[int, float]) -> Any:
        if not candidates:
            return np.float32(0.0)
        worths = np.array(list(candidates.values()), np.float32)
        sharp = worths**_SHARPER
        return sharp @ self._tells[list(candidates)] / sharp.sum() * worths.max()

    def _is_little(self, slot: Slot) -> bool:
        return self.lexicon.is_little[max(slot.terms, key=lambda term: slot.terms[term])]

    def _scores(self, nearness: Vector, covered: Vector, told: Vector) -> Vector:
        each = NEAREST * self._best(nearness) + COVERED * covered
        help_given = HELP * (self._helps * each).max(axis=1)
        scores: Vector = each[self._situations] + help_given + TELLING * told
        return scores

    def _nearest(self, nearness: Vector) -> list[int]:
        """Of each situation its nearest phrase."""
        order = np.argsort(-nearness, kind="stable")
        concepts, first = np.unique(self._of_phrase[order], return_index=True)
        place = dict(zip(concepts.tolist(), order[first].tolist(), strict=True))
        return [place[situation] for situation in self._situations]

    def _named(self, scores: Vector, nearest: Sequence[int], language: str) -> list[Meant]:
        best_first = np.argsort(-scores, kind="stable")[:MOST].tolist()
        least = max(SURE, BESIDE_BEST * float(scores[best_first[0]]))
        return [
            Meant(
                self.concepts[self._situations[place]].key,
                round(float(scores[place]), 4),
                self._phrases[nearest[place]].text or self._label(place, language),
            )
            for place in best_first
            if scores[place] >= least
        ]

    def _label(self, place: int, language: str) -> str:
        texts = self.concepts[self._situations[place]].texts
        words = texts.get(language) or next(iter(texts.values()), None)
        return str(words.label) if words else ""


def _texts(
    concepts: Sequence[Concept],
) -> list[tuple[int, str, str, tuple[str, ...]]]:
    """Concept, language, text and words of every label and phrase."""
    return [
        (place, language, text, tuple(words))
        for place, concept in enumerate(concepts)
        for language, known in concept.texts.items()
        for text in (known.label, *known.phrases)
        if (words := letters.words(text))
    ]


def _signs(meanings: Meanings, place: Mapping[str, int]) -> list[Phrase]:
    return [
        Phrase(place[key], "", "", (), [Reading(_NO_TERM, {m: 1.0}) for m in sign], SIGN)
        for key, signs in meanings.signs.items()
        if key in place
        for sign in signs
    ]


def _helps(
    concepts: Sequence[Concept], situations: Sequence[int], place: Mapping[str, int]
) -> Vector:
    """How much each concept speaks for each situation that it belongs to."""
    helps = np.zeros((len(situations), len(concepts)), np.float32)
    for row, situation in enumerate(situations):
        concept = concepts[situation]
        for keys, worth in ((concept.support, 1.0), (concept.forms, FORM)):
            for position, key in enumerate(keys):
                if key in place:
                    helps[row, place[key]] = worth * max(0.0, 1 - HELP_STEP * position)
    return helps


def _unknown(word: str) -> float:
    """The weight of a word of which nothing is known."""
    short = len(word) < 3  # noqa: PLR2004 one or two letters are hardly ever a word of weight
    return UNKNOWN_LITTLE if short or endings.is_little(word) else UNKNOWN_WORD


def _is_run(part: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether the words stand in the text one after the other."""
    size = len(part)
    return any(tuple(whole[i : i + size]) == part for i in range(len(whole) - size + 1))
