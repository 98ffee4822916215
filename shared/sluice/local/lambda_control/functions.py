"""The control plane of the local Lambda: functions, versions and aliases in memory, with AWS's rules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

from sluice.clock import Clock, SystemClock
from sluice.local.lambda_control import function_changes
from sluice.local.lambda_control.alias_changes import AliasWrite, with_changed_alias, with_new_alias, without_alias
from sluice.local.lambda_control.document import functions_from_document, functions_to_document
from sluice.local.lambda_control.function import (
    LATEST,
    Alias,
    FunctionCode,
    FunctionSettings,
    FunctionVersion,
    LambdaFunction,
)
from sluice.local.lambda_control.function_changes import Publication
from sluice.local.lambda_control.function_store import FunctionStore
from sluice.local.lambda_control.names import Account, check_function_name
from sluice.local.lambda_control.refusals import alias_not_found, conflict, function_not_found
from sluice.local.lambda_control.settings_rules import check_settings, check_zip


class LambdaFunctions:
    """Every function of one account and region. Thread-safe: writes are serialised, reads see whole states.

    `on_change` runs after each write, inside it: if it raises, the write is undone and the error goes to the
    writer. Every method raises AwsError where AWS would refuse.
    """

    def __init__(
        self,
        region: str = "eu-central-1",
        account_id: str = "000000000000",
        *,
        clock: Clock | None = None,
        on_change: Callable[[], None] | None = None,
    ) -> None:
        self.account = Account(region, account_id)
        self._clock = clock or SystemClock()
        self._store = FunctionStore({}, on_change)

    @classmethod
    def from_document(cls, document: Mapping[str, Any], **keywords: Any) -> Self:
        """Functions as `to_document` gave them; `keywords` are the constructor's."""
        functions = cls(**keywords)
        functions._store.functions = functions_from_document(document)
        return functions

    def to_document(self) -> dict[str, Any]:
        """Everything, as JSON-able values."""
        return functions_to_document(self._store.functions.values())

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each write that stands, in the writer's thread; it must not raise.

        Returns what ends the subscription.
        """
        return self._store.subscribe(listener)

    def list_functions(self) -> Sequence[LambdaFunction]:
        """Every function, by name."""
        return sorted(self._store.functions.values(), key=lambda function: function.name)

    def get_function(self, name: str, qualifier: str | None = None) -> LambdaFunction:
        """The function; `qualifier` only completes the refusal's ARN."""
        function = self._store.functions.get(name)
        if function is None:
            raise function_not_found(self.account.function_arn(name, qualifier))
        return function

    def get_version(self, name: str, qualifier: str | None = None) -> FunctionVersion:
        """What a number, $LATEST (the default) or an alias means; of a weighted alias the main version."""
        function = self.get_function(name, qualifier)
        wanted = qualifier or LATEST
        alias = function.aliases.get(wanted)
        version = function.find_version(alias.function_version if alias else wanted)
        if version is None:
            raise function_not_found(self.account.function_arn(name, wanted))
        return version

    def create_function(
        self, name: str, settings: FunctionSettings, *, zip_bytes: bytes, publish: bool = False
    ) -> FunctionVersion:
        """$LATEST of a new function, or its version 1 with `publish`."""
        check_function_name(name)
        check_settings(settings)
        check_zip(zip_bytes)
        with self._store.writing():
            if name in self._store.functions:
                raise conflict(f"Function already exist: {name}")
            revision_id = function_changes.new_revision_id()
            code = FunctionCode.of(zip_bytes)
            arn = self.account.function_arn(name)
            latest = FunctionVersion(arn, name, LATEST, code, settings, self._modified(), revision_id)
            return self._stored(LambdaFunction(name, latest), publish=publish)

    def update_code(
        self,
        name: str,
        zip_bytes: bytes,
        *,
        architecture: str | None = None,
        revision_id: str | None = None,
        publish: bool = False,
    ) -> FunctionVersion:
        """$LATEST with new code, or the version that `publish` makes of it."""
        check_zip(zip_bytes)
        with self._store.writing():
            function = self.get_function(name)
            function_changes.check_revision(revision_id, function.latest.revision_id)
            settings = function.latest.settings
            if architecture is not None:
                settings = replace(settings, architecture=architecture)
                check_settings(settings)
            code = FunctionCode.of(zip_bytes)
            changed = function_changes.updated(function, code=code, settings=settings, modified=self._modified())
            return self._stored(changed, publish=publish)

    def update_configuration(
        self,
        name: str,
        change: Callable[[FunctionSettings], FunctionSettings],
        *,
        revision_id: str | None = None,
    ) -> FunctionVersion:
        """$LATEST with settings as `change` makes them of the present ones."""
        with self._store.writing():
            function = self.get_function(name)
            function_changes.check_revision(revision_id, function.latest.revision_id)
            settings = change(function.latest.settings)
            check_settings(settings)
            changed = function_changes.updated(function, settings=settings, modified=self._modified())
            return self._stored(changed, publish=False)

    def publish_version(self, name: str, wanted: Publication | None = None) -> FunctionVersion:
        """A new immutable version of $LATEST, or the last one again if nothing changed since."""
        with self._store.writing():
            function, version = function_changes.published(self.get_function(name), wanted or Publication())
            self._store.put(function)
            return version

    def list_versions(self, name: str) -> Sequence[FunctionVersion]:
        """$LATEST first, then the published versions by number."""
        function = self.get_function(name)
        return [function.latest, *function.published.values()]

    def delete_function(self, name: str, qualifier: str | None = None) -> None:
        """Delete the function with all its versions and aliases, or one published version."""
        with self._store.writing():
            function = self.get_function(name, qualifier)
            if qualifier is None:
                self._store.remove(name)
            else:
                self._store.put(function_changes.without_version(function, qualifier))

    def create_alias(self, function_name: str, name: str, wanted: AliasWrite) -> Alias:
        """A new alias."""
        return self.change(function_name, lambda function: with_new_alias(function, name, wanted)).aliases[name]

    def get_alias(self, function_name: str, name: str) -> Alias:
        """The alias."""
        alias = self.get_function(function_name).aliases.get(name)
        if alias is None:
            raise alias_not_found(self.account.function_arn(function_name, name))
        return alias

    def list_aliases(self, function_name: str, function_version: str | None = None) -> Sequence[Alias]:
        """Every alias by name, or those whose main version is `function_version`."""
        aliases = sorted(self.get_function(function_name).aliases.values(), key=lambda alias: alias.name)
        return [alias for alias in aliases if function_version in (None, alias.function_version)]

    def update_alias(self, function_name: str, name: str, wanted: AliasWrite) -> Alias:
        """The alias after the write."""
        return self.change(function_name, lambda function: with_changed_alias(function, name, wanted)).aliases[name]

    def delete_alias(self, function_name: str, name: str) -> None:
        """Delete the alias, if it is there."""
        self.change(function_name, lambda function: without_alias(function, name))

    def change(self, name: str, step: Callable[[LambdaFunction], LambdaFunction]) -> LambdaFunction:
        """The function after a pure step."""
        with self._store.writing():
            function = step(self.get_function(name))
            self._store.put(function)
            return function

    def _stored(self, function: LambdaFunction, *, publish: bool) -> FunctionVersion:
        version = function.latest
        if publish:
            function, version = function_changes.published(function, Publication())
        self._store.put(function)
        return version

    def _modified(self) -> str:
        return self._clock.now().strftime("%Y-%m-%dT%H:%M:%S.000+0000")
