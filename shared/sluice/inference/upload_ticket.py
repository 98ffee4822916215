"""The id of an upload: what it is good for, and enough random bits that nobody guesses it.

Everything in it is part of the object's name in the store, so an id that somebody changed names an object that is not
there. The last digits tie it to its model, and tell a mistyped id from an upload that is still to come.
"""

import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from sluice.errors import UnknownUpload
from sluice.inference.binary_body import BINARY, JSON

RANDOM_BYTES = 16
MEDIA_TYPES = (JSON, BINARY)

GOOD_FOR = timedelta(hours=24)
"""How long an upload may be referred to; the store forgets it later than that."""

_WRITTEN = re.compile(r"([0-9a-f]{8})([0-9a-f]{8})([01])([0-9a-f]{32})([0-9a-f]{8})")
_CHECK_DIGITS = 8


class UploadTicket(NamedTuple):
    """`size_bytes` is what was announced and may be uploaded, below 4 GiB; `random` is 128 bits in hexadecimal."""

    model: str
    issued_at: datetime
    size_bytes: int
    media_type: str
    random: str

    @property
    def expires_at(self) -> datetime:
        """The upload may be referred to before this instant."""
        return self.issued_at + GOOD_FOR

    @property
    def upload(self) -> str:
        """The id, as a client has it."""
        issued = int(self.issued_at.timestamp())
        facts = f"{issued:08x}{self.size_bytes:08x}{MEDIA_TYPES.index(self.media_type)}{self.random}"
        return facts + _check_of(self.model, facts)

    @property
    def name(self) -> str:
        """What the store calls it."""
        return f"{self.model}/{self.upload}"


def ticket_of(model: str, upload: str) -> UploadTicket:
    """The inverse of `UploadTicket.upload`. Raises UnknownUpload for what is no id, or another model's."""
    found = _WRITTEN.fullmatch(upload)
    if found is None or _check_of(model, upload[:-_CHECK_DIGITS]) != found[5]:
        raise UnknownUpload(model, upload)
    issued_at = datetime.fromtimestamp(int(found[1], 16), UTC)
    return UploadTicket(model, issued_at, int(found[2], 16), MEDIA_TYPES[int(found[3])], found[4])


def _check_of(model: str, facts: str) -> str:
    return sha256(f"{model}/{facts}".encode()).hexdigest()[:_CHECK_DIGITS]
