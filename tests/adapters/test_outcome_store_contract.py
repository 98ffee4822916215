"""One contract over both stores of outcomes: the first of a key stays."""

import socket
from collections.abc import Callable
from contextlib import closing
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug import Request, Response

from sluice.adapters.memory_outcomes import MemoryOutcomeStore
from sluice.adapters.s3_content_store import s3_client
from sluice.adapters.s3_outcome_store import S3OutcomeStore
from sluice.errors import StoreUnavailable
from sluice.experiments.outcome_document import outcome_from_bytes
from sluice.experiments.outcome_ports import OutcomeStore
from tests.adapters.conftest import REGION, serving
from tests.unit.experiments.outcome_builders import an_outcome

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture
def s3_store(s3: "S3Client", bucket: str) -> S3OutcomeStore:
    return S3OutcomeStore(s3, bucket)


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest) -> OutcomeStore:
    return MemoryOutcomeStore() if request.param == "memory" else request.getfixturevalue("s3_store")


def test_the_first_of_a_key_is_stored_and_no_other(store: OutcomeStore) -> None:
    assert [store.put_if_absent(an_outcome("k", value=value)) for value in (1.0, 1.0, 2.0)] == [True, False, False]


def test_the_very_same_outcome_is_stored_once(store: OutcomeStore) -> None:
    outcome = an_outcome()

    assert [store.put_if_absent(outcome), store.put_if_absent(outcome)] == [True, False]


def test_keys_keep_apart(store: OutcomeStore) -> None:
    assert [store.put_if_absent(an_outcome(key)) for key in ("a", "A", "a/b", "../a", "~ ")] == [True] * 5


def test_of_many_at_once_one_is_the_first(store: OutcomeStore, at_once: Callable[..., list[Any]]) -> None:
    calls = [partial(store.put_if_absent, an_outcome("k", value=value)) for value in (1.0, 2.0, 3.0, 4.0)]

    assert sorted(at_once(*calls)) == [False, False, False, True]


def test_the_object_lies_under_the_hash_of_the_key(s3_store: S3OutcomeStore, s3: "S3Client", bucket: str) -> None:
    s3_store.put_if_absent(an_outcome("a/b u", value=1.0))
    s3_store.put_if_absent(an_outcome("a/b u", value=2.0))

    [found] = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert found["Key"] == f"outcomes/{sha256(b'a/b u').hexdigest()}"
    content = s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
    assert outcome_from_bytes(content) == an_outcome("a/b u", value=1.0)


def test_a_bucket_that_is_not_there_is_told_by_name(s3: "S3Client") -> None:
    with pytest.raises(StoreUnavailable, match=r"bucket no-such-bucket is unavailable: .*NoSuchBucket"):
        S3OutcomeStore(s3, "no-such-bucket").put_if_absent(an_outcome())


def test_an_endpoint_that_is_gone_is_told_as_unavailable() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    client = s3_client(region=REGION, endpoint_url=url)

    with pytest.raises(StoreUnavailable, match="bucket bucket is unavailable"):
        S3OutcomeStore(client, "bucket").put_if_absent(an_outcome())
    client.close()


class BusyS3:
    """An endpoint where another upload of the same object is under way for the first few requests."""

    def __init__(self, busy_count: int) -> None:
        self._busy_count = busy_count
        self.request_count = 0

    def __call__(self, environ: Any, start_response: Any) -> Any:
        Request(environ).get_data()
        self.request_count += 1
        if self.request_count > self._busy_count:
            return Response(headers={"ETag": '"e"'})(environ, start_response)
        error = "<Error><Code>ConditionalRequestConflict</Code><Message>busy</Message></Error>"
        return Response(error, 409, content_type="application/xml")(environ, start_response)


@pytest.mark.parametrize(("busy_count", "requests"), [(2, 3), (3, 3)])
def test_an_object_that_is_being_written_is_tried_three_times(busy_count: int, requests: int) -> None:
    endpoint = BusyS3(busy_count)
    with serving(endpoint) as url, closing(s3_client(region=REGION, endpoint_url=url)) as client:
        store = S3OutcomeStore(client, "bucket")

        if busy_count < 3:
            assert store.put_if_absent(an_outcome()) is True
        else:
            with pytest.raises(StoreUnavailable, match="never ended"):
                store.put_if_absent(an_outcome())

    assert endpoint.request_count == requests
