"""What one inference function is told when it is deployed. It imports next to nothing: every cold start reads it."""

import os
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields
from typing import Any

from sluice.frozen import frozen

_PREFIX = "SLUICE_"
UPLOAD_LIMIT_BYTES = 64 * 1024 * 1024
# A body of JSON numbers takes several times its length when it is read.
_UPLOADS_SHARE_OF_MEMORY = 8


@frozen
class InferenceSettings:
    """The environment of an inference function; every name is upper-cased and prefixed with SLUICE_.

    Requests that must be kept outlive the function in the records bucket. `release` and `release_digest` come from
    the publisher, both at once: the digest names the release's document in the artefacts bucket, and without them
    there is nothing to serve yet. `deployment` names the code and settings; `provisioned_concurrency` tells the
    publisher how many environments of each function version to keep ready. `metrics_namespace` keeps environments that
    share an account apart in CloudWatch.

    With `experiments_table` and `units_table` requests may name a unit. Definitions are read again after
    `snapshot_cache_seconds`, which is how long a kill switch takes at most, a unit's state after
    `unit_state_cache_seconds`; a read or write of a unit's state has `unit_state_budget_ms`. `unit_claim` and
    `attribute_claims` (names, comma between them) are claims of a verified token that win over a request's parameters.
    Records name a unit by its keyed hash, unless `record_unit_ids`.

    Bodies of up to `upload_limit_bytes`, and of an eighth of the function's memory, may be uploaded.
    """

    model: str
    artefacts_bucket: str
    records_bucket: str
    deployment: str = ""
    provisioned_concurrency: int = 0
    metrics_namespace: str = "Sluice"
    release: int | None = None
    release_digest: str | None = None
    experiments_table: str = ""
    units_table: str = ""
    snapshot_cache_seconds: int = 10
    unit_state_cache_seconds: int = 60
    unit_state_budget_ms: int = 50
    unit_claim: str = ""
    attribute_claims: str = ""
    record_unit_ids: bool = False
    upload_limit_bytes: int = UPLOAD_LIMIT_BYTES

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "InferenceSettings":
        """Read the settings. Raises ValueError that lists every missing variable, or names one that is wrong."""
        found = {field.name: environment.get(variable(field.name)) for field in fields(cls)}
        missing = [variable(it.name) for it in fields(cls) if it.default is MISSING and not found[it.name]]
        if missing:
            raise ValueError(f"not set: {', '.join(missing)}")
        values: dict[str, Any] = {name: value for name, value in found.items() if value}
        if ("release" in values) != ("release_digest" in values):
            raise ValueError(f"{variable('release')} and {variable('release_digest')} go together")
        if ("experiments_table" in values) != ("units_table" in values):
            raise ValueError(f"{variable('experiments_table')} and {variable('units_table')} go together")
        integers = {name: _integer(name, values[name]) for name in _INTEGERS & values.keys()}
        booleans = {name: _boolean(name, values[name]) for name in _BOOLEANS & values.keys()}
        return cls(**values | integers | booleans | _within_memory(integers, environment))

    def to_environment(self) -> dict[str, str]:
        """The inverse of `from_environment`, without what has its default; who deploys the function sets these."""
        defaults = {field.name: field.default for field in fields(self)}
        values = {name: value for name, value in asdict(self).items() if value != defaults[name]}
        return {variable(name): "true" if value is True else str(value) for name, value in values.items()}


_INTEGERS = {
    "release",
    "provisioned_concurrency",
    "snapshot_cache_seconds",
    "unit_state_cache_seconds",
    "unit_state_budget_ms",
    "upload_limit_bytes",
}
_BOOLEANS = {"record_unit_ids"}


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"{_PREFIX}{name.upper()}"


def _integer(name: str, value: str) -> int:
    if not value.isdecimal():
        raise ValueError(f"{variable(name)} is {value!r}, must be a whole number")
    return int(value)


def _boolean(name: str, value: str) -> bool:
    if value not in ("true", "false"):
        raise ValueError(f"{variable(name)} is {value!r}, must be true or false")
    return value == "true"


def _within_memory(integers: Mapping[str, int], environment: Mapping[str, str]) -> dict[str, int]:
    wanted_bytes = integers.get("upload_limit_bytes", UPLOAD_LIMIT_BYTES)
    memory_mb = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    if memory_mb is None:
        return {}
    return {"upload_limit_bytes": min(wanted_bytes, int(memory_mb) * 1024 * 1024 // _UPLOADS_SHARE_OF_MEMORY)}
