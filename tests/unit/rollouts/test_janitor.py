"""Which function versions may go; every reason to keep one is enough."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sluice.catalog.alias import AliasState
from sluice.catalog.model import RiskTier
from sluice.catalog.release import ReleaseBinding
from sluice.rollouts.janitor import Fate, Keeping, PublishedVersion, fates
from sluice.rollouts.state import Phase, RolloutState
from sluice.rollouts.templates import plan_template

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=100)
PLAN = plan_template(RiskTier.LOW)
KEEPING = Keeping(good_count=2, replay_days=30)


def published(*numbers: int, at: datetime = LONG_AGO) -> list[PublishedVersion]:
    return [PublishedVersion(str(number), at) for number in numbers]


def bound(*numbers: int) -> list[ReleaseBinding]:
    return [ReleaseBinding("churn", str(number), number, LONG_AGO) for number in numbers]


def alias(stable: str = "1", candidate: str | None = None) -> AliasState:
    return AliasState("inference-churn", "live", stable, candidate, 500 if candidate else 0, "r")


def a_rollout(candidate: str, phase: Phase) -> RolloutState:
    return RolloutState("r", "churn", PLAN, "1", candidate, 1, 2, "d" * 64, "ann", "why", LONG_AGO, phase=phase)


def fate_of(number: int, **facts: object) -> Fate:
    given_facts = {
        "alias": alias(),
        "bindings": bound(*range(1, 10)),
        "rollouts": [],
        "keeping": KEEPING,
        "now": NOW,
    } | facts
    return fates(published(*range(1, 10)), **given_facts)[str(number)]  # type: ignore[arg-type]


def test_what_serves_stays() -> None:
    assert fate_of(1) is Fate.SERVES
    assert fate_of(4, alias=alias("1", "4")) is Fate.SERVES


def test_what_an_open_rollout_is_about_stays() -> None:
    assert fate_of(4, rollouts=[a_rollout("4", Phase.STEPPING)]) is Fate.OPEN_ROLLOUT
    assert fate_of(4, rollouts=[a_rollout("4", Phase.PROMOTED)]) is Fate.SWEPT


def test_the_last_good_ones_stay_and_what_was_rolled_back_is_none() -> None:
    assert [fate_of(it) for it in (7, 8, 9)] == [Fate.SWEPT, Fate.LAST_GOOD, Fate.LAST_GOOD]
    undone = [a_rollout("9", Phase.ROLLED_BACK), a_rollout("8", Phase.ABORTED)]
    assert [fate_of(it, rollouts=undone) for it in (6, 7, 8, 9)] == [
        Fate.LAST_GOOD,
        Fate.LAST_GOOD,
        Fate.SWEPT,
        Fate.SWEPT,
    ]


def test_what_carries_no_release_is_no_good_one() -> None:
    assert fate_of(9, bindings=bound(1, 2, 3)) is Fate.SWEPT
    assert fate_of(3, bindings=bound(1, 2, 3)) is Fate.LAST_GOOD


def test_what_is_young_stays_for_replay() -> None:
    young = published(3, at=NOW - timedelta(days=29))
    facts = {"alias": alias(), "bindings": [], "rollouts": [], "keeping": KEEPING, "now": NOW}

    assert fates(young, **facts) == {"3": Fate.REPLAY}  # type: ignore[arg-type]


def test_without_an_alias_nothing_goes() -> None:
    assert fate_of(5, alias=None) is Fate.SERVES


@given(
    st.sets(st.integers(1, 30), min_size=1),
    st.integers(1, 30),
    st.integers(0, 5),
    st.lists(st.tuples(st.integers(1, 30), st.sampled_from(sorted(Phase))), max_size=4),
)
def test_nothing_that_is_needed_is_ever_swept(
    numbers: set[int], stable: int, good_count: int, rollouts: list[tuple[int, Phase]]
) -> None:
    states = [a_rollout(str(number), phase) for number, phase in rollouts]
    decided = fates(
        published(*numbers),
        alias=alias(str(stable)),
        bindings=bound(*numbers),
        rollouts=states,
        keeping=Keeping(good_count, 30),
        now=NOW,
    )

    swept = {number for number, fate in decided.items() if fate is Fate.SWEPT}
    assert str(stable) not in swept
    assert not swept & {it.candidate_version for it in states if not it.is_closed}
    undone = {it.candidate_version for it in states if it.phase in (Phase.ROLLED_BACK, Phase.ABORTED)}
    good = sorted((number for number in decided if number not in undone), key=int)
    assert not swept & set(good[len(good) - good_count :])
