"""The environments that `-c env=…` chooses from. This is the file to edit: everything else follows from it."""

import sys
from dataclasses import replace
from typing import Final

from infra.declarations.api import ApiSettings
from infra.declarations.environment import Architecture, DataSettings, Environment, Retention
from infra.declarations.model import AlarmThresholds, ModelSettings, ProvisionedConcurrency, SnapStart
from infra.declarations.refusal import InvalidDeclaration
from infra.declarations.rollouts import RolloutSettings

_BREAST_CANCER = ModelSettings("breast-cancer", owner="diagnostics")
_WINE = ModelSettings("wine", owner="cellar")

DEV: Final = Environment(
    name="dev",
    data=DataSettings(customer_keys=False, protected=False, retention=Retention(logs_days=7, records_days=30)),
    api=ApiSettings(rate_rps=20, burst=40),
    models=(_BREAST_CANCER, _WINE),
    shifts_on_deploy=True,
    is_watched=False,
    rollouts=RolloutSettings(reserves_failsafe=False),  # a new account may reserve nothing
)

STAGING: Final = Environment(
    name="staging",
    data=DataSettings(customer_keys=True, protected=False, ship_records=True),
    api=ApiSettings(rate_rps=100, burst=200),
    models=(replace(_BREAST_CANCER, warmth=SnapStart()), _WINE),
    shifts_on_deploy=False,
    region="eu-central-1",
)

PROD: Final = Environment(
    name="prod",
    data=DataSettings(
        customer_keys=True,
        protected=True,
        retention=Retention(logs_days=90, records_days=365, replaced_objects_days=90, ledger_days=365),
        ship_records=True,
    ),
    api=ApiSettings(rate_rps=1_000, burst=2_000),
    models=(
        replace(
            _BREAST_CANCER,
            warmth=ProvisionedConcurrency(2),
            reserved_concurrency=100,
            alarms=AlarmThresholds(server_errors_bps=50, p99_latency_ms=500),
        ),
        replace(_WINE, warmth=SnapStart(), reserved_concurrency=50),
    ),
    shifts_on_deploy=False,
    region="eu-central-1",
)

ENVIRONMENTS: Final = {environment.name: environment for environment in (DEV, STAGING, PROD)}


def environment_named(
    name: str, *, architecture: str | None = None, shifts_on_deploy: bool | None = None
) -> Environment:
    """The environment, with what the command line overrides. Raises InvalidDeclaration that lists what there is."""
    if name not in ENVIRONMENTS:
        raise InvalidDeclaration("env", name, f"one of {', '.join(ENVIRONMENTS)}")
    environment = ENVIRONMENTS[name]
    if architecture is not None:
        environment = replace(environment, architecture=Architecture(architecture))
    if shifts_on_deploy is not None:
        environment = replace(environment, shifts_on_deploy=shifts_on_deploy)
    return environment


if __name__ == "__main__":  # for `make`: which architecture must assets be built for?
    print(environment_named(sys.argv[1]).architecture)
