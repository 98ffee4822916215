"""One service of AWS: requests go out signed, over connections that stay open."""

from hashlib import sha256

from sluice.adapters.aws_wire.connection_pool import ConnectionPool
from sluice.adapters.aws_wire.credentials import CredentialSource
from sluice.adapters.aws_wire.failures import NoAnswer
from sluice.adapters.aws_wire.http_address import HttpAddress
from sluice.adapters.aws_wire.http_connection import Timeouts
from sluice.adapters.aws_wire.http_message import HttpRequest, HttpResponse
from sluice.adapters.aws_wire.service_place import ServicePlace
from sluice.adapters.aws_wire.sigv4 import Signable, SigningScope, signed_headers
from sluice.clock import Clock


class SignedService:
    """Sends requests to hosts of one service. Threads may share it."""

    def __init__(self, place: ServicePlace, timeouts: Timeouts, *, credentials: CredentialSource, clock: Clock) -> None:
        self.place = place
        self._timeouts = timeouts
        self._credentials = credentials
        self._clock = clock
        self._scope = SigningScope(place.region, place.service)
        self._pools: dict[HttpAddress, ConnectionPool] = {}

    def send(self, request: HttpRequest, *, to: HttpAddress | None = None, digest: str | None = None) -> HttpResponse:
        """The answer to the request once signed, whatever its status. Raises NoAnswer.

        `to` is another host of the service than its own; `digest` the SHA-256 of the body, where that is known.
        """
        address = to or self.place.address
        signable = Signable(request.method, request.target, {"host": address.authority, **request.headers})
        payload_digest = digest or sha256(request.body).hexdigest()
        try:
            credentials = self._credentials()
        except ValueError as error:
            raise NoAnswer(str(error)) from error
        headers = signed_headers(
            signable, payload_digest, scope=self._scope, credentials=credentials, at=self._clock.now()
        )
        return self._pool(address).exchange(request._replace(headers=headers))

    def drop_connections(self) -> None:
        """Open new connections from now on."""
        for pool in list(self._pools.values()):
            pool.drop_connections()

    def _pool(self, address: HttpAddress) -> ConnectionPool:
        # Two threads that come first at once may make two; one stays, and the other's connection is closed with it.
        return self._pools.get(address) or self._pools.setdefault(address, ConnectionPool(address, self._timeouts))
