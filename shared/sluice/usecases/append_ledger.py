"""Write a decision down: in the chain first, then as a copy that nobody can change."""

import logging
from dataclasses import dataclass

from sluice.errors import NotAvailable
from sluice.governance.ledger import LedgerEntry
from sluice.governance.ports import Ledger, LedgerCopies
from sluice.governance.record_document import to_document
from sluice.governance.records import Record

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LedgerPorts:
    """The ledger and its copies, which whoever decides something needs together."""

    ledger: Ledger
    copies: LedgerCopies


def append_ledger(record: Record, ports: LedgerPorts) -> LedgerEntry:
    """Append the record to its model's chain, and copy it. Once this returns, the record is there for good.

    A copy that fails undoes nothing and stops nobody: `verify_ledger` writes what is missing. Raises LedgerMoved,
    LedgerBroken, StoreUnavailable (then it is not known whether the record is there), InvalidRequest.
    """
    entry = ports.ledger.append(record.model, to_document(record))
    try:
        ports.copies.put(entry)
    except NotAvailable as error:
        _LOGGER.warning("record %s of the ledger's chain %r has no copy yet: %s", entry.seq, entry.chain, error)
    return entry
