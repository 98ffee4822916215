"""Write down what was asked and answered, so that it can be replayed; durably where the risk is high."""

from base64 import b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import orjson

from sluice.catalog.release import ReleaseSettings
from sluice.clock import Clock
from sluice.errors import StoreUnavailable
from sluice.frozen import frozen
from sluice.inference.call import PredictionCall
from sluice.inference.record import record_line
from sluice.inference.record_facts import ColdStart, EnvironmentFacts, Outcome
from sluice.inference.trace import PredictionTrace
from sluice.inference.unit_mask import masked_body, may_name_a_unit
from sluice.inference.wire_form import OpenInference

if TYPE_CHECKING:  # the ports of the registry would come with it
    from sluice.catalog.ports import ContentStore
from sluice.inference.upload_reference import UploadReference

_BODIES = "bodies"
_RECORDS = "records"
_LIMIT_BYTES = ReleaseSettings().record_body_limit_bytes


@frozen
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
    body = call.body if facts.records_unit_ids else _without_unit_id(call, trace, outcome)
    members = _kept(call, trace, outcome, body, facts=facts, content=ports.content)
    if body is not call.body and body is not None and outcome.error is None and call.json_bytes is not None:
        # The copy of a masked request must say how long its JSON is now.
        call = call._replace(json_bytes=str(int(call.json_bytes) + len(body) - len(call.body)))
    line = record_line(call, trace, outcome, members, facts=facts, cold_start=cold_start, at=ports.clock.now())
    if durable:
        _store(ports.content, members, line)
    ports.write_line(line.decode())


def _kept(
    call: PredictionCall,
    trace: PredictionTrace,
    outcome: Outcome,
    body: bytes | None,
    *,
    facts: EnvironmentFacts,
    content: "ContentStore",
) -> dict[str, Any]:
    """The request's body and the outputs: whole, or where they are."""
    limit_bytes = trace.release.content.settings.record_body_limit_bytes if trace.release else _LIMIT_BYTES
    if body is None:
        kept: dict[str, Any] = {"request_body_withheld": "it names the unit in a form that cannot be masked"}
    elif len(body) > limit_bytes:
        kept = _put(content, "request_body", body)
    else:
        try:
            kept = {"request_body": body.decode()}
        except UnicodeDecodeError:
            kept = {"request_body_base64": b64encode(body).decode("ascii")}
    if call.reference is not None:
        kept |= _reference_members(call.reference, trace, facts)
    outputs = trace.outputs if outcome.error is None else None
    if outputs is not None:
        is_long = len(outputs) > limit_bytes
        kept |= _put(content, "outputs", outputs) if is_long else {"outputs": orjson.Fragment(outputs)}
    return kept


def _without_unit_id(call: PredictionCall, trace: PredictionTrace, outcome: Outcome) -> bytes | None:
    """The body with the unit's key where its id was, None where the id may be in it and cannot be found."""
    assigned = trace.assigned
    body = text = call.body
    if call.json_bytes is not None and outcome.error is None and isinstance(call.form, OpenInference):
        text = body[: int(call.json_bytes)]  # what follows the JSON of an answered request is tensors
    if assigned is None and not may_name_a_unit(text):
        return body
    masked = masked_body(text, None if assigned is None else assigned.unit_key)
    if masked is None:
        return None
    if masked is text:
        must_be_found = assigned is not None and assigned.unit.is_from_parameters
        return None if must_be_found and not _is_named_in(call.reference, trace) else body
    return masked if text is body else masked + body[len(text) :]


def _is_named_in(reference: UploadReference | None, trace: PredictionTrace) -> bool:
    return reference is not None and _masked(reference.body, trace) is not reference.body


def _reference_members(reference: UploadReference, trace: PredictionTrace, facts: EnvironmentFacts) -> dict[str, Any]:
    """The upload, and what was said beside it, which is part of the request too."""
    body = reference.body if facts.records_unit_ids else _masked(reference.body, trace)
    return {"upload": reference.upload} | ({} if body is None else {"referring_body": body.decode()})


def _masked(body: bytes, trace: PredictionTrace) -> bytes | None:
    return masked_body(body, trace.assigned.unit_key if trace.assigned else None)


def _put(content: "ContentStore", member: str, body: bytes) -> dict[str, Any]:
    try:
        return {f"{member}_digest": content.put(_BODIES, body)}
    except StoreUnavailable as error:
        return {f"{member}_lost": str(error)}


def _store(content: "ContentStore", kept: dict[str, Any], line: bytes) -> None:
    for member in ("request_body_lost", "outputs_lost"):
        if member in kept:
            raise StoreUnavailable("the store of records", kept[member])
    content.put(_RECORDS, line)
