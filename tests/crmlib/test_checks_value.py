"""Checkpoint of chapter 5b: right answers counted by hand, wrong ones are told why.

The counts are made once more from the files, without `crmlib.value`.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date
from functools import cache

import pytest

from course.term import ROOT
from crmlib.checks import Number
from crmlib.checks import value as chapter

NUMBERS = [q for q in chapter.QUESTIONS if isinstance(q, Number)]


@cache
def lines_of(name: str) -> list[dict[str, str]]:
    path = ROOT / "datasets" / "company" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def household_orders() -> list[tuple[str, date, int]]:
    households = {
        row["customer_id"]
        for row in lines_of("customers")
        if row["kind"] == "household"
    }
    return [
        (
            row["customer_id"],
            date.fromisoformat(row["ordered_on"]),
            int(row["amount_cents"]),
        )
        for row in lines_of("orders")
        if row["customer_id"] in households
    ]


def test_the_sum_counted_by_hand() -> None:
    sums: Counter[str] = Counter()
    later = set()
    for customer, day, cents in household_orders():
        if day.year <= 2024:
            sums[customer] += cents
        else:
            later.add(customer)
    top = [customer for customer, _ in sums.most_common(100)]
    assert chapter.sum_so_far.answer() == sum(one not in later for one in top)


def test_the_napkin_by_adding_up() -> None:
    total = sum(500 * (0.7 / 1.1) ** year for year in range(200))
    assert chapter.retained(round(total)).ok


def test_who_is_gone_with_a_formula_of_its_own() -> None:
    days: dict[str, set[date]] = defaultdict(set)
    for customer, day, _ in household_orders():
        if day.year <= 2023:
            days[customer].add(day)
    model = chapter._fit("2023-12-31")
    end, below = date(2023, 12, 31), 0
    for seen in days.values():
        x = len(seen) - 1
        last = (max(seen) - min(seen)).days / 7
        age = (end - min(seen)).days / 7
        if x:
            odds = model.a / (model.b + x - 1)
            odds *= ((model.alpha + age) / (model.alpha + last)) ** (model.r + x)
            below += 1 / (1 + odds) < 0.5
    assert chapter.gone.answer() == below


def test_the_newcomer_is_that_of_the_chapter() -> None:
    assert chapter.newcomer(2.39).ok
    assert not chapter.newcomer(2.41).ok


@pytest.mark.parametrize("question", NUMBERS, ids=lambda q: q.ask[:30])
def test_numbers_know_right_from_wrong(question: Number) -> None:
    right = question.answer()
    assert question(right).ok
    seen = []
    for message, mistake in question.wrong.items():
        given = mistake()
        assert abs(given - right) > 2 * question.tolerance, message
        feedback = question(given)
        assert feedback.ok is False
        assert message in feedback.message
        seen.append(given)
    assert len({round(one, 4) for one in seen}) == len(seen), "told apart"
