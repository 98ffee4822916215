"""The control API's OpenAPI document, and what a fuzzer that reads it finds."""

from typing import Any

import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from functions.control.app import create_app
from functions.control.control_api import create_control_api
from functions.control.flag_wiring import no_flags
from functions.control.rollout_control import RolloutControl
from functions.control.rollout_wiring import no_rollouts
from sluice.experiments.flag_document import written_part
from tests.functions.control_api import ControlApi, ports_of
from tests.unit.experiments.flag_builders import a_flag
from tests.unit.usecases.experiment_plane import ExperimentPlane
from tests.unit.usecases.rollout_world import RolloutWorld

DOCUMENT_PATH = "/v1/openapi.json"
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]


def a_used_plane() -> ExperimentPlane:
    """With an experiment that runs, one that is over, a draft and a flag."""
    plane = ExperimentPlane()
    plane.run("exp-0", slots=[[200_000, 300_000]])
    plane.conclude("exp-0")
    plane.run("exp-1", attributes={"age": "int"}, eligibility="age > 17")
    plane.define("exp-2")
    ControlApi(plane).post("/v1/flags", {"definition": written_part(a_flag("dark-mode")), "why": "because"})
    return plane


def document() -> dict[str, Any]:
    answer = ControlApi(ExperimentPlane()).get(DOCUMENT_PATH)
    assert answer.status == 200
    return dict(answer.body)


def test_every_route_is_described_as_clients_see_it() -> None:
    api = create_control_api(ports_of(ExperimentPlane()), no_rollouts)
    served = {f"/v1{route.path_format}" for route in api.routes if isinstance(route, APIRoute)}

    assert served - set(document()["paths"]) == {DOCUMENT_PATH}


def test_every_schema_that_is_named_is_there_and_every_one_that_is_there_is_named() -> None:
    found = document()
    text = str(found)

    for name in found["components"]["schemas"]:
        assert f"'#/components/schemas/{name}'" in text
    assert text.count("'$ref'") == sum(
        text.count(f"'#/components/schemas/{name}'") for name in found["components"]["schemas"]
    )


def test_every_operation_says_in_words_what_it_does_and_which_bodies_it_takes() -> None:
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], (method, path)
            assert ("requestBody" in operation) == (method in ("post", "put")), (method, path)


@pytest.fixture(scope="module")
def api() -> Any:
    plane, world = a_used_plane(), RolloutWorld()
    world.start()
    app = create_app(
        registry=plane.registry,
        publisher=plane.publisher,
        experiments=lambda: ports_of(plane),
        flags=no_flags,
        rollouts=lambda: RolloutControl(world.ports, world.controllers),
    )
    return schemathesis.openapi.from_asgi(DOCUMENT_PATH, app)


# Tracing a fuzzer takes as long as the fuzzer.
@pytest.mark.no_cover
@pytest.mark.parametrize("mode", GenerationMode)
def test_a_fuzzer_finds_no_5xx_and_nothing_that_the_document_does_not_say(api: Any, mode: GenerationMode) -> None:
    operations = [found.ok() for found in api.get_all_operations()]

    for operation in operations:
        _fuzz(operation, mode)

    assert len(operations) == 38


def _fuzz(operation: Any, mode: GenerationMode) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(derandomize=True, database=None, max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    def check(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    # Any URL segment is a valid string, so without a body or parameters there is nothing to send wrong.
    if mode.is_positive or operation.body:
        check()
