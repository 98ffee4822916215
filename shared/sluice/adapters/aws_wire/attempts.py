"""A request made again while that may help: as the SDKs' standard mode does, with less to keep."""

import time
from collections.abc import Callable
from os import urandom

from sluice.adapters.aws_wire.failures import NoAnswer
from sluice.adapters.aws_wire.http_message import HttpResponse
from sluice.frozen import frozen

_PASSING_STATUS = frozenset((429, 500, 502, 503, 504))
_LONGEST_PAUSE_SECONDS = 20.0


def random_fraction() -> float:
    """At least 0, less than 1; the operating system's, so that two copies of a snapshot differ."""
    return int.from_bytes(urandom(4), "big") / 2**32


@frozen
class Attempts:
    """At most `total` of them. The pause before the n-th retry is random, up to 2^(n-1) seconds, 20 at most.

    Source: "Retry behavior", AWS SDKs and Tools reference guide.
    """

    total: int
    sleep: Callable[[float], object] = time.sleep
    fraction: Callable[[], float] = random_fraction

    def made(self, send: Callable[[], HttpResponse]) -> HttpResponse:
        """The first answer that says more than "not now", or the last one. Raises NoAnswer."""
        for retry in range(self.total - 1):
            try:
                response = send()
                if response.status not in _PASSING_STATUS:
                    return response
            except NoAnswer:
                pass
            self.sleep(self.fraction() * min(2.0**retry, _LONGEST_PAUSE_SECONDS))
        return send()
