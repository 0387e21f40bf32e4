"""Checkpoint of chapter 5b, lifetime value: seven questions, in the chapter's order.

Answers to questions on our data are computed from the company's tables when they are
asked for; they are about households alone. Each question can be called by its name;
`QUESTIONS` has them all for `crmlib.widgets.quiz`.

    >>> retained(...).ok is None
    True
    >>> retained(1375).ok
    True
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from crmlib import datasets, value
from crmlib.checks import Choice, Number

__all__ = [
    "QUESTIONS",
    "age",
    "gone",
    "newcomer",
    "once",
    "retained",
    "rhythm",
    "sum_so_far",
]

_TOP = 100


@cache
def _orders(kind: str = "household") -> pd.DataFrame:
    """Return the orders of one kind of customer, or of all; cached, never changed."""
    orders = datasets.load("company/orders")
    customers = datasets.load("company/customers")
    chosen = customers.loc[customers["kind"] == kind, "customer_id"]
    return orders if kind == "all" else orders[orders["customer_id"].isin(chosen)]


@cache
def _summary(as_of: str = "2024-12-31", kind: str = "household") -> pd.DataFrame:
    return value.summarise_repeats(_orders(kind), as_of=as_of, unit="weeks")


@cache
def _fit(
    as_of: str = "2024-12-31",
    *,
    kind: str = "household",
    first: bool = False,
    new: bool = False,
) -> value.BGNBD:
    table = _summary(as_of, kind)
    if new:
        table = table[table["customer_id"].isin(_joined_since_2023())]
    return value.fit_bgnbd(table, unit="weeks", first_may_be_last=first)


@cache
def _joined_since_2023() -> frozenset[str]:
    customers = datasets.load("company/customers")
    new = customers["joined_on"] >= "2023-01-01"
    return frozenset(customers.loc[new, "customer_id"])


# The past added up ------------------------------------------------------------------

age = Choice(
    "On 31 December 2024 a household has ordered three times: 60, 25 and 20 weeks "
    "ago. What is its age at last order?",
    options=("20 weeks", "25 weeks", "40 weeks", "60 weeks"),
    right="c",
    why=(
        "That is the silence, which RFM calls recency. The clock of these models "
        "starts at the first order.",
        "That is an order in the middle. Only the first and the last count.",
        "From the first order to the last. A large number here is a guest whom we "
        "knew for long when he last came.",
        "That is the age today. How old was the acquaintance at the last order?",
    ),
)


def _silent_of_top(
    n: int = _TOP, kind: str = "household", start: str = "2000-01-01"
) -> float:
    """Count those of the top *n* by revenue up to 2024 who bought nothing in 2025."""
    orders = _orders(kind)
    past = orders[orders["ordered_on"].between(start, "2024-12-31")]
    revenue = value.all_revenue(past, as_of="2024-12-31").set_index("customer_id")
    top = revenue["revenue_cents"].nlargest(n).index
    later = orders.loc[orders["ordered_on"] > "2024-12-31", "customer_id"]
    return float((~top.isin(later)).sum())


sum_so_far = Number(
    f"Take the {_TOP} households with the largest revenue up to the end of 2024. How "
    "many of them bought nothing in 2025?",
    answer=_silent_of_top,
    unit="households",
    wrong={
        "So many are in the top tenth of the chapter. The question takes fewer "
        "households.": lambda: _silent_of_top(round(0.1 * len(_summary()))),
        "Those are the largest of 2024 alone. The sum goes back to the beginning.": (
            lambda: _silent_of_top(start="2024-01-01")
        ),
        "Those are customers of all kinds. Keep the households.": (
            lambda: _silent_of_top(kind="all")
        ),
        "That is how many did buy. Asked for are the others.": (
            lambda: _TOP - _silent_of_top()
        ),
        "That is a share. Asked for is a number of households.": (
            lambda: _silent_of_top() / _TOP
        ),
    },
    why="A sum cannot fall, so it goes on honouring those who have left.",
    hint="value.all_revenue as of the end of 2024, the largest by revenue_cents, and "
    "look who has an order after that day.",
)


# Margin and retention ---------------------------------------------------------------

_MARGIN, _KEPT, _DISCOUNT = 500.0, 0.7, 0.1

retained = Number(
    "A household brings a margin of 500 yuan a year, the first of it at once; each "
    "year 70 % are kept; the discount is 10 % a year. What is it worth, without an "
    "end?",
    answer=lambda: value.margin_retention(_MARGIN, retention=_KEPT, discount=_DISCOUNT),
    tolerance=1,
    unit="yuan",
    wrong={
        "The discount is missing: a yuan of next year is worth less than one of "
        "today.": lambda: _MARGIN / (1 - _KEPT),
        "The first year is missing: it is paid at once, and for certain.": (
            lambda: (
                value.margin_retention(_MARGIN, retention=_KEPT, discount=_DISCOUNT)
                - _MARGIN
            )
        ),
        "Discount and leaving do not add up, they multiply: divide the share kept by "
        "one plus the discount.": lambda: _MARGIN / (1 - _KEPT + _DISCOUNT),
        "That is a single later year. Add up all of them.": (
            lambda: _MARGIN * _KEPT / (1 + _DISCOUNT)
        ),
    },
    why="Each year is worth the year before it, times the share kept, over one plus "
    "the discount.",
    hint="value.margin_retention does it; give retention and discount as fractions.",
)


# Who is gone ------------------------------------------------------------------------


def _below_half(
    as_of: str = "2023-12-31", *, kind: str = "household", first: bool = False
) -> float:
    model = _fit(as_of, kind=kind, first=first)
    return float((model.probability_alive(_summary(as_of, kind)) < 0.5).sum())


gone = Number(
    "Go back a year: summarise the households as of 2023-12-31 and fit BG/NBD to that "
    "table. For how many of them is the probability of being alive below one half?",
    answer=_below_half,
    tolerance=2,
    unit="households",
    wrong={
        "So many they are a year later, as in the chapter's table. Set as_of back.": (
            lambda: _below_half("2024-12-31")
        ),
        "Those are customers of all kinds. Keep the households.": (
            lambda: _below_half(kind="all")
        ),
        "That is how many are at one half or above. Asked for are the others.": (
            lambda: len(_summary("2023-12-31")) - _below_half()
        ),
        "That is the mended model. The question asks for BG/NBD.": lambda: _below_half(
            first=True
        ),
        "The probabilities belong to 2023, and the parameters to 2024. Fit the model "
        "to the earlier table, too.": lambda: float(
            (_fit().probability_alive(_summary("2023-12-31")) < 0.5).sum()
        ),
    },
    why="After a single year few silences are long enough to speak.",
    hint="value.summarise_repeats, value.fit_bgnbd, probability_alive: all three with "
    "the table of that day.",
)

rhythm = Choice(
    "Two households have been silent for thirty weeks. In the year before, one ordered "
    "fifteen times and the other three times. Whom does the model believe to be there "
    "still?",
    options=(
        "rather the one with fifteen orders, since he is the better customer",
        "rather the one with three orders, since thirty weeks are nothing new for him",
        "both alike, since their silence is equally long",
        "neither can be said without knowing what they spent",
    ),
    right="b",
    why=(
        "Better he was. But at his rhythm, how many orders are missing by now?",
        "Silence speaks only against a rhythm. The frequent guest has missed more "
        "than eight orders, the rare one not even two.",
        "The same silence is short for one rhythm and long for another.",
        "Spending has a model of its own; it does not enter the probability of being "
        "alive.",
    ),
)


# Before he has come back ------------------------------------------------------------

once = Choice(
    "A household ordered once, two years ago. BG/NBD says that it is alive with "
    "probability one. Why?",
    options=(
        "because the data show that such guests come back",
        "because the fit has not converged",
        "because two years are short for a tea merchant",
        "because in this model one can leave only after a repeat order",
    ),
    right="d",
    why=(
        "Look at the table by silence: hardly any of them came back.",
        "It has, or fit_bgnbd would have raised an error that says why not.",
        "The model says the same after twenty years. It is built in.",
        "The coin is tossed after a repeat order. Who has made none has never tossed "
        "it, and however long he is silent, the model only thinks him slow.",
    ),
)


def _expected(*, first: bool = True, new: bool = True, within: float = 52) -> float:
    return _fit(first=first, new=new).expected_orders_of_newcomer(within=within)


newcomer = Number(
    "Take the chapter's model of the newcomers in which already the first order may be "
    "the last. How many repeat orders does it expect of a guest within 52 weeks of the "
    "first order, to two digits after the point?",
    answer=_expected,
    tolerance=0.01,
    unit="orders",
    wrong={
        "That is BG/NBD, in which nobody leaves after the first order.": (
            lambda: _expected(first=False)
        ),
        "That model was fitted to all households. Take the newcomers alone.": (
            lambda: _expected(new=False)
        ),
        "That is BG/NBD fitted to all households. Both are to be changed.": (
            lambda: _expected(first=False, new=False)
        ),
        "Those are two years. The question asks for 52 weeks.": (
            lambda: _expected(within=104)
        ),
        "The first order is in your number. Asked for are the repeat orders.": (
            lambda: _expected() + 1
        ),
    },
    why="It is a mean over many who never come again and a few who come often.",
    hint="The model has a method expected_orders_of_newcomer.",
)


#: All questions, in the order of the chapter.
QUESTIONS: tuple[Number | Choice, ...] = (
    age,
    sum_so_far,
    retained,
    gone,
    rhythm,
    once,
    newcomer,
)
