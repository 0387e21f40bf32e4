"""What a diary says when it is added up: basic, trend and association analysis.

Plain functions on a table of entries, such as `Diary.entries` returns: the course's
three uses of the diary besides looking things up. Trend: ordinary least squares.
Association: Pearson's chi-squared test of a contingency table, with Cramér's V
(Cramér 1946) and Haberman's adjusted residuals (Haberman 1973).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from crmlib.datasets import require_columns
from crmlib.errors import ContractError
from crmlib.purchases import parse_day

Frequency = Literal["week", "month", "quarter"]
_PERIODS = {"week": "W-SUN", "month": "M", "quarter": "Q"}
_NEEDED = ("customer_id", "happened_at")


@dataclass(frozen=True)
class Slope:
    """A straight line through a trend.

    Attributes:
        per_period: change of the value from one period to the next.
        low: lower end of the 95 % confidence interval of it.
        high: upper end.
        p_value: of the hypothesis that there is no trend, two-sided.
        n_periods: periods that it rests on.
    """

    per_period: float
    low: float
    high: float
    p_value: float
    n_periods: int


@dataclass(frozen=True)
class Association:
    """How two properties go together.

    Attributes:
        cells: one row per pair of values: the two, n, n_expected (if they had nothing
            to do with each other), lift (n / n_expected), residual (adjusted: about
            normal, beyond ±2 is worth a look).
        chi2: Pearson's statistic.
        dof: its degrees of freedom.
        p_value: of the hypothesis that the two have nothing to do with each other.
        cramers_v: strength from 0 (nothing) to 1 (one gives away the other).
        n_expected_min: the smallest expectation; below 5 the p-value is rough.
    """

    cells: pd.DataFrame
    chi2: float
    dof: int
    p_value: float
    cramers_v: float
    n_expected_min: float


def basic(entries: pd.DataFrame, *, by: str | Sequence[str] = "kind") -> pd.DataFrame:
    """Count entries, customers and money by one or more columns.

    Args:
        entries: one row per entry: customer_id, happened_at, the columns *by*, and
            amount_cents if there is money.
        by: columns to group by; a missing value is a group of its own.

    Returns:
        One row per group, in the order of the values: the columns *by*, n_entries,
        n_customers, first_at, last_at, amount_cents (sum).

    Raises:
        ContractError: a column is missing.

    >>> entries = pd.DataFrame(
    ...     {
    ...         "customer_id": ["C1", "C1", "C2"],
    ...         "happened_at": pd.to_datetime(["2025-01-02"] * 3),
    ...         "kind": ["contact", "invoice", "invoice"],
    ...         "amount_cents": [None, 500, 700],
    ...     }
    ... )
    >>> basic(entries)[["kind", "n_entries", "n_customers", "amount_cents"]]
          kind  n_entries  n_customers  amount_cents
    0  contact          1            1             0
    1  invoice          2            2          1200
    """
    names = [by] if isinstance(by, str) else list(by)
    table = _money(entries, names)
    groups = table.groupby(names, dropna=False, sort=True, observed=True)
    return groups.agg(
        n_entries=("customer_id", "size"),
        n_customers=("customer_id", "nunique"),
        first_at=("happened_at", "min"),
        last_at=("happened_at", "max"),
        amount_cents=("amount_cents", "sum"),
    ).reset_index()


def trend(
    entries: pd.DataFrame,
    *,
    freq: Frequency = "month",
    by: str | None = None,
    since: Any = None,
    until: Any = None,
) -> pd.DataFrame:
    """Count entries, customers and money period by period, empty periods included.

    Args:
        entries: one row per entry: customer_id, happened_at, and amount_cents if there
            is money.
        freq: week (Monday to Sunday), month or quarter.
        by: a column; each of its values gets a series of its own.
        since: day in the first period; None takes the first entry's.
        until: day in the last period; None takes the last entry's. A last period that
            is not over yet looks like a fall: cut it off.

    Returns:
        One row per period (and value of *by*, which then comes first): period_on (its
        first day), n_entries, n_customers, amount_cents.

    Raises:
        ContractError: a column is missing.
        ValueError: *freq* is not known, or *since* or *until* is no day.

    >>> entries = pd.DataFrame(
    ...     {
    ...         "customer_id": ["C1", "C2"],
    ...         "happened_at": pd.to_datetime(["2025-01-02", "2025-03-09"]),
    ...     }
    ... )
    >>> trend(entries)["n_entries"].tolist()
    [1, 0, 1]
    """
    if freq not in _PERIODS:
        raise ValueError(f"freq must be one of {', '.join(_PERIODS)}, not {freq!r}")
    names = [] if by is None else [by]
    table = _money(entries, names)
    code = _PERIODS[freq]
    first = table["happened_at"].min() if since is None else parse_day(since, "since")
    last = table["happened_at"].max() if until is None else parse_day(until, "until")
    if pd.isna(first) or pd.isna(last):
        periods = pd.period_range("2000-01-01", periods=0, freq=code)
    else:
        periods = pd.period_range(first, last, freq=code)
    table = table.assign(period_on=table["happened_at"].dt.to_period(code))
    table = table[table["period_on"].isin(periods)]
    counted = table.groupby([*names, "period_on"], observed=True).agg(
        n_entries=("customer_id", "size"),
        n_customers=("customer_id", "nunique"),
        amount_cents=("amount_cents", "sum"),
    )
    every: pd.Index[Any] = periods.rename("period_on")
    if by is not None:
        values = sorted(entries[by].dropna().unique())
        every = pd.MultiIndex.from_product([values, periods], names=[by, "period_on"])
    full = counted.reindex(every, fill_value=0).reset_index()
    return full.assign(period_on=full["period_on"].dt.to_timestamp())


def slope(table: pd.DataFrame, *, value: str = "n_entries") -> Slope:
    """Lay a straight line through one series of `trend`.

    Args:
        table: one row per period, in their order.
        value: the column.

    Returns:
        The line's slope with its 95 % interval (Student's t, so it takes the periods
        for independent: with a season in them it is too sure of itself).

    Raises:
        ContractError: the column is missing, or there are fewer than three periods.

    >>> slope(pd.DataFrame({"n_entries": [1, 3, 5, 7]})).per_period
    2.0
    """
    require_columns(table, {value: "number"}, table_name="trend")
    n = len(table)
    if n < 3:
        raise ContractError(
            f"a line needs at least three periods, and there are {n}",
            table="trend",
            column=value,
            remedy="take a longer time or shorter periods",
        )
    y = table[value].astype("float64").to_numpy()
    line = stats.linregress(np.arange(n, dtype=np.float64), y)
    half = float(stats.t.ppf(0.975, n - 2)) * float(line.stderr)
    per_period = float(line.slope)
    return Slope(
        per_period, per_period - half, per_period + half, float(line.pvalue), n
    )


def associate(table: pd.DataFrame, *, rows: str, columns: str) -> Association:
    """Set two properties of entries against each other: who, against what.

    For example segment against item (join the base file's segment to the entries
    first), or channel against outcome. Rows in which either is missing are left out.

    Args:
        table: one row per entry, or whatever is to be counted.
        rows: one column.
        columns: another.

    Returns:
        The cells with what to expect of them, and the strength of it all. Entries of
        one customer are not independent: the p-value flatters, Cramér's V does not.

    Raises:
        ContractError: a column is missing, or has fewer than two values.

    >>> table = pd.DataFrame(
    ...     {"segment": ["hotel", "hotel", "office"], "item": ["green"] * 2 + ["gift"]}
    ... )
    >>> found = associate(table, rows="segment", columns="item")
    >>> round(found.cramers_v, 6)
    1.0
    >>> found.cells[["segment", "item", "n", "lift"]]
      segment   item  n  lift
    0   hotel   gift  0   0.0
    1   hotel  green  2   1.5
    2  office   gift  1   3.0
    3  office  green  0   0.0
    """
    require_columns(
        table, [rows, columns], table_name="entries", may_be_missing=[rows, columns]
    )
    if rows == columns:
        raise ValueError(f"rows and columns must be two columns, not {rows!r} twice")
    known = table[[rows, columns]].dropna()
    counts = pd.crosstab(known[rows], known[columns])
    for name, size in zip((rows, columns), counts.shape, strict=True):
        if size < 2:
            raise ContractError(
                f"at least two values are needed, and there are {size}",
                table="entries",
                column=name,
                remedy="take more entries or another column",
            )
    n = counts.to_numpy(dtype=np.float64)
    total = n.sum()
    share_row = n.sum(axis=1, keepdims=True) / total
    share_column = n.sum(axis=0, keepdims=True) / total
    expected = share_row * share_column * total
    spread = np.sqrt(expected * (1 - share_row) * (1 - share_column))
    chi2 = float(((n - expected) ** 2 / expected).sum())
    dof = (n.shape[0] - 1) * (n.shape[1] - 1)
    cells = pd.DataFrame(
        {
            rows: np.repeat(counts.index.to_numpy(), n.shape[1]),
            columns: np.tile(counts.columns.to_numpy(), n.shape[0]),
            "n": n.ravel().astype("int64"),
            "n_expected": expected.ravel(),
            "lift": (n / expected).ravel(),
            "residual": ((n - expected) / spread).ravel(),
        }
    )
    return Association(
        cells=cells,
        chi2=chi2,
        dof=dof,
        p_value=float(stats.chi2.sf(chi2, dof)),
        cramers_v=float(np.sqrt(chi2 / total / (min(n.shape) - 1))),
        n_expected_min=float(expected.min()),
    )


def _money(entries: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return what is added up: the columns needed, and money without gaps."""
    require_columns(
        entries, [*_NEEDED, *names], table_name="entries", may_be_missing=names
    )
    table = entries[list(dict.fromkeys([*_NEEDED, *names]))]
    if "amount_cents" not in entries.columns:
        return table.assign(amount_cents=0)
    amounts = pd.to_numeric(entries["amount_cents"]).astype("Int64")
    return table.assign(amount_cents=amounts.fillna(0).astype("int64"))
