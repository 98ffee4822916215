"""Evaluating flags, by rules in this order.

| rule | reason | the unit gets | OFREP's reason |
|---|---|---|---|
| 1 the flag is switched off | DISABLED | the off variant; without one no value: the client's default | DISABLED |
| 2 somebody forced a variant for this unit | OVERRIDE | that variant | TARGETING_MATCH |
| 3 a prerequisite gives the unit another variant than is needed | PREREQUISITE | as in 1 | DEFAULT |
| 4 the condition of a rule holds, the first in order | RULE | the rule's variant | TARGETING_MATCH |
| 4 and the rule serves a split | RULE_SPLIT | the variant of the unit's slot | SPLIT |
| 5 no rule holds | DEFAULT | the default variant | DEFAULT |
| 5 the flag has no rules and no prerequisites | STATIC | the default variant | STATIC |
| 5 and the default is a split | DEFAULT_SPLIT | the variant of the unit's slot | SPLIT |

A rule that depends on a missing attribute does not hold. A forced variant that the flag no longer has counts for
nothing. A split without a unit of the flag's type fails, TARGETING_KEY_MISSING; so does a flag whose prerequisite
fails. OFREP's UNKNOWN is never given.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sluice.experiments.attributes import AttributeFilter
from sluice.experiments.conditions import LanguageOver
from sluice.experiments.facts import Facts
from sluice.experiments.flag_context import FlagContext
from sluice.experiments.flag_decision import FailureCode, FlagDecision, FlagFailure, FlagReason, FlagResult
from sluice.experiments.flag_serving import Serving, Split
from sluice.experiments.flag_snapshot import FlagSnapshot
from sluice.experiments.prepared_flag import PreparedFlag
from sluice.experiments.unit_state import Override

OFREP_REASONS: Mapping[FlagReason, str] = MappingProxyType(
    {
        FlagReason.DISABLED: "DISABLED",
        FlagReason.OVERRIDE: "TARGETING_MATCH",
        FlagReason.PREREQUISITE: "DEFAULT",
        FlagReason.RULE: "TARGETING_MATCH",
        FlagReason.RULE_SPLIT: "SPLIT",
        FlagReason.STATIC: "STATIC",
        FlagReason.DEFAULT: "DEFAULT",
        FlagReason.DEFAULT_SPLIT: "SPLIT",
    }
)
"""What an OpenFeature client is told; the exact reason goes with it as metadata."""


class FlagDecider:
    """A snapshot of all flags, prepared."""

    def __init__(self, snapshot: FlagSnapshot, language_over: LanguageOver) -> None:
        language = language_over(snapshot.attributes)
        self.snapshot = snapshot
        self.flags = {key: PreparedFlag(flag, language) for key, flag in snapshot.flags.items()}
        self._attributes = AttributeFilter(snapshot.attributes)
        self._language = language

    def for_asker(self, context: FlagContext, overrides: Mapping[str, Override]) -> "FlagEvaluation":
        """All flags for one asker; `overrides` are the unit's, by subject."""
        facts = Facts(context.attributes, self._attributes, self._language)
        return FlagEvaluation(self.flags, context, overrides=overrides, facts=facts)


def override_subject(key: str) -> str:
    """What overrides of a flag are stored under."""
    return f"flag:{key}"


class FlagEvaluation:
    """One asker: each flag is evaluated once, however many others need it."""

    def __init__(
        self,
        flags: Mapping[str, PreparedFlag],
        context: FlagContext,
        *,
        overrides: Mapping[str, Override],
        facts: Facts,
    ) -> None:
        self._flags, self._context, self._overrides, self._facts = flags, context, overrides, facts
        self._results: dict[str, FlagResult] = {}

    def evaluate(self, key: str) -> FlagResult:
        """The result of a flag of the snapshot. Raises KeyError for any other."""
        result = self._results.get(key)
        if result is None:
            result = self._results[key] = self._evaluate(self._flags[key])
        return result

    def _evaluate(self, prepared: PreparedFlag) -> FlagResult:
        flag = prepared.flag
        if not flag.enabled:
            return FlagDecision(flag, flag.off_variant, FlagReason.DISABLED)
        forced = self._forced(prepared)
        if forced is not None:
            return FlagDecision(flag, forced, FlagReason.OVERRIDE)
        return self._unmet(prepared) or self._by_rules(prepared)

    def _forced(self, prepared: PreparedFlag) -> str | None:
        override = self._overrides.get(override_subject(prepared.flag.key))
        is_ours = override is not None and prepared.flag.unit_type == self._context.unit_type
        return override.variant if override and is_ours and override.variant in prepared.flag.variants else None

    def _unmet(self, prepared: PreparedFlag) -> FlagResult | None:
        flag = prepared.flag
        for key, satisfying in flag.prerequisites.items():
            result = self.evaluate(key)
            if isinstance(result, FlagFailure):
                return FlagFailure(flag, result.code, f"its prerequisite {key!r}: {result.details}")
            if result.variant not in satisfying:
                return FlagDecision(flag, flag.off_variant, FlagReason.PREREQUISITE, prerequisite=key)
        return None

    def _by_rules(self, prepared: PreparedFlag) -> FlagResult:
        undecided = 0
        for index, rule in enumerate(prepared.flag.rules):
            try:
                holds = prepared.condition(index).holds(self._facts.get())
            except ValueError as error:
                # It was checked when it was written: the language has changed since. Better no answer than another.
                return FlagFailure(prepared.flag, FailureCode.GENERAL, f"rules[{index}].when: {error}")
            if holds:
                return self._serve(prepared, rule.serve, rule=index, undecided=undecided)
            undecided += holds is None
        return self._serve(prepared, prepared.flag.default, rule=None, undecided=undecided)

    def _serve(self, prepared: PreparedFlag, serving: Serving, *, rule: int | None, undecided: int) -> FlagResult:
        flag = prepared.flag
        if isinstance(serving, Split):
            return self._draw(prepared, serving, rule=rule, undecided=undecided)
        is_static = not flag.rules and not flag.prerequisites
        fallen_back = FlagReason.STATIC if is_static else FlagReason.DEFAULT
        reason = fallen_back if rule is None else FlagReason.RULE
        return FlagDecision(flag, serving, reason, rule, undecided_rules=undecided)

    def _draw(self, prepared: PreparedFlag, split: Split, *, rule: int | None, undecided: int) -> FlagResult:
        flag, unit_id = prepared.flag, self._context.unit_id
        if unit_id is None or flag.unit_type != self._context.unit_type:
            named = "none" if unit_id is None else f"a unit of type {self._context.unit_type!r}"
            details = f"it splits units of type {flag.unit_type!r}, the context names {named}"
            return FlagFailure(flag, FailureCode.TARGETING_KEY_MISSING, details)
        slot = prepared.draw.slot_of(unit_id.encode())
        share = split.share_at(slot)
        reason = FlagReason.DEFAULT_SPLIT if rule is None else FlagReason.RULE_SPLIT
        return FlagDecision(flag, share.variant, reason, rule, slot, share.weight_bps, undecided_rules=undecided)
