"""The keys of the table of definitions, for the store that writes them and the lean reader of the hot path.

experiment|namespace|flag            KEY                   its newest revision
experiment|namespace|flag#KEY        revision#NUMBER       each revision
snapshot                             SUBJECT               the newest snapshot
settings                             unit-hash-key         the secret of unit keys
"""

SNAPSHOT = "snapshot"
SETTINGS = "settings"
UNIT_HASH_KEY = "unit-hash-key"
REVISION = "revision#"


def history_partition(kind: str, key: str) -> str:
    """The partition of a definition's revisions."""
    return f"{kind}#{key}"
