"""Where a diary lives: opening, transactions, the clock and the user's name."""

from __future__ import annotations

import copy
import datetime as dt
import importlib.util
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection

from crmlib.diary import _tables as t
from crmlib.errors import CrmError, DataNotFound

StoreT = TypeVar("StoreT", bound="Store")
Clock = Callable[[], dt.datetime]
_PATIENCE = 30  # seconds that a writer waits for another
_LOCK = 7_429_301  # PostgreSQL: keeps two programs from migrating at once


class Store:
    """The database under a diary; `crmlib.diary.open` makes one."""

    def __init__(self, engine: sa.Engine, *, user: str, now: Clock, where: str) -> None:
        self._engine = engine
        self._clock = now
        self._where = where
        self._user = user

    @property
    def user(self) -> str:
        """The name under which this diary is read and written."""
        return self._user

    @property
    def dialect(self) -> str:
        """``"sqlite"`` or ``"postgresql"``."""
        return self._engine.dialect.name

    def __repr__(self) -> str:
        return f"<Diary {self._where} as {self._user!r}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def as_user(self, user: str) -> Self:
        """Return the same diary under another name; both share the connections."""
        other = copy.copy(self)
        other._user = name_of(user)
        return other

    def close(self) -> None:
        """Let go of the database. Everything confirmed is there already."""
        self._engine.dispose()

    def _now(self) -> dt.datetime:
        """Return the clock's time in UTC, without a zone as the tables keep it."""
        moment = self._clock()
        if not isinstance(moment, dt.datetime):
            raise ValueError(f"now() must return a datetime, not {moment!r}")
        if moment.tzinfo is not None:
            moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
        return moment

    @contextmanager
    def _writing(self, *, waits: bool = True) -> Iterator[sa.Connection]:
        """Give a connection in a transaction that is on disk when the block ends.

        Without *waits* the disk may follow later: what is written survives the death
        of the program, and only a power cut may take the last moment of it.
        """
        with _in_words(self._where), self._engine.connect() as connection:
            connection = connection.execution_options(writes=True, waits=waits)
            with connection.begin():
                if self.dialect == "postgresql":
                    switch = "on" if waits else "off"
                    connection.exec_driver_sql(
                        f"SET LOCAL synchronous_commit TO {switch}"
                    )
                yield connection

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with _in_words(self._where), self._engine.connect() as connection:
            yield connection


def name_of(user: str) -> str:
    """Return the user's name, checked."""
    if not isinstance(user, str) or not user.strip():
        raise ValueError(f"user must be a name, not {user!r}")
    return user.strip()


def connect(
    made: type[StoreT], target: str | Path, *, user: str, now: Clock | None
) -> StoreT:
    """Open the database *target*, creating or migrating the tables first."""
    text = str(target)
    if "://" not in text:
        path = None if text == ":memory:" else Path(target)
        url = sa.URL.create("sqlite", database=None if path is None else str(path))
    else:
        url = _url(text)
        is_file = url.drivername.startswith("sqlite") and url.database
        path = (
            Path(str(url.database)) if is_file and url.database != ":memory:" else None
        )
    where = str(path) if path else url.render_as_string(hide_password=True)
    if path is not None and not path.absolute().parent.is_dir():
        raise DataNotFound(
            f"The diary {path} cannot be opened: there is no folder "
            f"{path.absolute().parent}. What to do: make the folder, or name another."
        )
    engine = _engine(url, in_memory=path is None)
    store = made(engine, user=name_of(user), now=now or _system_clock, where=where)
    try:
        with store._writing() as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            t.prepare(connection, where=where, backup=path)
            if (
                connection.scalar(sa.select(sa.func.count()).select_from(t.readers))
                == 0
            ):
                first = sa.insert(t.readers).values(user=store.user, role="clerk")
                connection.execute(first)
    except BaseException:
        engine.dispose()
        raise
    return store


def _system_clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _url(text: str) -> sa.URL:
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise CrmError(
            "The address of the diary cannot be read. What to do: write it like "
            "postgresql://user:password@host/database."
        ) from error
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        if importlib.util.find_spec("psycopg") is None:
            raise CrmError(
                "A diary on PostgreSQL needs the package psycopg. What to do: pip "
                "install 'customer-information-management[postgres]'."
            )
        return url.set(drivername="postgresql+psycopg")
    if url.drivername in ("sqlite", "sqlite+pysqlite"):
        return url
    raise CrmError(
        f"A diary lives in a SQLite file or on PostgreSQL, not on {url.drivername}. "
        "What to do: give a path, or an address that begins with postgresql://."
    )


def _engine(url: sa.URL, *, in_memory: bool) -> sa.Engine:
    if url.drivername.startswith("postgresql"):
        return sa.create_engine(url, pool_pre_ping=True)
    options: dict[str, Any] = {"connect_args": {"timeout": _PATIENCE}}
    if in_memory:
        options = {
            "poolclass": sa.pool.StaticPool,
            "connect_args": {"check_same_thread": False},
        }
    engine = sa.create_engine(url, **options)
    sa.event.listen(engine, "connect", _set_up_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: DBAPIConnection, _: object) -> None:
    """Set what makes a confirmed entry safe, and an erased one gone."""
    connection.isolation_level = None  # BEGIN is ours
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_PATIENCE * 1000}")
    for attempt in range(50):
        # Two programs that open a new file together: this pragma does not wait.
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            break
        except Exception as error:
            if "locked" not in str(error) or attempt == 49:
                raise
            time.sleep(0.05)
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.execute("PRAGMA cache_size = -65536")  # 64 MB
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # A writer asks for the lock at once: one that had read first could be refused it.
    options = connection.get_execution_options()
    writes = options.get("writes", False)
    if writes:
        level = "FULL" if options["waits"] else "NORMAL"
        connection.exec_driver_sql(f"PRAGMA synchronous = {level}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _in_words(where: str) -> Iterator[None]:
    """Say in words what stands between us and the database."""
    try:
        yield
    except sa.exc.IntegrityError as error:
        raise CrmError(
            f"The diary {where} refused the change, and nothing of it was written: "
            f"{_first_line(error)}. Someone else may have just written the same thing. "
            "What to do: look, and try again."
        ) from error
    except sa.exc.DBAPIError as error:
        raise CrmError(
            f"The diary {where} cannot be used, and nothing was written: "
            f"{_first_line(error)}. What to do: check that it is a diary, that it can "
            "be reached and written, and that no other program keeps it locked."
        ) from error


def _first_line(error: sa.exc.DBAPIError) -> str:
    return str(error.orig).strip().partition("\n")[0]
