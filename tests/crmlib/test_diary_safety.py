"""Nothing that was confirmed is lost: killed writers, two at once, older diaries."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import random
import signal
import sqlite3
import time
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from crmlib import diary
from crmlib.diary import _tables
from crmlib.errors import CrmError

CUSTOMERS = pd.DataFrame({"customer_id": ["C1", "C2"], "name": ["Gao Hong", "余世明"]})
DAY = "2025-03-01"

needs_fork = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="this system cannot fork or kill -9"
)


def count_words(book: diary.Diary, word: str) -> int:
    return len(book.search(word, limit=None))


# ---------------------------------------------------------------- killed


def write_until_killed(target: str, round_: int, confirmed: int) -> None:
    """Write one, and three together, in turns; name each after it is confirmed."""
    with diary.open(target, user="Lin Yue") as book:
        for i in range(10_000):
            name = f"r{round_}n{i}"
            row = {"customer_id": "C1", "kind": "contact", "happened_at": DAY}
            if i % 3:
                book.log(**row, note=f"single {name}", source_id=name)
            else:
                rows = [row | {"note": f"triple {name}"}] * 3
                book.log_many(pd.DataFrame(rows))
            os.write(confirmed, f"{name}\n".encode())


def start(write, *arguments):
    """Start *write* in a process of its own; return it and what it confirms."""
    read_end, write_end = os.pipe()
    # A fork, so that the second is spent on writing and not on importing.
    process = multiprocessing.get_context("fork").Process(
        target=write, args=(*arguments, write_end), daemon=True
    )
    process.start()
    os.close(write_end)
    return process, os.fdopen(read_end)


def kept_promises(target: str, confirmed: set[str]) -> None:
    """Compare the diary with what was confirmed, entry by entry."""
    with diary.open(target, user="Lin Yue") as book:
        notes = book.timeline("C1")["note"].str.split().tolist()
        singles = {name for what, name in notes if what == "single"}
        triples = [name for what, name in notes if what == "triple"]
        assert confirmed <= singles | set(triples)
        assert all(triples.count(name) == 3 for name in set(triples)), "half a table"
        # One more of each round may have been written and not yet confirmed.
        rounds = {name.split("n")[0] for name in confirmed}
        assert len(singles | set(triples)) <= len(confirmed) + len(rounds)
        assert count_words(book, "single") == len(singles)
        for name in list(confirmed)[:5]:
            assert count_words(book, name) >= 1


@needs_fork
def test_kill_9_in_a_hundred_writes_loses_nothing_confirmed(target, dialect):
    with diary.open(target, user="Lin Yue") as book:
        book.add_customers(CUSTOMERS)
    moments, confirmed, n_killed = random.Random(9), set(), 0
    until = time.monotonic() + 30
    while (len(confirmed) < 100 or n_killed < 5) and time.monotonic() < until:
        process, answers = start(write_until_killed, target, n_killed)
        with answers:
            confirmed.add(answers.readline().strip())
            time.sleep(moments.uniform(0.01, 0.5))
            os.kill(process.pid, signal.SIGKILL)
            process.join()
            confirmed |= {line.strip() for line in answers if line.endswith("\n")}
        n_killed += 1
    assert len(confirmed) >= 100
    assert n_killed >= 5
    kept_promises(target, confirmed)
    if dialect == "sqlite":
        with sqlite3.connect(target) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            raw.execute(
                "INSERT INTO diary_search(diary_search) VALUES('integrity-check')"
            )
        raw.close()


@needs_fork
def test_a_killed_server_loses_nothing_confirmed(postgres):
    target = postgres.database()
    with diary.open(target, user="Lin Yue") as book:
        book.add_customers(CUSTOMERS)
    process, answers = start(write_until_killed, target, 0)
    with answers:
        confirmed = {answers.readline().strip() for _ in range(10)}
        postgres.crash()
        confirmed |= {line.strip() for line in answers if line.endswith("\n")}
    process.join()
    postgres.start()
    kept_promises(target, confirmed)


# ---------------------------------------------------------------- two at once


def write_thirty(target: str, who: str, confirmed: int) -> None:
    with diary.open(target, user="Lin Yue") as book:
        for i in range(30):
            row = {"customer_id": "C2", "kind": "contact", "happened_at": DAY}
            number = book.log(**row, note=f"{who} {i}")
            if i % 3 == 0:
                book.correct(1, why=who, note=f"{who} was here {i}")
            os.write(confirmed, f"{number}\n".encode())


@needs_fork
def test_two_writers_at_once_lose_nothing(target):
    with diary.open(target, user="Lin Yue") as book:
        book.add_customers(CUSTOMERS)
        book.log(customer_id="C1", kind="contact", happened_at=DAY, note="first")
    writers = [start(write_thirty, target, who) for who in ("zhang", "wang")]
    numbers = [int(line) for _, answers in writers for line in answers]
    for process, answers in writers:
        answers.close()
        process.join()
        assert process.exitcode == 0
    with diary.open(target, user="Lin Yue") as book:
        assert len(numbers) == len(set(numbers)) == 60
        assert set(book.timeline("C2")["entry_id"]) == set(numbers)
        assert count_words(book, "zhang") - count_words(book, "was zhang here") == 30
        history = book.history(entry_id=1)
        # Each correction starts from what the one before it had left.
        assert len(history) == 20
        assert (
            history["before"].iloc[1:].tolist() == history["after"].iloc[:-1].tolist()
        )
        assert history["before"].iloc[0] == "first"


def open_at_once(target: str, confirmed: int) -> None:
    with diary.open(target, user="Lin Yue") as book:
        os.write(confirmed, f"{len(book.customers())}\n".encode())


@needs_fork
@pytest.mark.parametrize("version", [None, 1])
def test_programs_that_open_it_at_once_make_it_once(target, version):
    if version:
        write_version_1(target)
    openers = [start(open_at_once, target) for _ in range(4)]
    found = [answers.read() for _, answers in openers]
    for process, answers in openers:
        answers.close()
        process.join()
    assert found == ["2\n" if version else "0\n"] * 4


# ---------------------------------------------------------------- older and newer

VERSION_1 = """
CREATE TABLE diary_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO diary_meta VALUES ('version', '1');
CREATE TABLE diary_customers (
    customer_id TEXT PRIMARY KEY, name TEXT NOT NULL, segment TEXT
);
INSERT INTO diary_customers VALUES
    ('C1', 'Gao Hong', 'household'), ('C2', '余世明', NULL);
CREATE TABLE diary_entries (
    entry_id {key},
    customer_id TEXT NOT NULL REFERENCES diary_customers,
    kind TEXT NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    channel TEXT, direction TEXT, staff TEXT, purpose TEXT, outcome TEXT, note TEXT,
    amount_cents BIGINT, follow_up_on DATE
);
INSERT INTO diary_entries (
    customer_id, kind, happened_at, recorded_at, note, amount_cents, follow_up_on
) VALUES
    ('C1', 'contact', '2024-05-01 10:00:00.000000', '2024-05-01 02:01:00.000000',
     '想要红茶样品', NULL, '2024-05-08'),
    ('C1', 'invoice', '2024-05-02 10:00:00.000000', '2024-05-02 02:01:00.000000',
     'black tea', 5000, NULL),
    ('C2', 'payment', '2024-05-03 10:00:00.000000', '2024-05-03 02:01:00.000000',
     NULL, 700, NULL);
"""
KEYS = {
    "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "postgresql": "BIGSERIAL PRIMARY KEY",
}


def raw_engine(target: str) -> sa.Engine:
    url = target.replace("postgresql://", "postgresql+psycopg://")
    return sa.create_engine(url if "://" in url else f"sqlite:///{url}")


def write_version_1(target: str) -> None:
    engine = raw_engine(target)
    with engine.begin() as connection:
        for statement in VERSION_1.format(key=KEYS[engine.dialect.name]).split(";"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    engine.dispose()


def rows(target: str, table: str) -> list[tuple]:
    engine = raw_engine(target)
    with engine.connect() as connection:
        found = connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1").all()
    engine.dispose()
    return [tuple(row) for row in found]


def test_an_older_diary_is_copied_and_migrated(target, dialect, clock):
    write_version_1(target)
    before = rows(target, "diary_entries")
    for _ in range(2):  # the second time there is nothing to do
        with diary.open(target, user="Lin Yue", now=clock) as book:
            found = book.entries()
            assert found.columns.tolist() == list(diary.ENTRY_COLUMNS)
            assert found["entry_id"].tolist() == [1, 2, 3]
            assert found["happened_at"].iloc[0] == pd.Timestamp("2024-05-01 10:00")
            assert found["recorded_at"].iloc[0] == pd.Timestamp("2024-05-01 02:01Z")
            assert not found["is_withdrawn"].any()
            assert book.search("红茶")["entry_id"].tolist() == [1]
            assert book.search("tea")["entry_id"].tolist() == [2]
            owed = book.balances(as_of="2025-01-01")["balance_cents"]
            assert owed.tolist() == [5000, -700]
            assert book.follow_ups(as_of="2025-01-01")["entry_id"].tolist() == [1]
            assert book.losing_touch(as_of="2025-01-01", cadence={"household": 9})[
                "customer_id"
            ].tolist() == ["C1"]
    if dialect == "sqlite":
        folder = Path(target).parent
        copies = [p for p in folder.iterdir() if p.name.endswith(".backup")]
        assert [p.name for p in copies] == ["diary.db.version-1.backup"]
        assert rows(str(copies[0]), "diary_entries") == before
        assert rows(str(copies[0]), "diary_meta") == [("version", "1")]
    else:
        assert rows(target, "diary_entries_version_1") == before
    with diary.open(target, user="Lin Yue", now=clock) as book:
        new = book.log(
            customer_id="C2",
            kind="contact",
            happened_at=dt.date(2025, 1, 1),
            note="new",
        )
        assert new == 4
        book.correct(1, why="moved", note="绿茶")
        assert book.search("绿茶")["entry_id"].tolist() == [1]
        assert book.search("红茶").empty
        erased = book.erase_person("C1", why="asked")
        if dialect == "sqlite":
            assert "diary.db.version-1.backup" in str(erased)


def test_a_migration_that_fails_leaves_the_older_diary(target, clock, monkeypatch):
    write_version_1(target)
    before = rows(target, "diary_entries")

    def fail(_):
        raise RuntimeError("the light went out")

    with monkeypatch.context() as patch:
        patch.setattr(_tables, "_index_words", fail)
        with pytest.raises(RuntimeError, match="light went out"):
            diary.open(target, now=clock)
    assert rows(target, "diary_entries") == before
    assert rows(target, "diary_meta") == [("version", "1")]
    with diary.open(target, now=clock) as book:
        assert len(book.entries()) == 3


def test_a_newer_diary_is_refused_in_words(target, clock):
    with diary.open(target, now=clock) as book:
        book.add_customers(CUSTOMERS)
    engine = raw_engine(target)
    for value, words in [("3", "a newer crmlib has written it"), ("x", "does not say")]:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE diary_meta SET value = '{value}'")
        with pytest.raises(CrmError, match=words):
            diary.open(target, now=clock)
        assert rows(target, "diary_meta") == [("version", value)]
    engine.dispose()


# ---------------------------------------------------------------- both alike


def test_both_databases_give_the_same_answers(postgres, tmp_path, clock):
    """One history on both, question by question."""
    answers = []
    for target in (str(tmp_path / "diary.db"), postgres.database()):
        with diary.open(target, user="Lin Yue", now=clock) as book:
            book.add_customers(CUSTOMERS.assign(segment=["hotel", "office"]))
            draw = random.Random(4)
            words = [
                "tea",
                "Tea-Price",
                "红茶",
                "茶",
                "样品 红",
                "Lü",
                "ＡＢ",
                "x_y",
                "a.b@c",
            ]
            n = 400
            table = pd.DataFrame(
                {
                    "customer_id": [draw.choice(["C1", "C2"]) for _ in range(n)],
                    "kind": [draw.choice(diary.KINDS) for _ in range(n)],
                    "happened_at": pd.Timestamp("2025-01-01")
                    + pd.to_timedelta(
                        [draw.randrange(500_000) for _ in range(n)], "min"
                    ),
                    "note": [" ".join(draw.choices(words, k=3)) for _ in range(n)],
                    "outcome": [
                        draw.choice(["reached", "no_answer"]) for _ in range(n)
                    ],
                }
            )
            has_money = table["kind"] != "contact"
            table["amount_cents"] = pd.Series(range(n), dtype="Int64").where(has_money)
            days = table["happened_at"].dt.normalize() + pd.Timedelta(days=9)
            table["follow_up_on"] = days.where(table.index % 5 == 0)
            book.log_many(table)
            got = {w: book.search(f'"{w}"', limit=30) for w in [*words, "a.b", "y"]}
            for name in ("follow_ups", "last_contact", "balances"):
                got[name] = getattr(book, name)(as_of="2025-07-01 12:00")
            got["late"] = book.losing_touch(as_of="2025-12-31", cadence={"hotel": 1})
            got["running"] = book.running_account("C1", as_of="2025-12-31")
            got["log"] = book.access_log()
            answers.append(got)
    for name, theirs in answers[1].items():
        pd.testing.assert_frame_equal(answers[0][name], theirs, obj=name)
    assert len(answers[0]["茶"]) == 30
