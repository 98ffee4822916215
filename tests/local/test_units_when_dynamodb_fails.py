"""A function whose DynamoDB fails, throttles, hangs, hangs up or talks nonsense: predictions go on, no unit is lost.

The real client and the real time budget, over HTTP to moto with a proxy between. Where a fault must outlast a budget
the function is impatient; where an answer must come the patient one asks. No test measures time.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from functions.inference.experiment_plane import ExperimentStores
from sluice.adapters.aws_wire.wires import Wires
from sluice.adapters.dynamodb_client import dynamodb_client
from sluice.adapters.dynamodb_definitions import DynamoDefinitions
from sluice.adapters.experiment_stores import stores_in_time
from sluice.clock import SystemClock
from sluice.experiments.experiment import Experiment
from sluice.experiments.lifecycle import reallocate, stop
from sluice.local.resources import REGION, ResourceNames, create_table
from tests.adapters.conftest import serving
from tests.functions.builders import CONTEXT, PublishedRelease
from tests.functions.experiment_function import GRAPHS, asking
from tests.functions.inference_function import InferenceFunction
from tests.local.dynamodb_proxy import Answer, Call, DynamoProxy, Forward, passed_on
from tests.unit.experiments.running import a_snapshot, an_experiment
from tests.unit.usecases.assigner_plane import a_unit_that_moves

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BEFORE = an_experiment()
AFTER = reallocate(BEFORE, {"control": 1_000, "treatment": 9_000})
UNIT, OLD, NEW = a_unit_that_moves(BEFORE, AFTER)
NAMES = ResourceNames("registry-in-trouble", "experiments-in-trouble", "units-in-trouble")
PATIENT_MS, IMPATIENT_MS = 60_000, 50
READ, WRITE, SNAPSHOT = "Query", "PutItem", "GetItem"


def error(code: str, status: int = 400, **more: Any) -> Answer:
    document = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "as the test wishes", **more}
    return Answer(status, json.dumps(document).encode())


def ok(document: Any) -> Answer:
    return Answer(200, document if isinstance(document, bytes) else json.dumps(document).encode())


FAULTS: dict[str, Answer | None] = {
    "throttling": error("ProvisionedThroughputExceededException"),
    "failing": error("InternalServerError", 500),
    "unavailable": Answer(503, b"<html>come back later</html>", (("content-type", "text/html"),)),
    "hanging up": None,
    "an empty object": ok({}),
    "a page": ok(b"<html>welcome</html>"),
    "a list": ok([]),
}
STRANGE_ITEM = {"pk": {"S": f"user#{UNIT}"}, "sk": {"S": "assignment#exp-1"}, "variant": {"N": "1"}}


class Tables:
    """Definitions and units behind a proxy, and functions that use them."""

    def __init__(self, dynamodb: "DynamoDBClient", proxy: DynamoProxy, root: Path) -> None:
        self.proxy = proxy
        self._dynamodb, self._root = dynamodb, root
        self._definitions = DynamoDefinitions(
            NAMES.experiments_table, region=REGION, endpoint_url=dynamodb.meta.endpoint_url
        )
        self._number = 0
        self._undo = ExitStack()

    def publish(self, experiment: Experiment) -> None:
        """Past the proxy, as the control function would."""
        self._number += 1
        self._definitions.commit([], a_snapshot([experiment], number=self._number))

    def function(self, budget_ms: int = PATIENT_MS) -> InferenceFunction:
        """It remembers nothing between two requests but the last good snapshot."""
        published = PublishedRelease(GRAPHS)
        settings = replace(published.publish(), unit_state_cache_seconds=0, snapshot_cache_seconds=0)
        stores = ExperimentStores(*self._undo.enter_context(self._stores(budget_ms)))
        return InferenceFunction(settings, published.store, self._root, stores)

    def impatient_function(self) -> InferenceFunction:
        """One that has its definitions: on a busy machine a first read may come late."""
        function = self.function(IMPATIENT_MS)
        while "experiment" not in function.call(asking("somebody"))[1]["parameters"]:
            pass
        return function

    def items(self) -> dict[str, str]:
        """The variants that are stored of UNIT, by sort key."""
        found = self._dynamodb.scan(TableName=NAMES.units_table)["Items"]
        mine = [item for item in found if item["pk"]["S"] == f"user#{UNIT}"]
        return {item["sk"]["S"]: item["variant"]["S"] for item in mine}

    def fail(self, operation: str, answer: Answer | None) -> None:
        """Every such call gets this answer."""
        self.proxy.rule = lambda call, forward: answer if call.operation == operation else forward()

    def mend(self) -> None:
        """DynamoDB is well again."""
        self.proxy.rule = passed_on

    def close(self) -> None:
        self._undo.close()

    @contextmanager
    def _stores(self, budget_ms: int) -> Iterator[Any]:
        wires = Wires(SystemClock())
        tables = (NAMES.experiments_table, NAMES.units_table)
        snapshots, units = stores_in_time(*tables, unit_budget_ms=budget_ms, wires=wires)
        yield snapshots, units
        for deadline in (snapshots._deadline, units._deadline):
            deadline.close()
        wires.start_anew()


@pytest.fixture(scope="module")
def dynamodb() -> Iterator["DynamoDBClient"]:
    """Past the proxy."""
    with (
        serving(DomainDispatcherApplication(create_backend_app)) as url,
        closing(dynamodb_client(budget_ms=PATIENT_MS, endpoint_url=url)) as client,
    ):
        yield client


@pytest.fixture
def tables(dynamodb: "DynamoDBClient", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tables]:
    for name in (NAMES.experiments_table, NAMES.units_table):
        create_table(dynamodb, name)
        for item in dynamodb.scan(TableName=name)["Items"]:
            dynamodb.delete_item(TableName=name, Key={each: item[each] for each in ("pk", "sk")})
    with DynamoProxy(dynamodb.meta.endpoint_url).listening() as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", proxy.url)
        tables = Tables(dynamodb, proxy, tmp_path)
        tables.publish(BEFORE)
        yield tables
        tables.close()


class Gate:
    """Calls of one kind wait at it until it is opened; what waited is not carried out, or if `late` not told."""

    def __init__(self, operation: str, *, late: bool = False) -> None:
        self._operation, self._late = operation, late
        self._is_open = threading.Event()

    def __call__(self, call: Call, forward: Forward) -> Answer | None:
        if call.operation != self._operation:
            return forward()
        if self._late:
            forward()
        self._is_open.wait(60)
        return None

    def open(self) -> None:
        self._is_open.set()


@contextmanager
def closed(gate: Gate, proxy: DynamoProxy) -> Iterator[Gate]:
    proxy.rule = gate
    try:
        yield gate
    finally:
        gate.open()
        proxy.rule = passed_on


def ask(function: InferenceFunction, unit: str = UNIT) -> tuple[str | None, str, dict[str, Any]]:
    """Variant and reason of a request that is answered, and its record."""
    status, answer = function.call(asking(unit))
    assert status == 200, answer
    return answer["parameters"].get("variant"), answer["parameters"]["reason"], function.records[-1]


def ask_until_written(tables: Tables, function: InferenceFunction) -> tuple[str | None, str, dict[str, Any]]:
    """Ask until the read was in time, for it is the write that is meant to be late."""
    while True:
        before = len(tables.proxy.calls)
        answer = ask(function)
        if any(call.operation == WRITE for call in tables.proxy.calls[before:]):
            return answer


def test_a_table_that_is_well_is_read_once_and_written_once(tables: Tables) -> None:
    function = tables.function()

    assert ask(function)[:2] == (OLD, "BUCKETED")
    assert [call.operation for call in tables.proxy.calls] == [SNAPSHOT, READ, WRITE]
    assert ask(function)[:2] == (OLD, "STORED")
    assert [call.operation for call in tables.proxy.calls[3:]] == [SNAPSHOT, READ]
    assert tables.items() == {"assignment#exp-1": OLD}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_unit_that_cannot_be_read_falls_back_and_has_its_arm_again_when_it_can(
    tables: Tables, fault: Answer | None
) -> None:
    function = tables.function()
    ask(function)
    tables.publish(AFTER)
    tables.fail(READ, fault)

    variant, reason, record = ask(function)

    assert (variant, reason) == (NEW, "FALLBACK")
    assert record["assignments"][0]["analysed"] is False
    assert record["AssignmentFallbacks"] == 1
    assert record["assignment_failure"].startswith("table units-in-trouble is unavailable: ")
    assert tables.items() == {"assignment#exp-1": OLD}
    tables.mend()
    assert ask(function)[:2] == (OLD, "STORED")


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_unit_that_cannot_be_written_falls_back_and_is_written_when_it_can(
    tables: Tables, fault: Answer | None
) -> None:
    function = tables.function()
    tables.fail(WRITE, fault)

    variant, reason, record = ask(function)

    assert (variant, reason) == (OLD, "FALLBACK")
    assert record["assignments"][0]["analysed"] is False
    assert tables.items() == {}
    tables.mend()
    assert ask(function)[:2] == (OLD, "BUCKETED")
    assert tables.items() == {"assignment#exp-1": OLD}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_the_last_good_definitions_decide_while_the_next_cannot_be_read(tables: Tables, fault: Answer | None) -> None:
    function = tables.function()
    ask(function)
    tables.publish(stop(BEFORE))
    tables.fail(SNAPSHOT, fault)

    variant, reason, record = ask(function)

    assert (variant, reason, record["snapshot_number"]) == (OLD, "STORED", 1)
    tables.mend()
    assert ask(function)[:2] == (None, "KILL_SWITCH")


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_without_any_definitions_the_default_answers_until_they_come(tables: Tables, fault: Answer | None) -> None:
    function = tables.function()
    tables.fail(SNAPSHOT, fault)

    variant, reason, record = ask(function)

    assert (variant, reason, record["assignments"]) == (None, "FALLBACK", [])
    assert record["model_version"] == "2"
    assert UNIT not in function.lines[0]
    tables.mend()
    assert ask(function)[:2] == (OLD, "BUCKETED")


@pytest.mark.parametrize(
    "items",
    [[STRANGE_ITEM], [{}], [{"pk": {"S": "x"}, "sk": {"N": "1"}}], "text"],
    ids=["type", "empty", "key", "text"],
)
def test_items_that_are_not_ours_are_no_state(tables: Tables, items: Any) -> None:
    function = tables.function()
    ask(function)
    tables.publish(AFTER)
    tables.fail(READ, ok({"Items": items, "Count": 1, "ConsumedCapacity": {}}))

    assert ask(function)[:2] == (NEW, "FALLBACK")
    tables.mend()
    assert ask(function)[:2] == (OLD, "STORED")


@pytest.mark.parametrize("winner", [None, STRANGE_ITEM], ids=["no item", "a strange item"])
def test_a_lost_race_whose_winner_cannot_be_read_is_no_assignment(tables: Tables, winner: Any) -> None:
    function = tables.function()
    told = {"Item": winner} if winner else {}
    tables.fail(WRITE, error("ConditionalCheckFailedException", **told))

    assert ask(function)[:2] == (OLD, "FALLBACK")
    assert tables.items() == {}


def test_an_empty_answer_that_is_a_lie_gives_no_unit_a_second_arm(tables: Tables) -> None:
    """A proxy that finds nothing looks like a new unit; the condition on the write tells."""
    function = tables.function()
    ask(function)
    tables.publish(AFTER)
    tables.fail(READ, ok({"Items": [], "Count": 0}))

    assert ask(function)[:2] == (OLD, "STORED")
    assert tables.items() == {"assignment#exp-1": OLD}


def test_a_read_that_hangs_is_left_behind_and_the_arm_is_there_afterwards(tables: Tables) -> None:
    """The gate opens only after the answer: a function that waited would wait for ever."""
    patient = tables.function()
    ask(patient)
    tables.publish(AFTER)
    impatient = tables.impatient_function()

    with closed(Gate(READ), tables.proxy):
        variant, reason, record = ask(impatient)

    assert (variant, reason) == (NEW, "FALLBACK")
    assert record["assignment_failure"] == "unit state is unavailable: no answer within 50 ms"
    assert ask(patient)[:2] == (OLD, "STORED")


def test_a_write_that_hangs_is_left_behind(tables: Tables) -> None:
    impatient = tables.impatient_function()

    with closed(Gate(WRITE), tables.proxy):
        variant, reason, record = ask_until_written(tables, impatient)
        # Afterwards the call that was left behind may go out once more, on a connection of its own.
        assert tables.items() == {}

    assert (variant, reason) == (OLD, "FALLBACK")
    assert "no answer within 50 ms" in record["assignment_failure"]


def test_a_write_that_was_made_and_not_told_in_time_stands(tables: Tables) -> None:
    patient, impatient = tables.function(), tables.impatient_function()

    with closed(Gate(WRITE, late=True), tables.proxy):
        assert ask_until_written(tables, impatient)[:2] == (OLD, "FALLBACK")
    tables.publish(AFTER)

    assert ask(patient)[:2] == (OLD, "STORED")
    assert tables.items() == {"assignment#exp-1": OLD}


def test_while_every_worker_waits_requests_are_answered_at_once(tables: Tables) -> None:
    impatient = tables.impatient_function()
    before = len(tables.proxy.calls)

    with closed(Gate(READ), tables.proxy):
        failures = [ask(impatient, f"unit-{number}")[2]["assignment_failure"] for number in range(12)]

    assert failures[0] == "unit state is unavailable: no answer within 50 ms"
    assert failures[-1] == "unit state is unavailable: 4 earlier calls have no answer yet"
    assert len([call for call in tables.proxy.calls[before:] if call.operation == READ]) <= 4


def test_definitions_that_hang_are_left_behind_too(tables: Tables) -> None:
    impatient = tables.function(IMPATIENT_MS)

    with closed(Gate(SNAPSHOT), tables.proxy):
        variant, reason, record = ask(impatient)

    assert (variant, reason) == (None, "FALLBACK")
    assert record["assignment_failure"] == "definitions is unavailable: no answer within 500 ms"


def test_an_endpoint_that_is_gone_is_no_reason_to_answer_nothing(tables: Tables, monkeypatch: Any) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")

    variant, reason, _ = ask(tables.function())

    assert (variant, reason) == (None, "FALLBACK")


def test_both_entrances_fall_back_alike(tables: Tables) -> None:
    hot, framework = tables.function(), tables.function()
    tables.fail(READ, FAULTS["throttling"])

    assert hot.handler(asking(UNIT), CONTEXT) == framework.framework(asking(UNIT), CONTEXT)
    assert hot.lines == framework.lines
