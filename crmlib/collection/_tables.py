"""Tables: the exports of several sources under each other, and small tools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from crmlib.datasets import require_columns
from crmlib.errors import ContractError

FIELDS = ("name", "phone", "email", "company", "address", "city")
"""The fields that `stack` knows and `match` compares."""


def stack(
    tables: Mapping[str, pd.DataFrame], *, columns: Mapping[str, Mapping[str, str]]
) -> pd.DataFrame:
    """Put the exports of several sources under each other, with common column names.

    Args:
        tables: source -> its table; each has a column ``row_id``, unique over all
            sources.
        columns: source -> {column of the source: common name}. Common names are name,
            phone, email, company, address, city and updated_on (a date); other columns
            are left out.

    Returns:
        One row per row of the sources, in the order given: row_id, source, name,
        phone, email, company, address, city, updated_on. What a source does not have
        is missing.

    Raises:
        ContractError: a column is missing, a ``row_id`` occurs twice, a date is none.
        ValueError: a source without columns, or a common name that does not exist.

    >>> sales = pd.DataFrame({"row_id": ["S1"], "who": ["余世明"], "tel": ["87654321"]})
    >>> fair = pd.DataFrame({"row_id": ["F1"], "card": ["Yu Shiming"]})
    >>> stack(
    ...     {"sales": sales, "fair": fair},
    ...     columns={
    ...         "sales": {"who": "name", "tel": "phone"},
    ...         "fair": {"card": "name"},
    ...     },
    ... )[["row_id", "source", "name"]]
      row_id source        name
    0     S1  sales         余世明
    1     F1   fair  Yu Shiming
    """
    known = (*FIELDS, "updated_on")
    parts = []
    for source, table in tables.items():
        if source not in columns:
            raise ValueError(
                f"columns says nothing about the source {source!r}: give it as "
                "{column of the source: common name}"
            )
        mapping = columns[source]
        if wrong := [name for name in mapping.values() if name not in known]:
            raise ValueError(
                f"{wrong[0]!r} is no common name; there are: {', '.join(known)}"
            )
        kinds = {
            column: "date" if name == "updated_on" else "string"
            for column, name in mapping.items()
        }
        require_columns(table, {"row_id": "string"}, table_name=source)
        require_columns(table, kinds, table_name=source, may_be_missing=kinds)
        part = pd.DataFrame({"row_id": table["row_id"].astype(object)})
        part["source"] = source
        for name in known:
            part[name] = None
        for column, name in mapping.items():
            part[name] = table[column].astype(object)
        parts.append(part)
    names = ["row_id", "source", *known]
    if parts:
        stacked = pd.concat(parts, ignore_index=True)[names]
    else:
        stacked = pd.DataFrame(columns=names, dtype=object)
    stacked = stacked.astype(dict.fromkeys(names[:-1], text_dtype()))
    stacked["updated_on"] = pd.to_datetime(stacked["updated_on"])
    check_row_ids(stacked, "stacked sources")
    return stacked


def text_dtype() -> Any:
    """Return the text dtype of this pandas: str in 3, object in 2."""
    return pd.Series(["text"]).dtype


def check_row_ids(table: pd.DataFrame, table_name: str) -> None:
    require_columns(table, {"row_id": "string"}, table_name=table_name)
    twice = table["row_id"].duplicated(keep=False)
    if twice.any():
        raise ContractError(
            f"{int(twice.sum())} rows share a row_id with another row",
            table=table_name,
            column="row_id",
            rows=table[twice],
            remedy="give every row of every source a row_id of its own",
        )


def frame(rows: Iterable[Sequence[Any]], like: Mapping[str, Any]) -> pd.DataFrame:
    """Make a frame whose columns have the types of *like*, also without rows."""
    table = pd.DataFrame(list(rows), columns=list(like))
    kinds: dict[type, Any] = {str: text_dtype(), int: "int64", float: "float64"}
    return table.astype({name: kinds[type(kind)] for name, kind in like.items()})


def nullable_dtype(kind: Any) -> Any:
    if pd.api.types.is_bool_dtype(kind):
        return "boolean"
    return "Int64" if pd.api.types.is_integer_dtype(kind) else kind


def is_missing(value: Any) -> bool:
    return value is None or bool(pd.isna(value))
