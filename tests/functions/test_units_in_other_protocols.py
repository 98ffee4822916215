"""A request of any protocol may name its unit: it gets its variant, and its record is the exposure."""

from pathlib import Path
from typing import Any

import pytest

from sluice.experiments.unit import unit_key_of
from sluice.experiments.variant import Variant
from tests.functions.builders import an_event
from tests.functions.experiment_function import ExperimentFunction, a_request
from tests.functions.inference_function import InferenceFunction
from tests.unit.experiments.running import SECRET, an_experiment

EVERYBODY = an_experiment(variants=(Variant("control", 0, 2), Variant("treatment", 10_000, 1)))
UNIT = {"sluice_unit": "alice"}
ROWS = [[1.0, 2.0, 3.0]]
ASKED: dict[str, tuple[str, Any]] = {
    "v2": ("/v2/models/risk/infer", a_request()),
    "v1": ("/v1/models/risk:predict", {"instances": ROWS, "parameters": UNIT}),
    "v1 columns": ("/v2/models/risk/v1/models/risk:predict", {"inputs": ROWS, "parameters": UNIT}),
    "mlflow": ("/v2/models/risk/invocations", {"instances": ROWS, "params": UNIT}),
    "v2 at invocations": ("/v2/models/risk/invocations", a_request()),
}


@pytest.fixture
def function(tmp_path: Path) -> InferenceFunction:
    return ExperimentFunction(tmp_path, EVERYBODY)


@pytest.mark.parametrize(("path", "body"), ASKED.values(), ids=ASKED)
def test_a_unit_gets_its_variant_and_leaves_no_id_behind(function: InferenceFunction, path: str, body: Any) -> None:
    status, answer = function.call(an_event(path=path, body=body))

    told = {name: answer["parameters"][name] for name in ("experiment", "variant", "model_version", "reason")}
    assert status == 200
    assert told == {"experiment": "exp-1", "variant": "treatment", "model_version": "1", "reason": "BUCKETED"}
    assert function.records[0]["assignments"][0]["variant"] == "treatment"
    assert "alice" not in function.lines[0]
    assert unit_key_of(SECRET, "user", "alice") in function.records[0]["request_body"]


def test_a_version_in_the_url_is_no_exposure_in_any_protocol(function: InferenceFunction) -> None:
    body = {"instances": ROWS, "params": UNIT}
    _, answer = function.call(an_event(path="/v2/models/risk/versions/2/invocations", body=body))

    assert answer["parameters"]["reason"] == "VERSION_IN_URL"
    assert "assignments" not in function.records[0]
