"""The record line: what it keeps, what it does with bodies that are too long, and when it must be durable."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from typing import Any

import orjson
import pytest

from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.catalog.artefact import Artefact, ArtefactFile
from sluice.catalog.model import Model, RiskTier
from sluice.catalog.release import ReleaseContent, ReleasedVersion, ReleaseSettings
from sluice.catalog.signature import Signature
from sluice.errors import InferenceFailed, StoreUnavailable
from sluice.inference.call import PredictionCall
from sluice.inference.record_facts import ColdStart, EnvironmentFacts, Outcome
from sluice.inference.served_release import ServedRelease
from sluice.inference.trace import PredictionTrace, Step
from sluice.usecases.record_inference import RecordPorts, record_inference

NOW = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
FACTS = EnvironmentFacts("risk", "1.31.1", "x86_64 AuthenticAMD 25 1")
LIMIT_BYTES = 50
SHORT_OUTPUTS = b'[{"name":"y","data":[0.25]}]'


class FixedClock:
    def now(self) -> datetime:
        return NOW


class BrokenStore:
    """A content store that takes nothing."""

    def put(self, kind: str, content: bytes) -> str:
        raise StoreUnavailable("bucket records", "slow down")

    def get(self, kind: str, digest: str) -> bytes:
        raise StoreUnavailable("bucket records", "slow down")


@dataclass
class Recording:
    """A successful prediction, recorded; each field may be changed first."""

    body: bytes = b'{"inputs": "short"}'
    outputs: bytes | None = SHORT_OUTPUTS
    outcome: Outcome = field(default_factory=lambda: Outcome(200, b"answer"))
    cold_start: ColdStart | None = None
    durable: bool = False
    store: Any = field(default_factory=MemoryContentStore)
    lines: list[str] = field(default_factory=list)

    def trace(self) -> PredictionTrace:
        artefact = Artefact((ArtefactFile("m.onnx", "artefact-digest", 1),))
        versions = {2: ReleasedVersion(2, artefact, Signature((), ()))}
        settings = ReleaseSettings(record_body_limit_bytes=LIMIT_BYTES)
        content = ReleaseContent(Model("risk", "team", "", RiskTier.LOW, 10), 2, (), versions, settings)
        ticks = count(step=1_500_000)
        trace = PredictionTrace("prediction", lambda: next(ticks))
        trace.release = ServedRelease(content, number=5, digest="release-digest")
        trace.choice = trace.release.choose("risk", None)
        for step in Step:
            trace.finished(step)
        trace.outputs = self.outputs
        return trace

    def write(self) -> dict[str, Any]:
        call = PredictionCall("risk", None, self.body, "application/json", None, "", "7", "lambda-id", "gateway-id")
        ports = RecordPorts(self.store, self.lines.append, FixedClock())
        options: dict[str, Any] = {"facts": FACTS, "cold_start": self.cold_start, "durable": self.durable}
        record_inference(call, self.trace(), self.outcome, ports=ports, **options)
        (line,) = self.lines
        record: dict[str, Any] = json.loads(line)
        return record


def test_a_record_holds_all_that_a_replay_needs() -> None:
    record = Recording().write()

    del record["_aws"]
    assert record == {
        "record": "inference",
        "schema": 1,
        "model": "risk",
        "function_version": "7",
        "model_version": "2",
        "LatencyMs": 10.5,
        "WarmLatencyMs": 10.5,
        "AssignMs": 1.5,
        "DecodeMs": 1.5,
        "PredictMs": 1.5,
        "EncodeMs": 1.5,
        "ClientErrors": 0,
        "ServerErrors": 0,
        "ColdStarts": 0,
        "at": "2026-11-21T12:00:00.123456+00:00",
        "prediction_id": "prediction",
        "request_id": "lambda-id",
        "gateway_request_id": "gateway-id",
        "release": 5,
        "release_digest": "release-digest",
        "artefact_digest": "artefact-digest",
        "reason": "RELEASE_DEFAULT",
        "requested_model": "risk",
        "protocol": "v2",
        "media_type": "application/json",
        "request_body_bytes": 19,
        "request_body": '{"inputs": "short"}',
        "status": 200,
        "response_digest": sha256(b"answer").hexdigest(),
        "outputs": [{"name": "y", "data": [0.25]}],
        "runtime_version": "1.31.1",
        "cpu_family": "x86_64 AuthenticAMD 25 1",
        "load_ms": 1.5,
        "fetch_ms": 1.5,
    }


@pytest.mark.parametrize("body", [b"line\nbreak\r\n\xe2\x80\xa8", b"\xff\x00\n", b"", b'{"a":"\\n"}'])
def test_the_record_is_one_line_whatever_the_body_holds(body: bytes) -> None:
    recording = Recording(body=body)

    recording.write()

    assert "\n" not in recording.lines[0]
    assert "\r" not in recording.lines[0]


def test_a_body_that_is_not_text_is_kept_in_base64() -> None:
    record = Recording(body=b"\xff\xfe").write()

    assert record["request_body_base64"] == "//4="
    assert "request_body" not in record


def test_long_bodies_and_outputs_are_stored_apart_and_named_by_digest() -> None:
    recording = Recording(body=b"x" * (LIMIT_BYTES + 1), outputs=b"y" * (LIMIT_BYTES + 1))

    record = recording.write()

    assert recording.store.get("bodies", record["request_body_digest"]) == b"x" * (LIMIT_BYTES + 1)
    assert recording.store.get("bodies", record["outputs_digest"]) == b"y" * (LIMIT_BYTES + 1)
    assert not {"request_body", "outputs"} & set(record)


def test_a_body_of_exactly_the_limit_stays_in_the_record() -> None:
    assert Recording(body=b"x" * LIMIT_BYTES).write()["request_body"] == "x" * LIMIT_BYTES


def test_a_long_body_that_cannot_be_stored_is_missed_in_the_record_and_nowhere_else() -> None:
    record = Recording(body=b"x" * (LIMIT_BYTES + 1), store=BrokenStore()).write()

    assert record["request_body_lost"] == "bucket records is unavailable: slow down"
    assert record["status"] == 200


def test_a_durable_record_is_stored_before_its_line_is_written() -> None:
    recording = Recording(durable=True)

    recording.write()

    line = recording.lines[0].encode()
    assert recording.store.get("records", sha256(line).hexdigest()) == line


@pytest.mark.parametrize("body", [b"short", b"x" * (LIMIT_BYTES + 1)])
def test_a_durable_record_that_cannot_be_stored_writes_no_line(body: bytes) -> None:
    recording = Recording(durable=True, store=BrokenStore(), body=body)

    with pytest.raises(StoreUnavailable):
        recording.write()

    assert recording.lines == []


def test_a_failure_is_recorded_with_its_class_message_and_cause() -> None:
    error = InferenceFailed("risk", 2)
    error.__cause__ = RuntimeError("secret detail")

    record = Recording(outcome=Outcome(500, b"{}", error)).write()

    assert record["error"]["class"] == "InferenceFailed"
    assert record["error"]["message"] == "model 'risk' version 2 failed on this request"
    assert record["error"]["cause"] == "RuntimeError: secret detail"
    assert (record["ClientErrors"], record["ServerErrors"]) == (0, 1)
    assert "outputs" not in record


def test_a_bug_leaves_its_stack_in_the_record() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        1 // 0  # noqa: B018 - a bug

    record = Recording(outcome=Outcome(500, b"{}", caught.value)).write()

    assert "test_a_bug_leaves_its_stack_in_the_record" in record["error"]["cause"]


@pytest.mark.parametrize(
    ("status", "client", "server"), [(200, 0, 0), (400, 1, 0), (404, 1, 0), (501, 1, 0), (503, 0, 1)]
)
def test_errors_are_counted_on_the_side_that_can_mend_them(status: int, client: int, server: int) -> None:
    record = Recording(outcome=Outcome(status, b"")).write()

    assert (record["ClientErrors"], record["ServerErrors"]) == (client, server)


def test_a_cold_start_tells_what_the_first_request_waited_for() -> None:
    record = Recording(cold_start=ColdStart(imports_ms=300.0, release_ms=20.0, session_ms=15.5)).write()

    assert record["ColdStarts"] == 1
    assert record["init"] == {"imports_ms": 300.0, "release_ms": 20.0, "session_ms": 15.5, "first_inference_ms": 1.5}


def test_a_record_of_a_call_that_got_nowhere_is_complete_as_far_as_it_goes() -> None:
    lines: list[str] = []
    ports = RecordPorts(MemoryContentStore(), lines.append, FixedClock())
    call = PredictionCall("other", "17", b"", json_bytes="5")

    trace = PredictionTrace("prediction", lambda: 0)
    outcome = Outcome(503, b"{}", StoreUnavailable("release 3", "absent"))
    record_inference(call, trace, outcome, facts=FACTS, cold_start=None, ports=ports, durable=False)

    record = orjson.loads(lines[0])
    assert (record["model"], record["requested_model"], record["requested_model_version"]) == ("risk", "other", "17")
    assert record["json_bytes"] == "5"
    assert not {"model_version", "release", "reason", "outputs", "PredictMs"} & set(record)
