"""The control function put together from its ports."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from starlette.types import ASGIApp

from functions.control.app import create_app
from functions.control.experiment_wiring import nothing_set_up
from functions.control.flag_wiring import no_flags
from functions.control.rollout_wiring import no_rollouts
from sluice.adapters.asgi_entrance import LambdaHandler, lambda_handler_of
from sluice.catalog.ports import FunctionPublisher, Registry

if TYPE_CHECKING:
    from functions.control.experiment_ports import ExperimentPorts
    from functions.control.rollout_control import RolloutControl

_REQUEST_ID = "requestContext.requestId"


def build_handler(
    *,
    registry: Registry,
    publisher: FunctionPublisher,
    logger: Logger,
    experiments: "Callable[[], ExperimentPorts]" = nothing_set_up,
    flags: Callable[[], ASGIApp] = no_flags,
    rollouts: "Callable[[], RolloutControl]" = no_rollouts,
) -> LambdaHandler:
    """The Lambda handler: one structured log line per request, with API Gateway's request id."""
    app = create_app(registry=registry, publisher=publisher, experiments=experiments, flags=flags, rollouts=rollouts)
    entrance = lambda_handler_of(app)

    @logger.inject_lambda_context(correlation_id_path=_REQUEST_ID)
    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        answer = entrance(event, context)
        logger.info("answered", **_asked(event), status=answer["statusCode"])
        return answer

    return handle


def _asked(event: dict[str, Any]) -> dict[str, Any]:
    """Method and path: HTTP APIs nest them (payload format 2.0), REST APIs do not (1.0)."""
    http = event["requestContext"].get("http") or {"method": event["httpMethod"], "path": event["path"]}
    return {"method": http["method"], "path": http["path"]}
