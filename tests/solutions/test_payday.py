"""Wang Yongqing's payday: every answer gets its exact points."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import common
import pandas as pd
import pytest
from bank import runner

from course.generator import rice_shop
from crmlib import datasets


class TestPayday(common.GradedNotebook):
    notebook = "wang_yongqing/5_payday"
    questions: ClassVar = {
        "next-payday": 2,
        "owed": 2,
        "paid-by": 3,
        "limit": 3,
        "two-costs": 2,
    }
    draws = (rice_shop.make,)
    # The sample answer to the written question is not handed out either.
    secrets = ("_made", "for something that he cannot change", "should get nothing")


def test_paydays_are_those_of_the_generator(space):
    first, last = date(1933, 1, 1), date(1933, 4, 30)
    for occupation, trade in space["TRADES"].items():
        found, day = [], pd.Timestamp(first)
        while (day := space["next_payday"](trade, day)) <= pd.Timestamp(last):
            found.append(day.date())
            day += pd.Timedelta(days=1)
        assert found == rice_shop.paydays(occupation, first, last), occupation


def test_debts_are_those_of_the_evidence(space):
    evidence = datasets.load("rice_shop/evidence").set_index("household_id")
    owed = space["owed"](space["account"], pd.Timestamp("1933-03-31"))
    for household_id, cents in evidence["owed_cents"].items():
        assert owed.get(household_id, 0) == cents
    still = space["still"]
    oldest = space["age"][still > 0].groupby(space["rice"]["household_id"]).max()
    assert (oldest == evidence["oldest_debt_days"].reindex(oldest.index)).all()


def test_sample_answer_quotes_the_tables(space):
    said = runner.sources(TestPayday.solution)["explain"]
    asked = space["asked"]
    for days in ("0-2", "14+"):
        share = asked["share_paid"][days]
        assert f"{share:.0%}".replace("%", " %") in said
        debts = [0.0]
        for _ in range(80):  # he buys for 100 and pays his share of all he owes
            debts.append((debts[-1] + 100) * (1 - share))
        assert ", ".join(f"{debt:.0f}" for debt in debts[1:4]) in said
        assert f" {debts[-1]:.0f}" in said
    together = space["costs"].sum(axis=1)
    for policy in ("by the six Cs", "a month, nothing to D"):
        assert f"{together[policy]:.1f}" in said
    assert together.idxmin() == "a month, nothing to D"
    ends = [space["owed"](space["account"], day) for day in space["ends"]]
    debts = [sum(owed.values()) / 100 for owed in ends]
    assert debts == sorted(debts)  # "has grown every month"
    assert f"from {debts[0]:.0f} to {debts[-1]:.0f} yuan" in said
    assert round(debts[-1] / debts[0]) == 11  # "eleven times"
    growth = space["growth"]
    n_first, *_, n_last = growth["households"]
    assert f"({n_first}, then {n_last})" in said
    assert n_last == 8 * n_first
    each = growth["yuan"] / growth["households"]
    assert (
        f"1.4 times as much ({each.iloc[0]:.1f}, then {each.iloc[-1]:.1f} yuan)" in said
    )
    assert each.iloc[-1] / each.iloc[0] == pytest.approx(1.4, abs=0.05)
    assert (space["lending"]["grade"] == "C").sum() == 57
    assert debts[-1] * 100 > space["lending"]["month_cents"].sum() * 2 / 3


def test_text_says_how_the_street_is_rated(space):
    cells = runner.cells(TestPayday.solution)
    (said,) = (cell["source"] for cell in cells if cell["id"] == "text-street")
    rows = [line.strip("| ").split(" | ") for line in said.splitlines() if "|" in line]
    assert [row[0] for row in rows[2:]] == list(space["WEIGHTS"])
    chances = [f"{100 * chance:g}" for chance in space["CHANCE"].values()]
    assert "{}, {}, {} and {} %".format(*chances) in said
    for row in space["evidence"].head(40).itertuples():
        six = space["lending"].set_index("household_id").loc[row.household_id]
        good = row.references_good / max(1, row.references_asked)
        if row.references_asked:
            assert six["character"] == 1 + sum(good >= n / 5 for n in (1, 2, 3, 4))
        else:
            assert pd.isna(six["character"])
        times = row.income_cents / (row.rate_ge * 30 * 8)
        assert six["capacity"] == 1 + sum(times >= cut for cut in (1.5, 2, 3, 4))
        assert six["capital"] == (4 if row.owns_house else 2)
        assert six["collateral"] == (4 if row.guarantor else 2)
        assert six["condition"] == 3 + row.outlook
        years = row.years_in_street
        assert six["continuity"] == 1 + sum(years >= cut for cut in (2, 5, 10, 20))
    fled = datasets.load("rice_shop/quarter_after")["left_on"]
    assert fled.max() <= pd.Timestamp("1933-03-31") + pd.Timedelta(days=90)


def test_a_day_that_a_trade_does_not_have_is_none(space):
    """As the text says, in pandas 2 and 3."""
    for trade in space["TRADES"].values():
        assert (trade["payday_2"] is None) == (trade["pay"] != "twice a month")
        assert (trade["payday"] is None) == (trade["pay"] in ("weekly", "daily"))


def test_given_limits_are_what_limit_says(space):
    for row in space["lending"].to_dict("records"):
        six = {name: row[name] for name in space["WEIGHTS"]}
        six = {name: None if pd.isna(rate) else rate for name, rate in six.items()}
        found = space["limit"](six, space["WEIGHTS"], row["month_cents"])
        assert found["grade"] == row["grade"]
        assert found["score"] == pytest.approx(row["score"])
        assert abs(found["limit_cents"] - row["limit_cents"]) in (0, 800)


def test_lending_and_refusing_cost_the_same_at_a_quarter(space):
    table = pd.DataFrame({"month_cents": [800], "chance": [0.25]})
    lent = space["two_costs"](table.assign(limit_cents=800), 8, 6)
    refused = space["two_costs"](table.assign(limit_cents=0), 8, 6)
    assert sum(lent.values()) == pytest.approx(sum(refused.values()))
