"""A deployment of a model's function: guarded against open rollouts, and followed by the release that is served."""

from dataclasses import replace

import pytest

from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.catalog.alias import AliasState
from sluice.catalog.approval import ApprovalState
from sluice.catalog.release import Release, ReleaseBinding
from sluice.errors import AliasRefused, RolloutOpen, StoreUnavailable
from sluice.usecases.carry_release_over import CarryOver, CarryOverReason, carry_release_over
from sluice.usecases.refuse_open_rollout import refuse_open_rollout
from tests.unit.catalog.builders import NOON, FixedClock, a_model, a_release, a_version, an_event


class Deployed:
    """Model "churn", deployed as "old"; released if it is told so."""

    def __init__(self, publisher: MemoryPublisher | None = None) -> None:
        self.registry = MemoryRegistry()
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

    with pytest.raises(AliasRefused):
        deployed.carry_over(shift=True)

    assert (deployed.alias.stable_version, deployed.alias.candidate_version) == ("2", "1")


def test_a_death_between_publishing_and_binding_is_taken_up() -> None:
    class Dying(MemoryRegistry):
        dies = False

        def bind_function_version(self, binding: ReleaseBinding) -> None:
            if self.dies:
                raise StoreUnavailable("the registry", "throttled")
            super().bind_function_version(binding)

    deployed = Deployed()
    registry = Dying()
    registry.save_model(a_model(), an_event())
    registry.add_version(a_version(1, ApprovalState.APPROVED), an_event())
    deployed.registry = registry
    deployed.release()
    deployed.publisher.deploy("churn", "new")
    registry.dies = True
    with pytest.raises(StoreUnavailable):
        deployed.carry_over(shift=True)
    registry.dies = False

    assert deployed.carry_over(shift=True).function_version == "3"
    assert deployed.bound() == [("2", 1), ("3", 1)]
