"""Which bins predictions are counted by while a rollout runs."""

from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.catalog.approval import ApprovalState
from sluice.catalog.release import ReleaseBinding
from sluice.usecases.compose_release import ReleaseWish, compose_release
from sluice.usecases.frozen_bins import frozen_bins
from tests.unit.catalog.builders import NOON, a_model, a_release, a_version, an_event

Bins = dict[str, tuple[float, ...]]


def bins_of(*references: Bins, stable: str = "1", candidate: str = "2") -> Bins:
    """Of a model whose function versions 1, 2 … serve model versions with these references."""
    registry, publisher = MemoryRegistry(), MemoryPublisher("churn")
    registry.save_model(a_model(), an_event())
    for number, reference in enumerate(references, 1):
        registry.add_version(a_version(number, ApprovalState.APPROVED, reference=reference), an_event())
        release = a_release(number, compose_release("churn", ReleaseWish(number, versions=[]), registry=registry))
        registry.add_release(release, an_event())
        function_version = publisher.publish("churn", release)
        registry.bind_function_version(ReleaseBinding("churn", function_version, number, NOON))
    return dict(frozen_bins("churn", stable, candidate, registry=registry))


def test_the_stable_sides_bins_count() -> None:
    assert bins_of({"scores": (0.0, 1.0)}, {"scores": (0.0, 2.0)}) == {"scores": (0.0, 1.0)}


def test_an_output_that_the_stable_side_has_no_bins_for_is_counted_by_the_candidates() -> None:
    found = bins_of({"a": (0.0, 1.0)}, {"a": (0.0, 9.0), "b": (0.0, 2.0)})

    assert found == {"a": (0.0, 1.0), "b": (0.0, 2.0)}


def test_a_version_of_neither_side_has_no_say() -> None:
    assert bins_of({"a": (0.0, 1.0)}, {}, {"b": (0.0, 2.0)}) == {"a": (0.0, 1.0)}


def test_a_version_without_a_release_has_no_bins() -> None:
    assert bins_of() == bins_of({"a": (0.0, 1.0)}, stable="7", candidate="8") == {}
