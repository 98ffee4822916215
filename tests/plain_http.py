"""Requests to a plane speak no TLS, but httpx reads the list of authorities for each client: 40 ms of CPU."""

import ssl
from typing import Final

NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""As `verify`: it trusts nobody, so that whatever speaks TLS after all fails."""
