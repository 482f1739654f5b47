"""How well a word that was typed is met by a word that a service has written.

Read aloud: the word itself counts whole, a word that begins so counts more than half. Where no
service has the word itself, one letter may be wrong, missing, too many, or change places with its
neighbour. A word that few services have says more than one that many have; a word that is said
often in a short text says more than one that is said once in a long one. A name counts thrice.
"""

from math import log

from rapidfuzz.distance import OSA

BEGUN = 0.6
SLIP = 0.5
SHORTEST_BEGINNING = 3  # letters; of a script without spaces one is enough
SHORTEST_SLIP = 4
MOST = 24  # different words of one question that are looked up

OF_A_NAME = 3  # times
USUAL = 60  # words of a text that is neither long nor short
_SATED, _LENGTH_COUNTS = 1.2, 0.75  # k1 and b of BM25
HEAVIEST = 255


def is_beginning(asked: str) -> bool:
    """Whether what was typed may be the beginning of a longer word."""
    return len(asked) >= SHORTEST_BEGINNING or (len(asked) == 1 and not asked.isascii())


def may_slip(word: str) -> bool:
    """Whether one letter of it may be another and it is still the word. Numbers have no typos."""
    return len(word) >= SHORTEST_SLIP and word.isalpha()


def likeness(asked: str, written: str, *, guess: bool) -> float:
    """0 when the one is not meant by the other. `guess`: nobody has the word itself."""
    if asked == written:
        return 1.0
    if is_beginning(asked) and written.startswith(asked):
        return BEGUN
    if guess and may_slip(asked) and may_slip(written):
        return SLIP if OSA.distance(asked, written, score_cutoff=1) <= 1 else 0.0
    return 0.0


def weight(times: int, words: int) -> int:
    """What a word weighs that a service says so many times in so many words."""
    length = 1 - _LENGTH_COUNTS + _LENGTH_COUNTS * words / USUAL
    return max(1, round(HEAVIEST * times / (times + _SATED * length)))


def rarity(having: int, of: int) -> float:
    """What a word tells that so many of the services have."""
    return log(1 + (max(0, of - having) + 0.5) / (having + 0.5))
