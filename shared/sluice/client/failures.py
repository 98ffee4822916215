"""From an answer, or none, to the error that it stands for."""

from datetime import datetime
from email.utils import parsedate_to_datetime

import orjson

from sluice.client import errors
from sluice.client.errors import InferenceError
from sluice.client.exchange import Answer, NoAnswer

_KINDS: dict[int, type[InferenceError]] = {
    400: errors.InvalidInput,
    404: errors.NotFound,
    406: errors.InvalidInput,
    413: errors.TooLarge,
    415: errors.InvalidInput,
    422: errors.InvalidInput,
    501: errors.Unsupported,
}
_TEMPORARY = frozenset({502, 503, 504})
_SHOWN_CHARACTERS = 200


def failure_of(outcome: Answer | NoAnswer, *, now: datetime, is_foreign: bool = False) -> InferenceError | None:
    """The error that this outcome stands for, None for 2xx; `now` makes seconds of a `Retry-After` date.

    A store behind a presigned URL (`is_foreign`) asks for another try by any 5xx.
    """
    if isinstance(outcome, NoAnswer):
        return errors.Unavailable(outcome.why)
    status = outcome.status
    if 200 <= status < 300:
        return None
    message = _said(outcome)
    if status == 429 or status in _TEMPORARY or (is_foreign and status >= 500):
        kind = errors.Throttled if status == 429 else errors.Unavailable
        return kind(message, status=status, retry_after_seconds=_retry_after_seconds(outcome, now))
    if status < 400:
        return errors.ProtocolBroken(f"the server answered {status}; is the base URL right?", status=status)
    return _KINDS.get(status, errors.ServerFailed if status >= 500 else errors.Refused)(message, status=status)


def _said(answer: Answer) -> str:
    """The protocol says `error`, API Gateway `message`, KServe's older servers `detail`; a store answers in XML."""
    try:
        document = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        document = None
    if isinstance(document, dict):
        found = next((document[name] for name in ("error", "message", "detail") if document.get(name)), None)
        if found is not None:
            return str(found)
    return answer.content[:_SHOWN_CHARACTERS].decode(errors="replace") or "no reason given"


def _retry_after_seconds(answer: Answer, now: datetime) -> float:
    """RFC 9110 §10.2.3: seconds or a date; 0 for neither."""
    given = answer.headers.get("retry-after", "").strip()
    if given.isascii() and given.isdigit():
        return float(given)
    try:
        return max(0.0, (parsedate_to_datetime(given) - now).total_seconds())
    except (TypeError, ValueError):
        return 0.0
