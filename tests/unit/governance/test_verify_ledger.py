"""Whatever is changed in the ledger, its head or its copies is found; what a crash left out is written."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.adapters.memory_ledger import MemoryLedgerCopies
from sluice.catalog.canonical_json import to_canonical_bytes
from sluice.errors import StoreUnavailable
from sluice.governance.ledger import EMPTY, Head, LedgerEntry, chain_hash, next_entry
from sluice.governance.ledger_document import entry_to_bytes
from sluice.usecases.append_ledger import LedgerPorts, append_ledger
from sluice.usecases.verify_ledger import LedgerBreak, all_chains, verify_ledger
from tests.unit.governance.ledger_builders import MODEL, effect, filled, memory_ports, minute, origin, spoilt, weights

COUNT = 4
WHOLE = filled([effect(weights("1", "2", 500 * number), at=minute(number)) for number in range(1, COUNT + 1)])
ENTRIES = tuple(WHOLE.ledger.entries(MODEL))


class GivenCopies(MemoryLedgerCopies):
    """Copies of any bytes."""

    def __init__(self, copies: dict[int, bytes]) -> None:
        super().__init__()
        if copies:
            self._copies[MODEL] = dict(copies)


COPIES = {entry.seq: entry_to_bytes(entry) for entry in ENTRIES}


def broken(ports: LedgerPorts) -> LedgerBreak:
    report = verify_ledger(MODEL, ports)
    assert report.broken, "nothing was found"
    assert not report.is_whole
    return report.broken


def flipped(content: bytes, bit: int) -> bytes:
    at, mask = bit // 8, 1 << bit % 8
    return content[:at] + bytes([content[at] ^ mask]) + content[at + 1 :]


def flipped_text(text: str, bit: int) -> str:
    """Hashes are text; a flip of the eighth bit makes another character of Latin-1."""
    return flipped(text.encode("latin-1"), bit).decode("latin-1")


def replaced(seq: int, **changes: object) -> list[LedgerEntry]:
    return [replace(each, **changes) if each.seq == seq else each for each in ENTRIES]  # type: ignore[arg-type]


def rehashed(seq: int, content: bytes) -> list[LedgerEntry]:
    """A chain that holds in itself: a record is replaced, and every hash from there on is computed again."""
    forged, head = [], EMPTY
    for entry in ENTRIES:
        said = content if entry.seq == seq else entry.content
        forged.append(LedgerEntry(MODEL, entry.seq, said, head.entry_hash, chain_hash(head.entry_hash, said)))
        head = forged[-1].head
    return forged


def test_a_chain_that_nobody_touched_holds() -> None:
    report = verify_ledger(MODEL, WHOLE)

    assert (report.is_whole, report.head, report.repaired) == (True, ENTRIES[-1].head, ())
    assert all_chains(WHOLE) == [MODEL]


def test_of_a_model_without_records_nothing_is_wrong() -> None:
    report = verify_ledger("other", memory_ports())

    assert (report.is_whole, report.head) == (True, EMPTY)


BITS = {name: [8 * len(getattr(each, name)) for each in ENTRIES] for name in ("content", "previous_hash", "entry_hash")}
EVERY_BIT = [
    (entry.seq, name, bit)
    for name, sizes in BITS.items()
    for entry, size in zip(ENTRIES, sizes, strict=True)
    for bit in range(size)
]


def test_every_single_bit_of_every_record_and_hash_is_guarded() -> None:
    """All of them, not a sample: more than ten thousand changes, each found where it was made, without any copy."""
    assert len(EVERY_BIT) > 10_000
    for seq, name, bit in EVERY_BIT:
        value = getattr(ENTRIES[seq - 1], name)
        changed = flipped(value, bit) if isinstance(value, bytes) else flipped_text(value, bit)
        ports = LedgerPorts(spoilt(WHOLE, replaced(seq, **{name: changed})).ledger, GivenCopies({}))

        assert broken(ports).seq == seq, (seq, name, bit)


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_any_bit_of_any_copy_is_found(data: st.DataObject) -> None:
    seq = data.draw(st.integers(1, COUNT))
    bit = data.draw(st.integers(0, 8 * len(COPIES[seq]) - 1))
    copies = GivenCopies({**COPIES, seq: flipped(COPIES[seq], bit)})

    assert broken(LedgerPorts(WHOLE.ledger, copies)).seq == seq


@given(seq=st.integers(1, COUNT), content=st.binary(max_size=60))
@settings(max_examples=300, deadline=None)
def test_a_record_replaced_with_all_its_hashes_is_told_by_the_copies(seq: int, content: bytes) -> None:
    forged = rehashed(seq, content)

    assert broken(spoilt(WHOLE, forged, forged[-1].head)).seq == seq


def test_what_differs_is_told_by_name() -> None:
    lie = {**ENTRIES[1].record, "intent_seq": 7, "note": "new"}
    forged = rehashed(2, to_canonical_bytes(lie))

    found = broken(spoilt(WHOLE, forged, forged[-1].head))

    assert found.seq == 2
    assert "record.intent_seq: the ledger says 7, the copy 1" in found.what
    assert "record.note: the ledger says 'new', the copy nothing" in found.what
    assert f"the copy '{ENTRIES[1].entry_hash}'" in found.what


def test_a_record_that_is_changed_alone_is_told_with_what_the_copy_says() -> None:
    lie = to_canonical_bytes({**ENTRIES[1].record, "intent_seq": 7})

    found = broken(spoilt(WHOLE, replaced(2, content=lie)))

    assert found.what == "its hash is not that of its record; record.intent_seq: the ledger says 7, the copy 1"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"[" * 100_000, "its record is no canonical JSON"),
        (b"[]", "its record is no canonical JSON"),
        (b'{"seq": 2}', "its record is no canonical JSON"),
        (b'{"seq":NaN}', "its record is no canonical JSON"),
        (b'{"seq":3}', "its record has the number 3"),
        (b"{}", "its record has the number None"),
    ],
)
def test_a_forged_record_without_any_copy_must_still_be_a_record(content: bytes, what: str) -> None:
    forged = rehashed(2, content)
    ports = LedgerPorts(spoilt(WHOLE, forged, forged[-1].head).ledger, GivenCopies({}))

    assert broken(ports) == LedgerBreak(2, what)


@pytest.mark.parametrize("copy", [b"", b"{}", b"[" * 100_000, b"\xff"])
def test_a_copy_that_is_none_is_found(copy: bytes) -> None:
    found = broken(LedgerPorts(WHOLE.ledger, GivenCopies({**COPIES, 3: copy})))

    assert found == LedgerBreak(3, "its copy is no ledger entry")


def test_a_copy_that_says_the_same_in_other_bytes_is_found() -> None:
    found = broken(LedgerPorts(WHOLE.ledger, GivenCopies({**COPIES, 3: COPIES[3] + b" "})))

    assert found == LedgerBreak(3, "its copy is spelt otherwise")


def without(*numbers: int) -> list[LedgerEntry]:
    return [each for each in ENTRIES if each.seq not in numbers]


LAST = next_entry(MODEL, ENTRIES[-1].head, {"type": "CLOSED"})


@pytest.mark.parametrize(
    ("stored", "head", "found"),
    [
        (without(1), ENTRIES[-1].head, LedgerBreak(1, "it is missing; the next one that is there has the number 2")),
        (without(2), ENTRIES[-1].head, LedgerBreak(2, "it is missing; the next one that is there has the number 3")),
        (without(4), ENTRIES[-1].head, LedgerBreak(4, "it is missing; the head says that there are 4")),
        (without(4), ENTRIES[2].head, LedgerBreak(4, "it is missing; record 4 has a copy")),
        ([], EMPTY, LedgerBreak(1, "it is missing; record 4 has a copy")),
        (ENTRIES, ENTRIES[2].head, LedgerBreak(4, "the head says that there are 3 only")),
        (ENTRIES, EMPTY, LedgerBreak(4, "the head says that there are 0 only")),
        (ENTRIES, Head(4, "ff" * 32), LedgerBreak(4, "the head says another hash")),
        ((*ENTRIES, LAST), ENTRIES[3].head, LedgerBreak(5, "the head says that there are 4 only")),
        (
            [ENTRIES[0], *ENTRIES[2:1:-1], *ENTRIES[1:2], ENTRIES[3]],
            ENTRIES[3].head,
            LedgerBreak(2, "it is missing; the next one that is there has the number 3"),
        ),
    ],
)
def test_what_is_removed_added_or_put_in_another_order_is_found(
    stored: list[LedgerEntry], head: Head, found: LedgerBreak
) -> None:
    reported = broken(spoilt(LedgerPorts(WHOLE.ledger, GivenCopies(COPIES)), stored, head))

    assert reported == found


def test_a_chain_whose_table_is_empty_is_still_looked_at() -> None:
    assert all_chains(spoilt(WHOLE, [], EMPTY)) == [MODEL]


class CopiesThatFail(MemoryLedgerCopies):
    def __init__(self, fails: Callable[[LedgerEntry], bool]) -> None:
        super().__init__()
        self.fails = fails

    def put(self, entry: LedgerEntry) -> bool:
        if self.fails(entry):
            raise StoreUnavailable("bucket ledger", "down")
        return super().put(entry)


@given(lost=st.sets(st.integers(1, 6)))
@settings(deadline=None)
def test_copies_that_a_crash_left_out_are_written_once_and_then_nothing_is_missing(lost: set[int]) -> None:
    copies = CopiesThatFail(lambda entry: entry.seq in lost)
    ports = LedgerPorts(memory_ports().ledger, copies)
    for number in range(1, 7):
        assert append_ledger(effect(weights("1"), at=minute(number)), ports).seq == number
    copies.fails = lambda entry: False

    reports = [verify_ledger(MODEL, ports) for _ in range(2)]

    assert [report.is_whole for report in reports] == [True, True]
    assert [report.repaired for report in reports] == [tuple(sorted(lost)), ()]
    assert [report.missing for report in reports] == [(), ()]
    assert all(copies.find(MODEL, each.seq) == entry_to_bytes(each) for each in ports.ledger.entries(MODEL))


def test_copies_that_whoever_verifies_cannot_write_are_told_as_missing() -> None:
    ports = LedgerPorts(WHOLE.ledger, CopiesThatFail(lambda entry: entry.seq == 2))

    report = verify_ledger(MODEL, ports)

    assert (report.is_whole, report.repaired, report.missing) == (True, (1,), (2, 3, 4))


def test_what_is_missing_is_told_of_a_broken_chain_too() -> None:
    for stored in (without(4), replaced(4, content=b"{}")):
        ports = LedgerPorts(spoilt(WHOLE, stored).ledger, GivenCopies({1: COPIES[1]}))

        assert verify_ledger(MODEL, ports).missing == (2, 3)


@pytest.mark.parametrize("stored", [replaced(2, content=b"{}"), [*ENTRIES, LAST]])
def test_a_chain_in_doubt_gets_no_copy(stored: list[LedgerEntry]) -> None:
    copies = GivenCopies({})

    report = verify_ledger(MODEL, LedgerPorts(spoilt(WHOLE, stored).ledger, copies))

    assert (report.is_whole, report.repaired) == (False, ())
    assert copies.chains() == []


def test_what_is_appended_while_one_looks_is_no_break() -> None:
    class Growing(MemoryLedgerCopies):
        """Whoever asks for a copy comes second to another writer."""

        def find(self, chain: str, seq: int) -> bytes | None:
            append_ledger(effect(weights("2"), at=minute(seq)), LedgerPorts(ports.ledger, self)) if seq < 3 else None
            return super().find(chain, seq)

    ports = LedgerPorts(memory_ports().ledger, Growing())
    append_ledger(effect(weights("1")), ports)

    report = verify_ledger(MODEL, ports)

    assert report.is_whole
    assert ports.ledger.head(MODEL).seq > report.head.seq >= 1
    assert origin()["model"] == report.chain
