"""Rows and columns of other protocols, as tensors of a signature."""

from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.catalog.signature import Signature, TensorSpec
from sluice.errors import InvalidRequest, InvalidTensor, MalformedBody
from sluice.inference.forms.row_tensors import (
    Table,
    Tensors,
    tensors_of_columns,
    tensors_of_instances,
    tensors_of_records,
    tensors_of_table,
)
from sluice.inference.request_decoder import Envelope, RequestDecoder

MATRIX = Signature((TensorSpec("x", "FP32", (-1, 3)),), ())
VECTOR = Signature((TensorSpec("x", "FP32", (-1,)),), ())
IMAGE = Signature((TensorSpec("x", "UINT8", (-1, 2, 2)),), ())
TEXT = Signature((TensorSpec("text", "BYTES", (-1,)),), ())
ROW = Signature((TensorSpec("age", "INT64", (-1, 1)), TensorSpec("income", "FP32", (-1,))), ())


def arrays(tensors: Tensors, signature: Signature) -> dict[str, Any]:
    """What the codec makes of them, as lists."""
    decoded = RequestDecoder(signature).decode(Envelope({"inputs": tensors}, {}), fallback_id="")
    return {name: array.tolist() for name, array in decoded.inputs.items()}


@pytest.mark.parametrize(
    ("signature", "instances", "expected"),
    [
        (MATRIX, [[1, 2, 3], [4, 5, 6]], {"x": [[1, 2, 3], [4, 5, 6]]}),
        (MATRIX, [{"x": [1, 2, 3]}, {"x": [4, 5, 6]}], {"x": [[1, 2, 3], [4, 5, 6]]}),
        (MATRIX, [{"a": 1, "b": 2, "c": 3}], {"x": [[1, 2, 3]]}),
        (MATRIX, [], {"x": []}),
        (VECTOR, [1, 2.5], {"x": [1, 2.5]}),
        (VECTOR, [{"other": 1}, {"other": 2}], {"x": [1, 2]}),
        (IMAGE, [[[1, 2], [3, 4]]], {"x": [[[1, 2], [3, 4]]]}),
        (TEXT, ["a", "é"], {"text": ["a", "é"]}),
        (TEXT, [{"b64": "w6k="}], {"text": ["é"]}),
        (TEXT, [{"text": {"b64": "w6k="}}], {"text": ["é"]}),
        (ROW, [{"age": 1, "income": 2}, {"income": 4, "age": 3}], {"age": [[1], [3]], "income": [2, 4]}),
        (ROW, [{"age": [1], "income": 2}], {"age": [[1]], "income": [2]}),
    ],
)
def test_instances_are_rows_of_the_one_input_or_objects_of_inputs(
    signature: Signature, instances: Any, expected: dict[str, Any]
) -> None:
    assert arrays(tensors_of_instances(instances, signature), signature) == expected


@pytest.mark.parametrize(
    ("signature", "inputs", "expected"),
    [
        (MATRIX, [[1, 2, 3]], {"x": [[1, 2, 3]]}),
        (MATRIX, {"x": [[1, 2, 3]]}, {"x": [[1, 2, 3]]}),
        (MATRIX, {"a": [1, 4], "b": [2, 5], "c": [3, 6]}, {"x": [[1, 2, 3], [4, 5, 6]]}),
        (ROW, {"income": [2, 4], "age": [1, 3]}, {"age": [[1], [3]], "income": [2, 4]}),
        (Signature((TensorSpec("x", "FP64", ()),), ()), {"x": 0.5}, {"x": 0.5}),
    ],
)
def test_inputs_are_whole_tensors_by_name_or_the_one_input(
    signature: Signature, inputs: Any, expected: dict[str, Any]
) -> None:
    assert arrays(tensors_of_columns(inputs, signature), signature) == expected


@pytest.mark.parametrize(
    ("signature", "table", "expected"),
    [
        (MATRIX, Table(["a", "b", "c"], [[1, 2, 3]]), {"x": [[1, 2, 3]]}),
        (MATRIX, Table(None, [[1, 2, 3]]), {"x": [[1, 2, 3]]}),
        (MATRIX, Table(["x"], [[[1, 2, 3]], [[4, 5, 6]]]), {"x": [[1, 2, 3], [4, 5, 6]]}),
        (VECTOR, Table(["anything"], [[1], [2]]), {"x": [1, 2]}),
        (ROW, Table(["income", "age"], [[2, 1]]), {"age": [[1]], "income": [2]}),
        (ROW, Table(None, [[1, 2], [3, 4]]), {"age": [[1], [3]], "income": [2, 4]}),
    ],
)
def test_columns_go_where_their_names_say_or_in_their_order(
    signature: Signature, table: Table, expected: dict[str, Any]
) -> None:
    assert arrays(tensors_of_table(table, signature), signature) == expected


@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        (lambda: tensors_of_instances({"x": 1}, MATRIX), "instances is {'x': 1}, must be an array"),
        (lambda: tensors_of_columns(7, MATRIX), "inputs is 7, must be an array or an object"),
        (
            lambda: tensors_of_instances([[1, 2]], ROW),
            "the model takes 2 inputs, so instances must be objects with the names 'age', 'income'",
        ),
        (
            lambda: tensors_of_instances([{"age": 1, "income": 2}, {"age": 1}], ROW),
            "instances: item 1 has 'age', item 0 has 'age', 'income'",
        ),
        (lambda: tensors_of_records([{"age": 1}, [2]], ROW), "dataframe_records must be an array of objects"),
        (
            lambda: tensors_of_table(Table(None, [[1, 2, 3]]), ROW),
            "there are 3 columns without names, the model takes 2 inputs: 'age', 'income'",
        ),
    ],
)
def test_what_belongs_to_no_input_is_refused_by_its_place(attempt: Any, error: str) -> None:
    with pytest.raises((MalformedBody, InvalidRequest)) as refusal:
        attempt()
    assert str(refusal.value) == error


@pytest.mark.parametrize(
    ("signature", "instances", "error"),
    [
        (MATRIX, [[1, 2, 3], [4, 5]], "tensor 'x': nested data does not have 3 items at depth 2, as shape says"),
        (MATRIX, [[1, 2, "3"]], "tensor 'x': element 2 is the string '3', FP32 takes finite numbers"),
        (MATRIX, [[1, 2, True]], "tensor 'x': element 2 is the boolean True, FP32 takes finite numbers"),
        (MATRIX, [[1, 2]], "tensor 'x': shape is [1, 2], must be [-1, 3] (-1: any)"),
        (MATRIX, [{"y": [1, 2, 3]}], "missing inputs: 'x'; unexpected inputs: 'y'; the model takes 'x'"),
        (MATRIX, [[1, 2, 3], {"x": [1, 2, 3]}], "tensor 'x': nested data does not have 3 items at depth 2"),
        (IMAGE, [[[1, 2], [3, 256]]], "tensor 'x': element 3 (256) is out of range, UINT8 takes 0 to 255"),
        (ROW, [{"age": 1.5, "income": 2}], "tensor 'age': element 0 (1.5) is fractional, INT64 takes integers"),
        (ROW, [{"age": 1}], "missing inputs: 'income'; the model takes 'age', 'income'"),
    ],
)
def test_the_codec_checks_every_element_as_it_does_for_its_own_protocol(
    signature: Signature, instances: Any, error: str
) -> None:
    with pytest.raises((InvalidTensor, InvalidRequest)) as refusal:
        arrays(tensors_of_instances(instances, signature), signature)
    assert str(refusal.value).startswith(error)


@given(st.lists(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=3, max_size=3)))
def test_any_rows_arrive_exactly_by_whichever_form_they_come(rows: list[list[float]]) -> None:
    split = tensors_of_table(Table(["a", "b", "c"], rows), MATRIX)
    records = tensors_of_records([dict(zip("abc", row, strict=True)) for row in rows], MATRIX)
    expected = np.array(rows, np.float32).reshape(-1, 3).tolist()

    for tensors in (tensors_of_instances(rows, MATRIX), tensors_of_columns(rows, MATRIX), split, records):
        assert arrays(tensors, MATRIX) == {"x": expected}


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "age", "b64", "z"]), inner),
    max_leaves=12,
)


@given(JSON_VALUES, st.sampled_from([MATRIX, VECTOR, IMAGE, TEXT, ROW]))
def test_no_json_at_all_does_anything_but_decode_or_be_refused(value: Any, signature: Signature) -> None:
    for form in (tensors_of_instances, tensors_of_columns, tensors_of_records):
        with suppress(InvalidRequest, MalformedBody, InvalidTensor):
            arrays(form(value, signature), signature)
