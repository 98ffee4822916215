"""A body that is nothing but the bytes of one input, with a header that says 0 bytes of JSON: a raw binary request."""

from collections.abc import Mapping, Sequence
from math import prod
from types import MappingProxyType
from typing import Any

from sluice.catalog.signature import TensorSpec
from sluice.errors import InvalidRequest
from sluice.inference.datatypes import BY_NAME

NOTHING_SAID: Mapping[str, Any] = MappingProxyType({})
"""The JSON of such a request. Whoever sends one wants raw bytes back, as from NVIDIA's server."""


def alone(specs: Sequence[TensorSpec], raw: memoryview) -> tuple[dict[str, Any], memoryview]:
    """The JSON that the client could have sent, and the raw tensor. Raises InvalidRequest where nobody can know it.

    The model must have one input with one free dimension at most; if that is of BYTES, the body is its one element.
    """
    if len(specs) != 1 or specs[0].shape.count(-1) > 1:
        rule = "a body of 0 bytes of JSON is for models with one input, which has one free dimension at most"
        raise InvalidRequest(f"{rule}; this one needs JSON that says what its raw tensors are")
    spec = specs[0]
    size_bytes = BY_NAME[spec.datatype].size_bytes
    if size_bytes is None:
        raw = memoryview(len(raw).to_bytes(4, "little") + raw)
        free = 1
    else:
        free = len(raw) // max(1, size_bytes * prod(size for size in spec.shape if size != -1))
    shape = [free if size == -1 else size for size in spec.shape]
    parameters = {"binary_data_size": len(raw)}
    return {"inputs": [{"name": spec.name, "datatype": spec.datatype, "shape": shape, "parameters": parameters}]}, raw
