"""Where bodies go that are too large for one invocation: clients read and write them there by signed URLs."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, Protocol


class SignedUrl(NamedTuple):
    """Good for one method until `expires_at`; `headers` must be sent with it exactly as they are."""

    url: str
    headers: Mapping[str, str]
    expires_at: datetime


class LargeBodies(Protocol):
    """Uploads and answers by name, kept for a day at least and not for long. Methods may raise StoreUnavailable."""

    def sign_upload(self, name: str, *, size_bytes: int, media_type: str) -> SignedUrl:
        """A URL that takes a PUT of exactly so many bytes."""
        ...

    def fetch_upload(self, name: str, *, limit_bytes: int) -> bytes | None:
        """What was put there, None if nothing was. Raises PayloadTooLarge, and reads no more than the limit."""
        ...

    def keep_answer(self, name: str, body: bytes, *, media_type: str) -> SignedUrl:
        """Store an answer; a URL that gives it to a GET."""
        ...
