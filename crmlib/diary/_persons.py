"""What the law lets one person ask for: everything about them, and to be forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from crmlib.diary import _entries as e
from crmlib.diary import _tables as t
from crmlib.diary import _words
from crmlib.diary._access import Access

KEPT = e.WITH_AMOUNT
"""The kinds of entries that bookkeeping keeps when a person is erased."""
_EMPTIED = (
    "purpose",
    "outcome",
    "note",
    "next_step",
    "follow_up_on",
    "promised_cents",
    "source_id",
)
_WHY_KEPT = (
    "invoices, payments, returns and deliveries are kept for bookkeeping, with their "
    "dates, goods, amounts and order numbers, under a pseudonym that nothing in the "
    "diary leads back from"
)


@dataclass(frozen=True)
class Erased:
    """What erasing one person has done, and what it could not do.

    Attributes:
        pseudonym: the customer_id under which the kept entries stand now.
        n_erased: entries that are gone.
        n_kept: entries that are kept for bookkeeping, emptied of words.
        why_kept: why, in words.
        mentions: entries of *other* customers in which the person's name occurs: for
            somebody to read and correct.
        left_to_do: what a program cannot do, in sentences.
    """

    pseudonym: str
    n_erased: int
    n_kept: int
    why_kept: str
    mentions: tuple[int, ...]
    left_to_do: tuple[str, ...]

    def __str__(self) -> str:
        lines = [
            f"Erased {self.n_erased} entries and the base file; kept {self.n_kept} as "
            f"{self.pseudonym}: {self.why_kept}.",
            *(f"Left to do: {sentence}" for sentence in self.left_to_do),
        ]
        return "\n".join(lines)


class Persons(Access):
    """A diary that answers the person it is about."""

    def export_person(self, customer_id: str) -> dict[str, Any]:
        """Return everything the diary holds on one person. For a clerk to do.

        GDPR art. 15 and 20, PIPL art. 45 (access, portability).

        Returns:
            A dict for JSON: base_file, entries (also withdrawn ones), corrections,
            set_aside, loans, access (who has read the file).

        Raises:
            DataNotFound: there is no such customer.
            AccessRefused: the user is no clerk.
        """
        self._demand("keep", "export person", customer_id, is_logged=True)
        tables = {
            "entries": t.entries,
            "corrections": t.corrections,
            "set_aside": t.set_aside,
            "loans": t.loans,
            "access": t.access,
        }
        with self._reading() as connection:
            base = self._known(connection, customer_id)._asdict()
            found: dict[str, Any] = {"base_file": _plain(base)}
            for name, table in tables.items():
                query = sa.select(*(c for c in table.c if c.name != "words"))
                query = query.where(table.c.customer_id == customer_id)
                rows = connection.execute(query.order_by(*table.primary_key))
                found[name] = [_plain(row._asdict()) for row in rows]
        return found

    def erase_person(self, customer_id: str, *, why: str) -> Erased:
        """Forget one person, but for what bookkeeping must keep. For a clerk to do.

        GDPR art. 17 (with 17 (3) (b): a legal duty to keep), PIPL art. 47. Contacts,
        samples, the base file, the history of corrections and rows set aside go.
        Invoices, payments, returns and deliveries stay under a pseudonym, without
        their words; the access log keeps that somebody read, under the pseudonym.
        On disk the erased bytes of a SQLite diary are overwritten. A teaching tool,
        not legal advice.

        Args:
            customer_id: whom.
            why: the reason, such as "asked on 2025-03-01"; it is kept, so it must not
                name the person.

        Returns:
            What was done, what was kept and why, and what is left to do.

        Raises:
            DataNotFound: there is no such customer.
            AccessRefused: the user is no clerk.
        """
        if not isinstance(why, str) or not why.strip():
            raise ValueError("why must say the reason of the erasure")
        self._demand("keep", "erase person", customer_id, is_logged=True)
        one = t.entries.c.customer_id == customer_id
        is_kept = t.entries.c.kind.in_(KEPT)
        count = sa.select(sa.func.count()).select_from(t.entries)
        with self._writing() as connection:
            name = self._known(connection, customer_id).name
            mentions = _mentions(connection, customer_id, name)
            n_kept = connection.scalar(count.where(one, is_kept)) or 0
            n_erased = connection.scalar(count.where(one, ~is_kept)) or 0
            number = connection.execute(
                sa.insert(t.erasures)
                .values(
                    erased_at=self._now(),
                    erased_by=self.user,
                    n_erased=n_erased,
                    n_kept=n_kept,
                    why=why.strip(),
                )
                .returning(t.erasures.c.erasure_id)
            ).scalar_one()
            pseudonym = f"erased-{number:06d}"
            connection.execute(
                sa.insert(t.customers).values(
                    customer_id=pseudonym, name="(erased)", added_at=self._now()
                )
            )
            for table in (t.corrections, t.set_aside, t.loans):
                gone = sa.delete(table).where(table.c.customer_id == customer_id)
                connection.execute(gone)
            connection.execute(
                sa.update(t.access)
                .where(t.access.c.customer_id == customer_id)
                .values(customer_id=pseudonym, why="")
            )
            numbers = sa.select(t.entries.c.entry_id).where(one, ~is_kept)
            connection.execute(
                sa.update(t.entries)
                .where(t.entries.c.previous_id.in_(numbers))
                .values(previous_id=None)
            )
            connection.execute(sa.delete(t.entries).where(one, ~is_kept))
            self._empty(connection, customer_id, pseudonym)
            connection.execute(
                sa.delete(t.customers).where(t.customers.c.customer_id == customer_id)
            )
        left = self._left(mentions, is_overwritten=self._overwrite())
        return Erased(pseudonym, n_erased, n_kept, _WHY_KEPT, mentions, left)

    def _empty(
        self, connection: sa.Connection, customer_id: str, pseudonym: str
    ) -> None:
        """Put the kept entries under the pseudonym, without words about a person."""
        kept = [t.entries.c.entry_id, *(t.entries.c[name] for name in t.SEARCHED)]
        query = sa.select(*kept).where(t.entries.c.customer_id == customer_id)
        for row in connection.execute(query).all():
            left = [row._mapping[n] for n in t.SEARCHED if n not in _EMPTIED]
            new: dict[str, Any] = dict.fromkeys(_EMPTIED)
            new |= {"customer_id": pseudonym, "words": _words.index_text(left)}
            where = t.entries.c.entry_id == row.entry_id
            connection.execute(sa.update(t.entries).where(where).values(new))

    def _overwrite(self) -> bool:
        """Take the erased words out of the index and the files, as far as we can.

        Returns False when another program was reading, and SQLite's log stays.
        """
        with self._engine.connect() as connection:
            if self.dialect == "postgresql":
                free = connection.execution_options(isolation_level="AUTOCOMMIT")
                for table in t.metadata.sorted_tables:
                    free.exec_driver_sql(f"VACUUM (ANALYZE) {table.name}")
                return True
            cursor = connection.connection.cursor()  # outside of any transaction
            optimise = "INSERT INTO diary_search(diary_search) VALUES ('optimize')"
            cursor.execute(optimise)
            is_busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            cursor.close()
            return not is_busy

    def _left(
        self, mentions: tuple[int, ...], *, is_overwritten: bool
    ) -> tuple[str, ...]:
        left = []
        if not is_overwritten:
            left.append(
                "another program was reading: the file's log (-wal) still holds the "
                "person until every program has closed the diary."
            )
        if mentions:
            left.append(
                f"the name occurs in {len(mentions)} entries of other customers "
                "(.mentions): read them, and correct those that mean this person."
            )
        if self.dialect == "sqlite":
            path = Path(self._where)
            copies = sorted(p.name for p in path.parent.glob(f"{path.name}.version-*"))
            if copies:
                left.append(f"these copies still hold the person: {', '.join(copies)}.")
        else:
            left.append(
                "the server's write-ahead log and tables named diary_*_version_* may "
                "still hold the person until they are recycled or dropped."
            )
        left.append("backups, exports and printouts of the diary are out of its reach.")
        return tuple(left)


def _mentions(
    connection: sa.Connection, customer_id: str, name: str
) -> tuple[int, ...]:
    """Return the entries of others in which the words of *name* stand together."""
    words = _words.terms(f'"{name}"') if _words.cut(name) else []
    if not words:
        return ()
    query = sa.select(t.entries.c.entry_id).where(
        t.entries.c.customer_id != customer_id,
        *(t.entries.c.words.like(word.pattern()) for word in words),
    )
    return tuple(connection.scalars(query.order_by(t.entries.c.entry_id)))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row for JSON: times and days as text."""
    return {
        key: value.isoformat() if hasattr(value, "isoformat") else value
        for key, value in row.items()
    }


def frames(person: dict[str, Any]) -> dict[str, pd.DataFrame]:
    """Return an export of one person as tables, one for each part.

    Args:
        person: what `Diary.export_person` returned.

    >>> frames({"base_file": {"customer_id": "C1"}, "entries": []})["base_file"]
      customer_id
    0          C1
    """
    return {
        name: pd.DataFrame([part] if isinstance(part, dict) else part)
        for name, part in person.items()
    }
