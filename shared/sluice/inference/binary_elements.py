"""The raw bytes of one tensor to an array: little-endian, row-major, without padding."""

import math
from collections.abc import Callable
from functools import partial
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sluice.errors import InvalidTensor
from sluice.inference.datatypes import Datatype
from sluice.inference.shown import shown

BinaryReader = Callable[[memoryview, tuple[int, ...]], NDArray[Any]]

_LENGTH = Struct("<I")
BF16_BITS = np.dtype(np.uint16)
"""numpy has no BF16; its bits travel in this type."""


def binary_reader_of(tensor: str, datatype: Datatype) -> BinaryReader:
    """A function from raw bytes and a checked shape to the array; it raises InvalidTensor.

    The array is a view of the bytes, and read-only, wherever they lie as the processor wants them.
    """
    if datatype.size_bytes is None:
        return partial(_read_texts, tensor)
    if datatype.name == "BOOL":
        return partial(_read_booleans, tensor, datatype)
    return partial(_read_fixed, tensor, datatype)


def _read_fixed(tensor: str, datatype: Datatype, raw: memoryview, shape: tuple[int, ...]) -> NDArray[Any]:
    assert datatype.size_bytes is not None
    needed_bytes = math.prod(shape) * datatype.size_bytes
    if len(raw) != needed_bytes:
        needs = f"shape {shown(list(shape))} of {datatype.name} needs {needed_bytes}"
        raise InvalidTensor(tensor, f"binary_data_size is {len(raw)}, {needs}")
    array: NDArray[Any] = np.ndarray(shape, datatype.numpy_dtype or BF16_BITS, raw)
    # Native code may take the alignment of its element type for granted; where the JSON ends is the client's choice.
    return array if array.flags.aligned else array.copy()


def _read_booleans(tensor: str, datatype: Datatype, raw: memoryview, shape: tuple[int, ...]) -> NDArray[Any]:
    array = _read_fixed(tensor, datatype, raw, shape)
    strange = array.view(np.uint8) > 1
    if strange.any():
        culprit = int(np.flatnonzero(strange)[0])
        raise InvalidTensor(tensor, f"element {culprit} is the byte {raw[culprit]}, BOOL takes 0 and 1")
    return array


def _read_texts(tensor: str, raw: memoryview, shape: tuple[int, ...]) -> NDArray[Any]:
    count = math.prod(shape)
    if count * _LENGTH.size > len(raw):
        needs = f"shape {shown(list(shape))} of BYTES needs {count} lengths of {_LENGTH.size} bytes"
        raise InvalidTensor(tensor, f"binary_data_size is {len(raw)}, {needs}")
    texts: NDArray[Any] = np.empty(count, object)
    end = 0
    for index in range(count):
        start = end + _LENGTH.size
        end = start + _LENGTH.unpack_from(raw, end)[0] if start <= len(raw) else start
        if end > len(raw):
            raise InvalidTensor(tensor, f"element {index} ends at byte {end}, binary_data_size is {len(raw)}")
        texts[index] = text_of(tensor, index, raw[start:end])
    if end != len(raw):
        raise InvalidTensor(tensor, f"its {count} elements end at byte {end}, binary_data_size is {len(raw)}")
    return texts.reshape(shape)


def text_of(tensor: str, index: int, element: bytes | memoryview) -> str:
    """An element of BYTES as models take it. Raises InvalidTensor."""
    try:
        return str(element, "utf-8")
    except UnicodeDecodeError:
        # The runtime keeps strings as UTF-8: other bytes would reach the model as something else, or not come back.
        raise InvalidTensor(tensor, f"element {index} is not UTF-8, as the model's strings are") from None
