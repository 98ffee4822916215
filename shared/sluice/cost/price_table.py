"""A dated table of list prices, kept as data beside this file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Price:
    """`usd` per what `per` says; `tiers` are (up to this many units in a month, usd), the last one without an end."""

    per: str
    usd: float
    source: str
    verified: bool = True
    tiers: tuple[tuple[float, float], ...] = ()

    def of(self, units: float) -> float:
        """US dollars for so many units in one month, tier by tier."""
        if not self.tiers:
            return units * self.usd
        spent, begin = 0.0, 0.0
        for end, usd in self.tiers:
            spent += max(0.0, min(units, end) - begin) * usd
            begin = end
        return spent


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices by name, of one region and month."""

    region: str
    as_of: str
    prices: Mapping[str, Price]

    def __getitem__(self, name: str) -> Price:
        """The price. Raises KeyError."""
        return self.prices[name]


def load_prices(region: str = REGION) -> PriceTable:
    """The table that ships with this version. Raises FileNotFoundError for a region that has none."""
    text = files("sluice.cost").joinpath("prices", f"{region}.toml").read_text()
    return prices_from(tomllib.loads(text))


def prices_from(document: Mapping[str, Any]) -> PriceTable:
    """The table in a parsed document."""
    entries = {name: entry for name, entry in document.items() if isinstance(entry, dict)}
    return PriceTable(document["region"], document["as_of"], {name: _price(it) for name, it in entries.items()})


def _price(entry: Mapping[str, Any]) -> Price:
    tiers = tuple((float(end), float(usd)) for end, usd in entry.get("tiers", ()))
    return Price(entry["per"], entry["usd"], entry["source"], entry.get("verified", True), tiers)
