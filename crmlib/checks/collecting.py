"""Checkpoint of chapter 2, collecting: six questions, in the chapter's order.

Answers to questions on our data are computed from the tables when they are asked for.
Each question can be called by its name; `QUESTIONS` has them all for
`crmlib.widgets.quiz`.

    >>> use(...).ok is None
    True
    >>> use("b").ok
    True
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from crmlib import collection, datasets
from crmlib.checks import Choice, Number

__all__ = [
    "AS_OF",
    "COLUMNS",
    "QUESTIONS",
    "THRESHOLD",
    "an_answer",
    "customers",
    "fresh",
    "judge",
    "silent",
    "use",
]

#: The last day that counts.
AS_OF = "2025-12-31"

#: Points for a match in the question `customers`; the chapter uses 60.
THRESHOLD = 80

#: The four exports and what their columns are called in common.
COLUMNS = {
    "marketing": {
        "full_name": "name",
        "mobile": "phone",
        "email": "email",
        "city": "city",
        "updated_on": "updated_on",
    },
    "sales": {
        "name": "name",
        "company": "company",
        "phone": "phone",
        "address": "address",
        "updated_on": "updated_on",
    },
    "service": {
        "caller": "name",
        "callback_number": "phone",
        "address": "address",
        "opened_on": "updated_on",
    },
    "fair": {
        "card_name": "name",
        "card_company": "company",
        "card_phone": "phone",
        "card_email": "email",
        "card_address": "address",
        "met_on": "updated_on",
    },
}


@cache
def _rows() -> pd.DataFrame:
    """Return the stacked exports; cached, so never changed in here."""
    return collection.stack(
        {name: datasets.load(f"exports/{name}") for name in COLUMNS}, columns=COLUMNS
    )


@cache
def _found(threshold: int) -> collection.Match:
    return collection.match(_rows(), threshold=threshold)


def _n_customers(clusters: pd.DataFrame) -> float:
    return float(clusters["customer_key"].nunique())


# Asking -----------------------------------------------------------------------------


@cache
def _visits() -> pd.DataFrame:
    asked = datasets.load("survey/contacts")
    return asked[asked["method"] == "visit"]


def _yuan(cost_cents: float, among: float) -> float:
    return float(cost_cents) / 100 / float(among)


an_answer = Number(
    "What did Qingyun pay for one answer by visit, in yuan with one decimal? Count the "
    "visits that brought no answer, too: somebody drove there.",
    answer=lambda: _yuan(_visits()["cost_cents"].sum(), _visits()["is_answered"].sum()),
    tolerance=0.06,
    unit="yuan",
    wrong={
        "That is the cost of a visit. Some visits brought no answer, and those who "
        "answered carry their cost.": lambda: _yuan(
            _visits()["cost_cents"].sum(), len(_visits())
        ),
        "You left out what the visits without an answer cost.": lambda: _yuan(
            _visits().loc[_visits()["is_answered"], "cost_cents"].sum(),
            _visits()["is_answered"].sum(),
        ),
        "That is the cost of an answer over all three methods. Take the visits "
        "alone.": lambda: _yuan(
            datasets.load("survey/contacts")["cost_cents"].sum(),
            datasets.load("survey/contacts")["is_answered"].sum(),
        ),
    },
    why="A method is compared by what an answer costs, not by what an attempt costs.",
    hint="Sum the cost of all visits, and divide by the number of those that were "
    "answered.",
)

silent = Choice(
    "The questionnaire's mean is too high. Which finding shows why?",
    options=(
        "Those who gave a low mark on the telephone had seldom sent the questionnaire "
        "back",
        "Its interval is the narrowest of the three",
        "Weighted by age its mean stays where it was",
        "Those who answered both gave the telephone and the questionnaire the same "
        "mark",
    ),
    right="a",
    why=(
        "Who answers depends on what is asked about: the discontented keep silent, and "
        "the mean is that of the others.",
        "A narrow interval says that chance plays little part. It says nothing of the "
        "direction in which the rest is crooked.",
        "That shows that the cause is not age. What the cause is, another comparison "
        "tells.",
        "That clears the method of bending what people say. It leaves open who they "
        "are.",
    ),
)


# Joining ----------------------------------------------------------------------------

customers = Number(
    "Match the four exports as in the chapter, e-mail addresses included, but ask for "
    f"{THRESHOLD} points. How many customers does the firm have then?",
    answer=lambda: _n_customers(_found(THRESHOLD).clusters),
    unit="customers",
    wrong={
        "So many they are with the threshold of the chapter. Pass another one to "
        "collection.match.": lambda: _n_customers(_found(60).clusters),
        "So many they are when name and telephone must be written the same.": lambda: (
            _n_customers(collection.exact_join(_rows(), on=["name", "phone"]))
        ),
        "That is the number of rows. One customer has several: count the keys.": (
            lambda: float(len(_rows()))
        ),
        "That is the number of pairs that match. Count the keys of the clusters.": (
            lambda: float((_found(THRESHOLD).pairs["decision"] == "match").sum())
        ),
        "So many they are without the e-mail addresses, as for the judge. Leave them "
        "in.": lambda: _n_customers(
            collection.match(
                _rows().drop(columns="email"), threshold=THRESHOLD
            ).clusters
        ),
    },
    why="A stricter rule finds fewer pairs, and so more customers.",
    hint="Call collection.match on the stacked rows with another threshold, and count "
    "the different values of customer_key.",
)

judge = Choice(
    "We hid the e-mail addresses, matched, and let them judge. Which of these can that "
    "judge not tell?",
    options=(
        "which share of the pairs with one e-mail address the match found",
        "whether a lower threshold joins more pairs whose addresses differ",
        "how often rows of sales and of service are wrongly left apart",
        "which joined pairs deserve a second look by a clerk",
    ),
    right="c",
    why=(
        "That is the recall that we measured: it needs only rows with an address.",
        "It can: move the threshold and watch the precision on those rows.",
        "Neither department keeps an e-mail address, so the judge has no opinion about "
        "their rows.",
        "It can: they are the pairs that were joined although their addresses differ.",
    ),
)


# Keeping ----------------------------------------------------------------------------


def _fresh(source: str | None, days: int) -> float:
    """Return the per cent of a source's rows dated within so many days of `AS_OF`."""
    rows = _rows() if source is None else _rows()[_rows()["source"] == source]
    age = (pd.Timestamp(AS_OF) - rows["updated_on"]).dt.days
    return float(100 * ((age >= 0) & (age <= days)).mean())


def _fresh_customers() -> float:
    merged = collection.merge(_rows(), _found(60).clusters).customers
    table = collection.freshness(merged, as_of=AS_OF, max_age_days=365)
    return float(100 * table["share_fresh"].iloc[0])


fresh = Number(
    f"On {AS_OF}, which share of the rows of sales was not older than 365 days, in per "
    "cent with one decimal?",
    answer=lambda: _fresh("sales", 365),
    tolerance=0.06,
    unit="%",
    wrong={
        "That is the share within a quarter. The question gives a year.": lambda: (
            _fresh("sales", 92)
        ),
        "That is the share over all four exports. Take sales alone.": lambda: _fresh(
            None, 365
        ),
        "That is the share of the older ones.": lambda: 100 - _fresh("sales", 365),
        "That is the share of the joined customers. Each takes the newest date of its "
        "rows, whoever noted it.": _fresh_customers,
    },
    why="And fresh is not right yet: nobody has rung the numbers.",
    hint="Call collection.freshness with max_age_days, and read the line of sales.",
)

use = Choice(
    "The shop wants to print the customer's address on a leaflet with offers. The "
    "register has the address: ordinary, on the basis of the contract, for delivery, "
    "to be kept until next year. What does it say?",
    options=(
        "allowed: an address is ordinary information, not a sensitive one",
        "refused: it was collected for another purpose",
        "allowed: the customer told it to the shop himself",
        "refused: the shop has no legal basis for keeping an address",
    ),
    right="b",
    why=(
        "What is ordinary needs no consent of its own. It still needs to have been "
        "told for this.",
        "He gave it for the delivery. If offers are wanted, ask him, and add a line.",
        "He did, so that the pizza would find him. The rule that lets everything pass "
        "that was told is one of those that let the greeting pass.",
        "The contract is a basis, for bringing the pizza. Look at the use, not at the "
        "keeping.",
    ),
)


#: All questions, in the order of the chapter.
QUESTIONS: tuple[Number | Choice, ...] = (
    an_answer,
    silent,
    customers,
    judge,
    fresh,
    use,
)
