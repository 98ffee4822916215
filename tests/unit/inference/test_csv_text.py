"""Bodies of comma-separated values: header or none, and cells as their datatype says."""

from typing import Any

import pytest

from sluice.catalog.signature import Signature, TensorSpec
from sluice.errors import InvalidRequest, MalformedBody, UnsupportedMediaType
from sluice.inference.forms.csv_text import csv_lines, read_csv, tensors_of_csv

MATRIX = Signature((TensorSpec("x", "FP64", (-1, 2)),), ())
MIXED = Signature((TensorSpec("city", "BYTES", (-1,)), TensorSpec("age", "INT64", (-1, 1))), ())
FLAGS = Signature((TensorSpec("flag", "BOOL", (-1,)),), ())


def data_of(body: bytes, signature: Signature, header: str | None = None) -> dict[str, Any]:
    return {it["name"]: it["data"] for it in tensors_of_csv(read_csv(body, header), signature)}


@pytest.mark.parametrize(
    ("body", "header", "rows"),
    [
        (b"1,2\n3,4.5e1\n", None, [[1, 2], [3, 45]]),
        (b"a,b\n1,2\n", None, [[1, 2]]),
        (b"0,1\n1,2\n", None, [[0, 1], [1, 2]]),
        (b"0,1\n1,2\n", "present", [[1, 2]]),
        (b"1,2\r\n", "absent", [[1, 2]]),
        (b"\xef\xbb\xbfa,b\n1,2\n\n", "Present", [[1, 2]]),
    ],
)
def test_the_first_row_is_a_header_if_the_client_says_so_or_no_number_is_in_it(
    body: bytes, header: str | None, rows: list[list[float]]
) -> None:
    assert data_of(body, MATRIX, header) == {"x": rows}


def test_where_texts_are_taken_a_header_is_one_that_names_inputs() -> None:
    assert data_of(b"age,city\n7,Bern\n", MIXED) == {"age": [7], "city": ["Bern"]}
    assert data_of(b'"Bern, CH",7\n', MIXED) == {"age": [7], "city": ["Bern, CH"]}


def test_booleans_are_written_as_words_or_digits() -> None:
    assert data_of(b"flag\ntrue\nFalse\n1\n0\n", FLAGS, "present") == {"flag": [True, False, True, False]}


@pytest.mark.parametrize(
    ("body", "signature", "error"),
    [
        (b"", MATRIX, "the body has no rows"),
        (b"1,2\n3\n", MATRIX, "row 2 has 1 cells, row 1 has 2"),
        (b'1,"2\n', MATRIX, "the body is not valid CSV: unexpected end of data"),
        (b"1,\n", MATRIX, "input 'x' is FP64: the cell '' is no finite number"),
        (b"1,nan\n", MATRIX, "input 'x' is FP64: the cell 'nan' is no finite number"),
        (b"1,1_0\n", MATRIX, "input 'x' is FP64: the cell '1_0' is no finite number"),
        (b"Bern,seven\n", MIXED, "input 'age' is INT64: the cell 'seven' is no finite number"),
        (b"flag\nyes\n", FLAGS, "input 'flag' is BOOL: the cell 'yes' is neither true nor false"),
    ],
)
def test_cells_that_are_not_what_the_model_takes_are_refused(body: bytes, signature: Signature, error: str) -> None:
    with pytest.raises((MalformedBody, InvalidRequest)) as refusal:
        data_of(body, signature)
    assert str(refusal.value) == error


def test_a_name_given_twice_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="row 1 names a column more than once"):
        data_of(b"a,a\n1,2\n", MATRIX)


@pytest.mark.parametrize(("body", "header"), [(b"\xff\xfe", None), (b"1,2\n", "maybe")])
def test_what_is_no_utf_8_and_an_unknown_header_parameter_are_not_read(body: bytes, header: str | None) -> None:
    with pytest.raises(UnsupportedMediaType):
        read_csv(body, header)


def test_lines_quote_what_they_must() -> None:
    assert csv_lines([["a,b", "1.5"], ['say "hi"', ""]]) == b'"a,b",1.5\n"say ""hi""",\n'
