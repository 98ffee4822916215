"""The part of a record that CloudWatch reads: embedded metric format.

Each metric is a member of the record's root; `_aws` names the metrics and the dimensions. A failure has fewer
measurements than a success, and a request that chose no version has one dimension set instead of two, so the
directive is made for what the record holds.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson

from sluice.errors import NonFiniteOutput
from sluice.inference.trace import PredictionTrace, Step

_NOT_OFFERED = 501

_DURATIONS = (
    (Step.ASSIGN, "AssignMs"),
    (Step.DECODE, "DecodeMs"),
    (Step.PREDICT, "PredictMs"),
    (Step.ENCODE, "EncodeMs"),
)
_NS_PER_US = 1000
_US_PER_MS = 1000


def metrics_of(trace: PredictionTrace, status: int, *, init_ms: float | None) -> dict[str, float]:
    """The metrics by name. Errors come as 0 or 1, so that their average is a rate.

    `init_ms` is what this environment's first request waited for before it was handled, None for any other:
    `LatencyMs` never holds it, `ColdLatencyMs` does, so the two can be told apart. Slow requests are counted by
    `WarmLatencyMs`: the first ones of a fresh function version are slow for reasons that vanish.
    """
    # 501 is an answer to what a client asked for; it must not count against the release that gave it.
    is_ours = status >= 500 and status != _NOT_OFFERED
    latency_ms = to_ms(trace.total_ns())
    metrics = {
        "LatencyMs": latency_ms,
        "ClientErrors": 1 if status >= 400 and not is_ours else 0,
        "ServerErrors": 1 if is_ours else 0,
        "ColdStarts": 0 if init_ms is None else 1,
    }
    if init_ms is None:
        metrics["WarmLatencyMs"] = latency_ms
    else:
        metrics["ColdLatencyMs"] = round(latency_ms + init_ms, 3)
    if trace.cache is not None:
        metrics["ResultCacheHits"] = 1 if trace.is_cache_hit else 0
    elapsed_ns = trace.elapsed_ns
    for step, name in _DURATIONS:
        if step in elapsed_ns:
            metrics[name] = to_ms(elapsed_ns[step])
    return metrics


def failure_metrics(error: Exception) -> dict[str, float]:
    """What CloudWatch is told of why it failed; what did not happen is not counted as 0."""
    return {"NonFiniteOutputs": 1} if isinstance(error, NonFiniteOutput) else {}


def directive(metrics: Mapping[str, float], *, namespace: str, has_version: bool, epoch_ms: int) -> dict[str, Any]:
    """The `_aws` member of a record that holds these metrics at its root; for `orjson.dumps`."""
    definitions = _definitions(namespace, tuple(metrics), has_version=has_version)
    return {"Timestamp": epoch_ms, "CloudWatchMetrics": definitions}


def to_ms(elapsed_ns: int) -> float:
    """Milliseconds, to the microsecond."""
    return (elapsed_ns + _NS_PER_US // 2) // _NS_PER_US / _US_PER_MS


@cache
def _definitions(namespace: str, names: tuple[str, ...], *, has_version: bool) -> orjson.Fragment:
    """Written out once: the same few sets of metrics come again and again."""
    per_function = ["model", "function_version"]
    dimensions = [[*per_function, "model_version"], per_function] if has_version else [per_function]
    metrics = [{"Name": name, "Unit": "Milliseconds" if name.endswith("Ms") else "Count"} for name in names]
    return orjson.Fragment(orjson.dumps([{"Namespace": namespace, "Dimensions": dimensions, "Metrics": metrics}]))
