"""One service of AWS: requests go out signed, over connections that stay open."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from sluice.adapters.aws_wire.connection_pool import ConnectionPool
from sluice.adapters.aws_wire.credentials import Credentials, CredentialSource
from sluice.adapters.aws_wire.failures import NoAnswer
from sluice.adapters.aws_wire.http_address import HttpAddress
from sluice.adapters.aws_wire.http_connection import Timeouts
from sluice.adapters.aws_wire.http_message import HttpRequest, HttpResponse
from sluice.adapters.aws_wire.service_place import ServicePlace
from sluice.adapters.aws_wire.sigv4 import Signable, SigningScope, presigned_query, signed_headers
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
        payload_digest = digest or sha256(request.body).hexdigest()
        headers = signed_headers(
            _signable(request, address),
            payload_digest,
            scope=self._scope,
            credentials=self._present_credentials(),
            at=self._clock.now(),
        )
        return self._pool(address).exchange(replace(request, headers=headers))

    def presigned(self, request: HttpRequest, *, to: HttpAddress, expires_seconds: int) -> tuple[str, datetime]:
        """A URL that lets whoever has it make this request, with its headers, and until when. Raises NoAnswer.

        It ends with the credentials that it was signed with, where they are known to end earlier.
        """
        credentials, at = self._present_credentials(), self._clock.now()
        query = presigned_query(
            _signable(request, to), expires_seconds=expires_seconds, scope=self._scope, credentials=credentials, at=at
        )
        expires_at = at + timedelta(seconds=expires_seconds)
        if credentials.expires_at is not None:
            expires_at = min(expires_at, credentials.expires_at)
        return f"{to.scheme}://{to.authority}{request.target}?{query}", expires_at

    def drop_connections(self) -> None:
        """Open new connections from now on."""
        for pool in list(self._pools.values()):
            pool.drop_connections()

    def _present_credentials(self) -> Credentials:
        try:
            return self._credentials()
        except ValueError as error:
            raise NoAnswer(str(error)) from error

    def _pool(self, address: HttpAddress) -> ConnectionPool:
        # Two threads that come first at once may make two; one stays, and the other's connection is closed with it.
        return self._pools.get(address) or self._pools.setdefault(address, ConnectionPool(address, self._timeouts))


def _signable(request: HttpRequest, address: HttpAddress) -> Signable:
    return Signable(request.method, request.target, {"host": address.authority, **request.headers})
