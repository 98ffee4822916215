"""Completion of model names in a shell."""

import pytest
from typer.testing import CliRunner

from sluice.cli.completion import complete_model
from sluice.cli.main import app
from tests.cli.conftest import RunningPlane

pytestmark = pytest.mark.xdist_group("cli-plane")


def test_names_that_start_so_are_offered(plane: RunningPlane, served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_AWS_ENDPOINT_URL", plane.variables["SLUICE_AWS_ENDPOINT_URL"])

    assert complete_model("serv") == [served]
    assert complete_model("no-such") == []


@pytest.mark.parametrize(
    "variables", [{"SLUICE_AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, {"SLUICE_TARGET": "aws"}, {"SLUICE_TARGET": "x"}]
)
def test_a_registry_out_of_reach_offers_nothing_and_says_nothing(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert complete_model("") == []


def test_a_shell_is_offered_the_models(plane: RunningPlane, served: str) -> None:
    asked = {"_SLUICE_COMPLETE": "complete_bash", "COMP_WORDS": "sluice alias show serv", "COMP_CWORD": "3"}

    offered = CliRunner(env=asked | plane.variables).invoke(app, prog_name="sluice")

    assert offered.stdout.splitlines() == [served]
