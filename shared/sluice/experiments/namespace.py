"""A namespace: mutually exclusive experiments that share the slots of one draw.

A slot has one owner at most. Who claims slots that are owned, or that rest after an experiment, is refused; as a
namespace is written with its revision as a condition, two claims at once cannot both succeed.
"""

from dataclasses import replace
from datetime import datetime

from sluice.errors import InvalidDefinition, MoveRefused, SlotsTaken
from sluice.experiments.key import checked_bps, checked_key
from sluice.experiments.slot_ranges import SlotRange, in_order, shown_ranges
from sluice.experiments.unit import checked_unit_type
from sluice.frozen import frozen


@frozen
class Ownership:
    """Slots of one running experiment."""

    experiment: str
    slots: tuple[SlotRange, ...]


@frozen
class Quarantine:
    """Slots whose units still feel an experiment that is over; free again at `until` (aware UTC)."""

    experiment: str
    slots: tuple[SlotRange, ...]
    until: datetime


@frozen
class Namespace:
    """One unit type, 1,000,000 slots. `holdout_bps` of the units are in no experiment of it.

    Where experiments of several namespaces name a version of one model, the lowest `precedence` wins, then the key.
    """

    key: str
    unit_type: str = "user"
    seed: str = ""
    holdout_bps: int = 0
    precedence: int = 100
    quarantine_days: int = 14
    description: str = ""
    owned: tuple[Ownership, ...] = ()
    quarantined: tuple[Quarantine, ...] = ()
    revision: int = 1

    def __post_init__(self) -> None:
        checked_key("namespace", "key", self.key)
        checked_unit_type(self.unit_type, f"{self.subject}: unit_type")
        checked_bps(self.subject, "holdout_bps", self.holdout_bps)
        for name in ("precedence", "quarantine_days"):
            value = getattr(self, name)
            if type(value) is not int or not 0 <= value <= 1_000:
                raise InvalidDefinition(self.subject, name, f"found {value!r}, allowed: 0 to 1000")
        if not self.seed.isprintable():
            raise InvalidDefinition(self.subject, "seed", "must be printable")
        taken = sorted(each for one in self.owned for each in one.slots)
        if taken:
            in_order(self.subject, "owned", taken)

    @property
    def subject(self) -> str:
        """How messages call it."""
        return f"namespace {self.key!r}"

    @property
    def draw_seed(self) -> str:
        """The seed, or the key where none was given."""
        return self.seed or self.key

    def claim(self, experiment: str, slots: tuple[SlotRange, ...], *, now: datetime) -> "Namespace":
        """The namespace with these slots owned. Raises SlotsTaken, which names who is in the way."""
        in_order(f"experiment {experiment!r}", "slots", slots)
        for one in self.owned:
            if one.experiment == experiment:
                raise MoveRefused(f"experiment {experiment!r}", "claim slots", "it owns some already")
            self._refuse_overlap(slots, one.slots, f"owned by experiment {one.experiment!r}")
        resting = tuple(it for it in self.quarantined if it.until > now)
        for it in resting:
            self._refuse_overlap(slots, it.slots, f"at rest after {it.experiment!r} until {it.until:%Y-%m-%d}")
        return replace(self, owned=(*self.owned, Ownership(experiment, slots)), quarantined=resting)

    def release(self, experiment: str, *, until: datetime) -> "Namespace":
        """The namespace with the experiment's slots in quarantine; itself if it owns none."""
        given = next((one for one in self.owned if one.experiment == experiment), None)
        if given is None:
            return self
        return replace(
            self,
            owned=tuple(one for one in self.owned if one is not given),
            quarantined=(*self.quarantined, Quarantine(experiment, given.slots, until)),
        )

    def with_holdout(self, holdout_bps: int) -> "Namespace":
        """Another holdout. Raises MoveRefused while an experiment runs: units that are in would be put out."""
        if self.owned:
            running = ", ".join(one.experiment for one in self.owned)
            raise MoveRefused(self.subject, "change the holdout", f"experiments run in it: {running}")
        return replace(self, holdout_bps=holdout_bps)

    def _refuse_overlap(self, wanted: tuple[SlotRange, ...], there: tuple[SlotRange, ...], why: str) -> None:
        clash = [mine for mine in wanted if any(mine.overlaps(theirs) for theirs in there)]
        if clash:
            raise SlotsTaken(self.key, shown_ranges(clash), why)
