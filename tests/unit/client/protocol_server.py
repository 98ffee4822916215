"""A server of the protocol for tests, in this process: it checks every rule of a request, and answers what it got.

Model "echo" gives each input back under its own name. What goes wrong is scripted: `troubles` come first,
None among them being a request that goes well.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from gzip import decompress
from typing import Any

import httpx
import orjson

WIDTHS = {"BOOL": 1, "INT8": 1, "UINT8": 1, "FP16": 2, "BF16": 2, "INT32": 4, "FP32": 4, "FP64": 8, "INT64": 8}
STORE = "https://store.example"

Trouble = httpx.Response | Exception | None


@dataclass
class ProtocolServer:
    """`inputs` are name, datatype, shape; `offers` the extensions that the server metadata list."""

    inputs: Sequence[tuple[str, str, list[int]]] = (("x", "FP32", [-1, 2]),)
    offers: Sequence[str] = ()
    inline_limit_bytes: int = 1_000_000
    troubles: deque[Trouble] = field(default_factory=deque)
    store_troubles: deque[Trouble] = field(default_factory=deque)
    requests: list[httpx.Request] = field(default_factory=list)
    stored: dict[str, bytes] = field(default_factory=dict)
    rewrite: Callable[[dict[str, Any]], Any] = lambda document: document

    @property
    def transport(self) -> httpx.MockTransport:
        """Carries requests of httpx's clients here."""
        return httpx.MockTransport(self.answer)

    @property
    def asked(self) -> list[str]:
        """Method and path of every request, in order."""
        return [f"{each.method} {each.url.path}" for each in self.requests]

    @property
    def body(self) -> bytes:
        """The last request's body, its coding undone."""
        return content_of(self.requests[-1])

    @property
    def document(self) -> Any:
        """The JSON part of the last request."""
        length = self.requests[-1].headers.get("inference-header-content-length")
        return orjson.loads(self.body[: int(length)] if length else self.body)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """One request, one response."""
        self.requests.append(request)
        if str(request.url).startswith(STORE):
            return self._trouble(self.store_troubles) or self._store(request)
        return self._trouble(self.troubles) or self._route(request)

    def _trouble(self, troubles: deque[Trouble]) -> httpx.Response | None:
        trouble = troubles.popleft() if troubles else None
        if isinstance(trouble, Exception):
            raise trouble
        return trouble

    def _route(self, request: httpx.Request) -> httpx.Response:
        match request.method, request.url.path.split("/")[1:]:
            case "GET", ["v2"]:
                return httpx.Response(200, json={"name": "s", "version": "1", "extensions": list(self.offers)})
            case "GET", ["v2", "health", _] | ["v2", "models", "echo", "ready"]:
                return httpx.Response(200)
            case "GET", ["v2", "models", "echo", *_]:
                return httpx.Response(200, json=self._metadata())
            case "POST", ["v2", "models", "echo", "uploads"]:
                return self._announce(request)
            case "POST", ["v2", "models", "echo", *_, "infer"]:
                return self._infer(request)
        return httpx.Response(404, json={"error": f"nothing at {request.url.path}"})

    def _metadata(self) -> dict[str, Any]:
        tensors = [{"name": name, "datatype": datatype, "shape": shape} for name, datatype, shape in self.inputs]
        return {"name": "echo", "versions": ["3"], "platform": "onnx_onnxv1", "inputs": tensors, "outputs": tensors}

    def _announce(self, request: httpx.Request) -> httpx.Response:
        wanted = orjson.loads(request.content)
        assert set(wanted) == {"bytes", "media_type"}
        name = f"up{len(self.stored)}"
        headers = {"content-type": wanted["media_type"], "x-signed": "yes"}
        place = {"upload": name, "url": f"{STORE}/{name}?signature=s", "headers": headers, "expires_at": "2026-11-21"}
        return httpx.Response(201, json=place)

    def _store(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.removeprefix("/")
        if request.method == "GET":
            return httpx.Response(200, content=self.stored[name])
        assert request.headers["x-signed"] == "yes"
        self.stored[name] = request.content
        return httpx.Response(200)

    def _infer(self, request: httpx.Request) -> httpx.Response:
        length = request.headers.get("inference-header-content-length")
        content = content_of(request)
        if len(content) > self.inline_limit_bytes:
            return httpx.Response(413, json={"message": "Request Too Long"})
        outer = orjson.loads(content[: int(length)] if length else content)
        said = outer.get("parameters", {})
        if "sluice_upload" in said:
            content, length = self.stored[said["sluice_upload"]], said.get("sluice_upload_json_bytes")
        answer, json_bytes = self.echo(content, None if length is None else int(length))
        if said.get("sluice_spill") and len(answer) > self.inline_limit_bytes:
            return self._spilled(answer, json_bytes)
        headers = {} if json_bytes is None else {"Inference-Header-Content-Length": str(json_bytes)}
        return httpx.Response(200, content=answer, headers=headers)

    def _spilled(self, answer: bytes, json_bytes: int | None) -> httpx.Response:
        self.stored["down"] = answer
        said = {"sluice_download": f"{STORE}/down?signature=s", "sluice_download_bytes": len(answer)}
        length = {} if json_bytes is None else {"sluice_download_json_bytes": json_bytes}
        return httpx.Response(200, json={"model_name": "echo", "parameters": {**said, **length}, "outputs": []})

    def echo(self, content: bytes, json_bytes: int | None) -> tuple[bytes, int | None]:
        """The body of an answer, and how much of it is JSON if not all; breaks on anything that is not the protocol."""
        document = orjson.loads(content if json_bytes is None else content[:json_bytes])
        raw = b"" if json_bytes is None else content[json_bytes:]
        outputs, parts = [], []
        for tensor in document["inputs"]:
            size = tensor.get("parameters", {}).get("binary_data_size")
            if size is None:
                assert len(tensor["data"]) == count_of(tensor)
            else:
                assert "data" not in tensor
                part, raw = raw[:size], raw[size:]
                assert tensor["datatype"] == "BYTES" or size == count_of(tensor) * WIDTHS[tensor["datatype"]]
                parts.append(part)
            outputs.append(tensor)
        assert not raw
        assert bool(parts) == document.get("parameters", {}).get("binary_data_output", False)
        head = {"model_name": "echo", "model_version": "3", "id": document.get("id", "made"), "outputs": outputs}
        answer = orjson.dumps(self.rewrite({**head, "parameters": {"reason": "NO_UNIT"}}))
        return answer + b"".join(parts), len(answer) if parts else None


def count_of(tensor: Mapping[str, Any]) -> int:
    """Elements of a tensor by its shape."""
    count = 1
    for size in tensor["shape"]:
        count *= size
    return count


def content_of(request: httpx.Request) -> bytes:
    """A request's body, its coding undone."""
    return decompress(request.content) if request.headers.get("content-encoding") == "gzip" else request.content
