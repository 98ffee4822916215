"""Rows as people write them (CSV, JSON objects, numbers on a command line) into one tensor's data."""

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sluice.catalog.signature import TensorSpec
from sluice.errors import InvalidRequest

Row = Sequence[str]


def rows_of_csv(text: str, feature_names: Sequence[str]) -> list[Row]:
    """One row per record, in the model's order of features whatever the order of the header.

    Columns that are no features are ignored, so that a file with its target can be used as it is.
    Raises InvalidRequest: no rows, a missing or repeated feature, a record of another length.
    """
    header, *records = list(csv.reader(io.StringIO(text))) or [[]]
    names = [name.strip() for name in header]
    _check_header(names, feature_names)
    filled = [(line, record) for line, record in enumerate(records, start=2) if record]
    for line, record in filled:
        if len(record) != len(names):
            raise InvalidRequest(f"CSV line {line}: {len(record)} values, the header has {len(names)}")
    if not filled:
        raise InvalidRequest("CSV: no rows after the header")
    places = [names.index(name) for name in feature_names]
    return [[record[place] for place in places] for _, record in filled]


def rows_of_objects(objects: Sequence[Mapping[str, Any]], feature_names: Sequence[str]) -> list[Row]:
    """One row per JSON object with a member per feature. Raises InvalidRequest for a missing feature."""
    rows: list[Row] = []
    for place, values in enumerate(objects, start=1):
        missing = [name for name in feature_names if name not in values]
        if missing:
            raise InvalidRequest(f"object {place}: no member {missing[0]!r}; features: {', '.join(feature_names)}")
        rows.append([str(values[name]) for name in feature_names])
    return rows


def tensor_of_rows(rows: Sequence[Row], spec: TensorSpec) -> dict[str, Any]:
    """The rows as one OIP input tensor of the model's only input. Raises InvalidRequest."""
    width = _row_width(spec)
    read = _reader(spec.datatype)
    flat: list[Any] = []
    for place, row in enumerate(rows, start=1):
        if len(row) != width:
            raise InvalidRequest(f"row {place}: {len(row)} values, input {spec.name!r} takes {width}")
        flat.extend(_value(read, text, place, column) for column, text in enumerate(row, start=1))
    return {"name": spec.name, "datatype": spec.datatype, "shape": [len(rows), *spec.shape[1:]], "data": flat}


def _check_header(names: Sequence[str], feature_names: Sequence[str]) -> None:
    missing = [name for name in feature_names if name not in names]
    if missing:
        raise InvalidRequest(f"CSV header: no column {', '.join(missing)}; found {', '.join(names) or 'nothing'}")
    repeated = [name for name in feature_names if names.count(name) > 1]
    if repeated:
        raise InvalidRequest(f"CSV header: column {repeated[0]!r} appears {names.count(repeated[0])} times")


def _row_width(spec: TensorSpec) -> int:
    rows, *rest = spec.shape or (0,)
    if rows != -1 or -1 in rest:
        raise InvalidRequest(f"input {spec.name!r} has the shape {list(spec.shape)}: rows do not fit it, use --request")
    return math.prod(rest)


def _reader(datatype: str) -> Callable[[str], Any]:
    if datatype.startswith("FP"):
        return _finite
    if datatype == "BOOL":
        return lambda text: {"true": True, "1": True, "false": False, "0": False}[text.lower()]
    return str if datatype == "BYTES" else int


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("JSON has no such number")
    return value


def _value(read: Callable[[str], Any], text: str, row: int, column: int) -> Any:
    try:
        return read(text.strip())
    except (ValueError, KeyError) as error:
        raise InvalidRequest(f"row {row}, value {column}: {text!r} is not a value of the model's datatype") from error
