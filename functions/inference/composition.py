"""The inference function put together: ports meet adapters here, and nowhere else."""

import os
from collections.abc import Callable
from functools import cache
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from functions.inference.content_coding import WORTH_CODING_BYTES, in_coding_of
from functions.inference.experiment_plane import ExperimentPlane, ExperimentStores
from functions.inference.gateway_calls import call_from_event, hot_route_keys, in_format_2, rest_route_key
from functions.inference.infer_endpoint import InferEndpoint
from functions.inference.instruments import Instruments
from functions.inference.large_body_desk import LargeBodyDesk, no_large_bodies
from functions.inference.prediction_routes import other_call
from functions.inference.release_holder import ReleaseHolder
from functions.inference.settings import InferenceSettings
from functions.inference.upload_calls import upload_answer
from sluice.adapters.artefact_folder import ArtefactFolder
from sluice.adapters.cpu_family import cpu_family
from sluice.adapters.onnx_model import RUNTIME_VERSION, OnnxModelLoader
from sluice.errors import NoReleaseYet, NotAvailable
from sluice.inference.model_port import ModelLoader
from sluice.inference.opened_release import OpenedRelease
from sluice.inference.record_facts import ColdStart, EnvironmentFacts
from sluice.inference.record_metrics import to_ms
from sluice.usecases.open_release import open_release
from sluice.usecases.record_inference import RecordPorts

if TYPE_CHECKING:
    from sluice.catalog.ports import ContentStore
    from sluice.inference.large_bodies import LargeBodies

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
WrapLoader = Callable[[ModelLoader], ModelLoader]

ARTEFACTS_ROOT = f"{os.environ.get('TMPDIR') or '/tmp'}/sluice-artefacts"  # noqa: S108 - all that Lambda lets write


def build_handler(  # noqa: PLR0913 - every port is named
    settings: InferenceSettings,
    *,
    content: "ContentStore",
    write_line: Callable[[str], object],
    instruments: Instruments | None = None,
    imports_ms: float = 0.0,
    stores: ExperimentStores | None = None,
    make_large_bodies: "Callable[[], LargeBodies]" = no_large_bodies,
    around: WrapLoader = lambda it: it,
) -> Handler:
    """The Lambda handler, with its models loaded if they can be; if not, it answers 503 and tries again.

    `content` holds releases, artefacts, bodies and records; `write_line` takes each record. Without `stores` no
    request can name a unit, and one that does is answered as if it named none. `around` wraps what loads models.
    """
    instruments = instruments or Instruments()
    releases = hold_release(settings, content=content, around=around, timer_ns=instruments.timer_ns)
    ports = RecordPorts(content, write_line, instruments.clock)
    facts = EnvironmentFacts(
        settings.model, RUNTIME_VERSION, cpu_family(), settings.metrics_namespace, settings.record_unit_ids
    )
    assign = ExperimentPlane(settings, stores=stores, instruments=instruments) if stores else None
    desk = LargeBodyDesk(make_large_bodies, clock=instruments.clock, limit_bytes=settings.upload_limit_bytes)
    infer = InferEndpoint(releases, facts=facts, ports=ports, instruments=instruments, assign=assign, desk=desk)
    infer.expect_first_call(_warm_up(releases, assign, imports_ms))
    return dispatching_handler(settings.model, releases=releases, infer=infer)


def hold_release(
    settings: InferenceSettings,
    *,
    content: "ContentStore",
    root: "str | os.PathLike[str]" = ARTEFACTS_ROOT,
    around: WrapLoader = lambda it: it,
    timer_ns: Callable[[], int] = perf_counter_ns,
) -> ReleaseHolder:
    """The settings' release, opened on first use; its artefacts are kept on disk under `root`.

    Without a release, as a stack begins, every use raises NoReleaseYet.
    """
    folder = ArtefactFolder(content, root)

    def open_it() -> OpenedRelease:
        if settings.release is None or settings.release_digest is None:
            raise NoReleaseYet(settings.model)
        return open_release(
            settings.model,
            settings.release,
            settings.release_digest,
            content=content,
            loader_for=lambda it: around(OnnxModelLoader(folder, intra_op_threads=it.intra_op_threads)),
            timer_ns=timer_ns,
        )

    return ReleaseHolder(open_it)


def dispatching_handler(model: str, *, releases: ReleaseHolder, infer: InferEndpoint) -> Handler:
    """The hot route straight to the endpoint; every other one through the framework, imported when one comes."""
    hot = hot_route_keys(model)

    @cache
    def framework() -> Handler:
        from functions.inference.app import create_app
        from sluice.adapters.asgi_entrance import lambda_handler_of

        return lambda_handler_of(create_app(model=model, releases=releases, infer=infer))

    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        if event.get("routeKey") in hot:
            answer = infer.answer(call_from_event(event, context, model=model))
            return (
                in_coding_of(event, answer).to_event() if len(answer.body) >= WORTH_CODING_BYTES else answer.to_event()
            )
        if rest_route_key(event) in hot:
            return infer.answer(call_from_event(in_format_2(event), context, model=model)).to_event()
        other = other_call(event, context, model=model)
        if other is not None:
            return in_coding_of(event, infer.answer(other)).to_event()
        offered = upload_answer(event, context, model=model, desk=infer.desk)
        return offered.to_event() if offered is not None else framework()(event, context)

    return handle


def _warm_up(releases: ReleaseHolder, assign: ExperimentPlane | None, imports_ms: float) -> ColdStart:
    started_ns = perf_counter_ns()
    opened_ns = started_ns
    try:
        opened = releases.get()
        if assign is not None:
            assign.warm_up()
        opened_ns = perf_counter_ns()
        opened.require_ready()
    except NotAvailable:
        # The function starts all the same: readiness says false, requests hear why, and each one tries again.
        pass
    finished_ns = perf_counter_ns()
    return ColdStart(imports_ms, to_ms(opened_ns - started_ns), to_ms(finished_ns - opened_ns))
