"""Who may read, and who has read: roles, the lending card, the access log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Literal

import pandas as pd
import sqlalchemy as sa

from crmlib.diary import _entries as e
from crmlib.diary import _tables as t
from crmlib.diary._store import Store, name_of
from crmlib.errors import CrmError, DataNotFound
from crmlib.purchases import parse_day

ROLES = ("clerk", "manager", "reader")
"""The information clerk keeps the diary; account managers and above read every file
and correct; a reader logs, and reads the files that are lent to him, until the day
given."""

Role = Literal["clerk", "manager", "reader"]
_RIGHTS = {
    "log": ROLES,
    "read": ("clerk", "manager"),
    "correct": ("clerk", "manager"),
    "keep": ("clerk",),
}
Visible = Callable[[sa.ColumnElement[Any]], sa.ColumnElement[bool]]


class AccessRefused(CrmError, PermissionError):
    """The user may not do that. The attempt stands in the access log."""


class Access(Store):
    """A diary that asks who is reading."""

    def allow(self, user: str, *, role: Role | None) -> None:
        """Give *user* a role, or take it away with None. For a clerk to do.

        Raises:
            ValueError: there is no such role.
            AccessRefused: the user is no clerk.
            CrmError: the last clerk would be gone.
        """
        if role is not None and role not in ROLES:
            raise ValueError(f"role must be one of {', '.join(ROLES)}, not {role!r}")
        user = name_of(user)
        self._demand("keep", f"role of {user}: {role or 'none'}", is_logged=True)
        with self._writing() as connection:
            query = sa.select(t.readers.c.user).where(t.readers.c.role == "clerk")
            clerks = set(connection.scalars(query.with_for_update()))
            if clerks == {user} and role != "clerk":
                raise CrmError(
                    f"{user} is the only clerk, and without one nobody could let "
                    "anybody read. What to do: make somebody else a clerk first."
                )
            connection.execute(sa.delete(t.readers).where(t.readers.c.user == user))
            if role is not None:
                connection.execute(sa.insert(t.readers).values(user=user, role=role))

    def readers(self) -> pd.DataFrame:
        """Return who may do what: user, role."""
        with self._reading() as connection:
            query = sa.select(t.readers).order_by(t.readers.c.user)
            rows = connection.execute(query).all()
        return e.frame(rows, t.readers.c)

    def lend(
        self, customer_id: str, *, to: str, until: dt.date | str, purpose: str
    ) -> None:
        """Lend the file of one customer to a reader. For a clerk to do.

        Args:
            customer_id: whose file.
            to: the reader's name.
            until: the last day of the loan (UTC).
            purpose: what for; it stands on the lending card.

        Raises:
            AccessRefused: the user is no clerk.
            DataNotFound: there is no such customer.
            ValueError: *until* is no day, or *purpose* says nothing.
        """
        day = parse_day(until, "until").date()
        if not purpose.strip():
            raise ValueError("purpose must say what the file is lent for")
        self._demand("keep", f"lend to {name_of(to)}", customer_id, is_logged=True)
        with self._writing() as connection:
            self._known(connection, customer_id)
            connection.execute(
                sa.insert(t.loans).values(
                    customer_id=customer_id,
                    user=name_of(to),
                    until_on=day,
                    purpose=purpose.strip(),
                    lent_at=self._now(),
                    lent_by=self.user,
                )
            )

    def loans(self) -> pd.DataFrame:
        """Return the lending card. For a clerk to do.

        Returns:
            loan_id, customer_id, user, until_on, purpose, lent_at (UTC), lent_by.
        """
        self._demand("keep", "lending card", is_logged=True)
        with self._reading() as connection:
            rows = connection.execute(sa.select(t.loans).order_by("loan_id")).all()
        return e.frame(rows, t.loans.c)

    def access_log(self, *, customer_id: str | None = None) -> pd.DataFrame:
        """Return who has read what, oldest first. For a clerk to do.

        Args:
            customer_id: only what touched this customer's file by name.

        Returns:
            access_id, accessed_at (UTC), user, action, customer_id (missing for a look
            across customers), is_allowed, why.
        """
        self._demand("keep", "access log", customer_id, is_logged=True)
        query = sa.select(t.access).order_by(t.access.c.access_id)
        if customer_id is not None:
            query = query.where(t.access.c.customer_id == customer_id)
        with self._reading() as connection:
            rows = connection.execute(query).all()
        return e.frame(rows, t.access.c)

    # ------------------------------------------------------------ for the others

    def _demand(
        self,
        right: str,
        action: str,
        customer_id: str | None = None,
        *,
        is_logged: bool = False,
    ) -> str:
        """Return the user's role, or refuse; log it when refused or *is_logged*."""
        with self._writing(waits=False) if is_logged else self._reading() as connection:
            role, why = self._decide(connection, right, customer_id)
            if is_logged:
                self._note(connection, action, customer_id, role, why)
        if role is not None:
            return role
        if not is_logged:
            with self._writing(waits=False) as connection:
                self._note(connection, action, customer_id, role, why)
        whose = f" of {customer_id}" if customer_id else ""
        raise AccessRefused(
            f"{self.user} may not do this ({action}{whose}): {why}. The attempt stands "
            "in the access log. What to do: ask the information clerk."
        )

    def _may_read(self, action: str, customer_id: str | None = None) -> Visible:
        """Log a read; return the condition that keeps to the files one may see."""
        role = self._demand("read", action, customer_id, is_logged=True)
        if role != "reader":
            return lambda column: sa.true()
        lent = self._lent().with_only_columns(t.loans.c.customer_id)
        return lambda column: column.in_(lent)

    def _lent(self) -> sa.Select[Any]:
        return sa.select(t.loans).where(
            t.loans.c.user == self.user, t.loans.c.until_on >= self._now().date()
        )

    def _decide(
        self, connection: sa.Connection, right: str, customer_id: str | None
    ) -> tuple[str | None, str]:
        """Return the role that allows it (None: refused), and why."""
        of_user = sa.select(t.readers.c.role).where(t.readers.c.user == self.user)
        role: str | None = connection.scalar(of_user)
        if role is None:
            return None, "the diary does not know this name"
        if role in _RIGHTS[right]:
            return role, f"{role} may {right}"
        if right == "read":
            if customer_id is None:
                return role, "only files on loan"
            loan = connection.execute(
                self._lent().where(t.loans.c.customer_id == customer_id)
            ).first()
            if loan is not None:
                return role, f"on loan until {loan.until_on}: {loan.purpose}"
            return None, "the file is not on loan to this reader today"
        return None, f"a {role} may not"

    def _note(
        self,
        connection: sa.Connection,
        action: str,
        customer_id: str | None,
        role: str | None,
        why: str,
    ) -> None:
        connection.execute(
            sa.insert(t.access).values(
                accessed_at=self._now(),
                user=self.user,
                action=action,
                customer_id=customer_id,
                is_allowed=role is not None,
                why=why,
            )
        )

    def _known(self, connection: sa.Connection, customer_id: str) -> sa.Row[Any]:
        """Return the base file of a customer, locked against other writers."""
        query = sa.select(t.customers).where(t.customers.c.customer_id == customer_id)
        found = connection.execute(query.with_for_update()).first()
        if found is None:
            raise DataNotFound(
                f"The diary has no customer {customer_id!r}. What to do: look the "
                "number up in .customers(), or add the base file with .add_customers."
            )
        return found
