"""`sluice rollout plan`: plans as files, and the policies to begin with."""

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from sluice.catalog.model import RiskTier
from sluice.cli.options import AsJson, DefinitionFile
from sluice.cli.output import show

if TYPE_CHECKING:
    from sluice.rollouts.plan import Plan

app = typer.Typer(help="Plans of rollouts.", no_args_is_help=True)

PlanFile = Annotated[str | None, typer.Option("--plan", help="YAML or JSON; - reads standard input.", metavar="FILE")]
Policy = Annotated[RiskTier | None, typer.Option("--policy", help="A plan by the risk of the model.")]
Rehearsal = Annotated[bool, typer.Option("--rehearsal", help="The policy's plan in minutes, where no customer is.")]
Predictions = Annotated[
    str,
    typer.Option("--predictions", help="Watch this output too, with the policy; it has frozen bins.", metavar="OUTPUT"),
]
PolicyName = Annotated[RiskTier, typer.Argument(metavar="POLICY", help="low or high.")]


@app.command("validate")
def validate(file: DefinitionFile, *, as_json: AsJson = False) -> None:
    """Read a plan and say what it amounts to; exit code 3, and the member's name, if it breaks a rule."""
    _show(_read(file), as_json=as_json)


@app.command("show")
def show_policy(
    policy: PolicyName, *, rehearsal: Rehearsal = False, predictions: Predictions = "", as_json: AsJson = False
) -> None:
    """Print the plan of a policy as the file that `--plan` takes."""
    from sluice.catalog.yaml_writing import to_yaml
    from sluice.rollouts.plan_document import plan_to_document
    from sluice.rollouts.templates import plan_template

    plan = plan_template(policy, is_rehearsal=rehearsal, output=predictions)
    if as_json:
        _show(plan, as_json=True)
    else:
        sys.stdout.write(to_yaml(plan_to_document(plan)))


def wanted_plan(file: str | None, policy: RiskTier | None, *, is_rehearsal: bool, output: str) -> "Plan":
    """The plan of the file or of the policy. Raises typer.BadParameter unless one of them is named."""
    from sluice.rollouts.templates import plan_template

    if (file is None) is (policy is None):
        raise typer.BadParameter("give either --plan or --policy")
    if file is not None and (is_rehearsal or output):
        raise typer.BadParameter("--rehearsal and --predictions go with --policy")
    if file is not None:
        return _read(file)
    return plan_template(policy or RiskTier.HIGH, is_rehearsal=is_rehearsal, output=output)


def _read(file: str) -> "Plan":
    from sluice.cli.definition_files import read_definition
    from sluice.rollouts.plan_document import plan_from_document

    return plan_from_document(read_definition(file))


def _show(plan: "Plan", *, as_json: bool) -> None:
    from sluice.cli.plan_views import render_plan
    from sluice.rollouts.plan_document import plan_to_document

    document = plan_to_document(plan)
    show(document, as_json=as_json, render=partial(render_plan, document))
