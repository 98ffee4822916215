from dataclasses import replace

import pytest

from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.catalog.alias import AliasState
from sluice.catalog.release import ReleaseBinding
from sluice.errors import AliasRefused, Conflict, UnknownFunction
from sluice.usecases.shift_alias import AliasShift, ShiftWish, shift_alias
from tests.unit.catalog.builders import NOON, a_release
from tests.unit.usecases.alias_world import alias_ports

BOUND = ("1", "2", "3")


@pytest.fixture
def registry() -> MemoryRegistry:
    registry = MemoryRegistry()
    for function_version in BOUND:
        registry.bind_function_version(ReleaseBinding("churn", function_version, int(function_version), NOON))
    return registry


@pytest.fixture
def publisher() -> MemoryPublisher:
    """Function versions 1 to 4, of which 4 carries no release; all traffic on 1."""
    publisher = MemoryPublisher("churn")
    for number in (*map(int, BOUND), 4):
        publisher.publish("churn", a_release(number))
    publisher.create_alias("churn", "1")
    return publisher


def present(publisher: MemoryPublisher) -> AliasState:
    state = publisher.alias("churn")
    assert state is not None
    return state


def shape(state: AliasState) -> tuple[str, str | None, int]:
    return state.stable_version, state.candidate_version, state.candidate_weight_bps


def shift(registry: MemoryRegistry, publisher: MemoryPublisher, function_version: str, weight_bps: int) -> AliasShift:
    wish = ShiftWish(function_version, weight_bps, "ada", "because")
    return shift_alias("churn", wish, ports=alias_ports(registry, publisher))


def test_a_candidate_gets_a_share(registry: MemoryRegistry, publisher: MemoryPublisher) -> None:
    moved = shift(registry, publisher, "2", 1_000)

    assert shape(moved.before) == ("1", None, 0)
    assert shape(moved.after) == ("1", "2", 1_000)
    assert present(publisher) == moved.after


def test_all_of_the_traffic_promotes(registry: MemoryRegistry, publisher: MemoryPublisher) -> None:
    shift(registry, publisher, "2", 5_000)

    assert shape(shift(registry, publisher, "2", 10_000).after) == ("2", None, 0)


def test_none_of_the_traffic_ends_the_candidacy(registry: MemoryRegistry, publisher: MemoryPublisher) -> None:
    shift(registry, publisher, "2", 5_000)

    assert shape(shift(registry, publisher, "2", 0).after) == ("1", None, 0)


def test_all_to_the_stable_one_ends_the_candidacy(registry: MemoryRegistry, publisher: MemoryPublisher) -> None:
    shift(registry, publisher, "2", 5_000)

    assert shape(shift(registry, publisher, "1", 10_000).after) == ("1", None, 0)


def test_another_candidate_takes_the_place_of_the_first(registry: MemoryRegistry, publisher: MemoryPublisher) -> None:
    shift(registry, publisher, "2", 5_000)

    assert shape(shift(registry, publisher, "3", 100).after) == ("1", "3", 100)


@pytest.mark.parametrize(("function_version", "weight_bps"), [("2", 0), ("1", 10_000)])
def test_a_shift_to_what_is_already_so_writes_nothing(
    registry: MemoryRegistry, publisher: MemoryPublisher, function_version: str, weight_bps: int
) -> None:
    moved = shift(registry, publisher, function_version, weight_bps)

    assert moved.before == moved.after


def test_only_the_candidate_can_be_set_to_nothing(registry: MemoryRegistry, publisher: MemoryPublisher) -> None:
    before = shift(registry, publisher, "2", 5_000).after

    with pytest.raises(Conflict, match="the candidate is function version 2, not 3"):
        shift(registry, publisher, "3", 0)

    assert present(publisher) == before


@pytest.mark.parametrize(
    ("function_version", "weight_bps", "code"),
    [
        ("2", 15_000, "ValidationException"),
        ("2", -1, "ValidationException"),
        ("99", 15_000, "ValidationException"),
        ("99", 1_000, "ResourceNotFoundException"),
        ("99", 10_000, "ResourceNotFoundException"),
        ("$LATEST", 1_000, "InvalidParameterValueException"),
        ("1", 1_000, "InvalidParameterValueException"),
    ],
)
def test_a_rule_of_lambdas_is_refused_in_its_own_words(
    registry: MemoryRegistry, publisher: MemoryPublisher, function_version: str, weight_bps: int, code: str
) -> None:
    before = present(publisher)

    with pytest.raises(AliasRefused) as refusal:
        shift(registry, publisher, function_version, weight_bps)

    assert refusal.value.code == code
    assert present(publisher) == before


@pytest.mark.parametrize("weight_bps", [0, 1_000, 10_000])
def test_a_function_version_without_a_release_gets_no_traffic(
    registry: MemoryRegistry, publisher: MemoryPublisher, weight_bps: int
) -> None:
    with pytest.raises(Conflict, match="function version 4 carries no release"):
        shift(registry, publisher, "4", weight_bps)


def test_latest_gets_no_traffic_even_alone(registry: MemoryRegistry, publisher: MemoryPublisher) -> None:
    with pytest.raises(Conflict):
        shift(registry, publisher, "$LATEST", 10_000)

    assert shape(present(publisher)) == ("1", None, 0)


def test_a_shift_by_someone_else_meanwhile_is_refused(registry: MemoryRegistry) -> None:
    class Racing(MemoryPublisher):
        def shift(self, model: str, wanted: AliasState) -> AliasState:
            self.__class__ = MemoryPublisher  # type: ignore[assignment]  # the rival moves once
            self.shift(model, replace(wanted, candidate_version="3", candidate_weight_bps=1))
            return self.shift(model, wanted)

    publisher = Racing("churn")
    for number in (1, 2, 3):
        publisher.publish("churn", a_release(number))
    publisher.create_alias("churn", "1")

    with pytest.raises(AliasRefused, match="PreconditionFailedException"):
        shift(registry, publisher, "2", 1_000)

    assert shape(present(publisher)) == ("1", "3", 1)


def test_a_model_without_an_alias_has_nothing_to_shift(registry: MemoryRegistry) -> None:
    with pytest.raises(
        UnknownFunction, match="'inference-churn' has no live alias; publish a release of 'churn' first"
    ):
        shift(registry, MemoryPublisher("churn"), "1", 10_000)
