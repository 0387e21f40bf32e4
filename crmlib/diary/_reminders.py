"""Follow-ups that do not get lost, and customers who have not been heard of."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd
import sqlalchemy as sa

from crmlib.diary import _entries as e
from crmlib.diary import _tables as t
from crmlib.diary._log import portions
from crmlib.diary._read import Moment, Read, moment

_STATES = ("overdue", "today", "planned", "done")


class Reminders(Read):
    """A diary that reminds."""

    def follow_ups(self, *, as_of: Moment, done: bool = False) -> pd.DataFrame:
        """Return what is to be followed up, as things stood at a moment.

        An entry with ``follow_up_on`` asks to be followed up. What ends it depends on
        what it is:

        - ``promise`` (it has promised_cents): an entry that names it as its previous
          one, or later payments of the customer that reach the sum;
        - ``step`` (it has next_step): an entry that names it as its previous one;
        - ``reminder`` (only a day): any later contact that reached the customer, or an
          entry that names it as its previous one.

        So a call resets the reminder to call, and does not wipe out the price list we
        have promised. An attempt that did not reach the customer (`UNREACHED`) ends
        nothing, unless it follows the entry and sets a new day.

        Args:
            as_of: a day, counted as a whole, or a moment; later entries are ignored.
            done: with those that are done.

        Returns:
            One row per follow-up, earliest first: entry_id, customer_id, name, staff,
            follow_up_on, state (overdue, today, planned, done), days_overdue (0 unless
            overdue), what (promise, step, reminder), next_step, promised_cents,
            done_by (the entry that ended it; missing while it is open).

        >>> from crmlib import diary
        >>> with diary.open(":memory:") as book:
        ...     book.add_customers(pd.DataFrame({"customer_id": ["C1"], "name": ["A"]}))
        ...     number = book.log(
        ...         customer_id="C1",
        ...         kind="contact",
        ...         happened_at="2025-03-01",
        ...         next_step="send the price list",
        ...         follow_up_on="2025-03-05",
        ...     )
        ...     found = book.follow_ups(as_of="2025-03-07")
        >>> found[["state", "days_overdue", "what"]]
             state  days_overdue  what
        0  overdue             2  step
        """
        last = moment(as_of, "as_of")
        visible = self._may_read("follow-ups")
        one, later = t.entries.alias("one"), t.entries.alias("later")
        standing = (later.c.is_withdrawn.is_(False), later.c.happened_at <= last)
        is_void = (later.c.kind == "contact") & later.c.outcome.in_(e.UNREACHED)
        after = (later.c.happened_at > one.c.happened_at) | (
            (later.c.happened_at == one.c.happened_at)
            & (later.c.entry_id > one.c.entry_id)
        )
        first = (
            sa.select(later.c.entry_id)
            .where(*standing)
            .order_by(later.c.happened_at, later.c.entry_id)
            .limit(1)
        )
        chained = first.where(
            later.c.previous_id == one.c.entry_id,
            sa.not_(sa.func.coalesce(is_void, sa.false()))
            | later.c.follow_up_on.is_not(None),
        )
        reached = first.where(
            later.c.customer_id == one.c.customer_id, after, reached_customer(later)
        )
        names = ("entry_id", "customer_id", "staff", "follow_up_on", "next_step")
        query = (
            sa.select(
                *(one.c[name] for name in (*names, "promised_cents", "happened_at")),
                t.customers.c.name,
                chained.scalar_subquery().label("chained_by"),
                sa.case(
                    (
                        one.c.promised_cents.is_(None) & one.c.next_step.is_(None),
                        reached.scalar_subquery(),
                    )
                ).label("reached_by"),
            )
            .join(t.customers, t.customers.c.customer_id == one.c.customer_id)
            .where(one.c.follow_up_on.is_not(None), one.c.happened_at <= last)
            .where(one.c.is_withdrawn.is_(False), visible(one.c.customer_id))
            .order_by(one.c.follow_up_on, one.c.entry_id)
        )
        with self._reading() as connection:
            rows = connection.execute(query).all()
            promised = {r.customer_id for r in rows if r.promised_cents is not None}
            payments = _payments(connection, promised, last)
        table = pd.DataFrame(
            [_follow_up(row, payments[row.customer_id], last.date()) for row in rows],
            columns=list(_FOLLOW_UP),
        )
        table = _typed(table, _FOLLOW_UP)
        return table if done else table[table["state"] != "done"].reset_index(drop=True)

    def last_contact(self, *, as_of: Moment) -> pd.DataFrame:
        """Return when each customer was last reached, whoever began.

        Args:
            as_of: a day, counted as a whole, or a moment; later entries are ignored.

        Returns:
            One row per customer, by customer_id: customer_id, name, segment,
            last_contact_at (missing: never), days_since_last_contact, channel, staff.
        """
        last = moment(as_of, "as_of")
        visible = self._may_read("last contact")
        one = t.entries.alias("one")
        newest = (
            sa.select(one.c.entry_id)
            .where(one.c.customer_id == t.customers.c.customer_id)
            .where(one.c.is_withdrawn.is_(False), one.c.happened_at <= last)
            .where(reached_customer(one))
            .order_by(one.c.happened_at.desc(), one.c.entry_id.desc())
            .limit(1)
            .scalar_subquery()
        )
        query = (
            sa.select(
                t.customers.c.customer_id,
                t.customers.c.name,
                t.customers.c.segment,
                t.entries.c.happened_at,
                t.entries.c.channel,
                t.entries.c.staff,
            )
            .join_from(
                t.customers, t.entries, t.entries.c.entry_id == newest, isouter=True
            )
            .where(visible(t.customers.c.customer_id))
            .order_by(t.customers.c.customer_id)
        )
        with self._reading() as connection:
            rows = connection.execute(query).all()
        table = pd.DataFrame(
            [
                (*row[:4], row[3] and (last.date() - row[3].date()).days, *row[4:])
                for row in rows
            ],
            columns=list(_LAST_CONTACT),
        )
        return _typed(table, _LAST_CONTACT)

    def set_cadence(self, every_days: Mapping[str, int]) -> None:
        """Say how long a segment's customers may be left alone.

        Args:
            every_days: longest silence in days, by segment. Replaces what was set.

        Raises:
            ValueError: a number of days is not a whole number of at least 1.
            AccessRefused: the user is no clerk.
        """
        rows = _cadence(every_days)
        self._demand("keep", "set the cadence")
        with self._writing() as connection:
            connection.execute(sa.delete(t.cadence))
            if rows:
                connection.execute(sa.insert(t.cadence), rows)

    def cadence(self) -> pd.DataFrame:
        """Return how long customers may be left alone: segment, every_days."""
        with self._reading() as connection:
            query = sa.select(t.cadence).order_by(t.cadence.c.segment)
            rows = connection.execute(query).all()
        return pd.DataFrame(
            {
                "segment": e.text_series([row.segment for row in rows]),
                "every_days": pd.Series(
                    [row.every_days for row in rows], dtype="int64"
                ),
            }
        )

    def losing_touch(
        self, *, as_of: Moment, cadence: Mapping[str, int] | None = None
    ) -> pd.DataFrame:
        """Return the customers who have been left alone for too long.

        The silence counts from the last contact that reached the customer; for one
        never reached, from the day he joined, else from the day his base file was
        added. Each new contact resets it. Segments without a cadence are not watched.

        Args:
            as_of: a day, counted as a whole, or a moment; later entries are ignored.
            cadence: longest silence in days by segment; None takes what `set_cadence`
                has set.

        Returns:
            One row per customer whose silence is longer, latest first: customer_id,
            name, segment, every_days, last_contact_at (missing: never), due_on,
            days_late, follow_up_on (the next follow-up that is open, if any).
        """
        last = pd.Timestamp(moment(as_of, "as_of"))
        if cadence is None:
            rows = self.cadence()
            days = dict(zip(rows["segment"], rows["every_days"], strict=True))
        else:
            days = {row["segment"]: row["every_days"] for row in _cadence(cadence)}
        table = self.last_contact(as_of=as_of)
        base = self.customers().set_index("customer_id")
        start = base["joined_on"].fillna(base["added_at"].dt.tz_localize(None))
        start = start.reindex(table["customer_id"]).reset_index(drop=True)
        counted = table["last_contact_at"].fillna(start)
        every = table["segment"].map(days).astype("Int64")
        step = pd.to_timedelta(every.fillna(0).astype("int64"), unit="D")
        due_on = counted.dt.normalize() + step
        open_ones = self.follow_ups(as_of=as_of).groupby("customer_id")["follow_up_on"]
        found = pd.DataFrame(
            {
                "customer_id": table["customer_id"],
                "name": table["name"],
                "segment": table["segment"],
                "every_days": every,
                "last_contact_at": table["last_contact_at"],
                "due_on": due_on,
                "days_late": (last.normalize() - due_on).dt.days.astype("Int64"),
                "follow_up_on": open_ones.min().reindex(table["customer_id"]).array,
            }
        )
        late = found[(every.notna() & (found["days_late"] > 0)).astype(bool)]
        late = late.sort_values(
            ["days_late", "customer_id"], ascending=[False, True], ignore_index=True
        )
        return _typed(late, _LOSING_TOUCH)


def reached_customer(one: Any) -> sa.ColumnElement[bool]:
    """Return the condition that an entry is a contact which reached the customer."""
    was_reached = sa.or_(one.c.outcome.is_(None), one.c.outcome.not_in(e.UNREACHED))
    return sa.and_(one.c.kind == "contact", was_reached)


_FOLLOW_UP = {
    "entry_id": "int64",
    "customer_id": "text",
    "name": "text",
    "staff": "text",
    "follow_up_on": "datetime64[us]",
    "state": "text",
    "days_overdue": "int64",
    "what": "text",
    "next_step": "text",
    "promised_cents": "Int64",
    "done_by": "Int64",
}
_LAST_CONTACT = {
    "customer_id": "text",
    "name": "text",
    "segment": "text",
    "last_contact_at": "datetime64[us]",
    "days_since_last_contact": "Int64",
    "channel": "text",
    "staff": "text",
}
_LOSING_TOUCH = {
    "customer_id": "text",
    "name": "text",
    "segment": "text",
    "every_days": "int64",
    "last_contact_at": "datetime64[us]",
    "due_on": "datetime64[us]",
    "days_late": "int64",
    "follow_up_on": "datetime64[us]",
}


def _typed(table: pd.DataFrame, types: Mapping[str, str]) -> pd.DataFrame:
    """Give the columns their types, whether or not there is a row to see them by."""
    return pd.DataFrame(
        {
            name: e.text_series(table[name].tolist())
            if kind == "text"
            else pd.Series(table[name].tolist(), dtype=kind)
            for name, kind in types.items()
        }
    )


def _follow_up(
    row: Any, payments: list[tuple[dt.datetime, int, int]], today: dt.date
) -> tuple[Any, ...]:
    """Return one line of the list of follow-ups."""
    what, done_by = "reminder", row.chained_by or row.reached_by
    if row.promised_cents is not None:
        what = "promise"
        done_by = row.chained_by or _paid_by(row, payments)
    elif row.next_step is not None:
        what = "step"
    days = (today - row.follow_up_on).days
    state = "overdue" if days > 0 else "planned" if days < 0 else "today"
    return (
        row.entry_id,
        row.customer_id,
        row.name,
        row.staff,
        row.follow_up_on,
        "done" if done_by else state,
        max(days, 0) if not done_by else 0,
        what,
        row.next_step,
        row.promised_cents,
        done_by,
    )


def _paid_by(row: Any, payments: list[tuple[dt.datetime, int, int]]) -> int | None:
    """Return the payment with which the promised sum was reached."""
    paid = 0
    for happened_at, entry_id, amount in payments:
        if (happened_at, entry_id) > (row.happened_at, row.entry_id):
            paid += amount
            if paid >= row.promised_cents:
                return entry_id
    return None


def _payments(
    connection: sa.Connection, customers: set[str], last: dt.datetime
) -> Mapping[str, list[tuple[dt.datetime, int, int]]]:
    found: dict[str, list[tuple[dt.datetime, int, int]]] = defaultdict(list)
    c = t.entries.c
    query = (
        sa.select(c.customer_id, c.happened_at, c.entry_id, c.amount_cents)
        .where(c.kind == "payment", c.is_withdrawn.is_(False), c.happened_at <= last)
        .where(c.amount_cents.is_not(None))
        .order_by(c.happened_at, c.entry_id)
    )
    for some in portions(customers):
        for customer_id, *payment in connection.execute(
            query.where(c.customer_id.in_(some))
        ):
            found[customer_id].append((payment[0], payment[1], payment[2]))
    return found


def _cadence(every_days: Mapping[str, int]) -> list[dict[str, Any]]:
    for segment, days in every_days.items():
        if isinstance(days, bool) or not isinstance(days, int) or days < 1:
            raise ValueError(
                f"the cadence of {segment!r} must be a whole number of days of at "
                f"least 1, not {days!r}"
            )
    return [{"segment": s, "every_days": d} for s, d in every_days.items()]
