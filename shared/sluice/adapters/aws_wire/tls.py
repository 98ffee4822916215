"""The TLS context of all connections: made once, because reading the authorities costs more than a handshake."""

import os
from _thread import allocate_lock
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssl import SSLContext

_being_made = allocate_lock()


def client_context() -> "SSLContext":
    """Servers are verified by the system's authorities, or those of AWS_CA_BUNDLE. Raises OSError.

    At a cold start S3 and DynamoDB want it at once, each in a thread; the second waits for what the first makes.
    """
    with _being_made:
        return context_of(os.environ.get("AWS_CA_BUNDLE") or None)


@cache
def context_of(authorities: str | None) -> "SSLContext":
    """A context that believes the authorities in this file, or the system's."""
    import ssl  # a local plane has no TLS

    return ssl.create_default_context(cafile=authorities)
