"""The gateway as a REST API, where a web ACL or usage plans are wanted: payload format 1.0, three times the price."""

from collections.abc import Sequence

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.access_log import rest_log_format
from infra.constructs.api_logging_role import ApiLoggingRole
from infra.constructs.gateway_domain import GatewayDomain
from infra.constructs.gateway_props import GatewayProps
from infra.constructs.log_groups import KeptLogs
from infra.constructs.model_routes import CONTROL_RESOURCES, check_resource_quota, model_resources
from infra.constructs.rest_acknowledgements import acknowledge_rest_findings
from infra.constructs.usage_plans import add_usage_plans
from infra.constructs.web_acl import WebAcl
from infra.declarations.api import ApiSettings, CognitoAuth

_STAGE = "sluice"
_BINARY = ("application/octet-stream",)  # JSON stays text, as on an HTTP API: base64 would cost a third of the limit


class RestGateway(Construct):
    """A Gateway. Whoever adds a method gets the authorizer of all others with it."""

    server_errors_metric = "5XXError"

    def __init__(self, scope: Construct, construct_id: str, props: GatewayProps) -> None:
        super().__init__(scope, construct_id)
        check_resource_quota(props.models)
        self.auth_name = props.auth_name
        self.api = self._api(props)
        self._validator = self.api.add_request_validator(
            "Validator", validate_request_body=True, validate_request_parameters=True
        )
        self._resources(CONTROL_RESOURCES, props.control)
        for model, alias in props.models.items():
            self._resources(model_resources(model), alias)
        self._answer_in_the_protocols_shape()
        self.api_id, self.stage_name = self.api.rest_api_id, self.api.deployment_stage.stage_name
        self.dimensions = {"ApiName": self.api.rest_api_name, "Stage": self.stage_name}
        self._protect(props.settings)
        self.domain = self._domain(props)
        self.url = self.domain.url if self.domain else self.api.url.rstrip("/")
