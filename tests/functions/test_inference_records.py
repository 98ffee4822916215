"""The record of each answer: one line, always, and before the answer where the risk is high."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from functions.inference.composition import build_handler
from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.catalog.model import RiskTier
from sluice.catalog.release import ReleaseSettings
from sluice.errors import StoreUnavailable
from tests.functions.builders import AFFINE, CONTEXT, PublishedRelease, a_body, an_event
from tests.functions.inference_function import a_function
from tests.onnx_graphs import affine


class StoreThatFails(MemoryContentStore):
    """Refuses what is put under `kinds`."""

    def __init__(self, *kinds: str) -> None:
        super().__init__()
        self.kinds = kinds

    def put(self, kind: str, content: bytes) -> str:
        if kind in self.kinds:
            raise StoreUnavailable("bucket records", "slow down")
        return super().put(kind, content)


def test_the_record_names_the_gateways_and_lambdas_ids_and_the_executed_version(tmp_path: Path) -> None:
    function = a_function(tmp_path)

    function.handler(an_event(body=a_body()), CONTEXT)

    (record,) = function.records
    assert record["function_version"] == "7"
    assert record["request_id"] == "lambda-request"
    assert record["gateway_request_id"] == "gateway-request"
    assert record["release"] == 3
    assert record["request_body"] == orjson.dumps(a_body()).decode()


def test_a_failed_prediction_keeps_its_cause_in_the_record_and_out_of_the_answer(tmp_path: Path) -> None:
    function = a_function(tmp_path, PublishedRelease({2: (b"broken", AFFINE)}))

    status, answer = function.call(an_event(body=a_body()))

    assert status == 503
    assert "INVALID_PROTOBUF" in function.records[0]["error"]["cause"]
    assert "PROTOBUF" not in answer["error"]


def test_a_high_risk_prediction_leaves_only_after_its_record_is_kept(tmp_path: Path) -> None:
    published = PublishedRelease(risk_tier=RiskTier.HIGH)
    function = a_function(tmp_path, published)

    status, _ = function.call(an_event(body=a_body()))

    assert status == 200
    record = function.lines[0].encode()
    assert published.store.get("records", sha256(record).hexdigest()) == record


@pytest.mark.parametrize("kinds", [("records",), ("bodies",)])
def test_a_high_risk_prediction_whose_record_is_lost_is_withheld(tmp_path: Path, kinds: tuple[str, ...]) -> None:
    settings = ReleaseSettings(record_body_limit_bytes=10)
    published = PublishedRelease(risk_tier=RiskTier.HIGH, settings=settings, store=StoreThatFails(*kinds))
    function = a_function(tmp_path, published)

    status, answer = function.call(an_event(body=a_body()))

    assert status == 503
    assert answer == {"error": function.records[0]["error"]["message"]}
    (record,) = function.records
    assert record["error"]["class"] == "StoreUnavailable"
    assert not {"outputs", "outputs_digest"} & set(record)


@pytest.mark.parametrize("tier", [RiskTier.LOW, RiskTier.MEDIUM])
def test_lower_risks_are_answered_even_if_a_long_body_is_lost(tmp_path: Path, tier: RiskTier) -> None:
    settings = ReleaseSettings(record_body_limit_bytes=10)
    published = PublishedRelease(risk_tier=tier, settings=settings, store=StoreThatFails("bodies", "records"))
    function = a_function(tmp_path, published)

    status, _ = function.call(an_event(body=a_body()))

    assert status == 200
    assert "slow down" in function.records[0]["request_body_lost"]


def test_only_the_first_record_of_an_environment_is_a_cold_start() -> None:
    published = PublishedRelease()
    lines: list[str] = []
    settings = published.publish()
    handler = build_handler(settings, content=published.store, write_line=lines.append, imports_ms=123.0)

    for _ in range(2):
        handler(an_event(body=a_body()), CONTEXT)

    first, second = map(orjson.loads, lines)
    assert (first["ColdStarts"], second["ColdStarts"]) == (1, 0)
    assert first["init"]["imports_ms"] == 123.0
    assert set(first["init"]) == {"imports_ms", "release_ms", "session_ms", "first_inference_ms"}
    assert "init" not in second
    assert len(first["prediction_id"]) == 32
    assert first["prediction_id"] != second["prediction_id"]


def test_a_function_starts_without_its_models_and_serves_once_they_are_there() -> None:
    published = PublishedRelease()
    settings = published.publish()
    store, lines = MemoryContentStore(), list[str]()
    handler = build_handler(settings, content=store, write_line=lines.append)
    event = an_event(body=a_body())

    assert handler(event, CONTEXT)["statusCode"] == 503
    store.put("releases", published.store.get("releases", settings.release_digest or ""))
    store.put("artefacts", affine())
    assert handler(event, CONTEXT)["statusCode"] == 200


def test_a_request_over_the_limit_is_too_large(tmp_path: Path) -> None:
    function = a_function(tmp_path)

    status, answer = function.call(an_event(body=b"x" * (6 * 1024 * 1024 + 1)))

    assert status == 413
    assert "limit is 6291456; send fewer rows per request" in answer["error"]
    assert function.records[0]["request_body_bytes"] == 6 * 1024 * 1024 + 1


def test_a_response_that_lambda_could_not_carry_is_too_large(tmp_path: Path) -> None:
    function = a_function(tmp_path)
    rows = 200_000
    body: dict[str, Any] = a_body(shape=[rows, 3], data=[0.3, 0.1, 0.7] * rows)

    status, answer = function.call(an_event(body=body))

    assert status == 413
    assert answer["error"].startswith("response is ")
    assert "with the parameter sluice_spill: true for a URL of the answer" in answer["error"]
