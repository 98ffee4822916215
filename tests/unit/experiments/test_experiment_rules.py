"""Built experiments are valid; building an invalid one names the field, what was found and the rule."""

import re
from dataclasses import replace
from typing import Any

import pytest

from sluice.errors import InvalidDefinition, InvalidUnit, MoveRefused
from sluice.experiments.experiment import Conclusion, ExperimentState, Hashing, Plan
from sluice.experiments.lifecycle import edit, reallocate
from sluice.experiments.slot_ranges import SlotRange
from sluice.experiments.slots import SLOT_COUNT
from sluice.experiments.variant import Variant
from tests.unit.experiments.running import EVEN, an_experiment

THREE_BUT_ONE = (Variant("a", 3_333), Variant("b", 3_333), Variant("c", 3_333))
DRAFT, RUNNING = ExperimentState.DRAFT, ExperimentState.RUNNING
CONCLUDED, ARCHIVED = ExperimentState.CONCLUDED, ExperimentState.ARCHIVED
STAYS = Conclusion("treatment", "it is better")

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a key in capitals": ({"key": "Exp"}, "key: found 'Exp'"),
    "an empty key": ({"key": ""}, "key: found ''"),
    "a key with a path in it": ({"key": "a..b"}, "key: found 'a..b'"),
    "a long key": ({"key": "a" * 65}, "key: found"),
    "a key that is no text": ({"key": 7}, "key: found 7"),
    "a model that is no name": ({"model": "a/b"}, "model: found 'a/b'"),
    "a namespace that is no name": ({"namespace": "a b"}, "namespace: found 'a b'"),
    "no hypothesis": ({"hypothesis": " "}, "hypothesis: must be a text of 1 to 2000 characters"),
    "a long hypothesis": ({"hypothesis": "a" * 2001}, "hypothesis: must be"),
    "no owner": ({"owner": None}, "owner: must be"),
    "a unit type in capitals": ({"unit_type": "User"}, "unit_type: it must be lower-case"),
    "a seed with a line end": ({"seed": "a\n"}, "seed: must be printable"),
    "one variant": ({"variants": EVEN[:1]}, "variants: found 1, allowed: 2 to 32"),
    "33 variants": ({"variants": tuple(Variant(f"v{it}", 0) for it in range(33))}, "variants: found 33"),
    "two variants of one key": ({"variants": (EVEN[0], EVEN[0])}, "variants: two have the same key"),
    "weights that leave a gap": ({"variants": THREE_BUT_ONE}, "variants: weight_bps sum to 9999, must be 10000"),
    "coverage over all": ({"coverage_bps": 10_001}, "coverage_bps: found 10001"),
    "coverage under nothing": ({"coverage_bps": -1}, "coverage_bps: found -1"),
    "coverage as a share": ({"coverage_bps": 0.5}, "coverage_bps: found 0.5"),
    "coverage as a truth": ({"coverage_bps": True}, "coverage_bps: found True"),
    "an attribute that CEL could not name": ({"attributes": {"in": "string"}}, "attributes.in: a name is"),
    "an attribute of no type": ({"attributes": {"age": "number"}}, "attributes.age: found 'number', allowed: string,"),
    "no slots": ({"slots": ()}, "slots: must name at least one range"),
    "slots beyond the last": ({"slots": (SlotRange(0, SLOT_COUNT + 1),)}, "slots: found [0, 1000001]"),
    "slots before the first": ({"slots": (SlotRange(-1, 1),)}, "slots: found [-1, 1]"),
    "a range of nothing": ({"slots": (SlotRange(5, 5),)}, "slots: found [5, 5]"),
    "slots in parts": ({"slots": (SlotRange(0, 1.5),)}, "slots: found [0, 1.5]"),  # type: ignore[arg-type]
    "slots that overlap": ({"slots": (SlotRange(0, 6), SlotRange(5, 9))}, "slots: 0-5 and 5-8 overlap"),
    "slots out of order": ({"slots": (SlotRange(5, 9), SlotRange(0, 5))}, "slots: 5-8 and 0-4 overlap or are out of"),
    "a draft that was stopped": ({"state": DRAFT, "is_stopped": True}, "is_stopped: a draft has nothing to stop"),
    "an end without a conclusion": ({"state": CONCLUDED}, "conclusion: a concluded experiment says"),
    "a conclusion before the end": ({"conclusion": STAYS}, "conclusion: a running experiment has none yet"),
    "a conclusion of a draft": ({"state": DRAFT, "conclusion": STAYS}, "conclusion: a draft experiment has none yet"),
    "a conclusion with nobody": (
        {"state": CONCLUDED, "conclusion": Conclusion("gone", "why")},
        "conclusion.variant: found 'gone', which is none",
    ),
}


@pytest.mark.parametrize(("changes", "message"), REFUSED.values(), ids=REFUSED)
def test_an_invalid_experiment_cannot_be_built(changes: dict[str, Any], message: str) -> None:
    with pytest.raises((InvalidDefinition, InvalidUnit), match=re.escape(message)):
        an_experiment(**{"key": "exp-1", **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"coverage_bps": 0},
        {"coverage_bps": 10_000},
        {"variants": (Variant("control", 0), Variant("treatment", 10_000))},
        {"variants": tuple(Variant(f"v{it}", 312 + 16 * (it == 0)) for it in range(32))},
        {"slots": (SlotRange(0, 1), SlotRange(1, 2), SlotRange(999_999, 1_000_000))},
        {"state": CONCLUDED, "conclusion": Conclusion(None, "nothing was better")},
        {"state": CONCLUDED, "conclusion": STAYS, "is_stopped": True},
        {"state": ARCHIVED},
        {"state": ARCHIVED, "conclusion": STAYS},
        {"key": "a" * 64, "seed": "été 2026"},
    ],
)
def test_what_lies_within_the_rules_is_built(changes: dict[str, Any]) -> None:
    built = an_experiment(**changes)

    assert replace(built) == built


@pytest.mark.parametrize(
    ("variant", "message"),
    [
        ({"key": ""}, "variant '': key: found ''"),
        ({"weight_bps": -1}, "weight_bps: found -1"),
        ({"weight_bps": 10_001}, "weight_bps: found 10001"),
        ({"weight_bps": 1.0}, "weight_bps: found 1.0"),
        ({"model_version": 0}, "model_version: found 0, must be 1 or more"),
        ({"model_version": "1"}, "model_version: found '1'"),
        ({"model_version": True}, "model_version: found True"),
        ({"parameters": {"Colour": 1}}, "parameters.Colour: a name is"),
        ({"parameters": {7: 1}}, "parameters.7: a name is"),
        ({"parameters": {"colour": None}}, "parameters.colour: must be text, a finite number"),
        ({"parameters": {"colour": ["red"]}}, "parameters.colour: must be text"),
        ({"parameters": {"ratio": float("nan")}}, "parameters.ratio: must be text, a finite number"),
        ({"parameters": {"count": 2**60}}, "parameters.count: found 1152921504606846976, which is beyond"),
        ({"parameters": {"words": "x" * 100_000}}, "parameters.words: it has 100000 characters"),
    ],
)
def test_an_invalid_variant_cannot_be_built(variant: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidDefinition, match=re.escape(message)):
        Variant(**{"key": "treatment", "weight_bps": 5_000, **variant})


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"primary_metric": ""}, "plan: primary_metric: found ''"),
        ({"guardrails": ("fine", "Not fine")}, "plan: guardrails: found 'Not fine'"),
        ({"planned_days": 0}, "plan: planned_days: found 0, must be 1 or more"),
        ({"planned_units": -5}, "plan: planned_units: found -5"),
        ({"planned_units": 1.5}, "plan: planned_units: found 1.5"),
    ],
)
def test_an_invalid_plan_cannot_be_built(plan: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidDefinition, match=re.escape(message)):
        Plan(**{"primary_metric": "accuracy", **plan})


def test_the_first_variant_is_the_control_and_the_key_is_the_seed_where_none_is_given() -> None:
    experiment = an_experiment()

    assert experiment.control.key == "control"
    assert (experiment.draw_seed, replace(experiment, seed="2027").draw_seed) == ("exp-1", "2027")


def test_weights_of_an_experiment_that_is_not_sticky_never_change() -> None:
    """Nothing would hold the units that are in."""
    with pytest.raises(MoveRefused, match="it is not sticky, so other weights would move units that are in"):
        reallocate(an_experiment(sticky=False), {"control": 1_000, "treatment": 9_000})


def test_a_foreign_draw_knows_no_other_weights() -> None:
    with pytest.raises(MoveRefused, match="growthbook-v2 has one only"):
        reallocate(an_experiment(hashing=Hashing.GROWTHBOOK_V2), {"control": 1_000, "treatment": 9_000})


def test_a_draft_keeps_its_key() -> None:
    draft = an_experiment(state=DRAFT)

    with pytest.raises(MoveRefused, match="its key cannot become 'exp-2'"):
        edit(draft, an_experiment("exp-2", state=DRAFT))
