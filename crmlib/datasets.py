"""The course's tables, loaded by name and checked against their schema.

The tables are plain CSV files beside a Frictionless Data Package
(``datapackage.json``) that gives each column a type, a unit, a meaning and limits.
`load` finds them from wherever a notebook runs, in this order:

1. the folder that the environment variable ``CRM_DATA`` names (an absolute path);
2. ``_datasets`` inside the installed package;
3. ``datasets`` beside the package, as in the repository and in a student's kit.

The working folder plays no part: a notebook that is graded somewhere else reads the
same data.
"""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

import crmlib
from crmlib.errors import ContractError, DataNotFound

__all__ = [
    "check",
    "describe",
    "in_yuan",
    "load",
    "names",
    "require_columns",
    "truth",
]

_PACKAGE = "datapackage.json"
_TRUTH = "truth/"
_IN_WORDS = {
    "string": "text",
    "integer": "whole numbers",
    "number": "numbers",
    "boolean": "true or false",
    "date": "dates",
}
_NEEDED = {
    kind: f"{words} {'is' if kind in ('string', 'boolean') else 'are'}"
    for kind, words in _IN_WORDS.items()
}
_HOW_TO_CONVERT = {
    "string": ".astype(str)",
    "integer": ".astype('int64'), or 'Int64' when values are missing",
    "number": "pandas.to_numeric",
    "boolean": ".astype(bool)",
    "date": "pandas.to_datetime",
}


def names() -> list[str]:
    """List the tables that `load` knows, sorted.

    >>> "company/orders" in names()
    True
    """
    return sorted(_resources(_root(), truth=False))


def load(name: str) -> pd.DataFrame:
    """Read the table *name* and check it against its schema.

    Args:
        name: such as ``"company/orders"``; `names` lists them all.

    Returns:
        One row per record, shape (rows, columns of the schema). Dates are datetime64,
        whole numbers int64 (Int64 where values may be missing), text is pandas' text
        dtype, and money is in cents (100 = 1 yuan).

    Raises:
        DataNotFound: no table of that name, or its file is missing.
        ContractError: the file breaks the schema; the failing rows are in ``.rows``.

    >>> load("company/orders")[["order_id", "customer_id", "amount_cents"]].shape[1]
    3
    """
    return _read(_root(), name, truth=False)


def truth(name: str) -> pd.DataFrame:
    """Read what was planted in the table *name*: the truth behind the data.

    Args:
        name: the name of the table the truth belongs to, ``"company/customers"``.

    Returns:
        The truth table, checked against its own schema.

    Raises:
        DataNotFound: there is no truth here (a student's kit has none) or none of
            that name.
        ContractError: the file breaks its schema.

    >>> "marketing_type" in truth("company/customers").columns
    True
    """
    return _read(_root(), name, truth=True)


def describe(name: str) -> pd.DataFrame:
    """Explain the columns of the table *name*.

    Args:
        name: such as ``"company/orders"``, or ``"truth/company/customers"``.

    Returns:
        One row per column of the table: ``column``, ``type``, ``unit`` (empty when it
        has none), ``meaning``.

    Raises:
        DataNotFound: no table of that name.

    >>> describe("company/orders").columns.tolist()
    ['column', 'type', 'unit', 'meaning']
    """
    is_truth = name.startswith(_TRUTH)
    resource = _resource(_root(), name.removeprefix(_TRUTH), truth=is_truth)
    fields = resource["schema"]["fields"]
    return pd.DataFrame(
        {
            "column": [field["name"] for field in fields],
            "type": [field["type"] for field in fields],
            "unit": [field.get("unit", "") for field in fields],
            "meaning": [field.get("description", "") for field in fields],
        }
    )


def in_yuan(table: pd.DataFrame) -> pd.DataFrame:
    """Return *table* with its money in yuan, to be looked at.

    Columns that end in ``_cents`` are divided by 100 and renamed; calculate with the
    cents, which are exact.

    >>> in_yuan(pd.DataFrame({"customer_id": ["C1"], "amount_cents": [12_345]}))
      customer_id  amount_yuan
    0          C1       123.45
    """
    money = [str(name) for name in table.columns if str(name).endswith("_cents")]
    shown = table.assign(**{name: table[name] / 100 for name in money})
    return shown.rename(
        columns={name: name.removesuffix("cents") + "yuan" for name in money}
    )


def check(table: pd.DataFrame, name: str, *, references: bool = False) -> None:
    """Check that *table* keeps the schema of the table *name*.

    Columns beyond the schema are allowed, and so is any order of columns and rows.

    Args:
        table: the table to check; it is not changed.
        name: whose schema to use, such as ``"company/orders"``.
        references: also check that foreign keys point at rows that exist. This loads
            the tables referred to.

    Raises:
        ContractError: at the first column that breaks the schema, with all its
            failing rows.
        DataNotFound: no table of that name.

    >>> orders = load("company/orders").head(3)
    >>> check(orders, "company/orders")
    >>> broken = orders.assign(channel=["shop", "fax", "shop"])
    >>> try:
    ...     check(broken, "company/orders")
    ... except ContractError as error:
    ...     error.column, error.rows.index.tolist()
    ('channel', [1])
    """
    root = _root()
    is_truth = name.startswith(_TRUTH)
    resource = _resource(root, name.removeprefix(_TRUTH), truth=is_truth)
    _check_schema(table, resource["schema"], name)
    if references:
        for key in resource["schema"].get("foreignKeys", []):
            _check_reference(root, table, key, name)


def require_columns(
    table: pd.DataFrame,
    columns: Mapping[str, str] | Iterable[str],
    *,
    table_name: str,
    may_be_missing: Iterable[str] = (),
) -> None:
    """Check that *table* has the *columns* that a function needs.

    The primitive behind every contract in the library. A table without rows passes
    when its columns are there.

    Args:
        table: the table a function was given; it is not changed.
        columns: names of columns, or a mapping of name to type: ``"string"``,
            ``"integer"``, ``"number"``, ``"boolean"`` or ``"date"``.
        table_name: what to call the table in a message, such as ``"orders"``.
        may_be_missing: columns in which single values may be missing.

    Raises:
        ContractError: a column is absent, of another type, or has missing values.

    >>> orders = pd.DataFrame({"customer_id": ["C1", "C2"], "amount_cents": [5, None]})
    >>> try:
    ...     require_columns(
    ...         orders,
    ...         {"customer_id": "string", "amount_cents": "number"},
    ...         table_name="orders",
    ...     )
    ... except ContractError as error:
    ...     print(error)
    Table orders, column amount_cents: 1 value is missing.
    Where: row 1: (missing).
    What to do: fill in or drop these rows.
    """
    if not isinstance(table, pd.DataFrame):
        raise ContractError(
            f"a pandas DataFrame is needed, not {type(table).__name__}",
            table=table_name,
            remedy="pass a DataFrame, such as one from crmlib.datasets.load",
        )
    types = columns if isinstance(columns, Mapping) else dict.fromkeys(columns, "")
    optional = set(may_be_missing)
    for column, kind in types.items():
        if column not in table.columns:
            raise _absent(table, column, table_name, wanted=types)
        values = table[column]
        if isinstance(values, pd.DataFrame):
            raise ContractError(
                "more than one column has this name",
                table=table_name,
                column=column,
                remedy="keep one of them",
            )
        if kind:
            _check_type(table, column, kind, table_name)
        if column not in optional:
            _fail_where(
                values.isna(),
                table,
                column,
                table_name,
                "missing",
                remedy="fill in or drop these rows",
            )


# ---------------------------------------------------------------- finding the files


def _root() -> Path:
    """Return the folder that holds the data package."""
    if given := os.environ.get("CRM_DATA"):
        folder = Path(given).expanduser()
        if not folder.is_absolute():
            raise DataNotFound(
                f"CRM_DATA is {given!r}, a relative path, which would mean another "
                "folder in every notebook. Set it to an absolute path."
            )
        if not (folder / _PACKAGE).is_file():
            raise DataNotFound(
                f"CRM_DATA names the folder {folder}, and there is no {_PACKAGE} in "
                "it. Set CRM_DATA to the folder that holds the data sets, or unset it."
            )
        return folder
    package = Path(str(crmlib.__file__)).resolve().parent
    candidates = [package / "_datasets", package.parent / "datasets"]
    for folder in candidates:
        if (folder / _PACKAGE).is_file():
            return folder
    looked = " and ".join(str(folder) for folder in candidates)
    raise DataNotFound(
        f"The course's data are not here: looked for {_PACKAGE} in {looked}. Copy the "
        "folder 'datasets' of the course beside 'crmlib', or set the environment "
        "variable CRM_DATA to the folder that holds it."
    )


def _resources(root: Path, *, truth: bool) -> dict[str, dict[str, Any]]:
    """Return the resources of the package by name: their path without the suffix."""
    folder = root / _TRUTH if truth else root
    path = folder / _PACKAGE
    if not path.is_file():
        raise DataNotFound(
            f"There are no truth tables here ({folder} has no {_PACKAGE}). A student's "
            "kit comes without them: finding out is the exercise. Instructors have "
            "them in the course's repository."
        )
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
        return {
            resource["path"].removesuffix(".csv"): resource
            for resource in package["resources"]
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataNotFound(
            f"{path} is not a readable data package ({type(error).__name__}: {error}). "
            "Restore the file from the course's repository or kit."
        ) from error


def _resource(root: Path, name: str, *, truth: bool) -> dict[str, Any]:
    known = _resources(root, truth=truth)
    if name in known:
        return known[name]
    kind = "truth table" if truth else "table"
    close = difflib.get_close_matches(str(name), known, n=3, cutoff=0.5)
    close += [other for other in known if other.split("/")[-1] == name]
    hint = (
        f"Did you mean {' or '.join(dict.fromkeys(close))}?"
        if close
        else f"There are: {', '.join(sorted(known))}."
    )
    raise DataNotFound(f"There is no {kind} called {name!r}. {hint}")


# ---------------------------------------------------------------- reading


def _read(root: Path, name: str, *, truth: bool) -> pd.DataFrame:
    resource = _resource(root, name, truth=truth)
    folder = root / _TRUTH if truth else root
    path = folder / resource["path"]
    if not path.is_file():
        raise DataNotFound(
            f"The table {name} should be in {path}, and that file is not there. "
            "Restore it from the course's repository or kit, or make the data again "
            "with: crm-course datasets"
        )
    called = _TRUTH + name if truth else name
    schema = resource["schema"]
    try:
        # Only an empty cell is missing: a customer may well be called "NA".
        raw = pd.read_csv(
            path, dtype=str, keep_default_na=False, na_values=[""], encoding="utf-8"
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeError) as error:
        raise ContractError(
            f"the file {path.name} cannot be read as CSV: {str(error).strip()}",
            table=called,
            remedy="restore the file from the course's repository or kit",
        ) from error
    columns = {}
    wanted = [field["name"] for field in schema["fields"]]
    for field in schema["fields"]:
        if field["name"] not in raw.columns:
            raise _absent(raw, field["name"], called, wanted=wanted)
        columns[field["name"]] = _typed(raw, field, called)
    table = pd.DataFrame(columns)
    _check_schema(table, schema, called)
    return table


def _typed(raw: pd.DataFrame, field: dict[str, Any], table_name: str) -> Any:
    """Convert one column of text to the type of its field."""
    column, kind = field["name"], field["type"]
    text = raw[column]
    present = text.notna()
    required = field.get("constraints", {}).get("required", False)
    if kind == "string":
        return text
    if kind == "date":
        values = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
        bad = present & values.isna()
    elif kind == "boolean":
        values = text.map({"true": True, "false": False, "True": True, "False": False})
        bad = present & values.isna()
        if not bad.any():
            values = values.astype("boolean")
    else:
        values = pd.to_numeric(text, errors="coerce")
        bad = present & values.isna()
        if kind == "integer":
            bad |= present & ~text.str.fullmatch(r"-?\d+", na=False).astype(bool)
            if not bad.any():
                values = values.astype("Int64")
        else:
            values = values.astype("float64")
    _fail_where(
        bad,
        raw,
        column,
        table_name,
        f"not {_IN_WORDS[kind]}",
        remedy="correct these values in the file"
        + (", written YYYY-MM-DD" if kind == "date" else ""),
    )
    if required and present.all():
        plain = {"integer": "int64", "boolean": "bool"}.get(kind)
        return values.astype(plain) if plain else values
    return values


# ---------------------------------------------------------------- checking


def _check_schema(table: pd.DataFrame, schema: dict[str, Any], name: str) -> None:
    fields = schema["fields"]
    required = {
        field["name"]
        for field in fields
        if field.get("constraints", {}).get("required", False)
    }
    require_columns(
        table,
        {field["name"]: field["type"] for field in fields},
        table_name=name,
        may_be_missing=[f["name"] for f in fields if f["name"] not in required],
    )
    for field in fields:
        _check_constraints(table, field, name)
    key = schema.get("primaryKey", [])
    key = [key] if isinstance(key, str) else list(key)
    if key:
        column = key[0] if len(key) == 1 else None
        twice = table.duplicated(subset=key, keep=False)
        if twice.any():
            raise ContractError(
                f"{_count(int(twice.sum()), 'row')} share "
                f"{'a key' if column is None else 'an identifier'} ({', '.join(key)}) "
                "with another row",
                table=name,
                column=column,
                rows=table[twice],
                remedy="each record must appear once: drop or correct the others",
            )


def _check_constraints(table: pd.DataFrame, field: dict[str, Any], name: str) -> None:
    column, rules = field["name"], field.get("constraints", {})
    values = table[column]
    if rules.get("unique"):
        _fail_where(
            values.notna() & values.duplicated(keep=False),
            table,
            column,
            name,
            "not unique",
            remedy="each value may appear once: drop or correct the others",
        )
    unit = f" {field['unit']}" if "unit" in field else ""
    for rule, word in (("minimum", "below"), ("maximum", "above")):
        if rule in rules:
            limit = rules[rule]
            bound = pd.Timestamp(limit) if field["type"] == "date" else limit
            beyond = values < bound if rule == "minimum" else values > bound
            _fail_where(beyond, table, column, name, f"{word} {limit}{unit}")
    if "enum" in rules:
        allowed = rules["enum"]
        _fail_where(
            values.notna() & ~values.isin(allowed),
            table,
            column,
            name,
            "not one of the allowed values",
            remedy=f"allowed are: {', '.join(map(str, allowed))}",
        )
    if "pattern" in rules and len(table):
        fits = values.astype(object).map(str).str.fullmatch(rules["pattern"])
        _fail_where(
            values.notna() & ~fits.astype(bool),
            table,
            column,
            name,
            f"not of the form {rules['pattern']}",
        )


def _check_reference(
    root: Path, table: pd.DataFrame, key: dict[str, Any], name: str
) -> None:
    """Check one foreign key. Its keys are lists or single names, as the spec allows."""
    own = key["fields"] if isinstance(key["fields"], str) else key["fields"][0]
    reference = key["reference"]
    other = reference["fields"]
    other = other if isinstance(other, str) else other[0]
    if not reference["resource"]:
        known, target = table, name
    else:
        target = _name_of(root, reference["resource"])
        known = _read(root, target, truth=False)
    _fail_where(
        table[own].notna() & ~table[own].isin(known[other]),
        table,
        own,
        name,
        f"not in {target}, column {other}",
        remedy=f"correct these values, or add the missing records to {target}",
    )


def _name_of(root: Path, resource: str) -> str:
    """Return the table's name for a resource's name: company-orders, company/orders."""
    for name, known in _resources(root, truth=False).items():
        if known["name"] == resource:
            return name
    raise DataNotFound(
        f"A foreign key points at {resource!r}, which {_PACKAGE} does not list. "
        "Make the data again with: crm-course datasets"
    )


def _check_type(table: pd.DataFrame, column: str, kind: str, table_name: str) -> None:
    values = table[column]
    dtype = values.dtype
    if not len(values) and pd.api.types.is_object_dtype(dtype):
        return  # an empty table says nothing about its types
    is_bool = pd.api.types.is_bool_dtype(dtype)
    if kind == "date":
        right = pd.api.types.is_datetime64_any_dtype(dtype)
    elif kind == "boolean":
        right = is_bool
    elif kind == "integer":
        right = pd.api.types.is_integer_dtype(dtype)
    elif kind == "number":
        right = pd.api.types.is_numeric_dtype(dtype) and not is_bool
    elif kind == "string":
        # Text may be pandas' str, string, object or a category; object may hold
        # anything, so look.
        text = values.dropna()
        if pd.api.types.is_object_dtype(dtype) or dtype == "category":
            right = all(isinstance(value, str) for value in text.unique())
        else:
            right = pd.api.types.is_string_dtype(dtype)
    else:
        known = ", ".join(_IN_WORDS)
        raise ValueError(f"unknown type {kind!r} for column {column}; known: {known}")
    if not right:
        raise ContractError(
            f"{_NEEDED[kind]} needed here, and the column is {dtype}",
            table=table_name,
            column=column,
            rows=table.head(0),
            remedy=f"convert the column with {_HOW_TO_CONVERT[kind]}",
        )
    if kind == "date":
        clock = values.notna() & (values != values.dt.normalize())
        _fail_where(
            clock,
            table,
            column,
            table_name,
            "not a whole day: there is a time of day in it",
            remedy="cut the time off with .dt.normalize()",
        )


def _fail_where(
    bad: pd.Series[bool],
    table: pd.DataFrame,
    column: str,
    table_name: str,
    what: str,
    *,
    remedy: str = "correct or drop these rows",
) -> None:
    """Raise a ContractError with the rows where *bad* is true, if there are any."""
    failing = bad.fillna(False).astype(bool).to_numpy()
    n = int(failing.sum())
    if n:
        raise ContractError(
            f"{_count(n, 'value')} {'is' if n == 1 else 'are'} {what}",
            table=table_name,
            column=column,
            rows=table[failing],
            remedy=remedy,
        )


def _absent(
    table: pd.DataFrame, column: str, table_name: str, *, wanted: Iterable[str]
) -> ContractError:
    """Return the error for a missing column, with the likely one among the others."""
    have = [str(other) for other in table.columns]
    others = [name for name in have if name not in set(wanted)]
    close = [name for name in others if name and column.startswith(name)]
    close += difflib.get_close_matches(column, others, n=1, cutoff=0.6)
    hint = f"is it {close[0]}" if close else f"there are: {', '.join(have) or 'none'}"
    return ContractError(
        "the column is missing",
        table=table_name,
        column=column,
        remedy=f"add it or rename a column ({hint})",
    )


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}" + ("" if n == 1 else "s")
