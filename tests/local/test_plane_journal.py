"""moto's state across restarts: whatever was acknowledged is there, also after kill -9 in the middle of writing."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from sluice.local.aws_endpoint.endpoint import AwsEndpoint
from sluice.local.aws_endpoint.journal import Journal, JournalCorrupt
from sluice.local.aws_endpoint.moto_application import MotoApplication
from sluice.local.aws_endpoint.request import AwsRequest
from sluice.local.resources import REGION, create_resources
from sluice.local.sockets import bound_socket
from tests.local.conftest import Clients, clients_of, no_file_may_exceed

TABLE, BUCKET = "sluice-registry", "sluice-artefacts"


@contextmanager
def running(path: Path) -> Iterator[Clients]:
    """moto over a journal, behind HTTP; starting it again on the same file is a restart."""
    with ExitStack() as undo, bound_socket(0) as listener:
        journal = Journal(path, fsync=False)
        undo.callback(journal.close)
        moto = MotoApplication(account_id="000000000000", journal=journal).start()
        undo.callback(moto.stop)
        endpoint = AwsEndpoint(lambda environ, start: moto.answer(AwsRequest.read(environ)).send(start), listener)
        undo.callback(endpoint.stop)
        endpoint.start()
        yield undo.enter_context(clients_of(f"http://127.0.0.1:{listener.getsockname()[1]}"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def entry_count(path: Path) -> int:
    return path.read_bytes().count(b"\n") - 1


def test_tables_items_buckets_and_objects_survive_a_restart(path: Path) -> None:
    with running(path) as aws:
        create_resources(aws("dynamodb"), aws("s3"))
        for sk in ("a", "b"):
            aws("dynamodb").put_item(TableName=TABLE, Item={"pk": {"S": "x"}, "sk": {"S": sk}, "n": {"N": "1"}})
        aws("dynamodb").delete_item(TableName=TABLE, Key={"pk": {"S": "x"}, "sk": {"S": "b"}})
        aws("s3").put_object(Bucket=BUCKET, Key="a/ü", Body=b"\x00\xff", Metadata={"under_score": "kept"})

    with running(path) as aws:
        create_resources(aws("dynamodb"), aws("s3"))
        items = aws("dynamodb").scan(TableName=TABLE)["Items"]
        assert items == [{"pk": {"S": "x"}, "sk": {"S": "a"}, "n": {"N": "1"}}]
        found = aws("s3").get_object(Bucket=BUCKET, Key="a/ü")
        assert (found["Body"].read(), found["Metadata"]) == (b"\x00\xff", {"under_score": "kept"})


def test_reads_and_refused_writes_leave_no_entry(path: Path) -> None:
    with running(path) as aws:
        create_resources(aws("dynamodb"), aws("s3"))
        before = entry_count(path)

        aws("dynamodb").scan(TableName=TABLE)
        aws("dynamodb").describe_table(TableName=TABLE)
        aws("s3").list_buckets()
        aws("sts").get_caller_identity()
        with pytest.raises(ClientError, match="NoSuchKey"):
            aws("s3").put_object(Bucket=BUCKET, Key="k", Body=b"", IfMatch='"0"')
        create_resources(aws("dynamodb"), aws("s3"))

        assert entry_count(path) == before


def test_versions_of_objects_keep_their_ids(path: Path) -> None:
    with running(path) as aws:
        create_resources(aws("dynamodb"), aws("s3"))
        aws("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        first = aws("s3").put_object(Bucket=BUCKET, Key="k", Body=b"1")["VersionId"]
        aws("s3").list_buckets()
        aws("s3").put_object(Bucket=BUCKET, Key="k", Body=b"2")

    with running(path) as aws:
        assert aws("s3").get_object(Bucket=BUCKET, Key="k", VersionId=first)["Body"].read() == b"1"


def test_an_upload_in_parts_can_be_finished_after_a_restart(path: Path) -> None:
    part, key = b"p" * 5_242_880, {"Bucket": BUCKET, "Key": "big"}
    with running(path) as aws:
        create_resources(aws("dynamodb"), aws("s3"))
        upload = {**key, "UploadId": aws("s3").create_multipart_upload(**key)["UploadId"]}
        etags = [aws("s3").upload_part(**upload, PartNumber=1, Body=part)["ETag"]]

    with running(path) as aws:
        etags.append(aws("s3").upload_part(**upload, PartNumber=2, Body=b"end")["ETag"])
        parts = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, start=1)]
        aws("s3").complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})

    with running(path) as aws:
        assert aws("s3").get_object(**key)["Body"].read() == part + b"end"


def test_credentials_stay_out_of_the_file(path: Path) -> None:
    with (
        running(path) as aws,
        clients_of(aws("s3").meta.endpoint_url, aws_session_token="a-session-token") as holder,
    ):
        holder("s3").create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})

    assert b"Signature=0" in path.read_bytes()
    assert b"a-session-token" not in path.read_bytes()


def test_an_entry_that_can_no_longer_be_replayed_is_named(path: Path) -> None:
    with running(path) as aws:
        create_resources(aws("dynamodb"), aws("s3"))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines, lines[-1]]))
    number = len(lines) + 1

    with pytest.raises(JournalCorrupt, match=f"line {number}: replay answered 409 where 200"), running(path):
        pass
    with pytest.raises(JournalCorrupt, match=f"line {number}"), running(path):
        pass


def test_an_entry_of_another_shape_is_named(path: Path) -> None:
    with running(path):
        pass
    journal = Journal(path)
    list(journal.replay())
    journal.append(b"{}")
    journal.close()

    with pytest.raises(JournalCorrupt, match="line 2: replay failed: KeyError"), running(path):
        pass


def test_a_change_that_cannot_be_written_down_is_not_acknowledged(path: Path) -> None:
    with running(path) as aws:
        create_resources(aws("dynamodb"), aws("s3"))
        with no_file_may_exceed(path.stat().st_size + 10), pytest.raises(ClientError, match=r"503|ServiceUnavail"):
            aws("s3").put_object(Bucket=BUCKET, Key="lost", Body=b"")
        with pytest.raises(ClientError, match="restart once there is room"):
            aws("dynamodb").put_item(TableName=TABLE, Item={"pk": {"S": "lost"}, "sk": {"S": "x"}})
        assert aws("dynamodb").scan(TableName=TABLE)["Count"] == 0

    with running(path) as aws:
        assert "Contents" not in aws("s3").list_objects_v2(Bucket=BUCKET)


WRITER = """
import sys
from pathlib import Path
from sluice.local.plane import start_plane
from sluice.local.plane_settings import PlaneSettings
with start_plane(PlaneSettings(gateway_port=0, aws_port=0, data_dir=Path(sys.argv[1]))) as plane:
    print(plane.aws_url, flush=True)
    sys.stdin.read()
"""


def write_until_it_dies(aws: Clients, writer: str, under_way: threading.Barrier) -> list[str]:
    acknowledged: list[str] = []
    dynamodb, s3 = aws("dynamodb"), aws("s3")
    while True:
        name = f"{writer}{len(acknowledged)}"
        try:
            dynamodb.put_item(TableName=TABLE, Item={"pk": {"S": "k"}, "sk": {"S": name}})
            s3.put_object(Bucket=BUCKET, Key=name, Body=os.urandom(10_000))
        except (BotoCoreError, ClientError):
            return acknowledged
        acknowledged.append(name)
        if len(acknowledged) == 10:
            under_way.wait(60)


def test_kill_9_in_the_middle_of_writing_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with clients_of(process.stdout.readline().strip()) as aws, ThreadPoolExecutor(3) as pool:
            create_resources(aws("dynamodb"), aws("s3"))
            under_way = threading.Barrier(4)
            writers = [pool.submit(write_until_it_dies, aws, writer, under_way) for writer in "abc"]
            under_way.wait(60)
            process.send_signal(signal.SIGKILL)
            acknowledged = {name for writer in writers for name in writer.result(60)}

    with running(tmp_path / "journal") as aws:
        items = aws("dynamodb").scan(TableName=TABLE)["Items"]
        objects = aws("s3").list_objects_v2(Bucket=BUCKET)["Contents"]
    assert len(acknowledged) >= 30
    assert acknowledged <= {item["sk"]["S"] for item in items}
    assert acknowledged <= {found["Key"] for found in objects}
