"""The element types of the Open Inference Protocol v2, in each spelling that Sluice meets."""

from enum import StrEnum
from types import MappingProxyType
from typing import Any

import numpy as np

from sluice.frozen import frozen


class JsonForm(StrEnum):
    """What an element looks like in JSON."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    REAL = "number"
    TEXT = "string"
    NONE = "none"
    """No JSON form: the protocol carries FP16 and BF16 as binary only."""


@frozen
class Datatype:
    """One element type.

    `numpy_dtype` is None where numpy has none; `size_bytes` is None where elements vary in size.
    `onnx_number` is the value of `TensorProto.DataType`, `runtime_name` what ONNX Runtime prints.
    """

    name: str
    numpy_dtype: np.dtype[Any] | None
    size_bytes: int | None
    onnx_number: int
    runtime_name: str
    json_form: JsonForm


def _row(name: str, dtype: Any, onnx_number: int, runtime_element: str, json_form: JsonForm) -> Datatype:
    numpy_dtype = None if dtype is None else np.dtype(dtype)
    size_bytes = {"BYTES": None, "BF16": 2}.get(name, numpy_dtype.itemsize if numpy_dtype else None)
    return Datatype(name, numpy_dtype, size_bytes, onnx_number, f"tensor({runtime_element})", json_form)


DATATYPES = (
    _row("BOOL", np.bool_, 9, "bool", JsonForm.BOOLEAN),
    _row("UINT8", np.uint8, 2, "uint8", JsonForm.INTEGER),
    _row("UINT16", np.uint16, 4, "uint16", JsonForm.INTEGER),
    _row("UINT32", np.uint32, 12, "uint32", JsonForm.INTEGER),
    _row("UINT64", np.uint64, 13, "uint64", JsonForm.INTEGER),
    _row("INT8", np.int8, 3, "int8", JsonForm.INTEGER),
    _row("INT16", np.int16, 5, "int16", JsonForm.INTEGER),
    _row("INT32", np.int32, 6, "int32", JsonForm.INTEGER),
    _row("INT64", np.int64, 7, "int64", JsonForm.INTEGER),
    _row("FP16", np.float16, 10, "float16", JsonForm.NONE),
    _row("BF16", None, 16, "bfloat16", JsonForm.NONE),
    _row("FP32", np.float32, 1, "float", JsonForm.REAL),
    _row("FP64", np.float64, 11, "double", JsonForm.REAL),
    _row("BYTES", np.object_, 8, "string", JsonForm.TEXT),
)

BY_NAME = MappingProxyType({row.name: row for row in DATATYPES})
BY_ONNX_NUMBER = MappingProxyType({row.onnx_number: row for row in DATATYPES})
BY_RUNTIME_NAME = MappingProxyType({row.runtime_name: row for row in DATATYPES})
