"""The ledger and its copies in this process's memory: the same conditions as the table's, under one lock."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Any

from sluice.governance.ledger import EMPTY, Head, LedgerEntry, next_entry
from sluice.governance.ledger_document import entry_to_bytes


class MemoryLedger:
    """`governance.ports.Ledger` for tests and demonstrations; nothing survives the process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._chains: defaultdict[str, list[LedgerEntry]] = defaultdict(list)

    def append(self, chain: str, record: Mapping[str, Any]) -> LedgerEntry:
        """See the port. Nobody ever loses a race under one lock."""
        with self._lock:
            entry = next_entry(chain, self.head(chain), record)
            self._chains[chain].append(entry)
            return entry

    def head(self, chain: str) -> Head:
        """See the port."""
        last = self.last(chain)
        return last.head if last else EMPTY

    def last(self, chain: str) -> LedgerEntry | None:
        """See the port."""
        return next(self.newest_first(chain), None)

    def entries(self, chain: str, *, after_seq: int = 0) -> Iterator[LedgerEntry]:
        """See the port."""
        return iter(self._chains.get(chain, ())[after_seq:])

    def newest_first(self, chain: str) -> Iterator[LedgerEntry]:
        """See the port."""
        return iter(self._chains.get(chain, ())[::-1])

    def chains(self) -> Sequence[str]:
        """See the port."""
        return sorted(name for name, entries in tuple(self._chains.items()) if entries)


class MemoryLedgerCopies:
    """`governance.ports.LedgerCopies`, as forgetful."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._copies: defaultdict[str, dict[int, bytes]] = defaultdict(dict)

    def put(self, entry: LedgerEntry) -> bool:
        """See the port."""
        content = entry_to_bytes(entry)
        with self._lock:
            return self._copies[entry.chain].setdefault(entry.seq, content) is content

    def find(self, chain: str, seq: int) -> bytes | None:
        """See the port."""
        return self._copies.get(chain, {}).get(seq)

    def last_seq(self, chain: str) -> int:
        """See the port."""
        return max(self._copies.get(chain, {}), default=0)

    def chains(self) -> Sequence[str]:
        """See the port."""
        return sorted(self._copies)
