"""`sluice cost estimate` on the environments of this checkout; no plane, no account."""

import json

from typer.testing import CliRunner

from infra.environments import ENVIRONMENTS
from sluice.cli.environment_file import declared_footprint
from sluice.cli.main import app


def test_dev_pays_while_idle_for_the_polls_of_its_queue_and_the_looks_of_its_failsafe() -> None:
    done = CliRunner().invoke(app, ["cost", "estimate", "--env", "dev", "--rps", "0", "--json"])

    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    paid = {each["component"]: each["usd"] for each in document["components"] if each["is_idle"]}
    assert paid == {"Queue polls": 0.26, "Failsafe": 0.07}
    assert document["idle_usd"] == document["total_usd"] == 0.33


def test_rollouts_are_counted_where_they_are_named() -> None:
    given = ["--rps", "0", "--rollouts", "4", "--rollout-hours", "10"]

    done = CliRunner().invoke(app, ["cost", "estimate", "--env", "dev", *given, "--json"])

    found = {each["component"]: each["usd"] for each in json.loads(done.stdout)["components"]}
    assert (found["Rollouts, waiting"], found["Rollouts, metrics read"]) == (0.18, 1.44)


def test_idle_comes_first_and_every_price_says_where_it_is_from() -> None:
    done = CliRunner().invoke(app, ["cost", "estimate", "--env", "prod", "--rps", "10", "--ms", "5", "--json"])

    document = json.loads(done.stdout)
    components = document["components"]
    assert [each["is_idle"] for each in components] == sorted((each["is_idle"] for each in components), reverse=True)
    assert all(each["source"] and each["unit"] for each in components)
    assert document["total_usd"] > document["idle_usd"] > 0
    assert document["break_even_rps"] > 0


def test_units_and_outcomes_are_counted_where_they_are_named() -> None:
    given = ["--rps", "1", "--unit-percent", "100", "--first-percent", "10", "--outcome-percent", "50"]

    done = CliRunner().invoke(app, ["cost", "estimate", "--env", "dev", *given, "--json"])

    found = {each["component"]: each["usd"] for each in json.loads(done.stdout)["components"]}
    assert (found["Units read"], found["Assignments"], found["Outcomes, stored"]) == (0.16, 0.16, 6.48)


def test_a_person_sees_the_break_even() -> None:
    done = CliRunner().invoke(app, ["cost", "estimate", "--env", "dev", "--rps", "10", "--ms", "5"])

    assert "requests a second" in done.stdout
    assert "API Gateway" in done.stdout


def test_an_environment_that_nobody_declared_is_refused_with_those_that_are() -> None:
    done = CliRunner().invoke(app, ["cost", "estimate", "--env", "moon", "--rps", "1"])

    assert done.exit_code == 3
    assert "dev, staging, prod" in done.output


def test_every_environment_has_a_footprint() -> None:
    for name, environment in ENVIRONMENTS.items():
        found = declared_footprint(name)
        assert [model.name for model in found.models] == [model.name for model in environment.models]
