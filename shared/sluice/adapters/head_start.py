"""A release on its way while Python still imports: a cold start waits half for the network, half for the processor."""

from _thread import allocate_lock, start_new_thread
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from sluice.catalog.ports import ContentStore

_AHEAD_LIMIT_BYTES = 64 * 1024 * 1024
"""Files beyond this are fetched when they are asked for, one at a time: all of these are in memory at once."""


class HeadStart:
    """`catalog.ports.ContentStore` over another one. What has been begun is waited for, all else asked for."""

    def __init__(self, content: "ContentStore") -> None:
        self._content = content
        self._begun: dict[tuple[str, str], _Fetch] = {}

    def begin(self, release_digest: str) -> None:
        """Fetch a release, then the files of its default version, beside whatever comes next. Never raises."""
        release = self._expect("releases", release_digest)
        start_new_thread(self._run, (release,))

    def put(self, kind: str, content: bytes) -> str:
        """See the port."""
        return self._content.put(kind, content)

    def get(self, kind: str, digest: str) -> bytes:
        """See the port. A failure on the way is told to the first who asks; the next one asks anew."""
        fetch = self._begun.pop((kind, digest), None)
        return self._content.get(kind, digest) if fetch is None else fetch.result()

    def end(self) -> None:
        """Let go of what nobody asked for."""
        self._begun.clear()

    def _expect(self, kind: str, digest: str) -> "_Fetch":
        fetch = self._begun[kind, digest] = _Fetch(kind, digest)
        return fetch

    def _run(self, release: "_Fetch") -> None:
        release.make(self._content)
        # Whoever has the release asks for its files: by then they must be known to be on their way.
        files = [self._expect("artefacts", digest) for digest in _digests_in(release)]
        release.settle()
        for file in files:
            file.make(self._content)
            file.settle()


class _Fetch:
    """One content, being fetched until it is settled."""

    def __init__(self, kind: str, digest: str) -> None:
        self.content: bytes | None = None
        self._kind, self._digest = kind, digest
        self._error: BaseException | None = None
        self._settled = allocate_lock()
        self._settled.acquire()

    def make(self, content: "ContentStore") -> None:
        try:
            self.content = content.get(self._kind, self._digest)
        except BaseException as error:  # noqa: BLE001 - who waits for it gets it, whatever it is
            self._error = error

    def settle(self) -> None:
        self._settled.release()

    def result(self) -> bytes:
        with self._settled:
            if self._error is not None:
                raise self._error
            assert self.content is not None
            return self.content


def _digests_in(release: _Fetch) -> list[str]:
    """The files of the default version; none of a document that is not ours, which others complain of."""
    try:
        document = orjson.loads(release.content or b"{}")
        files: list[dict[str, Any]] = document["versions"][str(document["default_version"])]["artefact"]
        is_small = sum(file["size_bytes"] for file in files) <= _AHEAD_LIMIT_BYTES
        return [file["digest"] for file in files] if is_small else []
    except (KeyError, TypeError, ValueError):
        return []
