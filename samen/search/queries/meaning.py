"""What somebody means by her own words, in any language and script."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from samen.foundation.languages import PUBLISHED
from samen.needs import queries as needs
from samen.needs.queries import Taxonomy
from samen.places import queries as places
from samen.places.queries import Gazetteer, Town
from samen.search.engine.meanings import Meanings, read
from samen.search.engine.names import Name, Names
from samen.search.engine.understanding import Understanding as Engine
from samen.search.queries.index import Held, keeper
from samen.search.queries.naming import Named, services_named
from samen.search.rules import endings, letters

_WORDS = Path(__file__).parents[1] / "words"

_ITSELF = 0.85  # of a score: the text is the name

_LARGE = 100_000  # people: a town that is meant however its name is spelled
_KNOWN = 20_000  # people: a town that is meant where its name stands, unless it is a word too
_ALIKE = 0.5  # of a name found by guess, times its share in the text
_LONGEST_NAME = 3  # words
_SHORTEST_NAME = 3  # letters
_READ_CLOSELY = 12  # words among which a misspelled town is looked for
_SHORTEST_GUESS = 4  # letters; shorter ones are like too many towns
_BEFORE_A_TOWN = frozenset(
    letters.words(
        "in te bij nabij near at from uit naar to a en pres cerca у в з біля في ب من قرب در از "
        "نزدیک ኣብ ካብ magaalada ku"
    )
)
_FROM_TEXTS = 0.3  # what only the texts of services say is said faintly
_FAINTEST = 0.1
_CERTAIN = 2.0
# Below these a guess is shown as a question, never stated as a fact: nearly every right answer of
# tests/queries lies above, nearly all that words about something else bring lies below.
_SURE = 0.35
_SURE_OF_ONE_WORD = 0.75
_SURE_OF_GRAVE = 0.5
# What nobody should read on a shared phone because of a word that merely sounds alike.
_GRAVE = frozenset(
    {
        "sit.lgbt_violence",
        "sit.fgm_done",
        "sit.fgm_risk",
        "sit.trafficking_sex",
        "sit.sex_for_shelter",
        "sit.honour",
    }
)
_SUPPORT = "sup"


@dataclass(frozen=True, slots=True)
class Understood:
    key: str  # need key
    score: float
    matched: str  # the words of the taxonomy that come nearest, never what was typed


@dataclass(frozen=True, slots=True)
class Understanding:
    needs: tuple[Understood, ...] = ()  # the likeliest first
    places: tuple[str, ...] = ()  # slugs of towns
    services: tuple[Named, ...] = ()  # the surest first
    words_known: bool = False  # whether any word was of those we know
    sure: bool = False  # whether the likeliest may be stated, or only asked

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(need.key for need in self.needs)

    @property
    def by_name(self) -> tuple[int, ...]:
        """Numbers of the services when the words are their name and nothing else."""
        return tuple(named.number for named in self.services if named.score >= _ITSELF)


def understand(text: str, *, language: str) -> Understanding:
    """What the words may mean, whatever language they are in; `language` is that of the page.

    Nothing of the text is kept or written anywhere.
    """
    words = [word for word in letters.words(text) if word not in _greetings()]
    held = keeper.current()
    taxonomy, gazetteer = needs.taxonomy(held.ground), places.gazetteer(held.ground)
    engine = _engine_for(taxonomy)
    towns, used = _towns(words, gazetteer, engine)
    left = [word for place, word in enumerate(words) if place not in used]
    services = services_named(held, left)
    is_a_name = bool(services) and services[0].score >= _ITSELF
    guessed = is_a_name and not any(word in engine.lexicon for word in left)
    found = [] if guessed else engine.needs_of(left, language=language)
    known = [Understood(each.key, each.score, each.matched) for each in found]
    asked = _help_asked_for(taxonomy).get(tuple(left))
    if asked is not None:
        known.insert(0, asked)
    meant = tuple(_open(known or _from_texts(left, held, taxonomy), taxonomy))
    return Understanding(
        needs=meant,
        sure=bool(meant) and _is_sure(meant[0], left),
        places=tuple(towns),
        services=services,
        words_known=bool(towns or services) or any(word in engine.lexicon for word in left),
    )


def _is_sure(best: Understood, words: Sequence[str]) -> bool:
    if len(words) == 1:
        return best.score >= _SURE_OF_ONE_WORD
    return best.score >= (_SURE_OF_GRAVE if best.key in _GRAVE else _SURE)


@lru_cache(maxsize=1)
def _greetings() -> frozenset[str]:
    lines = (_WORDS / "greetings.txt").read_text(encoding="utf-8").splitlines()
    said = (line for line in lines if not line.startswith("#"))
    return frozenset(word for line in said for word in letters.words(line))


@lru_cache(maxsize=2)
def _help_asked_for(taxonomy: Taxonomy) -> dict[tuple[str, ...], Understood]:
    """Who names a kind of help and nothing else ("lawyer") is asking for just that."""
    return {
        tuple(letters.words(phrase)): Understood(need.key, _CERTAIN, phrase)
        for need in taxonomy.all()
        if need.kind == _SUPPORT
        for known in need.texts.values()
        for phrase in (known.label, *known.phrases)
    }


def _open(meant: list[Understood], taxonomy: Taxonomy) -> Iterator[Understood]:
    """What colleagues use among themselves is on no visitor page."""
    for each in meant:
        need = taxonomy.by_key(each.key)
        if need is not None and not need.staff_only:
            yield each


# --- situations -------------------------------------------------------------------------------


class _Wording:
    """The words of a taxonomy. Two revisions of the map with the same words are one wording."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.needs = taxonomy.all()
        self.said = tuple(
            (need.key, need.forms, need.support, language, known.label, known.phrases)
            for need in self.needs
            for language, known in need.texts.items()
        )

    def is_like(self, other: "_Wording") -> bool:
        return self.said == other.said


class _Workshop:
    """Keeps the last engine it made. It goes by the words, so no revision makes it stale."""

    def __init__(self) -> None:
        self._made: tuple[_Wording, Engine] | None = None

    def engine(self, wording: _Wording) -> Engine:
        made = self._made
        if made is None or not made[0].is_like(wording):
            made = self._made = (wording, Engine(wording.needs, _meanings()))
        return made[1]


_workshop = _Workshop()


@lru_cache(maxsize=2)
def _engine_for(taxonomy: Taxonomy) -> Engine:
    return _workshop.engine(_Wording(taxonomy))


def _meanings() -> Meanings:
    def table(name: str) -> dict[str, list[str]]:
        return read((_WORDS / f"{name}.txt").read_text(encoding="utf-8").splitlines())

    return Meanings(table("meanings"), {tag: table(tag) for tag in PUBLISHED}, table("signs"))


def _from_texts(words: Sequence[str], held: Held, taxonomy: Taxonomy) -> list[Understood]:
    """The situations of the services whose texts have the words, when nothing else is known."""
    worth: dict[str, float] = defaultdict(float)
    rare = [word for word in words if not endings.is_little(word)]
    for word in dict.fromkeys(rare):
        having = [(part, set(part.having_word(word).tolist())) for part in held.parts]
        whole = sum(len(rows) for _part, rows in having)
        for need in taxonomy.situations():
            mark = f"need:{need.key}"
            shared = sum(len(rows.intersection(p.having(mark).tolist())) for p, rows in having)
            if shared:
                worth[need.key] += _FROM_TEXTS * shared / whole / len(rare)
    best = sorted(worth.items(), key=lambda item: (-item[1], item[0]))[:3]
    return [Understood(key, round(score, 4), "") for key, score in best if score >= _FAINTEST]


# --- towns ------------------------------------------------------------------------------------


def _towns(
    words: Sequence[str], gazetteer: Gazetteer, engine: Engine
) -> tuple[list[str], set[int]]:
    """Slugs of the towns in the text, and the places of the words that name them."""
    slugs: dict[str, None] = {}
    used: set[int] = set()
    for size in range(_LONGEST_NAME, 0, -1):
        for start in range(len(words) - size + 1):
            span = range(start, start + size)
            if used.isdisjoint(span) and (town := _town(words, span, gazetteer, engine)):
                slugs[town.slug] = None
                used.update(span)
                if start and words[start - 1] in _BEFORE_A_TOWN:
                    used.add(start - 1)
    return list(slugs), used


def _town(words: Sequence[str], span: range, gazetteer: Gazetteer, engine: Engine) -> Town | None:
    name = " ".join(words[place] for place in span)
    if len(name) < _SHORTEST_NAME or name.isdecimal():
        return None
    known = gazetteer.named(name)
    if known and (len(span) > 1 or _is_meant(words, span.start, known[0], engine)):
        return known[0]
    if len(span) > 1 or span.start >= _READ_CLOSELY:
        return None
    return _by_guess(name, gazetteer, engine)


def _is_meant(words: Sequence[str], place: int, town: Town, engine: Engine) -> bool:
    """A village may be called as a word is: Best, Hem, Echt. Then "in" must stand before it."""
    word = words[place]
    if len(words) == 1 or town.population >= _LARGE:
        return True
    if endings.is_little(word):
        return False
    if place and words[place - 1] in _BEFORE_A_TOWN:
        return True
    return town.population >= _KNOWN and word not in engine.lexicon


def _by_guess(word: str, gazetteer: Gazetteer, engine: Engine) -> Town | None:
    """A large town, misspelled or in another script."""
    if word in engine.lexicon or len(word) < _SHORTEST_GUESS:
        return None
    names, towns = _large_towns(gazetteer)
    found = names.find([word])
    return towns[found[0].owner] if found and found[0].score >= _ALIKE else None


@lru_cache(maxsize=1)
def _large_towns(gazetteer: Gazetteer) -> tuple[Names, list[Town]]:
    towns = [t for t in gazetteer if t.population >= _LARGE or t.slug == t.municipality_slug]
    names = [
        Name(owner, language, tuple(letters.words(name)))
        for owner, town in enumerate(towns)
        for language, name in {**dict.fromkeys(PUBLISHED, town.name), **town.names}.items()
    ]
    return Names(name for name in names if len(name.words) == 1), towns
