"""Databases for the diary's tests: the same tests run on SQLite and on PostgreSQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import postgres_server
import pytest


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.Server]:
    """A PostgreSQL server for this run; the test is skipped, in words, without one."""
    if postgres_server.binaries() is None:
        pytest.skip(postgres_server.MISSING)
    with postgres_server.running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Both databases, one after the other."""
    return str(request.param)


@pytest.fixture
def target(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The address of an empty database."""
    if dialect == "sqlite":
        return str(tmp_path / "diary.db")
    server: postgres_server.Server = request.getfixturevalue("postgres")
    return server.database()


class Clock:
    """A clock that tests set by hand. UTC."""

    def __init__(self) -> None:
        self.time = dt.datetime(2025, 12, 31, 9, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.time


@pytest.fixture
def clock() -> Callable[[], dt.datetime]:
    """A clock that stands still until it is set."""
    return Clock()
