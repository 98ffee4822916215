"""Rows of people into tensors."""

import pytest

from sluice.catalog.signature import TensorSpec
from sluice.cli.feature_rows import rows_of_csv, rows_of_objects, tensor_of_rows
from sluice.errors import InvalidRequest

FEATURES = ("height", "width")
PAIRS = TensorSpec("features", "FP32", (-1, 2))


def test_csv_columns_are_matched_by_name_in_any_order_and_others_are_ignored() -> None:
    text = "target,width , height\n9,2,1\n\n9,4,3\n"

    assert rows_of_csv(text, FEATURES) == [["1", "2"], ["3", "4"]]


def test_csv_values_may_be_quoted_and_lines_may_end_as_on_windows() -> None:
    assert rows_of_csv('"height","width"\r\n"1","2"\r\n', FEATURES) == [["1", "2"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "CSV header: no column height, width; found nothing"),
        ("height\n1\n", "CSV header: no column width; found height"),
        ("height,width,width\n1,2,3\n", "CSV header: column 'width' appears 2 times"),
        ("height,width\n", "CSV: no rows after the header"),
        ("height,width\n1,2\n1\n", "CSV line 3: 1 values, the header has 2"),
    ],
)
def test_a_csv_that_does_not_fit_is_refused_by_place(text: str, message: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        rows_of_csv(text, FEATURES)

    assert str(refused.value) == message


def test_an_object_without_a_feature_is_refused_by_its_place_and_name() -> None:
    objects = [{"height": 1, "width": 2}, {"height": 3}]

    with pytest.raises(InvalidRequest, match=r"object 2: no member 'width'; features: height, width"):
        rows_of_objects(objects, FEATURES)


def test_rows_become_one_batch_in_the_shape_of_the_input() -> None:
    images = TensorSpec("image", "UINT8", (-1, 2, 2))

    tensor = tensor_of_rows([["1", "2", "3", "4"], ["5", "6", "7", "8"]], images)

    assert tensor == {"name": "image", "datatype": "UINT8", "shape": [2, 2, 2], "data": [1, 2, 3, 4, 5, 6, 7, 8]}


@pytest.mark.parametrize(
    ("datatype", "text", "value"),
    [
        ("FP64", " 1.5 ", 1.5),
        ("INT64", "9007199254740993", 9007199254740993),
        ("BOOL", "True", True),
        ("BYTES", "a", "a"),
    ],
)
def test_a_value_is_read_as_the_datatype_says(datatype: str, text: str, value: object) -> None:
    assert tensor_of_rows([[text]], TensorSpec("x", datatype, (-1, 1)))["data"] == [value]


@pytest.mark.parametrize(("datatype", "text"), [("FP32", "nan"), ("FP32", "1e999"), ("INT8", "1.5"), ("BOOL", "yes")])
def test_a_value_of_another_datatype_is_refused_by_row_and_column(datatype: str, text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"row 1, value 1: '.*' is not a value of the model's datatype"):
        tensor_of_rows([[text]], TensorSpec("x", datatype, (-1, 1)))


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"row 2: 1 values, input 'features' takes 2"):
        tensor_of_rows([["1", "2"], ["3"]], PAIRS)


@pytest.mark.parametrize("shape", [(), (3,), (-1, -1)])
def test_an_input_that_does_not_hold_rows_needs_a_whole_request(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidRequest, match=r"rows do not fit it, use --request"):
        tensor_of_rows([["1"]], TensorSpec("x", "FP32", shape))
