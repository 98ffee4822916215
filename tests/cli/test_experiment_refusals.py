"""What is refused of experiments, with which exit code, and in which words."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sluice.cli.main import app
from tests.cli.conftest import Sluice, document_of
from tests.cli.experiment_files import VARIANTS, experiment_file, namespace_file

pytestmark = pytest.mark.xdist_group("cli-plane")

WHY = ("--why", "tested")


@pytest.fixture
def draft(sluice: Sluice, divided: str, key: str, tmp_path: Path) -> str:
    """A draft, in a namespace of the same key."""
    document_of(sluice("namespace", "create", namespace_file(tmp_path, key), *WHY, "--json"))
    document_of(sluice("experiment", "create", experiment_file(tmp_path, key), *WHY, "--json"))
    return key


@pytest.mark.parametrize(
    "command",
    [
        "experiment show nobody",
        "experiment start nobody --why x",
        "experiment ramp nobody --coverage 5% --why x",
        "experiment stop nobody --why x",
        "experiment conclude nobody --no-variant --why x",
        "experiment archive nobody --why x",
        "experiment assign nobody --unit ann --variant a --why x",
        "experiment explain nobody --unit ann",
        "assignment explain --model divided --unit ann --experiment nobody",
        "namespace show nobody",
        "namespace holdout nobody 5% --why x",
        "namespace propose nobody --share 5%",
        "flag show nobody",
        "flag enable nobody --why x",
        "flag archive nobody --why x",
        "flag evaluate nobody",
        "flag override nobody --unit ann --remove",
    ],
)
def test_what_is_not_defined_is_not_found(sluice: Sluice, command: str) -> None:
    refused = sluice(*command.split(), "--json")

    assert (refused.exit_code, refused.stdout) == (4, "")
    assert json.loads(refused.stderr)["code"] == "UnknownDefinition"


@pytest.mark.parametrize(
    "command",
    [
        "experiment start key",
        "experiment stop key",
        "experiment create file",
        "namespace create file",
        "namespace holdout key 5%",
        "flag disable key",
        "experiment ramp key --why x",
        "experiment ramp key --coverage 5% --weights a=100% --why x",
        "experiment ramp key --weights 5% --why x",
        "experiment ramp key --weights a=5,b=95% --why x",
        "experiment conclude key --why x",
        "experiment conclude key --variant a --no-variant --why x",
        "experiment assign key --unit ann",
        "experiment assign key --unit ann --variant a --remove --why x",
        "experiment assign key --unit ann --variant a",
        "experiment list --state over",
        "experiment show key --yaml --json",
        "experiment show key --yaml --history",
        "flag override key --unit ann",
        "namespace propose key",
    ],
)
def test_a_command_that_is_not_clear_or_gives_no_reason_is_not_understood(command: str) -> None:
    refused = CliRunner().invoke(app, command.split())

    assert (refused.exit_code, refused.stdout) == (2, "")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"coverage": 5}, "coverage: there is no such field, did you mean coverage_bps?"),
        ({"state": "running"}, "state: it is not written: it changes by moves"),
        ({"variants": VARIANTS[:1]}, "variants: found 1, allowed: 2 to 32, control first"),
        ({"model": "nobody"}, "model: there is no model 'nobody'"),
        ({"namespace": "nobody"}, "namespace: there is no namespace 'nobody'"),
        ({"eligibility": "age > 18"}, "eligibility: line 1, column 1: undeclared reference to 'age'"),
        ({"key": "Capital"}, "key: found 'Capital'"),
    ],
)
def test_a_definition_that_breaks_a_rule_is_not_written(
    sluice: Sluice, draft: str, tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    refused = sluice("experiment", "create", experiment_file(tmp_path, draft, **changes), *WHY)

    assert (refused.exit_code, refused.stdout) == (3, "")
    assert said in refused.stderr
    assert document_of(sluice("experiment", "show", draft, "--json"))["revision"] == 1


def test_validate_tells_every_problem_and_writes_nothing(sluice: Sluice, draft: str, tmp_path: Path) -> None:
    missing = {**VARIANTS[1], "model_version": 7}
    invalid = experiment_file(tmp_path, draft, eligibility="age", variants=[VARIANTS[0], missing])

    refused = sluice("experiment", "validate", invalid, "--json")
    shown = sluice("experiment", "validate", invalid)

    told = json.loads(refused.stdout)
    assert (refused.exit_code, told["is_valid"], len(told["problems"])) == (3, False, 2)
    assert "eligibility" in told["problems"][0]
    assert "there is no version 7 of divided" in told["problems"][1]
    assert shown.stdout.splitlines() == told["problems"]
    assert document_of(sluice("experiment", "show", draft, "--json"))["definition"]["eligibility"] == ""


def test_what_runs_is_immutable_and_its_slots_are_its_own(sluice: Sluice, draft: str, tmp_path: Path) -> None:
    document_of(sluice("experiment", "start", draft, *WHY, "--json"))
    rival = experiment_file(tmp_path, f"{draft}-rival", namespace=draft)
    document_of(sluice("experiment", "create", rival, *WHY, "--json"))

    def refused(*command: str | Path) -> tuple[int, str]:
        result = sluice(*command, *WHY, "--json")
        return result.exit_code, json.loads(result.stderr)["code"]

    edited = experiment_file(tmp_path, draft, hypothesis="Another one.")
    assert refused("experiment", "create", edited) == (5, "MoveRefused")
    assert refused("experiment", "start", draft) == (5, "MoveRefused")
    assert refused("experiment", "ramp", draft, "--coverage", "50%") == (5, "MoveRefused")
    assert refused("experiment", "ramp", draft, "--coverage", "101%") == (3, "InvalidDefinition")
    assert refused("experiment", "archive", draft) == (5, "MoveRefused")
    assert refused("experiment", "conclude", draft, "--variant", "nobody") == (3, "InvalidDefinition")
    assert refused("experiment", "start", f"{draft}-rival") == (5, "SlotsTaken")
    taken = sluice("namespace", "propose", draft, "--share", "1%")
    assert (taken.exit_code, "0 of 1000000 are" in taken.stderr) == (5, True)
    validated = sluice("experiment", "validate", rival)
    assert (validated.exit_code, f"owned by experiment '{draft}'" in validated.stdout) == (5, True)


def test_what_cannot_be_forced_is_told(sluice: Sluice, draft: str) -> None:
    assign = ("experiment", "assign", draft, *WHY, "--json")

    refusals = [
        sluice(*assign, "--unit", "ann", "--variant", "nobody"),
        sluice(*assign, "--unit", "ann", "--variant", "treatment", "--days", 401),
        sluice(*assign, "--unit", "ann", "--variant", "treatment", "--unit-type", "account"),
        sluice(*assign, "--unit", "", "--variant", "treatment"),
    ]

    assert [refused.exit_code for refused in refusals] == [3, 3, 3, 3]
    assert [json.loads(refused.stderr)["code"] for refused in refusals] == [*["InvalidRequest"] * 3, "InvalidUnit"]


def test_what_others_wrote_is_shown_as_text(sluice: Sluice, divided: str, key: str, tmp_path: Path) -> None:
    hostile = "[red]\x1b[2J[/red] :smile: [link=http://x]here[/link]"
    document_of(sluice("namespace", "create", namespace_file(tmp_path, key, description=hostile), *WHY, "--json"))
    file = experiment_file(tmp_path, key, hypothesis=hostile, owner=hostile)
    document_of(sluice("experiment", "create", file, "--why", hostile, "--by", hostile, "--json"))
    assign = ("experiment", "assign", key, "--unit", "[red]ann[/red]", "--variant", "control", "--why", hostile)

    shown = [
        sluice("experiment", "show", key, "--history"),
        sluice("experiment", "list", "--model", divided),
        sluice("namespace", "show", key),
        sluice("namespace", "list"),
        sluice(*assign),
        sluice("assignment", "show", "--unit", "[red]ann[/red]"),
    ]

    for each in shown:
        assert each.exit_code == 0, each.stderr
        assert "\x1b" not in each.stdout
        assert "[red]" in each.stdout
    assert hostile.replace("\x1b", "\N{REPLACEMENT CHARACTER}") in shown[0].stdout
