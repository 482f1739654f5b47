"""The rules of ranking once more, one service at a time, as one would read them aloud."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp

from samen.directory.queries import Opening, OpeningState, opening
from samen.places.queries import kilometres
from samen.search.rules import asking, endings, letters, ranking, wording
from samen.search.rules.asking import Question, Reason, Situation
from samen.search.tests.make import Row

Centres = Mapping[str, tuple[float, float]]


@dataclass
class Judged:
    row: Row
    score: float = 0.0
    reasons: set[Reason] = field(default_factory=set)
    distance: float | None = None
    out: bool = False
    direct: bool = False
    local: bool = False
    related: bool = True

    def give(self, worth: float, *reasons: Reason) -> None:
        self.score += worth
        self.reasons.update(reasons)

    def drop(self) -> None:
        self.out = self.out or not self.row.emergency


def answer(
    rows: Sequence[Row], question: Question, situation: Situation | None, centres: Centres
) -> tuple[list[Judged], list[Judged]]:
    """Ready and review, the best first."""
    judged = [judge(row, question, situation, centres) for row in rows]
    if question.words:
        say(judged, question)
    for each in judged:
        each.score = round(each.score, ranking.PLACES_OF_A_SCORE)
    kept = [each for each in judged if each.related and not each.out]
    kept.sort(key=lambda each: (-each.score, each.row.number))
    ready = [each for each in kept if not is_apart(each.row)]
    review = [each for each in kept if is_apart(each.row) and (each.direct or each.local)]
    return ready, review


def is_apart(row: Row) -> bool:
    """Nobody confirmed it, and no life hangs on it."""
    return row.publish == "review" and not row.emergency


def judge(row: Row, question: Question, situation: Situation | None, centres: Centres) -> Judged:
    judged = Judged(row)
    if situation:
        fit(judged, situation)
    if question.place:
        where(judged, question, centres)
    if question.speaks:
        talk(judged, question.speaks)
    for_whom(judged, asking.groups_said(question))
    papers_and_cost(judged, question)
    reach(judged, question)
    trust(judged, question)
    when(judged, question)
    return judged


def written(row: Row) -> list[str]:
    """The words of a service, those of its names as often as they count."""
    return [
        word
        for _language, field, body in row.texts
        for word in letters.words(body) * (3 if field in ("name", "organization") else 1)
    ]


def say(judged: Sequence[Judged], question: Question) -> None:
    """The words of the question, which the services share among themselves."""
    said = list(dict.fromkeys(letters.words(" ".join(question.words))))
    said = ([word for word in said if not endings.is_little(word)] or said)[: wording.MOST]
    texts = [written(each.row) for each in judged]
    told, met = [0.0] * len(judged), [0] * len(judged)
    for word in said:
        guess = not any(word in text for text in texts)
        like = {
            known: worth
            for known in {known for text in texts for known in text}
            if (worth := wording.likeness(word, known, guess=guess))
        }
        having = sum(len(like.keys() & set(text)) for text in texts)
        for place, text in enumerate(texts):
            best = best_of(text, like)
            told[place] += best * wording.rarity(having, len(judged))
            met[place] += best > 0
    for each, worth, count in zip(judged, told, met, strict=True):
        if not count or (question.every_word and count < len(said)):
            each.related = False
        else:
            each.direct = True
            each.give(ranking.words_worth(worth), Reason.HAS_WORDS)


def best_of(text: Sequence[str], like: Mapping[str, float]) -> float:
    weights = [
        like[word] * wording.weight(text.count(word), len(text)) / 255
        for word in like.keys() & set(text)
    ]
    return max(weights, default=0.0)


def fit(judged: Judged, situation: Situation) -> None:
    row = judged.row
    routes = [ranking.route_worth(row.route[key]) for key in situation.keys if key in row.route]
    if routes:
        judged.give(max(routes), Reason.FIRST_STEP)
    if set(situation.keys) & set(row.needs):
        judged.give(ranking.FITS, Reason.FITS)
    judged.direct = bool({Reason.FIRST_STEP, Reason.FITS} & judged.reasons)
    kinds = sum(
        ranking.kind_worth(position)
        for position, key in enumerate(situation.support)
        if key in row.needs
    )
    if kinds:
        judged.give(min(kinds, ranking.KIND_MOST), Reason.KIND_OF_HELP)
    if set(situation.forms) & set(row.needs):
        judged.give(ranking.FORM, Reason.KIND_OF_HELP)
    judged.related = bool(judged.reasons)
    if situation.urgent and row.emergency:
        judged.give(ranking.EMERGENCY_FIRST, Reason.EMERGENCY)
        judged.related = True


def where(judged: Judged, question: Question, centres: Centres) -> None:
    row, place = judged.row, question.place
    assert place
    if row.national:
        remote = asking.REMOTE & set(row.channels)
        worth = ranking.EVERYWHERE_REMOTE if remote else ranking.EVERYWHERE
        judged.give(worth, Reason.EVERYWHERE)
        return
    within = asking.WITHIN if question.within is None else question.within
    here = (place.latitude, place.longitude)
    ways = [round(kilometres(*here, *town), 6) for town in row.towns]
    judged.distance = min(ways, default=None)
    areas = [round(kilometres(*here, *centres[a]), 6) for a in row.municipalities if a in centres]
    if place.municipality_slug in row.municipalities or min(ways, default=within + 1) <= within:
        judged.local = True
        near = ranking.NEARNESS * exp(-min(ways) / ranking.NEARNESS_FADES) if ways else 0.0
        judged.give(ranking.NEAR + near, Reason.NEAR)
    elif min(areas, default=within + 1) <= within:
        judged.give(ranking.AROUND, Reason.AROUND)
    elif len(areas) < len(row.municipalities) or not (ways or row.municipalities):
        judged.give(ranking.PLACE_UNKNOWN, Reason.ASK_PLACE)
    else:
        judged.drop()


def talk(judged: Judged, tag: str) -> None:
    row = judged.row
    if any(asking.is_kin(listed, tag) for listed in row.languages):
        judged.give(ranking.SPEAKS, Reason.SPEAKS)
    elif row.interpreter == "yes":
        judged.give(ranking.INTERPRETER, Reason.INTERPRETER)
    elif row.interpreter == "partly":
        judged.give(ranking.INTERPRETER_PARTLY, Reason.INTERPRETER)
    else:
        judged.give(0.0 if row.languages else ranking.LANGUAGES_UNKNOWN, Reason.ASK_LANGUAGES)
        if row.languages and row.interpreter == "no":
            judged.drop()


def for_whom(judged: Judged, said: frozenset[str]) -> None:
    row, only = judged.row, frozenset(judged.row.only)
    if asking.is_outside(only, said):
        judged.drop()
    elif only & said:
        judged.give(ranking.FOR_YOU, Reason.FOR_YOU)
    elif only:
        judged.give(ranking.MAYBE_FOR_OTHERS, Reason.ASK_GROUP)
    if welcome := len(said & set(row.groups)):
        judged.give(min(ranking.FOR_YOU_MOST, welcome * ranking.FOR_YOU), Reason.FOR_YOU)
    if age := asking.age_said(said):
        if row.maximum_age is not None and row.maximum_age < age[0]:
            judged.drop()
        if row.minimum_age is not None and row.minimum_age > age[1]:
            judged.drop()


def papers_and_cost(judged: Judged, question: Question) -> None:
    row = judged.row
    if question.no_papers and row.without_documents == "no":
        judged.drop()
    elif question.no_papers:
        worth, reason = {
            "yes": (ranking.NO_PAPERS, Reason.NO_PAPERS),
            "partly": (ranking.NO_PAPERS_PARTLY, Reason.ASK_PAPERS),
            "": (0.0, Reason.ASK_PAPERS),
        }[row.without_documents]
        judged.give(worth, reason)
    if question.free and row.cost == "paid":
        judged.drop()
    elif question.free:
        worth, reason = {
            "free": (ranking.FREE, Reason.FREE),
            "local": (ranking.NEARLY_FREE, Reason.ASK_COST),
            "donation": (ranking.NEARLY_FREE, Reason.ASK_COST),
            "": (0.0, Reason.ASK_COST),
        }[row.cost]
        judged.give(worth, reason)


def reach(judged: Judged, question: Question) -> None:
    wanted, row = asking.ways(question.channels), judged.row
    if not wanted:
        return
    if wanted & set(row.channels):
        judged.give(ranking.REACHABLE, Reason.REACHABLE)
    elif row.channels:
        judged.drop()
    else:
        judged.give(0.0, Reason.ASK_CHANNEL)


def trust(judged: Judged, question: Question) -> None:
    row = judged.row
    judged.give(ranking.TRUST.get(row.verified, 0.0))
    seen = max((day for day in (row.assured_on, row.checked_on) if day), default=None)
    judged.give(ranking.freshness(seen, question.at.date()))
    if row.verified == "person":
        judged.give(0.0, Reason.CONFIRMED)
    if row.publish == "review":
        judged.give(0.0, Reason.NOT_CONFIRMED)


def when(judged: Judged, question: Question) -> None:
    row, now = judged.row, opening(judged.row.hours, question.at)
    always = asking.DAY_AND_NIGHT in question.channels
    if question.open_now and is_closed(now):
        judged.drop()
    if always and row.hours.state == "weekly" and not row.hours.urgent_always:
        judged.drop()
    if now.state is OpeningState.OPEN:
        judged.give(ranking.OPEN, Reason.OPEN_NOW)
    elif now.urgent:
        judged.give(ranking.URGENT_ONLY, Reason.URGENT_ONLY)
    elif now.state is OpeningState.UNKNOWN:
        judged.give(ranking.HOURS_UNKNOWN)
        if question.open_now or always:
            judged.give(0.0, Reason.ASK_HOURS)


def is_closed(now: Opening) -> bool:
    return now.state is OpeningState.CLOSED and not now.urgent
