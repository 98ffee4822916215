"""A broken rule shows AWS's own error, and nothing has changed."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Sluice, document_of, model_folder

pytestmark = pytest.mark.xdist_group("cli-plane")


def alias_of(sluice: Sluice, model: str) -> Any:
    return document_of(sluice("alias", "show", model, "--json"))


@pytest.mark.parametrize(
    ("function_version", "weight", "code", "said"),
    [
        ("2", "150%", "ValidationException", "Member must have value less than or equal to 1.0"),
        ("99", "10%", "ResourceNotFoundException", "Function not found"),
        ("$LATEST", "10%", "InvalidParameterValueException", "$LATEST is not supported for an alias"),
        ("1", "10%", "InvalidParameterValueException", "already included in routing configuration"),
        ("newest", "10%", "ResourceNotFoundException", "Function not found"),
    ],
)
def test_a_broken_rule_is_answered_in_aws_s_words_and_changes_nothing(
    sluice: Sluice, served: str, function_version: str, weight: str, code: str, said: str
) -> None:
    before = alias_of(sluice, served)

    refused = sluice("alias", "shift", served, "--to", function_version, "--weight", weight, "--json")

    error = json.loads(refused.stderr)
    assert (refused.exit_code, refused.stdout, error["code"]) == (5, "", code)
    assert error["error"].startswith(f"{code}: ")
    assert said in error["error"]
    assert alias_of(sluice, served) == before


def test_promoting_without_a_candidate_is_refused(sluice: Sluice, served: str) -> None:
    refused = sluice("alias", "shift", served, "--promote")

    assert refused.exit_code == 5
    assert "has no candidate" in refused.stderr


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--to", "2"],
        ["--weight", "10%"],
        ["--promote", "--abort"],
        ["--promote", "--to", "2"],
        ["--to", "2", "--weight", "10"],
        ["--to", "2", "--weight", "10%", "--force"],
    ],
    ids=" ".join,
)
def test_a_shift_that_is_not_clear_is_not_made(sluice: Sluice, options: list[str]) -> None:
    assert sluice("alias", "shift", "any", *options).exit_code == 2


def test_a_model_without_a_release_has_no_alias_yet(sluice: Sluice, model: str, tmp_path: Path) -> None:
    sluice("model", "register", model_folder(tmp_path, model))

    shown = sluice("alias", "show", model)

    assert shown.exit_code == 4
    assert f"`sluice release publish {model}` makes it" in shown.stderr
