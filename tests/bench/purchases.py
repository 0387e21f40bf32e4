"""How fast the purchase summary is: ratios against peers, measured in the same run.

    python tests/bench/purchases.py [--rows N] [--peer-python .venv-bench/bin/python]
                                    [--ids numbers|texts|both]

Each contestant runs in a process of its own on the same table (customers named by
numbers, or by texts such as C0000123; days; integer cents) and answers with its time,
the memory it needed at its peak above the table itself, and a checksum that must agree.
Nothing here asserts a time: machines differ, and a shared one differs from minute to
minute. What it finds is printed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

AS_OF = "2025-12-31"
COLUMNS = ("customer_id", "ordered_on", "amount_cents")
REPEATS = 3
Summary = tuple[int, int]  # customers, days since the last order added up


# --------------------------------------------------------------------- contestants


def pandas_table(folder: Path, ids: str) -> Any:
    import pandas as pd

    table = pd.DataFrame({name: np.load(folder / f"{name}.npy") for name in COLUMNS})
    if ids == "texts":
        numbers = table["customer_id"].to_numpy()
        texts = np.array([f"C{i:07}" for i in range(numbers.max() + 1)], dtype=object)
        table["customer_id"] = pd.Series(texts[numbers], dtype="str")
    return table


def polars_table(folder: Path, ids: str) -> Any:
    import polars as pl

    table = pl.DataFrame({name: np.load(folder / f"{name}.npy") for name in COLUMNS})
    if ids == "texts":
        digits = pl.col("customer_id").cast(pl.String).str.zfill(7)
        table = table.with_columns(customer_id="C" + digits)
    return table.with_columns(pl.col("ordered_on").cast(pl.Date))


def duckdb_table(folder: Path, ids: str) -> Any:
    import duckdb

    made = pandas_table(folder, ids)
    connection = duckdb.connect()
    connection.sql("create table orders as select * from made")
    del made
    orders = connection.table("orders")
    return orders.project("customer_id, ordered_on::date as ordered_on, amount_cents")


def by_lifetimes(orders: Any) -> Summary:
    from lifetimes.utils import summary_data_from_transaction_data

    summary = summary_data_from_transaction_data(
        orders,
        "customer_id",
        "ordered_on",
        monetary_value_col="amount_cents",
        observation_period_end=AS_OF,
    )
    return len(summary), int((summary["T"] - summary["recency"]).sum())


def by_pandas(orders: Any) -> Summary:
    import pandas as pd

    known = orders[orders["ordered_on"] <= AS_OF]
    summary = known.groupby("customer_id").agg(
        first_ordered_on=("ordered_on", "min"),
        last_ordered_on=("ordered_on", "max"),
        n_orders=("ordered_on", "size"),
        spend_total_cents=("amount_cents", "sum"),
    )
    days = (pd.Timestamp(AS_OF) - summary["last_ordered_on"]).dt.days
    return len(summary), int(days.sum())


def by_us(path: Any) -> Callable[[Any], Summary]:
    def call(orders: Any) -> Summary:
        from crmlib.purchases import summarise

        summary = summarise(orders, as_of=AS_OF, path=path)
        if hasattr(summary, "fetchnumpy"):  # a relation of DuckDB: now it is computed
            columns = summary.fetchnumpy()
        else:
            columns = {"days_since_last_order": summary["days_since_last_order"]}
        days = columns["days_since_last_order"]
        return len(days), int(days.sum())

    return call


# Name: who makes the table, who sums it up, and whether it is a peer's environment.
Contestant = tuple[Callable[[Path, str], Any], Callable[[Any], Summary], bool]
CONTESTANTS: dict[str, Contestant] = {
    "lifetimes": (pandas_table, by_lifetimes, True),
    "pandas, groupby by hand": (pandas_table, by_pandas, False),
    "crmlib on pandas, numpy path": (pandas_table, by_us("auto"), False),
    "crmlib on pandas, narwhals path": (pandas_table, by_us("narwhals"), False),
    "crmlib on polars, numpy path": (polars_table, by_us("auto"), False),
    "crmlib on polars, narwhals path": (polars_table, by_us("narwhals"), False),
    "crmlib on DuckDB": (duckdb_table, by_us("auto"), False),
}


# ------------------------------------------------------------------ one measurement


class Peak:
    """Watches this process's memory while it is open; 0 where that cannot be read."""

    def __init__(self) -> None:
        self.before = self.peak = self.now()
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    @staticmethod
    def now() -> int:
        try:
            status = Path("/proc/self/status").read_text(encoding="ascii")
        except OSError:
            return 0
        return int(status.split("VmRSS:")[1].split()[0]) * 1024

    def _look(self) -> None:
        while not self._over.wait(0.005):
            self.peak = max(self.peak, self.now())

    def __enter__(self) -> Peak:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()


def measure(name: str, folder: Path, *, ids: str, repeats: int) -> dict[str, Any]:
    """Run one contestant here: its best time of as many runs as all have, and its peak.

    The peak is that of the first run.
    """
    make, run, _ = CONTESTANTS[name]
    orders = make(folder, ids)
    run(make(folder / "small", ids))  # imports and caches are not what is measured
    with Peak() as memory:
        seconds, answer = timed(run, orders)
    for _ in range(repeats - 1):
        seconds = min(seconds, timed(run, orders)[0])
    return {
        "seconds": seconds,
        "peak": memory.peak - memory.before,
        "answer": list(answer),
    }


def timed(run: Callable[[Any], Summary], orders: Any) -> tuple[float, Summary]:
    began = time.perf_counter()
    answer = run(orders)
    return time.perf_counter() - began, answer


# ------------------------------------------------------------------------ the run


def write_tables(folder: Path, n_rows: int) -> None:
    """Write the columns for all contestants: ten orders a customer, three years."""
    for where, n in ((folder, n_rows), (folder / "small", 1000)):
        where.mkdir(exist_ok=True)
        rng = np.random.default_rng([2025, n])
        days = np.datetime64("2023-01-01") + rng.integers(0, 1096, n)
        columns = (
            rng.integers(0, n // 10, n),
            days.astype("datetime64[us]"),
            rng.integers(100, 500_000, n),
        )
        for name, values in zip(COLUMNS, columns, strict=True):
            np.save(where / f"{name}.npy", values)


def in_own_process(
    name: str, python: str, folder: Path, *, ids: str, repeats: int
) -> dict[str, Any] | str:
    """Return the measurement, or why there is none."""
    done = subprocess.run(
        [
            *(python, "-W", "ignore", __file__, "--one", name),
            *("--folder", str(folder), "--ids", ids, "--repeats", str(repeats)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--ids", choices=("numbers", "texts", "both"), default="both")
    parser.add_argument("--peer-python", help="an interpreter that has lifetimes")
    parser.add_argument("--one", choices=CONTESTANTS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one = measure(
            options.one, options.folder, ids=options.ids, repeats=options.repeats
        )
        print(json.dumps(one))
        return

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_tables(folder, options.rows)
        for ids in ("numbers", "texts") if options.ids == "both" else (options.ids,):
            report(run_all(folder, ids, options), options.rows, ids)


def run_all(
    folder: Path, ids: str, options: argparse.Namespace
) -> dict[str, dict[str, Any]]:
    """Run the contestants one after the other; return what was measured."""
    found = {}
    for contestant, (_, _, is_peer) in CONTESTANTS.items():
        python = options.peer_python if is_peer else sys.executable
        result: dict[str, Any] | str = "no --peer-python was given"
        if python:
            result = in_own_process(
                contestant, python, folder, ids=ids, repeats=options.repeats
            )
        if isinstance(result, str):
            print(f"{contestant}: not measured: {result}")
        else:
            found[contestant] = result
    return found


def report(found: dict[str, dict[str, Any]], n_rows: int, ids: str) -> None:
    """Print the table: how many times faster, and with how much of the memory."""
    if not found:
        return
    base_name, base = next(iter(found.items()))
    print(f"Purchase summary of {n_rows:,} orders, customers named by {ids}")
    print(f"base: {base_name}")
    print(f"{'':34}{'seconds':>9}{'faster':>9}{'peak MB':>9}{'of base':>9}")
    for name, one in found.items():
        ratio = base["seconds"] / one["seconds"]
        share = one["peak"] / base["peak"] if base["peak"] else float("nan")
        print(
            f"{name:34}{one['seconds']:9.2f}{ratio:8.1f}x"
            f"{one['peak'] / 1e6:9.0f}{share:9.0%}"
        )
    answers = {tuple(one["answer"]) for one in found.values()}
    agree = "all agree" if len(answers) == 1 else f"THEY DISAGREE: {answers}"
    print(f"customers and days since the last order: {agree}")


if __name__ == "__main__":
    main()
