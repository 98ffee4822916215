"""The registry in this process's memory: the same conditions as the table's, under one lock."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from threading import Lock

from sluice.catalog.approval import Approval, ApprovalState, HistoryEvent
from sluice.catalog.model import Model
from sluice.catalog.model_version import ModelVersion
from sluice.catalog.refusals import approval_moved, number_taken, unapproved
from sluice.catalog.release import Release, ReleaseBinding
from sluice.errors import ReleaseBindingTaken, ReleaseTaken


class MemoryRegistry:
    """`catalog.ports.Registry` for tests and demonstrations; nothing survives the process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._models: dict[str, Model] = {}
        self._versions: defaultdict[str, dict[int, ModelVersion]] = defaultdict(dict)
        self._releases: defaultdict[str, dict[int, Release]] = defaultdict(dict)
        self._bindings: defaultdict[str, dict[str, ReleaseBinding]] = defaultdict(dict)
        self._history: defaultdict[str, list[HistoryEvent]] = defaultdict(list)

    def save_model(self, model: Model, event: HistoryEvent) -> None:
        """See the port."""
        with self._lock:
            self._models[model.name] = model
            self._history[model.name].append(event)

    def find_model(self, name: str) -> Model | None:
        """See the port."""
        return self._models.get(name)

    def list_models(self) -> Sequence[Model]:
        """See the port."""
        with self._lock:
            return [self._models[name] for name in sorted(self._models)]

    def add_version(self, version: ModelVersion, event: HistoryEvent) -> None:
        """See the port."""
        with self._lock:
            stored = self._versions[version.model].get(version.number)
            if stored is not None:
                raise number_taken(version, stored)
            self._versions[version.model][version.number] = version
            self._history[version.model].append(event)

    def find_version(self, model: str, number: int) -> ModelVersion | None:
        """See the port."""
        with self._lock:
            return self._versions[model].get(number)

    def list_versions(self, model: str) -> Sequence[ModelVersion]:
        """See the port."""
        with self._lock:
            return [version for _, version in sorted(self._versions[model].items())]

    def newest_approvals(self, model: str, *, limit: int, before: int | None = None) -> Sequence[tuple[int, Approval]]:
        """See the port."""
        with self._lock:
            numbers = sorted((each for each in self._versions[model] if before is None or each < before), reverse=True)
            return [(number, self._versions[model][number].approval) for number in numbers[:limit]]

    def latest_version_number(self, model: str) -> int:
        """See the port."""
        with self._lock:
            return max(self._versions[model], default=0)

    def change_approval(
        self, version: ModelVersion, approval: Approval, *, expected: ApprovalState, event: HistoryEvent
    ) -> None:
        """See the port."""
        with self._lock:
            stored = self._versions[version.model].get(version.number)
            if stored is None or stored.approval.state is not expected:
                raise approval_moved(version, stored, approval.state)
            self._versions[version.model][version.number] = replace(stored, approval=approval)
            self._history[version.model].append(event)

    def list_history(self, model: str) -> Sequence[HistoryEvent]:
        """See the port."""
        with self._lock:
            return sorted(self._history[model], key=lambda event: event.at)

    def add_release(self, release: Release, event: HistoryEvent) -> None:
        """See the port."""
        model = release.content.model.name
        with self._lock:
            if release.number in self._releases[model]:
                raise ReleaseTaken(model, release.number)
            found = {number: self._versions[model].get(number) for number in release.content.versions}
            if refusal := unapproved(model, found):
                raise refusal
            self._releases[model][release.number] = release
            self._history[model].append(event)

    def latest_release(self, model: str) -> Release | None:
        """See the port."""
        with self._lock:
            return self._releases[model].get(max(self._releases[model], default=0))

    def find_release(self, model: str, number: int) -> Release | None:
        """See the port."""
        with self._lock:
            return self._releases[model].get(number)

    def list_releases(self, model: str) -> Sequence[Release]:
        """See the port."""
        with self._lock:
            return [release for _, release in sorted(self._releases[model].items())]

    def bind_function_version(self, binding: ReleaseBinding) -> None:
        """See the port."""
        with self._lock:
            stored = self._bindings[binding.model].setdefault(binding.function_version, binding)
        if stored.release != binding.release:
            raise ReleaseBindingTaken(binding.function_version, stored.release, binding.release)

    def find_binding(self, model: str, function_version: str) -> ReleaseBinding | None:
        """See the port."""
        with self._lock:
            return self._bindings[model].get(function_version)

    def list_bindings(self, model: str) -> Sequence[ReleaseBinding]:
        """See the port."""
        with self._lock:
            return sorted(self._bindings[model].values(), key=lambda binding: int(binding.function_version))
