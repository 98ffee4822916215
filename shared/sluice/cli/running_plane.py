"""A local plane for the time of a `with` block: started, filled, and stopped whatever happens."""

import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from sluice.cli.connections import Connections
from sluice.cli.output import progress
from sluice.cli.target import Target, TargetKind

if TYPE_CHECKING:
    from sluice.local.plane import Plane
    from sluice.local.plane_settings import PlaneSettings
    from sluice.local.resources import ResourceNames


@contextmanager
def running_plane(settings: "PlaneSettings", *, with_examples: bool, quiet: bool) -> Iterator["Plane"]:
    """The plane, ready for requests. Raises Conflict if a port is taken."""
    from sluice.local.plane import start_plane

    plane = start_plane(settings)
    try:
        with closing(Connections(target_of_plane(plane, settings))) as connections:
            _fill(connections, settings.names, with_examples=with_examples, quiet=quiet)
        yield plane
    finally:
        with _without_interruption():
            plane.stop()


@contextmanager
def _without_interruption() -> Iterator[None]:
    """An impatient second Ctrl-C must not leave processes behind."""
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def target_of_plane(plane: "Plane", settings: "PlaneSettings") -> Target:
    """Where commands find a plane of this process."""
    known = {field.name for field in fields(Target)}
    names = {name: value for name, value in asdict(settings.names).items() if name in known}
    return Target(TargetKind.LOCAL, aws_endpoint_url=plane.aws_url, gateway_url=plane.gateway_url, **names)


def _fill(connections: Connections, names: "ResourceNames", *, with_examples: bool, quiet: bool) -> None:
    """Deploy what the plane needs and the examples, then wake one environment per model."""
    from sluice.cli.example_models import find_examples, serve_example
    from sluice.cli.warm_up import WarmUp
    from sluice.local.deployment import control_environment, deploy_control, deploy_outcomes
    from sluice.local.resources import create_outcomes_queue, create_resources

    with progress(quiet=quiet) as bar, WarmUp(connections) as warm_up:
        task = bar.add_task("deploying", total=None)
        create_resources(connections.aws_client("dynamodb"), connections.aws_client("s3"), names)
        deploy_control(connections.functions, control_environment(names, connections.target.aws_endpoint_url))
        queue_url = create_outcomes_queue(connections.aws_client("sqs"), names)
        deploy_outcomes(connections.functions, names, queue_url=queue_url)
        examples = find_examples() if with_examples else []
        bar.update(task, total=len(examples))
        for example in examples:
            bar.update(task, description=f"serving {example.name}")
            serve_example(connections, example)
            warm_up.wake(example.name)
            bar.advance(task)
        bar.update(task, description="starting environments")
