"""Outputs of one model version for one input, kept for a while: what was just computed is not computed again.

The key holds what decides the outputs and nothing else: the artefact, the version that serves, the decoded tensors,
the outputs that are wanted. So another spelling of the same numbers finds them, another id as well; another version
never does. Only what the model said is kept: ids, reasons and assignments are each request's own.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from hashlib import sha256
from threading import Lock
from typing import Any, NamedTuple

import orjson
from numpy.typing import NDArray

from sluice.inference.served_release import ServedVersion
from sluice.inference.tensors import InferenceRequest

Outputs = Mapping[str, NDArray[Any]]

_NS_PER_SECOND = 1_000_000_000
_OVERHEAD_BYTES = 512  # of an entry: its key, its arrays' headers


class Hit(NamedTuple):
    """What was found, and how long ago it was computed."""

    outputs: Outputs
    age_seconds: float


class _Entry(NamedTuple):
    outputs: Outputs
    size_bytes: int
    kept_at_ns: int


def key_of(version: ServedVersion, request: InferenceRequest) -> bytes:
    """32 bytes that two requests share only if the same artefact and version computes the same outputs for both."""
    released = version.released
    digest = sha256(
        orjson.dumps([released.artefact.digest, released.number, request.requested_outputs or version.output_names])
    )
    for name in sorted(request.inputs):
        array = request.inputs[name]
        digest.update(orjson.dumps([name, array.dtype.str, array.shape]))
        digest.update(_content_of(array))
    return digest.digest()


class ResultCache:
    """At most `budget_bytes` of outputs, none older than `ttl_seconds`; the least recently used go first.

    Threads may share it. `timer_ns` is monotonic. Arrays that were kept can no longer be written to.
    """

    def __init__(self, *, ttl_seconds: float, budget_bytes: int, timer_ns: Callable[[], int]) -> None:
        self._ttl_seconds, self._budget_bytes, self._timer_ns = ttl_seconds, budget_bytes, timer_ns
        self._entries: OrderedDict[bytes, _Entry] = OrderedDict()
        self._held_bytes = 0
        self._lock = Lock()

    def find(self, key: bytes, *, max_age_seconds: float | None = None) -> Hit | None:
        """What was kept under the key, unless it is older than its time to live or than `max_age_seconds`."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            age_seconds = (self._timer_ns() - entry.kept_at_ns) / _NS_PER_SECOND
            if age_seconds > self._ttl_seconds:
                self._drop(key)
                return None
            if max_age_seconds is not None and age_seconds > max_age_seconds:
                return None
            self._entries.move_to_end(key)
            return Hit(entry.outputs, age_seconds)

    def keep(self, key: bytes, outputs: Outputs) -> None:
        """Keep them, if they fit into the budget at all."""
        size_bytes = _OVERHEAD_BYTES + sum(_size_of(array) for array in outputs.values())
        if size_bytes > self._budget_bytes:
            return
        for array in outputs.values():
            array.flags.writeable = False
        with self._lock:
            self._drop(key)
            self._entries[key] = _Entry(outputs, size_bytes, self._timer_ns())
            self._held_bytes += size_bytes
            while self._held_bytes > self._budget_bytes:
                self._drop(next(iter(self._entries)))

    def _drop(self, key: bytes) -> None:
        dropped = self._entries.pop(key, None)
        self._held_bytes -= dropped.size_bytes if dropped else 0


def _content_of(array: NDArray[Any]) -> bytes:
    """The elements, row-major. Texts and bytes of one tensor are told apart, and where each one ends."""
    if array.dtype != object:
        return array.tobytes()
    elements = [each if isinstance(each, bytes) else str(each).encode("utf-8", "surrogatepass") for each in array.flat]
    kinds = bytes(isinstance(each, bytes) for each in array.flat)
    return kinds + b"".join(b"%d:%b" % (len(element), element) for element in elements)


def _size_of(array: NDArray[Any]) -> int:
    return array.nbytes + (sum(len(each) for each in array.flat) if array.dtype == object else 0)
