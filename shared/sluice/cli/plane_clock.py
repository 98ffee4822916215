"""The clock of a local plane, where commands look for it."""

from sluice.adapters.plane_clock import PlaneClock

__all__ = ["PlaneClock"]
