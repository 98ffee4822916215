"""Large bodies in S3: `uploads/…` by the client's PUT, `downloads/…` by ours; the bucket forgets both after a day."""

import re
from dataclasses import replace
from hashlib import sha256

from sluice.adapters.aws_wire.attempts import Attempts
from sluice.adapters.aws_wire.failures import NoAnswer, Refusal
from sluice.adapters.aws_wire.http_message import HttpRequest, HttpResponse
from sluice.adapters.aws_wire.s3_wire import accepted, object_place
from sluice.adapters.aws_wire.signed_service import SignedService
from sluice.errors import PayloadTooLarge, StoreUnavailable
from sluice.inference.large_bodies import SignedUrl

GOOD_FOR_SECONDS = 900

_UPLOADS, _DOWNLOADS = "uploads", "downloads"
# Who may not list a bucket is not told what is missing in it.
_ABSENT = frozenset(("NoSuchKey", "AccessDenied"))
_UNSATISFIABLE = 416
_WHOLE_LENGTH = re.compile(r"bytes .*/(\d+)")


class S3LargeBodies:
    """`inference.large_bodies.LargeBodies` over one bucket. Threads may share it."""

    def __init__(self, service: SignedService, attempts: Attempts, bucket: str) -> None:
        self._service = service
        self._attempts = attempts
        self._bucket = bucket

    def sign_upload(self, name: str, *, size_bytes: int, media_type: str) -> SignedUrl:
        """See the port; the length is signed, so S3 takes no other."""
        headers = {"content-length": str(size_bytes), "content-type": media_type}
        return self._signed("PUT", f"{_UPLOADS}/{name}", headers)

    def fetch_upload(self, name: str, *, limit_bytes: int) -> bytes | None:
        """See the port."""
        key = f"{_UPLOADS}/{name}"
        response = self._sent(HttpRequest("GET", "", {"range": f"bytes=0-{limit_bytes}"}), key)
        try:
            accepted(response)
        except Refusal as refusal:
            if refusal.status == _UNSATISFIABLE:
                return b""
            if refusal.code in _ABSENT:
                return None
            raise self._unavailable(key, refusal) from refusal
        found = _WHOLE_LENGTH.fullmatch(response.headers.get("content-range", ""))
        size_bytes = int(found[1]) if found else len(response.body)
        if size_bytes > limit_bytes:
            raise PayloadTooLarge(size_bytes, limit_bytes, "upload")
        return response.body

    def keep_answer(self, name: str, body: bytes, *, media_type: str) -> SignedUrl:
        """See the port."""
        key = f"{_DOWNLOADS}/{name}"
        request = HttpRequest("PUT", "", {"content-type": media_type}, body)
        try:
            accepted(self._sent(request, key))
        except Refusal as refusal:
            raise self._unavailable(key, refusal) from refusal
        return self._signed("GET", key, {})

    def _sent(self, request: HttpRequest, key: str) -> HttpResponse:
        address, target = object_place(self._service.place, self._bucket, key)
        digest = sha256(request.body).hexdigest()
        whole = replace(request, target=target)
        try:
            return self._attempts.made(lambda: self._service.send(whole, to=address, digest=digest))
        except NoAnswer as error:
            raise self._unavailable(key, error) from error

    def _signed(self, method: str, key: str, headers: dict[str, str]) -> SignedUrl:
        address, target = object_place(self._service.place, self._bucket, key)
        request = HttpRequest(method, target, headers)
        try:
            url, expires_at = self._service.presigned(request, to=address, expires_seconds=GOOD_FOR_SECONDS)
        except NoAnswer as error:
            raise self._unavailable(key, error) from error
        return SignedUrl(url, headers, expires_at)

    def _unavailable(self, key: str, cause: Exception) -> StoreUnavailable:
        return StoreUnavailable(f"bucket {self._bucket}", f"{key}: {cause}")
