"""Purchase summary and RFM: loops, laws, engines and paths, planted truth, bad input.

On Spark the same tests run where CRM_TEST_SPARK=1 is set and pyspark is installed with
a Java it finds; elsewhere they are not collected.
"""

from __future__ import annotations

import datetime as dt
import os
from functools import cache
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlib import datasets
from crmlib.errors import ContractError
from crmlib.purchases import (
    name_segments,
    parse_day,
    rfm,
    rfm_segments,
    segment_names,
    segment_rules,
    summarise,
)

AS_OF = dt.date(2025, 12, 31)
COLUMNS = [
    "customer_id",
    "first_ordered_on",
    "last_ordered_on",
    "days_since_last_order",
    "n_orders",
    "spend_total_cents",
]

ENGINES = ["pandas", "polars", "polars lazy", "duckdb"]
if os.environ.get("CRM_TEST_SPARK"):
    ENGINES.append("spark")

order_rows = st.lists(
    st.tuples(
        st.sampled_from(["C1", "C2", "C3", "C4", "C10"]),
        st.dates(dt.date(2025, 11, 1), dt.date(2026, 1, 31)),
        st.integers(0, 3).map(lambda tens: tens * 1000),
    ),
    max_size=30,
)
summary_rows = st.lists(
    st.tuples(st.integers(0, 6), st.integers(1, 5), st.integers(0, 8)), max_size=40
)


def orders_in(engine: str, rows: list[tuple[str, dt.date, int]]) -> Any:
    customers = [row[0] for row in rows]
    days = [row[1] for row in rows]
    amounts = [row[2] for row in rows]
    if engine == "pandas":
        return pd.DataFrame(
            {
                "customer_id": pd.Series(customers, dtype="str"),
                "ordered_on": pd.Series(days, dtype="datetime64[ns]"),
                "amount_cents": pd.Series(amounts, dtype="int64"),
            }
        )
    if engine == "duckdb":
        return relation(
            {"customer_id": "varchar", "ordered_on": "date", "amount_cents": "bigint"},
            rows,
        )
    if engine == "spark":
        schema = "customer_id string, ordered_on date, amount_cents bigint"
        return spark().createDataFrame(rows, schema)
    frame = pl.DataFrame(
        {"customer_id": customers, "ordered_on": days, "amount_cents": amounts},
        schema={
            "customer_id": pl.String,
            "ordered_on": pl.Date,
            "amount_cents": pl.Int64,
        },
    )
    return frame.lazy() if engine == "polars lazy" else frame


@cache
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@cache
def spark() -> Any:
    from pyspark.sql import SparkSession

    return SparkSession.builder.master("local[1]").getOrCreate()


def relation(types: dict[str, str], rows: list[tuple[Any, ...]]) -> Any:
    """Return a table of DuckDB with these rows."""
    columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
    connection().execute(f"create or replace temp table given ({columns})")
    if rows:
        marks = ", ".join("?" * len(types))
        connection().executemany(f"insert into given values ({marks})", rows)
    return connection().table("given")


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return datasets.load("company/orders")


def records(table: Any) -> list[tuple[Any, ...]]:
    """Return any engine's table as plain rows, dates as dates."""
    if isinstance(table, pl.LazyFrame):
        table = table.collect()
    if isinstance(table, pl.DataFrame):
        return table.rows()
    if isinstance(table, duckdb.DuckDBPyRelation):
        return table.fetchall()
    if not isinstance(table, pd.DataFrame):
        return [tuple(row) for row in table.collect()]
    columns = [
        table[name].dt.date if table[name].dtype.kind == "M" else table[name]
        for name in table.columns
    ]
    return list(zip(*(column.tolist() for column in columns), strict=True))


def summarised_by_loop(rows: list[tuple[str, dt.date, int]]) -> list[tuple[Any, ...]]:
    """Return the summary as a student might make it by hand."""
    result = []
    for customer in sorted({row[0] for row in rows}):
        own = [row for row in rows if row[0] == customer and row[1] <= AS_OF]
        if own:
            days = [row[1] for row in own]
            result.append(
                (
                    customer,
                    min(days),
                    max(days),
                    (AS_OF - max(days)).days,
                    len(own),
                    sum(row[2] for row in own),
                )
            )
    return result


def summary_of(rows: list[tuple[int, int, int]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": [f"C{number:03}" for number in range(len(rows))],
            "days_since_last_order": pd.Series([r[0] for r in rows], dtype="int64"),
            "n_orders": pd.Series([r[1] for r in rows], dtype="int64"),
            "spend_total_cents": pd.Series([r[2] for r in rows], dtype="int64"),
        }
    )


class TestSummarise:
    @pytest.mark.parametrize("engine", ENGINES)
    def test_equals_a_plain_loop(self, engine):
        @settings(max_examples=5 if engine == "spark" else 40, deadline=None)
        @given(rows=order_rows)
        def check(rows):
            summary = summarise(orders_in(engine, rows), as_of=AS_OF)
            assert records(summary) == summarised_by_loop(rows)

        check()

    def test_two_orders_on_one_day_are_two_orders(self):
        day = dt.date(2025, 12, 30)
        rows = [("C1", day, 100), ("C1", day, 100)]
        (record,) = records(summarise(orders_in("pandas", rows), as_of=AS_OF))
        assert record == ("C1", day, day, 1, 2, 200)

    def test_the_last_day_counts_and_the_next_does_not(self):
        rows = [("C1", AS_OF, 100), ("C1", AS_OF + dt.timedelta(days=1), 999)]
        (record,) = records(summarise(orders_in("pandas", rows), as_of=AS_OF))
        assert record[3:] == (0, 1, 100)

    @pytest.mark.parametrize(
        "as_of",
        [
            AS_OF,
            "2025-12-31",
            dt.datetime(2025, 12, 31, 15),
            pd.Timestamp("2025-12-31 23:59"),
        ],
    )
    def test_as_of_is_a_day_however_it_is_written(self, as_of):
        rows = [("C1", AS_OF, 100), ("C2", dt.date(2025, 12, 1), 1)]
        summary = summarise(orders_in("pandas", rows), as_of=as_of)
        assert summary["days_since_last_order"].tolist() == [0, 30]

    @pytest.mark.parametrize("as_of", ["31.12.2025", 20251231, None, pd.NaT, 1.0, ""])
    def test_as_of_that_is_no_day(self, as_of):
        with pytest.raises(ValueError, match="as_of must be a date or text such as"):
            summarise(orders_in("pandas", [("C1", AS_OF, 1)]), as_of=as_of)

    @pytest.mark.parametrize("engine", ["pandas", "polars"])
    def test_dtypes_and_columns_also_of_an_empty_table(self, engine):
        for rows in ([], [("C1", AS_OF, 5)], [("C1", dt.date(2026, 5, 1), 5)]):
            table = summarise(orders_in(engine, rows), as_of=AS_OF)
            assert list(table.columns) == COLUMNS
            for name in COLUMNS[3:]:
                assert str(table[name].dtype).lower() == "int64"

    def test_an_empty_table_that_knows_no_types(self):
        empty = pd.DataFrame(columns=["customer_id", "ordered_on", "amount_cents"])
        summary = summarise(empty, as_of=AS_OF)
        assert list(summary.columns) == COLUMNS
        assert len(summary) == 0
        assert summary["spend_total_cents"].dtype == "int64"
        scored = rfm(summary)
        assert len(scored.scores) == len(scored.cuts) == 0
        assert len(name_segments(scored.scores)) == 0

    def test_the_input_is_not_changed_and_its_index_plays_no_part(self):
        rows = [("C2", AS_OF, 3), ("C1", AS_OF, 4), ("C2", AS_OF, 5)]
        orders = orders_in("pandas", rows)
        orders.index = pd.Index([1, 0, 7])
        before = orders.copy(deep=True)
        summary = summarise(orders, as_of=AS_OF)
        pd.testing.assert_frame_equal(orders, before)
        assert summary.index.tolist() == [0, 1]
        assert summary["spend_total_cents"].tolist() == [4, 8]

    def test_small_integers_do_not_overflow(self):
        orders = orders_in("pandas", [("C1", AS_OF, 100)] * 400)
        orders["amount_cents"] = orders["amount_cents"].astype("int8")
        summary = summarise(orders, as_of=AS_OF)
        assert summary["spend_total_cents"].tolist() == [40_000]

    def test_nullable_integers(self):
        orders = orders_in("pandas", [("C1", AS_OF, 100), ("C1", AS_OF, 11)])
        orders["amount_cents"] = orders["amount_cents"].astype("Int64")
        summary = summarise(orders, as_of=AS_OF)
        assert summary["spend_total_cents"].tolist() == [111]


numbered_rows = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 2, 3, 7, 200, 255]),
        st.dates(dt.date(1969, 11, 1), dt.date(1970, 3, 1)),
        st.integers(-3, 3).map(lambda tens: tens * 1000),
    ),
    min_size=1,
    max_size=30,
)


def numbered(rows: list[tuple[int, dt.date, int]], *, unit: str = "us") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": pd.Series([row[0] for row in rows], dtype="int64"),
            "ordered_on": pd.Series(
                [row[1] for row in rows], dtype=f"datetime64[{unit}]"
            ),
            "amount_cents": pd.Series([row[2] for row in rows], dtype="int64"),
        }
    )


def same_bytes(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    return all(bytes_of(one[name]) == bytes_of(other[name]) for name in one.columns)


def bytes_of(column: pd.Series[Any]) -> Any:
    values = column.to_numpy()
    if values.dtype == object:  # whose bytes are addresses
        return [(type(value), value.encode()) for value in values]
    return values.tobytes()


texts = st.text(st.sampled_from("C0129 é茶\n\U0001f375"), max_size=6)
long_texts = st.sampled_from(["x" * 41, "茶" * 14, "a\0b", "\ud800"])


class TestPaths:
    """The numpy path and the narwhals path give the same table, byte for byte."""

    day = dt.date(1970, 1, 31)  # days before 1970 are negative numbers inside

    @settings(max_examples=60, deadline=None)
    @given(
        rows=numbered_rows,
        ids=st.sampled_from(["int64", "int32", "uint8"]),
        unit=st.sampled_from(["s", "ms", "us", "ns"]),
        cents=st.sampled_from(["int64", "int16"]),
        far_apart=st.booleans(),
    )
    def test_on_pandas(self, rows, ids, unit, cents, far_apart):
        if far_apart and ids == "int64":
            rows = [(row[0] * 10**12 - 5, *row[1:]) for row in rows]
        orders = numbered(rows, unit=unit)
        orders = orders.astype({"customer_id": ids, "amount_cents": cents})
        before = orders.copy(deep=True)
        by_numpy = summarise(orders, as_of=self.day, path="numpy")
        assert same_bytes(orders, before)
        assert same_bytes(by_numpy, summarise(orders, as_of=self.day, path="narwhals"))
        assert same_bytes(by_numpy, summarise(orders, as_of=self.day))

    @settings(max_examples=60, deadline=None)
    @given(rows=numbered_rows, date=st.sampled_from([pl.Date, pl.Datetime("ms")]))
    def test_on_polars_and_duckdb(self, rows, date):
        in_polars = pl.DataFrame(
            rows, schema=["customer_id", "ordered_on", "amount_cents"], orient="row"
        ).cast({"ordered_on": date})
        by_numpy = summarise(in_polars, as_of=self.day, path="numpy")
        by_narwhals = summarise(in_polars, as_of=self.day, path="narwhals")
        assert by_numpy.schema == by_narwhals.schema
        assert by_numpy.equals(by_narwhals)
        columns = {
            "customer_id": "bigint",
            "ordered_on": "date",
            "amount_cents": "bigint",
        }
        in_duckdb = summarise(relation(columns, rows), as_of=self.day).fetchnumpy()
        in_pandas = summarise(numbered(rows), as_of=self.day)
        for name in COLUMNS:
            theirs = np.asarray(in_duckdb[name])
            if name.endswith("_on"):
                theirs = theirs.astype("datetime64[us]")
            assert theirs.tobytes() == in_pandas[name].to_numpy().tobytes()
            assert (
                by_numpy.with_columns(pl.col("^.*_on$").cast(pl.Datetime("us")))[name]
                .to_numpy()
                .tobytes()
                == theirs.tobytes()
            )

    def test_many_slices(self, monkeypatch):
        rng = np.random.default_rng(4)
        orders = pd.DataFrame(
            {
                "customer_id": rng.integers(50, 90, 1000),
                "ordered_on": np.datetime64("2025-01-01", "us")
                + rng.integers(0, 400, 1000) * np.timedelta64(1, "D"),
                "amount_cents": rng.integers(0, 10**9, 1000),
            }
        )
        expected = summarise(orders, as_of=AS_OF, path="narwhals")
        assert expected["n_orders"].sum() < 1000
        monkeypatch.setattr("crmlib.purchases._SLICE", 7)
        assert same_bytes(summarise(orders, as_of=AS_OF, path="numpy"), expected)

    @settings(max_examples=50, deadline=None)
    @given(
        data=st.data(),
        dtype=st.sampled_from(["str", "object", "string[python]"]),
        slice_size=st.sampled_from([1, 2, 1 << 15]),
    )
    def test_on_customers_named_by_texts(self, data, dtype, slice_size):
        names = data.draw(st.lists(texts, min_size=1, max_size=6))
        rows = data.draw(numbered_rows)
        orders = numbered(rows).assign(
            customer_id=pd.Series(
                [names[row[0] % len(names)] for row in rows], dtype=dtype
            )
        )
        orders.index = pd.Index(range(len(rows), 0, -1))
        before = orders.copy(deep=True)
        expected = summarise(orders, as_of=self.day, path="narwhals")
        in_polars = pl.DataFrame(
            {name: orders[name].tolist() for name in orders},
            schema_overrides={"ordered_on": pl.Date},
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("crmlib.purchases._TEXTS", slice_size)
            by_numpy = summarise(orders, as_of=self.day, path="numpy")
            theirs = summarise(in_polars, as_of=self.day, path="numpy")
        assert same_bytes(orders, before)
        assert same_bytes(by_numpy, expected)
        assert same_bytes(by_numpy, summarise(orders, as_of=self.day))
        assert theirs.equals(summarise(in_polars, as_of=self.day, path="narwhals"))
        assert records(theirs) == records(by_numpy)
        sorted_by_python = sorted(set(by_numpy["customer_id"]))
        assert by_numpy["customer_id"].tolist() == sorted_by_python

    @settings(max_examples=30, deadline=None)
    @given(names=st.lists(st.one_of(texts, long_texts), min_size=1, max_size=6))
    def test_texts_that_numpy_cannot_number_go_the_other_way(self, names):
        days = [AS_OF - dt.timedelta(days=i) for i in range(len(names))]
        rows = [(name, day, 1) for name, day in zip(names, days, strict=True)]
        orders = orders_in("pandas", rows)
        assert records(summarise(orders, as_of=AS_OF)) == summarised_by_loop(rows)

    def test_more_texts_than_64_bits_can_tell_apart(self):
        rng = np.random.default_rng(5)
        letters = np.array(list("0123456789abcdef"))
        names = ["".join(rng.choice(letters, 32)) for _ in range(200)]
        orders = orders_in("pandas", [(name, AS_OF, 1) for name in names])
        assert summarise(orders, as_of=AS_OF)["customer_id"].tolist() == sorted(names)
        with pytest.raises(ValueError, match="the numpy path cannot take this table"):
            summarise(orders, as_of=AS_OF, path="numpy")
        shorter = orders.assign(customer_id=orders["customer_id"].str[:15])
        by_numpy = summarise(shorter, as_of=AS_OF, path="numpy")
        assert same_bytes(by_numpy, summarise(shorter, as_of=AS_OF, path="narwhals"))

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("customer_id", "C" * 41),
            ("customer_id", "C\0"),
            ("customer_id", "\ud800"),
            ("customer_id", pd.Series([None], dtype="str")),
            ("customer_id", pd.Categorical(["C1"])),
            ("customer_id", 1.0),
            ("customer_id", pd.array([1], dtype="Int64")),
            ("customer_id", np.array([2**64 - 1], dtype="uint64")),
            ("ordered_on", pd.Timestamp("2025-12-01 00:00:01")),
            ("ordered_on", pd.NaT),
            ("ordered_on", pd.Timestamp("2025-12-01", tz="UTC")),
            ("ordered_on", "2025-12-01"),
            ("ordered_on", pd.Timedelta(days=1)),
            ("amount_cents", 1.5),
            ("amount_cents", True),
        ],
    )
    def test_what_numpy_does_not_take(self, column, value):
        orders = numbered([(1, dt.date(2025, 12, 1), 100)])
        orders[column] = pd.Series(value, dtype=getattr(value, "dtype", None))
        with pytest.raises(ValueError, match="the numpy path cannot take this table"):
            summarise(orders, as_of=AS_OF, path="numpy")

    def test_a_table_without_rows_or_columns_or_in_another_place(self):
        rows = [(1, dt.date(2025, 12, 1), 100)]
        for orders in (
            numbered(rows).head(0),
            numbered(rows).drop(columns="amount_cents"),
            pl.from_dicts(numbered(rows).to_dict("records")).lazy(),
            pl.DataFrame(
                {"customer_id": [1], "ordered_on": [AS_OF], "amount_cents": [None]},
                schema_overrides={"amount_cents": pl.Int64},
            ),
        ):
            with pytest.raises(ValueError, match="the numpy path cannot take"):
                summarise(orders, as_of=AS_OF, path="numpy")

    def test_the_error_of_a_numbered_table_names_the_rows(self):
        orders = numbered([(1, AS_OF, 1), (2, AS_OF, 1)])
        orders.loc[1, "ordered_on"] = pd.Timestamp("2025-12-01 12:00")
        with pytest.raises(ContractError, match="time of day") as caught:
            summarise(orders, as_of=AS_OF)
        assert caught.value.rows.index.tolist() == [1]

    def test_nobody_has_bought_yet(self):
        orders = numbered([(4, dt.date(2026, 1, 1), 1)])
        by_numpy = summarise(orders, as_of=AS_OF, path="numpy")
        assert len(by_numpy) == 0
        assert same_bytes(by_numpy, summarise(orders, as_of=AS_OF, path="narwhals"))

    def test_an_unknown_path(self):
        with pytest.raises(ValueError, match="no path called 'fast'; there are: auto"):
            summarise(numbered([(1, AS_OF, 1)]), as_of=AS_OF, path="fast")


class TestSummariseRefuses:
    """Bad input gets the rows, in every engine."""

    good: tuple[tuple[str, dt.date, int], ...] = tuple(
        ("C1", dt.date(2025, 12, day), 100) for day in (1, 2, 3, 4)
    )

    def refused(self, orders: Any) -> ContractError:
        with pytest.raises(ContractError) as caught:
            summarise(orders, as_of=AS_OF)
        assert caught.value.table == "orders"
        assert "What to do:" in str(caught.value)
        return caught.value

    @pytest.mark.parametrize("column", ["customer_id", "ordered_on", "amount_cents"])
    @pytest.mark.parametrize("engine", ["pandas", "polars", "polars lazy"])
    def test_a_column_that_is_absent(self, engine, column):
        orders = orders_in(engine, [*self.good])
        is_pandas = engine == "pandas"
        orders = orders.drop(columns=column) if is_pandas else orders.drop(column)
        error = self.refused(orders)
        assert error.column == column

    def test_missing_amounts_in_pandas_keep_their_labels(self):
        orders = orders_in("pandas", [*self.good])
        orders["amount_cents"] = [100, None, 100, 99.5]
        orders.index = pd.Index(["a", "b", "c", "d"])
        error = self.refused(orders)
        assert error.column == "amount_cents"
        assert error.rows.index.tolist() == ["b", "d"]
        assert "row b: (missing); row d: 99.5" in str(error)

    def test_missing_amounts_in_polars_keep_their_positions(self):
        orders = orders_in("polars", [*self.good]).with_columns(
            pl.Series("amount_cents", [100, None, 100, 100])
        )
        error = self.refused(orders)
        assert error.rows.index.tolist() == [1]
        assert error.rows["customer_id"].tolist() == ["C1"]

    def test_missing_amounts_in_a_lazy_table(self):
        orders = orders_in("polars", [*self.good]).with_columns(
            pl.Series("amount_cents", [100, None, 100, None])
        )
        assert len(self.refused(orders.lazy()).rows) == 2

    def test_missing_amounts_in_duckdb(self):
        rows = [("C1", dt.date(2025, 12, 1), 100), ("C2", dt.date(2025, 12, 1), None)]
        error = self.refused(orders_in("duckdb", rows))
        assert error.column == "amount_cents"
        assert error.rows["customer_id"].tolist() == ["C2"]

    @pytest.mark.parametrize("bad", [float("nan"), float("inf"), 0.5, None])
    @pytest.mark.parametrize("engine", ["pandas", "polars"])
    def test_amounts_that_are_no_whole_numbers(self, engine, bad):
        orders = orders_in("pandas", [*self.good])
        orders["amount_cents"] = pd.Series([1.0, 2.0, bad, 3.0], dtype="float64")
        if engine == "polars":
            orders = orders_in("polars", [*self.good]).with_columns(
                pl.Series("amount_cents", [1.0, 2.0, bad, 3.0])
            )
        assert self.refused(orders).rows.index.tolist() == [2]

    def test_floats_that_are_all_whole_are_still_floats(self):
        orders = orders_in("pandas", [*self.good]).astype({"amount_cents": "float64"})
        error = self.refused(orders)
        assert "whole numbers are needed here" in str(error)
        assert len(error.rows) == 4

    @pytest.mark.parametrize("value", ["12.50", True])
    def test_amounts_of_another_type(self, value):
        orders = orders_in("pandas", [*self.good]).assign(amount_cents=value)
        assert self.refused(orders).column == "amount_cents"

    @pytest.mark.parametrize("engine", ["pandas", "polars"])
    def test_dates_as_text(self, engine):
        orders = orders_in(engine, [*self.good])
        text = ["2025-12-01"] * 4
        if engine == "polars":
            orders = orders.with_columns(pl.Series("ordered_on", text))
        else:
            orders = orders.assign(ordered_on=text)
        error = self.refused(orders)
        assert error.column == "ordered_on"
        assert "dates are needed here" in str(error)
        assert len(error.rows) == 4

    def test_dates_with_a_time_of_day(self):
        orders = orders_in("pandas", [*self.good])
        orders.loc[2, "ordered_on"] = pd.Timestamp("2025-12-03 18:30")
        assert self.refused(orders).rows.index.tolist() == [2]

    def test_dates_with_a_time_zone(self):
        orders = orders_in("pandas", [*self.good])
        orders["ordered_on"] = orders["ordered_on"].dt.tz_localize("Asia/Shanghai")
        assert "time zone" in str(self.refused(orders))

    def test_missing_dates_and_customers(self):
        orders = orders_in("pandas", [*self.good])
        orders.loc[1, "ordered_on"] = pd.NaT
        assert self.refused(orders).rows.index.tolist() == [1]
        orders = orders_in("pandas", [*self.good])
        orders.loc[3, "customer_id"] = None
        assert self.refused(orders).rows.index.tolist() == [3]

    def test_something_that_is_no_table(self):
        with pytest.raises(TypeError, match="a table is needed"):
            summarise([1, 2, 3], as_of=AS_OF)


class TestRfm:
    @settings(max_examples=60, deadline=None)
    @given(rows=summary_rows, bins=st.integers(1, 7))
    def test_equals_a_plain_loop_on_two_engines(self, rows, bins):
        n = len(rows)
        expected = [
            (
                f"C{number:03}",
                sum(other[0] > days for other in rows) * bins // n + 1,
                sum(other[1] < orders for other in rows) * bins // n + 1,
                sum(other[2] < spend for other in rows) * bins // n + 1,
            )
            for number, (days, orders, spend) in enumerate(rows)
        ]
        summary = summary_of(rows)
        assert records(rfm(summary, bins=bins).scores) == expected
        schema = dict.fromkeys(summary.columns, pl.Int64) | {"customer_id": pl.String}
        in_polars = pl.DataFrame(
            {name: summary[name].tolist() for name in summary}, schema=schema
        )
        scored = rfm(in_polars, bins=bins)
        assert records(scored.scores) == expected
        assert records(scored.cuts) == records(rfm(summary, bins=bins).cuts)

    @settings(max_examples=40, deadline=None)
    @given(rows=summary_rows, random=st.randoms(use_true_random=False))
    def test_laws(self, rows, random):
        summary = summary_of(rows)
        scores = rfm(summary).scores
        shuffled = list(range(len(rows)))
        random.shuffle(shuffled)
        again = rfm(summary.iloc[shuffled]).scores
        pd.testing.assert_frame_equal(scores, again)  # the order of rows is nothing
        for measure, place, sign in (("r", 0, -1), ("f", 1, 1), ("m", 2, 1)):
            by_value = sorted(
                (sign * row[place], score)
                for row, score in zip(rows, scores[measure], strict=True)
            )
            earned: dict[int, set[int]] = {}
            for value, score in by_value:
                earned.setdefault(value, set()).add(score)
            assert all(len(found) == 1 for found in earned.values())  # equals equal
            in_order = [score for _, score in by_value]
            assert in_order == sorted(in_order)  # better is never lower
            assert all(1 <= score <= 5 for score in in_order)

    @settings(max_examples=40, deadline=None)
    @given(rows=summary_rows)
    def test_cut_points_give_the_scores_back(self, rows):
        summary = summary_of(rows)
        scored = rfm(summary)
        columns = {
            "r": "days_since_last_order",
            "f": "n_orders",
            "m": "spend_total_cents",
        }
        for measure, column in columns.items():
            cuts = scored.cuts[scored.cuts["measure"] == measure]
            assert cuts["n_customers"].sum() == len(rows)
            for value, score in zip(
                summary[column], scored.scores[measure], strict=True
            ):
                earned = (
                    cuts["cut"] >= value if measure == "r" else cuts["cut"] <= value
                )
                assert cuts.loc[earned, "score"].max() == score

    def test_a_tied_block_takes_its_lowest_score(self):
        # Four of ten with a single order: all have 1, and nobody has 2.
        summary = summary_of([(day, [1, 1, 1, 1, 2, 3, 4, 5, 6, 7][day], 0)
                              for day in range(10)])  # fmt: skip
        assert rfm(summary).scores["f"].tolist() == [1, 1, 1, 1, 3, 3, 4, 4, 5, 5]
        assert set(rfm(summary).scores["m"]) == {1}

    def test_all_different_fills_the_fifths_evenly(self):
        summary = summary_of([(day, day + 1, day) for day in range(20)])
        scores = rfm(summary).scores
        assert scores["f"].value_counts().to_dict() == dict.fromkeys(range(1, 6), 4)
        assert scores["r"].tolist() == scores["f"].tolist()[::-1]

    def test_one_customer_has_the_lowest_scores(self):
        assert records(rfm(summary_of([(0, 9, 900)])).scores) == [("C000", 1, 1, 1)]

    @pytest.mark.parametrize("bins", [0, -1, 2.5, True, "5"])
    def test_bins_must_be_a_positive_integer(self, bins):
        with pytest.raises(ValueError, match="bins must be an integer of at least 1"):
            rfm(summary_of([(0, 1, 1)]), bins=bins)

    def test_a_customer_named_twice(self):
        summary = summary_of([(0, 1, 1), (1, 1, 1), (2, 1, 1)])
        summary["customer_id"] = ["C1", "C2", "C1"]
        with pytest.raises(ContractError) as caught:
            rfm(summary)
        assert caught.value.rows.index.tolist() == [0, 2]

    def test_a_missing_value(self):
        summary = summary_of([(0, 1, 1), (1, 1, 1)])
        summary["n_orders"] = [1, None]
        with pytest.raises(ContractError) as caught:
            rfm(summary)
        assert caught.value.column == "n_orders"
        assert caught.value.rows.index.tolist() == [1]

    def test_the_input_is_not_changed(self):
        summary = summary_of([(3, 1, 1), (1, 2, 1)])
        before = summary.copy(deep=True)
        rfm(summary)
        pd.testing.assert_frame_equal(summary, before)


class TestSegments:
    def test_all_125_cells_exactly_once(self):
        cells = rfm_segments()
        found = sorted(zip(cells["r"], cells["f"], cells["m"], strict=True))
        scores = range(1, 6)
        assert found == [(r, f, m) for r in scores for f in scores for m in scores]

    def test_the_cells_follow_the_rules(self):
        rules = segment_rules().to_dict("records")
        for r, f, m, segment in rfm_segments().itertuples(index=False):
            fitting = [
                rule["segment"]
                for rule in rules
                if rule["r_from"] <= r <= rule["r_to"]
                and rule["f_from"] <= f <= rule["f_to"]
                and rule["m_from"] <= m <= rule["m_to"]
            ]
            assert fitting == [segment]

    def test_names(self):
        assert len(segment_names()) == len(set(segment_names())) == 10
        assert set(segment_names()) == set(rfm_segments()["segment"])

    def test_the_table_cannot_be_spoilt_by_a_caller(self):
        for table in (rfm_segments(), segment_rules()):
            table.loc[:, "segment"] = "spoilt"
        assert "spoilt" not in {*rfm_segments()["segment"], *segment_names()}

    @pytest.mark.parametrize("engine", ["pandas", "polars", "polars lazy"])
    def test_every_cell_is_named(self, engine):
        cells = rfm_segments().sample(frac=1, random_state=3).reset_index(drop=True)
        scores: Any = cells[["r", "f", "m"]]
        if engine != "pandas":
            scores = pl.DataFrame({name: scores[name].tolist() for name in scores})
        if engine == "polars lazy":
            scores = scores.lazy()
        assert [row[3] for row in records(name_segments(scores))] == list(
            cells["segment"]
        )

    def test_the_index_stays(self):
        scores = pd.DataFrame({"r": [5, 1], "f": [5, 1], "m": [5, 1]}, index=[8, 4])
        named = name_segments(scores)
        assert named.index.tolist() == [8, 4]
        assert named["segment"].tolist() == ["champions", "lost"]
        assert "segment" not in scores

    @pytest.mark.parametrize("bad", [0, 6, -1])
    def test_scores_outside_the_table(self, bad):
        scores = pd.DataFrame({"r": [1, bad], "f": [1, 1], "m": [1, 1]})
        with pytest.raises(ContractError, match="call rfm with bins=5") as caught:
            name_segments(scores)
        assert caught.value.rows.index.tolist() == [1]
        assert caught.value.column == "r"


class TestOnTheCompany:
    """The running company's orders, and what was planted in them."""

    @pytest.mark.parametrize("engine", [e for e in ENGINES if e != "pandas"])
    def test_engines_agree_from_the_orders_to_the_segments(self, orders, engine):
        few = orders[["customer_id", "ordered_on", "amount_cents"]]
        rows = list(
            zip(
                few["customer_id"].tolist(),
                few["ordered_on"].dt.date.tolist(),
                few["amount_cents"].tolist(),
                strict=True,
            )
        )
        if engine == "duckdb":
            frame = pl.DataFrame(rows, schema=list(few.columns), orient="row")
            columns = {name: frame[name].to_numpy() for name in few.columns}
            columns["ordered_on"] = columns["ordered_on"].astype("datetime64[us]")
            theirs = connection().from_df(pd.DataFrame(columns))
            theirs = theirs.project(
                "customer_id, ordered_on::date as ordered_on, amount_cents"
            )
        else:
            theirs = orders_in(engine, rows)
        ours, theirs = (summarise(t, as_of="2025-12-31") for t in (few, theirs))
        assert records(ours) == records(theirs)
        by_us, by_them = rfm(ours), rfm(theirs)
        assert records(by_us.scores) == records(by_them.scores)
        assert records(by_us.cuts) == records(by_them.cuts)
        assert records(name_segments(by_us.scores)) == sorted(
            records(name_segments(by_them.scores))
        )

    def test_two_engines_agree(self, orders):
        few = orders[["customer_id", "ordered_on", "amount_cents"]]
        in_polars = pl.DataFrame(
            {
                "customer_id": few["customer_id"].tolist(),
                "ordered_on": few["ordered_on"].dt.date.tolist(),
                "amount_cents": few["amount_cents"].tolist(),
            }
        )
        ours, theirs = (
            summarise(table, as_of="2025-12-31") for table in (few, in_polars)
        )
        assert records(ours) == records(theirs)
        for part in ("scores", "cuts"):
            assert records(getattr(rfm(ours), part)) == records(
                getattr(rfm(theirs), part)
            )
        assert records(name_segments(rfm(ours).scores)) == records(
            name_segments(rfm(theirs).scores)
        )

    @pytest.mark.parametrize("as_of", ["2025-12-31", "2024-06-30"])
    def test_both_paths_agree_byte_for_byte(self, orders, as_of):
        by_numpy = summarise(orders, as_of=as_of, path="numpy")
        assert same_bytes(by_numpy, summarise(orders, as_of=as_of, path="narwhals"))

    def test_nothing_is_lost(self, orders):
        summary = summarise(orders, as_of="2025-12-31")
        assert summary["n_orders"].sum() == len(orders)
        assert summary["spend_total_cents"].sum() == orders["amount_cents"].sum()
        assert set(summary["customer_id"]) == set(orders["customer_id"])

    def test_those_who_left_are_found_where_recency_is_low(self, orders):
        truth = datasets.truth("company/customers")
        scores = rfm(summarise(orders, as_of="2025-12-31")).scores
        joined = scores.merge(truth, on="customer_id", validate="one_to_one")
        left = joined.groupby("r")["has_left"].mean()
        assert left[1] > 0.5 > left[5]


def test_parse_day_names_the_argument():
    assert parse_day(dt.date(2025, 1, 2), "start") == dt.datetime(2025, 1, 2)
    with pytest.raises(ValueError, match="start must be a date"):
        parse_day("soon", "start")
