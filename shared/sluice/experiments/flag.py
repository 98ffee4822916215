"""A flag: a typed value that rules and a percentage choose per unit, and that can be switched off at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sluice.errors import InvalidDefinition, InvalidUnit
from sluice.experiments.attributes import AttributeType, checked_schema
from sluice.experiments.flag_serving import Serving, check_serving
from sluice.experiments.flag_value import FlagValue, ValueType, check_text, check_value
from sluice.experiments.key import checked_key
from sluice.experiments.unit import DEFAULT_UNIT_TYPE, checked_unit_type

_KEY = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_TEXT_LIMIT_CHARACTERS = 2000
_VARIANT_LIMIT = 64
_RULE_LIMIT = 100
_PREREQUISITE_LIMIT = 20


@dataclass(frozen=True, slots=True)
class FlagRule:
    """Serves units for which the condition `when` holds."""

    when: str
    serve: Serving


@dataclass(frozen=True, slots=True)
class Flag:
    """A valid flag; building an invalid one raises InvalidDefinition, which names the field.

    `variants` are its values by name; `rules` are asked in order, and `default` serves whom none takes. It needs of
    each flag in `prerequisites` that it gives one of the variants named there. While it is not `enabled`, or a
    prerequisite fails, everybody gets `off_variant`, or no value where there is none: then the client's own default
    counts. `seed` makes its draw its own. What the conditions mean is checked where a language is at hand
    (`flag_set.check_conditions`), what other flags must be, in `flag_set.check_flags`.
    """

    key: str
    owner: str
    value_type: ValueType
    variants: Mapping[str, FlagValue]
    default: Serving
    description: str = ""
    rules: tuple[FlagRule, ...] = ()
    attributes: Mapping[str, AttributeType] = field(default_factory=dict)
    prerequisites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    enabled: bool = True
    off_variant: str | None = None
    unit_type: str = DEFAULT_UNIT_TYPE
    seed: str = ""
    exposures: bool = False
    is_archived: bool = False
    revision: int = 1

    def __post_init__(self) -> None:
        checked_flag_key("flag", "key", self.key)
        _check_texts(self)
        _check_variants(self)
        _check_rules(self)
        check_serving(self.subject, "default", self.default, self.variants)
        _check_prerequisites(self)
        if self.off_variant is not None:
            check_serving(self.subject, "off_variant", self.off_variant, self.variants)

    @property
    def subject(self) -> str:
        """How messages call it."""
        return f"flag {self.key!r}"

    @property
    def draw_seed(self) -> str:
        """The seed, or the key where none was given."""
        return self.seed or self.key


def checked_flag_key(subject: str, name: str, value: Any) -> str:
    """Letters, digits and `.`, `_`, `:`, `-`; 64 at most, and not `.` or `..`. Raises InvalidDefinition.

    OpenFeature clients put the key into a path as it is: anything else would be another path.
    """
    if type(value) is not str or not _KEY.fullmatch(value) or value in {".", ".."}:
        rule = "must be letters, digits and . _ : - only, 64 at most, and neither . nor .."
        raise InvalidDefinition(subject, name, f"found {value!r}; it {rule}")
    return value


def _check_texts(it: Flag) -> None:
    for name, least in (("owner", 1), ("description", 0)):
        text = getattr(it, name)
        if type(text) is not str or not least <= len(text.strip()) <= len(text) <= _TEXT_LIMIT_CHARACTERS:
            raise InvalidDefinition(
                it.subject, name, f"must be a text of {least} to {_TEXT_LIMIT_CHARACTERS} characters"
            )
        check_text(it.subject, name, text)
    try:
        checked_unit_type(it.unit_type, "unit_type")
    except InvalidUnit as error:
        raise InvalidDefinition(it.subject, "unit_type", error.rule) from error
    if type(it.seed) is not str or not it.seed.isprintable() or len(it.seed) > _TEXT_LIMIT_CHARACTERS:
        raise InvalidDefinition(it.subject, "seed", f"must be printable, {_TEXT_LIMIT_CHARACTERS} characters at most")
    for name in ("enabled", "exposures", "is_archived"):
        if type(getattr(it, name)) is not bool:
            raise InvalidDefinition(it.subject, name, f"found {getattr(it, name)!r}, must be true or false")
    if type(it.revision) is not int or it.revision < 1:
        raise InvalidDefinition(it.subject, "revision", f"found {it.revision!r}, must be 1 or more")


def _check_variants(it: Flag) -> None:
    if not 1 <= len(it.variants) <= _VARIANT_LIMIT:
        raise InvalidDefinition(it.subject, "variants", f"found {len(it.variants)}, allowed: 1 to {_VARIANT_LIMIT}")
    for key, value in it.variants.items():
        checked_key(it.subject, "variants", key)
        check_value(it.subject, f"variants.{key}", it.value_type, value)


def _check_rules(it: Flag) -> None:
    checked_schema(it.subject, it.attributes)
    if len(it.rules) > _RULE_LIMIT:
        raise InvalidDefinition(it.subject, "rules", f"found {len(it.rules)}, allowed: {_RULE_LIMIT}")
    for index, rule in enumerate(it.rules):
        if type(rule.when) is not str or not rule.when.strip():
            raise InvalidDefinition(
                it.subject, f"rules[{index}].when", "must be a condition; `true` holds for everybody"
            )
        check_serving(it.subject, f"rules[{index}].serve", rule.serve, it.variants)


def _check_prerequisites(it: Flag) -> None:
    if len(it.prerequisites) > _PREREQUISITE_LIMIT:
        rule = f"found {len(it.prerequisites)}, allowed: {_PREREQUISITE_LIMIT}"
        raise InvalidDefinition(it.subject, "prerequisites", rule)
    for key, satisfying in it.prerequisites.items():
        checked_flag_key(it.subject, "prerequisites", key)
        if not satisfying:
            raise InvalidDefinition(it.subject, f"prerequisites.{key}", "must name the variants that satisfy")
        for variant in satisfying:
            checked_key(it.subject, f"prerequisites.{key}", variant)
