"""The body of an inference request, in JSON or with binary tensors."""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from sluice.client.binary_tensors import raw_of
from sluice.client.inputs import Tensor
from sluice.client.json_tensors import json_data_of
from sluice.client.results import ParameterValue

JSON = "application/json"
OCTETS = "application/octet-stream"
JSON_BYTES_HEADER = "inference-header-content-length"


@dataclass(frozen=True, slots=True)
class InferBody:
    """Bytes to send; `json_bytes` is None for a body of JSON, else raw tensors follow a JSON object of that length."""

    content: bytes
    json_bytes: int | None = None

    @property
    def media_type(self) -> str:
        """What the bytes are."""
        return JSON if self.json_bytes is None else OCTETS

    @property
    def headers(self) -> dict[str, str]:
        """What says so over HTTP."""
        length = {} if self.json_bytes is None else {JSON_BYTES_HEADER: str(self.json_bytes)}
        return {"content-type": self.media_type, **length}


class InferRequest:
    """One request whose tensors are encoded once, however often its parameters change on the way."""

    def __init__(
        self, tensors: Sequence[Tensor], *, outputs: Sequence[str] = (), request_id: str | None = None, binary: bool
    ) -> None:
        """Raises InvalidInput for what JSON cannot carry, unless `binary`."""
        self._binary = binary
        self._raw = [raw_of(each) for each in tensors] if binary else []
        self._members: dict[str, Any] = {} if request_id is None else {"id": request_id}
        self._members["inputs"] = [self._input(at, each) for at, each in enumerate(tensors)]
        if outputs:
            self._members["outputs"] = [{"name": name} for name in outputs]

    def body(self, parameters: Mapping[str, ParameterValue]) -> InferBody:
        """The whole request with these parameters."""
        said = {**parameters, **({"binary_data_output": True} if self._binary else {})}
        head = orjson.dumps({"parameters": said, **self._members} if said else self._members)
        return InferBody(b"".join((head, *self._raw)), len(head)) if self._binary else InferBody(head)

    def _input(self, at: int, tensor: Tensor) -> dict[str, Any]:
        said = {"name": tensor.name, "datatype": tensor.datatype, "shape": tensor.array.shape}
        if self._binary:
            return said | {"parameters": {"binary_data_size": len(self._raw[at])}}
        return said | {"data": orjson.Fragment(json_data_of(tensor))}


def compressed(body: InferBody, over_bytes: int | None) -> tuple[bytes, dict[str, str]]:
    """Content and headers; JSON of more than `over_bytes` goes as gzip, None: never. Binary tensors gain little."""
    if over_bytes is None or body.json_bytes is not None or len(body.content) <= over_bytes:
        return body.content, body.headers
    return gzip.compress(body.content, compresslevel=1, mtime=0), {**body.headers, "content-encoding": "gzip"}
