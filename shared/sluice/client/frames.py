"""Tables as columns: pandas data frames and Arrow tables. Neither is imported here: who gives one has done so."""

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sluice.client.errors import InvalidInput


def columns_of(table: Any) -> dict[str, NDArray[Any]] | None:
    """Arrays by column name, in the table's order; None for what is no table. Raises InvalidInput.

    A missing value is refused: the protocol has none. NaN in a float column is a number like any other.
    """
    if _is_a("pandas", "DataFrame", table):
        return {str(name): _series(str(name), table[name]) for name in table.columns}
    if _is_a("pyarrow", "Table", table) or _is_a("pyarrow", "RecordBatch", table):
        return {name: _arrow(name, table.column(name)) for name in table.schema.names}
    return None


def matrix_of(columns: dict[str, NDArray[Any]]) -> NDArray[Any]:
    """The columns side by side, in their order, of the one dtype that holds them all."""
    return np.column_stack(list(columns.values()))


def _is_a(package: str, kind: str, value: Any) -> bool:
    loaded = sys.modules.get(package)
    return loaded is not None and isinstance(value, getattr(loaded, kind))


def _series(name: str, series: Any) -> NDArray[Any]:
    if getattr(series, "ndim", 1) != 1:
        raise InvalidInput(f"column {name!r} is there more than once")
    if series.dtype.kind != "f" and series.isna().any():
        raise InvalidInput(f"column {name!r} has missing values, which the protocol cannot carry")
    found: NDArray[Any] = series.to_numpy()
    return found


def _arrow(name: str, column: Any) -> NDArray[Any]:
    if column.null_count:
        raise InvalidInput(f"column {name!r} has missing values, which the protocol cannot carry")
    rows = getattr(column, "combine_chunks", lambda: column)()
    size = getattr(rows.type, "list_size", None)
    if size is None:
        found: NDArray[Any] = rows.to_numpy(zero_copy_only=False)
        return found
    elements: NDArray[Any] = rows.flatten().to_numpy(zero_copy_only=False)
    return elements.reshape(len(rows), size)
