"""boto3 against the AWS endpoint: what moto answers, what is refused, and who may ask."""

import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from sluice.local.aws_endpoint.endpoint import AwsApplications, AwsEndpoint
from sluice.local.aws_endpoint.moto_application import MotoApplication, MotoOccupied
from sluice.local.aws_endpoint.plane_api import PlaneApi
from sluice.local.aws_endpoint.request import AwsRequest
from sluice.local.movable_clock import MovableClock
from sluice.local.resources import REGION, create_resources
from sluice.local.sockets import PortTaken, bound_socket
from tests.local.conftest import Clients, clients_of
from tests.plain_http import NO_TLS

TABLE, BUCKET = "sluice-registry", "sluice-artefacts"


def naming(name: bytes) -> Any:
    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"logGroups":[{"logGroupName":"%s"}],"Functions":[{"FunctionName":"%s"}]}' % (name, name)]

    return application


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoApplication]:
    moto = MotoApplication(account_id="000000000000").start()
    yield moto
    moto.stop()


@pytest.fixture(scope="module")
def url(moto: MotoApplication) -> Iterator[str]:
    with ExitStack() as undo, bound_socket(0) as listener:
        applications = AwsApplications(naming(b"ours"), naming(b"logged"), moto, PlaneApi(MovableClock()))
        endpoint = AwsEndpoint(applications, listener)
        undo.callback(endpoint.stop)
        endpoint.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def aws(url: str) -> Iterator[Clients]:
    with clients_of(url) as aws:
        create_resources(aws("dynamodb"), aws("s3"))
        yield aws


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=20, verify=NO_TLS) as client:
        yield client


@pytest.fixture
def impatient_threads() -> Iterator[None]:
    """Threads change so often that what is not locked goes wrong."""
    interval_seconds = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval_seconds)


def item(pk: str, sk: str = "a", **more: dict[str, str]) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}, **more}


def refused(code: str) -> Any:
    return pytest.raises(ClientError, match=code)


def test_resources_are_created_once_and_found_again(aws: Clients) -> None:
    create_resources(aws("dynamodb"), aws("s3"))

    table = aws("dynamodb").describe_table(TableName=TABLE)["Table"]
    assert [(key["AttributeName"], key["KeyType"]) for key in table["KeySchema"]] == [("pk", "HASH"), ("sk", "RANGE")]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert {bucket["Name"] for bucket in aws("s3").list_buckets()["Buckets"]} == {
        BUCKET,
        "sluice-ledger",
        "sluice-records",
    }


def conditional_put(pk: str) -> AwsRequest:
    put = {"TableName": TABLE, "Item": item(pk), "ConditionExpression": "attribute_not_exists(pk)"}
    return AwsRequest(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_X_AMZ_TARGET": "DynamoDB_20120810.PutItem",
            "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential=a/20260101/{REGION}/dynamodb/aws4_request",
        },
        json.dumps(put).encode(),
    )


def test_a_conditional_write_happens_once_however_many_try(
    aws: Clients, moto: MotoApplication, impatient_threads: None
) -> None:
    barrier = threading.Barrier(6)

    def won(round_number: int) -> bool:
        barrier.wait(20)
        return moto.answer(conditional_put(f"race{round_number}")).succeeded

    with ThreadPoolExecutor(6) as pool:
        wins = [sum(pool.map(won, [round_number] * 6)) for round_number in range(150)]
    assert wins == [1] * 150


def test_a_transaction_is_all_or_nothing(aws: Clients) -> None:
    dynamodb = aws("dynamodb")
    dynamodb.put_item(TableName=TABLE, Item=item("taken"))
    puts = [
        {"Put": {"TableName": TABLE, "Item": item("fresh")}},
        {"Put": {"TableName": TABLE, "Item": item("taken"), "ConditionExpression": "attribute_not_exists(pk)"}},
    ]

    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as caught:
        dynamodb.transact_write_items(TransactItems=puts)

    assert [reason["Code"] for reason in caught.value.response["CancellationReasons"]] == [
        "None",
        "ConditionalCheckFailed",
    ]
    assert "Item" not in dynamodb.get_item(TableName=TABLE, Key=item("fresh"))


def test_an_object_is_written_only_where_none_is(aws: Clients) -> None:
    s3 = aws("s3")
    s3.put_object(Bucket=BUCKET, Key="once/ü b", Body=b"first", Metadata={"under_score": "kept"}, IfNoneMatch="*")

    with refused("PreconditionFailed"):
        s3.put_object(Bucket=BUCKET, Key="once/ü b", Body=b"second", IfNoneMatch="*")

    found = s3.get_object(Bucket=BUCKET, Key="once/ü b")
    assert (found["Body"].read(), found["Metadata"]) == (b"first", {"under_score": "kept"})


def test_a_client_that_asks_before_sending_its_body_is_invited_at_once(url: str) -> None:
    port = int(url.rpartition(":")[2])
    head = b"PUT /nowhere/k HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"

    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head)
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.mark.parametrize(
    ("length", "code"), [("10", "IncompleteBody"), ("ten", "InvalidArgument"), ("-1", "InvalidArgument")]
)
def test_an_upload_that_breaks_off_stores_nothing(aws: Clients, url: str, length: str, code: str) -> None:
    port = int(url.rpartition(":")[2])
    head = f"PUT /{BUCKET}/half HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n\r\n"

    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head.encode() + b"five!")
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))

    assert code.encode() in answer
    with refused("NoSuchKey"):
        aws("s3").get_object(Bucket=BUCKET, Key="half")


def test_a_presigned_link_works_without_a_signature_in_the_headers(aws: Clients, http: httpx.Client) -> None:
    content = os.urandom(70_000)
    aws("s3").put_object(Bucket=BUCKET, Key="linked", Body=content)
    link = aws("s3").generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "linked"})

    assert http.get(link).content == content


def test_the_account_is_the_planes(aws: Clients) -> None:
    assert aws("sts").get_caller_identity()["Account"] == "000000000000"


@pytest.mark.parametrize(("service", "call"), [("sns", "list_topics"), ("iam", "list_users")])
def test_a_service_that_is_not_offered_says_so(aws: Clients, service: str, call: str) -> None:
    with refused("NotImplemented.* does not offer") as caught:
        getattr(aws(service), call)()

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_what_moto_stumbles_over_is_a_500_of_the_service(moto: MotoApplication) -> None:
    request = conditional_put("x")

    answer = moto.answer(AwsRequest(request.environ, b"{}"))

    assert (answer.status_code, json.loads(answer.body)["__type"]) == (500, "InternalFailure")


def test_lambda_and_its_logs_are_ours_signed_or_not(aws: Clients, url: str, http: httpx.Client) -> None:
    assert aws("lambda").list_functions()["Functions"] == [{"FunctionName": "ours"}]
    assert aws("logs").describe_log_groups()["logGroups"] == [{"logGroupName": "logged"}]
    assert http.get(f"{url}/2015-03-31/functions").json()["Functions"] == [{"FunctionName": "ours"}]


def test_moto_cannot_be_emptied_from_outside(url: str, http: httpx.Client) -> None:
    assert http.post(f"{url}/moto-api/reset").status_code == 501


@pytest.mark.parametrize("headers", [{"Origin": "https://example.org"}, {"Host": "rebound.example.org"}])
def test_web_pages_are_turned_away(url: str, http: httpx.Client, headers: dict[str, str]) -> None:
    for path in ("/2015-03-31/functions", "/_sluice/clock", "/sluice-artefacts"):
        assert http.get(url + path, headers=headers).status_code == 403


def test_health_and_unknown_paths_of_our_own(url: str, http: httpx.Client) -> None:
    assert http.get(f"{url}/_sluice/health").json() == {"status": "ok"}
    assert http.get(f"{url}/_sluice/else").status_code == 404
    assert http.delete(f"{url}/_sluice/clock").status_code == 405


def test_the_clock_is_read_moved_and_frozen(url: str, http: httpx.Client) -> None:
    clock = f"{url}/_sluice/clock"

    frozen = http.post(clock, json={"frozen": True}).json()
    assert http.get(clock).json() == frozen
    assert frozen["frozen"] is True
    moved = http.post(clock, json={"at": "2100-01-01T00:00:00Z"}).json()
    assert moved["now"] == "2100-01-01T00:00:00+00:00"
    assert http.post(clock, json={"advance_seconds": 1.5}).json()["now"] == "2100-01-01T00:00:01.500000+00:00"
    assert http.post(clock, json={"frozen": False}).json()["frozen"] is False


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"advance_seconds":-1}',
        b'{"advance_seconds":true}',
        b'{"advance_seconds":1e99}',
        b'{"at":"soon"}',
        b'{"at":"2200-01-01T00:00:00"}',
        b'{"at":"1999-01-01T00:00:00Z"}',
        b'{"back":1}',
    ],
)
def test_what_the_clock_does_not_understand_is_400_and_moves_nothing(url: str, http: httpx.Client, body: bytes) -> None:
    response = http.post(f"{url}/_sluice/clock", content=body)

    assert response.status_code == 400
    assert response.json()["message"]


def test_a_second_plane_in_this_process_is_refused(url: str) -> None:
    with pytest.raises(MotoOccupied, match="one state per process"):
        MotoApplication(account_id="000000000000").start()


def test_a_taken_port_is_told_in_one_sentence() -> None:
    with bound_socket(0) as listener:
        port = listener.getsockname()[1]

        with pytest.raises(PortTaken, match=f"port {port} on 127.0.0.1 is in use"):
            bound_socket(port)
