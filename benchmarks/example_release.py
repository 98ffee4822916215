"""The inference function, with the breast-cancer trees of `examples/` released into memory."""

import os
from collections.abc import Callable

from benchmarks.example_event import FOLDER, MODEL
from benchmarks.example_experiments import UNIT, one_experiment, stores_with
from functions.inference.composition import Handler, build_handler
from functions.inference.experiment_plane import ExperimentStores
from functions.inference.settings import InferenceSettings
from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.adapters.onnx_inspection import OnnxInspector
from sluice.catalog.approval import ApprovalState
from sluice.clock import SystemClock
from sluice.usecases.compose_release import ReleaseWish
from sluice.usecases.decide_approval import Decision, decide_approval
from sluice.usecases.publish_release import publish_release
from sluice.usecases.register_model import register_model


def release_handler(write_line: Callable[[str], object] | None = None) -> Handler:
    """The inference function's own handler, serving version 2.

    Its records go to `write_line`, or, without one, to the null device by a real write.

    One experiment runs, and the unit of `example_experiments` was assigned before.
    """
    registry, content, publisher = MemoryRegistry(), MemoryContentStore(), MemoryPublisher(MODEL)
    clock = SystemClock()
    with OnnxInspector() as inspector:
        version = register_model(
            FOLDER / "v2", registry=registry, content=content, inspector=inspector, clock=clock, by="bench"
        )
    decision = Decision(ApprovalState.APPROVED, by="bench", why="to be timed")
    decide_approval(MODEL, version.number, decision=decision, registry=registry, publisher=publisher, clock=clock)
    wish = ReleaseWish(default_version=version.number)
    release = publish_release(
        MODEL, wish, registry=registry, content=content, publisher=publisher, clock=clock, by="bench"
    ).release
    settings = InferenceSettings(MODEL, "artefacts", "records", release=release.number, release_digest=release.digest)
    snapshot = one_experiment(MODEL, versions=(version.number, version.number))
    stores = ExperimentStores(*stores_with(snapshot, UNIT))
    return build_handler(settings, content=content, write_line=write_line or _null_writer(), stores=stores)


def _null_writer() -> Callable[[str], object]:
    null = os.open(os.devnull, os.O_WRONLY)
    return lambda line: os.write(null, line.encode())
