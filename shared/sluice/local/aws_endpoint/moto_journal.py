"""Changes to moto's state as journal entries, and back.

Replaying the requests in order rebuilds the state, since moto is a function of its requests, of its random numbers,
which are seeded anew before each change, and, in SQS, of the time, which is recorded with each change: message ids,
receipt handles and visibility are what they were. Two things would differ and are dealt with here: the ids
of multipart uploads, which moto draws from the operating system, are put back; creation times outside SQS become those
of the replay, which nothing in Sluice reads.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from sluice.local.aws_endpoint.answer import WsgiAnswer, WsgiApp, run_whole
from sluice.local.aws_endpoint.journal import Journal, JournalCorrupt
from sluice.local.aws_endpoint.moto_queues import is_receive, state_of_queues
from sluice.local.aws_endpoint.moto_time import MotoTime
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
    at: datetime | None

    def to_bytes(self) -> bytes:
        environ = {key: value for key, value in self.request.environ.items() if key not in _SECRETS}
        if "HTTP_AUTHORIZATION" in environ:
            environ["HTTP_AUTHORIZATION"] = _SIGNATURE.sub(r"\g<1>0", environ["HTTP_AUTHORIZATION"])
        body = base64.b64encode(self.request.body).decode("ascii")
        answered = {"status": self.status_code, "upload_id": self.upload_id, "at": self.at}
        return orjson.dumps({"environ": environ, "body": body, **answered}, default=_text_only)

    @classmethod
    def from_bytes(cls, payload: bytes) -> "_Change":
        document = orjson.loads(payload)
        request = AwsRequest(document["environ"], base64.b64decode(document["body"]))
        # Entries from before there were queues carry no time, and nothing in them needs one.
        at = datetime.fromisoformat(document["at"]) if "at" in document else None
        return cls(request, document["status"], document["upload_id"], at)


class MotoJournal:
    """Applies changes and writes them down. The caller serialises all calls to moto."""

    def __init__(self, journal: Journal, time: MotoTime) -> None:
        self._journal = journal
        self._time = time
        self._change_count = 0

    def replay(self, moto: WsgiApp) -> None:
        """Bring moto to the state that was last acknowledged. Raises JournalCorrupt."""
        for line_number, payload in self._journal.replay():
            try:
                change = _Change.from_bytes(payload)
                answer = self._run(moto, change.request, change.at or self._time.now())
            except Exception as error:
                # moto may raise anything on a request that an older moto accepted.
                raise JournalCorrupt(self._journal.path, line_number, f"replay failed: {error!r}") from error
            if answer.status_code != change.status_code:
                why = f"replay answered {answer.status_code} where {change.status_code} was acknowledged"
                raise JournalCorrupt(self._journal.path, line_number, why)
            self._change_count += 1
            if change.at:
                self._time.go_on_from(change.at)
            if (drawn := _upload_id(answer)) and change.upload_id:
                _rename_upload(change.request, drawn, change.upload_id)

    def apply(self, moto: WsgiApp, request: AwsRequest) -> WsgiAnswer:
        """Carry out a change and make it durable. Raises StoreUnavailable; then it is not acknowledged.

        A refused change alters nothing and leaves no entry, and neither does looking into an empty queue.
        """
        self._journal.check()
        at, before = self._time.now(), _queues(request)
        answer = self._run(moto, request, at)
        if answer.succeeded and (before is None or before != _queues(request)):
            self._change_count += 1
            self._journal.append(_Change(request, answer.status_code, _upload_id(answer), at).to_bytes())
        return answer

    def _run(self, moto: WsgiApp, request: AwsRequest, at: datetime) -> WsgiAnswer:
        from moto.moto_api._internal import mock_random

        mock_random.seed(self._change_count)
        with self._time.standing_at(at):
            return run_whole(moto, request)


def _queues(request: AwsRequest) -> Sequence[tuple[str, int, int]] | None:
    """For a request that may find nothing, what it would change; for any other, nothing to compare."""
    return state_of_queues(request.environ["HTTP_X_MOTO_ACCOUNT_ID"]) if is_receive(request) else None


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
