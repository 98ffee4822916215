"""The gateway as an HTTP API: a third of a REST API's price, payload format 2.0."""

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_apigatewayv2_authorizers import HttpIamAuthorizer, HttpJwtAuthorizer
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from infra.constructs.access_log import http_log_format
from infra.constructs.gateway_domain import GatewayDomain
from infra.constructs.gateway_props import GatewayProps
from infra.constructs.log_groups import KeptLogs
from infra.constructs.model_routes import (
    CHANGING_ROUTES,
    CONTROL_ROUTES,
    OUTCOMES_ROUTES,
    check_route_quota,
    model_routes,
)
from infra.declarations.api import ApiSettings, JwtAuth


class HttpGateway(Construct):
    """A Gateway. Whoever adds a route gets the authorizer of all others with it."""

    server_errors_metric = "5xx"

    def __init__(self, scope: Construct, construct_id: str, props: GatewayProps) -> None:
        super().__init__(scope, construct_id)
        check_route_quota(props.models)
        settings = props.settings
        self.auth_name = props.auth_name
        self.api = apigatewayv2.HttpApi(
            self,
            "Api",
            api_name=cdk.Stack.of(self).stack_name,
            create_default_stage=False,
            default_authorizer=_authorizer(settings),
            default_authorization_scopes=props.scopes,
            disable_execute_api_endpoint=settings.domain is not None,
        )
        control = self._route("Control", CONTROL_ROUTES, props.control)
        self._lead(control, CHANGING_ROUTES, scopes=props.control_scopes)
        self._route("Outcomes", OUTCOMES_ROUTES, props.outcomes)
        for model, alias in props.models.items():
            self._route(f"Model-{model}", model_routes(model), alias)
        stage = self._stage(props)
        self.api_id, self.stage_name = self.api.api_id, stage.stage_name
        self.dimensions: Mapping[str, str] = {"ApiId": self.api_id, "Stage": self.stage_name}
        self.domain = self._domain(props, stage)
        self.url = self.domain.url if self.domain else self.api.api_endpoint

    def _route(self, name: str, keys: Sequence[str], alias: lambda_.IAlias) -> HttpLambdaIntegration:
        """One integration and one permission for all routes to an alias: each of them has a quota."""
        leads_there = HttpLambdaIntegration(name, alias, scope_permission_to_route=False)
        self._lead(leads_there, keys)
        return leads_there

    def _lead(
        self, leads_there: HttpLambdaIntegration, keys: Sequence[str], scopes: Sequence[str] | None = None
    ) -> None:
        """Without `scopes`, those of the whole API."""
        for key in keys:
            method, path = key.split(" ")
            self.api.add_routes(
                path=path,
                methods=[apigatewayv2.HttpMethod(method)],
                integration=leads_there,
                authorization_scopes=scopes,
            )

    def _stage(self, props: GatewayProps) -> apigatewayv2.HttpStage:
        log_group = KeptLogs(self, "AccessLogs", data=props.data, key=props.log_key)
        settings = props.settings
        stage = apigatewayv2.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            auto_deploy=True,
            throttle=apigatewayv2.ThrottleSettings(rate_limit=settings.rate_rps, burst_limit=settings.burst),
            detailed_metrics_enabled=True,
        )
        resource = stage.node.default_child
        assert isinstance(resource, apigatewayv2.CfnStage)
        resource.access_log_settings = apigatewayv2.CfnStage.AccessLogSettingsProperty(
            destination_arn=log_group.log_group_arn, format=http_log_format()
        )
        return stage

    def _domain(self, props: GatewayProps, stage: apigatewayv2.HttpStage) -> GatewayDomain | None:
        if props.settings.domain is None:
            return None
        domain = GatewayDomain(self, "Domain", declared=props.settings.domain, writes_dns=not props.fails_over)
        domain.lead_to(self.api_id, self.stage_name, stage=stage)
        return domain


def _authorizer(settings: ApiSettings) -> apigatewayv2.IHttpRouteAuthorizer:
    if isinstance(settings.auth, JwtAuth):
        return HttpJwtAuthorizer("Callers", settings.auth.issuer, jwt_audience=list(settings.auth.audiences))
    return HttpIamAuthorizer()
