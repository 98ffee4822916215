"""The gateway of an environment: an HTTP API, or a REST API where a web ACL or usage plans are wanted."""

from constructs import Construct

from infra.constructs.gateway_props import Gateway, GatewayProps
from infra.constructs.http_gateway import HttpGateway
from infra.constructs.rest_gateway import RestGateway
from infra.declarations.api import ApiKind

__all__ = ["Gateway", "GatewayProps", "build_gateway"]


def build_gateway(scope: Construct, construct_id: str, props: GatewayProps) -> Gateway:
    """The kind that is declared; both take the same requests at the same paths. Raises TooManyRoutes."""
    kind = RestGateway if props.settings.kind is ApiKind.REST else HttpGateway
    return kind(scope, construct_id, props)
