"""Fingerprints: of a text, to see that its translation is old; of a value, to see an edit."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any


def text_hash(body: str) -> str:
    """The same for the same words: line breaks and double spaces do not count."""
    return sha256(" ".join(body.split()).encode()).hexdigest()


def value_hash(value: Mapping[str, Any]) -> str:
    """The same for the same plain parts; the order within a list does not count."""
    parts = {
        part: sorted(map(_written, items)) if isinstance(items, list) else items
        for part, items in value.items()
    }
    return sha256(_written(parts).encode()).hexdigest()


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
