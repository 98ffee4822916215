"""The plan of a rollout: which share of the traffic, for how long, and what must hold before there is more."""

from dataclasses import dataclass
from enum import StrEnum

from sluice.errors import InvalidDefinition
from sluice.experiments.key import checked_key
from sluice.rollouts.guardrail import Guardrail

ALL_BPS = 10_000
_STEP_LIMIT = 20
_LONGEST_SECONDS = 14 * 86_400


class GateKind(StrEnum):
    """What else must say yes before a step."""

    APPROVAL = "approval"
    HOOK = "hook"
    SHADOW = "shadow"


class AtTheLimit(StrEnum):
    """What happens to a step that nobody can judge in time."""

    ASK = "ask"
    ROLL_BACK = "roll_back"


@dataclass(frozen=True, slots=True)
class Step:
    """`weight_bps` of the traffic for at least `bake_seconds`, and until every guardrail passes.

    `wait_limit_seconds` after its start it is for a person, or for the plan's rule, to say what now.
    """

    weight_bps: int
    bake_seconds: int
    wait_limit_seconds: int
    minimum_requests: int = 100
    """Of each side, before a guardrail can pass."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Asked once, before step `before_step` (0 is the first; the number of steps is the promotion).

    An approval needs `approvals` different people; a hook is a Lambda function's name that answers {"go": true|false};
    a shadow gate needs the comparison of copies to pass.
    """

    kind: GateKind
    before_step: int
    approvals: int = 1
    hook: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A valid plan; building an invalid one raises InvalidDefinition, which names the field.

    `final_bake_seconds` follow the promotion: a breach in them still rolls back.
    """

    name: str
    steps: tuple[Step, ...]
    guardrails: tuple[Guardrail, ...]
    gates: tuple[Gate, ...] = ()
    final_bake_seconds: int = 600
    at_the_limit: AtTheLimit = AtTheLimit.ASK
    warms_up: bool = True

    def __post_init__(self) -> None:
        checked_key("plan", "name", self.name)
        if not 1 <= len(self.steps) <= _STEP_LIMIT:
            raise InvalidDefinition(self.subject, "steps", f"found {len(self.steps)}, allowed: 1 to {_STEP_LIMIT}")
        _check_steps(self)
        _check_gates(self)
        keys = [guardrail.key for guardrail in self.guardrails]
        if not keys:
            raise InvalidDefinition(self.subject, "guardrails", "a rollout without a guardrail judges nothing")
        if len(set(keys)) != len(keys):
            raise InvalidDefinition(self.subject, "guardrails", "two have the same key")

    @property
    def subject(self) -> str:
        """How messages call it."""
        return f"plan {self.name!r}"


def _check_steps(plan: Plan) -> None:
    if not 0 <= plan.final_bake_seconds <= _LONGEST_SECONDS:
        raise InvalidDefinition(plan.subject, "final_bake_seconds", f"allowed: 0 to {_LONGEST_SECONDS}")
    before = 0
    for position, step in enumerate(plan.steps):
        field = f"steps[{position}]"
        if not before < step.weight_bps < ALL_BPS:
            rule = f"found {step.weight_bps}, must be above {before} and below {ALL_BPS}; promotion is what follows"
            raise InvalidDefinition(plan.subject, f"{field}.weight_bps", rule)
        if not 60 <= step.bake_seconds <= step.wait_limit_seconds <= _LONGEST_SECONDS:
            rule = f"60 <= bake_seconds <= wait_limit_seconds <= {_LONGEST_SECONDS}"
            raise InvalidDefinition(plan.subject, f"{field}.bake_seconds", rule)
        if step.minimum_requests < 1:
            raise InvalidDefinition(plan.subject, f"{field}.minimum_requests", "must be 1 or more: no data is no news")
        before = step.weight_bps


def _check_gates(plan: Plan) -> None:
    for position, gate in enumerate(plan.gates):
        field = f"gates[{position}]"
        if not 0 <= gate.before_step <= len(plan.steps):
            raise InvalidDefinition(plan.subject, f"{field}.before_step", f"allowed: 0 to {len(plan.steps)}")
        if gate.kind is GateKind.APPROVAL and not 1 <= gate.approvals <= 5:
            raise InvalidDefinition(plan.subject, f"{field}.approvals", "allowed: 1 to 5")
        if (gate.kind is GateKind.HOOK) != bool(gate.hook):
            raise InvalidDefinition(plan.subject, f"{field}.hook", "a hook, and nothing else, names a function")
        if gate.kind is GateKind.SHADOW and gate.before_step:
            raise InvalidDefinition(plan.subject, f"{field}.before_step", "copies are compared before the first step")
