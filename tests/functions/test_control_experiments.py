"""`/v1/experiments` through the Lambda handler."""

from typing import Any

import pytest

from tests.functions.control_api import ControlApi
from tests.unit.usecases.experiment_plane import ExperimentPlane, a_definition

WHY = {"why": "because"}
ANN = "arn:aws:iam::123456789012:user/ann"
DEFINED = {"definition": a_definition(), **WHY}


@pytest.fixture
def api() -> ControlApi:
    """An empty plane."""
    return ControlApi(ExperimentPlane())


@pytest.fixture
def running() -> ControlApi:
    """With a running experiment of revision 2."""
    plane = ExperimentPlane()
    plane.run()
    return ControlApi(plane)


def test_a_draft_is_created_with_its_revision_as_etag(api: ControlApi) -> None:
    created = api.post("/v1/experiments", DEFINED)

    assert (created.status, created.headers["etag"]) == (201, '"1"')
    assert created.body.pop("definition") == a_definition() | {
        "attributes": {},
        "eligibility": "",
        "hashing": "sha256",
        "seed": "",
        "sticky": True,
        "unit_type": "user",
    }
    assert created.body == {
        "allocation_version": 1,
        "revision": 1,
        "state": "draft",
        "is_stopped": False,
        "conclusion": None,
        "changed": {"by": "local", "at": "2026-11-21T12:00:00+00:00", "why": "because", "move": "create"},
    }


def test_what_is_shown_can_be_written_back(api: ControlApi) -> None:
    shown = api.post("/v1/experiments", DEFINED).body["definition"]

    again = api.post("/v1/experiments", {"definition": shown, **WHY})
    edited = api.post("/v1/experiments", {"definition": shown | {"owner": "search"}, **WHY})

    assert (again.status, again.body["revision"]) == (200, 1)
    assert (edited.status, edited.body["revision"], edited.headers["etag"]) == (200, 2, '"2"')


def test_an_experiment_lives_from_draft_to_archive(api: ControlApi) -> None:
    api.post("/v1/experiments", DEFINED)

    found = [
        api.post(f"/v1/experiments/exp-1/{move}", body | WHY)
        for move, body in (
            ("start", {}),
            ("ramp", {"coverage_bps": 5_000}),
            ("reallocate", {"weights_bps": {"control": 2_000, "treatment": 8_000}}),
            ("stop", {}),
            ("conclude", {"variant": None}),
            ("archive", {}),
        )
    ]

    assert [each.status for each in found] == [200] * 6
    assert [(it.body["state"], it.body["changed"]["move"]) for it in found] == [
        ("running", "start"),
        ("running", "ramp"),
        ("running", "reallocate"),
        ("running", "stop"),
        ("concluded", "conclude"),
        ("archived", "archive"),
    ]
    assert (found[1].body["definition"]["coverage_bps"], found[2].body["allocation_version"]) == (5_000, 2)
    assert (found[3].body["is_stopped"], found[4].body["conclusion"]) == (True, {"variant": None, "why": "because"})
    assert found[5].body == api.get("/v1/experiments/exp-1").body


def test_the_history_tells_every_revision_oldest_first(running: ControlApi) -> None:
    revisions = running.get("/v1/experiments/exp-1/history").body["revisions"]

    assert [(it["revision"], it["state"], it["changed"]["move"]) for it in revisions] == [
        (1, "draft", "create"),
        (2, "running", "start"),
    ]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("", ["exp-1", "exp-2"]),
        ("?owner=growth", ["exp-1"]),
        ("?model=churn&state=draft", ["exp-2"]),
        ("?metric=latency", ["exp-1", "exp-2"]),
        ("?text=else", ["exp-2"]),
        ("?model=fraud", []),
    ],
)
def test_experiments_are_searched(running: ControlApi, query: str, keys: list[str]) -> None:
    running.plane.define("exp-2", owner="search", hypothesis="Something else.")

    found = running.get(f"/v1/experiments{query}")

    assert (found.status, [each["definition"]["key"] for each in found.body["experiments"]]) == (200, keys)


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("?modle=churn", "the query: modle: there is no such field, did you mean model?"),
        ("?state=paused", "the query: state: found 'paused', allowed: draft, running, concluded, archived"),
        ("?owner=a&owner=b", "the query: a parameter stands twice"),
    ],
)
def test_a_search_for_what_is_none_is_refused_and_finds_not_everything(
    running: ControlApi, query: str, error: str
) -> None:
    found = running.get(f"/v1/experiments{query}")

    assert (found.status, found.error) == (400, error)


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("/v1/experiments", b"{", "the body is not JSON: Expecting property name"),
        ("/v1/experiments", b'{"why": "a", "why": "b"}', "the body is not JSON: the key 'why' stands twice"),
        ("/v1/experiments", b"[" * 100_000, "the body is not JSON: nested too deeply"),
        ("/v1/experiments", b"\xff", "the body is not JSON: "),
        ("/v1/experiments", [], "the body: the document: found [], allowed: a mapping"),
        ("/v1/experiments", WHY, "the body: definition: missing, it is required"),
        ("/v1/experiments", {"definition": a_definition()}, "the body: why: missing, it is required"),
        ("/v1/experiments", {"definition": a_definition(), "why": " "}, "why == ' ', must say why"),
        (
            "/v1/experiments",
            {"definiton": 1, **WHY},
            "the body: definiton: there is no such field, did you mean defini",
        ),
        (
            "/v1/experiments",
            {"definition": a_definition(coverage_bps="all"), **WHY},
            "experiment 'exp-1': coverage_bps: found 'all', allowed: a whole number",
        ),
        (
            "/v1/experiments",
            {"definition": a_definition(state="running"), **WHY},
            "experiment 'exp-1': state: it is not written: it changes by moves: start, conclude, archive",
        ),
        (
            "/v1/experiments",
            {"definition": a_definition("exp-9", eligibility="age >"), **WHY},
            "experiment 'exp-9': eligibility: line 1, column 6: ",
        ),
        ("/v1/experiments/exp-1/start", None, "the body: why: missing, it is required"),
        ("/v1/experiments/exp-1/start", {"by": "me", **WHY}, "the body: by: there is no such field"),
        ("/v1/experiments/exp-1/ramp", WHY, "the body: coverage_bps: missing, it is required"),
        ("/v1/experiments/exp-1/ramp", {"coverage_bps": 50.0, **WHY}, "the body: coverage_bps: found 50.0, allowed"),
        (
            "/v1/experiments/exp-1/ramp",
            {"coverage_bps": 20_000, **WHY},
            "experiment 'exp-1': coverage_bps: found 20000",
        ),
        ("/v1/experiments/exp-1/reallocate", {"weights_bps": [1], **WHY}, "the body: weights_bps: found [1], allowed"),
        ("/v1/experiments/exp-1/conclude", WHY, "the body: variant: missing, it is required; null if none is to stay"),
        (
            "/v1/experiments/exp-1/conclude",
            {"variant": "b", **WHY},
            "experiment 'exp-1': conclusion.variant: found 'b'",
        ),
    ],
)
def test_a_body_that_breaks_a_rule_is_a_400_that_names_the_member(
    running: ControlApi, path: str, body: Any, error: str
) -> None:
    refused = running.post(path, body)

    assert refused.status == 400
    assert refused.error.startswith(error)


@pytest.mark.parametrize(
    "path",
    ["", "/history", "/start", "/ramp", "/reallocate", "/stop", "/conclude", "/archive", "/validate"],
)
def test_an_experiment_that_is_not_there_is_a_404(api: ControlApi, path: str) -> None:
    members: dict[str, Any] = {
        "/ramp": {"coverage_bps": 1},
        "/reallocate": {"weights_bps": {}},
        "/conclude": {"variant": None},
    }
    body = members.get(path, {}) | WHY if path != "/validate" else None
    method = "GET" if path in ("", "/history") else "POST"

    missing = api.call(method, f"/v1/experiments/nope{path}", body)

    assert (missing.status, missing.error) == (404, "there is no experiment 'nope'")


def test_a_move_that_the_state_forbids_is_a_409_with_the_reason(running: ControlApi) -> None:
    refused = running.post("/v1/experiments/exp-1/start", WHY)

    assert refused.status == 409
    assert refused.error == "experiment 'exp-1': cannot start: it is running, must be draft"


def test_slots_that_are_taken_are_a_409_that_says_by_whom(running: ControlApi) -> None:
    running.plane.define("exp-2")

    refused = running.post("/v1/experiments/exp-2/start", WHY)

    assert refused.status == 409
    assert refused.error.endswith("slots 0-99999 are not free: owned by experiment 'exp-1'")


@pytest.mark.parametrize("seen", ['"1"', "1", '"3"'])
def test_whoever_read_another_revision_gets_a_409_and_changes_nothing(running: ControlApi, seen: str) -> None:
    refused = running.post("/v1/experiments/exp-1/ramp", {"coverage_bps": 5_000, **WHY}, if_match=seen)

    assert refused.status == 409
    assert refused.error == "experiment 'exp-1' has just been written by someone else; read it again"
    assert running.plane.experiment().revision == 2


@pytest.mark.parametrize("seen", ['"2"', "2", "*"])
def test_whoever_read_this_revision_may_change_it(running: ControlApi, seen: str) -> None:
    assert running.post("/v1/experiments/exp-1/ramp", {"coverage_bps": 5_000, **WHY}, if_match=seen).status == 200


@pytest.mark.parametrize("seen", ['W/"2"', '"abc"', "", '"2", "3"', "0"])
def test_a_revision_that_is_none_is_a_400(running: ControlApi, seen: str) -> None:
    refused = running.post("/v1/experiments/exp-1/stop", WHY, if_match=seen)

    assert refused.status == 400
    assert refused.error.startswith(f"If-Match: found {seen!r}, allowed: a revision in quotes")


def test_whoever_wants_to_create_does_not_edit_by_accident(api: ControlApi) -> None:
    statuses = [api.post("/v1/experiments", DEFINED, if_none_match="*").status for _ in range(2)]

    assert statuses == [201, 409]


def test_validating_tells_everything_at_once_and_writes_nothing(running: ControlApi) -> None:
    draft = a_definition("exp-2", attributes={"age": "int"}, eligibility="age + 1")

    found = running.post("/v1/experiments/exp-2/validate", {"definition": draft})

    assert (found.status, found.body["is_valid"], len(found.body["problems"])) == (200, False, 2)
    assert running.get("/v1/experiments/exp-2").status == 404


def test_a_draft_is_validated_as_it_is_stored(api: ControlApi) -> None:
    api.post("/v1/experiments", DEFINED)

    assert api.post("/v1/experiments/exp-1/validate").body == {"is_valid": True, "problems": []}


def test_the_key_of_what_is_validated_is_the_urls(api: ControlApi) -> None:
    refused = api.post("/v1/experiments/exp-2/validate", {"definition": a_definition("exp-1")})

    assert (refused.status, refused.error) == (
        400,
        "the body: definition.key: found 'exp-1', allowed: exp-2, as in the URL",
    )


@pytest.mark.parametrize(
    ("authorizer", "by"),
    [
        ({"jwt": {"claims": {"sub": "user-7"}, "scopes": None}}, "user-7"),
        (
            {"iam": {"userArn": "arn:aws:iam::123456789012:user/ann", "accountId": "1"}},
            "arn:aws:iam::123456789012:user/ann",
        ),
        ({"claims": {"sub": "user-8"}}, "user-8"),
        (None, "local"),
    ],
)
def test_who_changed_it_is_whom_the_authorizer_found(authorizer: dict[str, Any] | None, by: str) -> None:
    api = ControlApi(ExperimentPlane(), authorizer)

    assert api.post("/v1/experiments", DEFINED).body["changed"]["by"] == by


@pytest.mark.parametrize(
    "authorizer", [{"jwt": {"claims": {}}}, {"lambda": {"role": "x"}}, {"jwt": {"claims": {"sub": ""}}}]
)
def test_a_token_that_names_nobody_changes_nothing(authorizer: dict[str, Any]) -> None:
    api = ControlApi(ExperimentPlane(), authorizer)

    refused = api.post("/v1/experiments", DEFINED)

    assert (refused.status, refused.error.split(":")[0]) == (400, "the token names nobody")
    assert api.get("/v1/experiments").body == {"experiments": []}
