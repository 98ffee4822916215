"""Frozen draws of flags, computed outside our code: a difference would re-randomise every rollout there is."""

import json
from pathlib import Path
from typing import Any

import pytest

from sluice.experiments.flag_context import FlagContext
from sluice.experiments.flag_decision import FlagDecision
from tests.unit.experiments.flag_builders import a_decider, a_flag, shares

VECTORS = json.loads((Path(__file__).parents[2] / "golden" / "flag_slots.json").read_text())["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda it: f"{it['key'][:12]}-{it['unit_id'][:8]}")
@pytest.mark.parametrize(
    ("split", "weights_bps"),
    [
        ("10/90", {"on": 1000, "off": 9000}),
        ("50/50", {"on": 5000, "off": 5000}),
        ("20/30/50", {"a": 2000, "b": 3000, "c": 5000}),
    ],
)
def test_a_unit_has_the_slot_and_the_variant_that_it_always_had(
    vector: dict[str, Any], split: str, weights_bps: dict[str, int]
) -> None:
    flag = a_flag(
        vector["key"],
        seed=vector["seed"],
        unit_type=vector["unit_type"],
        variants=dict.fromkeys(weights_bps, True),
        default=shares(**weights_bps),
    )

    found = a_decider([flag]).for_asker(FlagContext(vector["unit_type"], vector["unit_id"]), {}).evaluate(flag.key)

    assert isinstance(found, FlagDecision)
    assert (found.slot, found.variant) == (vector["slot"], vector["variants"][split])
