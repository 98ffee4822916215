"""Inference records to readings by the minute, one pass, in memory that does not grow with the requests.

What is no inference record of the model, or one of a warm-up or of a copy (`purpose`), counts for nothing. A member
that is not of its type counts as absent: records outlive the code that wrote them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sluice.rollouts.answered_outputs import Edges, add_bins, score_means
from sluice.rollouts.latency_quantiles import quantiles_of
from sluice.rollouts.minutes import minute_of, paired_windows
from sluice.rollouts.readings import Baseline, Moments, SideReading, Window

Record = Mapping[str, Any]
BILLED = "billed_ms"
"""Moments of `LatencyMs`, of a cold start `ColdLatencyMs`: what Lambda bills, but for what it does after the answer."""


@dataclass(frozen=True, slots=True)
class Watched:
    """The two sides, and by output the frozen edges of its bins."""

    model: str
    stable_version: str
    candidate_version: str
    edges: Edges = field(default_factory=dict)


def windows_from_records(
    records: Iterable[Any], watched: Watched, *, since: datetime, until: datetime, baseline: Baseline
) -> tuple[Window, ...]:
    """The minutes that lie in [since, until) as a whole and had a request, oldest first."""
    sides: dict[str, dict[datetime, _Tally]] = {watched.stable_version: {}, watched.candidate_version: {}}
    for at, record in _dated(records, watched.model):
        minutes = sides.get(record["function_version"])
        if minutes is not None and since <= at < until:
            minutes.setdefault(minute_of(at), _Tally(baseline, watched.edges)).add(record)
    stable, candidate = (
        {minute: tally.reading() for minute, tally in sides[it].items()}
        for it in (watched.stable_version, watched.candidate_version)
    )
    return paired_windows(stable, candidate, since=since, until=until)


def baseline_from_records(
    records: Iterable[Any],
    *,
    model: str,
    function_version: str,
    since: datetime,
    until: datetime,
    quantiles_bps: Sequence[int],
) -> Baseline:
    """The quantiles of what was answered in [since, until), warm requests and first ones apart."""
    warm: list[float] = []
    cold: list[float] = []
    for at, record in _dated(records, model):
        latency_ms = _number(record, "LatencyMs")
        if record["function_version"] != function_version or not since <= at < until or latency_ms is None:
            continue
        cold_ms = _number(record, "ColdLatencyMs")
        (warm if cold_ms is None else cold).append(latency_ms if cold_ms is None else cold_ms)
    return Baseline(quantiles_of(warm, quantiles_bps), quantiles_of(cold, quantiles_bps))


def is_clients(record: Any, model: str) -> bool:
    """Whether it is the record of a client's request to this model, and says who answered."""
    return (
        isinstance(record, Mapping)
        and record.get("record") == "inference"
        and record.get("model") == model
        and "purpose" not in record
        and isinstance(record.get("function_version"), str)
    )


def made_at(record: Record) -> datetime | None:
    """When it was made, None where it does not say so."""
    try:
        at = datetime.fromisoformat(record["at"])
    except (KeyError, TypeError, ValueError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _dated(records: Iterable[Any], model: str) -> Iterator[tuple[datetime, Record]]:
    for record in records:
        if is_clients(record, model):
            at = made_at(record)
            if at is not None:
                yield at, record


class _Tally:
    """One side in one minute, while it is counted."""

    __slots__ = ("_baseline", "_bins", "_edges", "_moments", "_reading", "_slow", "_slow_cold")

    def __init__(self, baseline: Baseline, edges: Edges) -> None:
        self._baseline = baseline
        self._edges = edges
        self._reading = dict.fromkeys(("requests", "server_errors", "warm_requests", "cold_starts", "bad_values"), 0)
        self._slow = dict.fromkeys(baseline.warm_ms, 0)
        self._slow_cold = dict.fromkeys(baseline.cold_ms, 0)
        self._moments: dict[str, Moments] = {}
        self._bins: dict[str, list[int]] = {}

    def add(self, record: Record) -> None:
        error = record.get("error")
        self._reading["requests"] += 1
        self._reading["server_errors"] += _number(record, "ServerErrors") == 1
        self._reading["bad_values"] += isinstance(error, Mapping) and error.get("class") == "NonFiniteOutput"
        self._add_latency(_number(record, "LatencyMs"), _number(record, "ColdLatencyMs"))
        outputs = record.get("outputs")
        if isinstance(outputs, list):
            add_bins(self._bins, outputs, self._edges)
            for name, mean in score_means(outputs):
                self._add_moment(name, mean)

    def reading(self) -> SideReading:
        return SideReading(
            **self._reading,
            slow=self._slow,
            slow_cold=self._slow_cold,
            moments=self._moments,
            bins={name: tuple(counts) for name, counts in self._bins.items()},
        )

    def _add_latency(self, latency_ms: float | None, cold_ms: float | None) -> None:
        is_cold = cold_ms is not None
        if latency_ms is None and not is_cold:
            return  # it never got an answer
        self._reading["cold_starts" if is_cold else "warm_requests"] += 1
        counts, limits = (self._slow_cold, self._baseline.cold_ms) if is_cold else (self._slow, self._baseline.warm_ms)
        spent_ms = cold_ms if is_cold else latency_ms
        if spent_ms is None:
            return
        self._add_moment(BILLED, spent_ms)
        for quantile, limit_ms in limits.items():
            counts[quantile] += spent_ms > limit_ms

    def _add_moment(self, name: str, value: float) -> None:
        self._moments[name] = self._moments.get(name, Moments()) + Moments(1, value, value * value)


def _number(record: Record, member: str) -> float | None:
    value = record.get(member)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
