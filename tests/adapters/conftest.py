"""AWS for the adapters: moto behind real HTTP, and our own Lambda, whose rules moto does not enforce."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import boto3
import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from sluice.adapters.dynamodb_calls import DynamoCalls
from sluice.adapters.dynamodb_client import dynamodb_client
from sluice.adapters.dynamodb_definitions import DynamoDefinitions
from sluice.adapters.dynamodb_registry import DynamoRegistry
from sluice.adapters.dynamodb_table import RegistryTable
from sluice.adapters.dynamodb_units import DynamoUnits
from sluice.adapters.memory_definitions import MemoryDefinitions
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.adapters.memory_units import MemoryUnits
from sluice.adapters.s3_content_store import s3_client
from sluice.catalog.ports import Registry
from sluice.experiments.ports import DefinitionStore, UnitStore
from sluice.local.aws_errors import AwsError
from sluice.local.lambda_api.application import lambda_wsgi_app
from sluice.local.lambda_control.functions import LambdaFunctions
from sluice.local.lambda_host.invocation import Invocation
from sluice.local.resources import create_table
from tests.adapters.dynamodb_ways import WAYS, Way

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

REGION: Final = "eu-central-1"


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def serving(application: Any, *, looks_up_seconds: float = 0.002) -> Iterator[str]:
    """An application on a free port, one request at a time: each is atomic, as a request to DynamoDB is.

    So often it looks up whether it is to end; most serve for milliseconds.
    """
    server = make_server("127.0.0.1", 0, application, threaded=False, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(looks_up_seconds,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    with serving(DomainDispatcherApplication(create_backend_app), looks_up_seconds=0.1) as url:
        yield url


@pytest.fixture
def table(moto_url: str) -> RegistryTable:
    table = RegistryTable(f"registry-{uuid4().hex}", region=REGION, endpoint_url=moto_url)
    table.create()
    return table


@pytest.fixture(params=["memory", "dynamodb"])
def registry(request: pytest.FixtureRequest) -> Registry:
    """Each registry in turn: what holds for one holds for the other."""
    if request.param == "memory":
        return MemoryRegistry()
    return DynamoRegistry(request.getfixturevalue("table"))


@pytest.fixture
def dynamodb(moto_url: str) -> Iterator["DynamoDBClient"]:
    client = dynamodb_client(budget_ms=60_000, region=REGION, endpoint_url=moto_url)
    yield client
    client.close()


@pytest.fixture
def table_name(dynamodb: "DynamoDBClient") -> str:
    """A new table with the keys of all our tables."""
    name = f"table-{uuid4().hex}"
    create_table(dynamodb, name)
    return name


@pytest.fixture(params=["memory", "dynamodb"])
def definitions(request: pytest.FixtureRequest, moto_url: str) -> DefinitionStore:
    """Each store of definitions in turn."""
    if request.param == "memory":
        return MemoryDefinitions()
    return DynamoDefinitions(request.getfixturevalue("table_name"), region=REGION, endpoint_url=moto_url)


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    """Each way to DynamoDB in turn."""
    return WAYS[request.param]


@pytest.fixture
def calls(way: Way, moto_url: str) -> Iterator[DynamoCalls]:
    """Calls to moto's DynamoDB, each way in turn."""
    with way(moto_url) as calls:
        yield calls


@pytest.fixture(params=["memory", *WAYS])
def units(request: pytest.FixtureRequest, moto_url: str) -> Iterator[UnitStore]:
    """Each store of units in turn."""
    if request.param == "memory":
        yield MemoryUnits()
        return
    with WAYS[request.param](moto_url) as calls:
        yield DynamoUnits(calls, request.getfixturevalue("table_name"))


@pytest.fixture
def s3(moto_url: str) -> Iterator["S3Client"]:
    client = s3_client(region=REGION, endpoint_url=moto_url)
    yield client
    client.close()


@pytest.fixture
def bucket(s3: "S3Client") -> str:
    name = f"artefacts-{uuid4().hex}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name


class _NobodyHome:
    async def invoke(self, function_name: str, qualifier: str, payload: bytes) -> Invocation:
        raise AwsError("ServiceException", 500, f"{function_name}:{qualifier} cannot be invoked in these tests")


@pytest.fixture
def functions() -> LambdaFunctions:
    """The state of a Lambda that keeps AWS's rules."""
    return LambdaFunctions()


@pytest.fixture
def lambda_client(functions: LambdaFunctions) -> Iterator["LambdaClient"]:
    """A client of that Lambda, over HTTP."""
    loop = asyncio.new_event_loop()
    with serving(lambda_wsgi_app(functions, _NobodyHome(), loop)) as url:
        client = boto3.client("lambda", region_name=REGION, endpoint_url=url)
        yield client
        client.close()
    loop.close()


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """Call each function in a thread of its own, all released together; results or errors in the same order."""

    def run(*calls: Callable[[], Any]) -> list[Any]:
        start, outcomes = threading.Barrier(len(calls)), [None] * len(calls)

        def one(index: int, call: Callable[[], Any]) -> None:
            start.wait(10)
            try:
                outcomes[index] = call()
            except Exception as error:  # noqa: BLE001 - the test looks at whatever was raised
                outcomes[index] = error  # type: ignore[call-overload]

        threads = [threading.Thread(target=one, args=pair) for pair in enumerate(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes

    return run
