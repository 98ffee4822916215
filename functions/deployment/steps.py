"""The two steps of a deployment, from a custom resource's properties to one use case each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.clock import Clock
from sluice.errors import InvalidRequest
from sluice.rollouts.ports import RolloutStore
from sluice.usecases.carry_release_over import carry_release_over
from sluice.usecases.refuse_open_rollout import refuse_open_rollout

_STEPS = ("guard", "carry_over")
_TRUTH = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class StepCall:
    """`deployment` is the fingerprint of the function's code and settings; `shift`, whether they get all traffic."""

    step: str
    model: str
    deployment: str
    shift: bool

    @classmethod
    def from_properties(cls, properties: Mapping[str, Any]) -> "StepCall":
        """Raises InvalidRequest that names the property."""
        step = _required(properties, "Step")
        if step not in _STEPS:
            raise InvalidRequest(f"Step == {step!r}, must be one of {', '.join(_STEPS)}")
        shift = properties.get("Shift", "false")
        if shift not in _TRUTH:
            raise InvalidRequest(f"Shift == {shift!r}, must be true or false")
        return cls(step, _required(properties, "Model"), _required(properties, "Deployment"), _TRUTH[shift])


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps over their ports."""

    registry: Registry
    publisher: FunctionPublisher
    clock: Clock
    rollouts: RolloutStore | None = None

    def take(self, call: StepCall) -> dict[str, str]:
        """Take the step; what it returns become attributes of the custom resource. Raises SluiceError."""
        if call.step == "guard":
            refuse_open_rollout(call.model, call.deployment, publisher=self.publisher, rollouts=self.rollouts)
            return {"Outcome": "no rollout is open"}
        done = carry_release_over(
            call.model,
            call.deployment,
            shift=call.shift,
            registry=self.registry,
            publisher=self.publisher,
            clock=self.clock,
        )
        return {"Outcome": done.message, "Reason": done.reason, "FunctionVersion": done.function_version or ""}


def _required(properties: Mapping[str, Any], name: str) -> str:
    value = properties.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidRequest(f"{name} == {value!r}, must be given")
    return value
