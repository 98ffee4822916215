"""Rollouts over HTTP have the clock of the plane that the control function was deployed to."""

from datetime import timedelta

import pytest

from functions.control.rollout_wiring import wire_rollouts
from functions.control.settings import ControlSettings
from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.clock import SystemClock
from sluice.local.deployment import control_environment
from sluice.local.plane import start_plane
from sluice.local.plane_settings import PlaneSettings
from sluice.local.resources import REGION, ResourceNames

HOURS = timedelta(hours=10)


def test_a_rollout_over_http_is_as_late_as_the_plane(monkeypatch: pytest.MonkeyPatch) -> None:
    with start_plane(PlaneSettings(gateway_port=0, aws_port=0, fsync=False)) as plane:
        for name, value in plane.environment().items():
            monkeypatch.setenv(name, value)
        settings = ControlSettings.from_environment(control_environment(ResourceNames(), plane.aws_url))
        ports = wire_rollouts(settings, registry=MemoryRegistry(), publisher=MemoryPublisher(), region=REGION).ports
        stopped_at = plane.clock.freeze()

        plane.clock.move_to(stopped_at + HOURS)

        assert ports.clock.now() == stopped_at + HOURS
        assert ports.lease_from(ports.clock.now()) > SystemClock().now() + HOURS
