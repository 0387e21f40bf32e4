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
    shares = asked["paid_cents"] / asked["owed_cents"]
    for share in shares[["0-2", "3-6", "14+"]]:
        assert f"{share:.0%}".replace("%", " %") in said
    together = space["costs"].sum(axis=1)
    for policy in ("by the six Cs", "a month, nothing to D"):
        assert f"{together[policy]:.1f}" in said
    assert together.idxmin() == "a month, nothing to D"
    ends = [space["owed"](space["account"], day) for day in space["ends"]]
    debts = [sum(owed.values()) / 100 for owed in ends]
    assert debts == sorted(debts)  # "has grown every month"
    assert f"{debts[0]:.0f} yuan in September to {debts[-1]:.0f} in March" in said
    assert (space["lending"]["grade"] == "C").sum() == 57
    assert debts[-1] * 100 > space["lending"]["month_cents"].sum() * 2 / 3


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
