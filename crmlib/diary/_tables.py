"""The diary's tables, what versions of them there were, and how to get to today's.

One layout for SQLite and PostgreSQL, apart from the index for searching. All names
begin with ``diary_``, so that a team may keep the diary beside its other tables.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import sqlalchemy as sa

from crmlib.diary import _words
from crmlib.errors import CrmError

VERSION = 2
"""The layout that this crmlib writes. 1 had entries, customers and no more."""

metadata = sa.MetaData()
_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT, _CENTS = sa.Text(), sa.BigInteger()

meta = sa.Table(
    "diary_meta",
    metadata,
    sa.Column("key", _TEXT, primary_key=True),
    sa.Column("value", _TEXT, nullable=False),
)
customers = sa.Table(
    "diary_customers",
    metadata,
    sa.Column("customer_id", _TEXT, primary_key=True),
    sa.Column("name", _TEXT, nullable=False),
    sa.Column("segment", _TEXT),
    sa.Column("account_manager", _TEXT),
    sa.Column("city", _TEXT),
    sa.Column("phone", _TEXT),
    sa.Column("email", _TEXT),
    sa.Column("joined_on", sa.Date()),
    sa.Column("note", _TEXT),
    sa.Column("added_at", sa.DateTime()),
)
entries = sa.Table(
    "diary_entries",
    metadata,
    sa.Column("entry_id", _KEY, primary_key=True),
    sa.Column(
        "customer_id", _TEXT, sa.ForeignKey(customers.c.customer_id), nullable=False
    ),
    sa.Column("kind", _TEXT, nullable=False),
    sa.Column("happened_at", sa.DateTime(), nullable=False),
    sa.Column("recorded_at", sa.DateTime(), nullable=False),
    sa.Column("recorded_by", _TEXT),
    sa.Column("channel", _TEXT),
    sa.Column("direction", _TEXT),
    sa.Column("staff", _TEXT),
    sa.Column("purpose", _TEXT),
    sa.Column("outcome", _TEXT),
    sa.Column("note", _TEXT),
    sa.Column("item", _TEXT),
    sa.Column("quantity", _CENTS),
    sa.Column("order_id", _TEXT),
    sa.Column("promised_cents", _CENTS),
    sa.Column("amount_cents", _CENTS),
    sa.Column("next_step", _TEXT),
    sa.Column("follow_up_on", sa.Date()),
    sa.Column("previous_id", _KEY),
    sa.Column("source_id", _TEXT),
    sa.Column("is_withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("words", _TEXT, nullable=False, server_default=""),
    sqlite_autoincrement=True,  # a number is never given twice
)
sa.Index("diary_entries_timeline", entries.c.customer_id, entries.c.happened_at)
sa.Index("diary_entries_newest", entries.c.happened_at, entries.c.entry_id)
sa.Index("diary_entries_source", entries.c.source_id, unique=True)
for _name in ("previous_id", "follow_up_on"):
    _has_it = entries.c[_name].is_not(None)
    sa.Index(
        f"diary_entries_{_name}",
        entries.c[_name],
        sqlite_where=_has_it,
        postgresql_where=_has_it,
    )
corrections = sa.Table(
    "diary_corrections",
    metadata,
    sa.Column("correction_id", _KEY, primary_key=True),
    sa.Column("customer_id", _TEXT, nullable=False, index=True),
    sa.Column("entry_id", _KEY, index=True),  # missing: the base file
    sa.Column("corrected_at", sa.DateTime(), nullable=False),
    sa.Column("corrected_by", _TEXT, nullable=False),
    sa.Column("field", _TEXT, nullable=False),
    sa.Column("before", _TEXT),
    sa.Column("after", _TEXT),
    sa.Column("why", _TEXT, nullable=False),
)
set_aside = sa.Table(
    "diary_set_aside",
    metadata,
    sa.Column("set_aside_id", _KEY, primary_key=True),
    sa.Column("recorded_at", sa.DateTime(), nullable=False),
    sa.Column("recorded_by", _TEXT, nullable=False),
    sa.Column("customer_id", _TEXT, index=True),
    sa.Column("what", _TEXT, nullable=False),
    sa.Column("row_json", _TEXT, nullable=False),
)
cadence = sa.Table(
    "diary_cadence",
    metadata,
    sa.Column("segment", _TEXT, primary_key=True),
    sa.Column("every_days", sa.Integer(), nullable=False),
)
readers = sa.Table(
    "diary_readers",
    metadata,
    sa.Column("user", _TEXT, primary_key=True),
    sa.Column("role", _TEXT, nullable=False),
)
loans = sa.Table(
    "diary_loans",
    metadata,
    sa.Column("loan_id", _KEY, primary_key=True),
    sa.Column("customer_id", _TEXT, nullable=False, index=True),
    sa.Column("user", _TEXT, nullable=False),
    sa.Column("until_on", sa.Date(), nullable=False),
    sa.Column("purpose", _TEXT, nullable=False),
    sa.Column("lent_at", sa.DateTime(), nullable=False),
    sa.Column("lent_by", _TEXT, nullable=False),
)
access = sa.Table(
    "diary_access",
    metadata,
    sa.Column("access_id", _KEY, primary_key=True),
    sa.Column("accessed_at", sa.DateTime(), nullable=False),
    sa.Column("user", _TEXT, nullable=False),
    sa.Column("action", _TEXT, nullable=False),
    sa.Column("customer_id", _TEXT, index=True),  # missing: across customers
    sa.Column("is_allowed", sa.Boolean(), nullable=False),
    sa.Column("why", _TEXT, nullable=False),
)
erasures = sa.Table(
    "diary_erasures",
    metadata,
    sa.Column("erasure_id", _KEY, primary_key=True),
    sa.Column("erased_at", sa.DateTime(), nullable=False),
    sa.Column("erased_by", _TEXT, nullable=False),
    sa.Column("n_erased", sa.Integer(), nullable=False),
    sa.Column("n_kept", sa.Integer(), nullable=False),
    sa.Column("why", _TEXT, nullable=False),
)

SEARCHED = ("purpose", "outcome", "note", "item", "order_id", "next_step", "staff")
"""The columns of an entry that a search looks through."""

# SQLite: an index over the column `words`, which stays where it is (external content).
# The tokenizer `ascii` parts at blanks and leaves every other script alone; without
# positions (detail=none) the index is a third of the size, and LIKE does the rest;
# prefix=1 is for a single Chinese character, which is the beginning of many pairs.
_FOR_SQLITE = (
    "CREATE VIRTUAL TABLE diary_search USING fts5(words, content='diary_entries', "
    "content_rowid='entry_id', tokenize='ascii', detail=none, prefix=1)",
    "CREATE TRIGGER diary_search_insert AFTER INSERT ON diary_entries BEGIN "
    "INSERT INTO diary_search(rowid, words) VALUES (new.entry_id, new.words); END",
    "CREATE TRIGGER diary_search_delete AFTER DELETE ON diary_entries BEGIN "
    "INSERT INTO diary_search(diary_search, rowid, words) "
    "VALUES ('delete', old.entry_id, old.words); END",
    "CREATE TRIGGER diary_search_update AFTER UPDATE OF words ON diary_entries BEGIN "
    "INSERT INTO diary_search(diary_search, rowid, words) "
    "VALUES ('delete', old.entry_id, old.words); "
    "INSERT INTO diary_search(rowid, words) VALUES (new.entry_id, new.words); END",
    "INSERT INTO diary_search(diary_search) VALUES ('rebuild')",
)
VECTOR = "array_to_tsvector(array_remove(string_to_array(words, ' '), ''))"
"""PostgreSQL's view of the column `words`: as it stands, no parser, no dictionary."""
_FOR_POSTGRESQL = (
    f"CREATE INDEX diary_search ON diary_entries USING gin (({VECTOR}))",
)


def prepare(connection: sa.Connection, *, where: str, backup: Path | None) -> None:
    """Create the tables or bring them to today's layout, within one transaction.

    Args:
        connection: in a transaction that keeps other writers out.
        where: the diary's name, for messages.
        backup: a file database, which is copied beside itself before a migration.

    Raises:
        CrmError: the database is not a diary, or a newer crmlib has written it.
    """
    version = _version(connection, where)
    if version == VERSION:
        return
    if version > VERSION:
        raise CrmError(
            f"The diary {where} has layout {version}, and this crmlib knows layouts up "
            f"to {VERSION}: a newer crmlib has written it. Nothing was changed. What "
            "to do: update crmlib here."
        )
    if version == 0:
        metadata.create_all(connection)
        _index_words(connection)
    else:
        if connection.dialect.name == "sqlite":
            _copy_file(backup, version)
        else:
            _copy_tables(connection, version)
        _from_1_to_2(connection)
    connection.execute(sa.delete(meta).where(meta.c.key == "version"))
    connection.execute(sa.insert(meta).values(key="version", value=str(VERSION)))


def _version(connection: sa.Connection, where: str) -> int:
    """Return the layout's number; 0 for a database without a diary."""
    tables = set(sa.inspect(connection).get_table_names())
    if meta.name in tables:
        found = connection.scalar(
            sa.select(meta.c.value).where(meta.c.key == "version")
        )
        if found is not None and found.isdecimal() and int(found) > 0:
            return int(found)
        raise CrmError(
            f"The diary {where} does not say which layout it has ({found!r}). Nothing "
            "was changed. What to do: restore a backup."
        )
    if tables and connection.dialect.name == "sqlite":
        raise CrmError(
            f"{where} is a database of something else, with the tables "
            f"{', '.join(sorted(tables))}. Nothing was changed. What to do: name "
            "another file."
        )
    return 0


def _index_words(connection: sa.Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    for statement in _FOR_SQLITE if is_sqlite else _FOR_POSTGRESQL:
        connection.exec_driver_sql(statement)


# ---------------------------------------------------------------- migration


def _copy_file(path: Path | None, version: int) -> None:
    """Copy a SQLite file to ``name.version-1.backup``, never over another."""
    if path is None:
        return
    copy = path.with_name(f"{path.name}.version-{version}.backup")
    number = 1
    while copy.exists():
        number += 1
        copy = path.with_name(f"{path.name}.version-{version}-{number}.backup")
    source, target = sqlite3.connect(path), sqlite3.connect(copy)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()


def _copy_tables(connection: sa.Connection, version: int) -> None:
    """Copy the tables in PostgreSQL, to ``diary_entries_version_1`` and so on."""
    for table in (meta, customers, entries):
        connection.exec_driver_sql(
            f"CREATE TABLE {table.name}_version_{version} AS TABLE {table.name}"
        )


def _from_1_to_2(connection: sa.Connection) -> None:
    """Add the columns and tables that version 1 had not, and make the words."""
    inspector = sa.inspect(connection)
    for table in (customers, entries):
        known = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in known:
                ddl = sa.schema.CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {ddl}")
    metadata.create_all(connection)
    for index in entries.indexes:  # create_all makes them with new tables only
        index.create(connection, checkfirst=True)
    wanted = [entries.c.entry_id, *(entries.c[name] for name in SEARCHED)]
    for batch in connection.execute(sa.select(*wanted)).partitions(10_000):
        connection.execute(
            sa.update(entries)
            .where(entries.c.entry_id == sa.bindparam("id"))
            .values(words=sa.bindparam("new_words")),
            [{"id": row[0], "new_words": _words.index_text(row[1:])} for row in batch],
        )
    _index_words(connection)
