"""How API Gateway throttles a stage: by a token bucket."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ThrottleSettings:
    """The steady rate and the burst of a stage; the defaults are an AWS account's."""

    rate_per_second: float = 10_000.0
    burst_count: int = 5_000

    def __post_init__(self) -> None:
        if self.rate_per_second < 0 or self.burst_count < 0:
            raise ValueError("a throttle needs a rate and a burst of zero or more")
