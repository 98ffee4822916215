"""Our signatures beside botocore's, which is the oracle."""

from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import given
from hypothesis import strategies as st

from sluice.adapters.aws_wire.credentials import Credentials
from sluice.adapters.aws_wire.percent_encoding import encoded
from sluice.adapters.aws_wire.sigv4 import Signable, SigningScope, presigned_query, signed_headers

AT = datetime(2026, 11, 21, 7, 5, 9, tzinfo=UTC)
WORDS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", min_size=1, max_size=20)
SECRETS = st.text("abcABC019+/=", min_size=1, max_size=40)
CREDENTIALS = st.builds(Credentials, access_key=WORDS, secret_key=SECRETS, token=st.just("") | SECRETS)
SEGMENTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"), min_size=1, max_size=12)
KEYS = st.lists(SEGMENTS.filter(lambda it: it not in (".", "..")), min_size=1, max_size=4).map("/".join)
HEADER_VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30)
HEADERS = st.dictionaries(
    st.sampled_from(["if-none-match", "content-type", "x-amz-target", "x-amz-checksum-sha256", "x-amz-meta-a-b"]),
    st.lists(HEADER_VALUES, min_size=1, max_size=3).map("  ".join),
)
HOST = "bucket.s3.eu-central-1.amazonaws.com"


def signed_by_botocore(kind: str, request: AWSRequest, credentials: Credentials, scope: SigningScope) -> datetime:
    """Sign the request in place; the instant at which it was signed."""
    keys = BotoCredentials(credentials.access_key, credentials.secret_key, credentials.token or None)
    getattr(botocore.auth, kind)(keys, scope.service, scope.region).add_auth(request)
    return datetime.strptime(request.context["timestamp"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


@given(key=KEYS, headers=HEADERS, body=st.binary(max_size=100), credentials=CREDENTIALS, region=WORDS)
def test_requests_to_s3_are_signed_as_botocore_signs_them(
    key: str, headers: dict[str, str], body: bytes, credentials: Credentials, region: str
) -> None:
    scope, path = SigningScope(region, "s3"), "/" + encoded(key, keep="/")
    oracle = AWSRequest("PUT", f"https://{HOST}{path}", headers=headers, data=body)
    oracle.context["payload_signing_enabled"] = True
    at = signed_by_botocore("S3SigV4Auth", oracle, credentials, scope)

    ours = signed_headers(
        Signable("PUT", path, {"host": HOST, **headers}),
        sha256(body).hexdigest(),
        scope=scope,
        credentials=credentials,
        at=at,
    )

    theirs = {name.lower(): value for name, value in oracle.headers.items()}
    assert {name: ours[name] for name in theirs} == theirs


@given(headers=HEADERS, body=st.binary(max_size=100), credentials=CREDENTIALS, region=WORDS)
def test_requests_to_dynamodb_are_signed_as_botocore_signs_them(
    headers: dict[str, str], body: bytes, credentials: Credentials, region: str
) -> None:
    scope, host = SigningScope(region, "dynamodb"), "dynamodb.eu-central-1.amazonaws.com"
    oracle = AWSRequest("POST", f"https://{host}/", headers=headers, data=body)
    at = signed_by_botocore("SigV4Auth", oracle, credentials, scope)

    ours = signed_headers(
        Signable("POST", "/", {"host": host, **headers}),
        sha256(body).hexdigest(),
        scope=scope,
        credentials=credentials,
        at=at,
    )

    theirs = {name.lower(): value for name, value in oracle.headers.items()}
    assert {name: ours[name] for name in theirs} == theirs


@given(key=KEYS, credentials=CREDENTIALS, seconds=st.integers(1, 604_800), region=WORDS)
def test_presigned_requests_to_s3_are_those_of_botocore(
    key: str, credentials: Credentials, seconds: int, region: str
) -> None:
    scope, path = SigningScope(region, "s3"), "/" + encoded(key, keep="/")
    oracle = AWSRequest("GET", f"https://{HOST}{path}")
    keys = BotoCredentials(credentials.access_key, credentials.secret_key, credentials.token or None)
    botocore.auth.S3SigV4QueryAuth(keys, "s3", region, expires=seconds).add_auth(oracle)
    at = datetime.strptime(oracle.context["timestamp"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)

    ours = presigned_query(
        Signable("GET", path, {"host": HOST}), expires_seconds=seconds, scope=scope, credentials=credentials, at=at
    )

    assert sorted(parse_qsl(ours)) == sorted(parse_qsl(urlsplit(str(oracle.url)).query))


@pytest.mark.parametrize("seconds", [0, -1, 604_801])
def test_nothing_is_presigned_for_more_than_seven_days(seconds: int) -> None:
    with pytest.raises(ValueError, match="allowed: 1 to 604800"):
        presigned_query(
            Signable("GET", "/k", {"host": HOST}),
            expires_seconds=seconds,
            scope=SigningScope("r", "s3"),
            credentials=Credentials("a", "b"),
            at=AT,
        )
