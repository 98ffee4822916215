"""Inference response to a body; every number reads back to the very bits that the model gave."""

from collections.abc import Mapping
from math import isfinite
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from sluice.catalog.signature import Signature
from sluice.errors import NonFiniteOutput
from sluice.inference.binary_body import BINARY, JSON, LENGTH_HEADER
from sluice.inference.binary_data import raw_data
from sluice.inference.binary_record import with_raw_data
from sluice.inference.datatypes import BY_NAME, JsonForm
from sluice.inference.tensors import InferenceResponse

# Where the raw tensors begin, readers find them aligned for any datatype: JSON may end in spaces.
_ALIGNMENT_BYTES = 8
# Up to so many elements, a list of numbers is written faster than an array of them.
_FEW = 64


class EncodedResponse(NamedTuple):
    """The body to send, and within it the outputs, for the record: a JSON array, raw tensors in it as `data_base64`.

    `json_bytes` is None for a body of JSON; else raw tensors follow a JSON object of that many bytes. The rest is what
    the answer's headers say of the body.
    """

    body: bytes
    outputs: bytes
    json_bytes: int | None = None
    media_type: str = JSON
    headers: Mapping[str, str] = MappingProxyType({})
    is_binary: bool = False


class ResponseEncoder:
    """Encodes the responses of one model version; the constant parts are made once."""

    def __init__(self, model: str, model_version: int, signature: Signature) -> None:
        self._model = model
        self._model_version = model_version
        self._head = b'{"model_name":%b,"model_version":"%d",' % (orjson.dumps(model), model_version)
        self._datatypes = {spec.name: spec.datatype for spec in signature.outputs}
        self._reals = {it.name for it in signature.outputs if BY_NAME[it.datatype].json_form is JsonForm.REAL}

    def encode(self, response: InferenceResponse) -> EncodedResponse:
        """The body; outputs in the response's order, data flat and row-major. Raises NonFiniteOutput."""
        if response.binary_outputs:
            return self._encode_binary(response)
        tensors = []
        for name, array in response.outputs.items():
            tensors.append(self._in_json(name, array))
        outputs = orjson.dumps(tensors)
        return EncodedResponse(self._document(response, outputs), outputs)

    def _encode_binary(self, response: InferenceResponse) -> EncodedResponse:
        tensors, raw = [], dict[str, memoryview]()
        for name, array in response.outputs.items():
            if name in response.binary_outputs:
                raw[name] = raw_data(array)
                tensors.append(self._tensor(name, array, "parameters", {"binary_data_size": len(raw[name])}))
            else:
                tensors.append(self._in_json(name, array))
        document = self._document(response, orjson.dumps(tensors))
        document += b" " * (-len(document) % _ALIGNMENT_BYTES)
        body, recorded = b"".join((document, *raw.values())), with_raw_data(tensors, raw)
        headers = {LENGTH_HEADER.lower(): str(len(document))}
        return EncodedResponse(body, recorded, len(document), BINARY, headers, is_binary=True)

    def _document(self, response: InferenceResponse, outputs: bytes) -> bytes:
        own = orjson.dumps({"id": response.id, "parameters": response.parameters})
        return b"".join((self._head, own[1:-1], b',"outputs":', outputs, b"}"))

    def _tensor(self, name: str, array: NDArray[Any], member: str, value: Any) -> dict[str, Any]:
        return {"name": name, "datatype": self._datatypes[name], "shape": array.shape, member: value}

    def _in_json(self, name: str, array: NDArray[Any]) -> dict[str, Any]:
        # Python's numbers are FP64. A shortest FP32 decimal would do for readers that parse it as FP32 only; clients
        # parse FP64 and round.
        if array.size > _FEW and array.dtype != object:
            return self._tensor(name, array, "data", self._many(name, array.ravel()))
        elements = array.ravel().tolist()
        if name in self._reals and not isfinite(sum(elements)):
            self._check_finite(name, array.ravel())
        return {"name": name, "datatype": self._datatypes[name], "shape": array.shape, "data": elements}

    def _many(self, name: str, array: NDArray[Any]) -> orjson.Fragment:
        widened = array.astype(np.float64) if array.dtype == np.float32 else array
        data = orjson.dumps(widened, option=orjson.OPT_SERIALIZE_NUMPY)
        # Of all that a number is written with, only null has this letter.
        if b"n" in data:
            self._check_finite(name, array)
        return orjson.Fragment(data)

    def _check_finite(self, name: str, elements: NDArray[Any]) -> None:
        for culprit in np.flatnonzero(~np.isfinite(elements)):
            raise NonFiniteOutput(self._model, self._model_version, name, int(culprit), float(elements[culprit]))
