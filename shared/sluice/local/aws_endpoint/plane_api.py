"""`/_sluice/…` on the AWS endpoint: health, and the clock of the plane. What AWS has no name for."""

from datetime import datetime, timedelta
from typing import Any

import orjson

from sluice.errors import InvalidRequest
from sluice.local.aws_endpoint.answer import WsgiAnswer, json_answer
from sluice.local.aws_endpoint.request import AwsRequest
from sluice.local.movable_clock import MovableClock

PREFIX = "/_sluice/"


class PlaneApi:
    """GET `/_sluice/health`, and GET and POST `/_sluice/clock`.

    A POST holds one of `{"advance_seconds": 60}`, `{"at": "2030-01-01T00:00:00Z"}`, `{"frozen": true}`. The clock
    answers with its time and whether it stands still.
    """

    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock

    def answer(self, request: AwsRequest) -> WsgiAnswer:
        """The answer to a request below PREFIX."""
        method, path = request.environ["REQUEST_METHOD"], request.environ["PATH_INFO"]
        if (method, path) == ("GET", f"{PREFIX}health"):
            return json_answer(200, {"status": "ok"})
        if path != f"{PREFIX}clock":
            return json_answer(404, {"message": f"there is nothing at {path}"})
        if method == "POST":
            try:
                self._turn(request.body)
            except (InvalidRequest, ValueError) as error:
                return json_answer(400, {"message": str(error)})
        elif method != "GET":
            return json_answer(405, {"message": "the clock takes GET and POST"})
        return json_answer(200, {"now": self._clock.now().isoformat(), "frozen": self._clock.is_frozen})

    def _turn(self, body: bytes) -> None:
        match orjson.loads(body):
            case {"advance_seconds": int() | float() as seconds} if not isinstance(seconds, bool):
                self._clock.advance(_duration(seconds))
            case {"at": str() as instant}:
                self._clock.move_to(datetime.fromisoformat(instant))
            case {"frozen": bool() as frozen}:
                self._clock.freeze() if frozen else self._clock.resume()
            case other:
                raise ValueError(_expectation(other))


def _duration(seconds: float) -> timedelta:
    try:
        return timedelta(seconds=seconds)
    except OverflowError as error:
        raise ValueError(f"advance_seconds {seconds} is beyond the calendar") from error


def _expectation(found: Any) -> str:
    return f'expected {{"advance_seconds": number}}, {{"at": instant}} or {{"frozen": boolean}}, found {found!r}'
