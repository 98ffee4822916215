"""SnapStart: what a function does before its memory is kept, and when a copy of it wakes up, hours and hosts later.

Ids of predictions come from the operating system's generator, which Lambda makes anew in each copy; nothing here has
a generator of its own but OpenSSL, which gets fresh entropy.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from time import perf_counter_ns
from typing import Any, NamedTuple

import numpy as np

from functions.inference.instruments import Instruments
from sluice.adapters.aws_wire.wires import Wires
from sluice.catalog.release import ReleasedVersion
from sluice.catalog.signature import TensorSpec
from sluice.inference.datatypes import BY_NAME
from sluice.inference.model_port import LoadedModel, ModelLoader

_A_CENTURY_NS = 100 * 365 * 86_400 * 1_000_000_000
_ENTROPY_BYTES = 48


class SnapshotLife(NamedTuple):
    """What `build_handler` needs so that its function outlives a snapshot."""

    instruments: Instruments
    around: Callable[[ModelLoader], ModelLoader]


class RestoredTimer:
    """A monotonic clock to which every restore is a century.

    The machine's own stands still while a snapshot lies about, so what was cached before it would pass for fresh.
    """

    def __init__(self, timer_ns: Callable[[], int] = perf_counter_ns) -> None:
        self._timer_ns = timer_ns
        self._lost_ns = 0

    def __call__(self) -> int:
        """Nanoseconds, of which only differences mean anything."""
        return self._timer_ns() + self._lost_ns

    def restored(self) -> None:
        """Let everything expire that was kept until a time."""
        self._lost_ns += _A_CENTURY_NS


class WarmedModels:
    """`inference.model_port.ModelLoader` whose models have predicted once, so that the snapshot holds them warm."""

    def __init__(self, loader: ModelLoader) -> None:
        self._loader = loader

    def load(self, model: str, version: ReleasedVersion) -> LoadedModel:
        """See the port."""
        loaded = self._loader.load(model, version)
        with suppress(RuntimeError):  # zeros may be no input that the model takes
            signature = version.signature
            loaded.predict(_zeros(signature.inputs), [spec.name for spec in signature.outputs])
        return loaded


class SnapshotHooks:
    """Called by the runtime: before a snapshot is taken, and after each restore of it."""

    def __init__(self, wires: Wires, timer: RestoredTimer, *, wall_seconds: Callable[[], float] = time.time) -> None:
        self._wires, self._timer, self._wall_seconds = wires, timer, wall_seconds
        self._taken_at = 0.0

    def before_snapshot(self) -> None:
        """Hang up: the other ends will not be there any more."""
        self._wires.start_anew()
        self._taken_at = self._wall_seconds()

    def after_restore(self) -> None:
        """Start with new connections, credentials, entropy and empty caches.

        Raises RuntimeError if the clock shows an earlier time than at the snapshot: signatures and records would be
        wrong, and Lambda takes another environment.
        """
        self._wires.start_anew()
        self._timer.restored()
        _reseed()
        now = self._wall_seconds()
        if now < self._taken_at:
            raise RuntimeError(f"the clock shows {now}, the snapshot was taken at {self._taken_at}")


def live_through_snapshots(wires: Wires) -> SnapshotLife:
    """Register the hooks with Lambda's runtime, which ships the registry."""
    from snapshot_restore_py import register_after_restore, register_before_snapshot

    timer = RestoredTimer()
    hooks = SnapshotHooks(wires, timer)
    register_before_snapshot(hooks.before_snapshot)
    register_after_restore(hooks.after_restore)
    return SnapshotLife(Instruments(timer_ns=timer), WarmedModels)


def _reseed() -> None:
    if "ssl" in sys.modules:
        import ssl

        ssl.RAND_add(os.urandom(_ENTROPY_BYTES), float(_ENTROPY_BYTES))


def _zeros(specs: Sequence[TensorSpec]) -> Mapping[str, np.ndarray[Any, Any]]:
    """One row of zeros, or of empty strings."""
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    for spec in specs:
        dtype = BY_NAME[spec.datatype].numpy_dtype
        shape = [1 if size == -1 else size for size in spec.shape]
        is_text = dtype is not None and dtype.hasobject
        # BF16, of which numpy knows nothing, travels as its bits.
        arrays[spec.name] = np.full(shape, "" if is_text else 0, np.uint16 if dtype is None else dtype)
    return arrays
