"""Checkpoint of chapter 5, segmentation: seven questions, in the chapter's order.

Answers to questions on our data are computed from the company's tables when they are
asked for, over all orders and costs up to `AS_OF`. Each question can be called by its
name; `QUESTIONS` has them all for `crmlib.widgets.quiz`.

    >>> lever(...)
    Not answered yet: Lao Zhang keeps his 1,000 customers, his 5 % and his 10,000 \
yuan. How many purchases must each buyer make for him to reach Xiao Wang's total?
    >>> lever(50).ok
    True
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from crmlib import datasets, segmentation
from crmlib.checks import Choice, Number

__all__ = [
    "AS_OF",
    "QUESTIONS",
    "big_customers",
    "criterion",
    "fall",
    "lever",
    "relation",
    "ties",
    "top_share",
]

#: The last day that counts.
AS_OF = "2025-12-31"

_TOP = 0.10
_YEAR = "2025-01-01"
_BIG = 25

_LAO_ZHANG = {
    "customers": 1000,
    "probability": 0.05,
    "frequency": 1,
    "amount_cents": 1_000_000,
}
_XIAO_WANG = {
    "customers": 50,
    "probability": 0.50,
    "frequency": 10,
    "amount_cents": 10_000_000,
}


@cache
def _customers(start: str | None = None) -> pd.DataFrame:
    """Return the profit table of all customers; cached, so never changed in here."""
    return segmentation.profit(
        datasets.load("company/orders"),
        datasets.load("company/service_costs"),
        start=start,
        as_of=AS_OF,
    )


# Lao Zhang and Xiao Wang ------------------------------------------------------------


def _ratio() -> float:
    return segmentation.agent_total(**_XIAO_WANG) / segmentation.agent_total(
        **_LAO_ZHANG
    )


lever = Number(
    "Lao Zhang keeps his 1,000 customers, his 5 % and his 10,000 yuan. How many "
    "purchases must each buyer make for him to reach Xiao Wang's total?",
    answer=lambda: segmentation.agent_break_even(
        _LAO_ZHANG, _XIAO_WANG, lever="frequency"
    ),
    tolerance=0.001,
    unit="purchases",
    wrong={
        "That is Xiao Wang's own frequency. Lao Zhang's purchases are smaller and his "
        "buyers are others: compare the totals.": lambda: _XIAO_WANG["frequency"],
        "That would do if every customer bought. Only some of them do: where is the "
        "probability?": lambda: _ratio() * _LAO_ZHANG["probability"],
        "That many purchases in all are needed, by all buyers together. Share them "
        "among those who buy.": lambda: (
            segmentation.agent_total(**_XIAO_WANG) / _LAO_ZHANG["amount_cents"]
        ),
    },
    why="The total is a product, so the factor must grow by as much as the total.",
    hint="Write the total as a product of the four factors, put in what he keeps, and "
    "solve for the fourth.",
)


# Pyramid and whale curve ------------------------------------------------------------


def _share_of_positive_profit() -> float:
    profit = _customers()["profit_cents"].sort_values(ascending=False)
    best = profit.head(round(_TOP * len(profit)))
    return float(best.sum() / profit.clip(lower=0).sum())


def _share_of_ten() -> float:
    profit = _customers()["profit_cents"]
    return float(profit.nlargest(10).sum() / profit.sum())


def _before_service() -> pd.Series[int]:
    table = _customers()
    return table["revenue_cents"] - table["goods_cost_cents"]


def _profit_of_top_by_revenue() -> float:
    table = _customers().sort_values("revenue_cents", ascending=False)
    best = table.head(round(_TOP * len(table)))
    return float(best["profit_cents"].sum() / table["profit_cents"].sum())


top_share = Number(
    "Which share of our profit do the most profitable 10 % of customers make, in per "
    "cent? Take all three years together, and count every customer with an order or a "
    f"cost up to {AS_OF}.",
    answer=lambda: 100 * segmentation.top_share(_customers()["profit_cents"], _TOP),
    tolerance=0.5,
    unit="%",
    wrong={
        "That is their share of the revenue when the largest by revenue are taken. "
        "Profit is what remains after goods and service.": lambda: (
            100 * segmentation.top_share(_customers()["revenue_cents"], _TOP)
        ),
        "You divided by the gains alone. The profit of the firm has the losses in it, "
        "too.": lambda: 100 * _share_of_positive_profit(),
        "That is the share of the best 10 customers. Asked for are the best 10 % of "
        "them.": lambda: 100 * _share_of_ten(),
        "That is 2025 alone. The question takes all three years.": lambda: (
            100 * segmentation.top_share(_customers(_YEAR)["profit_cents"], _TOP)
        ),
        "The cost of service is missing: visits, deliveries, samples, returns.": (
            lambda: 100 * segmentation.top_share(_before_service(), _TOP)
        ),
        "Those are the largest by revenue. Rank the customers by their profit.": (
            lambda: 100 * _profit_of_top_by_revenue()
        ),
    },
    why="The other nine tenths make the rest of it, gains and losses taken together.",
    hint="Sum revenue less goods less service for each customer, sort, and divide the "
    "sum of the best tenth by the sum of all.",
)

fall = Choice(
    "The whale curve falls after its peak. What does the fall tell the manager?",
    options=(
        "Let these customers go, and next year's profit is as high as the peak",
        "These customers are the ones who buy least",
        "There is a mistake in the data, since no share can exceed 100 %",
        "These customers cost more than they brought so far; find out why, one by one",
    ),
    right="d",
    why=(
        "Rent and wages stay when a customer goes, and some of those who cost money "
        "today are new, or would pay under another price or another service.",
        "Look at who they are: the curve is sorted by profit, and some of the largest "
        "buyers stand at its end.",
        "The base is the final profit, in which the losses are counted already, so the "
        "gains alone may well exceed it.",
        "The curve adds up the past. The remedy depends on the cause: discount, "
        "returns, visits, or a customer who has only just come.",
    ),
)

big_customers = Number(
    f"Take the {_BIG} customers with the largest revenue in all three years together, "
    f"up to {AS_OF}. On how many of "
    "them do we lose money?",
    answer=lambda: float(
        _customers().nlargest(_BIG, "revenue_cents")["profit_cents"].lt(0).sum()
    ),
    unit="customers",
    wrong={
        "So it looks before the cost of service, or when the most profitable are "
        "taken for the largest. Rank by revenue, judge by profit.": lambda: float(
            _before_service()[_customers().nlargest(_BIG, "revenue_cents").index]
            .lt(0)
            .sum()
        ),
        "That is 2025 alone. The question takes all three years.": lambda: float(
            _customers(_YEAR)
            .nlargest(_BIG, "revenue_cents")["profit_cents"]
            .lt(0)
            .sum()
        ),
        "So many are among the 20 largest of 2025, as in the chapter. Here the years "
        "are taken together, and more customers.": lambda: float(
            _customers(_YEAR).nlargest(20, "revenue_cents")["profit_cents"].lt(0).sum()
        ),
        "That is how many we gain on. Asked for are the others.": lambda: float(
            _customers().nlargest(_BIG, "revenue_cents")["profit_cents"].ge(0).sum()
        ),
    },
    why="A big customer is not always a good one: size brings discounts and service.",
    hint="Sort by revenue, keep the largest, and count profits below 0.",
)


# RFM, relationship, criteria --------------------------------------------------------

ties = Choice(
    "Frequency is scored from 1 to 5, a fifth of the customers each, and more than a "
    "fifth have ordered exactly once. Which scores should those customers get?",
    options=(
        "1 for the first fifth in the table, 2 for the rest of them",
        "the same score, the lowest of their block",
        "the same score, the mean of those that their block covers",
        "1 or 2 by lot, so that each score has a fifth of the customers",
    ),
    right="b",
    why=(
        "Then the order of the rows decides, and sorting the file anew would move "
        "customers into another segment.",
        "Equal customers are treated equally, and none of them is called more frequent "
        "than another. That a score has fewer customers than a fifth is a finding.",
        "Equal treatment is a good thing, but a mean such as 1.4 is no score, and no "
        "segment is defined for it.",
        "Equal fifths are not an end in themselves: here they would treat equal "
        "customers differently, and differently again at the next draw.",
    ),
)

relation = Choice(
    "A reseller brings one of the largest margin contributions in the firm, and buys "
    "only at a discount far above the cut. What do the two measures of the course make "
    "of him?",
    options=(
        "a relationship customer, since the contribution is large",
        "a transaction customer, since the discount is large",
        "undecided: the two measures disagree, so look further",
        "a customer to be let go, since discounts destroy profit",
    ),
    right="c",
    why=(
        "The contribution says so, but it is one of two measures. What does the other "
        "one say?",
        "The discount says so, but it is one of two measures. What does the other one "
        "say?",
        "Much margin speaks for a relationship, much discount for single deals. The "
        "rule does not hide the conflict: ask how long he has bought, and from whom "
        "else.",
        "His contribution is what remains after the discount, and it is large.",
    ),
)

criterion = Choice(
    "Marketing wants to cut the households by income band, which is on file for fewer "
    "than half of all customers. Which criterion of a good segmentation fails first?",
    options=("measurable", "accessible", "profitable", "responsive"),
    right="a",
    why=(
        "Whoever has no income band on file cannot be put into a segment at all.",
        "Whether we can reach a segment is asked once we know who is in it. Do we?",
        "Whether a segment pays is asked once we know who is in it. Do we?",
        "Whether a segment responds is asked once we know who is in it. Do we?",
    ),
)


#: All questions, in the order of the chapter.
QUESTIONS: tuple[Number | Choice, ...] = (
    lever,
    top_share,
    fall,
    big_customers,
    ties,
    relation,
    criterion,
)
