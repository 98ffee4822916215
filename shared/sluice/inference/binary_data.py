"""An array to the raw bytes of one tensor: little-endian, row-major, without padding."""

from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LENGTH = Struct("<I")


def raw_data(array: NDArray[Any]) -> memoryview:
    """The bytes; of a contiguous array of fixed width, a view of its own memory."""
    if array.dtype == object:
        return memoryview(b"".join(_with_lengths(array)))
    # A byte view of the array: one of FP16 or of no elements cannot be cast from its own format.
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _with_lengths(array: NDArray[Any]) -> list[bytes]:
    parts: list[bytes] = []
    for element in array.ravel().tolist():
        encoded = element.encode() if isinstance(element, str) else bytes(element)
        parts += (_LENGTH.pack(len(encoded)), encoded)
    return parts
