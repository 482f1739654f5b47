"""tantivy finds; it knows no distance and no order of ours, so numpy ranks what it found."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import tantivy

from bench.engines import FIRST, Answer, sql
from bench.engines.ranking import Ranking, first
from bench.engines.sqlite import OWN_RANK, cell, cells
from bench.maps import ANY_WORD, COUNTS, FACETS, GROUPS, KINDS, TAGS, TEXT, Asked, Map
from samen.search.rules import ranking

_MOST = 5_000  # candidates that are ranked
_MUST, _SHOULD = tantivy.Occur.Must, tantivy.Occur.Should
_AGGREGATIONS = {
    kind: {"terms": {"field": kind, "size": 1000}} for kind in ("need", "speaks", "for")
}


@dataclass(slots=True)
class Tantivy:
    index: tantivy.Index
    ranking: Ranking
    size_mb: float
    name: str = "tantivy + numpy"
    kinds: frozenset[str] = frozenset(KINDS)
    differs: Mapping[str, str] = field(default_factory=dict)
    counts: bool = False  # how many have any of the words
    searcher: tantivy.Searcher = field(init=False)

    def __post_init__(self) -> None:
        self.searcher = self.index.searcher()

    def counting(self) -> "Tantivy":
        """The same, which also says how many there are, as the search always does."""
        said = "the first ten by its own bm25 only; it counts all who say a word"
        return replace(
            self,
            name="tantivy, counting",
            kinds=frozenset({ANY_WORD}),
            differs={ANY_WORD: said},
            counts=True,
        )

    def ask(self, kind: str, asked: Asked) -> Answer:
        if kind == COUNTS:
            return self._counts(asked)
        if kind == FACETS:
            return self._facets(asked)
        if kind == ANY_WORD:
            return self._any_word(asked)
        said = [(_MUST, self._term("words", word)) for word in asked.question.words]
        near = (_MUST, self._cells(asked))
        hits = self._search(tantivy.Query.boolean_query([*said, near]))
        rows = np.array(self._numbers(hits), np.int64) - 1
        order = np.argsort(rows)
        told = np.array([hit[0] for hit in hits])[order]
        rows, keep, worth = self.ranking.kept(rows[order], asked)
        told = told[keep]
        worth = worth + ranking.WORDS * told / (told + ranking.WORDS_HALF)
        return Answer(first(rows, worth), len(rows))

    def _any_word(self, asked: Asked) -> Answer:
        said = [(_SHOULD, self._term("words", word)) for word in asked.question.words]
        query = tantivy.Query.boolean_query(said)
        found: Any = self.searcher.search(query, FIRST, count=self.counts)
        return Answer(tuple(self._numbers(found.hits)), found.count)

    def _facets(self, asked: Asked) -> Answer:
        need = (_MUST, self._term("need", asked.need))
        hits = self._search(
            tantivy.Query.boolean_query([need, (_MUST, self._cells(asked))]), by="number"
        )
        rows = np.sort(np.array([number for number, _where in hits], np.int64) - 1)
        rows, _keep, worth = self.ranking.kept(rows, asked)
        return Answer(first(rows, worth), len(rows))

    def _counts(self, asked: Asked) -> Answer:
        """Of the square, and of all who are there."""
        found = self.searcher.aggregate(self._cells(asked), _AGGREGATIONS)
        counts = {
            kind: Counter({str(each["key"]): int(each["doc_count"]) for each in own["buckets"]})
            for kind, own in found.items()
        }
        return Answer(counts=counts)

    def _search(self, query: tantivy.Query, *, by: str | None = None) -> Any:
        return self.searcher.search(query, _MOST, count=False, order_by_field=by).hits

    def _numbers(self, hits: Any) -> list[int]:
        found: Any = self.searcher.fast_field_values("number", [where for _score, where in hits])
        return list(found)

    def _term(self, name: str, value: Any) -> tantivy.Query:
        return tantivy.Query.term_query(self.index.schema, name, value, index_option="basic")

    def _cells(self, asked: Asked) -> tantivy.Query:
        near = cells(sql.parameters(asked))
        query = tantivy.Query.term_set_query(self.index.schema, "cell", near)
        return tantivy.Query.const_score_query(query, 0.0)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", fast=True)
    builder.add_unsigned_field("cell", indexed=True)
    builder.add_unsigned_field("need", indexed=True, fast=True)
    builder.add_unsigned_field("speaks", fast=True)
    builder.add_unsigned_field("for", fast=True)
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


@contextmanager
def opened(of: Map, folder: Path) -> Iterator[Tantivy]:
    path = folder / "tantivy"
    path.mkdir()
    index = tantivy.Index(_schema(), path=str(path))
    writer = index.writer(heap_size=500_000_000, num_threads=1)
    points = zip(of.latitude.tolist(), of.longitude.tolist(), strict=True)
    columns = zip(of.texts(), points, of.need.tolist(), of.tags.tolist(), of.groups.tolist())  # noqa: B905 of one map
    for number, ((name, body), point, needs, tags, groups) in enumerate(columns, 1):
        document = tantivy.Document()
        document.add_unsigned("number", number)
        document.add_unsigned("cell", cell(*point))
        for need in needs:
            if need >= 0:
                document.add_unsigned("need", need)
        for kind, bits, many in (("speaks", tags, TAGS), ("for", groups, GROUPS)):
            for bit in range(many):
                if bits >> bit & 1:
                    document.add_unsigned(kind, bit)
        document.add_text("words", f"{name} {body}")
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    size = sum(path.stat().st_size for path in path.iterdir())
    yield Tantivy(
        index,
        Ranking(of),
        size / 1e6,
        differs={
            TEXT: OWN_RANK,
            ANY_WORD: "the first ten by its own bm25 only, and it does not count them",
            COUNTS: "counts a square, not the circle, and knows neither hours nor interpreters",
            FACETS: f"cut at {_MOST:,} candidates",
        },
    )
