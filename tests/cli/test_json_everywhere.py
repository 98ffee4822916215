"""Every command prints one JSON document with the same keys each time, and nothing else, when asked to."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Serve, Sluice, document_of, model_folder

pytestmark = pytest.mark.xdist_group("cli-plane")

FACTS = {"name", "owner", "description", "risk_tier", "latency_budget_ms", "model_versions"}
SUMMARY = {"model", "model_version", "approval", "digest", "size_bytes", "registered_by", "registered_at"}
RELEASE = {
    "model",
    "release",
    "default_model_version",
    "preload",
    "model_versions",
    "digest",
    "function_versions",
    "weight_bps",
    "published_by",
    "published_at",
    "note",
}
ALIAS = {"model", "alias", "function_name", "stable", "candidate", "revision_id"}


def test_the_commands_that_read(sluice: Sluice, serve: Serve, model: str) -> None:
    serve(model, 1)
    sluice("predict", model, "--row", "0,0,0")

    def keys(*command: str | int) -> set[str]:
        document = document_of(sluice(*command, "--json"))
        return set(document[-1] if isinstance(document, list) else document)

    assert keys("model", "list") == FACTS
    assert keys("model", "show", model) == {*FACTS, "history"}
    assert keys("model", "show", model, 1) > SUMMARY
    assert keys("release", "list", model) == RELEASE
    assert keys("alias", "show", model) == ALIAS
    assert keys("predict", model, "--row", "0,0,0") == {"model_name", "model_version", "id", "parameters", "outputs"}
    lines = sluice("records", "tail", model, "--json").stdout.splitlines()
    assert [json.loads(line)["model"] for line in lines] == [model, model]


def test_the_commands_that_write(sluice: Sluice, serve: Serve, model: str, tmp_path: Path) -> None:
    serve(model, 1)

    def keys(*command: str | int | Path) -> set[str]:
        return set(document_of(sluice(*command, "--json")))

    (tmp_path / "next").mkdir()
    assert keys("model", "register", model_folder(tmp_path / "next", model, 2)) == SUMMARY
    assert keys("model", "approve", model, 2, "--why", "tested") == SUMMARY
    assert keys("model", "register", model_folder(tmp_path / "next", model, 3, bias=3)) == SUMMARY
    assert keys("model", "reject", model, 3, "--why", "tested") == SUMMARY
    assert keys("release", "publish", model, "--default", 2, "--version", 2, "--preload", 2) == RELEASE
    assert keys("alias", "shift", model, "--to", "2", "--weight", "100%") == ALIAS
    assert keys("model", "retire", model, 1, "--why", "replaced") == SUMMARY


@pytest.mark.parametrize("command", [["model", "list"], ["model", "show"], ["release", "list"], ["alias", "show"]])
def test_tables_on_a_pipe_hold_no_colour_and_cut_nothing(
    sluice: Sluice, serve: Serve, model: str, command: list[str]
) -> None:
    serve(model, 1)

    shown = sluice(*command, *([] if command[1] == "list" and command[0] == "model" else [model]))

    assert shown.exit_code == 0
    assert model in shown.stdout
    assert "\x1b" not in shown.stdout
    assert "…" not in shown.stdout
