"""Before the local plane is used: does it answer, and is no real account in reach?"""

import os
import socket
from urllib.parse import urlsplit

from sluice.errors import NotAvailable

_KNOCK_SECONDS = 1.0


def knock(url: str) -> None:
    """Raise NotAvailable, telling what to do, unless something listens there."""
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname or "", address.port or 80), timeout=_KNOCK_SECONDS).close()
    except (OSError, ValueError) as error:
        raise NotAvailable(f"the local plane does not answer at {url}; start it with `make run`") from error


def use_no_real_credentials() -> None:
    """A simulation must neither need nor see the credentials of an account."""
    os.environ.update(AWS_ACCESS_KEY_ID="local", AWS_SECRET_ACCESS_KEY="local")  # noqa: S106 - no secret
    for name in ("AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        os.environ.pop(name, None)
