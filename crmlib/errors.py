"""Errors that say what is wrong, where, and what to do.

Everything that `crmlib` raises on purpose is a `CrmError`, and also the built-in error
that fits, so that ``except ValueError`` keeps working:

- `DataNotFound`: a file or a table that is not there;
- `ContractError`: a table that breaks its contract. It carries the failing rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

__all__ = ["ContractError", "CrmError", "DataNotFound"]

_SHOWN = 5


class CrmError(Exception):
    """Base of all errors that `crmlib` raises on purpose."""


class DataNotFound(CrmError, FileNotFoundError):
    """A data file or a named table is not there. The message says where to look.

    >>> isinstance(DataNotFound("no such table"), FileNotFoundError)
    True
    """


class ContractError(CrmError, ValueError):
    """A table breaks its contract.

    Args:
        what: what is wrong, as a sentence without a full stop.
        table: the name of the table.
        column: the column at fault; None when it is the table as a whole.
        rows: the failing rows with their index as in the table, shape (k, columns).
        remedy: what to do about it, as a sentence without a full stop.

    Attributes:
        table: the name of the table.
        column: the column at fault, or None.
        rows: the failing rows as a DataFrame; empty when no row is to blame.

    >>> rows = pd.DataFrame({"amount_cents": [-5, -700]}, index=[3, 8])
    >>> error = ContractError(
    ...     "2 values are below 0",
    ...     table="orders",
    ...     column="amount_cents",
    ...     rows=rows,
    ...     remedy="correct or drop these rows",
    ... )
    >>> print(error)
    Table orders, column amount_cents: 2 values are below 0.
    Where: row 3: -5; row 8: -700.
    What to do: correct or drop these rows.
    >>> error.rows.index.tolist()
    [3, 8]
    """

    table: str
    column: str | None
    rows: pd.DataFrame

    def __init__(
        self,
        what: str,
        *,
        table: str,
        column: str | None = None,
        rows: pd.DataFrame | None = None,
        remedy: str = "",
    ) -> None:
        self.what = what
        self.table = table
        self.column = column
        self.rows = pd.DataFrame() if rows is None else rows.copy()
        self.remedy = remedy
        place = f"Table {table}" + (f", column {column}" if column else "")
        lines = [f"{place}: {what}."]
        if len(self.rows):
            lines.append(f"Where: {_where(self.rows, column)}.")
        if remedy:
            lines.append(f"What to do: {remedy}.")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[Callable[..., ContractError], tuple[Any, ...]]:
        # Without this a process pool could not hand the error back: pickle would call
        # the class with the finished message alone.
        parts = (self.what, self.table, self.column, self.rows, self.remedy)
        return _rebuild, parts


def _rebuild(
    what: str, table: str, column: str | None, rows: pd.DataFrame, remedy: str
) -> ContractError:
    return ContractError(what, table=table, column=column, rows=rows, remedy=remedy)


def _where(rows: pd.DataFrame, column: str | None) -> str:
    """Name the first failing rows and, for one column, their values."""
    shown = rows.head(_SHOWN)
    if column in rows.columns:
        values = shown[column].tolist()
        places = [
            f"row {label}: {_show(value)}"
            for label, value in zip(shown.index, values, strict=True)
        ]
    else:
        places = [f"row {label}" for label in shown.index]
    if len(rows) > _SHOWN:
        places.append(f"and {len(rows) - _SHOWN} more in .rows")
    return "; ".join(places)


def _show(value: Any) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return "(missing)"
    if isinstance(value, pd.Timestamp) and value == value.normalize():
        return str(value.date())
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else text[:37] + "..."
