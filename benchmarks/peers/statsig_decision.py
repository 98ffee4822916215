"""Statsig's native core, its definitions from a data store, its network and logging off."""

import json
from collections.abc import Sequence
from typing import Any, Self

from statsig_python_core import (
    DataStore,
    DataStoreResponse,
    ExperimentEvaluationOptions,
    Statsig,
    StatsigOptions,
    StatsigUser,
)

from benchmarks.peers.questions import ARMS, COUNTRY, OLDER_THAN, Decide, report

_NOTE = "native core; the condition stands in the rules of the groups, which costs it least"
_WRITTEN_AT_MS = 1_700_000_000_000


class FixedStore(DataStore):  # type: ignore[misc]
    """Answers with the same definitions, whatever is asked for."""

    def __new__(cls, _text: str) -> Self:
        """The base is native and takes no arguments."""
        store: Self = super().__new__(cls)
        return store

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def get(self, _key: str) -> Any:
        """The definitions."""
        return DataStoreResponse(result=self._text, time=_WRITTEN_AT_MS)


def load(experiments: Sequence[str]) -> Decide:
    """A server SDK that was initialised from the store."""
    options = StatsigOptions(
        data_store=FixedStore(json.dumps(_definitions(experiments))),
        disable_network=True,
        disable_all_logging=True,
        disable_country_lookup=True,
        disable_disk_access=True,
        enable_id_lists=False,
        output_log_level="error",
    )
    statsig = Statsig("secret-bench", options)
    statsig.initialize().wait()
    unexposed = ExperimentEvaluationOptions(disable_exposure_logging=True)

    def decide(unit: str, country: str, age: int, experiments: Sequence[str]) -> list[str | None]:
        user = StatsigUser(user_id=unit, country=country, custom={"age": age})
        return [statsig.get_experiment(user, name, unexposed).value.get("arm") for name in experiments]

    return decide


def _definitions(experiments: Sequence[str]) -> dict[str, Any]:
    conditions = {
        "country": _condition("user_field", field="country", operator="any", targetValue=[COUNTRY]),
        "age": _condition("user_field", field="age", operator="gt", targetValue=OLDER_THAN),
    }
    for name in experiments:
        conditions |= {
            f"{name}-{arm}": _condition(
                "user_bucket", operator="lt", targetValue=500 * (index + 1), additionalValues={"salt": name}
            )
            for index, arm in enumerate(ARMS)
        }
    return {
        "feature_gates": {},
        "dynamic_configs": {name: _experiment(name) for name in experiments},
        "layer_configs": {},
        "condition_map": conditions,
        "experiment_to_layer": {},
        "has_updates": True,
        "time": _WRITTEN_AT_MS,
        "response_format": "dcs-v2",
    }


def _experiment(name: str) -> dict[str, Any]:
    return {
        "type": "dynamic_config",
        "salt": name,
        "enabled": True,
        "defaultValue": {},
        "rules": [_group(name, arm) for arm in ARMS],
        "idType": "userID",
        "entity": "experiment",
        "isActive": True,
        "hasSharedParams": False,
        "version": 1,
    }


def _group(name: str, arm: str) -> dict[str, Any]:
    return {
        "name": arm,
        "groupName": arm,
        "id": arm,
        "salt": arm,
        "passPercentage": 100,
        "conditions": ["country", "age", f"{name}-{arm}"],
        "returnValue": {"arm": arm},
        "idType": "userID",
        "isExperimentGroup": True,
    }


def _condition(kind: str, **members: Any) -> dict[str, Any]:
    return {"type": kind, "field": None, "additionalValues": {}, "idType": "userID"} | members


if __name__ == "__main__":
    report("statsig-python-core", load, note=_NOTE)
