"""The content store in this process's memory."""

from hashlib import sha256

from sluice.errors import StoreUnavailable


class MemoryContentStore:
    """`catalog.ports.ContentStore` for tests and demonstrations; nothing survives the process."""

    def __init__(self) -> None:
        self._contents: dict[tuple[str, str], bytes] = {}

    def put(self, kind: str, content: bytes) -> str:
        """See the port."""
        digest = sha256(content).hexdigest()
        self._contents.setdefault((kind, digest), content)
        return digest

    def get(self, kind: str, digest: str) -> bytes:
        """See the port."""
        try:
            return self._contents[kind, digest]
        except KeyError:
            raise StoreUnavailable(f"content {kind}/{digest}", "there is no such content") from None
