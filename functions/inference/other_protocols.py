"""The routes of KServe's first protocol, of MLflow's scoring server and of SageMaker's containers.

Predictions reach these only from the local application: the handler answers them without the framework.
"""

from typing import Any

from fastapi import FastAPI, Request, Response

from functions.inference.asgi_calls import call_from_request
from functions.inference.infer_endpoint import InferEndpoint
from functions.inference.openapi_document import BYTES, describe
from functions.inference.prediction_routes import (
    BASE,
    INVOCATIONS,
    MODEL,
    V1_BASES,
    V1_MODEL,
    V1_PREDICT,
    VERSION,
    invocations_form,
    v1_form,
)
from functions.inference.release_holder import ReleaseHolder
from sluice import __version__
from sluice.adapters.fastapi_errors import to_response
from sluice.adapters.http_answer import HttpAnswer, json_answer
from sluice.errors import UnknownModel, Unsupported

_TEXT = "text/plain"


def add_other_protocols(app: FastAPI, *, model: str, releases: ReleaseHolder, infer: InferEndpoint) -> None:
    """Every route of these protocols for the application that serves `model`."""
    _add_v1_routes(app, model=model, releases=releases)
    _add_v1_predictions(app, infer=infer)
    _add_invocations(app, infer=infer)
    _add_health_routes(app, releases=releases)


def _add_v1_predictions(app: FastAPI, *, infer: InferEndpoint) -> None:
    async def predict(request: Request) -> Response:
        """A prediction: rows of `instances` to rows of `predictions`, or whole `inputs` to whole `outputs`."""
        path = request.path_params
        call = await call_from_request(request, path["model"], path.get("model_version"), form=v1_form())
        return to_response(infer.answer(call))

    for path in V1_PREDICT:
        described = describe("Predictions", 400, 404, 413, 415, 500, 501, 503, takes="PredictRequest")
        app.post(path, **described)(predict)


def _add_v1_routes(app: FastAPI, *, model: str, releases: ReleaseHolder) -> None:
    @app.get(f"{BASE}/v1/models", **describe("ModelList", 404))
    async def list_models(request: Request) -> Response:
        """The models that this function serves, which is one."""
        if request.path_params["base"] != model:
            raise UnknownModel(request.path_params["base"])
        return to_response(json_answer(200, {"models": [model]}))

    async def model_ready(request: Request) -> Response:
        """Whether the model can predict."""
        name, model_version = request.path_params["model"], request.path_params.get("model_version")
        return _health(releases, name, model_version, json_answer(200, {"name": name, "ready": True}))

    async def explain(request: Request) -> Response:
        """Explanations are not offered."""
        raise Unsupported(f"model {request.path_params['model']!r} explains nothing; predictions are offered")

    for base in V1_BASES:
        app.get(f"{base}{V1_MODEL}", **describe("ModelReady", 404, 503))(model_ready)
        app.post(f"{base}{V1_MODEL}:explain", **describe("Error", status=501))(explain)


def _add_invocations(app: FastAPI, *, infer: InferEndpoint) -> None:
    async def invocations(request: Request, model: str, model_version: str | None = None) -> Response:
        """A prediction as MLflow's scoring server and SageMaker's containers are asked for one."""
        form = invocations_form(request.headers.get)
        return to_response(infer.answer(await call_from_request(request, model, model_version, form=form)))

    for path in INVOCATIONS:
        app.post(path, **_described_invocations())(invocations)


def _add_health_routes(app: FastAPI, *, releases: ReleaseHolder) -> None:
    @app.get(f"{MODEL}/ping", **_described_text(503))
    @app.get(f"{VERSION}/ping", **_described_text(503))
    @app.get(f"{MODEL}/health", **_described_text(503))
    @app.get(f"{VERSION}/health", **_described_text(503))
    async def ping(model: str, model_version: str | None = None) -> Response:
        """Whether the model can predict: by the status alone."""
        return _health(releases, model, model_version, HttpAnswer(200, b"", media_type=_TEXT))

    @app.get(f"{MODEL}/version", **_described_text())
    @app.get(f"{VERSION}/version", **_described_text())
    async def server_version(model: str, model_version: str | None = None) -> Response:
        """The version of the server."""
        releases.get().release.choose(model, model_version)
        return to_response(HttpAnswer(200, __version__.encode(), media_type=_TEXT))


def _health(releases: ReleaseHolder, model: str, model_version: str | None, healthy: HttpAnswer) -> Response:
    obstacle = releases.why_version_not_ready(model, model_version)
    if obstacle is not None:
        raise obstacle
    return to_response(healthy)


def _described_invocations() -> dict[str, Any]:
    described = describe("Predictions", 400, 404, 406, 413, 415, 500, 501, 503, takes="InvocationsRequest")
    answers = [{"$ref": f"#/components/schemas/{name}"} for name in ("Predictions", "InferResponse")]
    described["responses"][200]["content"] |= {
        "application/json": {"schema": {"anyOf": answers}},
        "text/csv": {"schema": {"type": "string"}},
        "application/octet-stream": BYTES,
    }
    described["openapi_extra"]["requestBody"]["content"] |= {
        "text/csv": {"schema": {"type": "string"}},
        "application/x-npy": BYTES,
        "application/octet-stream": BYTES,
    }
    return described


def _described_text(*errors: int) -> dict[str, Any]:
    described = describe("Error", 404, *errors)
    described["responses"][200]["content"] = {f"{_TEXT}; charset=utf-8": {"schema": {"type": "string"}}}
    return described
