"""KServe's first protocol without a model's function: which models there are, which are ready, and refusals."""

from fastapi import FastAPI, Response

from sluice.adapters.fastapi_errors import to_response
from sluice.adapters.http_answer import json_answer
from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.errors import NotAvailable, UnknownModel, Unsupported
from sluice.usecases.check_readiness import is_served, released_models


def add_v1_model_routes(app: FastAPI, *, registry: Registry, publisher: FunctionPublisher) -> None:
    """Predictions of a deployed model never come here: the gateway knows a route of its own for each."""

    @app.get("/v1/models")
    async def list_models() -> dict[str, list[str]]:
        """Every model that has a release."""
        return {"models": released_models(registry)}

    @app.get("/v1/models/{model}")
    async def model_ready(model: str) -> Response:
        """Whether the model's release has traffic."""
        if registry.find_model(model) is None:
            raise UnknownModel(model)
        if not is_served(model, registry=registry, publisher=publisher):
            raise NotAvailable(f"model {model!r} serves no release yet")
        return to_response(json_answer(200, {"name": model, "ready": True}))

    @app.post("/v1/models/{model}:predict")
    async def unknown_model(model: str) -> Response:
        """No such model has a function."""
        raise UnknownModel(model)

    @app.post("/v1/models/{model}:explain")
    async def explain(model: str) -> Response:
        """Explanations are not offered."""
        raise Unsupported(f"model {model!r} explains nothing; predictions are offered")
