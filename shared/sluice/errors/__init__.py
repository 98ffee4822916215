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

from sluice.errors.conflicts import (
    AliasRefused,
    ArtefactQuarantined,
    Conflict,
    DefinitionChanged,
    IllegalApproval,
    LedgerMoved,
    ModelVersionTaken,
    MoveRefused,
    NotApproved,
    PublishFailed,
    ReleaseBindingTaken,
    ReleaseTaken,
    RolloutChanged,
    RolloutOpen,
    SlotsTaken,
    StillServed,
    UploadMissing,
)
from sluice.errors.failures import (
    CandidateFailed,
    InferenceFailed,
    LedgerBroken,
    ModelNotReady,
    NonFiniteOutput,
    NoReleaseYet,
    NotAvailable,
    StoreUnavailable,
)
from sluice.errors.refusals import (
    ArtefactRefused,
    FidelityMismatch,
    InvalidDefinition,
    InvalidManifest,
    InvalidOutcome,
    InvalidRequest,
    InvalidTensor,
    InvalidUnit,
    MalformedBody,
    NotAcceptable,
    NotFound,
    PayloadTooLarge,
    RateExceeded,
    ResponseTooLarge,
    SluiceError,
    UnknownDefinition,
    UnknownFunction,
    UnknownModel,
    UnknownModelVersion,
    UnknownRelease,
    UnknownUpload,
    Unsupported,
    UnsupportedMediaType,
    UploadExpired,
)

__all__ = [
    "AliasRefused",
    "ArtefactQuarantined",
    "ArtefactRefused",
    "CandidateFailed",
    "Conflict",
    "DefinitionChanged",
    "FidelityMismatch",
    "IllegalApproval",
    "InferenceFailed",
    "InvalidDefinition",
    "InvalidManifest",
    "InvalidOutcome",
    "InvalidRequest",
    "InvalidTensor",
    "InvalidUnit",
    "LedgerBroken",
    "LedgerMoved",
    "MalformedBody",
    "ModelNotReady",
    "ModelVersionTaken",
    "MoveRefused",
    "NoReleaseYet",
    "NonFiniteOutput",
    "NotAcceptable",
    "NotApproved",
    "NotAvailable",
    "NotFound",
    "PayloadTooLarge",
    "PublishFailed",
    "RateExceeded",
    "ReleaseBindingTaken",
    "ReleaseTaken",
    "ResponseTooLarge",
    "RolloutChanged",
    "RolloutOpen",
    "SlotsTaken",
    "SluiceError",
    "StillServed",
    "StoreUnavailable",
    "UnknownDefinition",
    "UnknownFunction",
    "UnknownModel",
    "UnknownModelVersion",
    "UnknownRelease",
    "UnknownUpload",
    "Unsupported",
    "UnsupportedMediaType",
    "UploadExpired",
    "UploadMissing",
]
