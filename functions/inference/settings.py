"""What one inference function is told when it is deployed. Standard library only: it is read at every cold start."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

_PREFIX = "SLUICE_"


@dataclass(frozen=True, slots=True)
class InferenceSettings:
    """The environment of an inference function; every name is upper-cased and prefixed with SLUICE_.

    `model` and `release` say what is served, `release_digest` names the release's document in the artefacts bucket.
    Requests that must be kept outlive the function in the records bucket.
    """

    model: str
    release: int
    release_digest: str
    artefacts_bucket: str
    records_bucket: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "InferenceSettings":
        """Read the settings. Raises ValueError that lists every variable that is missing or not an integer."""
        names = [field.name for field in fields(cls)]
        missing = [variable(name) for name in names if not environment.get(variable(name))]
        if missing:
            raise ValueError(f"not set: {', '.join(missing)}")
        values = {name: environment[variable(name)] for name in names}
        if not values["release"].isdecimal():
            raise ValueError(f"{variable('release')} is {values['release']!r}, must be a release number")
        return cls(**(values | {"release": int(values["release"])}))  # type: ignore[arg-type]

    def to_environment(self) -> dict[str, str]:
        """The inverse of `from_environment`; who deploys the function sets these variables."""
        return {variable(name): str(value) for name, value in asdict(self).items()}


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"{_PREFIX}{name.upper()}"
