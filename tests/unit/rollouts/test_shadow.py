"""Answers of two sides compared, tensor by tensor."""

from base64 import b64encode
from typing import Any

import numpy as np
import pytest

from sluice.rollouts.shadow import SegmentCounts, ShadowReport, TensorDifference, differences
from sluice.rollouts.shadow_pairs import EVERYTHING, OTHERS, Comparison, by_parameter, report_of
from sluice.rollouts.shadow_verdict import ShadowLimits, judge_shadow
from sluice.rollouts.verdict import Verdict
from tests.unit.rollouts.records import a_record


def tensor(data: list[Any], shape: list[int], datatype: str = "FP32", name: str = "scores") -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": shape, "data": data}


def difference(ours: dict[str, Any], theirs: dict[str, Any], tolerance: float = 0.01) -> TensorDifference:
    (found,) = differences([ours], [theirs], tolerance=tolerance).values()
    return found


def test_the_same_answer_differs_in_nothing() -> None:
    same = tensor([0.1, 0.9, 0.8, 0.2], [2, 2])

    assert difference(same, same) == TensorDifference(rows=2)
    assert difference(same, same).is_same


def test_scores_differ_beyond_the_tolerance_only() -> None:
    found = difference(tensor([0.25, 0.75], [1, 2]), tensor([0.2500001, 0.5], [1, 2]))

    assert (found.beyond, found.largest, found.flips, found.rank_changes, found.is_same) == (1, 0.25, 0, 0, False)


def raw(data: list[Any], shape: list[int], dtype: Any = np.float32, datatype: str = "FP32") -> dict[str, Any]:
    in_base64 = b64encode(np.array(data, dtype).tobytes()).decode()
    return {"name": "scores", "datatype": datatype, "shape": shape, "data_base64": in_base64}


def test_outputs_that_were_sent_as_raw_bytes_are_compared_like_others() -> None:
    assert difference(raw([0.25, 0.75], [1, 2]), tensor([0.25, 0.5], [1, 2])).largest == 0.25
    assert difference(raw([0.25, 0.75], [1, 2]), raw([0.25, 0.75], [1, 2])).is_same
    assert not difference(raw([0.25], [1, 2]), tensor([0.25, 0.5], [1, 2])).is_comparable


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_equal_themselves_and_are_far_from_numbers(value: float) -> None:
    ours, theirs = raw([value, 1], [1, 2]), raw([0, 1], [1, 2])

    assert difference(ours, ours).is_same
    assert difference(ours, theirs).beyond == 1
    assert np.isfinite(difference(ours, theirs).largest)


def test_half_precision_is_compared_as_numbers() -> None:
    half, more = (raw([0x3F80, bits], [1, 2], np.uint16, "BF16") for bits in (0x3F00, 0x3F01))

    assert difference(half, more).is_same
    assert difference(raw([1, 0.5], [1, 2], np.float16, "FP16"), raw([1, 0.501], [1, 2], np.float16, "FP16")).is_same


def test_another_highest_score_is_a_flip_and_another_order_a_change_of_rank() -> None:
    ours = tensor([0.5, 0.3, 0.2, 0.5, 0.3, 0.2, 0.5, 0.3, 0.2], [3, 3])
    theirs = tensor([0.3, 0.5, 0.2, 0.5, 0.2, 0.3, 0.6, 0.3, 0.1], [3, 3])

    found = difference(ours, theirs)

    assert (found.rows, found.flips, found.rank_changes) == (3, 1, 2)


@pytest.mark.parametrize(("datatype", "ours", "theirs"), [("INT64", [1, 2], [1, 3]), ("BYTES", ["a", "b"], ["a", "c"])])
def test_labels_are_the_same_or_flipped(datatype: str, ours: list[Any], theirs: list[Any]) -> None:
    found = difference(tensor(ours, [2], datatype), tensor(theirs, [2], datatype))

    assert (found.rows, found.flips, found.beyond, found.rank_changes) == (2, 1, 1, 0)


@pytest.mark.parametrize(
    "theirs",
    [
        tensor([0.5], [1]),
        tensor([0.5, 0.5], [2, 1]),
        tensor([0.5, 0.5], [1, 2], "FP64"),
        tensor([0.5, 0.5, 0.5], [1, 2]),
        {"name": "scores", "data": None},
    ],
)
def test_what_has_another_form_cannot_be_compared(theirs: dict[str, Any]) -> None:
    found = difference(tensor([0.5, 0.5], [1, 2]), theirs)

    assert (found.is_comparable, found.is_same) == (False, False)


def test_an_output_that_one_side_has_alone_is_a_difference() -> None:
    found = differences([tensor([1.0], [1], name="a")], [tensor([1.0], [1], name="b")], tolerance=0.0)

    assert [(name, it.is_comparable) for name, it in found.items()] == [("a", False), ("b", False)]


@pytest.mark.parametrize("shape", [[0, 2], [0], []])
def test_an_empty_answer_has_no_rows(shape: list[int]) -> None:
    assert difference(tensor([], shape), tensor([], shape)) == TensorDifference()


def a_pair(ours: list[Any], theirs: list[Any], **copy: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return a_record("1", scores=ours), a_record("2", scores=theirs, **copy)


def test_pairs_are_counted() -> None:
    pairs = [
        a_pair([0.2, 0.8], [0.2, 0.8], latency_ms=30.0),
        a_pair([0.2, 0.8], [0.9, 0.1], latency_ms=10.0),
        a_pair([0.2, 0.8], [0.2, 0.8], latency_ms=99.0, cold_ms=400.0),
        a_pair([0.2, 0.8], [0.2, 0.8], status=500),
    ]

    report = report_of(pairs, Comparison())

    assert (report.copies, report.failed, report.differing, report.flipped) == (4, 1, 1, 1)
    assert report.duration_ratio == 2.0
    assert report.outputs["scores"].rows == 3
    assert report.segments == {EVERYTHING: SegmentCounts(4, 2, 1)}


def test_a_copy_whose_outputs_are_kept_elsewhere_is_not_called_the_same() -> None:
    report = report_of([(a_record("1", scores=[0.5]), a_record("2", outputs_digest="a"))], Comparison())

    assert (report.failed, report.differing) == (0, 1)


def test_segments_are_counted_apart_and_the_many_small_ones_together() -> None:
    def pair_of(country: str) -> tuple[dict[str, Any], dict[str, Any]]:
        body = f'{{"parameters": {{"sluice_attr_country": "{country}"}}}}'
        return a_record("1", scores=[0.5], request_body=body), a_record("2", scores=[0.5])

    pairs = [pair_of(f"country-{number}") for number in range(25)]
    segments = report_of(pairs, Comparison(segment_of=by_parameter("sluice_attr_country"))).segments

    assert len(segments) == 21
    assert segments["country-0"].copies == 1
    assert segments[OTHERS].copies == 5


@pytest.mark.parametrize("body", ["{", "[]", "{}", '{"parameters": {}}', None])
def test_a_request_without_the_parameter_is_in_the_segment_without_a_name(body: Any) -> None:
    assert by_parameter("sluice_attr_country")({"request_body": body}) == ""


LIMITS = ShadowLimits(minimum_copies=10, failed_share=0.1, flipped_share=0.2, duration_ratio=1.5)


@pytest.mark.parametrize(
    ("report", "verdict", "needed"),
    [
        (ShadowReport(), Verdict.NO_DATA, 10),
        (ShadowReport(copies=9), Verdict.INCONCLUSIVE, 1),
        (ShadowReport(copies=9, failed=9), Verdict.INCONCLUSIVE, 1),
        (ShadowReport(copies=10, failed=1, flipped=2, differing=10), Verdict.PASS, 0),
        (ShadowReport(copies=10, failed=2), Verdict.FAIL, 0),
        (ShadowReport(copies=10, flipped=3), Verdict.FAIL, 0),
        (ShadowReport(copies=10, stable_ms=10.0, candidate_ms=15.0), Verdict.PASS, 0),
        (ShadowReport(copies=10, stable_ms=10.0, candidate_ms=15.1), Verdict.FAIL, 0),
        (
            ShadowReport(copies=20, flipped=4, segments={"a": SegmentCounts(10, 3, 3), "b": SegmentCounts(10)}),
            "FAIL",
            0,
        ),
        (ShadowReport(copies=20, flipped=4, segments={"a": SegmentCounts(9, 4, 4), "b": SegmentCounts(11)}), "PASS", 0),
    ],
)
def test_a_verdict_needs_enough_copies_and_keeps_the_limits(report: ShadowReport, verdict: str, needed: int) -> None:
    judgement = judge_shadow(report, LIMITS)

    assert (judgement.verdict, judgement.requests_needed) == (verdict, needed)
    assert judgement.numbers["copies"] == report.copies


def test_a_breach_says_how_much_and_what_is_allowed() -> None:
    assert (
        "3 of 10 copies have another label, allowed: 20.0%"
        in judge_shadow(ShadowReport(copies=10, flipped=3), LIMITS).why
    )
