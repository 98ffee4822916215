"""The inference function's own handlers, in this process, each with the conduct of its release."""

from collections.abc import Mapping
from importlib import import_module
from random import Random
from typing import Any

from sluice.adapters.stdout_records import write_line
from sluice.catalog.ports import ContentStore
from sluice.clock import Clock
from sluice.inference.own_call import own_call_of
from sluice.local.demo.conduct import GOOD, Conduct
from sluice.local.demo.rehearsed_model import Chances, RehearsedLoader
from sluice.local.lambda_control.function import FunctionVersion
from sluice.local.lambda_host.handler_call import Handler

# By name, as a Lambda host finds a handler: the package does not know the functions that stand above it.
_COMPOSITION = "functions.inference.composition"
_RELEASE = "SLUICE_RELEASE"


class RehearsedHandlers:
    """A `HandlerFactory`. `conducts` is by release number; releases that it does not name are good.

    Chances belong to a function version, not to an environment: another environment goes on where the last one ended,
    so a run depends on its seed alone. Our own calls are spared: golden examples do not show the faults of a rehearsal.
    """

    def __init__(self, conducts: Mapping[int, Conduct], *, seed: int) -> None:
        self._conducts = conducts
        self._seed = seed
        self._chances: dict[str, Chances] = {}
        self._ports: tuple[ContentStore, Clock] | None = None

    def open(self, content: ContentStore, clock: Clock) -> None:
        """Say where releases are, and what time it is; before the first request."""
        self._ports = (content, clock)

    def __call__(self, version: FunctionVersion) -> Handler:
        """The handler of an environment. Raises RuntimeError where the conduct says that it never starts."""
        conduct = self._conducts.get(int(version.settings.environment.get(_RELEASE, "0")), GOOD)
        if not conduct.starts:
            raise RuntimeError("a rehearsed crash: the environment does not start")
        chances = self._chances_of(version)
        handler = self._built(version, conduct, chances)

        def handle(event: Any, context: Any) -> Any:
            chances.is_spared = own_call_of(event) is not None
            return handler(event, context)

        return handle

    def _built(self, version: FunctionVersion, conduct: Conduct, chances: Chances) -> Handler:
        assert self._ports is not None
        content, clock = self._ports
        composition = import_module(_COMPOSITION)
        handler: Handler = composition.build_handler(
            composition.InferenceSettings.from_environment(version.settings.environment),
            content=content,
            write_line=write_line,
            instruments=composition.Instruments(clock, chances.timer),
            around=lambda loader: RehearsedLoader(loader, conduct, chances),
        )
        return handler

    def _chances_of(self, version: FunctionVersion) -> Chances:
        name = f"{self._seed}:{version.function_name}:{version.function_version}"
        return self._chances.setdefault(name, Chances(Random(name)))  # noqa: S311 - a rehearsal
