"""Rows and columns to the tensors of a signature, as the Open Inference Protocol writes them.

What is checked here is which values belong to which input. Elements, shapes and names are the codec's to check.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sluice.catalog.signature import Signature, TensorSpec
from sluice.errors import InvalidRequest, MalformedBody
from sluice.inference.json_layout import nested_shape
from sluice.inference.shown import shown, shown_names

Tensors = list[dict[str, Any]]
_IN_BASE64 = "b64"


class Table(NamedTuple):
    """Rows of equal length, and the names of their columns; None where nothing names them."""

    columns: Sequence[str] | None
    rows: list[list[Any]]


def tensors_of_instances(instances: Any, signature: Signature) -> Tensors:
    """One item per row: the input's value, or an object of values by input name.

    Raises MalformedBody, InvalidRequest.
    """
    if type(instances) is not list:
        raise MalformedBody(f"instances is {shown(instances)}, must be an array")
    if instances and all(type(it) is dict and it.keys() != {_IN_BASE64} for it in instances):
        return _named(_columns_of(instances, "instances"), signature)
    return [_tensor(_only_input(signature, "instances must be objects"), instances)]


def tensors_of_columns(inputs: Any, signature: Signature) -> Tensors:
    """An object of whole inputs by name, or the one input itself. Raises MalformedBody, InvalidRequest."""
    if type(inputs) is dict:
        return _named(inputs, signature)
    if type(inputs) is not list:
        raise MalformedBody(f"inputs is {shown(inputs)}, must be an array or an object")
    return [_tensor(_only_input(signature, "inputs must be an object"), inputs)]


def tensors_of_records(records: Any, signature: Signature) -> Tensors:
    """One object per row, by column name. Raises MalformedBody, InvalidRequest."""
    if type(records) is not list or not all(type(it) is dict for it in records):
        raise MalformedBody("dataframe_records must be an array of objects")
    if not records:
        return tensors_of_instances(records, signature)
    return _named(_columns_of(records, "dataframe_records"), signature)


def tensors_of_table(table: Table, signature: Signature) -> Tensors:
    """Columns go to the inputs that they are named after; or else all of them, in their order, to the one input.

    Columns without names go to as many inputs in the signature's order. Raises InvalidRequest.
    """
    inputs = signature.inputs
    if table.columns is not None and (len(inputs) > 1 or inputs[0].name in table.columns):
        return _named(dict(zip(table.columns, _transposed(table.rows, len(table.columns)), strict=True)), signature)
    if len(inputs) == 1:
        return [_tensor(inputs[0], _rows_for(inputs[0], table.rows))]
    count = len(table.rows[0]) if table.rows else len(inputs)
    if count != len(inputs):
        names = shown_names(spec.name for spec in inputs)
        raise InvalidRequest(f"there are {count} columns without names, the model takes {len(inputs)} inputs: {names}")
    columns = _transposed(table.rows, count)
    return [_tensor(spec, column) for spec, column in zip(inputs, columns, strict=True)]


def _named(columns: Mapping[str, Any], signature: Signature) -> Tensors:
    inputs = signature.inputs
    if len(inputs) == 1 and inputs[0].name not in columns and _are_features(columns.values()):
        rows = [list(row) for row in zip(*columns.values(), strict=True)]
        return [_tensor(inputs[0], _rows_for(inputs[0], rows))]
    by_name = {spec.name: spec for spec in inputs}
    # The codec says which names are missing, and which are unexpected.
    return [_tensor(by_name[name], data) if name in by_name else {"name": name} for name, data in columns.items()]


def _are_features(columns: Iterable[Any]) -> bool:
    """Whether these are columns of one number or text per row, and as many of each."""
    found = list(columns)
    return (
        len({len(it) if type(it) is list else -1 for it in found} | {-1}) == 2
        and all(type(it) is list for it in found)
        and not any(type(value) is list for column in found for value in column)
    )


def _rows_for(spec: TensorSpec, rows: list[list[Any]]) -> list[Any]:
    """A vector takes the one column that there is; everything else takes whole rows."""
    return [row[0] for row in rows] if len(spec.shape) == 1 and all(len(row) == 1 for row in rows) else rows


def _tensor(spec: TensorSpec, data: Any) -> dict[str, Any]:
    if spec.datatype == "BYTES" and (texts := _in_base64(data)) is not None:
        return _tensor(spec, texts) | {"parameters": {"content_type": "base64"}}
    shape = nested_shape(data)
    if len(shape) == 1 and len(spec.shape) == 2 and spec.shape[1] == 1:
        shape = (*shape, 1)  # One value per row is all that a column of a table can say.
    elif data == []:
        shape = (0, *(max(size, 0) for size in spec.shape[1:]))
    return {
        "name": spec.name,
        "datatype": spec.datatype,
        "shape": list(shape),
        "data": data if type(data) is list else [data],
    }


def _in_base64(data: Any) -> list[Any] | None:
    """The texts of `{"b64": …}`, which is how TensorFlow Serving writes bytes; None where there is anything else."""
    if type(data) is not list or not data:
        return None
    if all(type(it) is dict and it.keys() == {_IN_BASE64} for it in data):
        return [it[_IN_BASE64] for it in data]
    inner = [_in_base64(it) for it in data] if type(data[0]) is list else [None]
    return None if None in inner else inner


def _columns_of(rows: list[dict[str, Any]], member: str) -> dict[str, list[Any]]:
    names = rows[0].keys()
    for index, row in enumerate(rows):
        if row.keys() != names:
            raise InvalidRequest(f"{member}: item {index} has {shown_names(row)}, item 0 has {shown_names(names)}")
    return {name: [row[name] for row in rows] for name in names}


def _transposed(rows: list[list[Any]], count: int) -> list[list[Any]]:
    return [[row[index] for row in rows] for index in range(count)]


def _only_input(signature: Signature, otherwise: str) -> TensorSpec:
    if len(signature.inputs) == 1:
        return signature.inputs[0]
    names = shown_names(spec.name for spec in signature.inputs)
    raise InvalidRequest(f"the model takes {len(signature.inputs)} inputs, so {otherwise} with the names {names}")
