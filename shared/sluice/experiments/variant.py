"""A variant: an arm of an experiment, and what it serves."""

import re
from collections.abc import Mapping
from dataclasses import field
from math import isfinite
from typing import Any

from sluice.errors import InvalidDefinition
from sluice.experiments.key import checked_bps, checked_key
from sluice.frozen import frozen

ParameterValue = str | int | float | bool

_PARAMETER_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_TEXT_LIMIT_CHARACTERS = 1_000
_EXACT = range(-(2**53), 2**53 + 1)


@frozen
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
            _check_parameter(subject, name, value)


def _check_parameter(subject: str, name: Any, value: Any) -> None:
    field = f"parameters.{name}"
    if type(name) is not str or not _PARAMETER_NAME.fullmatch(name):
        raise InvalidDefinition(subject, field, "a name is lower-case letters, digits and _, a letter first")
    if type(value) not in (str, int, float, bool) or (type(value) is float and not isfinite(value)):
        raise InvalidDefinition(subject, field, "must be text, a finite number, true or false")
    if type(value) is int and value not in _EXACT:
        raise InvalidDefinition(subject, field, f"found {value}, which is beyond what every JSON reader keeps exactly")
    if type(value) is str and len(value) > _TEXT_LIMIT_CHARACTERS:
        raise InvalidDefinition(subject, field, f"it has {len(value)} characters, allowed: {_TEXT_LIMIT_CHARACTERS}")
