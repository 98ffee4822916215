"""A function that is kept as a snapshot and wakes up elsewhere, under AWS's own runtime client."""

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import numpy as np
import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from functions.inference.snapstart import RestoredTimer, SnapshotHooks, WarmedModels
from sluice.adapters.aws_wire.wires import Wires
from sluice.adapters.dynamodb_definitions import DynamoDefinitions
from sluice.adapters.s3_boto_objects import BotoObjects
from sluice.adapters.s3_content_store import S3ContentStore, s3_client
from sluice.catalog.artefact import Artefact
from sluice.catalog.model import RiskTier
from sluice.catalog.release import ReleasedVersion
from sluice.catalog.signature import Signature, TensorSpec
from sluice.clock import SystemClock
from sluice.experiments.ports import StoredSnapshot
from sluice.local.resources import REGION, create_table
from sluice.usecases.held_snapshot import HeldSnapshot
from tests.adapters.conftest import serving
from tests.adapters.dynamodb_ways import signed_for
from tests.adapters.wire_server import ScriptedServer, scripted
from tests.functions.builders import PublishedRelease, a_body, an_event
from tests.functions.snapstart_host import SnapStartHost
from tests.unit.experiments.running import a_snapshot, an_experiment

ASKING = an_event(body=a_body() | {"parameters": {"sluice_unit": "alice"}})
TABLES = {"SLUICE_EXPERIMENTS_TABLE": "kept-experiments", "SLUICE_UNITS_TABLE": "kept-units"}
BUCKETS = ("kept-artefacts", "kept-records")
RANDOM = "print(sorted({'random', 'numpy.random', 'secrets'} & {*sys.modules}))"


def credentials(name: str) -> bytes:
    expiry = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    body = json.dumps({"AccessKeyId": name, "SecretAccessKey": "s", "Token": "t", "Expiration": expiry}).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


@pytest.fixture(scope="module")
def aws_url() -> Iterator[str]:
    with serving(DomainDispatcherApplication(create_backend_app)) as url:
        yield url


@pytest.fixture(scope="module")
def function(aws_url: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a high-risk model's function; its snapshot of definitions is kept for an hour."""
    s3 = s3_client(region=REGION, endpoint_url=aws_url)
    dynamodb = boto3.client("dynamodb", region_name=REGION, endpoint_url=aws_url)
    for bucket in BUCKETS:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    for table in TABLES.values():
        create_table(dynamodb, table)
    store = S3ContentStore(BotoObjects(s3), {"artefacts": BUCKETS[0], "releases": BUCKETS[0]})
    published = PublishedRelease(store=store, risk_tier=RiskTier.HIGH).publish()
    settings = replace(published, artefacts_bucket=BUCKETS[0], records_bucket=BUCKETS[1])
    s3.close()
    dynamodb.close()
    place = {"AWS_ENDPOINT_URL": aws_url, "AWS_REGION": REGION, "TMPDIR": str(tmp_path_factory.mktemp("kept"))}
    caches = {"SLUICE_SNAPSHOT_CACHE_SECONDS": "3600", "SLUICE_UNIT_STATE_BUDGET_MS": "20000"}
    return settings.to_environment() | place | TABLES | caches


def test_a_copy_of_a_function_sees_what_came_after_its_snapshot_with_credentials_of_its_own(
    function: dict[str, str], aws_url: str
) -> None:
    with scripted([credentials("before")], [credentials("after")]) as endpoint:
        variables = function | {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{endpoint.url}/credentials"}
        with SnapStartHost().environment("functions.inference.handler.handler", variables) as host:
            assert host.is_kept.wait(60)
            assert asked(endpoint) == 1
            definitions = DynamoDefinitions(TABLES["SLUICE_EXPERIMENTS_TABLE"], region=REGION, endpoint_url=aws_url)
            definitions.commit([], a_snapshot([an_experiment()]))

            host.restore()
            answer = host.invoke(ASKING)

        assert host.failures == []
        assert asked(endpoint) == 2
    parameters = json.loads(answer["body"])["parameters"]
    assert (answer["statusCode"], parameters["experiment"], parameters["reason"]) == (200, "exp-1", "BUCKETED")


def asked(endpoint: ScriptedServer) -> int:
    return sum(len(heads) for heads in endpoint.requests)


class Snapshots:
    def __init__(self) -> None:
        self.reads = 0

    def find_snapshot(self, subject: str) -> StoredSnapshot | None:
        self.reads += 1
        return None


def test_a_restore_ends_whatever_was_to_be_kept_for_a_time() -> None:
    timer, reader = RestoredTimer(lambda: 5), Snapshots()
    held = HeldSnapshot(reader, "flags", decode=lambda it: it, cache_seconds=3600, timer_ns=timer)
    for _ in range(2):
        held.get()

    timer.restored()
    for _ in range(2):
        held.get()

    assert reader.reads == 2


def hooks_at(*seconds: float) -> SnapshotHooks:
    left = list(seconds)
    wires = Wires(SystemClock(), signed_for("http://127.0.0.1:9"))
    return SnapshotHooks(wires, RestoredTimer(), wall_seconds=lambda: left.pop(0))


def test_a_clock_that_went_on_is_believed_and_one_that_went_back_is_not() -> None:
    good, bad = hooks_at(100.0, 100.0), hooks_at(100.0, 99.0)
    for hooks in (good, bad):
        hooks.before_snapshot()

    good.after_restore()
    with pytest.raises(RuntimeError, match="the clock shows 99"):
        bad.after_restore()


def test_openssl_gets_fresh_entropy_after_a_restore(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[bytes] = []
    monkeypatch.setattr(ssl, "RAND_add", lambda entropy, _: given.append(entropy))
    hooks = hooks_at(1.0, 2.0, 3.0)
    hooks.before_snapshot()

    hooks.after_restore()
    hooks.after_restore()

    assert [len(each) for each in given] == [48, 48]
    assert given[0] != given[1]


class Noting:
    """A model that notes what it is asked, and takes nothing if it is `picky`."""

    def __init__(self, *, picky: bool = False) -> None:
        self.asked: list[tuple[dict[str, Any], list[str]]] = []
        self._picky = picky

    def load(self, model: str, version: ReleasedVersion) -> "Noting":
        return self

    def predict(self, inputs: Any, output_names: Any) -> list[Any]:
        self.asked.append((dict(inputs), list(output_names)))
        if self._picky:
            raise RuntimeError("zeros are no input")
        return []


@pytest.mark.parametrize("picky", [False, True])
def test_a_model_predicts_once_before_its_memory_is_kept(picky: bool) -> None:
    specs = (TensorSpec("x", "FP32", (-1, 3)), TensorSpec("t", "BYTES", (-1,)), TensorSpec("b", "BF16", (2,)))
    version = ReleasedVersion(1, Artefact(()), Signature(specs, (TensorSpec("y", "FP32", (-1,)),)))
    model = Noting(picky=picky)

    assert WarmedModels(model).load("risk", version) is model

    [(inputs, outputs)] = model.asked
    assert outputs == ["y"]
    assert inputs["x"].tolist() == [[0.0, 0.0, 0.0]]
    assert (inputs["t"].tolist(), inputs["t"].dtype) == ([""], object)
    assert inputs["b"].dtype == np.uint16


def test_nothing_that_makes_random_numbers_is_in_the_memory_that_is_kept(function: dict[str, str]) -> None:
    """Ids come from the operating system: a copy of this process gives none twice."""
    program = f"import sys, functions.inference.handler\n{RANDOM}"
    environment = {"PYTHONPATH": "shared:.", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s", **function}
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)

    assert told.stdout == "[]\n"
