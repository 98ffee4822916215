"""The whole plane: boto3 deploys, the gateway serves, and starting or stopping leaves nothing behind."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from sluice.local.aws_endpoint.moto_application import MotoOccupied
from sluice.local.data_directory import DataDirectoryTaken, FunctionsUnreadable
from sluice.local.deployment import CONTROL_HANDLER, checkout_package, deploy_control, deploy_function
from sluice.local.gateway.throttle import ThrottleSettings
from sluice.local.lambda_control.function import FunctionVersion
from sluice.local.lambda_control.function_code import zip_of
from sluice.local.plane import Plane, start_plane
from sluice.local.plane_settings import PlaneSettings
from sluice.local.resources import create_resources
from sluice.local.sockets import PortTaken, bound_socket
from tests.local.conftest import clients_of, open_descriptor_count
from tests.plain_http import NO_TLS

SOURCE = b"""
import os
def handler(event, context):
    names = ("AWS_ENDPOINT_URL", "NAME_OF_MODEL")
    seen = {name: os.environ[name] for name in names}
    return {"route": event["routeKey"], "version": context.function_version, **seen}
"""
PACKAGE = zip_of({"answering.py": SOURCE})
TABLES = ["sluice-experiments", "sluice-ledger-entries", "sluice-registry", "sluice-rollouts", "sluice-units"]


def in_process(version: FunctionVersion) -> Callable[[Any, Any], Any]:
    return lambda event, context: {"route": event["routeKey"], "version": version.function_version}


def settings(**more: Any) -> PlaneSettings:
    return PlaneSettings(gateway_port=0, aws_port=0, fsync=False, **{"handler_factory": in_process} | more)


@pytest.fixture
def client_of() -> Iterator[Callable[[Plane, str], Any]]:
    with ExitStack() as undo:
        yield lambda plane, service: undo.enter_context(clients_of(plane.aws_url))(service)


ClientOf = Callable[[Plane, str], Any]


def get(plane: Plane, path: str) -> httpx.Response:
    return httpx.get(plane.gateway_url + path, trust_env=False, timeout=60, verify=NO_TLS)


def deploy(client: Any, name: str, *, handler: str = "answering.handler") -> None:
    environment = {"NAME_OF_MODEL": name}
    deploy_function(client, function_name=name, handler=handler, environment=environment, package=PACKAGE)


def go_live(client: Any, name: str) -> None:
    version = client.publish_version(FunctionName=name)["Version"]
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=version)


def test_a_function_in_a_process_of_its_own_is_served_from_the_moment_it_is_live(client_of: ClientOf) -> None:
    with start_plane(settings(handler_factory=None)) as plane:
        functions = client_of(plane, "lambda")
        deploy(functions, "inference-iris")
        assert get(plane, "/v2/models/iris").status_code == 404
        go_live(functions, "inference-iris")

        answer = get(plane, "/v2/models/iris").json()

        assert answer == {
            "route": "ANY /v2/models/iris",
            "version": "1",
            "AWS_ENDPOINT_URL": plane.aws_url,
            "NAME_OF_MODEL": "inference-iris",
        }
        functions.delete_alias(FunctionName="inference-iris", Name="live")
        assert get(plane, "/v2/models/iris").status_code == 404


def test_what_was_deployed_and_stored_survives_a_restart(tmp_path: Path, client_of: ClientOf) -> None:
    with start_plane(settings(data_dir=tmp_path)) as plane:
        create_resources(client_of(plane, "dynamodb"), client_of(plane, "s3"))
        deploy(client_of(plane, "lambda"), "inference-iris")
        go_live(client_of(plane, "lambda"), "inference-iris")

    with start_plane(settings(data_dir=tmp_path)) as plane:
        assert get(plane, "/v2/models/iris").json()["version"] == "1"
        assert sorted(client_of(plane, "dynamodb").list_tables()["TableNames"]) == TABLES


def test_a_plane_without_a_directory_starts_empty(client_of: ClientOf) -> None:
    for _ in range(2):
        with start_plane(settings()) as plane:
            assert client_of(plane, "dynamodb").list_tables()["TableNames"] == []
            create_resources(client_of(plane, "dynamodb"), client_of(plane, "s3"))


def test_a_second_deployment_of_the_same_changes_nothing(client_of: ClientOf) -> None:
    with start_plane(settings()) as plane:
        functions = client_of(plane, "lambda")
        deploy(functions, "f")
        before = functions.get_function_configuration(FunctionName="f")["RevisionId"]

        deploy(functions, "f")

        assert functions.get_function_configuration(FunctionName="f")["RevisionId"] == before


def test_a_deployment_keeps_the_release_that_is_set_on_the_function(client_of: ClientOf) -> None:
    with start_plane(settings()) as plane:
        functions = client_of(plane, "lambda")
        deploy(functions, "f")
        functions.update_function_configuration(
            FunctionName="f", Environment={"Variables": {"NAME_OF_MODEL": "old", "RELEASE": "7"}}
        )

        deploy(functions, "f", handler="another.handler")

        found = functions.get_function_configuration(FunctionName="f")
        assert found["Environment"]["Variables"] == {"NAME_OF_MODEL": "f", "RELEASE": "7"}
        assert found["Handler"] == "another.handler"


def test_control_goes_live_and_moves_on_only_when_it_changed(client_of: ClientOf) -> None:
    with start_plane(settings()) as plane:
        functions = client_of(plane, "lambda")

        for value in ("1", "1", "2"):
            deploy_control(functions, {"SETTING": value}, package=PACKAGE)

        assert get(plane, "/v2/health/ready").json() == {"route": "ANY /v2/{proxy+}", "version": "2"}
        assert functions.get_function_configuration(FunctionName="control")["Handler"] == CONTROL_HANDLER
        deploy_control(functions, {}, package=zip_of({"answering.py": SOURCE + b"\n"}))
        assert functions.get_alias(FunctionName="control", Name="live")["FunctionVersion"] == "3"


def test_the_package_of_this_checkout_holds_our_code_and_nothing_local() -> None:
    assert b"shared/sluice/local" not in checkout_package()
    assert b"sluice/errors/refusals.py" in checkout_package()


def test_the_clock_of_the_plane_is_moved_over_http() -> None:
    with start_plane(settings()) as plane:
        plane.clock.freeze()

        moved = httpx.post(
            f"{plane.aws_url}/_sluice/clock", json={"advance_seconds": 36_000}, trust_env=False, verify=NO_TLS
        )

        assert moved.json()["now"] == plane.clock.now().isoformat()


def test_the_throttle_is_a_setting() -> None:
    with start_plane(settings(throttle=ThrottleSettings(rate_per_second=0, burst_count=1))) as plane:
        assert [get(plane, "/v2").status_code for _ in range(2)] == [404, 429]


def test_its_environment_points_everything_at_it() -> None:
    with start_plane(settings()) as plane:
        environment = plane.environment()

    assert environment["AWS_ENDPOINT_URL"] == environment["SLUICE_AWS_ENDPOINT_URL"] == plane.aws_url
    assert environment["SLUICE_GATEWAY_URL"] == plane.gateway_url
    assert environment["SLUICE_REGISTRY_TABLE"] == "sluice-registry"


def silent_connection(url: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=20)


def test_stopping_leaves_no_thread_and_no_descriptor_and_may_be_repeated(tmp_path: Path) -> None:
    with start_plane(settings()):
        pass
    threads_before, descriptors_before = set(threading.enumerate()), open_descriptor_count()

    plane = start_plane(settings(data_dir=tmp_path))
    with httpx.Client(trust_env=False, verify=NO_TLS) as client, silent_connection(plane.aws_url) as connection:
        client.get(f"{plane.gateway_url}/v2")
        client.get(f"{plane.aws_url}/_sluice/health")
        plane.stop()
        plane.stop()
        assert connection.recv(1) == b""

    assert set(threading.enumerate()) == threads_before
    assert open_descriptor_count() == descriptors_before
    with pytest.raises(httpx.ConnectError):
        get(plane, "/v2")


def test_a_start_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with start_plane(settings()):
        pass
    threads_before, descriptors_before = set(threading.enumerate()), open_descriptor_count()
    (tmp_path / "functions.json").write_bytes(b"{")

    with pytest.raises(FunctionsUnreadable):
        start_plane(settings(data_dir=tmp_path))

    assert set(threading.enumerate()) == threads_before
    assert open_descriptor_count() == descriptors_before
    (tmp_path / "functions.json").unlink()
    with start_plane(settings(data_dir=tmp_path)):
        pass


@pytest.mark.parametrize("port", ["gateway_port", "aws_port"])
def test_a_port_in_use_is_told_before_anything_starts(port: str) -> None:
    with bound_socket(0) as listener:
        taken = listener.getsockname()[1]
        ports = {"gateway_port": 0, "aws_port": 0, port: taken}

        with pytest.raises(PortTaken, match=f"port {taken} on 127.0.0.1 is in use"):
            start_plane(PlaneSettings(**ports))


def test_two_planes_share_neither_a_process_nor_a_directory(tmp_path: Path) -> None:
    with start_plane(settings(data_dir=tmp_path)):
        with pytest.raises(MotoOccupied):
            start_plane(settings())
        with pytest.raises(DataDirectoryTaken):
            start_plane(settings(data_dir=tmp_path))
