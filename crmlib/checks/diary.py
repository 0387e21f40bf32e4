"""Checkpoint of chapter 6, the contact diary: eight questions, in its order.

Answers to questions on our data are computed from the tables when they are asked for.
Each question can be called by its name; `QUESTIONS` has them all for
`crmlib.widgets.quiz`.

    >>> pen(...).ok is None
    True
    >>> pen("c").ok
    True
"""

from __future__ import annotations

import math
from functools import cache

import pandas as pd

from crmlib import account, datasets
from crmlib.checks import Choice, Number

__all__ = [
    "QUESTIONS",
    "evidence",
    "gap",
    "jinsha",
    "kept",
    "nothing",
    "own_pace",
    "pen",
    "tofu",
]

_LAST_DAY = pd.Timestamp("2025-12-31")


@cache
def _table(name: str) -> pd.DataFrame:
    """Return a table; cached, so never changed in here."""
    return datasets.load(name)


# Searching --------------------------------------------------------------------------


def _notes_with(words: str) -> float:
    return float(_table("supermarket/notes")["note"].str.contains(words).sum())


tofu = Number(
    "How many of the supermarket's notes of 2024 (supermarket/notes) are about tofu "
    "(豆腐)?",
    answer=lambda: _notes_with("tofu|豆腐"),
    unit="notes",
    wrong={
        "Those are the notes in English. Many of their writers think in "
        "Chinese.": lambda: _notes_with("tofu"),
        "Those are the notes in Chinese. Some of the staff write English.": lambda: (
            _notes_with("豆腐")
        ),
        "Those are the entries of 2025, with their fields. The question takes the "
        "notes of the year before.": lambda: float(
            (_table("supermarket/entries")["item"] == "tofu").sum()
        ),
        "So many entries of 2025 are complaints about tofu. The question takes the "
        "notes, whatever they say of it.": lambda: float(
            _table("supermarket/entries")
            .query("kind == 'complaint' and item == 'tofu'")["item"]
            .size
        ),
    },
    why="Neither language alone would have shown more than about two thirds.",
    hint="Look for both words in the column note, for instance with str.contains, and "
    "count each note once.",
)


# Promises ---------------------------------------------------------------------------


def _kept(staff: str | None, *, due_only: bool = True) -> float:
    contacts = _table("key_accounts/contacts")
    dated = contacts[contacts["follow_up_on"].notna()]
    if due_only:
        dated = dated[dated["follow_up_on"] <= _LAST_DAY]
    if staff is not None:
        dated = dated[dated["staff_id"] == staff]
    return 100 * float(dated["contact_id"].isin(contacts["follows"]).mean())


def _share_with_day(staff: str) -> float:
    contacts = _table("key_accounts/contacts")
    his = contacts[contacts["staff_id"] == staff]
    return 100 * float(his["follow_up_on"].notna().mean())


kept = Number(
    "Take the follow-ups that Chen Rui (S1) dated and that were due by the end of "
    "2025. What share of them was followed up, in per cent?",
    answer=lambda: _kept("S1"),
    tolerance=0.6,
    unit="%",
    wrong={
        "That is the share of the whole team, as in the chapter. Take Chen Rui's "
        "alone.": lambda: _kept(None),
        "You have counted follow-ups that are not due yet among those he should have "
        "kept.": lambda: _kept("S1", due_only=False),
        "That is the share of his contacts that have a date at all. Count, among "
        "those with one, how many were followed up.": lambda: _share_with_day("S1"),
        "That is the share that was not followed up.": lambda: 100 - _kept("S1"),
        "That is Zhao Lei's share. Chen Rui is S1.": lambda: _kept("S2"),
    },
    why="A promise with a day on it is a promise that somebody can look up.",
    hint="Filter follow_up_on and staff_id, then ask which contact_id occurs in the "
    "column follows of any contact.",
)


# Trends and causes ------------------------------------------------------------------

pen = Choice(
    "A hotel brings in a form for complaints. In its first month the book holds twice "
    "as many complaints as in the month before. What do you conclude first?",
    options=(
        "that service has become worse, and the form has shown it in time",
        "that the form works: guests now dare to complain",
        "that the two months were written down differently and cannot be compared",
        "that the number of guests must have doubled",
    ),
    right="c",
    why=(
        "Perhaps. But the same book would look like this if nothing had happened in "
        "the rooms at all.",
        "It might be so, and it might be that the clerks used to write down every "
        "second one. Which of them is not in the book.",
        "What differs for certain is the way of writing. Anything else needs a measure "
        "that the form did not touch.",
        "That could be looked up at the front desk, and should be; nothing in the "
        "story says so.",
    ),
)


@cache
def _growth() -> pd.DataFrame:
    """Return growth of 2024 and 2025 in per cent by store, and its group."""
    stores = _table("supermarket/stores").set_index("store_id")
    sales = _table("supermarket/sales")
    year = pd.Series(2023, index=sales.index)
    year[sales["week_on"] >= "2024-01-01"] = 2024
    year[sales["week_on"] >= "2024-12-30"] = 2025
    total = sales["sales_cents"].groupby([sales["store_id"], year]).sum().unstack()
    return pd.DataFrame(
        {
            "of_2024": 100 * (total[2024] / total[2023] - 1),
            "of_2025": 100 * (total[2025] / total[2024] - 1),
            "group": stores["chosen_by"].fillna("no diary"),
        }
    )


def _ahead(column: str, group: str, others: tuple[str, ...]) -> float:
    table = _growth()
    one = table.loc[table["group"] == group, column].mean()
    return float(one - table.loc[table["group"].isin(others), column].mean())


own_pace = Number(
    "A comparison by lot can be tried before anything happens. In 2024 neither the "
    "stores of the lot nor those without a diary had the form. By how many points did "
    "the stores of the lot grow faster in that year than those without? One decimal; "
    "a minus if they grew more slowly.",
    answer=lambda: _ahead("of_2024", "lot", ("no diary",)),
    tolerance=0.06,
    unit="points",
    wrong={
        "That is 2025, when the stores of the lot had their diary. Take the year "
        "before.": lambda: _ahead("of_2025", "lot", ("no diary",)),
        "The size is right, and the sign is not: take the lot less the others.": (
            lambda: -_ahead("of_2024", "lot", ("no diary",))
        ),
        "You have counted the stores chosen by head office among those without. They "
        "had a diary in 2024.": lambda: _ahead(
            "of_2024", "lot", ("no diary", "head office")
        ),
        "Those are the stores chosen by head office, as in the chapter. The "
        "question asks for the lot.": lambda: _ahead(
            "of_2024", "head office", ("no diary", "lot")
        ),
        "That is how fast they grew, not how much faster.": lambda: float(
            _growth().query("group == 'lot'")["of_2024"].mean()
        ),
    },
    why="So alike were the two before anything began. The stores of head office had "
    "been points ahead.",
    hint="Growth of 2024 by store, the mean of each group, one less the other.",
)

evidence = Choice(
    "Tuojiang wants to know whether a form for incoming calls keeps customers. Which "
    "plan would be evidence?",
    options=(
        "the ten best managers begin; a year later their customers are compared with "
        "those of the others",
        "everybody begins on 1 January; this year's losses are compared with last "
        "year's",
        "whoever volunteers begins; the volunteers are asked whether it helped",
        "names are drawn from a hat for who begins this year; losses are compared at "
        "its end",
    ),
    right="d",
    why=(
        "The best managers' customers stay anyway. You would measure why they were "
        "chosen.",
        "Whatever else changed between the two years would be counted as the form's "
        "doing.",
        "Those who volunteer differ from the others, and an opinion is not a loss.",
        "Chance does not know who is good, so before the start the two groups differ "
        "by chance alone, and the interval says by how much.",
    ),
)


# People and money -------------------------------------------------------------------

gap = Choice(
    "At an account everybody who matters is known: five people in the five roles, all "
    "of them well disposed, each held by the same manager of ours. What does the map "
    "lack?",
    options=(
        "nothing: all roles are filled and all relations positive",
        "a second pair of hands: everything leaves with one person",
        "a negative relation, for without one the map cannot be true",
        "the private telephone numbers of the five",
    ),
    right="b",
    why=(
        "Ask what is left of it on the day on which this manager signs with a rival.",
        "The course says it in one line: no one manager should hold all the relations.",
        "Accounts without an enemy exist. Doubt is in order, but it is not a gap.",
        "A key-person map is about the decision to buy; what is not needed for it "
        "should not be kept at all.",
    ),
)


def _open(key: str) -> pd.DataFrame:
    tenders = _table("key_accounts/tenders")
    return tenders[(tenders["account_id"] == key) & (tenders["outcome"] == "open")]


def _expected(key: str) -> float:
    rows = _open(key)
    return float((rows["value_cents"] * rows["probability"]).sum()) / 100


def _profit(key: str) -> float:
    tenders = _table("key_accounts/tenders")
    plan = account.revenue_plan(tenders, margin=account.margins(tenders))
    mine = plan[plan["account_id"] == key]
    return float(mine["expected_profit_cents"].sum()) / 100


def _printed(key: str) -> float:
    """Return what the lines of the plan that the chapter shows would add up to."""
    tenders = _table("key_accounts/tenders")
    plan = account.revenue_plan(tenders, margin=account.margins(tenders)).head(4)
    mine = plan[plan["account_id"] == key]
    return float(mine["expected_income_cents"].sum()) / 100


jinsha = Number(
    "What is the expected income from Jinsha Rail's (K3) open tenders, in yuan, with "
    "the chances as stated?",
    answer=lambda: _expected("K3"),
    tolerance=6_000,
    unit="yuan",
    wrong={
        "That is what they are worth if all are won.": lambda: (
            float(_open("K3")["value_cents"].sum()) / 100
        ),
        "That is the expected profit. Leave the margin out.": lambda: _profit("K3"),
        "You have added up the lines that the chapter printed. Those are only the "
        "first four of the plan.": lambda: _printed("K3"),
        "That is with the part of the chances that history gives. The question takes "
        "them as stated.": lambda: (
            _expected("K3") * account.calibration(_table("key_accounts/tenders")).factor
        ),
        "You have multiplied the sum of the values by the mean of the chances. Each "
        "tender has a chance of its own.": lambda: (
            float(_open("K3")["value_cents"].sum() * _open("K3")["probability"].mean())
            / 100
        ),
        "That is another account, Shuguang Mobile (K1).": lambda: _expected("K1"),
    },
    why="No outcome of its tenders brings just this sum; it is their mean.",
    hint="For each open tender multiply value and probability, then add up.",
)


def _product(chances: pd.Series[float]) -> float:
    return 100 * math.prod(chances.tolist())


nothing = Number(
    "How likely is it that Tuojiang wins none of Shuguang Mobile's (K1) open tenders, "
    "with the chances as stated and the tenders independent? In per cent, rounded.",
    answer=lambda: _product(1 - _open("K1")["probability"]),
    tolerance=0.6,
    unit="%",
    wrong={
        "That is the chance of winning all of them.": lambda: _product(
            _open("K1")["probability"]
        ),
        "That is the chance of winning at least one.": lambda: (
            100 - _product(1 - _open("K1")["probability"])
        ),
        "That is the mean chance of losing one of them. All of them must be lost at "
        "once.": lambda: 100 * float(1 - _open("K1")["probability"].mean()),
        "That is another account, Bayu Telecom (K2).": lambda: _product(
            1 - _open("K2")["probability"]
        ),
    },
    why="A plan that shows only the mean hides that nothing at all is possible.",
    hint="Each must be lost: multiply the three chances of losing.",
)

#: All questions, in the chapter's order.
QUESTIONS = (tofu, kept, pen, own_pace, evidence, gap, jinsha, nothing)
