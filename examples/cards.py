"""Refreshes the figures inside a hand-written model card."""

from collections.abc import Mapping

_BEGIN = "<!-- figures: written by examples/build.py -->\n"
_END = "<!-- end of figures -->"


def with_figures(card: str, figures: Mapping[str, float | str]) -> str:
    """The card with the lines between its two markers replaced by a table; raises ValueError without markers."""
    before, begin, rest = card.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"a card needs the lines {_BEGIN.strip()!r} and {_END!r}")
    rows = "".join(f"| {name.replace('_', ' ')} | {value} |\n" for name, value in figures.items())
    return f"{before}{begin}\n| Figure | Value |\n| --- | --- |\n{rows}\n{end}{after}"
