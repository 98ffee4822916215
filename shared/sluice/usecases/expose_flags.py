"""Write down which units got which variants of the flags that ask for it, once an hour each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import orjson

from sluice.clock import Clock
from sluice.experiments.flag_context import FlagContext
from sluice.experiments.flag_decision import FlagDecision, FlagResult
from sluice.experiments.flag_records import Asked, ExposedUnit, flag_exposure
from sluice.experiments.flag_snapshot import FlagSnapshot
from sluice.experiments.unit import unit_key_of
from sluice.usecases.recent_keys import RecentKeys

REMEMBERED_COUNT = 10_000
REMEMBER_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class FlagRecordPorts:
    """`write_line` takes one line without its end; `remembered` is this process's memory of exposures."""

    write_line: Callable[[str], object]
    clock: Clock
    remembered: RecentKeys


def expose_flags(
    results: Iterable[FlagResult],
    context: FlagContext,
    *,
    snapshot: FlagSnapshot,
    asked: Asked,
    fallback: str,
    ports: FlagRecordPorts,
) -> None:
    """Write one line for each result that is to be recorded and gave a unit a variant it was not seen with lately."""
    to_tell = [it for it in results if isinstance(it, FlagDecision) and it.flag.exposures and it.variant is not None]
    if context.unit_id is None or not to_tell:
        return
    unit_key = unit_key_of(snapshot.unit_hash_key, context.unit_type, context.unit_id)
    unit = ExposedUnit(context.unit_type, unit_key, asked, fallback)
    for it in to_tell:
        if ports.remembered.is_new((it.flag.key, it.flag.revision, it.variant, unit_key)):
            line = orjson.dumps(flag_exposure(it, unit, snapshot, ports.clock.now()))
            ports.write_line(line.decode())
