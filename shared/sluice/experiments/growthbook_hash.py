"""GrowthBook's hash, version 2, for experiments that must agree with one of its SDKs (`hashing: growthbook-v2`).

    n = fnv1a32(str(fnv1a32(seed + unit_id))) % 10,000

FNV runs over UTF-16 code units, as the JavaScript SDK's does; over UTF-8 bytes it would agree on ASCII ids only.
"""

from sluice.experiments.slots import SLOTS_PER_BPS

_OFFSET, _PRIME, _MASK = 0x811C9DC5, 0x01000193, 0xFFFFFFFF
_BUCKET_COUNT = 10_000


class GrowthbookDraw:
    """The same interface as `slots.Draw`; a bucket of GrowthBook's is the first of a hundred slots."""

    __slots__ = ("seed",)

    def __init__(self, seed: str) -> None:
        self.seed = seed

    def slot_of(self, unit_id: bytes) -> int:
        """The slot, a multiple of 100."""
        bucket = _fnv1a32(str(_fnv1a32(self.seed + unit_id.decode()))) % _BUCKET_COUNT
        return bucket * SLOTS_PER_BPS


def _fnv1a32(text: str) -> int:
    value = _OFFSET
    utf16 = text.encode("utf-16-le")
    for low, high in zip(utf16[::2], utf16[1::2], strict=True):
        value = ((value ^ (low | high << 8)) * _PRIME) & _MASK
    return value
