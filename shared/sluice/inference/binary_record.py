"""Raw tensors in records, which are JSON: as base64, in `data_base64` in the place of `data`."""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from sluice.errors import InvalidTensor
from sluice.inference.binary_elements import binary_reader_of
from sluice.inference.datatypes import BY_NAME, Datatype

_MEMBER = "data_base64"


def with_raw_data(tensors: Sequence[dict[str, Any]], raw: Mapping[str, memoryview]) -> bytes:
    """The JSON array of these outputs, with the raw bytes of those that have some."""
    return orjson.dumps(
        [it | {_MEMBER: b64encode(raw[it["name"]]).decode("ascii")} if it["name"] in raw else it for it in tensors]
    )


def recorded_data(tensor: Mapping[str, Any]) -> list[Any] | None:
    """The flat elements of a recorded tensor, however it was sent; None for what is no tensor."""
    data = tensor.get("data")
    if isinstance(data, list):
        return data
    datatype, in_base64 = BY_NAME.get(str(tensor.get("datatype"))), tensor.get(_MEMBER)
    if datatype is None or not isinstance(in_base64, str):
        return None
    try:
        raw = memoryview(b64decode(in_base64, validate=True))
        return _elements(datatype, binary_reader_of("", datatype)(raw, tuple(tensor.get("shape") or ())))
    except (ValueError, TypeError, InvalidTensor):
        return None


def _elements(datatype: Datatype, array: NDArray[Any]) -> list[Any]:
    if datatype.name == "BF16":
        array = (array.astype(np.uint32) << 16).view(np.float32)
    elements: list[Any] = array.ravel().tolist()
    return elements
