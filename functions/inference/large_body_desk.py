"""Bodies that one invocation cannot carry: taken from the store, left in the store, and places offered in it."""

from collections.abc import Callable
from functools import cache
from os import urandom
from typing import TYPE_CHECKING, Any

from functions.inference.payload_limit import PAYLOAD_LIMIT_BYTES
from sluice.adapters.http_answer import HttpAnswer
from sluice.clock import Clock
from sluice.errors import InvalidRequest, ResponseTooLarge, Unsupported
from sluice.inference.call import PredictionCall
from sluice.inference.request_decoder import Envelope, object_in
from sluice.inference.response_encoder import EncodedResponse
from sluice.inference.shown import shown
from sluice.inference.trace import PredictionTrace, Step
from sluice.inference.upload_reference import reference_in
from sluice.inference.wire_form import OPEN_INFERENCE

if TYPE_CHECKING:
    from sluice.inference.large_bodies import LargeBodies

_SPILL = "sluice_spill"


class LargeBodyDesk:
    """Use cases of large bodies for the endpoint; all of them, and the store, are loaded when one is needed."""

    def __init__(self, make_bodies: "Callable[[], LargeBodies]", *, clock: Clock, limit_bytes: int) -> None:
        self._bodies = cache(make_bodies)
        self._clock = clock
        self._limit_bytes = limit_bytes

    def offer(self, model: str, body: bytes) -> dict[str, Any]:
        """The answer to a request for an upload. Raises InvalidRequest, PayloadTooLarge, Unsupported."""
        from sluice.usecases.offer_upload import UploadWish, offer_upload

        size_bytes, media_type = _wish_in(body)
        offered = offer_upload(
            model,
            UploadWish(size_bytes, media_type),
            bodies=self._bodies(),
            limit_bytes=self._limit_bytes,
            clock=self._clock,
            random_bytes=urandom,
        )
        return {
            "upload": offered.upload,
            "url": offered.place.url,
            "headers": dict(offered.place.headers),
            "expires_at": offered.place.expires_at.isoformat(),
        }

    def taken(self, call: PredictionCall, envelope: Envelope, trace: PredictionTrace) -> PredictionCall:
        """The call with the upload that it refers to; see `take_upload` for what that may raise."""
        if call.form is not OPEN_INFERENCE:
            raise Unsupported("uploads are referred to by requests of the Open Inference Protocol only")
        from sluice.usecases.take_upload import take_upload

        trace.finished(Step.DECODE)
        reference = reference_in(call, envelope)
        trace.taken = take_upload(call, reference, bodies=self._bodies(), clock=self._clock)
        trace.finished(Step.FETCH)
        return trace.taken

    def spilled(
        self, call: PredictionCall, encoded: EncodedResponse, trace: PredictionTrace, *, needed_bytes: int
    ) -> HttpAnswer:
        """The place of an answer that is too large to be sent. Raises ResponseTooLarge where none is asked for."""
        if call.form.name != OPEN_INFERENCE.name:
            raise ResponseTooLarge(needed_bytes, PAYLOAD_LIMIT_BYTES, "ask for fewer rows per request")
        if trace.parameters.get(_SPILL) is not True:
            raise ResponseTooLarge(needed_bytes, PAYLOAD_LIMIT_BYTES)
        from sluice.usecases.spill_answer import spill_answer

        return HttpAnswer(200, spill_answer(encoded, name=f"{call.model}/{trace.prediction_id}", bodies=self._bodies()))


def no_large_bodies() -> "LargeBodies":
    """What a function without a store for them has: raises Unsupported."""
    raise Unsupported("uploads and downloads are not set up here; send fewer rows per request")


def _wish_in(body: bytes) -> tuple[int, str]:
    document = object_in(body, "a JSON object with the members 'bytes' and 'media_type'")
    size_bytes, media_type = document.get("bytes"), document.get("media_type")
    if type(size_bytes) is not int:
        raise InvalidRequest(f"bytes is {shown(size_bytes)}, must be the length of the body to upload")
    if type(media_type) is not str:
        raise InvalidRequest(f"media_type is {shown(media_type)}, must be that of the body to upload")
    return size_bytes, media_type
