"""Tensors as JSON has them; every number reads back to the very bits that were given."""

from math import prod
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from sluice.client.arrays import typed_array
from sluice.client.datatypes import BINARY_ONLY, BYTES, DTYPES
from sluice.client.errors import InvalidInput, ProtocolBroken
from sluice.client.inputs import Tensor


def json_data_of(tensor: Tensor) -> bytes:
    """The JSON array of the elements, flat and row-major. Raises InvalidInput for what JSON cannot carry."""
    if tensor.datatype in BINARY_ONLY:
        raise InvalidInput(f"input {tensor.name!r}: {tensor.datatype} needs binary tensors, which the server lacks")
    if tensor.datatype == BYTES:
        return orjson.dumps([_text(tensor.name, each) for each in tensor.array.ravel().tolist()])
    array = tensor.array
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise InvalidInput(f"input {tensor.name!r}: JSON carries finite numbers only, and the server takes JSON only")
    # The shortest FP32 decimal is exact only for readers that parse it as FP32; servers parse FP64 and round.
    widened = array.astype(np.float64) if array.dtype == np.float32 else array
    return orjson.dumps(np.ascontiguousarray(widened).ravel(), option=orjson.OPT_SERIALIZE_NUMPY)


def array_of_json(name: str, datatype: str, shape: tuple[int, ...], data: Any) -> NDArray[Any]:
    """From `data`, flat or nested; BYTES become `bytes` objects, as in binary. Raises ProtocolBroken."""
    try:
        found = _read(name, datatype, data)
    except (InvalidInput, ValueError, TypeError) as error:
        raise ProtocolBroken(f"output {name!r}: data are no {datatype}: {error}") from error
    if found.size != prod(shape):
        raise ProtocolBroken(f"output {name!r}: {found.size} elements do not fill shape {list(shape)}")
    return found.reshape(shape)


def _read(name: str, datatype: str, data: Any) -> NDArray[Any]:
    if datatype == BYTES:
        texts = typed_array(name, data, datatype)
        encoded = np.empty(texts.size, object)
        encoded[:] = [each.encode() for each in texts.ravel().tolist()]
        return encoded
    # Servers that have NaN and no binary tensors write null.
    return np.array(data, DTYPES[datatype]) if DTYPES[datatype].kind == "f" else typed_array(name, data, datatype)


def _text(name: str, element: str | bytes) -> str:
    if isinstance(element, str):
        return element
    try:
        return element.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(f"input {name!r}: bytes that are no UTF-8 need binary tensors: {error}") from error
