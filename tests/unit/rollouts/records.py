"""Inference records as a function writes them, as far as readings need them."""

from datetime import UTC, datetime, timedelta
from typing import Any

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def a_record(
    function_version: str = "1",
    *,
    at: datetime = NOON,
    latency_ms: float = 10.0,
    cold_ms: float | None = None,
    status: int = 200,
    scores: list[Any] | None = None,
    **members: Any,
) -> dict[str, Any]:
    """One of model `churn`; `cold_ms` makes it an environment's first."""
    record: dict[str, Any] = {
        "record": "inference",
        "schema": 1,
        "model": "churn",
        "function_version": function_version,
        "model_version": function_version,
        "LatencyMs": latency_ms,
        "ClientErrors": int(400 <= status < 500),
        "ServerErrors": int(status >= 500),
        "ColdStarts": int(cold_ms is not None),
        "at": at.isoformat(),
        "prediction_id": f"{function_version}-{at.isoformat()}",
        "reason": "RELEASE_DEFAULT",
        "media_type": "application/json",
        "request_body": '{"inputs":[]}',
        "status": status,
    }
    record["WarmLatencyMs" if cold_ms is None else "ColdLatencyMs"] = latency_ms if cold_ms is None else cold_ms
    if scores is not None:
        record["outputs"] = [{"name": "scores", "datatype": "FP32", "shape": [1, len(scores)], "data": scores}]
    return record | members


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
