"""What a command prints: data on standard output, everything said to a person on standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

# A pipe has no width. Rich would assume 80 columns and cut cells, which no script could read.
_PIPE_WIDTH = 240


def show(document: Any, *, as_json: bool, render: Callable[[Console], None]) -> None:
    """Print the document as JSON, or let `render` print it for a person."""
    if as_json:
        print_json(document)
    else:
        render(console())


def print_json(document: Any) -> None:
    """One JSON document on standard output: indented for a terminal, one line for a pipe."""
    indent = 2 if sys.stdout.isatty() else None
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=indent) + "\n")


def console() -> Console:
    """Standard output for a person; colour only on a terminal, and never against NO_COLOR."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH, highlight=False)


def say(text: str) -> None:
    """One line for a person, on standard error."""
    sys.stderr.write(printable(text) + "\n")


def printable(text: str) -> str:
    """The text without control characters: names and reasons come from others, and could drive a terminal."""
    return "".join(each if each.isprintable() or each in "\n\t" else "\N{REPLACEMENT CHARACTER}" for each in text)


def print_plain(text: str, console: Console) -> None:
    """One line that holds what others wrote, or a command to copy: no markup, no colour, never broken."""
    console.print(printable(text), markup=False, highlight=False, soft_wrap=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Any:
    """A rich table; cells are text, never markup, because names and reasons come from users."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, show_header=any(columns))
    for row in rows:
        grid.add_row(*(Text("" if cell is None else printable(str(cell))) for cell in row))
    return grid


def progress(*, quiet: bool) -> AbstractContextManager[Progress]:
    """A progress bar on standard error, which shows only on a terminal and never when `quiet`."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    hidden = quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb"
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=hidden)
