"""Where commands go: the local plane, or AWS. Everything else is the same code."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from sluice.errors import InvalidRequest
from sluice.local.resources import ResourceNames


class TargetKind(StrEnum):
    """Two places, one set of APIs."""

    LOCAL = "local"
    AWS = "aws"


@dataclass(frozen=True, slots=True)
class Target:
    """Addresses and names. On AWS they are empty unless given: `require` names the one that is missing."""

    kind: TargetKind
    aws_endpoint_url: str
    gateway_url: str
    registry_table: str
    artefacts_bucket: str
    records_bucket: str

    @property
    def is_local(self) -> bool:
        """Whether commands go to the simulation on this machine."""
        return self.kind is TargetKind.LOCAL

    def require(self, name: str) -> str:
        """The address or name `name`. Raises InvalidRequest, naming the variable to set, if nobody gave it."""
        value: str = getattr(self, name)
        if not value:
            raise InvalidRequest(f"{name} == '', must be given for AWS: set {VARIABLES[name]}")
        return value


VARIABLES = {
    "aws_endpoint_url": "SLUICE_AWS_ENDPOINT_URL",
    "gateway_url": "SLUICE_GATEWAY_URL",
    "registry_table": "SLUICE_REGISTRY_TABLE",
    "artefacts_bucket": "SLUICE_ARTEFACTS_BUCKET",
    "records_bucket": "SLUICE_RECORDS_BUCKET",
}
"""The environment variable behind each field of `Target`."""

LOCAL_DEFAULTS = {
    "aws_endpoint_url": "http://127.0.0.1:8081",
    "gateway_url": "http://127.0.0.1:8080",
    **asdict(ResourceNames()),
}
"""What `sluice up` uses when it is told nothing else."""


def target_of(kind: TargetKind, given: Mapping[str, str | None], environment: Mapping[str, str]) -> Target:
    """The target: what options gave, else the environment, else, on the local plane alone, a default."""
    defaults = LOCAL_DEFAULTS if kind is TargetKind.LOCAL else {}
    found = {name: environment.get(variable) for name, variable in VARIABLES.items()}
    return Target(kind, **{name: given.get(name) or found[name] or defaults.get(name, "") for name in VARIABLES})
