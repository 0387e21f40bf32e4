"""How a generator describes its tables: pieces of a Frictionless data package.

A family of tables is one module of `course.generator` that has

- ``TITLE``: what the family is, one sentence;
- ``SEED``: the seed of the committed files;
- ``RESOURCES``: a list of `resource` descriptors, truth tables among them;
- ``make(seed)``: the tables by name (``"company/orders"``,
  ``"truth/company/customers"``).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

# The package format this follows; `profile` values are those of its first version.
DIALECT = {"delimiter": ",", "lineTerminator": "\n", "header": True}


def field(
    name: str,
    kind: str,
    meaning: str,
    *,
    unit: str | None = None,
    required: bool = True,
    **constraints: Any,
) -> dict[str, Any]:
    """Describe one column.

    Args:
        name: the column's name.
        kind: string, integer, number, boolean or date.
        meaning: one sentence.
        unit: what one step of the number is, such as ``"cents"``.
        required: whether each row must have a value.
        constraints: minimum, maximum, enum, pattern, unique, as Frictionless has them.

    >>> field("price", "integer", "How much price matters.", minimum=1, maximum=5)[
    ...     "constraints"
    ... ]
    {'required': True, 'minimum': 1, 'maximum': 5}
    """
    described: dict[str, Any] = {"name": name, "type": kind, "description": meaning}
    if unit:
        described["unit"] = unit
    described["constraints"] = {"required": required, **constraints}
    return described


def resource(
    name: str,
    title: str,
    fields: list[dict[str, Any]],
    *,
    key: str,
    references: dict[str, tuple[str, str]] | None = None,
) -> dict[str, Any]:
    """Describe one table.

    Args:
        name: the table's name, ``"company/orders"``; a truth table's begins with
            ``"truth/"``.
        title: one sentence.
        fields: its columns, from `field`.
        key: the column that identifies a row.
        references: column -> (table, column) that its values must be found in.
    """
    schema: dict[str, Any] = {
        "fields": fields,
        "primaryKey": [key],
        "missingValues": [""],
    }
    if references:
        schema["foreignKeys"] = [
            {
                "fields": [column],
                "reference": {
                    "resource": table.replace("/", "-").replace("_", "-"),
                    "fields": [other],
                },
            }
            for column, (table, other) in references.items()
        ]
    path = name.removeprefix("truth/")
    return {
        "name": path.replace("/", "-").replace("_", "-"),
        "path": f"{path}.csv",
        "title": title,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": DIALECT,
        "schema": schema,
        "is_truth": name.startswith("truth/"),
    }


def as_csv(table: pd.DataFrame, described: dict[str, Any]) -> str:
    """Write *table* as CSV text: the columns of its schema, LF, ISO dates, no index.

    Truth values are ``true`` and ``false``, and a missing value is an empty cell.
    """
    text = {}
    for column in described["schema"]["fields"]:
        values = table[column["name"]]
        if column["type"] == "date":
            values = pd.to_datetime(values).dt.strftime("%Y-%m-%d")
        elif column["type"] == "boolean":
            values = values.map({True: "true", False: "false"})
        elif column["type"] == "integer":
            values = values.astype("Int64")
        text[column["name"]] = values
    csv: str = pd.DataFrame(text).to_csv(index=False, lineterminator="\n")
    return csv
