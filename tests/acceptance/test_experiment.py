"""The experiment on digits as a client sees it: a unit is put into a variant once, and stays there."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import psutil
import pytest

from sluice.cli.up_report import experiment_command
from tests.acceptance.conftest import ROOT, RunningPlane
from tests.acceptance.test_serving import environments_of, request_of
from tests.plain_http import NO_TLS

pytestmark = pytest.mark.xdist_group("acceptance")

INFER = "/v2/models/digits/infer"
VERSION_OF = {"control": "1", "treatment": "2"}


@pytest.fixture
def client(plane: RunningPlane) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=plane.gateway_url, timeout=30, verify=NO_TLS) as client:
        yield client


def told(client: httpx.Client, unit: Any) -> dict[str, Any]:
    """The parameters of an answer to a request for a unit."""
    answer = client.post(INFER, json=request_of("digits") | {"parameters": {"sluice_unit": unit}})
    assert answer.status_code == 200, answer.text
    parameters: dict[str, Any] = answer.json()["parameters"]
    assert answer.json()["model_version"] == parameters["model_version"]
    return parameters


def test_a_unit_is_bucketed_once_and_from_then_on_gets_what_is_stored(client: httpx.Client) -> None:
    answers = [told(client, "a newcomer") for _ in range(10)]

    assert [each["reason"] for each in answers] == ["BUCKETED", *["STORED"] * 9]
    assert {each["experiment"] for each in answers} == {"digits-quadratic"}
    assert len({each["variant"] for each in answers}) == 1


def test_fifty_units_get_both_variants_and_each_its_variants_version(client: httpx.Client) -> None:
    first = [told(client, f"reader-{number}") for number in range(50)]
    again = [told(client, f"reader-{number}") for number in range(50)]

    assert {each["variant"] for each in first} == set(VERSION_OF)
    assert all(each["model_version"] == VERSION_OF[each["variant"]] for each in first)
    assert {each["reason"] for each in first} == {"BUCKETED"}
    assert {each["reason"] for each in again} == {"STORED"}
    assert [each["variant"] for each in again] == [each["variant"] for each in first]


def test_units_keep_their_variants_when_their_environments_die(plane: RunningPlane, client: httpx.Client) -> None:
    before = [told(client, f"survivor-{number}")["variant"] for number in range(10)]

    victims = [each for each in environments_of(plane) if "inference-digits" in str(each.environ())]
    for victim in victims:
        victim.kill()
    psutil.wait_procs(victims, timeout=10)
    after = [told(client, f"survivor-{number}") for number in range(10)]

    assert victims
    assert {each["reason"] for each in after} == {"STORED"}
    assert [each["variant"] for each in after] == before


def test_a_request_without_a_unit_gets_the_releases_default_and_no_experiment(client: httpx.Client) -> None:
    parameters = client.post(INFER, json=request_of("digits")).json()["parameters"]

    assert (parameters["model_version"], parameters["reason"]) == ("1", "RELEASE_DEFAULT")
    assert parameters.keys().isdisjoint({"experiment", "variant"})


def test_the_version_in_the_url_stands_above_the_experiment(client: httpx.Client) -> None:
    for model_version in VERSION_OF.values():
        path = INFER.replace("/infer", f"/versions/{model_version}/infer")
        answer = client.post(path, json=request_of("digits") | {"parameters": {"sluice_unit": "ada"}}).json()

        assert (answer["model_version"], answer["parameters"]["reason"]) == (model_version, "VERSION_IN_URL")


def test_a_unit_that_is_none_is_refused_with_the_parameter_and_the_rule(client: httpx.Client) -> None:
    answer = client.post(INFER, json=request_of("digits") | {"parameters": {"sluice_unit": ""}})

    assert answer.status_code == 400
    assert "sluice_unit" in answer.json()["error"]


@pytest.mark.skipif(not shutil.which("curl"), reason="the command that is shown to newcomers is curl")
def test_the_command_that_make_run_shows_works_as_it_is_pasted(plane: RunningPlane) -> None:
    pasted = subprocess.run(
        ["bash", "-c", experiment_command(plane.gateway_url)], check=True, cwd=ROOT, capture_output=True, text=True
    )

    ada, grace, ada_again = (json.loads(f"{{{line}}}")["parameters"] for line in pasted.stdout.splitlines())
    assert (ada["variant"], grace["variant"], ada_again["variant"]) == ("treatment", "control", "treatment")
    assert ada_again["reason"] == "STORED"
