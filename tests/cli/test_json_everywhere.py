"""Every command prints one JSON document with the same keys each time, and nothing else, when asked to."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Sluice, document_of, model_folder, serve

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


def test_the_commands_that_read(sluice: Sluice, served: str) -> None:
    def keys(*command: str | int) -> set[str]:
        document = document_of(sluice(*command, "--json"))
        return set(document[-1] if isinstance(document, list) else document)

    assert keys("model", "list") == FACTS
    assert keys("model", "show", served) == {*FACTS, "history"}
    assert keys("model", "show", served, 1) > SUMMARY
    assert keys("release", "list", served) == RELEASE
    assert keys("alias", "show", served) == ALIAS
    assert keys("predict", served, "--row", "0,0,0") == {"model_name", "model_version", "id", "parameters", "outputs"}
    lines = sluice("records", "tail", served, "--json").stdout.splitlines()
    assert {json.loads(line)["model"] for line in lines} == {served}


def test_the_commands_that_write(sluice: Sluice, model: str, tmp_path: Path) -> None:
    serve(sluice, tmp_path, model)

    def keys(*command: str | int | Path) -> set[str]:
        return set(document_of(sluice(*command, "--json")))

    assert keys("model", "register", model_folder(tmp_path, model, 2)) == SUMMARY
    assert keys("model", "approve", model, 2, "--why", "tested") == SUMMARY
    assert keys("model", "register", model_folder(tmp_path, model, 3, bias=3)) == SUMMARY
    assert keys("model", "reject", model, 3, "--why", "tested") == SUMMARY
    assert keys("release", "publish", model, "--default", 2, "--version", 2, "--preload", 2) == RELEASE
    assert keys("alias", "shift", model, "--to", "2", "--weight", "100%") == ALIAS
    assert keys("model", "retire", model, 1, "--why", "replaced") == SUMMARY


@pytest.mark.parametrize(
    "command", ["model list", "model show {}", "model show {} 1", "release list {}", "alias show {}"]
)
def test_tables_on_a_pipe_hold_no_colour_and_cut_nothing(sluice: Sluice, served: str, command: str) -> None:
    shown = sluice(*command.format(served).split())

    assert shown.exit_code == 0
    assert len(shown.stdout.splitlines()) > 4
    assert "\x1b" not in shown.stdout
    assert "…" not in shown.stdout
