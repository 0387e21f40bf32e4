"""How complete, fresh and consistent the records are."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Any

import pandas as pd

from crmlib.collection._merge import check_mergeable, fields_of
from crmlib.collection._normal import comparable
from crmlib.collection._tables import frame, is_missing
from crmlib.datasets import require_columns
from crmlib.purchases import parse_day


def completeness(
    table: pd.DataFrame, *, fields: Sequence[str] | None = None, by_source: bool = False
) -> pd.DataFrame:
    """Say how many rows have a value, field by field.

    Args:
        table: any table.
        fields: the columns to look at; all but row_id, source and customer_key when
            None.
        by_source: one line per source and field; needs the column ``source``.

    Returns:
        (source,) field, n_rows, n_present, share_present: of all rows, missing for a
        table without rows. Text of blanks only counts as missing.

    Raises:
        ContractError: a column is not there.

    >>> completeness(pd.DataFrame({"name": ["Yu", "Li"], "phone": ["138", None]}))
       field  n_rows  n_present  share_present
    0   name       2          2            1.0
    1  phone       2          1            0.5
    """
    outside = ("row_id", "source", "customer_key")
    names = [
        str(name)
        for name in (table.columns if fields is None else fields)
        if fields is not None or name not in outside
    ]
    needed = ["source", *names] if by_source else names
    require_columns(table, needed, table_name="table", may_be_missing=names)
    groups: list[tuple[Any, pd.DataFrame]] = [("", table)]
    if by_source:
        groups = list(table.groupby("source", sort=True))
    rows = []
    for source, part in groups:
        for name in names:
            n = len(part)
            present = sum(
                not is_missing(value) and bool(str(value).strip())
                for value in part[name].tolist()
            )
            rows.append((source, name, n, present, present / n if n else float("nan")))
    like = {
        "source": "",
        "field": "",
        "n_rows": 0,
        "n_present": 0,
        "share_present": 0.0,
    }
    report = frame(rows, like)
    return report if by_source else report.drop(columns="source")


def freshness(
    table: pd.DataFrame, *, as_of: dt.date | str, max_age_days: int = 365
) -> pd.DataFrame:
    """Say how old the rows are, source by source.

    Args:
        table: updated_on (dates), and source where there is one.
        as_of: the day to look from; rows dated later are left out.
        max_age_days: a row is fresh up to this age, in days.

    Returns:
        source ("all" where there is none), n_rows, n_dated, median_age_days,
        oldest_age_days, share_fresh (of the dated rows); sorted by source.

    Raises:
        ContractError: ``updated_on`` is not there or is no date.
        ValueError: *as_of* is no date, or *max_age_days* is below 0.

    >>> days = pd.to_datetime(["2025-12-01", "2023-12-31"])
    >>> freshness(pd.DataFrame({"updated_on": days}), as_of="2025-12-31")[
    ...     ["source", "n_rows", "median_age_days", "share_fresh"]
    ... ]
      source  n_rows  median_age_days  share_fresh
    0    all       2            380.5          0.5
    """
    today = parse_day(as_of, "as_of")
    if max_age_days < 0:
        raise ValueError(f"max_age_days must be at least 0, not {max_age_days}")
    require_columns(
        table, {"updated_on": "date"}, table_name="table", may_be_missing=["updated_on"]
    )
    sources = ["all"] * len(table)
    if "source" in table.columns:
        require_columns(table, {"source": "string"}, table_name="table")
        sources = table["source"].tolist()
    ages = (pd.Timestamp(today) - pd.to_datetime(table["updated_on"])).dt.days.tolist()
    by_source: dict[str, list[float]] = defaultdict(list)
    for source, age in zip(sources, ages, strict=True):
        if is_missing(age) or age >= 0:
            by_source[source].append(age)
    rows = []
    for source in sorted(by_source):
        dated = pd.Series(
            [a for a in by_source[source] if not is_missing(a)], dtype="float64"
        )
        rows.append(
            (
                source,
                len(by_source[source]),
                len(dated),
                float(dated.median()),
                float(dated.max()),
                float((dated <= max_age_days).mean()) if len(dated) else float("nan"),
            )
        )
    return frame(
        rows,
        {
            "source": "",
            "n_rows": 0,
            "n_dated": 0,
            "median_age_days": 0.0,
            "oldest_age_days": 0.0,
            "share_fresh": 0.0,
        },
    )


def consistency(records: pd.DataFrame, clusters: pd.DataFrame) -> pd.DataFrame:
    """Say how often the records of one customer tell the same, field by field.

    Args:
        records: as for `merge`.
        clusters: row_id and customer_key for each record.

    Returns:
        field, n_customers (with a value in two records or more), n_agreeing (all
        values equal in their normal form), share_agreeing (missing where there are
        none).

    Raises:
        ContractError: as for `merge`.

    >>> records = pd.DataFrame(
    ...     {
    ...         "row_id": ["S1", "F1"],
    ...         "source": ["sales", "fair"],
    ...         "phone": ["138-1234-5678", "+8613812345678"],
    ...         "updated_on": pd.to_datetime(["2023-05-01", "2025-11-14"]),
    ...     }
    ... )
    >>> consistency(records, records[["row_id"]].assign(customer_key="K00001"))
       field  n_customers  n_agreeing  share_agreeing
    0  phone            1           1             1.0
    """
    check_mergeable(records, clusters)
    key_of = dict(zip(clusters["row_id"], clusters["customer_key"], strict=True))
    keys = [key_of[row_id] for row_id in records["row_id"]]
    rows = []
    for name in fields_of(records):
        said: dict[str, list[Hashable]] = defaultdict(list)
        for key, value in zip(keys, records[name].tolist(), strict=True):
            if not is_missing(value):
                said[key].append(comparable(name, value))
        several = [values for values in said.values() if len(values) > 1]
        agreeing = sum(len(set(values)) == 1 for values in several)
        share = agreeing / len(several) if several else float("nan")
        rows.append((name, len(several), agreeing, share))
    return frame(
        rows, {"field": "", "n_customers": 0, "n_agreeing": 0, "share_agreeing": 0.0}
    )
