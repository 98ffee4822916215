"""Every plan that hypothesis can think of."""

from typing import Any

from hypothesis import strategies as st

from sluice.rollouts.guardrail import RATES, Guardrail, GuardrailKind, WorseIs
from sluice.rollouts.plan import AtTheLimit, Gate, GateKind, Plan, Step

KEYS = st.from_regex(r"[a-z0-9]([a-z0-9_-]{0,10}[a-z0-9])?", fullmatch=True)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
_POSITIVE = st.floats(1e-6, 1e6)
_FLOORS = st.none() | st.floats(1.0, 1e6)


@st.composite
def guardrails(draw: st.DrawFn) -> Guardrail:
    kind = draw(st.sampled_from(GuardrailKind))
    facts: dict[str, Any] = {
        "alpha": draw(st.floats(1e-9, 0.999)),
        "quantile_bps": draw(st.integers(5_000, 9_999)),
        "minimum_requests": draw(st.integers(1, 10**9)),
        "floor": draw(_FLOORS),
    }
    if kind in (GuardrailKind.MEAN, GuardrailKind.DISTRIBUTION):
        facts["metric"] = draw(WORDS)
    if kind is GuardrailKind.MEAN:
        facts["worse_is"] = draw(st.sampled_from(WorseIs))
    if kind is not GuardrailKind.DISTRIBUTION:
        facts["absolute"] = draw(st.none() | (st.floats(1e-6, 0.999) if kind in RATES else _POSITIVE))
        facts["ratio_bound"] = draw(_POSITIVE if facts["absolute"] is None else st.none() | _POSITIVE)
    return Guardrail(draw(KEYS), kind, **facts)


@st.composite
def steps(draw: st.DrawFn) -> tuple[Step, ...]:
    weights = sorted(draw(st.lists(st.integers(1, 9_999), min_size=1, max_size=20, unique=True)))
    seconds = [sorted(draw(st.lists(st.integers(60, 14 * 86_400), min_size=2, max_size=2))) for _ in weights]
    fewest = st.integers(1, 10**9)
    return tuple(Step(it, bake, limit, draw(fewest)) for it, (bake, limit) in zip(weights, seconds, strict=True))


@st.composite
def gates(draw: st.DrawFn, last_step: int) -> Gate:
    kind = draw(st.sampled_from(GateKind))
    return Gate(
        kind,
        0 if kind is GateKind.SHADOW else draw(st.integers(0, last_step)),
        draw(st.integers(1, 5)),
        draw(WORDS) if kind is GateKind.HOOK else "",
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    of_steps = draw(steps())
    return Plan(
        draw(KEYS),
        of_steps,
        tuple(draw(st.lists(guardrails(), min_size=1, max_size=4, unique_by=lambda it: it.key))),
        tuple(draw(st.lists(gates(len(of_steps)), max_size=3))),
        draw(st.integers(0, 14 * 86_400)),
        draw(st.sampled_from(AtTheLimit)),
        draw(st.booleans()),
    )
