"""Which route takes a request."""

import pytest

from sluice.local.gateway.routes import Route, RouteTable


def routed(method: str, path: str, *keys: str) -> tuple[str, dict[str, str]] | None:
    found = RouteTable.of(Route(key, "function", "live") for key in keys).match(method, path)
    return (found[1].route_key, dict(found[1].path_parameters)) if found else None


PETS = ("GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default")


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/pets/dog/1", ("GET /pets/dog/1", {})),
        ("GET", "/pets/dog/2", ("GET /pets/dog/{id}", {"id": "2"})),
        ("GET", "/pets/cat/1", ("GET /pets/{proxy+}", {"proxy": "cat/1"})),
        ("POST", "/test/5", ("ANY /{proxy+}", {"proxy": "test/5"})),
        ("POST", "/", ("$default", {})),
    ],
)
def test_the_example_of_the_developer_guide_is_routed_as_it_says(
    method: str, path: str, expected: tuple[str, dict[str, str]]
) -> None:
    assert routed(method, path, *PETS) == expected
    assert routed(method, path, *reversed(PETS)) == expected


def test_a_named_method_beats_any_on_the_same_path() -> None:
    assert routed("GET", "/a/1", "ANY /a/{x}", "GET /a/{y}") == ("GET /a/{y}", {"y": "1"})
    assert routed("GET", "/a", "ANY /a", "GET /a") == ("GET /a", {})
    assert routed("PUT", "/a", "ANY /a", "GET /a") == ("ANY /a", {})


def test_text_beats_a_variable_and_a_variable_beats_a_greedy_one() -> None:
    keys = ("ANY /{a+}", "ANY /{a}/{b}", "ANY /x/{b}", "ANY /{a}/y", "ANY /x/{b+}")

    assert routed("GET", "/x/y", *keys) == ("ANY /x/{b}", {"b": "y"})
    assert routed("GET", "/z/y", *keys) == ("ANY /{a}/y", {"a": "z"})
    assert routed("GET", "/z/z", *keys) == ("ANY /{a}/{b}", {"a": "z", "b": "z"})
    assert routed("GET", "/x/y/z", *keys) == ("ANY /x/{b+}", {"b": "y/z"})
    assert routed("GET", "/q/r/s", *keys) == ("ANY /{a+}", {"a": "q/r/s"})


def test_a_full_match_through_variables_beats_a_greedy_one_with_more_text() -> None:
    assert routed("GET", "/x/y", "ANY /x/{b+}", "ANY /{a}/{b}") == ("ANY /{a}/{b}", {"a": "x", "b": "y"})


def test_another_method_falls_through_to_a_less_specific_route() -> None:
    assert routed("DELETE", "/a/b", "GET /a/b", "ANY /{proxy+}") == ("ANY /{proxy+}", {"proxy": "a/b"})


def test_without_a_default_nothing_matches_nothing() -> None:
    assert routed("GET", "/b", "GET /a", "GET /a/{x}") is None
    assert routed("HEAD", "/a", "GET /a") is None
    assert routed("OPTIONS", "/a", "GET /a") is None


def test_dots_and_stars_in_a_key_are_text() -> None:
    assert routed("GET", "/a.b/1", "GET /a.b/{x}") == ("GET /a.b/{x}", {"x": "1"})
    assert routed("GET", "/aXb/1", "GET /a.b/{x}") is None


@pytest.mark.parametrize(
    "key", ["GET", "FETCH /a", "get /a", "GET a", "GET /a{x}", "GET /{x+}/b", "GET /{x}/{x}", "GET /{}", "GET /a b", ""]
)
def test_a_key_that_aws_would_refuse_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="route key"):
        Route(key, "function", "live")


def test_two_routes_cannot_share_a_key() -> None:
    with pytest.raises(ValueError, match="'GET /a' is taken"):
        RouteTable.of([Route("GET /a", "one", "live"), Route("GET /a", "two", "live")])
