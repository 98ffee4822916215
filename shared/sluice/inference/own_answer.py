"""What a function answered to a call of ours, as Lambda gives it back: API Gateway's format of a response."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from sluice.catalog.signature import TensorSpec
from sluice.errors import InvalidTensor
from sluice.inference.datatypes import BY_NAME
from sluice.inference.json_elements import reader_of
from sluice.inference.json_layout import flatten, nested_shape


def status_and_document(answer: Mapping[str, Any]) -> tuple[int, Any]:
    """HTTP status and the JSON body. Raises ValueError for what no inference function answers."""
    status, body = answer.get("statusCode"), answer.get("body")
    if not isinstance(status, int) or not isinstance(body, str):
        # A caller tells it from a bug by one kind of error, which JSON raises too.
        raise ValueError(  # noqa: TRY004
            f"an answer has statusCode and body, found {sorted(map(str, answer))}"
        )
    return status, orjson.loads(b64decode(body) if answer.get("isBase64Encoded") else body)


def nested_array(spec: TensorSpec, nested: Any) -> NDArray[Any]:
    """Nested lists of JSON values as the tensor's array. Raises InvalidTensor, also for what JSON cannot carry."""
    shape = nested_shape(nested)
    return _read(spec, flatten(spec.name, nested, shape) if shape else [nested]).reshape(shape)


def output_array(spec: TensorSpec, document: Any) -> NDArray[Any]:
    """The output of this name in the body of an answer. Raises InvalidTensor where it is not there, or is no tensor."""
    outputs = document.get("outputs") if isinstance(document, Mapping) else None
    for tensor in outputs if isinstance(outputs, list) else ():
        if isinstance(tensor, Mapping) and tensor.get("name") == spec.name:
            shape = tuple(tensor.get("shape") or ())
            return _read(spec, flatten(spec.name, tensor.get("data"), shape)).reshape(shape)
    raise InvalidTensor(spec.name, "it is not in the answer")


def input_tensor(spec: TensorSpec, array: NDArray[Any]) -> dict[str, Any]:
    """The array as a request has it."""
    return {"name": spec.name, "datatype": spec.datatype, "shape": list(array.shape), "data": array.ravel().tolist()}


def _read(spec: TensorSpec, elements: Sequence[Any]) -> NDArray[Any]:
    array = reader_of(spec.name, BY_NAME[spec.datatype])(list(elements))
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise InvalidTensor(spec.name, "JSON carries finite numbers only")
    return array
