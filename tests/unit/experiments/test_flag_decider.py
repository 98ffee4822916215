"""The precedence of a flag's rules, one by one and against each other; what is needed to compute it again."""

from collections.abc import Mapping
from typing import Any

import pytest

from sluice.adapters.cel_conditions import CelLanguage
from sluice.experiments.attributes import AttributeSchema, AttributeType
from sluice.experiments.conditions import Condition
from sluice.experiments.flag import Flag
from sluice.experiments.flag_context import FlagContext
from sluice.experiments.flag_decider import OFREP_REASONS, FlagDecider
from sluice.experiments.flag_decision import FailureCode, FlagDecision, FlagFailure, FlagReason, FlagResult
from sluice.experiments.flag_snapshot import decode_flag_snapshot, encode_flag_snapshot
from sluice.experiments.slots import Draw, flag_salt
from sluice.experiments.unit_state import Override
from tests.unit.experiments.flag_builders import COUNTRY, SECRET, a_decider, a_flag, a_rule, overrides, shares

GERMAN = FlagContext("user", "unit-1", {"country": "DE"})
HALF = shares(on=5000, off=5000)


def evaluate(
    *flags: Flag, context: FlagContext = GERMAN, forced: Mapping[str, Override] | None = None, key: str | None = None
) -> FlagResult:
    """The result of the first flag, or of `key`."""
    return a_decider(flags).for_asker(context, forced or {}).evaluate(key or flags[0].key)


def decided(*flags: Flag, **keywords: Any) -> FlagDecision:
    result = evaluate(*flags, **keywords)
    assert isinstance(result, FlagDecision)
    return result


def failed(*flags: Flag, **keywords: Any) -> FlagFailure:
    result = evaluate(*flags, **keywords)
    assert isinstance(result, FlagFailure)
    return result


def needing_other(**changes: Any) -> Flag:
    return a_flag(prerequisites={"other": ("on",)}, **changes)


def test_a_flag_without_rules_is_static() -> None:
    found = decided(a_flag())

    assert (found.variant, found.value, found.reason) == ("off", False, FlagReason.STATIC)


def test_a_default_after_rules_is_a_default() -> None:
    found = decided(a_flag(attributes=COUNTRY, rules=(a_rule('country == "FR"'),)))

    assert (found.variant, found.reason, found.rule) == ("off", FlagReason.DEFAULT, None)


def test_the_first_rule_that_holds_serves() -> None:
    rules = (a_rule('country == "FR"', "off"), a_rule(), a_rule("true", "off"))

    found = decided(a_flag(attributes=COUNTRY, rules=rules))

    assert (found.variant, found.reason, found.rule) == ("on", FlagReason.RULE, 1)


def test_a_rule_that_looks_at_a_missing_attribute_is_passed_over_and_counted() -> None:
    flag = a_flag(attributes=COUNTRY, rules=(a_rule(), a_rule('country != "DE"'), a_rule("true")))

    found = decided(flag, context=FlagContext("user", "unit-1"))

    assert (found.rule, found.undecided_rules) == (2, 2)


def test_an_attribute_of_another_type_counts_as_missing() -> None:
    found = decided(a_flag(attributes=COUNTRY, rules=(a_rule(),)), context=FlagContext(attributes={"country": 49}))

    assert (found.variant, found.undecided_rules) == ("off", 1)


def test_a_split_gives_the_variant_of_the_units_slot_and_says_which() -> None:
    found = decided(a_flag(default=HALF))

    slot = Draw(flag_salt("new-checkout", "new-checkout"), "user").slot_of(b"unit-1")
    assert found.slot == slot
    assert found.variant == ("on" if slot < 500_000 else "off")
    assert (found.reason, found.weight_bps, found.rule) == (FlagReason.DEFAULT_SPLIT, 5000, None)


def test_a_rules_split_uses_the_same_draw() -> None:
    by_rule = decided(a_flag(rules=(a_rule("true", HALF),)))
    by_default = decided(a_flag(default=HALF))

    assert (by_rule.reason, by_rule.rule) == (FlagReason.RULE_SPLIT, 0)
    assert (by_rule.slot, by_rule.variant) == (by_default.slot, by_default.variant)


def test_raising_a_percentage_moves_nobody_who_has_it() -> None:
    units = [f"unit-{n}" for n in range(2000)]
    on: set[str] = set()
    for weight_bps in (0, 100, 500, 5000, 10_000):
        decider = a_decider([a_flag(default=shares(on=weight_bps, off=10_000 - weight_bps))])
        now = {unit for unit in units if variant_of(decider, unit) == "on"}
        assert on <= now
        assert abs(len(now) - 2000 * weight_bps / 10_000) < 90  # four standard deviations
        on = now
    assert on == set(units)


def variant_of(decider: FlagDecider, unit: str) -> str | None:
    result = decider.for_asker(FlagContext("user", unit), {}).evaluate("new-checkout")
    assert isinstance(result, FlagDecision)
    return result.variant


def test_another_seed_is_another_draw() -> None:
    one, other = a_decider([a_flag(default=HALF)]), a_decider([a_flag(default=HALF, seed="again")])
    units = [f"unit-{n}" for n in range(1000)]

    same = sum(variant_of(one, unit) == variant_of(other, unit) for unit in units)

    assert 430 < same < 570


def test_two_flags_draw_apart() -> None:
    units = [f"unit-{n}" for n in range(1000)]
    decider = a_decider([a_flag(default=HALF), a_flag("other", default=HALF)])
    results = [decider.for_asker(FlagContext("user", unit), {}) for unit in units]

    same = sum(each.evaluate("new-checkout").slot == each.evaluate("other").slot for each in results)  # type: ignore[union-attr]

    assert same < 5


@pytest.mark.parametrize(
    ("context", "named"),
    [(FlagContext(), "names none"), (FlagContext("account", "unit-1"), "names a unit of type 'account'")],
)
def test_a_split_without_a_unit_of_its_type_fails(context: FlagContext, named: str) -> None:
    found = failed(a_flag(default=HALF), context=context)

    assert found.code is FailureCode.TARGETING_KEY_MISSING
    assert named in found.details


def test_a_flag_that_splits_nobody_needs_no_unit() -> None:
    assert decided(a_flag(), context=FlagContext()).variant == "off"


def test_the_unit_is_not_needed_where_a_rule_decides_first() -> None:
    flag = a_flag(attributes=COUNTRY, rules=(a_rule(),), default=HALF)

    assert decided(flag, context=FlagContext(attributes={"country": "DE"})).variant == "on"


def test_a_flag_that_is_off_serves_its_off_variant_whatever_else_holds() -> None:
    flag = a_flag(enabled=False, off_variant="off", rules=(a_rule("true"),))

    found = decided(flag, forced=overrides(new_checkout="on"))

    assert (found.variant, found.value, found.reason) == ("off", False, FlagReason.DISABLED)


def test_a_flag_that_is_off_without_an_off_variant_has_no_value() -> None:
    found = decided(a_flag(enabled=False))

    assert (found.variant, found.value) == (None, None)


def test_an_override_beats_prerequisites_rules_and_split() -> None:
    flag = needing_other(rules=(a_rule("true", "off"),), default=HALF)

    found = decided(flag, a_flag("other"), forced=overrides(new_checkout="on"))

    assert (found.variant, found.reason, found.slot) == ("on", FlagReason.OVERRIDE, None)


def test_an_override_of_a_variant_that_is_gone_counts_for_nothing() -> None:
    assert decided(a_flag(), forced=overrides(new_checkout="half")).reason is FlagReason.STATIC


def test_an_override_of_a_unit_of_another_type_counts_for_nothing() -> None:
    context = FlagContext("account", "unit-1")

    assert decided(a_flag(), context=context, forced=overrides(new_checkout="on")).reason is FlagReason.STATIC


@pytest.mark.parametrize("off_variant", ["off", None])
def test_an_unmet_prerequisite_beats_rules_and_is_named(off_variant: str | None) -> None:
    flag = needing_other(rules=(a_rule("true"),), off_variant=off_variant)

    found = decided(flag, a_flag("other"))

    assert (found.variant, found.reason, found.prerequisite) == (off_variant, FlagReason.PREREQUISITE, "other")


def test_a_prerequisite_is_met_by_what_the_unit_itself_gets() -> None:
    other = a_flag("other", attributes=COUNTRY, rules=(a_rule(),))
    flag = needing_other(default="on")

    assert decided(flag, other).reason is FlagReason.DEFAULT
    assert decided(flag, other, context=FlagContext("user", "unit-1")).reason is FlagReason.PREREQUISITE
    assert decided(flag, a_flag("other"), forced=overrides(other="on")).variant == "on"


def test_a_prerequisite_that_is_off_without_a_value_is_not_met() -> None:
    other = a_flag("other", default="on", enabled=False)

    assert decided(needing_other(), other).reason is FlagReason.PREREQUISITE


def test_a_prerequisite_that_fails_makes_its_dependants_fail() -> None:
    found = failed(needing_other(), a_flag("other", default=HALF), context=FlagContext())

    assert found.code is FailureCode.TARGETING_KEY_MISSING
    assert found.details.startswith("its prerequisite 'other'")
    assert found.flag.key == "new-checkout"


def test_an_unknown_flag_is_the_callers_business() -> None:
    with pytest.raises(KeyError):
        evaluate(a_flag(), key="nope")


class CountingLanguage:
    """CEL that tells what it was asked to compile, and refuses what it is told to."""

    def __init__(self, schema: AttributeSchema, refuses: str = "") -> None:
        self._language, self._refuses = CelLanguage(schema), refuses
        self.compiled: list[str] = []
        self.facts_made = 0

    def compile(self, text: str) -> Condition:
        self.compiled.append(text)
        if text == self._refuses:
            raise ValueError("no such operator any more")
        return self._language.compile(text)

    def facts(self, attributes: Mapping[str, Any]) -> Any:
        self.facts_made += 1
        return self._language.facts(attributes)


def test_conditions_are_compiled_when_first_needed_and_facts_are_made_once_per_request() -> None:
    flags = [
        a_flag("a", attributes=COUNTRY, rules=(a_rule(), a_rule("false"))),
        a_flag("b", attributes={"age": AttributeType.INT}, rules=(a_rule("age > 17"),)),
    ]
    languages: list[CountingLanguage] = []

    def language_over(schema: AttributeSchema) -> CountingLanguage:
        languages.append(CountingLanguage(schema))
        return languages[-1]

    stored = encode_flag_snapshot(flags, unit_hash_key=SECRET, number=1)
    decider = FlagDecider(decode_flag_snapshot(stored), language_over)
    (language,) = languages
    assert language.compiled == []

    for _ in range(3):
        asker = decider.for_asker(GERMAN, {})
        asker.evaluate("a")
        asker.evaluate("b")
        asker.evaluate("a")

    assert language.compiled == ['country == "DE"', "age > 17"]
    assert language.facts_made == 3


def test_a_condition_that_the_language_no_longer_takes_fails_its_flag_alone() -> None:
    flags = [a_flag("a", rules=(a_rule("true"),)), a_flag("b", rules=(a_rule("1 < 2"),))]
    stored = encode_flag_snapshot(flags, unit_hash_key=SECRET, number=1)
    decider = FlagDecider(decode_flag_snapshot(stored), lambda schema: CountingLanguage(schema, refuses="true"))

    asker = decider.for_asker(GERMAN, {})

    broken, whole = asker.evaluate("a"), asker.evaluate("b")
    assert isinstance(broken, FlagFailure)
    assert broken.code is FailureCode.GENERAL
    assert "rules[0].when" in broken.details
    assert isinstance(whole, FlagDecision)


def test_every_reason_has_a_name_that_openfeature_knows() -> None:
    from openfeature.flag_evaluation import Reason

    assert set(OFREP_REASONS) == set(FlagReason)
    assert set(OFREP_REASONS.values()) <= {each.value for each in Reason}
