"""HTTP request in, payload format 2.0 out: golden events, and round trips over anything a client may send."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.local.gateway.event import GatewayIdentity, RouteMatch, common_log_time, to_event
from sluice.local.gateway.request import HttpRequest, http_request_size_bytes

NOW = datetime(2026, 3, 1, 9, 5, 7, 250_000, tzinfo=UTC)
TEXT = st.text(st.characters(codec="utf-8"))


def event_of(request: HttpRequest, match: RouteMatch | None = None, **identity: Any) -> dict[str, Any]:
    match = match or RouteMatch("$default", {})
    document = to_event(request, match, identity=GatewayIdentity(**identity), request_id="id=", now=NOW)
    event: dict[str, Any] = json.loads(document)
    return event


def posted(body: bytes, content_type: str | None) -> dict[str, Any]:
    headers = () if content_type is None else (("Content-Type", content_type),)
    return event_of(HttpRequest("POST", "/", headers, body))


def test_an_inference_request_becomes_the_event_that_aws_documents() -> None:
    request = HttpRequest(
        "POST",
        "/v2/models/iris/infer?trace=1&trace=2&note=a%20b",
        (("Host", "localhost:8080"), ("Content-Type", "application/json"), ("User-Agent", "curl/8"), ("X-A", "1")),
        b'{"inputs":[]}',
    )

    event = event_of(request, RouteMatch("POST /v2/models/iris/infer", {}), port=8080)

    assert event == {
        "version": "2.0",
        "routeKey": "POST /v2/models/iris/infer",
        "rawPath": "/v2/models/iris/infer",
        "rawQueryString": "trace=1&trace=2&note=a%20b",
        "headers": {
            "host": "localhost:8080",
            "content-type": "application/json",
            "user-agent": "curl/8",
            "x-a": "1",
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-port": "8080",
            "x-forwarded-proto": "http",
            "content-length": "13",
        },
        "queryStringParameters": {"trace": "1,2", "note": "a b"},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "sluicelocal",
            "domainName": "localhost",
            "domainPrefix": "localhost",
            "http": {
                "method": "POST",
                "path": "/v2/models/iris/infer",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "curl/8",
            },
            "requestId": "id=",
            "routeKey": "POST /v2/models/iris/infer",
            "stage": "$default",
            "time": "01/Mar/2026:09:05:07 +0000",
            "timeEpoch": 1772355907250,
        },
        "body": '{"inputs":[]}',
        "isBase64Encoded": False,
    }


def test_what_a_request_does_not_have_is_absent_from_the_event() -> None:
    event = event_of(HttpRequest("GET", "/"))

    assert event["rawQueryString"] == ""
    assert event["headers"]["content-length"] == "0"
    absent = {"cookies", "queryStringParameters", "pathParameters", "stageVariables", "body"}
    assert not absent & event.keys()


def test_repeated_headers_are_joined_by_comma_under_one_lower_case_name() -> None:
    event = event_of(HttpRequest("GET", "/", (("Accept", "a/b"), ("ACCEPT", "c/d"), ("accept", "e/f"))))

    assert event["headers"]["accept"] == "a/b,c/d,e/f"


def test_cookies_of_every_cookie_header_leave_the_headers_for_a_list() -> None:
    event = event_of(HttpRequest("GET", "/", (("Cookie", "a=1; b=2,3"), ("cookie", "c=4"))))

    assert event["cookies"] == ["a=1", "b=2,3", "c=4"]
    assert "cookie" not in event["headers"]


def test_headers_about_the_connection_stay_at_the_gateway() -> None:
    headers = (("Connection", "keep-alive"), ("Transfer-Encoding", "chunked"), ("Expect", "100-continue"))

    event = event_of(HttpRequest("POST", "/", headers, b"abc"))

    assert not {"connection", "transfer-encoding", "expect"} & event["headers"].keys()
    assert event["headers"]["content-length"] == "3"


def test_the_client_is_appended_to_the_proxies_before_it() -> None:
    request = HttpRequest("GET", "/", (("X-Forwarded-For", "10.1.1.1"),), source_ip="10.2.2.2")

    assert event_of(request)["headers"]["x-forwarded-for"] == "10.1.1.1, 10.2.2.2"


def test_path_variables_are_handed_on() -> None:
    match = RouteMatch("GET /a/{x}", {"x": "b c"})

    assert event_of(HttpRequest("GET", "/a/b%20c"), match)["pathParameters"] == {"x": "b c"}


@pytest.mark.parametrize(
    ("sent", "raw_path"),
    [("/a%20b", "/a b"), ("/a%2Fb", "/a/b"), ("/a+b", "/a+b"), ("/%C3%BC", "/ü"), ("/100%", "/100%"), ("/%FF", "/�")],
)
def test_the_path_arrives_percent_decoded(sent: str, raw_path: str) -> None:
    event = event_of(HttpRequest("GET", sent))

    assert event["rawPath"] == event["requestContext"]["http"]["path"] == raw_path


def test_a_decoded_question_mark_ends_the_path_and_starts_no_query() -> None:
    event = event_of(HttpRequest("GET", "/me%3Fadmin=true?x=1"))

    assert event["rawPath"] == "/me"
    assert event["queryStringParameters"] == {"x": "1"}


def test_a_named_stage_stays_in_the_path() -> None:
    event = event_of(HttpRequest("GET", "/dev/v2"), stage="dev")

    assert (event["rawPath"], event["requestContext"]["stage"]) == ("/dev/v2", "dev")


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/csv", "text/plain; charset=utf-8", "APPLICATION/XML"]
)
def test_text_types_travel_as_text(content_type: str) -> None:
    event = posted("ü".encode(), content_type)

    assert (event["body"], event["isBase64Encoded"]) == ("ü", False)


@pytest.mark.parametrize(
    "content_type", [None, "application/octet-stream", "application/x-www-form-urlencoded", "image/png"]
)
def test_every_other_type_travels_as_base64(content_type: str | None) -> None:
    event = posted(b"a=1", content_type)

    assert (event["body"], event["isBase64Encoded"]) == ("YT0x", True)


@given(TEXT.map(str.encode) | st.binary(), st.sampled_from(["application/json", "text/plain", "x/y", None]))
def test_any_body_comes_back_unchanged(body: bytes, content_type: str | None) -> None:
    event = posted(body, content_type)

    carried = event.get("body", "")
    assert (base64.b64decode(carried) if event["isBase64Encoded"] else carried.encode()) == body


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1))
def test_any_query_is_decoded_and_joined_and_stays_raw_beside_it(pairs: list[tuple[str, str]]) -> None:
    query = urlencode(pairs)

    event = event_of(HttpRequest("GET", f"/?{query}"))

    names = {name for name, _ in pairs}
    joined = {name: ",".join(value for other, value in pairs if other == name) for name in names}
    assert (event["rawQueryString"], event["queryStringParameters"]) == (query, joined)


@given(TEXT.filter(lambda text: "?" not in text))
def test_any_quoted_path_comes_back_decoded(path: str) -> None:
    assert event_of(HttpRequest("GET", "/" + quote(path, safe="")))["rawPath"] == "/" + path


def test_log_time_is_written_with_its_offset() -> None:
    moment = datetime(2026, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-5)))

    assert common_log_time(moment) == "31/Dec/2026:23:59:59 -0500"


def test_the_size_of_a_request_head_counts_every_byte_but_the_last_line_break() -> None:
    head = b"GET /a?b=c HTTP/1.1\r\nHost: x\r\nA: yz\r\n"

    size = http_request_size_bytes("GET", b"/a?b=c", ((b"Host", b"x"), (b"A", b"yz")))

    assert size == len(head) - 2
