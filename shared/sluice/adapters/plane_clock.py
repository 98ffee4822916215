"""The clock of a local plane, read over HTTP: a rollout's minutes are its, not this machine's."""

from datetime import datetime

import httpx

from sluice.errors import NotAvailable

_TIMEOUT_SECONDS = 5.0


class PlaneClock:
    """`sluice.clock.Clock`. Raises NotAvailable if the plane has gone."""

    def __init__(self, aws_endpoint_url: str) -> None:
        self._url = f"{aws_endpoint_url.rstrip('/')}/_sluice/clock"

    def now(self) -> datetime:
        """The plane's present instant, aware, in UTC."""
        try:
            answer = httpx.get(self._url, timeout=_TIMEOUT_SECONDS, trust_env=False).raise_for_status()
            return datetime.fromisoformat(answer.json()["now"])
        except (httpx.HTTPError, KeyError, ValueError) as error:
            raise NotAvailable(f"the local plane's clock does not answer at {self._url}: {error}") from error
