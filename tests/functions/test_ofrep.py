"""Flags over OFREP 0.3.0, through the Lambda handler: what every kind of flag, request and failure is answered."""

from typing import Any

import pytest
from fastapi import FastAPI

from functions.control.flag_wiring import wire_flags
from functions.control.settings import ControlSettings
from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.errors import Unsupported
from sluice.experiments.flag_value import ValueType
from tests.functions.builders import an_event
from tests.functions.control_function import CONTEXT, ControlFunction
from tests.functions.flag_function import FLAGS_PATH, FlagFunction
from tests.unit.experiments.flag_builders import COUNTRY, a_flag, a_rule, shares
from tests.unit.usecases.flag_evaluation import CACHE_SECONDS, Evaluation

ASKED = {"context": {"targetingKey": "unit-1", "country": "DE"}}


@pytest.fixture
def evaluation() -> Evaluation:
    """A flag with a rule, one that splits everybody, one that is off."""
    evaluation = Evaluation()
    evaluation.plane.define(
        a_flag(attributes=COUNTRY, rules=(a_rule(),)),
        a_flag("half", default=shares(on=5000, off=5000)),
        a_flag("off"),
    )
    evaluation.plane.switch("off", enabled=False)
    return evaluation


@pytest.fixture
def function(evaluation: Evaluation) -> FlagFunction:
    return FlagFunction(evaluation)


def test_a_flag_has_value_variant_reason_and_what_it_takes_to_compute_it_again(function: FlagFunction) -> None:
    status, body, headers = function.post("half", ASKED)

    assert status == 200
    assert headers["content-type"] == "application/json"
    assert body == {
        "key": "half",
        "value": False,
        "variant": "off",
        "reason": "SPLIT",
        "metadata": {
            "sluice_reason": "DEFAULT_SPLIT",
            "flag_revision": 1,
            "snapshot": 4,
            "slot": 736_379,
            "weight_bps": 5000,
        },
    }


def test_a_rule_that_held_is_named_and_one_that_could_not_be_decided_is_counted(function: FlagFunction) -> None:
    _, body, _ = function.post("new-checkout", ASKED)
    assert (body["reason"], body["metadata"]["rule"]) == ("TARGETING_MATCH", 0)

    _, body, _ = function.post("new-checkout", {"context": {"targetingKey": "unit-1"}})
    assert (body["reason"], body["metadata"]["undecided_rules"]) == ("DEFAULT", 1)


def test_a_flag_without_a_value_still_has_a_variant_and_a_reason(function: FlagFunction) -> None:
    status, body, _ = function.post("off", ASKED)

    assert status == 200
    assert "value" not in body
    assert (body["variant"], body["reason"]) == ("", "DISABLED")


@pytest.mark.parametrize(
    ("value_type", "value"),
    [
        (ValueType.BOOLEAN, False),
        (ValueType.STRING, "ü"),
        (ValueType.INTEGER, 2**53 - 1),
        (ValueType.OBJECT, {"a": [1, {"b": None}]}),
    ],
)
def test_values_arrive_as_they_are(
    evaluation: Evaluation, function: FlagFunction, value_type: ValueType, value: Any
) -> None:
    evaluation.plane.define(a_flag("v", value_type=value_type, variants={"off": value}))

    assert function.post("v", ASKED)[1]["value"] == value


def test_a_float_keeps_its_point(evaluation: Evaluation, function: FlagFunction) -> None:
    evaluation.plane.define(a_flag("v", value_type=ValueType.FLOAT, variants={"off": 1.0}))

    answer = function.handler(an_event("POST", f"{FLAGS_PATH}/v", ASKED, route_key="r"), CONTEXT)

    assert '"value":1.0' in answer["body"]


@pytest.mark.parametrize("key", ["", "half"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"context"', b"null", b"\xc3\x28", b'{"context": NaN}'])
def test_a_body_that_is_no_json_object_is_a_parse_error(key: str, body: bytes) -> None:
    function = FlagFunction(Evaluation())
    event = an_event("POST", f"{FLAGS_PATH}/{key}" if key else FLAGS_PATH, body, route_key="r", encoded=True)

    answer = function.handler(event, CONTEXT)

    assert answer["statusCode"] == 400
    assert '"errorCode":"PARSE_ERROR"' in answer["body"]
    assert '"errorDetails":' in answer["body"]
    assert ('"key":"half"' in answer["body"]) == bool(key)


@pytest.mark.parametrize("body", [{}, {"context": None}, {"context": {}}, {"context": {"targetingKey": None}}])
def test_without_a_context_only_what_needs_a_unit_fails(function: FlagFunction, body: Any) -> None:
    assert function.post("new-checkout", body)[0] == 200

    status, refusal, _ = function.post("half", body)

    assert status == 400
    assert refusal == {
        "key": "half",
        "errorCode": "TARGETING_KEY_MISSING",
        "errorDetails": "it splits units of type 'user', the context names none",
    }


@pytest.mark.parametrize(
    "context",
    [
        [],
        "unit-1",
        7,
        {"targetingKey": ""},
        {"targetingKey": "a\x1fb"},
        {"targetingKey": "x" * 257},
        {"targetingKey": False},
        {"targetingKey": {"id": 1}},
        {"sluice_unit_type": "User"},
    ],
)
@pytest.mark.parametrize("key", ["", "off"])
def test_a_context_that_breaks_a_rule_is_invalid_for_every_flag(function: FlagFunction, key: str, context: Any) -> None:
    status, body, _ = function.post(key, {"context": context})

    assert (status, body["errorCode"]) == (400, "INVALID_CONTEXT")
    assert body["errorDetails"]
    assert body.get("key", "") == key


@pytest.mark.parametrize(("depth", "status"), [(32, 200), (33, 400), (900, 400)])
def test_a_context_has_a_depth_that_everybody_bears(function: FlagFunction, depth: int, status: int) -> None:
    nested = b'{"context": {"a": ' + b"[" * (depth - 1) + b"1" + b"]" * (depth - 1) + b"}}"

    assert function.post(body=nested)[0] == status


@pytest.mark.parametrize("key", ["nope", "a/b", "half/x", "..", ".", "ä"])
def test_a_flag_that_does_not_exist_is_not_found(function: FlagFunction, key: str) -> None:
    status, body, _ = function.post(key, ASKED)

    assert status == 404
    assert (body["key"], body["errorCode"]) == (key, "FLAG_NOT_FOUND")
    assert body["errorDetails"] == f"there is no flag {key!r}"


def test_an_archived_flag_is_not_found(evaluation: Evaluation, function: FlagFunction) -> None:
    evaluation.plane.archive("half")

    assert function.post("half", ASKED)[0] == 404


def test_all_flags_at_once_with_those_that_fail_among_them(function: FlagFunction) -> None:
    status, body, headers = function.post(body={"context": {"country": "DE"}})

    assert status == 200
    assert [(it["key"], it.get("reason"), it.get("errorCode")) for it in body["flags"]] == [
        ("half", None, "TARGETING_KEY_MISSING"),
        ("new-checkout", "TARGETING_MATCH", None),
        ("off", "DISABLED", None),
    ]
    assert body["metadata"] == {"snapshot": 4}
    assert "eventStreams" not in body
    assert headers["etag"].startswith('"')


@pytest.mark.parametrize("form", ["{}", "W/{}", '"0", {}', '"0",W/{} , "1"', "*"])
def test_who_has_the_answer_gets_304_and_no_body(function: FlagFunction, form: str) -> None:
    _, _, headers = function.post(body=ASKED)

    status, body, again = function.post(body=ASKED, headers={"if-none-match": form.format(headers["etag"])})

    assert (status, body) == (304, None)
    assert again["etag"] == headers["etag"]


@pytest.mark.parametrize("form", ["", "{}", '"0"', 'W/"0"', '"{}x"'])
def test_who_has_another_answer_gets_this_one(function: FlagFunction, form: str) -> None:
    etag = function.post(body=ASKED)[2]["etag"].strip('"')

    status, body, _ = function.post(body=ASKED, headers={"if-none-match": form.format(etag)})

    assert (status, len(body["flags"])) == (200, 3)


@pytest.mark.parametrize("other", [{"targetingKey": "unit-2"}, {"country": "FR"}, {"new": 1}])
def test_a_changed_context_never_gives_304(function: FlagFunction, other: dict[str, Any]) -> None:
    _, _, headers = function.post(body=ASKED)

    changed = {"context": {**ASKED["context"], **other}}
    status, _, after = function.post(body=changed, headers={"if-none-match": headers["etag"]})

    assert status == 200
    assert after["etag"] != headers["etag"]


def test_a_changed_flag_and_a_forced_variant_give_no_304(evaluation: Evaluation, function: FlagFunction) -> None:
    etag = function.post(body=ASKED)[2]["etag"]
    for change in (lambda: evaluation.plane.define(a_flag("c")), lambda: evaluation.force("half", "off")):
        change()
        evaluation.time.seconds += CACHE_SECONDS

        status, _, headers = function.post(body=ASKED, headers={"if-none-match": etag})

        assert status == 200
        etag = headers["etag"]


def test_too_many_requests_are_told_when_to_come_again(evaluation: Evaluation) -> None:
    function = FlagFunction(evaluation, rate_rps=2)
    assert [function.post("off", ASKED)[0] for _ in range(2)] == [200, 200]

    for key in ("off", ""):
        status, body, headers = function.post(key, ASKED)
        assert (status, headers["retry-after"]) == (429, "1")
        assert list(body)[-1] == "errorDetails"

    evaluation.time.seconds += 1
    assert function.post("off", ASKED)[0] == 200


def test_there_is_no_rate_unless_one_is_set(function: FlagFunction) -> None:
    assert {function.post("off", ASKED)[0] for _ in range(100)} == {200}


def test_a_unit_store_that_fails_costs_overrides_and_nothing_else(
    evaluation: Evaluation, function: FlagFunction
) -> None:
    evaluation.force("half", "off")
    evaluation.units.is_down = True

    status, body, _ = function.post("half", ASKED)

    assert (status, body["metadata"]["fallback"]) == (200, "OVERRIDES")
    assert body["metadata"]["sluice_reason"] == "DEFAULT_SPLIT"
    assert function.post(body=ASKED)[1]["metadata"]["fallback"] == "OVERRIDES"


def test_a_definition_store_that_fails_leaves_the_last_good_flags(
    evaluation: Evaluation, function: FlagFunction
) -> None:
    function.post("half", ASKED)
    evaluation.definitions.is_down = True
    evaluation.time.seconds += CACHE_SECONDS

    status, body, _ = function.post("half", ASKED)

    assert (status, body["metadata"]["fallback"]) == (200, "DEFINITIONS")


@pytest.mark.parametrize("key", ["", "half"])
def test_where_there_were_never_definitions_the_client_is_told_to_come_again(
    evaluation: Evaluation, function: FlagFunction, key: str
) -> None:
    evaluation.definitions.is_down = True

    status, body, headers = function.post(key, ASKED)

    assert (status, headers["retry-after"]) == (503, "1")
    assert "no definitions yet" in body["errorDetails"]


@pytest.mark.parametrize("key", ["", "half"])
def test_a_bug_says_nothing_of_itself(evaluation: Evaluation, key: str) -> None:
    def broken_load(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("secret")

    evaluation.units.load = broken_load  # type: ignore[method-assign]
    function = FlagFunction(evaluation)

    status, body, _ = function.post(key, ASKED)

    assert status == 500
    assert body["errorDetails"] == "internal error; the flag was not evaluated"
    assert "secret" not in str(body)


@pytest.mark.parametrize(("path", "method", "status"), [("half", "GET", 405), ("", "PUT", 405)])
def test_other_methods_are_refused_in_the_protocols_shape(
    function: FlagFunction, path: str, method: str, status: int
) -> None:
    found, body, headers = function.post(path, ASKED, method=method)

    assert (found, list(body), headers["allow"]) == (status, ["errorDetails"], "POST")


def test_exposures_are_written_once_beside_the_answers(evaluation: Evaluation, function: FlagFunction) -> None:
    evaluation.plane.define(a_flag("seen", default=shares(on=10_000), exposures=True))

    for _ in range(3):
        function.post("seen", ASKED)
        function.post(body=ASKED)

    assert [(it["record"], it["flag"], it["reason"]) for it in evaluation.records] == [
        ("flag_exposure", "seen", "DEFAULT_SPLIT")
    ]


def test_a_control_function_without_tables_for_flags_says_so() -> None:
    function = ControlFunction(MemoryRegistry(), MemoryPublisher())

    for path in (FLAGS_PATH, f"{FLAGS_PATH}/half"):
        status, body, _ = function.call(path, "POST")

        assert status == 501
        assert "SLUICE_EXPERIMENTS_TABLE" in body["error"]


def test_a_control_function_needs_both_tables() -> None:
    one = ControlSettings(registry_table="registry", experiments_table="experiments")

    with pytest.raises(Unsupported):
        wire_flags(one)
    assert isinstance(wire_flags(one.model_copy(update={"units_table": "units"})), FastAPI)
