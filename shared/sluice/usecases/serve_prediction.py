"""The main job of Sluice: one request in, one model's answer out."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from sluice.errors import InferenceFailed, InvalidTensor, ModelNotReady
from sluice.experiments.assigned_unit import AssignedUnit
from sluice.experiments.reasons import Reason
from sluice.inference.call import PredictionCall
from sluice.inference.model_cache import ModelCache
from sluice.inference.opened_release import OpenedRelease
from sluice.inference.request_decoder import Envelope
from sluice.inference.response_encoder import EncodedResponse
from sluice.inference.served_release import ServedVersion
from sluice.inference.tensors import InferenceRequest, InferenceResponse, ParameterValue
from sluice.inference.trace import PredictionTrace, Step
from sluice.inference.upload_reference import UPLOAD
from sluice.inference.variant_choice import choose_for

if TYPE_CHECKING:
    from sluice.inference.result_cache import Outputs

AssignUnit = Callable[[Mapping[str, Any], Mapping[str, Any]], AssignedUnit | None]
"""From a request's parameters and verified claims to its unit's assignments; None if it names no unit."""

TakeUpload = Callable[[PredictionCall, Envelope, PredictionTrace], PredictionCall]
"""From a request that refers to an upload to one that has it as its body; may raise what `take_upload` raises."""

# An enumeration is slow to look into.
_DECODE, _ASSIGN, _LOAD, _PREDICT, _ENCODE = Step.DECODE, Step.ASSIGN, Step.LOAD, Step.PREDICT, Step.ENCODE


def serve_prediction(
    call: PredictionCall,
    *,
    opened: OpenedRelease,
    trace: PredictionTrace,
    assign: AssignUnit | None = None,
    take: TakeUpload | None = None,
) -> EncodedResponse:
    """Predict with the version that the URL names, else with the unit's variant, else with the release's default.

    `trace` is filled in as far as the request gets, so that failures can be recorded too. A variant whose version
    cannot answer is no reason to answer nothing: the default does, and says FALLBACK.
    Raises UnknownModel, UnknownModelVersion, InvalidRequest, Unsupported, ModelNotReady, InferenceFailed.
    """
    trace.release = opened.release
    trace.choice = opened.release.choose(call.model, call.model_version)
    envelope = call.form.read(call)
    if take is not None and envelope.parameters and UPLOAD in envelope.parameters:
        call = take(call, envelope, trace)
        envelope = call.form.read(call)
    trace.parameters = envelope.parameters
    # Whoever names no parameter and has no token names no unit.
    if assign is not None and call.model_version is None and (envelope.parameters or call.claims):
        _assign(call, envelope, assign, trace)
    try:
        encoded = _answer(call, envelope, opened, trace)
    except (ModelNotReady, InferenceFailed) as failure:
        _fall_back(opened.release.default.version, failure, trace)
        encoded = _answer(call, envelope, opened, trace)
    trace.outputs = encoded.outputs
    return encoded


def _assign(call: PredictionCall, envelope: Envelope, assign: AssignUnit, trace: PredictionTrace) -> None:
    trace.finished(_DECODE)
    trace.assigned = assign(envelope.parameters, call.claims)
    if trace.assigned is not None:
        assert trace.release is not None
        trace.choice = choose_for(trace.assigned, trace.release)
        trace.finished(_ASSIGN)


def _fall_back(default: ServedVersion, failure: ModelNotReady | InferenceFailed, trace: PredictionTrace) -> None:
    """Choose the default in the place of a variant's version that failed; raise the failure if it was no variant's."""
    assert trace.choice is not None
    choice = trace.choice
    if choice.lead is None or choice.version is default:
        raise failure
    trace.variant_failure = failure
    trace.choice = choice._replace(version=default, reason=Reason.FALLBACK)


def _answer(call: PredictionCall, envelope: Envelope, opened: OpenedRelease, trace: PredictionTrace) -> EncodedResponse:
    assert trace.choice is not None
    choice = trace.choice
    request = call.form.decode(envelope, choice.version, fallback_id=trace.prediction_id)
    trace.batch_size = request.batch_size
    results = opened.results
    if results is None or call.own is not None:
        outputs = _computed(call, request, opened.models, trace)
    else:
        from sluice.usecases.remembered_outputs import remembered_outputs  # most releases keep no results

        compute = partial(_computed, call, request, opened.models, trace)
        outputs = remembered_outputs(call, request, results, compute, trace)
    encoded = call.form.encode(_respond(call, request, outputs, trace), choice.version)
    trace.finished(_ENCODE)
    return encoded


def _computed(call: PredictionCall, request: InferenceRequest, models: ModelCache, trace: PredictionTrace) -> "Outputs":
    assert trace.choice is not None
    choice = trace.choice
    trace.finished(_DECODE)
    model = models.hold(call.model, choice.version.released)
    try:
        trace.finished(_LOAD)
        names = request.requested_outputs or choice.version.output_names
        outputs = dict(zip(names, model.predict(request.inputs, names), strict=True))
    except RuntimeError as error:
        if empty := next((name for name, array in request.inputs.items() if not array.size), None):
            raise InvalidTensor(empty, "it is empty, and this model cannot predict from an empty tensor") from error
        raise InferenceFailed(call.model, choice.version.released.number) from error
    finally:
        models.let_go(choice.version.released)
    trace.finished(_PREDICT)
    return outputs


def _respond(
    call: PredictionCall, request: InferenceRequest, outputs: "Outputs", trace: PredictionTrace
) -> InferenceResponse:
    assert trace.release is not None
    assert trace.choice is not None
    number = trace.choice.version.released.number
    parameters: dict[str, ParameterValue] = {
        "prediction_id": trace.prediction_id,
        "model_version": str(number),
        "function_version": call.function_version,
        "release": trace.release.number,
        "reason": trace.choice.reason,
    }
    parameters |= trace.choice.parameters
    if trace.cache is not None:
        parameters["result_cache"] = trace.cache.status
    return InferenceResponse(
        request.id, call.model, number, outputs, parameters, request.binary_outputs, request.layout
    )
