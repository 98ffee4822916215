"""Settings that a function reads from its environment, and that whoever deploys it writes: one class for both."""

import os
from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict


def _variable(name: str) -> str:
    return f"SLUICE_{name.upper()}"


class EnvironmentSettings(BaseModel):
    """Every field is the variable of its name, upper-cased and prefixed with SLUICE_."""

    model_config = ConfigDict(frozen=True, alias_generator=_variable, populate_by_name=True)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings. Raises pydantic's ValidationError, which names what is missing."""
        return cls.model_validate(dict(environment))

    def to_environment(self) -> dict[str, str]:
        """The inverse of `from_environment`, without what has its default."""
        return {name: str(value) for name, value in self.model_dump(by_alias=True, exclude_defaults=True).items()}
