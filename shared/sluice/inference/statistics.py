"""Counts and durations of this execution environment's predictions since it started, by model version.

The shape is that of Triton's statistics extension. Lambda runs many environments, and each counts its own: the sums
over all of them are CloudWatch's, from the records. `observe` stands on the hot route, so it only adds up numbers; what
can be derived from them is derived when somebody asks.
"""

from collections.abc import Callable, Iterator, Mapping
from time import time_ns
from typing import Any

from sluice.inference.served_release import Choice, ServedRelease
from sluice.inference.trace import PredictionTrace, Step

_NS_PER_MS = 1_000_000
_OK = 200
_DECODE, _PREDICT, _ENCODE = Step.DECODE, Step.PREDICT, Step.ENCODE  # an enumeration is slow to look into
_BATCH_SIZES = 256
_OTHER_SIZES = 0
"""What counts after so many different sizes of one version, beside batches that are empty."""


class _Counted:
    """Of one version. `batches` has executions, their inferences, and nanoseconds of input, infer, output by size."""

    __slots__ = ("batches", "fail_count", "fail_ns", "hit_count", "hit_ns", "last_ns", "success_ns")

    def __init__(self) -> None:
        self.batches: dict[int, list[int]] = {}
        self.success_ns = self.fail_count = self.fail_ns = self.hit_count = self.hit_ns = self.last_ns = 0

    def new_batch(self, batch_size: int) -> list[int]:
        """Of a size that has not come before."""
        size = batch_size if len(self.batches) < _BATCH_SIZES else _OTHER_SIZES
        return self.batches.setdefault(size, [0, 0, 0, 0, 0])


class Statistics:
    """Filled by `observe`, read by `document_of`; `epoch_ns` is the time of day."""

    def __init__(self, epoch_ns: Callable[[], int] = time_ns) -> None:
        self._epoch_ns = epoch_ns
        self._counted: dict[int, _Counted] = {}

    def observe(self, trace: PredictionTrace, status: int) -> None:
        """Count one answer; a request that chose no version, as of an unknown one, is no version's and not counted."""
        choice = trace.choice
        if choice is None:
            return
        number = choice.version.released.number
        counted = self._counted.get(number) or self._counted.setdefault(number, _Counted())
        if trace.variant_failure is not None:
            self._count_variant_failure(choice)
        counted.last_ns = self._epoch_ns()
        elapsed_ns = trace.elapsed_ns
        if status != _OK or _PREDICT not in elapsed_ns:
            self._count_without_execution(counted, trace, status)
            return
        batch = counted.batches.get(trace.batch_size) or counted.new_batch(trace.batch_size)
        batch[0] += 1
        batch[1] += trace.batch_size
        batch[2] += elapsed_ns[_DECODE]
        batch[3] += elapsed_ns[_PREDICT]
        batch[4] += elapsed_ns[_ENCODE]
        counted.success_ns += trace.last_ns - trace.started_ns

    def document_of(self, release: ServedRelease, model: str, model_version: str | None) -> dict[str, Any]:
        """Of every version that the release serves, or of the one that is named; zeros for what nobody asked.

        Raises UnknownModel, UnknownModelVersion.
        """
        return {"model_stats": [self._of_version(model, each) for each in _numbers(release, model, model_version)]}

    def _count_without_execution(self, counted: _Counted, trace: PredictionTrace, status: int) -> None:
        if status == _OK and trace.is_cache_hit:
            counted.hit_count += 1
            counted.hit_ns += trace.total_ns()
        else:
            counted.fail_count += 1
            counted.fail_ns += trace.total_ns()

    def _count_variant_failure(self, choice: Choice) -> None:
        """The default answered in the place of a variant that could not; its time went into the default's."""
        variant = choice.lead.variant if choice.lead else None
        if variant is not None and variant.model_version is not None:
            self._counted.setdefault(variant.model_version, _Counted()).fail_count += 1

    def _of_version(self, model: str, number: int) -> dict[str, Any]:
        counted = self._counted.get(number) or _Counted()
        executions, inferences, *steps_ns = _sums(counted.batches)
        successes = executions + counted.hit_count
        return {
            "name": model,
            "version": str(number),
            "last_inference": counted.last_ns // _NS_PER_MS,
            "inference_count": inferences,
            "execution_count": executions,
            "inference_stats": {
                "success": _duration(successes, counted.success_ns + counted.hit_ns),
                "fail": _duration(counted.fail_count, counted.fail_ns),
                "queue": _duration(successes, 0),
                **_computed(executions, steps_ns),
                "cache_hit": _duration(counted.hit_count, counted.hit_ns),
            },
            "batch_stats": [_batch(size, each) for size, each in sorted(counted.batches.items())],
        }


def _numbers(release: ServedRelease, model: str, model_version: str | None) -> Iterator[int]:
    if model_version is not None:
        yield release.choose(model, model_version).version.released.number
        return
    release.choose(model, None)
    yield from sorted(release.content.versions)


def _sums(batches: Mapping[int, list[int]]) -> list[int]:
    return [sum(column) for column in zip(*batches.values(), strict=True)] if batches else [0] * 5


def _batch(size: int, counted: list[int]) -> dict[str, Any]:
    executions, _, *steps_ns = counted
    return {"batch_size": size, **_computed(executions, steps_ns)}


def _computed(executions: int, steps_ns: list[int]) -> dict[str, Any]:
    names = ("compute_input", "compute_infer", "compute_output")
    return {name: _duration(executions, ns) for name, ns in zip(names, steps_ns, strict=True)}


def _duration(count: int, total_ns: int) -> dict[str, int]:
    return {"count": count, "ns": total_ns}
