"""The gateway's routes, derived from the functions that exist.

On AWS a route of an HTTP API cannot choose a function by a path variable, so each model has literal routes of its
own, and whatever names no deployed model goes to `control`, which answers in the protocol's shape.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol

from sluice.catalog.release import LIVE_ALIAS, function_name_of
from sluice.local.gateway.routes import Route, RouteTable

CONTROL = "control"
OUTCOMES = "outcomes"
_INFERENCE_PREFIX = function_name_of("")


class DeployedFunction(Protocol):
    """What a route needs to know of a function."""

    @property
    def name(self) -> str:
        """The function's name."""
        ...

    @property
    def aliases(self) -> Iterable[str]:
        """The names of its aliases."""
        ...


def routes_of(functions: Iterable[DeployedFunction]) -> RouteTable:
    """The routes to every function whose alias `live` exists."""
    live = [function.name for function in functions if LIVE_ALIAS in function.aliases]
    return RouteTable.of(Route(key, name, LIVE_ALIAS) for name in live for key in _keys(name))


def _keys(function_name: str) -> Iterator[str]:
    if function_name == CONTROL:
        yield from ("ANY /v2", "ANY /v2/{proxy+}", "ANY /v1/{proxy+}", "ANY /ofrep/v1/{proxy+}")
        yield from ("ANY /v1/models", "ANY /v1/models/{proxy+}", "ANY /v2/repository/{proxy+}")
    elif function_name == OUTCOMES:
        yield "POST /v1/outcomes"
    elif function_name.startswith(_INFERENCE_PREFIX):
        model = function_name.removeprefix(_INFERENCE_PREFIX)
        path = f"/v2/models/{model}"
        yield f"POST {path}/infer"
        yield f"POST {path}/versions/{{model_version}}/infer"
        yield f"ANY {path}"
        yield f"ANY {path}/{{proxy+}}"
        yield f"POST /v1/models/{model}:predict"
