"""What the judge said, as a table: each guardrail's verdict, its numbers, and how far it is from certain."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sluice.cli.output import table

_COLUMNS = ("Guardrail", "Verdict", "Interval", "Evidence", "Why")


def verdict_table(judgements: Iterable[Mapping[str, Any]]) -> Any:
    """One line per guardrail, from the documents of judgements."""
    return table(_COLUMNS, map(_cells, judgements))


def _cells(judgement: Mapping[str, Any]) -> Sequence[str]:
    numbers = judgement["numbers"]
    return judgement["guardrail"], str(judgement["verdict"]), _interval(numbers), _evidence(numbers), judgement["why"]


def _interval(numbers: Mapping[str, float]) -> str:
    if "ratio_low" in numbers:
        high = f"{numbers['ratio_high']:.2f}" if "ratio_high" in numbers else "∞"
        return f"ratio {numbers['ratio']:.2f} in [{numbers['ratio_low']:.2f}, {high}]"
    if "difference_low" in numbers:
        ends = f"[{numbers['difference_low']:.3g}, {numbers['difference_high']:.3g}]"
        return f"difference {numbers['difference']:.3g} in {ends}"
    if "psi" in numbers:
        return f"PSI {numbers['psi']:.3f}, limit {numbers['psi_limit']:.3f}"
    return ""


def _evidence(numbers: Mapping[str, float]) -> str:
    """The e-value and the one that ends it."""
    prefix = "absolute_" if "e_value" not in numbers and "absolute_e_value" in numbers else ""
    if f"{prefix}e_value" not in numbers:
        return ""
    return f"{numbers[f'{prefix}e_value']:.3g} of {numbers[f'{prefix}threshold']:.3g}"
