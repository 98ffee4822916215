"""The limits of a stage."""

import pytest

from sluice.local.gateway.throttle import ThrottleSettings


@pytest.mark.parametrize(("rate_per_second", "burst_count"), [(-1, 1), (1, -1)])
def test_negative_limits_are_refused(rate_per_second: float, burst_count: int) -> None:
    with pytest.raises(ValueError, match="zero or more"):
        ThrottleSettings(rate_per_second, burst_count)
