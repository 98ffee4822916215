"""Ids of uploads: nobody guesses them, and nobody can change what they say."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.errors import UnknownUpload
from sluice.inference.upload_ticket import MEDIA_TYPES, UploadTicket, ticket_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TICKET = UploadTicket("risk", NOW, 20_971_520, "application/octet-stream", "ab" * 16)


@given(
    st.integers(1_700_000_000, 2**32 - 1),
    st.integers(1, 2**32 - 1),
    st.sampled_from(MEDIA_TYPES),
    st.binary(min_size=16, max_size=16),
)
def test_an_id_says_what_it_was_given_out_for(epoch: int, size_bytes: int, media_type: str, random: bytes) -> None:
    ticket = UploadTicket("risk", datetime.fromtimestamp(epoch, UTC), size_bytes, media_type, random.hex())

    assert ticket_of("risk", ticket.upload) == ticket


def test_all_random_bits_and_the_model_are_in_the_name_of_the_object() -> None:
    assert TICKET.name == f"risk/{TICKET.upload}"
    assert "ab" * 16 in TICKET.upload


@pytest.mark.parametrize("at", range(57))
def test_an_id_with_one_other_digit_is_unknown(at: int) -> None:
    other = "0" if TICKET.upload[at] != "0" else "1"

    with pytest.raises(UnknownUpload, match="model 'risk' has not given it out"):
        ticket_of("risk", TICKET.upload[:at] + other + TICKET.upload[at + 1 :])


@pytest.mark.parametrize("upload", ["", "no", "../../records/x", TICKET.upload.upper(), TICKET.upload + "\n"])
def test_what_is_no_id_names_no_object(upload: str) -> None:
    with pytest.raises(UnknownUpload):
        ticket_of("risk", upload)


def test_another_models_id_is_unknown() -> None:
    with pytest.raises(UnknownUpload):
        ticket_of("wine", TICKET.upload)


def test_a_long_text_is_not_repeated_whole() -> None:
    with pytest.raises(UnknownUpload) as refusal:
        ticket_of("risk", "x" * 10_000)

    assert len(str(refusal.value)) < 200


def test_an_upload_is_good_for_a_day() -> None:
    assert TICKET.expires_at == NOW + timedelta(hours=24)
