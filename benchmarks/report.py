"""The tables as Markdown, in their place in a document."""

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

BEGIN = "<!-- written by `make bench BENCH=--markdown`; edit nothing between these lines -->"
END = "<!-- end of what `make bench` wrote -->"


def markdown_of(table: Table) -> str:
    """The same cells, with the title, if there is one, above them."""
    headers = [str(column.header) for column in table.columns]
    rows = zip(*(column.cells for column in table.columns), strict=True)
    lines = [_line(headers), _line(["---"] * len(headers)), *(_line([str(cell) for cell in row]) for row in rows)]
    title = f"**{table.title}**\n\n" if table.title else ""
    return title + "\n".join(lines)


def write_into(document: Path, paragraphs: Sequence[str]) -> None:
    """Replace what is between the markers. Raises ValueError if the document has not exactly one such place."""
    text = document.read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"{document} must have one line {BEGIN!r} and after it one line {END!r}")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    document.write_text("\n\n".join([before + BEGIN, *paragraphs, END + after]))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
