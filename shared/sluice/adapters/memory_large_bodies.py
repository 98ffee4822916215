"""Large bodies in this process's memory, behind URLs that only this object understands."""

from collections.abc import Mapping
from datetime import timedelta

from sluice.clock import Clock
from sluice.errors import PayloadTooLarge
from sluice.inference.large_bodies import SignedUrl

_GOOD_FOR = timedelta(minutes=15)
_UPLOADS, _ANSWERS = "memory://uploads/", "memory://downloads/"


class MemoryLargeBodies:
    """`inference.large_bodies.LargeBodies` for tests and demonstrations; `put` and `get` are the client's side."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._signed: dict[str, SignedUrl] = {}
        self._bodies: dict[str, bytes] = {}

    def sign_upload(self, name: str, *, size_bytes: int, media_type: str) -> SignedUrl:
        """See the port."""
        return self._sign(_UPLOADS + name, {"content-length": str(size_bytes), "content-type": media_type})

    def fetch_upload(self, name: str, *, limit_bytes: int) -> bytes | None:
        """See the port."""
        body = self._bodies.get(_UPLOADS + name)
        if body is not None and len(body) > limit_bytes:
            raise PayloadTooLarge(len(body), limit_bytes, "upload")
        return body

    def keep_answer(self, name: str, body: bytes, *, media_type: str) -> SignedUrl:  # noqa: ARG002 - the port's
        """See the port."""
        self._bodies[_ANSWERS + name] = body
        return self._sign(_ANSWERS + name, {})

    def put(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """What a client's PUT is answered: 200, or 403 where it is not what was signed."""
        signed = self._signed.get(url)
        sent = {**headers, "content-length": str(len(body))}
        if signed is None or self._clock.now() >= signed.expires_at or signed.headers != sent:
            return 403
        self._bodies[url] = body
        return 200

    def get(self, url: str) -> bytes | None:
        """What a client's GET is answered, None for a refusal."""
        signed = self._signed.get(url)
        return None if signed is None or self._clock.now() >= signed.expires_at else self._bodies.get(url)

    def _sign(self, url: str, headers: Mapping[str, str]) -> SignedUrl:
        signed = SignedUrl(url, headers, self._clock.now() + _GOOD_FOR)
        self._signed[url] = signed
        return signed
