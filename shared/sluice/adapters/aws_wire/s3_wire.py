"""Objects of S3 over signed HTTP: read one, or write one that must not be there yet."""

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

from sluice.adapters.aws_wire.attempts import Attempts
from sluice.adapters.aws_wire.failures import NoAnswer, Refusal
from sluice.adapters.aws_wire.http_address import HttpAddress
from sluice.adapters.aws_wire.http_message import HttpRequest, HttpResponse
from sluice.adapters.aws_wire.percent_encoding import encoded
from sluice.adapters.aws_wire.service_place import ServicePlace
from sluice.adapters.aws_wire.signed_service import SignedService
from sluice.errors import StoreUnavailable

_GOOD = frozenset((200, 206))
_MEMBER = rb"<(Code|Message)>([^<]*)</"
_ALREADY_THERE = "PreconditionFailed"
_BEING_WRITTEN = "ConditionalRequestConflict"
_PUT_TRIES = 3


class S3Wire:
    """`s3_objects.S3Objects` without an SDK. Threads may share it."""

    def __init__(self, service: SignedService, attempts: Attempts) -> None:
        self._service = service
        self._attempts = attempts

    def get(self, bucket: str, key: str) -> bytes:
        """See the port."""
        address, target = object_place(self._service.place, bucket, key)
        request = HttpRequest("GET", target, {})
        try:
            response = self._attempts.made(lambda: self._service.send(request, to=address))
            return accepted(response).body
        except (Refusal, NoAnswer) as error:
            raise StoreUnavailable(f"bucket {bucket}", f"{key}: {error}") from error

    def put_if_absent(self, content: bytes, *, bucket: str, key: str) -> bool:
        """See the port."""
        try:
            for _ in range(_PUT_TRIES):
                refusal = self._put(content, bucket, key)
                if refusal != _BEING_WRITTEN:
                    return refusal is None
        except (Refusal, NoAnswer) as error:
            raise StoreUnavailable(f"bucket {bucket}", f"{key}: {error}") from error
        raise StoreUnavailable(f"bucket {bucket}", f"{key}: another upload of the same object never ended")

    def _put(self, content: bytes, bucket: str, key: str) -> str | None:
        """Upload, checked on arrival; AWS's code if an object of this key exists or is being written."""
        digest = sha256(content)
        headers = {
            "if-none-match": "*",
            "x-amz-sdk-checksum-algorithm": "SHA256",  # said too where Object Lock asks for a checksum
            "x-amz-checksum-sha256": b64encode(digest.digest()).decode(),
        }
        address, target = object_place(self._service.place, bucket, key)
        request = HttpRequest("PUT", target, headers, content)
        send = self._service.send
        try:
            accepted(self._attempts.made(lambda: send(request, to=address, digest=digest.hexdigest())))
        except Refusal as refusal:
            if refusal.code in {_ALREADY_THERE, _BEING_WRITTEN}:
                return refusal.code
            raise
        return None


def object_place(place: ServicePlace, bucket: str, key: str) -> tuple[HttpAddress, str]:
    """Host and path: each bucket has a host of its own at AWS, unless a dot in its name breaks the certificate."""
    path = encoded(key, keep="/")
    if place.is_custom or "." in bucket:
        return place.address, f"/{bucket}/{path}"
    return replace(place.address, host=f"{bucket}.{place.address.host}"), f"/{path}"


def accepted(response: HttpResponse) -> HttpResponse:
    """The response, if it is good. Raises Refusal."""
    if response.status in _GOOD:
        return response
    said = {name.decode(): value.decode(errors="replace") for name, value in re.findall(_MEMBER, response.body)}
    raise Refusal(said.get("Code") or f"HTTP status {response.status}", said.get("Message", ""), status=response.status)
