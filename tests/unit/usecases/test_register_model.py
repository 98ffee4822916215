import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.adapters.memory_inspector import MemoryInspector
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.catalog.approval import ApprovalState
from sluice.catalog.model import RiskTier
from sluice.catalog.model_version import ModelVersion
from sluice.errors import ArtefactRefused, FidelityMismatch, InvalidManifest, ModelVersionTaken, StoreUnavailable
from sluice.usecases.register_model import register_model
from tests.unit.catalog.builders import AFFINE_SIGNATURE, NOON, FixedClock, a_manifest, a_model, write_manifest

Register = Callable[..., ModelVersion]


class CountingStore(MemoryContentStore):
    """A content store that tells how often it was written to."""

    def __init__(self) -> None:
        super().__init__()
        self.put_count = 0

    def put(self, kind: str, content: bytes) -> str:
        self.put_count += 1
        return super().put(kind, content)


@pytest.fixture
def registry() -> MemoryRegistry:
    return MemoryRegistry()


@pytest.fixture
def content() -> CountingStore:
    return CountingStore()


@pytest.fixture
def register(registry: MemoryRegistry, content: CountingStore) -> Register:
    inspector = MemoryInspector(AFFINE_SIGNATURE)
    return partial(
        register_model, registry=registry, content=content, inspector=inspector, clock=FixedClock(), by="ada"
    )


def test_the_first_registration_creates_model_and_version(
    register: Register, registry: MemoryRegistry, content: CountingStore, tmp_path: Path
) -> None:
    version = register(write_manifest(tmp_path))

    assert (version.number, version.approval.state) == (1, ApprovalState.PENDING)
    assert registry.find_version("churn", 1) == version
    assert registry.find_model("churn") == a_model()
    assert content.get("artefacts", version.artefact.digest) == (tmp_path / "model.onnx").read_bytes()
    assert [event.action for event in registry.list_history("churn")] == ["model created", "registered"]


class TickingClock:
    """Each look at it is a second later."""

    def __init__(self) -> None:
        self._seconds = count()

    def now(self) -> datetime:
        return NOON + timedelta(seconds=next(self._seconds))


def test_the_history_reads_in_the_order_of_its_instants(
    register: Register, registry: MemoryRegistry, tmp_path: Path
) -> None:
    register(write_manifest(tmp_path), clock=TickingClock())

    created, registered = registry.list_history("churn")
    assert created.at < registered.at


def test_without_a_number_the_next_free_one_is_taken(register: Register, tmp_path: Path) -> None:
    register(write_manifest(tmp_path / "a", version=7))

    assert register(write_manifest(tmp_path / "b", metrics={"accuracy": 0.9})).number == 8


@pytest.mark.parametrize("number", [None, 3])
def test_the_same_promise_again_changes_nothing(
    register: Register, registry: MemoryRegistry, tmp_path: Path, number: int | None
) -> None:
    folder = write_manifest(tmp_path, version=number)
    first = register(folder)

    assert register(folder, by="bob") == first
    assert len(registry.list_versions("churn")) == 1
    assert len(registry.list_history("churn")) == 2


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"metrics": {}}, "metrics"),
        ({"onnx": b"other"}, "artefact"),
        ({"onnx": b"x", "feature_names": []}, "artefact, feature_names"),
    ],
)
def test_the_same_number_with_another_promise_is_refused_before_anything_is_written(
    register: Register, registry: MemoryRegistry, content: CountingStore, tmp_path: Path, changes: Any, what: str
) -> None:
    first = register(write_manifest(tmp_path / "a", version=1))
    puts = content.put_count

    with pytest.raises(ModelVersionTaken, match=f"churn version 1 is already registered with another {what}$"):
        register(write_manifest(tmp_path / "b", version=1, **changes))

    assert registry.find_version("churn", 1) == first
    assert content.put_count == puts


def test_changed_facts_of_the_model_are_kept_with_what_changed(
    register: Register, registry: MemoryRegistry, tmp_path: Path
) -> None:
    register(write_manifest(tmp_path))
    facts = {**a_manifest()["model"], "owner": "retention", "risk_tier": "high"}

    register(write_manifest(tmp_path, model=facts))

    assert registry.find_model("churn") == replace(a_model(), owner="retention", risk_tier=RiskTier.HIGH)
    assert registry.list_history("churn")[-1].why == "owner: growth → retention, risk_tier: low → high"


def test_what_the_graph_does_not_bear_out_is_refused_with_every_problem(
    register: Register, registry: MemoryRegistry, content: CountingStore, tmp_path: Path
) -> None:
    folder = write_manifest(tmp_path, feature_names=["age"], output_meaning={"score": "leave"})

    with pytest.raises(InvalidManifest) as refusal:
        register(folder)

    assert [problem.split(":")[0] for problem in refusal.value.problems] == ["output_meaning.score", "feature_names"]
    assert (registry.list_models(), content.put_count) == ([], 0)


def test_a_version_too_large_for_an_item_is_refused(register: Register, tmp_path: Path) -> None:
    (example,) = a_manifest()["golden_examples"]
    examples = [{**example, "name": str(number), "inputs": {"x": [[1, 1, 1]] * 2_500}} for number in range(4)]
    (tmp_path / "golden.json").write_text(json.dumps(examples))
    folder = write_manifest(tmp_path, golden_examples="golden.json", output_meaning={"scores": "x" * 250_000})
    (folder / "card.md").write_text("x" * 60_000)

    with pytest.raises(
        InvalidManifest, match=r"found \d+ bytes of manifest, golden examples and card, allowed: 360000"
    ):
        register(folder)


def test_a_broken_promise_is_refused_before_anything_is_written(
    register: Register, registry: MemoryRegistry, content: CountingStore, tmp_path: Path
) -> None:
    inspector = MemoryInspector(AFFINE_SIGNATURE, broken_examples=["one"])

    with pytest.raises(FidelityMismatch):
        register(write_manifest(tmp_path), inspector=inspector)

    assert (registry.list_models(), content.put_count) == ([], 0)


def test_a_refused_artefact_is_named_by_its_own_path(register: Register, tmp_path: Path) -> None:
    class Refusing(MemoryInspector):
        def read_signature(self, onnx_file: Path) -> Any:
            raise ArtefactRefused(str(onnx_file), "is odd")

    with pytest.raises(ArtefactRefused) as refusal:
        register(write_manifest(tmp_path), inspector=Refusing(AFFINE_SIGNATURE))

    assert refusal.value.path == str(tmp_path.resolve() / "model.onnx")


def test_a_file_that_changes_during_inspection_is_stored_as_it_was_inspected(
    register: Register, content: CountingStore, tmp_path: Path
) -> None:
    folder = write_manifest(tmp_path, onnx=b"inspected")

    class Meddling(MemoryInspector):
        def check_fidelity(self, onnx_file: Path, examples: Any) -> None:
            (folder / "model.onnx").write_bytes(b"swapped")

    version = register(folder, inspector=Meddling(AFFINE_SIGNATURE))

    assert content.get("artefacts", version.artefact.digest) == b"inspected"


def test_a_store_that_fails_leaves_no_version_behind(
    register: Register, registry: MemoryRegistry, tmp_path: Path
) -> None:
    class Failing(MemoryContentStore):
        def put(self, kind: str, content: bytes) -> str:
            raise StoreUnavailable("bucket", "it is down")

    with pytest.raises(StoreUnavailable):
        register(write_manifest(tmp_path), content=Failing())

    assert registry.list_versions("churn") == []
    assert register(tmp_path).number == 1


def test_simultaneous_registrations_take_different_numbers(
    register: Register, registry: MemoryRegistry, tmp_path: Path
) -> None:
    folders = [write_manifest(tmp_path / str(n), metrics={"accuracy": n / 10}) for n in range(8)]

    with ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(register, folders))

    assert sorted(version.number for version in versions) == list(range(1, 9))
    assert list(registry.list_versions("churn")) == sorted(versions, key=lambda version: version.number)


def test_a_number_lost_to_the_same_promise_is_a_success(
    register: Register, registry: MemoryRegistry, tmp_path: Path
) -> None:
    folder = write_manifest(tmp_path, version=1)

    class Racing(MemoryContentStore):
        def put(self, kind: str, content: bytes) -> str:
            register(folder, by="rival")
            return super().put(kind, content)

    assert register(folder, content=Racing()).registered_by == "rival"


def test_a_number_lost_to_another_promise_is_refused(register: Register, tmp_path: Path) -> None:
    rival = write_manifest(tmp_path / "rival", version=1, metrics={})

    class Racing(MemoryContentStore):
        def put(self, kind: str, content: bytes) -> str:
            register(rival)
            return super().put(kind, content)

    with pytest.raises(ModelVersionTaken, match="another metrics"):
        register(write_manifest(tmp_path / "ours", version=1), content=Racing())


def test_a_number_that_is_never_free_is_given_up(register: Register, tmp_path: Path) -> None:
    class Crowded(MemoryRegistry):
        def add_version(self, version: ModelVersion, event: Any) -> None:
            raise ModelVersionTaken(version.model, version.number, "artefact")

    with pytest.raises(ModelVersionTaken, match="after 20 tries for a free number"):
        register(write_manifest(tmp_path), registry=Crowded())


def test_a_manifest_alone_is_enough_of_a_path(register: Register, tmp_path: Path) -> None:
    folder = write_manifest(tmp_path)

    assert yaml.safe_load((folder / "model.yaml").read_text())["model"]["name"] == "churn"
    assert register(folder / "model.yaml").number == 1
