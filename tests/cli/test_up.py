"""`sluice up`: how it starts, what it says, and how it ends."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from sluice.catalog.approval import ApprovalState
from sluice.cli.connections import Connections
from sluice.cli.example_models import CANDIDATE_WEIGHT_BPS, find_examples, serve_example
from sluice.cli.model_function import ensure_function
from sluice.cli.running_plane import running_plane
from sluice.cli.target import TargetKind, target_of
from sluice.clock import SystemClock
from sluice.experiments.ports import Kind
from sluice.local.lambda_control.function import FunctionVersion
from sluice.local.plane_settings import PlaneSettings
from sluice.usecases.compose_release import ReleaseWish
from sluice.usecases.decide_approval import Decision, decide_approval
from sluice.usecases.publish_release import publish_release
from sluice.usecases.register_model import register_model
from tests.cli.conftest import UP, RunningPlane, Sluice, a_plane

pytestmark = pytest.mark.xdist_group("cli-plane")


def ready_anyhow(version: FunctionVersion) -> Callable[[Any, Any], Any]:
    """Stands for the inference function where only the registry and the alias matter."""
    return lambda event, context: {"statusCode": 200}


@contextmanager
def a_filled_plane(data_dir: Path | None = None, *, with_examples: bool = True) -> Iterator[Connections]:
    settings = PlaneSettings(gateway_port=0, aws_port=0, data_dir=data_dir, fsync=False, handler_factory=ready_anyhow)
    with running_plane(settings, with_examples=with_examples, quiet=True) as plane:
        connections = Connections(target_of(TargetKind.LOCAL, {}, plane.environment()))
        yield connections
        connections.close()


def histories(connections: Connections) -> list[Sequence[Any]]:
    """All that ever happened to models and experiments."""
    models = [connections.registry.list_history(each.name) for each in find_examples()]
    experiments = connections.definitions.list_all(Kind.EXPERIMENT)
    return [*models, *(connections.definitions.history(Kind.EXPERIMENT, each.key) for each in experiments)]


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_every_process_with_the_usual_exit_code(sent: signal.Signals, code: int) -> None:
    with a_plane() as plane:
        family = [psutil.Process(plane.process.pid), *psutil.Process(plane.process.pid).children(recursive=True)]
        plane.process.send_signal(sent)
        ended_with = plane.process.wait(timeout=30)

    assert ended_with == code
    assert not any(each.is_running() for each in family)


def test_what_it_prints_says_that_it_is_a_simulation_and_where_it_listens() -> None:
    command = [each for each in UP if each != "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        printed, _ = process.communicate(timeout=30)

    assert said == "Ctrl-C ends it.\n"
    assert "This is a simulation of AWS on this machine" in printed
    assert "models answer at   http://127.0.0.1:" in printed


def test_a_port_that_is_taken_is_one_sentence(plane: RunningPlane) -> None:
    taken = plane.ready["gateway_url"].rpartition(":")[2]

    second = subprocess.run([*UP, "--port", taken], check=False, capture_output=True, text=True, timeout=60)

    assert second.returncode == 5
    assert f"port {taken} on 127.0.0.1 is in use" in second.stderr


def test_the_examples_are_approved_and_a_tenth_of_one_goes_to_its_candidate() -> None:
    with a_filled_plane() as connections:
        aliases = {each.name: connections.publisher.alias(each.name) for each in find_examples()}
        releases = connections.registry.list_releases("breast-cancer")

    split = aliases["breast-cancer"]
    assert set(aliases) == {"breast-cancer", "diabetes", "digits", "wine"}
    assert split
    assert (split.stable_version, split.candidate_version, split.candidate_weight_bps) == (
        "1",
        "2",
        CANDIDATE_WEIGHT_BPS,
    )
    assert all(alias and alias.candidate_version is None for name, alias in aliases.items() if name != "breast-cancer")
    assert [(each.content.default_version, sorted(each.content.versions)) for each in releases] == [
        (1, [1, 2]),
        (2, [1, 2]),
    ]


def test_a_second_start_leaves_everything_as_its_owner_left_it(tmp_path: Path) -> None:
    with a_filled_plane(tmp_path) as connections:
        alias = connections.publisher.alias("breast-cancer")
        assert alias
        promoted = replace(alias, stable_version="2", candidate_version=None, candidate_weight_bps=0)
        kept = connections.publisher.shift("breast-cancer", promoted)
        history = histories(connections)

    with a_filled_plane(tmp_path) as connections:
        assert connections.publisher.alias("breast-cancer") == kept
        assert histories(connections) == history


def test_a_start_that_was_killed_half_way_is_taken_up() -> None:
    """As if it had died between the first release, which makes the alias, and the second."""
    [example] = [each for each in find_examples() if each.name == "breast-cancer"]
    with a_filled_plane(with_examples=False) as connections:
        ports: dict[str, Any] = {"registry": connections.registry, "clock": SystemClock()}
        content, publisher = connections.content, connections.publisher
        approve = Decision(ApprovalState.APPROVED, "sluice up", "tested")
        for number, folder in enumerate(example.folders, start=1):
            register_model(folder, **ports, content=content, inspector=connections.inspector, by="sluice up")
            decide_approval(example.name, number, decision=approve, **ports, publisher=publisher)
        ensure_function(connections, example.name)
        publish_release(example.name, ReleaseWish(1), ports=connections.alias_ports, content=content, by="sluice up")

        serve_example(connections, example)

        alias = publisher.alias(example.name)
        defaults = [each.content.default_version for each in connections.registry.list_releases(example.name)]
    assert defaults == [1, 2]
    assert alias
    assert (alias.stable_version, alias.candidate_version) == ("1", "2")


def test_credentials_of_an_account_are_neither_needed_nor_used(sluice: Sluice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "there-is-no-such-profile")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a-real-one")

    listed = sluice("model", "list")

    assert listed.exit_code == 0, listed.stderr
    assert os.environ["AWS_ACCESS_KEY_ID"] == "local"
    assert "AWS_PROFILE" not in os.environ
