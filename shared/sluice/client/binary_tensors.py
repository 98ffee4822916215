"""Tensors as the binary tensor extension has them: little-endian, row-major, nothing between elements.

An element of BYTES is its length in four bytes, then itself.
"""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sluice.client import bfloat16
from sluice.client.datatypes import BF16, BYTES, DTYPES
from sluice.client.errors import ProtocolBroken
from sluice.client.inputs import Tensor

_LENGTH_BYTES = 4


def raw_of(tensor: Tensor) -> bytes:
    """The tensor's bytes."""
    if tensor.datatype == BYTES:
        elements = (each.encode() if isinstance(each, str) else each for each in tensor.array.ravel().tolist())
        return b"".join(len(each).to_bytes(_LENGTH_BYTES, "little") + each for each in elements)
    if tensor.datatype == BF16:
        return bfloat16.to_bits(tensor.array).tobytes()
    return tensor.array.tobytes()


def array_of_raw(name: str, datatype: str, shape: tuple[int, ...], raw: memoryview) -> NDArray[Any]:
    """A read-only view of the bytes, but for BF16 (float32) and BYTES (`bytes` objects). Raises ProtocolBroken."""
    if datatype == BYTES:
        return _elements(name, raw, prod(shape)).reshape(shape)
    stored = np.dtype("<u2") if datatype == BF16 else DTYPES[datatype]
    if len(raw) != prod(shape) * stored.itemsize:
        raise ProtocolBroken(f"output {name!r}: {len(raw)} bytes are no {datatype} of shape {list(shape)}")
    found = np.frombuffer(raw, stored).reshape(shape)
    return bfloat16.from_bits(found) if datatype == BF16 else found


def _elements(name: str, raw: memoryview, count: int) -> NDArray[Any]:
    found: list[bytes] = []
    at = 0
    while at < len(raw):
        begin = at + _LENGTH_BYTES
        at = begin + int.from_bytes(raw[at:begin], "little")
        found.append(bytes(raw[begin:at]))
    if at != len(raw) or len(found) != count:
        raise ProtocolBroken(f"output {name!r}: {len(raw)} bytes are not {count} elements of BYTES")
    elements = np.empty(count, object)
    elements[:] = found
    return elements
