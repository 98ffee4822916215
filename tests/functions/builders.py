"""A release on real ONNX graphs, its settings, and events to ask it with."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import orjson

from functions.inference.settings import InferenceSettings
from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.catalog.artefact import Artefact, ArtefactFile
from sluice.catalog.model import Model, RiskTier
from sluice.catalog.ports import ContentStore
from sluice.catalog.release import ReleaseContent, ReleasedVersion, ReleaseSettings
from sluice.catalog.release_document import content_to_bytes
from sluice.catalog.signature import Signature, TensorSpec
from tests.onnx_graphs import affine

AFFINE = Signature((TensorSpec("x", "FP32", (-1, 3)),), (TensorSpec("scores", "FP32", (-1, 2)),))
CONTEXT = SimpleNamespace(function_version="7", aws_request_id="lambda-request")


def an_artefact(store: ContentStore, onnx_file: bytes) -> Artefact:
    return Artefact((ArtefactFile("model.onnx", store.put("artefacts", onnx_file), len(onnx_file)),))


@dataclass
class PublishedRelease:
    """Release 3 of model "risk": version 2 by default, all versions `affine()` unless `graphs` says otherwise."""

    graphs: Mapping[int, tuple[bytes, Signature]] = field(
        default_factory=lambda: {1: (affine(), AFFINE), 2: (affine(), AFFINE)}
    )
    default_version: int = 2
    risk_tier: RiskTier = RiskTier.LOW
    preload: Sequence[int] = ()
    settings: ReleaseSettings = field(default_factory=ReleaseSettings)
    store: ContentStore = field(default_factory=MemoryContentStore)

    def content(self) -> ReleaseContent:
        versions = {
            number: ReleasedVersion(number, an_artefact(self.store, graph), signature)
            for number, (graph, signature) in self.graphs.items()
        }
        model = Model("risk", "team", "a model", self.risk_tier, 50)
        return ReleaseContent(model, self.default_version, tuple(self.preload), versions, self.settings)

    def publish(self) -> InferenceSettings:
        """Store the release's document, and return what a function that serves it is told."""
        digest = self.store.put("releases", content_to_bytes(self.content()))
        return settings_with_digest(digest)


def settings_with_digest(digest: str, model: str = "risk") -> InferenceSettings:
    return InferenceSettings(model, "artefacts", "records", release=3, release_digest=digest)


def a_body(**changes: Any) -> dict[str, Any]:
    """A request of one row to `affine()`."""
    tensor = {"name": "x", "datatype": "FP32", "shape": [1, 3], "data": [1.0, 2.0, 3.0]}
    return {"inputs": [tensor | changes]}


def an_event(
    method: str = "POST",
    path: str = "/v2/models/risk/infer",
    body: Any = None,
    *,
    headers: Mapping[str, str] | None = None,
    route_key: str | None = None,
    encoded: bool = False,
) -> dict[str, Any]:
    """What API Gateway sends (payload 2.0); `route_key` None is the route that fits the path."""
    raw = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
    key, variables = _route_of(method, path) if route_key is None else (route_key, {})
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": key,
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", **(headers or {})},
        "requestContext": {
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
            "requestId": "gateway-request",
        },
        "isBase64Encoded": encoded,
    }
    if raw:
        event["body"] = b64encode(raw).decode() if encoded else raw.decode()
    return event | ({"pathParameters": variables} if variables else {})


def _route_of(method: str, path: str) -> tuple[str, dict[str, str]]:
    segments = path.removeprefix("/").split("/")
    match segments:
        case ["v2", "models", "risk", "infer"]:
            return f"{method} {path}", {}
        case ["v2", "models", model, "infer"]:
            return f"{method} /v2/models/{{model}}/infer", {"model": model}
        case ["v2", "models", "risk", "versions", number, "infer"]:
            return f"{method} /v2/models/risk/versions/{{model_version}}/infer", {"model_version": number}
        case _:
            return "$default", {}
