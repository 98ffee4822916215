"""JSON schema of an inference request, as one signature allows it, and a request that fits."""

import math
from typing import Any

from functions.inference.protocol_schemas import PARAMETERS
from sluice.catalog.signature import Signature, TensorSpec
from sluice.inference.datatypes import BY_NAME, JsonForm

EXAMPLE_ELEMENTS: dict[JsonForm, Any] = {
    JsonForm.BOOLEAN: False,
    JsonForm.INTEGER: 0,
    JsonForm.REAL: 0.0,
    JsonForm.TEXT: "",
}

_REFERENCE = {
    "type": "object",
    "required": ["sluice_upload"],
    "properties": {
        "sluice_upload": {"type": "string", "description": "an upload, in the place of inputs"},
        "sluice_upload_json_bytes": {
            "type": ["string", "integer"],
            "description": "of a binary upload: how many bytes of it are JSON",
        },
    },
}
_REFERRING = {"required": ["parameters"], "properties": {"parameters": _REFERENCE}}


def infer_request_schema(signature: Signature) -> dict[str, Any]:
    """The request's body. That data has as many elements as the shape says cannot be written in JSON schema."""
    output_names = [spec.name for spec in signature.outputs]
    count = len(signature.inputs)
    return {
        "type": "object",
        "anyOf": [{"required": ["inputs"]}, _REFERRING],
        "properties": {
            "id": {"type": "string", "maxLength": 1024},
            "parameters": PARAMETERS,
            "inputs": {
                "type": "array",
                "minItems": count,
                "maxItems": count,
                "items": {"oneOf": [_input_schema(spec) for spec in signature.inputs]},
            },
            "outputs": {"type": "array", "items": _requested_output_schema(output_names)},
        },
    }


def infer_request_example(signature: Signature) -> dict[str, Any]:
    """A valid request for one row of zeros (empty strings, false)."""
    return {"inputs": [_input_example(spec) for spec in signature.inputs]}


def _input_schema(spec: TensorSpec) -> dict[str, Any]:
    sizes = [{"type": "integer", "minimum": 0} if size == -1 else {"const": size} for size in spec.shape]
    shape = {"type": "array", "prefixItems": sizes, "minItems": len(sizes), "maxItems": len(sizes)}
    return {
        "type": "object",
        "required": ["name", "datatype", "shape", "data"],
        "properties": {
            "name": {"const": spec.name},
            "datatype": {"const": spec.datatype},
            "shape": shape,
            "parameters": PARAMETERS,
            "data": _data_schema(spec),
        },
    }


def _data_schema(spec: TensorSpec) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": BY_NAME[spec.datatype].json_form.value}
    flat = nested = {"type": "array", "items": schema}
    for _ in spec.shape[1:]:
        nested = {"type": "array", "items": nested}
    return flat if nested is flat else {"anyOf": [flat, nested]}


def _requested_output_schema(names: list[str]) -> dict[str, Any]:
    properties = {"name": {"type": "string", "enum": names}, "parameters": PARAMETERS}
    return {"type": "object", "required": ["name"], "properties": properties}


def _input_example(spec: TensorSpec) -> dict[str, Any]:
    shape = [1 if size == -1 else size for size in spec.shape]
    element = EXAMPLE_ELEMENTS.get(BY_NAME[spec.datatype].json_form)
    return {"name": spec.name, "datatype": spec.datatype, "shape": shape, "data": [element] * math.prod(shape)}
