"""What time it is, and where domain events go, for every function that moves an alias."""

from typing import Protocol

from sluice.clock import Clock, SystemClock
from sluice.rollouts.ports import DomainEvents


class Told(Protocol):
    """What settings say of the two."""

    @property
    def plane_url(self) -> str:
        """The AWS endpoint of a local plane, or nothing."""
        ...

    @property
    def event_bus(self) -> str:
        """The bus's name, or nothing."""
        ...


def clock_of(settings: Told) -> Clock:
    """The machine's clock, or that of a local plane."""
    if not settings.plane_url:
        return SystemClock()
    from sluice.adapters.plane_clock import PlaneClock

    return PlaneClock(settings.plane_url)


def events_of(settings: Told) -> DomainEvents:
    """The bus that is set; without one nobody hears of anything."""
    if not settings.event_bus:
        from sluice.adapters.memory_events import MemoryEvents

        return MemoryEvents()
    import boto3

    from sluice.adapters.eventbridge_events import EventBridgeEvents

    return EventBridgeEvents(boto3.client("events"), bus=settings.event_bus)
