"""The languages SAMEN knows: tag, own name, script, direction, and what to fall back on.

An own table, because Django's marks `az` as right-to-left and lacks `ps`, `ti`, `so`, `kmr`,
`am` and `om` altogether. Names in another language (how a Turkish reader calls Tigrinya) come
from the CLDR through Babel.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError


@dataclass(frozen=True, slots=True)
class Language:
    tag: str  # BCP 47, as in our URLs
    own: str  # its name as its speakers write it
    english: str
    iso: str  # ISO 639-3
    script: str  # ISO 15924
    direction: str = "ltr"
    closest: str = ""  # read by its speakers when a text is missing


_LATIN, _ARABIC, _ETHIOPIC, _CYRILLIC = "Latn", "Arab", "Ethi", "Cyrl"

_TABLE = (
    Language("nl", "Nederlands", "Dutch", "nld", _LATIN),
    Language("en", "English", "English", "eng", _LATIN),
    Language("ar", "العربية", "Arabic", "ara", _ARABIC, "rtl"),
    Language("ti", "ትግርኛ", "Tigrinya", "tir", _ETHIOPIC),
    Language("fa", "فارسی", "Persian", "pes", _ARABIC, "rtl"),
    Language("uk", "Українська", "Ukrainian", "ukr", _CYRILLIC),
    Language("tr", "Türkçe", "Turkish", "tur", _LATIN),
    Language("fr", "Français", "French", "fra", _LATIN),
    Language("so", "Soomaali", "Somali", "som", _LATIN),
    Language("es", "Español", "Spanish", "spa", _LATIN),
    Language("fa-AF", "دری", "Dari", "prs", _ARABIC, "rtl", closest="fa"),
    Language("ps", "پښتو", "Pashto", "pus", _ARABIC, "rtl", closest="fa"),
    Language("kmr", "Kurmancî", "Kurmanji", "kmr", _LATIN),
    Language("ckb", "کوردیی ناوەندی", "Sorani", "ckb", _ARABIC, "rtl", closest="ar"),
    Language("am", "አማርኛ", "Amharic", "amh", _ETHIOPIC),
    Language("ru", "Русский", "Russian", "rus", _CYRILLIC),
    Language("pl", "Polski", "Polish", "pol", _LATIN),
    Language("ur", "اردو", "Urdu", "urd", _ARABIC, "rtl"),
    Language("om", "Afaan Oromoo", "Oromo", "orm", _LATIN),
    Language("zh-Hans", "简体中文", "Chinese", "zho", "Hans"),
    Language("pt", "Português", "Portuguese", "por", _LATIN),
    Language("bg", "Български", "Bulgarian", "bul", _CYRILLIC),
    Language("ro", "Română", "Romanian", "ron", _LATIN),
    Language("hu", "Magyar", "Hungarian", "hun", _LATIN),
    Language("vi", "Tiếng Việt", "Vietnamese", "vie", _LATIN),
    Language("sw", "Kiswahili", "Swahili", "swa", _LATIN),
    Language("sq", "Shqip", "Albanian", "sqi", _LATIN),
    Language("ka", "ქართული", "Georgian", "kat", "Geor"),
    Language("hy", "Հայերեն", "Armenian", "hye", "Armn"),
    # Spoken by helpers on the map; no texts of our own in them.
    Language("bs", "Bosanski", "Bosnian", "bos", _LATIN),
    Language("de", "Deutsch", "German", "deu", _LATIN),
    Language("ku", "Kurdî", "Kurdish", "kur", _LATIN),
    Language("mk", "Македонски", "Macedonian", "mkd", _CYRILLIC),
    Language("rn", "Ikirundi", "Rundi", "run", _LATIN),
    Language("rw", "Ikinyarwanda", "Kinyarwanda", "kin", _LATIN),
    Language("sh", "Srpskohrvatski", "Serbo-Croatian", "hbs", _LATIN),
    Language("zh", "中文", "Chinese", "zho", "Hans"),
)

LANGUAGES = {language.tag: language for language in _TABLE}

# The languages of the visitor pages, in the order of the language list.
PUBLISHED = ("nl", "en", "ar", "ti", "fa", "uk", "tr", "fr", "so", "es")

# What nearly every helper in the Netherlands speaks.
OF_HELPERS = ("nl", "en")

_LAST_RESORT = ("en", "nl")

# What CLDR calls by another tag.
_BABEL = {"fa-AF": "fa_AF", "zh-Hans": "zh_Hans", "kmr": "ku", "sh": "sr_Latn", "zh": "zh_Hans"}


def direction(tag: str) -> str:
    """'ltr' or 'rtl'; an unknown tag reads left to right."""
    return LANGUAGES[tag].direction if tag in LANGUAGES else "ltr"


def fallbacks(tag: str) -> tuple[str, ...]:
    """The languages to try for a text, best first, starting with `tag` itself."""
    closest = LANGUAGES[tag].closest if tag in LANGUAGES else ""
    chain = [tag, *([closest] if closest else []), *_LAST_RESORT]
    return tuple(dict.fromkeys(chain))


@lru_cache(maxsize=64)
def locale(tag: str) -> Locale:
    """Babel's locale for a tag of ours; English where CLDR has none."""
    try:
        return Locale.parse(_BABEL.get(tag, tag.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@lru_cache(maxsize=2048)
def name_of(tag: str, *, reader: str) -> str:
    """How a reader of `reader` calls the language `tag`; its own name where CLDR is silent."""
    if tag not in LANGUAGES:
        return tag
    known: str | None = locale(reader).languages.get(tag.replace("-", "_"))
    return known or LANGUAGES[tag].own


def best_published(accept_language: str) -> str:
    """The published language that fits an Accept-Language header best.

    Dutch when a browser says nothing, English when it asks only for what we do not have.
    """
    wanted: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept_language[:1000].split(",")):
        tag, _, quality = part.strip().partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=")) if quality else 1.0
        except ValueError:
            weight = 0.0
        wanted.append((-weight, position, tag.strip().lower()))
    for weight, _position, tag in sorted(wanted):
        primary = tag.partition("-")[0]
        if weight < 0 and primary in PUBLISHED:
            return primary
    return "en" if accept_language.strip() else PUBLISHED[0]


def django_language_info() -> dict[str, dict[str, Any]]:
    """LANG_INFO for every language of the table, so that Django knows ti, so, ps, kmr, am."""
    return {
        language.tag.lower(): {
            "bidi": language.direction == "rtl",
            "code": language.tag.lower(),
            "name": language.english,
            "name_local": language.own,
        }
        for language in _TABLE
    }
