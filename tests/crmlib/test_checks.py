"""Checkpoints: right answers pass by other routes, wrong ones get their message."""

from __future__ import annotations

import decimal
import fractions
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlib import datasets, segmentation
from crmlib.checks import Choice, Feedback, Number
from crmlib.checks import segmentation as chapter
from crmlib.errors import CrmError, DataNotFound


class Wild:
    """An answer whose every method fails."""

    def __float__(self) -> float:
        raise RuntimeError("no")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")

    __hash__ = None  # type: ignore[assignment]


class WildText(str):
    def strip(self, *_: Any) -> str:
        raise RuntimeError("no")


RUBBISH = [
    "abc",
    "",
    "   ",
    "63 % of 4",
    "1..2",
    "--5",
    "nan",
    "inf",
    float("nan"),
    float("inf"),
    10**400,
    True,
    np.True_,
    1j,
    [],
    [1, 2],
    {"a": 1},
    {1},
    object(),
    Wild(),
    WildText("5"),
    print,
    np.array([1.0, 2.0]),
    pd.DataFrame({"a": [1]}),
    pd.NA,
    pd.NaT,
    b"5",
    "\x00",
    "é" * 10_000,
]

SHARE = Number("Which share?", answer=lambda: 63.2, tolerance=0.5, unit="%")
PLAIN = Number("How much?", answer=lambda: 1250, why="Counted.", hint="Count again.")
TWO = Choice(
    "Which?", options=("the one", "the other"), right="b", why=("Not it.", "It is.")
)


# Feedback ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ok", "word"), [(True, "Right."), (False, "Not yet."), (None, "Not answered yet:")]
)
def test_the_verdict_is_a_word(ok: bool | None, word: str) -> None:
    feedback = Feedback(ok, "Because.")
    assert repr(feedback) == str(feedback) == f"{word} Because."
    assert feedback._repr_markdown_() == f"**{word}** Because."
    assert bool(feedback) is (ok is True)


# Number -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        63,
        63.2,
        np.float64(63.2),
        np.int64(63),
        np.float32(63.2),
        np.array(63.2),
        np.array([63.2]),
        pd.Series([63.2]),
        decimal.Decimal("63.2"),
        fractions.Fraction(632, 10),
        "63 %",
        "63%",
        "63.2",
        "63,2",
        " 63.2 ％ ",
        "+63",
        "6.3e1",
        63.7,
        62.7,
    ],
)
def test_a_right_number_is_read_however_it_is_written(answer: object) -> None:
    assert SHARE(answer).ok is True


@pytest.mark.parametrize(
    "answer",
    [1250, 1250.0, "1250", "1,250", "1 250", "1'250", "1，250", "1,250 yuan", "1250."],
)
def test_thousands_are_read_however_they_are_written(answer: object) -> None:
    assert repr(PLAIN(answer)) == "Right. Counted."


def test_a_comma_may_be_a_decimal_point() -> None:
    half = Number("?", answer=lambda: 0.5)
    assert half("0,5").ok is True
    assert half("0,500").ok is True
    assert half("50 %").ok is True


def test_another_unit_is_named_kindly() -> None:
    assert "per cent" in SHARE(0.632).message
    # Also when the number is wrong: the unit is no hint at the answer.
    assert "per cent" in SHARE(0.11).message
    yuan = Number("?", answer=lambda: 12.5, unit="yuan")
    assert "cents" in yuan(1250).message
    assert yuan("12.5 yuan").ok is True


def test_a_percent_sign_settles_the_unit() -> None:
    small = Number("?", answer=lambda: 0.4, unit="%")
    assert small("0.4 %").ok is True
    assert small(0.4).ok is True


def test_the_edge_of_the_tolerance_is_within() -> None:
    tenth = Number("?", answer=lambda: 0.3, tolerance=0.1)
    assert tenth(0.4).ok is True
    assert tenth(0.401).ok is False


def test_other_answers_get_the_hint_and_foreseen_ones_their_message() -> None:
    q = Number("?", answer=lambda: 5, wrong={"Orders.": lambda: 9}, hint="Look again.")
    assert q(9).message == "Orders."
    assert q(8).message == "Look again."


def test_the_right_answer_wins_over_a_mistake_that_gives_the_same() -> None:
    assert Number("?", answer=lambda: 5, wrong={"No.": lambda: 5})(5).ok is True


def test_answers_are_computed_when_asked_for_and_not_before() -> None:
    def fail() -> float:
        raise AssertionError("computed too early")

    q = Number("How many?", answer=fail)
    assert repr(q) == "How many?"
    assert q(...).ok is None
    assert q("abc").ok is False


@pytest.mark.parametrize("question", [SHARE, PLAIN, TWO])
@pytest.mark.parametrize("answer", RUBBISH, ids=lambda answer: type(answer).__name__)
def test_rubbish_never_raises_and_is_never_right(question: Any, answer: object) -> None:
    feedback = question(answer)
    assert feedback.ok is False
    assert feedback.message


@given(
    st.one_of(st.text(), st.integers(), st.floats(), st.binary(), st.complex_numbers())
)
def test_nothing_found_at_random_raises(answer: object) -> None:
    for question in (SHARE, PLAIN, TWO):
        assert question(answer).ok in (True, False)


@given(st.floats(min_value=-1e12, max_value=1e12, allow_nan=False))
def test_every_number_is_read_back_from_its_text(value: float) -> None:
    assert Number("?", answer=lambda: value)(f"{value!r}").ok is True
    assert Number("?", answer=lambda: round(value))(f"{round(value):,}").ok is True


def test_without_the_data_the_answer_is_left_open() -> None:
    def missing() -> Any:
        raise DataNotFound("There is no table company/orders.")

    for q in (
        Number("?", answer=missing),
        Choice("?", options=("x", "y"), right=missing, why=("", "")),
    ):
        feedback = q("a" if isinstance(q, Choice) else 1)
        assert feedback.ok is None
        assert "no table" in feedback.message


# Choice -----------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["b", "B", " b) ", "(b)", "the other", "The other."])
def test_an_option_is_named_by_letter_or_text(answer: str) -> None:
    assert repr(TWO(answer)) == "Right. It is."


def test_a_wrong_option_says_why() -> None:
    assert repr(TWO("a")) == "Not yet. Not it."


@pytest.mark.parametrize("answer", [1, "c", "ab", "", 2.0, ["b"]])
def test_what_is_no_option_is_told_how_to_answer(answer: object) -> None:
    assert "one letter" in TWO(answer).message


def test_a_question_shows_its_options() -> None:
    assert repr(TWO) == "Which?\na) the one\nb) the other"
    assert TWO._repr_markdown_() == "Which?\n\n- a) the one\n- b) the other"


@pytest.mark.parametrize(
    "fields",
    [
        {"options": ("x", "y"), "right": "a", "why": ("only one",)},
        {"options": ("x",), "right": "a", "why": ("",)},
        {"options": ("x", "X "), "right": "a", "why": ("", "")},
        {"options": ("x", "y"), "right": "c", "why": ("", "")},
    ],
)
def test_a_choice_that_cannot_work_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(CrmError, match=re.escape("'Which?'")):
        Choice("Which?", **fields)


def test_a_computed_choice_is_computed() -> None:
    q = Choice("?", options=("x", "y"), right=lambda: "b", why=("", ""))
    assert (q("a").ok, q("b").ok) == (False, True)


# Chapter 5 --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ledger() -> pd.DataFrame:
    """Revenue and profit by customer, summed by hand and not by `segmentation`."""
    orders = datasets.load("company/orders")
    costs = datasets.load("company/service_costs")
    sums: dict[str, list[int]] = {}
    for row in orders[orders["ordered_on"] <= chapter.AS_OF].itertuples():
        entry = sums.setdefault(row.customer_id, [0, 0, 0])
        entry[0] += row.amount_cents
        entry[1] += row.amount_cents - row.goods_cost_cents
        entry[2] += 1
    for row in costs[costs["incurred_on"] <= chapter.AS_OF].itertuples():
        sums.setdefault(row.customer_id, [0, 0, 0])[1] -= row.cost_cents
    return pd.DataFrame.from_dict(
        sums, orient="index", columns=["revenue", "profit", "n_orders"]
    )


def test_lever_by_arithmetic() -> None:
    # 1,000 customers x 5 % x n x 10,000 yuan = 50 x 50 % x 10 x 100,000 yuan.
    assert chapter.lever(25_000_000 / (1000 * 0.05 * 10_000)).ok is True


def test_top_share_by_hand(ledger: pd.DataFrame) -> None:
    profits = sorted(ledger["profit"], reverse=True)
    n = int(len(profits) * 0.1 + 0.5)
    share = 100 * sum(profits[:n]) / sum(profits)
    assert chapter.top_share(share).ok is True
    assert chapter.top_share(f"{share:.1f} %").ok is True
    assert "per cent" in chapter.top_share(share / 100).message


def test_big_customers_by_hand(ledger: pd.DataFrame) -> None:
    big = ledger.sort_values("revenue").tail(25)
    losing = sum(1 for profit in big["profit"] if profit < 0)
    assert chapter.big_customers(losing).ok is True
    # The lesson needs some of them to lose money, and most of them not.
    assert 0 < losing < 13


def test_foreseen_mistakes_on_the_data_are_those_students_make(
    ledger: pd.DataFrame,
) -> None:
    revenue = ledger["revenue"].sort_values(ascending=False)
    n = round(0.1 * len(ledger))
    of_revenue = chapter.top_share(100 * revenue.iloc[:n].sum() / revenue.sum())
    assert "share of the revenue" in of_revenue.message
    gains = ledger["profit"].clip(lower=0).sort_values(ascending=False)
    of_gains = chapter.top_share(100 * gains.iloc[:n].sum() / gains.sum())
    assert "gains alone" in of_gains.message
    profit = ledger["profit"].sort_values(ascending=False)
    of_ten = chapter.top_share(100 * profit.iloc[:10].sum() / profit.sum())
    assert "best 10 customers" in of_ten.message


# What the questions say of the data must be so.


def test_more_than_a_fifth_have_ordered_once(ledger: pd.DataFrame) -> None:
    buyers = ledger[ledger["n_orders"] > 0]
    assert (buyers["n_orders"] == 1).mean() > 0.2


def test_the_income_band_is_known_of_fewer_than_half() -> None:
    customers = datasets.load("company/customers")
    verdict = segmentation.measurable(customers, ["income_band"])
    assert not verdict.holds
    assert verdict.value < 0.5


def test_some_of_the_largest_buyers_stand_at_the_end_of_the_curve(
    ledger: pd.DataFrame,
) -> None:
    largest = ledger.nlargest(len(ledger) // 20, "revenue").index
    worst = ledger.nsmallest(len(ledger) // 20, "profit").index
    assert len(largest.intersection(worst)) >= 5
