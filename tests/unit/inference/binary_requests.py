"""Requests of the binary tensor extension, written as any client would write them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson

from sluice.catalog.signature import Signature, TensorSpec
from sluice.inference.request_decoder import RequestDecoder, read_envelope
from sluice.inference.tensors import InferenceRequest

DTYPES: dict[str, Any] = {
    "BOOL": np.bool_,
    "UINT8": np.uint8,
    "UINT16": np.uint16,
    "UINT32": np.uint32,
    "UINT64": np.uint64,
    "INT8": np.int8,
    "INT16": np.int16,
    "INT32": np.int32,
    "INT64": np.int64,
    "FP16": np.float16,
    "BF16": np.uint16,
    "FP32": np.float32,
    "FP64": np.float64,
}


def texts(*elements: bytes) -> bytes:
    """As BYTES are written: each with its length before it."""
    return b"".join(len(each).to_bytes(4, "little") + each for each in elements)


def binary_tensor(name: str, datatype: str, shape: Sequence[int], raw: bytes, **members: Any) -> dict[str, Any]:
    """The tensor's JSON; the bytes themselves go to `a_body`."""
    size = {"binary_data_size": len(raw)}
    return {"name": name, "datatype": datatype, "shape": list(shape), "parameters": size} | members


def a_body(tensors: Sequence[Mapping[str, Any]], *raw: bytes, pad: int = 0, **members: Any) -> tuple[bytes, str]:
    """The body, and the header's value; `pad` spaces after the JSON decide how the tensors are aligned."""
    head = orjson.dumps({"inputs": tensors} | members)
    head += b" " * (-len(head) % 8 + pad)
    return head + b"".join(raw), str(len(head))


def decode_one(datatype: str, shape: Sequence[int], raw: bytes, *, pad: int = 0, **members: Any) -> InferenceRequest:
    """One input `x` of any shape of this rank, decoded."""
    body, json_bytes = a_body([binary_tensor("x", datatype, shape, raw, **members)], raw, pad=pad)
    return decoder_of(datatype, len(shape)).decode(read_envelope(body, json_bytes), fallback_id="ours")


def decoder_of(datatype: str, rank: int) -> RequestDecoder:
    """Of a model with one input `x` and one FP32 output `y`."""
    return RequestDecoder(Signature((TensorSpec("x", datatype, (-1,) * rank),), (TensorSpec("y", "FP32", (-1,)),)))
