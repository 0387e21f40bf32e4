"""The six Cs: worked by hand, by brute force, by law, and on planted truth."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.generator import credit
from crmlib import sixc
from crmlib.errors import ContractError
from crmlib.sixc import FACTORS, OUTCOMES

WEIGHTS = {
    "character": 0.3,
    "capacity": 0.2,
    "capital": 0.2,
    "collateral": 0.1,
    "condition": 0.1,
    "continuity": 0.1,
}
CUTS = {"A": 4.0, "B": 3.0, "C": 1.0}

PAPERS = {
    "customer_id": "T1",
    "days_late_per_invoice": 0.0,
    "good_reference_share": 1.0,
    "profit_margin": 0.5,
    "current_ratio": 9.0,
    "equity_share": 0.9,
    "pledge_cover": 2.0,
    "sector_growth_percent": 20.0,
    "sector_closed_percent": 0.0,
    "years_in_business": 50,
    "handover_steps": 2,
}


def papers(**changes: Any) -> pd.DataFrame:
    """One customer with the best of papers, but for the changes."""
    return pd.DataFrame([PAPERS | changes])


def rated(*rows: tuple[int, ...]) -> pd.DataFrame:
    ids = [f"T{i}" for i in range(1, len(rows) + 1)]
    table = pd.DataFrame(list(rows), columns=list(FACTORS), dtype="int64")
    table.insert(0, "customer_id", ids)
    return table


def scored(*values: float) -> pd.DataFrame:
    ids = [f"T{i}" for i in range(1, len(values) + 1)]
    return pd.DataFrame(
        {"customer_id": ids, "score": pd.Series(values, dtype="float64")}
    )


def happened(*outcomes: str) -> pd.DataFrame:
    ids = [f"T{i}" for i in range(1, len(outcomes) + 1)]
    return pd.DataFrame(
        {"customer_id": ids, "outcome": pd.Series(outcomes, dtype="str")}
    )


# ---------------------------------------------------------------- evidence

CUSTOMERS = pd.DataFrame(
    {
        "customer_id": ["T2", "T1"],
        "sector": ["hotel", "gift shop"],
        "founded_year": [2010, 2019],
        "handover": ["settled", "open"],
        "references_asked": [4, 5],
        "references_good": [3, 0],
        "pledge_cents": [50, 0],
        "credit_asked_cents": [200, 100],
    },
    index=[7, 9],
)
STATEMENTS = pd.DataFrame(
    [
        ("T1", 2021, 9_999, 9_999, 9_999, 9_999, 9_999, 9_999),
        ("T1", 2022, 100, 10, 50, 20, 30, 20),
        ("T1", 2023, 200, 10, 60, 20, 30, 20),
        ("T1", 2024, 100, -40, 80, 20, 30, 20),
        ("T2", 2024, 1000, 60, 500, -50, 150, 0),
        ("T2", 2025, 9_999, 9_999, 9_999, 9_999, 9_999, 9_999),
    ],
    columns=[
        "customer_id",
        "year",
        "revenue_cents",
        "profit_cents",
        "assets_cents",
        "equity_cents",
        "current_assets_cents",
        "current_liabilities_cents",
    ],
)
# The year that T2's evidence is drawn from; T1 has others.
LATEST = (STATEMENTS["customer_id"] == "T2") & (STATEMENTS["year"] == 2024)
PAYMENTS = pd.DataFrame(
    [
        ("T1", 2021, 100, 9_999, 1),
        ("T1", 2022, 4, 10, 1),
        ("T1", 2024, 6, 35, 4),
        ("T2", 2024, 10, 25, 0),
        ("T2", 2025, 100, 9_999, 1),
    ],
    columns=["customer_id", "year", "n_invoices", "late_days", "other_days"],
)
SECTORS = pd.DataFrame(
    {
        "sector": ["gift shop", "hotel"],
        "growth_percent": [-5, 4],
        "closed_percent": [14, 6],
    }
)


def gathered(**changes: Any) -> pd.DataFrame:
    tables = {
        "customers": CUSTOMERS,
        "statements": STATEMENTS,
        "payments": PAYMENTS,
        "sectors": SECTORS,
    }
    options = {key: changes.pop(key) for key in list(changes) if key not in tables}
    tables |= changes
    return sixc.evidence(*tables.values(), **({"as_of_year": 2024} | options))


def test_evidence_by_hand() -> None:
    expected = pd.DataFrame(
        {
            "customer_id": ["T2", "T1"],
            "days_late_per_invoice": [2.5, 4.5],
            "good_reference_share": [0.75, 0.0],
            "profit_margin": [0.06, -0.05],
            "current_ratio": [math.inf, 1.5],
            "equity_share": [-0.1, 0.25],
            "pledge_cover": [0.25, 0.0],
            "sector_growth_percent": [4.0, -5.0],
            "sector_closed_percent": [6.0, 14.0],
            "years_in_business": [14, 5],
            "handover_steps": [2, 0],
        }
    )
    before = CUSTOMERS.copy(), STATEMENTS.copy()
    pd.testing.assert_frame_equal(gathered(), expected, check_dtype=False)
    pd.testing.assert_frame_equal(CUSTOMERS, before[0])
    pd.testing.assert_frame_equal(STATEMENTS, before[1])


def test_evidence_counts_the_years_and_the_column_asked_for() -> None:
    one_year = gathered(years=1)
    assert one_year["profit_margin"].tolist() == [0.06, -0.4]
    assert one_year["days_late_per_invoice"].tolist() == pytest.approx([2.5, 35 / 6])
    other = gathered(late_column="other_days")
    assert other["days_late_per_invoice"].tolist() == [0.0, 0.5]
    with pytest.raises(ValueError, match="years must be at least 1, not 0"):
        gathered(years=0)


def test_evidence_of_nobody_and_of_one() -> None:
    assert gathered(customers=CUSTOMERS.head(0)).shape == (0, 11)
    assert gathered(customers=CUSTOMERS.tail(1))["customer_id"].tolist() == ["T1"]


@pytest.mark.parametrize(
    ("changes", "table", "labels", "words"),
    [
        ({"statements": STATEMENTS[:-2]}, "statements", [7], "no statement for 2024"),
        (
            {"statements": STATEMENTS.replace({"revenue_cents": {1000: 0}})},
            "statements",
            [7],
            "no revenue",
        ),
        ({"payments": PAYMENTS[:3]}, "payments", [7], "no invoices"),
        ({"sectors": SECTORS.tail(1)}, "sectors", [9], "a sector that is not listed"),
        (
            {"customers": CUSTOMERS.replace({"handover": {"open": "maybe"}})},
            "customers",
            [9],
            "allowed are: open, possible, settled",
        ),
        (
            {"customers": CUSTOMERS.assign(references_asked=[0, 5])},
            "customers",
            [7],
            "below 1",
        ),
        (
            {"customers": CUSTOMERS.assign(credit_asked_cents=[1, 0])},
            "customers",
            [9],
            "below 1",
        ),
        (
            {"customers": CUSTOMERS.assign(pledge_cents=[-1, 0])},
            "customers",
            [7],
            "below 0",
        ),
        (
            {"customers": CUSTOMERS.assign(references_good=[-1, 0])},
            "customers",
            [7],
            "below 0",
        ),
        (
            {"customers": CUSTOMERS.assign(customer_id="T1")},
            "customers",
            [7, 9],
            "2 values are there more than once",
        ),
        (
            {"statements": pd.concat([STATEMENTS, STATEMENTS[4:5]])},
            "statements",
            [4, 4],
            "more than once",
        ),
        (
            {"sectors": pd.concat([SECTORS, SECTORS])},
            "sectors",
            [0, 1, 0, 1],
            "more than once",
        ),
    ],
)
def test_evidence_says_which_customers_lack_what(
    changes: dict[str, pd.DataFrame], table: str, labels: list[int], words: str
) -> None:
    with pytest.raises(ContractError) as caught:
        gathered(**changes)
    assert caught.value.table == table
    assert caught.value.rows.index.tolist() == labels
    assert words in str(caught.value)


def test_the_smallest_figures_are_enough_and_none_is_not() -> None:
    for column, words in (
        ("assets_cents", "no statement for 2024"),
        ("revenue_cents", "no revenue"),
    ):
        least = STATEMENTS.assign(**{column: STATEMENTS[column].where(LATEST, 1)})
        one = STATEMENTS.assign(**{column: STATEMENTS[column].mask(LATEST, 1)})
        none = STATEMENTS.assign(**{column: STATEMENTS[column].mask(LATEST, 0)})
        assert len(gathered(statements=least)) == len(gathered(statements=one)) == 2
        with pytest.raises(ContractError, match=words) as caught:
            gathered(statements=none)
        assert caught.value.rows.index.tolist() == [7]
    invoices = PAYMENTS["n_invoices"]
    gathered(payments=PAYMENTS.assign(n_invoices=invoices.mask(invoices == 10, 1)))
    with pytest.raises(ContractError, match="no invoices"):
        gathered(payments=PAYMENTS.assign(n_invoices=invoices.mask(invoices == 10, 0)))


@pytest.mark.parametrize(
    ("assets", "dues", "ratio"),
    [(0, 0, math.inf), (9, 0, math.inf), (0, 1, 0.0), (3, 1, 3.0), (1, 2, 0.5)],
)
def test_who_owes_nothing_can_pay_it(assets: int, dues: int, ratio: float) -> None:
    told = STATEMENTS.assign(
        current_assets_cents=assets, current_liabilities_cents=dues
    )
    assert gathered(statements=told)["current_ratio"].tolist() == [ratio, ratio]


def test_the_steps_of_a_handover() -> None:
    steps = [
        gathered(customers=CUSTOMERS.assign(handover=word))["handover_steps"].tolist()
        for word in ("open", "possible", "settled")
    ]
    assert steps == [[0, 0], [1, 1], [2, 2]]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        *(("customers", name) for name in CUSTOMERS.columns),
        *(("statements", name) for name in STATEMENTS.columns),
        *(("payments", name) for name in PAYMENTS.columns[:4]),
        *(("sectors", name) for name in SECTORS.columns),
    ],
)
def test_evidence_needs_each_column(table: str, column: str) -> None:
    given_table = {
        "customers": CUSTOMERS,
        "statements": STATEMENTS,
        "payments": PAYMENTS,
        "sectors": SECTORS,
    }[table]
    with pytest.raises(ContractError) as caught:
        gathered(**{table: given_table.drop(columns=column)})
    assert (caught.value.table, caught.value.column) == (table, column)


# ---------------------------------------------------------------- ratings

# The cut table once more, as five values that are rated 1 to 5: at the cut, and the
# nearest number below all cuts. None where the table skips a rating.
AT_THE_CUT: dict[str, tuple[str, list[tuple[float, int]]]] = {
    "days_late_per_invoice": (
        "character",
        [(20.1, 1), (20, 2), (9, 3), (4, 4), (1.5, 5), (9.1, 2), (4.1, 3), (1.6, 4)],
    ),
    "good_reference_share": (
        "character",
        [(0.19, 1), (0.2, 2), (0.4, 3), (0.6, 4), (0.8, 5), (0.79, 4)],
    ),
    "profit_margin": (
        "capacity",
        [(-0.01, 1), (0.0, 2), (0.02, 3), (0.05, 4), (0.08, 5), (0.079, 4)],
    ),
    "current_ratio": (
        "capacity",
        [(0.79, 1), (0.8, 2), (1.0, 3), (1.5, 4), (2.0, 5), (math.inf, 5)],
    ),
    "equity_share": (
        "capital",
        [(-0.5, 1), (0.09, 1), (0.1, 2), (0.25, 3), (0.4, 4), (0.6, 5), (0.59, 4)],
    ),
    "pledge_cover": (
        "collateral",
        [(0.0, 1), (0.1, 2), (0.3, 3), (0.6, 4), (1.0, 5), (0.99, 4)],
    ),
    "sector_growth_percent": (
        "condition",
        [(-5, 1), (-4, 2), (0, 3), (3, 4), (6, 5), (5.9, 4)],
    ),
    "sector_closed_percent": (
        "condition",
        [(15.1, 1), (15, 2), (12.1, 2), (12, 3), (8.1, 3), (8, 4), (5.1, 4), (5, 5)],
    ),
    "years_in_business": (
        "continuity",
        [(5, 1), (6, 2), (8, 3), (12, 4), (20, 5), (19, 4)],
    ),
    "handover_steps": ("continuity", [(0, 1), (1, 3), (2, 5)]),
}


def test_the_cut_table_covers_the_evidence() -> None:
    cuts = sixc.default_cuts()
    assert list(AT_THE_CUT) == cuts["indicator"].tolist()
    assert list(AT_THE_CUT) == list(PAPERS)[1:]
    assert [factor for factor, _ in AT_THE_CUT.values()] == cuts["factor"].tolist()
    assert cuts.columns.tolist() == [
        "factor",
        "indicator",
        "better",
        "cut_2",
        "cut_3",
        "cut_4",
        "cut_5",
    ]
    cuts.loc[0, "cut_2"] = -1.0
    assert sixc.default_cuts().loc[0, "cut_2"] == 20.0, "a copy, not the table itself"


@pytest.mark.parametrize(
    ("indicator", "value", "rating"),
    [
        (indicator, value, rating)
        for indicator, (_, steps) in AT_THE_CUT.items()
        for value, rating in steps
    ],
)
def test_each_cut_to_the_point(indicator: str, value: float, rating: int) -> None:
    result = sixc.rate(papers(**{indicator: value})).loc[0]
    own = AT_THE_CUT[indicator][0]
    assert result[own] == rating
    assert [result[c] for c in FACTORS if c != own] == [5] * 5


def test_the_weakest_indicator_decides() -> None:
    result = sixc.rate(papers(days_late_per_invoice=4.0, good_reference_share=0.5))
    assert result.loc[0, "character"] == 3
    result = sixc.rate(papers(days_late_per_invoice=10.0, good_reference_share=0.5))
    assert result.loc[0, "character"] == 2


def test_rating_nobody_and_the_order_of_rows() -> None:
    nobody = sixc.rate(papers().head(0))
    assert nobody.columns.tolist() == ["customer_id", *FACTORS]
    assert len(nobody) == 0
    two = pd.concat([papers(customer_id="T9"), papers(equity_share=0.1)])
    assert sixc.rate(two)["customer_id"].tolist() == ["T9", "T1"]
    assert sixc.rate(two)["capital"].tolist() == [5, 2]
    assert str(sixc.rate(two)["capital"].dtype) == "int64"


def test_own_cuts_are_used_and_checked() -> None:
    cuts = sixc.default_cuts()
    own = cuts.assign(cut_5=cuts["cut_5"].where(cuts["factor"] != "capital", 0.95))
    assert sixc.rate(papers(), cuts=own).loc[0, "capital"] == 4
    for broken, column, words in (
        (cuts.drop(columns="better"), "better", "missing"),
        (cuts.drop(columns="cut_4"), "cut_4", "missing"),
        (cuts[cuts["factor"] != "capital"], "factor", "no indicator for capital"),
        (cuts.assign(better="best"), "better", "10 values are not one of the allowed"),
        (cuts.replace("capital", "cash"), "factor", "allowed are: character"),
        (cuts.assign(cut_5=5.0), "indicator", "turn back"),
        (cuts.assign(better="high"), "indicator", "2 values are whose cuts turn back"),
    ):
        with pytest.raises(ContractError) as caught:
            sixc.rate(papers(), cuts=broken)
        assert (caught.value.table, caught.value.column) == ("cuts", column)
        assert words in str(caught.value)


def test_rating_names_what_is_wrong() -> None:
    with pytest.raises(ContractError) as caught:
        sixc.rate(papers(equity_share=math.nan))
    assert (caught.value.table, caught.value.column) == ("evidence", "equity_share")
    with pytest.raises(ContractError, match="customer_id"):
        sixc.rate(papers().drop(columns="customer_id"))
    with pytest.raises(ContractError) as caught:
        sixc.rate(pd.concat([papers(), papers()]))
    assert "2 values are there more than once" in str(caught.value)
    assert "keep one row each" in str(caught.value)


# ---------------------------------------------------------------- score and grade


def test_score_by_hand() -> None:
    table = sixc.score(rated((5, 4, 3, 2, 1, 3), (1, 1, 1, 1, 1, 1)), weights=WEIGHTS)
    assert table.columns.tolist() == ["customer_id", "score"]
    # 1.5 + 0.8 + 0.6 + 0.2 + 0.1 + 0.3
    assert table["score"].tolist() == [3.5, 1.0]
    assert table["customer_id"].tolist() == ["T1", "T2"]
    assert len(sixc.score(rated(), weights=WEIGHTS)) == 0


@pytest.mark.parametrize("factor", FACTORS)
def test_each_weight_goes_to_its_own_rating(factor: str) -> None:
    alone = {name: float(name == factor) for name in FACTORS}
    table = sixc.score(rated((1, 2, 3, 4, 5, 1)), weights=alone)
    assert table["score"].tolist() == [(1, 2, 3, 4, 5, 1)[FACTORS.index(factor)]]


tenths = st.lists(st.integers(0, 10), min_size=6, max_size=6).filter(
    lambda parts: sum(parts) > 0
)
ratings_of_one = st.tuples(*[st.integers(1, 5)] * 6)


@given(ratings_of_one, tenths)
@settings(max_examples=40, deadline=None)
def test_score_equals_exact_fractions_and_lies_within_its_ratings(
    row: tuple[int, ...], parts: list[int]
) -> None:
    exact = [Fraction(part, sum(parts)) for part in parts]
    weights = dict(zip(FACTORS, map(float, exact), strict=True))
    found = sixc.score(rated(row), weights=weights)["score"].iloc[0]
    expected = sum(weight * r for weight, r in zip(exact, row, strict=True))
    assert found == pytest.approx(float(expected), abs=1e-9)
    assert min(row) - 1e-9 <= found <= max(row) + 1e-9


def test_a_score_reaches_a_cut_that_it_equals_on_paper() -> None:
    # Added up in binary, many of these fall a hair short of 3.
    rows = [
        row
        for row in itertools.product((1, 2, 3, 4, 5), repeat=6)
        if sum(w * r for w, r in zip((3, 2, 2, 1, 1, 1), row, strict=True)) == 30
    ]
    table = sixc.score(rated(*rows), weights=WEIGHTS)
    assert len(rows) > 900
    assert set(table["score"]) == {3.0}
    assert set(sixc.grade(table, cuts=CUTS)["grade"]) == {"B"}


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (WEIGHTS | {"character": 0.2}, "add up to 0.9, and must add up to 1"),
        (WEIGHTS | {"character": 0.3 + 1e-6}, "must add up to 1"),
        (WEIGHTS | {"character": -0.1, "capital": 0.6}, "character must be 0 or more"),
        (WEIGHTS | {"character": math.nan}, "character must be 0 or more, not nan"),
        (WEIGHTS | {"character": math.inf}, "character must be 0 or more, not inf"),
        (WEIGHTS | {"cash": 0.0}, "exactly the six Cs; unknown: cash"),
        (
            {k: v for k, v in WEIGHTS.items() if k not in ("capital", "condition")},
            "exactly the six Cs; missing: capital, condition",
        ),
    ],
)
def test_weights_are_checked(weights: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match="weight") as caught:
        sixc.score(rated((3, 3, 3, 3, 3, 3)), weights=weights)
    assert words in str(caught.value)
    assert not isinstance(caught.value, ContractError)


def test_ratings_are_checked() -> None:
    for bad in (0, 6):
        table = rated((3, 3, 3, 3, 3, 3), (3, 3, bad, 3, 3, 3))
        with pytest.raises(ContractError) as caught:
            sixc.score(table, weights=WEIGHTS)
        assert (caught.value.table, caught.value.column) == ("ratings", "capital")
        assert caught.value.rows.index.tolist() == [1]
        assert "1 value is not within 1 to 5" in str(caught.value)
    twice = rated((3, 3, 3, 3, 3, 3), (3, 3, 3, 3, 3, 3)).assign(customer_id="T1")
    with pytest.raises(ContractError, match="Table ratings, column customer_id"):
        sixc.score(twice, weights=WEIGHTS)
    with pytest.raises(ContractError, match="whole numbers"):
        sixc.score(
            rated((3, 3, 3, 3, 3, 3)).astype({"capital": float}), weights=WEIGHTS
        )


def test_grade_at_just_below_and_above_each_cut() -> None:
    table = sixc.grade(scored(5.0, 4.0, 3.999, 3.0, 2.999, 1.0), cuts=CUTS)
    assert table["grade"].tolist() == ["A", "A", "B", "B", "C", "C"]
    assert table["grade"].cat.categories.tolist() == ["A", "B", "C"]
    assert table["grade"].cat.ordered
    assert table["score"].tolist() == [5.0, 4.0, 3.999, 3.0, 2.999, 1.0]
    assert table.columns.tolist() == ["customer_id", "score", "grade"]
    assert sixc.grade(scored(), cuts=CUTS).shape == (0, 3)
    assert sixc.grade(scored(2.0), cuts={"only": 1})["grade"].tolist() == ["only"]


def test_grade_refuses_what_it_cannot_grade() -> None:
    with pytest.raises(ContractError) as caught:
        sixc.grade(scored(3.0, 1.9, 1.0), cuts={"A": 4, "B": 2})
    assert caught.value.rows.index.tolist() == [1, 2]
    assert (caught.value.table, caught.value.column) == ("scores", "score")
    assert "2 values are below 2, the lowest score that has a grade" in str(
        caught.value
    )
    for cuts, words in (
        ({}, "at least one grade"),
        ({"A": 3, "B": 3}, "must fall"),
        ({"A": 2, "B": 3}, "must fall"),
    ):
        with pytest.raises(ValueError, match=words):
            sixc.grade(scored(3.0), cuts=cuts)
    with pytest.raises(ContractError, match="Table scores, column score"):
        sixc.grade(scored(math.nan), cuts=CUTS)
    with pytest.raises(ContractError, match="there more than once"):
        sixc.grade(scored(3, 3).assign(customer_id="T1"), cuts=CUTS)


# ---------------------------------------------------------------- limits

TERMS = pd.DataFrame(
    {
        "grade": ["A", "B", "C"],
        "days": [60, 1, 0],
        "purchase_days": [73, 30, 90],
        "equity_share": [0.2, 0.1, 0.5],
    }
)


def limits(grades: list[str], **figures: list[int]) -> pd.DataFrame:
    ids = [f"T{i}" for i in range(1, len(grades) + 1)]
    own = {
        "credit_asked_cents": [10**9] * len(ids),
        "yearly_purchases_cents": [10**9] * len(ids),
        "equity_cents": [10**12] * len(ids),
        "pledge_cents": [0] * len(ids),
    } | figures
    # In another order: rows belong together by customer, not by place.
    table = pd.DataFrame({"customer_id": ids} | own).iloc[::-1]
    return sixc.limit_and_terms(
        pd.DataFrame({"customer_id": ids, "grade": grades}), table, terms=TERMS
    )


def test_the_least_of_three_limits() -> None:
    table = limits(
        ["A", "A", "A", "A", "A", "B", "C"],
        credit_asked_cents=[500, 10**9, 10**9, 10**9, 10**9, 10**9, 500],
        yearly_purchases_cents=[10**9, 365_000, 364, 10**9, 10**9, 10**6, 10**9],
        equity_cents=[10**9, 10**9, 10**9, 1_005, -4_000, 10**9, 10**9],
        pledge_cents=[0, 0, 0, 300, 300, 0, 10**9],
    )
    # Asked; 73 days of 1,000 a day; 364 * 73 // 365; 0.2 * 1005 + 300; the pledge
    # alone; 30 days; cash.
    assert table["limit_cents"].tolist() == [500, 73_000, 72, 501, 300, 82_191, 0]
    assert table["days"].tolist() == [60, 60, 60, 60, 60, 1, 0]
    assert table["terms"].tolist() == ["60 days"] * 5 + ["1 day", "cash on delivery"]
    assert table["grade"].tolist() == ["A", "A", "A", "A", "A", "B", "C"]
    assert table["customer_id"].tolist() == [f"T{i}" for i in range(1, 8)]
    assert table.columns.tolist() == [
        "customer_id",
        "grade",
        "limit_cents",
        "days",
        "terms",
    ]


def test_limits_in_whole_cents_without_binary_dust() -> None:
    # In binary 0.29 * 100 is 28.999999999999996.
    terms = TERMS.assign(equity_share=0.29)
    grades = pd.DataFrame({"customer_id": ["T1"], "grade": ["A"]})
    figures = pd.DataFrame(
        {
            "customer_id": ["T1"],
            "credit_asked_cents": [10**9],
            "yearly_purchases_cents": [10**9],
            "equity_cents": [100],
            "pledge_cents": [0],
        }
    )
    table = sixc.limit_and_terms(grades, figures, terms=terms)
    assert table["limit_cents"].tolist() == [29]
    assert sixc.limit_and_terms(grades.head(0), figures, terms=terms).shape == (0, 5)
    penniless = figures.assign(equity_cents=0)
    table = sixc.limit_and_terms(
        grades, penniless, terms=TERMS.assign(equity_share=1.0)
    )
    assert table["limit_cents"].tolist() == [0]


def test_limits_of_graded_customers_work_straight_on() -> None:
    graded = sixc.grade(scored(4.5, 1.0), cuts=CUTS)
    figures = pd.DataFrame(
        {
            "customer_id": ["T1", "T2"],
            "credit_asked_cents": [5, 5],
            "yearly_purchases_cents": [10**6, 10**6],
            "equity_cents": [10**6, 10**6],
            "pledge_cents": [0, 0],
        }
    )
    table = sixc.limit_and_terms(graded, figures, terms=TERMS)
    assert table["limit_cents"].tolist() == [5, 0]
    assert str(table["limit_cents"].dtype) == "int64"


def test_limits_are_checked() -> None:
    with pytest.raises(ContractError) as caught:
        limits(["A", "D"])
    assert (caught.value.table, caught.value.column) == ("grades", "grade")
    assert caught.value.rows.index.tolist() == [1]
    assert "1 value is without terms" in str(caught.value)
    for name in ("credit_asked_cents", "yearly_purchases_cents", "pledge_cents"):
        with pytest.raises(ContractError) as caught:
            limits(["A", "A"], **{name: [0, -1]})
        assert (caught.value.table, caught.value.column) == ("figures", name)
        assert caught.value.rows.index.tolist() == [1]
    assert limits(["A"], pledge_cents=[0], credit_asked_cents=[0])[
        "limit_cents"
    ].tolist() == [0]
    grades = pd.DataFrame({"customer_id": ["T1", "T2"], "grade": ["A", "A"]})
    figures = pd.DataFrame(
        {
            "customer_id": ["T1"],
            "credit_asked_cents": [1],
            "yearly_purchases_cents": [1],
            "equity_cents": [1],
            "pledge_cents": [1],
        }
    )
    with pytest.raises(ContractError) as caught:
        sixc.limit_and_terms(grades, figures, terms=TERMS)
    assert "1 value is not in figures" in str(caught.value)
    assert caught.value.rows["customer_id"].tolist() == ["T2"]
    one = grades.head(1)
    for name in ("days", "purchase_days", "equity_share"):
        with pytest.raises(ContractError) as caught:
            sixc.limit_and_terms(one, figures, terms=TERMS.assign(**{name: -1}))
        assert (caught.value.table, caught.value.column) == ("terms", name)
    for broken in (
        {"terms": pd.concat([TERMS, TERMS])},
        {"grades": pd.concat([one, one])},
        {"figures": pd.concat([figures, figures])},
    ):
        tables = {"grades": one, "figures": figures, "terms": TERMS} | broken
        with pytest.raises(ContractError, match="there more than once") as caught:
            sixc.limit_and_terms(
                tables["grades"], tables["figures"], terms=tables["terms"]
            )
        assert caught.value.table == next(iter(broken))
    for name in TERMS.columns:
        with pytest.raises(ContractError) as caught:
            sixc.limit_and_terms(one, figures, terms=TERMS.drop(columns=name))
        assert (caught.value.table, caught.value.column) == ("terms", name)
    for name in figures.columns:
        with pytest.raises(ContractError) as caught:
            sixc.limit_and_terms(one, figures.drop(columns=name), terms=TERMS)
        assert (caught.value.table, caught.value.column) == ("figures", name)


# ---------------------------------------------------------------- sensitivity


def test_shift_weight_by_hand() -> None:
    up = sixc.shift_weight(WEIGHTS, "character", 0.14)
    # 0.44, and 0.56 shared as 2 : 2 : 1 : 1 : 1.
    assert list(up) == list(FACTORS)
    assert list(up.values()) == pytest.approx([0.44, 0.16, 0.16, 0.08, 0.08, 0.08])
    down = sixc.shift_weight(WEIGHTS, "collateral", -0.5)
    assert down["collateral"] == 0.0
    assert down["character"] == pytest.approx(0.3 / 0.9)
    top = sixc.shift_weight(WEIGHTS, "capital", 5)
    assert top["capital"] == 1.0
    assert top["character"] == 0.0
    alone = {name: float(name == "capital") for name in FACTORS}
    shared = sixc.shift_weight(alone, "capital", -0.5)
    assert shared["capital"] == 0.5
    assert shared["continuity"] == pytest.approx(0.1)
    with pytest.raises(ValueError, match="no factor called 'cash'; there are: charac"):
        sixc.shift_weight(WEIGHTS, "cash", 0.1)


@given(tenths, st.sampled_from(FACTORS), st.floats(-1, 1))
@settings(deadline=None)
def test_shifted_weights_add_up_and_keep_proportions(
    parts: list[int], factor: str, delta: float
) -> None:
    weights = {n: p / sum(parts) for n, p in zip(FACTORS, parts, strict=True)}
    moved = sixc.shift_weight(weights, factor, delta)
    assert math.fsum(moved.values()) == pytest.approx(1, abs=1e-9)
    assert moved[factor] == pytest.approx(min(max(weights[factor] + delta, 0), 1))
    assert min(moved.values()) >= 0
    others = [name for name in FACTORS if name != factor]
    for one, other in itertools.pairwise(others):
        if weights[factor] < 1:
            left, right = weights[one] * moved[other], weights[other] * moved[one]
            assert left == pytest.approx(right, abs=1e-9)


PEOPLE = rated((5, 3, 3, 3, 3, 3), (3, 3, 3, 3, 3, 3), (2, 4, 4, 4, 4, 4))
HALF = {"character": 0.5} | dict.fromkeys(FACTORS[1:], 0.1)
# With these weights the scores are 4, 3 and 3: T1 is exactly at A.
TWO = {"A": 4.0, "B": 1.0}


def test_sensitivity_by_hand() -> None:
    table = sixc.sensitivity(PEOPLE, weights=HALF, cuts=TWO, delta=0.1)
    assert len(table) == 12
    own = table.set_index(["factor", "delta"])
    # Character 0.6: T1 4.2, T3 2.8: nothing moves. 0.4: T1 3.8 falls, T3 3.2 stays.
    assert own.loc[("character", 0.1), "n_moved"] == 0
    assert own.loc[("character", -0.1), ["n_better", "n_worse"]].tolist() == [0, 1]
    # Capacity 0.2: character falls to 0.444: T1 falls. Capacity 0: it rises.
    assert own.loc[("capacity", 0.1), ["n_better", "n_worse"]].tolist() == [0, 1]
    assert own.loc[("capacity", -0.1), "n_moved"] == 0
    assert own.loc[("capacity", 0.1), "weight"] == pytest.approx(0.2)
    assert own.loc[("capacity", -0.1), "weight"] == 0.0
    assert own.loc[("capacity", 0.1), "share_moved"] == pytest.approx(1 / 3)
    assert table.columns.tolist() == [
        "factor",
        "delta",
        "weight",
        "n_better",
        "n_worse",
        "n_moved",
        "share_moved",
    ]
    # All move one customer in two rows: equals stay in the course's order.
    assert table["factor"].tolist() == [c for c in FACTORS for _ in (1, 2)]
    assert table["delta"].tolist() == [0.1, -0.1] * 6


def test_sensitivity_counts_both_ways_and_sorts_by_the_sum() -> None:
    # Scores 3.9 and 4: T1 needs a little more character or less of the others.
    people = rated((5, 3, 3, 3, 3, 2), (4, 4, 4, 4, 4, 4), (1, 5, 5, 5, 5, 5))
    table = sixc.sensitivity(people, weights=HALF, cuts=TWO, delta=0.3)
    own = table.set_index(["factor", "delta"])
    # Character 0.8: T1 4.56 rises, T3 1.8 stays. 0.2: T3 is 4.2, T1 3.24.
    assert own.loc[("character", 0.3), ["n_better", "n_worse"]].tolist() == [1, 0]
    assert own.loc[("character", -0.3), ["n_better", "n_worse"]].tolist() == [1, 0]
    # Continuity 0.4: T1 3.27, T3 3.67: none. At 0: T1 3.9 + ... = 4.111 rises.
    assert own.loc[("continuity", 0.3), "n_moved"] == 0
    assert own.loc[("continuity", -0.3), ["n_better", "n_worse"]].tolist() == [1, 0]
    # The others at 0: T1 is (2.5 + 0.9 + 0.2) / 0.9 = 4: just reaches A.
    assert own.loc[("capital", -0.3), ["n_better", "n_worse"]].tolist() == [1, 0]
    assert table["factor"].tolist()[0] == "character"
    totals = table.groupby("factor", sort=False)["n_moved"].sum()
    assert totals.tolist() == sorted(totals, reverse=True)
    assert totals.tolist() == [2, 1, 1, 1, 1, 1]


def test_sensitivity_puts_the_mightiest_first() -> None:
    weights = {name: 0.0 for name in FACTORS} | {"character": 0.5, "continuity": 0.5}
    people = rated((3, 3, 3, 3, 3, 5), (3, 1, 3, 3, 3, 5))
    table = sixc.sensitivity(people, weights=weights, cuts=TWO, delta=0.1)
    totals = table.groupby("factor", sort=False)["n_moved"].sum()
    # Up with any of the four others, or with character, both fall; down with
    # continuity both fall too: two each. Down for the four is no move at all.
    assert totals.to_dict() == {
        "character": 2,
        "capacity": 2,
        "capital": 2,
        "collateral": 2,
        "condition": 2,
        "continuity": 2,
    }
    people = rated((3, 4, 3, 4, 4, 5))
    table = sixc.sensitivity(people, weights=weights, cuts=TWO, delta=0.1)
    assert table["factor"].tolist()[:2] == ["character", "character"]
    assert table["factor"].drop_duplicates().tolist() == [
        "character",
        "capital",
        "continuity",
        "capacity",
        "collateral",
        "condition",
    ]


def test_sensitivity_by_customer_by_hand() -> None:
    table = sixc.sensitivity_by_customer(PEOPLE, weights=HALF, cuts=TWO, delta=0.1)
    assert table.columns.tolist() == [
        "customer_id",
        "grade",
        "best_grade",
        "worst_grade",
        "n_moves",
    ]
    assert table["customer_id"].tolist() == ["T1", "T2", "T3"]
    assert table["grade"].tolist() == ["A", "B", "B"]
    assert table["best_grade"].tolist() == ["A", "B", "B"]
    assert table["worst_grade"].tolist() == ["B", "B", "B"]
    assert table["n_moves"].tolist() == [6, 0, 0]
    assert table["best_grade"].cat.categories.tolist() == ["A", "B"]
    assert table["best_grade"].cat.ordered


def test_sensitivity_takes_a_tenth_unless_told() -> None:
    pd.testing.assert_frame_equal(
        sixc.sensitivity(PEOPLE, weights=HALF, cuts=TWO),
        sixc.sensitivity(PEOPLE, weights=HALF, cuts=TWO, delta=0.1),
    )
    # 3.8 as it is; 3.92 with character at 0.55, 4.04 at 0.6.
    near = rated((5, 3, 3, 3, 3, 1))
    small = sixc.sensitivity_by_customer(near, weights=HALF, cuts=TWO, delta=0.05)
    usual = sixc.sensitivity_by_customer(near, weights=HALF, cuts=TWO)
    assert small["n_moves"].tolist() == [0]
    assert usual["n_moves"].tolist() == [2]
    assert usual["best_grade"].tolist() == ["A"]
    all_ways = rated(*itertools.product((1, 3, 5), repeat=6))
    pd.testing.assert_frame_equal(
        sixc.sensitivity_by_customer(all_ways, weights=HALF, cuts=TWO),
        sixc.sensitivity_by_customer(all_ways, weights=HALF, cuts=TWO, delta=0.1),
    )


def test_a_score_pushed_below_all_cuts_keeps_the_last_grade() -> None:
    low = rated((3, 1, 3, 3, 3, 3))
    cuts = {"A": 2.9, "B": 2.8}
    table = sixc.sensitivity_by_customer(low, weights=HALF, cuts=cuts)
    assert table["grade"].tolist() == ["B"]
    assert table["worst_grade"].tolist() == ["B"]
    assert table["best_grade"].tolist() == ["A"]


def test_sensitivity_of_nobody_and_of_one() -> None:
    nobody = sixc.sensitivity(rated(), weights=WEIGHTS, cuts=CUTS)
    assert len(nobody) == 12
    assert nobody["n_moved"].tolist() == [0] * 12
    assert nobody["share_moved"].isna().all()
    assert sixc.sensitivity_by_customer(rated(), weights=WEIGHTS, cuts=CUTS).empty
    one = sixc.sensitivity(rated((3, 3, 3, 3, 3, 3)), weights=WEIGHTS, cuts=CUTS)
    assert one["share_moved"].tolist() == [0.0] * 12
    for delta in (0, -0.1, math.nan):
        with pytest.raises(ValueError, match="delta must be above 0"):
            sixc.sensitivity(PEOPLE, weights=HALF, cuts=TWO, delta=delta)


# ---------------------------------------------------------------- backtest

SCORES = scored(4.0, 3.0, 3.0, 2.0, 2.0, 1.0)
HAPPENED = happened("paid", "lost", "late", "paid", "late", "lost")


def test_confusion_by_hand() -> None:
    result = sixc.backtest(SCORES, HAPPENED.iloc[::-1], threshold=3)
    assert result.confusion.loc["approved"].to_dict() == {
        "paid": 1,
        "late": 1,
        "lost": 1,
    }
    assert result.confusion.loc["refused"].to_dict() == {
        "paid": 1,
        "late": 1,
        "lost": 1,
    }
    assert result.confusion.index.tolist() == ["approved", "refused"]
    assert (result.n_good_approved, result.n_good_refused) == (2, 2)
    assert (result.n_bad_approved, result.n_bad_refused) == (1, 1)
    assert result.threshold == 3.0
    assert result.bad == ("lost",)
    above = sixc.backtest(SCORES, HAPPENED, threshold=3.1)
    assert above.confusion.to_numpy().tolist() == [[1, 0, 0], [1, 2, 2]]
    assert (above.n_good_approved, above.n_good_refused) == (1, 3)
    assert (above.n_bad_approved, above.n_bad_refused) == (0, 2)


def test_rates_by_hand() -> None:
    result = sixc.Backtest(3.0, pd.DataFrame(), ("lost",), 60, 20, 5, 15)
    assert result.approval_rate == 0.65
    assert result.false_refusal_rate == 0.25
    assert result.missed_bad_rate == 0.25
    assert result.bad_rate_of_approved == 5 / 65
    other = sixc.Backtest(3.0, pd.DataFrame(), ("lost",), 6, 4, 1, 9)
    assert other.approval_rate == 7 / 20
    assert other.false_refusal_rate == 0.4
    assert other.missed_bad_rate == 0.1
    assert other.bad_rate_of_approved == 1 / 7


def test_who_pays_late_may_count_as_bad() -> None:
    result = sixc.backtest(SCORES, HAPPENED, threshold=3, bad=("lost", "late"))
    assert result.bad == ("late", "lost")
    assert (result.n_good_approved, result.n_good_refused) == (1, 1)
    assert (result.n_bad_approved, result.n_bad_refused) == (2, 2)
    assert sixc.backtest(SCORES, HAPPENED, threshold=3, bad="late").bad == ("late",)
    for bad in ((), OUTCOMES, ("gone",), ("lost", "gone")):
        with pytest.raises(ValueError, match="bad must name one or two of paid, late"):
            sixc.backtest(SCORES, HAPPENED, threshold=3, bad=bad)


def test_backtest_of_nobody_and_of_one() -> None:
    nobody = sixc.backtest(scored(), happened(), threshold=3)
    assert nobody.confusion.to_numpy().sum() == 0
    assert math.isnan(nobody.approval_rate)
    assert math.isnan(nobody.false_refusal_rate)
    assert math.isnan(nobody.missed_bad_rate)
    assert math.isnan(nobody.bad_rate_of_approved)
    one = sixc.backtest(scored(3), happened("lost"), threshold=3)
    assert (one.approval_rate, one.missed_bad_rate) == (1.0, 1.0)


def test_outcomes_are_checked() -> None:
    with pytest.raises(ContractError) as caught:
        sixc.backtest(SCORES, HAPPENED.head(4), threshold=3)
    assert (caught.value.table, caught.value.column) == ("scores", "customer_id")
    assert caught.value.rows.index.tolist() == [4, 5]
    assert "2 values are not in outcomes" in str(caught.value)
    with pytest.raises(ContractError) as caught:
        sixc.backtest(SCORES, HAPPENED.replace("late", "gone"), threshold=3)
    assert (caught.value.table, caught.value.column) == ("outcomes", "outcome")
    assert caught.value.rows.index.tolist() == [2, 4]
    assert "allowed are: paid, late, lost" in str(caught.value)
    with pytest.raises(ContractError, match="Table outcomes, column customer_id"):
        sixc.backtest(SCORES, pd.concat([HAPPENED, HAPPENED]), threshold=3)
    with pytest.raises(ContractError, match="Table outcomes, column outcome"):
        sixc.backtest(SCORES, HAPPENED[["customer_id"]], threshold=3)
    more = pd.concat([HAPPENED, HAPPENED.assign(customer_id=list("uvwxyz"))])
    assert sixc.backtest(SCORES, more, threshold=3).n_bad_approved == 1


# ---------------------------------------------------------------- cost and threshold


def test_cost_by_hand() -> None:
    result = sixc.Backtest(3.0, pd.DataFrame(), ("lost",), 80, 15, 2, 3)
    assert sixc.cost(result, loss_given_lost=1000, margin_forgone=10) == 2150
    assert sixc.cost(result, loss_given_lost=0, margin_forgone=0) == 0
    with pytest.raises(ValueError, match="loss_given_lost must be 0 or more cents"):
        sixc.cost(result, loss_given_lost=-1, margin_forgone=0)
    with pytest.raises(ValueError, match="margin_forgone must be 0 or more cents"):
        sixc.cost(result, loss_given_lost=0, margin_forgone=-1)


def test_best_threshold_by_hand() -> None:
    best = sixc.best_threshold(SCORES, HAPPENED, loss_given_lost=100, margin_forgone=10)
    assert best.table["threshold"].tolist() == [1.0, 2.0, 3.0, 4.0, math.inf]
    assert best.table["n_approved"].tolist() == [6, 5, 3, 1, 0]
    assert best.table["n_bad_approved"].tolist() == [2, 1, 1, 0, 0]
    assert best.table["n_good_refused"].tolist() == [0, 0, 2, 3, 4]
    assert best.table["cost_cents"].tolist() == [200, 100, 120, 30, 40]
    assert (best.threshold, best.cost_cents) == (4.0, 30)
    assert best.table.columns.tolist() == [
        "threshold",
        "n_approved",
        "n_bad_approved",
        "n_good_refused",
        "cost_cents",
    ]


def test_equally_cheap_thresholds_the_lowest_is_taken() -> None:
    # Costs 2L, L, L + 2M, 3M, 4M: with L = 3M the second and the fourth are equal.
    best = sixc.best_threshold(SCORES, HAPPENED, loss_given_lost=30, margin_forgone=10)
    assert (best.threshold, best.cost_cents) == (2.0, 30)
    free = sixc.best_threshold(SCORES, HAPPENED, loss_given_lost=0, margin_forgone=0)
    assert (free.threshold, free.cost_cents) == (1.0, 0)


def test_refusing_all_may_be_cheapest() -> None:
    best = sixc.best_threshold(
        scored(5, 4), happened("lost", "paid"), loss_given_lost=100, margin_forgone=1
    )
    assert (best.threshold, best.cost_cents) == (math.inf, 1)
    nobody = sixc.best_threshold(
        scored(), happened(), loss_given_lost=1, margin_forgone=1
    )
    assert (nobody.threshold, nobody.cost_cents) == (math.inf, 0)
    for costs in ((-1, 0), (0, -1)):
        with pytest.raises(ValueError, match="must be 0 or more"):
            sixc.best_threshold(
                SCORES, HAPPENED, loss_given_lost=costs[0], margin_forgone=costs[1]
            )
    late = sixc.best_threshold(
        scored(5, 4),
        happened("late", "paid"),
        loss_given_lost=9,
        margin_forgone=1,
        bad=("late",),
    )
    assert late.cost_cents == 1


some_customers = st.lists(
    st.tuples(st.integers(2, 10).map(lambda n: n / 2), st.sampled_from(OUTCOMES)),
    min_size=1,
    max_size=12,
)


@given(some_customers, st.integers(0, 50), st.integers(0, 50))
@settings(max_examples=20, deadline=None)
def test_no_threshold_is_cheaper(
    people: list[tuple[float, str]], loss: int, margin: int
) -> None:
    scores = scored(*(score for score, _ in people))
    outcomes = happened(*(outcome for _, outcome in people))
    best = sixc.best_threshold(
        scores, outcomes, loss_given_lost=loss, margin_forgone=margin
    )
    for quarter in range(2, 24):
        result = sixc.backtest(scores, outcomes, threshold=quarter / 4)
        total = sixc.cost(result, loss_given_lost=loss, margin_forgone=margin)
        assert best.cost_cents <= total
    at_best = sixc.backtest(scores, outcomes, threshold=best.threshold)
    assert best.cost_cents == sixc.cost(
        at_best, loss_given_lost=loss, margin_forgone=margin
    )


@given(some_customers)
@settings(max_examples=40, deadline=None)
def test_auc_is_the_share_of_pairs_won(people: list[tuple[float, str]]) -> None:
    scores = scored(*(score for score, _ in people))
    outcomes = happened(*(outcome for _, outcome in people))
    good = [score for score, outcome in people if outcome != "lost"]
    bad = [score for score, outcome in people if outcome == "lost"]
    found = sixc.auc(scores, outcomes)
    if not (good and bad):
        assert math.isnan(found)
        return
    won = sum((g > b) + 0.5 * (g == b) for g in good for b in bad)
    assert found == pytest.approx(won / (len(good) * len(bad)), abs=1e-12)


def test_auc_by_hand_and_of_nobody() -> None:
    assert sixc.auc(SCORES, HAPPENED) == 5.5 / 8
    assert sixc.auc(SCORES, HAPPENED, bad=("late",)) == 4 / 8
    assert math.isnan(sixc.auc(scored(), happened()))


# ---------------------------------------------------------------- calibration, fairness


def test_calibration_by_hand() -> None:
    table = sixc.calibration(SCORES, HAPPENED, edges=[1, 2, 3, 4])
    assert table["low_score"].tolist() == [1.0, 2.0, 3.0]
    assert table["high_score"].tolist() == [2.0, 3.0, 4.0]
    assert table["n_customers"].tolist() == [1, 2, 3]
    assert table["n_bad"].tolist() == [1, 0, 1]
    assert table["bad_rate"].tolist() == [1.0, 0.0, 1 / 3]
    assert table.columns.tolist()[-2:] == ["low", "high"]
    assert table["high"].tolist()[0] == 1.0
    assert table["low"].tolist()[1] == 0.0
    late = sixc.calibration(SCORES, HAPPENED, edges=[1, 4], bad=("late",))
    assert late["n_bad"].tolist() == [2]


def test_calibration_uses_wilsons_interval() -> None:
    # Newcombe 1998 (Two-sided confidence intervals for the single proportion), method
    # 3: 81 of 263 gives 0.2553 to 0.3662, 15 of 148 gives 0.0624 to 0.1605, 0 of 20
    # gives 0 to 0.1611, 1 of 29 gives 0.0061 to 0.1718.
    for hits, n, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        outcomes = happened(*["lost"] * hits, *["paid"] * (n - hits))
        table = sixc.calibration(scored(*[3.0] * n), outcomes, edges=[1, 5])
        assert table["low"].iloc[0] == pytest.approx(low, abs=5e-5)
        assert table["high"].iloc[0] == pytest.approx(high, abs=5e-5)
    wide = sixc.calibration(
        scored(3, 3), happened("paid", "lost"), edges=[1, 5], confidence=0.99
    )
    # The interval of one of two by hand: 1/2 -+ z / (2 sqrt(2 + z^2)), z = 2.5758.
    reach = 2.5758293 / (2 * math.sqrt(2 + 2.5758293**2))
    assert wide["low"].iloc[0] == pytest.approx(0.5 - reach)
    assert wide["high"].iloc[0] == pytest.approx(0.5 + reach)


def test_calibration_of_empty_bands_and_bad_edges() -> None:
    empty = sixc.calibration(scored(), happened(), edges=[1, 3, 5])
    assert empty["n_customers"].tolist() == [0, 0]
    assert empty[["bad_rate", "low", "high"]].isna().all(axis=None)
    for edges in ([], [1], [1, 1], [2, 1], [1, 3, 2]):
        with pytest.raises(ValueError, match="two or more rising numbers"):
            sixc.calibration(SCORES, HAPPENED, edges=edges)
    for confidence in (0, 1, 95):
        with pytest.raises(ValueError, match="confidence must be between 0 and 1"):
            sixc.calibration(SCORES, HAPPENED, edges=[1, 5], confidence=confidence)
    with pytest.raises(ContractError) as caught:
        sixc.calibration(SCORES, HAPPENED, edges=[2, 3])
    assert caught.value.rows.index.tolist() == [0, 5]
    assert "2 values are outside of the bands, 2 to 3" in str(caught.value)
    with pytest.raises(ContractError, match=r"outside of the bands, 2 to 3\.5"):
        sixc.calibration(SCORES, HAPPENED, edges=[2, 3, 3.5])


def test_fairness_by_hand() -> None:
    groups = pd.DataFrame(
        {
            "customer_id": ["T6", "T5", "T4", "T3", "T2", "T1"],
            "group": ["plain", "hills", "hills", "plain", "hills", "plain"],
        }
    )
    table = sixc.fairness(SCORES, HAPPENED, groups, threshold=3).set_index("group")
    assert table.index.tolist() == ["hills", "plain"]
    # hills: T2 3 lost, T4 2 paid, T5 2 late. plain: T1 4 paid, T3 3 late, T6 1 lost.
    assert table.loc["hills"].tolist() == [3, 1, 2, 2, 1, 1, 1 / 3, 1.0, 1 / 3, 1.0]
    assert table.loc["plain"].tolist() == [3, 2, 2, 0, 1, 0, 2 / 3, 0.0, 1 / 3, 0.0]
    assert table.columns.tolist() == [
        "n_customers",
        "n_approved",
        "n_good",
        "n_good_refused",
        "n_bad",
        "n_bad_approved",
        "approval_rate",
        "false_refusal_rate",
        "bad_rate",
        "bad_rate_of_approved",
    ]
    strict = sixc.fairness(SCORES, HAPPENED, groups, threshold=9).set_index("group")
    assert strict["bad_rate_of_approved"].isna().all()
    late = sixc.fairness(SCORES, HAPPENED, groups, threshold=3, bad=("late",))
    assert late["n_bad"].tolist() == [1, 1]


def test_fairness_of_nobody_and_without_groups() -> None:
    groups = pd.DataFrame({"customer_id": ["T1"], "group": ["plain"]})
    assert sixc.fairness(scored(), happened(), groups, threshold=3).shape == (0, 11)
    with pytest.raises(ContractError, match="1 value is not in groups"):
        sixc.fairness(scored(3, 3), happened("paid", "paid"), groups, threshold=3)
    with pytest.raises(ContractError, match="Table groups, column group"):
        sixc.fairness(scored(3), happened("paid"), groups[["customer_id"]], threshold=3)


@given(some_customers, st.integers(2, 10).map(lambda n: n / 2))
@settings(max_examples=40, deadline=None)
def test_groups_add_up_to_the_whole(
    people: list[tuple[float, str]], threshold: float
) -> None:
    scores = scored(*(score for score, _ in people))
    outcomes = happened(*(outcome for _, outcome in people))
    groups = scores.assign(group=[str(i % 3) for i in range(len(people))])
    table = sixc.fairness(scores, outcomes, groups, threshold=threshold)
    whole = sixc.backtest(scores, outcomes, threshold=threshold)
    assert table["n_good_refused"].sum() == whole.n_good_refused
    assert table["n_bad_approved"].sum() == whole.n_bad_approved
    assert table["n_good"].sum() == whole.n_good_approved + whole.n_good_refused
    assert table["n_bad"].sum() == whole.n_bad_approved + whole.n_bad_refused
    assert table["n_customers"].sum() == len(people)
    assert table["n_approved"].sum() == whole.confusion.loc["approved"].sum()


# ---------------------------------------------------------------- planted truth


@pytest.mark.parametrize("seed", [credit.SEED, 3])
def test_the_six_cs_find_the_planted_risk(seed: int) -> None:
    made = credit.make(seed)
    papers = sixc.evidence(
        made["credit/customers"],
        made["credit/statements"],
        made["credit/payments"],
        made["credit/sectors"],
        as_of_year=2024,
        late_column="late_days_from_arrival",
    )
    even = dict.fromkeys(FACTORS, 1 / 6)
    scores = sixc.score(sixc.rate(papers), weights=even)
    risk = made["truth/credit/customers"].set_index("customer_id")["loss_probability"]
    own = scores.set_index("customer_id")["score"]
    assert own.corr(-risk, method="pearson") > 0.4
    assert own.rank().corr(-risk.rank()) > 0.65
    outcomes = made["credit/outcomes"]
    # The rank formula once more, by another route: the mean percentile of the lost.
    lost = outcomes.set_index("customer_id")["outcome"] == "lost"
    beats = np.subtract.outer(own[~lost].to_numpy(), own[lost].to_numpy())
    expected = ((beats > 0) + 0.5 * (beats == 0)).mean()
    found = sixc.auc(scores, outcomes)
    assert found == pytest.approx(expected, abs=1e-12)
    true = risk.rename("score").mul(-1).reset_index()
    assert 0.72 < found < sixc.auc(true, outcomes)
