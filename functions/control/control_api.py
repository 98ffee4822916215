"""The control API, which is mounted at `/v1`: one application, made when it is first asked."""

from typing import Any

from fastapi import FastAPI

from functions.control.api_description import document_of
from functions.control.experiment_move_routes import add_experiment_move_routes
from functions.control.experiment_ports import ExperimentPorts
from functions.control.experiment_routes import add_experiment_routes
from functions.control.flag_routes import add_flag_routes
from functions.control.namespace_routes import add_namespace_routes
from functions.control.rollout_routes import ControlOf, add_rollout_routes
from functions.control.unit_routes import add_unit_routes
from sluice import __version__
from sluice.adapters.fastapi_errors import install_error_handlers


def create_control_api(ports: ExperimentPorts, rollouts: ControlOf) -> FastAPI:
    """The application; nothing is read from the environment. `rollouts` may raise Unsupported, with every request."""
    api = FastAPI(title="Sluice control API", version=__version__, openapi_url=None, redirect_slashes=False)
    install_error_handlers(api)
    add_experiment_routes(api, ports)
    add_experiment_move_routes(api, ports)
    add_namespace_routes(api, ports)
    add_flag_routes(api, ports)
    add_unit_routes(api, ports)
    add_rollout_routes(api, rollouts)

    @api.get("/openapi.json", include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        """The OpenAPI document of this API."""
        return document_of(api)

    return api
