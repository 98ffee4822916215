"""`sluice rollout` against a plane: a rollout opened, changed, looked at, taken over and ended; plans as files."""

import json
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import RunningPlane, Sluice, approved, command_line, document_of, publish

pytestmark = pytest.mark.xdist_group("cli-plane")

ROLLOUT = {
    "model",
    "rollout_id",
    "plan",
    "phase",
    "step",
    "step_count",
    "weight_bps",
    "stable",
    "candidate",
    "started",
    "step_started_at",
    "seconds_left",
    "is_paused",
    "is_asking",
    "wish",
    "approvals",
    "gates_passed",
    "lease_until",
    "closed_at",
    "closing_reason",
    "epoch",
    "revision",
}
WHY = ("--why", "tested")
_ids = count(1)


@pytest.fixture(scope="session")
def two_releases(plane: RunningPlane, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model whose release 1 has all traffic, and whose release 2 has none."""
    sluice, folder = command_line(plane), tmp_path_factory.mktemp("rolled-out")
    for number in (1, 2):
        approved(sluice, folder, "rolled-out", number)
    for number in (1, 2):
        publish(sluice, "rolled-out", number)
    return "rolled-out"


@pytest.fixture
def candidate(sluice: Sluice, two_releases: str) -> Iterator[str]:
    """That model; a rollout that a test leaves open is aborted."""
    yield two_releases
    if sluice("rollout", "abort", two_releases, *WHY).exit_code == 0:
        document_of(sluice("rollout", "follow", two_releases, "--json"))


def started(sluice: Sluice, model: str, *options: str) -> dict[str, Any]:
    policy = options or ("--policy", "low", "--rehearsal")
    policy = policy if "--id" in policy else (*policy, "--id", f"rollout-{next(_ids)}")
    document: dict[str, Any] = document_of(sluice("rollout", "start", model, "--release", 2, *policy, *WHY, "--json"))
    return document


def test_every_command_of_a_rollout_prints_it_as_the_same_document(sluice: Sluice, candidate: str) -> None:
    def keys(*command: str | int) -> set[str]:
        document = document_of(sluice("rollout", *command, "--json"))
        return set(document[-1] if isinstance(document, list) else document)

    assert set(started(sluice, candidate)) == ROLLOUT
    assert keys("list") == keys("list", candidate) == ROLLOUT
    assert keys("status", candidate) == {*ROLLOUT, "verdicts", "problem"}
    assert keys("explain", candidate) == {*ROLLOUT, "story"}
    for move in ("pause", "resume", "promote", "abort"):
        assert keys(move, candidate, *WHY) == ROLLOUT
    ended = document_of(sluice("rollout", "follow", candidate, "--json"))
    assert (ended["action"], ended["phase"]) == ("roll_back", "ABORTED")


def test_a_person_sees_words_and_tables_without_colour_on_a_pipe(sluice: Sluice, candidate: str) -> None:
    assert (
        candidate in sluice("rollout", "start", candidate, "--to", "2", "--policy", "low", "--rehearsal", *WHY).stdout
    )
    for command in ("status", "explain", "list"):
        shown = sluice("rollout", command, candidate)
        assert (shown.exit_code, "\x1b" in shown.stdout) == (0, False), shown.stderr
    assert (
        "started it: function version 2 (release 2) beside 1 (release 1)"
        in sluice("rollout", "explain", candidate).stdout
    )
    assert "preparing, paused" in sluice("rollout", "pause", candidate, *WHY).stdout
    assert "asked to abort" in sluice("rollout", "abort", candidate, *WHY).stdout
    assert "aborted 0 %" in sluice("rollout", "follow", candidate).stdout
    assert "over: aborted" in sluice("rollout", "explain", candidate).stdout


def test_watching_prints_one_document_per_look_until_it_is_over(sluice: Sluice, candidate: str) -> None:
    started(sluice, candidate)
    document_of(sluice("rollout", "abort", candidate, *WHY, "--json"))
    document_of(sluice("rollout", "follow", candidate, "--json"))

    looks = sluice("rollout", "status", candidate, "--watch", "--json").stdout.splitlines()

    assert [json.loads(look)["phase"] for look in looks] == ["ABORTED"]


def test_only_one_rollout_of_a_model_is_open(sluice: Sluice, candidate: str) -> None:
    first = started(sluice, candidate, "--policy", "high", "--id", "first")

    again = started(sluice, candidate, "--policy", "high", "--id", "first")
    other = sluice("rollout", "start", candidate, "--release", 2, "--policy", "high", "--id", "other", *WHY)

    assert again == {**first, "seconds_left": again["seconds_left"]}
    assert (other.exit_code, other.stdout) == (5, "")


def test_what_was_rolled_back_is_refused_until_its_quarantine_is_lifted_for_a_reason(
    sluice: Sluice, candidate: str
) -> None:
    started(sluice, candidate)
    document_of(sluice("rollout", "roll-back", candidate, *WHY, "--json"))
    ended = document_of(sluice("rollout", "follow", candidate, "--json"))
    assert ended["phase"] == "ROLLED_BACK"
    refused = sluice("rollout", "start", candidate, "--release", 2, "--policy", "low", *WHY)
    assert (refused.exit_code, "quarantine" in refused.stderr) == (5, True)

    assert document_of(sluice("rollout", "lift-quarantine", candidate, *WHY, "--json"))["is_lifted"] is True
    assert "is in no quarantine" in sluice("rollout", "lift-quarantine", candidate, *WHY).stdout
    assert started(sluice, candidate)["phase"] == "PREPARING"


def test_an_approval_counts_once_and_never_from_who_started_it(sluice: Sluice, candidate: str) -> None:
    started(sluice, candidate, "--policy", "high", "--by", "ann")

    by_ann = sluice("rollout", "approve", candidate, *WHY, "--by", "ann")
    by_bob = document_of(sluice("rollout", "approve", candidate, *WHY, "--by", "bob", "--json"))

    assert by_ann.exit_code == 5
    assert by_bob["approvals"] == {"0": ["bob"]}


def test_the_planes_state_machine_is_a_controller_and_people_wake_it(sluice: Sluice, candidate: str) -> None:
    """It asks them before the first step; neither its first tick nor their answer waits for the clock."""
    started(sluice, candidate, "--policy", "high", "--rehearsal", "--machine")
    until(lambda: status_of(sluice, candidate)["is_asking"])

    document_of(sluice("rollout", "approve", candidate, *WHY, "--by", "bob", "--json"))

    until(lambda: status_of(sluice, candidate)["weight_bps"] == 100)
    assert status_of(sluice, candidate)["phase"] == "STEPPING"


def test_a_rollout_has_one_controller(sluice: Sluice, candidate: str) -> None:
    both = sluice("rollout", "start", candidate, "--release", 2, "--policy", "low", "--follow", "--machine", *WHY)

    assert (both.exit_code, both.stdout) == (2, "")


def status_of(sluice: Sluice, model: str) -> dict[str, Any]:
    document: dict[str, Any] = document_of(sluice("rollout", "status", model, "--json"))
    return document


def until(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.2)


def test_a_rollout_that_is_not_there_ends_with_four(sluice: Sluice, model: str) -> None:
    for command in ("status", "explain", "follow"):
        assert sluice("rollout", command, model).exit_code == 4
    for move in ("pause", "resume", "promote", "abort", "approve", "roll-back"):
        assert sluice("rollout", move, model, *WHY).exit_code == 4


def test_a_policy_is_a_file_that_a_rollout_takes(sluice: Sluice, candidate: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(sluice("rollout", "plan", "show", "low", "--rehearsal").stdout)

    validated = document_of(sluice("rollout", "plan", "validate", file, "--json"))

    assert validated == document_of(sluice("rollout", "plan", "show", "low", "--rehearsal", "--json"))
    assert "errors" in sluice("rollout", "plan", "validate", file).stdout
    assert started(sluice, candidate, "--plan", str(file))["plan"] == "low-rehearsal"


def test_a_policy_may_watch_the_predictions_of_an_output(sluice: Sluice, candidate: str, tmp_path: Path) -> None:
    shown = document_of(sluice("rollout", "plan", "show", "low", "--predictions", "label", "--json"))

    assert [it["metric"] for it in shown["guardrails"] if it["kind"] == "distribution"] == ["label"]
    assert started(sluice, candidate, "--policy", "low", "--predictions", "label")["plan"] == "low"
    both = sluice("rollout", "start", candidate, "--release", 2, "--plan", "p.yaml", "--predictions", "label", *WHY)
    assert both.exit_code == 2


def test_a_plan_that_breaks_a_rule_is_refused_by_the_name_of_its_member(sluice: Sluice, tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    plan = yaml.safe_load(sluice("rollout", "plan", "show", "low").stdout)
    plan["steps"][1]["weight_bps"] = 100
    file.write_text(yaml.safe_dump(plan))

    refused = sluice("rollout", "plan", "validate", file)

    assert refused.exit_code == 3
    assert "steps[1].weight_bps" in refused.stderr


@pytest.mark.parametrize(
    "options", [(), ("--policy", "low", "--plan", "x"), ("--plan", "x", "--rehearsal")], ids=["none", "both", "file"]
)
def test_a_rollout_has_one_plan(sluice: Sluice, options: tuple[str, ...]) -> None:
    assert sluice("rollout", "start", "any", "--release", 2, *options, *WHY).exit_code == 2
