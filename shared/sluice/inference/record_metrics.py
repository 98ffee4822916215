"""The part of a record that CloudWatch reads: embedded metric format.

Each metric is a member of the record's root; `_aws` names the metrics and the dimensions. A failure has fewer
measurements than a success, and a request that chose no version has one dimension set instead of two, so the
directive is made for what the record holds, and rendered once for records that hold the same (`record.py`).
"""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

from sluice.errors import NonFiniteOutput
from sluice.inference.trace import PredictionTrace, Step

_NOT_OFFERED = 501

_MEMBERS = MappingProxyType(
    {
        Step.FETCH: "fetch_ms",
        Step.ASSIGN: "AssignMs",
        Step.DECODE: "DecodeMs",
        Step.LOAD: "load_ms",
        Step.PREDICT: "PredictMs",
        Step.ENCODE: "EncodeMs",
    }
)
_NS_PER_US = 1000
_US_PER_MS = 1000


def durations_of(trace: PredictionTrace, *, init_ms: float | None) -> dict[str, float]:
    """How long it took, by member of the record; those in lower case are no metrics.

    `init_ms` is what this environment's first request waited for before it was handled, None for any other:
    `LatencyMs` never holds it, `ColdLatencyMs` does, so the two can be told apart. Slow requests are counted by
    `WarmLatencyMs`: the first ones of a fresh function version are slow for reasons that vanish.
    """
    latency_ms = to_ms(trace.total_ns())
    durations = {"LatencyMs": latency_ms}
    if init_ms is None:
        durations["WarmLatencyMs"] = latency_ms
    else:
        durations["ColdLatencyMs"] = round(latency_ms + init_ms, 3)
    for step, elapsed_ns in trace.elapsed_ns.items():
        durations[_MEMBERS[step]] = (elapsed_ns + _NS_PER_US // 2) // _NS_PER_US / _US_PER_MS
    return durations


def counts_of(status: int, *, is_cold: bool) -> dict[str, int]:
    """What every record counts: errors come as 0 or 1, so that their average is a rate."""
    # 501 is an answer to what a client asked for; it must not count against the release that gave it.
    is_ours = status >= 500 and status != _NOT_OFFERED
    is_theirs = status >= 400 and not is_ours
    return {"ClientErrors": int(is_theirs), "ServerErrors": int(is_ours), "ColdStarts": int(is_cold)}


def rare_counts(trace: PredictionTrace, error: Exception | None) -> dict[str, float]:
    """What only some requests count; what did not happen is not counted as 0."""
    counts = dict[str, float]()
    if trace.variant_failure is not None:
        counts["VariantFailures"] = 1
    if trace.cache is not None:
        counts["ResultCacheHits"] = int(trace.is_cache_hit)
    if isinstance(error, NonFiniteOutput):
        counts["NonFiniteOutputs"] = 1
    return counts


def definitions(namespace: str, names: Iterable[str], *, has_version: bool) -> list[dict[str, Any]]:
    """The directive `CloudWatchMetrics` of a record that holds these metrics at its root."""
    per_function = ["model", "function_version"]
    dimensions = [[*per_function, "model_version"], per_function] if has_version else [per_function]
    units = {name: "Milliseconds" if name.endswith("Ms") else "Count" for name in names if not name.endswith("_ms")}
    metrics = [{"Name": name, "Unit": unit} for name, unit in units.items()]
    return [{"Namespace": namespace, "Dimensions": dimensions, "Metrics": metrics}]


def to_ms(elapsed_ns: int) -> float:
    """Milliseconds, to the microsecond."""
    return (elapsed_ns + _NS_PER_US // 2) // _NS_PER_US / _US_PER_MS
