"""`/v1/namespaces`, `/v1/units` and `/v1/flags` through the Lambda handler."""

from typing import Any

import pytest

from sluice.errors import StoreUnavailable
from sluice.experiments.flag_document import written_part
from sluice.experiments.ports import Definition, Kind
from tests.functions.control_api import ControlApi
from tests.functions.control_function import ControlFunction
from tests.unit.experiments.flag_builders import a_flag
from tests.unit.experiments.running import NOW, stored
from tests.unit.usecases.experiment_plane import ExperimentPlane
from tests.unit.usecases.flag_plane import ContendedDefinitions

WHY = {"why": "because"}
OVERRIDE = {"variant": "treatment", "days": 3, **WHY}
RUNNING = [{"experiment": "exp-1", "slots": [[0, 100_000]]}]


@pytest.fixture
def api() -> ControlApi:
    """With a running experiment, and one that is over."""
    plane = ExperimentPlane()
    plane.run("exp-0", slots=[[200_000, 300_000]])
    plane.conclude("exp-0")
    plane.run("exp-1")
    return ControlApi(plane)


def test_a_namespace_is_created_edited_and_shown(api: ControlApi) -> None:
    created = api.post("/v1/namespaces", {"definition": {"key": "search"}, **WHY})
    edited = api.post("/v1/namespaces", {"definition": {"key": "search", "holdout_bps": 100}, **WHY}, if_match='"1"')

    assert [(each.status, each.headers["etag"]) for each in (created, edited)] == [(201, '"1"'), (200, '"2"')]
    assert edited.body == api.get("/v1/namespaces/search").body
    assert edited.body["definition"] == {
        "key": "search",
        "description": "",
        "unit_type": "user",
        "seed": "",
        "holdout_bps": 100,
        "precedence": 100,
        "quarantine_days": 14,
    }


def test_a_namespace_shows_what_is_free_owned_and_at_rest(api: ControlApi) -> None:
    shown = api.get("/v1/namespaces/checkout").body

    assert {name: shown[name] for name in ("free", "owned", "resting")} == {
        "free": [[100_000, 200_000], [300_000, 1_000_000]],
        "owned": RUNNING,
        "resting": [
            {"experiment": "exp-0", "slots": [[200_000, 300_000]], "until": "2026-11-28T12:00:00+00:00"},
        ],
    }


def test_namespaces_are_listed_and_have_a_history(api: ControlApi) -> None:
    assert [each["definition"]["key"] for each in api.get("/v1/namespaces").body["namespaces"]] == ["checkout"]
    moves = [it["changed"]["move"] for it in api.get("/v1/namespaces/checkout/history").body["revisions"]]
    assert moves == ["create", "start", "conclude", "start"]


def test_free_slots_are_proposed_for_a_share(api: ControlApi) -> None:
    assert api.get("/v1/namespaces/checkout/proposal?share_bps=500").body == {"slots": [[100_000, 150_000]]}
    refused = api.get("/v1/namespaces/checkout/proposal?share_bps=9000")
    assert (refused.status, refused.error.split(": ")[-1]) == (409, "800000 of 1000000 are")


@pytest.mark.parametrize("query", ["", "?share_bps=", "?share_bps=5%", "?share_bps=-1", "?share_bps=0", "?share=5"])
def test_a_share_that_is_none_is_a_400(api: ControlApi, query: str) -> None:
    refused = api.get(f"/v1/namespaces/checkout/proposal{query}")

    assert refused.status == 400
    assert "share" in refused.error


def test_a_holdout_waits_until_nothing_runs(api: ControlApi) -> None:
    wanted = {"holdout_bps": 500, **WHY}
    refused = api.post("/v1/namespaces/checkout/holdout", wanted)
    api.plane.conclude("exp-1")

    assert (refused.status, refused.error.split(": ")[-1]) == (409, "exp-1")
    assert api.post("/v1/namespaces/checkout/holdout", wanted).body["definition"]["holdout_bps"] == 500


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/namespaces/nope", None),
        ("GET", "/v1/namespaces/nope/history", None),
        ("GET", "/v1/namespaces/nope/proposal?share_bps=1", None),
        ("POST", "/v1/namespaces/nope/holdout", {"holdout_bps": 1, **WHY}),
        ("GET", "/v1/flags/nope", None),
        ("GET", "/v1/flags/nope/history", None),
        ("POST", "/v1/flags/nope/enable", WHY),
        ("POST", "/v1/flags/nope/disable", WHY),
        ("POST", "/v1/flags/nope/archive", WHY),
        ("PUT", "/v1/units/user/u-1/overrides/nope", OVERRIDE),
    ],
)
def test_what_is_not_there_is_a_404(api: ControlApi, method: str, path: str, body: Any) -> None:
    missing = api.call(method, path, body)

    assert missing.status == 404
    assert missing.error.endswith("'nope'")


@pytest.mark.parametrize("unit_id", ["u-1", "a%2Fb", "a/b", "%C3%A9", "a/overrides/b", "a%20b"])
def test_an_override_is_set_and_taken_away(api: ControlApi, unit_id: str) -> None:
    path = f"/v1/units/user/{unit_id}/overrides/exp-1"

    forced = api.call("PUT", path, OVERRIDE)

    assert (forced.status, forced.body) == (
        200,
        {
            "subject": "exp-1",
            "variant": "treatment",
            "by": "local",
            "why": "because",
            "expires_at": "2026-11-24T12:00:00+00:00",
        },
    )
    assert [api.call("DELETE", path).body for _ in range(2)] == [{"removed": True}, {"removed": False}]


def test_the_id_in_the_path_is_the_units(api: ControlApi) -> None:
    api.call("PUT", "/v1/units/user/a%2Fb%20%C3%A9/overrides/exp-1", OVERRIDE)

    assert list(api.plane.units.load("user", "a/b é", now=NOW).overrides) == ["exp-1"]


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"variant": "other"}, 400, "variant == 'other', exp-1 has control, treatment"),
        ({"days": 0}, 400, "days == 0, must be 1 to 400"),
        ({"days": "3"}, 400, "the body: days: found '3', allowed: a whole number"),
        ({"why": ""}, 400, "why == '', must say why"),
        ({"until": "x"}, 400, "the body: until: there is no such field, allowed: variant, days, why"),
    ],
)
def test_an_override_that_is_none_is_refused(api: ControlApi, change: dict[str, Any], status: int, error: str) -> None:
    refused = api.call("PUT", "/v1/units/user/u-1/overrides/exp-1", OVERRIDE | change)

    assert (refused.status, refused.error) == (status, error)


def test_two_identities_are_merged(api: ControlApi) -> None:
    api.plane.units.put_if_absent("user", "anonymous", stored("exp-1", "treatment"))
    api.plane.units.put_if_absent("user", "anonymous", stored("exp-2", "treatment"))
    api.plane.units.put_if_absent("user", "known", stored("exp-1", "control"))
    wanted = {"unit_type": "user", "anonymous_id": "anonymous", "known_id": "known"}

    found = [api.post("/v1/units/merge", wanted) for _ in range(2)]

    assert [each.status for each in found] == [200, 200]
    assert found[0].body == found[1].body == {"agreeing": ["exp-2"], "crossed_over": ["exp-1"]}
    refused = api.post("/v1/units/merge", wanted | {"known_id": "anonymous"})
    assert (refused.status, refused.error.split(",")[1]) == (400, " must be two units")


def test_what_a_unit_gets_is_explained_rule_by_rule(api: ControlApi) -> None:
    found = api.post("/v1/units/explain", {"model": "churn", "unit_type": "user", "unit_id": "u-1"})

    (explained,) = found.body["explanations"]
    assert (found.body["snapshot_number"], explained["experiment"]) == (3, "exp-1")
    assert [each["rule"] for each in explained["rules"]][:2] == ["kill switch", "override"]


def test_a_flag_is_defined_switched_and_archived(api: ControlApi) -> None:
    definition = written_part(a_flag("dark-mode"))
    steps = [
        api.post("/v1/flags", {"definition": definition, **WHY}),
        api.post("/v1/flags", {"definition": definition, **WHY}),
        api.post("/v1/flags/dark-mode/disable", WHY, if_match='"1"'),
        api.post("/v1/flags/dark-mode/enable", WHY, if_match='"1"'),
        api.post("/v1/flags/dark-mode/enable", WHY),
        api.post("/v1/flags/dark-mode/archive", WHY),
    ]

    assert [each.status for each in steps] == [201, 200, 200, 409, 200, 200]
    assert [(it.body["enabled"], it.body["is_archived"], it.body["revision"]) for it in steps if it.status != 409] == [
        (True, False, 1),
        (True, False, 1),
        (False, False, 2),
        (True, False, 3),
        (True, True, 4),
    ]
    assert steps[0].body["definition"] == definition
    assert steps[-1].body == api.get("/v1/flags/dark-mode").body
    assert len(api.get("/v1/flags/dark-mode/history").body["revisions"]) == 4


@pytest.mark.parametrize(
    ("query", "keys"),
    [("", ["a", "b"]), ("?enabled=false", ["b"]), ("?archived=true", ["a", "b", "c"]), ("?owner=nobody", [])],
)
def test_flags_are_searched(api: ControlApi, query: str, keys: list[str]) -> None:
    for key in "abc":
        api.post("/v1/flags", {"definition": written_part(a_flag(key)), **WHY})
    api.post("/v1/flags/b/disable", WHY)
    api.post("/v1/flags/c/archive", WHY)

    assert [each["definition"]["key"] for each in api.get(f"/v1/flags{query}").body["flags"]] == keys


def test_a_search_for_flags_that_is_none_is_refused(api: ControlApi) -> None:
    refused = api.get("/v1/flags?enabled=yes")

    assert (refused.status, refused.error) == (400, "the query: enabled: found 'yes', allowed: true, false")


def test_where_no_tables_are_set_up_the_api_says_so_and_the_protocols_routes_work() -> None:
    plane = ExperimentPlane()
    control = ControlFunction(plane.registry, plane.publisher)

    status, body, _ = control.call("/v1/experiments")

    assert (status, body["error"].split(":")[0]) == (501, "experiments are not set up here")
    assert control.call("/v2/health/live")[0] == 200


def test_a_store_that_fails_is_worth_a_retry() -> None:
    class Failing(ContendedDefinitions):
        def list_all(self, kind: Kind) -> list[Definition]:
            raise StoreUnavailable("table sluice-experiments", "throttled")

    plane = ExperimentPlane()
    plane.definitions.__class__ = Failing

    failed = ControlApi(plane).get("/v1/experiments")

    assert (failed.status, failed.headers["retry-after"]) == (503, "1")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1", 404), ("GET", "/v1/", 404), ("GET", "/v1/nothing", 404), ("GET", "/v1/experiments/", 404),
     ("DELETE", "/v1/experiments", 405), ("GET", "/v1/experiments/exp-1/start", 405)],
)  # fmt: skip
def test_other_paths_and_methods_are_refused_in_the_same_shape(
    api: ControlApi, method: str, path: str, status: int
) -> None:
    refused = api.call(method, path)

    assert (refused.status, refused.error.startswith(f"{method} {path}: ")) == (status, True)
