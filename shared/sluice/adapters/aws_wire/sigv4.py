"""Signature Version 4 of AWS, as a pure function.

Source: "Authenticating requests (AWS Signature Version 4)", Amazon S3 API reference.
"""

import hmac
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime
from hashlib import sha256

from sluice.adapters.aws_wire.credentials import Credentials
from sluice.adapters.aws_wire.percent_encoding import encoded
from sluice.frozen import frozen

_ALGORITHM = "AWS4-HMAC-SHA256"
_EXPIRY_LIMIT_SECONDS = 604_800


@frozen
class SigningScope:
    """What a signature is good for; services other than S3 sign a path that is encoded once more."""

    region: str
    service: str

    def on(self, day: str) -> str:
        """The scope as a signature names it."""
        return f"{day}/{self.region}/{self.service}/aws4_request"


@frozen
class Signable:
    """What is signed of a request. `path` is percent-encoded; `query` is not; header names are lower-case."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)


def signed_headers(
    request: Signable, payload_digest: str, *, scope: SigningScope, credentials: Credentials, at: datetime
) -> dict[str, str]:
    """All headers to send, those of the request among them; the request must name its `host`.

    `payload_digest` is the SHA-256 of the body, in hexadecimal.
    """
    headers = {**request.headers, "x-amz-date": _timestamp(at)}
    if scope.service == "s3":
        headers["x-amz-content-sha256"] = payload_digest
    if credentials.token:
        headers["x-amz-security-token"] = credentials.token
    whole = replace(request, headers=headers)
    signature = _signature(_canonical(whole, payload_digest, scope), scope=scope, credentials=credentials, at=at)
    place = f"Credential={credentials.access_key}/{scope.on(_day(at))}"
    headers["authorization"] = f"{_ALGORITHM} {place}, SignedHeaders={_names(headers)}, Signature={signature}"
    return headers


def presigned_query(
    request: Signable, *, expires_seconds: int, scope: SigningScope, credentials: Credentials, at: datetime
) -> str:
    """The query that lets whoever has it make this request to S3 until it expires.

    The headers of the request must be sent with it, exactly. Raises ValueError for more than seven days.
    """
    if not 0 < expires_seconds <= _EXPIRY_LIMIT_SECONDS:
        raise ValueError(f"expires after {expires_seconds} seconds, allowed: 1 to {_EXPIRY_LIMIT_SECONDS}")
    query = {
        **request.query,
        "X-Amz-Algorithm": _ALGORITHM,
        "X-Amz-Credential": f"{credentials.access_key}/{scope.on(_day(at))}",
        "X-Amz-Date": _timestamp(at),
        "X-Amz-Expires": str(expires_seconds),
        "X-Amz-SignedHeaders": _names(request.headers),
    }
    if credentials.token:
        query["X-Amz-Security-Token"] = credentials.token
    whole = replace(request, query=query)
    signature = _signature(_canonical(whole, "UNSIGNED-PAYLOAD", scope), scope=scope, credentials=credentials, at=at)
    return f"{canonical_query(query)}&X-Amz-Signature={signature}"


def canonical_query(query: Mapping[str, str]) -> str:
    """Names and values percent-encoded, in the order of the encoded names."""
    pairs = sorted((encoded(name), encoded(value)) for name, value in query.items())
    return "&".join(f"{name}={value}" for name, value in pairs)


def _canonical(request: Signable, payload_digest: str, scope: SigningScope) -> str:
    path = request.path if scope.service == "s3" else encoded(request.path, keep="/")
    headers = "".join(f"{name}:{' '.join(request.headers[name].split())}\n" for name in sorted(request.headers))
    parts = (request.method, path, canonical_query(request.query), headers, _names(request.headers), payload_digest)
    return "\n".join(parts)


def _signature(canonical: str, *, scope: SigningScope, credentials: Credentials, at: datetime) -> str:
    digest = sha256(canonical.encode()).hexdigest()
    text = "\n".join((_ALGORITHM, _timestamp(at), scope.on(_day(at)), digest))
    key = f"AWS4{credentials.secret_key}".encode()
    for part in (_day(at), scope.region, scope.service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


def _names(headers: Mapping[str, str]) -> str:
    return ";".join(sorted(headers))


def _timestamp(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"


def _day(at: datetime) -> str:
    return f"{at:%Y%m%d}"
