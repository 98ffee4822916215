"""The example models, served by the same use cases as everybody's; what is there already stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sluice.catalog.approval import ApprovalState
from sluice.catalog.model_version import ModelVersion
from sluice.cli.connections import Connections
from sluice.cli.model_function import ensure_function
from sluice.clock import SystemClock
from sluice.errors import NotFound
from sluice.usecases.compose_release import ReleaseWish
from sluice.usecases.decide_approval import Decision, decide_approval
from sluice.usecases.publish_release import PublishedRelease, publish_release
from sluice.usecases.register_model import register_model
from sluice.usecases.shift_alias import shift_alias

FOLDER = Path(__file__).resolve().parents[3] / "examples"
CANDIDATE_WEIGHT_BPS = 1_000

_BY = "sluice up"
_WHY = "an example that ships with Sluice"


@dataclass(frozen=True, slots=True)
class ExampleModel:
    """A model's name and the folders of its versions, by number."""

    name: str
    folders: Sequence[Path]


def find_examples() -> list[ExampleModel]:
    """Every example in this checkout, by name. Raises NotFound outside a checkout."""
    manifests = sorted(FOLDER.glob("*/v*/model.yaml"))
    if not manifests:
        raise NotFound(f"no examples in {FOLDER}; run from a checkout of the repository")
    names = sorted({manifest.parent.parent.name for manifest in manifests})
    return [
        ExampleModel(name, [each.parent for each in manifests if each.parent.parent.name == name]) for name in names
    ]


def serve_example(connections: Connections, example: ExampleModel) -> None:
    """Register, approve and publish every version; the last one gets a tenth of the traffic if there are several.

    A model that is served already stays as its owner left it. What an earlier run began and did not end, because it
    was stopped, is taken up.
    """
    if not _is_to_be_served(connections, example):
        return
    versions = [_approved(connections, folder) for folder in example.folders]
    ensure_function(connections, example.name)
    published = [_publish(connections, version) for version in versions]
    if len(published) > 1:
        shift_alias(
            example.name,
            function_version=published[-1].function_version,
            weight_bps=CANDIDATE_WEIGHT_BPS,
            registry=connections.registry,
            publisher=connections.publisher,
        )


def _is_to_be_served(connections: Connections, example: ExampleModel) -> bool:
    releases = connections.registry.list_releases(example.name)
    return len(releases) < len(example.folders) and all(release.published_by == _BY for release in releases)


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


def _publish(connections: Connections, version: ModelVersion) -> PublishedRelease:
    return publish_release(
        version.model,
        ReleaseWish(version.number, note=_WHY),
        registry=connections.registry,
        content=connections.content,
        publisher=connections.publisher,
        clock=SystemClock(),
        by=_BY,
    )
