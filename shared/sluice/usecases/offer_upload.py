"""Offer a client a place for a body that is too large to be sent."""

from collections.abc import Callable
from dataclasses import dataclass

from sluice.clock import Clock
from sluice.errors import InvalidRequest, PayloadTooLarge
from sluice.inference.large_bodies import LargeBodies, SignedUrl
from sluice.inference.upload_ticket import MEDIA_TYPES, RANDOM_BYTES, UploadTicket


@dataclass(frozen=True, slots=True)
class UploadWish:
    """What a client announces."""

    size_bytes: int
    media_type: str


@dataclass(frozen=True, slots=True)
class OfferedUpload:
    """The id to refer to, and where to put the body."""

    upload: str
    place: SignedUrl


def offer_upload(
    model: str,
    wish: UploadWish,
    *,
    bodies: LargeBodies,
    limit_bytes: int,
    clock: Clock,
    random_bytes: Callable[[int], bytes],
) -> OfferedUpload:
    """An id that nobody guesses, and its signed URL. Nothing is kept of an offer that is not taken.

    Raises InvalidRequest, PayloadTooLarge, StoreUnavailable.
    """
    if wish.size_bytes < 1:
        raise InvalidRequest(f"bytes == {wish.size_bytes}, must be 1 or more")
    if wish.size_bytes > limit_bytes:
        raise PayloadTooLarge(wish.size_bytes, limit_bytes, "upload", "send fewer rows per request")
    if wish.media_type not in MEDIA_TYPES:
        raise InvalidRequest(f"media_type == {wish.media_type!r}, must be {' or '.join(MEDIA_TYPES)}")
    ticket = UploadTicket(model, clock.now(), wish.size_bytes, wish.media_type, random_bytes(RANDOM_BYTES).hex())
    return OfferedUpload(
        ticket.upload, bodies.sign_upload(ticket.name, size_bytes=wish.size_bytes, media_type=wish.media_type)
    )
