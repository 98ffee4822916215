"""Two answers to one request, tensor by tensor: the stable side's, and the candidate's to a copy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite, isnan
from sys import float_info
from typing import Any

from sluice.inference.binary_record import recorded_data

_REALS = ("FP16", "BF16", "FP32", "FP64")


@dataclass(frozen=True, slots=True)
class TensorDifference:
    """One output. `rows` are its elements along the first dimension, as far as the others count for one decision.

    `beyond` counts elements further apart than the tolerance, `flips` rows whose label is another one, `rank_changes`
    rows whose scores stand in another order. A label is an element that is no real number, or the place of the
    highest score. `largest` is the largest difference of real numbers. None of it where they are not comparable:
    another datatype or shape, or an output that only one side has.
    """

    is_comparable: bool = True
    rows: int = 0
    beyond: int = 0
    flips: int = 0
    rank_changes: int = 0
    largest: float = 0.0

    @property
    def is_same(self) -> bool:
        """Nothing differs by more than the tolerance."""
        return self.is_comparable and not self.beyond

    def __add__(self, other: "TensorDifference") -> "TensorDifference":
        return TensorDifference(
            self.is_comparable and other.is_comparable,
            self.rows + other.rows,
            self.beyond + other.beyond,
            self.flips + other.flips,
            self.rank_changes + other.rank_changes,
            max(self.largest, other.largest),
        )


def differences(stable: Sequence[Any], candidate: Sequence[Any], *, tolerance: float) -> Mapping[str, TensorDifference]:
    """By name, every output that one of two answers has; as records have them: name, datatype, shape, flat data."""
    ours, theirs = _by_name(stable), _by_name(candidate)
    return {name: _difference(ours.get(name), theirs.get(name), tolerance) for name in sorted({*ours, *theirs})}


@dataclass(frozen=True, slots=True)
class SegmentCounts:
    """Copies of one segment, how many were answered otherwise, and how many with another label."""

    copies: int = 0
    differing: int = 0
    flipped: int = 0

    def __add__(self, other: "SegmentCounts") -> "SegmentCounts":
        return SegmentCounts(self.copies + other.copies, self.differing + other.differing, self.flipped + other.flipped)


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """What came of the copies.

    `copies` were answered, `failed` of them with an error where the stable side had none; the others are compared.
    Durations are sums over warm answers of both sides, for their ratio. `sent` is what was sent just now.
    """

    copies: int = 0
    failed: int = 0
    differing: int = 0
    flipped: int = 0
    stable_ms: float = 0.0
    candidate_ms: float = 0.0
    outputs: Mapping[str, TensorDifference] = field(default_factory=dict)
    segments: Mapping[str, SegmentCounts] = field(default_factory=dict)
    sent: int = 0

    @property
    def duration_ratio(self) -> float | None:
        """The candidate's warm duration, and so its cost, over the stable side's; None without any."""
        return self.candidate_ms / self.stable_ms if self.stable_ms > 0 and self.candidate_ms > 0 else None


def _by_name(outputs: Sequence[Any]) -> dict[str, Mapping[str, Any]]:
    return {
        str(it.get("name")): {**it, "data": data}
        for it in outputs
        if isinstance(it, Mapping) and (data := recorded_data(it)) is not None
    }


def _difference(
    stable: Mapping[str, Any] | None, candidate: Mapping[str, Any] | None, tolerance: float
) -> TensorDifference:
    if stable is None or candidate is None or not _are_alike(stable, candidate):
        return TensorDifference(is_comparable=False)
    total = TensorDifference()
    is_real = stable.get("datatype") in _REALS
    for ours, theirs in zip(_rows(stable), _rows(candidate), strict=True):
        total += _of_scores(ours, theirs, tolerance) if is_real else _of_labels(ours, theirs)
    return total


def _are_alike(stable: Mapping[str, Any], candidate: Mapping[str, Any]) -> bool:
    facts = ("datatype", "shape")
    return all(stable.get(it) == candidate.get(it) for it in facts) and len(stable["data"]) == len(candidate["data"])


def _rows(tensor: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    shape, data = tensor.get("shape"), tensor["data"]
    count = shape[0] if isinstance(shape, list) and shape and isinstance(shape[0], int) else 1
    width = len(data) // count if count else 0
    return (data[start : start + width] for start in range(0, width * count, width)) if width else iter(())


def _of_labels(stable: Sequence[Any], candidate: Sequence[Any]) -> TensorDifference:
    beyond = sum(ours != theirs for ours, theirs in zip(stable, candidate, strict=True))
    return TensorDifference(rows=1, beyond=beyond, flips=int(beyond > 0))


def _of_scores(stable: Sequence[float], candidate: Sequence[float], tolerance: float) -> TensorDifference:
    apart = [_apart(ours, theirs) for ours, theirs in zip(stable, candidate, strict=True)]
    ours, theirs = _order(stable), _order(candidate)
    return TensorDifference(
        rows=1,
        beyond=sum(each > tolerance for each in apart),
        flips=int(ours[:1] != theirs[:1]),
        rank_changes=int(ours != theirs),
        largest=max(apart),
    )


def _apart(ours: float, theirs: float) -> float:
    """How far; NaN is NaN's equal, and as far from a number as can be said."""
    if ours == theirs or (isnan(ours) and isnan(theirs)):
        return 0.0
    difference = abs(ours - theirs)
    return difference if isfinite(difference) else float_info.max


def _order(scores: Sequence[float]) -> list[int]:
    """The places of the scores, from the highest on; of equal ones the first comes first."""
    return sorted(range(len(scores)), key=lambda place: -scores[place])
