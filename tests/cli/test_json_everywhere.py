"""Every command prints one JSON document with the same keys each time, and nothing else, when asked to."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Sluice, document_of, model_folder, serve
from tests.cli.experiment_files import experiment_file, flag_file, namespace_file

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

CHANGED = {"definition", "revision", "changed"}
EXPERIMENT = {*CHANGED, "allocation_version", "state", "is_stopped", "conclusion"}
NAMESPACE = {*CHANGED, "free", "owned", "resting"}
FLAG = {*CHANGED, "enabled", "is_archived"}
OVERRIDE = {"subject", "unit_type", "unit_id", "override", "removed"}
EXPLAINED = {"model", "unit_type", "unit_id", "attributes", "snapshot_number", "state_failure", "explanations"}
WHY = ("--why", "tested")


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


def test_the_commands_of_experiments_and_namespaces(sluice: Sluice, divided: str, key: str, tmp_path: Path) -> None:
    def keys(*command: str | int | Path) -> set[str]:
        document = document_of(sluice(*command, "--json"))
        return set(document[-1] if isinstance(document, list) else document)

    namespace, experiment = namespace_file(tmp_path, key), experiment_file(tmp_path, key, coverage_bps=100)
    unit = ("--unit", "ann")
    assert keys("namespace", "create", namespace, *WHY) == {*NAMESPACE, "written"}
    assert keys("namespace", "list") == keys("namespace", "show", key) == NAMESPACE
    assert keys("namespace", "show", key, "--history") == {*NAMESPACE, "history"}
    assert keys("namespace", "holdout", key, "1%", *WHY) == NAMESPACE
    assert keys("namespace", "propose", key, "--share", "1%") == {"namespace", "share_bps", "slots"}
    assert keys("experiment", "create", experiment, *WHY) == {*EXPERIMENT, "written"}
    assert keys("experiment", "validate", experiment) == {"experiment", "is_valid", "problems"}
    assert keys("experiment", "start", key, *WHY) == EXPERIMENT
    assert keys("experiment", "ramp", key, "--coverage", "50%", *WHY) == EXPERIMENT
    assert keys("experiment", "list") == keys("experiment", "show", key) == EXPERIMENT
    assert keys("experiment", "show", key, "--history") == {*EXPERIMENT, "history"}
    assert keys("experiment", "assign", key, *unit, "--variant", "control", *WHY) == OVERRIDE
    assert keys("experiment", "assign", key, *unit, "--remove") == OVERRIDE
    assert keys("experiment", "explain", key, *unit) == EXPLAINED
    assert keys("assignment", "explain", "--model", divided, *unit) == EXPLAINED
    assert keys("assignment", "show", *unit) == {"unit_type", "unit_id", "assignments", "overrides"}
    merged = keys("assignment", "merge", "--anonymous", "cookie", "--known", "ann")
    assert merged == {"unit_type", "anonymous_id", "known_id", "agreeing", "crossed_over"}
    assert keys("experiment", "stop", key, *WHY) == EXPERIMENT
    assert keys("experiment", "conclude", key, "--no-variant", *WHY) == EXPERIMENT
    assert keys("experiment", "archive", key, *WHY) == EXPERIMENT


def test_the_commands_of_flags(sluice: Sluice, key: str, tmp_path: Path) -> None:
    def keys(*command: str | int | Path) -> set[str]:
        document = document_of(sluice(*command, "--json"))
        return set(document[-1] if isinstance(document, list) else document)

    file = flag_file(tmp_path, key)
    assert keys("flag", "validate", file) == {"flag", "is_valid", "would_be"}
    assert keys("flag", "create", file, *WHY) == {*FLAG, "written"}
    assert keys("flag", "list") == keys("flag", "show", key) == FLAG
    assert keys("flag", "show", key, "--history") == {*FLAG, "history"}
    assert keys("flag", "evaluate", key, "--unit", "ann") > {"flag", "value", "variant", "reason", "ofrep_reason"}
    assert keys("flag", "override", key, "--unit", "ann", "--variant", "on", *WHY) == OVERRIDE
    assert keys("flag", "disable", key, *WHY) == keys("flag", "enable", key, *WHY) == FLAG
    assert keys("flag", "archive", key, *WHY) == FLAG


def test_tables_of_definitions_hold_no_colour_and_cut_nothing(
    sluice: Sluice, divided: str, key: str, tmp_path: Path
) -> None:
    writing: list[tuple[str | Path, ...]] = [
        ("namespace", "create", namespace_file(tmp_path, key)),
        ("experiment", "create", experiment_file(tmp_path, key)),
        ("experiment", "start", key),
        ("flag", "create", flag_file(tmp_path, f"{key}-flag")),
        ("experiment", "assign", key, "--unit", f"{key}-ann", "--variant", "treatment"),
    ]
    for arguments in writing:
        written = sluice(*arguments, *WHY)
        assert (written.exit_code, key in written.stdout) == (0, True)
    for command in (
        "namespace list",
        f"namespace show {key} --history",
        f"namespace show {key} --yaml",
        "experiment list",
        f"experiment show {key} --history",
        f"experiment show {key} --yaml",
        f"experiment explain {key} --unit {key}-ann",
        f"assignment explain --model {divided} --unit ann",
        f"assignment show --unit {key}-ann",
        "flag list",
        f"flag show {key}-flag --history",
        f"flag show {key}-flag --yaml",
        f"flag evaluate {key}-flag --unit ann",
    ):
        shown = sluice(*command.split())
        assert shown.exit_code == 0, shown.stderr
        assert key in shown.stdout
        assert "\x1b" not in shown.stdout
        assert "…" not in shown.stdout
