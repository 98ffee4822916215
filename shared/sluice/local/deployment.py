"""What `cdk deploy` does for one function, by the same API calls: create it, or bring it to this checkout's state."""

import base64
import functools
import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sluice.catalog.release import LIVE_ALIAS
from sluice.local.gateway.model_routes import CONTROL, OUTCOMES
from sluice.local.lambda_control.function_code import build_package
from sluice.local.resources import ResourceNames

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.literals import RuntimeType
    from mypy_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef

CONTROL_HANDLER = "functions.control.handler.handler"
OUTCOMES_HANDLER = "functions.outcomes.handler.handler"
DELIVERY_HANDLER = "functions.outcomes.delivery_handler.handler"
OUTCOMES_DELIVERY = "outcomes-delivery"
# One vCPU, and no longer than the gateway waits.
_MEMORY_MB, _TIMEOUT_SECONDS = 1769, 30
_ROLE = "arn:aws:iam::000000000000:role/sluice-local"


def deploy_function(
    lambda_client: "LambdaClient",
    *,
    function_name: str,
    handler: str,
    environment: Mapping[str, str],
    package: bytes | None = None,
) -> None:
    """Bring $LATEST to this handler, environment and code, calling AWS only for what differs.

    Variables that are not named in `environment` keep their values: a release, once set on the function, is the
    publisher's. `package` defaults to this checkout's. Publishes nothing and touches no alias, so no traffic moves.
    """
    package = package or checkout_package()
    try:
        present = lambda_client.get_function_configuration(FunctionName=function_name)
    except lambda_client.exceptions.ResourceNotFoundException:
        _create(lambda_client, function_name, handler=handler, environment=environment, package=package)
        return
    if present["CodeSha256"] != _sha256(package):
        lambda_client.update_function_code(FunctionName=function_name, ZipFile=package)
    _configure(lambda_client, present, handler, environment)


def deploy_control(
    lambda_client: "LambdaClient", environment: Mapping[str, str], *, package: bytes | None = None
) -> None:
    """Deploy the function `control` and let it have all traffic."""
    deploy_live(lambda_client, function_name=CONTROL, handler=CONTROL_HANDLER, environment=environment, package=package)


def control_environment(names: ResourceNames, plane_url: str) -> Mapping[str, str]:
    """What the function `control` is told; `plane_url` is the plane's AWS endpoint, which has its clock."""
    return {
        "SLUICE_REGISTRY_TABLE": names.registry_table,
        "SLUICE_EXPERIMENTS_TABLE": names.experiments_table,
        "SLUICE_UNITS_TABLE": names.units_table,
        "SLUICE_ROLLOUTS_TABLE": names.rollouts_table,
        "SLUICE_LEDGER_TABLE": names.ledger_table,
        "SLUICE_LEDGER_BUCKET": names.ledger_bucket,
        "SLUICE_PLANE_URL": plane_url,
    }


def deploy_outcomes(lambda_client: "LambdaClient", names: ResourceNames, *, queue_url: str) -> None:
    """Deploy the functions that take outcomes in and store them, and let them have all traffic."""
    intake = {"SLUICE_QUEUE_URL": queue_url, "SLUICE_EXPERIMENTS_TABLE": names.experiments_table}
    delivery = {"SLUICE_RECORDS_BUCKET": names.records_bucket}
    deploy_live(lambda_client, function_name=OUTCOMES, handler=OUTCOMES_HANDLER, environment=intake)
    deploy_live(lambda_client, function_name=OUTCOMES_DELIVERY, handler=DELIVERY_HANDLER, environment=delivery)


def deploy_live(
    lambda_client: "LambdaClient",
    *,
    function_name: str,
    handler: str,
    environment: Mapping[str, str],
    package: bytes | None = None,
) -> None:
    """Deploy a function, publish it if it changed, and point its alias `live` at the result."""
    deploy_function(
        lambda_client, function_name=function_name, handler=handler, environment=environment, package=package
    )
    function_version = lambda_client.publish_version(FunctionName=function_name)["Version"]
    try:
        alias = lambda_client.get_alias(FunctionName=function_name, Name=LIVE_ALIAS)
    except lambda_client.exceptions.ResourceNotFoundException:
        lambda_client.create_alias(FunctionName=function_name, Name=LIVE_ALIAS, FunctionVersion=function_version)
        return
    if alias["FunctionVersion"] != function_version:
        lambda_client.update_alias(FunctionName=function_name, Name=LIVE_ALIAS, FunctionVersion=function_version)


@functools.cache
def checkout_package() -> bytes:
    """The code of the checkout that this process runs from, built once."""
    return build_package(Path(__file__).resolve().parents[3])


def _create(
    lambda_client: "LambdaClient", function_name: str, *, handler: str, environment: Mapping[str, str], package: bytes
) -> None:
    lambda_client.create_function(
        FunctionName=function_name,
        Runtime=_runtime(),
        Role=_ROLE,
        Handler=handler,
        Code={"ZipFile": package},
        Environment={"Variables": dict(environment)},
        MemorySize=_MEMORY_MB,
        Timeout=_TIMEOUT_SECONDS,
    )


def _configure(
    lambda_client: "LambdaClient",
    present: "FunctionConfigurationResponseTypeDef",
    handler: str,
    environment: Mapping[str, str],
) -> None:
    variables = present.get("Environment", {}).get("Variables", {})
    wanted = {**variables, **environment}
    if (present["Handler"], variables) != (handler, wanted):
        lambda_client.update_function_configuration(
            FunctionName=present["FunctionName"], Handler=handler, Environment={"Variables": wanted}
        )


def _runtime() -> "RuntimeType":
    return cast("RuntimeType", f"python{sys.version_info.major}.{sys.version_info.minor}")


def _sha256(package: bytes) -> str:
    return base64.b64encode(hashlib.sha256(package).digest()).decode("ascii")
