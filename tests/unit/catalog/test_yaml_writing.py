"""What we write as YAML, our reader and every other reader reads back."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sluice.catalog.manifest_yaml import parse_yaml
from sluice.catalog.yaml_writing import to_yaml

TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(["\x85", "a\u2028b", "no", "1e5"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.from_regex(r"[-+0-9.:eE_nyo~]{1,6}", fullmatch=True)
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(DOCUMENTS)
def test_every_document_comes_back(document: Any) -> None:
    assert parse_yaml(to_yaml(document)) == document
    assert yaml.safe_load(to_yaml(document)) == document


@pytest.mark.parametrize("text", ["no", "1e-5", "1:30", "010", "2026-01-01", "~", "null", "0x1F", "=", "<<", "1_000"])
def test_a_text_that_some_reader_takes_for_something_else_is_quoted(text: str) -> None:
    assert to_yaml({"a": text}) == f"a: '{text}'\n"


def test_members_keep_their_order_and_innermost_lists_take_one_line() -> None:
    same = {"key": "a", "weight_bps": 1}

    assert to_yaml({"slots": [[0, 5], [7, 9]], "b": [same, same]}) == (
        "slots:\n- [0, 5]\n- [7, 9]\nb:\n- {key: a, weight_bps: 1}\n- {key: a, weight_bps: 1}\n"
    )
