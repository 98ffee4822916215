import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

from sluice.inference.datatypes import BY_NAME, BY_ONNX_NUMBER, BY_RUNTIME_NAME, DATATYPES, Datatype
from tests.onnx_graphs import identity

NAMES = "BOOL UINT8 UINT16 UINT32 UINT64 INT8 INT16 INT32 INT64 FP16 BF16 FP32 FP64 BYTES"


def test_the_table_holds_every_type_of_the_protocol_once() -> None:
    assert [row.name for row in DATATYPES] == NAMES.split()
    assert len(BY_NAME) == len(BY_ONNX_NUMBER) == len(BY_RUNTIME_NAME) == len(DATATYPES)


@pytest.mark.parametrize("row", DATATYPES, ids=lambda row: row.name)
def test_onnx_runtime_prints_the_type_of_each_onnx_number_as_the_table_says(row: Datatype) -> None:
    session = onnxruntime.InferenceSession(identity(row.onnx_number), providers=["CPUExecutionProvider"])

    assert session.get_inputs()[0].type == row.runtime_name


@pytest.mark.parametrize("row", [row for row in DATATYPES if row.name != "BF16"], ids=lambda row: row.name)
def test_numpy_types_are_those_that_onnx_maps_to(row: Datatype) -> None:
    assert row.numpy_dtype == helper.tensor_dtype_to_np_dtype(row.onnx_number)


def test_sizes_are_those_of_the_protocol() -> None:
    sizes = {row.name: row.size_bytes for row in DATATYPES}

    assert sizes.pop("BYTES") is None
    assert sizes == dict(zip(NAMES.split()[:-1], (1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8), strict=True))
    assert BY_ONNX_NUMBER[TensorProto.BFLOAT16].numpy_dtype is None
    assert BY_NAME["FP32"].numpy_dtype == np.float32
