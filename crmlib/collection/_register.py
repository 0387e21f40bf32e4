"""A register of fields: which use of a field its purpose allows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from crmlib.collection._tables import frame, is_missing, nullable_dtype
from crmlib.datasets import require_columns
from crmlib.errors import ContractError, CrmError
from crmlib.purchases import parse_day


@dataclass(frozen=True)
class Decision:
    """Whether a field may be used for a purpose on a day, and why not.

    Attributes:
        field: the field.
        purpose: what it is to be used for.
        is_allowed: the answer.
        reasons: why not, one sentence each; empty when it is allowed.
    """

    field: str
    purpose: str
    is_allowed: bool
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        answer = "allowed" if self.is_allowed else "refused: " + "; ".join(self.reasons)
        return f"{self.field} for {self.purpose}: {answer}"


class UseRefused(CrmError, PermissionError):
    """The register does not allow a use of fields.

    Attributes:
        decisions: the refused fields, each with its reasons.
    """

    decisions: tuple[Decision, ...]

    def __init__(self, decisions: Iterable[Decision]) -> None:
        self.decisions = tuple(decisions)
        lines = [
            f"{len(self.decisions)} of the fields may not be used for "
            f"{self.decisions[0].purpose!r}:",
            *(f"- {one.field}: {'; '.join(one.reasons)}" for one in self.decisions),
            "What to do: use only fields that were collected for this purpose, or ask "
            "the person.",
        ]
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[UseRefused], tuple[tuple[Decision, ...]]]:
        return UseRefused, (self.decisions,)


@dataclass(frozen=True)
class Erasure:
    """What `FieldRegister.erase` left behind.

    Attributes:
        tables: the tables without the person.
        log: table, erased_on, n_rows_erased, n_rows_kept, fields_erased, fields_kept,
            why_kept: that it was done, and nothing about whom.
    """

    tables: dict[str, pd.DataFrame]
    log: pd.DataFrame


class FieldRegister:
    """What each field was collected for, on what basis, and until when it is kept.

    Purpose limitation, storage limitation, and separate consent for what is sensitive,
    after GDPR art. 5 (1) (b), (c), (e) and 6, and PIPL arts. 6, 13, 28 and 29. A
    teaching tool, not legal advice.

    Args:
        fields: one row per field and purpose: field, purpose, legal_basis (contract,
            consent, legal_duty or none), sensitivity (ordinary or sensitive),
            has_separate_consent (bool), keep_until (a date, the last day; missing
            where none is fixed). Other columns are kept for `export`.

    Raises:
        ContractError: a column is missing or has a value that is not allowed, or a
            field has one purpose twice.

    >>> register = FieldRegister(
    ...     pd.DataFrame(
    ...         {
    ...             "field": ["wife_birthday", "diabetes"],
    ...             "purpose": ["offer", "treatment"],
    ...             "legal_basis": ["consent", "none"],
    ...             "sensitivity": ["ordinary", "sensitive"],
    ...             "has_separate_consent": [False, False],
    ...             "keep_until": pd.to_datetime(["2026-06-24", None]),
    ...         }
    ...     )
    ... )
    >>> print(register.allow("wife_birthday", "offer", on="2025-06-17"))
    wife_birthday for offer: allowed
    >>> register.allow("diabetes", "offer", on="2025-06-17").reasons[0]
    'collected for treatment, not for offer'
    """

    _COLUMNS = MappingProxyType(
        {
            "field": "string",
            "purpose": "string",
            "legal_basis": "string",
            "sensitivity": "string",
            "has_separate_consent": "boolean",
            "keep_until": "date",
        }
    )
    _VALUES = MappingProxyType(
        {
            "legal_basis": ("contract", "consent", "legal_duty", "none"),
            "sensitivity": ("ordinary", "sensitive"),
        }
    )

    def __init__(self, fields: pd.DataFrame) -> None:
        require_columns(
            fields, self._COLUMNS, table_name="register", may_be_missing=["keep_until"]
        )
        for column, allowed in self._VALUES.items():
            wrong = ~fields[column].isin(allowed)
            if wrong.any():
                raise ContractError(
                    f"{int(wrong.sum())} values are not one of the allowed values",
                    table="register",
                    column=column,
                    rows=fields[wrong],
                    remedy=f"allowed are: {', '.join(allowed)}",
                )
        twice = fields.duplicated(["field", "purpose"], keep=False)
        if twice.any():
            raise ContractError(
                f"{int(twice.sum())} rows give a field the same purpose twice",
                table="register",
                column="field",
                rows=fields[twice],
                remedy="keep one row for each field and purpose",
            )
        self._fields = fields.copy()
        self._by_field: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in fields.astype(object).to_dict("records"):
            self._by_field[row["field"]].append({str(k): v for k, v in row.items()})

    @property
    def fields(self) -> pd.DataFrame:
        """The register's table: a copy."""
        return self._fields.copy()

    def allow(self, field: str, purpose: str, *, on: dt.date | str) -> Decision:
        """Say whether *field* may be used for *purpose* on a day.

        It may when the register knows the field for that very purpose, on a legal
        basis, until that day at least, and, if it is sensitive, with a consent of its
        own. What the register does not know is refused.

        Args:
            field: name of the field.
            purpose: what it is to be used for, in the words of the register.
            on: the day of the use.

        Raises:
            ValueError: *on* is no date.
        """
        day = parse_day(on, "on")
        rows = self._by_field.get(field, [])
        if not rows:
            return Decision(field, purpose, False, ("not in the register",))
        fitting = [row for row in rows if row["purpose"] == purpose]
        reasons = []
        if not fitting:
            purposes = " and ".join(sorted(str(row["purpose"]) for row in rows))
            reasons.append(f"collected for {purposes}, not for {purpose}")
        # Without the purpose, the best of its rows says what else stands against it.
        rest = min((_objections(row, day) for row in fitting or rows), key=len)
        reasons += rest
        return Decision(field, purpose, not reasons, tuple(reasons))

    def use(
        self,
        table: pd.DataFrame,
        fields: Sequence[str],
        purpose: str,
        *,
        on: dt.date | str,
    ) -> pd.DataFrame:
        """Return the *fields* of *table*, or refuse the whole use.

        Args:
            table: any table with these columns.
            fields: the columns wanted; customer_id comes along where the table has
                it.
            purpose: what they are to be used for.
            on: the day of the use.

        Returns:
            A copy of these columns.

        Raises:
            UseRefused: at least one field may not be used; each is listed with the
                reasons.
            ContractError: the table lacks a field.
        """
        if isinstance(fields, str):
            raise TypeError(f"fields must be a list of names: [{fields!r}]")
        decisions = [self.allow(name, purpose, on=on) for name in fields]
        refused = [one for one in decisions if not one.is_allowed]
        if refused:
            raise UseRefused(refused)
        require_columns(table, fields, table_name="table", may_be_missing=fields)
        key = [name for name in ("customer_id",) if name in table.columns]
        return table[[*key, *(name for name in fields if name not in key)]].copy()

    def export(
        self, tables: Mapping[str, pd.DataFrame], customer_id: str
    ) -> dict[str, pd.DataFrame]:
        """Return everything that the tables hold about one person.

        Args:
            tables: name -> table with the column customer_id.
            customer_id: the person.

        Returns:
            The person's rows of each table that has some, and under ``"register"``
            what the register says about the columns of those: table, field and the
            register's columns. A column that it does not know is listed, with nothing
            beside it.

        Raises:
            ContractError: a table has no customer_id.
        """
        found: dict[str, pd.DataFrame] = {}
        listed = []
        for name, table in tables.items():
            own = self._rows_of(table, name, customer_id)
            if own.any():
                found[name] = table[own].copy()
                listed += [(name, str(c)) for c in table.columns if c != "customer_id"]
        about = pd.DataFrame(listed, columns=["table", "field"], dtype=object)
        about = about.merge(self._fields.astype({"field": object}), how="left")
        return {**found, "register": about}

    def erase(
        self, tables: Mapping[str, pd.DataFrame], customer_id: str, *, on: dt.date | str
    ) -> Erasure:
        """Erase one person from the tables, except what a law demands to keep.

        A row goes as a whole, unless the register has one of the table's fields under
        a legal duty that lasts beyond *on*: then these fields and the customer_id stay
        and the others are emptied. The tables given are not changed.

        Args:
            tables: name -> table with the column customer_id.
            customer_id: the person.
            on: the day of the erasure.

        Returns:
            The new tables, and a log without personal data. A table in which the
            person does not occur has no line in it.

        Raises:
            ContractError: a table has no customer_id.
            ValueError: *on* is no date.
        """
        day = parse_day(on, "on")
        left: dict[str, pd.DataFrame] = {}
        log = []
        for name, table in tables.items():
            own = self._rows_of(table, name, customer_id)
            columns = [
                str(column) for column in table.columns if column != "customer_id"
            ]
            kept = [column for column in columns if self._must_keep(column, day)]
            erased = [column for column in columns if column not in kept]
            if not own.any():
                left[name] = table.copy()
                continue
            if kept:
                emptied = table.copy()
                for column in erased:
                    nullable = nullable_dtype(table[column].dtype)
                    emptied[column] = table[column].astype(nullable).mask(own)
                left[name] = emptied
            else:
                left[name] = table[~own].copy()
            n = int(own.sum())
            why = "a legal duty to keep them" if kept else ""
            log.append(
                (
                    name,
                    0 if kept else n,
                    n if kept else 0,
                    ", ".join(erased),
                    ", ".join(kept),
                    why,
                )
            )
        table_of_log = frame(
            log,
            {
                "table": "",
                "n_rows_erased": 0,
                "n_rows_kept": 0,
                "fields_erased": "",
                "fields_kept": "",
                "why_kept": "",
            },
        )
        table_of_log.insert(
            1, "erased_on", pd.to_datetime(pd.Series([day] * len(log), dtype=object))
        )
        return Erasure(tables=left, log=table_of_log)

    def _must_keep(self, field: str, day: dt.datetime) -> bool:
        return any(
            row["legal_basis"] == "legal_duty"
            and not is_missing(row["keep_until"])
            and pd.Timestamp(row["keep_until"]) >= day
            for row in self._by_field.get(field, [])
        )

    @staticmethod
    def _rows_of(
        table: pd.DataFrame, table_name: str, customer_id: str
    ) -> pd.Series[bool]:
        require_columns(
            table,
            ["customer_id"],
            table_name=table_name,
            may_be_missing=["customer_id"],
        )
        return table["customer_id"].eq(customer_id).fillna(False).astype(bool)


def _objections(row: Mapping[str, Any], day: dt.datetime) -> list[str]:
    """Say what stands against using one entry of the register on *day*."""
    reasons = []
    if row["legal_basis"] == "none":
        reasons.append("no legal basis")
    if is_missing(row["keep_until"]):
        reasons.append("no last day of keeping is fixed")
    elif pd.Timestamp(row["keep_until"]) < day:
        last = pd.Timestamp(row["keep_until"]).date()
        reasons.append(f"was to be kept until {last} and no longer")
    if row["sensitivity"] == "sensitive" and not row["has_separate_consent"]:
        reasons.append("sensitive, and not consented to by itself")
    return reasons
