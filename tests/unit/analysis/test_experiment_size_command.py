"""`sluice experiment size`, apart from the tree that it hangs in."""

import json
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from sluice.cli.experiment_size_command import size
from sluice.cli.reporting import ReportingGroup

app = typer.Typer(cls=ReportingGroup, rich_markup_mode=None)
app.callback()(lambda: None)
app.command("size")(size)


def sized(*options: str) -> Result:
    return CliRunner().invoke(app, ["size", *options])


def document(*options: str) -> dict[str, Any]:
    result = sized(*options, "--json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_percentage_point_more_than_ten_percent() -> None:
    found = document("--baseline", "10%", "--mde", "1%")

    assert (found["even_arm_units"], found["total_units"], found["days"]) == (14_748.0, 29_498, None)
    assert found["mde_relative"] == pytest.approx(0.1)


def test_the_same_as_a_share_of_the_baseline_or_as_plain_numbers() -> None:
    expected = document("--baseline", "10%", "--mde", "1%")["total_units"]

    assert document("--baseline", "0.1", "--mde-relative", "10%")["total_units"] == expected
    assert document("--baseline", "0.1", "--mde", "0.01")["total_units"] == expected


def test_every_question_has_the_same_keys() -> None:
    share, units = document("--baseline", "10%", "--mde", "1%"), document("--baseline", "10%", "--units", "20000")
    mean = document("--std-dev", "12", "--mde", "1", "--sequential", "--daily-units", "500", "--cuped-r2", "0.2")

    assert list(share) == list(units) == list(mean)


def test_what_there_is_finds_what_it_needs() -> None:
    found = document("--baseline", "10%", "--units", "20000")

    assert found["mde"] == pytest.approx(0.0122, abs=5e-5)
    assert found["total_units"] <= 20_000


def test_every_option_tells_on_the_size() -> None:
    plain = ["--baseline", "10%", "--mde", "1%"]
    changes = [
        ["--formula", "pooled"],
        ["--formula", "arcsine"],
        ["--alpha", "0.01"],
        ["--power", "0.9"],
        ["--arms", "3"],
        ["--split", "80%"],
        ["--cuped-r2", "0.3"],
        ["--cluster-size", "10", "--icc", "0.1"],
        ["--sequential"],
        ["--sequential", "--tuned-for", "50000"],
    ]

    sizes = [document(*plain, *change)["total_units"] for change in ([], *changes)]

    assert len(set(sizes)) == len(sizes)


def test_days_count_those_who_enter() -> None:
    options = ["--baseline", "10%", "--mde", "1%", "--daily-units", "1000"]

    assert document(*options)["days"] == 30
    assert document(*options, "--coverage", "10%")["days"] == 295


def test_a_person_sees_the_formula_the_factors_and_the_cautions() -> None:
    shown = sized("--baseline", "50%", "--mde", "40%", "--cuped-r2", "0.25", "--daily-units", "3").stdout

    assert "p1 q1 + p2 q2" in shown
    assert "times cuped" in shown
    assert "Caution: " in shown
    assert "days" in shown


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--mde", "1%"], "--baseline"),
        (["--baseline", "10%"], "exactly one of"),
        (["--baseline", "10%", "--mde", "1%", "--units", "100"], "exactly one of"),
        (["--std-dev", "2", "--mde-relative", "1%"], "needs a --baseline"),
        (["--std-dev", "2", "--mde", "1%"], "no percentage points"),
        (["--baseline", "ten", "--mde", "1%"], "no number"),
        (["--baseline", "10%", "--mde", "1%", "--icc", "0.1"], "need each other"),
    ],
)
def test_options_that_do_not_fit_together_are_not_understood(options: list[str], said: str) -> None:
    result = sized(*options)

    assert result.exit_code == 2
    assert said in result.stderr


def test_a_plan_that_breaks_a_rule_is_invalid() -> None:
    result = sized("--baseline", "10%", "--mde", "95%")

    assert result.exit_code == 3
    assert "mde: found 0.95" in result.stderr
