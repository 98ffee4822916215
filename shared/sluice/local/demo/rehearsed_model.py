"""A real model with a conduct: its own answers, in simulated time, with the faults of a rehearsal."""

from collections.abc import Mapping, Sequence
from math import exp, log
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sluice.catalog.release import ReleasedVersion
from sluice.inference.model_port import LoadedModel, ModelLoader
from sluice.local.demo.conduct import Conduct

_NS_PER_MS = 1_000_000


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


class RehearsedModel:
    """`inference.model_port.LoadedModel` around another one. `draws` decides what happens to each request."""

    def __init__(self, model: LoadedModel, conduct: Conduct, *, draws: Random, timer: SimulatedTimer) -> None:
        self._model = model
        self._conduct = conduct
        self._draws = draws
        self._timer = timer

    def predict(self, inputs: Mapping[str, NDArray[Any]], output_names: Sequence[str]) -> list[NDArray[Any]]:
        """The model's outputs, or what the conduct makes of them. Raises RuntimeError, for a share of requests."""
        conduct, draws = self._conduct, self._draws
        self._timer.spend(exp(draws.gauss(log(conduct.latency_median_ms), conduct.latency_sigma)))
        # Three draws for every request, whatever comes of them: the same request meets the same chance in every run.
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

    def __init__(self, loader: ModelLoader, conduct: Conduct, *, draws: Random, timer: SimulatedTimer) -> None:
        self._loader = loader
        self._conduct = conduct
        self._draws = draws
        self._timer = timer

    def load(self, model: str, version: ReleasedVersion) -> RehearsedModel:
        """See the port."""
        loaded = self._loader.load(model, version)
        return RehearsedModel(loaded, self._conduct, draws=self._draws, timer=self._timer)


def _of_last_class(output: NDArray[Any]) -> NDArray[Any]:
    """Labels become the last class, of ten; probabilities are turned round, so that the first class's is last."""
    if np.issubdtype(output.dtype, np.integer):
        return np.full_like(output, _LAST_CLASS)
    return np.sort(output, axis=-1)


def _nan(output: NDArray[Any]) -> NDArray[Any]:
    return np.full_like(output, np.nan) if np.issubdtype(output.dtype, np.floating) else output


_LAST_CLASS = 9
