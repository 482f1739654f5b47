"""One spelling for what people type in ten languages and more. Plain Python only.

Read aloud: capitals, accents, invisible characters and the many ways of writing one letter do
not count. Nothing here knows what a word means.
"""

import re
import unicodedata

LONGEST = 5_000  # characters that are read
MOST = 200  # words that are read
LONGEST_WORD = 40  # letters of a word that are read

_ROUNDS = 4  # folding one letter may uncover another; two rounds settle every known case

# Marks that people leave out: accents, harakat, niqqud, Ethiopic length marks. The vowel signs
# of Indic scripts and Thai are letters in all but name and stay.
_MARKS = (
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x0591, 0x05C7),
    (0x0610, 0x061A),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06ED),
    (0x135D, 0x135F),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
)

_LETTERS = {
    # Latin that no accent rule reaches, the Turkish dotless i among it
    "ı": "i",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ə": "e",
    # Cyrillic: signs without a sound of their own, and letters of one sound
    "ъ": "",
    "ь": "",
    "ґ": "г",
    # Arabic and Persian: one alef, one ya, one kaf, one he, hamza with its carrier
    "أ": "ا",
    "إ": "ا",
    "آ": "ا",
    "ٱ": "ا",
    "ٲ": "ا",
    "ٳ": "ا",
    "ى": "ي",
    "ی": "ي",
    "ې": "ي",
    "ۍ": "ي",
    "ێ": "ي",
    "ئ": "ي",
    "ے": "ي",
    "ؤ": "و",
    "ۆ": "و",
    "ۇ": "و",
    "ء": "",
    "ة": "ه",
    "ۃ": "ه",
    "ہ": "ه",
    "ھ": "ه",
    "ۀ": "ه",
    "ە": "ه",
    "ک": "ك",
    "ڪ": "ك",
    "ګ": "گ",
    "ټ": "ت",
    "ډ": "د",
    "ړ": "ر",
    "ڕ": "ر",
    "ڵ": "ل",
    "ږ": "ژ",
    "ښ": "ش",
    "ڼ": "ن",
    "ـ": "",  # tatweel
    # one apostrophe for all of them
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "ʻ": "'",
    "ʿ": "'",
    "ʾ": "'",
    "`": "'",
    "´": "'",
    "′": "'",
    "׳": "'",
}

# Ethiopic rows (eight code points each) that sound alike today are written one for another,
# also by educated writers; Tigrinya's softened k is written as a plain one.
_ETHIOPIC_ROWS = {
    0x1210: 0x1200,  # ሐ
    0x1280: 0x1200,  # ኀ
    0x1220: 0x1230,  # ሠ
    0x12D0: 0x12A0,  # ዐ
    0x1340: 0x1338,  # ፀ
    0x12B8: 0x12A8,  # ኸ
    0x1250: 0x1240,  # ቐ
}
# After ህ and እ the first and the fourth vowel are one: አ and ኣ, ሀ and ሃ.
_ETHIOPIC_FIRST = (0x1200, 0x12A0)


def _ethiopic() -> dict[int, int]:
    table = {old + i: new + i for old, new in _ETHIOPIC_ROWS.items() for i in range(7)}
    table |= {row: row + 3 for row in _ETHIOPIC_FIRST}
    table |= {old: new + 3 for old, new in _ETHIOPIC_ROWS.items() if new in _ETHIOPIC_FIRST}
    return table


_FOLD: dict[int, int | str] = {
    **{ord(old): new for old, new in _LETTERS.items()},
    **{mark: "" for low, high in _MARKS for mark in range(low, high + 1)},
    **_ethiopic(),
}

# Invisible characters that stand inside words: soft hyphen, zero-width joiners, directions.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
# Scripts that put no space between words: every two letters stand for a word.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+"
)
_BREVE_I, _SHORT_I = "и\u0306", "й"
_KEPT = "\ue000"  # of the private use area, which no typed text reaches past `_printed`

_ELIDED = {"qu", "jusqu", "lorsqu", "puisqu", "quelqu"}
_SHORTENED = {"s", "m", "d", "re", "ll", "ve"}  # she's, they'll; and the Dutch foto's
_TURKISH_CASES = re.compile("y?[aeiu]|[dt][ae]n?|[nl]?[iu]n|l[aeiu]|d[ae]ki")


def normalise(text: str) -> str:
    """The one spelling of `text`: total, idempotent, at most LONGEST characters."""
    folded = text[:LONGEST]
    if folded.isascii():
        return _fold(folded)  # once is enough
    for _ in range(_ROUNDS):
        again = _fold(folded)[:LONGEST].strip()
        if again == folded:
            break
        folded = again
    return folded


def _fold(text: str) -> str:
    if text.isascii():
        return _printed(text.lower().replace("`", "'"))
    plain = unicodedata.normalize("NFKC", _printed(_INVISIBLE.sub("", text))).casefold()
    # Without its breve й would be another letter; it is the only one that keeps its mark.
    apart = unicodedata.normalize("NFD", plain).replace(_BREVE_I, _KEPT)
    bare = unicodedata.normalize("NFC", apart.translate(_FOLD)).replace(_KEPT, _SHORT_I)
    folded = bare.translate(_FOLD)
    if any(map(str.isdigit, folded)):
        folded = "".join(_digit(c) for c in folded)
    return _printed(folded)


def _printed(text: str) -> str:
    """Controls, halves of surrogates and unknown characters become spaces, spaces become one."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())  # of all spaces only the plain one is printable


def _digit(character: str) -> str:
    return str(unicodedata.digit(character)) if character.isdigit() else character


def words(text: str) -> list[str]:
    """The first MOST words of `text`, in one spelling each."""
    plain = normalise(text)
    # Nearly every text there is.
    if "'" not in plain and (plain.isascii() or not _UNSPACED.search(plain)):
        return [word[:LONGEST_WORD] for word in _WORD.findall(plain)[:MOST]]
    found: list[str] = []
    for match in _WORD.finditer(plain):
        found.extend(piece[:LONGEST_WORD] for piece in _pieces(match.group()))
        if len(found) >= MOST:
            break
    return found[:MOST]


def _pieces(token: str) -> list[str]:
    if "'" in token:
        return _around_apostrophe(token.split("'"))
    if token.isascii() or not _UNSPACED.search(token):
        return [token]
    pairs: list[str] = []
    for run in _UNSPACED.findall(token):
        pairs.extend(run[i : i + 2] for i in range(max(1, len(run) - 1)))
    return [*(part for part in _UNSPACED.split(token) if part), *pairs]


def _around_apostrophe(parts: list[str]) -> list[str]:
    """French elides before it, English and Turkish end after it, others mean a sound by it."""
    first, rest = parts[0], "".join(parts[1:])
    if not first.isascii():
        return [first + rest]
    if len(first) == 1 or first in _ELIDED:
        return [first, rest]
    if rest in _SHORTENED or (len(first) > 2 and _TURKISH_CASES.fullmatch(rest)):  # noqa: PLR2004 letters
        return [first]
    return [first + rest]
