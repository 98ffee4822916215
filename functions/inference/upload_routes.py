"""A place for a body that is too large to be sent: its signed URL, and the id to refer to."""

from fastapi import FastAPI, Request, Response

from functions.inference.large_body_desk import LargeBodyDesk
from functions.inference.openapi_document import describe
from sluice.adapters.fastapi_errors import to_response
from sluice.adapters.http_answer import json_answer
from sluice.errors import UnknownModel


def add_upload_route(app: FastAPI, *, model: str, desk: LargeBodyDesk) -> None:
    """`POST /v2/models/{model}/uploads`."""

    @app.post(
        "/v2/models/{model}/uploads",
        status_code=201,
        **describe("Upload", 400, 404, 413, 501, 503, takes="UploadWish", status=201),
    )
    async def offer_upload(request: Request) -> Response:
        """Where to PUT the body of an infer request, and the id by which a request refers to it."""
        if request.path_params["model"] != model:
            raise UnknownModel(request.path_params["model"])
        return to_response(json_answer(201, desk.offer(model, await request.body())))
