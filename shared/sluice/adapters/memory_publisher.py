"""Lambda's side of releases in this process's memory, as far as its rules matter to the use cases."""

from dataclasses import dataclass, field, replace
from itertools import count
from threading import Lock

from sluice.catalog.alias import ALL_BPS, AliasState
from sluice.catalog.release import LIVE_ALIAS, Release, function_name_of
from sluice.errors import AliasRefused, UnknownFunction


@dataclass
class _Function:
    released: list[str] = field(default_factory=list)
    """The digest and number of each published release; function version n stands at index n - 1."""
    alias: AliasState | None = None


class MemoryPublisher:
    """`catalog.ports.FunctionPublisher` over functions of the models that it is given."""

    def __init__(self, *models: str) -> None:
        self._lock = Lock()
        self._revisions = count(1)
        self._functions = {model: _Function() for model in models}

    def publish(self, model: str, release: Release) -> str:
        """See the port."""
        content = f"{release.number} {release.digest}"
        with self._lock:
            released = self._function(model).released
            if not released or released[-1] != content:
                released.append(content)
            return str(len(released))

    def alias(self, model: str) -> AliasState | None:
        """See the port."""
        function = self._functions.get(model)
        return function.alias if function else None

    def create_alias(self, model: str, function_version: str) -> AliasState:
        """See the port."""
        with self._lock:
            function = self._function(model)
            if function.alias:
                raise AliasRefused("ResourceConflictException", f"Alias already exists: {LIVE_ALIAS}")
            self._require(model, function_version)
            name = function_name_of(model)
            function.alias = AliasState(name, LIVE_ALIAS, function_version, None, 0, self._revision())
            return function.alias

    def require_published(self, model: str, function_version: str) -> None:
        """See the port."""
        with self._lock:
            self._require(model, function_version)

    def shift(self, model: str, wanted: AliasState) -> AliasState:
        """See the port."""
        with self._lock:
            function = self._function(model)
            if function.alias is None or function.alias.revision_id != wanted.revision_id:
                raise AliasRefused("PreconditionFailedException", "The RevisionId provided does not match the latest")
            if wanted.candidate_version and not 0 <= wanted.candidate_weight_bps <= ALL_BPS:
                raise AliasRefused("ValidationException", "Weight must be between 0 and 1")
            if wanted.candidate_version == wanted.stable_version:
                raise AliasRefused("InvalidParameterValueException", f"{wanted.stable_version} is already included")
            if wanted.candidate_version == "$LATEST":
                raise AliasRefused("InvalidParameterValueException", "$LATEST is not supported with routing")
            for version in filter(None, (wanted.stable_version, wanted.candidate_version)):
                self._require(model, version)
            function.alias = replace(wanted, revision_id=self._revision())
            return function.alias

    def _function(self, model: str) -> _Function:
        if model not in self._functions:
            raise UnknownFunction(f"there is no function {function_name_of(model)!r}; deploy it first")
        return self._functions[model]

    def _require(self, model: str, function_version: str) -> None:
        if function_version not in map(str, range(1, len(self._function(model).released) + 1)):
            raise AliasRefused("ResourceNotFoundException", f"Function not found: {model}:{function_version}")

    def _revision(self) -> str:
        return f"revision-{next(self._revisions)}"
