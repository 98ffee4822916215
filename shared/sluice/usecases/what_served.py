"""Who answered for a model at an instant, as the ledger tells it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sluice.catalog.alias import ALL_BPS
from sluice.errors import LedgerBroken
from sluice.governance.chain_check import fault_of
from sluice.governance.last_move import entry_instant, last_move
from sluice.governance.ledger import EMPTY, Head, LedgerEntry
from sluice.governance.ports import Ledger
from sluice.governance.records import RecordType
from sluice.governance.weights import weights_from_document


@dataclass(frozen=True, slots=True)
class Share:
    """Part of the traffic; `release` is None where the ledger does not say what the function version carried."""

    function_version: str
    release: int | None
    weight_bps: int


@dataclass(frozen=True, slots=True)
class Served:
    """What the alias was read back as at `since` (record `seq`), and nobody has changed by the instant in question.

    `intended` is not empty where a change was under way at that instant: it may have been in force already.
    `is_foreign` says that somebody else had moved the alias, at `since` or a little before.
    """

    model: str
    since: datetime
    seq: int
    shares: tuple[Share, ...]
    intended: tuple[Share, ...] = ()
    is_foreign: bool = False


def what_served(model: str, at: datetime, *, ledger: Ledger) -> Served | None:
    """The shares at `at`, None if the ledger knows of none; of two records of one instant the later counts.

    Every record on the way back is checked against the one after it. Raises LedgerBroken, StoreUnavailable.
    """
    found = last_move(_back_from_the_end(model, ledger), until=at)
    if found.seen is None:
        return None
    return Served(
        model=model,
        since=entry_instant(found.seen),
        seq=found.seen.seq,
        shares=_shares(found.seen, "alias"),
        intended=_shares(found.begun, "after") if found.begun else (),
        is_foreign=found.seen.record["type"] == RecordType.FOREIGN_CHANGE,
    )


def _shares(entry: LedgerEntry, member: str) -> tuple[Share, ...]:
    try:
        weights = weights_from_document(entry.record[member])
    except (KeyError, TypeError) as error:
        raise LedgerBroken(entry.chain, entry.seq) from error
    candidate_bps = weights.candidate_weight_bps if weights.candidate_version else 0
    split = ((weights.stable_version, ALL_BPS - candidate_bps), (weights.candidate_version, candidate_bps))
    return tuple(Share(version, weights.releases.get(version), bps) for version, bps in split if version and bps)


def _back_from_the_end(chain: str, ledger: Ledger) -> Iterator[LedgerEntry]:
    """The entries, newest first, as long as each leads to the one after it, and the last of all to the head."""
    after = ledger.head(chain)
    for entry in ledger.newest_first(chain):
        is_new = entry.seq > after.seq  # appended since the head was read
        if fault_of(entry, Head(entry.seq - 1, entry.previous_hash)) or not (is_new or entry.head == after):
            raise LedgerBroken(chain, entry.seq)
        yield entry
        after = Head(entry.seq - 1, entry.previous_hash)
    if after != EMPTY:
        raise LedgerBroken(chain, max(after.seq, 1))
