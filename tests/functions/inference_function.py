"""An inference function in this process: both entrances over one release, and the records that it wrote."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from functions.inference.app import create_app
from functions.inference.composition import dispatching_handler, hold_release
from functions.inference.experiment_plane import ExperimentPlane, ExperimentStores
from functions.inference.infer_endpoint import InferEndpoint
from functions.inference.instruments import Instruments
from functions.inference.large_body_desk import LargeBodyDesk, no_large_bodies
from functions.inference.settings import InferenceSettings
from sluice.adapters.asgi_entrance import lambda_handler_of
from sluice.adapters.memory_large_bodies import MemoryLargeBodies
from sluice.catalog.ports import ContentStore
from sluice.inference.large_bodies import LargeBodies
from sluice.inference.record_facts import EnvironmentFacts
from sluice.usecases.record_inference import RecordPorts
from tests.functions.builders import CONTEXT, PublishedRelease


class StoppedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 21, tzinfo=UTC)


STOPPED = Instruments(StoppedClock(), timer_ns=lambda: 0, new_prediction_id=lambda: "prediction")


class InferenceFunction:
    """Nothing differs between two calls but the events: clock, timer and prediction ids stand still."""

    def __init__(
        self,
        settings: InferenceSettings,
        store: ContentStore,
        root: Path,
        stores: ExperimentStores | None = None,
        *,
        make_large_bodies: Callable[[], LargeBodies] = no_large_bodies,
    ) -> None:
        self.lines: list[str] = []
        self.store = store
        self.releases = hold_release(settings, content=store, root=root, timer_ns=STOPPED.timer_ns)
        ports = RecordPorts(store, self.lines.append, STOPPED.clock)
        facts = EnvironmentFacts(settings.model, "1.31.1", "test", records_unit_ids=settings.record_unit_ids)
        assign = ExperimentPlane(settings, stores=stores, instruments=STOPPED) if stores else None
        desk = LargeBodyDesk(make_large_bodies, clock=STOPPED.clock, limit_bytes=settings.upload_limit_bytes)
        self.infer = InferEndpoint(
            self.releases, facts=facts, ports=ports, instruments=STOPPED, assign=assign, desk=desk
        )
        self.app = create_app(model=settings.model, releases=self.releases, infer=self.infer)
        self.handler = dispatching_handler(settings.model, releases=self.releases, infer=self.infer)
        self.framework = lambda_handler_of(self.app)

    def call(self, event: dict[str, Any]) -> tuple[int, Any]:
        """Status and document of the handler's answer."""
        answer = self.handler(event, CONTEXT)
        return answer["statusCode"], orjson.loads(answer["body"])

    @property
    def records(self) -> list[dict[str, Any]]:
        return [orjson.loads(line) for line in self.lines]


def a_function(root: Path, published: PublishedRelease | None = None) -> InferenceFunction:
    """With a store of large bodies in memory."""
    published, bodies = published or PublishedRelease(), MemoryLargeBodies(STOPPED.clock)
    return InferenceFunction(published.publish(), published.store, root, make_large_bodies=lambda: bodies)
