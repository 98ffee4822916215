"""Shares of traffic as people write them."""

from decimal import Decimal, InvalidOperation

import typer

from sluice.catalog.alias import ALL_BPS


def weight_bps(text: str) -> int:
    """`10%`, `0.25%` or `1000bps` as basis points; the range is AWS's to judge. Raises typer.BadParameter."""
    number, factor = (text.removesuffix("%"), ALL_BPS // 100) if text.endswith("%") else (text.removesuffix("bps"), 1)
    try:
        weight = Decimal(number) * factor
    except InvalidOperation as error:
        raise typer.BadParameter(f"{text!r} is no share; write 10% or 1000bps") from error
    if number == text or not weight.is_finite() or weight != weight.to_integral_value():
        raise typer.BadParameter(f"{text!r} is no whole number of basis points; write 10%, 0.25% or 1000bps")
    return int(weight)


def percent(weight: int) -> str:
    """Basis points for a person: `10 %`."""
    return f"{Decimal(weight * 100) / ALL_BPS:f} %"
