"""Ranges of a namespace's slots: in order, not empty, not overlapping."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from sluice.errors import InvalidDefinition
from sluice.experiments.slots import SLOT_COUNT


class SlotRange(NamedTuple):
    """Slots `first` to `end - 1`."""

    first: int
    end: int

    def __str__(self) -> str:
        return f"{self.first}-{self.end - 1}"

    def overlaps(self, other: "SlotRange") -> bool:
        """Whether a slot is in both."""
        return self.first < other.end and other.first < self.end


def in_order(subject: str, field: str, ranges: Sequence[SlotRange]) -> None:
    """Raise InvalidDefinition unless there is a range, and all are on the scale, ascending and disjoint."""
    if not ranges:
        raise InvalidDefinition(subject, field, "must name at least one range of slots")
    for each in ranges:
        if type(each.first) is not int or type(each.end) is not int or not 0 <= each.first < each.end <= SLOT_COUNT:
            raise InvalidDefinition(subject, field, f"found {list(each)}, allowed: 0 <= first < end <= {SLOT_COUNT}")
    for one, following in pairwise(ranges):
        if following.first < one.end:
            raise InvalidDefinition(subject, field, f"{one} and {following} overlap or are out of order")


def shown_ranges(ranges: Iterable[SlotRange]) -> str:
    """As messages show them."""
    return ", ".join(map(str, ranges))
