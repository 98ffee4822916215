"""What a rule or a default serves: one variant, or a split of units over several."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sluice.errors import InvalidDefinition
from sluice.experiments.allocation import ALL_BPS, Allocation
from sluice.experiments.key import checked_bps


@dataclass(frozen=True, slots=True)
class Share:
    """A variant and its share of the units."""

    variant: str
    weight_bps: int


@dataclass(frozen=True, slots=True)
class Split:
    """Shares that sum to 10,000 basis points, in an order that counts: it decides whose slots are whose.

    A percentage rollout is a split of two. Raising the first share, at the cost of the last, moves nobody who has it.
    """

    shares: tuple[Share, ...]

    def share_at(self, slot: int) -> Share:
        """The share that owns the slot of the flag's draw."""
        allocation = Allocation(tuple(share.weight_bps for share in self.shares), ALL_BPS)
        position = allocation.variant_at(slot)
        assert position is not None  # the shares leave no slot free
        return self.shares[position]


Serving = str | Split
"""A variant's key, or a split."""


def check_serving(subject: str, field: str, serving: Any, variants: Collection[str]) -> None:
    """Raise InvalidDefinition unless all that is served is a variant, and a split gives everybody one."""
    if not isinstance(serving, Split):
        _check_variant(subject, field, serving, variants)
        return
    named = [share.variant for share in serving.shares]
    for index, share in enumerate(serving.shares):
        _check_variant(subject, f"{field}.split[{index}].variant", share.variant, variants)
        checked_bps(subject, f"{field}.split[{index}].weight_bps", share.weight_bps)
    if len(set(named)) != len(named):
        raise InvalidDefinition(subject, f"{field}.split", "a variant stands twice")
    total_bps = sum(share.weight_bps for share in serving.shares)
    if total_bps != ALL_BPS:
        raise InvalidDefinition(subject, f"{field}.split", f"weight_bps sum to {total_bps}, must be {ALL_BPS}")


def _check_variant(subject: str, field: str, key: Any, variants: Collection[str]) -> None:
    if type(key) is not str or key not in variants:
        raise InvalidDefinition(subject, field, f"found {key!r}, the variants are {', '.join(variants)}")
