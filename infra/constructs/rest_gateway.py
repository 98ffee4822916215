"""The gateway as a REST API, where a web ACL or usage plans are wanted: payload format 1.0, three times the price."""

import re
from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.access_log import rest_log_format
from infra.constructs.gateway_domain import GatewayDomain
from infra.constructs.gateway_props import GatewayProps
from infra.constructs.model_routes import (
    CHANGING_RESOURCES,
    CONTROL_RESOURCES,
    OUTCOMES_RESOURCE,
    check_resource_quota,
    model_resources,
)
from infra.constructs.rest_acknowledgements import acknowledge_rest_findings
from infra.constructs.rest_logs import RestLogs
from infra.constructs.usage_plans import add_usage_plans
from infra.constructs.web_acl import WebAcl
from infra.declarations.api import ApiSettings, CognitoAuth

_STAGE = "sluice"
# JSON stays text, as on an HTTP API: base64 would cost a quarter of the limit.
_BINARY = ["application/octet-stream", "application/x-npy", "application/vnd.sagemaker-triton.binary+json"]
_TLS_1_2_OR_1_3 = "SecurityPolicy_TLS13_1_2_PQ_2025_09"  # the default would still take TLS 1.0
_ERROR_TEMPLATE = '{"error":$context.error.messageString}'


class RestGateway(Construct):
    """A Gateway. Whoever adds a method gets the authorization of all others with it."""

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
        self._resources(CHANGING_RESOURCES, props.control, scopes=props.control_scopes)
        self._resources([OUTCOMES_RESOURCE], props.outcomes, method="POST")
        for model, alias in props.models.items():
            self._resources(model_resources(model), alias)
        self.api_id, self.stage_name = self.api.rest_api_id, _STAGE
        self.dimensions: Mapping[str, str] = {"ApiName": self.api.rest_api_name, "Stage": _STAGE}
        self._guard(props.settings)
        self.domain = self._domain(props)
        self.url = self.domain.url if self.domain else self.api.url.removesuffix("/")

    def _api(self, props: GatewayProps) -> apigateway.RestApi:
        logs = RestLogs(self, "Logs", data=props.data, key=props.log_key)
        api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=cdk.Stack.of(self).stack_name,
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            binary_media_types=_BINARY,
            cloud_watch_role=False,  # RestLogs sets it, with a role of its own
            deploy_options=_stage_options(logs, props.settings),
            disable_execute_api_endpoint=props.settings.domain is not None,
            default_method_options=self._authorization(props),
        )
        resource = api.node.default_child
        assert isinstance(resource, apigateway.CfnRestApi)
        resource.security_policy, resource.endpoint_access_mode = _TLS_1_2_OR_1_3, "BASIC"
        api.node.try_remove_child("Endpoint")  # an output that would name the stage's URL even where it is disabled
        logs.keep_execution_logs(api, _STAGE)
        _answer_in_the_protocols_shape(api)
        return api

    def _authorization(self, props: GatewayProps) -> apigateway.MethodOptions:
        settings = props.settings
        needs_key = bool(settings.usage_plans)
        if not isinstance(settings.auth, CognitoAuth):
            iam = apigateway.AuthorizationType.IAM
            return apigateway.MethodOptions(authorization_type=iam, api_key_required=needs_key)
        pool = cognito.UserPool.from_user_pool_arn(self, "UserPool", settings.auth.user_pool_arn)
        return apigateway.MethodOptions(
            authorizer=apigateway.CognitoUserPoolsAuthorizer(self, "Callers", cognito_user_pools=[pool]),
            authorization_scopes=props.scopes,
            api_key_required=needs_key,
        )

    def _resources(
        self,
        paths: Sequence[str],
        alias: lambda_.IAlias,
        *,
        method: str = "ANY",
        scopes: Sequence[str] | None = None,
    ) -> None:
        """Without `scopes`, those of the whole API."""
        leads_there = apigateway.LambdaIntegration(alias, scope_permission_to_method=False)
        for path in paths:
            self.api.root.resource_for_path(path).add_method(
                method,
                leads_there,
                authorization_scopes=scopes,
                request_validator=self._validator,
                request_parameters=_variables_of(path),
            )

    def _guard(self, settings: ApiSettings) -> None:
        """What only REST APIs have, where it is declared; and why what is not there need not be."""
        add_usage_plans(self.api, settings.usage_plans)
        if settings.web_acl_rate_per_5_minutes is not None:
            acl = WebAcl(self, "WebAcl", rate_per_5_minutes=settings.web_acl_rate_per_5_minutes)
            acl.protect(self.api.deployment_stage)
        acknowledge_rest_findings(self.api, settings)

    def _domain(self, props: GatewayProps) -> GatewayDomain | None:
        if props.settings.domain is None:
            return None
        domain = GatewayDomain(self, "Domain", declared=props.settings.domain, writes_dns=not props.fails_over)
        domain.lead_to(self.api_id, _STAGE, stage=self.api.deployment_stage)
        return domain


def _stage_options(logs: RestLogs, settings: ApiSettings) -> apigateway.StageOptions:
    return apigateway.StageOptions(
        stage_name=_STAGE,
        throttling_rate_limit=settings.rate_rps,
        throttling_burst_limit=settings.burst,
        metrics_enabled=True,
        tracing_enabled=True,
        logging_level=apigateway.MethodLoggingLevel.ERROR,
        data_trace_enabled=False,  # it would log bodies
        access_log_destination=apigateway.LogGroupLogDestination(logs.access_logs),
        access_log_format=apigateway.AccessLogFormat.custom(rest_log_format()),
    )


def _answer_in_the_protocols_shape(api: apigateway.RestApi) -> None:
    """What API Gateway refuses by itself, it refuses as `{"error": "..."}` too."""
    for name, kind in (
        ("ClientErrors", apigateway.ResponseType.DEFAULT_4_XX),
        ("ServerErrors", apigateway.ResponseType.DEFAULT_5_XX),
    ):
        api.add_gateway_response(name, type=kind, templates={"application/json": _ERROR_TEMPLATE})


def _variables_of(path: str) -> dict[str, bool]:
    """Every path variable, as a parameter that the request validator must find."""
    return {f"method.request.path.{name}": True for name in re.findall(r"{(\w+)\+?}", path)}
