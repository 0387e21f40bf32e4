"""Firms that buy tea on credit, for the 6C: synthetic, seeded.

Each firm draws a will to pay, a skill in business, a thrift and a settled future. Five
years of statements and payments follow from these, and so does what happens in the
sixth year. What was drawn is the truth table; what followed is the data.

One thing is planted that has nothing to do with risk: invoices to the mountain counties
spend twelve days in the post, so days late that are counted from the invoice make
honest firms there look slow.

Only uniform random numbers are taken from numpy, by way of `Dice`, so that another
version of numpy makes the same files.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from course.generator.company import FIRM_FIRST, FIRM_SECOND, Dice
from course.generator.schema import field as column
from course.generator.schema import resource

TITLE = "Trade customers of Qingyun Tea: five years of evidence, and what came of it"
SEED = 20_240_610

YEARS = (2020, 2021, 2022, 2023, 2024)
OUTCOME_YEAR = 2025

# ---------------------------------------------------------------- what is planted

# Firms by region, and how many days an invoice spends in the post. Region plays no
# part in the risk.
REGIONS = {"plain": (300, 1), "river towns": (180, 2), "mountain counties": (120, 12)}

# Sector: share of the firms, growth of the sector and firms closed in 2024 (per cent),
# and how much the sector lowers the log-odds of a loss.
SECTORS = {
    "teahouse": (0.22, 6, 5, 0.45),
    "milk tea bar": (0.14, 11, 19, -0.70),
    "restaurant": (0.26, 2, 11, -0.15),
    "hotel": (0.12, 4, 6, 0.30),
    "gift shop": (0.14, -5, 14, -0.45),
    "supermarket": (0.12, 1, 4, 0.25),
}

# What one standard deviation of each trait, or one unit of the others, takes off the
# log-odds of a loss.
LOSS_BASE = -3.0
LOSS_WEIGHTS = {
    "will": 0.95,
    "skill": 0.80,
    "thrift": 0.65,
    "sector": 1.0,
    "settled": 0.55,
    "age": 0.35,  # per unit of log(age / 12 years)
}
# Paying late, among those who pay at all.
LATE_BASE = -1.25
LATE_WEIGHTS = {"will": 0.95, "skill": 0.40}

HANDOVER = ("open", "possible", "settled")
PLEDGES = {"none": 0.46, "guarantee": 0.22, "stock": 0.14, "property": 0.18}
# Value pledged, as a multiple of the credit asked: median, sigma of the logarithm.
PLEDGE_COVER = {"guarantee": (0.35, 0.4), "stock": (0.6, 0.4), "property": (1.4, 0.5)}
# What a pledge brings when it is sold.
PLEDGE_PROCEEDS = 0.7

_LAST = {
    "teahouse": ("Teahouse", "Tea Garden"),
    "milk tea bar": ("Milk Tea", "Tea Bar"),
    "restaurant": ("Restaurant", "Hotpot", "Kitchen"),
    "hotel": ("Hotel", "Inn"),
    "gift shop": ("Gifts", "Fine Gifts"),
    "supermarket": ("Supermarket", "Foods"),
}


# ---------------------------------------------------------------- one firm


@dataclass
class _Firm:
    customer_id: str
    name: str
    region: str
    sector: str
    founded_year: int
    handover: str
    references_asked: int
    references_good: int
    pledge: str
    pledge_cents: int
    credit_asked_cents: int
    # the truth
    will: float
    skill: float
    thrift: float
    settled: float
    purchases_yuan: float
    revenue_yuan: float

    @property
    def loss_probability(self) -> float:
        age = YEARS[-1] + 1 - self.founded_year
        safety = {
            "will": self.will,
            "skill": self.skill,
            "thrift": self.thrift,
            "sector": SECTORS[self.sector][3],
            "settled": self.settled,
            "age": math.log(age / 12),
        }
        return _logistic(
            LOSS_BASE - math.fsum(LOSS_WEIGHTS[key] * safety[key] for key in safety)
        )

    @property
    def late_probability(self) -> float:
        """Chance of paying late in the sixth year, if the firm pays."""
        return _logistic(
            LATE_BASE
            - LATE_WEIGHTS["will"] * self.will
            - LATE_WEIGHTS["skill"] * self.skill
        )


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _clip(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


def _firms(seed: int) -> list[_Firm]:
    dice = Dice(seed, 1)
    regions = [region for region, (n, _) in REGIONS.items() for _ in range(n)]
    firms = []
    for i, region in enumerate(dice.sample(regions, len(regions)), start=1):
        firms.append(_firm(dice, f"T{i:04d}", region))
    return firms


def _firm(dice: Dice, customer_id: str, region: str) -> _Firm:
    sector = dice.pick(list(SECTORS), [share for share, *_ in SECTORS.values()])
    last = dice.pick(_LAST[sector])
    will, skill = dice.normal(), dice.normal()
    thrift, settled = 0.25 * skill + 0.97 * dice.normal(), dice.normal()
    revenue = dice.skewed(3_000_000, 0.75)
    purchases = revenue * _clip(dice.skewed(0.035, 0.45), 0.008, 0.15)
    asked = round(purchases * dice.between(110, 210) / 365 / 100) * 100
    pledge = dice.pick(list(PLEDGES), list(PLEDGES.values()))
    cover = dice.skewed(*PLEDGE_COVER.get(pledge, (0.0, 0.0)))
    doubt = settled + dice.normal(0, 0.6)
    n_references = dice.between(3, 6)
    honest = _logistic(0.9 + 1.0 * will)
    return _Firm(
        customer_id=customer_id,
        name=f"{dice.pick(FIRM_FIRST)} {dice.pick(FIRM_SECOND)} {last}",
        region=region,
        sector=sector,
        founded_year=YEARS[0] - 1 - min(int(dice.wait(9.0)), 40),
        handover=HANDOVER[(doubt > -0.4) + (doubt > 0.7)],
        references_asked=n_references,
        references_good=sum(dice.chance(honest) for _ in range(n_references)),
        pledge=pledge,
        pledge_cents=round(asked * cover / 100) * 10_000,
        credit_asked_cents=max(asked, 500) * 100,
        will=will,
        skill=skill,
        thrift=thrift,
        settled=settled,
        purchases_yuan=purchases,
        revenue_yuan=revenue,
    )


# ---------------------------------------------------------------- five years


def _statements(seed: int, firms: list[_Firm]) -> pd.DataFrame:
    dice = Dice(seed, 2)
    return pd.DataFrame([row for firm in firms for row in _years(dice, firm)])


def _years(dice: Dice, firm: _Firm) -> Iterator[dict[str, Any]]:
    """Yield one statement a year; all money in whole yuan, written as cents."""
    growth = SECTORS[firm.sector][1] / 100
    turnover = dice.skewed(0.62, 0.22)  # assets for each yuan of revenue
    equity_share = _clip(0.42 + 0.15 * firm.thrift + dice.normal(0, 0.05), 0.04, 0.9)
    short = _clip(dice.normal(0.62, 0.12), 0.25, 0.95)
    quick = _clip(0.46 + 0.07 * firm.skill + dice.normal(0, 0.05), 0.15, 0.85)
    revenue, equity = firm.revenue_yuan, 0.0
    for year in YEARS:
        if year > YEARS[0]:
            revenue *= max(1 + growth + 0.03 * firm.skill + dice.normal(0, 0.09), 0.4)
        margin = 0.045 + 0.03 * firm.skill + dice.normal(0, 0.022)
        profit = round(revenue * margin)
        assets = round(revenue * turnover * (1 + dice.normal(0, 0.04)))
        if year == YEARS[0]:
            equity = assets * equity_share
        else:
            # Owners take out a part of a profit and bear the whole of a loss.
            equity += profit * (0.45 if profit > 0 else 1.0)
        equity = min(equity, 0.93 * assets)
        owned = round(equity)
        debt = assets - owned
        yield {
            "statement_id": f"{firm.customer_id}-{year}",
            "customer_id": firm.customer_id,
            "year": year,
            "revenue_cents": round(revenue) * 100,
            "profit_cents": profit * 100,
            "assets_cents": assets * 100,
            "equity_cents": owned * 100,
            "debt_cents": debt * 100,
            "current_assets_cents": round(assets * quick) * 100,
            "current_liabilities_cents": round(debt * short) * 100,
        }


def _payments(seed: int, firms: list[_Firm]) -> pd.DataFrame:
    dice = Dice(seed, 3)
    rows = []
    for firm in firms:
        post = REGIONS[firm.region][1]
        pace = _clip(dice.skewed(11.0, 0.35), 4.0, 30.0)
        slow = _logistic(-1.55 - 0.95 * firm.will - 0.40 * firm.skill)
        for year in YEARS:
            n = max(dice.count(pace), 1)
            days = [_lateness(dice, firm, slow) for _ in range(n)]
            from_invoice = [max(day + post, 0) for day in days]
            invoiced = round(firm.purchases_yuan * (1 + dice.normal(0, 0.12)))
            rows.append(
                {
                    "payment_id": f"{firm.customer_id}-{year}",
                    "customer_id": firm.customer_id,
                    "year": year,
                    "n_invoices": n,
                    "invoiced_cents": max(invoiced, 100) * 100,
                    "n_late": sum(day > 0 for day in from_invoice),
                    "late_days": sum(from_invoice),
                    "longest_late_days": max(from_invoice),
                    "late_days_from_arrival": sum(max(day, 0) for day in days),
                }
            )
    return pd.DataFrame(rows)


def _lateness(dice: Dice, firm: _Firm, slow: float) -> int:
    """Draw by how many days an invoice is overdue, counted from its arrival."""
    if dice.chance(slow):
        return 1 + int(dice.wait(13.0 * math.exp(-0.35 * firm.will)))
    return -dice.between(0, 25)


# ---------------------------------------------------------------- the sixth year


def _outcomes(seed: int, firms: list[_Firm]) -> pd.DataFrame:
    dice = Dice(seed, 4)
    rows = []
    for firm in firms:
        # All drawn for each firm, so that one outcome does not shift the others.
        lost, late = (
            dice.chance(firm.loss_probability),
            dice.chance(firm.late_probability),
        )
        use, rest = 0.55 + 0.45 * dice.uniform(), 0.05 + 0.20 * dice.uniform()
        margin = firm.purchases_yuan * (0.035 + 0.04 * dice.uniform())
        paid = 0.5 * dice.uniform()
        owed = firm.credit_asked_cents / 100 * use
        proceeds = min(owed, firm.pledge_cents / 100 * PLEDGE_PROCEEDS)
        loss = (owed - proceeds) * (1 - rest)
        rows.append(
            {
                "customer_id": firm.customer_id,
                "outcome": "lost" if lost else "late" if late else "paid",
                "owed_cents": round(owed) * 100,
                "loss_cents": round(loss) * 100 if lost else 0,
                "margin_cents": round(margin * (paid if lost else 1)) * 100,
            }
        )
    return pd.DataFrame(rows)


# ---------------------------------------------------------------- all tables


def make(seed: int) -> dict[str, pd.DataFrame]:
    """Make all tables of the trade customers and their truth.

    Args:
        seed: any whole number from 0; the committed files have `SEED`.

    Returns:
        The tables by name, as `RESOURCES` describes them.

    >>> tables = make(1)
    >>> len(tables["credit/customers"]), len(tables["credit/statements"])
    (600, 3000)
    """
    firms = _firms(seed)
    return {
        "credit/customers": _customer_table(firms),
        "credit/regions": pd.DataFrame(
            [
                {"region": region, "days_in_post": post}
                for region, (_, post) in REGIONS.items()
            ]
        ),
        "credit/sectors": pd.DataFrame(
            [
                {"sector": name, "growth_percent": grown, "closed_percent": closed}
                for name, (_, grown, closed, _) in SECTORS.items()
            ]
        ),
        "credit/statements": _statements(seed, firms),
        "credit/payments": _payments(seed, firms),
        "credit/outcomes": _outcomes(seed, firms),
        "truth/credit/customers": pd.DataFrame(
            [
                {
                    "customer_id": firm.customer_id,
                    "loss_probability": round(firm.loss_probability, 6),
                    "late_probability": round(firm.late_probability, 6),
                    "will": round(firm.will, 4),
                    "skill": round(firm.skill, 4),
                    "thrift": round(firm.thrift, 4),
                    "settled": round(firm.settled, 4),
                    "sector_safety": SECTORS[firm.sector][3],
                }
                for firm in firms
            ]
        ),
    }


def _customer_table(firms: list[_Firm]) -> pd.DataFrame:
    names = [
        "customer_id",
        "name",
        "region",
        "sector",
        "founded_year",
        "handover",
        "references_asked",
        "references_good",
        "pledge",
        "pledge_cents",
        "credit_asked_cents",
    ]
    return pd.DataFrame(
        {name: [getattr(firm, name) for firm in firms] for name in names}
    )


# ---------------------------------------------------------------- schema

_TO_CUSTOMERS = {"customer_id": ("credit/customers", "customer_id")}


def _customer_id(**more: Any) -> dict[str, Any]:
    return column("customer_id", "string", "The firm.", pattern=r"T\d{4}", **more)


def _year_rows(name: str, meaning: str) -> list[dict[str, Any]]:
    return [
        column(name, "string", meaning, pattern=r"T\d{4}-20\d\d", unique=True),
        _customer_id(),
        column(
            "year",
            "integer",
            "The year.",
            unit="year",
            minimum=YEARS[0],
            maximum=YEARS[-1],
        ),
    ]


def _cents(name: str, meaning: str, **more: Any) -> dict[str, Any]:
    return column(name, "integer", meaning, unit="cents", **more)


def _count(name: str, meaning: str, **more: Any) -> dict[str, Any]:
    return column(name, "integer", meaning, **{"minimum": 0, **more})


def _chance(name: str, meaning: str) -> dict[str, Any]:
    return column(name, "number", meaning, unit="share of 1", minimum=0, maximum=1)


def _trait(name: str, meaning: str) -> dict[str, Any]:
    return column(name, "number", meaning, unit="standard deviations")


RESOURCES: list[dict[str, Any]] = [
    resource(
        "credit/customers",
        "Firms that buy on credit",
        [
            _customer_id(unique=True),
            column("name", "string", "The firm's name; names may repeat."),
            column("region", "string", "Where the firm is.", enum=list(REGIONS)),
            column("sector", "string", "What the firm does.", enum=list(SECTORS)),
            column(
                "founded_year",
                "integer",
                "Year of foundation.",
                unit="year",
                minimum=1950,
                maximum=YEARS[0] - 1,
            ),
            column(
                "handover",
                "string",
                "Who takes over from the owner: settled, possible (somebody is in "
                "sight) or open.",
                enum=list(HANDOVER),
            ),
            _count(
                "references_asked",
                "How many suppliers were asked about the owner.",
                unit="suppliers",
                minimum=1,
            ),
            _count(
                "references_good",
                "How many of them spoke well of him.",
                unit="suppliers",
            ),
            column(
                "pledge",
                "string",
                "What secures the debt.",
                enum=list(PLEDGES),
            ),
            _cents(
                "pledge_cents",
                "Value of the pledge as appraised; 0 without.",
                minimum=0,
            ),
            _cents("credit_asked_cents", "Credit line the firm asks for.", minimum=1),
        ],
        key="customer_id",
        references={
            "region": ("credit/regions", "region"),
            "sector": ("credit/sectors", "sector"),
        },
    ),
    resource(
        "credit/regions",
        "Regions, and how long the post takes",
        [
            column("region", "string", "The region.", unique=True, enum=list(REGIONS)),
            _count("days_in_post", "Days from invoice to arrival.", unit="days"),
        ],
        key="region",
    ),
    resource(
        "credit/sectors",
        "The sectors' condition in 2024",
        [
            column("sector", "string", "The sector.", unique=True, enum=list(SECTORS)),
            column(
                "growth_percent",
                "integer",
                "Growth of the sector's turnover in 2024.",
                unit="per cent",
                minimum=-100,
            ),
            column(
                "closed_percent",
                "integer",
                "Share of its firms that closed in 2024.",
                unit="per cent",
                minimum=0,
                maximum=100,
            ),
        ],
        key="sector",
    ),
    resource(
        "credit/statements",
        "Yearly statements; assets = equity + debt",
        [
            *_year_rows("statement_id", "The statement: firm and year."),
            _cents("revenue_cents", "Revenue of the year.", minimum=1),
            _cents("profit_cents", "Profit of the year; a loss is negative."),
            _cents("assets_cents", "Everything the firm has.", minimum=1),
            _cents("equity_cents", "What belongs to the owners; may be negative."),
            _cents("debt_cents", "Everything the firm owes.", minimum=0),
            _cents(
                "current_assets_cents",
                "Cash, and what becomes cash within a year.",
                minimum=0,
            ),
            _cents("current_liabilities_cents", "Debt due within a year.", minimum=0),
        ],
        key="statement_id",
        references=_TO_CUSTOMERS,
    ),
    resource(
        "credit/payments",
        "How the firm paid our invoices, by year",
        [
            *_year_rows("payment_id", "The line: firm and year."),
            _count("n_invoices", "Invoices.", unit="invoices", minimum=1),
            _cents("invoiced_cents", "Sum of the invoices.", minimum=1),
            _count(
                "n_late",
                "Invoices paid after their term, counted from the invoice's date.",
                unit="invoices",
            ),
            _count(
                "late_days",
                "Days late of all invoices together, counted from the invoice's date.",
                unit="days",
            ),
            _count(
                "longest_late_days",
                "Days late of the latest, counted from the invoice's date.",
                unit="days",
            ),
            _count(
                "late_days_from_arrival",
                "Days late of all invoices together, counted from the day the invoice "
                "arrived.",
                unit="days",
            ),
        ],
        key="payment_id",
        references=_TO_CUSTOMERS,
    ),
    resource(
        "credit/outcomes",
        "What happened in the sixth year, 2025, when every firm was given the credit",
        [
            _customer_id(unique=True),
            column(
                "outcome",
                "string",
                "Paid in time, paid late, or lost.",
                enum=["paid", "late", "lost"],
            ),
            _cents("owed_cents", "The most the firm owed us in the year.", minimum=0),
            _cents("loss_cents", "What we did not get back; 0 unless lost.", minimum=0),
            _cents(
                "margin_cents",
                "Our margin on what the firm paid for, after goods and service.",
                minimum=0,
            ),
        ],
        key="customer_id",
        references=_TO_CUSTOMERS,
    ),
    resource(
        "truth/credit/customers",
        "The firms as they are",
        [
            _customer_id(unique=True),
            _chance("loss_probability", "True chance of a loss in the sixth year."),
            _chance("late_probability", "True chance of paying late if it pays."),
            _trait("will", "Will to pay."),
            _trait("skill", "Skill in business."),
            _trait("thrift", "Means of its own."),
            _trait("settled", "How settled its future is."),
            column(
                "sector_safety",
                "number",
                "What its sector takes off the log-odds of a loss.",
                unit="log-odds",
            ),
        ],
        key="customer_id",
        references=_TO_CUSTOMERS,
    ),
]
