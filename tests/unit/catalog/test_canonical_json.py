import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sluice.catalog.canonical_json import decode_numbers, digest_of, encode_numbers, from_canonical_bytes
from sluice.catalog.canonical_json import to_canonical_bytes as canonical

elements = st.one_of(st.booleans(), st.integers(-(2**64), 2**64), st.floats(allow_nan=False), st.text(max_size=8))
tensors = st.recursive(st.lists(elements, max_size=4), lambda inner: st.lists(inner, max_size=3), max_leaves=8)


@given(tensors)
def test_every_tensor_value_survives_its_canonical_form(value: list[Any]) -> None:
    assert decode_numbers(from_canonical_bytes(canonical(encode_numbers(value)))) == value


def test_nan_survives_its_canonical_form() -> None:
    decoded = decode_numbers(from_canonical_bytes(canonical(encode_numbers([math.nan]))))

    assert math.isnan(decoded[0])


def test_integers_beyond_exact_floats_are_told_from_their_neighbours() -> None:
    assert digest_of(encode_numbers([2**53])) != digest_of(encode_numbers([2**53 + 1]))


def test_the_order_of_keys_does_not_change_a_digest() -> None:
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})


def test_a_known_document_has_its_known_digest() -> None:
    assert digest_of({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
