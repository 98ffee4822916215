"""The control plane in memory: publication, persistence, failing stores, simultaneous writers."""

import json
from concurrent.futures import ThreadPoolExecutor
from math import nan
from typing import Any

import pytest

from sluice.local.aws_errors import AwsError
from sluice.local.lambda_control.alias_changes import AliasWrite
from sluice.local.lambda_control.function_code import zip_of
from sluice.local.lambda_control.functions import LambdaFunctions
from tests.local.lambda_fixtures import TINY_ZIP, SetClock, settings_of, tiny_functions

OTHER_ZIP = zip_of({"tiny.py": b"OTHER = True\n"})


def test_version_stays_what_it_was_when_latest_changes() -> None:
    functions = tiny_functions()
    first = functions.publish_version("f")
    functions.update_code("f", OTHER_ZIP)
    functions.update_configuration("f", lambda _: settings_of(environment={"RELEASE": "2"}))

    assert functions.get_version("f", "1") == first
    assert functions.get_version("f", "1").code.zip_bytes == TINY_ZIP
    assert functions.get_version("f").settings.environment == {"RELEASE": "2"}


def test_writing_the_same_settings_again_is_no_reason_for_a_new_version() -> None:
    functions = tiny_functions()
    functions.publish_version("f")
    functions.update_configuration("f", lambda settings: settings)
    functions.update_code("f", TINY_ZIP)

    assert functions.publish_version("f").function_version == "1"


def test_number_of_a_deleted_version_is_never_given_again() -> None:
    functions = tiny_functions()
    functions.publish_version("f")
    functions.delete_function("f", "1")

    assert functions.publish_version("f").function_version == "2"


def test_document_survives_json_and_rebuilds_everything() -> None:
    functions = tiny_functions(environment={"MODEL": "digits"})
    functions.publish_version("f")
    functions.update_code("f", OTHER_ZIP, publish=True)
    functions.create_alias("f", "live", AliasWrite("1", {"2": 0.1}, "served"))

    rebuilt = LambdaFunctions.from_document(json.loads(json.dumps(functions.to_document())))

    assert rebuilt.list_functions() == functions.list_functions()
    assert rebuilt.publish_version("f").function_version == "2"
    rebuilt.update_configuration("f", lambda _: settings_of(memory_mb=512))
    assert rebuilt.publish_version("f").function_version == "3"


def test_every_write_is_reported_and_refused_ones_are_not() -> None:
    reports: list[int] = []
    functions = LambdaFunctions(on_change=lambda: reports.append(len(reports)))
    functions.create_function("f", settings_of(), zip_bytes=TINY_ZIP)
    functions.publish_version("f")
    alias = functions.create_alias("f", "live", AliasWrite("1"))
    functions.update_alias("f", "live", AliasWrite(description="served", revision_id=alias.revision_id))
    assert len(reports) == 4

    with pytest.raises(AwsError):
        functions.update_alias("f", "live", AliasWrite(revision_id=alias.revision_id))
    with pytest.raises(AwsError):
        functions.create_function("f", settings_of(), zip_bytes=TINY_ZIP)
    assert len(reports) == 4
    functions.delete_alias("f", "live")
    functions.delete_function("f")
    assert len(reports) == 6


def test_write_that_cannot_be_kept_has_not_happened() -> None:
    broken = [False]

    def keep() -> None:
        if broken[0]:
            raise OSError("disk full")

    functions = LambdaFunctions(on_change=keep)
    functions.create_function("f", settings_of(), zip_bytes=TINY_ZIP)
    heard: list[str] = []
    functions.subscribe(lambda: heard.append("written"))
    before = functions.list_functions()
    broken[0] = True

    with pytest.raises(OSError, match="disk full"):
        functions.publish_version("f")

    assert functions.list_functions() == before
    assert heard == []


def test_subscription_ends_when_its_end_is_called() -> None:
    functions = tiny_functions()
    heard: list[str] = []
    end = functions.subscribe(lambda: heard.append("written"))
    functions.publish_version("f")
    end()
    functions.delete_function("f")

    assert heard == ["written"]


def test_simultaneous_publications_of_changed_code_lose_none() -> None:
    functions = tiny_functions()

    def publish_another(number: int) -> str:
        return functions.update_code("f", zip_of({"a.py": str(number).encode()}), publish=True).function_version

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(publish_another, range(40)))

    assert sorted(map(int, numbers)) == list(range(1, 41))
    assert len(functions.list_versions("f")) == 41


def test_only_one_of_two_writers_with_the_same_revision_wins() -> None:
    functions = tiny_functions()
    functions.publish_version("f")
    alias = functions.create_alias("f", "live", AliasWrite("1"))

    def describe(text: str) -> str:
        try:
            functions.update_alias("f", "live", AliasWrite(description=text, revision_id=alias.revision_id))
        except AwsError as refusal:
            return refusal.code
        return "written"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(describe, ("mine", "yours")))

    assert outcomes == ["PreconditionFailedException", "written"]


@pytest.mark.parametrize("weight", [-0.1, 1.0001, nan])
def test_weight_outside_zero_to_one_is_refused_whatever_the_client_checks(weight: float) -> None:
    functions = tiny_functions()
    functions.publish_version("f")
    functions.update_code("f", OTHER_ZIP, publish=True)

    with pytest.raises(AwsError, match="ValidationException"):
        functions.create_alias("f", "live", AliasWrite("1", {"2": weight}))


def test_modification_time_is_the_clocks() -> None:
    functions = LambdaFunctions(clock=SetClock())

    version = functions.create_function("f", settings_of(), zip_bytes=TINY_ZIP)

    assert version.last_modified == "2026-11-21T01:22:00.000+0000"


@pytest.mark.parametrize(
    "changes",
    [{"handler": "a b"}, {"handler": ""}, {"runtime": "nodejs24.x"}, {"architecture": "mips"}, {"timeout_seconds": 0}],
    ids=str,
)
def test_settings_outside_the_api_model_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(AwsError) as refusal:
        tiny_functions(**changes)

    assert refusal.value.status == 400


@pytest.mark.parametrize("name", ["", "a/b", "x" * 65, "arn:aws:lambda", "ü"])
def test_name_that_is_no_function_name_is_refused(name: str) -> None:
    with pytest.raises(AwsError, match="ValidationException"):
        LambdaFunctions().create_function(name, settings_of(), zip_bytes=TINY_ZIP)
