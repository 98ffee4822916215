"""The snapshot of all flags: the same flags have the same digest, and what is not ours is refused."""

from dataclasses import replace

import pytest

from sluice.errors import InvalidDefinition, StoreUnavailable
from sluice.experiments.attributes import AttributeType
from sluice.experiments.flag_snapshot import FLAGS, decode_flag_snapshot, encode_flag_snapshot
from sluice.experiments.flag_value import ValueType
from sluice.experiments.snapshot_content import pack
from tests.unit.experiments.flag_builders import COUNTRY, SECRET, a_flag, a_rule

FLAG_A = a_flag("a", attributes=COUNTRY, rules=(a_rule(),))
FLAG_B = a_flag("b", value_type=ValueType.FLOAT, variants={"off": 1.0})


def test_flags_come_back_as_they_were() -> None:
    found = decode_flag_snapshot(encode_flag_snapshot([FLAG_B, FLAG_A], unit_hash_key=SECRET, number=3))

    assert found.flags == {"a": FLAG_A, "b": FLAG_B}
    assert type(found.flags["b"].variants["off"]) is float
    assert (found.number, found.unit_hash_key, found.attributes) == (3, SECRET, COUNTRY)


def test_order_and_number_do_not_change_the_digest_but_a_flag_does() -> None:
    one = encode_flag_snapshot([FLAG_A, FLAG_B], unit_hash_key=SECRET, number=1)

    assert encode_flag_snapshot([FLAG_B, FLAG_A], unit_hash_key=SECRET, number=2).digest == one.digest
    changed = replace(FLAG_A, enabled=False)
    assert encode_flag_snapshot([changed, FLAG_B], unit_hash_key=SECRET, number=1).digest != one.digest


def test_archived_flags_are_not_in_it() -> None:
    stored = encode_flag_snapshot([FLAG_A, replace(FLAG_B, is_archived=True)], unit_hash_key=SECRET, number=1)

    assert list(decode_flag_snapshot(stored).flags) == ["a"]


def test_flags_that_disagree_on_an_attribute_have_no_snapshot() -> None:
    other = replace(FLAG_B, attributes={"country": AttributeType.INT})

    with pytest.raises(InvalidDefinition, match="flag 'a'"):
        encode_flag_snapshot([FLAG_A, other], unit_hash_key=SECRET, number=1)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"unit_hash_key": "zz", "attributes": {}, "flags": []},
        {"unit_hash_key": "", "attributes": {"a": "text"}, "flags": []},
        {"unit_hash_key": "", "attributes": {}, "flags": [{"key": "a"}]},
        {"unit_hash_key": "", "attributes": {}, "flags": 7},
    ],
)
def test_a_document_that_is_no_snapshot_is_an_unavailable_store(document: dict[str, object]) -> None:
    with pytest.raises(StoreUnavailable, match="snapshot flags"):
        decode_flag_snapshot(pack(FLAGS, 1, document))


def test_content_without_its_digest_is_refused() -> None:
    stored = encode_flag_snapshot([FLAG_A], unit_hash_key=SECRET, number=1)

    for broken in (replace(stored, digest="0" * 64), replace(stored, content=b"garbage")):
        with pytest.raises(StoreUnavailable):
            decode_flag_snapshot(broken)
