"""What is declared of experiments reaches the functions, and what none could carry out is refused by name."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from functions.control.settings import ControlSettings
from functions.inference.settings import InferenceSettings
from infra.declarations.api import JwtAuth
from infra.declarations.environment import Environment
from infra.declarations.experiments import ExperimentSettings
from infra.declarations.refusal import InvalidDeclaration
from infra.environments import DEV
from tests.infra.conftest import Synthesise, Synthesised

JWT = JwtAuth("https://issuer.example.com", ("client",), control_scopes=("control",))
WITH_TOKENS = replace(DEV, api=replace(DEV.api, auth=JWT))
DECLARED = ExperimentSettings(
    snapshot_cache_seconds=5,
    flags_cache_seconds=6,
    unit_state_cache_seconds=7,
    unit_state_budget_ms=8,
    unit_claim="sub",
    attribute_claims=("plan", "country"),
    record_unit_ids=True,
    ofrep_rate_rps=9,
)


def variables(found: Synthesised, function: str) -> dict[str, str]:
    """References stand for the names that CloudFormation would put there."""
    return {key: str(value) for key, value in found.functions[function]["Environment"]["Variables"].items()}


@pytest.fixture(scope="module")
def declared(synthesise: Synthesise) -> Synthesised:
    return synthesise(replace(WITH_TOKENS, experiments=DECLARED))


def test_an_inference_function_is_told_how_to_decide(declared: Synthesised) -> None:
    told = InferenceSettings.from_environment(variables(declared, "dev-inference-wine"))

    assert (told.snapshot_cache_seconds, told.unit_state_cache_seconds, told.unit_state_budget_ms) == (5, 7, 8)
    assert (told.unit_claim, told.attribute_claims, told.record_unit_ids) == ("sub", "plan,country", True)


def test_the_control_function_is_told_how_to_evaluate_flags(declared: Synthesised) -> None:
    told = ControlSettings.from_environment(variables(declared, "control"))

    assert (told.flags_cache_seconds, told.ofrep_rate_rps) == (6, 9)


def test_what_nobody_declares_is_as_it_is_on_a_laptop(synthesised: Synthesised, environment: Environment) -> None:
    inference = variables(synthesised, f"{environment.name}-inference-wine")
    undecided = InferenceSettings(model="wine", artefacts_bucket="a", records_bucket="r")

    told = InferenceSettings.from_environment(inference)

    for name in ("snapshot_cache_seconds", "unit_state_cache_seconds", "unit_state_budget_ms", "unit_claim"):
        assert getattr(told, name) == getattr(undecided, name)
    assert (told.attribute_claims, told.record_unit_ids) == ("", False)


def test_functions_know_the_tables_of_their_own_environment(synthesised: Synthesised) -> None:
    names: Mapping[str, str] = {"SLUICE_EXPERIMENTS_TABLE": "ExperimentsTable", "SLUICE_UNITS_TABLE": "UnitsTable"}
    for function in (name for name in synthesised.functions if "inference" in name or name == "control"):
        told = variables(synthesised, function)
        assert all(table in told[variable] for variable, table in names.items())


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "experiments that nobody answers for": ({"owner": " "}, "owner"),
    "a kill switch that takes a day": ({"snapshot_cache_seconds": 86_400}, "snapshot_cache_seconds"),
    "a snapshot that is read for every request": ({"snapshot_cache_seconds": 0}, "snapshot_cache_seconds"),
    "flags that are never read again": ({"flags_cache_seconds": 3_601}, "flags_cache_seconds"),
    "a unit that is never read again": ({"unit_state_cache_seconds": 3_601}, "unit_state_cache_seconds"),
    "no time at all": ({"unit_state_budget_ms": 0}, "unit_state_budget_ms"),
    "a negative rate": ({"ofrep_rate_rps": -1}, "ofrep_rate_rps"),
    "a claim without a name": ({"unit_claim": ""}, "unit_claim"),
    "two claims in one": ({"attribute_claims": ("plan,country",)}, "attribute_claims"),
    "one batch at a time, which SQS does not take": ({"outcomes_concurrency": 1}, "outcomes_concurrency"),
}


@pytest.mark.parametrize("declared", REFUSED)
def test_it_is_refused_by_name(declared: str) -> None:
    changes, field = REFUSED[declared]

    with pytest.raises(InvalidDeclaration) as caught:
        ExperimentSettings(**changes)

    assert caught.value.field == field


@pytest.mark.parametrize("changes", [{"unit_claim": "sub"}, {"attribute_claims": ("plan",)}])
def test_claims_are_for_callers_that_bear_tokens(changes: dict[str, Any]) -> None:
    """A caller that signs has none, and every unit would be nobody."""
    with pytest.raises(InvalidDeclaration, match="callers bear no tokens"):
        replace(DEV, experiments=ExperimentSettings(**changes))

    assert replace(WITH_TOKENS, experiments=ExperimentSettings(**changes))
