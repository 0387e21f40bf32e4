"""Errors say what, where and what to do, and carry the failing rows."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest

from crmlib.errors import ContractError, CrmError, DataNotFound

ROWS = pd.DataFrame(
    {"order_id": ["O1", "O2"], "amount_cents": [-5, -700]}, index=[3, 8]
)


def error(**changes: object) -> ContractError:
    parts = {
        "table": "orders",
        "column": "amount_cents",
        "rows": ROWS,
        "remedy": "correct or drop these rows",
        **changes,
    }
    return ContractError("2 values are below 0", **parts)  # type: ignore[arg-type]


def test_message_has_what_where_and_what_to_do() -> None:
    assert str(error()).splitlines() == [
        "Table orders, column amount_cents: 2 values are below 0.",
        "Where: row 3: -5; row 8: -700.",
        "What to do: correct or drop these rows.",
    ]


def test_rows_keep_their_index_and_are_a_copy() -> None:
    raised = error()
    pd.testing.assert_frame_equal(raised.rows, ROWS)
    raised.rows.loc[3, "amount_cents"] = 0
    assert ROWS.loc[3, "amount_cents"] == -5


def test_without_rows_or_column_the_message_stays_a_sentence() -> None:
    raised = error(column=None, rows=None, remedy="")
    assert str(raised) == "Table orders: 2 values are below 0."
    assert raised.column is None
    assert raised.rows.empty


def test_many_rows_and_long_values_are_cut_short() -> None:
    rows = pd.DataFrame({"amount_cents": ["x" * 100] * 9})
    message = str(error(rows=rows))
    assert "and 4 more in .rows" in message
    assert "x" * 36 in message
    assert "x" * 37 not in message


def test_rows_of_a_whole_table_problem_are_named_by_label() -> None:
    assert "Where: row 3; row 8." in str(error(column=None))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "(missing)"),
        (pd.NaT, "(missing)"),
        (pd.Timestamp("2025-12-31"), "2025-12-31"),
        (" c1", "' c1'"),
    ],
)
def test_values_are_shown_plainly(value: object, shown: str) -> None:
    rows = pd.DataFrame({"amount_cents": pd.Series([value], dtype=object)})
    assert f"row 0: {shown}." in str(error(rows=rows))


def test_errors_are_also_the_built_in_ones_that_fit() -> None:
    assert issubclass(ContractError, CrmError)
    assert issubclass(ContractError, ValueError)
    assert issubclass(DataNotFound, CrmError)
    assert issubclass(DataNotFound, FileNotFoundError)


def test_a_contract_error_survives_pickling() -> None:
    again = pickle.loads(pickle.dumps(error()))
    assert str(again) == str(error())
    assert (again.table, again.column) == ("orders", "amount_cents")
    pd.testing.assert_frame_equal(again.rows, ROWS)
