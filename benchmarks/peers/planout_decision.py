"""PlanOut: an experiment is a class, and its condition is Python. It keeps no set of running experiments."""

import collections
from collections.abc import MutableMapping, Sequence
from typing import Any

from benchmarks.peers.questions import ARMS, COUNTRY, OLDER_THAN, Decide, median_us, names, report

# Its last release looks for the class where Python 3.9 still had it.
collections.MutableMapping = MutableMapping  # type: ignore[attr-defined]

from planout.experiment import SimpleExperiment  # noqa: E402
from planout.ops.random import UniformChoice  # noqa: E402


class Targeted(SimpleExperiment):  # type: ignore[misc]
    """One experiment; exposures are not logged."""

    def setup(self) -> None:
        """Called by each new instance."""
        self.set_auto_exposure_logging(False)

    def configure_logger(self) -> None:
        """No file is opened, for nothing is logged."""

    def assign(self, params: Any, unit: str, country: str, age: int) -> bool:
        """The condition, and the draw; the variable's name and the class's are the salt."""
        if country != COUNTRY or age <= OLDER_THAN:
            return False
        params.arm = UniformChoice(choices=list(ARMS), unit=unit)
        return True


class WithoutChecksum(Targeted):
    """The same, without a checksum of its own source at each assignment."""

    def checksum(self) -> None:
        """None."""


def load(experiments: Sequence[str]) -> Decide:
    """A class for each experiment."""
    return _decider(experiments, Targeted)


def _decider(experiments: Sequence[str], parent: type[Targeted]) -> Decide:
    classes = {name: type(name, (parent,), {}) for name in experiments}

    def decide(unit: str, country: str, age: int, experiments: Sequence[str]) -> list[str | None]:
        return [classes[name](unit=unit, country=country, age=age).get("arm") for name in experiments]

    return decide


if __name__ == "__main__":
    without_us = median_us(_decider(names(1), WithoutChecksum))
    note = f"condition in Python; {without_us:.1f} µs if it is kept from hashing its own source each time"
    report("planout", load, note=note, finds_by_name=False)
