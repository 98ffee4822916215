import socket
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.adapters.s3_content_store import S3ContentStore, s3_client
from sluice.catalog.ports import ContentStore
from sluice.errors import StoreUnavailable
from tests.adapters.conftest import REGION

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture
def s3_store(s3: "S3Client", bucket: str) -> S3ContentStore:
    return S3ContentStore(s3, {"artefacts": bucket, "releases": bucket})


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest) -> ContentStore:
    return MemoryContentStore() if request.param == "memory" else request.getfixturevalue("s3_store")


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


def test_each_kind_lies_in_its_bucket(s3: "S3Client", bucket: str) -> None:
    s3.create_bucket(Bucket=f"{bucket}-2", CreateBucketConfiguration={"LocationConstraint": REGION})
    store = S3ContentStore(s3, {"artefacts": bucket, "bodies": f"{bucket}-2"})

    digest = store.put("bodies", b"body")

    assert [each["Key"] for each in s3.list_objects_v2(Bucket=f"{bucket}-2")["Contents"]] == [f"bodies/{digest}"]
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_a_kind_without_a_bucket_is_told(s3_store: S3ContentStore) -> None:
    with pytest.raises(StoreUnavailable, match="no bucket is set"):
        s3_store.put("bodies", b"body")


def test_a_missing_bucket_is_told_by_name(s3: "S3Client") -> None:
    store = S3ContentStore(s3, {"artefacts": "no-such-bucket"})

    with pytest.raises(StoreUnavailable, match=r"bucket no-such-bucket is unavailable: .*NoSuchBucket"):
        store.put("artefacts", b"graph")


def test_an_endpoint_that_is_gone_is_told_as_unavailable() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    client = s3_client(region=REGION, endpoint_url=url)
    store = S3ContentStore(client, {"artefacts": "bucket"})

    with pytest.raises(StoreUnavailable, match="bucket bucket is unavailable"):
        store.put("artefacts", b"graph")
    with pytest.raises(StoreUnavailable, match="bucket bucket is unavailable"):
        store.get("artefacts", "0" * 64)
    client.close()
