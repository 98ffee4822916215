"""Evaluate one flag, or all of them, for whoever asks; no failing store keeps an answer back.

Without the newest definitions the last good ones serve; without the unit's state everything but overrides does. Only
who never had definitions has nothing to answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import orjson

from sluice.errors import StoreUnavailable, UnknownDefinition
from sluice.experiments.flag_context import FlagContext
from sluice.experiments.flag_decider import FlagDecider, override_subject
from sluice.experiments.flag_decision import FlagResult
from sluice.experiments.flag_etag import flag_etag
from sluice.experiments.flag_records import Asked, Fallback, flag_fallback
from sluice.experiments.ports import Kind
from sluice.experiments.unit_state import Override
from sluice.usecases.expose_flags import FlagRecordPorts, expose_flags
from sluice.usecases.held_snapshot import HeldSnapshot
from sluice.usecases.unit_states import UnitStates

_FLAG = override_subject("")


@dataclass(frozen=True, slots=True)
class FlagPorts:
    """What evaluation reads, and where its records go."""

    snapshot: HeldSnapshot[FlagDecider]
    states: UnitStates
    records: FlagRecordPorts


@dataclass(frozen=True, slots=True)
class EvaluatedFlags:
    """Results by key. `fallback` says what could not be read (`Fallback`, comma between); it is empty if all could.

    `snapshot` is the number of the definitions, None where nobody ever defined a flag.
    """

    results: Mapping[str, FlagResult]
    snapshot: int | None
    fallback: str


@dataclass(frozen=True, slots=True)
class _Read:
    decider: FlagDecider | None
    overrides: Mapping[str, Override]
    fallback: str


def evaluate_flag(key: str, context: FlagContext, *, ports: FlagPorts) -> EvaluatedFlags:
    """The one flag's result. Raises UnknownDefinition; StoreUnavailable where there were never definitions."""
    decider, failures = _decider(ports)
    if decider is None or key not in decider.flags:
        raise UnknownDefinition(Kind.FLAG, key)
    read = _read(decider, failures, context, ports)
    results = {key: decider.for_asker(context, read.overrides).evaluate(key)}
    return _exposed(results, read, context, asked=Asked.FLAG, ports=ports)


def evaluate_flags(
    context: FlagContext, *, is_known: Callable[[str], bool], ports: FlagPorts
) -> tuple[str, EvaluatedFlags | None]:
    """The ETag of the answer, and the result of every flag; None for a client that has the answer already.

    Raises StoreUnavailable where there were never definitions.
    """
    read = _read(*_decider(ports), context, ports)
    etag = flag_etag(_name_of(read.decider), context, read.overrides, read.fallback)
    if is_known(etag):
        return etag, None
    if read.decider is None:
        return etag, EvaluatedFlags({}, None, read.fallback)
    asker = read.decider.for_asker(context, read.overrides)
    results = {key: asker.evaluate(key) for key in read.decider.flags}
    return etag, _exposed(results, read, context, asked=Asked.FLAGS, ports=ports)


def _decider(ports: FlagPorts) -> tuple[FlagDecider | None, dict[Fallback, StoreUnavailable]]:
    held = ports.snapshot.get()
    if held.failure is None:
        return held.value, {}
    if held.value is None:
        raise StoreUnavailable("the store of flags", f"there are no definitions yet: {held.failure}") from held.failure
    return held.value, {Fallback.DEFINITIONS: held.failure}


def _read(
    decider: FlagDecider | None,
    failures: dict[Fallback, StoreUnavailable],
    context: FlagContext,
    ports: FlagPorts,
) -> _Read:
    overrides: dict[str, Override] = {}
    if decider is not None and context.unit_id is not None:
        try:
            state = ports.states.get(context.unit_type, context.unit_id)
            overrides = {subject: it for subject, it in state.overrides.items() if subject.startswith(_FLAG)}
        except StoreUnavailable as error:
            failures[Fallback.OVERRIDES] = error
    for fallback, failure in failures.items():
        record = flag_fallback(fallback, str(failure), ports.records.clock.now())
        ports.records.write_line(orjson.dumps(record).decode())
    return _Read(decider, overrides, ",".join(failures))


def _exposed(
    results: Mapping[str, FlagResult], read: _Read, context: FlagContext, *, asked: Asked, ports: FlagPorts
) -> EvaluatedFlags:
    assert read.decider is not None
    snapshot = read.decider.snapshot
    expose_flags(results.values(), context, snapshot=snapshot, asked=asked, fallback=read.fallback, ports=ports.records)
    return EvaluatedFlags(results, snapshot.number, read.fallback)


def _name_of(decider: FlagDecider | None) -> str:
    return f"{decider.snapshot.number}:{decider.snapshot.digest}" if decider else ""
