"""A release brings along what running experiments need."""

from functools import partial
from typing import Any

import pytest

from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.catalog.approval import ApprovalState
from sluice.catalog.release import ReleaseSettings
from sluice.errors import InvalidRequest
from sluice.usecases.compose_release import ReleaseWish
from sluice.usecases.experiment_needs import ExperimentNeeds
from sluice.usecases.publish_release import PublishedRelease, publish_release
from tests.unit.catalog.builders import an_approval, an_event
from tests.unit.usecases.alias_world import alias_ports
from tests.unit.usecases.experiment_plane import ExperimentPlane

OTHER_SLOTS = [[100_000, 200_000]]


def publish(plane: ExperimentPlane, wish: ReleaseWish, **ports: Any) -> PublishedRelease:
    call = partial(publish_release, "churn", wish, ports=alias_ports(plane.registry, plane.publisher), by="ada")
    return call(content=MemoryContentStore(), **{"definitions": plane.definitions, **ports})


@pytest.fixture
def plane() -> ExperimentPlane:
    """Versions 1 and 2 are needed by exp-1, version 2 by exp-2."""
    plane = ExperimentPlane()
    plane.run("exp-1")
    default_or_2 = [{"key": "a", "weight_bps": 0}, {"key": "b", "weight_bps": 10_000, "model_version": 2}]
    plane.run("exp-2", slots=OTHER_SLOTS, variants=default_or_2)
    return plane


def test_what_running_experiments_need_is_released_and_preloaded_and_told(plane: ExperimentPlane) -> None:
    published = publish(plane, ReleaseWish(1, versions=[1], note="a fix"))

    assert published.release.content.preload == (1, 2)
    assert list(published.release.content.versions) == [1, 2]
    assert published.needs == ExperimentNeeds({1: ("exp-1",), 2: ("exp-1", "exp-2")})
    assert published.release.note == "a fix; preloads version 1 for exp-1, version 2 for exp-1, exp-2"


def test_the_same_release_again_is_still_the_same_release(plane: ExperimentPlane) -> None:
    first = publish(plane, ReleaseWish(1, versions=[1]))

    assert publish(plane, ReleaseWish(1, versions=[1])).release == first.release


def test_without_definitions_a_release_is_what_was_wished(plane: ExperimentPlane) -> None:
    published = publish(plane, ReleaseWish(1, versions=[1], note="a fix"), definitions=None)

    assert (published.release.content.preload, published.release.note) == ((1,), "a fix")
    assert published.needs == ExperimentNeeds()


def test_what_is_over_or_stopped_or_a_draft_needs_nothing(plane: ExperimentPlane) -> None:
    plane.conclude("exp-1", "control")
    plane.stop("exp-2")
    plane.define("exp-3")

    published = publish(plane, ReleaseWish(1, versions=[1]))

    assert (published.release.content.preload, published.needs) == ((1,), ExperimentNeeds())


def test_what_is_not_approved_any_more_is_left_out_and_told(plane: ExperimentPlane) -> None:
    version = plane.registry.find_version("churn", 2)
    assert version
    retired = an_approval(ApprovalState.RETIRED)
    plane.registry.change_approval(version, retired, expected=ApprovalState.APPROVED, event=an_event())

    published = publish(plane, ReleaseWish(1))

    assert list(published.release.content.versions) == [1]
    assert published.needs.unapproved == {2: ("exp-1", "exp-2")}
    assert published.release.note == (
        "preloads version 1 for exp-1; lacks what is not approved: version 2 for exp-1, exp-2"
    )


def test_a_release_that_has_no_room_for_what_experiments_need_is_refused_with_the_reason(
    plane: ExperimentPlane,
) -> None:
    narrow = ReleaseSettings(session_memory_budget_bytes=150)

    with pytest.raises(InvalidRequest, match=r"preloaded versions have 200 \(preloads version 1 for exp-1, version 2"):
        publish(plane, ReleaseWish(1, versions=[1], settings=narrow))
