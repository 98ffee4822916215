"""Which published function versions may go: they cost storage, and a snapshot each where there is SnapStart.

Kept are, each with its reason: what the alias points to, what an open rollout is about, the last good ones (released,
and never rolled back), and whatever is young enough that a recorded prediction may have to be replayed on it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sluice.catalog.alias import AliasState
from sluice.catalog.release import ReleaseBinding
from sluice.rollouts.state import Phase, RolloutState


class Fate(StrEnum):
    """What becomes of a function version, and why."""

    SERVES = "SERVES"
    OPEN_ROLLOUT = "OPEN_ROLLOUT"
    LAST_GOOD = "LAST_GOOD"
    REPLAY = "REPLAY"
    SWEPT = "SWEPT"


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A function version that AWS keeps."""

    function_version: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Keeping:
    """How many good versions stay for a roll back, and for how long any stays for replay."""

    good_count: int = 5
    replay_days: int = 30


def fates(
    published: Sequence[PublishedVersion],
    *,
    alias: AliasState | None,
    bindings: Sequence[ReleaseBinding],
    rollouts: Sequence[RolloutState],
    keeping: Keeping,
    now: datetime,
) -> dict[str, Fate]:
    """The fate of every version, by number; without an alias nothing is swept, for then nobody knows what is good."""
    if alias is None:
        return {it.function_version: Fate.SERVES for it in published}
    serving = {alias.stable_version, alias.candidate_version}
    under_way = {it for state in rollouts if not state.is_closed for it in _both(state)}
    good = _last_good(published, bindings, rollouts, keeping.good_count)
    replayable_from = now - timedelta(days=keeping.replay_days)

    def fate_of(version: PublishedVersion) -> Fate:
        number = version.function_version
        if number in serving:
            return Fate.SERVES
        if number in under_way:
            return Fate.OPEN_ROLLOUT
        if number in good:
            return Fate.LAST_GOOD
        return Fate.REPLAY if version.published_at >= replayable_from else Fate.SWEPT

    return {it.function_version: fate_of(it) for it in published}


def _last_good(
    published: Sequence[PublishedVersion],
    bindings: Sequence[ReleaseBinding],
    rollouts: Sequence[RolloutState],
    count: int,
) -> Collection[str]:
    released = {it.function_version for it in bindings}
    undone = {it.candidate_version for it in rollouts if it.phase in (Phase.ROLLED_BACK, Phase.ABORTED)}
    good = [it.function_version for it in published if it.function_version in released - undone]
    return set(sorted(good, key=int)[-count:] if count else [])


def _both(state: RolloutState) -> tuple[str, str]:
    return state.stable_version, state.candidate_version
