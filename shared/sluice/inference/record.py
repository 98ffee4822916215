"""The inference record: one JSON object per request, enough to replay it, and its metrics at the same time.

| member | meaning |
|---|---|
| _aws | embedded metric format: which members are metrics and dimensions; absent where there is a purpose |
| purpose, copy_of | a call of ours (`own_call.py`): why, and the prediction_id of the request that it repeats |
| record, schema | "inference", 1 |
| model, function_version, model_version | dimensions, strings; no model_version where none was chosen |
| LatencyMs, DecodeMs, PredictMs, EncodeMs | durations; absent for steps that the request did not reach |
| ColdLatencyMs | an environment's first request: LatencyMs and what it waited for before |
| ClientErrors, ServerErrors, ColdStarts | 0 or 1 |
| WarmLatencyMs | LatencyMs of any other request |
| NonFiniteOutputs | 1 where the model answered NaN or infinity |
| ResultCacheHits | 0 or 1, where the release keeps results |
| at | when the record was made: ISO 8601, UTC |
| prediction_id | ours, new for every request |
| request_id, gateway_request_id | Lambda's and API Gateway's |
| release, release_digest | what the function version carries |
| artefact_digest, reason | of the version that answered, and why it did (`ServingReason`) |
| requested_model, requested_model_version | what the URL said |
| protocol | in which form it was asked and answered (`wire_form.py`): v2 is the Open Inference Protocol's |
| media_type, json_bytes | headers Content-Type and Inference-Header-Content-Length |
| request_body_bytes | length of the body |
| request_body | the body as text, the unit's key in the place of its id; or instead one of the four that follow |
| request_body_base64 | it is not UTF-8 |
| request_body_digest | it is over the limit, and stored as content of kind "bodies" |
| request_body_withheld | it holds the unit's id in a form that cannot be masked |
| request_body_lost | it is over the limit, and the store failed: why |
| upload, referring_body | the body was uploaded: the id, and what the client sent in the place of the body |
| fetch_ms | waiting for an upload |
| status, response_digest | HTTP status, and SHA-256 of the response's body |
| unit_type, assignments… | a request for a unit: its exposure, `assignment_record.py` says how |
| outputs | the response's outputs, raw ones as data_base64; or instead outputs_digest or outputs_lost, as above |
| result_cache | with a cache: {status, age_seconds}; HIT gave the outputs of an earlier request (`trace.py`) |
| error | {class, message, cause}; the cause never leaves in a response |
| runtime_version, cpu_family | ONNX Runtime and processor, which decide the last bits |
| load_ms | waiting for the model: next to nothing when it is in memory |
| init | on a cold start: {imports_ms, release_ms, session_ms, first_inference_ms} |
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

import orjson

from sluice.errors import SluiceError
from sluice.inference.assignment_record import assigned_members
from sluice.inference.call import PredictionCall
from sluice.inference.own_call import OwnCall
from sluice.inference.record_facts import ColdStart, EnvironmentFacts, Outcome
from sluice.inference.record_metrics import counts_of, definitions, durations_of, rare_counts, to_ms
from sluice.inference.served_release import ServedRelease, ServedVersion
from sluice.inference.trace import PredictionTrace, Step

SCHEMA = 1
_CAUSE_LIMIT_CHARACTERS = 2000
# Clients may send any media type and name any version: the least recent ones are forgotten.
_LIKE_REQUESTS_REMEMBERED = 256


def record_line(
    call: PredictionCall,
    trace: PredictionTrace,
    outcome: Outcome,
    kept: Mapping[str, Any],
    *,
    facts: EnvironmentFacts,
    cold_start: ColdStart | None,
    at: datetime,
) -> bytes:
    """The record in JSON; `kept` are its members of the request's body and the outputs, for `orjson.dumps`.

    What it shares with the records of like requests is rendered once: only the rest is made anew.
    """
    durations = durations_of(trace, init_ms=cold_start.init_ms if cold_start else None)
    counts = rare_counts(trace, outcome.error)
    choice = trace.choice
    shared = _rendered(
        facts,
        trace.release,
        *((choice.version, choice.reason) if choice is not None else (None, None)),
        (call.function_version, call.model, call.model_version, call.form.name, call.media_type, call.json_bytes),
        (outcome.status, cold_start is not None, call.own is not None, (*durations, *counts)),
    )
    members = _changing(call, trace, outcome, at)
    if trace.assigned is not None:
        members |= assigned_members(trace, with_unit_id=facts.records_unit_ids)
    if outcome.error is not None:
        members["error"] = _described(outcome.error)
    if cold_start is not None:
        members["init"] = _init(cold_start, trace)
    members |= durations
    members |= counts
    members |= kept
    if call.own is not None:
        return b"%b,%b" % (shared, orjson.dumps(_own(call.own) | members)[1:])
    return b"%b%d},%b" % (shared, at.timestamp() * 1000, orjson.dumps(members)[1:])


def _changing(call: PredictionCall, trace: PredictionTrace, outcome: Outcome, at: datetime) -> dict[str, Any]:
    members = {
        "at": at,
        "prediction_id": trace.prediction_id,
        "request_id": call.request_id,
        "gateway_request_id": call.gateway_request_id,
        "request_body_bytes": len(call.body),
        "response_digest": sha256(outcome.body).hexdigest(),
    }
    elapsed_ns = trace.elapsed_ns
    if Step.LOAD in elapsed_ns:
        members["load_ms"] = to_ms(elapsed_ns[Step.LOAD])
    if Step.FETCH in elapsed_ns:
        members["fetch_ms"] = to_ms(elapsed_ns[Step.FETCH])
    if trace.cache is not None:
        members["result_cache"] = trace.cache._asdict()
    return members


@lru_cache(maxsize=_LIKE_REQUESTS_REMEMBERED)
def _rendered(
    facts: EnvironmentFacts,
    release: ServedRelease | None,
    version: ServedVersion | None,
    reason: str | None,
    asked: tuple[str | None, ...],
    measured: tuple[int, bool, bool, tuple[str, ...]],
) -> bytes:
    """JSON without its end: it stops before the timestamp, or for a call of our own after its last member."""
    status, is_cold, is_own, names = measured
    counts = counts_of(status, is_cold=is_cold)
    members = {**_environment(facts, release, version), **_asked(asked), "reason": reason, "status": status, **counts}
    if not is_own:
        metrics = definitions(facts.metrics_namespace, (*counts, *names), has_version=version is not None)
        members["_aws"] = {"CloudWatchMetrics": metrics, "Timestamp": 0}
    known = orjson.dumps({name: value for name, value in members.items() if value is not None})
    return known[:-1] if is_own else known.removesuffix(b"0}}")


def _environment(
    facts: EnvironmentFacts, release: ServedRelease | None, version: ServedVersion | None
) -> dict[str, Any]:
    members: dict[str, Any] = {
        "record": "inference",
        "schema": SCHEMA,
        "model": facts.model,
        "runtime_version": facts.runtime_version,
        "cpu_family": facts.cpu_family,
    }
    if release is not None:
        members |= {"release": release.number, "release_digest": release.digest}
    if version is not None:
        released = version.released
        members |= {"model_version": str(released.number), "artefact_digest": released.artefact.digest}
    return members


def _asked(asked: tuple[str | None, ...]) -> dict[str, Any]:
    names = ("function_version", "requested_model", "requested_model_version", "protocol", "media_type", "json_bytes")
    return dict(zip(names, asked, strict=True))


def _own(own: OwnCall) -> dict[str, Any]:
    """No metric may count what no client asked."""
    return {"purpose": own.purpose, **({"copy_of": own.copy_of} if own.copy_of else {})}


def _init(cold_start: ColdStart, trace: PredictionTrace) -> dict[str, Any]:
    init = asdict(cold_start)
    if Step.PREDICT in trace.elapsed_ns:
        init["first_inference_ms"] = to_ms(trace.elapsed_ns[Step.PREDICT])
    return init


def body_members(body: bytes) -> dict[str, Any]:
    """The request's body, whole."""
    try:
        return {"request_body": body.decode()}
    except UnicodeDecodeError:
        return {"request_body_base64": b64encode(body).decode("ascii")}


def _described(error: Exception) -> dict[str, Any]:
    described = {"class": type(error).__name__, "message": str(error)}
    if not isinstance(error, SluiceError):
        from traceback import format_exception  # most environments never need it

        described["cause"] = "".join(format_exception(error))[-_CAUSE_LIMIT_CHARACTERS:]
    elif error.__cause__ is not None:
        described["cause"] = f"{type(error.__cause__).__name__}: {error.__cause__}"[:_CAUSE_LIMIT_CHARACTERS]
    return described
