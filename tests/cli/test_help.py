"""What the command says about itself."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from sluice import __version__
from sluice.cli.main import app

COMMANDS = [
    ["up"],
    ["model", "register"],
    ["model", "list"],
    ["model", "show"],
    ["model", "approve"],
    ["model", "reject"],
    ["model", "retire"],
    ["release", "publish"],
    ["release", "list"],
    ["release", "sweep"],
    ["alias", "show"],
    ["alias", "shift"],
    *(
        ["experiment", name]
        for name in (
            "create",
            "validate",
            "list",
            "show",
            "start",
            "ramp",
            "stop",
            "conclude",
            "archive",
            "assign",
            "explain",
            "size",
        )
    ),
    *(["namespace", name] for name in ("create", "list", "show", "holdout", "propose")),
    *(["assignment", name] for name in ("explain", "show", "merge")),
    *(
        ["flag", name]
        for name in ("create", "validate", "enable", "disable", "archive", "list", "show", "evaluate", "override")
    ),
    ["predict"],
    ["records", "tail"],
    *(
        ["rollout", name]
        for name in (
            "start",
            "follow",
            "status",
            "list",
            "explain",
            "pause",
            "resume",
            "promote",
            "abort",
            "approve",
            "roll-back",
            "lift-quarantine",
        )
    ),
    *(["rollout", "plan", name] for name in ("validate", "show")),
    ["demo", "rollout"],
    *(["ledger", name] for name in ("verify", "show", "what-served")),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_and_offers_json(command: list[str]) -> None:
    shown = CliRunner().invoke(app, [*command, "--help"])

    assert shown.exit_code == 0
    assert shown.stdout.startswith("Usage: sluice")
    assert "--json" in shown.stdout


def test_the_root_lists_every_group() -> None:
    shown = CliRunner().invoke(app, ["--help"])

    assert shown.exit_code == 0
    groups = (
        "model",
        "release",
        "alias",
        "experiment",
        "namespace",
        "assignment",
        "flag",
        "records",
        "rollout",
        "demo",
    )
    for name in ("up", "predict", *groups):
        assert f"\n  {name} " in shown.stdout


def test_version_is_the_package_s() -> None:
    shown = CliRunner().invoke(app, ["--version"])

    assert shown.stdout == f"sluice {__version__}\n"


def test_a_command_line_that_is_not_understood_ends_with_two() -> None:
    shown = CliRunner().invoke(app, ["model", "show"])

    assert shown.exit_code == 2
    assert "Missing argument 'MODEL'" in shown.stderr
    assert shown.stdout == ""


def test_help_imports_nothing_heavy() -> None:
    """Time on a busy machine proves little; what must stay out of the import path is known by name."""
    heavy = [
        "boto3",
        "botocore",
        "numpy",
        "onnxruntime",
        "pynamodb",
        "moto",
        "rich",
        "httpx",
        "aiohttp",
        "pydantic",
        "cel_expr_python",
        "yaml",
    ]
    code = f"import sys, sluice.cli.main; print([name for name in {heavy} if name in sys.modules])"

    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60)

    assert found.stdout == "[]\n"
