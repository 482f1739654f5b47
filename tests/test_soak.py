"""The short form of bench/soak.py: half a minute of readers and edits."""

import pytest

from bench.soak import SEEN_WITHIN, soak

pytestmark = pytest.mark.slow

_WARMING_UP = 1.3  # so short a time is too little for memory to be full


def test_half_a_minute_of_readers_and_edits_leaves_nothing_behind() -> None:
    found = soak(0.5)

    assert found["failed"] == 0
    assert found["requests"] > 100
    assert found["edits"] >= 3
    assert found["edit_seen_after_s"]["worst"] <= SEEN_WITHIN
    assert found["grew"] <= _WARMING_UP
