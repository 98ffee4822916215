"""An experiment from its file to the archive, by commands alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Sluice, document_of, serve_two
from tests.cli.experiment_files import VARIANTS, experiment_file, namespace_file

pytestmark = pytest.mark.xdist_group("cli-plane")

WHY = ("--why", "tested", "--json")


def with_namespace(sluice: Sluice, folder: Path, key: str, **changes: Any) -> str:
    document_of(sluice("namespace", "create", namespace_file(folder, key, **changes), *WHY))
    return key


def running(sluice: Sluice, folder: Path, key: str, **changes: Any) -> str:
    """An experiment that runs, in a namespace of the same key."""
    with_namespace(sluice, folder, key)
    document_of(sluice("experiment", "create", experiment_file(folder, key, **changes), *WHY))
    document_of(sluice("experiment", "start", key, *WHY))
    return key


def test_an_experiment_lives_by_its_moves_and_its_history_tells_them(
    sluice: Sluice, divided: str, key: str, tmp_path: Path
) -> None:
    with_namespace(sluice, tmp_path, key)
    file = experiment_file(tmp_path, key, coverage_bps=100)

    def move(name: str, *options: str) -> dict[str, Any]:
        moved: dict[str, Any] = document_of(sluice("experiment", name, *options, *WHY, "--by", "ada"))
        return moved

    created, again = move("create", str(file)), move("create", str(file))
    edited = move("create", str(experiment_file(tmp_path, key, coverage_bps=500)))
    started = move("start", key)
    ramped = move("ramp", key, "--coverage", "50%")
    reallocated = move("ramp", key, "--weights", "control=20%,treatment=80%")
    stopped = move("stop", key)
    concluded = move("conclude", key, "--variant", "treatment")
    archived = move("archive", key)

    assert [it["written"] for it in (created, again, edited)] == ["created", "unchanged", "edited"]
    assert (created["state"], started["state"]) == ("draft", "running")
    assert ramped["definition"]["coverage_bps"] == 5000
    assert [it["weight_bps"] for it in reallocated["definition"]["variants"]] == [2000, 8000]
    assert reallocated["allocation_version"] == 2
    assert stopped["is_stopped"]
    assert concluded["conclusion"] == {"variant": "treatment", "why": "tested"}
    assert archived["state"] == "archived"
    history = document_of(sluice("experiment", "show", key, "--history", "--json"))["history"]
    moves = ["create", "edit", "start", "ramp", "reallocate", "stop", "conclude", "archive"]
    assert [(it["revision"], it["changed"]["move"]) for it in history] == list(enumerate(moves, start=1))
    assert {(it["changed"]["by"], it["changed"]["why"]) for it in history} == {("ada", "tested")}


def test_what_shows_as_a_file_is_what_create_takes(sluice: Sluice, divided: str, key: str, tmp_path: Path) -> None:
    with_namespace(sluice, tmp_path, key)
    odd = {
        "hypothesis": "no: 1e-5\n😀",
        "eligibility": 'country in ["DE", "NO"]',
        "attributes": {"country": "string"},
        "seed": "010",
        "variants": [VARIANTS[0], {**VARIANTS[1], "parameters": {"on": "yes", "ratio": 0.5, "big": True}}],
    }
    created = document_of(sluice("experiment", "create", experiment_file(tmp_path, key, **odd), *WHY))

    shown = sluice("experiment", "show", key, "--yaml").stdout
    (tmp_path / "again.yaml").write_text(shown)
    (tmp_path / "again.json").write_text(json.dumps(created["definition"]))

    for name in ("again.yaml", "again.json"):
        again = document_of(sluice("experiment", "create", tmp_path / name, *WHY))
        assert (again["written"], again["definition"]) == ("unchanged", created["definition"])
    assert document_of(sluice("experiment", "validate", "-", "--json", typed=shown))["is_valid"]
    assert created["definition"]["hypothesis"] == odd["hypothesis"]


def test_the_catalogue_is_searched_by_owner_model_state_metric_and_text(
    sluice: Sluice, divided: str, key: str, tmp_path: Path
) -> None:
    with_namespace(sluice, tmp_path, key)
    unlike = {"owner": f"{key}-owner", "plan": {"primary_metric": f"{key}-metric", "guardrails": [f"{key}-guard"]}}
    file = experiment_file(tmp_path, key, hypothesis=f"About {key.upper()}!", **unlike)
    document_of(sluice("experiment", "create", file, *WHY))

    def found(*options: str) -> set[str]:
        return {it["definition"]["key"] for it in document_of(sluice("experiment", "list", *options, "--json"))}

    for option, value in [("owner", "owner"), ("metric", "metric"), ("metric", "guard")]:
        assert found(f"--{option}", f"{key}-{value}") == {key}
    assert found("--text", f"about {key}!") == {key}
    assert key in found("--model", divided)
    assert found("--model", divided, "--state", "draft", "--owner", f"{key}-owner") == {key}
    assert found("--state", "running", "--owner", f"{key}-owner") == set()
    assert found("--model", "nobody") == set()


def test_what_explain_says_is_what_the_function_answers(sluice: Sluice, model: str, key: str, tmp_path: Path) -> None:
    serve_two(sluice, tmp_path, model)
    eligible = {"eligibility": "age >= 18", "attributes": {"age": "int"}}
    running(sluice, tmp_path, key, model=model, **eligible)

    def served(unit: str, **parameters: Any) -> tuple[Any, Any, str]:
        request = {
            "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 3], "data": [0, 0, 0]}],
            "parameters": {"sluice_unit": unit, **parameters},
        }
        file = tmp_path / "request.json"
        file.write_text(json.dumps(request))
        answer = document_of(sluice("predict", model, "--request", file, "--json"))
        told = answer["parameters"]
        return told.get("variant"), told["reason"], answer["model_version"]

    def explained(unit: str, *options: str) -> tuple[Any, Any, list[str]]:
        document = document_of(sluice("experiment", "explain", key, "--unit", unit, *options, "--json"))
        [it] = document["explanations"]
        assert [rule["decided"] for rule in it["rules"]] == [False] * (len(it["rules"]) - 1) + [True]
        return it["variant"], it["reason"], [rule["rule"] for rule in it["rules"]]

    rules = ["kill switch", "override", "sticky", "holdout", "namespace", "eligibility", "coverage", "arm"]
    version = {"control": "1", "treatment": "2", None: "1"}
    for unit in map(str, range(4)):
        before = explained(unit, "--attr", "age=30")
        variant, _, model_version = served(unit, sluice_attr_age=30)
        after = explained(unit)
        assert before == (variant, "BUCKETED", rules)
        assert model_version == version[variant]
        assert after == (variant, "STORED", rules[:3])
    assert explained("child", "--attr", "age=17") == (None, "NOT_ELIGIBLE", rules[:6])
    assert explained("unknown") == (None, "ATTRIBUTE_MISSING", rules[:6])
    assert served("unknown")[::2] == (None, "1")

    tail = sluice("records", "tail", model, "--limit", "2")
    assert tail.exit_code == 0, (tail.stderr, tail.exception)
    record = tail.stdout.splitlines()
    assert record[0].endswith(" EXPERIMENT=VARIANT")
    assert record[1].endswith(f" {key}={explained('3')[0]}")
    assert record[2].endswith(f" {key}=(ATTRIBUTE_MISSING)")


def test_a_variant_is_forced_explained_shown_and_let_go(sluice: Sluice, divided: str, key: str, tmp_path: Path) -> None:
    running(sluice, tmp_path, key)
    assign = ("experiment", "assign", key, "--unit", f"{key}-unit")
    unit = ("--unit", f"{key}-unit", "--json")

    forced = document_of(
        sluice(*assign, "--variant", "treatment", "--days", 3, "--why", "a demo", "--by", "ada", "--json")
    )
    [explained] = document_of(sluice("experiment", "explain", key, *unit))["explanations"]
    stored = document_of(sluice("assignment", "show", *unit))
    removed = [document_of(sluice(*assign, "--remove", "--json"))["removed"] for _ in range(2)]
    [after] = document_of(sluice("experiment", "explain", key, *unit))["explanations"]

    assert (forced["override"]["variant"], forced["override"]["by"]) == ("treatment", "ada")
    assert stored["overrides"] == [forced["override"]]
    assert (explained["variant"], explained["reason"]) == ("treatment", "OVERRIDE")
    assert explained["rules"][-1]["found"] == "variant 'treatment', by ada: a demo"
    assert removed == [True, False]
    assert after["reason"] == "BUCKETED"


def test_an_experiment_that_takes_no_units_of_this_type_explains_that(
    sluice: Sluice, divided: str, key: str, tmp_path: Path
) -> None:
    with_namespace(sluice, tmp_path, key)
    document_of(sluice("experiment", "create", experiment_file(tmp_path, key), *WHY))
    unit = ("--unit", "ann", "--json")

    [draft] = document_of(sluice("experiment", "explain", key, *unit))["explanations"]
    document_of(sluice("experiment", "start", key, *WHY))
    account = document_of(sluice("experiment", "explain", key, *unit, "--unit-type", "account"))
    of_the_model = document_of(sluice("assignment", "explain", "--model", divided, *unit))
    [one] = document_of(sluice("assignment", "explain", "--model", divided, *unit, "--experiment", key))["explanations"]

    assert (draft["reason"], draft["rules"]) == ("NOT_RUNNING", [])
    assert [it["reason"] for it in account["explanations"]] == ["NO_UNIT"]
    assert one in of_the_model["explanations"]
    assert one["experiment"] == key


def test_a_known_unit_takes_over_what_it_lacks(sluice: Sluice, model: str, key: str, tmp_path: Path) -> None:
    serve_two(sluice, tmp_path, model)
    running(sluice, tmp_path, key, model=model)
    request = {
        "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 3], "data": [0, 0, 0]}],
        "parameters": {"sluice_unit": f"{key}-cookie"},
    }
    (tmp_path / "request.json").write_text(json.dumps(request))
    answer = document_of(sluice("predict", model, "--request", tmp_path / "request.json", "--json"))
    merge = ("assignment", "merge", "--anonymous", f"{key}-cookie", "--known", f"{key}-ann", "--json")

    merged = document_of(sluice(*merge))
    [kept] = document_of(sluice("assignment", "show", "--unit", f"{key}-ann", "--json"))["assignments"]

    assert (merged["agreeing"], merged["crossed_over"]) == ([key], [])
    assert (kept["experiment"], kept["variant"]) == (key, answer["parameters"]["variant"])
    assert document_of(sluice(*merge)) == merged


def test_a_release_loads_what_running_experiments_need(sluice: Sluice, model: str, key: str, tmp_path: Path) -> None:
    serve_two(sluice, tmp_path, model)
    running(sluice, tmp_path, key, model=model)

    published = document_of(sluice("release", "publish", model, "--default", 1, "--note", "again", "--json"))

    assert published["preload"] == [1, 2]
    assert key in published["note"]
