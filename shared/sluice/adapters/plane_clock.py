"""The clock of a local plane, read over HTTP: a rollout's minutes are its, not this machine's."""

import json
from contextlib import closing
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from sluice.errors import NotAvailable

_PATH = "/_sluice/clock"
_TIMEOUT_SECONDS = 5.0


class PlaneClock:
    """`sluice.clock.Clock`. Raises NotAvailable if the plane has gone.

    It is asked several times in a tick, and a plane is never behind TLS or a proxy, so it is asked without a client
    that reads certificates first.
    """

    def __init__(self, aws_endpoint_url: str) -> None:
        self._address = urlsplit(aws_endpoint_url)

    def now(self) -> datetime:
        """The plane's present instant, aware, in UTC."""
        try:
            return datetime.fromisoformat(self._asked()["now"])
        except (OSError, HTTPException, KeyError, TypeError, ValueError) as error:
            url = f"{self._address.geturl().rstrip('/')}{_PATH}"
            raise NotAvailable(f"the local plane's clock does not answer at {url}: {error!r}") from error

    def _asked(self) -> dict[str, str]:
        host, port = self._address.hostname or "", self._address.port
        with closing(HTTPConnection(host, port, timeout=_TIMEOUT_SECONDS)) as connection:
            connection.request("GET", _PATH)
            answer: dict[str, str] = json.loads(connection.getresponse().read())
            return answer
