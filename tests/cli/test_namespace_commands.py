"""`sluice namespace`: slots that are free, owned and at rest."""

from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Sluice, document_of
from tests.cli.experiment_files import experiment_file, namespace_file

pytestmark = pytest.mark.xdist_group("cli-plane")

WHY = ("--why", "tested", "--json")


def test_slots_go_from_free_to_owned_to_rest(sluice: Sluice, divided: str, key: str, tmp_path: Path) -> None:
    created = document_of(sluice("namespace", "create", namespace_file(tmp_path, key), *WHY))
    proposed = document_of(sluice("namespace", "propose", key, "--share", "20%", "--json"))
    document_of(sluice("experiment", "create", experiment_file(tmp_path, key, slots=proposed["slots"]), *WHY))
    document_of(sluice("experiment", "start", key, *WHY))
    while_it_runs = document_of(sluice("namespace", "show", key, "--json"))
    table = sluice("namespace", "show", key).stdout
    document_of(sluice("experiment", "conclude", key, "--no-variant", *WHY))
    after = document_of(sluice("namespace", "show", key, "--history", "--json"))

    assert (created["written"], created["free"]) == ("created", [[0, 1_000_000]])
    assert proposed["slots"] == [[0, 200_000]]
    assert while_it_runs["owned"] == [{"experiment": key, "slots": [[0, 200_000]]}]
    assert while_it_runs["free"] == after["free"] == [[200_000, 1_000_000]]
    assert ["0", "199999", "20", "%", "experiment", key] in [line.split() for line in table.splitlines()]
    assert [(it["experiment"], it["slots"]) for it in after["resting"]] == [(key, [[0, 200_000]])]
    assert [it["changed"]["move"] for it in after["history"]] == ["create", "start", "conclude"]


def test_a_proposal_can_be_pasted_into_a_file(sluice: Sluice, key: str, tmp_path: Path) -> None:
    document_of(sluice("namespace", "create", namespace_file(tmp_path, key), *WHY))

    shown = sluice("namespace", "propose", key, "--share", "0.5%").stdout

    assert yaml.safe_load(shown) == {"slots": [[0, 5000]]}


def test_a_holdout_is_set_while_nothing_runs(sluice: Sluice, divided: str, key: str, tmp_path: Path) -> None:
    document_of(sluice("namespace", "create", namespace_file(tmp_path, key), *WHY))
    held_out = document_of(sluice("namespace", "holdout", key, "5%", *WHY))
    document_of(sluice("experiment", "create", experiment_file(tmp_path, key), *WHY))
    document_of(sluice("experiment", "start", key, *WHY))

    refused = sluice("namespace", "holdout", key, "6%", "--why", "more")

    assert held_out["definition"]["holdout_bps"] == 500
    assert (refused.exit_code, f"experiments run in it: {key}" in refused.stderr) == (5, True)
    listed = document_of(sluice("namespace", "list", "--json"))
    assert [it["definition"]["holdout_bps"] for it in listed if it["definition"]["key"] == key] == [500]


def test_what_shows_as_a_file_is_what_create_takes(sluice: Sluice, key: str, tmp_path: Path) -> None:
    written = namespace_file(tmp_path, key, seed="1e5", holdout_bps=100, quarantine_days=3, unit_type="account")
    created = document_of(sluice("namespace", "create", written, *WHY))

    shown = sluice("namespace", "show", key, "--yaml").stdout
    again = document_of(sluice("namespace", "create", "-", *WHY, typed=shown))

    assert (again["written"], again["definition"]) == ("unchanged", created["definition"])
