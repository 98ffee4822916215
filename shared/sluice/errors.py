"""Everything that Sluice refuses or fails at, by what the caller can do about it.

    SluiceError
    ├── InvalidRequest          theirs to mend
    │   ├── MalformedBody           the body is not what its media type says
    │   ├── InvalidTensor           one tensor breaks one rule
    │   ├── InvalidManifest         a model.yaml breaks one or more rules
    │   ├── ArtefactRefused         an ONNX file is unreadable, hostile or too large
    │   ├── FidelityMismatch        a golden example does not come out as promised
    │   ├── InvalidDefinition       an experiment, namespace or flag breaks a rule
    │   ├── InvalidUnit             a unit cannot be bucketed: its id or type breaks a rule
    │   └── InvalidOutcome          one outcome breaks one rule
    ├── UnsupportedMediaType    theirs: no form in which a body is read here
    ├── NotAcceptable           theirs: no form in which an answer is written here
    ├── Unsupported             a part of the protocol that is not offered here
    ├── PayloadTooLarge         theirs, and the limit is named
    │   └── ResponseTooLarge        what they asked for does not fit into one answer
    ├── NotFound                there is no such thing here
    │   ├── UnknownModel, UnknownModelVersion, UnknownRelease, UnknownFunction
    │   ├── UnknownDefinition       no experiment, namespace or flag of this key
    │   └── UnknownUpload, UploadExpired
    ├── Conflict                the world moved, or a rule of state forbids it
    │   ├── ModelVersionTaken, IllegalApproval, NotApproved, ReleaseTaken, ReleaseBindingTaken, StillServed
    │   ├── RolloutOpen             a candidate has traffic, so a deployment must wait
    │   ├── PublishFailed           AWS could not make a function version ready
    │   ├── DefinitionChanged       somebody else has changed it since it was read
    │   ├── MoveRefused             what is published allows only a few moves, and this is none
    │   ├── SlotsTaken              a range of slots is not free
    │   ├── RolloutChanged          somebody else has moved the rollout since it was read
    │   ├── ArtefactQuarantined     what was rolled back is not rolled out again without a reason
    │   ├── LedgerMoved             somebody else has appended to the chain; read its head again
    │   ├── UploadMissing           the upload was announced, and nothing has been put there yet
    │   └── AliasRefused            AWS (or our simulation of it) refused an alias change
    ├── RateExceeded            theirs: too many requests; retry after `retry_after_seconds`
    ├── NotAvailable            retry after `retry_after_seconds`
    │   ├── ModelNotReady           loading, or the artefact could not be fetched
    │   ├── NoReleaseYet            the function is deployed, and nothing is released to it
    │   └── StoreUnavailable        a table or bucket failed or came too late
    ├── CandidateFailed         the candidate did not answer a call that was meant to warm or to check it
    ├── LedgerBroken            a record of the ledger is not what its hash says
    └── InferenceFailed         ours: the model raised on a valid request
        └── NonFiniteOutput         it answered NaN or infinity

HTTP does not appear here: `adapters/http_errors.py` holds the one table from error to status.
"""

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


class Conflict(SluiceError):
    """The present state forbids the change; read it again before another try."""


class ModelVersionTaken(Conflict):
    """The number belongs to another artefact or manifest; model versions are immutable."""

    def __init__(self, model: str, number: int, what_differs: str) -> None:
        super().__init__(f"{model} version {number} is already registered with another {what_differs}")
        self.model = model
        self.number = number


class IllegalApproval(Conflict):
    """The approval state does not allow this move."""

    def __init__(self, subject: str, state: str, wanted: str, allowed: Sequence[str]) -> None:
        moves = ", ".join(allowed) or "nothing (it is final)"
        super().__init__(f"{subject} is {state}; it cannot become {wanted}, allowed: {moves}")


class NotApproved(Conflict):
    """A release names model versions that nobody has approved."""

    def __init__(self, model: str, states: Sequence[str]) -> None:
        super().__init__(f"model {model!r}: a release takes approved versions only, found {', '.join(states)}")


class StillServed(Conflict):
    """The model version is what a live release serves; shift traffic away first."""

    def __init__(self, subject: str, where: str) -> None:
        super().__init__(f"{subject} is still served by {where}")


class ReleaseTaken(Conflict):
    """Somebody else has just published a release of this number; releases are immutable."""

    def __init__(self, model: str, number: int) -> None:
        super().__init__(f"{model} release {number} has just been published by someone else")


class ReleaseBindingTaken(Conflict):
    """The function version already carries another release, for ever."""

    def __init__(self, function_version: str, bound: int, wanted: int) -> None:
        super().__init__(f"function version {function_version} carries release {bound}, not {wanted}")


class AliasRefused(Conflict):
    """The alias change broke a rule of AWS Lambda; `code` is the service's own error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code

    @property
    def is_outdated(self) -> bool:
        """Whether somebody else has changed the alias since it was read."""
        return self.code == "PreconditionFailedException"


class RolloutOpen(Conflict):
    """A candidate has a share of the traffic, or a rollout may give it one: whoever wants a change must wait.

    `rollout_id` is empty where somebody gave the share by hand.
    """

    def __init__(self, model: str, *, candidate: str, weight_bps: int, rollout_id: str = "") -> None:
        share = f"function version {candidate} has {weight_bps} bps of the traffic of {model!r}"
        by_hand = f"`sluice alias shift {model} --promote` or `--abort`"
        end = f"`sluice rollout abort {model}`, or wait for its end" if rollout_id else by_hand
        super().__init__(f"a rollout is open: {share}; end it with {end}, then try again")


class PublishFailed(Conflict):
    """AWS published a function version and could not make it ready; nobody was sent to it."""

    def __init__(self, function_name: str, function_version: str, why: str) -> None:
        super().__init__(f"{function_name} function version {function_version} did not become ready: {why}")


class DefinitionChanged(Conflict):
    """Another writer was faster; `key` is taken, or its revision has moved on."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"{kind} {key!r} has just been written by someone else; read it again")
        self.kind = kind
        self.key = key


class MoveRefused(Conflict):
    """A published definition allows only a few moves; `why` says which rule this one breaks."""

    def __init__(self, subject: str, move: str, why: str) -> None:
        super().__init__(f"{subject}: cannot {move}: {why}")
        self.subject = subject
        self.move = move
        self.why = why


class SlotsTaken(Conflict):
    """Slots of a namespace belong to another experiment, or rest after one."""

    def __init__(self, namespace: str, wanted: str, why: str) -> None:
        super().__init__(f"namespace {namespace!r}: slots {wanted} are not free: {why}")
        self.namespace = namespace


class RolloutChanged(Conflict):
    """The rollout has another revision, or another controller has it now."""

    def __init__(self, model: str, rollout_id: str) -> None:
        super().__init__(f"rollout {rollout_id} of {model!r} has just been changed by someone else; read it again")


class ArtefactQuarantined(Conflict):
    """The same artefact was rolled back before; who wants it out again says why."""

    def __init__(self, model: str, digest: str, rollout_id: str) -> None:
        rolled_back = f"artefact {digest[:12]} of {model!r} was rolled back by rollout {rollout_id}"
        super().__init__(f"{rolled_back}; release it from quarantine with a reason first")


class LedgerMoved(Conflict):
    """Another writer has appended to the chain meanwhile."""

    def __init__(self, chain: str) -> None:
        super().__init__(f"the ledger's chain {chain!r} has just grown; read its head again")


class UploadMissing(Conflict):
    """Nothing has been put there yet, or no more: the request that refers to it came too early."""

    def __init__(self, upload: str) -> None:
        super().__init__(f"nothing has been uploaded to {upload}; PUT the body to its URL before you refer to it")


class CandidateFailed(SluiceError):
    """A call to the candidate, past the alias, ended in an error."""

    def __init__(self, function_version: str, why: str) -> None:
        super().__init__(f"function version {function_version} failed: {why}")
        self.function_version = function_version


class LedgerBroken(SluiceError):
    """The chain does not hold from record `seq` on."""

    def __init__(self, chain: str, seq: int) -> None:
        super().__init__(f"the ledger's chain {chain!r} is broken at record {seq}")
        self.chain = chain
        self.seq = seq


class RateExceeded(SluiceError):
    """The caller asks more often than is allowed."""

    retry_after_seconds: int = 1

    def __init__(self, what: str, *, retry_after_seconds: int = 1) -> None:
        super().__init__(f"too many requests for {what}; retry after {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class NotAvailable(SluiceError):
    """A temporary failure; worth a retry."""

    retry_after_seconds: int = 1


class ModelNotReady(NotAvailable):
    """The model cannot serve yet: its artefact is not here, or does not match its digest."""

    def __init__(self, model: str, model_version: int, why: str) -> None:
        super().__init__(f"model {model!r} version {model_version} is not ready: {why}")


class NoReleaseYet(NotAvailable):
    """The model's function is deployed, and no release was ever published to it."""

    def __init__(self, model: str) -> None:
        super().__init__(f"model {model!r} has no release yet; publish one with `sluice release publish {model}`")


class StoreUnavailable(NotAvailable):
    """A table, bucket or log group failed, throttled, or exceeded its time budget."""

    def __init__(self, store: str, why: str) -> None:
        super().__init__(f"{store} is unavailable: {why}")


class InferenceFailed(SluiceError):
    """The model raised on a request that passed every check; the cause stays in the record."""

    def __init__(self, model: str, model_version: int, how: str = "failed on this request") -> None:
        super().__init__(f"model {model!r} version {model_version} {how}")


class NonFiniteOutput(InferenceFailed):
    """An output holds NaN or infinity, which JSON has no form for."""

    def __init__(self, model: str, model_version: int, output: str, element: int, value: float) -> None:
        what = f"answered {value} in element {element} of output {output!r}"
        how = f"{what}; JSON carries finite numbers only, binary data would carry it"
        super().__init__(model, model_version, how)
        self.output = output
