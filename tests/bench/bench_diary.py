"""How fast a diary of a million entries answers, beside a plain LIKE over its text.

    python tests/bench/bench_diary.py [--rows N] [--only sqlite|postgresql]

On SQLite and on PostgreSQL (a server of our own, see tests/crmlib/postgres_server.py):
the time to load, the median of a search for rare and for common words in English and
Chinese, and of one customer's timeline. Both include their line in the access log. The
yardstick, in the same run: the plain way, ``note LIKE '%word%'``, over every row. What
is promised: a search under 50 ms, a timeline under 10 ms. Nothing here asserts a time.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from crmlib import diary

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "crmlib"))
import postgres_server

N_CUSTOMERS = 20_000
START = np.datetime64("2023-01-01")
NOTES = (
    "called about the price list",
    "asked for a sample of green tea",
    "wants an offer for gift boxes before the festival",
    "complained about a late delivery",
    "promised to pay by the end of the month",
    "sent the catalogue, will decide next week",
    "客户询问红茶价格",
    "青云茶行样品已寄出",
    "客户投诉送货太晚",
    "答应月底付款",
    "预订中秋礼盒",
    "想要乌龙茶报价单",
)
RARE = ("broken teapot returned", "想退紫砂壶")
SEARCHES = {
    "rare word": "teapot",
    "rare, Chinese": "紫砂壶",
    "common word (one note in twelve)": "sample",
    "common, Chinese": "红茶",
    "two words": "late delivery",
    "adjacent words": '"price list"',
    "one character": "茶",
    "beginning of a word": "compl*",
    "not there": "samovar",
}


def entries(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """Make *rows* entries, oldest first; one in 10,000 has a rare note."""
    chosen = rng.integers(0, len(NOTES), rows)
    notes = np.array([*NOTES, *RARE], dtype=object)
    is_rare = rng.random(rows) < 1e-4
    chosen[is_rare] = len(NOTES) + rng.integers(0, 2, int(is_rare.sum()))
    minutes = np.sort(rng.integers(0, 3 * 365 * 24 * 60, rows))
    kinds = np.array(["contact", "contact", "contact", "invoice", "payment"])
    kind = rng.choice(kinds, rows)
    amount = pd.array(rng.integers(1000, 900_000, rows), dtype="Int64")
    amount[kind == "contact"] = pd.NA
    happened_at = START + minutes.astype("timedelta64[m]")
    follow_up_on = pd.Series(happened_at).dt.normalize() + pd.Timedelta(days=14)
    follow_up_on = follow_up_on.where((kind == "contact") & (rng.random(rows) < 0.05))
    promised = pd.Series(50_000, range(rows)).where(
        follow_up_on.notna() & (chosen == 4)
    )
    return pd.DataFrame(
        {
            "customer_id": np.char.mod("C%05d", rng.integers(0, N_CUSTOMERS, rows)),
            "kind": kind,
            "happened_at": happened_at,
            "channel": rng.choice(np.array(["phone", "visit", "message"]), rows),
            "staff": rng.choice(np.array(["Lao Zhang", "Xiao Wang"]), rows),
            "note": notes[chosen],
            "amount_cents": amount,
            "promised_cents": promised,
            "follow_up_on": follow_up_on,
        }
    )


def times_ms(call: Callable[[], Any], *, repeats: int) -> tuple[float, float]:
    """Return median and best time of a call in milliseconds, after one to warm up."""
    call()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000, min(times) * 1000


def line(name: str, times: tuple[float, float], rest: str = "") -> None:
    print(f"  {name:34}{times[0]:>9.1f} ms{times[1]:>9.1f} ms{rest}", flush=True)


def measure(target: str, table: pd.DataFrame) -> None:
    """Load *table* into a new diary, and ask it."""
    clock = lambda: dt.datetime(2026, 1, 1)  # noqa: E731
    with diary.open(target, now=clock) as book:
        names = [f"C{number:05d}" for number in range(N_CUSTOMERS)]
        book.add_customers(pd.DataFrame({"customer_id": names, "name": names}))
        started, worked = time.perf_counter(), time.process_time()
        book.log_many(table)
        took, worked = time.perf_counter() - started, time.process_time() - worked
        print(
            f"  load: {took:.0f} s ({worked:.0f} s of it at work in this process), "
            f"{len(table) / took:,.0f} entries a second"
        )
        print(
            f"  {'':34}{'median':>12}{'best':>12}{'found':>8}{'LIKE':>11}{'ratio':>8}"
        )
        plain = sa.create_engine(book._engine.url)
        for name, text in SEARCHES.items():
            n_found = len(book.search(text))
            ours = times_ms(lambda text=text: book.search(text), repeats=25)
            scan = times_ms(lambda text=text: like(plain, text), repeats=3)
            ratio = scan[0] / ours[0]
            line(name, ours, f"{n_found:>8}{scan[0]:>8.0f} ms{ratio:>7.0f}x")
        plain.dispose()
        some = iter(np.random.default_rng(2).permutation(names).tolist())
        times = times_ms(lambda: book.timeline(next(some)), repeats=200)
        line("timeline of one customer", times)
        row = {"kind": "contact", "happened_at": "2025-12-31"}
        times = times_ms(lambda: book.log(customer_id=next(some), **row), repeats=50)
        line("log one entry, confirmed", times)
        for name in ("follow_ups", "last_contact", "balances"):
            call = getattr(book, name)
            times = times_ms(lambda call=call: call(as_of="2025-12-31"), repeats=3)
            line(name.replace("_", " "), times)


def like(engine: sa.Engine, text: str) -> list[Any]:
    """Search the plain way: every note, letter by letter, the newest fifty."""
    words = [text.strip('"')] if text.startswith('"') else text.rstrip("*").split()
    wanted = " AND ".join(f"note LIKE '%%{word}%%'" for word in words)
    query = (
        f"SELECT * FROM diary_entries WHERE {wanted} "
        "ORDER BY happened_at + 0 DESC LIMIT 50"
        if engine.dialect.name == "sqlite"
        else f"SELECT * FROM diary_entries WHERE {wanted} "
        "ORDER BY happened_at + interval '0' DESC LIMIT 50"
    )
    with engine.connect() as connection:
        return list(connection.exec_driver_sql(query).all())


def main() -> None:
    """Measure on both databases, or on one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    options = parser.parse_args()
    table = entries(options.rows, np.random.default_rng(1))
    print(f"{len(table):,} entries of {N_CUSTOMERS:,} customers; medians")
    if options.only != "postgresql":
        print("SQLite")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "diary.db"
            measure(str(path), table)
            print(f"  file: {path.stat().st_size / 1e6:,.0f} MB")
    if options.only != "sqlite":
        if postgres_server.binaries() is None:
            print(f"PostgreSQL: left out, {postgres_server.MISSING}")
            return
        print("PostgreSQL")
        with postgres_server.running(fsync=True) as server:
            measure(server.database(), table)


if __name__ == "__main__":
    main()
