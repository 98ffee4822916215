"""One model of an environment: its function's size, how it is kept warm, who answers for it, and when to wake them."""

import re
from dataclasses import dataclass, field

from infra.declarations.refusal import check

_MODEL_NAME = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class SnapStart:
    """Published versions start from a snapshot; each retained version is billed for its cached snapshot."""


@dataclass(frozen=True, slots=True)
class ProvisionedConcurrency:
    """So many environments of each version that may get traffic are kept ready; they are billed while idle."""

    environments: int

    def __post_init__(self) -> None:
        check("environments", self.environments, "at least 1", holds=self.environments >= 1)


Warmth = SnapStart | ProvisionedConcurrency | None


@dataclass(frozen=True, slots=True)
class AlarmThresholds:
    """Bounds over five minutes, per model; rates in basis points of requests."""

    server_errors_bps: int = 100
    p99_latency_ms: int = 1_000
    throttles: int = 10


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """A function `<environment>-inference-<name>`. Alarms name its `owner` and `runbook`, a URL or path of yours."""

    name: str
    owner: str
    runbook: str = "docs/runbook.md"
    memory_mb: int = 1_769
    timeout_seconds: int = 29
    warmth: Warmth = None
    reserved_concurrency: int | None = None
    alarms: AlarmThresholds = field(default_factory=AlarmThresholds)

    def __post_init__(self) -> None:
        rule = "2 to 40 of a-z, 0-9 and -, starting with a letter"
        check("name", self.name, rule, holds=bool(_MODEL_NAME.fullmatch(self.name)))
        check("owner", self.owner, "who answers for the model", holds=bool(self.owner.strip()))
        check("memory_mb", self.memory_mb, "128 to 10240", holds=128 <= self.memory_mb <= 10_240)
        check("timeout_seconds", self.timeout_seconds, "1 to 29", holds=1 <= self.timeout_seconds <= 29)
        _check_reserved_covers_provisioned(self.reserved_concurrency, self.warmth)


def _check_reserved_covers_provisioned(reserved: int | None, warmth: Warmth) -> None:
    """A rollout keeps two versions ready at once, so the reservation must hold both."""
    if reserved is None:
        return
    needed = 2 * warmth.environments if isinstance(warmth, ProvisionedConcurrency) else 1
    check("reserved_concurrency", reserved, f"at least {needed}", holds=reserved >= needed)
