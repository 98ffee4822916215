"""Who waits for people is woken; that it cannot be is no failure of what was done."""

from sluice.adapters.memory_rollouts import MemoryRollouts
from sluice.errors import StoreUnavailable
from sluice.usecases.wake_controller import wake_controller
from tests.unit.usecases.rollout_world import MODEL, RolloutWorld


def woken(world: RolloutWorld) -> list[str]:
    wake_controller(world.state, ports=world.ports, runner=world.controllers)
    return world.controllers.woken


def test_the_controller_that_waits_with_the_newest_token_is_woken() -> None:
    world = RolloutWorld()
    world.start()
    assert woken(world) == []

    for token in ("old", "new"):
        world.store.keep_task_token(MODEL, token)

    assert woken(world) == ["new"]


def test_a_closed_rollout_has_nobody_to_wake() -> None:
    world = RolloutWorld()
    world.start()
    world.store.keep_task_token(MODEL, "t")
    world.ask("abort")
    world.tick_until_over()

    assert woken(world) == []


def test_a_store_that_does_not_answer_is_no_failure_of_what_was_stored() -> None:
    class Silent(MemoryRollouts):
        def find_task_token(self, model: str) -> str | None:
            raise StoreUnavailable("table rollouts", model)

    world = RolloutWorld(store=Silent())
    world.start()

    assert woken(world) == []
