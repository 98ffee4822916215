"""Comma-separated values (RFC 4180), with or without a row of names, to a table; and back."""

import csv
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from math import isfinite
from types import MappingProxyType
from typing import Any, NamedTuple

from sluice.catalog.signature import Signature
from sluice.errors import InvalidRequest, MalformedBody, UnsupportedMediaType
from sluice.inference.datatypes import BY_NAME, JsonForm
from sluice.inference.forms.row_tensors import Table, Tensors, tensors_of_table
from sluice.inference.shown import shown

_PRESENT, _ABSENT = "present", "absent"
_BOOLEANS = MappingProxyType({"true": True, "1": True, "false": False, "0": False})


class CsvText(NamedTuple):
    """The rows, not yet read; `header` is the media type's parameter, None where the client leaves it open."""

    rows: list[list[str]]
    header: str | None


def read_csv(body: bytes, header: str | None) -> CsvText:
    """The cells of a body. Raises MalformedBody, UnsupportedMediaType."""
    header = header.lower() if header else None
    if header not in (None, _PRESENT, _ABSENT):
        raise UnsupportedMediaType(f"header of Content-Type is {shown(header)}, must be {_PRESENT} or {_ABSENT}")
    try:
        text = bytes(body).decode("utf-8-sig")
        rows = [row for row in csv.reader(StringIO(text, newline=""), strict=True) if row]
    except UnicodeDecodeError as error:
        raise UnsupportedMediaType(f"the body is not UTF-8: {error.reason} at byte {error.start}") from error
    except csv.Error as error:
        raise MalformedBody(f"the body is not valid CSV: {error}") from error
    if not rows:
        raise MalformedBody("the body has no rows")
    for index, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise MalformedBody(f"row {index + 1} has {len(row)} cells, row 1 has {len(rows[0])}")
    return CsvText(rows, header)


def tensors_of_csv(text: CsvText, signature: Signature) -> Tensors:
    """The rows as the signature's inputs, each cell read as its input's datatype says.

    Without `header` the first row holds names if it names inputs, or if it holds no number while the model takes
    nothing but numbers. Raises InvalidRequest.
    """
    has_names = text.header == _PRESENT or (text.header is None and _names_columns(text.rows[0], signature))
    names = text.rows[0] if has_names else None
    if names is not None and len(set(names)) != len(names):
        raise InvalidRequest(f"row 1 names a column more than once: {shown(names)}")
    tensors = tensors_of_table(Table(names, list(text.rows[1:] if has_names else text.rows)), signature)
    datatypes = {spec.name: spec.datatype for spec in signature.inputs}
    for tensor in tensors:
        if "data" in tensor:
            tensor["data"] = _read(tensor["name"], datatypes[tensor["name"]], tensor["data"])
    return tensors


def csv_lines(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows as a body, every line with its end."""
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _names_columns(row: Sequence[str], signature: Signature) -> bool:
    if {spec.name for spec in signature.inputs} & set(row):
        return True
    takes_texts = any(BY_NAME[spec.datatype].json_form is JsonForm.TEXT for spec in signature.inputs)
    return not takes_texts and not any(_is_number(cell) for cell in row)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _read(tensor: str, datatype: str, data: list[Any]) -> list[Any]:
    read = _READERS[BY_NAME[datatype].json_form]
    try:
        return [[read(cell) for cell in row] if isinstance(row, list) else read(row) for row in data]
    except ValueError as error:
        raise InvalidRequest(f"input {tensor!r} is {datatype}: {error}") from None


def _real(cell: str) -> float:
    found = float(cell) if cell and "_" not in cell and _is_number(cell) else None
    if found is None or not isfinite(found):
        raise ValueError(f"the cell {shown(cell)} is no finite number")
    return found


def _integer(cell: str) -> float:
    return int(cell) if cell.strip().lstrip("+-").isdecimal() else _real(cell)


def _boolean(cell: str) -> bool:
    found = _BOOLEANS.get(cell.strip().lower())
    if found is None:
        raise ValueError(f"the cell {shown(cell)} is neither true nor false")
    return found


_READERS: MappingProxyType[JsonForm, Callable[[str], Any]] = MappingProxyType(
    {
        JsonForm.BOOLEAN: _boolean,
        JsonForm.INTEGER: _integer,
        JsonForm.REAL: _real,
        JsonForm.TEXT: str,
        JsonForm.NONE: str,
    }
)
