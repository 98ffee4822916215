"""What a local plane is filled with before anything is deployed to it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sluice.cli.connections import Connections
from sluice.cli.target import target_of
from sluice.experiments.unit_state import NOTHING_STORED
from sluice.local.plane import Plane, start_plane
from sluice.local.plane_settings import PlaneSettings
from sluice.local.resources import ResourceNames, create_resources
from tests.adapters.stored_experiments import NOON, a_definition, a_snapshot, an_assignment
from tests.local.conftest import clients_of

OTHER_NAMES = ResourceNames(registry_table="r", experiments_table="e", units_table="u")


def settings(**more: Any) -> PlaneSettings:
    return PlaneSettings(gateway_port=0, aws_port=0, fsync=False, **more)


def fill(plane: Plane, names: ResourceNames | None = None) -> dict[str, Any]:
    """Create the resources, and tell each table's time to live."""
    with clients_of(plane.aws_url) as aws:
        dynamodb = aws("dynamodb")
        create_resources(dynamodb, aws("s3"), names)
        return {
            name: dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
            for name in dynamodb.list_tables()["TableNames"]
        }


@pytest.fixture
def filled_plane() -> Iterator[Plane]:
    with start_plane(settings(names=OTHER_NAMES)) as plane:
        fill(plane, OTHER_NAMES)
        yield plane


def test_units_expire_and_nothing_else_does_also_after_a_restart(tmp_path: Path) -> None:
    never = {"TimeToLiveStatus": "DISABLED"}
    expected = {
        "sluice-experiments": never,
        "sluice-ledger-entries": never,
        "sluice-registry": never,
        "sluice-rollouts": never,
        "sluice-units": {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"},
    }
    for _ in range(2):
        with start_plane(settings(data_dir=tmp_path)) as plane:
            assert fill(plane) == expected
            assert fill(plane) == expected


def test_commands_find_definitions_and_units_where_the_plane_says(
    filled_plane: Plane, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "the command sets its own")
    target = target_of(None, {}, filled_plane.environment())
    assert (target.experiments_table, target.units_table) == ("e", "u")

    with closing(Connections(target)) as connections:
        connections.definitions.commit([a_definition()], a_snapshot())
        connections.units.put_if_absent("user", "u1", an_assignment())

        assert connections.definitions.find_snapshot("model:churn") == a_snapshot()
        assert connections.units.load("user", "u1", now=NOON).assignments == {"button": an_assignment()}
        assert connections.units.load("user", "u2", now=NOON) == NOTHING_STORED
    with clients_of(filled_plane.aws_url) as aws:
        assert aws("dynamodb").scan(TableName="u")["Count"] == 1
        assert aws("dynamodb").scan(TableName="e")["Count"] == 3
