"""The inference function, with the breast-cancer trees of `examples/`, or what is put in their place, in memory."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from benchmarks.example_event import FOLDER, MODEL
from benchmarks.example_experiments import UNIT, one_experiment, stores_with
from functions.inference.composition import Handler, build_handler
from functions.inference.experiment_plane import ExperimentStores
from functions.inference.settings import InferenceSettings
from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.adapters.onnx_inspection import OnnxInspector
from sluice.catalog.approval import ApprovalState, HistoryEvent
from sluice.catalog.artefact import Artefact, ArtefactFile
from sluice.catalog.model import RiskTier
from sluice.catalog.release import ReleaseContent, ReleasedVersion
from sluice.catalog.release_document import content_to_bytes
from sluice.catalog.signature import Signature
from sluice.clock import SystemClock
from sluice.usecases.alias_ports import AliasPorts
from sluice.usecases.compose_release import ReleaseWish
from sluice.usecases.decide_approval import Decision, decide_approval
from sluice.usecases.publish_release import publish_release
from sluice.usecases.register_model import register_model

WriteLine = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class ReleasedExample:
    """A release's content, and the store that has the files of its versions."""

    store: MemoryContentStore
    release: ReleaseContent

    def with_versions(self, files: Mapping[int, bytes], signature: Signature | None = None) -> "ReleasedExample":
        """Other versions by their numbers, all to be loaded at once; the first is the default."""
        like = self.release.versions[self.release.default_version]
        versions = {}
        for number, onnx in files.items():
            digest = self.store.put("artefacts", onnx)
            artefact = Artefact((ArtefactFile("model.onnx", digest, len(onnx)),))
            versions[number] = ReleasedVersion(number, artefact, signature or like.signature)
        changed = replace(
            self.release, versions=versions, default_version=next(iter(versions)), preload=tuple(versions)
        )
        return ReleasedExample(self.store, changed)


def released_example(
    *, registered_versions: int = 1, store: MemoryContentStore | None = None, risk_tier: RiskTier = RiskTier.MEDIUM
) -> ReleasedExample:
    """Version 2 of the trees, released from a registry that has so many versions.

    Records of the tier HIGH wait for a store, which in production takes longer than all that is timed here: so the
    trees, which are of that tier, are given another one.
    """
    registry, content, publisher = MemoryRegistry(), store or MemoryContentStore(), MemoryPublisher(MODEL)
    clock = SystemClock()
    with OnnxInspector() as inspector:
        version = register_model(
            FOLDER / "v2", registry=registry, content=content, inspector=inspector, clock=clock, by="bench"
        )
    for number in range(version.number + 1, version.number + registered_versions):
        event = HistoryEvent(MODEL, number, "registered", "bench", clock.now(), "")
        registry.add_version(replace(version, number=number), event)
    decision = Decision(ApprovalState.APPROVED, by="bench", why="to be timed")
    decide_approval(MODEL, version.number, decision=decision, registry=registry, publisher=publisher, clock=clock)
    wish = ReleaseWish(default_version=version.number)
    ports = AliasPorts(registry=registry, publisher=publisher, clock=clock, governed=None)
    release = publish_release(MODEL, wish, ports=ports, content=content, by="bench").release
    return ReleasedExample(content, replace(release.content, model=replace(release.content.model, risk_tier=risk_tier)))


def handler_of(example: ReleasedExample, write_line: WriteLine | None = None) -> Handler:
    """The inference function's own handler; its records go to `write_line`, or by a real write to the null device.

    One experiment runs, both of whose variants are the default version, and the unit of `example_experiments` was
    assigned before.
    """
    release = example.release
    digest = example.store.put("releases", content_to_bytes(release))
    settings = InferenceSettings(MODEL, "artefacts", "records", release=1, release_digest=digest)
    snapshot = one_experiment(MODEL, versions=(release.default_version, release.default_version))
    stores = ExperimentStores(*stores_with(snapshot, UNIT))
    return build_handler(settings, content=example.store, write_line=write_line or _null_writer(), stores=stores)


def release_handler(write_line: WriteLine | None = None, *, risk_tier: RiskTier = RiskTier.MEDIUM) -> Handler:
    """`handler_of` version 2."""
    return handler_of(released_example(risk_tier=risk_tier), write_line)


def _null_writer() -> WriteLine:
    null = os.open(os.devnull, os.O_WRONLY)
    return lambda line: os.write(null, line.encode())
