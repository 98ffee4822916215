"""An inference record as one line for a person."""

from collections.abc import Mapping
from typing import Any

from sluice.cli.output import printable

_COLUMNS = (("AT", 23), ("STATUS", 6), ("VERSION", 7), ("FUNCTION", 8), ("REASON", 16), ("MS", 9))

_ID_WIDTH = 36

HEADER = " ".join(f"{name:<{width}}" for name, width in (*_COLUMNS, ("PREDICTION", _ID_WIDTH))) + " EXPERIMENT=VARIANT"


def record_line(record: Mapping[str, Any]) -> str:
    """When, outcome, who answered and why, how long it took, the prediction's id, the unit's variants, the error.

    Fixed widths, because with --follow nobody knows how wide the next record will be.
    """
    cells = (
        str(record.get("at", ""))[:23],
        record.get("status", ""),
        record.get("model_version", "-"),
        record.get("function_version", ""),
        record.get("reason", "-"),
        f"{record.get('LatencyMs', 0):.3f}",
    )
    line = " ".join(f"{cell!s:<{width}}" for cell, (_, width) in zip(cells, _COLUMNS, strict=True))
    error = record.get("error")
    why = f"{error['class']}: {error['message']}" if error else ""
    rest = " ".join(filter(None, (record.get("prediction_id", ""), _variants(record), why)))
    return printable(f"{line} {rest}".replace("\n", " "))


def _variants(record: Mapping[str, Any]) -> str:
    """`checkout=treatment`, or the reason where an experiment gave no variant: `checkout=(HOLDOUT)`."""
    assignments = record.get("assignments") or ()
    return " ".join(f"{it['experiment']}={it['variant'] or '(' + it['reason'] + ')'}" for it in assignments)
