"""`sluice` alone carries a model from file to prediction, and back out of service."""

from pathlib import Path

import pytest

from tests.cli.conftest import Sluice, approved, document_of, model_folder, serve

pytestmark = pytest.mark.xdist_group("cli-plane")

ZERO = "0,0,0"


def test_a_new_model_goes_from_file_to_prediction(sluice: Sluice, model: str, tmp_path: Path) -> None:
    folder = model_folder(tmp_path, model, bias=0.25)

    registered = document_of(sluice("model", "register", folder, "--by", "ada", "--json"))
    approved = document_of(sluice("model", "approve", model, 1, "--why", "looks right", "--by", "grace", "--json"))
    published = sluice("release", "publish", model, "--json")
    answer = document_of(sluice("predict", model, "--row", ZERO, "--json"))

    assert (registered["model_version"], registered["approval"]["state"], registered["registered_by"]) == (
        1,
        "pending",
        "ada",
    )
    assert (approved["approval"]["state"], approved["approval"]["by"]) == ("approved", "grace")
    assert "did not exist: deployed from this checkout" in published.stderr
    assert document_of(published)["weight_bps"] == 10_000
    assert answer["outputs"] == [{"name": "scores", "datatype": "FP32", "shape": [1, 2], "data": [0.25, 0.25]}]
    assert (answer["model_version"], answer["parameters"]["function_version"]) == ("1", "1")


def test_a_second_version_gets_no_traffic_until_it_is_shifted_to_it(sluice: Sluice, model: str, tmp_path: Path) -> None:
    serve(sluice, tmp_path, model)
    second = serve(sluice, tmp_path, model, 2)
    before = document_of(sluice("predict", model, "--row", ZERO, "--json"))

    shifted = document_of(sluice("alias", "shift", model, "--to", "2", "--weight", "100%", "--json"))
    after = document_of(sluice("predict", model, "--row", ZERO, "--json"))

    assert (second["function_versions"], second["weight_bps"]) == (["2"], 0)
    assert (before["model_version"], after["model_version"]) == ("1", "2")
    assert (shifted["stable"]["function_version"], shifted["candidate"]) == ("2", None)


def test_a_candidate_is_promoted_or_aborted_by_one_word(sluice: Sluice, model: str, tmp_path: Path) -> None:
    for number in (1, 2):
        serve(sluice, tmp_path, model, number)

    canary = document_of(sluice("alias", "shift", model, "--to", "2", "--weight", "10%", "--json"))
    aborted = document_of(sluice("alias", "shift", model, "--abort", "--json"))
    again = document_of(sluice("alias", "shift", model, "--to", "2", "--weight", "1000bps", "--json"))
    promoted = document_of(sluice("alias", "shift", model, "--promote", "--json"))

    expected = {"function_version": "2", "weight_bps": 1000, "release": 2, "default_model_version": 2}
    assert canary["candidate"] == again["candidate"] == expected
    assert canary["stable"]["weight_bps"] == 9000
    assert (aborted["stable"]["function_version"], aborted["candidate"]) == ("1", None)
    assert (promoted["stable"]["function_version"], promoted["candidate"]) == ("2", None)


def test_a_version_that_gets_traffic_cannot_be_retired(sluice: Sluice, served: str) -> None:
    refused = sluice("model", "retire", served, 1, "--why", "old")

    assert refused.exit_code == 5
    assert "still served by release 1" in refused.stderr
    assert document_of(sluice("model", "show", served, 1, "--json"))["approval"]["state"] == "approved"


def test_the_history_tells_who_did_what_and_why(sluice: Sluice, model: str, tmp_path: Path) -> None:
    sluice("model", "register", model_folder(tmp_path, model), "--by", "ada")
    sluice("model", "reject", model, 1, "--why", "too simple", "--by", "grace")

    history = document_of(sluice("model", "show", model, "--json"))["history"]

    assert [(each["action"], each["by"], each["why"]) for each in history if each["action"] == "rejected"] == [
        ("rejected", "grace", "too simple")
    ]
    assert {each["by"] for each in history} == {"ada", "grace"}


def test_publishing_the_same_again_tells_how_it_gets_traffic(sluice: Sluice, served: str) -> None:
    again = sluice("release", "publish", served, "--default", 2)

    assert again.exit_code == 0
    assert f"It gets no traffic yet: sluice alias shift {served} --to 2 --weight 10%" in again.stdout
    assert len(document_of(sluice("release", "list", served, "--json"))) == 2


def test_on_aws_the_same_commands_run_but_functions_come_from_cdk(
    sluice: Sluice, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(sluice, tmp_path, model, 1)
    for name in ("SLUICE_REGISTRY_TABLE", "SLUICE_ARTEFACTS_BUCKET", "SLUICE_RECORDS_BUCKET"):
        monkeypatch.setenv(name, name.removesuffix("_TABLE").removesuffix("_BUCKET").lower().replace("_", "-"))

    listed = document_of(sluice("--target", "aws", "model", "show", model, "--json"))
    refused = sluice("--target", "aws", "release", "publish", model)

    assert listed["model_versions"][0]["approval"]["state"] == "approved"
    assert refused.exit_code == 4
    assert refused.stderr.startswith(f"Error: Lambda function inference-{model} does not exist; declare the model")
