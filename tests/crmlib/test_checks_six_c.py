"""Checkpoint of chapter 4: right answers counted by hand, wrong ones get their message.

The answers are worked out once more from the files, without `crmlib.sixc`.
"""

from __future__ import annotations

import csv
from functools import cache

from course.term import ROOT
from crmlib.checks import six_c as chapter

# The chapter's cut tables, written down a second time: from 1 (none reached) to 5.
LATE, TALK = (20, 9, 4, 1.5), (0.2, 0.4, 0.6, 0.8)
PROFIT, RATIO = (0, 0.02, 0.05, 0.08), (0.8, 1, 1.5, 2)
EQUITY, PLEDGE = (0.1, 0.25, 0.4, 0.6), (0.1, 0.3, 0.6, 1)
GROWTH, CLOSED = (-4, 0, 3, 6), (15, 12, 8, 5)
AGE, HANDOVER = (6, 8, 12, 20), (1, 1, 2, 2)


@cache
def lines_of(name: str) -> list[dict[str, str]]:
    """The lines of a table as they stand in the file, not through `crmlib`."""
    path = ROOT / "datasets" / "credit" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def high(value: float, cuts: tuple[float, ...]) -> int:
    return 1 + sum(value >= cut for cut in cuts)


def low(value: float, cuts: tuple[float, ...]) -> int:
    return 1 + sum(value <= cut for cut in cuts)


@cache
def rated(late: str, years: int) -> dict[str, list[int]]:
    """Six ratings of each firm, by plain loops over the files."""
    told: dict[str, dict[str, float]] = {}
    for name, columns in (
        ("statements", ("revenue_cents", "profit_cents")),
        ("payments", ("n_invoices", late)),
    ):
        for row in lines_of(name):
            if 2024 - years < int(row["year"]) <= 2024:
                sums = told.setdefault(row["customer_id"], {})
                for column in columns:
                    sums[column] = sums.get(column, 0) + int(row[column])
    last = {r["customer_id"]: r for r in lines_of("statements") if r["year"] == "2024"}
    trade = {r["sector"]: r for r in lines_of("sectors")}
    ratings = {}
    for firm in lines_of("customers"):
        key = firm["customer_id"]
        sums, sheet, sector = told[key], last[key], trade[firm["sector"]]
        talk = int(firm["references_good"]) / int(firm["references_asked"])
        dues = int(sheet["current_liabilities_cents"])
        steps = {"open": 0, "possible": 1, "settled": 2}[firm["handover"]]
        ratings[key] = [
            min(low(sums[late] / sums["n_invoices"], LATE), high(talk, TALK)),
            min(
                high(sums["profit_cents"] / sums["revenue_cents"], PROFIT),
                high(int(sheet["current_assets_cents"]) / dues, RATIO),
            ),
            high(int(sheet["equity_cents"]) / int(sheet["assets_cents"]), EQUITY),
            high(int(firm["pledge_cents"]) / int(firm["credit_asked_cents"]), PLEDGE),
            min(
                high(int(sector["growth_percent"]), GROWTH),
                low(int(sector["closed_percent"]), CLOSED),
            ),
            min(high(2024 - int(firm["founded_year"]), AGE), high(steps, HANDOVER)),
        ]
    return ratings


@cache
def outcome_of() -> dict[str, dict[str, str]]:
    return {row["customer_id"]: row for row in lines_of("outcomes")}


# Answers by hand --------------------------------------------------------------------


def test_rating_by_hand() -> None:
    best = sum(each[0] == 5 for each in rated("late_days_from_arrival", 1).values())
    assert chapter.rating(best).ok is True
    assert chapter.rating(f"{best} firms").ok is True
    three = sum(each[0] == 5 for each in rated("late_days_from_arrival", 3).values())
    assert "three years" in chapter.rating(three).message


def test_fair_by_hand() -> None:
    hundredths = (30, 20, 15, 15, 10, 10)
    good = refused = 0
    for firm in lines_of("customers"):
        key = firm["customer_id"]
        if firm["region"] != "mountain counties":
            continue
        if outcome_of()[key]["outcome"] == "lost":
            continue
        good += 1
        ratings = rated("late_days_from_arrival", 3)[key]
        refused += (
            sum(w * r for w, r in zip(hundredths, ratings, strict=True)) < 100 * 2.75
        )
    assert chapter.fair(f"{100 * refused / good:.1f} %").ok is True
    assert chapter.fair(100 * refused / good).ok is True
    assert "multiply by 100" in chapter.fair(refused / good).message


def test_both_mistakes_by_hand() -> None:
    rows = outcome_of()
    lost = {key for key, row in rows.items() if row["outcome"] == "lost"}
    loss = sum(int(rows[key]["loss_cents"]) for key in lost) / len(lost)
    paid = [int(r["margin_cents"]) for key, r in rows.items() if key not in lost]
    margin = sum(paid) / len(paid)
    ratings = rated("late_days_from_arrival", 3)
    approved = {key for key, each in ratings.items() if sum(each) >= 18}
    refused = set(rows) - approved
    yuan = (len(approved & lost) * loss + len(refused - lost) * margin) / 100
    assert chapter.both_mistakes(yuan).ok is True
    assert chapter.both_mistakes(f"{round(yuan, -3):,.0f} yuan").ok is True
    # Both rounded averages of the chapter's output come near enough.
    rounded = len(approved & lost) * 42_714 + len(refused - lost) * 8_556
    assert chapter.both_mistakes(rounded).ok is True
    assert "cents" in chapter.both_mistakes(100 * yuan).message


def test_break_even_by_hand() -> None:
    chance = 10
    assert chance * 54_000 == (100 - chance) * 6_000
    assert chapter.break_even(f"{chance} %").ok is True
    assert "no margin either" in chapter.break_even("11.1 %").message


def test_the_weights_are_those_of_the_chapter() -> None:
    text = (ROOT / "course" / "text" / "04_six_c.md").read_text(encoding="utf-8")
    numbers = ", ".join(f"{weight:.2f}" for weight in chapter.OWN.values())
    assert f'"Lin Yue": [{numbers}]' in text
    assert f'"B": {chapter.LINE}' in text
