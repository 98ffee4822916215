r"""An append-only file of checksummed lines: what was acknowledged is in it, whatever happens to the process.

A line is `<crc32 of the payload, 8 hex digits> <payload>\n`; the first one names the format. The file only grows:
about 4/3 of the bytes of every request written to it. Nothing is dropped before the data directory itself is.
"""

import logging
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

from sluice.errors import Conflict, StoreUnavailable

_LOGGER = logging.getLogger(__name__)
_HEADER = b'{"journal":"sluice","format":1}'


class JournalCorrupt(Conflict):
    """The journal holds something that was never written by it; starting on it could lose data silently."""

    def __init__(self, path: Path, line_number: int, why: str) -> None:
        super().__init__(f"{path}, line {line_number}: {why}; restore the file or start on an empty directory")
        self.line_number = line_number


class Journal:
    """One writer's journal. Use: `replay` once to its end, then `append`. The caller serialises appends."""

    def __init__(self, path: Path, *, fsync: bool = True) -> None:
        self.path = path
        self._fsync = fsync
        self._broken: str | None = None
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def replay(self) -> Iterator[tuple[int, bytes]]:
        """Line number and payload of every entry, oldest first; a last line cut short by a crash is removed.

        Raises JournalCorrupt for any other damage.
        """
        position = 0
        with self.path.open("rb") as lines:
            for line_number, line in enumerate(lines, start=1):
                if not line.endswith(b"\n"):
                    break
                payload = self._checked(line_number, line)
                position += len(line)
                if line_number > 1:
                    yield line_number, payload
        self._cut_to(position)
        if position == 0:
            self.append(_HEADER)
            sync_directory(self.path.parent)

    def check(self) -> None:
        """Raise StoreUnavailable if an append is bound to fail, so that a caller can refuse before it acts."""
        if self._broken:
            raise StoreUnavailable(str(self.path), self._broken)

    def append(self, payload: bytes) -> None:
        """Write one entry (no line break in it); it is durable on return. Raises StoreUnavailable.

        After a failure every later append fails too: an entry must not follow a gap.
        """
        self.check()
        end = os.fstat(self._descriptor).st_size
        try:
            self._write(b"%08x %s\n" % (zlib.crc32(payload), payload))
        except OSError as error:
            self._broken = f"a write failed ({error.strerror}); restart once there is room"
            self._cut_to(end)
            raise StoreUnavailable(str(self.path), self._broken) from error

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _write(self, line: bytes) -> None:
        remaining = memoryview(line)
        while remaining:
            remaining = remaining[os.write(self._descriptor, remaining) :]
        if self._fsync:
            os.fsync(self._descriptor)

    def _checked(self, line_number: int, line: bytes) -> bytes:
        checksum, _, payload = line[:-1].partition(b" ")
        if checksum != b"%08x" % zlib.crc32(payload):
            raise JournalCorrupt(self.path, line_number, "the checksum does not match")
        if line_number == 1 and payload != _HEADER:
            raise JournalCorrupt(self.path, line_number, "this is not a Sluice journal of format 1")
        return payload

    def _cut_to(self, position: int) -> None:
        torn_bytes = os.fstat(self._descriptor).st_size - position
        if torn_bytes:
            _LOGGER.warning("%s: removed %d bytes of an unfinished last entry", self.path, torn_bytes)
            os.ftruncate(self._descriptor, position)


def sync_directory(path: Path) -> None:
    """Make names created or replaced in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
