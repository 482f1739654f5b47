"""What stands on the visitor pages, and what an address may ask. Plain Python only."""

from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlencode

# The eight situations of the first page, in order, each with its pictogram.
FIRST = (
    ("sit.partner_violence", "partner"),
    ("sit.family_violence", "family"),
    ("sit.violence_reception", "house"),
    ("sit.rape_recent", "stop"),
    ("sit.forced_marriage", "ring"),
    ("sit.cannot_sleep", "moon"),
    ("sit.no_papers", "paper"),
    ("sit.want_to_talk", "talk"),
)
ASIDE = ("sit.not_sure", "sit.friend_worried", "sit.professional_case")

# The other situations' pictograms.
PICTURES = dict(FIRST) | {
    "sit.danger_now": "phone",
    "sit.rape_past": "stop",
    "sit.unwanted_touch": "stop",
    "sit.control_isolation": "lock",
    "sit.money_documents_taken": "money",
    "sit.threats": "partner",
    "sit.honour": "family",
    "sit.marital_captivity": "ring",
    "sit.left_behind_abroad": "plane",
    "sit.child_marriage": "ring",
    "sit.fgm_done": "heart",
    "sit.fgm_risk": "child",
    "sit.trafficking_sex": "money",
    "sit.trafficking_labour": "work",
    "sit.sex_for_shelter": "bed",
    "sit.journey_violence": "road",
    "sit.detained_torture": "lock",
    "sit.stalking": "eye",
    "sit.online_images": "screen",
    "sit.harassment_work_school": "work",
    "sit.lgbt_violence": "rainbow",
    "sit.male_survivor": "someone",
    "sit.child_abused": "child",
    "sit.child_witness": "child",
    "sit.pregnant_unwanted": "belly",
    "sit.sti_worry": "care",
    "sit.hidden_body_complaint": "care",
    "sit.suicidal": "heart",
    "sit.refused_help": "care",
    "sit.dependent_permit": "paper",
    "sit.moved_waitlist": "road",
    "sit.homeless": "bed",
    "sit.friend_worried": "someone",
    "sit.professional_case": "care",
    "sit.used_violence": "partner",
    "sit.return_home": "plane",
    "sit.ukraine": "pin",
    "sit.family_reunion": "family",
    "sit.witness": "eye",
    "sit.not_sure": "unsure",
}

# How the page of all situations is put together, so that nobody reads 48 lines in a row.
CHAPTERS = (
    ("now", ("danger_now", "suicidal", "threats", "homeless", "left_behind_abroad")),
    (
        "home",
        (
            "partner_violence",
            "family_violence",
            "control_isolation",
            "money_documents_taken",
            "honour",
            "stalking",
            "dependent_permit",
            "marital_captivity",
            "forced_marriage",
            "child_marriage",
        ),
    ),
    (
        "body",
        (
            "rape_recent",
            "rape_past",
            "unwanted_touch",
            "online_images",
            "trafficking_sex",
            "sex_for_shelter",
            "pregnant_unwanted",
            "sti_worry",
            "fgm_done",
            "fgm_risk",
            "male_survivor",
        ),
    ),
    (
        "road",
        (
            "journey_violence",
            "violence_reception",
            "detained_torture",
            "lgbt_violence",
            "trafficking_labour",
            "harassment_work_school",
            "witness",
        ),
    ),
    (
        "talk",
        ("want_to_talk", "cannot_sleep", "hidden_body_complaint", "not_sure", "used_violence"),
    ),
    ("child", ("child_abused", "child_witness")),
    (
        "papers",
        (
            "no_papers",
            "refused_help",
            "moved_waitlist",
            "ukraine",
            "family_reunion",
            "return_home",
        ),
    ),
    ("other", ("friend_worried", "professional_case")),
)

# The names an address may use.
_NAMES = (
    "need",
    "place",
    "within",
    "speaks",
    "open",
    "for",
    "papers",
    "cost",
    "how",
    "i",
    "also",
    "page",
)

# Who always stands on a page of results when nothing else does.
FALLBACK = ("veilig-thuis", "centrum-seksueel-geweld", "mdm-zorgcafe")

PAGE_SIZE = 20
GROUPS = ("women", "men", "lgbtqia", "young_adult")
DAY_AND_NIGHT = "day-and-night"
WAYS = ("phone", "chat", "walkin", "visit", DAY_AND_NIGHT)
DISTANCES = (5, 10, 25, 50)
_MOST_IN_A_LIST = 20
_FURTHEST = 300


class BadValue(Exception):
    """A known name with a value that means nothing: such a page does not exist."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a results page asks, by codes only: no word a person typed."""

    need: int | None = None
    also: tuple[int, ...] = ()
    place: str = ""
    within: int | None = None
    speaks: str = ""
    open: bool = False
    groups: tuple[str, ...] = ()
    no_papers: bool = False
    free: bool = False
    ways: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    page: int = 1

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values, for the hidden fields of a form that keeps all of it."""
        return [
            (name, value)
            for name, _equals, value in (part.partition("=") for part in self.query().split("&"))
            if value
        ]

    def query(self, **changes: object) -> str:
        """The address's query, always in the same order, with `changes` made."""
        # Names are checked by replace.
        return _query(replace(self, **changes) if changes else self)  # type: ignore[arg-type]


@lru_cache(maxsize=4096)
def _query(asked: Asked) -> str:
    pairs: list[tuple[str, object]] = [
        ("need", asked.need),
        ("place", asked.place),
        ("within", asked.within if asked.place else None),
        ("speaks", asked.speaks),
        ("open", 1 if asked.open else None),
        ("for", ",".join(asked.groups)),
        ("papers", 0 if asked.no_papers else None),
        ("cost", 0 if asked.free else None),
        ("how", ",".join(asked.ways)),
        ("i", ",".join(map(str, asked.numbers))),
        ("also", ",".join(map(str, asked.also))),
        ("page", asked.page if asked.page > 1 else None),
    ]
    return urlencode([(k, v) for k, v in pairs if v not in {None, ""}], safe=",")


def asked_by(values: dict[str, list[str]]) -> Asked:
    """Read the values of an address. Unknown names are dropped, empty ones mean nothing.

    Raises BadValue for a known name whose value cannot be meant.
    """
    known = {name: _parts(values.get(name, [])) for name in _NAMES}
    within = _one_number(known["within"], most=_FURTHEST)
    return Asked(
        need=_one_number(known["need"]),
        also=_numbers(known["also"]),
        place=_one(known["place"]),
        # A distance from nowhere means nothing.
        within=within if known["place"] else None,
        speaks=_one(known["speaks"]),
        open=_flag(known["open"], "1"),
        groups=_codes(known["for"], GROUPS),
        no_papers=_flag(known["papers"], "0"),
        free=_flag(known["cost"], "0"),
        ways=_codes(known["how"], WAYS),
        numbers=_numbers(known["i"]),
        page=_one_number(known["page"]) or 1,
    )


def _parts(values: list[str]) -> list[str]:
    return [part for value in values for part in value.split(",") if part]


def _one(parts: list[str]) -> str:
    if len(parts) > 1:
        raise BadValue
    return parts[0] if parts else ""


def _number(text: str, most: int = 10_000_000) -> int:
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text[:12]) <= most:
        raise BadValue
    return int(text)


def _one_number(parts: list[str], most: int = 10_000_000) -> int | None:
    one = _one(parts)
    return _number(one, most) if one else None


def _numbers(parts: list[str]) -> tuple[int, ...]:
    if len(parts) > _MOST_IN_A_LIST:
        raise BadValue
    return tuple(dict.fromkeys(_number(part) for part in parts))


def _flag(parts: list[str], yes: str) -> bool:
    one = _one(parts)
    if one not in {"", yes}:
        raise BadValue
    return one == yes


def _codes(parts: list[str], known: tuple[str, ...]) -> tuple[str, ...]:
    if not set(parts) <= set(known):
        raise BadValue
    return tuple(code for code in known if code in parts)
