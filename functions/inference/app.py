"""Every route of the inference function, and their OpenAPI document.

Routes are `async def` although what they call blocks: an environment of Lambda serves one request at a time, and a
plain `def` route would pay for a thread that nobody else needs.
"""

from typing import Any

from fastapi import FastAPI, Request, Response

from functions.inference.asgi_calls import call_from_request
from functions.inference.infer_endpoint import InferEndpoint
from functions.inference.openapi_document import BYTES, describe, document_of
from functions.inference.other_protocols import add_other_protocols
from functions.inference.prediction_routes import MODEL, VERSION
from functions.inference.release_holder import ReleaseHolder
from functions.inference.statistics_routes import add_statistics_routes
from functions.inference.upload_routes import add_upload_route
from sluice import __version__
from sluice.adapters.entity_tags import unless_known
from sluice.adapters.fastapi_errors import install_error_handlers, to_response
from sluice.adapters.http_answer import json_answer
from sluice.adapters.http_errors import answer_for
from sluice.errors import NotAvailable, UnknownModel
from sluice.inference.extensions import EXTENSIONS
from sluice.usecases.describe_model import describe_model

_METADATA = describe("ModelMetadata", 404, 503)
_METADATA["responses"][304] = {"description": "what the client has still holds"}
_INFER = describe("InferResponse", 400, 404, 409, 413, 415, 500, 501, 503, takes="InferRequest")
for _content in (_INFER["responses"][200]["content"], _INFER["openapi_extra"]["requestBody"]["content"]):
    _content["application/octet-stream"] = BYTES


def create_app(*, model: str, releases: ReleaseHolder, infer: InferEndpoint) -> FastAPI:
    """The application that serves `model`; nothing is read from the environment."""
    app = FastAPI(title=f"Sluice: {model}", version=__version__, openapi_url=None, redirect_slashes=False)
    install_error_handlers(app)
    _add_server_routes(app, model=model, releases=releases)
    _add_model_routes(app, releases=releases)
    _add_infer_routes(app, infer=infer)
    add_upload_route(app, model=model, desk=infer.desk)
    add_statistics_routes(app, releases=releases, statistics=infer.statistics)
    add_other_protocols(app, model=model, releases=releases, infer=infer)
    _add_document_route(app, model=model, releases=releases)
    return app


def _add_server_routes(app: FastAPI, *, model: str, releases: ReleaseHolder) -> None:
    @app.get("/v2", **describe("ServerMetadata"))
    async def server_metadata() -> Response:
        """Name and version of the server, and the protocol extensions that it offers."""
        return to_response(
            json_answer(200, {"name": f"sluice/{model}", "version": __version__, "extensions": EXTENSIONS})
        )

    @app.get("/v2/health/live", **describe("ServerLive"))
    async def server_live() -> Response:
        """Whether the server can take requests at all."""
        return to_response(json_answer(200, {"live": True}))

    @app.get("/v2/health/ready", **describe("ServerReady", 503))
    async def server_ready() -> Response:
        """Whether every model version that the release preloads can predict."""
        return _readiness({}, releases.why_not_ready())


def _add_model_routes(app: FastAPI, *, releases: ReleaseHolder) -> None:
    @app.get(MODEL, **_METADATA)
    @app.get(VERSION, **_METADATA)
    async def model_metadata(request: Request, model: str, model_version: str | None = None) -> Response:
        """What the model takes and gives."""
        return _kept(request, describe_model(releases.get().release, model, model_version))

    @app.get(f"{MODEL}/ready", **describe("ModelReady", 404, 503))
    @app.get(f"{VERSION}/ready", **describe("ModelReady", 404, 503))
    async def model_ready(model: str, model_version: str | None = None) -> Response:
        """Whether the version can predict."""
        return _readiness({"name": model}, releases.why_version_not_ready(model, model_version))


def _add_infer_routes(app: FastAPI, *, infer: InferEndpoint) -> None:
    @app.post(f"{MODEL}/infer", **_INFER)
    @app.post(f"{VERSION}/infer", **_INFER)
    async def predict(request: Request, model: str, model_version: str | None = None) -> Response:
        """A prediction; `parameters` of the response say which version answered, and why."""
        return to_response(infer.answer(await call_from_request(request, model, model_version)))


def _add_document_route(app: FastAPI, *, model: str, releases: ReleaseHolder) -> None:
    @app.get(f"{MODEL}/openapi.json", include_in_schema=False)
    async def openapi_document(request: Request) -> Response:
        if request.path_params["model"] != model:
            raise UnknownModel(request.path_params["model"])
        return _kept(request, document_of(app, releases.get().release))


def _kept(request: Request, document: dict[str, Any]) -> Response:
    return to_response(unless_known(json_answer(200, document), request.headers.get("if-none-match")))


def _readiness(subject: dict[str, Any], obstacle: NotAvailable | None) -> Response:
    if obstacle is None:
        return to_response(json_answer(200, {**subject, "ready": True}))
    refusal = answer_for(obstacle)
    return to_response(
        json_answer(refusal.status, {**subject, "ready": False, "error": str(obstacle)}, refusal.headers)
    )
