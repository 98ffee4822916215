"""Ranges of slots as documents hold them: [[first, end], …]."""

from collections.abc import Sequence

from sluice.catalog.problem_sentences import found_and_allowed
from sluice.experiments.document_fields import Fields
from sluice.experiments.slot_ranges import SlotRange, in_order


def ranges_to_document(ranges: Sequence[SlotRange]) -> list[list[int]]:
    """Pairs of whole numbers."""
    return [list(each) for each in ranges]


def ranges_from_document(fields: Fields, name: str) -> tuple[SlotRange, ...]:
    """The inverse. Raises InvalidDefinition unless they are on the scale, ascending and disjoint."""
    ranges = tuple(_range(fields, f"{name}[{at}]", each) for at, each in enumerate(fields.required(name, list)))
    in_order(fields.subject, fields.path_of(name), ranges)
    return ranges


def _range(fields: Fields, name: str, value: object) -> SlotRange:
    if not isinstance(value, list) or len(value) != 2 or any(type(each) is not int for each in value):
        raise fields.refusal(name, found_and_allowed(value, "[first, end], two whole numbers"))
    return SlotRange(*value)
