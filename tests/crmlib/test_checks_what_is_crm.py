"""Checkpoint of chapter 1: right answers by hand, wrong ones get their message."""

from __future__ import annotations

import csv
import re
from typing import Any

from course.term import ROOT
from crmlib.checks import Number
from crmlib.checks import what_is_crm as chapter

ALL = (*chapter.QUESTIONS, *chapter.TEXTBOOK)
NUMBERS = [q for q in ALL if isinstance(q, Number)]


def lines_of(name: str) -> list[dict[str, str]]:
    """The lines of a table as they stand in the file, not through `crmlib`."""
    path = ROOT / "datasets" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_there_are_questions_of_both_kinds() -> None:
    assert 4 <= len(chapter.QUESTIONS) <= 8
    assert len(chapter.TEXTBOOK) == 4
    assert len(NUMBERS) >= 3
    named = [getattr(chapter, name) for name in chapter.__all__]
    assert all(any(q is one for one in named) for q in ALL)


# Answers by hand --------------------------------------------------------------------


def test_points_by_hand() -> None:
    m07 = [
        r for r in lines_of("company/campaign_contacts") if r["campaign_id"] == "M07"
    ]
    called = [row for row in m07 if row["written_to"] == "true"]
    assert len(called) < len(m07)
    assert chapter.points(len(called) / 20).ok is True
    assert chapter.points(f"{len(called) / 20:.1f} businesses").ok is True
    assert "held back" in chapter.points(len(m07) / 20).message
    said_yes = sum(row["responded"] == "true" for row in called)
    assert "whole" in chapter.points(said_yes / 20).message


def test_break_even_by_hand() -> None:
    manager = {
        row["customer_id"]: row["account_manager"]
        for row in lines_of("company/customers")
    }
    sold = kept = margin = 0
    for row in lines_of("company/orders"):
        if row["ordered_on"].startswith("2025"):
            gain = int(row["amount_cents"]) - int(row["goods_cost_cents"])
            margin += gain
            if manager[row["customer_id"]]:
                sold += int(row["amount_cents"])
                kept += gain
    cost = sum(
        int(row["cost_cents"])
        for row in lines_of("company/service_costs")
        if row["incurred_on"].startswith("2025")
    )
    cost += sum(
        int(row["cost_cents"])
        for row in lines_of("company/campaign_contacts")
        if row["contacted_on"].startswith("2025")
    )
    cost += sum(
        int(row["fixed_cost_cents"])
        for row in lines_of("company/campaigns")
        if row["starts_on"].startswith("2025")
    )
    # Complete in the third year: a third, two thirds, all of it.
    bill = 27_000_000 / (1 / 3 + 2 / 3 + 1)
    needed = 100 * (bill - cost / 20 - margin / 100) / kept
    assert chapter.break_even(needed).ok is True
    assert chapter.break_even(f"{needed:.1f} %").ok is True
    assert needed > 10, "the letter of the promise is not enough"
    from_more_sales = 100 * (bill - cost / 20 - margin / 100) / sold
    assert "only the margin" in chapter.break_even(from_more_sales).message


def test_lift_by_hand() -> None:
    baskets = [set(row["items"].split("; ")) for row in lines_of("baskets/west")]
    wine = [items for items in baskets if "wine" in items]
    nuts = sum("nuts" in items for items in baskets) / len(baskets)
    confidence = sum("nuts" in items for items in wine) / len(wine)
    assert chapter.lift(confidence / nuts).ok is True
    assert chapter.lift(f"{confidence / nuts:.2f}").ok is True
    assert "confidence" in chapter.lift(confidence).message


def test_the_offer_is_that_of_the_chapter() -> None:
    text = (ROOT / "course/text/01_what_is_crm.md").read_text(encoding="utf-8")
    said: list[Any] = re.findall(r"once=([\d_]+), yearly=([\d_]+)", text)
    once, yearly = said[0]
    assert int(once) + 3 * int(yearly) == chapter.OFFER
