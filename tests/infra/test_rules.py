"""The rule packs and the linter over every environment; and routes, none of which is open."""

import json

import pytest

from infra.declarations.environment import Environment
from tests.infra.conftest import Synthesised
from tests.infra.linting import findings_in
from tests.infra.open_routes import open_routes, routes_in


def test_the_packs_find_nothing_that_is_not_acknowledged(synthesised: Synthesised) -> None:
    """`App.synth` raises when they do; this says that they ran."""
    report = json.loads(synthesised.report)

    plugins = {
        each["pluginName"] if "pluginName" in each else each["summary"]["pluginName"]
        for each in report["pluginReports"]
    }
    assert {"AwsSolutions", "Serverless"} <= plugins


def test_the_linter_finds_nothing(synthesised: Synthesised, environment: Environment) -> None:
    findings = {
        name: findings_in(template, environment.region or "us-east-1")
        for name, template in synthesised.templates.items()
    }

    assert findings == {name: [] for name in synthesised.templates}


def test_no_route_is_open(synthesised: Synthesised, environment: Environment) -> None:
    template = synthesised.templates["serving"]

    assert len(routes_in(template)) == 8 + 5 * len(environment.models)
    assert open_routes(template) == []


@pytest.mark.parametrize("kind", ["AWS::CloudFormation::CustomResource", "Custom::AWS"])
def test_no_custom_resource_is_not_ours(kind: str, synthesised: Synthesised) -> None:
    """The CDK's own would bring functions and roles that nobody here has read."""
    assert all(synthesised.resources(name, kind) == {} for name in synthesised.templates)
    assert all("Custom::CDK" not in str(template) for template in synthesised.templates.values())
