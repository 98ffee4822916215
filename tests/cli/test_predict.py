"""`sluice predict`: the ways to give rows, and what a person reads."""

import json
from pathlib import Path

import pytest
from typer.testing import Result

from tests.cli.conftest import Sluice, document_of

pytestmark = pytest.mark.xdist_group("cli-plane")

# Scores are height + width / 2 + 1 and -height + 2 * width + depth / 4 + 1.
REQUEST = {"inputs": [{"name": "x", "shape": [1, 3], "datatype": "FP32", "data": [1, 0, 0]}]}


def scores_of(result: Result) -> list[float]:
    scores: list[float] = document_of(result)["outputs"][0]["data"]
    return scores


@pytest.mark.parametrize(
    "typed",
    [
        "depth,width,height\n0,0,1\n",
        "height,width,depth,target\n1,0,0,9\n",
    ],
)
def test_csv_is_matched_by_its_header(sluice: Sluice, served: str, typed: str) -> None:
    assert scores_of(sluice("predict", served, "--csv", "-", "--json", typed=typed)) == [2.0, 0.0]


def test_several_rows_are_one_batch(sluice: Sluice, served: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("height,width,depth\n1,0,0\n0,1,0\n")

    from_file = document_of(sluice("predict", served, "--csv", file, "--json"))
    from_rows = document_of(sluice("predict", served, "--row", "1,0,0", "--row", "0,1,0", "--json"))

    assert from_file["outputs"] == from_rows["outputs"]
    assert from_file["outputs"][0]["shape"] == [2, 2]
    assert from_file["outputs"][0]["data"] == [2.0, 0.0, 1.5, 3.0]


@pytest.mark.parametrize(
    "document",
    [REQUEST, {"height": 1, "width": 0, "depth": 0}, [{"depth": 0, "width": 0, "height": 1}]],
    ids=["request", "object", "list"],
)
def test_json_is_a_request_or_features_by_name(sluice: Sluice, served: str, document: object) -> None:
    assert scores_of(sluice("predict", served, "--request", "-", "--json", typed=json.dumps(document))) == [2.0, 0.0]


def test_a_named_model_version_answers_whatever_the_release_s_default(sluice: Sluice, served: str) -> None:
    answer = document_of(sluice("predict", served, "--row", "0,0,0", "--model-version", 2, "--json"))

    assert (answer["model_version"], answer["outputs"][0]["data"]) == ("2", [2.0, 2.0])
    assert answer["parameters"]["function_version"] == "1"


def test_a_person_reads_the_meaning_and_who_answered(sluice: Sluice, served: str) -> None:
    shown = sluice("predict", served, "--row", "1,0,0")

    assert shown.exit_code == 0
    assert "two scores" in shown.stdout
    assert "2, 0" in shown.stdout
    assert f"{served} version 1: function version 1, release 1, reason RELEASE_DEFAULT, prediction id" in shown.stdout


@pytest.mark.parametrize("typed", ["not json", "[]", "[1, 2]", "7", '{"height": 1}'])
def test_json_that_is_neither_is_refused(sluice: Sluice, served: str, typed: str) -> None:
    assert sluice("predict", served, "--request", "-", typed=typed).exit_code == 3


def test_the_gateway_s_own_words_reach_the_person(sluice: Sluice, served: str) -> None:
    request = {"inputs": [{**REQUEST["inputs"][0], "name": "y"}]}

    refused = sluice("predict", served, "--request", "-", typed=json.dumps(request))

    assert refused.exit_code == 3
    assert refused.stderr == "Error: missing inputs: 'x'; unexpected inputs: 'y'; the model takes 'x'\n"


@pytest.mark.parametrize("options", [[], ["--row", "1", "--csv", "-"], ["--request", "-", "--csv", "-"]])
def test_exactly_one_way_to_give_rows_is_taken(sluice: Sluice, options: list[str]) -> None:
    refused = sluice("predict", "any", *options)

    assert refused.exit_code == 2
    assert "give exactly one of --request, --csv, --row" in refused.stderr
