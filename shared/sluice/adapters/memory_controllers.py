"""Controllers that nobody runs by themselves: a test or a demonstration ticks for each of them."""

from threading import Lock


class MemoryControllers:
    """`rollouts.ports.ControllerRunner` in this process's memory; `started`: (model, rollout id, epoch) each.

    `woken`: the tokens of those that were to look at once.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self.started: list[tuple[str, str, int]] = []
        self.woken: list[str] = []

    def start(self, model: str, rollout_id: str, epoch: int) -> None:
        """See the port."""
        with self._lock:
            if (model, rollout_id, epoch) not in self.started:
                self.started.append((model, rollout_id, epoch))

    def wake(self, task_token: str) -> None:
        """See the port."""
        self.woken.append(task_token)
