"""Answers of the OpenFeature Remote Evaluation Protocol 0.3.0, from results and from errors.

`variant` and `reason` are always sent: the Python provider takes an answer without one for an error. A flag without a
value has no member `value`, and its variant is the empty text: the client's own default counts. Of errors with a
status of 400 or 404 both `errorCode` and `errorDetails` are sent, for the same reason.
"""

from collections.abc import Mapping
from typing import Any

from sluice.adapters.http_answer import HttpAnswer, json_answer
from sluice.adapters.http_errors import answer_for
from sluice.errors import InvalidRequest, MalformedBody, SluiceError, UnknownDefinition
from sluice.experiments.flag_decider import OFREP_REASONS
from sluice.experiments.flag_decision import FlagDecision, FlagFailure, FlagResult
from sluice.usecases.evaluate_flags import EvaluatedFlags

_NO_VARIANT = ""
_CODES: tuple[tuple[type[SluiceError], str], ...] = (
    (MalformedBody, "PARSE_ERROR"),
    (InvalidRequest, "INVALID_CONTEXT"),
    (UnknownDefinition, "FLAG_NOT_FOUND"),
)


def single_answer(evaluated: EvaluatedFlags) -> HttpAnswer:
    """200 with the one flag's value, or 400 with why it has none for this asker."""
    (result,) = evaluated.results.values()
    return json_answer(400 if isinstance(result, FlagFailure) else 200, _document(result, evaluated))


def bulk_answer(evaluated: EvaluatedFlags, etag: str) -> HttpAnswer:
    """200 with every flag: a value, or why it has none for this asker."""
    flags = [_document(result, evaluated) for result in evaluated.results.values()]
    metadata = {"snapshot": evaluated.snapshot, "fallback": evaluated.fallback or None}
    return json_answer(200, {"flags": flags, "metadata": _scalars(metadata)}, {"etag": f'"{etag}"'})


def error_answer(error: Exception, key: str | None) -> HttpAnswer:
    """What the error table says, in the protocol's words; `key` is the flag's, where one was asked for."""
    by_the_table = answer_for(error)
    code = next((code for kind, code in _CODES if isinstance(error, kind)), None)
    told = str(error) if isinstance(error, SluiceError) else "internal error; the flag was not evaluated"
    document = {"key": key, "errorCode": code, "errorDetails": told}
    return json_answer(by_the_table.status, _scalars(document), by_the_table.headers)


def _document(result: FlagResult, evaluated: EvaluatedFlags) -> dict[str, Any]:
    if isinstance(result, FlagFailure):
        return {"key": result.flag.key, "errorCode": result.code, "errorDetails": result.details}
    document = {
        "key": result.flag.key,
        "reason": OFREP_REASONS[result.reason],
        "variant": result.variant or _NO_VARIANT,
        "metadata": _metadata(result, evaluated),
    }
    return document if result.variant is None else {**document, "value": result.value}


def _metadata(decision: FlagDecision, evaluated: EvaluatedFlags) -> dict[str, Any]:
    """All that is needed to find out again why; scalars, because the protocol has no others here."""
    return _scalars(
        {
            "sluice_reason": decision.reason,
            "flag_revision": decision.flag.revision,
            "snapshot": evaluated.snapshot,
            "rule": decision.rule,
            "slot": decision.slot,
            "weight_bps": decision.weight_bps,
            "prerequisite": decision.prerequisite,
            "undecided_rules": decision.undecided_rules or None,
            "fallback": evaluated.fallback or None,
        }
    )


def _scalars(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
