"""Unleash, bootstrapped from memory: neither registration nor metrics nor a cache on disk."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from UnleashClient import UnleashClient
from UnleashClient.cache import BaseCache
from UnleashClient.constants import FEATURES_URL
from UnleashClient.utils import InstanceAllowType

from benchmarks.peers.questions import ARMS, COUNTRY, OLDER_THAN, Decide, report

_NOTE = "bootstrapped; its engine is native and is handed the context as text"
_NEVER_SECONDS = 86_400


class MemoryCache(BaseCache):  # type: ignore[misc]
    """What the client keeps between starts; here it starts with everything it will ever know."""

    def __init__(self, definitions: object) -> None:
        self._items: dict[str, Any] = {FEATURES_URL: json.dumps(definitions)}
        self.bootstrapped = True

    def set(self, key: str, value: Any) -> None:
        """Keep one."""
        self._items[key] = value

    def mset(self, data: Mapping[str, Any]) -> None:
        """Keep several."""
        self._items.update(data)

    def get(self, key: str, default: Any = None) -> Any:
        """What was kept."""
        return self._items.get(key, default)

    def exists(self, key: str) -> bool:
        """Whether it was kept."""
        return key in self._items

    def destroy(self) -> None:
        """Forget all."""
        self._items.clear()


def load(experiments: Sequence[str]) -> Decide:
    """A client whose features are the experiments."""
    definitions = {"version": 2, "features": [_feature(name) for name in experiments]}
    client = UnleashClient(
        "http://127.0.0.1:9/api",
        "bench",
        cache=MemoryCache(definitions),
        refresh_interval=_NEVER_SECONDS,
        disable_metrics=True,
        disable_registration=True,
        multiple_instance_mode=InstanceAllowType.SILENTLY_ALLOW,
    )
    client.initialize_client(fetch_toggles=False)

    def decide(unit: str, country: str, age: int, experiments: Sequence[str]) -> list[str | None]:
        context = {"userId": unit, "country": country, "age": age}
        return [_arm(client.get_variant(name, context)) for name in experiments]

    return decide


def _arm(variant: Mapping[str, Any]) -> str | None:
    return variant["name"] if variant["enabled"] else None


def _feature(name: str) -> dict[str, Any]:
    strategy = {
        "name": "flexibleRollout",
        "parameters": {"rollout": "100", "stickiness": "userId", "groupId": name},
        "constraints": [
            {"contextName": "country", "operator": "IN", "values": [COUNTRY]},
            {"contextName": "age", "operator": "NUM_GT", "value": str(OLDER_THAN)},
        ],
        "variants": [{"name": arm, "weight": 500, "weightType": "variable", "stickiness": "userId"} for arm in ARMS],
    }
    return {"name": name, "type": "experiment", "enabled": True, "strategies": [strategy], "variants": []}


if __name__ == "__main__":
    report("UnleashClient", load, note=_NOTE)
