"""What a person may set of a local plane."""

from dataclasses import dataclass, field
from pathlib import Path

from sluice.local.gateway.throttle import ThrottleSettings
from sluice.local.lambda_host.handler_call import HandlerFactory
from sluice.local.resources import ResourceNames


@dataclass(frozen=True, slots=True)
class PlaneSettings:
    """Everything that distinguishes one plane from another. Port 0 takes any free port.

    `seed` fixes the sequence of alias decisions. `scale_out` limits the environments per function version. Functions
    run in processes of their own, as on Lambda; with a `handler_factory` (a test's) they run in this one: each
    environment on a thread or, with `handlers_on_loop`, all of them on the gateway's, one request after the other,
    which only suits handlers that never wait. Without `data_dir` nothing outlives the plane; with it everything
    acknowledged does, log lines excepted, and `fsync` decides whether it also survives a power cut.
    """

    gateway_port: int = 8080
    aws_port: int = 8081
    seed: int = 1
    data_dir: Path | None = None
    fsync: bool = True
    scale_out: int = 10
    handler_factory: HandlerFactory | None = None
    handlers_on_loop: bool = False
    throttle: ThrottleSettings = field(default_factory=ThrottleSettings)
    names: ResourceNames = field(default_factory=ResourceNames)
