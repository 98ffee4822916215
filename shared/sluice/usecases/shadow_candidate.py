"""Copies of recorded requests for a candidate that has no traffic yet, and what came of those sent before.

Nothing of it is on a client's way to its answer: requests are taken from the records, and the candidate is invoked
asynchronously. What it answers is read from its own records, so a tick that dies loses nothing.
"""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from heapq import nsmallest
from typing import Any

from sluice.inference.own_call import OwnCall, Purpose, infer_event
from sluice.rollouts.ports import CandidateCalls
from sluice.rollouts.shadow import ShadowReport
from sluice.rollouts.shadow_pairs import Comparison, copied_id, is_repeatable, report_of

_BY_DEFAULT = Comparison()


def shadow_candidate(
    model: str,
    candidate_version: str,
    *,
    records: Sequence[Any],
    calls: CandidateCalls,
    limit: int,
    how: Comparison = _BY_DEFAULT,
) -> ShadowReport:
    """Compare the copies in `records` with their originals there, then send up to `limit` copies of other ones.

    Prediction ids are random, so those that come first in their order are a fair sample. A copy whose record is not
    there yet is sent again by the next call, and counted once. Masked units stay masked, and get no arm.
    Raises CandidateFailed, StoreUnavailable.
    """
    copies = {copied: record for record in records if (copied := copied_id(record, model, candidate_version))}
    originals = {it["prediction_id"]: it for it in records if is_repeatable(it, model, candidate_version)}
    pairs = [(original, copies[key]) for key, original in originals.items() if key in copies]
    report = report_of(pairs, how)
    waiting = nsmallest(limit, (key for key in originals if key not in copies))
    for key in waiting:
        calls.send(model, candidate_version, _copy_of(originals[key], model))
    return replace(report, sent=len(waiting))


def _copy_of(record: Mapping[str, Any], model: str) -> dict[str, Any]:
    body = record.get("request_body")
    return infer_event(
        model,
        b64decode(record["request_body_base64"]) if body is None else str(body).encode("utf-8", "surrogatepass"),
        OwnCall(Purpose.SHADOW, record["prediction_id"]),
        media_type=str(record.get("media_type", "")),
        json_bytes=record.get("json_bytes"),
        model_version=record.get("requested_model_version"),
        protocol=str(record.get("protocol", "")),
    )
