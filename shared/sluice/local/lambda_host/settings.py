"""What can be set about a Lambda host."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sluice.local.lambda_host.handler_call import HandlerFactory


@dataclass(frozen=True, slots=True)
class HostSettings:
    """Limits, and how functions run.

    `scale_out` is the number of environments per function version. `idle_seconds` are the clock's, the other
    seconds are real. `variables` are set in every process, below the function's own. With a `handler_factory`
    functions run in this process instead of processes of their own: each environment on a thread, or, with
    `handlers_on_loop`, all on the host's own, one request after the other, which only suits handlers that never wait.
    """

    scale_out: int = 10
    init_limit_seconds: float = 10.0
    idle_seconds: float = 600.0
    reap_interval_seconds: float = 5.0
    variables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    handler_factory: HandlerFactory | None = None
    handlers_on_loop: bool = False
