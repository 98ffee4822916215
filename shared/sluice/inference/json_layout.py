"""The layout of a tensor's JSON data: flat in row-major order, or nested exactly as its shape says."""

import math
from typing import Any

from sluice.errors import InvalidTensor
from sluice.inference.shown import shown

# A tensor of no elements costs its sender nothing, yet a model may turn [10^12, 0] into 10^12 sums.
_EMPTY_EXTENT_LIMIT = 2**20


def check_shape(tensor: str, shape: Any, wanted: tuple[int, ...]) -> tuple[int, ...]:
    """The shape as a tuple, if it is one that `wanted` (-1 for a free dimension) allows. Raises InvalidTensor."""
    if type(shape) is list and len(shape) == len(wanted):
        for size, want in zip(shape, wanted, strict=True):
            if type(size) is not int or size < 1 or want not in (-1, size):
                break
        else:
            return tuple(shape)
    return _check_unusual(tensor, shape, wanted)


def _check_unusual(tensor: str, shape: Any, wanted: tuple[int, ...]) -> tuple[int, ...]:
    """A shape with a dimension of 0, or what is wrong with it."""
    if type(shape) is not list or not all(type(size) is int and size >= 0 for size in shape):
        raise InvalidTensor(tensor, f"shape is {shown(shape)}, must be an array of integers from 0 on")
    fits = len(shape) == len(wanted) and all(want in (-1, size) for size, want in zip(shape, wanted, strict=True))
    if not fits:
        raise InvalidTensor(tensor, f"shape is {shown(shape)}, must be {list(wanted)} (-1: any)")
    if 0 in shape and math.prod(size for size in shape if size) > _EMPTY_EXTENT_LIMIT:
        raise InvalidTensor(tensor, f"shape {shown(shape)} is empty, yet its other dimensions are too large")
    return tuple(shape)


def nested_shape(nested: Any) -> tuple[int, ...]:
    """The shape that nested lists seem to have, judged by their first elements; `flatten` checks the others."""
    shape = []
    while isinstance(nested, list):
        shape.append(len(nested))
        nested = nested[0] if nested else None
    return tuple(shape)


def flatten(tensor: str, data: Any, shape: tuple[int, ...]) -> list[Any]:
    """The elements in row-major order; as many as the shape says. Raises InvalidTensor.

    Nothing is allocated by what `shape` claims: only lists that really came are walked.
    """
    if type(data) is not list:
        raise InvalidTensor(tensor, "data is missing or not an array")
    if len(shape) > 1 and data and type(data[0]) is list:
        return _unnest(tensor, data, shape)
    needed = math.prod(shape)
    if len(data) != needed:
        raise InvalidTensor(tensor, f"data has {len(data)} elements, shape {shown(list(shape))} needs {needed}")
    return data


def _unnest(tensor: str, data: list[Any], shape: tuple[int, ...]) -> list[Any]:
    rows: list[Any] = data
    if len(data) != shape[0]:
        raise _not_nested(tensor, shape[0], 1)
    for depth, size in enumerate(shape[1:], 2):
        items: list[Any] = []
        for row in rows:
            if type(row) is not list or len(row) != size:
                raise _not_nested(tensor, size, depth)
            items += row
        rows = items
    return rows


def _not_nested(tensor: str, size: int, depth: int) -> InvalidTensor:
    return InvalidTensor(tensor, f"nested data does not have {size} items at depth {depth}, as shape says")
