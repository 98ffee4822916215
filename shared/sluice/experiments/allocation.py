"""Which slots of the arm draw belong to which variant.

Variant k owns [start_k, start_k + coverage * weight_k), where start_k is the sum of the weights before it at full
coverage: raising the coverage adds units to each variant and moves nobody who is in.
"""

from collections.abc import Sequence
from itertools import accumulate

from sluice.experiments.slots import SLOT_COUNT, SLOTS_PER_BPS
from sluice.frozen import frozen

ALL_BPS = 10_000


@frozen
class Allocation:
    """Weights in the order of the variants (they sum to 10,000) and the share of eligible units that enter.

    Another set of weights is another allocation version: units keep their variant, analysis is stratified by it.
    """

    weights_bps: tuple[int, ...]
    coverage_bps: int
    allocation_version: int = 1

    def ranges(self) -> Sequence[tuple[int, int]]:
        """Per variant, the first slot that it owns and the first after it that it does not."""
        starts = accumulate(self.weights_bps[:-1], initial=0)
        return [
            (start * SLOTS_PER_BPS, start * SLOTS_PER_BPS + weight * SLOTS_PER_BPS * self.coverage_bps // ALL_BPS)
            for start, weight in zip(starts, self.weights_bps, strict=True)
        ]

    def variant_at(self, slot: int) -> int | None:
        """The position of the variant that owns the slot, None if nobody does. Raises ValueError off the scale."""
        if not 0 <= slot < SLOT_COUNT:
            raise ValueError(f"slot {slot} is none of {SLOT_COUNT}")
        owners = (position for position, (first, end) in enumerate(self.ranges()) if first <= slot < end)
        return next(owners, None)
