"""Flags with one thing that matters each."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sluice.adapters.cel_conditions import CelLanguage
from sluice.experiments.attributes import AttributeType
from sluice.experiments.flag import Flag, FlagRule
from sluice.experiments.flag_decider import FlagDecider, override_subject
from sluice.experiments.flag_serving import Share, Split
from sluice.experiments.flag_snapshot import decode_flag_snapshot, encode_flag_snapshot
from sluice.experiments.flag_value import ValueType
from sluice.experiments.unit_state import Override

SECRET = bytes(range(32))
COUNTRY = {"country": AttributeType.STRING}


def a_flag(key: str = "new-checkout", **changes: Any) -> Flag:
    """A boolean flag that is off for everybody."""
    whole = {
        "owner": "payments",
        "value_type": ValueType.BOOLEAN,
        "variants": {"on": True, "off": False},
        "default": "off",
    }
    return Flag(key, **(whole | changes))


def a_rule(when: str = 'country == "DE"', serve: str | Split = "on") -> FlagRule:
    return FlagRule(when, serve)


def shares(**weights_bps: int) -> Split:
    return Split(tuple(Share(variant, weight_bps) for variant, weight_bps in weights_bps.items()))


def a_decider(flags: Iterable[Flag], number: int = 1) -> FlagDecider:
    """What a function makes of the stored snapshot of these flags."""
    stored = encode_flag_snapshot(flags, unit_hash_key=SECRET, number=number)
    return FlagDecider(decode_flag_snapshot(stored), CelLanguage)


def overrides(**variants: str) -> Mapping[str, Override]:
    """Forced variants, by flag; underscores in names stand for hyphens."""
    by_key = {name.replace("_", "-"): variant for name, variant in variants.items()}
    until = datetime(2030, 1, 1, tzinfo=UTC)
    return {
        override_subject(key): Override(override_subject(key), variant, "ann", "testing", until)
        for key, variant in by_key.items()
    }
