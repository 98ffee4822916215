"""`sluice records tail`, from the lines that functions print."""

import json
import signal
import subprocess
import sys

import pytest

from sluice.cli.record_views import HEADER, record_line
from tests.cli.conftest import RunningPlane, Sluice, document_of

pytestmark = pytest.mark.xdist_group("cli-plane")


def predict(sluice: Sluice, model: str) -> str:
    answer = document_of(sluice("predict", model, "--row", "0,0,0", "--json"))
    return str(answer["parameters"]["prediction_id"])


def test_the_newest_are_shown_oldest_first(sluice: Sluice, served: str) -> None:
    ids = [predict(sluice, served) for _ in range(3)]

    lines = sluice("records", "tail", served, "--limit", 2, "--json").stdout.splitlines()

    assert [json.loads(line)["prediction_id"] for line in lines] == ids[1:]


def test_a_person_reads_one_line_per_prediction(sluice: Sluice, served: str) -> None:
    prediction_id = predict(sluice, served)

    header, line = sluice("records", "tail", served, "--limit", 1).stdout.splitlines()

    assert header == HEADER
    assert line.split()[1:5] == ["200", "1", "1", "RELEASE_DEFAULT"]
    assert line.endswith(prediction_id)


def test_follow_shows_each_prediction_once_and_ends_with_ctrl_c(
    sluice: Sluice, plane: RunningPlane, served: str
) -> None:
    first = predict(sluice, served)
    addresses = ["--aws-endpoint-url", plane.variables["SLUICE_AWS_ENDPOINT_URL"]]
    tail = ["records", "tail", served, "--follow", "--limit", "1", "--json"]
    command = [sys.executable, "-m", "sluice.cli.main", *addresses, *tail]

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as following:
        assert following.stdout is not None
        seen = [json.loads(following.stdout.readline())["prediction_id"]]
        later = [predict(sluice, served) for _ in range(2)]
        seen += [json.loads(following.stdout.readline())["prediction_id"] for _ in later]
        following.send_signal(signal.SIGINT)
        code = following.wait(timeout=30)

    assert seen == [first, *later]
    assert code == 130


def test_a_failed_prediction_shows_its_error_and_drives_no_terminal() -> None:
    error = {"class": "UnknownModel", "message": "unknown model '\x1b[2J'\nAT STATUS"}

    line = record_line({"at": "2026-11-21T02:45:10.444+00:00", "status": 404, "error": error})

    assert line.endswith("UnknownModel: unknown model '\N{REPLACEMENT CHARACTER}[2J' AT STATUS")
    assert "\n" not in line


def test_a_prediction_for_a_unit_shows_every_variant_and_why_there_is_none() -> None:
    assignments = [
        {"experiment": "checkout", "variant": "treatment", "reason": "STORED"},
        {"experiment": "prices", "variant": None, "reason": "HOLDOUT"},
    ]

    line = record_line({"prediction_id": "a-b-c", "status": 200, "assignments": assignments})

    assert line.endswith(" a-b-c checkout=treatment prices=(HOLDOUT)")
