"""Large bodies over memory and over S3, from both ends: ours by the port, the client's by what was signed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from sluice.adapters.aws_wire.attempts import Attempts
from sluice.adapters.aws_wire.credentials import Credentials
from sluice.adapters.aws_wire.failures import NoAnswer
from sluice.adapters.aws_wire.http_connection import Timeouts
from sluice.adapters.aws_wire.service_place import place_of
from sluice.adapters.aws_wire.signed_service import SignedService
from sluice.adapters.aws_wire.wires import Wires
from sluice.adapters.memory_large_bodies import MemoryLargeBodies
from sluice.adapters.s3_large_bodies import S3LargeBodies
from sluice.clock import SystemClock
from sluice.errors import PayloadTooLarge, StoreUnavailable
from sluice.inference.large_bodies import LargeBodies, SignedUrl
from tests.adapters.dynamodb_ways import signed_for
from tests.adapters.test_s3_wire import error
from tests.adapters.wire_server import scripted

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NAME = "risk/0123"
JSON, BINARY = "application/json", "application/octet-stream"


@dataclass(frozen=True)
class Ends:
    """The port, and the client's PUT and GET."""

    bodies: LargeBodies
    put: Callable[[SignedUrl, bytes], int]
    get: Callable[[str], bytes | None]


def memory() -> Ends:
    bodies = MemoryLargeBodies(SystemClock())
    return Ends(bodies, lambda signed, body: bodies.put(signed.url, body, signed.headers), bodies.get)


@pytest.fixture
def over_http(moto_url: str, bucket: str) -> Iterator[Ends]:
    wires = Wires(SystemClock(), signed_for(moto_url))
    yield Ends(
        wires.large_bodies(bucket),
        lambda signed, body: httpx.put(signed.url, content=body, headers=dict(signed.headers)).status_code,
        lambda url: httpx.get(url).content,
    )
    wires.start_anew()


@pytest.fixture(params=["memory", "s3"])
def ends(request: pytest.FixtureRequest) -> Ends:
    return memory() if request.param == "memory" else request.getfixturevalue("over_http")


@pytest.mark.parametrize("body", [b"{}", bytes(range(256)) * 20_000])
def test_what_a_client_puts_is_what_we_fetch(ends: Ends, body: bytes) -> None:
    signed = ends.bodies.sign_upload(NAME, size_bytes=len(body), media_type=BINARY)

    assert ends.put(signed, body) == 200
    assert ends.bodies.fetch_upload(NAME, limit_bytes=len(body)) == body


def test_nothing_is_there_before_it_is_put(ends: Ends) -> None:
    ends.bodies.sign_upload(NAME, size_bytes=2, media_type=JSON)

    assert ends.bodies.fetch_upload(NAME, limit_bytes=2) is None


def test_what_is_larger_than_the_limit_is_refused(ends: Ends) -> None:
    ends.put(ends.bodies.sign_upload(NAME, size_bytes=3, media_type=JSON), b"123")

    with pytest.raises(PayloadTooLarge, match="upload is 3 bytes, the limit is 2"):
        ends.bodies.fetch_upload(NAME, limit_bytes=2)


def test_an_answer_is_what_a_client_gets(ends: Ends) -> None:
    signed = ends.bodies.keep_answer(NAME, b"\x00answer", media_type=BINARY)

    assert ends.get(signed.url) == b"\x00answer"


def test_uploads_and_answers_of_one_name_keep_apart(ends: Ends) -> None:
    ends.bodies.keep_answer(NAME, b"answer", media_type=JSON)

    assert ends.bodies.fetch_upload(NAME, limit_bytes=10) is None


def test_a_url_says_until_when_it_is_good(ends: Ends) -> None:
    signed = ends.bodies.sign_upload(NAME, size_bytes=2, media_type=JSON)

    assert timedelta(minutes=14) < signed.expires_at - datetime.now(UTC) <= timedelta(minutes=15)
    assert signed.headers == {"content-length": "2", "content-type": JSON}


def test_an_empty_object_is_an_empty_body(s3: "S3Client", over_http: Ends, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key=f"uploads/{NAME}", Body=b"")

    assert over_http.bodies.fetch_upload(NAME, limit_bytes=2) == b""


def test_each_kind_has_its_prefix_and_answers_their_media_type(s3: "S3Client", over_http: Ends, bucket: str) -> None:
    over_http.put(over_http.bodies.sign_upload(NAME, size_bytes=2, media_type=JSON), b"{}")
    over_http.bodies.keep_answer(NAME, b"[]", media_type=BINARY)

    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert keys == [f"downloads/{NAME}", f"uploads/{NAME}"]
    assert s3.head_object(Bucket=bucket, Key=keys[0])["ContentType"] == BINARY


KEYS = Credentials("a", "s")
NOWHERE = "http://127.0.0.1:9"


@contextmanager
def bodies_at(url: str, credentials: Credentials | None = KEYS) -> Iterator[S3LargeBodies]:
    def given() -> Credentials:
        if credentials is None:
            raise NoAnswer("no credentials")
        return credentials

    service = SignedService(place_of("s3", signed_for(url)), Timeouts(60, 60), credentials=given, clock=SystemClock())
    yield S3LargeBodies(service, Attempts(1), "b")
    service.drop_connections()


def test_who_may_not_list_the_bucket_is_told_403_of_what_is_not_there() -> None:
    with scripted([error("403 Forbidden", "AccessDenied")]) as server, bodies_at(server.url) as bodies:
        assert bodies.fetch_upload(NAME, limit_bytes=2) is None


@pytest.mark.parametrize("code", ["SignatureDoesNotMatch", "NoSuchBucket", "InternalError"])
def test_any_other_refusal_is_no_missing_upload(code: str) -> None:
    refused = pytest.raises(StoreUnavailable, match=f"bucket b .*uploads/{NAME}: {code}")
    with scripted([error("403 Forbidden", code)]) as server, bodies_at(server.url) as bodies, refused:
        bodies.fetch_upload(NAME, limit_bytes=2)


def test_an_answer_that_cannot_be_kept_is_told() -> None:
    refused = pytest.raises(StoreUnavailable, match="InternalError")
    with (
        scripted([error("500 Internal Server Error", "InternalError")]) as server,
        bodies_at(server.url) as bodies,
        refused,
    ):
        bodies.keep_answer(NAME, b"x", media_type=JSON)


def test_without_credentials_nothing_is_signed_or_fetched() -> None:
    with bodies_at(NOWHERE, None) as bodies:
        with pytest.raises(StoreUnavailable, match="no credentials"):
            bodies.sign_upload(NAME, size_bytes=2, media_type=JSON)
        with pytest.raises(StoreUnavailable, match="no credentials"):
            bodies.fetch_upload(NAME, limit_bytes=2)


def test_a_url_ends_with_the_credentials_that_signed_it() -> None:
    soon = datetime.now(UTC) + timedelta(minutes=1)
    with bodies_at(NOWHERE, Credentials("a", "s", "t", soon)) as bodies:
        assert bodies.sign_upload(NAME, size_bytes=2, media_type=JSON).expires_at == soon


def test_at_aws_a_bucket_has_a_host_of_its_own() -> None:
    place = place_of("s3", {"AWS_REGION": "eu-central-1"})
    service = SignedService(place, Timeouts(1, 1), credentials=lambda: KEYS, clock=SystemClock())

    url = S3LargeBodies(service, Attempts(1), "records").sign_upload(NAME, size_bytes=2, media_type=JSON).url

    assert url.startswith(f"https://records.s3.eu-central-1.amazonaws.com/uploads/{NAME}?")
    assert "X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost" in url
