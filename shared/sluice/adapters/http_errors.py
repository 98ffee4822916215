"""The one table from error to HTTP answer. The body is the Open Inference Protocol's: {"error": "…"}."""

from sluice.adapters.http_answer import HttpAnswer, json_answer
from sluice.errors import (
    CandidateFailed,
    Conflict,
    InferenceFailed,
    InvalidRequest,
    LedgerBroken,
    NotAcceptable,
    NotAvailable,
    NotFound,
    PayloadTooLarge,
    RateExceeded,
    Unsupported,
    UnsupportedMediaType,
)

_STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (InvalidRequest, 400),
    (NotFound, 404),
    (NotAcceptable, 406),
    (Conflict, 409),
    (PayloadTooLarge, 413),
    (UnsupportedMediaType, 415),
    (RateExceeded, 429),
    (InferenceFailed, 500),
    (LedgerBroken, 500),
    (Unsupported, 501),
    (CandidateFailed, 502),
    (NotAvailable, 503),
)
_NEUTRAL = "internal error; the request was not carried out"


def answer_for(error: Exception) -> HttpAnswer:
    """The answer to a request that ended in `error`; what is not a SluiceError says nothing of itself."""
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
    if not isinstance(error, tuple(kind for kind, _ in _STATUSES)):
        return json_answer(status, {"error": _NEUTRAL})
    headers = {"retry-after": str(error.retry_after_seconds)} if isinstance(error, NotAvailable | RateExceeded) else {}
    return json_answer(status, {"error": str(error)}, headers)
