"""What is shown of experiments: defined, decided, kept; a flag evaluated; an outcome taken in and stored.

All of it goes through the gateway, so every role is asked for the rights that it has.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.emulator.signed_gateway import SignedGateway

_DEADLINE_SECONDS = 60.0
_WHY = "the journey"
_KEY = "journey"
_UNIT = "ada"
_NAMESPACE = {"key": _KEY, "description": "Whoever travels.", "unit_type": "user"}
_FLAG = {
    "key": _KEY,
    "owner": "platform",
    "description": "Whether to travel.",
    "type": "boolean",
    "variants": {"go": True, "stay": False},
    "default": {"variant": "go"},
}


class NeverHappened(Exception):
    """What a step waited for did not come."""


@dataclass(frozen=True, slots=True)
class ExperimentJourney:
    """`outcomes` lists the objects that are stored; `say` takes one line per step."""

    gateway: SignedGateway
    outcomes: Callable[[], list[str]]
    say: Callable[[str], None]

    def run(self, model: str, request: Path) -> None:
        """Raises GatewayRefused or NeverHappened at the first step that fails."""
        self._define(model)
        self._decide(f"/v2/models/{model}/infer", json.loads(request.read_bytes()))
        self._evaluate()
        self._observe()

    def _define(self, model: str) -> None:
        self._change("/v1/namespaces", _NAMESPACE)
        self._change("/v1/experiments", _experiment(model))
        self._change(f"/v1/experiments/{_KEY}/start")
        self.say("defined and started an experiment through the control API")

    def _decide(self, path: str, request: Mapping[str, Any]) -> None:
        """The first answers may come from a snapshot without the experiment, which is read again in time."""
        of_unit = {**request, "parameters": {"sluice_unit": _UNIT}}
        answers = self._until_there(lambda: self.gateway.ask("POST", path, of_unit)["parameters"], "variant")
        again = self.gateway.ask("POST", path, of_unit)["parameters"]
        if (again["variant"], again["reason"]) != (answers["variant"], "STORED"):
            raise NeverHappened(f"the unit was given {answers}, and then {again}")
        self.say(f"a unit was given {again['variant']!r}, kept it, and is told so: {again['reason']}")

    def _evaluate(self) -> None:
        self._change("/v1/flags", _FLAG)
        path, context = f"/ofrep/v1/evaluate/flags/{_KEY}", {"context": {"targetingKey": _UNIT}}
        found = self.gateway.ask("POST", path, context)
        if found.get("value") is not True:
            raise NeverHappened(f"the flag was evaluated to {found}")
        self.say("defined a flag, and evaluated it over OFREP")

    def _observe(self) -> None:
        sent = {"unit": _UNIT, "unit_type": "user", "metric": "arrived", "value": 1}
        told = self.gateway.ask("POST", "/v1/outcomes", sent)
        if told["accepted"] != 1:
            raise NeverHappened(f"the outcome was not accepted: {told}")
        stored = self._until_there(lambda: {"objects": self.outcomes()}, "objects")
        self.say(f"sent an outcome, which went through the queue and is stored: {len(stored['objects'])} object")

    def _change(self, path: str, definition: Mapping[str, Any] | None = None) -> None:
        self.gateway.ask("POST", path, {"why": _WHY} | ({"definition": definition} if definition else {}))

    def _until_there(self, look: Callable[[], Mapping[str, Any]], member: str) -> Mapping[str, Any]:
        for found in _looks(look):
            if found.get(member):
                return found
        raise NeverHappened(f"no {member} in {_DEADLINE_SECONDS:.0f} seconds; the last answer was {look()}")


def _experiment(model: str) -> dict[str, Any]:
    """Both variants are the version that is served: what is compared is nothing, and all of the machinery runs."""
    return {
        "key": _KEY,
        "hypothesis": "Nothing differs.",
        "owner": "platform",
        "model": model,
        "namespace": _KEY,
        "slots": [[0, 1_000_000]],
        "variants": [
            {"key": "control", "weight_bps": 5_000, "model_version": 1},
            {"key": "treatment", "weight_bps": 5_000, "model_version": 1},
        ],
        "plan": {"primary_metric": "arrived", "planned_days": 1, "planned_units": 2},
    }


def _looks(look: Callable[[], Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while time.monotonic() < deadline:
        yield look()
        time.sleep(1)
