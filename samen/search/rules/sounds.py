"""How words sound, coarsely, so that a word written by ear finds the word as it is spelled.

Two keys. `ear`: a word of a language that marks its vowels (or a native script that does), as a
string of a dozen coarse consonants and three vowels. `bones`: consonants alone, for scripts that
leave vowels out, and for Latin letters typed in their place. Words come normalised (`letters`).
Plain Python only.
"""

import re

from samen.search.rules.endings import squeezed

Rules = tuple[tuple[re.Pattern[str], str], ...]


def _rules(table: str) -> Rules:
    """Patterns and what they sound like, in order ("ough o; gh"). A lone pattern is silent."""
    pairs = [rule.strip().partition(" ") for rule in table.split(";")]
    return tuple((re.compile(pattern), sound) for pattern, _, sound in pairs)


def _each(sounds: str) -> list[str]:
    return sounds.split()


# What every reading ends with: coarse consonants (x is sh, c is ch, h is every h and kh), and
# three vowels.
_COARSE = _rules("ck k; q k; [vw] f; z s; y(?=[aiu]) i; [ey] i; o u; [^a-z]; (?<=[a-z])i(?=[aiu])")

_READINGS: dict[str, Rules] = {
    "nl": _rules(
        "ij ay; ei ay; y ay; ui uy; oe u; ou au; eu u; ie i; sch sk; sj x; tj c; "
        "ch g; th t; ph f; c(?=[eiy]) s; c k; d$ t; b$ p; x ks; dt t"
    ),
    "en": _rules(
        "^kn n; ^wr r; ^ps s; eigh ey; igh ay; augh o; ough o; [tsc]ion$ xun; "
        "[ts]ion xun; ture$ cur; tch c; ch C; sh x; ph f; wh w; th t; qu kw; "
        "x(?=.) ks; gh$; gh g; dg j; c(?=[eiy]) s; c k; C c; g(?=e$) j; "
        "a([^aeiouwy])e$ ey\\1; i([^aeiouwy])e$ ay\\1; ^(..?)ie$ \\1ay; "
        "^([^aeiou]{1,2})y$ \\1ay; ee i; ea i; ie i; ey i; ai e; oa o; oo u; "
        "o[uw] au; a[uw] o; ew u; u(?=[^aeiou][^aeiou]|[^aeiou]$) a; e$"
    ),
    "fr": _rules(
        "eaux?$ o; eau o; au o; ou U; oi ua; ph f; qu k; sch x; ch x; gn ni; "
        "gu(?=[eiy]) g; g(?=[eiy]) j; c(?=[eiy]) s; c k; x$; x ks; tion sion; "
        "(?<=..)(?:ent|es|e|s|t|d|ez|er)$ e; e$; h; [ae]in in; [ae]i e; U u"
    ),
    "es": _rules(
        "ch C; h; qu k; gu(?=[ei]) g; g(?=[ei]) h; j h; ll y; v b; w b; c(?=[ei]) s; "
        "c k; C c; x ks; z s"
    ),
    "tr": _rules("g(?=[aeiou])(?<=[aeiou]g); th t; iy i"),
    "so": _rules("kh h; x h; sh X; dh d; c; q k; X x; '; y i; h$"),
    "uk": _rules("shch xc; sh x; zh J; j i; kh h; ch c; ts s; c(?=[^h]|$) s; g h; y i; J j; w f"),
    "ti": _rules("ch c; sh x; ts s; tz s; th t; gh g; kh k; q k; ph p; zh j; '"),
}
# Letters typed for what one hears, whatever the language.
_PLAIN = _rules(
    "sh x; ch C; kh h; gh g; th t; ph f; qu kw; zh j; x ks; oo u; ee i; ou u; ow u; ie i; c k; C c"
)
_PLAIN_GLIDING = _rules("e([iy]) a\\1; o[uw] au; ay|ai ay")

# Native letters straight to coarse sounds: spelling them in Latin first would make one sound of
# two letters where there are two (з and г).
_CYRILLIC = dict(
    zip(
        "абвгдезийклмнопрстуфхцшыэєіїюяжчщ",
        _each("a b v h d e z i i k l m n o p r s t u f h s x i e e i i iu ia j c xc"),
        strict=True,
    )
)

_ETHIOPIC_ROWS = dict(
    zip(
        (0x1200, 0x1208, 0x1218, 0x1228, 0x1230, 0x1238, 0x1240, 0x1248, 0x1260, 0x1268, 0x1270,
         0x1278, 0x1288, 0x1290, 0x1298, 0x12A0, 0x12A8, 0x12B0, 0x12C8, 0x12D8, 0x12E0, 0x12E8,
         0x12F0, 0x12F8, 0x1300, 0x1308, 0x1310, 0x1320, 0x1328, 0x1330, 0x1338, 0x1348, 0x1350),
        _each("h l m r s x k kw b v t c h n ny - k kw w z j y d d j g gw t c p s f p"),
        strict=True,
    )
)  # fmt: skip
_ETHIOPIC_VOWELS = ("e", "u", "i", "a", "e", "", "o", "wa")

# Letters of the Arabic script as bones. What differs between the languages stands apart.
_ARABIC_SCRIPT = {
    "ب": "b", "پ": "b", "ت": "t", "ط": "t", "ج": "j", "چ": "c", "ح": "h", "خ": "h", "ه": "h",
    "د": "d", "ر": "r", "ز": "z", "ژ": "j", "س": "s", "ص": "s", "ش": "x", "غ": "g", "ف": "f",
    "ك": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n", "ا": "", "و": "w", "ي": "y", "ع": "",
}  # fmt: skip
_BONES = {
    "ar": {**_ARABIC_SCRIPT, "ث": "t", "ذ": "d", "ض": "d", "ظ": "d", "ق": "k", "ز": "d"},
    "fa": {**_ARABIC_SCRIPT, "ث": "s", "ذ": "z", "ض": "z", "ظ": "z", "ق": "g"},
}
_TYPED = {
    "ar": _rules(
        "5|7' h; 7 h; 3' g; 3; 8 g; 6 t; 9 k; 4; kh h; gh g; sh x; ch x; th t; "
        "dh d; ph f; q k; z d; v f; p b; x(?=[^x]) x; c k; e"
    ),
    "fa": _rules(
        "7 h; kh h; gh g; q g; x h; sh x; ch C; zh j; ph f; v w; p b; c k; C c; th t; 2|3|'"
    ),
}
# What Arabic and Persian join to a word, as people type it in Latin letters.
_JOINED = {
    "ar": (
        re.compile("^(?:w?(?:bi?y[eia]?|kay|kat|[yt][eia]|[nm]?b[ie]|el|al|lil|l|b|y|t|f))"),
        re.compile("(?:oni|uni|ani|ni|na|ha|hom|kom|ak|ek|ik|on|in|at|et|eh|i|o|u|a|e)$"),
    ),
    "fa": (
        re.compile("^(?:nemi|mi|be|na|n)"),
        re.compile("(?:eshan|eman|etan|hayam|ham|ha|am|et|at|esh|ash|ane|and|an|im|id|e|i|o|m)$"),
    ),
}
_SHORTEST_TYPED = 3
_NO_BONE = re.compile(r"[aeiou0-9']+")
_HALF_VOWEL = re.compile(r"(?<=.)[wyv]")
_LAST_BREATH = re.compile(r"(?<=..)h$")


def _read(word: str, rules: Rules) -> str:
    for pattern, sound in rules:
        word = pattern.sub(sound, word)
    return word


def _coarse(word: str) -> str:
    return squeezed(_read(word, _COARSE))


def _heard(character: str) -> str:
    """The sound of a letter of a script that shows its vowels."""
    if character in _CYRILLIC:
        return _CYRILLIC[character]
    consonant = _ETHIOPIC_ROWS.get(ord(character) & ~7)
    if consonant is None:
        return ""
    return consonant.replace("-", "") + _ETHIOPIC_VOWELS[ord(character) & 7]


def ear(word: str, language: str) -> str:
    """How a reader of `language` hears the word as it is spelled."""
    if not word.isascii():
        return _coarse("".join(_heard(c) for c in word))
    return _coarse(_read(word, _READINGS.get(language, _PLAIN)))


def ears_as_typed(word: str) -> tuple[str, ...]:
    """How a word sounds that was typed by ear, for both ways of hearing its vowels."""
    plain = _coarse(_read(word, _PLAIN))
    gliding = _coarse(_read(_read(word, _PLAIN_GLIDING), _PLAIN))
    return (plain,) if plain == gliding else (plain, gliding)


def bones(word: str, language: str) -> str:
    """The consonants of a word of the Arabic script."""
    table = _BONES[language]
    return _bare("".join(table.get(c, "") for c in word))


def bones_as_typed(word: str, language: str) -> tuple[str, ...]:
    """The consonants of a word in Latin letters and digits, as `language` would write them.

    A 2 is the Arabic hamza, or the qaf that many speakers say as one.
    """
    said = ("2", "k") if language == "ar" and "2" in word else ("2",)
    keys = (_bare(_read(word.replace("2", sound), _TYPED[language])) for sound in said)
    return tuple(dict.fromkeys(keys))


def stems_as_typed(word: str, language: str) -> list[str]:
    """The Latin spelling of a word of Arabic or Persian, without what is joined to it."""
    beginnings, endings = _JOINED[language]
    found = dict.fromkeys([word])
    for start in [word, *(beginnings.sub("", word, count=1),)]:
        for end in (start, endings.sub("", start, count=1)):
            if len(end) >= _SHORTEST_TYPED:
                found.setdefault(end)
    return list(found)


def _bare(word: str) -> str:
    consonants = _HALF_VOWEL.sub("", _NO_BONE.sub("", word))
    return squeezed(_LAST_BREATH.sub("", consonants))
