"""The bodies of MLflow's scoring server: four forms of JSON, one of which a body must have, and `params`."""

from collections.abc import Mapping
from typing import Any

from sluice.catalog.signature import Signature
from sluice.errors import InvalidRequest, MalformedBody
from sluice.inference.forms.asked import the_one_of
from sluice.inference.forms.row_tensors import (
    Table,
    Tensors,
    tensors_of_columns,
    tensors_of_instances,
    tensors_of_records,
    tensors_of_table,
)
from sluice.inference.named_tensors import parameters_of
from sluice.inference.shown import shown, shown_names
from sluice.inference.tensors import ParameterValue

_SPLIT, _RECORDS, _INSTANCES, _INPUTS = FORMS = ("dataframe_split", "dataframe_records", "instances", "inputs")


def read_params(members: Mapping[str, Any]) -> Mapping[str, ParameterValue]:
    """The request's parameters: the member `params`, over `parameters`, which is ours.

    Raises MalformedBody where a body has not exactly one of the four forms, or params break a rule.
    """
    the_one_of(FORMS, members)
    return {**parameters_of(members), **parameters_of({"parameters": members.get("params")})}


def tensors_of(members: Mapping[str, Any], signature: Signature) -> Tensors:
    """The tensors of a body that `read_params` has seen. Raises MalformedBody, InvalidRequest."""
    form = the_one_of(FORMS, members)
    rows = members[form]
    if form == _SPLIT:
        return tensors_of_table(_table_of(rows), signature)
    if form == _RECORDS:
        return tensors_of_records(rows, signature)
    return tensors_of_instances(rows, signature) if form == _INSTANCES else tensors_of_columns(rows, signature)


def _table_of(split: Any) -> Table:
    if type(split) is not dict or type(split.get("data")) is not list:
        raise MalformedBody(f"{_SPLIT} is {shown(split)}, must be an object with 'columns' and 'data'")
    rows, columns = split["data"], split.get("columns")
    if columns is not None and type(columns) is not list:
        raise MalformedBody(f"columns of {_SPLIT} is {shown(columns)}, must be an array")
    names = None if columns is None else [str(name) for name in columns]
    if names is not None and len(set(names)) != len(names):
        raise InvalidRequest(f"{_SPLIT} has a column more than once: {shown_names(names)}")
    width = len(names) if names is not None else len(rows[0]) if rows and type(rows[0]) is list else 0
    for index, row in enumerate(rows):
        if type(row) is not list or len(row) != width:
            raise MalformedBody(f"row {index} of {_SPLIT} is {shown(row)}, must be an array of {width} values")
    return Table(names, rows)
