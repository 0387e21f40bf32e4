"""Checkpoint of chapter 3, the environment and SWOT: eight questions, in its order.

Answers to questions on our data are computed from the market's tables when they are
asked for. Each question can be called by its name; `QUESTIONS` has them all for
`crmlib.widgets.quiz`.

    >>> quadrant(...).ok is None
    True
    >>> quadrant("b").ok
    True
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd

from crmlib import datasets
from crmlib.checks import Choice, Number

__all__ = [
    "NEW_RATING",
    "OUTSIDE",
    "QUESTIONS",
    "accounts",
    "driving",
    "evidence",
    "gap",
    "kept",
    "quadrant",
    "score",
    "winner",
]

_CRANE, _SPRING = "Crimson Crane", "Scarlet Spring"

#: The chapter's outside: factor -> weight, rating.
OUTSIDE: dict[str, tuple[float, int]] = {
    "online grows": (0.25, 1),
    "the young want ease": (0.15, 1),
    "Spring is dear": (0.15, 2),
    "outspent": (0.10, 2),
    "rural stores shrink": (0.20, 1),
    "contracts end": (0.15, 2),
}

#: What the question `score` changes the rating of "online grows" to.
NEW_RATING = 3


# The industry -----------------------------------------------------------------------


@cache
def _by_channel(value: str) -> pd.DataFrame:
    """Return a sum by channel, columns year and brand; cached, so never changed."""
    sales = datasets.load("market/sales")
    sales["year"] = sales["quarter"].str[:4]
    return sales.pivot_table(
        index="channel", columns=["year", "brand"], values=value, aggfunc="sum"
    )


def _market(value: str, year: str) -> pd.Series[Any]:
    table = _by_channel(value)
    return table[year, _CRANE] + table[year, _SPRING]


def _kept(value: str, *, old: str = "2023", new: str = "2025") -> float:
    """Return Crane's share in *new*, had it kept each share of *old*, in per cent."""
    share = _by_channel(value)[old, _CRANE] / _market(value, old)
    size = _market(value, new)
    return float(100 * (share * size).sum() / size.sum())


def _share(value: str, year: str) -> float:
    crane = _by_channel(value)[year, _CRANE].sum()
    return float(100 * crane / _market(value, year).sum())


def _plain_mean() -> float:
    share = _by_channel("revenue_cents")["2023", _CRANE] / _market(
        "revenue_cents", "2023"
    )
    return float(100 * share.mean())


kept = Number(
    "The chapter counted packs. Take the revenue instead: had Crane kept its share of "
    "the revenue of 2023 in each of the four channels, what would its share of the "
    "whole revenue of 2025 have been, in per cent with one decimal?",
    answer=lambda: _kept("revenue_cents"),
    tolerance=0.06,
    unit="%",
    wrong={
        "That is the answer for packs, as in the chapter. Sum revenue_cents instead.": (
            lambda: _kept("packs")
        ),
        "That is the share that Crane really had. Asked for is the one it would have "
        "had with the channels' shares of the first year.": lambda: _share(
            "revenue_cents", "2025"
        ),
        "That is the share of the first year itself. The channels have changed their "
        "sizes since.": lambda: _share("revenue_cents", "2023"),
        "You took the plain mean of the channels. A large channel counts for more: "
        "weight each with its size in the last year.": _plain_mean,
        "You started from the year between. Keep the shares of the first year.": (
            lambda: _kept("revenue_cents", old="2024")
        ),
        "You weighted with the sizes of the year between. Take those of the last "
        "year.": lambda: _kept("revenue_cents", new="2024"),
    },
    why="By revenue, too, most of the loss is made by shoppers who change the channel.",
    hint="Take Crane's share in each channel in the first year, multiply by the "
    "channel's size in the last, add up, and divide by the whole of the last year.",
)


# The market -------------------------------------------------------------------------


@cache
def _asked() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the people, and those of their opinions that follow a trial."""
    people = datasets.load("market/respondents")
    told = datasets.load("market/opinions").merge(people, on="respondent_id")
    return people, told[told["has_tried"]]


def _gap(need: str, brand: str, *, wish: str | None, mark: str | None) -> float:
    """Return importance less satisfaction; ages as given, None for all of them."""
    people, users = _asked()
    own = users[users["brand"] == brand]
    if wish is not None:
        people = people[people["age_group"] == wish]
    if mark is not None:
        own = own[own["age_group"] == mark]
    wanted = float(people[f"{need}_importance"].mean())
    return wanted - float(own[f"{need}_satisfaction"].mean())


_AGE = "45-59"

gap = Number(
    f"How wide is the gap that Spring leaves in effect among people of {_AGE}, in "
    "points with two decimals? Take how much it matters to people of that age, less "
    "how content Spring's users of that age are.",
    answer=lambda: _gap("effect", _SPRING, wish=_AGE, mark=_AGE),
    tolerance=0.011,
    unit="points",
    wrong={
        "That is the gap that Crane leaves. Asked for is the competitor's.": lambda: (
            _gap("effect", _CRANE, wish=_AGE, mark=_AGE)
        ),
        "That is over all ages. Take one age.": lambda: _gap(
            "effect", _SPRING, wish=None, mark=None
        ),
        "The wish is that of one age, and the contentment that of all. Take the same "
        "age for both.": lambda: _gap("effect", _SPRING, wish=_AGE, mark=None),
        "The contentment is that of one age, and the wish that of all. Take the same "
        "age for both.": lambda: _gap("effect", _SPRING, wish=None, mark=_AGE),
        "That is the oldest group.": lambda: _gap(
            "effect", _SPRING, wish="60+", mark="60+"
        ),
        "The sign: what is wanted less what is given.": lambda: (
            -_gap("effect", _SPRING, wish=_AGE, mark=_AGE)
        ),
        "That is the gap in price. Asked for is the effect.": lambda: _gap(
            "price", _SPRING, wish=_AGE, mark=_AGE
        ),
    },
    why="And Crane's users of that age are a little more content with it: a gap in "
    "which inside and outside fit.",
    hint="Two means for one age: effect_importance of the respondents, and "
    "effect_satisfaction of those who have tried Spring.",
)


# The key accounts -------------------------------------------------------------------


def _ending(last_day: str) -> tuple[pd.DataFrame, pd.Series[Any]]:
    """Return all accounts, and which contracts end by a day."""
    table = datasets.load("market/key_accounts")
    table["crane_cents"] = (
        table["tonic_purchases_cents"] * table["crane_share_percent"] // 100
    )
    return table, table["contract_ends_on"] <= last_day


def _stake(last_day: str, column: str = "crane_cents") -> float:
    table, ends = _ending(last_day)
    return float(100 * table.loc[ends, column].sum() / table[column].sum())


def _share_of_accounts() -> float:
    return float(100 * _ending("2026-12-31")[1].mean())


def _second_half() -> float:
    return _stake("2026-12-31") - _stake("2026-06-30")


accounts = Number(
    "Which share of what the key accounts buy of Crane in a year hangs on contracts "
    "that end by 31 December 2026, in per cent?",
    answer=lambda: _stake("2026-12-31"),
    tolerance=0.6,
    unit="%",
    wrong={
        "That is the first half of the year, as in the chapter. Take all of it.": (
            lambda: _stake("2026-06-30")
        ),
        "That is the second half of the year alone. The first half ends in it, too.": (
            _second_half
        ),
        "That is the share of the accounts. Some are larger than others: add up what "
        "they buy.": _share_of_accounts,
        "That is the share of what they buy of both brands. Take Crane's part of "
        "it.": lambda: _stake("2026-12-31", "tonic_purchases_cents"),
    },
    why="Within a single year nearly half of the list must be won again.",
    hint="Multiply each account's purchases by Crane's share, add up those whose "
    "contract ends by that day, and divide by the sum of all.",
)


# The list and its scores ------------------------------------------------------------

evidence = Choice(
    "Somebody proposes the strength “our customers are loyal”. Which of these would be "
    "evidence for it?",
    options=(
        "everybody in the meeting agrees, and two have worked here for twenty years",
        "Crane's users rate its effect higher than Spring's users rate Spring's",
        "of those who bought in one year, the share that bought in the next, for both "
        "brands",
        "the number of packs has stayed the same for three years",
    ),
    right="c",
    why=(
        "Ten people who agree are one opinion. Where can it be looked up?",
        "That shows contentment. Content people leave, too, when the shelf is empty.",
        "It measures what the word means, and it compares. (No table of ours has it, "
        "so the line stays off the list.)",
        "The same number of packs may be sold to others each year.",
    ),
)


def _efe(changed: dict[str, float]) -> float:
    return sum(
        weight * changed.get(factor, rating)
        for factor, (weight, rating) in OUTSIDE.items()
    )


score = Number(
    "Crane opens a good shop online, and its rating for “online grows” rises from "
    f"one to {NEW_RATING}. All weights and the other ratings stay as in the chapter. "
    "What is the score of the outside (EFE) now, with two decimals?",
    answer=lambda: _efe({"online grows": NEW_RATING}),
    tolerance=0.006,
    wrong={
        "That is the score before. Work the new rating in.": lambda: _efe({}),
        "You added the points of the rating without their weight.": lambda: (
            _efe({}) + NEW_RATING - 1
        ),
        "You added the new rating to the old one. It takes the old one's place.": (
            lambda: _efe({"online grows": NEW_RATING + 1})
        ),
        "The rating rose by more than one point.": lambda: _efe({"online grows": 2}),
        "That is the mean of the ratings without weights.": lambda: (
            _efe_without_weights()
        ),
    },
    why="One rating, given by ourselves, moves the whole outside by half a point.",
    hint="Multiply each weight of the outside by its rating, and add up.",
)


def _efe_without_weights() -> float:
    ratings = dict(OUTSIDE) | {"online grows": (0.25, NEW_RATING)}
    return sum(rating for _, rating in ratings.values()) / len(ratings)


# Crossing and screening -------------------------------------------------------------

quadrant = Choice(
    "Crane is weak online, and online grows. It hires a team of young people who have "
    "run a shop online before. Which kind of strategy is that?",
    options=(
        "SO: uses a strength to take an opportunity",
        "WO: uses an opportunity to mend a weakness",
        "ST: uses a strength to soften a threat",
        "WT: overcomes a weakness and avoids a threat",
    ),
    right="b",
    why=(
        "The opportunity is there. Is what it is crossed with a strength?",
        "The growing channel is the occasion, and what is lacking inside is mended.",
        "Neither: look on which side each of the two factors stands on the board.",
        "What stands outside here is welcome to everybody who is able to use it.",
    ),
)

winner = Choice(
    "A strategy comes first with the weights as given, and in somewhat more than half "
    "of the draws when the weights are moved by lot. What may the minutes say?",
    options=(
        "it will succeed with a probability of somewhat more than a half",
        "it is the right one, since it wins more often than any other",
        "with these scores its first place hangs on the weights, so agree on them "
        "before deciding",
        "the scores are reliable, since the same strategy stays ahead",
    ),
    right="c",
    why=(
        "The lot moved weights on paper. Nothing in it knows the market.",
        "Most often is a fact about our scales. Somebody who weighs differently, and "
        "has reasons, gets another one.",
        "That is what was tested. Whether the scores are right was not.",
        "The scores were held still in all the draws, so nothing was learnt of them.",
    ),
)


# From the quiz of the textbook ------------------------------------------------------

driving = Choice(
    "What does the textbook name as the driving force behind the rise of customer "
    "relationship management?",
    options=(
        "the infrastructure and technology of communication by Internet",
        "fierce competition",
        "a shift in the theory of management",
        "attention to profit",
    ),
    right="a",
    why=(
        "So the textbook. It is also what moved Crane's shoppers. (Another source of "
        "the course names four drivers, and one may argue.)",
        "It is among the drivers elsewhere in the course, but not this book's answer.",
        "Theory followed practice here, in this book's view.",
        "Firms have always attended to that. What was new?",
    ),
)

#: All questions, in the order of the chapter.
QUESTIONS: tuple[Number | Choice, ...] = (
    kept,
    gap,
    accounts,
    evidence,
    score,
    quadrant,
    winner,
    driving,
)
