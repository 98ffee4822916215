"""Models in memory: loaded once per artefact, the least recently used ones dropped for new ones."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock

from sluice.catalog.release import ReleasedVersion
from sluice.errors import ModelNotReady
from sluice.inference.model_port import LoadedModel, ModelLoader


class _Entry:
    """A model that is loaded or being loaded; `users` hold it right now."""

    __slots__ = ("failure", "is_settled", "model", "size_bytes", "users")

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.model: LoadedModel | None = None
        self.failure: BaseException | None = None
        self.is_settled = Event()
        self.users = 0

    def awaited(self) -> LoadedModel:
        """The model, once another thread has loaded it. Raises what loading raised."""
        self.is_settled.wait()
        if self.failure is not None:
            raise self.failure
        assert self.model is not None
        return self.model


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
        held = self.hold(model, version)
        try:
            yield held
        finally:
            self.let_go(version)

    def hold(self, model: str, version: ReleasedVersion) -> LoadedModel:
        """The loaded model, which stays until it is let go. Raises ModelNotReady, and then holds nothing."""
        digest = version.artefact.digest
        with self._lock:
            entry = self._entries.get(digest)
            is_new = entry is None
            if entry is None:
                self._make_room(model, version)
                entry = self._entries[digest] = _Entry(version.artefact.size_bytes)
            else:
                self._entries.move_to_end(digest)
            entry.users += 1
        if is_new:
            self._load(digest, entry, model, version)
        return entry.model or entry.awaited()

    def let_go(self, version: ReleasedVersion) -> None:
        """One user less."""
        with self._lock:
            self._entries[version.artefact.digest].users -= 1

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
            entry.model = self._loader.load(model, version)
        except BaseException as error:
            entry.failure = error
            with self._lock:
                del self._entries[digest]
            raise
        finally:
            entry.is_settled.set()
