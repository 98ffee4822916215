"""A release on its way while Python still imports: a cold start waits half for the network, half for the processor."""

from _thread import start_new_thread
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from sluice.adapters.errand import Errand

if TYPE_CHECKING:
    from sluice.catalog.ports import ContentStore
    from sluice.experiments.ports import SnapshotReader, StoredSnapshot

_AHEAD_LIMIT_BYTES = 64 * 1024 * 1024
"""Files beyond this are fetched when they are asked for, one at a time: all of these are in memory at once."""


class HeadStart:
    """`catalog.ports.ContentStore` over another one. What has been begun is waited for, all else asked for."""

    def __init__(self, content: "ContentStore") -> None:
        self._content = content
        self._begun: dict[tuple[str, str], Errand[bytes]] = {}

    def begin(self, release_digest: str) -> None:
        """Fetch a release, then the files of its default version, beside whatever comes next. Never raises."""
        release = self._expect("releases", release_digest)
        start_new_thread(self._run, (release,))

    def put(self, kind: str, content: bytes) -> str:
        """See the port."""
        return self._content.put(kind, content)

    def get(self, kind: str, digest: str) -> bytes:
        """See the port. A failure on the way is told to the first who asks; the next one asks anew."""
        errand = self._begun.pop((kind, digest), None)
        return self._content.get(kind, digest) if errand is None else errand.result()

    def end(self) -> None:
        """Let go of what nobody asked for."""
        self._begun.clear()

    def _expect(self, kind: str, digest: str) -> Errand[bytes]:
        errand = self._begun[kind, digest] = Errand(partial(self._content.get, kind, digest))
        return errand

    def _run(self, release: Errand[bytes]) -> None:
        document = release.make()
        # Whoever has the release asks for its files: by then they must be known to be on their way.
        files = [self._expect("artefacts", digest) for digest in _digests_in(document or b"{}")]
        release.settle()
        for file in files:
            file.make()
            file.settle()


class SnapshotHeadStart:
    """`experiments.ports.SnapshotReader` whose first answer about `subject` is on its way at once.

    `first` reads that one, `later` all others: nobody waits for the first yet, and while Python imports, which on a
    small function takes seconds, a reader with a time budget would only find it overdrawn.
    """

    def __init__(self, later: "SnapshotReader", subject: str, *, first: "SnapshotReader") -> None:
        self._later, self._subject = later, subject
        self._first: Errand[StoredSnapshot | None] | None = Errand(partial(first.find_snapshot, subject))
        self._first.begin()

    def find_snapshot(self, subject: str) -> "StoredSnapshot | None":
        """See the port."""
        if subject == self._subject and self._first is not None:
            first, self._first = self._first, None
            return first.result()
        return self._later.find_snapshot(subject)


def _digests_in(document: bytes) -> list[str]:
    """The files of the default version; none of a document that is not ours, which others complain of."""
    try:
        release = orjson.loads(document)
        files: list[dict[str, Any]] = release["versions"][str(release["default_version"])]["artefact"]
        is_small = sum(file["size_bytes"] for file in files) <= _AHEAD_LIMIT_BYTES
        return [file["digest"] for file in files] if is_small else []
    except (KeyError, TypeError, ValueError):
        return []
