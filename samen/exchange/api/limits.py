"""So many questions of one address at once, and a moment later the next.

A bucket for each network in the memory of this process: full after a pause, one drop for a
question, more for a whole list. Whoever has emptied hers waits a second or two, so that readers
who share an address with somebody greedy (a school, a shelter, a whole village behind one
provider) are never shut out for long. Buckets are known by a fingerprint with a secret of this
process; no address is kept or written anywhere.
"""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from math import ceil
from secrets import token_bytes
from threading import Lock

_MOST_BUCKETS = 10_000
_SECRET = token_bytes(32)
_HOUSEHOLD = 64  # bits of an IPv6 address that one household shares


@dataclass(slots=True)
class _Bucket:
    drops: float
    seen: float


class Buckets:
    def __init__(self, *, size: float, per_second: float) -> None:
        self._size, self._per_second = size, per_second
        self._buckets: OrderedDict[bytes, _Bucket] = OrderedDict()
        self._lock = Lock()

    def cache_clear(self) -> None:
        self._buckets.clear()

    def __len__(self) -> int:
        return len(self._buckets)

    def wait(self, address: str, *, drops: float, at: float) -> int:
        """0 when the question may be asked; else after how many seconds it may."""
        key, drops = _fingerprint(address), min(drops, self._size)
        with self._lock:
            bucket = self._buckets.pop(key, None) or _Bucket(self._size, at)
            flown = max(0.0, at - bucket.seen) * self._per_second
            bucket.drops, bucket.seen = min(self._size, bucket.drops + flown), at
            missing = drops - bucket.drops
            if missing <= 0:
                bucket.drops -= drops
            self._buckets[key] = bucket
            if len(self._buckets) > _MOST_BUCKETS:
                self._buckets.popitem(last=False)
        return 0 if missing <= 0 else ceil(missing / self._per_second)


def _fingerprint(address: str) -> bytes:
    try:
        read = ip_address(address)
    except ValueError:
        network = b""
    else:
        whole = read.packed
        network = whole[: _HOUSEHOLD // 8] if isinstance(read, IPv6Address) else whole
    return blake2b(network, key=_SECRET, digest_size=12).digest()
