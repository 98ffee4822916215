"""Windows that are added up."""

from datetime import UTC, datetime, timedelta

from sluice.analysis.moments import Moments
from sluice.rollouts.longer_windows import longer_windows, period_start
from sluice.rollouts.readings import SideReading, Window

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FIVE = timedelta(minutes=5)


def a_side(requests: int) -> SideReading:
    """Every count of it tells how many requests there were."""
    return SideReading(
        requests,
        server_errors=requests,
        warm_requests=requests,
        slow={9_900: requests},
        cold_starts=requests,
        slow_cold={9_900: requests},
        bad_values=requests,
        moments={"billed_ms": Moments(requests, 2.0 * requests, 4.0 * requests)},
        bins={"label": (requests, 0, requests)},
    )


def a_window(minute: int, stable: int, candidate: int) -> Window:
    return Window(NOON + timedelta(minutes=minute), 60, a_side(stable), a_side(candidate))


def test_every_count_of_both_sides_adds_up_within_a_period() -> None:
    found = longer_windows([a_window(0, 1, 2), a_window(1, 10, 20), a_window(4, 100, 200), a_window(5, 7, 8)], FIVE)

    assert found == (
        Window(NOON, 300, a_side(111), a_side(222)),
        Window(NOON + FIVE, 300, a_side(7), a_side(8)),
    )


def test_what_only_one_window_counts_stays() -> None:
    one = Window(NOON, 60, SideReading(1, slow={9_900: 1}), SideReading())
    other = Window(NOON + timedelta(minutes=1), 60, SideReading(1, slow={9_500: 2}), SideReading(bins={"label": (3,)}))

    [found] = longer_windows([one, other], FIVE)

    assert found.stable == SideReading(2, slow={9_900: 1, 9_500: 2})
    assert found.candidate == SideReading(bins={"label": (3,)})


def test_periods_begin_at_the_same_instants_whenever_one_looks() -> None:
    assert period_start(NOON + timedelta(minutes=4, seconds=59), FIVE) == NOON
    assert period_start(NOON, FIVE) == NOON
    assert longer_windows([], FIVE) == ()
