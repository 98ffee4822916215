"""Write down what was asked and answered, so that it can be replayed; durably where the risk is high."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from sluice.catalog.release import ReleaseSettings
from sluice.clock import Clock
from sluice.errors import StoreUnavailable
from sluice.inference.call import PredictionCall
from sluice.inference.record import (
    ColdStart,
    EnvironmentFacts,
    Outcome,
    body_members,
    changing_members,
    constant_members,
)
from sluice.inference.trace import PredictionTrace
from sluice.inference.unit_mask import masked_body

if TYPE_CHECKING:  # the ports of the registry would come with it
    from sluice.catalog.ports import ContentStore
from sluice.inference.upload_reference import UploadReference

_BODIES = "bodies"
_RECORDS = "records"


@dataclass(frozen=True, slots=True)
class RecordPorts:
    """Where records go: `write_line` takes one line without its end, `content` what is too long or must not be lost."""

    content: "ContentStore"
    write_line: Callable[[str], object]
    clock: Clock


def record_inference(
    call: PredictionCall,
    trace: PredictionTrace,
    outcome: Outcome,
    *,
    facts: EnvironmentFacts,
    cold_start: ColdStart | None,
    ports: RecordPorts,
    durable: bool,
) -> None:
    """Write the record as one line; with `durable`, store it first.

    A body over the release's limit is stored apart. If that fails, the record says so and the prediction stands,
    unless the record is `durable`. Raises StoreUnavailable only then, and has written no line.
    """
    record = changing_members(call, trace, outcome, facts=facts, cold_start=cold_start, at=ports.clock.now())
    limit_bytes = _settings_of(trace).record_body_limit_bytes
    body = call.body if facts.records_unit_ids else _without_unit_id(call, trace)
    if body is None:
        record["request_body_withheld"] = "it names the unit in a form that cannot be masked"
    else:
        record |= _keep(ports.content, "request_body", body, limit_bytes) or body_members(body)
    if call.reference is not None:
        record |= _reference_members(call.reference, trace, facts)
    if outcome.error is None and trace.outputs is not None:
        kept = _keep(ports.content, "outputs", trace.outputs, limit_bytes)
        record |= kept or {"outputs": orjson.Fragment(trace.outputs)}
    line = b"%b,%b" % (constant_members(call, trace, facts), orjson.dumps(record)[1:])
    if durable:
        _store(ports.content, record, line)
    ports.write_line(line.decode())


def _without_unit_id(call: PredictionCall, trace: PredictionTrace) -> bytes | None:
    """The body with the unit's key where its id was, None where the id may be in it and cannot be found."""
    assigned = trace.assigned
    masked = _masked(call.body, trace)
    must_be_found = assigned is not None and assigned.unit.is_from_parameters
    if must_be_found and masked is call.body and not _is_named_in(call.reference, trace):
        return None
    return masked


def _is_named_in(reference: UploadReference | None, trace: PredictionTrace) -> bool:
    return reference is not None and _masked(reference.body, trace) is not reference.body


def _reference_members(reference: UploadReference, trace: PredictionTrace, facts: EnvironmentFacts) -> dict[str, Any]:
    """The upload, and what was said beside it, which is part of the request too."""
    body = reference.body if facts.records_unit_ids else _masked(reference.body, trace)
    return {"upload": reference.upload} | ({} if body is None else {"referring_body": body.decode()})


def _masked(body: bytes, trace: PredictionTrace) -> bytes | None:
    return masked_body(body, trace.assigned.unit_key if trace.assigned else None)


def _settings_of(trace: PredictionTrace) -> ReleaseSettings:
    return trace.release.content.settings if trace.release else ReleaseSettings()


def _keep(content: "ContentStore", member: str, body: bytes, limit_bytes: int) -> dict[str, Any]:
    if len(body) <= limit_bytes:
        return {}
    try:
        return {f"{member}_digest": content.put(_BODIES, body)}
    except StoreUnavailable as error:
        return {f"{member}_lost": str(error)}


def _store(content: "ContentStore", record: dict[str, Any], line: bytes) -> None:
    for member in ("request_body_lost", "outputs_lost"):
        if member in record:
            raise StoreUnavailable("the store of records", record[member])
    content.put(_RECORDS, line)
