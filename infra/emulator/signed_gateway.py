"""The deployed gateway over HTTPS, each request signed as a client of an IAM API signs it."""

import json
import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infra.emulator.settings import EmulatorSettings

_TIMEOUT_SECONDS = 60


class GatewayRefused(Exception):
    """The gateway did not answer 2xx; the message says what it answered."""


@dataclass(frozen=True, slots=True)
class SignedGateway:
    """`url` without a slash at its end."""

    url: str
    settings: EmulatorSettings

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The document that it answers. Raises GatewayRefused."""
        content = b"" if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - https, as the settings say
            self.url + path, data=content or None, headers=self._signature(method, path, content), method=method
        )
        trust = ssl.create_default_context(cafile=self.settings.certificate)
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS, context=trust) as answer:  # noqa: S310
                return json.loads(answer.read())
        except HTTPError as refusal:
            raise GatewayRefused(f"{method} {path}: {refusal.code} {refusal.read().decode()}") from refusal

    def _signature(self, method: str, path: str, content: bytes) -> dict[str, str]:
        client = self.settings.client_environment()
        credentials = Credentials(client["AWS_ACCESS_KEY_ID"], client["AWS_SECRET_ACCESS_KEY"])
        headers = {"Content-Type": "application/json"}
        unsigned = AWSRequest(method, self.url + path, data=content, headers=headers)
        SigV4Auth(credentials, "execute-api", self.settings.region).add_auth(unsigned)
        return dict(unsigned.headers.items())
