"""Sentences that are written in one place and read in another, in the language of the reader."""

from collections.abc import Mapping
from typing import Any


def gettext_noop(sentence: str) -> str:
    """Marks a sentence for the catalogues, for rules that are plain Python. It stays as it is."""
    return sentence


class Spoken(Exception):
    """A refusal that says why: a sentence in English, and apart from it what stands in it.

    As a string it is English; `samen.foundation.http.spoken` says it to whoever reads it.
    """

    def __init__(self, sentence: str = "", **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence = sentence
        self.values = values


def kept(refusal: Spoken) -> dict[str, Any]:
    """A refusal as a column of JSON keeps it, so that who reads it later reads her own language."""
    return {
        "sentence": refusal.sentence,
        "values": {name: _value(value) for name, value in refusal.values.items()},
    }


def _value(value: object) -> Any:
    if isinstance(value, Spoken):
        return kept(value)
    return value if isinstance(value, int | float) else str(value)


def told(said: Mapping[str, Any] | str) -> Spoken:
    """What was kept, to be spoken. What is a plain sentence, as it was once kept, stays one."""
    if isinstance(said, str):
        return Spoken(said)
    values = {
        name: told(value) if isinstance(value, Mapping) else value
        for name, value in said["values"].items()
    }
    return Spoken(said["sentence"], **values)
