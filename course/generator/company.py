"""Qingyun Tea (青云茶行), the course's running company: synthetic, seeded.

A hierarchical model. Each customer draws a kind, a marketing type, a rate of buying, a
chance of leaving after each order, a taste for discounts and a cost to serve; orders
and costs follow from these, day by day, from 2023 to 2025. What was drawn is the truth
table; what followed is the data.

Only uniform random numbers are taken from numpy and everything else is worked out
from them here, so that another version of numpy makes the same files.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import NormalDist
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from course.generator.schema import field as column
from course.generator.schema import resource

TITLE = "Qingyun Tea (青云茶行), Chengdu: customers, orders and costs, 2023 to 2025"
SEED = 2025

START = date(2023, 1, 1)
END = date(2025, 12, 31)
N_DAYS = (END - START).days + 1

# ---------------------------------------------------------------- what is planted

# Customers by kind: those already there when the data begin, and those who join.
N_BEFORE = {
    "household": 960,
    "restaurant": 36,
    "hotel": 12,
    "office": 24,
    "reseller": 14,
}
N_JOINING = {
    "household": 1680,
    "restaurant": 26,
    "hotel": 7,
    "office": 17,
    "reseller": 10,
}
BUSINESS = ("restaurant", "hotel", "office", "reseller")

TYPES = ("economic", "individual", "convenience", "moral")
TYPE_SHARES = {
    "household": (0.36, 0.22, 0.27, 0.15),
    "business": (0.34, 0.28, 0.28, 0.10),
}

# Orders a year: median and the spread (sigma of the logarithm) between customers.
RATE = {
    ("household", False): (4.3, 0.65),
    ("household", True): (13.0, 0.35),
    ("restaurant", True): (46.0, 0.35),
    ("restaurant", False): (28.0, 0.45),
    ("hotel", True): (24.0, 0.35),
    ("hotel", False): (14.0, 0.45),
    ("office", True): (10.0, 0.40),
    ("office", False): (6.0, 0.45),
    ("reseller", True): (24.0, 0.35),
    ("reseller", False): (18.0, 0.45),
}
RELATIONSHIP_SHARE = {"household": 0.15, "business": 0.66}

# Chance of leaving after the first order and after each later one.
LEAVE_FIRST = {"household": 0.50, "relationship": 0.02, "business": 0.06}
LEAVE_LATER = {"household": 0.07, "relationship": 0.012, "business": 0.004}

# List value of an order in yuan: median, and the spread of the logarithm between
# customers and between the orders of one customer.
ORDER_YUAN = {
    "household": (172.0, 0.32, 0.45),
    "restaurant": (560.0, 0.48, 0.35),
    "hotel": (1300.0, 0.48, 0.40),
    "office": (2500.0, 0.48, 0.50),
    "reseller": (2000.0, 0.45, 0.40),
}
LINE_FACTOR = {
    "green": 1.0,
    "black": 0.9,
    "oolong": 1.1,
    "puer": 1.25,
    "teaware": 1.15,
    "gift": 1.7,
}
# Cost of the goods as a share of the list value.
GOODS_SHARE = {
    "green": 0.50,
    "black": 0.51,
    "oolong": 0.52,
    "puer": 0.55,
    "teaware": 0.58,
    "gift": 0.50,
}

# How much the usual discount differs between businesses of one group, in points.
DISCOUNT_SPREAD = 6.0
# Some businesses cost much to serve, whatever their revenue.
HIGH_MAINTENANCE_ONE_IN = 5
# Economic households that buy at deep discount or not at all.
BARGAIN_HUNTER_SHARE = 0.32
# Of the households that bought within 15 months, who gets a sample of the spring tea.
SPRING_SAMPLE_SHARE = 0.35
DORMANT_BIG = 9  # large businesses that stop buying in 2024

# Share of those invited who answer the survey, by true type.
ANSWER = {"economic": 0.58, "individual": 0.72, "convenience": 0.46, "moral": 0.74}
# Share of orders of certified products by true type.
CERTIFIED = {"economic": 0.08, "individual": 0.16, "convenience": 0.13, "moral": 0.52}
# Shares of the channels shop, web, phone, visit by true type.
CHANNELS = {
    "economic": (0.50, 0.40, 0.08, 0.02),
    "individual": (0.50, 0.12, 0.27, 0.11),
    "convenience": (0.14, 0.72, 0.12, 0.02),
    "moral": (0.48, 0.36, 0.12, 0.04),
}
BUSINESS_CHANNELS = {
    "economic": (0.12, 0.42, 0.32, 0.14),
    "individual": (0.08, 0.10, 0.40, 0.42),
    "convenience": (0.05, 0.62, 0.26, 0.07),
    "moral": (0.10, 0.35, 0.30, 0.25),
}

# The coupon: who gets it is drawn by lot; it adds this to the chance that a customer
# buys within 30 days (a third of it for one who has left).
TRIAL_START = date(2025, 10, 9)
TRIAL_SINCE = date(2024, 4, 1)  # drawn from households that have bought since
TRIAL_DAYS = 30
TRIAL_SIZE = 1200
COUPON_PERCENT = 20
COUPON_EFFECT = {
    "economic": 0.45,
    "individual": 0.04,
    "convenience": 0.05,
    "moral": 0.03,
}

# What one more year of an activity truly costs: the share of its booked cost that
# goes away when the activity stops. The rest (salaries, van, rent) stays.
AVOIDABLE_PERCENT = {
    "visit": 35,
    "delivery": 60,
    "return": 90,
    "sample": 100,
    "support": 30,
    "late_payment": 100,
}

# The till's raw export: how many rows get each error.
DIRTY_QUARTER = (date(2025, 10, 1), date(2025, 12, 31))
DIRTY_COUNTS = {
    "duplicate": 42,
    "impossible_date": 1,
    "thousands_separator": 60,
    "yuan_sign": 45,
    "negative_amount": 14,
    "trailing_space": 55,
    "lower_case": 50,
    "unknown_customer": 13,
}

CITIES = {
    "Chengdu": 0.56,
    "Chongqing": 0.11,
    "Mianyang": 0.10,
    "Deyang": 0.07,
    "Leshan": 0.07,
    "Yibin": 0.04,
    "Ya'an": 0.03,
    "Nanchong": 0.02,
}
# First day of the Spring Festival and day of the Mid-Autumn Festival.
FESTIVALS = (
    date(2023, 1, 22),
    date(2023, 9, 29),
    date(2024, 2, 10),
    date(2024, 9, 17),
    date(2025, 1, 29),
    date(2025, 10, 6),
)

_SURNAMES = (
    "Li Wang Zhang Liu Chen Yang Zhao Huang Zhou Wu Xu Sun Hu Zhu Gao Lin He Guo Ma "
    "Luo Liang Song Zheng Xie Han Tang Feng Deng Cao Peng Zeng Xiao Tian Dong Yuan "
    "Pan Jiang Cai Yu Du Ye Cheng Su Wei Lu Ding Ren Shen Yao Zhong"
)
_GIVEN = (
    "Xiuying Wei Fang Na Min Jing Li Qiang Lei Jun Yang Yong Yan Jie Juan Tao Ming "
    "Chao Xiulan Xia Ping Gang Guiying Hua Yulan Jianguo Jianhua Meiling Zhiqiang "
    "Haiyan Xiaoming Lihua Yuhan Zixuan Haoran Yutong Ruoxi Siyu Jiayi Wenjie Zhihao "
    "Xinyi Mengyao Shufen Guilan Chunmei Xiaoyan Hongmei Dawei Bo Peng Bin Kun Rui "
    "Xin Lin Hong Ting Yun Mei Ning Hui Shan Qing Yue Zhen Fei Kai Long Jiahao"
)
_FIRM_FIRST = (
    "Jade Bamboo River Cloud Lotus Crane Osprey Plum Cedar Brocade Silver Amber Maple "
    "Willow Orchid Stone Ginkgo Magpie Heron Peony Pine Lantern Harbour Misty Spring "
    "Autumn Azure Copper Pearl Summit"
)
_FIRM_SECOND = (
    "Terrace Garden Gate Court Bridge Hill Pavilion Bay Spring Grove House Lane "
    "Meadow Valley Field Tower Ferry Stream Corner Yard"
)
SURNAMES, GIVEN = _SURNAMES.split(), _GIVEN.split()
FIRM_FIRST, FIRM_SECOND = _FIRM_FIRST.split(), _FIRM_SECOND.split()
FIRM_LAST = {
    "restaurant": ("Restaurant", "Hotpot", "Kitchen", "Noodle House", "Canteen"),
    "hotel": ("Hotel", "Inn", "Guest House"),
    "office": ("Software", "Engineering", "Consulting", "Insurance", "Logistics"),
    "reseller": ("Tea Trading", "Tea Shop", "Foods", "Gifts"),
}
MANAGERS = ("Lao Zhang", "Xiao Wang", "Chen Mei", "Zhao Lei")

_NORMAL = NormalDist()
_T = TypeVar("_T")


# ---------------------------------------------------------------- random numbers


class Dice:
    """Random draws from one stream of uniform numbers.

    Each stage of the generator has a stream of its own (seed and stage), so that a
    change in one leaves the others as they were.
    """

    def __init__(self, seed: int, stage: int) -> None:
        self._uniforms = self._blocks(np.random.default_rng([seed, stage]))

    @staticmethod
    def _blocks(rng: np.random.Generator) -> Iterator[float]:
        while True:
            yield from rng.random(4096).tolist()

    def uniform(self) -> float:
        """Return a number in [0, 1)."""
        return next(self._uniforms)

    def chance(self, probability: float) -> bool:
        """Return True with *probability*."""
        return self.uniform() < probability

    def between(self, low: int, high: int) -> int:
        """Return a whole number from *low* to *high*, both included."""
        return low + int(self.uniform() * (high - low + 1))

    def pick(self, options: Sequence[_T], weights: Sequence[float] = ()) -> _T:
        """Return one of *options*, with *weights* that need not sum to 1."""
        if not weights:
            return options[int(self.uniform() * len(options))]
        left = self.uniform() * math.fsum(weights)
        for option, weight in zip(options, weights, strict=True):
            left -= weight
            if left < 0:
                return option
        return options[-1]

    def normal(self, mean: float = 0.0, spread: float = 1.0) -> float:
        """Return a normal number."""
        return mean + spread * _NORMAL.inv_cdf(max(self.uniform(), 1e-12))

    def skewed(self, median: float, spread: float) -> float:
        """Return a lognormal number by its median and the sigma of its logarithm."""
        return median * math.exp(self.normal(0.0, spread))

    def wait(self, mean: float) -> float:
        """Return an exponential waiting time."""
        return -mean * math.log(1.0 - self.uniform())

    def count(self, mean: float) -> int:
        """Return a Poisson count."""
        n, passed = 0, self.wait(1.0)
        while passed < mean:
            n += 1
            passed += self.wait(1.0)
        return n

    def sample(self, items: Sequence[_T], size: int) -> list[_T]:
        """Return *size* different items in random order."""
        pool = list(items)
        for i in range(size):
            j = self.between(i, len(pool) - 1)
            pool[i], pool[j] = pool[j], pool[i]
        return pool[:size]


# ---------------------------------------------------------------- one customer


@dataclass
class _Customer:
    customer_id: str
    name: str
    kind: str
    city: str
    joined: date
    joined_through: str
    account_manager: str | None
    birth_year: int | None
    income_band: str | None
    # the truth
    type: str
    relationship: bool
    rate: float
    size: float
    high_maintenance: bool
    bargain_hunter: bool
    discount_shift: float
    stops_on: date | None = None
    has_left: bool = False
    wallet_share: float = 0.0
    budget_cents: int = 0
    order_days: list[date] = field(default_factory=list)

    @property
    def is_business(self) -> bool:
        return self.kind != "household"

    @property
    def group(self) -> str:
        return "business" if self.is_business else "household"

    @property
    def leave_key(self) -> str:
        if self.is_business:
            return "business"
        return "relationship" if self.relationship else "household"


def _customers(seed: int) -> list[_Customer]:
    dice = Dice(seed, 1)
    people: list[_Customer] = []
    for kind, n in N_BEFORE.items():
        for _ in range(n):
            joined = START - timedelta(days=dice.between(20, 1900))
            people.append(_customer(dice, kind, joined))
    for kind, n in N_JOINING.items():
        for _ in range(n):
            joined = START + timedelta(days=dice.between(0, N_DAYS - 8))
            people.append(_customer(dice, kind, joined))
    _burden(dice, people)
    people.sort(key=lambda person: (person.joined, person.name, person.city))
    for i, person in enumerate(people, start=1):
        person.customer_id = f"C{i:05d}"
    big = sorted(
        (p for p in people if p.is_business and p.joined < date(2023, 7, 1)),
        key=lambda p: -p.rate * p.size,
    )[:50]
    for person in dice.sample(big, DORMANT_BIG):
        person.stops_on = date(2024, 3, 1) + timedelta(days=dice.between(0, 270))
    return people


def _burden(dice: Dice, people: list[_Customer]) -> None:
    """Make one business in five high-maintenance, big ones as often as small ones."""
    for kind in BUSINESS:
        firms = [person for person in people if person.kind == kind]
        firms.sort(key=lambda person: -person.rate * person.size)
        for i in range(0, len(firms), HIGH_MAINTENANCE_ONE_IN):
            person = dice.pick(firms[i : i + HIGH_MAINTENANCE_ONE_IN])
            person.high_maintenance = True
            person.size *= 1.5
            person.account_manager = person.account_manager or dice.pick(MANAGERS)


def _customer(dice: Dice, kind: str, joined: date) -> _Customer:
    business = kind in BUSINESS
    group = "business" if business else "household"
    kind_of_buyer = dice.pick(TYPES, TYPE_SHARES[group])
    relationship = dice.chance(RELATIONSHIP_SHARE[group])
    median, spread = RATE[kind, relationship]
    rate = dice.skewed(median, spread)
    size_median, size_spread, _ = ORDER_YUAN[kind]
    size = dice.skewed(size_median, size_spread)
    hunter = (
        not business
        and not relationship
        and kind_of_buyer == "economic"
        and dice.chance(BARGAIN_HUNTER_SHARE)
    )
    name = _firm(dice, kind) if business else _person(dice)
    city = dice.pick(list(CITIES), list(CITIES.values()))
    if business:
        through = dice.pick(("account_manager", "fair", "referral"), (6, 2, 2))
        managed = relationship or dice.chance(0.4)
        manager = dice.pick(MANAGERS) if managed else None
        birth_year = income = None
    else:
        weights = {
            "economic": (40, 32, 20, 8),
            "individual": (48, 12, 18, 22),
            "convenience": (20, 60, 10, 10),
            "moral": (34, 28, 22, 16),
        }[kind_of_buyer]
        through = dice.pick(("shop", "web", "fair", "referral"), weights)
        manager = None
        # Who joined on the web was asked least, so what is missing is not random.
        known = {"web": 0.42, "shop": 0.60, "fair": 0.70, "referral": 0.66}[through]
        birth_year = round(dice.normal(1979, 13)) if dice.chance(known) else None
        if birth_year is not None:
            birth_year = min(max(birth_year, 1938), 2005)
        income = dice.pick(("low", "middle", "high"), (30, 50, 20))
        if kind_of_buyer == "economic" and dice.chance(0.35):
            income = "low"
        if not dice.chance(known - 0.08):
            income = None
    wallet_share = min(max(dice.normal(0.45, 0.27), 0.06), 0.97)
    budget = rate * size * 100 * (0.85 if business else 1.05) / wallet_share
    return _Customer(
        customer_id="",
        name=name,
        kind=kind,
        city=city,
        joined=joined,
        joined_through=through,
        account_manager=manager,
        birth_year=birth_year,
        income_band=income,
        type=kind_of_buyer,
        relationship=relationship,
        rate=rate,
        size=size,
        high_maintenance=False,
        bargain_hunter=hunter,
        discount_shift=dice.normal(0.0, DISCOUNT_SPREAD),
        wallet_share=wallet_share,
        budget_cents=round(budget),
    )


def _person(dice: Dice) -> str:
    return f"{dice.pick(SURNAMES)} {dice.pick(GIVEN)}"


def _firm(dice: Dice, kind: str) -> str:
    first, second = dice.pick(FIRM_FIRST), dice.pick(FIRM_SECOND)
    return f"{first} {second} {dice.pick(FIRM_LAST[kind])}"


# ---------------------------------------------------------------- when they buy


def _season(day: date, kind: str) -> float:
    """How much is bought on *day* against an ordinary one."""
    factor = 1.0
    if (3, 25) <= (day.month, day.day) <= (5, 5):
        factor *= 1.30  # the new spring tea
    days_before = min(
        ((feast - day).days for feast in FESTIVALS if feast >= day), default=999
    )
    if days_before <= 24:
        factor *= 2.6 if kind == "office" else 1.45  # gift boxes
    if day.month in (7, 8):
        factor *= 0.85
    return factor


def _clock(kind: str) -> list[float]:
    """Cumulated season, one entry a day; an ordinary year lasts about 365."""
    factors = [_season(START + timedelta(days=i), kind) for i in range(N_DAYS)]
    scale = N_DAYS / math.fsum(factors)
    passed, clock = 0.0, []
    for factor in factors:
        passed += factor * scale
        clock.append(passed)
    return clock


def _buying_days(dice: Dice, person: _Customer, clock: list[float]) -> None:
    """Fill in the days on which *person* orders, and whether he has left."""
    first = max((person.joined - START).days, 0)
    is_new = person.joined >= START
    if is_new:
        if not person.is_business and dice.chance(0.035):
            person.has_left = True  # took the samples, never ordered
            return
        if person.joined_through == "shop":
            lag = 0
        elif person.is_business:
            lag = dice.between(35, 130)
        else:
            lag = int(dice.wait(24.0))
        day = first + lag
        leave = LEAVE_FIRST[person.leave_key]
    else:
        leave = LEAVE_LATER[person.leave_key]
        day = _after(clock, 0.0, dice.wait(365.0 / person.rate))
    while day < N_DAYS:
        today = START + timedelta(days=day)
        if person.stops_on and today > person.stops_on:
            person.has_left = True
            return
        person.order_days.append(today)
        if dice.chance(leave):
            person.has_left = True
            return
        leave = LEAVE_LATER[person.leave_key]
        pace = person.rate
        if is_new and day - first < 180:
            pace *= 0.5  # a new customer warms up
        day = _after(clock, clock[day], dice.wait(365.0 / pace))


def _after(clock: list[float], now: float, wait: float) -> int:
    """Return the day on which the seasonal clock reaches now + wait."""
    return int(np.searchsorted(clock, now + wait))


# ---------------------------------------------------------------- orders


def _orders(seed: int, people: list[_Customer]) -> pd.DataFrame:
    dice = Dice(seed, 2)
    clocks = {kind: _clock(kind) for kind in N_BEFORE}
    rows = []
    for person in people:
        _buying_days(dice, person, clocks[person.kind])
        for day in person.order_days:
            rows.append(_order(dice, person, day))
    rows += _coupon_orders(seed, people)
    rows.sort(
        key=lambda row: (row["ordered_on"], row["customer_id"], row["list_cents"])
    )
    orders = pd.DataFrame(rows)
    orders.insert(0, "order_id", [f"O{i:06d}" for i in range(1, len(rows) + 1)])
    return orders


def _order(
    dice: Dice, person: _Customer, day: date, *, percent: int | None = None
) -> dict[str, Any]:
    channels = BUSINESS_CHANNELS if person.is_business else CHANNELS
    channel = dice.pick(("shop", "web", "phone", "visit"), channels[person.type])
    line = dice.pick(list(LINE_FACTOR), _lines(person.kind, day))
    certified = dice.chance(CERTIFIED[person.type] * (0.5 if line == "teaware" else 1))
    within = ORDER_YUAN[person.kind][2]
    yuan = max(round(dice.skewed(person.size, within) * LINE_FACTOR[line]), 18)
    if percent is None:
        percent = _discount(dice, person)
    # Whole yuan times whole per cent: the discount is exact in cents.
    discount = yuan * percent
    share = min(max(dice.normal(GOODS_SHARE[line], 0.03), 0.35), 0.70)
    return {
        "customer_id": person.customer_id,
        "ordered_on": day,
        "channel": channel,
        "product_line": line,
        "is_certified": certified,
        "list_cents": yuan * 100,
        "discount_cents": discount,
        "amount_cents": yuan * 100 - discount,
        "goods_cost_cents": round(yuan * 100 * share),
    }


def _lines(kind: str, day: date) -> list[float]:
    """Weights of the product lines on *day*, in the order of LINE_FACTOR."""
    green, gift = 26.0, 6.0
    if (3, 25) <= (day.month, day.day) <= (5, 5):
        green = 60.0
    if any(0 <= (feast - day).days <= 24 for feast in FESTIVALS):
        gift = 40.0
    if kind == "office":
        gift *= 2.5
    return [green, 18.0, 14.0, 16.0, 12.0, gift]


def _discount(dice: Dice, person: _Customer) -> int:
    """Draw the per cent taken off the list value of one order."""
    if person.is_business:
        if person.relationship:
            percent = dice.pick(
                (0, 5, 8, 10, 12, 15, 18, 20), (4, 8, 14, 24, 20, 16, 8, 6)
            )
        else:
            percent = dice.pick(
                (15, 20, 25, 28, 30, 33, 35), (5, 10, 16, 18, 22, 17, 12)
            )
        if person.kind == "reseller":
            percent += 4
        if person.high_maintenance:
            percent += dice.pick((12, 15, 18))
        return min(max(percent + round(person.discount_shift), 0), 45)
    if person.bargain_hunter:
        return dice.pick((30, 35, 40, 45), (20, 35, 30, 15))
    if person.type == "economic":
        if dice.chance(0.62):
            return dice.pick((10, 15, 20, 25), (30, 30, 28, 12))
        return 0
    return dice.pick((5, 10, 15)) if dice.chance(0.17) else 0


def _trial_people(seed: int, people: list[_Customer]) -> list[tuple[_Customer, bool]]:
    """Draw who takes part in the coupon trial, and who of them gets the coupon."""
    dice = Dice(seed, 3)
    eligible = [
        person
        for person in people
        if not person.is_business
        and person.order_days
        and any(TRIAL_SINCE <= day < TRIAL_START for day in person.order_days)
    ]
    chosen = dice.sample(eligible, TRIAL_SIZE)
    drawn = [(person, i % 2 == 0) for i, person in enumerate(chosen)]
    return sorted(drawn, key=lambda pair: pair[0].customer_id)


def _coupon_effect(person: _Customer) -> float:
    return COUPON_EFFECT[person.type] * (1 / 3 if person.has_left else 1)


def _coupon_orders(seed: int, people: list[_Customer]) -> list[dict[str, Any]]:
    """Return the orders that would not have been placed without the coupon."""
    dice = Dice(seed, 4)
    rows = []
    last = TRIAL_START + timedelta(days=TRIAL_DAYS - 1)
    for person, sent in _trial_people(seed, people):
        # Drawn for all, so that the two arms differ by nothing but the coupon.
        moved, lag = (
            dice.chance(_coupon_effect(person)),
            dice.between(1, TRIAL_DAYS - 1),
        )
        anyway = any(TRIAL_START <= day <= last for day in person.order_days)
        if sent and moved and not anyway:
            day = TRIAL_START + timedelta(days=lag)
            rows.append(_order(dice, person, day, percent=COUPON_PERCENT))
    return rows


def _coupon_trial(
    seed: int, people: list[_Customer], orders: pd.DataFrame
) -> pd.DataFrame:
    last = TRIAL_START + timedelta(days=TRIAL_DAYS - 1)
    days = orders["ordered_on"]
    bought = set(orders.loc[(days >= TRIAL_START) & (days <= last), "customer_id"])
    drawn = _trial_people(seed, people)
    return pd.DataFrame(
        {
            "customer_id": [person.customer_id for person, _ in drawn],
            "sent": [sent for _, sent in drawn],
            "bought_within_30_days": [p.customer_id in bought for p, _ in drawn],
        }
    )


# ---------------------------------------------------------------- costs


def _costs(seed: int, people: list[_Customer], orders: pd.DataFrame) -> pd.DataFrame:
    dice = Dice(seed, 5)
    by_id = {person.customer_id: person for person in people}
    rows: list[tuple[str, date, str, int]] = []
    for person in people:
        rows += _winning_costs(dice, person)
        rows += _keeping_costs(dice, person)
    for row in orders.itertuples(index=False):
        person = by_id[str(row.customer_id)]
        rows += _order_costs(dice, person, row)
    rows = [row for row in rows if START <= row[1] <= END]
    rows.sort(key=lambda row: (row[1], row[0], row[2], row[3]))
    costs = pd.DataFrame(
        rows, columns=["customer_id", "incurred_on", "activity", "cost_cents"]
    )
    costs.insert(0, "cost_id", [f"K{i:06d}" for i in range(1, len(rows) + 1)])
    return costs


def _yuan(dice: Dice, low: int, high: int) -> int:
    """Draw an amount in cents between two amounts in yuan."""
    return dice.between(low * 100, high * 100)


def _winning_costs(dice: Dice, person: _Customer) -> list[tuple[str, date, str, int]]:
    """What a new customer costs before and around the first order."""
    who, joined = person.customer_id, person.joined
    if joined < START:
        return []
    rows = []
    if person.is_business:
        for _ in range(dice.between(6, 11)):
            day = joined + timedelta(days=dice.between(0, 110))
            rows.append((who, day, "visit", _yuan(dice, 150, 260)))
        for _ in range(dice.between(2, 4)):
            day = joined + timedelta(days=dice.between(0, 60))
            rows.append((who, day, "sample", _yuan(dice, 60, 180)))
        return rows
    sample, support = {
        "shop": ((20, 45), None),
        "web": ((85, 150), (25, 45)),
        "fair": ((110, 200), (25, 45)),
        "referral": ((50, 100), None),
    }[person.joined_through]
    cents = _yuan(dice, *sample)
    if person.relationship:
        cents = 2 * cents  # the shop knows a promising customer when it sees one
    rows.append((who, joined, "sample", cents))
    if support:
        day = joined + timedelta(days=dice.between(0, 40))
        rows.append((who, day, "support", _yuan(dice, *support)))
    return rows


def _keeping_costs(dice: Dice, person: _Customer) -> list[tuple[str, date, str, int]]:
    """Visits, samples and support while the customer is with the firm."""
    if not person.order_days:
        return []
    begin = max(person.order_days[0], START)
    end = (
        min(person.order_days[-1] + timedelta(days=60), END) if person.has_left else END
    )
    span = (end - begin).days + 1
    years = span / 365
    if person.high_maintenance:
        yearly = {"visit": 48.0, "sample": 6.0, "support": 12.0}
    elif person.is_business:
        yearly = {"visit": 4.5, "sample": 0.8, "support": 2.0}
        if not person.relationship:
            yearly = {"visit": 2.0, "sample": 0.5, "support": 3.0}
    else:
        yearly = {"visit": 0.0, "sample": 0.05, "support": 0.16}
        if person.bargain_hunter:
            yearly["support"] = 0.8
    price = {"visit": (150, 260), "sample": (60, 180), "support": (25, 70)}
    if not person.is_business:
        price = {"visit": (50, 80), "sample": (15, 40), "support": (15, 40)}
    rows = [] if person.is_business else _spring_samples(dice, person)
    for activity, rate in yearly.items():
        for _ in range(dice.count(rate * years)):
            day = begin + timedelta(days=dice.between(0, span - 1))
            cents = _yuan(dice, *price[activity])
            rows.append((person.customer_id, day, activity, cents))
    return rows


def _spring_samples(dice: Dice, person: _Customer) -> list[tuple[str, date, str, int]]:
    """The new tea that goes out each March to some of the recent households."""
    rows = []
    for year in range(START.year, END.year + 1):
        day = date(year, 3, 18)
        recent = any(0 <= (day - bought).days <= 450 for bought in person.order_days)
        if recent and dice.chance(SPRING_SAMPLE_SHARE):
            rows.append((person.customer_id, day, "sample", _yuan(dice, 12, 22)))
    return rows


def _order_costs(
    dice: Dice, person: _Customer, row: Any
) -> list[tuple[str, date, str, int]]:
    """Delivery, returns and late payment of one order."""
    who, day = person.customer_id, row.ordered_on
    rows = []
    if person.is_business:
        rows.append((who, day, "delivery", _yuan(dice, 18, 55)))
    elif row.channel == "visit":
        rows.append((who, day, "visit", _yuan(dice, 25, 45)))
    elif row.channel in ("web", "phone"):
        rows.append((who, day, "delivery", _yuan(dice, 12, 20)))
    if dice.chance(0.12 if person.high_maintenance else 0.02):
        later = day + timedelta(days=dice.between(2, 14))
        cents = row.amount_cents * dice.between(8, 25) // 100
        rows.append((who, later, "return", cents + _yuan(dice, 8, 20)))
    if person.is_business:
        late = 0.05 if person.relationship else 0.12
        if dice.chance(0.35 if person.high_maintenance else late):
            later = day + timedelta(days=dice.between(45, 120))
            cents = row.amount_cents * dice.between(2, 6) // 100
            rows.append((who, later, "late_payment", cents + _yuan(dice, 20, 60)))
    return rows


# ---------------------------------------------------------------- survey


def _survey(seed: int, people: list[_Customer]) -> pd.DataFrame:
    """Ask everybody who bought before September 2025; not everybody answers."""
    dice = Dice(seed, 6)
    dimension = dict(
        zip(TYPES, ("price", "person", "convenience", "responsibility"), strict=True)
    )
    rows = []
    for person in people:
        if not person.order_days or person.order_days[0] >= date(2025, 9, 1):
            continue
        willing = ANSWER[person.type] + (-0.10 if person.has_left else 0.12)
        answers, delay = dice.chance(willing), min(int(dice.wait(14.0)), 85)
        habit = dice.normal(0.0, 0.45)  # some people tick high, some low
        scores = {}
        for kind, about in dimension.items():
            mean = 4.15 if kind == person.type else 2.85
            if about == "price" and person.type != "economic":
                mean += 0.25  # everybody minds the price a little
            raw = dice.normal(mean + habit, 0.90)
            scores[about] = min(max(round(raw), 1), 5)
        if answers:
            day = date(2025, 9, 1) + timedelta(days=delay)
            rows.append(
                {"customer_id": person.customer_id, "answered_on": day, **scores}
            )
    return pd.DataFrame(rows)


# ---------------------------------------------------------------- the till's export


def _dirty(seed: int, orders: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the till's raw export of one quarter, and what was planted, by line."""
    dice = Dice(seed, 7)
    begin, end = DIRTY_QUARTER
    quarter = orders[(orders["ordered_on"] >= begin) & (orders["ordered_on"] <= end)]
    clean: list[dict[str, Any]] = [
        {str(key): value for key, value in row.items()}
        for row in quarter.to_dict("records")
    ]
    for row in clean:
        row.update(problem="none", in_orders=True)
    _plant(dice, clean)
    rows = []
    for row in clean:
        rows.append(row)
        if row["problem"] == "duplicate":
            row["problem"] = "none"
            again = {**row, "problem": "duplicate", "in_orders": False}
            rows.append(again)
    next_id = len(orders) + 1
    for i in range(DIRTY_COUNTS["unknown_customer"]):
        like = dice.pick(clean)
        rows.append(
            {
                **like,
                "order_id": f"O{next_id + i:06d}",
                "customer_id": f"C{90_000 + dice.between(0, 9_999):05d}",
                "problem": "unknown_customer",
                "in_orders": False,
            }
        )
    # The till writes by the day, and within the day as it comes.
    shuffled = [(row["ordered_on"], dice.uniform(), row) for row in rows]
    shuffled.sort(key=lambda item: item[:2])
    dirty, truth = [], []
    for line, (_, _, row) in enumerate(shuffled, start=1):
        form = dice.pick(("iso", "day_first", "chinese"), (70, 20, 10))
        if row["problem"] == "impossible_date":
            form = "iso"
        dirty.append({"line": line, **_as_text(row, form)})
        truth.append(
            {
                "line": line,
                "problem": row["problem"],
                "date_format": form,
                "in_orders": row["in_orders"],
                "order_id": row["order_id"],
                "customer_id": row["customer_id"],
                "ordered_on": row["ordered_on"],
                "amount_cents": row["amount_cents"],
            }
        )
    return pd.DataFrame(dirty), pd.DataFrame(truth)


def _plant(dice: Dice, clean: list[dict[str, Any]]) -> None:
    """Mark which of the quarter's orders get which error, one each at most."""
    november = [i for i, row in enumerate(clean) if row["ordered_on"].day == 30]
    (i,) = dice.sample([i for i in november if clean[i]["ordered_on"].month == 11], 1)
    clean[i]["problem"] = "impossible_date"
    for problem in ("thousands_separator", "yuan_sign", "negative_amount"):
        # A separator needs a thousand yuan to separate.
        least = 100_000 if problem == "thousands_separator" else 0
        _mark(dice, clean, problem, least)
    for problem in ("trailing_space", "lower_case", "duplicate"):
        _mark(dice, clean, problem, 0)


def _mark(dice: Dice, clean: list[dict[str, Any]], problem: str, least: int) -> None:
    free = [
        i
        for i, row in enumerate(clean)
        if row["problem"] == "none" and row["amount_cents"] >= least
    ]
    for i in dice.sample(free, DIRTY_COUNTS[problem]):
        clean[i]["problem"] = problem


def _as_text(row: dict[str, Any], form: str) -> dict[str, str]:
    problem, day = row["problem"], row["ordered_on"]
    who = row["customer_id"]
    if problem == "trailing_space":
        who += "  "
    elif problem == "lower_case":
        who = who.lower()
    written = {
        "iso": f"{day:%Y-%m-%d}",
        "day_first": f"{day:%d/%m/%Y}",
        "chinese": f"{day.year}年{day.month}月{day.day}日",
    }[form]
    if problem == "impossible_date":
        written = "2025-11-31"
    amount = _in_yuan(row["amount_cents"])
    if problem == "thousands_separator":
        amount = f"{row['amount_cents'] // 100:,}.{row['amount_cents'] % 100:02d}"
    elif problem == "yuan_sign":
        amount = f"¥{amount}"
    elif problem == "negative_amount":
        amount = f"-{amount}"
    return {
        "order_id": row["order_id"],
        "customer_id": who,
        "ordered_on": written,
        "channel": row["channel"],
        "product_line": row["product_line"],
        "is_certified": "Y" if row["is_certified"] else "N",
        "list_yuan": _in_yuan(row["list_cents"]),
        "discount_yuan": _in_yuan(row["discount_cents"]),
        "amount_yuan": amount,
        "goods_cost_yuan": _in_yuan(row["goods_cost_cents"]),
    }


def _in_yuan(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


# ---------------------------------------------------------------- all tables


def make(seed: int) -> dict[str, pd.DataFrame]:
    """Make all tables of the company and their truth.

    Args:
        seed: any whole number from 0; the committed files have `SEED`.

    Returns:
        The tables by name, as `RESOURCES` describes them; days are `datetime.date`.

    >>> tables = make(1)
    >>> sorted(tables)[:3]
    ['company/activities', 'company/coupon_trial', 'company/customers']
    """
    people = _customers(seed)
    orders = _orders(seed, people)
    dirty, dirty_truth = _dirty(seed, orders)
    return {
        "company/customers": _customer_table(seed, people),
        "company/orders": orders,
        "company/service_costs": _costs(seed, people, orders),
        "company/activities": pd.DataFrame(
            {
                "activity": list(AVOIDABLE_PERCENT),
                "avoidable_percent": list(AVOIDABLE_PERCENT.values()),
            }
        ),
        "company/value_survey": _survey(seed, people),
        "company/coupon_trial": _coupon_trial(seed, people, orders),
        "company/orders_dirty": dirty,
        "truth/company/customers": _truth_table(people),
        "truth/company/orders_dirty": dirty_truth,
    }


def _customer_table(seed: int, people: list[_Customer]) -> pd.DataFrame:
    dice = Dice(seed, 8)
    budgets: list[int | None] = []
    for person in people:
        step = 100_000 if person.is_business else 5_000
        guess = person.budget_cents * max(dice.normal(1.0, 0.12), 0.5)
        known = dice.chance(0.92 if person.is_business else 0.79)
        budgets.append(max(round(guess / step), 1) * step if known else None)
    return pd.DataFrame(
        {
            "customer_id": [p.customer_id for p in people],
            "name": [p.name for p in people],
            "kind": [p.kind for p in people],
            "city": [p.city for p in people],
            "joined_on": [p.joined for p in people],
            "joined_through": [p.joined_through for p in people],
            "account_manager": [p.account_manager for p in people],
            "birth_year": pd.array([p.birth_year for p in people], dtype="Int64"),
            "income_band": [p.income_band for p in people],
            "annual_budget_cents": pd.array(budgets, dtype="Int64"),
        }
    )


def _truth_table(people: list[_Customer]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": [p.customer_id for p in people],
            "marketing_type": [p.type for p in people],
            "relationship": [p.relationship for p in people],
            "orders_per_year": [round(p.rate, 3) for p in people],
            "has_left": [p.has_left for p in people],
            "high_maintenance": [p.high_maintenance for p in people],
            "bargain_hunter": [p.bargain_hunter for p in people],
            "wallet_share_percent": [round(100 * p.wallet_share) for p in people],
            "annual_budget_cents": [p.budget_cents for p in people],
            "coupon_effect_percent": [
                None if p.is_business else round(100 * _coupon_effect(p))
                for p in people
            ],
        }
    )


# ---------------------------------------------------------------- schema

_CUSTOMER_ID: dict[str, Any] = {"pattern": r"C\d{5}"}
_DAYS: dict[str, Any] = {"minimum": START.isoformat(), "maximum": END.isoformat()}
_LINES = ["green", "black", "oolong", "puer", "teaware", "gift"]
_TO_CUSTOMERS = {"customer_id": ("company/customers", "customer_id")}


def _customer_id(**more: Any) -> dict[str, Any]:
    return column("customer_id", "string", "The customer.", **_CUSTOMER_ID, **more)


def _cents(name: str, meaning: str, *, least: int = 0, **more: Any) -> dict[str, Any]:
    return column(name, "integer", meaning, unit="cents", minimum=least, **more)


def _score(name: str, meaning: str) -> dict[str, Any]:
    return column(name, "integer", meaning, unit="points", minimum=1, maximum=5)


RESOURCES: list[dict[str, Any]] = [
    resource(
        "company/customers",
        "Customers of Qingyun Tea",
        [
            _customer_id(unique=True),
            column("name", "string", "Person or firm; names may repeat."),
            column(
                "kind",
                "string",
                "Kind of customer.",
                enum=["household", *BUSINESS],
            ),
            column("city", "string", "City of the customer.", enum=list(CITIES)),
            column(
                "joined_on",
                "date",
                "Day the customer was registered; the first order may come later.",
                minimum="2017-01-01",
                maximum=END.isoformat(),
            ),
            column(
                "joined_through",
                "string",
                "Where the customer was won.",
                enum=["shop", "web", "fair", "referral", "account_manager"],
            ),
            column(
                "account_manager",
                "string",
                "Who looks after the customer; empty when nobody does.",
                required=False,
                enum=list(MANAGERS),
            ),
            column(
                "birth_year",
                "integer",
                "Year of birth of a person, where known.",
                unit="year",
                required=False,
                minimum=1930,
                maximum=2010,
            ),
            column(
                "income_band",
                "string",
                "Income of a household, where known.",
                required=False,
                enum=["low", "middle", "high"],
            ),
            _cents(
                "annual_budget_cents",
                "What the customer spends a year on tea with all suppliers, as the "
                "firm estimates it; empty where unknown.",
                required=False,
            ),
        ],
        key="customer_id",
    ),
    resource(
        "company/orders",
        "Orders, one line each",
        [
            column("order_id", "string", "The order.", pattern=r"O\d{6}", unique=True),
            _customer_id(),
            column("ordered_on", "date", "Day of the order.", **_DAYS),
            column(
                "channel",
                "string",
                "How the order came in.",
                enum=["shop", "web", "phone", "visit"],
            ),
            column("product_line", "string", "What was bought.", enum=_LINES),
            column(
                "is_certified", "boolean", "Organic or fair-trade product, or neither."
            ),
            _cents("list_cents", "Value at list prices.", least=1),
            _cents("discount_cents", "Taken off the list value."),
            _cents("amount_cents", "Charged: list value less discount.", least=1),
            _cents("goods_cost_cents", "What the goods cost the firm.", least=1),
        ],
        key="order_id",
        references=_TO_CUSTOMERS,
    ),
    resource(
        "company/service_costs",
        "What serving each customer cost, by activity",
        [
            column("cost_id", "string", "The entry.", pattern=r"K\d{6}", unique=True),
            _customer_id(),
            column("incurred_on", "date", "Day of the cost.", **_DAYS),
            column(
                "activity",
                "string",
                "What was done; return and late_payment are losses booked.",
                enum=list(AVOIDABLE_PERCENT),
            ),
            _cents("cost_cents", "Cost booked to the customer.", least=1),
        ],
        key="cost_id",
        references={
            **_TO_CUSTOMERS,
            "activity": ("company/activities", "activity"),
        },
    ),
    resource(
        "company/activities",
        "How much of an activity's booked cost goes away when it stops",
        [
            column(
                "activity",
                "string",
                "The activity of company/service_costs.",
                enum=list(AVOIDABLE_PERCENT),
                unique=True,
            ),
            column(
                "avoidable_percent",
                "integer",
                "Share of the booked cost that the firm saves within a year when the "
                "activity stops; the rest (salaries, van, rent) stays.",
                unit="per cent",
                minimum=0,
                maximum=100,
            ),
        ],
        key="activity",
    ),
    resource(
        "company/value_survey",
        "Survey of autumn 2025: what matters when buying tea",
        [
            _customer_id(unique=True),
            column("answered_on", "date", "Day of the answer.", **_DAYS),
            _score("price", "A good price matters: 1 not at all, 5 very much."),
            _score("person", "Being known and advised matters."),
            _score("convenience", "Saving time and trips matters."),
            _score("responsibility", "A firm that acts responsibly matters."),
        ],
        key="customer_id",
        references=_TO_CUSTOMERS,
    ),
    resource(
        "company/coupon_trial",
        "A coupon of 20 % off sent by lot to half of 1,200 households on 2025-10-09",
        [
            _customer_id(unique=True),
            column("sent", "boolean", "The lot gave this household a coupon."),
            column(
                "bought_within_30_days",
                "boolean",
                "An order from 2025-10-09 to 2025-11-07, both included.",
            ),
        ],
        key="customer_id",
        references=_TO_CUSTOMERS,
    ),
    resource(
        "company/orders_dirty",
        "The till's raw export of the orders of 2025 Q4, errors and all",
        [
            column("line", "integer", "Line of the export.", minimum=1, unique=True),
            column("order_id", "string", "The order; may come twice."),
            column("customer_id", "string", "The customer, as typed."),
            column(
                "ordered_on", "string", "Day, in the writing of one of three tills."
            ),
            column("channel", "string", "How the order came in."),
            column("product_line", "string", "What was bought."),
            column("is_certified", "string", "Y or N."),
            column("list_yuan", "string", "Value at list prices, as printed."),
            column("discount_yuan", "string", "Discount, as printed."),
            column("amount_yuan", "string", "Charged, as printed."),
            column("goods_cost_yuan", "string", "Cost of the goods, as printed."),
        ],
        key="line",
    ),
    resource(
        "truth/company/customers",
        "What was drawn for each customer",
        [
            _customer_id(unique=True),
            column("marketing_type", "string", "True type.", enum=list(TYPES)),
            column(
                "relationship",
                "boolean",
                "True for a relationship customer, false for a transaction customer.",
            ),
            column(
                "orders_per_year",
                "number",
                "True rate of ordering while the customer is with the firm.",
                unit="orders a year",
                minimum=0,
            ),
            column("has_left", "boolean", "Has left for good by 2025-12-31."),
            column(
                "high_maintenance",
                "boolean",
                "A business drawn to get many visits, deep discounts, returns and to "
                "pay late.",
            ),
            column(
                "bargain_hunter",
                "boolean",
                "A household that buys at deep discount only.",
            ),
            column(
                "wallet_share_percent",
                "integer",
                "True share of the customer's tea budget spent here.",
                unit="per cent",
                minimum=0,
                maximum=100,
            ),
            _cents("annual_budget_cents", "True tea budget a year, all suppliers."),
            column(
                "coupon_effect_percent",
                "integer",
                "What the coupon truly adds to the chance of buying within 30 days; "
                "empty for businesses, which were not in the trial.",
                unit="percentage points",
                required=False,
                minimum=0,
                maximum=100,
            ),
        ],
        key="customer_id",
    ),
    resource(
        "truth/company/orders_dirty",
        "What was planted in the till's export, line by line",
        [
            column("line", "integer", "Line of the export.", minimum=1, unique=True),
            column(
                "problem", "string", "What was planted.", enum=["none", *DIRTY_COUNTS]
            ),
            column(
                "date_format",
                "string",
                "How the date is written.",
                enum=["iso", "day_first", "chinese"],
            ),
            column(
                "in_orders",
                "boolean",
                "The line belongs in company/orders: it is no duplicate and its "
                "customer exists.",
            ),
            column("order_id", "string", "True order.", pattern=r"O\d{6}"),
            column("customer_id", "string", "True customer.", pattern=r"C\d{5}"),
            column("ordered_on", "date", "True day.", **_DAYS),
            _cents("amount_cents", "True amount charged.", least=1),
        ],
        key="line",
    ),
]
