"""Credentials of a container's endpoint, fetched again before they expire.

A function that starts from a snapshot has no keys in its environment: they would be those of the day of the snapshot.
Source: "Container credential provider", AWS SDKs and Tools reference guide.
"""

from _thread import allocate_lock
from collections.abc import Mapping
from datetime import datetime, timedelta

import orjson

from sluice.adapters.aws_wire.connection_pool import ConnectionPool
from sluice.adapters.aws_wire.credentials import Credentials
from sluice.adapters.aws_wire.failures import NoAnswer
from sluice.adapters.aws_wire.http_address import HttpAddress, address_of
from sluice.adapters.aws_wire.http_connection import Timeouts
from sluice.adapters.aws_wire.http_message import HttpRequest
from sluice.clock import Clock

_TIMEOUTS = Timeouts(connect_seconds=2, read_seconds=2)
_TRIES = 3
_OK = 200
# As the SDKs do: from here on they are fetched again, and used as long as they last if that fails.
_REFRESH_BEFORE_EXPIRY = timedelta(minutes=10)
_TRUSTED_HOSTS = frozenset(("localhost", "169.254.170.2", "169.254.170.23", "fd00:ec2::23", "::1"))


class ContainerCredentials:
    """A `CredentialSource` over AWS_CONTAINER_CREDENTIALS_FULL_URI. Threads may share it.

    Raises NoAnswer if there are no credentials that still hold, ValueError for a plain-text endpoint that is neither
    this machine nor a container's agent: the token would be told to a stranger.
    """

    def __init__(self, clock: Clock, environment: Mapping[str, str]) -> None:
        url = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
        scheme, _, rest = url.partition("://")
        authority, slash, path = rest.partition("/")
        self._target = f"{slash or '/'}{path}"
        self._address = address_of(f"{scheme}://{authority}")
        if not _is_trusted(self._address):
            raise ValueError(f"AWS_CONTAINER_CREDENTIALS_FULL_URI is {url!r}, must be https, loopback or an agent's")
        self._pool = ConnectionPool(self._address, _TIMEOUTS)
        self._clock = clock
        self._environment = environment
        self._lock = allocate_lock()
        self._held: Credentials | None = None

    def __call__(self) -> Credentials:
        """The credentials of the moment."""
        with self._lock:
            held, now = self._held, self._clock.now()
            if held is not None and not _is_due(held, now):
                return held
            try:
                self._held = self._fetched()
            except NoAnswer:
                if held is None or held.expires_at is None or held.expires_at <= now:
                    raise
                return held
            return self._held

    def _fetched(self) -> Credentials:
        headers = {"host": self._address.authority, "accept": "application/json"} | self._authorization()
        request = HttpRequest("GET", self._target, headers)
        for _ in range(_TRIES - 1):
            try:
                return self._asked(request)
            except NoAnswer:
                continue
        return self._asked(request)

    def _asked(self, request: HttpRequest) -> Credentials:
        response = self._pool.exchange(request)
        if response.status != _OK:
            raise NoAnswer(f"the endpoint of the credentials answered with status {response.status}")
        try:
            told = orjson.loads(response.body)
            expires_at = datetime.fromisoformat(told["Expiration"]) if told.get("Expiration") else None
            return Credentials(told["AccessKeyId"], told["SecretAccessKey"], told.get("Token") or "", expires_at)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NoAnswer("the endpoint of the credentials answered with something else") from error

    def _authorization(self) -> dict[str, str]:
        if file := self._environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"):
            try:
                with open(file, encoding="utf-8") as opened:  # noqa: PTH123 - pathlib costs a cold start
                    return {"authorization": opened.read().strip()}
            except OSError as error:
                raise NoAnswer(f"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read: {error}") from error
        token = self._environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        return {"authorization": token} if token else {}


def _is_due(held: Credentials, now: datetime) -> bool:
    return held.expires_at is not None and now >= held.expires_at - _REFRESH_BEFORE_EXPIRY


def _is_trusted(address: HttpAddress) -> bool:
    return address.is_tls or address.host in _TRUSTED_HOSTS or address.host.startswith("127.")
