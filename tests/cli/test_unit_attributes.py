"""NAME=VALUE, read by the type that conditions expect."""

import pytest

from sluice.cli.unit_attributes import read_attributes
from sluice.errors import InvalidRequest
from sluice.experiments.attributes import AttributeType

SCHEMA = {
    "zip": AttributeType.STRING,
    "age": AttributeType.INT,
    "score": AttributeType.DOUBLE,
    "vip": AttributeType.BOOL,
    "tags": AttributeType.STRINGS,
}


def test_each_value_has_the_type_of_its_attribute() -> None:
    texts = ["zip=01099", "age=30", "score=2", "vip=true", "tags=a,b=c"]

    assert read_attributes(texts, SCHEMA) == {
        "zip": "01099",
        "age": 30,
        "score": 2.0,
        "vip": True,
        "tags": ["a", "b=c"],
    }


def test_a_text_and_a_list_may_be_empty() -> None:
    assert read_attributes(["zip=", "tags="], SCHEMA) == {"zip": "", "tags": []}


def test_what_no_condition_looks_at_is_told_and_stays_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert read_attributes(["agee=30"], SCHEMA) == {"agee": "30"}

    assert capsys.readouterr().err == "No condition looks at the attribute 'agee'.\n"


@pytest.mark.parametrize("text", ["age", "=30", "age=x", "age=1.5", "age=", "vip=yes", "vip=True", "score=high"])
def test_what_cannot_be_read_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidRequest, match="--attr"):
        read_attributes([text], SCHEMA)


def test_a_name_stands_once() -> None:
    with pytest.raises(InvalidRequest, match="each name once"):
        read_attributes(["age=1", "age=2"], SCHEMA)
