"""An inference function with experiments: real graphs, real conditions, stores in memory that can fail."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from functions.inference.experiment_plane import ExperimentStores
from sluice.adapters.memory_definitions import MemoryDefinitions
from sluice.adapters.memory_units import MemoryUnits
from sluice.errors import StoreUnavailable
from sluice.experiments.experiment import Experiment
from sluice.experiments.namespace import Namespace
from sluice.experiments.unit_state import UnitState
from tests.functions.builders import AFFINE, PublishedRelease, a_body, an_event
from tests.functions.inference_function import InferenceFunction
from tests.onnx_graphs import FLOAT_WEIGHTS, affine
from tests.unit.experiments.running import a_snapshot

GRAPHS = {
    1: (affine(FLOAT_WEIGHTS * 10), AFFINE),
    2: (affine(), AFFINE),
    3: (affine(FLOAT_WEIGHTS * 1e38), AFFINE),
    4: (b"no ONNX at all", AFFINE),
}
"""Version 2 is the default, 1 answers otherwise, 3 answers infinity, 4 cannot be loaded."""


class UnitsThatMayBeAway(MemoryUnits):
    """Units whose state cannot be read while `are_away`."""

    are_away = False

    def load(self, unit_type: str, unit_id: str, *, now: datetime) -> UnitState:
        if self.are_away:
            raise StoreUnavailable("unit state", "no answer within 50 ms")
        return super().load(unit_type, unit_id, now=now)


class ExperimentFunction(InferenceFunction):
    """Units are read for every request; `units` and `definitions` are its stores."""

    def __init__(
        self,
        root: Path,
        *experiments: Experiment,
        namespaces: Sequence[Namespace] | None = None,
        **settings: Any,
    ) -> None:
        self.definitions, self.units = MemoryDefinitions(), UnitsThatMayBeAway()
        if experiments:
            self.definitions.commit([], a_snapshot(experiments, namespaces))
        published = PublishedRelease(GRAPHS)
        wanted = replace(published.publish(), **{"unit_state_cache_seconds": 0, **settings})
        super().__init__(wanted, published.store, root, ExperimentStores(self.definitions, self.units))


def a_request(unit: Any = "alice", **parameters: Any) -> dict[str, Any]:
    """A body that names the unit; `parameters` beside it."""
    return a_body() | {"parameters": {"sluice_unit": unit, **parameters}}


def with_claims(event: Mapping[str, Any], **claims: Any) -> dict[str, Any]:
    """The event as it comes behind a JWT authorizer."""
    context = event["requestContext"] | {"authorizer": {"jwt": {"claims": claims, "scopes": None}}}
    return {**event, "requestContext": context}


def asking(unit: Any = "alice", **parameters: Any) -> dict[str, Any]:
    """The event of `a_request`."""
    return an_event(body=a_request(unit, **parameters))
