from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.catalog.alias import AliasState
from sluice.catalog.approval import ApprovalState, HistoryEvent
from sluice.catalog.canonical_json import from_canonical_bytes
from sluice.catalog.release import MAX_VERSIONS_PER_RELEASE, Release, ReleaseBinding, ReleaseSettings
from sluice.catalog.release_document import content_from_document
from sluice.errors import (
    AliasRefused,
    Conflict,
    InvalidRequest,
    NotApproved,
    ReleaseTaken,
    UnknownFunction,
    UnknownModel,
    UnknownModelVersion,
)
from sluice.usecases.compose_release import ReleaseWish
from sluice.usecases.publish_release import PublishedRelease, publish_release
from tests.unit.catalog.builders import a_model, a_version, an_artefact, an_event
from tests.unit.usecases.alias_world import alias_ports

Publish = Callable[..., PublishedRelease]
APPROVED = ApprovalState.APPROVED


def filled(registry: MemoryRegistry) -> MemoryRegistry:
    """Versions 1 and 2 approved, 3 pending, 4 retired."""
    registry.save_model(a_model(), an_event())
    for number, state in ((1, APPROVED), (2, APPROVED), (3, ApprovalState.PENDING), (4, ApprovalState.RETIRED)):
        registry.add_version(a_version(number, state), an_event())
    return registry


@pytest.fixture
def registry() -> MemoryRegistry:
    return filled(MemoryRegistry())


@pytest.fixture
def content() -> MemoryContentStore:
    return MemoryContentStore()


@pytest.fixture
def publisher() -> MemoryPublisher:
    return MemoryPublisher("churn")


@pytest.fixture
def publish(registry: MemoryRegistry, content: MemoryContentStore, publisher: MemoryPublisher) -> Publish:
    ports = alias_ports(registry, publisher)

    def publish_over(wish: ReleaseWish, *, by: str = "ada", **others: Any) -> PublishedRelease:
        return publish_release("churn", wish, ports=replace(ports, **others), content=content, by=by)

    return publish_over


def test_the_first_release_serves_every_approved_version_and_gets_the_alias(
    publish: Publish, registry: MemoryRegistry, publisher: MemoryPublisher
) -> None:
    published = publish(ReleaseWish(2, note="first light"))

    release = published.release
    assert (release.number, release.content.default_version, release.content.preload) == (1, 2, (2,))
    assert list(release.content.versions) == [1, 2]
    assert registry.find_release("churn", 1) == release
    assert [(each.function_version, each.release) for each in registry.list_bindings("churn")] == [("1", 1)]
    assert publisher.alias("churn") == published.alias
    assert published.alias.stable_version == published.function_version == "1"
    assert registry.list_history("churn")[-1].why == f"release 1, digest {release.digest}: first light"


def test_the_document_of_a_release_lies_under_its_digest(publish: Publish, content: MemoryContentStore) -> None:
    release = publish(ReleaseWish(1)).release

    document = content.get("releases", release.digest)

    assert sha256(document).hexdigest() == release.digest
    assert content_from_document(from_canonical_bytes(document)) == release.content


def test_another_release_never_moves_the_alias(publish: Publish, publisher: MemoryPublisher) -> None:
    first = publish(ReleaseWish(1))

    second = publish(ReleaseWish(2))

    assert (second.release.number, second.function_version) == (2, "2")
    assert publisher.alias("churn") == first.alias == second.alias


def test_the_same_release_again_is_the_same_release(publish: Publish, registry: MemoryRegistry) -> None:
    first = publish(ReleaseWish(1))

    assert publish(ReleaseWish(1, note="another note"), by="bob") == first
    assert len(registry.list_releases("churn")) == 1


def test_going_back_to_an_earlier_content_is_a_new_release(publish: Publish) -> None:
    for default_version in (1, 2):
        publish(ReleaseWish(default_version))

    back = publish(ReleaseWish(1))

    assert (back.release.number, back.function_version) == (3, "3")


def test_named_versions_and_preloaded_ones_are_all_that_is_served(publish: Publish) -> None:
    assert list(publish(ReleaseWish(1, versions=[])).release.content.versions) == [1]
    assert list(publish(ReleaseWish(1, preload=[2, 1, 2], versions=[1])).release.content.versions) == [1, 2]
    assert publish(ReleaseWish(1, preload=[])).release.content.preload == ()


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        (ReleaseWish(3), "found 3: pending"),
        (ReleaseWish(1, versions=[4, 3]), "found 3: pending, 4: retired"),
        (ReleaseWish(1, preload=[4]), "found 4: retired"),
    ],
)
def test_unapproved_versions_are_refused_with_their_states(
    publish: Publish, registry: MemoryRegistry, wish: ReleaseWish, found: str
) -> None:
    with pytest.raises(NotApproved, match=found):
        publish(wish)

    assert registry.list_releases("churn") == []


@pytest.mark.parametrize(
    "wish", [ReleaseWish(9), ReleaseWish(1, versions=[9]), ReleaseWish(1, preload=[9], versions=[])]
)
def test_versions_that_do_not_exist_are_refused(publish: Publish, wish: ReleaseWish) -> None:
    with pytest.raises(UnknownModelVersion, match="no version '9'"):
        publish(wish)


def test_unknown_models_and_functions_are_refused(publish: Publish) -> None:
    with pytest.raises(UnknownModel):
        publish(ReleaseWish(1), registry=MemoryRegistry())
    with pytest.raises(UnknownFunction):
        publish(ReleaseWish(1), publisher=MemoryPublisher())


@pytest.mark.parametrize(
    ("budget_bytes", "preload", "complaint"),
    [(99, (), "version 1 has 100 bytes"), (199, (1, 2), "the preloaded versions have 200")],
)
def test_artefacts_must_fit_the_memory_budget(
    publish: Publish, budget_bytes: int, preload: tuple[int, ...], complaint: str
) -> None:
    fits = ReleaseSettings(session_memory_budget_bytes=budget_bytes + 1)
    tight = ReleaseSettings(session_memory_budget_bytes=budget_bytes)

    with pytest.raises(InvalidRequest, match=f"session_memory_budget_bytes == {budget_bytes}, but {complaint}"):
        publish(ReleaseWish(1, preload=preload, settings=tight))
    publish(ReleaseWish(1, preload=preload, settings=fits))


def test_more_versions_than_a_release_takes_must_be_named(publish: Publish, registry: MemoryRegistry) -> None:
    for number in range(5, MAX_VERSIONS_PER_RELEASE + 4):
        registry.add_version(a_version(number, APPROVED, artefact=an_artefact("c", 1)), an_event())

    with pytest.raises(InvalidRequest, match="91 versions of churn, a release takes 90; name the ones to serve"):
        publish(ReleaseWish(1))
    assert len(publish(ReleaseWish(1, versions=[1, 2])).release.content.versions) == 2


class Killed(BaseException):
    """The process ends here."""


class DyingRegistry(MemoryRegistry):
    dies_at = ""

    def add_release(self, release: Release, event: HistoryEvent) -> None:
        _perhaps_die(self.dies_at, "before release")
        super().add_release(release, event)
        _perhaps_die(self.dies_at, "after release")

    def bind_function_version(self, binding: ReleaseBinding) -> None:
        _perhaps_die(self.dies_at, "before binding")
        super().bind_function_version(binding)
        _perhaps_die(self.dies_at, "after binding")


def _perhaps_die(dies_at: str, here: str) -> None:
    if dies_at == here:
        raise Killed


@pytest.mark.parametrize("moment", ["before release", "after release", "before binding", "after binding"])
def test_a_publication_killed_anywhere_is_taken_up_by_the_next(
    publish: Publish, publisher: MemoryPublisher, moment: str
) -> None:
    registry = DyingRegistry()
    filled(registry)
    registry.dies_at = moment
    with pytest.raises(Killed):
        publish(ReleaseWish(1), registry=registry)
    registry.dies_at = ""

    published = publish(ReleaseWish(1), registry=registry)

    assert (published.release.number, published.function_version) == (1, "1")
    assert [each.function_version for each in registry.list_bindings("churn")] == ["1"]
    assert publisher.alias("churn") == published.alias
    assert [event.action for event in registry.list_history("churn")].count("release published") == 1


def test_the_loser_of_a_release_number_takes_the_next(publish: Publish) -> None:
    class Racing(MemoryRegistry):
        raced = False

        def add_release(self, release: Release, event: HistoryEvent) -> None:
            if not self.raced:
                self.raced = True
                publish(ReleaseWish(2), registry=self)
            super().add_release(release, event)

    assert publish(ReleaseWish(1), registry=filled(Racing())).release.number == 2


def test_a_release_number_that_is_never_free_is_given_up(publish: Publish) -> None:
    class Crowded(MemoryRegistry):
        def add_release(self, release: Release, event: HistoryEvent) -> None:
            raise ReleaseTaken("churn", release.number)

    with pytest.raises(Conflict, match="others published at the same time 5 times over"):
        publish(ReleaseWish(1), registry=filled(Crowded()))


class RacingPublisher(MemoryPublisher):
    """Somebody else creates the alias first, or nobody can."""

    def __init__(self, *models: str, rival: bool) -> None:
        super().__init__(*models)
        self.rival = rival

    def create_alias(self, model: str, function_version: str) -> AliasState:
        if self.rival:
            super().create_alias(model, function_version)
        raise AliasRefused("ResourceConflictException" if self.rival else "AliasLimitExceededException", "no")


def test_an_alias_that_someone_else_created_meanwhile_stands(publish: Publish) -> None:
    assert publish(ReleaseWish(1), publisher=RacingPublisher("churn", rival=True)).alias.stable_version == "1"


def test_an_alias_that_cannot_be_created_is_told(publish: Publish) -> None:
    with pytest.raises(AliasRefused, match="AliasLimitExceededException"):
        publish(ReleaseWish(1), publisher=RacingPublisher("churn", rival=False))


def test_the_first_release_takes_all_traffic_from_the_version_that_a_stack_begins_with(
    publish: Publish, publisher: MemoryPublisher
) -> None:
    publisher.bootstrap("churn")

    published = publish(ReleaseWish(1))

    assert published.function_version == "2"
    assert (published.alias.stable_version, published.alias.candidate_version) == ("2", None)
    assert publisher.alias("churn") == published.alias


def test_a_share_that_a_person_gave_on_an_alias_without_a_release_stays(
    publish: Publish, publisher: MemoryPublisher
) -> None:
    publisher.bootstrap("churn")
    first = publish(ReleaseWish(1))
    canary = replace(first.alias, stable_version="1", candidate_version="2", candidate_weight_bps=500)
    before = publisher.shift("churn", canary)

    assert publish(ReleaseWish(2)).alias == before == publisher.alias("churn")


def test_a_second_release_moves_no_traffic(publish: Publish, publisher: MemoryPublisher) -> None:
    publisher.bootstrap("churn")
    first = publish(ReleaseWish(1))

    assert publish(ReleaseWish(2)).alias == first.alias


def test_a_first_release_whose_publisher_died_before_it_got_traffic_gets_it_from_the_next_try(
    publish: Publish, publisher: MemoryPublisher, registry: MemoryRegistry, content: MemoryContentStore
) -> None:
    class Dying(MemoryPublisher):
        def shift(self, model: str, wanted: AliasState) -> AliasState:
            raise SystemExit

    dying = Dying("churn")
    dying.bootstrap("churn")
    with pytest.raises(SystemExit):
        publish(ReleaseWish(1), publisher=dying)
    dying.__class__ = MemoryPublisher  # type: ignore[assignment]  # the next process

    assert publish(ReleaseWish(1), publisher=dying).alias.stable_version == "2"


def test_whoever_gave_traffic_first_has_the_last_word(publish: Publish) -> None:
    class Overtaken(MemoryPublisher):
        def shift(self, model: str, wanted: AliasState) -> AliasState:
            self.__class__ = MemoryPublisher  # type: ignore[assignment]  # the rival moves once
            rival = self.shift(model, wanted)
            assert rival.revision_id != wanted.revision_id
            return self.shift(model, wanted)  # with a revision that has passed

    overtaken = Overtaken("churn")
    overtaken.bootstrap("churn")

    published = publish(ReleaseWish(1), publisher=overtaken)

    assert published.alias == overtaken.alias("churn")
    assert published.alias.stable_version == "2"
