"""The REST API: the same paths, to the same aliases, with what only REST APIs have."""

import json
from typing import Any

import pytest

from functions.inference.gateway_calls import hot_route_keys
from infra.constructs.model_routes import (
    CHANGING_RESOURCES,
    CONTROL_RESOURCES,
    TooManyRoutes,
    check_resource_quota,
    model_resources,
)
from infra.declarations.api import ApiKind, ApiSettings, UsagePlan
from sluice.inference.forms.invocations import TRITON_OCTETS
from sluice.inference.forms.media_types import NPY, OCTETS
from tests.infra.gateway_stack import MODELS, GatewayStack, a_gateway_stack, owner_of, paths_of

PLAN = UsagePlan("gold", rate_rps=5, burst=6, quota_per_day=1_000)
GUARDED = ApiSettings(ApiKind.REST, rate_rps=7, burst=9, usage_plans=(PLAN,), web_acl_rate_per_5_minutes=500)


@pytest.fixture(scope="module")
def plain() -> GatewayStack:
    return a_gateway_stack(ApiSettings(ApiKind.REST))


@pytest.fixture(scope="module")
def guarded() -> GatewayStack:
    return a_gateway_stack(GUARDED)


def only(built: GatewayStack, kind: str) -> dict[str, Any]:
    [found] = built.resources(kind).values()
    return found


def test_every_node_of_the_tree_takes_every_method(plain: GatewayStack) -> None:
    """A node without a method might hide the wildcard above it; nothing documents that it does not."""
    methods = plain.resources("AWS::ApiGateway::Method").values()
    any_method = [each["ResourceId"]["Ref"] for each in methods if each["HttpMethod"] == "ANY"]

    assert sorted(any_method) == sorted(paths_of(plain))


def test_the_paths_are_those_of_control_and_of_each_model(plain: GatewayStack) -> None:
    declared = {*CONTROL_RESOURCES, *CHANGING_RESOURCES, *(path for model in MODELS for path in model_resources(model))}

    assert set(paths_of(plain).values()) == declared


@pytest.mark.parametrize("model", MODELS)
def test_the_function_recognises_both_predicting_paths_as_its_hot_route(model: str) -> None:
    assert len({f"POST {path}" for path in model_resources(model)} & hot_route_keys(model)) == 2


def test_outcomes_alone_are_taken_by_one_method(plain: GatewayStack) -> None:
    """Everything else below /v1 is the control API's, the other methods of this path too."""
    paths = paths_of(plain)
    methods = plain.resources("AWS::ApiGateway::Method").values()
    other = [each for each in methods if each["HttpMethod"] != "ANY"]

    assert [(each["HttpMethod"], paths[each["ResourceId"]["Ref"]]) for each in other] == [("POST", "/v1/outcomes")]


def test_every_method_leads_to_the_alias_of_its_own_model(plain: GatewayStack) -> None:
    paths = paths_of(plain)

    for method in plain.resources("AWS::ApiGateway::Method").values():
        path = paths[method["ResourceId"]["Ref"]]
        [alias] = [part["Ref"] for part in method["Integration"]["Uri"]["Fn::Join"][1] if "Live" in str(part)]
        assert alias.startswith(owner_of(f"{method['HttpMethod']} {path}"))
        assert method["Integration"]["Type"] == "AWS_PROXY"


def test_the_api_may_invoke_each_alias_by_one_permission_and_no_other_api_may(plain: GatewayStack) -> None:
    permissions = plain.resources("AWS::Lambda::Permission").values()
    [api] = plain.resources("AWS::ApiGateway::RestApi")

    assert sorted(each["FunctionName"]["Ref"] for each in permissions) == sorted(plain.resources("AWS::Lambda::Alias"))
    assert all({"Ref": api} in each["SourceArn"]["Fn::Join"][1] for each in permissions)


def test_the_stage_is_bounded_traced_and_logged_in_json(guarded: GatewayStack) -> None:
    stage = only(guarded, "AWS::ApiGateway::Stage")
    [settings] = stage["MethodSettings"]

    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (7, 9)
    assert settings["DataTraceEnabled"] is False
    assert stage["TracingEnabled"] is True
    assert {"requestId", "routeKey", "callerArn", "apiKeyId"} <= set(json.loads(stage["AccessLogSetting"]["Format"]))


def test_what_api_gateway_logs_of_itself_is_encrypted_and_expires_too(plain: GatewayStack) -> None:
    [api] = plain.resources("AWS::ApiGateway::RestApi")
    log_groups = plain.resources("AWS::Logs::LogGroup")
    [(execution, named)] = [(id_, each) for id_, each in log_groups.items() if "LogGroupName" in each]
    [stage] = [each for each in plain.template()["Resources"].values() if each["Type"] == "AWS::ApiGateway::Stage"]

    assert named["LogGroupName"]["Fn::Join"][1] == ["API-Gateway-Execution-Logs_", {"Ref": api}, "/sluice"]
    assert execution in stage["DependsOn"]
    assert len(log_groups) == 2
    assert all(each["RetentionInDays"] == 14 and "KmsKeyId" in each for each in log_groups.values())


def test_the_role_that_api_gateway_logs_with_outlives_the_stack_and_can_only_log(plain: GatewayStack) -> None:
    kept = {"AWS::IAM::Role", "AWS::ApiGateway::Account"}
    policies = [each.get("DeletionPolicy") for each in plain.template()["Resources"].values() if each["Type"] in kept]
    [policy] = only(plain, "AWS::IAM::Role")["Policies"]
    [statement] = policy["PolicyDocument"]["Statement"]

    assert policies == ["Retain", "Retain"]
    assert plain.resources("AWS::IAM::Policy") == {}
    assert all(action.startswith("logs:") for action in statement["Action"])
    assert statement["Resource"]["Fn::Join"][1][-1] == ":logs:eu-central-1:000000000000:log-group:*"


def test_it_speaks_no_tls_older_than_1_2_in_its_own_region(plain: GatewayStack) -> None:
    api = only(plain, "AWS::ApiGateway::RestApi")

    assert api["SecurityPolicy"].startswith("SecurityPolicy_TLS13_1_2_")
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}


def test_only_tensors_in_binary_travel_as_base64(plain: GatewayStack) -> None:
    assert only(plain, "AWS::ApiGateway::RestApi")["BinaryMediaTypes"] == [OCTETS, NPY, TRITON_OCTETS]


def test_what_the_api_itself_refuses_has_the_protocols_shape(plain: GatewayStack) -> None:
    responses = plain.resources("AWS::ApiGateway::GatewayResponse").values()

    assert {each["ResponseType"] for each in responses} == {"DEFAULT_4XX", "DEFAULT_5XX"}
    for each in responses:
        rendered = each["ResponseTemplates"]["application/json"].replace("$context.error.messageString", '"Forbidden"')
        assert json.loads(rendered) == {"error": "Forbidden"}


def test_without_plans_nobody_needs_a_key_and_without_a_bound_there_is_no_web_acl(plain: GatewayStack) -> None:
    assert plain.resources("AWS::WAFv2::WebACL") == plain.resources("AWS::ApiGateway::ApiKey") == {}
    assert not any(each["ApiKeyRequired"] for each in plain.resources("AWS::ApiGateway::Method").values())


def test_a_usage_plan_bounds_the_callers_of_its_key(guarded: GatewayStack) -> None:
    plan = only(guarded, "AWS::ApiGateway::UsagePlan")
    [key] = guarded.resources("AWS::ApiGateway::ApiKey")

    assert plan["Throttle"] == {"RateLimit": 5, "BurstLimit": 6}
    assert plan["Quota"] == {"Limit": 1_000, "Period": "DAY"}
    assert only(guarded, "AWS::ApiGateway::UsagePlanKey")["KeyId"] == {"Ref": key}
    assert all(each["ApiKeyRequired"] for each in guarded.resources("AWS::ApiGateway::Method").values())


def test_the_web_acl_stands_before_the_stage_and_lets_large_tensors_pass(guarded: GatewayStack) -> None:
    rules = {each["Name"]: each for each in only(guarded, "AWS::WAFv2::WebACL")["Rules"]}
    common = rules["AWSManagedRulesCommonRuleSet"]["Statement"]["ManagedRuleGroupStatement"]
    [stage] = guarded.resources("AWS::ApiGateway::Stage")

    assert set(rules) == {"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet", "RatePerAddress"}
    assert rules["RatePerAddress"]["Statement"]["RateBasedStatement"]["Limit"] == 500
    assert common["RuleActionOverrides"] == [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}]
    protected = only(guarded, "AWS::WAFv2::WebACLAssociation")["ResourceArn"]
    assert {"Ref": stage} in protected["Fn::Join"][1]


def test_it_tells_others_what_they_need(plain: GatewayStack) -> None:
    gateway = plain.gateway
    [stage] = plain.resources("AWS::ApiGateway::Stage")

    assert plain.stack.resolve(gateway.url)["Fn::Join"][1][-2:] == ["/", {"Ref": stage}]
    assert (gateway.auth_name, gateway.stage_name, gateway.server_errors_metric) == ("iam", "sluice", "5XXError")
    assert gateway.dimensions == {"ApiName": "sluice-test-serving", "Stage": "sluice"}


def test_more_models_than_an_api_has_resources_for_fail_before_anything_is_deployed() -> None:
    check_resource_quota([f"model-{number}" for number in range(35)])

    with pytest.raises(TooManyRoutes, match="303 resources for 36 models"):
        a_gateway_stack(ApiSettings(ApiKind.REST), models=[f"model-{number}" for number in range(36)])
