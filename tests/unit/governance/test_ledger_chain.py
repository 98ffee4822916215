"""The chain: the reference's vectors, and what a record may be."""

import pytest

from sluice.errors import InvalidRequest
from sluice.governance.ledger import EMPTY, RECORD_LIMIT_BYTES, chain_hash, next_entry
from sluice.governance.ledger_document import entry_from_bytes, entry_to_bytes

STARTED = {
    "actor": "arn:aws:iam::111122223333:role/Deployer",
    "from": "7",
    "model": "credit",
    "to": "8",
    "ts": "2026-01-01T00:00:00Z",
    "type": "ROLLOUT_STARTED",
}
WEIGHT_SET = {"model": "credit", "ts": "2026-01-01T00:00:05Z", "type": "WEIGHT_SET", "weight": 0.05}


def test_the_chain_gives_the_vectors_of_the_reference() -> None:
    first = next_entry("credit", EMPTY, STARTED)
    second = next_entry("credit", first.head, WEIGHT_SET)

    assert (first.seq, first.previous_hash) == (1, "00" * 32)
    assert first.entry_hash == "d0f3b7ec9367178656285401bc25843d4a86425ff04d3111440ce471d80c5f21"
    assert (second.seq, second.previous_hash) == (2, first.entry_hash)
    assert second.entry_hash == "bd83a6e1fc56d4a849141c6a94a2b50631cfd40cfc99ec4f45acdd7fc9043a3d"


def test_an_entry_numbers_its_record_and_spells_it_canonically() -> None:
    entry = next_entry("credit", EMPTY, {"b": 1.0, "a": "é", "seq": 9})

    assert entry.content == '{"a":"é","b":1,"seq":1}'.encode()
    assert entry.record == {"a": "é", "b": 1, "seq": 1}
    assert entry.entry_hash == chain_hash(EMPTY.entry_hash, entry.content)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, object(), "\ud800", {1: 2}])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(InvalidRequest, match="ledger record: must be a JSON document"):
        next_entry("credit", EMPTY, {"value": value})


def test_a_record_that_no_table_would_take_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="must be at most 200000"):
        next_entry("credit", EMPTY, {"why": "x" * RECORD_LIMIT_BYTES})


def test_a_copy_holds_the_whole_entry_with_its_record_s_own_bytes() -> None:
    entry = next_entry("credit", EMPTY, STARTED)

    copy = entry_to_bytes(entry)

    assert entry.content in copy
    assert entry_from_bytes(copy) == entry


@pytest.mark.parametrize("copy", [b"", b"[]", b"1", b"{}", b'{"chain":"c","seq":1,"previous_hash":"","entry_hash":""}'])
def test_other_bytes_are_no_entry(copy: bytes) -> None:
    with pytest.raises(ValueError):
        entry_from_bytes(copy)
