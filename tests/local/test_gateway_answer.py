"""What a function returns, and the HTTP answer that a client gets for it."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.local.gateway.answer import from_lambda
from sluice.local.gateway.own_answers import INTERNAL_SERVER_ERROR, HttpAnswer

NAMES = st.from_regex(r"x-[a-z0-9]{1,12}", fullmatch=True)
VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E))


def answer_for(**document: Any) -> HttpAnswer:
    return from_lambda(json.dumps(document).encode())


def test_a_complete_answer_is_sent_as_it_is() -> None:
    answer = answer_for(statusCode=201, headers={"Content-Type": "text/csv", "X-A": "1,2"}, body="a,b")

    assert answer == HttpAnswer(201, (("content-type", "text/csv"), ("x-a", "1,2")), b"a,b")


def test_an_answer_without_a_content_type_is_plain_text() -> None:
    assert answer_for(statusCode=204).headers == (("content-type", "text/plain; charset=utf-8"),)


@pytest.mark.parametrize("payload", [b'{"prediction":1}', b"[1,2]", b"7", b"null", b'{"body":"x"}'])
def test_without_a_status_the_whole_document_is_the_body_of_a_200(payload: bytes) -> None:
    assert from_lambda(payload) == HttpAnswer(200, (("content-type", "application/json"),), payload)


def test_a_bare_string_loses_its_quotes() -> None:
    assert from_lambda('"hé\\"llo"'.encode()).body == 'hé"llo'.encode()


def test_each_cookie_gets_a_header_of_its_own() -> None:
    answer = answer_for(statusCode=200, cookies=["a=1; Path=/", "b=2"])

    assert answer.headers[:2] == (("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2"))


def test_a_base64_body_is_sent_as_the_bytes_it_stands_for() -> None:
    assert answer_for(statusCode=200, body="AAEC", isBase64Encoded=True).body == b"\x00\x01\x02"


def test_lengths_and_encodings_of_the_function_do_not_reach_the_wire() -> None:
    answer = answer_for(statusCode=200, headers={"Content-Length": "99", "Transfer-Encoding": "chunked", "X-A": "1"})

    assert [name for name, _ in answer.headers] == ["x-a", "content-type"]


@pytest.mark.parametrize(
    "broken",
    [
        {"statusCode": "200"},
        {"statusCode": True},
        {"statusCode": 99},
        {"statusCode": 600},
        {"statusCode": None},
        {"body": {"a": 1}},
        {"body": "not base64!", "isBase64Encoded": True},
        {"isBase64Encoded": "yes"},
        {"headers": []},
        {"headers": {"x-a": 1}},
        {"headers": {"x a": "1"}},
        {"headers": {"x-a": "1\r\nx-b: 2"}},
        {"cookies": "a=1"},
        {"cookies": ["a=1\nx: y"]},
    ],
)
def test_an_answer_that_breaks_the_format_is_a_500_of_the_gateway(broken: dict[str, Any]) -> None:
    assert answer_for(**{"statusCode": 200} | broken) == INTERNAL_SERVER_ERROR


@given(status=st.integers(200, 599), headers=st.dictionaries(NAMES, VALUES), cookies=st.lists(VALUES), body=st.binary())
def test_any_well_formed_answer_comes_out_as_it_was_meant(
    status: int, headers: dict[str, str], cookies: list[str], body: bytes
) -> None:
    encoded = base64.b64encode(body).decode()

    answer = answer_for(statusCode=status, headers=headers, cookies=cookies, body=encoded, isBase64Encoded=True)

    typed = ("content-type", "text/plain; charset=utf-8")
    expected = (*headers.items(), *(("set-cookie", cookie) for cookie in cookies), typed)
    assert answer == HttpAnswer(status, expected, body)


@given(st.binary())
def test_no_payload_whatever_raises(payload: bytes) -> None:
    assert 200 <= from_lambda(payload).status <= 599
