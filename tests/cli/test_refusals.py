"""What is refused, with which exit code, and in which words."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sluice.cli.main import app
from tests.cli.conftest import Sluice, model_folder

pytestmark = pytest.mark.xdist_group("cli-plane")

UNREACHABLE = "http://127.0.0.1:9"  # the discard port, where nothing listens


@pytest.mark.parametrize(
    ("command", "code", "name"),
    [
        (["model", "register", "/nowhere"], 3, "InvalidManifest"),
        (["model", "show", "nobody"], 4, "UnknownModel"),
        (["model", "approve", "nobody", "1", "--why", "x"], 4, "UnknownModel"),
        (["release", "publish", "nobody"], 4, "UnknownModel"),
        (["release", "list", "nobody"], 4, "UnknownModel"),
        (["alias", "show", "nobody"], 4, "UnknownModel"),
        (["alias", "shift", "nobody", "--promote"], 4, "UnknownModel"),
        (["predict", "nobody", "--row", "1"], 4, "NotFound"),
        (["records", "tail", "nobody"], 4, "UnknownFunction"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_does_not_exist_is_told_on_standard_error_and_by_exit_code(
    sluice: Sluice, command: list[str], code: int, name: str
) -> None:
    plain, as_json = sluice(*command), sluice(*command, "--json")

    error = json.loads(as_json.stderr)
    assert (plain.exit_code, as_json.exit_code, error["code"]) == (code, code, name)
    assert plain.stderr == f"Error: {error['error']}\n"
    assert plain.stdout == as_json.stdout == ""


def test_a_model_that_breaks_its_golden_examples_is_not_registered(sluice: Sluice, model: str, tmp_path: Path) -> None:
    refused = sluice("model", "register", model_folder(tmp_path, model, bias=0.5, golden=0.75))

    assert refused.exit_code == 3
    assert "golden example 'zero', output 'scores'" in refused.stderr
    assert sluice("model", "show", model).exit_code == 4


def test_a_number_cannot_be_taken_twice(sluice: Sluice, model: str, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    first = model_folder(tmp_path, model, bias=0.5)
    other = model_folder(tmp_path / "other", model, bias=0.75)

    codes = [sluice("model", "register", folder).exit_code for folder in (first, first, other)]

    assert codes == [0, 0, 5]


def test_nothing_unapproved_is_published(sluice: Sluice, model: str, tmp_path: Path) -> None:
    sluice("model", "register", model_folder(tmp_path, model))

    refusals = [sluice("release", "publish", model), sluice("release", "publish", model, "--default", 1)]

    assert [refused.exit_code for refused in refusals] == [5, 5]
    assert all("1: pending" in refused.stderr for refused in refusals)


def test_a_version_that_is_not_there_is_told_apart_from_the_model(sluice: Sluice, served: str) -> None:
    shown, asked = sluice("model", "show", served, 7), sluice("predict", served, "--row", "0,0,0", "--model-version", 7)

    assert (shown.exit_code, asked.exit_code) == (4, 4)
    assert "has no version '7'" in shown.stderr
    assert "has no version '7'" in asked.stderr


@pytest.mark.parametrize("command", [["model", "list"], ["predict", "any", "--row", "1"], ["records", "tail", "any"]])
def test_a_plane_that_is_not_running_is_told_in_one_sentence(command: list[str]) -> None:
    addresses = ["--aws-endpoint-url", UNREACHABLE, "--gateway-url", UNREACHABLE]

    refused = CliRunner().invoke(app, [*addresses, *command])

    assert refused.exit_code == 6
    assert refused.stderr == f"Error: the local plane does not answer at {UNREACHABLE}; start it with `make run`\n"


def test_aws_needs_the_names_that_nobody_gave() -> None:
    refused = CliRunner().invoke(app, ["--target", "aws", "model", "list"])

    assert refused.exit_code == 3
    assert (
        "registry_table == '', must be given for AWS: name the environment with --env, or set SLUICE_REGISTRY_TABLE"
        in refused.stderr
    )


def test_what_aws_s_library_cannot_do_is_one_sentence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)

    refused = CliRunner().invoke(app, ["--target", "aws", "records", "tail", "any", "--json"])

    assert refused.exit_code == 6
    assert json.loads(refused.stderr) == {"error": "AWS: You must specify a region.", "code": "NotAvailable"}
