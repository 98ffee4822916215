"""The model repository extension behind the control function's handler: a row for each of its rules, and of ours."""

from typing import Any

import pytest
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

from sluice.catalog.approval import ApprovalState
from tests.functions.control_api import Answer, ControlApi
from tests.functions.control_function import CONTEXT, ControlFunction
from tests.functions.http_front import served
from tests.functions.test_control_rollouts import RolloutApi
from tests.unit.usecases.experiment_plane import ExperimentPlane
from tests.unit.usecases.rollout_world import MODEL, RolloutWorld

INDEX = "/v2/repository/index"
SERVED = "release 1 has it, which alias live serves"
APPROVED = "it is approved; it serves once a release with it has traffic: `sluice release publish churn`"


@pytest.fixture
def api() -> ControlApi:
    return ControlApi(ExperimentPlane(), {"iam": {"userArn": "arn:aws:iam::1:role/ann"}})


def move(api: ControlApi, verb: str, model: str = "churn", **parameters: Any) -> Answer:
    return api.post(f"/v2/repository/models/{model}/{verb}", {"parameters": parameters})


def an_entry(number: int, reason: str, *, is_ready: bool = False) -> dict[str, str]:
    return {"name": "churn", "version": str(number), "state": "READY" if is_ready else "UNAVAILABLE", "reason": reason}


SERVING = [an_entry(2, SERVED, is_ready=True), an_entry(1, SERVED, is_ready=True)]


@pytest.mark.parametrize("body", [None, {}, {"ready": False}])
def test_the_index_tells_of_every_version(api: ControlApi, body: Any) -> None:
    found = api.post(INDEX, body)

    assert (found.status, found.body) == (200, [an_entry(3, "it waits for approval"), *SERVING])
    assert "sluice-next" not in found.headers


def test_the_index_of_what_is_ready_leaves_out_the_rest(api: ControlApi) -> None:
    assert api.post(INDEX, {"ready": True}).body == SERVING


def test_a_page_begins_after_the_one_before(api: ControlApi) -> None:
    assert api.post(INDEX, {"parameters": {"sluice_next": "churn/3"}}).body == SERVING


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        (INDEX, {"ready": 1}, 400, "ready is 1, must be true or false"),
        (INDEX, {"parameters": {"sluice_next": 7}}, 400, "parameter sluice_next is 7, must be what the page before"),
        (INDEX, b"no", 400, "the body is not JSON"),
        (INDEX, [], 400, "the body must be a JSON object"),
        (INDEX, {"parameters": []}, 400, "parameters must be an object"),
        ("/v2/repository/models/spam/load", {}, 404, "unknown model 'spam'"),
        ("/v2/repository/models/churn/load", {"parameters": {"config": "{}"}}, 501, "config: a version is what was"),
        (
            "/v2/repository/models/churn/load",
            {"parameters": {"file:1/model.onnx": "x"}},
            501,
            "file:1/model.onnx: a version is what was registered",
        ),
        (
            "/v2/repository/models/churn/load",
            {"parameters": {"sluice_model_version": "new"}},
            400,
            "parameter sluice_model_version is 'new', must be the number of a version",
        ),
        (
            "/v2/repository/models/churn/unload",
            {"parameters": {"sluice_model_version": 9}},
            404,
            "model 'churn' has no version '9' here",
        ),
        ("/v2/repository/models/churn/load", {"parameters": {"sluice_why": 7}}, 400, "sluice_why is 7, must be text"),
    ],
)
def test_a_request_is_refused_by_the_rule_that_it_breaks(
    api: ControlApi, path: str, body: Any, status: int, error: str
) -> None:
    found = api.post(path, body)

    assert found.status == status
    assert error in found.error


def test_load_approves_the_newest_version_and_says_what_is_still_missing(api: ControlApi) -> None:
    loaded = move(api, "load", sluice_why="the evaluation is good")

    assert (loaded.status, loaded.body) == (200, an_entry(3, APPROVED))
    version = api.plane.registry.find_version("churn", 3)
    assert version is not None
    assert version.approval.state is ApprovalState.APPROVED
    assert (version.approval.by, version.approval.why) == ("arn:aws:iam::1:role/ann", "the evaluation is good")
    [event] = [each for each in api.plane.registry.list_history("churn") if each.action == "approved"]
    assert (event.model_version, event.by, event.why) == (3, version.approval.by, version.approval.why)


def test_load_publishes_nothing_and_moves_no_traffic(api: ControlApi) -> None:
    before = api.plane.publisher.alias("churn"), api.plane.registry.latest_release("churn")

    move(api, "load", sluice_why="the evaluation is good")

    assert (api.plane.publisher.alias("churn"), api.plane.registry.latest_release("churn")) == before
    assert api.post(INDEX, {"ready": True}).body == SERVING


def test_a_decision_needs_a_reason(api: ControlApi) -> None:
    found = move(api, "load")

    assert found.status == 400
    assert found.error == "parameter sluice_why is missing: churn version 3 would be approved, and why is kept"


def test_what_is_as_it_should_be_needs_none_so_that_tritons_clients_may_ask(api: ControlApi) -> None:
    assert move(api, "load", sluice_model_version="2").body == SERVING[0]
    assert move(api, "unload", unload_dependents=True).body == an_entry(3, "it waits for approval")


def test_unload_retires_for_good(api: ControlApi) -> None:
    move(api, "load", sluice_why="good")

    unloaded = move(api, "unload", sluice_model_version=3, sluice_why="not so good", unload_dependents=False)
    again = move(api, "load", sluice_model_version=3, sluice_why="good after all")

    assert unloaded.body == an_entry(3, "retired by arn:aws:iam::1:role/ann: not so good")
    assert again.status == 409
    assert "churn version 3 is retired; it cannot become approved" in again.error


def test_what_serves_is_not_unloaded(api: ControlApi) -> None:
    found = move(api, "unload", sluice_model_version=2, sluice_why="old")

    assert found.status == 409
    assert "churn version 2 is still served by release 1" in found.error


def test_what_a_running_experiment_needs_is_not_unloaded(api: ControlApi) -> None:
    api.plane.run()

    found = move(api, "unload", sluice_model_version=1, sluice_why="old")

    assert (found.status, found.error) == (
        409,
        "churn version 1: cannot be unloaded: running experiments need it: exp-1",
    )


def test_what_a_rollout_is_about_is_not_unloaded() -> None:
    api = RolloutApi(RolloutWorld())
    api.start()

    for number in (1, 2):
        found = move(api, "unload", model=MODEL, sluice_model_version=number, sluice_why="old")
        assert found.status == 409
        assert f"{MODEL} version {number}: cannot be unloaded: release {number} of rollout r-1 has it" in found.error


def test_where_neither_experiments_nor_rollouts_are_set_up_nothing_of_theirs_is_in_the_way() -> None:
    plane = ExperimentPlane()
    status, document, _ = ControlFunction(plane.registry, plane.publisher).call(
        "/v2/repository/models/churn/unload", "POST"
    )

    assert (status, document) == (200, an_entry(3, "it waits for approval"))


def test_tritons_own_client_lists_loads_what_is_approved_and_is_told_what_unloading_needs(api: ControlApi) -> None:
    move(api, "load", sluice_why="good")

    with (
        served(lambda event, _: api.handler(event, CONTEXT)) as address,
        triton.InferenceServerClient(address) as client,
    ):
        assert client.get_model_repository_index() == [an_entry(3, APPROVED), *SERVING]
        client.load_model("churn")
        with pytest.raises(InferenceServerException, match="parameter sluice_why is missing"):
            client.unload_model("churn")


def test_statistics_of_all_models_at_once_are_nobodys(api: ControlApi) -> None:
    found = api.get("/v2/models/stats")

    assert found.status == 501
    assert "GET /v2/models/{model}/stats" in found.error
