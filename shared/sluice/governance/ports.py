"""What the ledger asks of the world. Every method may raise StoreUnavailable."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from sluice.governance.ledger import Head, LedgerEntry


class Ledger(Protocol):
    """Chains that only grow, one per model, which keeps writers apart; every read is strongly consistent."""

    def append(self, chain: str, record: Mapping[str, Any]) -> LedgerEntry:
        """Add a record as the chain's next entry: the entry and the new head in one write, or neither.

        Whoever loses a race reads the head again and retries a few times. Raises LedgerMoved if it never won,
        LedgerBroken if the chain has an entry beyond its head, InvalidRequest for what is no record.
        """
        ...

    def head(self, chain: str) -> Head:
        """Where the chain ends; EMPTY if it has no entry."""
        ...

    def last(self, chain: str) -> LedgerEntry | None:
        """The entry with the highest number, None if there is none."""
        ...

    def entries(self, chain: str, *, after_seq: int = 0) -> Iterator[LedgerEntry]:
        """The entries above `after_seq` as they are stored, oldest first, unchecked, page by page."""
        ...

    def newest_first(self, chain: str) -> Iterator[LedgerEntry]:
        """The entries as they are stored, newest first: whoever looks for something recent reads one page."""
        ...

    def chains(self) -> Sequence[str]:
        """The name of every chain that has a head, in order."""
        ...


class LedgerCopies(Protocol):
    """Copies that nobody can change or delete before their time, one per entry."""

    def put(self, entry: LedgerEntry) -> bool:
        """Keep a copy; False, and nothing changes, if there is one of this chain and number, whatever it holds."""
        ...

    def find(self, chain: str, seq: int) -> bytes | None:
        """The copy's bytes, which should be `entry_to_bytes` of the entry, or None."""
        ...

    def last_seq(self, chain: str) -> int:
        """The highest number that has a copy, 0 if none has."""
        ...

    def chains(self) -> Sequence[str]:
        """The name of every chain that has a copy, in order."""
        ...
