"""What a record's outputs say of a distribution: counts by frozen bins, and the mean of each score."""

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sluice.inference.binary_record import recorded_data

Edges = Mapping[str, tuple[float, ...]]
"""By output, ascending: n + 1 edges of n bins, each without its upper edge, the last one with it."""

_MISSING, _OUT_OF_RANGE = -2, -1


def add_bins(counts: dict[str, list[int]], outputs: Sequence[Any], edges: Edges) -> None:
    """Count every element of every output that has edges; an answer without the output says nothing of it.

    Missing is what is no number, and an output without elements; out of range is what no bin holds.
    """
    for name, data in _tensors(outputs):
        of_output = edges.get(name)
        if of_output is None:
            continue
        bins = counts.setdefault(name, [0] * (len(of_output) + 1))
        for element in data or [None]:
            bins[_bin_of(element, of_output)] += 1


def score_means(outputs: Sequence[Any]) -> Iterator[tuple[str, float]]:
    """By output of real numbers: the mean of its elements. One per request: rows of one request are not independent.

    An output with NaN or infinity in it, which only binary data can carry, has no mean.
    """
    for name, data in _tensors(outputs):
        if (
            data
            and all(isinstance(element, float) for element in data)
            and math.isfinite(mean := sum(data) / len(data))
        ):
            yield name, mean


def _tensors(outputs: Sequence[Any]) -> Iterator[tuple[str, list[Any]]]:
    for tensor in outputs:
        if isinstance(tensor, Mapping) and (data := recorded_data(tensor)) is not None:
            yield str(tensor.get("name")), data


def _bin_of(element: Any, edges: tuple[float, ...]) -> int:
    if not isinstance(element, int | float) or isinstance(element, bool):
        return _MISSING
    if not edges[0] <= element <= edges[-1]:
        return _OUT_OF_RANGE
    return min(bisect_right(edges, element), len(edges) - 1) - 1
