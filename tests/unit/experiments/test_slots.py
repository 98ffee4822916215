"""The scheme of every draw, frozen: whoever changes one of these numbers moves units of running experiments."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.errors import InvalidUnit
from sluice.experiments.slots import (
    SLOT_COUNT,
    Draw,
    experiment_salt,
    flag_salt,
    holdout_salt,
    namespace_salt,
)
from sluice.experiments.unit import checked_unit_id, checked_unit_type, unit_key_of

GOLDEN = Path(__file__).parents[2] / "golden" / "slots.json"


def test_golden_vectors() -> None:
    for salt, unit_type, unit_id, slot in json.loads(GOLDEN.read_text())["vectors"]:
        assert Draw(salt, unit_type).slot_of(unit_id.encode()) == slot, (salt, unit_type, unit_id)


def test_a_vector_by_hand() -> None:
    # printf 'exp:exp-1:exp-1\x1fuser\x1fuser-1' | sha256sum
    digest = sha256(b"exp:exp-1:exp-1\x1fuser\x1fuser-1").digest()

    assert Draw("exp:exp-1:exp-1", "user").slot_of(b"user-1") == int.from_bytes(digest[:8], "big") * SLOT_COUNT >> 64


def test_no_two_draws_share_a_salt() -> None:
    salts = {make("key", "seed") for make in (namespace_salt, holdout_salt, experiment_salt, flag_salt)}

    assert salts == {"layer:key:seed", "holdout:key:seed", "exp:key:seed", "flag:key:seed"}


@given(st.text(), st.text(alphabet="abc-"), st.binary())
def test_every_slot_is_on_the_scale(salt: str, unit_type: str, unit_id: bytes) -> None:
    salt = salt.encode("utf-8", "replace").decode()

    assert 0 <= Draw(salt, unit_type).slot_of(unit_id) < SLOT_COUNT


@pytest.mark.parametrize(
    ("given_id", "expected"), [("u", "u"), (42, "42"), (0, "0"), (-7, "-7"), ("né 用户", "né 用户")]
)
def test_ids_are_text_or_whole_numbers(given_id: object, expected: str) -> None:
    assert checked_unit_id(given_id, "parameter sluice_unit") == expected


@pytest.mark.parametrize(
    "given_id", ["", "a" * 257, True, False, None, 1.0, [], "a\x1fb", "tab\t", "line\n", "\x7f", "\x85", "\ud800"]
)
def test_what_is_no_id_is_refused_by_name(given_id: object) -> None:
    with pytest.raises(InvalidUnit, match=r"^parameter sluice_unit: "):
        checked_unit_id(given_id, "parameter sluice_unit")


@pytest.mark.parametrize("given_type", ["", "User", "u" * 33, "1a", 7, None, "a\x1f"])
def test_what_is_no_type_is_refused_by_name(given_type: object) -> None:
    with pytest.raises(InvalidUnit, match=r"^parameter sluice_unit_type: "):
        checked_unit_type(given_type, "parameter sluice_unit_type")


def test_a_units_key_depends_on_secret_type_and_id() -> None:
    keys = {
        unit_key_of(*it)
        for it in [(b"s", "user", "1"), (b"t", "user", "1"), (b"s", "device", "1"), (b"s", "user", "2")]
    }

    assert len(keys) == 4
    # HMAC-SHA-256 by another implementation: openssl dgst -sha256 -hmac s, over "user" U+001F "1".
    assert unit_key_of(b"s", "user", "1") == "cc24c95525dda4dc3d5e1ade3f6899ae"
