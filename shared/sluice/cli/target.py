"""Where commands go: the local plane, or AWS. Everything else is the same code."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from sluice.local.resources import ResourceNames


class TargetKind(StrEnum):
    """Two places, one set of APIs."""

    LOCAL = "local"
    AWS = "aws"


@dataclass(frozen=True, slots=True)
class Target:
    """Addresses and names. On AWS, what is empty here is read from the stack of `environment`, when it is needed."""

    kind: TargetKind
    aws_endpoint_url: str
    gateway_url: str
    registry_table: str
    artefacts_bucket: str
    records_bucket: str
    experiments_table: str = ""
    units_table: str = ""
    rollouts_table: str = ""
    ledger_table: str = ""
    ledger_bucket: str = ""
    rollout_machine_arn: str = ""
    event_bus: str = ""
    function_prefix: str = ""
    gateway_auth: str = ""
    environment: str = ""

    @property
    def is_local(self) -> bool:
        """Whether commands go to the simulation on this machine."""
        return self.kind is TargetKind.LOCAL


VARIABLES = {
    "aws_endpoint_url": "SLUICE_AWS_ENDPOINT_URL",
    "gateway_url": "SLUICE_GATEWAY_URL",
    "registry_table": "SLUICE_REGISTRY_TABLE",
    "experiments_table": "SLUICE_EXPERIMENTS_TABLE",
    "units_table": "SLUICE_UNITS_TABLE",
    "rollouts_table": "SLUICE_ROLLOUTS_TABLE",
    "ledger_table": "SLUICE_LEDGER_TABLE",
    "ledger_bucket": "SLUICE_LEDGER_BUCKET",
    "artefacts_bucket": "SLUICE_ARTEFACTS_BUCKET",
    "records_bucket": "SLUICE_RECORDS_BUCKET",
    "rollout_machine_arn": "SLUICE_ROLLOUT_MACHINE_ARN",
    "event_bus": "SLUICE_EVENT_BUS",
    "function_prefix": "SLUICE_FUNCTION_PREFIX",
    "gateway_auth": "SLUICE_GATEWAY_AUTH",
    "environment": "SLUICE_ENV",
}
"""The environment variable behind each field of `Target`."""

LOCAL_DEFAULTS = {
    "aws_endpoint_url": "http://127.0.0.1:8081",
    "gateway_url": "http://127.0.0.1:8080",
    "gateway_auth": "none",
    **asdict(ResourceNames()),
}
"""What `sluice up` uses when it is told nothing else."""


def target_of(kind: TargetKind | None, given: Mapping[str, str | None], environment: Mapping[str, str]) -> Target:
    """The target: what options gave, else the environment, else, on the local plane alone, a default.

    Who names an environment means AWS, unless `kind` says otherwise.
    """
    found = {name: given.get(name) or environment.get(variable) or "" for name, variable in VARIABLES.items()}
    kind = kind or (TargetKind.AWS if found["environment"] else TargetKind.LOCAL)
    defaults = LOCAL_DEFAULTS if kind is TargetKind.LOCAL else {}
    return Target(kind, **{name: value or defaults.get(name, "") for name, value in found.items()})
