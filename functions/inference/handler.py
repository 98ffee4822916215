"""The Lambda entry point; everything here runs once per execution environment."""

import os
from functools import partial
from time import perf_counter_ns
from typing import TYPE_CHECKING

from functions.inference.import_time import IMPORTS_STARTED_NS, imports_are_done  # isort: skip  first: it starts the watch
from functions.inference.settings import InferenceSettings
from sluice.adapters.aws_wire.wires import Wires
from sluice.adapters.head_start import HeadStart
from sluice.adapters.s3_content_store import S3ContentStore
from sluice.clock import SystemClock
from sluice.experiments.snapshot_subject import subject_of

if TYPE_CHECKING:
    from functions.inference.snapstart import SnapshotLife
    from sluice.experiments.ports import SnapshotReader, UnitAssignments

_wires = Wires(SystemClock())
_settings = InferenceSettings.from_environment()
_buckets = {
    "artefacts": _settings.artefacts_bucket,
    "releases": _settings.artefacts_bucket,
    "bodies": _settings.records_bucket,
    "records": _settings.records_bucket,
}


def _begun_content() -> HeadStart:
    content = HeadStart(S3ContentStore(_wires.s3(), _buckets))
    if _settings.release_digest:
        content.begin(_settings.release_digest)
    return content


def _begun_stores() -> "tuple[SnapshotReader, UnitAssignments] | None":
    if not _settings.experiments_table:
        return None
    from sluice.adapters.experiment_stores import stores_in_time

    tables, budget_ms = (_settings.experiments_table, _settings.units_table), _settings.unit_state_budget_ms
    snapshots, units = stores_in_time(*tables, unit_budget_ms=budget_ms, wires=_wires)
    return snapshots.ahead(subject_of(_settings.model)), units


def _snapshot_life() -> "SnapshotLife | None":
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") != "snap-start":
        return None
    from functions.inference.snapstart import live_through_snapshots

    return live_through_snapshots(_wires)


_content, _stores = _begun_content(), _begun_stores()

# Here come numpy and ONNX Runtime, and meanwhile release and definitions.
from functions.inference.composition import build_handler  # noqa: E402
from functions.inference.experiment_plane import ExperimentStores  # noqa: E402
from sluice.adapters.stdout_records import write_line  # noqa: E402
from sluice.inference.record_metrics import to_ms  # noqa: E402

_life = _snapshot_life()
handler = build_handler(
    _settings,
    content=_content,
    write_line=write_line,
    imports_ms=to_ms(perf_counter_ns() - IMPORTS_STARTED_NS),
    stores=ExperimentStores(*_stores) if _stores else None,
    make_large_bodies=partial(_wires.large_bodies, _settings.records_bucket),
    **(_life._asdict() if _life else {}),
)
_content.end()
imports_are_done()
