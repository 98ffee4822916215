"""Sweeping: what the janitor lets go is deleted, and nothing else; a death on the way is no harm."""

from datetime import timedelta

import pytest

from sluice.adapters.lambda_versions import MemoryVersions
from sluice.adapters.memory_rollouts import MemoryRollouts
from sluice.errors import StoreUnavailable, UnknownModel
from sluice.rollouts.janitor import Fate, Keeping, PublishedVersion
from sluice.usecases.sweep_versions import SweepPorts, sweep_versions
from tests.unit.catalog.builders import NOON, FixedClock
from tests.unit.usecases.experiment_plane import a_publisher, a_registry

KEEPING = Keeping(good_count=1, replay_days=30)
OLD = [PublishedVersion(str(number), NOON - timedelta(days=99)) for number in (1, 2, 3, 4)]


def ports(versions: MemoryVersions) -> SweepPorts:
    return SweepPorts(a_registry(), a_publisher(), MemoryRollouts(), versions, FixedClock())


def test_what_nobody_needs_is_deleted() -> None:
    versions = MemoryVersions(OLD)

    decided = sweep_versions("churn", KEEPING, ports=ports(versions))

    assert decided == {"1": Fate.SERVES, "2": Fate.SWEPT, "3": Fate.SWEPT, "4": Fate.SWEPT}
    assert [it.function_version for it in versions.published] == ["1"]


def test_a_rehearsal_deletes_nothing() -> None:
    versions = MemoryVersions(OLD)

    assert sweep_versions("churn", KEEPING, ports=ports(versions), is_rehearsal=True)["4"] is Fate.SWEPT
    assert versions.published == OLD


def test_a_death_half_way_is_taken_up_by_the_next_run() -> None:
    class Dying(MemoryVersions):
        deaths = 1

        def delete(self, model: str, function_version: str) -> None:
            if function_version == "3" and self.deaths:
                self.deaths -= 1
                raise StoreUnavailable("Lambda", "it is gone")
            super().delete(model, function_version)

    versions = Dying(OLD)
    with pytest.raises(StoreUnavailable):
        sweep_versions("churn", KEEPING, ports=ports(versions))
    sweep_versions("churn", KEEPING, ports=ports(versions))

    assert [it.function_version for it in versions.published] == ["1"]


def test_a_model_that_nobody_registered_is_told() -> None:
    with pytest.raises(UnknownModel):
        sweep_versions("other", KEEPING, ports=ports(MemoryVersions(OLD)))
