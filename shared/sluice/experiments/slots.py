"""From (salt, unit) to a slot: the one place where chance comes from, and there is none in it.

    digest = SHA-256(UTF-8(salt + U+001F + unit_type + U+001F + unit_id))
    slot   = (first 8 bytes of the digest, big-endian) * 1,000,000 >> 64

Integers only: no modulo bias, no float edges, and every language can do it. Golden vectors: tests/golden/slots.json.
"""

from hashlib import sha256
from struct import Struct

SLOT_COUNT = 1_000_000
SLOTS_PER_BPS = SLOT_COUNT // 10_000

_SEPARATOR = b"\x1f"
_first_64_bits = Struct(">Q").unpack_from  # half the time of slicing and int.from_bytes


class Draw:
    """Independent of every draw with another salt."""

    __slots__ = ("_prefix", "salt", "unit_type")

    def __init__(self, salt: str, unit_type: str) -> None:
        self.salt = salt
        self.unit_type = unit_type
        self._prefix = salt.encode() + _SEPARATOR + unit_type.encode() + _SEPARATOR

    def slot_of(self, unit_id: bytes) -> int:
        """The slot, 0 to 999,999, of a checked id in UTF-8."""
        first_bits: int = _first_64_bits(sha256(self._prefix + unit_id).digest())[0]
        return first_bits * SLOT_COUNT >> 64


def namespace_salt(key: str, seed: str) -> str:
    """Decides which experiment of a namespace may have a unit."""
    return f"layer:{key}:{seed}"


def holdout_salt(key: str, seed: str) -> str:
    """Decides who is kept out of all experiments of a namespace."""
    return f"holdout:{key}:{seed}"


def experiment_salt(key: str, seed: str, allocation_version: int = 1) -> str:
    """Decides the arm. Never the namespace's draw again: arms would follow slots.

    Another allocation version draws anew: whom the last one passed over would otherwise not enter by the new weights.
    """
    first = f"exp:{key}:{seed}"
    return first if allocation_version == 1 else f"{first}:{allocation_version}"


def flag_salt(key: str, seed: str) -> str:
    """Decides a flag's percentage rollout."""
    return f"flag:{key}:{seed}"
