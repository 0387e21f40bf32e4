"""Checkpoint of chapter 1, what CRM is: seven questions, and four from a textbook.

Answers to questions on our data are computed from the tables when they are asked for.
Each question can be called by its name; `QUESTIONS` has those of the chapter, in its
order, and `TEXTBOOK` the four, for `crmlib.widgets.quiz`.

    >>> kind(...).ok is None
    True
    >>> kind("c").ok
    True
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from crmlib import association, datasets
from crmlib.checks import Choice, Number

__all__ = [
    "OFFER",
    "QUESTIONS",
    "TEXTBOOK",
    "aim",
    "break_even",
    "core",
    "definition",
    "driver",
    "essence",
    "kind",
    "lift",
    "luck",
    "points",
    "spread",
]

#: What the offer of the chapter costs in three years, in yuan.
OFFER = 120_000 + 3 * 50_000

_CALLS = {2023: "M03", 2024: "M07", 2025: "M11"}


# Definitions ------------------------------------------------------------------------

definition = Choice(
    "“Before we buy anything,” says the head of a bank, “every clerk spends a week "
    "learning what makes people come back.” Whose definition is this nearest to?",
    options=("Hurwitz", "McKinsey", "IBM", "Carlson"),
    right="d",
    why=(
        "There the stress is on processes and on software. Here nothing is automated.",
        "There the stress is on the analysis of data. Here nobody has opened a table.",
        "There the stress is on processes and on complete information. Here it is on "
        "those who meet the customer.",
        "Train the people, and customers will prefer the firm and stay.",
    ),
)

core = Choice(
    "The textbook: what is the core of CRM?",
    options=("the customer", "the relationship", "service", "management"),
    right="b",
    why=(
        "All seven definitions name it, so it tells them apart from nothing. The "
        "textbook means what lies between two sides.",
        "So says the textbook, although few of the seven definitions use the word.",
        "It is one of the three fields, beside marketing and sales.",
        "It is what one does with the core, not the core.",
    ),
)

aim = Choice(
    "The textbook: what does CRM want to make as large as possible in the end?",
    options=(
        "customer resources",
        "customer assets",
        "customer lifetime value",
        "customer relationships",
    ),
    right="c",
    why=(
        "To see customers as a resource is among the drivers. What is to come of it?",
        "A word of the same family, but of the balance sheet: it says what is there, "
        "not what it brings over time.",
        "What customers bring over the whole time of dealing with us.",
        "More of them, or closer ones, can cost more than they bring: think of what a "
        "visit costs.",
    ),
)

essence = Choice(
    "The textbook: what is the essence of CRM, between firm and customer?",
    options=(
        "a game in which both compete and cooperate",
        "cooperation",
        "competition",
        "being of service",
    ),
    right="a",
    why=(
        "Each wants the better part of the bargain, and both want there to be one.",
        "Half of it. They also bargain about who gets how much.",
        "Half of it. Without a common gain there would be no second deal.",
        "That is what one side does for the other. The question is what goes on "
        "between the two.",
    ),
)

kind = Choice(
    "Each Monday a list is printed of customers who have ordered more rarely than they "
    "used to. Which kind of system makes it?",
    options=("operational", "collaborative", "analytical", "none: it is a report"),
    right="c",
    why=(
        "That kind carries out one case after the other: it would send the letter. "
        "Who chooses to whom?",
        "That kind joins the channels, so that all see the same. Here something is "
        "found in what they see.",
        "It looks over all cases for a pattern, so that somebody can act on it.",
        "A report is how such systems speak. Which of the three does the looking?",
    ),
)


# Promises ---------------------------------------------------------------------------


@cache
def _called(year: int) -> pd.DataFrame:
    """Return the businesses that were telephoned in a year; never changed in here."""
    contacts = datasets.load("company/campaign_contacts")
    return contacts[contacts["campaign_id"] == _CALLS[year]]


def _more(year: int) -> float:
    return 0.05 * float(_called(year)["written_to"].sum())


def _more_per_cent() -> float:
    called = _called(2024)
    return 0.05 * float(called.loc[called["written_to"], "responded"].sum())


points = Number(
    "Campaign M07, of 2024, offered gift boxes by telephone. A promise: five "
    "percentage points more of those called will say yes. How many businesses more is "
    "that? Leave out those who were held back and not called (written_to is False). "
    "One decimal.",
    answer=lambda: _more(2024),
    tolerance=0.06,
    unit="businesses",
    wrong={
        "That is five per cent of those who said yes. A point is counted from the "
        "whole.": _more_per_cent,
        "That is the campaign of 2025, as in the chapter. Take that of 2024.": lambda: (
            _more(2025)
        ),
        "That is the campaign of 2023. Take that of 2024.": lambda: _more(2023),
        "You counted those who were held back, too. Nobody telephoned them.": lambda: (
            0.05 * len(_called(2024))
        ),
    },
    why="A point is one per cent of all who were called, whatever share said yes.",
    hint="Count the lines of the campaign with written_to, and take five per cent of "
    "them.",
)


@cache
def _base() -> pd.Series[float]:
    """Return the figures of 2025 that the case rests on, in yuan."""
    orders = datasets.load("company/orders")
    customers = datasets.load("company/customers").set_index("customer_id")
    now = orders[orders["ordered_on"].dt.year == 2025]
    margin = now["amount_cents"] - now["goods_cost_cents"]
    managed = now["customer_id"].map(customers["account_manager"]).notna()
    service = datasets.load("company/service_costs")
    contacts = datasets.load("company/campaign_contacts")
    campaigns = datasets.load("company/campaigns")
    cost = (
        service.loc[service["incurred_on"].dt.year == 2025, "cost_cents"].sum()
        + contacts.loc[contacts["contacted_on"].dt.year == 2025, "cost_cents"].sum()
        + campaigns.loc[
            campaigns["starts_on"].dt.year == 2025, "fixed_cost_cents"
        ].sum()
    )
    return pd.Series(
        {
            "sales": now.loc[managed, "amount_cents"].sum() / 100,
            "margin_of_sales": margin[managed].sum() / 100,
            "margin": margin.sum() / 100,
            "cost": cost / 100,
        }
    )


def _needed(years: float, *, of: str = "margin_of_sales", others: bool = True) -> float:
    """Return the promise for sales, in per cent, with which the offer breaks even.

    Of what a year must bring, cost and margin bring their part when *others* is true.
    """
    base = _base()
    rest = 0.05 * base["cost"] + 0.01 * base["margin"] if others else 0.0
    return float(100 * (OFFER / years - rest) / base[of])


break_even = Number(
    "The offer of the chapter, effects growing evenly and complete in the third year. "
    "Cost (−5 %) and margin (+1 %) are kept exactly. By how many per cent must sales "
    "rise in the end for the project to come out at nought? One decimal.",
    answer=lambda: _needed(2),
    tolerance=0.11,
    unit="%",
    wrong={
        "So it would be with everything in place from the first day. Growing evenly, "
        "how many full years' worth are there?": lambda: _needed(3),
        "So it would be if it were complete in the second year.": lambda: _needed(2.5),
        "That is the rise in sales that equals the bill. Of more sales only the margin "
        "stays.": lambda: _needed(2, of="sales"),
        "You let sales pay the whole bill. Cost and margin bring their part.": lambda: (
            _needed(2, others=False)
        ),
    },
    why="The letter of the promise is not enough when the effect comes late.",
    hint="The gain of a year times the years of effect must equal the bill. Solve it "
    "for sales, or try values of a_year(sales=…).",
)

spread = Choice(
    "Two offers. Either pays in about half of the futures drawn. With the first, nine "
    "in ten end between −130,000 and +150,000 yuan, with the second between −15,000 "
    "and +20,000. What do you tell the owner?",
    options=(
        "They are equal: both pay in half of the futures",
        "Take the first: its best is better",
        "Ask for the middle of each range, and take the offer with the larger one",
        "They are different bets: ask whether the firm can bear the worse end of the "
        "first",
    ),
    right="d",
    why=(
        "The share that pays says how often, and not how much. Look at the ends.",
        "So is its worst worse. One end of a range is as little as its middle.",
        "A middle is a point again. It says nothing of what happens if luck is bad.",
        "The share says how often one loses, the range how much: two questions, and "
        "the second can close the shop.",
    ),
)


# Baskets ----------------------------------------------------------------------------


@cache
def _found(chain: str) -> pd.DataFrame:
    return association.rules(association.unpack(datasets.load(f"baskets/{chain}")))


def _rule(chain: str, antecedent: str, consequent: str, column: str) -> float:
    found = _found(chain)
    lines = (found["antecedent"] == antecedent) & (found["consequent"] == consequent)
    return float(found.loc[lines, column].iloc[0])


lift = Number(
    "In west, what is the lift of “who buys wine buys nuts”? Two decimals.",
    answer=lambda: _rule("west", "wine", "nuts", "lift"),
    tolerance=0.006,
    wrong={
        "That is the other chain. Take west.": lambda: _rule(
            "east", "wine", "nuts", "lift"
        ),
        "That is the confidence. Divide by the share of baskets with nuts.": lambda: (
            _rule("west", "wine", "nuts", "confidence")
        ),
        "That is the confidence the other way round, from nuts to wine.": lambda: _rule(
            "west", "nuts", "wine", "confidence"
        ),
        "That is the lift of nappies and beer. The question is about wine and "
        "nuts.": lambda: _rule("west", "nappies", "beer", "lift"),
    },
    why="Higher than that of nappies and beer in the same chain, and yet it is not "
    "among the three that are left when the rules tried are counted. The card says: "
    "luck.",
    hint='Look it up in found["west"]: antecedent wine, consequent nuts.',
)

luck = Choice(
    "A programme has tried all pairs of a thousand goods, about half a million, and "
    "reports the ten with the smallest p-values, each below one in ten thousand. What "
    "do you say?",
    options=(
        "Each is almost surely real: one in ten thousand is a strong proof",
        "Ask for their lift: if it is high, they are real",
        "Luck alone would bring about fifty pairs of that kind, so they prove nothing "
        "yet",
        "Ten of half a million is so few that nothing can be in the data",
    ),
    right="c",
    why=(
        "For one pair named beforehand, yes. How many were tried?",
        "The pairs that luck lifts have a high lift too: think of honey and nuts.",
        "Multiply the p-value by the number tried before you are surprised.",
        "Ten were reported because ten were asked for. That says nothing of the rest.",
    ),
)


# How it came about ------------------------------------------------------------------

driver = Choice(
    "The textbook names one driving force behind the rise of CRM, the course names "
    "four. Which one does the textbook name?",
    options=(
        "fierce competition",
        "the Internet and its technology",
        "a shift in the theory of management",
        "attention to profit",
    ),
    right="b",
    why=(
        "Competition is among the course's four, and you may well think it the first "
        "cause. The textbook does not.",
        "So says the key. The course has it as one of four; a notebook did without it.",
        "It is among the course's four: from production to sales, to the market, to "
        "the customer. The textbook's key has another.",
        "Firms had attended to it before there was a word for CRM.",
    ),
)

#: The chapter's own questions, in its order.
QUESTIONS: tuple[Number | Choice, ...] = (
    definition,
    kind,
    points,
    break_even,
    spread,
    lift,
    luck,
)

#: Four exercises of a textbook's first chapter, with its answers.
TEXTBOOK: tuple[Choice, ...] = (core, aim, essence, driver)
