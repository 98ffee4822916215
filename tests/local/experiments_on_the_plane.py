"""Model "risk" on a plane, in processes of its own, with experiments that the use cases start and change."""

import threading
import time
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final

import httpx
import orjson

from sluice.adapters.cel_conditions import CelLanguage
from sluice.adapters.dynamodb_definitions import DynamoDefinitions
from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.adapters.s3_boto_objects import BotoObjects
from sluice.adapters.s3_content_store import S3ContentStore
from sluice.catalog.approval import ApprovalState
from sluice.catalog.release import LIVE_ALIAS, ReleaseBinding, function_name_of
from sluice.clock import SystemClock
from sluice.experiments.experiment import Experiment, ExperimentState
from sluice.experiments.namespace import Namespace
from sluice.local.deployment import deploy_function
from sluice.local.plane import Plane, start_plane
from sluice.local.plane_settings import PlaneSettings
from sluice.local.resources import REGION, ResourceNames, create_resources
from sluice.usecases.check_experiment import Surroundings
from sluice.usecases.conclude_experiment import conclude_experiment
from sluice.usecases.define_experiment import define_experiment
from sluice.usecases.define_namespace import define_namespace
from sluice.usecases.definition_change import Change
from sluice.usecases.ramp_experiment import ramp_experiment
from sluice.usecases.reallocate_experiment import reallocate_experiment
from sluice.usecases.start_experiment import start_experiment
from sluice.usecases.stop_experiment import stop_experiment
from tests.functions.builders import AFFINE, PublishedRelease, an_event
from tests.functions.experiment_function import a_request
from tests.local.conftest import Clients, clients_of
from tests.local.dynamodb_proxy import DynamoProxy
from tests.onnx_graphs import FLOAT_WEIGHTS, affine
from tests.plain_http import NO_TLS
from tests.unit.catalog.builders import NOON, a_release, a_version
from tests.unit.catalog.builders import an_event as a_history_event

NAMES: Final = ResourceNames()
MODEL: Final = "risk"
FUNCTION: Final = function_name_of(MODEL)
CHANGE: Final = Change("ann", "because")
SCALE_OUT: Final = 4
GRAPHS: Final = {1: (affine(FLOAT_WEIGHTS * 10), AFFINE), 2: (affine(), AFFINE)}
# moto is slow, and a machine that tests is busy.
PATIENCE: Final = {"UNIT_STATE_BUDGET_MS": "20000"}
FORGETFUL: Final = {"SNAPSHOT_CACHE_SECONDS": "0", "UNIT_STATE_CACHE_SECONDS": "0"}

Told = tuple[str | None, str | None, str]
"""Experiment, variant and reason."""


class ServedExperiments:
    """The plane, what is defined on it, and requests to it; `proxy` stands before the functions' DynamoDB."""

    def __init__(self, plane: Plane, aws: Clients, proxy: DynamoProxy) -> None:
        self.plane, self.aws, self.proxy = plane, aws, proxy
        self._definitions = DynamoDefinitions(NAMES.experiments_table, region=REGION, endpoint_url=plane.aws_url)
        buckets = dict.fromkeys(("artefacts", "releases"), NAMES.artefacts_bucket)
        self._content = S3ContentStore(BotoObjects(aws("s3")), buckets)
        self._stores: dict[str, Any] = {"definitions": self._definitions, "clock": SystemClock(), "change": CHANGE}
        self._surroundings = _surroundings()

    def publish(self, release: int = 1, *, default_version: int = 2, **variables: str) -> str:
        """A function version that carries the release; nobody is sent to it yet."""
        published = PublishedRelease(GRAPHS, default_version, store=self._content).publish()
        told = {
            "MODEL": MODEL,
            "ARTEFACTS_BUCKET": NAMES.artefacts_bucket,
            "RECORDS_BUCKET": NAMES.records_bucket,
            "EXPERIMENTS_TABLE": NAMES.experiments_table,
            "UNITS_TABLE": NAMES.units_table,
            "RELEASE": str(release),
            "RELEASE_DIGEST": published.release_digest or "",
            **PATIENCE,
            **FORGETFUL,
            **variables,
        }
        environment = {f"SLUICE_{name}": value for name, value in told.items()}
        deploy_function(
            self.aws("lambda"),
            function_name=FUNCTION,
            handler="functions.inference.handler.handler",
            environment=environment | {"AWS_ENDPOINT_URL_DYNAMODB": self.proxy.url},
        )
        version: str = self.aws("lambda").publish_version(FunctionName=FUNCTION)["Version"]
        return version

    def serve(self, version: str, other: str | None = None) -> None:
        """Send everybody to the version, or half of them to another."""
        client = self.aws("lambda")
        alias = {"FunctionName": FUNCTION, "Name": LIVE_ALIAS, "FunctionVersion": version}
        with suppress(client.exceptions.ResourceConflictException):
            client.create_alias(**alias)
        client.update_alias(**alias, RoutingConfig={"AdditionalVersionWeights": {other: 0.5} if other else {}})

    def run(self, experiment: Experiment, namespace: Namespace) -> None:
        """Define both and start the experiment."""
        define_namespace(namespace, **self._stores)
        draft = replace(experiment, state=ExperimentState.DRAFT)
        define_experiment(draft, surroundings=self._surroundings, **self._stores)
        start_experiment(experiment.key, surroundings=self._surroundings, **self._stores)

    def ramp(self, experiment: Experiment) -> None:
        """To its coverage."""
        ramp_experiment(experiment.key, experiment.coverage_bps, **self._stores)

    def reallocate(self, experiment: Experiment) -> None:
        """To its weights."""
        weights_bps = {variant.key: variant.weight_bps for variant in experiment.variants}
        reallocate_experiment(experiment.key, weights_bps, **self._stores)

    def stop(self, experiment: Experiment) -> None:
        """Throw its kill switch."""
        stop_experiment(experiment.key, **self._stores)

    def conclude(self, experiment: Experiment) -> None:
        """With no variant that is to stay."""
        conclude_experiment(experiment.key, None, **self._stores)

    def ask(self, unit: str) -> httpx.Response:
        """One prediction for the unit, through the gateway; who is throttled tries again, as clients do."""
        give_up_at = time.monotonic() + 120
        while True:
            answer = httpx.post(
                f"{self.plane.gateway_url}/v2/models/{MODEL}/infer",
                json=a_request(unit),
                trust_env=False,
                timeout=60,
                verify=NO_TLS,
            )
            if answer.status_code != 503 or time.monotonic() > give_up_at:
                return answer
            threading.Event().wait(0.05)

    def told(self, unit: str) -> Told:
        """What the unit's answer says of the decision."""
        return told(self.ask(unit))

    def warm(self, version: str) -> None:
        """Have as many environments of the version as there may be; each has read its definitions."""
        event = orjson.dumps(an_event(body=a_request("warm-up")))
        with ThreadPoolExecutor(SCALE_OUT) as pool:
            invoke = partial(self.aws("lambda").invoke, FunctionName=FUNCTION, Qualifier=version, Payload=event)
            answers = [each.result() for each in [pool.submit(invoke) for _ in range(SCALE_OUT)]]
        assert all(orjson.loads(each["Payload"].read())["statusCode"] == 200 for each in answers)

    def environments(self, version: str) -> list[int]:
        """The processes of a function version."""
        found = self.plane.host.environments()
        return [it.pid for it in found if it.function_version == version and it.pid is not None]

    def await_end_of(self, pids: Collection[int]) -> None:
        """Until the plane has seen them end: a request that it still sends to one of them fails."""
        give_up_at = time.monotonic() + 60
        while {it.pid for it in self.plane.host.environments()}.intersection(pids):
            assert time.monotonic() < give_up_at, f"in vain: the end of {pids}"
            threading.Event().wait(0.01)

    def items(self, unit: str) -> dict[str, Mapping[str, Any]]:
        """What is stored of the unit, by sort key."""
        key = {":pk": {"S": f"user#{unit}"}}
        found = self.aws("dynamodb").query(
            TableName=NAMES.units_table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues=key
        )
        return {item["sk"]["S"]: item for item in found["Items"]}

    def expire(self, unit: str, experiment: Experiment) -> None:
        """Have the unit's assignment expire a moment ago; DynamoDB may leave it there for days."""
        self.aws("dynamodb").update_item(
            TableName=NAMES.units_table,
            Key={"pk": {"S": f"user#{unit}"}, "sk": {"S": f"assignment#{experiment.key}"}},
            UpdateExpression="SET expires_at = :then",
            ExpressionAttributeValues={":then": {"N": str(int(time.time()) - 1)}},
        )


def told(answer: httpx.Response) -> Told:
    """Of an answer that is one."""
    assert answer.status_code == 200, answer.text
    parameters = answer.json()["parameters"]
    return parameters.get("experiment"), parameters.get("variant"), parameters["reason"]


@contextmanager
def served_experiments() -> Iterator[ServedExperiments]:
    """A plane with tables and buckets, and nothing on it yet."""
    settings = PlaneSettings(gateway_port=0, aws_port=0, fsync=False, scale_out=SCALE_OUT)
    with (
        start_plane(settings) as plane,
        clients_of(plane.aws_url) as aws,
        DynamoProxy(plane.aws_url).listening() as proxy,
    ):
        create_resources(aws("dynamodb"), aws("s3"), NAMES)
        yield ServedExperiments(plane, aws, proxy)


def _surroundings() -> Surroundings:
    """A registry that knows the model, and a publisher whose alias serves both of its versions."""
    content = PublishedRelease(GRAPHS).content()
    registry, publisher, release = MemoryRegistry(), MemoryPublisher(MODEL), a_release(1, content)
    registry.save_model(content.model, a_history_event(MODEL))
    for number in GRAPHS:
        registry.add_version(a_version(number, ApprovalState.APPROVED, model=MODEL), a_history_event(MODEL))
    registry.add_release(release, a_history_event(MODEL))
    registry.bind_function_version(ReleaseBinding(MODEL, "1", 1, NOON))
    publisher.publish(MODEL, release)
    publisher.create_alias(MODEL, "1")
    return Surroundings(registry, publisher, CelLanguage)
