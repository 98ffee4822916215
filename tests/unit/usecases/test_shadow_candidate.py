"""Copies of recorded requests go to the candidate, and its records tell what came of them."""

import base64
from datetime import timedelta
from typing import Any

import pytest

from sluice.adapters.memory_candidate_calls import MemoryCandidateCalls
from sluice.errors import CandidateFailed
from sluice.inference.own_call import OwnCall, Purpose, own_call_of
from sluice.rollouts.shadow import ShadowReport
from sluice.usecases.shadow_candidate import shadow_candidate
from tests.unit.rollouts.records import NOON, a_record


def requests(count: int, **members: Any) -> list[dict[str, Any]]:
    """Answered by the stable side; ids run against the order in which they came."""
    return [
        a_record(
            "1",
            at=NOON + timedelta(seconds=it),
            scores=[0.25, 0.75],
            **({"prediction_id": f"{99 - it:02}", "request_body": f'{{"inputs":[{it}]}}'} | members),
        )
        for it in range(count)
    ]


def copy_of(prediction_id: str, **members: Any) -> dict[str, Any]:
    return a_record("2", scores=[0.25, 0.75], purpose="shadow", copy_of=prediction_id, **members)


def some_calls() -> MemoryCandidateCalls:
    return MemoryCandidateCalls("churn", {"2": lambda event: {}})


def shadowed(records: list[Any], calls: MemoryCandidateCalls | None = None, limit: int = 10) -> ShadowReport:
    return shadow_candidate("churn", "2", records=records, calls=calls or some_calls(), limit=limit)


def copied(calls: MemoryCandidateCalls) -> list[str]:
    return [own.copy_of for _, event in calls.sent if (own := own_call_of(event))]


def test_a_copy_is_the_request_as_it_was_recorded_with_our_mark() -> None:
    calls = some_calls()

    shadowed(requests(1, request_body='{"parameters":{"sluice_unit":"ü"}}', media_type="text/json"), calls)

    ((function_version, event),) = calls.sent
    assert function_version == "2"
    assert own_call_of(event) == OwnCall(Purpose.SHADOW, "99")
    assert base64.b64decode(event["body"]).decode() == '{"parameters":{"sluice_unit":"ü"}}'
    assert event["headers"] == {"content-type": "text/json"}
    assert event["routeKey"] == "POST /v2/models/churn/infer"


def test_a_copy_of_binary_tensors_has_their_header() -> None:
    calls = some_calls()
    body = {"request_body": None, "request_body_base64": base64.b64encode(b"{}\xff").decode(), "json_bytes": "2"}

    shadowed(requests(1, **body), calls)

    ((_, event),) = calls.sent
    assert base64.b64decode(event["body"]) == b"{}\xff"
    assert event["headers"]["inference-header-content-length"] == "2"


@pytest.mark.parametrize(
    ("protocol", "path"),
    [
        ("v1", "/v2/models/churn/v1/models/churn:predict"),
        ("invocations", "/v2/models/churn/invocations"),
        ("v2", "/v2/models/churn/infer"),
    ],
)
def test_a_request_is_repeated_in_its_own_protocol(protocol: str, path: str) -> None:
    calls = some_calls()

    shadowed(requests(1, protocol=protocol), calls)

    assert calls.sent[0][1]["rawPath"] == path


def test_a_request_for_a_version_is_repeated_for_that_version() -> None:
    calls = some_calls()

    shadowed(requests(1, reason="VERSION_IN_URL", requested_model_version="3"), calls)

    assert calls.sent[0][1]["pathParameters"] == {"model_version": "3"}


def test_a_body_that_is_no_text_is_repeated_byte_by_byte() -> None:
    calls = some_calls()
    (record,) = requests(1, request_body_base64=base64.b64encode(b"\xff").decode())
    del record["request_body"]

    shadowed([record], calls)

    assert base64.b64decode(calls.sent[0][1]["body"]) == b"\xff"


def test_no_more_copies_are_sent_than_allowed_and_the_sample_does_not_depend_on_the_order() -> None:
    calls, again = some_calls(), some_calls()
    records = requests(20)

    report = shadowed(records, calls, limit=3)
    shadowed(records[::-1], again, limit=3)

    assert report.sent == 3
    assert copied(calls) == copied(again) == ["80", "81", "82"]


def test_what_was_copied_is_compared_and_not_sent_again() -> None:
    calls = some_calls()

    report = shadowed([*requests(3), copy_of("98"), copy_of("98")], calls)

    assert (report.copies, report.differing, report.sent) == (1, 0, 2)
    assert copied(calls) == ["97", "99"]


def test_nothing_is_sent_where_nothing_may_be() -> None:
    calls = some_calls()

    assert shadowed(requests(3), calls, limit=0).sent == 0
    assert calls.sent == []


REFUSED: dict[str, Any] = {
    "the candidate's own": {"function_version": "2"},
    "a refusal": {"status": 400},
    "a failure": {"status": 500},
    "an experiment's choice": {"reason": "SPLIT"},
    "another model's": {"model": "fraud"},
    "a copy": {"purpose": "shadow"},
    "a warm-up": {"purpose": "warm-up"},
    "outputs kept elsewhere": {"outputs": None},
    "no id": {"prediction_id": None},
}


@pytest.mark.parametrize("members", REFUSED.values(), ids=REFUSED)
def test_what_says_nothing_is_not_repeated(members: dict[str, Any]) -> None:
    (record,) = requests(1)

    assert shadowed([record | members, None, "text"]).sent == 0


def test_a_body_kept_elsewhere_is_not_repeated() -> None:
    (record,) = requests(1, request_body_digest="a" * 64)
    del record["request_body"]

    assert shadowed([record]).sent == 0


@pytest.mark.parametrize(
    "strange",
    [{"copy_of": ""}, {"copy_of": None}, {"function_version": "3"}, {"model": "fraud"}, {"purpose": "warm-up"}],
)
def test_other_records_are_no_answers_to_copies(strange: dict[str, Any]) -> None:
    assert shadowed([*requests(1), copy_of("99") | strange]).copies == 0


def test_a_copy_without_its_original_is_not_counted() -> None:
    assert shadowed([copy_of("99")]) == ShadowReport()


def test_a_candidate_that_is_not_there_has_failed() -> None:
    with pytest.raises(CandidateFailed):
        shadowed(requests(1), MemoryCandidateCalls("churn", {}))
