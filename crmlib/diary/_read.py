"""Reading the diary: timeline, search, chain, balances. Each read is logged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa

from crmlib.diary import _entries as e
from crmlib.diary import _tables as t
from crmlib.diary import _words
from crmlib.diary._access import Access
from crmlib.errors import DataNotFound
from crmlib.purchases import parse_day

Moment = dt.datetime | dt.date | str
SHOWN = tuple(t.entries.c[name] for name in e.ENTRY_COLUMNS)
_NEWEST = 5_000  # entries among which a common word is looked for first


class Read(Access):
    """A diary that is read."""

    # ------------------------------------------------------------ base files

    def customers(self) -> pd.DataFrame:
        """Return all base files one may see, by customer_id.

        Returns:
            customer_id, name, segment, account_manager, city, phone, email, joined_on,
            note, added_at (UTC).
        """
        visible = self._may_read("customers")
        query = sa.select(t.customers).where(visible(t.customers.c.customer_id))
        with self._reading() as connection:
            rows = connection.execute(query.order_by("customer_id")).all()
        return e.frame(rows, t.customers.c)

    def base_file(self, customer_id: str) -> dict[str, Any]:
        """Return one base file 基本档案: a value by column, None where it is missing.

        Raises:
            DataNotFound: there is no such customer.
            AccessRefused: the user may not read this file.
        """
        self._may_read("base file", customer_id)
        with self._reading() as connection:
            return self._known(connection, customer_id)._asdict()

    # ------------------------------------------------------------ entries

    def timeline(
        self,
        customer_id: str,
        *,
        kinds: Sequence[str] | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        limit: int | None = None,
        withdrawn: bool = False,
    ) -> pd.DataFrame:
        """Return one customer's history, oldest first.

        Args:
            customer_id: whose.
            kinds: only these of `KINDS`.
            since: only what happened then or later.
            until: only what had happened by then; a day counts as a whole.
            limit: only the latest so many.
            withdrawn: with the entries that were withdrawn.

        Returns:
            One row per entry, columns `ENTRY_COLUMNS`.

        Raises:
            DataNotFound: there is no such customer.
            AccessRefused: the user may not read this file.
        """
        self._may_read("timeline", customer_id)
        query = _chosen(kinds=kinds, since=since, until=until, withdrawn=withdrawn)
        query = query.where(t.entries.c.customer_id == customer_id)
        query = _newest_first(query, limit)
        with self._reading() as connection:
            rows = connection.execute(query).all()
            if not rows:
                self._known(connection, customer_id)
        return e.frame(rows[::-1], SHOWN)

    def entries(
        self,
        *,
        kinds: Sequence[str] | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        customers: Sequence[str] | None = None,
        withdrawn: bool = False,
    ) -> pd.DataFrame:
        """Return entries across customers, oldest first: what analyses start from.

        Args:
            kinds: only these of `KINDS`.
            since: only what happened then or later.
            until: only what had happened by then; a day counts as a whole.
            customers: only these.
            withdrawn: with the entries that were withdrawn.

        Returns:
            One row per entry, columns `ENTRY_COLUMNS`.
        """
        visible = self._may_read("entries")
        query = _chosen(kinds=kinds, since=since, until=until, withdrawn=withdrawn)
        query = query.where(visible(t.entries.c.customer_id))
        if customers is not None:
            query = query.where(t.entries.c.customer_id.in_(list(customers)))
        query = query.order_by(t.entries.c.happened_at, t.entries.c.entry_id)
        with self._reading() as connection:
            rows = connection.execute(query).all()
        return e.frame(rows, SHOWN)

    def search(
        self,
        text: str,
        *,
        customer_id: str | None = None,
        kinds: Sequence[str] | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        limit: int | None = 50,
        withdrawn: bool = False,
    ) -> pd.DataFrame:
        """Find entries by their words, newest first, in English and Chinese.

        Looks through purpose, outcome, note, item, order_id, next_step and staff.
        Case, width and accents do not matter; all words must occur.

        Args:
            text: words; ``"price list"`` in quotes must be adjacent, ``tea*`` is the
                beginning of a word. Chinese is found in any length, without blanks:
                ``红茶``, ``茶``.
            customer_id: only this customer's entries.
            kinds: only these of `KINDS`.
            since: only what happened then or later.
            until: only what had happened by then; a day counts as a whole.
            limit: at most so many; None for all.
            withdrawn: with the entries that were withdrawn.

        Returns:
            One row per entry, columns `ENTRY_COLUMNS`.

        Raises:
            ValueError: there is no word in *text*.
            AccessRefused: the user may not read.
        """
        terms = _words.terms(text)
        visible = self._may_read("search", customer_id)
        query = _chosen(kinds=kinds, since=since, until=until, withdrawn=withdrawn)
        query = query.where(visible(t.entries.c.customer_id))
        if customer_id is not None:
            query = query.where(t.entries.c.customer_id == customer_id)
        with self._reading() as connection:
            rows = _find(connection, query, terms, limit)
        return e.frame(rows, SHOWN)

    def chain(self, entry_id: int) -> pd.DataFrame:
        """Return the chain that an entry belongs to: what came of what.

        Returns:
            One row per entry, columns `ENTRY_COLUMNS` and ``step``: 0 for the first,
            1 for what follows it, and so on. Withdrawn entries are in it, for without
            them a chain would fall in two.

        Raises:
            DataNotFound: there is no such entry.
            AccessRefused: the user may not read this customer's file.
        """
        entry_id = int(entry_id)
        number, before = t.entries.c.entry_id, t.entries.c.previous_id
        with self._reading() as connection:
            of_entry = sa.select(t.entries.c.customer_id).where(number == entry_id)
            customer_id = connection.scalar(of_entry)
        if customer_id is None:
            raise DataNotFound(
                f"The diary has no entry {entry_id}. What to do: look the number up in "
                ".timeline or .search."
            )
        self._may_read("chain", customer_id)
        up = sa.select(number, before).where(number == entry_id).cte(recursive=True)
        up = up.union(sa.select(number, before).join(up, number == up.c.previous_id))
        first = sa.select(up.c.entry_id).where(
            up.c.previous_id.is_(None)
            | up.c.previous_id.not_in(sa.select(number).scalar_subquery())
        )
        down = sa.select(number, sa.literal(0).label("step")).where(number.in_(first))
        steps = down.cte(recursive=True)
        steps = steps.union(
            sa.select(number, steps.c.step + 1).join(steps, before == steps.c.entry_id)
        )
        query = sa.select(*SHOWN, steps.c.step).join(steps, number == steps.c.entry_id)
        query = query.order_by(steps.c.step, t.entries.c.happened_at, number)
        with self._reading() as connection:
            rows = connection.execute(query).all()
        found = e.frame([row[:-1] for row in rows], SHOWN)
        return found.assign(step=[int(row[-1]) for row in rows])

    # ------------------------------------------------------------ accounts

    def balances(self, *, as_of: Moment) -> pd.DataFrame:
        """Return what each customer owes: invoices less payments less returns.

        Deliveries (kind ``account``) are shown beside it and are no part of it: a
        delivery is owed when it is invoiced.

        Args:
            as_of: a day, counted as a whole, or a moment; later entries are ignored.

        Returns:
            One row per customer with money in the diary, by customer_id: customer_id,
            name, delivered_cents, invoiced_cents, returned_cents, paid_cents,
            balance_cents (above 0: the customer owes us).
        """
        visible = self._may_read("balances")
        amount = sa.func.coalesce(t.entries.c.amount_cents, 0)

        def total(kind: str) -> sa.ColumnElement[int]:
            return sa.cast(
                sa.func.sum(sa.case((t.entries.c.kind == kind, amount), else_=0)),
                sa.BigInteger(),
            )

        # Not the bare column: SQLite would follow its index from row to far-off row.
        customer = sa.func.coalesce(t.entries.c.customer_id, "")
        kinds = ("account", "invoice", "return", "payment")
        sums = (
            sa.select(
                customer.label("customer_id"), *(total(k).label(k) for k in kinds)
            )
            .where(t.entries.c.happened_at <= moment(as_of, "as_of"))
            .where(t.entries.c.kind.in_(e.WITH_AMOUNT))
            .where(t.entries.c.is_withdrawn.is_(False))
            .where(visible(t.entries.c.customer_id))
            .group_by(sa.literal_column("1"))
            .subquery()
        )
        query = (
            sa.select(
                sums.c.customer_id, t.customers.c.name, *(sums.c[k] for k in kinds)
            )
            .join(t.customers, t.customers.c.customer_id == sums.c.customer_id)
            .order_by(sums.c.customer_id)
        )
        with self._reading() as connection:
            rows = connection.execute(query).all()
        columns = list(zip(*rows, strict=True)) or [()] * 6
        names = ("delivered", "invoiced", "returned", "paid")
        money = {
            f"{name}_cents": pd.Series(list(values), dtype="int64")
            for name, values in zip(names, columns[2:], strict=True)
        }
        table = pd.DataFrame(
            {
                "customer_id": e.text_series(columns[0]),
                "name": e.text_series(columns[1]),
            }
            | money
        )
        owed = table["invoiced_cents"] - table["paid_cents"] - table["returned_cents"]
        return table.assign(balance_cents=owed)

    def running_account(self, customer_id: str, *, as_of: Moment) -> pd.DataFrame:
        """Return one customer's running account 往来账目, line by line.

        Args:
            customer_id: whose.
            as_of: a day, counted as a whole, or a moment; later entries are ignored.

        Returns:
            One row per entry with money, oldest first: happened_at, entry_id, kind,
            note, amount_cents, change_cents (what it does to the balance: an invoice
            adds, a payment or return takes away, a delivery does nothing),
            balance_cents after it.

        Raises:
            DataNotFound: there is no such customer.
            AccessRefused: the user may not read this file.
        """
        lines = self.timeline(customer_id, kinds=e.WITH_AMOUNT, until=as_of)
        sign = lines["kind"].map({"account": 0, "invoice": 1, "return": -1})
        sign = sign.fillna(-1).astype("int64")
        amount = lines["amount_cents"].astype("int64")
        table = lines[["happened_at", "entry_id", "kind", "note"]]
        return table.assign(
            amount_cents=amount,
            change_cents=amount * sign,
            balance_cents=(amount * sign).cumsum(),
        )


# ---------------------------------------------------------------- conditions


def moment(when: Moment, name: str) -> dt.datetime:
    """Return the last instant that *when* means: a day counts to its end."""
    if isinstance(when, dt.datetime) and not pd.isna(when):
        if when.tzinfo is not None:
            raise ValueError(
                f"{name} must be the firm's wall clock, without a zone, not {when!r}"
            )
        return dt.datetime(*when.timetuple()[:6], when.microsecond)
    if isinstance(when, str) and len(when) > 10:
        try:
            return moment(dt.datetime.fromisoformat(when), name)
        except ValueError as error:
            raise ValueError(
                f"{name} must be a day such as '2025-12-31' or a moment such as "
                f"'2025-12-31 18:00', without a zone, not {when!r}"
            ) from error
    return parse_day(when, name) + dt.timedelta(days=1, microseconds=-1)


def _chosen(
    *,
    kinds: Sequence[str] | None,
    since: Moment | None,
    until: Moment | None,
    withdrawn: bool,
) -> sa.Select[Any]:
    """Return the query for entries under the usual conditions."""
    query = sa.select(*SHOWN)
    if kinds is not None:
        kinds = [kinds] if isinstance(kinds, str) else list(kinds)
        for kind in kinds:
            if kind not in e.KINDS:
                raise ValueError(
                    f"kinds must be among {', '.join(e.KINDS)}, not {kind!r}"
                )
        query = query.where(t.entries.c.kind.in_(kinds))
    if since is not None:
        start = moment(since, "since")
        if start.time() == dt.time.max:  # a day counts from its beginning
            start = dt.datetime.combine(start.date(), dt.time())
        query = query.where(t.entries.c.happened_at >= start)
    if until is not None:
        query = query.where(t.entries.c.happened_at <= moment(until, "until"))
    if not withdrawn:
        query = query.where(t.entries.c.is_withdrawn.is_(False))
    return query


def _newest_first(query: sa.Select[Any], limit: int | None) -> sa.Select[Any]:
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        raise ValueError(f"limit must be a whole number of at least 1, not {limit!r}")
    order = (t.entries.c.happened_at.desc(), t.entries.c.entry_id.desc())
    return query.order_by(*order).limit(limit)


def _find(
    connection: sa.Connection,
    query: sa.Select[Any],
    terms: list[_words.Term],
    limit: int | None,
) -> Sequence[sa.Row[Any]]:
    """Run a search: the index names the candidates, LIKE sees what is adjacent."""
    if limit is not None:
        # A common word has more hits than anyone reads, and sorting them all takes
        # long. If it is common it is among the newest entries: look there first.
        of_all = sa.select(t.entries.c.happened_at)
        edge = connection.scalar(_newest_first(of_all, 1).offset(_NEWEST))
        if edge is not None:
            every = [t.entries.c.words.like(one.pattern()) for one in terms]
            recent = query.where(*every).where(t.entries.c.happened_at > edge)
            rows = connection.execute(_newest_first(recent, limit)).all()
            if len(rows) == limit:
                return rows
    if connection.dialect.name == "postgresql":
        # Left alone it takes the words apart row by row, which it believes is cheap.
        connection.exec_driver_sql("SET LOCAL enable_seqscan TO off")
    adjacent = [t.entries.c.words.like(one.pattern()) for one in terms if one.words[1:]]
    # A table of its own keeps planners from walking the diary in search of a rare word.
    found = _hits(connection, terms).cte("hits")
    found = found.prefix_with("MATERIALIZED", dialect="postgresql")
    query = query.join(found, found.c.entry_id == t.entries.c.entry_id)
    return connection.execute(_newest_first(query.where(*adjacent), limit)).all()


def _hits(connection: sa.Connection, terms: list[_words.Term]) -> sa.Select[Any]:
    """Return the query that asks the index for the entries with all words."""
    if connection.dialect.name == "sqlite":
        table = sa.table("diary_search", sa.column("rowid", sa.Integer()))
        match = sa.literal_column("diary_search").op("MATCH")
        query = sa.select(table.c.rowid.label("entry_id"))
        return query.where(match(_words.for_sqlite(terms)))
    found = sa.text(f"{t.VECTOR} @@ CAST(:wanted AS tsquery)")
    wanted = _words.for_postgresql(terms)
    return sa.select(t.entries.c.entry_id).where(found.bindparams(wanted=wanted))
