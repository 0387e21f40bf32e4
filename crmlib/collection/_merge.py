"""One record for each customer, with the provenance of every field."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from crmlib.collection._normal import comparable
from crmlib.collection._tables import (
    check_row_ids,
    frame,
    is_missing,
    nullable_dtype,
    text_dtype,
)
from crmlib.datasets import require_columns
from crmlib.errors import ContractError

Rule = Literal["newest", "most_complete", "first_source"]
_RULES = ("newest", "most_complete", "first_source")


@dataclass(frozen=True)
class Merged:
    """One record per customer, and where every field of it comes from.

    Attributes:
        customers: customer_key, the fields, sources (joined with +), n_rows and
            updated_on (the latest), sorted by key.
        provenance: customer_key, field, value, row_id, source, updated_on, rule: one
            row per field that has a value.
        conflicts: customer_key, field, n_values, values (joined with |), chosen: the
            fields for which the rows say different things in their normal form.
    """

    customers: pd.DataFrame
    provenance: pd.DataFrame
    conflicts: pd.DataFrame


def merge(
    records: pd.DataFrame,
    clusters: pd.DataFrame,
    *,
    rules: Mapping[str, Rule] | None = None,
    source_order: Sequence[str] = (),
) -> Merged:
    """Merge the records of each customer into one, by rule, with provenance.

    Args:
        records: row_id, source, updated_on and the fields to merge (all other
            columns).
        clusters: row_id and customer_key for each record, as from `match`.
        rules: field -> rule; the others follow "newest". **newest**: the value of the
            latest record that has one. **most_complete**: the longest value as
            written. **first_source**: the first source of *source_order* that has one.
            What is equal by its rule is settled by source order, then by row_id.
        source_order: sources, best first; sources not named come last.

    Returns:
        Customers, provenance and conflicts. A value is copied as it was written.

    Raises:
        ContractError: a column is missing, a ``row_id`` occurs twice or has no key.
        ValueError: a rule or the field of a rule does not exist, or "first_source" is
            asked for without an order.

    >>> records = pd.DataFrame(
    ...     {
    ...         "row_id": ["S1", "F1"],
    ...         "source": ["sales", "fair"],
    ...         "name": ["余世明", "Yu Shiming"],
    ...         "phone": ["13812345678", "13987654321"],
    ...         "updated_on": pd.to_datetime(["2023-05-01", "2025-11-14"]),
    ...     }
    ... )
    >>> clusters = pd.DataFrame(
    ...     {"row_id": ["S1", "F1"], "customer_key": ["K00001", "K00001"]}
    ... )
    >>> merged = merge(
    ...     records, clusters, rules={"name": "first_source"}, source_order=["sales"]
    ... )
    >>> merged.customers[["name", "phone", "sources"]].values.tolist()
    [['余世明', '13987654321', 'fair+sales']]
    >>> merged.conflicts[["field", "values", "chosen"]].values.tolist()
    [['phone', '13812345678 | 13987654321', '13987654321']]
    """
    rules = dict(rules or {})
    check_mergeable(records, clusters)
    fields = fields_of(records)
    _check_rules(rules, fields, source_order)
    rank = {source: i for i, source in enumerate(source_order)}
    key_of = dict(zip(clusters["row_id"], clusters["customer_key"], strict=True))
    rows = [
        {**{str(k): v for k, v in row.items()}, "key": key_of[row["row_id"]]}
        for row in records.astype(object).to_dict("records")
    ]
    # By row_id, so that ties do not depend on the order of the records.
    rows.sort(key=lambda row: (row["key"], row["row_id"]))
    customers, provenance, conflicts = [], [], []
    for key, group in itertools.groupby(rows, key=lambda row: row["key"]):
        members = list(group)
        customer: dict[str, Any] = {"customer_key": key}
        for name in fields:
            rule = rules.get(name, "newest")
            having = [row for row in members if not is_missing(row[name])]
            customer[name] = None
            if not having:
                continue
            order = _ORDER[rule]
            best = min(having, key=lambda row: order(row, name, rank))
            customer[name] = best[name]
            provenance.append(
                (
                    key,
                    name,
                    best[name],
                    best["row_id"],
                    best["source"],
                    best["updated_on"],
                    rule,
                )
            )
            said = {comparable(name, row[name]): str(row[name]) for row in having[::-1]}
            if len(said) > 1:
                conflicts.append(
                    (
                        key,
                        name,
                        len(said),
                        " | ".join(sorted(said.values())),
                        str(best[name]),
                    )
                )
        customer["sources"] = "+".join(sorted({str(row["source"]) for row in members}))
        customer["n_rows"] = len(members)
        dates = [row["updated_on"] for row in members if not pd.isna(row["updated_on"])]
        customer["updated_on"] = max(dates, default=pd.NaT)
        customers.append(customer)
    return Merged(
        customers=_customer_table(customers, records, fields),
        provenance=_dated(
            provenance,
            [
                "customer_key",
                "field",
                "value",
                "row_id",
                "source",
                "updated_on",
                "rule",
            ],
        ),
        conflicts=frame(
            conflicts,
            {
                "customer_key": "",
                "field": "",
                "n_values": 0,
                "values": "",
                "chosen": "",
            },
        ),
    )


def fields_of(records: pd.DataFrame) -> list[str]:
    return [
        str(name)
        for name in records.columns
        if name not in ("row_id", "source", "updated_on", "customer_key")
    ]


def check_mergeable(records: pd.DataFrame, clusters: pd.DataFrame) -> None:
    check_row_ids(records, "records")
    require_columns(
        records,
        {"source": "string", "updated_on": "date"},
        table_name="records",
        may_be_missing=["updated_on"],
    )
    check_row_ids(clusters, "clusters")
    require_columns(clusters, {"customer_key": "string"}, table_name="clusters")
    unknown = ~records["row_id"].isin(clusters["row_id"])
    if unknown.any():
        raise ContractError(
            f"{int(unknown.sum())} records have no customer_key in clusters",
            table="records",
            column="row_id",
            rows=records[unknown],
            remedy="match the same records that you merge",
        )


def _check_rules(
    rules: Mapping[str, str], fields: Sequence[str], source_order: Sequence[str]
) -> None:
    for name, rule in rules.items():
        if name not in fields:
            raise ValueError(
                f"rules names the field {name!r}; the records have: {', '.join(fields)}"
            )
        if rule not in _RULES:
            raise ValueError(
                f"there is no rule {rule!r} (field {name}); "
                f"there are: {', '.join(_RULES)}"
            )
        if rule == "first_source" and not source_order:
            raise ValueError(
                f"the rule first_source (field {name}) needs source_order, best first"
            )


def _age_order(row: Mapping[str, Any]) -> float:
    day = row["updated_on"]
    return float("inf") if pd.isna(day) else -float(pd.Timestamp(day).toordinal())


def _source_rank(row: Mapping[str, Any], rank: Mapping[str, int]) -> int:
    return rank.get(str(row["source"]), len(rank))


_ORDER: dict[str, Callable[[Mapping[str, Any], str, Mapping[str, int]], Any]] = {
    "newest": lambda row, name, rank: (_age_order(row), _source_rank(row, rank)),
    "most_complete": lambda row, name, rank: (
        -len(str(row[name]).strip()),
        _age_order(row),
        _source_rank(row, rank),
    ),
    "first_source": lambda row, name, rank: (_source_rank(row, rank), _age_order(row)),
}


def _customer_table(
    customers: list[dict[str, Any]], records: pd.DataFrame, fields: Sequence[str]
) -> pd.DataFrame:
    columns: dict[str, Any] = {}
    kinds = {name: records[name].dtype for name in fields}
    for name, kind in {
        "customer_key": text_dtype(),
        **kinds,
        "sources": text_dtype(),
        "n_rows": "int64",
    }.items():
        values = [row[name] for row in customers]
        # A customer without a value in a column of whole numbers or truth values.
        if any(is_missing(value) for value in values):
            kind = nullable_dtype(kind)
        columns[name] = pd.Series(values, dtype=kind)
    columns["updated_on"] = pd.to_datetime(
        pd.Series([row["updated_on"] for row in customers], dtype=object)
    )
    return pd.DataFrame(columns)


def _dated(rows: list[tuple[Any, ...]], columns: list[str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=columns, dtype=object)
    text = [name for name in columns if name not in ("updated_on", "value")]
    table = table.astype(dict.fromkeys(text, text_dtype()))
    table["updated_on"] = pd.to_datetime(table["updated_on"])
    return table
