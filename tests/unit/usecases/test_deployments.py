"""A deployment of a model's function: guarded against open rollouts, and followed by the release that is served."""

from dataclasses import replace

import pytest

from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.catalog.alias import AliasState
from sluice.catalog.approval import ApprovalState
from sluice.catalog.release import Release, ReleaseBinding
from sluice.errors import AliasRefused, Conflict, PublishFailed, RolloutOpen, StoreUnavailable
from sluice.usecases.carry_release_over import CarryOver, CarryOverReason, carry_release_over
from sluice.usecases.refuse_open_rollout import refuse_open_rollout
from tests.unit.catalog.builders import NOON, FixedClock, a_model, a_release, a_version, an_event


class Deployed:
    """Model "churn", deployed as "old"; released if it is told so."""

    def __init__(self, publisher: MemoryPublisher | None = None, registry: MemoryRegistry | None = None) -> None:
        self.registry = registry or MemoryRegistry()
        self.registry.save_model(a_model(), an_event())
        self.registry.add_version(a_version(1, ApprovalState.APPROVED), an_event())
        self.publisher = publisher or MemoryPublisher("churn")
        self.publisher.deploy("churn", "old")
        self.publisher.bootstrap("churn")

    @property
    def alias(self) -> AliasState:
        found = self.publisher.alias("churn")
        assert found is not None
        return found

    def release(self, number: int = 1, *, weight_bps: int = 10_000) -> str:
        """Publish a release; all traffic or a share of it goes there."""
        release: Release = a_release(number)
        self.registry.add_release(release, an_event())
        version = self.publisher.publish("churn", release)
        self.registry.bind_function_version(ReleaseBinding("churn", version, number, NOON))
        wanted = replace(self.alias, stable_version=version)
        if weight_bps < 10_000:
            wanted = replace(self.alias, candidate_version=version, candidate_weight_bps=weight_bps)
        self.publisher.shift("churn", wanted)
        return version

    def guard(self, deployment: str = "new") -> None:
        refuse_open_rollout("churn", deployment, publisher=self.publisher)

    def carry_over(self, deployment: str = "new", *, shift: bool = False) -> CarryOver:
        return carry_release_over(
            "churn",
            deployment,
            shift=shift,
            registry=self.registry,
            publisher=self.publisher,
            clock=FixedClock(),
        )

    def bound(self) -> list[tuple[str, int]]:
        return [(each.function_version, each.release) for each in self.registry.list_bindings("churn")]


def test_a_function_that_does_not_exist_yet_has_no_rollout_to_disturb() -> None:
    refuse_open_rollout("churn", "new", publisher=MemoryPublisher())


def test_without_a_candidate_a_deployment_may_begin() -> None:
    deployed = Deployed()
    deployed.release()

    deployed.guard()


def test_an_open_rollout_refuses_a_deployment_and_says_how_to_end_it() -> None:
    deployed = Deployed()
    deployed.release(1)
    candidate = deployed.release(2, weight_bps=500)

    with pytest.raises(RolloutOpen) as caught:
        deployed.guard()

    assert f"function version {candidate} has 500 bps" in str(caught.value)
    assert "sluice alias shift churn --promote" in str(caught.value)


def test_going_back_to_the_deployment_that_serves_disturbs_nothing() -> None:
    deployed = Deployed()
    deployed.release(1)
    deployed.release(2, weight_bps=500)

    deployed.guard("old")
    assert deployed.carry_over("old").reason is CarryOverReason.ALREADY_CARRIED


def test_a_deployment_that_was_refused_can_be_taken_back() -> None:
    deployed = Deployed()
    for number in (1, 2):
        deployed.release(number)
    deployed.publisher.deploy("churn", "new")
    deployed.carry_over()  # published, and shifted to nobody
    deployed.publisher.shift("churn", replace(deployed.alias, candidate_version="2", candidate_weight_bps=500))
    with pytest.raises(RolloutOpen):
        deployed.guard("newer")

    deployed.guard("new")


def test_what_is_carried_already_is_named_with_its_release() -> None:
    deployed = Deployed()
    deployed.release(1)
    deployed.publisher.deploy("churn", "new")
    candidate = deployed.release(2, weight_bps=500)

    done = deployed.carry_over("new", shift=True)

    assert (done.reason, done.function_version, done.release) == (CarryOverReason.ALREADY_CARRIED, candidate, 2)
    assert deployed.alias.candidate_weight_bps == 500


def test_before_the_first_release_there_is_nothing_to_carry_over() -> None:
    deployed = Deployed()
    before = deployed.alias

    done = deployed.carry_over(shift=True)

    assert done.reason is CarryOverReason.NO_RELEASE_YET
    assert "sluice release publish churn" in done.message
    assert deployed.alias == before


def test_the_served_release_is_published_on_the_new_code_and_no_traffic_moves() -> None:
    deployed = Deployed()
    deployed.release()
    before = deployed.alias
    deployed.publisher.deploy("churn", "new")

    done = deployed.carry_over()

    assert (done.reason, done.release, done.function_version) == (CarryOverReason.PUBLISHED, 1, "3")
    assert "sluice alias shift churn --to 3 --weight 5%" in done.message
    assert deployed.publisher.deployment_of("churn", "3") == "new"
    assert deployed.bound() == [("2", 1), ("3", 1)]
    assert deployed.alias == before


def test_where_deployments_may_shift_all_traffic_goes_to_the_new_code() -> None:
    deployed = Deployed()
    deployed.release()
    deployed.publisher.deploy("churn", "new")

    done = deployed.carry_over(shift=True)

    assert done.reason is CarryOverReason.SHIFTED
    assert (deployed.alias.stable_version, deployed.alias.candidate_version) == ("3", None)


def test_leave_to_shift_that_comes_later_shifts_the_version_that_is_there() -> None:
    deployed = Deployed()
    deployed.release()
    deployed.publisher.deploy("churn", "new")
    deployed.carry_over()

    done = deployed.carry_over(shift=True)

    assert (done.reason, done.function_version) == (CarryOverReason.SHIFTED, "3")
    assert deployed.bound() == [("2", 1), ("3", 1)]


def test_a_rollout_that_opened_meanwhile_refuses_the_carry_over() -> None:
    deployed = Deployed()
    deployed.release(1)
    deployed.publisher.deploy("churn", "new")
    deployed.publisher.deploy("churn", "old")
    deployed.release(2, weight_bps=500)
    before = deployed.alias

    with pytest.raises(RolloutOpen):
        deployed.carry_over(shift=True)

    assert deployed.alias == before


def test_a_rollout_that_opens_between_look_and_shift_makes_the_shift_void() -> None:
    class Rival(MemoryPublisher):
        def publish(self, model: str, release: Release) -> str:
            version = super().publish(model, release)
            if version == "3":
                alias = self.alias(model)
                assert alias is not None
                self.shift(model, replace(alias, candidate_version="1", candidate_weight_bps=100))
            return version

    deployed = Deployed(Rival("churn"))
    deployed.release()
    deployed.publisher.deploy("churn", "new")

    with pytest.raises(RolloutOpen, match="function version 1 has 100 bps"):
        deployed.carry_over(shift=True)

    assert (deployed.alias.stable_version, deployed.alias.candidate_version) == ("2", "1")


class Interrupted(MemoryPublisher):
    """What the lists hold is raised by the next publications and shifts."""

    def __init__(self, *models: str) -> None:
        super().__init__(*models)
        self.publishing: list[Exception] = []
        self.shifting: list[Exception] = []

    def publish(self, model: str, release: Release) -> str:
        if self.publishing:
            raise self.publishing.pop()
        return super().publish(model, release)

    def shift(self, model: str, wanted: AliasState) -> AliasState:
        if self.shifting:
            raise self.shifting.pop()
        return super().shift(model, wanted)


@pytest.fixture
def interrupted() -> Interrupted:
    return Interrupted("churn")


@pytest.fixture
def changed(interrupted: Interrupted) -> Deployed:
    """Release 1 is served by function version 2, and the function has changed since."""
    deployed = Deployed(interrupted)
    deployed.release()
    deployed.publisher.deploy("churn", "new")
    return deployed


def test_whoever_comes_between_a_few_times_only_delays_it(changed: Deployed, interrupted: Interrupted) -> None:
    interrupted.publishing = [Conflict("another publisher")]
    interrupted.shifting = [AliasRefused("PreconditionFailedException", "the alias has another description now")]

    assert changed.carry_over(shift=True).reason is CarryOverReason.SHIFTED
    assert changed.bound() == [("2", 1), ("3", 1)]


def test_whoever_always_comes_between_is_told(changed: Deployed, interrupted: Interrupted) -> None:
    interrupted.publishing = [Conflict("another publisher")] * 10
    before = changed.alias

    with pytest.raises(Conflict, match="another publisher"):
        changed.carry_over(shift=True)

    assert changed.alias == before
    assert len(interrupted.publishing) == 7


def test_a_function_version_that_cannot_start_is_not_tried_again(changed: Deployed, interrupted: Interrupted) -> None:
    interrupted.publishing = [PublishFailed("inference-churn", "3", "no snapshot")] * 2

    with pytest.raises(PublishFailed, match="no snapshot"):
        changed.carry_over()

    assert len(interrupted.publishing) == 1


def test_a_release_that_was_promoted_meanwhile_is_the_one_that_is_carried_over() -> None:
    class Promoting(Interrupted):
        def publish(self, model: str, release: Release) -> str:
            if self.publishing:
                alias = self.alias(model)
                assert alias is not None
                self.shift(model, replace(alias, stable_version="3"))
            return super().publish(model, release)

    publisher = Promoting("churn")
    deployed = Deployed(publisher)
    first = deployed.release(1)
    deployed.release(2)
    publisher.shift("churn", replace(deployed.alias, stable_version=first))
    publisher.deploy("churn", "new")
    publisher.publishing = [Conflict("promoted meanwhile")]

    done = deployed.carry_over(shift=True)

    assert (done.release, done.function_version) == (2, "4")


class Killed(BaseException):
    """The process ends here."""


class DyingRegistry(MemoryRegistry):
    """Where a deployment's process ends: before or after it binds."""

    dies_at = ""

    def bind_function_version(self, binding: ReleaseBinding) -> None:
        if self.dies_at == "before binding":
            raise Killed
        super().bind_function_version(binding)
        if self.dies_at == "after binding":
            raise Killed


@pytest.mark.parametrize("moment", ["before binding", "after binding"])
def test_a_carry_over_killed_anywhere_is_taken_up_by_the_next(moment: str) -> None:
    registry = DyingRegistry()
    deployed = Deployed(registry=registry)
    deployed.release()
    deployed.publisher.deploy("churn", "new")
    registry.dies_at = moment
    with pytest.raises(Killed):
        deployed.carry_over(shift=True)
    registry.dies_at = ""

    done = deployed.carry_over(shift=True)

    assert (done.reason, done.function_version) == (CarryOverReason.SHIFTED, "3")
    assert deployed.bound() == [("2", 1), ("3", 1)]
    assert deployed.alias.stable_version == "3"


def test_a_registry_that_fails_leaves_the_alias_where_it_was() -> None:
    class Throttled(MemoryRegistry):
        def list_bindings(self, model: str) -> list[ReleaseBinding]:
            raise StoreUnavailable("the registry", "throttled")

    deployed = Deployed(registry=Throttled())
    before = deployed.alias

    with pytest.raises(StoreUnavailable):
        deployed.carry_over(shift=True)

    assert deployed.alias == before
