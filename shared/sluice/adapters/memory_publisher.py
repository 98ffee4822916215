"""Lambda's side of releases in this process's memory, as far as its rules matter to the use cases."""

from dataclasses import dataclass, field, replace
from itertools import count
from threading import Lock

from sluice.catalog.alias import ALL_BPS, LATEST_VERSION, AliasState
from sluice.catalog.release import LIVE_ALIAS, Release, function_name_of
from sluice.errors import AliasRefused, UnknownFunction


@dataclass(frozen=True)
class _Published:
    release: str
    deployment: str


@dataclass
class _Function:
    published: list[_Published] = field(default_factory=list)
    """Function version n stands at index n - 1."""
    deployment: str = ""
    alias: AliasState | None = None


class MemoryPublisher:
    """`catalog.ports.FunctionPublisher` over functions of the models that it is given."""

    def __init__(self, *models: str) -> None:
        self._lock = Lock()
        self._revisions = count(1)
        self._functions = {model: _Function() for model in models}

    def function_name(self, model: str) -> str:
        """See the port."""
        return function_name_of(model)

    def deploy(self, model: str, deployment: str) -> None:
        """What a deployment does: other code and settings from the next function version on."""
        with self._lock:
            self._function(model).deployment = deployment

    def bootstrap(self, model: str) -> None:
        """What a stack does when it is created: a function version without a release, and the alias on it."""
        with self._lock:
            function = self._function(model)
            function.published.append(_Published("", function.deployment))
        self.create_alias(model, str(len(function.published)))

    def publish(self, model: str, release: Release) -> str:
        """See the port."""
        with self._lock:
            function = self._function(model)
            published = _Published(f"{release.number} {release.digest}", function.deployment)
            if not function.published or function.published[-1] != published:
                function.published.append(published)
            return str(len(function.published))

    def deployment_of(self, model: str, function_version: str) -> str:
        """See the port."""
        with self._lock:
            function = self._function(model)
            if function_version == LATEST_VERSION:
                return function.deployment
            if function_version not in _numbers(function):
                raise UnknownFunction(f"{function_name_of(model)} has no function version {function_version}")
            return function.published[int(function_version) - 1].deployment

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
            if wanted.candidate_version == LATEST_VERSION:
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
        if function_version not in _numbers(self._function(model)):
            raise AliasRefused("ResourceNotFoundException", f"Function not found: {model}:{function_version}")

    def _revision(self) -> str:
        return f"revision-{next(self._revisions)}"


def _numbers(function: _Function) -> set[str]:
    return {str(number) for number in range(1, len(function.published) + 1)}
