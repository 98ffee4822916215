"""What a record is made of beside the request: the environment, what its first request waited for, the outcome."""

from dataclasses import dataclass
from typing import NamedTuple

from sluice.frozen import frozen


@frozen
class ColdStart:
    """What the first request of an environment waited for."""

    imports_ms: float
    release_ms: float
    session_ms: float

    @property
    def init_ms(self) -> float:
        """All of it, before the request was handled."""
        return self.imports_ms + self.release_ms + self.session_ms


@dataclass(frozen=True, slots=True, eq=False)
class EnvironmentFacts:
    """What is true of this execution environment for as long as it lives; one object, equal to itself alone."""

    model: str
    runtime_version: str
    cpu_family: str
    metrics_namespace: str = "Sluice"
    records_unit_ids: bool = False


class Outcome(NamedTuple):
    """What the client is answered, and the error behind it if there is one."""

    status: int
    body: bytes
    error: Exception | None = None
