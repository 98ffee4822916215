"""The server endpoints of the Open Inference Protocol, for the plane as a whole, and the control API beside them.

Inference requests for a deployed model never come here: the gateway knows a route of its own for each. What does come
is for a model that nobody has deployed, and for paths that do not exist.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Response
from starlette.types import ASGIApp

from functions.control.lazy_app import LazyApp
from functions.control.repository_routes import add_repository_routes
from functions.control.v1_model_routes import add_v1_model_routes
from sluice import __version__
from sluice.adapters.fastapi_errors import install_error_handlers, to_response
from sluice.adapters.http_answer import json_answer
from sluice.adapters.http_errors import answer_for
from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.errors import NotAvailable, UnknownModel, Unsupported
from sluice.inference.extensions import EXTENSIONS
from sluice.usecases.check_readiness import check_readiness

if TYPE_CHECKING:
    from functions.control.experiment_ports import ExperimentPorts
    from functions.control.rollout_control import RolloutControl

_EVERY_METHOD = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]


def create_app(
    *,
    registry: Registry,
    publisher: FunctionPublisher,
    experiments: "Callable[[], ExperimentPorts]",
    flags: Callable[[], ASGIApp],
    rollouts: "Callable[[], RolloutControl]",
) -> FastAPI:
    """The application; nothing is read from the environment.

    `experiments` is called for the first request of the control API, `flags` for the first that evaluates flags,
    `rollouts` for each that is about rollouts; all may raise Unsupported.
    """
    app = FastAPI(title="Sluice", version=__version__, openapi_url=None, redirect_slashes=False)
    install_error_handlers(app)
    _add_server_routes(app, registry=registry, publisher=publisher)
    add_repository_routes(app, registry=registry, publisher=publisher, experiments=experiments, rollouts=rollouts)
    _add_unknown_model_routes(app)
    add_v1_model_routes(app, registry=registry, publisher=publisher)
    app.mount("/v1", LazyApp(lambda: _control_api(experiments, rollouts)))
    app.mount("/ofrep", LazyApp(flags))
    return app


def _control_api(experiments: "Callable[[], ExperimentPorts]", rollouts: "Callable[[], RolloutControl]") -> FastAPI:
    # Imported here, for the routes of the protocol need none of it.
    from functions.control.control_api import create_control_api

    return create_control_api(experiments(), rollouts)


def _add_server_routes(app: FastAPI, *, registry: Registry, publisher: FunctionPublisher) -> None:
    @app.get("/v2")
    async def server_metadata() -> dict[str, Any]:
        """Name and version of the server, and the protocol extensions that every model offers."""
        return {"name": "sluice", "version": __version__, "extensions": list(EXTENSIONS)}

    @app.get("/v2/health/live")
    async def server_live() -> dict[str, bool]:
        """Whether the server can take requests at all."""
        return {"live": True}

    @app.get("/v2/health/ready")
    async def server_ready() -> Response:
        """Whether every released model can be asked for predictions."""
        try:
            check_readiness(registry=registry, publisher=publisher)
        except NotAvailable as error:
            refusal = answer_for(error)
            body = {"ready": False, "error": str(error)}
            return to_response(json_answer(refusal.status, body, refusal.headers))
        return to_response(json_answer(200, {"ready": True}))


def _add_unknown_model_routes(app: FastAPI) -> None:
    @app.get("/v2/models/stats")
    async def statistics() -> Response:
        """Of all models at once: nobody has them."""
        raise Unsupported("each function has its own statistics: GET /v2/models/{model}/stats; the sums are metrics")

    @app.api_route("/v2/models/{model}", methods=_EVERY_METHOD)
    @app.api_route("/v2/models/{model}/{rest:path}", methods=_EVERY_METHOD)
    async def unknown_model(model: str, rest: str = "") -> Response:  # noqa: ARG001 part of the path
        raise UnknownModel(model)
