"""Experiments as documents: they come back as they were, and what breaks a rule is named by its path."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from sluice.catalog.manifest_yaml import parse_yaml
from sluice.catalog.yaml_writing import to_yaml
from sluice.errors import InvalidDefinition
from sluice.experiments.experiment import Experiment, ExperimentState, Hashing, Plan
from sluice.experiments.experiment_document import (
    experiment_from_document,
    experiment_from_written,
    experiment_to_document,
    written_part,
)
from sluice.experiments.slot_ranges import SlotRange
from sluice.experiments.variant import Variant
from tests.unit.experiments.definition_strategies import DRAFTS, experiments

A_DOCUMENT: dict[str, Any] = {
    "key": "reranker",
    "hypothesis": "Version 2 sells more.",
    "owner": "growth",
    "model": "ranker",
    "namespace": "checkout",
    "slots": [[0, 100_000], [500_000, 600_000]],
    "variants": [
        {"key": "control", "weight_bps": 5_000, "model_version": 1},
        {"key": "treatment", "weight_bps": 5_000, "model_version": 2, "parameters": {"limit": 10}},
    ],
    "plan": {"primary_metric": "sales", "guardrails": ["latency"], "planned_days": 14},
}


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(DRAFTS)
def test_what_a_person_writes_comes_back_through_json_and_yaml(draft: Experiment) -> None:
    document = written_part(draft)

    assert experiment_from_written(document) == draft
    assert experiment_from_written(json.loads(json.dumps(document))) == draft
    assert experiment_from_written(parse_yaml(to_yaml(document))) == draft


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(experiments())
def test_what_is_stored_comes_back_in_any_state_of_life(experiment: Experiment) -> None:
    document = experiment_to_document(experiment)

    assert experiment_from_document(json.loads(json.dumps(document))) == experiment


def test_what_is_left_out_is_as_the_experiment_has_it() -> None:
    experiment = experiment_from_written(A_DOCUMENT)

    assert experiment == Experiment(
        key="reranker",
        hypothesis="Version 2 sells more.",
        owner="growth",
        model="ranker",
        namespace="checkout",
        slots=(SlotRange(0, 100_000), SlotRange(500_000, 600_000)),
        variants=(Variant("control", 5_000, 1), Variant("treatment", 5_000, 2, {"limit": 10})),
        plan=Plan("sales", ("latency",), 14),
    )
    assert (experiment.state, experiment.coverage_bps, experiment.hashing, experiment.unit_type) == (
        ExperimentState.DRAFT,
        10_000,
        Hashing.SHA256,
        "user",
    )


def changed(path: str, value: Any) -> dict[str, Any]:
    """The document with the member at `path` set; a value of `...` takes it away."""
    document: Any = deepcopy(A_DOCUMENT)
    *steps, last = [int(step) if step.isdecimal() else step for step in path.split("/")]
    inner = document
    for step in steps:
        inner = inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return dict(document)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("key", ..., "key: missing, it is required"),
        ("key", "Reranker", "key: found 'Reranker'; it must be lower-case"),
        ("key", 3, "key: found 3, allowed: text"),
        ("hypothesis", " ", "hypothesis: must be a text of 1 to 2000 characters"),
        ("hypothesis", "\ud800", "hypothesis: it holds a lone surrogate"),
        ("hypotesis", "x", "hypotesis: there is no such field, did you mean hypothesis?"),
        ("xyz", "x", "xyz: there is no such field, allowed: key, hypothesis, "),
        ("slots", [], "slots: must name at least one range"),
        ("slots", [[0, 1_000_001]], "slots: found [0, 1000001], allowed: 0 <= first < end <= 1000000"),
        ("slots", [[10, 20], [15, 30]], "slots: 10-19 and 15-29 overlap"),
        ("slots", [[0, 1], [2]], "slots[1]: found [2], allowed: [first, end], two whole numbers"),
        ("slots", [[0, 1.0]], "slots[0]: found [0, 1.0], allowed: [first, end]"),
        ("slots", [[False, True]], "slots[0]: found [false, true], allowed: [first, end]"),
        ("slots", "0-10", "slots: found '0-10', allowed: a list"),
        ("variants", {}, "variants: found {}, allowed: a list"),
        ("variants/1", "treatment", "variants[1]: found 'treatment', allowed: a mapping"),
        ("variants/1/key", "control", "variants: two have the same key"),
        ("variants/1/weight_bps", 4_000, "variants: weight_bps sum to 9000, must be 10000"),
        ("variants/1/weight_bps", 50.0, "variants[1].weight_bps: found 50.0, allowed: a whole number"),
        ("variants/1/weight_bps", True, "variants[1].weight_bps: found true, allowed: a whole number"),
        ("variants/1/weight_bps", 10_001, "variants[1].weight_bps: found 10001, allowed: 0 to 10000"),
        ("variants/1/weight", 5_000, "variants[1].weight: there is no such field, did you mean weight_bps?"),
        ("variants/1/model_version", 0, "variants[1].model_version: found 0, must be 1 or more"),
        ("variants/1/model_version", "2", "variants[1].model_version: found '2', allowed: a whole number"),
        ("variants/1/parameters", {"a": [1]}, "variants[1].parameters.a: must be text, a finite number, true or false"),
        (
            "variants/1/parameters",
            {"a": None},
            "variants[1].parameters.a: must be text, a finite number, true or false",
        ),
        ("variants/1/parameters", {"a": float("nan")}, "variants[1].parameters.a: found nan, allowed: finite numbers"),
        ("variants/1/parameters", {"a": 2**63}, "variants[1].parameters.a: it does not fit into 64 bits"),
        ("variants/1/parameters", {"a": "\ud800"}, "variants[1].parameters.a: it holds a lone surrogate"),
        ("variants/1/parameters", {"A": 1}, "variants[1].parameters.A: a name is lower-case letters"),
        ("variants/1/parameters", {1: "a"}, "variants[1].parameters: its keys must be text"),
        ("plan", None, "plan: found null, allowed: a mapping"),
        ("plan/primary_metric", ..., "plan.primary_metric: missing"),
        ("plan/primary_metric", "Sales!", "plan.primary_metric: found 'Sales!'"),
        ("plan/guardrails", ["latency", 3], "plan.guardrails: found 3"),
        ("plan/planned_days", 0, "plan.planned_days: found 0, must be 1 or more"),
        ("plan/planed_units", 9, "plan.planed_units: there is no such field, did you mean planned_units?"),
        ("unit_type", "User", "unit_type: it must be lower-case letters"),
        ("attributes", {"country": "text"}, "attributes.country: found 'text', allowed: string, int, "),
        ("attributes", {"country": ["string"]}, 'attributes.country: found ["string"], allowed: string, int, '),
        ("attributes", {"Country": "string"}, "attributes.Country: a name is lower-case letters"),
        ("attributes", {"in": "string"}, "attributes.in: a name is lower-case letters"),
        ("coverage_bps", 10_001, "coverage_bps: found 10001, allowed: 0 to 10000 basis points"),
        ("hashing", "md5", "hashing: found 'md5', allowed: sha256, growthbook-v2"),
        ("sticky", "yes", "sticky: found 'yes', allowed: true or false"),
        ("seed", "a\x1fb", "seed: must be printable"),
        ("eligibility", None, "eligibility: found null, allowed: text"),
        ("eligibility", "x" * 40_000, "the document: it has 4"),
        ("state", "draft", "state: it is not written: it changes by moves: start, conclude, archive"),
        ("is_stopped", False, "is_stopped: it is not written: it changes by a move: stop"),
        ("revision", 1, "revision: it is not written: it is counted with every change"),
        ("allocation_version", 1, "allocation_version: it is not written: it is counted when weights are changed"),
        ("conclusion", None, "conclusion: it is not written: it is told when the experiment is concluded"),
    ],
)
def test_what_breaks_a_rule_is_named_by_its_path(path: str, value: Any, message: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        experiment_from_written(changed(path, value))

    assert str(refused.value).split(": ", 1)[1].startswith(message)
    assert refused.value.subject.startswith(("experiment 'reranker'", "the experiment", "experiment"))


@pytest.mark.parametrize("document", [None, [], "reranker", 3])
def test_what_is_no_mapping_is_refused(document: Any) -> None:
    with pytest.raises(InvalidDefinition, match=r"^the experiment: the document: found .*, allowed: a mapping"):
        experiment_from_written(document)


@pytest.mark.parametrize("missing", ["state", "revision", "is_stopped", "allocation_version"])
def test_a_stored_document_tells_all_of_an_experiments_life(missing: str) -> None:
    document = experiment_to_document(experiment_from_written(A_DOCUMENT))
    del document[missing]

    with pytest.raises(InvalidDefinition, match=f"{missing}: missing"):
        experiment_from_document(document)


def test_a_state_that_is_none_is_refused() -> None:
    document = experiment_to_document(experiment_from_written(A_DOCUMENT)) | {"state": "paused"}

    with pytest.raises(InvalidDefinition, match="state: found 'paused', allowed: draft, running, concluded, archived"):
        experiment_from_document(document)
