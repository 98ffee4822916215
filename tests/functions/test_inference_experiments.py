"""Units at the whole function: both entrances, the client's answer, the record as exposure, and nobody's raw id."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.inference.composition import build_handler
from functions.inference.experiment_plane import ExperimentStores
from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.adapters.memory_units import MemoryUnits
from sluice.catalog.release import ReleaseSettings
from sluice.errors import StoreUnavailable
from sluice.experiments.experiment import Experiment
from sluice.experiments.namespace import Namespace
from sluice.experiments.ports import StoredSnapshot
from sluice.experiments.slot_ranges import SlotRange
from sluice.experiments.slots import SLOT_COUNT
from sluice.experiments.unit import unit_key_of
from sluice.experiments.unit_state import Override
from sluice.experiments.variant import Variant
from tests.embedded_metrics import assert_is_embedded_metric_format
from tests.functions.builders import CONTEXT, PublishedRelease, a_body, an_event
from tests.functions.experiment_function import GRAPHS, ExperimentFunction, a_request, asking, with_claims
from tests.functions.inference_function import InferenceFunction
from tests.functions.rest_events import as_rest_event
from tests.unit.experiments.running import SECRET, an_experiment, attributes, owning, stored

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ALL = 10_000


def to_version(number: int | None, **parameters: Any) -> tuple[Variant, ...]:
    """Everybody gets the treatment."""
    return Variant("control", 0, 2), Variant("treatment", ALL, number, parameters)


TREATED = an_experiment(variants=to_version(1))
ADULTS: dict[str, Any] = {"eligibility": "age >= 18", "attributes": attributes(age="int")}
FIRST = an_experiment("first", namespace="one", variants=to_version(1, colour="red"))
SECOND = an_experiment("second", namespace="two", variants=to_version(2, colour="blue", size=3))
TWO_SPACES = [
    owning(FIRST, namespace=Namespace("one", precedence=1)),
    owning(SECOND, namespace=Namespace("two", precedence=2)),
]
CLAIMED: dict[str, Any] = {"unit_claim": "sub", "attribute_claims": "age,country"}

Told = dict[str, Any]
"""What the answer's parameters say of the decision."""
Case = tuple[Experiment, dict[str, Any], int, Told]
GIVEN = {"experiment": "exp-1", "variant": "treatment", "model_version": "1", "reason": "BUCKETED"}
DEFAULT = {"experiment": "exp-1", "model_version": "2"}
URL = "/v2/models/risk/versions/2/infer"

CASES: dict[str, Case] = {
    "a unit": (TREATED, asking(), 200, GIVEN),
    "a number": (TREATED, asking(8817234), 200, GIVEN),
    "with attributes": (an_experiment(variants=to_version(1), **ADULTS), asking(sluice_attr_age=18), 200, GIVEN),
    "in base64": (TREATED, an_event(body=a_request(), encoded=True), 200, GIVEN),
    "escaped": (
        TREATED,
        an_event(body=orjson.dumps(a_request()).replace(b"sluice_unit", rb"sluice_un\u0069t")),
        200,
        GIVEN,
    ),
    "too young": (an_experiment(**ADULTS), asking(sluice_attr_age=17), 200, DEFAULT | {"reason": "NOT_ELIGIBLE"}),
    "no age": (an_experiment(**ADULTS), asking(), 200, DEFAULT | {"reason": "ATTRIBUTE_MISSING"}),
    "stopped": (replace(TREATED, is_stopped=True), asking(), 200, DEFAULT | {"reason": "KILL_SWITCH"}),
    "nobody enters": (replace(TREATED, coverage_bps=0), asking(), 200, DEFAULT | {"reason": "NOT_COVERED"}),
    "parameters only": (
        an_experiment(variants=to_version(None, colour="red")),
        asking(),
        200,
        GIVEN | {"model_version": "2", "param_colour": "red"},
    ),
    "a version that answers infinity": (
        an_experiment(variants=to_version(3)),
        asking(),
        200,
        GIVEN | {"model_version": "2", "reason": "FALLBACK"},
    ),
    "a version without artefact": (
        an_experiment(variants=to_version(4)),
        asking(),
        200,
        GIVEN | {"model_version": "2", "reason": "FALLBACK"},
    ),
    "a version that the release lacks": (
        an_experiment(variants=to_version(9)),
        asking(),
        200,
        GIVEN | {"model_version": "2", "reason": "FALLBACK"},
    ),
    "another type": (
        TREATED,
        asking(sluice_unit_type="device"),
        200,
        {"model_version": "2", "reason": "RELEASE_DEFAULT"},
    ),
    "a version in the URL": (
        TREATED,
        an_event(path=URL, body=a_request()),
        200,
        {"model_version": "2", "reason": "VERSION_IN_URL"},
    ),
    "no unit": (TREATED, an_event(body=a_body()), 200, {"model_version": "2", "reason": "RELEASE_DEFAULT"}),
    "an empty id": (TREATED, asking(""), 400, {}),
    "a boolean": (TREATED, asking(True), 400, {}),
    "a fraction": (TREATED, asking(8817234.5), 400, {}),
    "a list": (TREATED, asking(["alice"]), 400, {}),
    "a control character": (TREATED, asking("alice\t"), 400, {}),
    "a bad type": (TREATED, asking(sluice_unit_type="User"), 400, {}),
    "a bad tensor": (TREATED, an_event(body=a_request() | {"inputs": []}), 400, {}),
    "no JSON": (TREATED, an_event(body=orjson.dumps(a_request())[:-1]), 400, {}),
    "an unknown version": (TREATED, an_event(path="/v2/models/risk/versions/9/infer", body=a_request()), 404, {}),
}


def told(answer: dict[str, Any]) -> Told:
    others = ("prediction_id", "function_version", "release")
    return {name: value for name, value in answer["parameters"].items() if name not in others}


@pytest.mark.parametrize(("experiment", "event", "status", "expected"), CASES.values(), ids=CASES)
def test_both_entrances_give_a_unit_the_same_answer_and_the_same_record(
    tmp_path: Path, experiment: Experiment, event: dict[str, Any], status: int, expected: Told
) -> None:
    hot, cold = ExperimentFunction(tmp_path, experiment), ExperimentFunction(tmp_path, experiment)

    answers = [hot.handler(event, CONTEXT), cold.framework(event, CONTEXT)]

    assert answers[0] == answers[1]
    assert answers[0]["statusCode"] == status
    assert hot.lines == cold.lines
    assert len(hot.lines) == 1
    if status == 200:
        assert told(orjson.loads(answers[0]["body"])) == expected


@pytest.mark.parametrize(("experiment", "event", "status", "expected"), CASES.values(), ids=CASES)
def test_no_line_holds_the_raw_id_and_every_line_is_embedded_metric_format(
    tmp_path: Path, experiment: Experiment, event: dict[str, Any], status: int, expected: Told
) -> None:
    function = ExperimentFunction(tmp_path, experiment)

    for _ in range(2):
        function.handler(event, CONTEXT)

    for line, record in zip(function.lines, function.records, strict=True):
        assert "alice" not in line
        assert "8817234" not in line
        assert_is_embedded_metric_format(record)
        known = {metric["Name"] for metric in record["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
        written = {name for name in record if name[0].isupper()}
        assert known == written


def test_a_unit_is_bucketed_once_and_then_gets_what_is_stored(tmp_path: Path) -> None:
    function = ExperimentFunction(tmp_path, TREATED)

    answers = [function.call(asking())[1] for _ in range(3)]

    assert [told(it)["reason"] for it in answers] == ["BUCKETED", "STORED", "STORED"]
    assert {it["model_version"] for it in answers} == {"1"}
    assert [it["assignments"][0]["reason"] for it in function.records] == ["BUCKETED", "STORED", "STORED"]


def test_the_record_is_the_exposure(tmp_path: Path) -> None:
    function = ExperimentFunction(tmp_path, replace(TREATED, revision=4, allocation_version=2))

    function.call(asking())

    (record,) = function.records
    snapshot = function.definitions.find_snapshot("model:risk")
    assert snapshot is not None
    (entry,) = record.pop("assignments")
    assert {name: record[name] for name in ("unit_type", "unit_key", "snapshot_number", "snapshot_digest")} == {
        "unit_type": "user",
        "unit_key": unit_key_of(SECRET, "user", "alice"),
        "snapshot_number": 1,
        "snapshot_digest": snapshot.digest,
    }
    slot, arm_slot = entry.pop("slot"), entry.pop("arm_slot")
    assert 0 <= slot < SLOT_COUNT
    assert 0 <= arm_slot < SLOT_COUNT
    assert entry == {
        "experiment": "exp-1",
        "experiment_revision": 4,
        "allocation_version": 2,
        "variant": "treatment",
        "reason": "BUCKETED",
        "namespace": "main",
        "propensity_bps": ALL,
        "intended_model_version": 1,
        "applied": True,
        "analysed": True,
    }
    assert (record["model_version"], record["reason"]) == ("1", "BUCKETED")
    assert "unit_id" not in record
    masked = orjson.loads(record["request_body"])
    assert masked["parameters"] == {"sluice_unit": record["unit_key"]}
    assert masked["inputs"] == a_body()["inputs"]


def test_a_recorded_body_predicts_the_same_again(tmp_path: Path) -> None:
    """The key stands where the id was; the version that served is in the record."""
    function = ExperimentFunction(tmp_path, TREATED)
    _, answer = function.call(asking())
    record = function.records[0]
    path = f"/v2/models/risk/versions/{record['model_version']}/infer"

    _, again = function.call(an_event(path=path, body=record["request_body"].encode()))

    assert again["outputs"] == answer["outputs"]


def test_the_raw_id_is_recorded_where_the_environment_says_so(tmp_path: Path) -> None:
    function = ExperimentFunction(tmp_path, TREATED, record_unit_ids=True)

    function.call(asking("né"))

    (record,) = function.records
    assert record["unit_id"] == "né"
    assert record["unit_key"] == unit_key_of(SECRET, "user", "né")
    assert orjson.loads(record["request_body"]) == a_request("né")


def test_long_bodies_are_stored_masked_too(tmp_path: Path) -> None:
    published = PublishedRelease(GRAPHS, settings=ReleaseSettings(record_body_limit_bytes=10))
    served = ExperimentFunction(tmp_path, TREATED)
    stores = ExperimentStores(served.definitions, served.units)
    function = InferenceFunction(published.publish(), published.store, tmp_path, stores)

    function.call(asking())

    kept = published.store.get("bodies", function.records[0]["request_body_digest"])
    assert orjson.loads(kept)["parameters"]["sluice_unit"] == unit_key_of(SECRET, "user", "alice")


SPELLINGS = st.lists(st.booleans(), min_size=11, max_size=11)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=SPELLINGS, second=SPELLINGS, padding=st.text(" \n\t\r", max_size=3))
def test_the_raw_id_is_in_no_line_however_it_was_spelled(
    tmp_path: Path, first: list[bool], second: list[bool], padding: str
) -> None:
    """The name comes twice, each time in another spelling; JSON lets the second win."""

    def name(escapes: list[bool]) -> str:
        letters = zip("sluice_unit", escapes, strict=True)
        return "".join(f"\\u{ord(letter):04x}" if escape else letter for letter, escape in letters)

    function = ExperimentFunction(tmp_path, TREATED)
    body = orjson.dumps(a_body())[1:].decode()
    text = f'{{"parameters":{{"{name(first)}"{padding}:{padding}"bob","{name(second)}":{padding}"alice"}},{body}'

    status, _ = function.call(an_event(body=text.encode()))

    assert status == 200
    (line,) = function.lines
    assert function.records[0]["unit_key"] == unit_key_of(SECRET, "user", "alice")
    assert "alice" not in line
    assert "bob" not in line


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"sluice_unit": ""}, "parameter sluice_unit: it has 0 characters"),
        ({"sluice_unit": True}, "parameter sluice_unit: it is a bool"),
        ({"sluice_unit": "x" * 257}, "parameter sluice_unit: it has 257 characters"),
        ({"sluice_unit": "a\x1fb"}, "parameter sluice_unit: it holds a control character"),
        ({"sluice_unit": 1.5}, "parameter sluice_unit: it is a float"),
        ({"sluice_unit": "u", "sluice_unit_type": 7}, "parameter sluice_unit_type: "),
        ({"sluice_unit": None}, "parameter 'sluice_unit' of the request"),
    ],
)
def test_a_bad_unit_is_a_bad_request_that_names_the_parameter(
    tmp_path: Path, parameters: dict[str, Any], named: str
) -> None:
    function = ExperimentFunction(tmp_path, TREATED)

    status, answer = function.call(an_event(body=a_body() | {"parameters": parameters}))

    assert status == 400
    assert answer["error"].startswith(named)
    assert function.records[0]["ClientErrors"] == 1
    assert "unit_key" not in function.records[0]


@pytest.mark.parametrize("as_event", [lambda event: event, as_rest_event], ids=["HTTP API", "REST API"])
def test_claims_win_over_parameters_at_both_kinds_of_gateway(tmp_path: Path, as_event: Any) -> None:
    adults = an_experiment(
        variants=to_version(1), eligibility="country == 'DE'", attributes=attributes(country="string")
    )
    function = ExperimentFunction(tmp_path, adults, **CLAIMED)
    event = as_event(asking("forged", sluice_attr_country="FR"))
    claims = {"sub": "known", "country": "DE"}
    authorizer = {"jwt": {"claims": claims}} if "routeKey" in event else {"claims": claims}
    event["requestContext"]["authorizer"] = authorizer

    status, answer = function.call(event)

    assert (status, told(answer)["reason"]) == (200, "BUCKETED")
    record = function.records[0]
    assert record["unit_key"] == unit_key_of(SECRET, "user", "known")
    assert "forged" not in function.lines[0]
    assert "known" not in function.lines[0]


def test_a_unit_that_only_a_claim_names_needs_no_parameter(tmp_path: Path) -> None:
    function = ExperimentFunction(tmp_path, TREATED, **CLAIMED)

    _, answer = function.call(with_claims(an_event(body=a_body()), sub="alice"))

    assert told(answer) == GIVEN
    assert "alice" not in function.lines[0]
    assert orjson.loads(function.records[0]["request_body"]) == a_body()


def test_a_bad_claim_is_refused_by_its_name(tmp_path: Path) -> None:
    function = ExperimentFunction(tmp_path, TREATED, **CLAIMED)

    status, answer = function.call(with_claims(asking("fine"), sub=""))

    assert (status, answer["error"][:9]) == (400, "claim sub")


@pytest.mark.parametrize(
    "authorizer", [None, {}, {"jwt": {}}, {"jwt": {"claims": None}}, {"iam": {"userArn": "x"}}, {"lambda": {"a": 1}}]
)
def test_other_authorizers_bring_no_claims(tmp_path: Path, authorizer: Any) -> None:
    function = ExperimentFunction(tmp_path, TREATED, **CLAIMED)
    event = asking()
    event["requestContext"]["authorizer"] = authorizer

    assert told(function.call(event)[1]) == GIVEN


def test_of_overlapping_experiments_the_first_decides_and_the_record_shows_both(tmp_path: Path) -> None:
    function = ExperimentFunction(tmp_path, SECOND, FIRST, namespaces=TWO_SPACES)

    _, answer = function.call(asking())

    assert told(answer) == {
        "experiment": "first",
        "variant": "treatment",
        "model_version": "1",
        "reason": "BUCKETED",
        "param_colour": "red",
        "param_size": 3,
    }
    entries = function.records[0]["assignments"]
    assert [(it["experiment"], it["variant"], it["applied"], it["intended_model_version"]) for it in entries] == [
        ("first", "treatment", True, 1),
        ("second", "treatment", False, 2),
    ]


def test_a_variant_that_cannot_answer_is_recorded_as_intended_and_not_applied(tmp_path: Path) -> None:
    for number, why in ((3, "answered inf"), (4, "is not ready")):
        function = ExperimentFunction(tmp_path, an_experiment(variants=to_version(number)))

        function.call(asking())

        (record,) = function.records
        (entry,) = record["assignments"]
        assert (record["status"], record["model_version"], record["reason"]) == (200, "2", "FALLBACK")
        assert (entry["intended_model_version"], entry["applied"], entry["reason"]) == (number, False, "BUCKETED")
        assert why in record["variant_failure"]
        assert record["VariantFailures"] == 1


def test_a_store_that_is_away_costs_a_unit_its_stickiness_and_nobody_an_answer(tmp_path: Path) -> None:
    function = ExperimentFunction(tmp_path, TREATED)
    function.units.are_away = True

    status, answer = function.call(asking())

    assert (status, told(answer)) == (200, GIVEN | {"reason": "FALLBACK"})
    (record,) = function.records
    assert record["assignment_failure"] == "unit state is unavailable: no answer within 50 ms"
    assert record["AssignmentFallbacks"] == 1
    assert (record["assignments"][0]["reason"], record["assignments"][0]["analysed"]) == ("FALLBACK", False)


class NoDefinitions:
    def find_snapshot(self, subject: str) -> StoredSnapshot | None:
        raise StoreUnavailable("table experiments", "throttled")


def test_without_definitions_the_default_answers_and_the_id_is_withheld(tmp_path: Path) -> None:
    published = PublishedRelease(GRAPHS)
    served = ExperimentFunction(tmp_path)
    function = InferenceFunction(
        published.publish(), published.store, tmp_path, ExperimentStores(NoDefinitions(), served.units)
    )

    status, answer = function.call(asking())

    assert (status, told(answer)) == (200, {"model_version": "2", "reason": "FALLBACK"})
    (record,) = function.records
    assert record["assignment_failure"] == "table experiments is unavailable: throttled"
    assert orjson.loads(record["request_body"])["parameters"] == {"sluice_unit": "withheld"}
    assert "alice" not in function.lines[0]


def test_what_was_forced_or_forgotten_is_told_and_counted(tmp_path: Path) -> None:
    halves = (
        replace(TREATED, slots=(SlotRange(0, 1),)),
        an_experiment("exp-2", variants=to_version(1), slots=(SlotRange(1, SLOT_COUNT),)),
    )
    function = ExperimentFunction(tmp_path, *halves)
    function.units.put_if_absent("user", "alice", stored("exp-1", expires_at=NOW + timedelta(days=1)))
    function.units.put_override("user", "bob", Override("exp-2", "control", "me", "to see", NOW + timedelta(days=1)))

    function.call(asking())
    _, forced = function.call(asking("bob"))

    assert function.records[0]["IgnoredAssignments"] == 1
    assert told(forced) == {"experiment": "exp-2", "variant": "control", "model_version": "2", "reason": "OVERRIDE"}
    assert function.records[1]["assignments"][0]["analysed"] is False


def test_missing_attributes_are_counted(tmp_path: Path) -> None:
    function = ExperimentFunction(tmp_path, an_experiment(**ADULTS))

    for parameters in ({}, {"sluice_attr_age": "18"}, {"sluice_attr_age": 18}):
        function.call(asking(**parameters))

    assert [it.get("MissingAttributes", 0) for it in function.records] == [1, 1, 0]


def test_a_function_without_experiment_tables_serves_units_as_anybody(tmp_path: Path) -> None:
    published = PublishedRelease(GRAPHS)
    function = InferenceFunction(published.publish(), published.store, tmp_path)

    _, answer = function.call(asking())

    assert told(answer) == {"model_version": "2", "reason": "RELEASE_DEFAULT"}
    assert "alice" not in function.lines[0]
    assert "unit_type" not in function.records[0]


def test_a_cold_function_reads_its_definitions_before_the_first_request(tmp_path: Path) -> None:
    """Within a unit's budget there is no time to open a connection."""
    served = ExperimentFunction(tmp_path, TREATED)
    published, asked, lines = PublishedRelease(GRAPHS), list[str](), list[str]()

    class Noting:
        def find_snapshot(self, subject: str) -> StoredSnapshot | None:
            asked.append(subject)
            return served.definitions.find_snapshot(subject)

    handler = build_handler(
        published.publish(),
        content=published.store,
        write_line=lines.append,
        stores=ExperimentStores(Noting(), served.units),
    )

    assert asked == ["model:risk"]
    assert handler(asking(), CONTEXT)["statusCode"] == 200
    assert orjson.loads(lines[0])["assignments"][0]["reason"] == "BUCKETED"


def test_a_function_without_release_or_definitions_starts_all_the_same() -> None:
    lines: list[str] = []
    handler = build_handler(
        PublishedRelease(GRAPHS).publish(),
        content=MemoryContentStore(),
        write_line=lines.append,
        stores=ExperimentStores(NoDefinitions(), MemoryUnits()),
    )

    assert handler(asking(), CONTEXT)["statusCode"] == 503
    assert "alice" not in lines[0]
