"""The example models, served by the same use cases as everybody's; what is there already stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sluice.catalog.approval import ApprovalState
from sluice.catalog.model_version import ModelVersion
from sluice.cli.connections import Connections
from sluice.cli.example_experiment import ExampleExperiment
from sluice.cli.model_function import ensure_function
from sluice.clock import SystemClock
from sluice.errors import NotFound
from sluice.usecases.compose_release import ReleaseWish
from sluice.usecases.decide_approval import Decision, decide_approval
from sluice.usecases.publish_release import PublishedRelease, publish_release
from sluice.usecases.register_model import register_model
from sluice.usecases.shift_alias import ShiftWish, shift_alias

FOLDER = Path(__file__).resolve().parents[3] / "examples"
CANDIDATE_WEIGHT_BPS = 1_000

_BY = "sluice up"
_WHY = "an example that ships with Sluice"


@dataclass(frozen=True, slots=True)
class ExampleModel:
    """A model's name, the folders of its versions, by number, and the experiment between them, if there is one."""

    name: str
    folders: Sequence[Path]
    experiment: ExampleExperiment | None = None


def find_examples() -> list[ExampleModel]:
    """Every example in this checkout, by name. Raises NotFound outside a checkout."""
    manifests = sorted(FOLDER.glob("*/v*/model.yaml"))
    if not manifests:
        raise NotFound(f"no examples in {FOLDER}; run from a checkout of the repository")
    names = sorted({manifest.parent.parent.name for manifest in manifests})
    return [_example(name, [each.parent for each in manifests if each.parent.parent.name == name]) for name in names]


def serve_example(connections: Connections, example: ExampleModel) -> None:
    """Register, approve and publish every version, and divide the units or the traffic if there are several.

    With an experiment one release holds all versions, and the unit decides; without, the last version is a candidate
    with a tenth of the traffic. A model that is served already stays as its owner left it. What an earlier run began
    and did not end, because it was stopped, is taken up.
    """
    if not _is_to_be_served(connections, example):
        return
    if example.experiment:
        versions = _versions(connections, example)
        _publish(connections, versions[0], preload=[version.number for version in versions])
        example.experiment.run(connections, by=_BY, why=_WHY)
    else:
        _serve_candidate(connections, release_each(connections, example))


def release_each(connections: Connections, example: ExampleModel) -> list[PublishedRelease]:
    """Every version in a release of its own, by number; the first one has all traffic if none had any."""
    return [_publish(connections, version) for version in _versions(connections, example)]


def _versions(connections: Connections, example: ExampleModel) -> list[ModelVersion]:
    """All of them, registered and approved, and a function that can serve them."""
    versions = [_approved(connections, folder) for folder in example.folders]
    ensure_function(connections, example.name)
    return versions


def _example(name: str, folders: Sequence[Path]) -> ExampleModel:
    return ExampleModel(name, folders, ExampleExperiment.find(FOLDER / name))


def _is_to_be_served(connections: Connections, example: ExampleModel) -> bool:
    releases = connections.registry.list_releases(example.name)
    if any(release.published_by != _BY for release in releases):
        return False
    if example.experiment is None:
        return len(releases) < len(example.folders)
    # A release without all versions is of a checkout that had no experiment yet.
    is_ready = all(len(release.content.versions) == len(example.folders) for release in releases)
    return is_ready and example.experiment.is_to_be_run(connections, by=_BY)


def _serve_candidate(connections: Connections, published: Sequence[PublishedRelease]) -> None:
    if len(published) > 1:
        shift_alias(
            published[-1].release.content.model.name,
            ShiftWish(published[-1].function_version, CANDIDATE_WEIGHT_BPS, _BY, _WHY),
            ports=connections.alias_ports,
        )


def _approved(connections: Connections, folder: Path) -> ModelVersion:
    version = register_model(
        folder,
        registry=connections.registry,
        content=connections.content,
        inspector=connections.inspector,
        clock=SystemClock(),
        by=_BY,
    )
    if version.approval.state is not ApprovalState.PENDING:
        return version
    return decide_approval(
        version.model,
        version.number,
        decision=Decision(ApprovalState.APPROVED, _BY, _WHY),
        registry=connections.registry,
        publisher=connections.publisher,
        clock=SystemClock(),
    )


def _publish(
    connections: Connections, version: ModelVersion, *, preload: Sequence[int] | None = None
) -> PublishedRelease:
    return publish_release(
        version.model,
        ReleaseWish(version.number, preload, note=_WHY),
        ports=connections.alias_ports,
        content=connections.content,
        by=_BY,
    )
