"""Writing in the diary: log, correct with history, and lose nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import pandas as pd
import sqlalchemy as sa

from crmlib.diary import _entries as e
from crmlib.diary import _tables as t
from crmlib.diary import _words
from crmlib.diary._access import Access
from crmlib.errors import ContractError, DataNotFound

_BATCH = 50_000  # rows that go to the database together
_FEW = 200  # rows for which the plain way is quick enough
_NAMES = tuple(column.name for column in t.entries.c)


class Log(Access):
    """A diary that is written in."""

    # ------------------------------------------------------------ the base file

    def add_customers(self, table: pd.DataFrame) -> None:
        """Add base files 基本档案, all or none.

        Args:
            table: one row per customer: ``customer_id`` and ``name``; if known
                ``segment, account_manager, city, phone, email, joined_on, note``.

        Raises:
            ContractError: a row is not a base file, or its customer is there already.
            AccessRefused: the user may not log.
        """
        self._demand("log", "add customers")
        names = e.CUSTOMER_COLUMNS
        checked = e.clean(table, t.customers, names, table_name="customers")
        ids = checked.columns["customer_id"]
        seen: set[str] = set()
        for place, customer_id in enumerate(ids):
            if customer_id in seen:
                checked.blame(place, "customer_id", "twice in this table")
            if customer_id is not None:
                seen.add(customer_id)
        with self._writing() as connection:
            known = _existing(connection, t.customers.c.customer_id, seen)
            for place, customer_id in enumerate(ids):
                if customer_id in known:
                    checked.blame(place, "customer_id", "in the diary already")
            e.refuse(
                checked,
                table,
                table_name="customers",
                remedy="correct these rows; a base file is changed with "
                ".correct_customer",
            )
            added = {"added_at": self._now()}
            if ids:
                rows = checked.rows(range(len(ids)))
                connection.execute(sa.insert(t.customers), [r | added for r in rows])

    def correct_customer(self, customer_id: str, *, why: str, **changes: Any) -> None:
        """Change fields of a base file; what stood there before is kept.

        Args:
            customer_id: whose.
            why: the reason, for the history.
            **changes: new values by column; None empties a field.

        Raises:
            DataNotFound: there is no such customer.
            ContractError: a new value is wrong.
            AccessRefused: the user may not correct.
        """
        self._demand("correct", "correct the base file", customer_id)
        names = [name for name in e.CUSTOMER_COLUMNS if name != "customer_id"]
        with self._writing() as connection:
            old = self._known(connection, customer_id)._asdict()
            new = _merged(old, changes, names)
            checked = e.clean(new, t.customers, names, table_name="customers")
            e.refuse(checked, new, table_name="customers", remedy="correct the value")
            after = checked.rows([0])[0]
            self._keep_history(connection, customer_id, None, old, after, why)
            where = t.customers.c.customer_id == customer_id
            connection.execute(sa.update(t.customers).where(where).values(after))

    # ------------------------------------------------------------ entries

    def log(
        self,
        *,
        customer_id: str,
        kind: str,
        happened_at: dt.datetime | dt.date | str,
        channel: str | None = None,
        direction: str | None = None,
        staff: str | None = None,
        purpose: str | None = None,
        outcome: str | None = None,
        note: str | None = None,
        item: str | None = None,
        quantity: int | None = None,
        order_id: str | None = None,
        promised_cents: int | None = None,
        amount_cents: int | None = None,
        next_step: str | None = None,
        follow_up_on: dt.date | str | None = None,
        previous_id: int | None = None,
        source_id: str | None = None,
    ) -> int:
        """Write one entry. When this returns, it is on disk.

        Args:
            customer_id: a customer with a base file.
            kind: one of `KINDS`.
            happened_at: the firm's wall clock, without a zone. When it was *recorded*
                is the diary's own clock, in UTC.
            channel: one of `CHANNELS`.
            direction: ``"in"`` (the customer came to us) or ``"out"``.
            staff: who stood for the firm.
            purpose: what it was about, in a few words.
            outcome: one of `OUTCOMES`.
            note: the summary.
            item: which goods, for a sample, a delivery or a return.
            quantity: how many.
            order_id: the order it belongs to.
            promised_cents: what the customer promised to pay.
            amount_cents: the money of an account, return, payment or invoice; never
                below 0, for the kind says which way it goes.
            next_step: what we have promised to do.
            follow_up_on: the day to come back to it.
            previous_id: the entry that this one follows: the chain.
            source_id: the name of the row it was read from. It can be logged once.

        Returns:
            The number of the entry.

        Raises:
            ContractError: a value is wrong; nothing was written.
            AccessRefused: the user may not log.

        >>> from crmlib import diary
        >>> with diary.open(":memory:") as book:
        ...     book.add_customers(pd.DataFrame({"customer_id": ["C1"], "name": ["A"]}))
        ...     book.log(customer_id="C1", kind="contact", happened_at="2025-03-01")
        1
        """
        row = {name: value for name, value in locals().items() if name in e.GIVEN}
        table = pd.DataFrame({name: _cell(value) for name, value in row.items()})
        return int(self.log_many(table).iloc[0])

    def log_many(
        self, table: pd.DataFrame, *, bad: Literal["refuse", "set_aside"] = "refuse"
    ) -> pd.Series[int]:
        """Write a table of entries, all in one go. When this returns, they are on disk.

        Args:
            table: one row per entry; columns as the arguments of `log`. Instead of
                ``previous_id`` a row may name ``previous_source_id``, in the diary or
                in this table (in an earlier row, if it is of the same day).
            bad: what happens when rows are wrong. ``"refuse"``: nothing is written.
                ``"set_aside"``: the others are written, and the wrong rows are kept
                as they are, with the reason, where `set_aside` shows them.

        Returns:
            The number of each entry, indexed by the table's own labels.

        Raises:
            ContractError: rows are wrong, and *bad* is ``"refuse"``; or a column is.
            AccessRefused: the user may not log.
        """
        if bad not in ("refuse", "set_aside"):
            raise ValueError(f"bad must be 'refuse' or 'set_aside', not {bad!r}")
        self._demand("log", "log")
        checked = self._clean_entries(table)
        with self._writing() as connection:
            self._check_links(connection, checked)
            if bad == "refuse":
                e.refuse(
                    checked,
                    table,
                    table_name="entries",
                    remedy="correct these rows (.problems lists everything), or keep "
                    "them for later with bad='set_aside'",
                )
            wrong = checked.bad()
            good = [place for place in range(len(table)) if place not in wrong]
            ids = dict(zip(good, _reserve(connection, len(good)), strict=True))
            self._link(connection, checked, ids)
            for start in range(0, len(good), _BATCH):
                batch = good[start : start + _BATCH]
                rows = checked.rows(batch)
                for place, row in zip(batch, rows, strict=True):
                    row |= self._made_by_us(row, ids[place])
                _insert(connection, rows)
            self._set_aside(connection, checked, table)
            # SQLite plans well without; its samples would outlive an erased person.
            if len(good) > _BATCH and self.dialect == "postgresql":
                connection.exec_driver_sql("ANALYZE diary_entries")
        return pd.Series(list(ids.values()), index=table.index[good], dtype="int64")

    def problems(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return everything that `log_many` would refuse, and write nothing.

        Returns:
            One row per problem: row (label in *table*), column, value, what.
        """
        self._demand("log", "check rows")
        checked = self._clean_entries(table)
        with self._reading() as connection:
            self._check_links(connection, checked)
        return e.problem_frame(checked)

    def set_aside(self) -> pd.DataFrame:
        """Return the rows that `log_many` has set aside, as they were given.

        Returns:
            set_aside_id, recorded_at (UTC), recorded_by, customer_id (where one could
            be read), what, row_json.
        """
        visible = self._may_read("rows set aside")
        query = sa.select(t.set_aside).where(visible(t.set_aside.c.customer_id))
        with self._reading() as connection:
            rows = connection.execute(query.order_by("set_aside_id")).all()
        return e.frame(rows, t.set_aside.c)

    def correct(self, entry_id: int, *, why: str, **changes: Any) -> None:
        """Change fields of an entry; what stood there before is kept.

        Args:
            entry_id: which.
            why: the reason, for the history.
            **changes: new values by column, as in `log`; None empties a field.

        Raises:
            DataNotFound: there is no such entry.
            ContractError: a new value is wrong; nothing was changed.
            AccessRefused: the user may not correct.
        """
        self._demand("correct", f"correct entry {entry_id}")
        with self._writing() as connection:
            old = _entry(connection, entry_id)
            new = _merged(old, changes, e.GIVEN)
            checked = self._clean_entries(new)
            self._check_links(connection, checked, entry_id=entry_id)
            e.refuse(checked, new, table_name="entries", remedy="correct the value")
            after = checked.rows([0])[0]
            after.pop("previous_source_id")
            self._keep_history(
                connection, after["customer_id"], entry_id, old, after, why
            )
            if after["customer_id"] != old["customer_id"]:  # the history moves along
                connection.execute(
                    sa.update(t.corrections)
                    .where(t.corrections.c.entry_id == entry_id)
                    .values(customer_id=after["customer_id"])
                )
            after["words"] = _words.index_text(after[name] for name in t.SEARCHED)
            where = t.entries.c.entry_id == entry_id
            connection.execute(sa.update(t.entries).where(where).values(after))

    def withdraw(self, entry_id: int, *, why: str) -> None:
        """Take an entry out of lists and sums. It stays in the diary, with the reason.

        Raises:
            DataNotFound: there is no such entry.
            AccessRefused: the user may not correct.
        """
        self._mark(entry_id, is_withdrawn=True, why=why)

    def restore(self, entry_id: int, *, why: str) -> None:
        """Put a withdrawn entry back.

        Raises:
            DataNotFound: there is no such entry.
            AccessRefused: the user may not correct.
        """
        self._mark(entry_id, is_withdrawn=False, why=why)

    def history(
        self, *, entry_id: int | None = None, customer_id: str | None = None
    ) -> pd.DataFrame:
        """Return what was corrected: of one entry, or in one customer's whole file.

        Returns:
            One row per field and correction, oldest first: correction_id, customer_id,
            entry_id (missing: the base file), corrected_at (UTC), corrected_by, field,
            before, after, why.

        Raises:
            DataNotFound: there is no such entry.
            AccessRefused: the user may not read that file.
        """
        if (entry_id is None) == (customer_id is None):
            raise ValueError("give either entry_id or customer_id")
        if entry_id is not None:
            customer_id = self._customer_of(entry_id)
        self._may_read("history", customer_id)
        query = sa.select(t.corrections).order_by(t.corrections.c.correction_id)
        if entry_id is not None:
            query = query.where(t.corrections.c.entry_id == entry_id)
        else:
            query = query.where(t.corrections.c.customer_id == customer_id)
        with self._reading() as connection:
            rows = connection.execute(query).all()
        return e.frame(rows, t.corrections.c)

    # ------------------------------------------------------------ how it is done

    def _mark(self, entry_id: int, *, is_withdrawn: bool, why: str) -> None:
        verb = "withdraw" if is_withdrawn else "restore"
        self._demand("correct", f"{verb} entry {entry_id}")
        with self._writing() as connection:
            old = _entry(connection, entry_id)
            new = {"is_withdrawn": is_withdrawn}
            self._keep_history(connection, old["customer_id"], entry_id, old, new, why)
            where = t.entries.c.entry_id == entry_id
            connection.execute(sa.update(t.entries).where(where).values(new))

    def _customer_of(self, entry_id: int) -> str:
        with self._reading() as connection:
            return str(_entry(connection, entry_id)["customer_id"])

    def _clean_entries(self, table: pd.DataFrame) -> e.Checked:
        checked = e.clean(
            table,
            t.entries,
            e.GIVEN,
            extra=("previous_source_id",),
            table_name="entries",
        )
        e.check_rules(checked, now=self._now())
        return checked

    def _made_by_us(self, row: dict[str, Any], entry_id: int) -> dict[str, Any]:
        """Return the columns that the diary itself fills; drop those it resolved."""
        row.pop("previous_source_id")
        return {
            "entry_id": entry_id,
            "recorded_at": self._now(),
            "recorded_by": self.user,
            "is_withdrawn": False,
            "words": _words.index_text(row[name] for name in t.SEARCHED),
        }

    def _check_links(
        self,
        connection: sa.Connection,
        checked: e.Checked,
        *,
        entry_id: int | None = None,
    ) -> None:
        """Blame what does not fit the rest of the diary, or of the table."""
        columns = checked.columns
        customers = columns["customer_id"]
        known = _existing(connection, t.customers.c.customer_id, customers)
        for place, customer_id in enumerate(customers):
            if customer_id is not None and customer_id not in known:
                checked.blame(
                    place,
                    "customer_id",
                    "not in the diary: add the base file first, with .add_customers",
                )
        sources, previous = columns["source_id"], columns["previous_source_id"]
        stored = _rows_by(connection, t.entries.c.source_id, [*sources, *previous])
        place_of: dict[str, int] = {}
        for place, source in enumerate(sources):
            if source is None:
                continue
            if source in stored and stored[source].entry_id != entry_id:
                checked.blame(place, "source_id", "logged already")
            if source in place_of:
                checked.blame(place, "source_id", "twice in this table")
            place_of.setdefault(source, place)
        by_id = _rows_by(connection, t.entries.c.entry_id, columns["previous_id"])
        bad = checked.bad()
        days = [moment and moment.date() for moment in columns["happened_at"]]
        order = sorted(range(len(days)), key=lambda p: (str(days[p]), p))
        for place in order:  # so that an earlier row's problem is known
            wanted, source = columns["previous_id"][place], previous[place]
            if wanted is None and source is None:
                continue
            column = "previous_id" if source is None else "previous_source_id"
            earlier = by_id.get(wanted) if source is None else stored.get(source)
            if wanted is not None and source is not None:
                what = "given beside previous_id: one of them is enough"
            elif earlier is not None:
                then = (earlier.customer_id, earlier.happened_at.date(), 0)
                what = _misfit(then, (customers[place], days[place], 1))
                if not what and entry_id is not None:
                    what = _circle(connection, earlier.entry_id, entry_id)
            elif source is not None and source in place_of:
                other = place_of[source]
                what = _misfit(
                    (customers[other], days[other], other),
                    (customers[place], days[place], place),
                )
                what = what or ("itself not accepted" if other in bad else "")
            else:
                what = "no such entry in the diary" + " or this table" * bool(source)
            if what:
                checked.blame(place, column, what)
                bad.add(place)

    def _link(
        self, connection: sa.Connection, checked: e.Checked, ids: dict[int, int]
    ) -> None:
        """Put the numbers of entries where their sources' names were."""
        columns = checked.columns
        previous = columns["previous_source_id"]
        stored = _rows_by(connection, t.entries.c.source_id, previous)
        here = {columns["source_id"][place]: number for place, number in ids.items()}
        for place, source in enumerate(previous):
            if source is not None and place in ids:
                known = stored.get(source)
                number = here[source] if known is None else known.entry_id
                columns["previous_id"][place] = number

    def _set_aside(
        self, connection: sa.Connection, checked: e.Checked, table: pd.DataFrame
    ) -> None:
        reasons: dict[int, list[str]] = {}
        for place, column, _, what in checked.problems:
            reasons.setdefault(place, []).append(f"{column}: {what}")
        rows = [
            {
                "recorded_at": self._now(),
                "recorded_by": self.user,
                "customer_id": checked.columns["customer_id"][place],
                "what": "; ".join(reasons[place]),
                "row_json": e.as_json(dict(table.iloc[place])),
            }
            for place in sorted(reasons)
        ]
        if rows:
            connection.execute(sa.insert(t.set_aside), rows)

    def _keep_history(
        self,
        connection: sa.Connection,
        customer_id: str,
        entry_id: int | None,
        before: dict[str, Any],
        after: dict[str, Any],
        why: str,
    ) -> None:
        if not isinstance(why, str) or not why.strip():
            raise ValueError("why must say the reason of the correction")
        shared = {
            "customer_id": customer_id,
            "entry_id": entry_id,
            "corrected_at": self._now(),
            "corrected_by": self.user,
            "why": why.strip(),
        }
        rows = [
            {"field": name, "before": _said(before[name]), "after": _said(value)}
            | shared
            for name, value in after.items()
            if before[name] != value
        ]
        if rows:
            connection.execute(sa.insert(t.corrections), rows)


# ---------------------------------------------------------------- small things


def _cell(value: Any) -> pd.Series[Any]:
    """Return one value as a column that does not change its type."""
    return pd.Series([value], dtype=object)


def _said(value: Any) -> str | None:
    return None if value is None else str(value)


def _merged(
    old: dict[str, Any], changes: dict[str, Any], names: Iterable[str]
) -> pd.DataFrame:
    names = list(names)
    for name in changes:
        if name not in names:
            raise ContractError(
                "this field cannot be corrected",
                table="correction",
                column=name,
                remedy=f"there are: {', '.join(names)}",
            )
    row = {name: changes.get(name, old[name]) for name in names}
    return pd.DataFrame({name: _cell(value) for name, value in row.items()})


def _misfit(earlier: tuple[Any, Any, int], later: tuple[Any, Any, int]) -> str:
    """Say why one entry cannot follow another: (customer, day, place in a table)."""
    if earlier[0] != later[0]:
        return "an entry of another customer"
    if earlier[1] is None or later[1] is None:
        return ""
    return "" if earlier[1:] < later[1:] else "not earlier than this entry"


def _circle(connection: sa.Connection, start: int, entry_id: int) -> str:
    """Say so when *entry_id* is among the entries that lead to *start*."""
    number: int | None = start
    while number is not None and number != entry_id:
        query = sa.select(t.entries.c.previous_id)
        number = connection.scalar(query.where(t.entries.c.entry_id == number))
    return "" if number is None else "an entry that follows this one"


def _entry(connection: sa.Connection, entry_id: int) -> dict[str, Any]:
    """Return one entry, locked against other writers."""
    query = sa.select(t.entries).where(t.entries.c.entry_id == int(entry_id))
    found = connection.execute(query.with_for_update()).first()
    if found is None:
        raise DataNotFound(
            f"The diary has no entry {entry_id}. What to do: look the number up in "
            ".timeline or .search."
        )
    return found._asdict()


def _existing(
    connection: sa.Connection, column: sa.Column[Any], values: Iterable[Any]
) -> set[Any]:
    """Return those *values* that stand in *column*."""
    return {
        value
        for some in portions(values)
        for value in connection.scalars(sa.select(column).where(column.in_(some)))
    }


def _rows_by(
    connection: sa.Connection, column: sa.Column[Any], values: Iterable[Any]
) -> dict[Any, sa.Row[Any]]:
    """Return what one must know of entries to follow them, by *column*."""
    names = ("entry_id", "source_id", "customer_id", "happened_at")
    query = sa.select(*(t.entries.c[name] for name in names))
    return {
        row._mapping[column.name]: row
        for some in portions(values)
        for row in connection.execute(query.where(column.in_(some)))
    }


def portions(values: Iterable[Any]) -> Iterable[Sequence[Any]]:
    """Cut values into lists that one statement can hold."""
    wanted = sorted({value for value in values if value is not None})
    return [wanted[i : i + 5000] for i in range(0, len(wanted), 5000)]


def _reserve(connection: sa.Connection, n: int) -> Sequence[int]:
    """Return *n* numbers, rising, that no entry has had or will have."""
    if connection.dialect.name == "sqlite":  # the writer is alone
        last = connection.exec_driver_sql(
            "SELECT max((SELECT coalesce(max(seq), 0) FROM sqlite_sequence "
            "WHERE name = 'diary_entries'), "
            "(SELECT coalesce(max(entry_id), 0) FROM diary_entries))"
        ).scalar_one()
        return range(int(last) + 1, int(last) + 1 + n)
    query = (
        "SELECT nextval(pg_get_serial_sequence('diary_entries', 'entry_id')) "
        f"FROM generate_series(1, {n})"
    )
    return [int(row[0]) for row in connection.exec_driver_sql(query)]


def _insert(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    """Write rows that have every column."""
    if len(rows) <= _FEW:
        if rows:
            connection.execute(sa.insert(t.entries), rows)
        return
    named = ", ".join(_NAMES)
    values = [[row[name] for name in _NAMES] for row in rows]
    if connection.dialect.name == "sqlite":
        for place, column in enumerate(t.entries.c):
            if isinstance(column.type, sa.DateTime | sa.Date):
                for one in values:
                    one[place] = _as_text(one[place])
        marks = ", ".join("?" * len(_NAMES))
        statement = f"INSERT INTO diary_entries ({named}) VALUES ({marks})"
        connection.exec_driver_sql(statement, list(map(tuple, values)))
        return
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY diary_entries ({named}) FROM STDIN") as copy,
    ):
        for one in values:
            copy.write_row(one)


def _as_text(value: dt.datetime | dt.date | None) -> str | None:
    """Write a time or a day as SQLAlchemy does, so that both ways of writing agree."""
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="microseconds")
    return None if value is None else value.isoformat()
