"""JSON elements of one tensor to a one-dimensional array: exactly, or not at all.

numpy alone would be too kind: it reads "1.5" as a number, True as 1 and 1e300 as infinity. `struct` refuses all but
True, and is twice as fast; what it refuses is read again with care, which finds the culprit.
"""

import struct
from collections.abc import Callable, Sequence
from functools import partial
from types import MappingProxyType, NoneType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sluice.errors import InvalidTensor
from sluice.inference.datatypes import Datatype, JsonForm
from sluice.inference.shown import shown

ElementReader = Callable[[list[Any]], NDArray[Any]]

_JSON_NAMES = MappingProxyType(
    {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object", NoneType: "null"}
)
_EXACT_FLOAT_LIMIT = 2**53
# From here on a number rounds to infinity in FP32: halfway between its largest value and the next power of two.
_FP32_LIMIT = float(2**128 - 2**103)
_FEW = 256
# As `struct` calls the datatypes.
_CODES = MappingProxyType(
    {
        "INT8": "b",
        "INT16": "h",
        "INT32": "i",
        "INT64": "q",
        "UINT8": "B",
        "UINT16": "H",
        "UINT32": "I",
        "UINT64": "Q",
        "FP32": "f",
        "FP64": "d",
    }
)


def reader_of(tensor: str, datatype: Datatype) -> ElementReader:
    """A function from a list of JSON elements to an array of `datatype`; it raises InvalidTensor.

    Raises InvalidTensor itself for a datatype that has no JSON form.
    """
    if datatype.json_form is JsonForm.NONE:
        return partial(_refuse, tensor, datatype)
    if datatype.name in _CODES:
        return _number_reader(tensor, datatype, _CODES[datatype.name])
    return partial(_READERS[datatype.json_form], tensor, datatype)


def _refuse(tensor: str, datatype: Datatype, elements: list[Any]) -> NDArray[Any]:  # noqa: ARG001 the readers' shape
    raise InvalidTensor(tensor, f"{datatype.name} has no JSON form; send it as binary data")


def _read_booleans(tensor: str, datatype: Datatype, elements: list[Any]) -> NDArray[Any]:
    _check_kinds(tensor, datatype, elements, {bool})
    return np.array(elements, datatype.numpy_dtype)


def _read_texts(tensor: str, datatype: Datatype, elements: list[Any]) -> NDArray[Any]:
    _check_kinds(tensor, datatype, elements, {str})
    return np.array(elements, datatype.numpy_dtype)


def _number_reader(tensor: str, datatype: Datatype, code: str) -> ElementReader:
    careful, dtype = partial(_CAREFUL[datatype.json_form], tensor, datatype), datatype.numpy_dtype
    no, yes = struct.pack(f"<{code}", 0), struct.pack(f"<{code}", 1)

    def read_many(elements: list[Any]) -> NDArray[Any]:
        # Without "<" it is much faster, and FP32 turns into infinity what is beyond its range.
        array = np.frombuffer(struct.pack(f"{len(elements)}{code}", *elements), dtype)
        is_suspect = _has_bits(array) and bool in map(type, elements)
        return careful(elements) if is_suspect or (code == "f" and not np.isfinite(array).all()) else array

    def read(elements: list[Any]) -> NDArray[Any]:
        try:
            if len(elements) > _FEW:
                return read_many(elements)
            packed = struct.pack(f"<{len(elements)}{code}", *elements)
            is_suspect = (no in packed or yes in packed) and bool in map(type, elements)
            return careful(elements) if is_suspect else np.frombuffer(packed, dtype)
        except (struct.error, OverflowError):
            return careful(elements)

    return read


def _has_bits(array: NDArray[Any]) -> bool:
    """Whether there is a 0 or a 1, as which booleans were read."""
    return bool(np.count_nonzero(array) < array.size or np.count_nonzero(array == 1))


def read_reals(tensor: str, datatype: Datatype, elements: list[Any]) -> NDArray[Any]:
    """Any list of JSON elements as FP32 or FP64, slowly; InvalidTensor says which element is wrong, and why."""
    _check_kinds(tensor, datatype, elements, {int, float})
    if datatype.name == "FP32" and elements and not -_FP32_LIMIT < min(elements) <= max(elements) < _FP32_LIMIT:
        culprit = next(index for index, element in enumerate(elements) if not -_FP32_LIMIT < element < _FP32_LIMIT)
        raise InvalidTensor(tensor, f"element {culprit} ({elements[culprit]}) is beyond the range of FP32")
    return np.array(elements, datatype.numpy_dtype)


def read_integers(tensor: str, datatype: Datatype, elements: list[Any]) -> NDArray[Any]:
    """Any list of JSON elements as integers, slowly; InvalidTensor says which element is wrong, and why."""
    if _check_kinds(tensor, datatype, elements, {int, float}) - {int}:
        elements = [_exact_integer(tensor, datatype, index, element) for index, element in enumerate(elements)]
    try:
        return np.array(elements, datatype.numpy_dtype)
    except OverflowError:
        raise _out_of_range(tensor, datatype, elements) from None


def _exact_integer(tensor: str, datatype: Datatype, index: int, element: float) -> int:
    # Beyond 2^53 a float may already be a rounding of what the client wrote; the JSON parser reads
    # integers beyond 64 bits as floats, so they end here too.
    if abs(element) > _EXACT_FLOAT_LIMIT and isinstance(element, float):
        raise InvalidTensor(tensor, f"element {index} ({element}) is beyond {datatype.name} or not written exactly")
    if element != int(element):
        raise InvalidTensor(tensor, f"element {index} ({element}) is fractional, {datatype.name} takes integers")
    return int(element)


def _out_of_range(tensor: str, datatype: Datatype, elements: Sequence[int]) -> InvalidTensor:
    assert datatype.numpy_dtype is not None
    bounds = np.iinfo(datatype.numpy_dtype)
    culprit = next(index for index, element in enumerate(elements) if not bounds.min <= element <= bounds.max)
    rule = f"{datatype.name} takes {bounds.min} to {bounds.max}"
    return InvalidTensor(tensor, f"element {culprit} ({elements[culprit]}) is out of range, {rule}")


def _check_kinds(tensor: str, datatype: Datatype, elements: list[Any], allowed: set[type]) -> set[type]:
    kinds = set(map(type, elements))
    if kinds <= allowed:
        return kinds
    culprit = next(index for index, element in enumerate(elements) if type(element) not in allowed)
    found, element = _JSON_NAMES[type(elements[culprit])], elements[culprit]
    what = found if element is None else f"the {found} {shown(element)}"
    raise InvalidTensor(tensor, f"element {culprit} is {what}, {datatype.name} takes {_WANTED[datatype.json_form]}")


_WANTED = MappingProxyType(
    {
        JsonForm.BOOLEAN: "true or false",
        JsonForm.INTEGER: "integers",
        JsonForm.REAL: "finite numbers",
        JsonForm.TEXT: "strings",
    }
)
_CAREFUL = MappingProxyType({JsonForm.INTEGER: read_integers, JsonForm.REAL: read_reals})
_READERS = MappingProxyType(
    {
        JsonForm.BOOLEAN: _read_booleans,
        JsonForm.TEXT: _read_texts,
    }
)
