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

from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from sluice.errors import SluiceError
from sluice.inference.assignment_record import NO_UNIT, assigned_part
from sluice.inference.call import PredictionCall
from sluice.inference.own_call import OwnCall
from sluice.inference.record_facts import ColdStart, EnvironmentFacts, Outcome
from sluice.inference.record_metrics import durations_of, rare_counts, to_ms
from sluice.inference.shared_record import shared_members
from sluice.inference.trace import PredictionTrace, Step

_CAUSE_LIMIT_CHARACTERS = 2000


def record_line(
    call: PredictionCall,
    trace: PredictionTrace,
    outcome: Outcome,
    members: dict[str, Any],
    *,
    facts: EnvironmentFacts,
    cold_start: ColdStart | None,
    at: datetime,
) -> bytes:
    """The record in JSON; `members` are those of the request's body and the outputs, to which this adds the others.

    What it shares with the records of like requests, or of the same unit, is rendered once: only the rest is made anew.
    """
    choice, error, own = trace.choice, outcome.error, call.own
    is_usual = error is None and trace.cache is None and trace.variant_failure is None and cold_start is None
    durations = durations_of(trace, init_ms=None if cold_start is None else cold_start.init_ms)
    counts = {} if is_usual else rare_counts(trace, error)
    unit = NO_UNIT if trace.assigned is None else assigned_part(trace, with_unit_id=facts.records_unit_ids)
    shared = shared_members(
        facts,
        trace.release,
        *((None, None) if choice is None else (choice.version, choice.reason)),
        (call.function_version, call.model, call.model_version, call.form.name, call.media_type, call.json_bytes),
        (outcome.status, cold_start is not None, own is not None, (*durations, *unit.counts, *counts)),
    )
    members["at"] = at
    members["prediction_id"] = trace.prediction_id
    members["request_id"] = call.request_id
    members["gateway_request_id"] = call.gateway_request_id
    members["request_body_bytes"] = len(call.body)
    members["response_digest"] = sha256(outcome.body).hexdigest()
    members |= durations
    if not is_usual:
        members |= counts | _rare_members(trace, error, cold_start)
    if own is not None:
        return b"%b,%b%b" % (shared, unit.json, orjson.dumps(_own(own) | members)[1:])
    return b"%b%d},%b%b" % (shared, at.timestamp() * 1000, unit.json, orjson.dumps(members)[1:])


def _rare_members(trace: PredictionTrace, error: Exception | None, cold_start: ColdStart | None) -> dict[str, Any]:
    members: dict[str, Any] = {}
    if trace.cache is not None:
        members["result_cache"] = trace.cache._asdict()
    if trace.variant_failure is not None:
        members["variant_failure"] = str(trace.variant_failure)
    if error is not None:
        members["error"] = _described(error)
    if cold_start is not None:
        members["init"] = _init(cold_start, trace)
    return members


def _own(own: OwnCall) -> dict[str, Any]:
    """No metric may count what no client asked."""
    return {"purpose": own.purpose, **({"copy_of": own.copy_of} if own.copy_of else {})}


def _init(cold_start: ColdStart, trace: PredictionTrace) -> dict[str, Any]:
    init = asdict(cold_start)
    if Step.PREDICT in trace.elapsed_ns:
        init["first_inference_ms"] = to_ms(trace.elapsed_ns[Step.PREDICT])
    return init


def _described(error: Exception) -> dict[str, Any]:
    described = {"class": type(error).__name__, "message": str(error)}
    if not isinstance(error, SluiceError):
        from traceback import format_exception  # most environments never need it

        described["cause"] = "".join(format_exception(error))[-_CAUSE_LIMIT_CHARACTERS:]
    elif error.__cause__ is not None:
        described["cause"] = f"{type(error.__cause__).__name__}: {error.__cause__}"[:_CAUSE_LIMIT_CHARACTERS]
    return described
