"""Every environment of a host: one pool per function version, retired when the version changes or goes."""

from dataclasses import dataclass
from datetime import timedelta

from sluice.clock import Clock
from sluice.local.lambda_control.function import FunctionVersion
from sluice.local.lambda_control.functions import LambdaFunctions
from sluice.local.lambda_host.environments import EnvironmentMaker
from sluice.local.lambda_host.pool import EnvironmentPool, EnvironmentState, PooledEnvironment
from sluice.local.lambda_host.settings import HostSettings


@dataclass(frozen=True, slots=True)
class EnvironmentStatus:
    """One environment, as seen from outside; `pid` is None when functions run in this process."""

    pid: int | None
    function_name: str
    function_version: str
    state: EnvironmentState


class Fleet:
    """Belongs to one event loop."""

    def __init__(self, maker: EnvironmentMaker, *, settings: HostSettings, clock: Clock) -> None:
        self._maker = maker
        self._settings = settings
        self._clock = clock
        self._pools: dict[tuple[str, str], EnvironmentPool] = {}
        self._retired: list[EnvironmentPool] = []

    def pool_of(self, version: FunctionVersion) -> EnvironmentPool:
        """The pool whose environments run exactly this code under these settings."""
        key = (version.function_name, version.function_version)
        pool = self._pools.get(key)
        if pool is not None:
            if pool.version is version or pool.version.runs_like(version):
                return pool
            self._retire(key)
        pool = self._pools[key] = EnvironmentPool(
            version, make=self._maker.make, scale_out=self._settings.scale_out, clock=self._clock
        )
        return pool

    def release(self, pool: EnvironmentPool, pooled: PooledEnvironment, *, reusable: bool) -> None:
        """A request is done; the environment waits for the next one, or ends."""
        if reusable and not pool.retired:
            pool.put_back(pooled)
        else:
            self._end(pool, pooled)

    def retire_stale(self, functions: LambdaFunctions) -> None:
        """End what no longer runs a version that exists: idle environments now, busy ones after their request."""
        present = {function.name: function for function in functions.list_functions()}
        for (name, number), pool in list(self._pools.items()):
            function = present.get(name)
            version = function.find_version(number) if function else None
            if version is None or not pool.version.runs_like(version):
                self._retire((name, number))

    def reap_idle(self) -> None:
        """End what has been idle for `idle_seconds` by the clock."""
        oldest = self._clock.now() - timedelta(seconds=self._settings.idle_seconds)
        for pool in self._pools.values():
            for pooled in pool.idle_until(oldest):
                self._end(pool, pooled)

    def end_all(self) -> None:
        """End every environment, whatever it does."""
        for pool in self._all_pools():
            pool.retired = True
            for pooled in pool:
                self._end(pool, pooled)

    def environments(self) -> list[EnvironmentStatus]:
        """Every environment that exists now, oldest first within a version."""
        return [
            EnvironmentStatus(
                pooled.environment.pid, pool.version.function_name, pool.version.function_version, pooled.state
            )
            for pool in self._all_pools()
            for pooled in pool
        ]

    def _all_pools(self) -> list[EnvironmentPool]:
        self._retired = [pool for pool in self._retired if len(pool)]
        return [*self._pools.values(), *self._retired]

    def _retire(self, key: tuple[str, str]) -> None:
        pool = self._pools.pop(key)
        self._retired.append(pool)
        for pooled in pool.retire():
            self._end(pool, pooled)

    def _end(self, pool: EnvironmentPool, pooled: PooledEnvironment) -> None:
        pool.remove(pooled)
        self._maker.end_soon(pooled.environment)
