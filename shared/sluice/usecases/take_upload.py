"""Put an uploaded body in the place of the request that refers to it."""

from sluice.clock import Clock
from sluice.errors import InvalidRequest, UploadExpired, UploadMissing
from sluice.inference.binary_body import BINARY
from sluice.inference.call import PredictionCall
from sluice.inference.large_bodies import LargeBodies
from sluice.inference.upload_reference import UploadedForm, UploadReference
from sluice.inference.upload_ticket import UploadTicket, ticket_of


def take_upload(
    call: PredictionCall, reference: UploadReference, *, bodies: LargeBodies, clock: Clock
) -> PredictionCall:
    """The call as if the uploaded body had been sent, with what the reference says beside it.

    Raises UnknownUpload, UploadExpired, UploadMissing, PayloadTooLarge, InvalidRequest, StoreUnavailable.
    """
    ticket = ticket_of(call.model, reference.upload)
    if clock.now() >= ticket.expires_at:
        raise UploadExpired(reference.upload, ticket.expires_at.isoformat())
    _check_form(ticket, reference)
    body = bodies.fetch_upload(ticket.name, limit_bytes=ticket.size_bytes)
    if body is None:
        raise UploadMissing(reference.upload)
    if len(body) < ticket.size_bytes:
        raise InvalidRequest(f"upload {reference.upload} is {len(body)} bytes, {ticket.size_bytes} were announced")
    return call._replace(
        body=body,
        media_type=ticket.media_type,
        json_bytes=reference.json_bytes,
        form=UploadedForm(reference),
        reference=reference,
    )


def _check_form(ticket: UploadTicket, reference: UploadReference) -> None:
    if (ticket.media_type == BINARY) != (reference.json_bytes is not None):
        needs = "must come with it" if ticket.media_type == BINARY else "must not"
        raise InvalidRequest(f"the upload is {ticket.media_type}: the parameter sluice_upload_json_bytes {needs}")
