"""The snapshot of all flags that are not archived: what evaluation reads, compact and whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sluice.experiments.attributes import AttributeType
from sluice.experiments.flag import Flag
from sluice.experiments.flag_document import flag_from_document, flag_to_document
from sluice.experiments.ports import StoredSnapshot
from sluice.experiments.snapshot_content import merged_attributes, pack, read_attributes, unpack

FLAGS = "flags"
"""What the snapshot is stored under."""


@dataclass(frozen=True, slots=True)
class FlagSnapshot:
    """A decoded snapshot; `attributes` is the schema of all conditions together."""

    number: int
    digest: str
    unit_hash_key: bytes
    attributes: Mapping[str, AttributeType]
    flags: Mapping[str, Flag]


def encode_flag_snapshot(flags: Iterable[Flag], *, unit_hash_key: bytes, number: int) -> StoredSnapshot:
    """The snapshot of those of the flags that are not archived.

    Raises InvalidDefinition where two give one attribute different types.
    """
    live = sorted((flag for flag in flags if not flag.is_archived), key=lambda it: it.key)
    document = {
        "unit_hash_key": unit_hash_key.hex(),
        "attributes": merged_attributes(live),
        "flags": [flag_to_document(flag) for flag in live],
    }
    return pack(FLAGS, number, document)


def decode_flag_snapshot(stored: StoredSnapshot) -> FlagSnapshot:
    """The snapshot. Raises StoreUnavailable for content that is not one, or whose digest is another."""

    def read(document: Mapping[str, Any]) -> FlagSnapshot:
        flags = map(flag_from_document, document["flags"])
        return FlagSnapshot(
            stored.number,
            stored.digest,
            bytes.fromhex(document["unit_hash_key"]),
            read_attributes(document["attributes"]),
            {flag.key: flag for flag in flags},
        )

    return unpack(stored, read)
