"""The inference function's own handlers, in this process, each with the conduct of its release."""

from collections.abc import Callable, Mapping
from importlib import import_module
from random import Random

from sluice.adapters.stdout_records import write_line
from sluice.catalog.ports import ContentStore
from sluice.clock import Clock
from sluice.inference.model_port import ModelLoader
from sluice.local.demo.conduct import GOOD, Conduct
from sluice.local.demo.rehearsed_model import RehearsedLoader, SimulatedTimer
from sluice.local.lambda_control.function import FunctionVersion
from sluice.local.lambda_host.in_process_environment import Handler

# By name, as a Lambda host finds a handler: the package does not know the functions that stand above it.
_COMPOSITION = "functions.inference.composition"
_RELEASE = "SLUICE_RELEASE"


class RehearsedHandlers:
    """A `HandlerFactory`. `conducts` is by release number; releases that it does not name are good.

    Draws and timer belong to a function version, not to an environment: another environment goes on where the last
    one ended, so a run depends on its seed alone.
    """

    def __init__(self, conducts: Mapping[int, Conduct], *, seed: int) -> None:
        self._conducts = conducts
        self._seed = seed
        self._chances: dict[str, tuple[Random, SimulatedTimer]] = {}
        self._ports: tuple[ContentStore, Clock] | None = None

    def open(self, content: ContentStore, clock: Clock) -> None:
        """Say where releases are, and what time it is; before the first request."""
        self._ports = (content, clock)

    def __call__(self, version: FunctionVersion) -> Handler:
        """The handler of an environment. Raises RuntimeError where the conduct says that it never starts."""
        assert self._ports is not None
        content, clock = self._ports
        variables = version.settings.environment
        conduct = self._conducts.get(int(variables.get(_RELEASE, "0")), GOOD)
        if not conduct.starts:
            raise RuntimeError("a rehearsed crash: the environment does not start")
        draws, timer = self._chances_of(version)
        composition = import_module(_COMPOSITION)
        handler: Handler = composition.build_handler(
            composition.InferenceSettings.from_environment(variables),
            content=content,
            write_line=write_line,
            instruments=composition.Instruments(clock, timer, lambda: f"{draws.getrandbits(128):032x}"),
            around=_around(conduct, draws, timer),
        )
        return handler

    def _chances_of(self, version: FunctionVersion) -> tuple[Random, SimulatedTimer]:
        name = f"{self._seed}:{version.function_name}:{version.function_version}"
        return self._chances.setdefault(name, (Random(name), SimulatedTimer()))  # noqa: S311 - a rehearsal


def _around(conduct: Conduct, draws: Random, timer: SimulatedTimer) -> Callable[[ModelLoader], ModelLoader]:
    return lambda loader: RehearsedLoader(loader, conduct, draws=draws, timer=timer)
