"""The environments of one function version: which are free, which are at work, and how many there may be."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sluice.clock import Clock
from sluice.local.lambda_control.function import FunctionVersion
from sluice.local.lambda_control.refusals import TooManyRequests
from sluice.local.lambda_host.environment import EnvironmentFactory, ExecutionEnvironment

EnvironmentState = Literal["starting", "idle", "busy"]


@dataclass(slots=True, eq=False)
class PooledEnvironment:
    """An environment and what it is doing; `idle_since` counts while it is idle."""

    environment: ExecutionEnvironment
    state: EnvironmentState
    idle_since: datetime


class EnvironmentPool:
    """Hands out the environment that was used last, so that the others may grow old and end."""

    def __init__(self, version: FunctionVersion, *, make: EnvironmentFactory, scale_out: int, clock: Clock) -> None:
        self.version = version
        self.retired = False
        self._make = make
        self._scale_out = scale_out
        self._clock = clock
        self._members: list[PooledEnvironment] = []
        self._idle: list[PooledEnvironment] = []

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[PooledEnvironment]:
        return iter(tuple(self._members))

    def take(self) -> PooledEnvironment | None:
        """A free environment, now busy; None when there is none."""
        while self._idle:
            pooled = self._idle[-1]
            if pooled.environment.is_alive():
                self._idle.pop()
                pooled.state = "busy"
                return pooled
            self.remove(pooled)
        return None

    def add(self) -> PooledEnvironment:
        """A new environment that has yet to start. Raises TooManyRequests at the scale-out limit."""
        if len(self._members) >= self._scale_out:
            raise TooManyRequests
        environment = self._make(self.version, self._forget)
        pooled = PooledEnvironment(environment, "starting", self._clock.now())
        self._members.append(pooled)
        return pooled

    def put_back(self, pooled: PooledEnvironment) -> None:
        """It is free again."""
        pooled.state = "idle"
        pooled.idle_since = self._clock.now()
        self._idle.append(pooled)

    def remove(self, pooled: PooledEnvironment) -> None:
        """It is gone, or about to be; removing it again does nothing."""
        for listed in (self._members, self._idle):
            if pooled in listed:
                listed.remove(pooled)

    def idle_until(self, instant: datetime) -> list[PooledEnvironment]:
        """Those that have done nothing since `instant` or longer."""
        return [pooled for pooled in self._idle if pooled.idle_since <= instant]

    def retire(self) -> list[PooledEnvironment]:
        """Take no more requests. Returns the idle ones; the busy ones end after their request."""
        self.retired = True
        return list(self._idle)

    def _forget(self, environment: ExecutionEnvironment) -> None:
        for pooled in self:
            if pooled.environment is environment:
                self.remove(pooled)
