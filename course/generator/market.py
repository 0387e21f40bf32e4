"""A market of two blood tonics, for SWOT: synthetic, seeded, and wholly invented.

The course names a war of two real brands and tells nothing else of it. The two brands
here, Crimson Crane and Scarlet Spring, do not exist, and no number is about a real one.
The analyst sits with Crimson Crane: its strengths, weaknesses, opportunities and
threats are planted, and the truth table lists them with the table where each is to be
found.

Only uniform random numbers are taken from numpy, by way of `Dice`, so that another
version of numpy makes the same files.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

from course.generator.company import FIRM_FIRST, FIRM_SECOND, Dice
from course.generator.schema import field as column
from course.generator.schema import resource

TITLE = "The market of two blood tonics, both brands invented, 2023 to 2025"
SEED = 20_250_318

CRANE, SPRING = "Crimson Crane", "Scarlet Spring"
BRANDS = (CRANE, SPRING)
QUARTERS = tuple(f"{year}Q{n}" for year in (2023, 2024, 2025) for n in (1, 2, 3, 4))
AS_OF = date(2025, 12, 31)

# ---------------------------------------------------------------- what is planted

# Region: packs a quarter of both brands together at the start, and Crane's share.
REGIONS = {
    "north": (52_000, 0.46),
    "east": (84_000, 0.34),
    "south": (70_000, 0.38),
    "central": (60_000, 0.57),
    "west": (44_000, 0.60),
}
# Channel: share of the packs at the start, growth of the channel a quarter, and by how
# much Crane's share there differs from its share of the region.
CHANNELS = {
    "pharmacy": (0.42, 0.005, 0.02),
    "supermarket": (0.27, 0.000, -0.03),
    "rural store": (0.25, -0.030, 0.16),
    "online": (0.06, 0.110, -0.20),
}
SEASON = (1.15, 0.90, 0.85, 1.10)

# Price of a pack in yuan and its steps, by brand; what a channel adds or takes off.
PRICE = {CRANE: 36.0, SPRING: 45.0}
PRICE_STEP = {CRANE: 0.004, SPRING: 0.007}  # growth a quarter
CHANNEL_PRICE = {
    "pharmacy": 1.00,
    "supermarket": 0.97,
    "rural store": 1.02,
    "online": 0.90,
}
PRICE_ELASTICITY = {CRANE: -1.3, SPRING: -0.8}

# Advertising a quarter and region in yuan, its growth, and what 1 % more of it sells.
ADVERTISING = {CRANE: 900_000, SPRING: 950_000}
ADVERTISING_STEP = {CRANE: 0.0, SPRING: 0.045}
ADVERTISING_ELASTICITY = {CRANE: 0.10, SPRING: 0.22}

# Survey: share aware of a brand, by place; share of the aware who tried it.
N_RESPONDENTS = 1200
AWARE = {
    (CRANE, "county"): 0.82,
    (CRANE, "city"): 0.66,
    (SPRING, "county"): 0.44,
    (SPRING, "city"): 0.78,
}
TRIED = {CRANE: 0.46, SPRING: 0.42}
PLACES = {"county": 0.48, "city": 0.52}
AGES = {"18-29": 0.26, "30-44": 0.34, "45-59": 0.24, "60+": 0.16}
NEEDS = ("effect", "taste", "price", "trust", "convenience")
# How much a need matters on average, 1 to 5, by age.
IMPORTANCE = {
    "18-29": (3.5, 4.3, 3.1, 3.3, 4.4),
    "30-44": (4.0, 3.7, 3.4, 3.8, 3.7),
    "45-59": (4.3, 3.0, 3.8, 4.1, 2.9),
    "60+": (4.4, 2.7, 4.1, 4.3, 2.6),
}
# Satisfaction of those who tried a brand, by need.
SATISFACTION = {
    CRANE: (4.1, 2.7, 4.0, 3.9, 2.6),
    SPRING: (3.7, 3.9, 2.9, 3.5, 3.1),
}

N_ACCOUNTS = 40
ACCOUNT_KINDS = {
    "pharmacy chain": 0.45,
    "supermarket chain": 0.25,
    "rural distributor": 0.20,
    "online retailer": 0.10,
}
# Accounts that hold most of Crane's key-account sales, with contracts that end soon.
N_GIANTS = 3

PLANTED: tuple[tuple[str, str, str, float, str], ...] = (
    (
        "S",
        "Crane is better known in the counties",
        "market/opinions",
        AWARE[CRANE, "county"] - AWARE[SPRING, "county"],
        "difference of shares aware, Crane less Spring",
    ),
    (
        "S",
        "Crane's users are more content with its effect",
        "market/opinions",
        SATISFACTION[CRANE][0] - SATISFACTION[SPRING][0],
        "difference of mean satisfaction before rounding, points",
    ),
    (
        "S",
        "Crane's users are more content with its price",
        "market/opinions",
        SATISFACTION[CRANE][2] - SATISFACTION[SPRING][2],
        "difference of mean satisfaction before rounding, points",
    ),
    (
        "W",
        "Crane tastes worse",
        "market/opinions",
        SATISFACTION[CRANE][1] - SATISFACTION[SPRING][1],
        "difference of mean satisfaction before rounding, points",
    ),
    (
        "W",
        "Crane is weak online",
        "market/sales",
        CHANNELS["online"][2],
        "share of packs online less share of packs in the region",
    ),
    (
        "W",
        "Crane's advertising sells less",
        "market/advertising",
        ADVERTISING_ELASTICITY[CRANE] - ADVERTISING_ELASTICITY[SPRING],
        "difference of advertising elasticities",
    ),
    (
        "O",
        "Online sales grow",
        "market/sales",
        CHANNELS["online"][1],
        "growth of the channel a quarter",
    ),
    (
        "O",
        "The young want convenience, and neither brand gives it",
        "market/respondents",
        IMPORTANCE["18-29"][4] - SATISFACTION[SPRING][4],
        "importance to the young less the better brand's satisfaction, points",
    ),
    (
        "O",
        "Spring's users find it dear",
        "market/opinions",
        SATISFACTION[SPRING][2],
        "mean satisfaction with price before rounding, points",
    ),
    (
        "T",
        "Spring spends more on advertising each quarter",
        "market/advertising",
        ADVERTISING_STEP[SPRING],
        "growth of spending a quarter",
    ),
    (
        "T",
        "Rural stores, Crane's home, shrink",
        "market/sales",
        CHANNELS["rural store"][1],
        "growth of the channel a quarter",
    ),
    (
        "T",
        "Crane's largest key accounts may leave at the end of their contracts",
        "market/key_accounts",
        float(N_GIANTS),
        "accounts with contracts that end within half a year",
    ),
)


def _prices(seed: int) -> pd.DataFrame:
    dice = Dice(seed, 1)
    rows: list[dict[str, Any]] = []
    for brand in BRANDS:
        for channel, factor in CHANNEL_PRICE.items():
            for i, quarter in enumerate(QUARTERS):
                yuan = PRICE[brand] * factor * (1 + PRICE_STEP[brand]) ** i
                # Now and then a quarter of promotion.
                if dice.chance(0.2):
                    yuan *= 0.9
                rows.append(
                    {
                        "price_id": f"P{len(rows) + 1:03d}",
                        "brand": brand,
                        "channel": channel,
                        "quarter": quarter,
                        "price_cents": round(yuan * 10) * 10,
                    }
                )
    return pd.DataFrame(rows)


def _advertising(seed: int) -> pd.DataFrame:
    dice = Dice(seed, 2)
    rows: list[dict[str, Any]] = []
    for brand in BRANDS:
        for region in REGIONS:
            for i, quarter in enumerate(QUARTERS):
                trend = (1 + ADVERTISING_STEP[brand]) ** i
                yuan = ADVERTISING[brand] * trend * dice.skewed(1.0, 0.25)
                rows.append(
                    {
                        "spend_id": f"A{len(rows) + 1:03d}",
                        "brand": brand,
                        "region": region,
                        "quarter": quarter,
                        "spend_cents": round(yuan / 100) * 10_000,
                    }
                )
    return pd.DataFrame(rows)


def _sales(seed: int, prices: pd.DataFrame, advertising: pd.DataFrame) -> pd.DataFrame:
    dice = Dice(seed, 3)
    price = prices.set_index(["brand", "channel", "quarter"])["price_cents"].to_dict()
    spend = advertising.set_index(["brand", "region", "quarter"])[
        "spend_cents"
    ].to_dict()
    rows: list[dict[str, Any]] = []
    for brand in BRANDS:
        for region, (size, crane) in REGIONS.items():
            for channel, (part, growth, shift) in CHANNELS.items():
                share = min(max(crane + shift, 0.05), 0.95)
                if brand == SPRING:
                    share = 1 - share
                for i, quarter in enumerate(QUARTERS):
                    cents = price[brand, channel, quarter]
                    usual = PRICE[brand] * CHANNEL_PRICE[channel] * 100
                    packs = size * part * share * (1 + growth) ** i * SEASON[i % 4]
                    packs *= (cents / usual) ** PRICE_ELASTICITY[brand]
                    spent = spend[brand, region, quarter] / (ADVERTISING[brand] * 100)
                    packs *= spent ** ADVERTISING_ELASTICITY[brand]
                    packs = round(packs * dice.skewed(1.0, 0.06))
                    rows.append(
                        {
                            "sale_id": f"S{len(rows) + 1:04d}",
                            "brand": brand,
                            "region": region,
                            "channel": channel,
                            "quarter": quarter,
                            "packs": packs,
                            "revenue_cents": packs * cents,
                        }
                    )
    return pd.DataFrame(rows)


# ---------------------------------------------------------------- survey


def _survey(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the respondents, and what each thinks of either brand."""
    dice = Dice(seed, 4)
    people, opinions = [], []
    sizes = [size for size, _ in REGIONS.values()]
    for i in range(1, N_RESPONDENTS + 1):
        respondent = f"R{i:04d}"
        place = dice.pick(list(PLACES), list(PLACES.values()))
        age = dice.pick(list(AGES), list(AGES.values()))
        habit = dice.normal(0, 0.35)  # some people tick high, some low
        people.append(
            {
                "respondent_id": respondent,
                "region": dice.pick(list(REGIONS), sizes),
                "place": place,
                "age_group": age,
                **{
                    f"{need}_importance": _tick(dice, mean + habit)
                    for need, mean in zip(NEEDS, IMPORTANCE[age], strict=True)
                },
            }
        )
        for brand in BRANDS:
            aware = dice.chance(AWARE[brand, place])
            tried = dice.chance(TRIED[brand]) and aware
            ticks = {
                f"{need}_satisfaction": _tick(dice, mean + habit)
                for need, mean in zip(NEEDS, SATISFACTION[brand], strict=True)
            }
            opinions.append(
                {
                    "opinion_id": f"{respondent}-{brand.split()[1].lower()}",
                    "respondent_id": respondent,
                    "brand": brand,
                    "is_aware": aware,
                    "has_tried": tried,
                    **(ticks if tried else dict.fromkeys(ticks)),
                }
            )
    table = pd.DataFrame(opinions)
    ticked = [f"{need}_satisfaction" for need in NEEDS]
    return pd.DataFrame(people), table.astype(dict.fromkeys(ticked, "Int64"))


def _tick(dice: Dice, mean: float) -> int:
    return min(max(round(dice.normal(mean, 0.85)), 1), 5)


# ---------------------------------------------------------------- key accounts


def _accounts(seed: int) -> pd.DataFrame:
    dice = Dice(seed, 5)
    rows: list[dict[str, Any]] = []
    for i in range(1, N_ACCOUNTS + 1):
        giant = i <= N_GIANTS
        kind = (
            "pharmacy chain"
            if giant
            else dice.pick(list(ACCOUNT_KINDS), list(ACCOUNT_KINDS.values()))
        )
        region = dice.pick(list(REGIONS))
        outlets = max(round(dice.skewed(60, 0.8)), 1) * (8 if giant else 1)
        yuan = outlets * dice.skewed(11_000, 0.4)
        shift = {"rural distributor": 0.16, "online retailer": -0.20}.get(kind, 0.0)
        share = REGIONS[region][1] + shift + dice.normal(0, 0.08)
        if giant:
            share = 0.62 + 0.1 * dice.uniform()
        ends = AS_OF + timedelta(
            days=dice.between(30, 180) if giant else dice.between(190, 1000)
        )
        rows.append(
            {
                "account_id": "",
                "name": f"{dice.pick(FIRM_FIRST)} {dice.pick(FIRM_SECOND)} "
                + kind.split()[0].title(),
                "kind": kind,
                "region": region,
                "n_outlets": outlets,
                "tonic_purchases_cents": round(yuan / 1000) * 100_000,
                "crane_share_percent": round(100 * min(max(share, 0.03), 0.95)),
                "decider_known": dice.chance(0.35 if giant else 0.6),
                "source_grade": dice.pick((1, 2, 3, 4), (30, 30, 28, 12)),
                "contract_ends_on": ends,
            }
        )
    rows = dice.sample(rows, len(rows))
    for i, row in enumerate(rows, start=1):
        row["account_id"] = f"K{i:02d}"
    return pd.DataFrame(rows)


# ---------------------------------------------------------------- all tables


def make(seed: int) -> dict[str, pd.DataFrame]:
    """Make all tables of the market and their truth.

    Args:
        seed: any whole number from 0; the committed files have `SEED`.

    Returns:
        The tables by name, as `RESOURCES` describes them; days are `datetime.date`.

    >>> tables = make(1)
    >>> len(tables["market/sales"]), len(tables["market/key_accounts"])
    (480, 40)
    """
    prices, advertising = _prices(seed), _advertising(seed)
    respondents, opinions = _survey(seed)
    return {
        "market/sales": _sales(seed, prices, advertising),
        "market/prices": prices,
        "market/advertising": advertising,
        "market/respondents": respondents,
        "market/opinions": opinions,
        "market/key_accounts": _accounts(seed),
        "truth/market/factors": pd.DataFrame(
            [
                {
                    "factor_id": f"F{i:02d}",
                    "side": side,
                    "factor": factor,
                    "found_in": table,
                    "value": round(value, 4),
                    "value_is": meaning,
                }
                for i, (side, factor, table, value, meaning) in enumerate(
                    PLANTED, start=1
                )
            ]
        ),
        "truth/market/elasticities": pd.DataFrame(
            [
                {
                    "brand": brand,
                    "price_elasticity": PRICE_ELASTICITY[brand],
                    "advertising_elasticity": ADVERTISING_ELASTICITY[brand],
                }
                for brand in BRANDS
            ]
        ),
    }


# ---------------------------------------------------------------- schema


def _id(name: str, meaning: str, pattern: str) -> dict[str, Any]:
    return column(name, "string", meaning, unique=True, pattern=pattern)


def _one_of(name: str, meaning: str, options: Any) -> dict[str, Any]:
    return column(name, "string", meaning, enum=list(options))


def _cents(name: str, meaning: str) -> dict[str, Any]:
    return column(name, "integer", meaning, unit="cents", minimum=0)


def _points(name: str, meaning: str, **more: Any) -> dict[str, Any]:
    return column(name, "integer", meaning, unit="points", **more, minimum=1, maximum=5)


_BRAND = _one_of("brand", "The brand; both are invented.", BRANDS)
_REGION = _one_of("region", "The region.", REGIONS)
_CHANNEL = _one_of("channel", "Where it is sold.", CHANNELS)
_QUARTER = _one_of("quarter", "The quarter.", QUARTERS)

RESOURCES: list[dict[str, Any]] = [
    resource(
        "market/sales",
        "Sales of two invented brands by region, channel and quarter",
        [
            _id("sale_id", "The line.", r"S\d{4}"),
            _BRAND,
            _REGION,
            _CHANNEL,
            _QUARTER,
            column("packs", "integer", "Packs sold.", unit="packs", minimum=0),
            _cents("revenue_cents", "What buyers paid for them."),
        ],
        key="sale_id",
    ),
    resource(
        "market/prices",
        "Price of a pack by brand, channel and quarter",
        [
            _id("price_id", "The line.", r"P\d{3}"),
            _BRAND,
            _CHANNEL,
            _QUARTER,
            _cents("price_cents", "Price of a pack."),
        ],
        key="price_id",
    ),
    resource(
        "market/advertising",
        "Spending on advertising by brand, region and quarter",
        [
            _id("spend_id", "The line.", r"A\d{3}"),
            _BRAND,
            _REGION,
            _QUARTER,
            _cents("spend_cents", "What the brand spent, as media agencies estimate."),
        ],
        key="spend_id",
    ),
    resource(
        "market/respondents",
        "Who answered the survey of late 2025, and what matters to them",
        [
            _id("respondent_id", "The respondent.", r"R\d{4}"),
            _REGION,
            _one_of("place", "Lives in a city or in a county.", PLACES),
            _one_of("age_group", "Age in years.", AGES),
            *(
                _points(f"{need}_importance", f"How much {need} matters, 5 = most.")
                for need in NEEDS
            ),
        ],
        key="respondent_id",
    ),
    resource(
        "market/opinions",
        "What each respondent thinks of either brand",
        [
            _id("opinion_id", "Respondent and brand.", r"R\d{4}-(crane|spring)"),
            column("respondent_id", "string", "The respondent.", pattern=r"R\d{4}"),
            _BRAND,
            column("is_aware", "boolean", "Has heard of the brand."),
            column("has_tried", "boolean", "Has used it."),
            *(
                _points(
                    f"{need}_satisfaction",
                    f"How content with its {need}, 5 = most; empty without trial.",
                    required=False,
                )
                for need in NEEDS
            ),
        ],
        key="opinion_id",
        references={"respondent_id": ("market/respondents", "respondent_id")},
    ),
    resource(
        "market/key_accounts",
        "Crimson Crane's list of key accounts",
        [
            _id("account_id", "The account.", r"K\d{2}"),
            column("name", "string", "Its name; invented."),
            _one_of("kind", "What kind of firm.", ACCOUNT_KINDS),
            _REGION,
            column("n_outlets", "integer", "Outlets.", unit="outlets", minimum=1),
            _cents("tonic_purchases_cents", "What it buys of both brands a year."),
            column(
                "crane_share_percent",
                "integer",
                "Crimson Crane's share of that.",
                unit="per cent",
                minimum=0,
                maximum=100,
            ),
            column("decider_known", "boolean", "Whether we know who decides."),
            column(
                "source_grade",
                "integer",
                "Best grade of information we have: 1 public, 2 analysts, 3 people "
                "around it, 4 people inside it.",
                unit="grade",
                minimum=1,
                maximum=4,
            ),
            column(
                "contract_ends_on",
                "date",
                "Last day of the contract.",
                minimum=AS_OF.isoformat(),
            ),
        ],
        key="account_id",
    ),
    resource(
        "truth/market/factors",
        "What was planted, seen from Crimson Crane",
        [
            _id("factor_id", "The factor.", r"F\d{2}"),
            _one_of("side", "Strength, weakness, opportunity or threat.", "SWOT"),
            column("factor", "string", "What it is."),
            column("found_in", "string", "The table where it shows."),
            column("value", "number", "How strong it is.", unit="see value_is"),
            column("value_is", "string", "What the number measures."),
        ],
        key="factor_id",
    ),
    resource(
        "truth/market/elasticities",
        "How sales answer to price and advertising",
        [
            column("brand", "string", "The brand.", unique=True, enum=list(BRANDS)),
            column(
                "price_elasticity",
                "number",
                "Per cent more packs for 1 % more price.",
                unit="ratio",
            ),
            column(
                "advertising_elasticity",
                "number",
                "Per cent more packs for 1 % more spending.",
                unit="ratio",
            ),
        ],
        key="brand",
    ),
]
