"""No route is open, whatever is declared; and what guards that would notice one that is."""

from dataclasses import replace
from typing import Any

import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration

from infra.constructs.http_gateway import HttpGateway
from infra.constructs.rest_gateway import RestGateway
from infra.declarations.api import ApiKind, ApiSettings, CognitoAuth, IamAuth, JwtAuth, UsagePlan
from infra.declarations.refusal import InvalidDeclaration
from tests.infra.gateway_stack import DOMAIN, GatewayStack, a_gateway_stack, an_alias, findings_of, methods_of
from tests.infra.open_routes import open_routes, routes_in

JWT = JwtAuth("https://issuer.example.com", ("client",), ("predict",), control_scopes=("control",))
POOL = "arn:aws:cognito-idp:eu-central-1:000000000000:userpool/eu-central-1_pool"
COGNITO = CognitoAuth(POOL, ("api/predict",), control_scopes=("api/control",))
PLAN = UsagePlan("gold", 5, 6, 1_000)
SETTINGS = {
    "http, iam": ApiSettings(),
    "http, jwt, domain": ApiSettings(auth=JWT, domain=DOMAIN),
    "rest, iam": ApiSettings(ApiKind.REST),
    "rest, cognito, guarded": ApiSettings(
        ApiKind.REST, COGNITO, usage_plans=(PLAN,), web_acl_rate_per_5_minutes=100, domain=DOMAIN
    ),
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_no_route_is_open(settings: ApiSettings) -> None:
    template = a_gateway_stack(settings).template()

    assert open_routes(template) == []
    assert len(routes_in(template)) >= 10


def test_a_jwt_api_asks_for_a_token_of_the_issuer_with_one_of_the_scopes() -> None:
    built = a_gateway_stack(SETTINGS["http, jwt, domain"])
    [(authorizer, declared)] = built.resources("AWS::ApiGatewayV2::Authorizer").items()

    assert declared["JwtConfiguration"] == {"Issuer": "https://issuer.example.com", "Audience": ["client"]}
    for route in built.resources("AWS::ApiGatewayV2::Route").values():
        changes = route["RouteKey"] in ("ANY /v1/{proxy+}", "ANY /v2/repository/{proxy+}")
        scope = "control" if changes else "predict"
        assert (route["AuthorizationType"], route["AuthorizationScopes"]) == ("JWT", [scope])
        assert route["AuthorizerId"] == {"Ref": authorizer}
    assert built.gateway.auth_name == "jwt"


def test_a_cognito_api_asks_for_a_token_of_the_pool_with_one_of_the_scopes() -> None:
    built = a_gateway_stack(SETTINGS["rest, cognito, guarded"])
    [(authorizer, declared)] = built.resources("AWS::ApiGateway::Authorizer").items()

    assert declared["ProviderARNs"] == [COGNITO.user_pool_arn]
    for path, method in methods_of(built):
        predicts = path.startswith("/v1/models") or (method["HttpMethod"], path) == ("POST", "/v1/outcomes")
        changes = path.startswith(("/v1", "/v2/repository")) and not predicts
        scope = "api/control" if changes else "api/predict"
        assert (method["AuthorizationType"], method["AuthorizationScopes"]) == ("COGNITO_USER_POOLS", [scope])
        assert method["AuthorizerId"] == {"Ref": authorizer}
    assert built.gateway.auth_name == "cognito"


@pytest.mark.parametrize("auth", [replace(JWT, scopes=()), replace(COGNITO, scopes=())], ids=["jwt", "cognito"])
def test_where_any_token_may_predict_none_may_change_without_its_scope(auth: JwtAuth | CognitoAuth) -> None:
    kind = ApiKind.HTTP if isinstance(auth, JwtAuth) else ApiKind.REST
    built = a_gateway_stack(ApiSettings(kind, auth))
    routes = [
        *built.resources("AWS::ApiGatewayV2::Route").values(),
        *built.resources("AWS::ApiGateway::Method").values(),
    ]
    asked = [route["AuthorizationScopes"] for route in routes if "AuthorizationScopes" in route]

    assert asked
    assert all(scopes == list(auth.control_scopes) for scopes in asked)


@pytest.mark.parametrize("kind", ApiKind)
def test_callers_of_an_iam_api_sign_every_request(kind: ApiKind) -> None:
    built = a_gateway_stack(ApiSettings(kind, IamAuth()))
    routes = [
        *built.resources("AWS::ApiGatewayV2::Route").values(),
        *built.resources("AWS::ApiGateway::Method").values(),
    ]

    assert {route["AuthorizationType"] for route in routes} == {"AWS_IAM"}


def test_an_authorizer_that_the_kind_does_not_have_cannot_be_declared() -> None:
    with pytest.raises(InvalidDeclaration, match="IamAuth or CognitoAuth on a REST API"):
        ApiSettings(ApiKind.REST, JWT)
    with pytest.raises(InvalidDeclaration, match="IamAuth or JwtAuth on an HTTP API"):
        ApiSettings(ApiKind.HTTP, COGNITO)


def add_to(built: GatewayStack, **authorization: Any) -> None:
    """A further route or method, with what is said of its authorization."""
    gateway = built.gateway
    if isinstance(gateway, HttpGateway):
        target = "integrations/none"
        apigatewayv2.CfnRoute(
            built.stack, "New", api_id=gateway.api_id, route_key="GET /new", target=target, **authorization
        )
    else:
        assert isinstance(gateway, RestGateway)
        root = gateway.api.rest_api_root_resource_id
        apigateway.CfnMethod(
            built.stack, "New", rest_api_id=gateway.api_id, resource_id=root, http_method="GET", **authorization
        )


@pytest.mark.parametrize("kind", ApiKind)
@pytest.mark.parametrize("authorization", [{}, {"authorization_type": "NONE"}, {"authorization_type": "JWT"}])
def test_a_new_route_without_authorization_is_reported(kind: ApiKind, authorization: dict[str, str]) -> None:
    """Named as an authorizer without one, it is as open as without a word."""
    built = a_gateway_stack(ApiSettings(kind))

    add_to(built, **authorization)

    assert open_routes(built.template()) == [f"New: {'GET /new' if kind is ApiKind.HTTP else 'GET'}"]


@pytest.mark.parametrize("kind", ApiKind)
def test_a_new_route_that_callers_sign_for_is_not_reported(kind: ApiKind) -> None:
    built = a_gateway_stack(ApiSettings(kind))

    add_to(built, authorization_type="AWS_IAM")

    assert open_routes(built.template()) == []
    assert "New" in routes_in(built.template())


@pytest.mark.parametrize("kind", ApiKind)
def test_whoever_adds_a_route_to_the_api_gets_its_authorization_unasked(kind: ApiKind) -> None:
    built = a_gateway_stack(ApiSettings(kind))
    gateway = built.gateway

    if isinstance(gateway, HttpGateway):
        gateway.api.add_routes(path="/new", integration=HttpLambdaIntegration("New", an_alias(built.stack, "New")))
    else:
        assert isinstance(gateway, RestGateway)
        gateway.api.root.add_resource("new").add_method("GET")

    assert open_routes(built.template()) == []


def test_a_function_url_would_be_reported() -> None:
    built = a_gateway_stack()
    alias = an_alias(built.stack, "New")

    lambda_.CfnUrl(built.stack, "Url", auth_type="NONE", target_function_arn=alias.function_arn)

    assert open_routes(built.template()) == ["Url: a function URL"]


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_both_rule_packs_have_nothing_left_to_say(settings: ApiSettings) -> None:
    assert findings_of(a_gateway_stack(settings)) == set()
