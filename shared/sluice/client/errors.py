"""Every error of the client; `message` is what the server said, or what is wrong before anything was sent.

InferenceError
├── InvalidInput      the inputs do not fit the model: found before sending (`status` None), or 400, 406, 415, 422
├── NotFound          404: no such model, version or path
├── TooLarge          413: the body is over the server's limit, and the server offers no uploads
├── Refused           401, 403, 409 and every other 4xx
├── Unsupported       501: the server does not offer this part of the protocol
├── Unavailable       worth a retry: 502, 503, 504, or no answer at all (`status` None)
│   ├── Throttled         429
│   └── DeadlinePassed    the call's time ran out between tries
├── ServerFailed      500 and every other 5xx
└── ProtocolBroken    an answer that the Open Inference Protocol does not allow
"""


class InferenceError(Exception):
    """Root of every error of the client. `status` is the HTTP status, None where no answer came."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message if status is None else f"{message} (status {status})")
        self.message = message
        self.status = status


class InvalidInput(InferenceError):
    """The inputs do not fit the model or the protocol; the message names the tensor."""


class NotFound(InferenceError):
    """No model, version or path of this name."""


class TooLarge(InferenceError):
    """The body is larger than the server takes, and there is no other way to send it."""


class Refused(InferenceError):
    """The server will not do it for this caller, or not now."""


class Unsupported(InferenceError):
    """The server does not offer this part of the protocol."""


class Unavailable(InferenceError):
    """A temporary failure, still there after the last try. `retry_after_seconds` is what the server asked for."""

    def __init__(self, message: str, *, status: int | None = None, retry_after_seconds: float = 0.0) -> None:
        super().__init__(message, status=status)
        self.retry_after_seconds = retry_after_seconds


class Throttled(Unavailable):
    """The caller asks more often than is allowed."""


class DeadlinePassed(Unavailable):
    """The next try would begin after the call's deadline; the cause is the last try's failure."""


class ServerFailed(InferenceError):
    """The server, or the model, failed on this request."""


class ProtocolBroken(InferenceError):
    """The answer is none that the protocol allows."""
