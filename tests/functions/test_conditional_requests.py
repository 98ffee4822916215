"""Metadata and the OpenAPI document have an ETag, and are not sent to those who have them."""

from pathlib import Path

import pytest

from tests.functions.builders import CONTEXT, PublishedRelease, an_event
from tests.functions.inference_function import InferenceFunction, a_function

KEPT = ["/v2/models/risk", "/v2/models/risk/versions/1", "/v2/models/risk/openapi.json"]


@pytest.fixture
def function(tmp_path: Path) -> InferenceFunction:
    return a_function(tmp_path)


@pytest.mark.parametrize("path", KEPT)
def test_who_has_it_is_not_sent_it_again(function: InferenceFunction, path: str) -> None:
    first = function.handler(an_event("GET", path), CONTEXT)
    etag = first["headers"]["etag"]

    for known in (etag, f'"other", W/{etag}', "*"):
        again = function.handler(an_event("GET", path, headers={"if-none-match": known}), CONTEXT)
        assert (again["statusCode"], again["body"]) == (304, "")
        assert again["headers"]["etag"] == etag
        assert again["headers"]["cache-control"] == first["headers"]["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("path", KEPT)
def test_who_has_another_one_is_sent_it(function: InferenceFunction, path: str) -> None:
    answer = function.handler(an_event("GET", path, headers={"if-none-match": '"other"'}), CONTEXT)

    assert answer["statusCode"] == 200


def test_another_release_has_another_etag(tmp_path: Path) -> None:
    both = a_function(tmp_path / "both")
    one = a_function(tmp_path / "one", PublishedRelease({2: PublishedRelease().graphs[2]}))

    tags = {it.handler(an_event("GET", KEPT[0]), CONTEXT)["headers"]["etag"] for it in (both, one)}

    assert len(tags) == 2
