"""The HTTP API: the routes of the local gateway, to aliases, throttled and logged."""

import json
from dataclasses import dataclass, field

import pytest

from infra.constructs.model_routes import TooManyRoutes, check_route_quota
from infra.declarations.api import ApiSettings
from sluice.local.gateway.model_routes import routes_of
from tests.infra.gateway_stack import KEY_ARN, MODELS, GatewayStack, a_gateway_stack, owner_of

SETTINGS = ApiSettings(rate_rps=7, burst=9)


@dataclass
class Deployed:
    name: str
    aliases: list[str] = field(default_factory=lambda: ["live"])


@pytest.fixture(scope="module")
def built() -> GatewayStack:
    return a_gateway_stack(SETTINGS)


def test_the_routes_are_those_of_the_local_gateway(built: GatewayStack) -> None:
    names = ["control", "outcomes", *(f"inference-{model}" for model in MODELS)]
    table = routes_of(Deployed(name) for name in names)
    local = [route.route_key for route in table.static.values()]
    local += [pattern.route.route_key for pattern in table.patterns]

    deployed = [route["RouteKey"] for route in built.resources("AWS::ApiGatewayV2::Route").values()]

    assert sorted(deployed) == sorted(local)
    assert len(deployed) == 8 + 5 * len(MODELS)


def test_every_route_leads_to_the_alias_of_its_own_model(built: GatewayStack) -> None:
    aliases = built.resources("AWS::Lambda::Alias")
    integrations = built.resources("AWS::ApiGatewayV2::Integration")

    for route in built.resources("AWS::ApiGatewayV2::Route").values():
        integration = integrations[route["Target"]["Fn::Join"][1][1]["Ref"]]
        alias = integration["IntegrationUri"]["Ref"]
        assert alias in aliases
        assert alias.startswith(owner_of(route["RouteKey"]))
        assert integration["PayloadFormatVersion"] == "2.0"
    assert len(integrations) == len(aliases)


def test_the_api_may_invoke_each_alias_by_one_permission_and_no_other_api_may(built: GatewayStack) -> None:
    permissions = built.resources("AWS::Lambda::Permission").values()
    [api] = built.resources("AWS::ApiGatewayV2::Api")

    assert sorted(each["FunctionName"]["Ref"] for each in permissions) == sorted(built.resources("AWS::Lambda::Alias"))
    for each in permissions:
        assert each["Principal"] == "apigateway.amazonaws.com"
        assert {"Ref": api} in each["SourceArn"]["Fn::Join"][1]


def test_the_stage_is_bounded_measured_and_logged_in_json(built: GatewayStack) -> None:
    [stage] = built.resources("AWS::ApiGatewayV2::Stage").values()
    [(log_group, kept)] = built.resources("AWS::Logs::LogGroup").items()

    assert stage["StageName"] == "$default"
    assert stage["DefaultRouteSettings"] == {
        "DetailedMetricsEnabled": True,
        "ThrottlingBurstLimit": 9,
        "ThrottlingRateLimit": 7,
    }
    assert stage["AccessLogSettings"]["DestinationArn"]["Fn::GetAtt"][0] == log_group
    line = json.loads(stage["AccessLogSettings"]["Format"])
    assert {"requestId", "routeKey", "status", "integrationLatencyMs", "integrationError", "callerArn"} <= set(line)
    assert (kept["RetentionInDays"], kept["KmsKeyId"]) == (14, KEY_ARN)


def test_it_tells_others_what_they_need(built: GatewayStack) -> None:
    [api] = built.resources("AWS::ApiGatewayV2::Api")
    gateway = built.gateway

    assert built.stack.resolve(gateway.api_id) == {"Ref": api}
    assert built.stack.resolve(gateway.url) == {"Fn::GetAtt": [api, "ApiEndpoint"]}
    assert (gateway.auth_name, gateway.stage_name, gateway.server_errors_metric) == ("iam", "$default", "5xx")
    assert built.stack.resolve(gateway.dimensions) == {"ApiId": {"Ref": api}, "Stage": "$default"}
    assert gateway.domain is None


def test_more_models_than_an_api_has_routes_for_fail_before_anything_is_deployed() -> None:
    check_route_quota([f"model-{number}" for number in range(58)])

    with pytest.raises(TooManyRoutes, match="303 routes for 59 models, but one API takes 300"):
        a_gateway_stack(models=[f"model-{number}" for number in range(59)])
