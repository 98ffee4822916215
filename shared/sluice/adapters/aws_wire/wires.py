"""S3 and DynamoDB for one process: where its environment says, signed by who it says."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sluice.adapters.aws_wire.attempts import Attempts
from sluice.adapters.aws_wire.credentials import Credentials, CredentialSource, credential_source
from sluice.adapters.aws_wire.dynamodb_wire import DynamoWire
from sluice.adapters.aws_wire.http_connection import Timeouts
from sluice.adapters.aws_wire.s3_wire import S3Wire
from sluice.adapters.aws_wire.service_place import place_of
from sluice.adapters.aws_wire.signed_service import SignedService
from sluice.clock import Clock

if TYPE_CHECKING:
    from sluice.adapters.s3_large_bodies import S3LargeBodies

# As long as `s3_content_store.s3_client` waits: soon enough for a person or a function to hear of it.
_S3_TIMEOUTS = Timeouts(connect_seconds=2, read_seconds=10)
_S3_ATTEMPTS = 3


class Wires:
    """Makes wires that share their credentials; nothing is sent yet. Raises ValueError where no region is set."""

    def __init__(self, clock: Clock, environment: Mapping[str, str] = os.environ) -> None:
        self._clock = clock
        self._environment = environment
        self._credentials: CredentialSource = credential_source(clock, environment)
        self._services: list[SignedService] = []

    def s3(self) -> S3Wire:
        """Objects of S3, tried three times."""
        return S3Wire(self._service("s3", _S3_TIMEOUTS), Attempts(_S3_ATTEMPTS))

    def large_bodies(self, bucket: str) -> "S3LargeBodies":
        """Uploads and large answers, in this bucket."""
        from sluice.adapters.s3_large_bodies import S3LargeBodies  # few functions are ever asked for one

        return S3LargeBodies(self._service("s3", _S3_TIMEOUTS), Attempts(_S3_ATTEMPTS), bucket)

    def dynamodb(self, *, budget_ms: int) -> DynamoWire:
        """DynamoDB, tried once: it waits `budget_ms` for a connection, and as long for each piece of an answer.

        That is no limit for a whole call: `deadline.Deadline` is.
        """
        seconds = budget_ms / 1000
        return DynamoWire(self._service("dynamodb", Timeouts(seconds, seconds)))

    def start_anew(self) -> None:
        """Forget what does not outlive a snapshot: connections, and credentials that were fetched."""
        for service in self._services:
            service.drop_connections()
        self._credentials = credential_source(self._clock, self._environment)

    def _service(self, name: str, timeouts: Timeouts) -> SignedService:
        place = place_of(name, self._environment)
        service = SignedService(place, timeouts, credentials=self._present, clock=self._clock)
        self._services.append(service)
        return service

    def _present(self) -> Credentials:
        return self._credentials()
