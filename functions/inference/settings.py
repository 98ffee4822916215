"""What one inference function is told when it is deployed. Standard library only: it is read at every cold start."""

import os
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any

_PREFIX = "SLUICE_"


@dataclass(frozen=True, slots=True)
class InferenceSettings:
    """The environment of an inference function; every name is upper-cased and prefixed with SLUICE_.

    Requests that must be kept outlive the function in the records bucket. `release` and `release_digest` come from
    the publisher, both at once: the digest names the release's document in the artefacts bucket, and without them
    there is nothing to serve yet. `deployment` names the code and settings; `provisioned_concurrency` tells the
    publisher how many environments of each function version to keep ready. `metrics_namespace` keeps environments that
    share an account apart in CloudWatch.
    """

    model: str
    artefacts_bucket: str
    records_bucket: str
    deployment: str = ""
    provisioned_concurrency: int = 0
    metrics_namespace: str = "Sluice"
    release: int | None = None
    release_digest: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "InferenceSettings":
        """Read the settings. Raises ValueError that lists every variable that is missing or not an integer."""
        found = {field.name: environment.get(variable(field.name)) for field in fields(cls)}
        missing = [variable(it.name) for it in fields(cls) if it.default is MISSING and not found[it.name]]
        if missing:
            raise ValueError(f"not set: {', '.join(missing)}")
        values: dict[str, Any] = {name: value for name, value in found.items() if value}
        if ("release" in values) != ("release_digest" in values):
            raise ValueError(f"{variable('release')} and {variable('release_digest')} go together")
        return cls(**values | {name: _integer(name, values[name]) for name in _INTEGERS & values.keys()})

    def to_environment(self) -> dict[str, str]:
        """The inverse of `from_environment`; who deploys the function sets these variables."""
        return {variable(name): str(value) for name, value in asdict(self).items() if value}


_INTEGERS = {"release", "provisioned_concurrency"}


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"{_PREFIX}{name.upper()}"


def _integer(name: str, value: str) -> int:
    if not value.isdecimal():
        raise ValueError(f"{variable(name)} is {value!r}, must be a whole number")
    return int(value)
