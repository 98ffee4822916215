"""An assignment: what one unit gets of one experiment, why, and everything that it takes to compute it again."""

from typing import NamedTuple

from sluice.experiments.reasons import ANALYSED, Reason
from sluice.experiments.running_experiment import RunningExperiment
from sluice.experiments.variant import Variant


class Assignment(NamedTuple):
    """`variant` is None where the release's default serves.

    `slot` is the unit's in the namespace, `arm_slot` its slot of the arm draw where that was asked. `propensity_bps` is
    the probability of the variant among units that enter, under `allocation_version`.
    """

    experiment: RunningExperiment
    variant: Variant | None
    reason: Reason
    slot: int | None = None
    arm_slot: int | None = None
    allocation_version: int | None = None
    propensity_bps: int | None = None
    crossed_over: bool = False

    @property
    def is_analysed(self) -> bool:
        """Whether its exposures may enter analysis."""
        return self.reason in ANALYSED and not self.crossed_over
