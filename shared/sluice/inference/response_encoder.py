"""Inference response to JSON body; every number reads back to the very bits that the model gave."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from sluice.catalog.signature import Signature
from sluice.errors import NonFiniteOutput
from sluice.inference.datatypes import BY_NAME, JsonForm
from sluice.inference.tensors import InferenceResponse


@dataclass(frozen=True, slots=True)
class EncodedResponse:
    """The body to send, and within it the JSON array of outputs, for the record.

    `json_bytes` is None for a body of JSON; else raw tensors follow a JSON object of that many bytes.
    """

    body: bytes
    outputs: bytes
    json_bytes: int | None = None


class ResponseEncoder:
    """Encodes the responses of one model version; the constant parts are made once."""

    def __init__(self, model: str, model_version: int, signature: Signature) -> None:
        self._model = model
        self._model_version = model_version
        self._head = b'{"model_name":%b,"model_version":"%d","id":' % (orjson.dumps(model), model_version)
        self._output_heads = {
            spec.name: b'{"name":%b,"datatype":"%b","shape":' % (orjson.dumps(spec.name), spec.datatype.encode())
            for spec in signature.outputs
        }
        self._texts = {s.name for s in signature.outputs if BY_NAME[s.datatype].json_form is JsonForm.TEXT}

    def encode(self, response: InferenceResponse) -> EncodedResponse:
        """The body; outputs in the response's order, data flat and row-major. Raises NonFiniteOutput."""
        outputs = self._encode_outputs(response.outputs)
        parts = (
            self._head,
            orjson.dumps(response.id),
            b',"parameters":',
            orjson.dumps(response.parameters),
            b',"outputs":',
            outputs,
            b"}",
        )
        return EncodedResponse(b"".join(parts), outputs)

    def _encode_outputs(self, outputs: Mapping[str, NDArray[Any]]) -> bytes:
        return b"[%b]" % b",".join(
            b'%b%b,"data":%b}' % (self._output_heads[name], orjson.dumps(array.shape), self._encode_data(name, array))
            for name, array in outputs.items()
        )

    def _encode_data(self, name: str, array: NDArray[Any]) -> bytes:
        if name in self._texts:
            return orjson.dumps(array.ravel().tolist())
        # A shortest FP32 decimal is exact only for readers that parse it as FP32; clients parse FP64 and round.
        widened = array.astype(np.float64) if array.dtype == np.float32 else array
        data = orjson.dumps(widened.ravel(), option=orjson.OPT_SERIALIZE_NUMPY)
        if b"null" in data:
            culprit = int(np.flatnonzero(~np.isfinite(array.ravel()))[0])
            value = float(array.ravel()[culprit])
            raise NonFiniteOutput(self._model, self._model_version, name, culprit, value)
        return data
