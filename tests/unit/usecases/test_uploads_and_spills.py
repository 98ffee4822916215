"""Uploads in the place of bodies, and URLs in the place of answers."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from sluice.adapters.memory_large_bodies import MemoryLargeBodies
from sluice.errors import (
    InvalidRequest,
    PayloadTooLarge,
    UnknownUpload,
    UploadExpired,
    UploadMissing,
)
from sluice.inference.call import PredictionCall
from sluice.inference.response_encoder import EncodedResponse
from sluice.inference.upload_reference import reference_in
from sluice.usecases.offer_upload import OfferedUpload, UploadWish, offer_upload
from sluice.usecases.spill_answer import spill_answer
from sluice.usecases.take_upload import take_upload

JSON, BINARY = "application/json", "application/octet-stream"
BODY = b'{"id":"inner","parameters":{"a":1,"b":2},"inputs":[{"name":"x"}],"outputs":[{"name":"y"}]}'


@dataclass
class MovedClock:
    at: datetime = datetime(2026, 11, 21, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


class Desk:
    """Use cases over memory, and a client that uploads."""

    def __init__(self) -> None:
        self.clock = MovedClock()
        self.bodies = MemoryLargeBodies(self.clock)

    def offer(self, size_bytes: int = len(BODY), media_type: str = JSON, model: str = "risk") -> OfferedUpload:
        wish = UploadWish(size_bytes, media_type)
        return offer_upload(
            model,
            wish,
            bodies=self.bodies,
            limit_bytes=1000,
            clock=self.clock,
            random_bytes=lambda size: b"\x07" * size,
        )

    def upload(self, body: bytes = BODY, media_type: str = JSON, model: str = "risk") -> str:
        offered = self.offer(len(body), media_type, model)
        assert self.bodies.put(offered.place.url, body, offered.place.headers) == 200
        return offered.upload

    def take(self, members: Any, model: str = "risk") -> PredictionCall:
        call = PredictionCall(model, None, orjson.dumps(members))
        reference = reference_in(call, call.form.read(call))
        return take_upload(call, reference, bodies=self.bodies, clock=self.clock)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def naming(upload: Any, **parameters: Any) -> dict[str, Any]:
    return {"parameters": {"sluice_upload": upload, **parameters}}


def test_an_offer_names_the_model_the_size_and_the_random_bits_and_can_be_put_to(desk: Desk) -> None:
    offered = desk.offer(7, BINARY)

    assert "07" * 16 in offered.upload
    assert offered.place.headers == {"content-length": "7", "content-type": BINARY}
    assert desk.bodies.put(offered.place.url, b"8 bytes!", offered.place.headers) == 403
    assert desk.bodies.put(offered.place.url, b"7 bytes", offered.place.headers) == 200


@pytest.mark.parametrize(
    ("size_bytes", "media_type", "error", "message"),
    [
        (0, JSON, InvalidRequest, "bytes == 0, must be 1 or more"),
        (1001, JSON, PayloadTooLarge, "upload is 1001 bytes, the limit is 1000; send fewer rows per request"),
        (1, "text/csv", InvalidRequest, "media_type == 'text/csv', must be application/json or application/octet"),
    ],
)
def test_an_offer_is_refused(
    desk: Desk, size_bytes: int, media_type: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        desk.offer(size_bytes, media_type)


def test_the_uploaded_body_takes_the_place_of_the_one_that_names_it(desk: Desk) -> None:
    call = desk.take(naming(desk.upload()))

    assert (call.body, call.media_type, call.json_bytes) == (BODY, JSON, None)
    assert call.form.read(call).members["inputs"] == [{"name": "x"}]
    assert call.form.name == "v2"


def test_what_is_said_beside_the_upload_wins_over_what_is_in_it(desk: Desk) -> None:
    outer = naming(desk.upload(), b=3, c=4) | {"id": "outer", "outputs": None}
    envelope = desk.take(outer).form.read(desk.take(outer))

    assert envelope.parameters == envelope.members["parameters"] == {"a": 1, "b": 3, "c": 4}
    assert (envelope.members["id"], envelope.members["outputs"]) == ("outer", [{"name": "y"}])


def test_a_binary_upload_says_where_its_json_ends(desk: Desk) -> None:
    upload = desk.upload(b'{"inputs":[]}\x00\x01', BINARY)

    for json_bytes in (13, "13"):
        call = desk.take(naming(upload, sluice_upload_json_bytes=json_bytes))
        envelope = call.form.read(call)
        assert (call.json_bytes, bytes(envelope.raw or b"")) == ("13", b"\x00\x01")
        assert envelope.parameters == {}


@pytest.mark.parametrize(("media_type", "more"), [(BINARY, {}), (JSON, {"sluice_upload_json_bytes": 3})])
def test_the_length_of_the_json_comes_with_binary_uploads_and_with_no_others(
    desk: Desk, media_type: str, more: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequest, match=f"the upload is {media_type}: the parameter sluice_upload_json_bytes"):
        desk.take(naming(desk.upload(BODY, media_type), **more))


def test_inputs_and_an_upload_together_are_refused(desk: Desk) -> None:
    with pytest.raises(InvalidRequest, match="has inputs or the parameter sluice_upload, this one has both"):
        desk.take(naming(desk.upload()) | {"inputs": []})


def test_an_upload_is_named_by_text(desk: Desk) -> None:
    with pytest.raises(InvalidRequest, match="parameter sluice_upload is 7, must be the id of an upload"):
        desk.take(naming(7))


def test_an_upload_of_another_model_is_unknown(desk: Desk) -> None:
    with pytest.raises(UnknownUpload):
        desk.take(naming(desk.upload(model="wine")))


def test_an_upload_that_nothing_was_put_to_is_missing(desk: Desk) -> None:
    with pytest.raises(UploadMissing, match="PUT the body to its URL before you refer to it"):
        desk.take(naming(desk.offer().upload))


def test_an_upload_expires_a_day_after_it_was_offered(desk: Desk) -> None:
    upload = desk.upload()
    desk.clock.at += timedelta(hours=24, seconds=-1)
    desk.take(naming(upload))
    desk.clock.at += timedelta(seconds=1)

    with pytest.raises(UploadExpired, match=f"upload {upload} expired at 2026-11-22T00:00:00"):
        desk.take(naming(upload))


@pytest.mark.parametrize(("body", "error"), [(BODY + b" ", PayloadTooLarge), (BODY[:-1], InvalidRequest)])
def test_an_object_of_another_size_than_announced_is_refused(desk: Desk, body: bytes, error: type[Exception]) -> None:
    offered = desk.offer()
    desk.bodies._bodies[offered.place.url] = body  # what no client can do: S3 checks the length

    with pytest.raises(error):
        desk.take(naming(offered.upload))


ANSWER = (
    b'{"model_name":"m","model_version":"2","id":",\\"outputs\\":[","parameters":{"reason":"R"},"outputs":[{"d":1}]}'
)


def test_a_spilled_answer_is_the_answer_without_outputs_and_with_its_place(desk: Desk) -> None:
    document = orjson.loads(spill_answer(EncodedResponse(ANSWER, b""), name="risk/1", bodies=desk.bodies))

    parameters = document.pop("parameters")
    assert desk.bodies.get(parameters.pop("sluice_download")) == ANSWER
    assert document == {"model_name": "m", "model_version": "2", "id": ',"outputs":[', "outputs": []}
    assert parameters == {
        "reason": "R",
        "sluice_download_bytes": len(ANSWER),
        "sluice_download_media_type": JSON,
        "sluice_download_expires_at": "2026-11-21T00:15:00+00:00",
    }


def test_a_spilled_binary_answer_says_where_its_json_ends(desk: Desk) -> None:
    encoded = EncodedResponse(ANSWER + b"\x00\x01", b"", len(ANSWER))

    parameters = orjson.loads(spill_answer(encoded, name="risk/1", bodies=desk.bodies))["parameters"]

    assert parameters["sluice_download_json_bytes"] == len(ANSWER)
    assert parameters["sluice_download_bytes"] == len(ANSWER) + 2
    assert parameters["sluice_download_media_type"] == BINARY
