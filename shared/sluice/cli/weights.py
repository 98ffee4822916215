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


def weights_bps(text: str) -> dict[str, int]:
    """`control=20%,treatment=80%` as basis points by name. Raises typer.BadParameter."""
    weights: dict[str, int] = {}
    for part in text.split(","):
        name, separator, share = (each.strip() for each in part.partition("="))
        if not name or not separator or name in weights:
            raise typer.BadParameter(f"{text!r} is no list of shares; write control=20%,treatment=80%")
        weights[name] = weight_bps(share)
    return weights


def percent(weight: int) -> str:
    """Basis points for a person: `10 %`."""
    return f"{Decimal(weight * 100) / ALL_BPS:f} %"
