"""The TLS context of all connections: made once, because reading the authorities costs more than a handshake."""

import os
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssl import SSLContext


@cache
def client_context() -> "SSLContext":
    """Servers are verified by the system's authorities, or those of AWS_CA_BUNDLE. Raises OSError."""
    import ssl  # a local plane has no TLS

    return ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE") or None)
