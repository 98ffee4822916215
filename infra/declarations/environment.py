"""An environment: everything that differs between dev, staging and prod, and nothing else."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from infra.declarations.api import ApiSettings, IamAuth
from infra.declarations.experiments import ExperimentSettings
from infra.declarations.gpu_endpoint import GpuEndpointSettings
from infra.declarations.model import ModelSettings
from infra.declarations.refusal import check
from infra.declarations.rollouts import RolloutSettings

_LOG_RETENTION_DAYS = frozenset({1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827})
_NAME = re.compile(r"[a-z][a-z0-9]{1,11}")


class Architecture(StrEnum):
    """Of every function and layer."""

    ARM64 = "arm64"
    X86_64 = "x86_64"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept, in days. `ledger_days` is an Object Lock: nobody can delete sooner, not even you."""

    logs_days: int = 30
    records_days: int = 180
    replaced_objects_days: int = 30
    ledger_days: int = 30

    def __post_init__(self) -> None:
        allowed = f"one of {sorted(_LOG_RETENTION_DAYS)}, which is what CloudWatch Logs takes"
        check("logs_days", self.logs_days, allowed, holds=self.logs_days in _LOG_RETENTION_DAYS)
        for name in ("records_days", "replaced_objects_days", "ledger_days"):
            check(name, getattr(self, name), "at least 1", holds=getattr(self, name) >= 1)


@dataclass(frozen=True, slots=True)
class DataSettings:
    """`customer_keys`: a KMS key of your own per data class, else AWS's keys. `protected`: data outlives the stack."""

    customer_keys: bool
    protected: bool
    retention: Retention = field(default_factory=Retention)
    ship_records: bool = False
    """Copy every inference record from the logs to the records bucket, by Firehose."""


@dataclass(frozen=True, slots=True)
class SecondRegion:
    """A standby: global tables, replicated artefacts, an API of its own, and DNS that leaves a region that is ill."""

    region: str
    certificate_arn: str


@dataclass(frozen=True, slots=True)
class Environment:
    """`account` and `region` may be left to the caller's credentials; a second region needs both."""

    name: str
    data: DataSettings
    api: ApiSettings
    models: tuple[ModelSettings, ...]
    shifts_on_deploy: bool
    """Whether a deployment gives changed code all the traffic at once, or leaves that to `sluice alias shift`."""
    is_watched: bool = True
    """Alarms and dashboards, which cost the same whether anybody asks for predictions or not."""
    alarm_email: str | None = None
    account: str | None = None
    region: str | None = None
    second_region: SecondRegion | None = None
    architecture: Architecture = Architecture.ARM64
    gpu_endpoints: tuple[GpuEndpointSettings, ...] = ()
    experiments: ExperimentSettings = field(default_factory=ExperimentSettings)
    rollouts: RolloutSettings = field(default_factory=RolloutSettings)

    def __post_init__(self) -> None:
        check(
            "name", self.name, "2 to 12 of a-z and 0-9, starting with a letter", holds=bool(_NAME.fullmatch(self.name))
        )
        names = [model.name for model in self.models]
        check("models", names, "one or more, each named once", holds=1 <= len(names) == len(set(names)))
        endpoints = [it.name for it in self.gpu_endpoints]
        check("gpu_endpoints", endpoints, "each named once", holds=len(endpoints) == len(set(endpoints)))
        known = self.region is not None or not self.data.customer_keys
        check("region", self.region, "given, for tables under customer_keys", holds=known)
        have_claims = not (self.experiments.needs_tokens and isinstance(self.api.auth, IamAuth))
        check("experiments", self.experiments, "without claims, where callers bear no tokens", holds=have_claims)
        self._check_second_region()

    def _check_second_region(self) -> None:
        if self.second_region is None:
            return
        check("account", self.account, "given, for a second region", holds=self.account is not None)
        other = self.region is not None and self.region != self.second_region.region
        check("region", self.region, "given, and not the second region", holds=other)
        domain = self.api.domain
        rule = "a domain with its hosted zone, so that DNS can choose a region"
        check("api.domain", domain, rule, holds=domain is not None and domain.hosted_zone_id is not None)

    @property
    def function_prefix(self) -> str:
        """What the names of model functions start with, so that environments can share an account."""
        return f"{self.name}-"
