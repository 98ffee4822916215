"""The root of the tree, and what a caller can mend: what breaks a rule of requests, and what is not here."""

from collections.abc import Sequence


class SluiceError(Exception):
    """Root of every error that Sluice raises on purpose; `str(error)` is fit for a client."""


class InvalidRequest(SluiceError):
    """The request cannot be carried out as written."""


class MalformedBody(InvalidRequest):
    """The body is not valid JSON, or its envelope lacks a required field."""


class InvalidTensor(InvalidRequest):
    """A tensor of the request breaks a rule of its datatype, shape or the model's signature."""

    def __init__(self, tensor: str, rule: str) -> None:
        super().__init__(f"tensor {tensor!r}: {rule}")
        self.tensor = tensor
        self.rule = rule


class InvalidManifest(InvalidRequest):
    """A manifest breaks rules; each problem names the field, what was found, what is allowed."""

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        super().__init__(f"{source}: " + "; ".join(problems))
        self.source = source
        self.problems = tuple(problems)


class ArtefactRefused(InvalidRequest):
    """An artefact is unreadable, hostile, or larger than allowed."""

    def __init__(self, path: str, rule: str) -> None:
        super().__init__(f"artefact {path}: {rule}")
        self.path = path
        self.rule = rule


class FidelityMismatch(InvalidRequest):
    """The artefact does not reproduce its golden examples within their tolerance."""

    def __init__(self, example: str, output: str, difference: str) -> None:
        super().__init__(f"golden example {example!r}, output {output!r}: {difference}")
        self.example = example
        self.output = output
        self.difference = difference


class InvalidDefinition(InvalidRequest):
    """A definition breaks a rule; `subject` says whose, `field` names the member by its path in the document."""

    def __init__(self, subject: str, field: str, rule: str) -> None:
        super().__init__(f"{subject}: {field}: {rule}")
        self.subject = subject
        self.field = field
        self.rule = rule


class InvalidUnit(InvalidRequest):
    """A unit's id or type breaks a rule; `field` is what the caller named it."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field
        self.rule = rule


class InvalidOutcome(InvalidRequest):
    """An outcome breaks a rule; `field` is the member of the item, or the header, that does."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field
        self.rule = rule


class Unsupported(SluiceError):
    """The request uses a part of the protocol that is not offered here; the message says what to use instead."""


class UnsupportedMediaType(SluiceError):
    """The body is in a form that is not read here: media type, character set or content coding."""


class NotAcceptable(SluiceError):
    """Nothing that the client accepts can be written here."""


_UPLOAD_INSTEAD = "send fewer rows per request, or upload it: POST /v2/models/{model}/uploads says where to"
_SPILL_INSTEAD = "ask for fewer rows or outputs, or with the parameter sluice_spill: true for a URL of the answer"


class PayloadTooLarge(SluiceError):
    """The body exceeds what one request may carry; `instead` says what the client can do."""

    def __init__(
        self, size_bytes: int, limit_bytes: int, subject: str = "body", instead: str = _UPLOAD_INSTEAD
    ) -> None:
        super().__init__(f"{subject} is {size_bytes} bytes, the limit is {limit_bytes}; {instead}")
        self.size_bytes = size_bytes
        self.limit_bytes = limit_bytes


class ResponseTooLarge(PayloadTooLarge):
    """The answer exceeds what one response may carry."""

    def __init__(self, size_bytes: int, limit_bytes: int, instead: str = _SPILL_INSTEAD) -> None:
        super().__init__(size_bytes, limit_bytes, "response", instead)


class RateExceeded(SluiceError):
    """The caller asks more often than is allowed."""

    retry_after_seconds: int = 1

    def __init__(self, what: str, *, retry_after_seconds: int = 1) -> None:
        super().__init__(f"too many requests for {what}; retry after {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class NotFound(SluiceError):
    """The named thing does not exist here."""


class UnknownModel(NotFound):
    """No model of this name."""

    def __init__(self, model: str) -> None:
        super().__init__(f"unknown model {model!r}")
        self.model = model


class UnknownModelVersion(NotFound):
    """The model exists; this version of it does not, or is not served here."""

    def __init__(self, model: str, model_version: str, served: Sequence[int] = ()) -> None:
        known = f"; versions here: {', '.join(map(str, served))}" if served else ""
        super().__init__(f"model {model!r} has no version {model_version!r} here{known}")
        self.model = model
        self.model_version = model_version


class UnknownRelease(NotFound):
    """The model has no release of this number."""

    def __init__(self, model: str, release: int) -> None:
        super().__init__(f"model {model!r} has no release {release}")


class UnknownFunction(NotFound):
    """The Lambda function, function version or alias does not exist; the message says how to get it."""


class UnknownDefinition(NotFound):
    """No experiment, namespace or flag of this key."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"there is no {kind} {key!r}")
        self.kind = kind
        self.key = key


class UnknownUpload(NotFound):
    """No id of an upload, or that of another model's."""

    def __init__(self, model: str, upload: str) -> None:
        shown = upload if len(upload) <= 80 else f"{upload[:80]}..."
        super().__init__(f"unknown upload {shown!r}: model {model!r} has not given it out")


class UploadExpired(NotFound):
    """The upload is too old to be referred to."""

    def __init__(self, upload: str, expired_at: str) -> None:
        super().__init__(f"upload {upload} expired at {expired_at}; upload the body again")
