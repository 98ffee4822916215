"""Rollouts over HTTP have the clock of the plane that the control function was deployed to."""

from datetime import timedelta

import pytest

from functions.control.rollout_wiring import wire_rollouts
from functions.control.settings import ControlSettings
from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.adapters.plane_clock import PlaneClock
from sluice.clock import SystemClock
from sluice.errors import NotAvailable
from sluice.local.deployment import control_environment
from sluice.local.plane import start_plane
from sluice.local.plane_settings import PlaneSettings
from sluice.local.resources import REGION, ResourceNames
from sluice.local.sockets import bound_socket

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


def test_the_clock_of_a_plane_that_has_gone_is_not_available() -> None:
    with bound_socket(0) as nobody_answers:
        url = f"http://127.0.0.1:{nobody_answers.getsockname()[1]}/"

    with pytest.raises(NotAvailable, match=f"does not answer at {url}_sluice/clock"):
        PlaneClock(url).now()
