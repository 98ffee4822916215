"""The main job of Sluice: one request in, one model's answer out."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from sluice.errors import InferenceFailed, InvalidTensor
from sluice.inference.call import PredictionCall
from sluice.inference.model_cache import ModelCache
from sluice.inference.model_port import LoadedModel
from sluice.inference.request_decoder import binary_not_offered
from sluice.inference.response_encoder import EncodedResponse
from sluice.inference.served_release import Choice, ServedRelease
from sluice.inference.tensors import InferenceRequest, InferenceResponse, ParameterValue
from sluice.inference.trace import PredictionTrace, Step


def serve_prediction(
    call: PredictionCall, *, release: ServedRelease, models: ModelCache, trace: PredictionTrace
) -> EncodedResponse:
    """Predict with the version that the URL names, else with the release's default.

    `trace` is filled in as far as the request gets, so that failures can be recorded too.
    Raises UnknownModel, UnknownModelVersion, InvalidRequest, Unsupported, ModelNotReady, InferenceFailed.
    """
    trace.release = release
    trace.choice = choice = release.choose(call.model, call.model_version)
    request = _decode(call, choice, trace)
    with models.lease(call.model, choice.version.released) as model:
        trace.finished(Step.LOAD)
        outputs = _predict(model, request, call.model, choice)
        trace.finished(Step.PREDICT)
    encoded = choice.version.encoder.encode(_respond(call, request, outputs, trace))
    trace.outputs = encoded.outputs
    trace.finished(Step.ENCODE)
    return encoded


def _decode(call: PredictionCall, choice: Choice, trace: PredictionTrace) -> InferenceRequest:
    if call.json_bytes is not None:
        raise binary_not_offered()
    request = choice.version.decoder.decode(call.body, fallback_id=trace.prediction_id)
    trace.finished(Step.DECODE)
    return request


def _predict(
    model: LoadedModel, request: InferenceRequest, model_name: str, choice: Choice
) -> Mapping[str, NDArray[Any]]:
    names = request.requested_outputs or choice.version.output_names
    try:
        return dict(zip(names, model.predict(request.inputs, names), strict=True))
    except RuntimeError as error:
        if empty := next((name for name, array in request.inputs.items() if not array.size), None):
            raise InvalidTensor(empty, "it is empty, and this model cannot predict from an empty tensor") from error
        raise InferenceFailed(model_name, choice.version.released.number) from error


def _respond(
    call: PredictionCall, request: InferenceRequest, outputs: Mapping[str, NDArray[Any]], trace: PredictionTrace
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
    return InferenceResponse(request.id, call.model, number, outputs, parameters)
