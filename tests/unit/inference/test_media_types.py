"""Content-Type and Accept, read as HTTP says."""

import pytest

from sluice.errors import NotAcceptable, UnsupportedMediaType
from sluice.inference.forms.media_types import CSV, JSON, accepted, media_type_of


@pytest.mark.parametrize(
    ("content_type", "name", "parameters"),
    [
        ("", "", {}),
        ("application/json", JSON, {}),
        ('Text/CSV ; Header=absent; charset="UTF-8"', CSV, {"header": "absent", "charset": "UTF-8"}),
    ],
)
def test_a_media_type_is_its_name_and_its_parameters(content_type: str, name: str, parameters: dict[str, str]) -> None:
    assert media_type_of(content_type) == (name, parameters)


def test_text_that_is_not_utf_8_is_not_read() -> None:
    with pytest.raises(UnsupportedMediaType, match="charset of Content-Type is 'utf-16', must be utf-8"):
        media_type_of("text/csv; charset=utf-16")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("text/csv", CSV),
        ("text/*", CSV),
        ("text/csv, application/json", JSON),
        ("application/json;q=0.5, text/csv", CSV),
        ("text/html, application/json;q=0.9, */*;q=0.1", JSON),
        ("*/*, application/json;q=0", CSV),
        ("application/json;q=x, text/csv;q=0.1", CSV),
    ],
)
def test_the_media_type_that_the_client_likes_best_is_chosen(accept: str, chosen: str) -> None:
    assert accepted(accept, (JSON, CSV)) == chosen


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "application/json;q=0, text/csv;q=0.0"])
def test_a_client_that_takes_nothing_of_what_there_is_hears_what_there_is(accept: str) -> None:
    with pytest.raises(NotAcceptable, match="what is given is application/json, text/csv"):
        accepted(accept, (JSON, CSV))
