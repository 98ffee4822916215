"""Which paths lead to which function. Each model has literal ones, and control takes the rest below /v2 (ADR 3).

Below /v1 and /v2/repository are changes, and so callers need more there than for predictions, flags and outcomes.
Below /v1/models are KServe's first protocol's models, whose callers predict: each model's `:predict` leads to its
function, and control answers the rest. API Gateway takes a colon in a segment without a variable; where it should not
one day, the same path below the model's own, /v2/models/{model}, needs no route of its own.

An HTTP API tries the next route when the most specific one does not take the method. REST APIs were seen to do so too,
but nothing documents it, so on a REST API every node of a model's tree takes every method.
"""

from collections.abc import Iterable

_MODELS = "/v2/models"
_V1_MODELS = "/v1/models"
_QUOTA = 300  # of routes per HTTP API, and of resources per REST API; AWS raises it for one API on request

CONTROL_ROUTES = (
    "ANY /v2",
    "ANY /v2/{proxy+}",
    "ANY /ofrep/v1/{proxy+}",
    f"ANY {_V1_MODELS}",
    f"ANY {_V1_MODELS}/{{proxy+}}",
)
CHANGING_ROUTES = ("ANY /v1/{proxy+}", "ANY /v2/repository/{proxy+}")
OUTCOMES_ROUTES = ("POST /v1/outcomes",)

_FLAGS = ("/ofrep", "/ofrep/v1", "/ofrep/v1/{proxy+}")
_LISTED = (_MODELS, f"{_MODELS}/{{proxy+}}", _V1_MODELS, f"{_V1_MODELS}/{{proxy+}}")
CONTROL_RESOURCES = ("/v2", "/v2/{proxy+}", *_LISTED, *_FLAGS)
OUTCOMES_RESOURCE = "/v1/outcomes"
CHANGING_RESOURCES = ("/v2/repository", "/v2/repository/{proxy+}", "/v1", "/v1/{proxy+}", OUTCOMES_RESOURCE)
"""Outcomes are posted to the last one; every other method of it is the control API's, as on an HTTP API."""

_SHARED_ROUTES = len(CONTROL_ROUTES) + len(CHANGING_ROUTES) + len(OUTCOMES_ROUTES)
_SHARED_RESOURCES = 1 + len(CONTROL_RESOURCES) + len(CHANGING_RESOURCES)  # the root is one too


class TooManyRoutes(ValueError):
    """More than API Gateway gives one API."""

    def __init__(self, what: str, count: int, models: int) -> None:
        super().__init__(f"{count} {what} for {models} models, but one API takes {_QUOTA}: split the environment")


def model_routes(model: str) -> tuple[str, ...]:
    """The route keys of one model on an HTTP API; the first two are those that predict."""
    path = f"{_MODELS}/{model}"
    return (
        f"POST {path}/infer",
        f"POST {path}/versions/{{model_version}}/infer",
        f"ANY {path}",
        f"ANY {path}/{{proxy+}}",
        f"POST {_V1_MODELS}/{model}:predict",
    )


def model_resources(model: str) -> tuple[str, ...]:
    """The resource paths of one model on a REST API; each takes every method."""
    path = f"{_MODELS}/{model}"
    version = f"{path}/versions/{{model_version}}"
    return (
        path,
        f"{path}/infer",
        f"{path}/versions",
        version,
        f"{version}/infer",
        f"{version}/{{proxy+}}",
        f"{path}/{{proxy+}}",
        f"{_V1_MODELS}/{model}:predict",
    )


def check_route_quota(models: Iterable[str]) -> None:
    """Raise TooManyRoutes where an HTTP API could not be created."""
    names = list(models)
    _check("routes", _SHARED_ROUTES + sum(len(model_routes(name)) for name in names), len(names))


def check_resource_quota(models: Iterable[str]) -> None:
    """Raise TooManyRoutes where a REST API could not be created."""
    names = list(models)
    _check("resources", _SHARED_RESOURCES + sum(len(model_resources(name)) for name in names), len(names))


def _check(what: str, count: int, models: int) -> None:
    if count > _QUOTA:
        raise TooManyRoutes(what, count, models)
