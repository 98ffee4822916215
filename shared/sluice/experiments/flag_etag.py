"""What names the answer to one asker for all flags: it changes whenever anything does that the answer depends on."""

from collections.abc import Mapping
from hashlib import sha256

import orjson

from sluice.experiments.flag_context import FlagContext
from sluice.experiments.unit_state import Override

_SCHEME = 1
"""Of the answer's form. Raise it when the same flags are told in another way."""


def flag_etag(definitions: str, context: FlagContext, overrides: Mapping[str, Override], fallback: str) -> str:
    """64 hexadecimal digits, from what names the definitions, the whole context, forced variants and what failed.

    Of the definitions alone it would tell a client whose context has changed that nothing has.
    """
    forced = {subject: override.variant for subject, override in overrides.items()}
    asked = [_SCHEME, definitions, context.unit_type, context.unit_id, context.attributes, forced, fallback]
    return sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()
