"""Changes to moto's state as journal entries, and back.

Replaying the requests in order rebuilds the state, since moto is a function of its requests and of its random
numbers, and those are seeded anew before each change. Two things would differ and are dealt with here: the ids
of multipart uploads, which moto draws from the operating system, are put back; creation times become those of the
replay, which nothing in Sluice reads.
"""

import base64
import re
from dataclasses import dataclass
from typing import Any

import orjson

from sluice.local.aws_endpoint.answer import WsgiAnswer, WsgiApp, run_whole
from sluice.local.aws_endpoint.journal import Journal, JournalCorrupt
from sluice.local.aws_endpoint.request import AwsRequest

_UPLOAD_ID = re.compile(rb"<UploadId>([^<]+)</UploadId>")
_SIGNATURE = re.compile(r"(Signature=)[0-9a-f]+")
# Never written to disk: they are a caller's, and replay needs neither.
_SECRETS = frozenset({"HTTP_X_AMZ_SECURITY_TOKEN"})


@dataclass(frozen=True, slots=True)
class _Change:
    request: AwsRequest
    status_code: int
    upload_id: str | None

    def to_bytes(self) -> bytes:
        environ = {key: value for key, value in self.request.environ.items() if key not in _SECRETS}
        if "HTTP_AUTHORIZATION" in environ:
            environ["HTTP_AUTHORIZATION"] = _SIGNATURE.sub(r"\g<1>0", environ["HTTP_AUTHORIZATION"])
        body = base64.b64encode(self.request.body).decode("ascii")
        document = {"environ": environ, "body": body, "status": self.status_code, "upload_id": self.upload_id}
        return orjson.dumps(document, default=_text_only)

    @classmethod
    def from_bytes(cls, payload: bytes) -> "_Change":
        document = orjson.loads(payload)
        request = AwsRequest(document["environ"], base64.b64decode(document["body"]))
        return cls(request, document["status"], document["upload_id"])


class MotoJournal:
    """Applies changes and writes them down. The caller serialises all calls to moto."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._change_count = 0

    def replay(self, moto: WsgiApp) -> None:
        """Bring moto to the state that was last acknowledged. Raises JournalCorrupt."""
        for line_number, payload in self._journal.replay():
            try:
                change = _Change.from_bytes(payload)
                answer = self._run(moto, change.request)
            except Exception as error:
                # moto may raise anything on a request that an older moto accepted.
                raise JournalCorrupt(self._journal.path, line_number, f"replay failed: {error!r}") from error
            if answer.status_code != change.status_code:
                why = f"replay answered {answer.status_code} where {change.status_code} was acknowledged"
                raise JournalCorrupt(self._journal.path, line_number, why)
            if (drawn := _upload_id(answer)) and change.upload_id:
                _rename_upload(change.request, drawn, change.upload_id)

    def apply(self, moto: WsgiApp, request: AwsRequest) -> WsgiAnswer:
        """Carry out a change and make it durable. Raises StoreUnavailable; then it is not acknowledged.

        A refused change alters nothing and leaves no entry.
        """
        self._journal.check()
        answer = self._run(moto, request)
        if answer.succeeded:
            self._journal.append(_Change(request, answer.status_code, _upload_id(answer)).to_bytes())
        return answer

    def _run(self, moto: WsgiApp, request: AwsRequest) -> WsgiAnswer:
        from moto.moto_api._internal import mock_random

        mock_random.seed(self._change_count)
        answer = run_whole(moto, request)
        self._change_count += answer.succeeded
        return answer


def _text_only(value: Any) -> str:
    raise TypeError(f"unexpected {type(value).__name__} in a request")


def _upload_id(answer: WsgiAnswer) -> str | None:
    started = b"<InitiateMultipartUploadResult" in answer.body[:512] and _UPLOAD_ID.search(answer.body)
    return started[1].decode("ascii") if started else None


def _rename_upload(request: AwsRequest, drawn: str, acknowledged: str) -> None:
    """Give the replayed upload the id that its client knows."""
    from moto.s3.models import s3_backends

    for regions in s3_backends.get(request.environ["HTTP_X_MOTO_ACCOUNT_ID"], {}).values():
        for bucket in regions.buckets.values():
            if drawn in bucket.multiparts:
                upload = bucket.multiparts.pop(drawn)
                upload.id = acknowledged
                bucket.multiparts[acknowledged] = upload
