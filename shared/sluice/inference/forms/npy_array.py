"""One array in NumPy's own file format, to the model's one input.

The header is read by a pattern: NumPy's own reader evaluates it, and allocates what its shape claims.
"""

import math
import re
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sluice.catalog.signature import Signature, TensorSpec
from sluice.errors import InvalidRequest, InvalidTensor, MalformedBody
from sluice.inference.datatypes import BY_NAME
from sluice.inference.request_decoder import Envelope
from sluice.inference.shown import shown, shown_names

Array = NDArray[np.generic]

_MAGIC = b"\x93NUMPY"
_LENGTHS = {1: Struct("<H"), 2: Struct("<I"), 3: Struct("<I")}
_HEADER = re.compile(
    rb"\{'descr': '([<>|=]?[biuf][0-9]{1,2})', 'fortran_order': (True|False), 'shape': \(([0-9, ]{0,200})\), *\}\s*"
)


def read_npy(body: bytes) -> Array:
    """The array of booleans, integers or floats, a view of the body. Raises MalformedBody."""
    length = _LENGTHS.get(body[6]) if body[:6] == _MAGIC and len(body) >= 12 else None
    if length is None:
        raise MalformedBody("the body is no .npy file of version 1, 2 or 3")
    start = 8 + length.size
    end = start + length.unpack_from(body, 8)[0]
    header = _HEADER.fullmatch(body, start, min(end, len(body)))
    if header is None:
        raise MalformedBody("the header of the .npy file is not one of an array of booleans, integers or floats")
    return _array(body[end:], header[1].decode(), _sizes(header[3]), is_fortran=header[2] == b"True")


def envelope_of_array(array: Array, signature: Signature) -> Envelope:
    """The request of the protocol v2 with this array as the raw bytes of the one input.

    Floats are rounded to the input's width, as decimals are; nothing else changes its value.
    Raises InvalidRequest, InvalidTensor.
    """
    if len(signature.inputs) != 1:
        names = shown_names(spec.name for spec in signature.inputs)
        raise InvalidRequest(f"the model takes {len(signature.inputs)} inputs ({names}), a .npy file is one array")
    spec = signature.inputs[0]
    raw = _converted(array, spec).tobytes()
    tensor = {
        "name": spec.name,
        "datatype": spec.datatype,
        "shape": list(array.shape),
        "parameters": {"binary_data_size": len(raw)},
    }
    return Envelope({"inputs": [tensor]}, {}, memoryview(raw))


def _array(raw: bytes, descr: str, shape: tuple[int, ...], *, is_fortran: bool) -> Array:
    try:
        dtype = np.dtype(descr)
    except TypeError as error:
        raise MalformedBody(f"the .npy file has elements of {shown(descr)}, which is no type of NumPy's") from error
    if len(raw) != math.prod(shape) * dtype.itemsize:
        needs = f"shape {shown(list(shape))} of {dtype.name} needs {math.prod(shape) * dtype.itemsize}"
        raise MalformedBody(f"the .npy file has {len(raw)} bytes of data, {needs}")
    try:
        return np.frombuffer(raw, dtype, count=math.prod(shape)).reshape(shape, order="F" if is_fortran else "C")
    except (ValueError, OverflowError) as error:
        raise MalformedBody(f"shape of the .npy file is {shown(list(shape))}") from error


def _sizes(text: bytes) -> tuple[int, ...]:
    try:
        return tuple(int(size) for size in text.replace(b" ", b"").removesuffix(b",").split(b",") if text.strip())
    except ValueError as error:
        raise MalformedBody(f"shape of the .npy file is {shown(text.decode())}") from error


def _converted(array: Array, spec: TensorSpec) -> Array:
    wanted = BY_NAME[spec.datatype].numpy_dtype
    # An array of objects would be sent as addresses in memory.
    if wanted is None or wanted.hasobject or not _is_taken(array.dtype, wanted):
        raise InvalidTensor(spec.name, f"the .npy file has {array.dtype.name}, {spec.datatype} takes no such values")
    with np.errstate(over="ignore", invalid="ignore"):
        converted = array.astype(wanted)
    if wanted.kind == "f" and array.dtype.kind == "f" and not np.array_equal(np.isinf(array), np.isinf(converted)):
        raise InvalidTensor(spec.name, f"an element is beyond the range of {spec.datatype}")
    return converted


def _is_taken(given: np.dtype[Any], wanted: np.dtype[Any]) -> bool:
    return np.can_cast(given, wanted, "safe") or given.kind == wanted.kind == "f"
