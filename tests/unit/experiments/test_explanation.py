"""An explanation ends where the decision ended, whatever is asked."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sluice.experiments.explanation import RULES, explain
from sluice.experiments.namespace import Namespace
from sluice.experiments.reasons import Reason
from sluice.experiments.slot_ranges import SlotRange
from sluice.experiments.slots import SLOT_COUNT
from sluice.experiments.unit_state import NOTHING_STORED, Override, UnitState
from tests.unit.experiments.running import NOW, a_decider, an_experiment, attributes, owning, stored

HALF = SLOT_COUNT // 2
FIRST = an_experiment(
    "first",
    slots=(SlotRange(0, HALF),),
    coverage_bps=5_000,
    eligibility="age > 17",
    attributes=attributes(age="int"),
)
SECOND = an_experiment("second", slots=(SlotRange(HALF, SLOT_COUNT),))
STOPPED = an_experiment("stopped", namespace="other", is_stopped=True)
DECIDER = a_decider(
    FIRST,
    SECOND,
    STOPPED,
    namespaces=[
        owning(FIRST, SECOND, namespace=Namespace("main", holdout_bps=2_000)),
        owning(STOPPED, namespace=Namespace("other")),
    ],
)

states = st.builds(
    UnitState,
    st.dictionaries(
        st.sampled_from(["first", "second", "stopped"]),
        st.sampled_from([stored("x"), stored("x", "gone"), stored("x", namespace_draw="old")]),
    ),
    st.dictionaries(
        st.sampled_from(["first", "second", "stopped"]),
        st.builds(
            Override, st.just("x"), st.sampled_from(["treatment", "gone"]), st.just("me"), st.just("why"), st.just(NOW)
        ),
    ),
)


@given(
    st.text(min_size=1, max_size=8, alphabet="abc123"),
    st.none() | states,
    st.fixed_dictionaries({}, optional={"age": st.integers(0, 40)}),
)
def test_the_path_ends_where_the_decision_did(unit: str, state: UnitState | None, facts: dict[str, Any]) -> None:
    decided = DECIDER.decide("user", unit, attributes=facts, state=state)

    explained = explain(DECIDER, "user", unit, attributes=facts, state=state)

    assert [it.experiment for it in explained] == ["first", "second", "stopped"]
    outcomes = {(it.experiment.key, it.variant.key if it.variant else None, it.reason) for it in decided}
    assert {
        (it.experiment, it.variant, it.reason) for it in explained if it.reason is not Reason.NOT_IN_NAMESPACE
    } == outcomes
    for each in explained:
        assert [it.rule for it in each.rules] == list(RULES[: len(each.rules)])
        assert [it.decided for it in each.rules] == [False] * (len(each.rules) - 1) + [True]


def test_the_numbers_of_every_rule_are_there() -> None:
    decider = a_decider(an_experiment("all", eligibility="age > 17", attributes=attributes(age="int")))

    (explained,) = explain(decider, "user", "unit", attributes={"age": 18}, state=NOTHING_STORED)

    assert [(it.rule, it.found) for it in explained.rules] == [
        ("kill switch", "it is on"),
        ("override", "none"),
        ("sticky", "nothing stored"),
        ("holdout", "slot 38323 of draw 'holdout:main:main'; slots below 0 are held out"),
        ("namespace", "slot 994164 of draw 'layer:main:main' belongs to experiment 'all'"),
        ("eligibility", "age > 17 holds"),
        ("coverage", "coverage 10000 bps: slot 882649 is in a variant's range"),
        ("arm", "slot 882649 of draw 'exp:all:all', allocation version 1: control 0-499999, treatment 500000-999999"),
    ]


def test_an_override_elsewhere_in_the_namespace_is_what_decides() -> None:
    state = UnitState(overrides={"first": Override("first", "treatment", "me", "why", NOW)})

    (forced, other, _) = explain(DECIDER, "user", "unit", attributes={}, state=state)

    assert (forced.reason, forced.rules[-1].rule) == (Reason.OVERRIDE, "override")
    assert (other.reason, other.rules[-1].rule) == (Reason.NOT_IN_NAMESPACE, "override")
    assert other.rules[-1].found == "the unit is forced into experiment 'first' of this namespace"
