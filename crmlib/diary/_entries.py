"""What an entry is: its columns, and what is wrong with a row that is not one."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from crmlib.diary import _tables as t
from crmlib.errors import ContractError

KINDS = ("contact", "sample", "account", "return", "payment", "invoice")
"""The six accounts: contacts, samples and materials 样品物料, the running account
往来账目 (what was delivered), returns and exchanges 退换货, payments 支付 and
invoices 发票."""
CHANNELS = ("visit", "phone", "email", "message", "letter", "fair", "shop", "web")
"""How firm and customer met."""
DIRECTIONS = ("in", "out")
"""Who began: ``in``, the customer came to us; ``out``, we went to the customer."""
OUTCOMES = (
    "reached",
    "no_answer",
    "message_left",
    "information_given",
    "order_agreed",
    "payment_promised",
    "complaint",
    "dispute",
    "refused",
    "other",
)
"""How a contact ended."""
UNREACHED = ("no_answer", "message_left")
"""Outcomes of a contact that did not reach the customer: it resets no reminder."""
WITH_AMOUNT = ("account", "return", "payment", "invoice")

ENTRY_COLUMNS = tuple(column.name for column in t.entries.c if column.name != "words")
"""The columns of every frame of entries, in their order."""
CUSTOMER_COLUMNS = tuple(c.name for c in t.customers.c if c.name != "added_at")
"""The columns of the base file 基本档案."""

GIVEN = tuple(
    name
    for name in ENTRY_COLUMNS
    if name not in ("entry_id", "recorded_at", "recorded_by", "is_withdrawn")
)
"""The columns that whoever logs may give; the rest is the diary's."""

_LONGEST = {"note": 20_000, "row_json": 10**6}
_LARGEST = 10**15  # cents; more is a slip of the keyboard
_AHEAD = dt.timedelta(hours=14)  # of UTC: the clocks on Kiritimati
_CHOICES = {
    "kind": KINDS,
    "channel": CHANNELS,
    "direction": DIRECTIONS,
    "outcome": OUTCOMES,
}


class _Wrong(Exception):
    """What is wrong with one value, in words."""


# ---------------------------------------------------------------- single values


def _text(value: Any, column: str) -> str | None:
    if not isinstance(value, str):
        raise _Wrong(f"not text but {type(value).__name__}")
    longest = _LONGEST.get(column, 500)
    if len(value) > longest:
        raise _Wrong(f"longer than {longest:,} characters")
    if "\0" in value or not (value.isascii() or _is_encodable(value)):
        raise _Wrong("not text that can be stored: it has a broken character")
    return value if value.strip() else None


def _is_encodable(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _whole(value: Any, _: str) -> int:
    if isinstance(value, bool) or not hasattr(value, "__int__"):
        raise _Wrong("not a whole number")
    try:
        number = int(value)
    except (ValueError, OverflowError, TypeError) as error:
        raise _Wrong("not a whole number") from error
    if isinstance(value, str) or number != value:
        raise _Wrong("not a whole number")
    if abs(number) > _LARGEST:
        raise _Wrong("too large to be true")
    return number


def _moment(value: Any, _: str) -> dt.datetime:
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError as error:
            raise _Wrong("not a time such as '2025-03-01 14:30'") from error
    if not isinstance(value, dt.date):
        raise _Wrong("not a time such as '2025-03-01 14:30'")
    if not isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day)
    if value.tzinfo is not None:
        raise _Wrong("a time with a zone: give the firm's own wall clock, without one")
    # A Timestamp is a datetime with nanoseconds, which no database here keeps.
    return dt.datetime(*value.timetuple()[:6], value.microsecond)


def _day(value: Any, column: str) -> dt.date:
    try:
        moment = _moment(value, column)
    except _Wrong as error:
        raise _Wrong("not a day such as '2025-03-01'") from error
    if moment.time() != dt.time():
        raise _Wrong("not a whole day: there is a time of day in it")
    return moment.date()


def _converter(column: sa.Column[Any]) -> Callable[[Any, str], Any]:
    kinds: list[tuple[type, Callable[[Any, str], Any]]] = [
        (sa.DateTime, _moment),
        (sa.Date, _day),
        (sa.Integer, _whole),
    ]
    return next((to for kind, to in kinds if isinstance(column.type, kind)), _text)


# ---------------------------------------------------------------- tables of rows


@dataclass
class Checked:
    """Rows with clean values by column, and what is wrong, place by place."""

    index: pd.Index[Any]
    columns: dict[str, list[Any]]
    problems: list[tuple[int, str, Any, str]] = field(default_factory=list)

    def bad(self) -> set[int]:
        """Return the places of the rows with a problem."""
        return {place for place, *_ in self.problems}

    def blame(self, place: int, column: str, what: str, value: Any = None) -> None:
        """Note what is wrong with one value."""
        if value is None and column in self.columns:
            value = self.columns[column][place]
        self.problems.append((place, column, value, what))

    def rows(self, places: Iterable[int]) -> list[dict[str, Any]]:
        """Return the rows at *places* as the database takes them."""
        names = list(self.columns)
        lists = list(self.columns.values())
        return [
            {name: values[place] for name, values in zip(names, lists, strict=True)}
            for place in places
        ]


def clean(
    table: pd.DataFrame,
    target: sa.Table,
    names: Sequence[str],
    *,
    extra: Sequence[str] = (),
    table_name: str,
) -> Checked:
    """Convert the values of *table* to those of the *target*'s columns *names*.

    Columns that are absent are missing throughout.

    Raises:
        ContractError: *table* is no frame, or has a column that nobody knows, or one
            twice, or lacks one that is needed.
    """
    if not isinstance(table, pd.DataFrame):
        raise ContractError(
            f"a pandas DataFrame is needed, not {type(table).__name__}",
            table=table_name,
            remedy="pass a DataFrame with one row each",
        )
    known = {name: target.c[name] for name in names}
    sources = dict.fromkeys(extra, t.entries.c.source_id)
    for column in table.columns:
        if column not in known and column not in sources:
            raise ContractError(
                "the diary has no such column, and would lose what is in it",
                table=table_name,
                column=str(column),
                remedy=f"drop or rename it; there are: {', '.join([*names, *extra])}",
            )
    if table.columns.has_duplicates:
        raise ContractError(
            "more than one column has this name",
            table=table_name,
            column=str(table.columns[table.columns.duplicated()][0]),
            remedy="keep one of them",
        )
    checked = Checked(table.index, {})
    for name, target_column in (known | sources).items():
        is_needed = name in known and not target_column.nullable
        if name not in table.columns:
            if is_needed:
                raise ContractError(
                    "the column is missing",
                    table=table_name,
                    column=name,
                    remedy="add it: it is needed for every row",
                )
            checked.columns[name] = [None] * len(table)
            continue
        convert = _converter(target_column)
        missing = table[name].isna().to_numpy()
        values: list[Any] = [None] * len(table)
        for place, value in enumerate(table[name].tolist()):
            if missing[place]:
                continue
            try:
                values[place] = convert(value, name)
            except _Wrong as wrong:
                checked.blame(place, name, str(wrong), value)
        checked.columns[name] = values
        if is_needed:
            said = checked.bad()
            for place, value in enumerate(values):
                if value is None and place not in said:
                    checked.blame(place, name, "missing")
    return checked


def check_rules(checked: Checked, *, now: dt.datetime) -> None:
    """Blame what is wrong with an entry by itself, without a look at the diary."""
    columns = checked.columns
    for name, allowed in _CHOICES.items():
        for place, value in enumerate(columns[name]):
            if value is not None and value not in allowed:
                checked.blame(place, name, f"not one of: {', '.join(allowed)}")
    limit = now + _AHEAD
    needed = ("kind", "happened_at", "amount_cents", "promised_cents", "quantity")
    lists = [columns[name] for name in (*needed, "follow_up_on")]
    for place, row in enumerate(zip(*lists, strict=True)):
        kind, happened_at, amount, promised, quantity, follow_up_on = row
        if happened_at is not None and happened_at > limit:
            checked.blame(
                place,
                "happened_at",
                f"later than the diary's clock ({now:%Y-%m-%d %H:%M} UTC): the diary "
                "holds what has happened, and follow_up_on what is to come",
            )
        if kind in WITH_AMOUNT and amount is None:
            checked.blame(place, "amount_cents", f"missing: a {kind} needs its amount")
        if kind == "contact" and amount is not None:
            checked.blame(
                place,
                "amount_cents",
                "given for a contact: money belongs to an entry of its own, and a "
                "promise in promised_cents",
            )
        for name, value in (("amount_cents", amount), ("quantity", quantity)):
            if value is not None and value < 0:
                checked.blame(place, name, "below 0: the kind says which way it goes")
        if promised is not None and promised <= 0:
            checked.blame(place, "promised_cents", "not above 0")
        if follow_up_on and happened_at and follow_up_on < happened_at.date():
            checked.blame(place, "follow_up_on", "before the entry itself")


def refuse(
    checked: Checked, table: pd.DataFrame, *, table_name: str, remedy: str
) -> None:
    """Raise a ContractError with all failing rows, if there are any."""
    if not checked.problems:
        return
    place, column, _, what = min(checked.problems, key=lambda one: one[0])
    bad = sorted(checked.bad())
    same = {p for p, c, _, w in checked.problems if (c, w) == (column, what)}
    more = len(bad) - len(same)
    if more:
        what += f" (and {more} more row{'s' * (more > 1)} with other problems)"
    first = [place, *sorted(same - {place}), *(p for p in bad if p not in same)]
    raise ContractError(
        what,
        table=table_name,
        column=column,
        rows=table.iloc[first],
        remedy=f"nothing was written; {remedy}",
    )


def problem_frame(checked: Checked) -> pd.DataFrame:
    """Return the problems as a table: row (its label), column, value, what."""
    found = sorted(checked.problems, key=lambda one: one[0])
    return pd.DataFrame(
        {
            "row": [checked.index[place] for place, *_ in found],
            "column": text_series([column for _, column, *_ in found]),
            "value": pd.Series([value for *_, value, _ in found], dtype=object),
            "what": text_series([what for *_, what in found]),
        }
    )


def as_json(row: Mapping[str, Any]) -> str:
    """Return a row of anything as JSON that a person can read."""
    plain = {
        str(key): None if pd.api.types.is_scalar(value) and pd.isna(value) else value
        for key, value in row.items()
    }
    text = json.dumps(plain, ensure_ascii=False, default=str)
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\u0000")


# ---------------------------------------------------------------- frames out

_IN_UTC = ("recorded", "corrected", "accessed", "lent", "added", "erased")


def text_series(values: Sequence[Any]) -> pd.Series[Any]:
    """Return a column of text: pandas' own text dtype, whichever version it is."""
    return pd.Series(list(values), dtype=pd.Series(["text"]).dtype)


def frame(
    rows: Sequence[Sequence[Any]], columns: Iterable[sa.Column[Any]]
) -> pd.DataFrame:
    """Make a DataFrame of database rows, with the contract's types."""
    columns = list(columns)
    lists: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(
        columns
    )
    text = pd.Series(["text"]).dtype
    made = {
        column.name: _array(column, values, text)
        for column, values in zip(columns, lists, strict=True)
    }
    return pd.DataFrame(made)


def _array(column: sa.Column[Any], values: Sequence[Any], text: Any) -> Any:
    """Return one column; not as a Series, of which a wide table is slow to make."""
    if isinstance(column.type, sa.DateTime | sa.Date):
        moments = np.array(values, dtype="datetime64[us]")
        is_utc = column.name.split("_")[0] in _IN_UTC
        return pd.DatetimeIndex(moments, tz="UTC") if is_utc else moments
    if isinstance(column.type, sa.Boolean):
        return np.array(values, dtype=bool)
    if isinstance(column.type, sa.Integer):
        if column.primary_key:
            return np.array(values, dtype=np.int64)
        return pd.array(list(values), dtype="Int64")
    if isinstance(text, np.dtype):
        return np.array(values, dtype=object)
    return pd.array(list(values), dtype=text)
