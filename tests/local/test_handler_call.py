"""Handlers in this process read and write what they would under AWS's runtime client."""

import json
import math
from decimal import Decimal
from typing import Any

import pytest
from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller

from sluice.local.lambda_host.environment import RuntimeAnswer, RuntimeRequest
from sluice.local.lambda_host.handler_call import Handler, HandlerCall
from tests.local.lambda_fixtures import tiny_functions


def answer_of(handler: Handler, payload: bytes = b"{}") -> RuntimeAnswer:
    version = tiny_functions().get_version("f", "$LATEST")
    call = HandlerCall(version, lambda _: handler, log_stream="stream")
    return call.answer(RuntimeRequest("id", payload, version.arn, 0))


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": 200, "headers": {"a": "é"}, "body": '"\\\n', "isBase64Encoded": False, "cookies": None},
        {"a": [1, {"b": 2.5}], "c": ()},
        {"far": 2**70},
        {1: "a key that is no text"},
        {"half a character": "\ud800"},
        {"a": {"b": Decimal("1.50")}},
        "text",
        None,
    ],
)
def test_a_result_means_what_the_runtime_client_would_have_written(result: Any) -> None:
    written, _ = LambdaMarshaller().marshal_response(result)

    assert json.loads(answer_of(lambda *_: result).payload) == json.loads(written)


def test_what_is_no_number_is_written_as_the_runtime_client_does() -> None:
    assert math.isnan(json.loads(answer_of(lambda *_: {"a": {"b": "c"}, "d": math.nan}).payload)["d"])


@pytest.mark.parametrize("result", [{"a": object()}, {"a": {1, 2}}, object()])
def test_what_the_runtime_client_cannot_write_is_a_marshal_error(result: Any) -> None:
    answer = answer_of(lambda *_: result)

    assert answer.failed
    assert json.loads(answer.payload)["errorType"] == "Runtime.MarshalError"


def test_numbers_that_are_too_large_for_a_machine_word_stay_whole() -> None:
    seen: list[Any] = []

    answer_of(lambda event, _: seen.append(event), b'{"row":[123456789012345678901]}')

    assert seen == [{"row": [123456789012345678901]}]
