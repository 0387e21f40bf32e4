"""Checkpoint of chapter 4, the six Cs: eight questions, in the chapter's order.

Answers to questions on our data are computed from the tables when they are asked for.
Each question can be called by its name; `QUESTIONS` has them all for
`crmlib.widgets.quiz`.

    >>> break_even(...).ok is None
    True
    >>> break_even(10).ok
    True
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from crmlib import datasets, sixc
from crmlib.checks import Choice, Number

__all__ = [
    "LINE",
    "OWN",
    "QUESTIONS",
    "both_mistakes",
    "break_even",
    "collateral",
    "fair",
    "game",
    "rating",
    "survivors",
    "told",
]

#: Lin Yue's weights, and the score from which she gives sixty days.
OWN = dict(zip(sixc.FACTORS, (0.30, 0.20, 0.15, 0.15, 0.10, 0.10), strict=True))
LINE = 3.0

_EVEN = dict.fromkeys(sixc.FACTORS, 1 / len(sixc.FACTORS))
_INVOICE, _ARRIVAL = "late_days", "late_days_from_arrival"
_FAR = "mountain counties"
_LOW = 2.75


@cache
def _table(name: str) -> pd.DataFrame:
    return datasets.load(f"credit/{name}")


@cache
def _ratings(
    counted: str = _ARRIVAL, years: int = 3, as_of_year: int = 2024
) -> pd.DataFrame:
    """Return the ratings on so many years of papers; cached, so never changed."""
    return sixc.rate(
        sixc.evidence(
            _table("customers"),
            _table("statements"),
            _table("payments"),
            _table("sectors"),
            as_of_year=as_of_year,
            years=years,
            late_column=counted,
        )
    )


# Rating and weighing ----------------------------------------------------------------


def _best(counted: str, years: int, as_of_year: int = 2024) -> float:
    return float((_ratings(counted, years, as_of_year)["character"] == 5).sum())


rating = Number(
    "Take papers of 2024 alone, not of three years, and count days late from the "
    "arrival of the invoice. How many firms are rated 5 for character?",
    answer=lambda: _best(_ARRIVAL, 1),
    unit="firms",
    wrong={
        "So many they are on three years of papers, as in the chapter. Look for the "
        "option of sixc.evidence that sets the years.": lambda: _best(_ARRIVAL, 3),
        "So many they are when days are counted from the invoice. Name the other "
        "column.": lambda: _best(_INVOICE, 1),
        "So many they are on three years of papers, counted from the invoice. Both "
        "are to be changed.": lambda: _best(_INVOICE, 3),
        "Those are the papers of 2023 alone. The question takes the year "
        "after.": lambda: _best(_ARRIVAL, 1, 2023),
        "So many are rated 4 or 5. Count the best rating only.": lambda: float(
            (_ratings(_ARRIVAL, 1)["character"] >= 4).sum()
        ),
    },
    why="One year is fresher, and says less: a few good months are enough for it.",
    hint="Call sixc.evidence with years=1 and the late_column of the mended papers, "
    "rate the result, and count.",
)


def _price() -> tuple[int, int]:
    """Return the mean loss of a lost debt and the mean margin of a payer, in cents."""
    table = _table("outcomes")
    lost = table["outcome"] == "lost"
    return (
        int(table.loc[lost, "loss_cents"].mean()),
        int(table.loc[~lost, "margin_cents"].mean()),
    )


def _result(
    weights: dict[str, float], counted: str = _ARRIVAL, line: float = LINE
) -> sixc.Backtest:
    scores = sixc.score(_ratings(counted), weights=weights)
    return sixc.backtest(scores, _table("outcomes"), threshold=line)


def _yuan(result: sixc.Backtest, loss: int, margin: int) -> float:
    return sixc.cost(result, loss_given_lost=loss, margin_forgone=margin) / 100


both_mistakes = Number(
    "Give each of the six Cs the same weight, on the mended ratings. With the line at "
    f"{LINE:g} points and the chapter's two average prices: what do both mistakes "
    "together cost, in yuan, rounded to thousands?",
    answer=lambda: _yuan(_result(_EVEN), *_price()),
    tolerance=1500,
    unit="yuan",
    wrong={
        "That is the cost with Lin Yue's weights. The question weighs all alike.": (
            lambda: _yuan(_result(OWN), *_price())
        ),
        "That is the cost on the ratings before the mend. Take those that count from "
        "arrival.": lambda: _yuan(_result(_EVEN, _INVOICE), *_price()),
        "Those are the debts alone. The margin of the good firms refused comes "
        "on top.": lambda: _yuan(_result(_EVEN), _price()[0], 0),
        "That is the forgone margin alone. The debts of the bad firms approved come "
        "on top.": lambda: _yuan(_result(_EVEN), 0, _price()[1]),
        "You have exchanged the two prices: a debt goes with a bad firm approved, a "
        "margin with a good one refused.": lambda: _yuan(
            _result(_EVEN), *reversed(_price())
        ),
        "That is the least that any line would cost. The question fixes the line.": (
            lambda: (
                sixc.best_threshold(
                    sixc.score(_ratings(), weights=_EVEN),
                    _table("outcomes"),
                    loss_given_lost=_price()[0],
                    margin_forgone=_price()[1],
                ).cost_cents
                / 100
            )
        ),
    },
    why="Weighing all alike looks neutral. It is a choice like any other, with a price "
    "like any other.",
    hint="Score the mended ratings with a sixth for each C, backtest at the line, and "
    "pass the two prices to sixc.cost; it answers in cents.",
)

break_even = Number(
    "A tea bar would bring a margin of 6,000 yuan in the year, and a lost debt of it "
    "would cost 54,000. From which chance of a loss, in per cent, does refusing it "
    "cost less than approving it?",
    answer=lambda: 100 * 6_000 / (6_000 + 54_000),
    tolerance=0.06,
    unit="%",
    wrong={
        "That is the margin over the debt. Whoever is lost brings no margin either: "
        "set p times the debt equal to 1 - p times the margin.": lambda: (
            100 * 6_000 / 54_000
        ),
        "That is the chance of being paid at that point. Asked for is the chance of a "
        "loss.": lambda: 100 * 54_000 / (6_000 + 54_000),
        "That is the break-even chance of the chapter's averages. This firm has "
        "figures of its own.": lambda: 100 * _price()[1] / sum(_price()),
    },
    why="The smaller the margin beside the debt, the surer one must be.",
    hint="Write down what approving costs on average and what refusing costs, and set "
    "the two equal.",
)


# What a C tells ---------------------------------------------------------------------

collateral = Choice(
    "Among firms with a pledge and firms without, about the same share is lost, but a "
    "lost debt with a full pledge cost nothing. What follows for collateral?",
    options=(
        "it is useless: it may be struck out of every rule",
        "its weight should rise, since it is the one C that cannot be talked up",
        "it tells nothing about who fails, and a good deal about what is left to lose",
        "pledges make customers careless, so it should count against them",
    ),
    right="c",
    why=(
        "The share lost says how often. Look also at what a lost debt cost.",
        "Hard to fake is a virtue in a paper. It must also tell what one wants to "
        "know, and for the share lost it does not.",
        "Often and how much are two questions, and a score answers them mixed.",
        "Then more of those with a pledge would be lost, and they are not.",
    ),
)


# Fairness ---------------------------------------------------------------------------


def _refused(
    what: str, counted: str = _ARRIVAL, line: float = _LOW, region: str = _FAR
) -> float:
    """Return one share of one region, in per cent."""
    groups = _table("customers")[["customer_id", "region"]]
    table = sixc.fairness(
        sixc.score(_ratings(counted), weights=OWN),
        _table("outcomes"),
        groups.rename(columns={"region": "group"}),
        threshold=line,
    )
    return 100 * float(table.loc[table["group"] == region, what].item())


fair = Number(
    "Lin Yue lowers her line to 2.75 points; weights as in the chapter, ratings "
    "mended. Which share of the good firms in the mountain counties does she refuse "
    "then, in per cent with one decimal?",
    answer=lambda: _refused("false_refusal_rate"),
    tolerance=0.06,
    unit="%",
    wrong={
        "That is the share before the mend. Count the days from arrival.": lambda: (
            _refused("false_refusal_rate", _INVOICE)
        ),
        "That is the share at the chapter's line. The question sets another.": lambda: (
            _refused("false_refusal_rate", line=LINE)
        ),
        "That is the share in the plain.": lambda: _refused(
            "false_refusal_rate", region="plain"
        ),
        "That is the share in the river towns.": lambda: _refused(
            "false_refusal_rate", region="river towns"
        ),
        "That is the share of all firms there that are refused. Leave out those that "
        "were lost.": lambda: 100 - _refused("approval_rate"),
        "That is the share of good firms refused over all regions together.": lambda: (
            100 * _result(OWN, line=_LOW).false_refusal_rate
        ),
    },
    why="A lower line refuses fewer everywhere. Whether it is fair is told by the "
    "comparison, not by the number.",
    hint="Call sixc.fairness with the mended scores and the new threshold, and read "
    "false_refusal_rate.",
)

told = Choice(
    "Four people bring something about a firm's character. Which of it can the firm "
    "itself check?",
    options=(
        "a supplier, whose name stays in the shop, calls the owner difficult",
        "Lao Zhang has drunk tea with the owner and has a good feeling",
        "the driver has it from a neighbour that the owner gambles",
        "the clerk shows an invoice that was paid on the ninetieth day",
    ),
    right="d",
    why=(
        "It does not learn who spoke, nor of what. What should it answer?",
        "A feeling has no date. Nobody can show that it was mistaken, not even when "
        "it was kind.",
        "It never hears of it, and he who brings it was not there.",
        "Both have the paper. The firm can show when it came, and that the count is "
        "wrong.",
    ),
)

survivors = Choice(
    "A lender has given credit only to good grades for ten years. In his books "
    "firms with little capital fail no more often than others, so he strikes capital "
    "out. What has he overlooked?",
    options=(
        "those with little capital who are in his books had to be strong elsewhere to "
        "get in, and the others are not there",
        "ten years are too short a time for so rare an event",
        "capital has lost its meaning since statements can be embellished",
        "he should have given capital a larger weight from the beginning",
    ),
    right="a",
    why=(
        "His own rule has picked them so that capital seems not to matter. Without "
        "it the door is open to the others.",
        "A longer list of the same kind of firms would show the same thing.",
        "That may be, but his books would look like this with honest statements, too.",
        "Perhaps, but books kept with another weight would be picked as well, only by "
        "another rule.",
    ),
)


# From the quiz of the textbook ------------------------------------------------------

game = Choice(
    "What, by the textbook, is the essence of what goes on between firm and customer?",
    options=(
        "cooperation",
        "a competitive and cooperative game",
        "competition",
        "serving",
    ),
    right="b",
    why=(
        "As long as both gain, yes. Think of the debt that one of the two does not "
        "pay.",
        "They make a margin together, and part over who bears the risk.",
        "Then neither would deal with the other for long.",
        "One side serves. The word leaves out what the other does.",
    ),
)

#: All questions, in the order of the chapter.
QUESTIONS: tuple[Number | Choice, ...] = (
    rating,
    fair,
    both_mistakes,
    break_even,
    collateral,
    told,
    survivors,
    game,
)
