import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from sluice.adapters.aws_wire.wires import Wires
from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.adapters.s3_boto_objects import BotoObjects
from sluice.adapters.s3_content_store import S3ContentStore, s3_client
from sluice.adapters.s3_objects import S3Objects
from sluice.catalog.ports import ContentStore
from sluice.clock import SystemClock
from sluice.errors import StoreUnavailable
from tests.adapters.conftest import REGION
from tests.adapters.dynamodb_ways import signed_for

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture(params=["boto3", "wire"])
def objects(request: pytest.FixtureRequest, s3: "S3Client", moto_url: str) -> Iterator[S3Objects]:
    """Each way to S3 in turn."""
    wires = Wires(SystemClock(), signed_for(moto_url))
    yield BotoObjects(s3) if request.param == "boto3" else wires.s3()
    wires.start_anew()


@pytest.fixture
def s3_store(objects: S3Objects, bucket: str) -> S3ContentStore:
    return S3ContentStore(objects, {"artefacts": bucket, "releases": bucket})


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest, s3_store: S3ContentStore) -> ContentStore:
    return MemoryContentStore() if request.param == "memory" else s3_store


@pytest.mark.parametrize("content", [b"", b"graph", bytes(range(256)) * 5000])
def test_content_comes_back_under_its_own_digest(store: ContentStore, content: bytes) -> None:
    digest = store.put("artefacts", content)

    assert digest == sha256(content).hexdigest()
    assert store.get("artefacts", digest) == content


def test_the_same_content_again_is_accepted(store: ContentStore) -> None:
    assert store.put("artefacts", b"graph") == store.put("artefacts", b"graph")


def test_kinds_keep_apart(store: ContentStore) -> None:
    digest = store.put("artefacts", b"graph")

    with pytest.raises(StoreUnavailable):
        store.get("releases", digest)


def test_content_that_is_not_there_is_told_as_unavailable(store: ContentStore) -> None:
    with pytest.raises(StoreUnavailable, match="artefacts/" + "0" * 64):
        store.get("artefacts", "0" * 64)


def test_many_uploads_of_the_same_content_all_succeed(store: ContentStore, at_once: Callable[..., list[Any]]) -> None:
    digests = at_once(*[partial(store.put, "artefacts", b"graph")] * 6)

    assert set(digests) == {sha256(b"graph").hexdigest()}


def test_an_object_that_is_there_is_not_written_again(s3_store: S3ContentStore, s3: "S3Client", bucket: str) -> None:
    key = f"artefacts/{sha256(b'graph').hexdigest()}"
    s3.put_object(Bucket=bucket, Key=key, Body=b"stored before")

    s3_store.put("artefacts", b"graph")

    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"stored before"


def test_other_bytes_under_a_digest_are_refused(s3_store: S3ContentStore, s3: "S3Client", bucket: str) -> None:
    digest = s3_store.put("artefacts", b"graph")
    s3.put_object(Bucket=bucket, Key=f"artefacts/{digest}", Body=b"tampered")

    with pytest.raises(StoreUnavailable, match="holds other bytes than its name says"):
        s3_store.get("artefacts", digest)


def test_each_kind_lies_in_its_bucket(objects: S3Objects, s3: "S3Client", bucket: str) -> None:
    s3.create_bucket(Bucket=f"{bucket}-2", CreateBucketConfiguration={"LocationConstraint": REGION})
    store = S3ContentStore(objects, {"artefacts": bucket, "bodies": f"{bucket}-2"})

    digest = store.put("bodies", b"body")

    assert [each["Key"] for each in s3.list_objects_v2(Bucket=f"{bucket}-2")["Contents"]] == [f"bodies/{digest}"]
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_a_kind_without_a_bucket_is_told(s3_store: S3ContentStore) -> None:
    with pytest.raises(StoreUnavailable, match="no bucket is set"):
        s3_store.put("bodies", b"body")


def test_a_missing_bucket_is_told_by_name(objects: S3Objects) -> None:
    store = S3ContentStore(objects, {"artefacts": "no-such-bucket"})

    with pytest.raises(StoreUnavailable, match=r"bucket no-such-bucket is unavailable: .*NoSuchBucket"):
        store.put("artefacts", b"graph")


@pytest.mark.parametrize("way", ["boto3", "wire"])
def test_an_endpoint_that_is_gone_is_told_as_unavailable(way: str) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with closing(s3_client(region=REGION, endpoint_url=url)) as client:
        objects = BotoObjects(client) if way == "boto3" else Wires(SystemClock(), signed_for(url)).s3()
        store = S3ContentStore(objects, {"artefacts": "bucket"})

        with pytest.raises(StoreUnavailable, match="bucket bucket is unavailable"):
            store.put("artefacts", b"graph")
        with pytest.raises(StoreUnavailable, match="bucket bucket is unavailable"):
            store.get("artefacts", "0" * 64)
