"""Gates that answer by themselves: hooks and the comparison of copies are asked when a decision waits for them."""

from dataclasses import replace

from sluice.governance.records import GateAnswered
from sluice.rollouts.decide import Decision, decide
from sluice.rollouts.plan import GateKind
from sluice.rollouts.state import RolloutState
from sluice.usecases.rollout_ports import CONTROLLER, ControllerPorts
from sluice.usecases.rollout_reading import RolloutReading
from sluice.usecases.rollout_records import facts_of, record


def pass_gates(state: RolloutState, reading: RolloutReading, ports: ControllerPorts) -> tuple[RolloutState, Decision]:
    """The decision, after every gate that it waited for was asked; the state has those that said yes.

    A gate that says no, or nothing yet, is asked again with the next tick.
    """
    for _ in state.plan.gates:
        decision = decide(state, reading.judgements, now=ports.clock.now())
        answered = _asked(state, decision, ports)
        if answered is state:
            return state, decision
        state = answered
    return state, decide(state, reading.judgements, now=ports.clock.now())


def _asked(state: RolloutState, decision: Decision, ports: ControllerPorts) -> RolloutState:
    if decision.gate is None:
        return state
    gate = state.plan.gates[decision.gate]
    answer = ports.ask_gate(state, gate) if gate.kind is not GateKind.APPROVAL else None
    if answer is None or not answer.is_passed:
        return state
    said = GateAnswered(
        **facts_of(state, CONTROLLER, ports),
        gate=decision.gate,
        kind=gate.kind.value,
        is_passed=True,
        why=answer.why,
        numbers=answer.numbers,
    )
    record(said, ports)
    return replace(state, gates_passed=(*state.gates_passed, decision.gate))
