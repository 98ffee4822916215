"""A variant: an arm of an experiment, and what it serves."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sluice.errors import InvalidDefinition
from sluice.experiments.key import checked_bps, checked_key

ParameterValue = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Variant:
    """A model version, or parameters that the client gets with the release's default version; or both.

    `weight_bps` is its share of the units that enter, and so their propensity. Raises InvalidDefinition.
    """

    key: str
    weight_bps: int
    model_version: int | None = None
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        subject = f"variant {self.key!r}"
        checked_key(subject, "key", self.key)
        checked_bps(subject, "weight_bps", self.weight_bps)
        if self.model_version is not None and (type(self.model_version) is not int or self.model_version < 1):
            raise InvalidDefinition(subject, "model_version", f"found {self.model_version!r}, must be 1 or more")
        for name, value in self.parameters.items():
            if type(value) not in (str, int, float, bool):
                raise InvalidDefinition(subject, f"parameters.{name}", "must be text, a number, true or false")
