"""BYTES in JSON with the parameter content_type "base64"."""

from base64 import b64encode
from typing import Any

import pytest

from sluice.catalog.signature import TensorSpec
from sluice.errors import InvalidTensor
from sluice.inference.binary_body import NO_RAW_TENSORS
from sluice.inference.tensor_decoder import TensorDecoder


def decode(data: list[Any], content_type: Any = "base64", datatype: str = "BYTES") -> Any:
    tensor = {"name": "t", "datatype": datatype, "shape": [len(data)], "data": data}
    decoder = TensorDecoder(TensorSpec("t", datatype, (-1,)))
    return decoder.decode(tensor | {"parameters": {"content_type": content_type}}, NO_RAW_TENSORS).tolist()


def test_elements_are_decoded() -> None:
    assert decode([b64encode(each.encode()).decode() for each in ("", "é", "a\0b")]) == ["", "é", "a\0b"]


@pytest.mark.parametrize("content_type", ["str", "np", "BASE64", 5])
def test_other_content_types_mean_nothing_here(content_type: Any) -> None:
    assert decode(["YQ=="], content_type) == ["YQ=="]


def test_other_datatypes_are_not_concerned() -> None:
    assert decode([5], datatype="INT64") == [5]


@pytest.mark.parametrize(
    ("element", "rule"),
    [
        ("YQ", r"element 1 \('YQ'\) is not base64, its content_type"),
        ("Y Q=", "is not base64"),
        ("Y!Q==", "is not base64"),
        ("é", "is not base64"),
        ("/w==", "element 1 is not UTF-8, as the model's strings are"),
        (5, "element 1 is the number 5, BYTES takes strings"),
        (None, "element 1 is null, BYTES takes strings"),
    ],
)
def test_what_is_no_base64_of_a_text_is_refused(element: Any, rule: str) -> None:
    with pytest.raises(InvalidTensor, match=rule):
        decode(["YQ==", element])
