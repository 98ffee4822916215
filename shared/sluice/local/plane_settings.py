"""What a person may set of a local plane."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sluice.local.resources import ResourceNames
from sluice.local.throttle import ThrottleSettings


@dataclass(frozen=True, slots=True)
class PlaneSettings:
    """Everything that distinguishes one plane from another. Port 0 takes any free port.

    `seed` fixes the sequence of alias decisions. `mode` runs functions in processes of their own, as Lambda does, or
    in this one. Without `data_dir` nothing outlives the plane; with it everything acknowledged does (log lines
    excepted), `fsync` deciding whether also a power cut. `scale_out` limits the environments per function version.
    """

    gateway_port: int = 8080
    aws_port: int = 8081
    seed: int = 1
    mode: Literal["process", "in_process"] = "process"
    data_dir: Path | None = None
    fsync: bool = True
    scale_out: int = 4
    throttle: ThrottleSettings = field(default_factory=ThrottleSettings)
    names: ResourceNames = field(default_factory=ResourceNames)
