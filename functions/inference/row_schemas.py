"""JSON schemas of the requests of other protocols, as one signature allows them, and requests that fit."""

from typing import Any

from functions.inference.protocol_schemas import PARAMETERS
from functions.inference.tensor_schemas import EXAMPLE_ELEMENTS
from sluice.catalog.signature import Signature, TensorSpec
from sluice.inference.datatypes import BY_NAME, JsonForm

_ROW = {"type": "array"}
_NAMES = {"type": "array", "items": {"type": ["string", "number"]}}


def predict_request_schema(signature: Signature) -> dict[str, Any]:
    """KServe's first protocol: rows, or whole inputs."""
    rows = {"instances": _instances(signature), "inputs": _inputs(signature)}
    return _one_of(rows, {"parameters": PARAMETERS}) | {"examples": _examples(signature, "instances")}


def invocations_request_schema(signature: Signature) -> dict[str, Any]:
    """MLflow's four forms; the protocol v2 beside them."""
    split = {"type": "object", "required": ["data"], "properties": {"columns": _NAMES, "data": _array(_ROW)}}
    forms = {
        "dataframe_split": split,
        "dataframe_records": _array({"type": "object"}),
        "instances": _instances(signature),
        "inputs": _inputs(signature),
    }
    of_mlflow = _one_of(forms, {"params": PARAMETERS})
    examples = [*_examples(signature, "dataframe_split"), *_examples(signature, "instances")]
    return {"anyOf": [of_mlflow, {"$ref": "#/components/schemas/InferRequest"}], "examples": examples}


def _one_of(forms: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    alone = [{"required": [name]} for name in forms]
    return {"type": "object", "oneOf": alone, "properties": {**forms, **others}}


def _instances(signature: Signature) -> dict[str, Any]:
    by_name = {spec.name: _row(spec) for spec in signature.inputs}
    named = {"type": "object", "required": list(by_name), "properties": by_name}
    if len(by_name) > 1:
        return _array(named)
    return _array({"anyOf": [*by_name.values(), named, {"type": "object"}]})


def _inputs(signature: Signature) -> dict[str, Any]:
    whole = {spec.name: _array(_row(spec)) for spec in signature.inputs}
    named = {"type": "object", "required": list(whole), "properties": whole}
    return named if len(whole) > 1 else {"anyOf": [*whole.values(), {"type": "object"}]}


def _row(spec: TensorSpec) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": BY_NAME[spec.datatype].json_form.value}
    for _ in spec.shape[1:]:
        schema = _array(schema)
    return schema


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _examples(signature: Signature, form: str) -> list[dict[str, Any]]:
    """A request for the fewest rows that there can be; none where JSON has no form for an input, or none for its rows.

    A row is an object of the inputs, or the one input itself.
    """
    names, counts = [spec.name for spec in signature.inputs], {_row_count(spec) for spec in signature.inputs}
    if len(counts) != 1 or any(BY_NAME[spec.datatype].json_form is JsonForm.NONE for spec in signature.inputs):
        return []
    rows = [[_zeros(spec, spec.shape[1:]) for spec in signature.inputs]] * counts.pop()
    if not rows:
        return []
    if form == "dataframe_split":
        return [{form: {"columns": names, "data": rows}}]
    return [{form: [row[0] if len(names) == 1 else dict(zip(names, row, strict=True)) for row in rows]}]


def _row_count(spec: TensorSpec) -> int:
    return abs(spec.shape[0]) if spec.shape else 0


def _zeros(spec: TensorSpec, shape: tuple[int, ...]) -> Any:
    if not shape:
        return EXAMPLE_ELEMENTS[BY_NAME[spec.datatype].json_form]
    return [_zeros(spec, shape[1:])] * abs(shape[0])
