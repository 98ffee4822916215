"""Records of requests and of their copies, put together and counted."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sluice.inference.own_call import Purpose
from sluice.rollouts.shadow import SegmentCounts, ShadowReport, TensorDifference, differences
from sluice.rollouts.windows_from_records import is_clients

Record = Mapping[str, Any]
SegmentOf = Callable[[Record], str]

EVERYTHING = "all"
OTHERS = "(others)"
_SEGMENT_LIMIT = 20
_ANSWERED_BY_RULE = frozenset({"RELEASE_DEFAULT", "VERSION_IN_URL"})


def one_segment(record: Record) -> str:  # noqa: ARG001 - every request is in it
    """For those who look at all requests together."""
    return EVERYTHING


def by_parameter(name: str) -> SegmentOf:
    """Segments by a parameter of the request, as `sluice_attr_country`; "" for requests without it."""

    def segment_of(record: Record) -> str:
        try:
            body = json.loads(record["request_body"])
            # MLflow's protocol calls them params.
            return str({**body.get("parameters", {}), **body.get("params", {})}[name])
        except (AttributeError, KeyError, TypeError, ValueError):
            return ""

    return segment_of


def is_repeatable(record: Any, model: str, candidate_version: str) -> bool:
    """Whether a copy of it says something: another function version answered, by no experiment's choice, all recorded.

    A request whose body or outputs are kept elsewhere is not repeated, nor one that was refused.
    """
    return (
        is_clients(record, model)
        and record["function_version"] != candidate_version
        and record.get("status") == 200
        and record.get("reason") in _ANSWERED_BY_RULE
        and isinstance(record.get("outputs"), list)
        and isinstance(record.get("prediction_id"), str)
        and ("request_body" in record or "request_body_base64" in record)
    )


def copied_id(record: Any, model: str, candidate_version: str) -> str | None:
    """Of the candidate's record of a copy: the prediction that it repeats. None for any other record."""
    if not isinstance(record, Mapping) or record.get("purpose") != Purpose.SHADOW:
        return None
    is_ours = record.get("model") == model and record.get("function_version") == candidate_version
    copied = record.get("copy_of")
    return copied if is_ours and isinstance(copied, str) and copied else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Real numbers within `tolerance` are the same; `segment_of` says which requests are also counted together."""

    tolerance: float = 1e-6
    segment_of: SegmentOf = one_segment


def report_of(pairs: Iterable[tuple[Record, Record]], how: Comparison) -> ShadowReport:
    """Count every pair of a request's record and its copy's; beyond twenty segments, all others are one."""
    report, segments = ShadowReport(), dict[str, SegmentCounts]()
    for original, copy in pairs:
        found = _compared(original, copy, how.tolerance)
        report = _failed(report) if found is None else _answered(report, found, _durations(original, copy))
        name = how.segment_of(original)
        if name not in segments and len(segments) >= _SEGMENT_LIMIT:
            name = OTHERS
        counts = SegmentCounts(1, int(found is None or _differs(found)), int(found is not None and _flips(found)))
        segments[name] = segments.get(name, SegmentCounts()) + counts
    return replace(report, segments=segments)


def _compared(original: Record, copy: Record, tolerance: float) -> Mapping[str, TensorDifference] | None:
    """None where the copy was not answered; a copy whose outputs are kept elsewhere has no output in common."""
    if copy.get("status") != 200:
        return None
    outputs = copy.get("outputs")
    return differences(original["outputs"], outputs if isinstance(outputs, list) else [], tolerance=tolerance)


def _failed(report: ShadowReport) -> ShadowReport:
    return replace(report, copies=report.copies + 1, failed=report.failed + 1)


def _answered(
    report: ShadowReport, found: Mapping[str, TensorDifference], durations_ms: tuple[float, float]
) -> ShadowReport:
    outputs = dict(report.outputs)
    for name, difference in found.items():
        outputs[name] = outputs.get(name, TensorDifference()) + difference
    return replace(
        report,
        copies=report.copies + 1,
        differing=report.differing + _differs(found),
        flipped=report.flipped + _flips(found),
        stable_ms=report.stable_ms + durations_ms[0],
        candidate_ms=report.candidate_ms + durations_ms[1],
        outputs=outputs,
    )


def _differs(found: Mapping[str, TensorDifference]) -> bool:
    return any(not it.is_same for it in found.values())


def _flips(found: Mapping[str, TensorDifference]) -> bool:
    return any(it.flips or not it.is_comparable for it in found.values())


def _durations(original: Record, copy: Record) -> tuple[float, float]:
    """Of two warm answers, in milliseconds; a first answer says nothing of the next one."""
    durations = [it.get("LatencyMs") for it in (original, copy) if "ColdLatencyMs" not in it]
    ours_and_theirs = [float(it) for it in durations if isinstance(it, int | float)]
    return (ours_and_theirs[0], ours_and_theirs[1]) if len(ours_and_theirs) == 2 else (0.0, 0.0)
