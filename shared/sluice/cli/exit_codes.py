"""The one table from error to exit code, for scripts.

| Code | Meaning |
| --- | --- |
| 0 | done |
| 1 | unexpected: a defect, or the model itself failed |
| 2 | the command line was not understood (typer's own) |
| 3 | the input is invalid |
| 4 | there is no such thing |
| 5 | refused: a rule or the present state forbids it; or the ledger does not hold |
| 6 | not available: try again, or start what is missing |
| 130 | interrupted |
"""

from sluice.errors import (
    Conflict,
    InvalidRequest,
    LedgerBroken,
    NotAvailable,
    NotFound,
    PayloadTooLarge,
    RateExceeded,
    SluiceError,
)

UNEXPECTED = 1
INTERRUPTED = 130

_BY_ERROR: tuple[tuple[type[SluiceError], int], ...] = (
    (InvalidRequest, 3),
    (PayloadTooLarge, 3),
    (NotFound, 4),
    (Conflict, 5),
    (LedgerBroken, 5),
    (RateExceeded, 6),
    (NotAvailable, 6),
)


def exit_code_of(error: SluiceError) -> int:
    """What the process ends with after this error."""
    return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), UNEXPECTED)
