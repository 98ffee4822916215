"""What is known of one prediction so far; the record is made of it, however far the request got."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sluice.errors import SluiceError
from sluice.inference.served_release import Choice, ServedRelease
from sluice.inference.tensors import ParameterValue

if TYPE_CHECKING:
    from sluice.experiments.assigned_unit import AssignedUnit
    from sluice.inference.call import PredictionCall


class Step(StrEnum):
    """The parts of a prediction whose durations are recorded."""

    FETCH = "fetch"
    ASSIGN = "assign"
    DECODE = "decode"
    LOAD = "load"
    PREDICT = "predict"
    ENCODE = "encode"


class CacheUse(NamedTuple):
    """What the result cache did for a request: HIT, MISS, or BYPASS where the client wanted no old result."""

    status: str
    age_seconds: float = 0.0


class PredictionTrace:
    """Filled in by the use case, read by the record. `timer_ns` is a monotonic clock in nanoseconds.

    By it, the request began at `started_ns`, and the last step was finished at `last_ns`.
    """

    __slots__ = (
        "_timer_ns",
        "assigned",
        "batch_size",
        "cache",
        "choice",
        "elapsed_ns",
        "last_ns",
        "outputs",
        "parameters",
        "prediction_id",
        "release",
        "started_ns",
        "taken",
        "variant_failure",
    )

    def __init__(self, prediction_id: str, timer_ns: Callable[[], int]) -> None:
        self.prediction_id = prediction_id
        self.release: ServedRelease | None = None
        self.choice: Choice | None = None
        self.assigned: AssignedUnit | None = None
        self.variant_failure: SluiceError | None = None
        self.outputs: bytes | None = None
        self.parameters: Mapping[str, ParameterValue] = {}
        self.taken: PredictionCall | None = None
        self.batch_size = 1
        self.cache: CacheUse | None = None
        self.elapsed_ns: dict[Step, int] = {}
        self._timer_ns = timer_ns
        self.started_ns = self.last_ns = timer_ns()

    def finished(self, step: Step) -> None:
        """Count the time since the last step (or the start) as that of `step`."""
        now_ns, elapsed_ns = self._timer_ns(), self.elapsed_ns
        took_ns = now_ns - self.last_ns
        elapsed_ns[step] = elapsed_ns[step] + took_ns if step in elapsed_ns else took_ns
        self.last_ns = now_ns

    def total_ns(self) -> int:
        """Nanoseconds since the request began."""
        return self._timer_ns() - self.started_ns

    @property
    def is_cache_hit(self) -> bool:
        """Whether the outputs are an earlier request's."""
        return self.cache is not None and self.cache.status == "HIT"
