"""The routes that exist because functions exist."""

from dataclasses import dataclass

import pytest

from sluice.local.gateway.model_routes import routes_of


@dataclass(frozen=True)
class Deployed:
    name: str
    aliases: tuple[str, ...] = ("live",)


FUNCTIONS = (
    Deployed("inference-iris"),
    Deployed("inference-wine", ("beta",)),
    Deployed("control"),
    Deployed("outcomes"),
    Deployed("other"),
)


@pytest.mark.parametrize(
    ("method", "path", "function", "route_key"),
    [
        ("POST", "/v2/models/iris/infer", "inference-iris", "POST /v2/models/iris/infer"),
        ("POST", "/v2/models/iris/versions/2/infer", "inference-iris", None),
        ("GET", "/v2/models/iris", "inference-iris", "ANY /v2/models/iris"),
        ("GET", "/v2/models/iris/infer", "inference-iris", "ANY /v2/models/iris/{proxy+}"),
        ("GET", "/v2/models/iris/versions/2/ready", "inference-iris", "ANY /v2/models/iris/{proxy+}"),
        ("GET", "/v2/models/irish", "control", "ANY /v2/{proxy+}"),
        ("POST", "/v2/models/wine/infer", "control", "ANY /v2/{proxy+}"),
        ("GET", "/v2", "control", "ANY /v2"),
        ("GET", "/v2/health/ready", "control", "ANY /v2/{proxy+}"),
        ("POST", "/v1/outcomes", "outcomes", "POST /v1/outcomes"),
        ("POST", "/v1/experiments", "control", "ANY /v1/{proxy+}"),
        ("POST", "/v1/models/iris:predict", "inference-iris", "POST /v1/models/iris:predict"),
        ("GET", "/v1/models/iris", "control", "ANY /v1/models/{proxy+}"),
        ("POST", "/v1/models/iris:explain", "control", "ANY /v1/models/{proxy+}"),
        ("POST", "/v1/models/wine:predict", "control", "ANY /v1/models/{proxy+}"),
        ("GET", "/v1/models", "control", "ANY /v1/models"),
        ("POST", "/v2/models/iris/invocations", "inference-iris", "ANY /v2/models/iris/{proxy+}"),
        ("GET", "/v2/models/iris/versions/2/ping", "inference-iris", "ANY /v2/models/iris/{proxy+}"),
        ("POST", "/v2/models/iris/v1/models/iris:predict", "inference-iris", "ANY /v2/models/iris/{proxy+}"),
        ("POST", "/ofrep/v1/evaluate/flags", "control", "ANY /ofrep/v1/{proxy+}"),
        ("POST", "/ofrep/v1/evaluate/flags/Team:a.b_c", "control", "ANY /ofrep/v1/{proxy+}"),
    ],
)
def test_each_path_reaches_the_function_it_names(method: str, path: str, function: str, route_key: str | None) -> None:
    found = routes_of(FUNCTIONS).match(method, path)

    assert found is not None
    route, match = found
    assert (route.function_name, route.qualifier) == (function, "live")
    assert match.route_key == (route_key or "POST /v2/models/iris/versions/{model_version}/infer")


def test_the_model_version_is_a_path_variable() -> None:
    found = routes_of(FUNCTIONS).match("POST", "/v2/models/iris/versions/2/infer")

    assert found is not None
    assert found[1].path_parameters == {"model_version": "2"}


def test_nothing_else_is_routed() -> None:
    assert routes_of(FUNCTIONS).match("GET", "/v1") is None
    assert routes_of([]).match("GET", "/v2") is None
