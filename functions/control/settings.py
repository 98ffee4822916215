"""What the control function is told when it is deployed."""

import os
from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field


def _variable(name: str) -> str:
    return f"SLUICE_{name.upper()}"


class ControlSettings(BaseModel):
    """The environment of the control function; every name is upper-cased and prefixed with SLUICE_."""

    model_config = ConfigDict(frozen=True, alias_generator=_variable, populate_by_name=True)

    registry_table: str = Field(min_length=1)
    """The DynamoDB table of models, versions and releases."""

    function_prefix: str = ""
    """What the names of model functions start with; environments that share an account differ in it."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings. Raises pydantic's ValidationError, which names what is missing."""
        return cls.model_validate(dict(environment))

    def to_environment(self) -> dict[str, str]:
        """The inverse of `from_environment`; who deploys the function sets these variables."""
        return {name: str(value) for name, value in self.model_dump(by_alias=True).items()}
