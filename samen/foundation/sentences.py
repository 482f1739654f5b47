"""Sentences that are written in one place and read in another, in the language of the reader."""


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
