"""A stack with a gateway in it, before functions that do nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks, ServerlessChecks
from constructs import Construct

from infra.constructs.gateway import Gateway, GatewayProps, build_gateway
from infra.declarations.api import ApiSettings, CustomDomain
from infra.declarations.environment import DataSettings, Retention

MODELS = ("breast-cancer", "wine")
DATA = DataSettings(customer_keys=True, protected=False, retention=Retention(logs_days=14))
KEY_ARN = "arn:aws:kms:eu-central-1:000000000000:key/00000000-0000-4000-8000-000000000000"
DOMAIN = CustomDomain(
    "models.example.com", "arn:aws:acm:eu-central-1:000000000000:certificate/c", "ZONE", "example.com"
)

Resources = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class GatewayStack:
    """The stack can still grow until its template is asked for."""

    stack: cdk.Stack
    gateway: Gateway

    def template(self) -> dict[str, Any]:
        return dict(Template.from_stack(self.stack).to_json())

    def resources(self, kind: str) -> Resources:
        """Logical id to properties."""
        resources = self.template()["Resources"].items()
        return {id_: each["Properties"] for id_, each in resources if each["Type"] == kind}


def findings_of(built: GatewayStack) -> set[str]:
    """What both rule packs still have to say of the stack; a synthesis fails for errors, but not for warnings."""
    app = cdk.App.of(built.stack)
    assert isinstance(app, cdk.App)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
    app.synth()
    reports = json.loads(Path(app.outdir, "validation-report.json").read_text())["pluginReports"]
    return {violation["ruleName"] for report in reports for violation in report["violations"]}


def a_gateway_stack(
    settings: ApiSettings | None = None,
    *,
    models: Sequence[str] = MODELS,
    fails_over: bool = False,
    region: str = "eu-central-1",
) -> GatewayStack:
    app = cdk.App()
    stack = cdk.Stack(app, "sluice-test-serving", env=cdk.Environment(account="000000000000", region=region))
    props = GatewayProps(
        settings or ApiSettings(),
        control=an_alias(stack, "Control"),
        outcomes=an_alias(stack, "Outcomes"),
        models={name: an_alias(stack, name) for name in models},
        data=DATA,
        log_key=kms.Key.from_key_arn(stack, "Key", KEY_ARN),
        fails_over=fails_over,
    )
    return GatewayStack(stack, build_gateway(stack, "Gateway", props))


def an_alias(scope: Construct, name: str) -> lambda_.Alias:
    """The alias `live` of a function that is elsewhere, so that rule packs have nothing to say of it."""
    home = Construct(scope, name)
    arn = f"arn:aws:lambda:eu-central-1:000000000000:function:{name}"
    function = lambda_.Function.from_function_attributes(home, "Function", function_arn=arn, same_environment=True)
    version = lambda_.Version(home, "Version", lambda_=function)
    return lambda_.Alias(home, "Live", alias_name="live", version=version)


def owner_of(route_key: str) -> str:
    """What the logical id of the alias behind a route starts with."""
    models = [name for name in MODELS if f"/models/{name}" in route_key]
    others = "Outcomes" if route_key == "POST /v1/outcomes" else "Control"
    return models[0].replace("-", "") if models else others


def paths_of(built: GatewayStack) -> dict[str, str]:
    """Logical id of each resource to its path."""
    resources = built.resources("AWS::ApiGateway::Resource")

    def path(logical_id: str) -> str:
        above = resources[logical_id]["ParentId"]
        return (path(above["Ref"]) if "Ref" in above else "") + "/" + str(resources[logical_id]["PathPart"])

    return {logical_id: path(logical_id) for logical_id in resources}


def methods_of(built: GatewayStack) -> list[tuple[str, dict[str, Any]]]:
    """Each method of a REST API with the path that it is of."""
    paths = paths_of(built)
    return [
        (paths[method["ResourceId"]["Ref"]], method) for method in built.resources("AWS::ApiGateway::Method").values()
    ]
