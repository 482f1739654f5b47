"""The map as HSDS, and back. Plain Python only."""

from samen.exchange.rules.documents import (
    NEWER,
    ORIGINAL,
    Provenance,
    document,
    encoded,
    in_language,
    listed,
    listed_in_language,
    moment,
    organization,
    organization_listed,
    to_keep,
    translations_of,
    whole,
)
from samen.exchange.rules.documents_terms import (
    Term,
    taxonomy,
    taxonomy_id,
    taxonomy_kinds,
    taxonomy_term,
    without_children,
)

__all__ = [
    "NEWER",
    "ORIGINAL",
    "Provenance",
    "Term",
    "document",
    "encoded",
    "in_language",
    "listed",
    "listed_in_language",
    "moment",
    "organization",
    "organization_listed",
    "taxonomy",
    "taxonomy_id",
    "taxonomy_kinds",
    "taxonomy_term",
    "to_keep",
    "translations_of",
    "whole",
    "without_children",
]
