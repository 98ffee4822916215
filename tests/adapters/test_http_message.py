"""Responses as servers send them, and as they should not."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.adapters.aws_wire.failures import HungUp, NoAnswer
from sluice.adapters.aws_wire.http_message import HttpRequest, HttpResponse, head_of, read_response

OK = b"HTTP/1.1 200 OK\r\n"


def read(*parts: bytes) -> HttpResponse:
    return read_response(BytesIO(b"".join(parts)))


@given(st.binary(max_size=200))
def test_a_body_of_stated_length_is_read_and_no_more(body: bytes) -> None:
    stream = BytesIO(OK + b"Content-Length: %d\r\nX-Amz-Id: a: b \r\n\r\n" % len(body) + body + OK)

    response = read_response(stream)

    assert response == HttpResponse(200, {"content-length": str(len(body)), "x-amz-id": "a: b"}, body)
    assert stream.read() == OK


@given(st.lists(st.binary(min_size=1, max_size=50)), st.booleans())
def test_chunks_are_put_together_and_trailers_left_out(chunks: list[bytes], has_trailer: bool) -> None:
    sent = b"".join(b"%x;name=value\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    trailer = b"X-Check: 1\r\n" if has_trailer else b""
    stream = BytesIO(OK + b"Transfer-Encoding: chunked\r\n\r\n" + sent + b"0\r\n" + trailer + b"\r\n" + OK)

    response = read_response(stream)

    assert (response.body, response.is_last) == (b"".join(chunks), False)
    assert stream.read() == OK


def test_a_body_without_a_stated_end_goes_to_the_end_and_is_the_last() -> None:
    assert read(OK, b"\r\n", b"body") == HttpResponse(200, {}, b"body", is_last=True)


@pytest.mark.parametrize("status", [204, 304])
def test_answers_that_have_no_body_are_not_waited_for(status: int) -> None:
    assert read(b"HTTP/1.1 %d Nothing\r\n\r\n" % status) == HttpResponse(status, {}, b"")


def test_a_notice_is_skipped() -> None:
    assert read(b"HTTP/1.1 100 Continue\r\n\r\n", OK, b"content-length: 1\r\n\r\nx").body == b"x"


@pytest.mark.parametrize("head", [b"HTTP/1.0 200 OK\r\n", OK + b"Connection: close\r\n"])
def test_a_server_that_closes_says_so(head: bytes) -> None:
    assert read(head, b"content-length: 0\r\n\r\n").is_last


def test_an_end_before_the_first_byte_is_a_hang_up() -> None:
    with pytest.raises(HungUp):
        read()


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-x\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        OK,
        OK + b"a: b",
        OK + b"content-length: 5\r\n\r\nfour",
        OK + b"content-length: -1\r\n\r\n",
        OK + b"content-length: 1, 1\r\n\r\nx",
        OK + b"transfer-encoding: chunked\r\n\r\nxyz\r\n",
        OK + b"transfer-encoding: chunked\r\n\r\n5\r\nab",
        OK + b"transfer-encoding: chunked\r\n\r\n2\r\nab\r\n",
        OK + b"a: b\r\n" * 201 + b"\r\n",
        OK + b"a: " + b"b" * 70_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_whole_answer_is_refused(answer: bytes) -> None:
    with pytest.raises(NoAnswer):
        read(answer)


def test_a_request_has_a_length_where_it_may_have_a_body() -> None:
    assert head_of(HttpRequest("GET", "/k", {"host": "h"})) == b"GET /k HTTP/1.1\r\nhost: h\r\n\r\n"
    assert head_of(HttpRequest("PUT", "/k", {})) == b"PUT /k HTTP/1.1\r\ncontent-length: 0\r\n\r\n"
    assert head_of(HttpRequest("POST", "/", {}, b"xy")) == b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n"


@pytest.mark.parametrize("text", ["a\r\nx-injected: 1", "a\nb"])
def test_a_line_break_in_a_request_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        head_of(HttpRequest("GET", "/", {"x": text}))
    with pytest.raises(ValueError, match="line break"):
        head_of(HttpRequest("GET", text, {}))
