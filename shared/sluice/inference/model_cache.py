"""Models in memory: loaded once per artefact, the least recently used ones dropped for new ones."""

from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from sluice.catalog.release import ReleasedVersion
from sluice.errors import ModelNotReady
from sluice.inference.model_port import LoadedModel, ModelLoader


@dataclass(slots=True)
class _Entry:
    """A model that is loaded or being loaded; `users` hold it right now."""

    size_bytes: int
    loaded: Future[LoadedModel] = field(default_factory=Future)
    users: int = 0


class ModelCache:
    """Loaded models by artefact digest, within `budget_bytes` of artefacts.

    Threads may share it: one of them loads, the others wait for the same result. What somebody holds is never dropped.
    A failed load is forgotten, so that the next request tries again.
    """

    def __init__(self, loader: ModelLoader, *, budget_bytes: int) -> None:
        self._loader = loader
        self._budget_bytes = budget_bytes
        self._lock = Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    @contextmanager
    def lease(self, model: str, version: ReleasedVersion) -> Iterator[LoadedModel]:
        """Hold the loaded model for the length of a `with`. Raises ModelNotReady."""
        digest = version.artefact.digest
        entry, is_new = self._hold(digest, model, version)
        try:
            if is_new:
                self._load(digest, entry, model, version)
            yield entry.loaded.result()
        finally:
            with self._lock:
                entry.users -= 1

    def _hold(self, digest: str, model: str, version: ReleasedVersion) -> tuple[_Entry, bool]:
        with self._lock:
            entry = self._entries.get(digest)
            is_new = entry is None
            if entry is None:
                self._make_room(model, version)
                entry = self._entries[digest] = _Entry(version.artefact.size_bytes)
            entry.users += 1
            self._entries.move_to_end(digest)
            return entry, is_new

    def _make_room(self, model: str, version: ReleasedVersion) -> None:
        needed, budget = version.artefact.size_bytes, self._budget_bytes
        if needed > budget:
            why = f"its artefact is {needed} bytes, the session memory budget is {budget}"
            raise ModelNotReady(model, version.number, why)
        idle = iter([digest for digest, entry in self._entries.items() if not entry.users])
        while needed + sum(entry.size_bytes for entry in self._entries.values()) > budget:
            digest = next(idle, None)
            if digest is None:
                why = f"other versions are in use and fill the session memory budget of {budget} bytes"
                raise ModelNotReady(model, version.number, why)
            del self._entries[digest]

    def _load(self, digest: str, entry: _Entry, model: str, version: ReleasedVersion) -> None:
        try:
            entry.loaded.set_result(self._loader.load(model, version))
        except BaseException as error:
            with self._lock:
                del self._entries[digest]
            entry.loaded.set_exception(error)
            raise
