"""`sluice experiment size`: how many units and days an experiment needs, or what it can find with those there are."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.analysis.proportion import ProportionFormula
from sluice.catalog.alias import ALL_BPS
from sluice.cli.options import AsJson
from sluice.cli.output import show, table
from sluice.cli.weights import weight_bps

if TYPE_CHECKING:
    from rich.console import Console

    from sluice.analysis.metric import Metric
    from sluice.analysis.power import SampleSize

Baseline = Annotated[str | None, typer.Option(help="The control's share (10%), or its mean.", metavar="NUMBER")]
Mde = Annotated[str | None, typer.Option(help="The difference to find: 1% is one percentage point.", metavar="NUMBER")]
MdeRelative = Annotated[str | None, typer.Option(help="The same as a share of the baseline.", metavar="NUMBER")]
Units = Annotated[int | None, typer.Option(help="Or: all the units there are, to learn what they can find.")]
StdDev = Annotated[float | None, typer.Option(help="The metric is a mean, with this standard deviation.")]
Formula = Annotated[ProportionFormula, typer.Option(help="The formula for shares.")]
Alpha = Annotated[float, typer.Option(help="Chance of a false alarm over all arms, two-sided.")]
Power = Annotated[float, typer.Option(help="Chance of finding the difference in one arm.")]
Arms = Annotated[int, typer.Option(help="Arms, the control among them.")]
Split = Annotated[
    int | None, typer.Option(help="The control's share, 50%; else all arms alike.", parser=weight_bps, metavar="SHARE")
]
CupedR2 = Annotated[float, typer.Option(help="Squared correlation of the metric with its covariate.")]
ClusterSize = Annotated[float | None, typer.Option(help="Units that are assigned together.")]
Icc = Annotated[float | None, typer.Option(help="Intraclass correlation of such units.")]
Sequential = Annotated[bool, typer.Option("--sequential", help="Read always-valid, as often as you like.")]
TunedFor = Annotated[int, typer.Option(help="Units of two arms at which the sequence is narrowest.")]
DailyUnits = Annotated[float | None, typer.Option(help="New eligible units a day, to plan the days.")]
Coverage = Annotated[int | None, typer.Option(help="How many of them enter; 100%.", parser=weight_bps, metavar="SHARE")]


def size(  # noqa: PLR0913 - a command's arguments are its options
    *,
    baseline: Baseline = None,
    mde: Mde = None,
    mde_relative: MdeRelative = None,
    units: Units = None,
    std_dev: StdDev = None,
    formula: Formula = ProportionFormula.UNPOOLED,
    alpha: Alpha = 0.05,
    power: Power = 0.8,
    arms: Arms = 2,
    split: Split = None,
    cuped_r2: CupedR2 = 0.0,
    cluster_size: ClusterSize = None,
    icc: Icc = None,
    sequential: Sequential = False,
    tuned_for: TunedFor = 5_000,
    daily_units: DailyUnits = None,
    coverage: Coverage = None,
    as_json: AsJson = False,
) -> None:
    """Size an experiment: units per arm, and days, to find --mde or --mde-relative; or what --units can find."""
    from sluice.analysis.duration import planned_days
    from sluice.analysis.power import detectable_difference, sample_size
    from sluice.analysis.power_design import PowerDesign

    level = None if baseline is None else _number("--baseline", baseline, is_share=std_dev is None)
    difference = _difference(level, mde=mde, mde_relative=mde_relative, units=units, is_mean=std_dev is not None)
    metric, clusters = _metric(level, std_dev, formula), _clusters(cluster_size, icc)
    design = PowerDesign(alpha, power, arms, _share(split), cuped_r2, *clusters, tuned_for if sequential else None)
    if units is not None:
        difference = detectable_difference(metric, units, design)
    found = sample_size(metric, difference, design)
    enter = 1.0 if coverage is None else coverage / ALL_BPS
    days = None if daily_units is None else planned_days(found.total_units, daily_units=daily_units, coverage=enter)
    document = _document(found, level, days)
    show(document, as_json=as_json, render=partial(_render, document))


def _share(weight: int | None) -> float | None:
    return None if weight is None else weight / ALL_BPS


def _clusters(size: float | None, icc: float | None) -> tuple[float, float]:
    """Raises typer.BadParameter for one without the other, which would count for nothing."""
    if (size is None) != (icc is None):
        raise typer.BadParameter("--cluster-size and --icc need each other")
    return (1.0, 0.0) if size is None or icc is None else (size, icc)


def _metric(baseline: float | None, std_dev: float | None, formula: ProportionFormula) -> "Metric":
    from sluice.analysis.metric import Mean
    from sluice.analysis.proportion import Proportion

    if std_dev is not None:
        return Mean(std_dev)
    if baseline is None:
        raise typer.BadParameter("needed for a share; a mean needs --std-dev instead", param_hint="--baseline")
    return Proportion(baseline, formula)


def _difference(
    baseline: float | None, *, mde: str | None, mde_relative: str | None, units: int | None, is_mean: bool
) -> float:
    """What is asked for; 0 if that is the question itself. Raises typer.BadParameter."""
    if sum(each is not None for each in (mde, mde_relative, units)) != 1:
        raise typer.BadParameter("give exactly one of --mde, --mde-relative and --units")
    if mde is not None:
        return _number("--mde", mde, is_share=not is_mean)
    if mde_relative is None:
        return 0.0
    if baseline is None:
        raise typer.BadParameter("needs a --baseline to be relative to", param_hint="--mde-relative")
    return baseline * _number("--mde-relative", mde_relative, is_share=True)


def _number(option: str, text: str, *, is_share: bool) -> float:
    """`0.1`, or for a share also `10%`. Raises typer.BadParameter."""
    if text.endswith("%") and not is_share:
        rule = "a mean has no percentage points; a share of the baseline is --mde-relative"
        raise typer.BadParameter(f"{text!r}: {rule}", param_hint=option)
    try:
        number = float(text.removesuffix("%"))
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no number", param_hint=option) from error
    return number / 100 if text.endswith("%") else number


def _document(found: "SampleSize", baseline: float | None, days: int | None) -> dict[str, Any]:
    design = found.design
    return {
        "formula": found.formula,
        "baseline": baseline,
        "mde": found.difference,
        "mde_relative": found.difference / baseline if baseline else None,
        "alpha": design.alpha,
        "alpha_per_comparison": design.alpha_per_comparison,
        "power": design.power,
        "arms": design.arms,
        "even_arm_units": round(found.even_arm_units, 1),
        "factors": [{"name": each.name, "value": each.value, "formula": each.formula} for each in found.factors],
        "control_units": found.control_units,
        "treatment_units": found.treatment_units,
        "total_units": found.total_units,
        "days": days,
        "cautions": list(found.cautions),
    }


def _render(document: dict[str, Any], console: "Console") -> None:
    relative = document["mde_relative"]
    beside = "" if relative is None else f", {relative:+.2%} of the baseline {document['baseline']:g}"
    console.print(f"To find a difference of {document['mde']:+.6g}{beside}")
    console.print(f"with power {document['power']:g} and alpha {document['alpha_per_comparison']:g} per comparison:")
    rows = [("units per arm, even split", f"{document['even_arm_units']:,.1f}", document["formula"])]
    rows += [(f"times {each['name']}", f"{each['value']:.4f}", each["formula"]) for each in document["factors"]]
    rows.append(("control", f"{document['control_units']:,}", "whole units"))
    rows.append(("each treatment", f"{document['treatment_units']:,}", f"of {document['arms'] - 1}"))
    rows.append(("in all", f"{document['total_units']:,}", ""))
    if document["days"] is not None:
        rows.append(("days", f"{document['days']:,}", "until the last unit enters; its outcome may take longer"))
    console.print(table(["What", "Number", "How"], rows))
    for caution in document["cautions"]:
        console.print(f"Caution: {caution}.")
