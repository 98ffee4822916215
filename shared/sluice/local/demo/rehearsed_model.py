"""A real model with a conduct: its own answers, in simulated time, with the faults of a rehearsal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sluice.catalog.release import ReleasedVersion
from sluice.inference.model_port import LoadedModel, ModelLoader
from sluice.local.demo.conduct import Conduct

_NS_PER_MS = 1_000_000
_LAST_CLASS = 9


class SimulatedTimer:
    """A monotonic timer in nanoseconds that stands still until somebody says that time was spent."""

    def __init__(self) -> None:
        self._now_ns = 0

    def __call__(self) -> int:
        """What `Instruments.timer_ns` gives."""
        return self._now_ns

    def spend(self, elapsed_ms: float) -> None:
        """Let this time have passed."""
        self._now_ns += round(elapsed_ms * _NS_PER_MS)


@dataclass(slots=True)
class Chances:
    """What decides about each request of a function version. One that `is_spared` meets no fault, and costs no draw."""

    draws: Random
    timer: SimulatedTimer = field(default_factory=SimulatedTimer)
    is_spared: bool = False


class RehearsedModel:
    """`inference.model_port.LoadedModel` around another one."""

    def __init__(self, model: LoadedModel, conduct: Conduct, chances: Chances) -> None:
        self._model = model
        self._conduct = conduct
        self._chances = chances

    def predict(self, inputs: Mapping[str, NDArray[Any]], output_names: Sequence[str]) -> list[NDArray[Any]]:
        """The model's outputs, or what the conduct makes of them. Raises RuntimeError, for a share of requests."""
        if self._chances.is_spared:
            return self._model.predict(inputs, output_names)
        conduct, draws = self._conduct, self._chances.draws
        self._chances.timer.spend(exp(draws.gauss(log(conduct.latency_median_ms), conduct.latency_sigma)))
        # As many draws for every request, whatever comes of them: each meets the same chance in every run.
        fails, is_pulled, is_nan = (
            draws.random() < share for share in (conduct.error_share, conduct.one_class_share, conduct.nan_share)
        )
        if fails:
            raise RuntimeError("a rehearsed error")
        outputs = self._model.predict(inputs, output_names)
        if is_pulled:
            outputs = [_of_last_class(it) for it in outputs]
        return [_nan(it) for it in outputs] if is_nan else outputs


class RehearsedLoader:
    """`inference.model_port.ModelLoader` around another one: what it loads has the conduct."""

    def __init__(self, loader: ModelLoader, conduct: Conduct, chances: Chances) -> None:
        self._loader = loader
        self._conduct = conduct
        self._chances = chances

    def load(self, model: str, version: ReleasedVersion) -> RehearsedModel:
        """See the port."""
        return RehearsedModel(self._loader.load(model, version), self._conduct, self._chances)


def _of_last_class(output: NDArray[Any]) -> NDArray[Any]:
    """Labels become the last class, of ten; probabilities are sorted, so that the last class has the highest."""
    if np.issubdtype(output.dtype, np.integer):
        return np.full_like(output, _LAST_CLASS)
    return np.sort(output, axis=-1)


def _nan(output: NDArray[Any]) -> NDArray[Any]:
    return np.full_like(output, np.nan) if np.issubdtype(output.dtype, np.floating) else output
