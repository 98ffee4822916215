"""Bodies in records: no id survives, however JSON spells it, and nothing but ids is lost."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sluice.inference import unit_mask
from sluice.inference.unit_mask import masked_body

KEY = "0123456789abcdef0123456789abcdef"

WHITESPACE = st.text(" \t\n\r", max_size=2)
NAMES = st.one_of(st.just("sluice_unit"), st.sampled_from(["sluice_unit_type", "sluice_uni", "x"]), st.text(max_size=3))
LEAVES = st.one_of(
    st.text(max_size=8), st.integers(-(2**63), 2**64 - 1), st.booleans(), st.none(), st.sampled_from([0.5, -1e300])
)


class Tree(list[Any]):
    """An object of JSON as pairs, for a name may come twice."""


TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(st.tuples(NAMES, inner), max_size=4).map(Tree),
    ),
    max_leaves=12,
)


@st.composite
def spelled(draw: st.DrawFn, value: Any) -> str:
    """One of the many texts that mean the value."""

    def space() -> str:
        return draw(WHITESPACE)

    match value:
        case str():
            return '"' + "".join(draw(_character(each)) for each in value) + '"'
        case Tree():
            pairs = [f"{space()}{draw(spelled(name))}{space()}:{space()}{draw(spelled(it))}" for name, it in value]
            return "{" + ",".join(pairs) + space() + "}"
        case list():
            return "[" + ",".join(space() + draw(spelled(it)) + space() for it in value) + "]"
        case _:
            return json.dumps(value)


def _character(character: str) -> st.SearchStrategy[str]:
    units = character.encode("utf-16-be")
    in_hex = [units[at : at + 2].hex() for at in range(0, len(units), 2)]
    plain = json.dumps(character, ensure_ascii=False)[1:-1]
    escaped, shouted = ("".join(f"\\u{each}" for each in spelling) for spelling in (in_hex, map(str.upper, in_hex)))
    return st.sampled_from([plain, plain, plain, escaped, shouted])


def with_ids_masked(value: Any) -> Any:
    """What a record should hold instead."""
    match value:
        case Tree():
            return Tree((name, KEY if name == "sluice_unit" else with_ids_masked(it)) for name, it in value)
        case list():
            return [with_ids_masked(it) for it in value]
        case _:
            return value


def names_one_by_a_container(value: Any) -> bool:
    match value:
        case Tree():
            by_container = any(name == "sluice_unit" and isinstance(it, list) for name, it in value)
            return by_container or any(names_one_by_a_container(it) for _, it in value)
        case list():
            return any(map(names_one_by_a_container, value))
        case _:
            return False


@given(TREES.flatmap(lambda tree: st.tuples(st.just(tree), spelled(tree))))
def test_whatever_the_spelling_ids_become_the_key_and_all_else_stays(both: tuple[Any, str]) -> None:
    tree, text = both
    masked = masked_body(text.encode(), KEY)

    if names_one_by_a_container(tree):
        assert masked is None
    else:
        assert masked is not None
        assert json.loads(masked, object_pairs_hook=Tree) == with_ids_masked(tree)


ESCAPED = rb'{"parameters": {"sluice_un\u0069t": "alice"}}'


@pytest.mark.parametrize(
    "body",
    [
        b'{"parameters": {"sluice_unit": "alice"}}',
        ESCAPED,
        rb'{"parameters": {"\u0073\u006C\u0075\u0069\u0063\u0065\u005F\u0075\u006e\u0069\u0074":"alice"}}',
        rb'{"parameters": {"sluice_unit": "bob", "sluice_un\u0069t": "alice"}}',
        rb'{"parameters": {"sluice_un\u0069t": "bob", "sluice_unit": "alice"}}',
        b'{"parameters":\n{"sluice_unit"\t:\r\n"alice"}}',
        rb'{"parameters": {"sluice_unit": "\u0061lice"}}',
        rb'{"parameters": {"sluice_unit": "alice\"\\"}}',
        b'{"parameters": {"sluice_unit": 8817234}}',
        b'{"parameters": {"sluice_unit": -8817234}}',
        b'{"parameters": {"sluice_unit": 8817234.5e7}}',
        b'{"inputs": [{"parameters": {"sluice_unit": "alice"}}]}',
    ],
)
def test_ids_in_every_spelling_are_gone(body: bytes) -> None:
    masked = masked_body(body, KEY)

    assert masked is not None
    assert not any(raw in masked for raw in (b"alice", rb"\u0061", b"bob", b"8817234"))
    assert KEY.encode() in masked
    assert orjson.loads(masked)


@pytest.mark.parametrize(
    "body",
    [
        b'{"parameters": {"sluice_unit": "alice',
        b'{"parameters": {"sluice_unit": "alice\\',
        b'{"parameters": {"sluice_unit": alice}}',
        b'{"parameters": {"sluice_unit": \'alice\'}}',
        b'{"parameters": {"sluice_unit": "al\nice"}}',
        b'"sluice_unit": "sluice_unit": "alice"',
        b'{"sluice_unit": "alice"\xff\xfe',
        b'\x00"sluice_unit"\x0b:\x0calice',
    ],
)
def test_ids_in_what_is_no_json_are_gone_too(body: bytes) -> None:
    masked = masked_body(body, KEY)

    assert masked is not None
    assert b"alice" not in masked
    assert b"ice" not in masked.replace(b"sluice_unit", b"")


@pytest.mark.parametrize("value", [b'["alice"]', b'{"id": "alice"}', b"[", b""])
def test_a_list_an_object_or_nothing_cannot_be_masked(value: bytes) -> None:
    assert masked_body(b'{"parameters": {"sluice_unit": ' + value, KEY) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"parameters": {"sluice_unit_type": "device", "sluice_attr_x": "sluice_unit"}}',
        rb'{"parameters": {"note": "\"sluice_unit\": \"alice\""}}',
        rb'{"inputs": [{"data": ["sluice_unit", "\u0073luice_unit"]}]}',
        b'{"parameters": {"Sluice_Unit": "x", "sluice-unit": "x"}}',
    ],
)
def test_a_body_that_names_no_unit_is_kept_as_it_is(body: bytes) -> None:
    assert masked_body(body, KEY) is body


def test_without_a_key_the_id_is_withheld() -> None:
    assert masked_body(b'{"sluice_unit": "alice"}', None) == b'{"sluice_unit": "withheld"}'


@given(st.binary())
@example(ESCAPED + b'"sluice_unit":')
def test_no_body_breaks_it(body: bytes) -> None:
    masked_body(body, KEY)
    masked_body(b'{"sluice_unit":' + body, KEY)


@given(
    st.lists(
        st.sampled_from([b'"sluice_unit"', b":", b" ", b'"ada"', b'"', b"\\", b"17", b"{", b"[", b",", b"\n", b"x"])
    )
)
def test_the_usual_spelling_is_masked_as_any_other(pieces: list[bytes]) -> None:
    body = b"".join(pieces)

    assert masked_body(body, "k") == unit_mask._masked_anywhere(body, b'"k"')
