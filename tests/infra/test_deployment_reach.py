"""What the deployment function reaches, and when its second step is called."""

from collections.abc import Iterator
from typing import Any

from infra.declarations.environment import Environment
from tests.infra.conftest import Synthesised


def lambda_statements(found: Synthesised, role: str) -> Iterator[dict[str, Any]]:
    for policy in found.properties("serving", "AWS::IAM::Policy"):
        if any(each["Ref"].startswith(role) for each in policy["Roles"]):
            yield from (each for each in policy["PolicyDocument"]["Statement"] if "lambda:" in str(each["Action"]))


def named(resource: Any) -> str:
    """What follows `function:` in an ARN, which the template joins from parts."""
    assert set(resource) == {"Fn::Join"}
    return str(resource["Fn::Join"][1][-1]).rpartition(":function:")[2]


def reached(found: Synthesised, role: str, action: str) -> set[str]:
    names: set[str] = set()
    for statement in lambda_statements(found, role):
        actions, resources = statement["Action"], statement["Resource"]
        if action in (actions if isinstance(actions, list) else [actions]):
            names |= {named(each) for each in (resources if isinstance(resources, list) else [resources])}
    return names


def model_functions(environment: Environment) -> set[str]:
    return {f"{environment.name}-inference-{model.name}" for model in environment.models}


def test_it_publishes_every_model_of_its_environment_and_no_other(
    synthesised: Synthesised, environment: Environment
) -> None:
    for action in ("lambda:GetAlias", "lambda:PublishVersion", "lambda:UpdateFunctionConfiguration"):
        assert reached(synthesised, "DeploymentRole", action) == model_functions(environment)


def test_it_shifts_every_model_where_a_deployment_may_shift(synthesised: Synthesised, environment: Environment) -> None:
    expected = model_functions(environment) if environment.shifts_on_deploy else set()

    assert reached(synthesised, "DeploymentRole", "lambda:UpdateAlias") == expected


def test_it_looks_at_functions_and_at_their_versions(synthesised: Synthesised, environment: Environment) -> None:
    functions = model_functions(environment)
    versions = {f"{name}:*" for name in functions}

    assert reached(synthesised, "DeploymentRole", "lambda:GetFunctionConfiguration") == functions | versions


def test_the_control_function_sees_the_alias_of_every_model_and_of_no_other(
    synthesised: Synthesised, environment: Environment
) -> None:
    assert reached(synthesised, "ControlRole", "lambda:GetAlias") == model_functions(environment)


def test_a_release_is_carried_over_once_the_model_could_serve_it(synthesised: Synthesised) -> None:
    """A version that starts from a snapshot runs when it is published, so it needs its rights by then."""
    serving = synthesised.templates["serving"]["Resources"]
    for step in synthesised.resources("serving", "Custom::SluiceReleaseCarryOver").values():
        words = "".join(step["Properties"]["Model"].split("-"))
        waited_for = [serving[id_]["Type"] for id_ in step["DependsOn"] if id_.startswith(f"Model{words}")]
        assert {"Function", "Version", "Alias"} <= {kind.rpartition("::")[2] for kind in waited_for}
        assert {"AWS::IAM::Role", "AWS::IAM::Policy", "AWS::Logs::LogGroup"} <= set(waited_for)


def test_the_stack_tells_how_each_release_was_carried_over(synthesised: Synthesised) -> None:
    outputs = synthesised.templates["serving"]["Outputs"]
    steps = synthesised.resources("serving", "Custom::SluiceReleaseCarryOver")

    told = {name: it["Value"] for name, it in outputs.items() if name.startswith("Deployed")}
    assert set(told) == {"DeployedBreastCancer", "DeployedWine"}
    assert {value["Fn::GetAtt"][0] for value in told.values()} == set(steps)
    assert {value["Fn::GetAtt"][1] for value in told.values()} == {"Outcome"}
