"""The unmodified OpenFeature SDK with its OFREP provider, against the control function on the whole local plane."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import openfeature.api as openfeature
import pytest
from openfeature.client import OpenFeatureClient
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import Reason

from sluice.adapters.cel_conditions import CelLanguage
from sluice.adapters.dynamodb_boto_calls import BotoCalls
from sluice.adapters.dynamodb_client import dynamodb_client
from sluice.adapters.dynamodb_definitions import DynamoDefinitions
from sluice.adapters.dynamodb_units import DynamoUnits
from sluice.catalog.manifest_yaml import parse_yaml
from sluice.clock import SystemClock
from sluice.experiments.flag import Flag
from sluice.experiments.flag_document import flag_from_written
from sluice.experiments.flag_value import ValueType
from sluice.local.deployment import control_environment, deploy_control
from sluice.local.plane import Plane, start_plane
from sluice.local.plane_settings import PlaneSettings
from sluice.local.resources import REGION, ResourceNames, create_resources
from sluice.usecases.define_flag import define_flag
from sluice.usecases.definition_change import Change
from sluice.usecases.override_unit import ForcedVariant, override_unit
from sluice.usecases.switch_flag import switch_flag
from tests.functions.control_function import CONTEXT
from tests.functions.flag_function import FLAGS_PATH, FlagFunction
from tests.functions.http_front import served
from tests.functions.rest_events import as_rest_event
from tests.local.conftest import clients_of
from tests.plain_http import NO_TLS
from tests.unit.experiments.flag_builders import COUNTRY, a_flag, a_rule, shares
from tests.unit.usecases.flag_evaluation import Evaluation

pytestmark = pytest.mark.timeout(300)

NAMES = ResourceNames()
CHANGE = Change("ann", "because")
# Nothing is kept, so that a test sees what it has just written; and a busy machine may take its time.
PATIENT = {"SLUICE_FLAGS_CACHE_SECONDS": "0", "SLUICE_UNIT_STATE_BUDGET_MS": "20000"}
GERMAN = EvaluationContext("unit-1", {"country": "DE"})
OBJECT = {"title": "Grüße", "sizes": [1, 2.5], "nested": {"deep": None}}


@dataclass(frozen=True)
class FlagsOnThePlane:
    """A plane with its control function, and its flags as an operator sees them."""

    plane: Plane
    definitions: DynamoDefinitions
    units: DynamoUnits

    def define(self, *flags: Flag) -> None:
        for flag in flags:
            define_flag(
                flag,
                change=CHANGE,
                definitions=self.definitions,
                language_over=CelLanguage,
                clock=SystemClock(),
            )

    def switch(self, key: str, *, enabled: bool) -> None:
        switch_flag(key, enabled=enabled, change=CHANGE, definitions=self.definitions, clock=SystemClock())

    def force(self, key: str, unit_id: str, variant: str) -> None:
        wanted = ForcedVariant("user", unit_id, f"flag:{key}", variant, days=1)
        override_unit(wanted, change=CHANGE, definitions=self.definitions, units=self.units, clock=SystemClock())

    def deploy(self, **more: str) -> None:
        with clients_of(self.plane.aws_url) as aws:
            deploy_control(aws("lambda"), {**control_environment(NAMES, self.plane.aws_url), **PATIENT, **more})

    def post(self, body: Any, *, key: str = "", **headers: str) -> httpx.Response:
        """The answer to a plain HTTP client."""
        url = f"{self.plane.gateway_url}{FLAGS_PATH}" + (f"/{key}" if key else "")
        return httpx.post(url, json=body, headers=headers, trust_env=False, timeout=60, verify=NO_TLS)


@pytest.fixture(scope="module")
def flags() -> Iterator[FlagsOnThePlane]:
    """One flag of each type, each with a variant `a`; and flags that need something."""
    with start_plane(PlaneSettings(gateway_port=0, aws_port=0, fsync=False)) as plane, clients_of(plane.aws_url) as aws:
        create_resources(aws("dynamodb"), aws("s3"), NAMES)
        client = dynamodb_client(budget_ms=20_000, region=REGION, endpoint_url=plane.aws_url)
        definitions = DynamoDefinitions(NAMES.experiments_table, region=REGION, endpoint_url=plane.aws_url)
        with closing(client):
            flags = FlagsOnThePlane(plane, definitions, DynamoUnits(BotoCalls(client), NAMES.units_table))
            flags.deploy()
            flags.define(*(typed(value_type, value) for value_type, value in VALUES))
            flags.define(
                a_flag("ruled", attributes=COUNTRY, rules=(a_rule(),)),
                a_flag("half", default=shares(on=5000, off=5000)),
                a_flag("needing", default="on", prerequisites={"ruled": ("on",)}),
                a_flag("killed", default="on"),
            )
            flags.switch("killed", enabled=False)
            yield flags


VALUES = (
    (ValueType.BOOLEAN, True),
    (ValueType.STRING, "Grüße"),
    (ValueType.INTEGER, 2**53 - 1),
    (ValueType.FLOAT, 1.0),
    (ValueType.OBJECT, OBJECT),
)


def typed(value_type: ValueType, value: Any) -> Flag:
    return a_flag(f"a-{value_type}", value_type=value_type, variants={"a": value}, default="a")


@contextmanager
def a_client(base_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenFeatureClient]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    provider = OFREPProvider(base_url, timeout=60)
    openfeature.set_provider_and_wait(provider)
    try:
        yield openfeature.get_client()
    finally:
        openfeature.shutdown()
        provider.session.close()


@pytest.fixture
def client(flags: FlagsOnThePlane, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenFeatureClient]:
    with a_client(flags.plane.gateway_url, monkeypatch) as client:
        yield client


def test_every_type_of_value_arrives(client: OpenFeatureClient) -> None:
    found = [
        client.get_boolean_details("a-boolean", False, GERMAN),
        client.get_string_details("a-string", "", GERMAN),
        client.get_integer_details("a-integer", 0, GERMAN),
        client.get_float_details("a-float", 0.0, GERMAN),
        client.get_object_details("a-object", {}, GERMAN),
    ]

    assert [each.value for each in found] == [value for _, value in VALUES]
    assert [type(each.value) for each in found] == [bool, str, int, float, dict]
    assert {(each.variant, each.reason, each.error_code) for each in found} == {("a", Reason.STATIC, None)}
    assert found[0].flag_metadata["sluice_reason"] == "STATIC"


def test_a_call_without_a_context_is_evaluated_without_one(client: OpenFeatureClient) -> None:
    assert client.get_boolean_value("a-boolean", False)


def test_rules_look_at_attributes(client: OpenFeatureClient) -> None:
    assert client.get_boolean_details("ruled", False, GERMAN).reason == Reason.TARGETING_MATCH
    assert client.get_boolean_details("ruled", False, EvaluationContext("unit-1")).reason == Reason.DEFAULT


def test_a_unit_always_gets_the_same_half(client: OpenFeatureClient) -> None:
    def halves() -> list[bool]:
        return [client.get_boolean_value("half", False, EvaluationContext(f"unit-{n}")) for n in range(40)]

    first = halves()

    assert first == halves()
    assert set(first) == {True, False}
    details = client.get_boolean_details("half", False, EvaluationContext("unit-1"))
    assert (details.reason, details.flag_metadata["slot"]) == (Reason.SPLIT, 736_379)


def test_prerequisites_are_those_of_who_asks(client: OpenFeatureClient) -> None:
    assert client.get_boolean_value("needing", False, GERMAN)
    assert not client.get_boolean_value("needing", False, EvaluationContext("unit-1"))


@pytest.mark.parametrize("default", [True, False])
def test_a_flag_that_is_off_leaves_the_clients_default(client: OpenFeatureClient, default: bool) -> None:
    details = client.get_boolean_details("killed", default, GERMAN)

    assert (details.value, details.reason, details.error_code) == (default, Reason.DISABLED, None)


@pytest.mark.parametrize("key", ["nope", "..%2f", "half/x", "half?x=1"])
def test_an_unknown_flag_leaves_the_clients_default(client: OpenFeatureClient, key: str) -> None:
    details = client.get_string_details(key, "ours", GERMAN)

    expected = ErrorCode.TYPE_MISMATCH if "?" in key else ErrorCode.FLAG_NOT_FOUND
    assert (details.value, details.reason, details.error_code) == ("ours", Reason.ERROR, expected)


def test_a_client_that_wants_another_type_gets_its_default(client: OpenFeatureClient) -> None:
    details = client.get_integer_details("a-string", 7, GERMAN)

    assert (details.value, details.error_code) == (7, ErrorCode.TYPE_MISMATCH)


def test_a_split_without_a_unit_says_what_is_missing(client: OpenFeatureClient) -> None:
    details = client.get_boolean_details("half", True, EvaluationContext(attributes={"country": "DE"}))

    assert (details.value, details.error_code) == (True, ErrorCode.TARGETING_KEY_MISSING)
    assert details.error_message == "it splits units of type 'user', the context names none"


@pytest.mark.parametrize("attribute", [True, "", "a\nb", [1]])
def test_an_attribute_that_overwrites_the_unit_is_an_invalid_context(client: OpenFeatureClient, attribute: Any) -> None:
    details = client.get_boolean_details("half", True, EvaluationContext("unit-1", {"targetingKey": attribute}))

    assert (details.value, details.error_code) == (True, ErrorCode.INVALID_CONTEXT)


def test_a_forced_variant_is_the_units_own(flags: FlagsOnThePlane, client: OpenFeatureClient) -> None:
    flags.force("half", "tester", "on")

    details = client.get_boolean_details("half", False, EvaluationContext("tester"))

    assert (details.value, details.reason) == (True, Reason.TARGETING_MATCH)
    assert details.flag_metadata["sluice_reason"] == "OVERRIDE"


def test_too_many_requests_make_the_client_pause(flags: FlagsOnThePlane, client: OpenFeatureClient) -> None:
    flags.deploy(SLUICE_OFREP_RATE_RPS="1")
    try:
        details = [client.get_boolean_details("a-boolean", False, GERMAN) for _ in range(30)]
        plain = [flags.post({}, key="a-boolean") for _ in range(30)]
    finally:
        flags.deploy(SLUICE_OFREP_RATE_RPS="0")

    messages = [each.error_message or "" for each in details]
    assert messages[0] == ""
    limited = next(at for at, each in enumerate(messages) if each)
    assert messages[limited] == "Rate limited, retry after: 1"
    assert all("paused" in each for each in messages[limited + 1 : limited + 5])
    assert {each.error_code for each in details[limited:] if each.error_code} == {ErrorCode.GENERAL}
    refused = next(each for each in plain if each.status_code == 429)
    assert refused.headers["retry-after"] == "1"


@pytest.mark.parametrize("body", [b"", b"{", b"[]"])
def test_garbage_is_a_parse_error(flags: FlagsOnThePlane, body: bytes) -> None:
    url = f"{flags.plane.gateway_url}{FLAGS_PATH}/half"

    answer = httpx.post(
        url, content=body, headers={"content-type": "application/json"}, trust_env=False, timeout=60, verify=NO_TLS
    )

    assert (answer.status_code, answer.json()["errorCode"]) == (400, "PARSE_ERROR")


def test_who_fetches_all_flags_again_gets_304_until_something_changes(flags: FlagsOnThePlane) -> None:
    asked = {"context": {"targetingKey": "unit-1", "country": "DE"}}
    first = flags.post(asked)
    etag = {"If-None-Match": first.headers["etag"]}

    again = flags.post(asked, **etag)
    other_unit = flags.post({"context": {"targetingKey": "unit-2", "country": "DE"}}, **etag)
    other_attribute = flags.post({"context": {"targetingKey": "unit-1", "country": "FR"}}, **etag)
    flags.define(a_flag("new-one"))
    other_flags = flags.post(asked, **etag)

    assert first.status_code == 200
    assert {"a-boolean", "half", "killed"} < {it["key"] for it in first.json()["flags"]}
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert [it.status_code for it in (other_unit, other_attribute, other_flags)] == [200, 200, 200]
    assert len({it.headers["etag"] for it in (first, other_unit, other_attribute, other_flags)}) == 4


def test_the_example_in_the_guide_runs_and_prints_what_it_says(
    flags: FlagsOnThePlane, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "flags.md").read_text()
    (definition,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    flags.define(flag_from_written(parse_yaml(definition)))
    flags.force("new-checkout", "u-17", "on")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    names: dict[str, Any] = {}
    exec(example.replace("http://127.0.0.1:8080", flags.plane.gateway_url), names)
    names["client"].provider.session.close()
    openfeature.shutdown()

    printed = re.sub(r"'snapshot': \d+", "'snapshot': 1", capsys.readouterr().out)
    assert printed in page


def test_a_stage_in_the_base_url_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluation = Evaluation()
    evaluation.plane.define(a_flag(default="on"))
    with (
        served(behind_a_stage(FlagFunction(evaluation).handler)) as address,
        a_client(f"http://{address}/sluice", monkeypatch) as client,
    ):
        assert client.get_boolean_value("new-checkout", False)


def behind_a_stage(handler: Callable[[dict[str, Any], Any], dict[str, Any]]) -> Callable[[Any, Any], dict[str, Any]]:
    """A REST API with a stage: it is in the URL, and not in the event's path."""

    def handle(event: dict[str, Any], _: Any) -> dict[str, Any]:
        http = event["requestContext"]["http"]
        stage, path = http["path"][: len("/sluice")], http["path"][len("/sluice") :]
        assert stage == "/sluice"
        inside = event | {"requestContext": event["requestContext"] | {"http": http | {"path": path}}}
        return handler(as_rest_event(inside | {"routeKey": "ANY /ofrep/v1/{proxy+}"}), CONTEXT)

    return handle
