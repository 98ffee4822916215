"""What there is, and what of it can be asked for predictions."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.catalog.approval import Approval, ApprovalState
from sluice.catalog.release import Release, ReleaseBinding
from sluice.errors import InvalidRequest
from sluice.usecases import model_index
from sluice.usecases.model_index import IndexEntry, IndexPage, index_page
from tests.unit.catalog.builders import NOON, a_content, a_model, a_release, a_version, an_event
from tests.unit.usecases.experiment_plane import a_publisher, a_registry

STATES = (
    ApprovalState.APPROVED,
    ApprovalState.APPROVED,
    ApprovalState.APPROVED,
    ApprovalState.PENDING,
    ApprovalState.REJECTED,
    ApprovalState.RETIRED,
)


class CountingRegistry(MemoryRegistry):
    """Counts what is read of versions."""

    read = 0

    def newest_approvals(self, model: str, *, limit: int, before: int | None = None) -> Sequence[tuple[int, Approval]]:
        found = super().newest_approvals(model, limit=limit, before=before)
        self.read += len(found)
        return found


def page(registry: MemoryRegistry, publisher: MemoryPublisher, **options: object) -> IndexPage:
    return index_page(registry=registry, publisher=publisher, **options)  # type: ignore[arg-type]


def told(found: IndexPage) -> list[tuple[int, bool]]:
    return [(each.model_version, each.is_ready) for each in found.entries]


def a_release_with(*numbers: int, number: int = 1) -> Release:
    return a_release(number, a_content(numbers[0], numbers))


@pytest.fixture
def registry() -> MemoryRegistry:
    """Versions 1 to 6, by `STATES`; release 1 of the first two under function version 1."""
    registry = MemoryRegistry()
    registry.save_model(a_model("churn"), an_event())
    for number, state in enumerate(STATES, start=1):
        registry.add_version(a_version(number, state), an_event())
    registry.add_release(a_release_with(1, 2), an_event())
    registry.bind_function_version(ReleaseBinding("churn", "1", 1, NOON))
    return registry


def test_versions_with_traffic_are_ready_and_the_others_say_what_is_missing(registry: MemoryRegistry) -> None:
    found = page(registry, a_publisher())

    served = "release 1 has it, which alias live serves"
    approval = a_version(5, ApprovalState.REJECTED).approval
    assert found.next_start is None
    assert list(found.entries) == [
        IndexEntry("churn", 6, is_ready=False, reason=f"retired by {approval.by}: {approval.why}"),
        IndexEntry("churn", 5, is_ready=False, reason=f"rejected by {approval.by}: {approval.why}"),
        IndexEntry("churn", 4, is_ready=False, reason="it waits for approval"),
        IndexEntry(
            "churn",
            3,
            is_ready=False,
            reason="it is approved; it serves once a release with it has traffic: `sluice release publish churn`",
        ),
        IndexEntry("churn", 2, is_ready=True, reason=served),
        IndexEntry("churn", 1, is_ready=True, reason=served),
    ]


def test_only_what_is_ready_can_be_asked_for(registry: MemoryRegistry) -> None:
    assert told(page(registry, a_publisher(), only_ready=True)) == [(2, True), (1, True)]


def test_a_candidate_is_ready_as_soon_as_it_has_traffic(registry: MemoryRegistry) -> None:
    publisher = a_publisher()
    release = a_release_with(1, 3, number=2)
    registry.add_release(release, an_event())
    registry.bind_function_version(ReleaseBinding("churn", publisher.publish("churn", release), 2, NOON))
    alias = publisher.alias("churn")
    assert alias is not None

    publisher.shift("churn", replace(alias, candidate_version="2", candidate_weight_bps=500))

    assert told(page(registry, publisher, only_ready=True)) == [(3, True), (2, True), (1, True)]
    assert page(registry, publisher, only_ready=True).entries[0].reason == (
        "release 2 has it, the candidate with 500 bps of the traffic"
    )


def test_a_model_without_a_function_has_versions_that_are_not_ready(registry: MemoryRegistry) -> None:
    assert told(page(registry, MemoryPublisher(), only_ready=True)) == []
    assert [ready for _, ready in told(page(registry, MemoryPublisher()))] == [False] * len(STATES)


def test_pages_follow_each_other_without_gap_or_repetition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_index, "PAGE_ENTRIES", 2)
    registry, found, start = a_registry(), list[tuple[str, int]](), None
    registry.save_model(a_model("zebra"), an_event("zebra"))
    registry.add_version(replace(a_version(7), model="zebra"), an_event("zebra"))

    while True:
        got = page(registry, a_publisher(), start=start)
        assert len(got.entries) <= 2
        found += [(each.model, each.model_version) for each in got.entries]
        start = got.next_start
        if start is None:
            break

    assert found == [("churn", 3), ("churn", 2), ("churn", 1), ("zebra", 7)]


def test_models_without_versions_end_a_page_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_index, "PAGE_MODELS", 2)
    registry = a_registry("churn")
    for name in ("ant", "bee", "cat"):
        registry.save_model(a_model(name), an_event(name))

    first = page(registry, a_publisher())
    second = page(registry, a_publisher(), start=first.next_start)

    assert (list(first.entries), first.next_start) == ([], "bee/0")
    assert [each.model_version for each in second.entries] == [3, 2, 1]


def test_a_page_reads_no_more_of_a_large_registry_than_of_a_small_one() -> None:
    registry = CountingRegistry()
    registry.save_model(a_model("churn"), an_event())
    for number in range(1, 10_001):
        registry.add_version(a_version(number), an_event())

    found = page(registry, a_publisher())

    assert (len(found.entries), found.next_start) == (500, "churn/9501")
    assert registry.read == 501


@pytest.mark.parametrize("start", ["", "churn", "/1", "churn/x", "churn/", "churn/99999999999"])
def test_a_page_begins_where_one_ended(registry: MemoryRegistry, start: str) -> None:
    with pytest.raises(InvalidRequest, match=r"sluice_next == .*, must be what the page before said"):
        page(registry, a_publisher(), start=start)
