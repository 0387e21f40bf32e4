"""Qingyun Tea: what passes between the firm and its customers, campaigns and service.

A second part of the family `company`, with random streams of its own, so that the
tables of the first part stay as they are. It takes customers, orders and their truth as
given and adds whom the firm wrote to, who answered, who asked for help, how long that
took, and what the customer thought of it.

The orders were drawn before, so no campaign moved one of them, except the coupon of
October 2025, which is the trial of `company/coupon_trial`. Likewise leaving was drawn
before the requests: a slow answer is a sign of leaving here, not its cause.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from course.generator import company
from course.generator.company import BUSINESS, END, START, TYPES, Dice
from course.generator.schema import field as column
from course.generator.schema import resource

TITLE = "Qingyun Tea (青云茶行): campaigns, who was written to, and service requests"
SEED = company.SEED


# ---------------------------------------------------------------- what is planted

# Chance in per cent that one who is written to answers, by what the text appeals to and
# by true type. Who has left answers a fifth as often.
RESPONSE_PERCENT = {
    "price": (34, 10, 14, 8),
    "person": (10, 32, 11, 14),
    "convenience": (12, 10, 26, 9),
    "responsibility": (8, 12, 9, 38),
}
LEFT_ANSWERS_ONE_IN = 5
HELD_OUT_PERCENT = 20  # of each audience, by lot; the coupon's trial has its own lot


@dataclass(frozen=True)
class _Campaign:
    campaign_id: str
    name: str
    starts_on: date
    channel: str
    appeal: str
    audience: str
    fixed_yuan: int
    contact_cents: int


_RECENT = "households with an order in the last 120 days"
_IDLE = "households with an order, but none for 270 days"
_ALL = "households with an order in the last 365 days"
_FIRMS = "businesses with an order in the last 365 days"
_COUPON = "the households of the coupon trial"

# Cents a contact: letter 320, telephone 900, message 12.
_PLAN = (
    ("Spring tea 2023", date(2023, 3, 20), "letter", "person", _RECENT, 2600, 320),
    ("Order by telephone", date(2023, 6, 5), "letter", "convenience", _ALL, 2100, 320),
    ("Mid-autumn gifts 2023", date(2023, 9, 4), "telephone", "person", _FIRMS, 0, 900),
    ("We miss you", date(2023, 11, 13), "letter", "price", _IDLE, 1900, 320),
    ("Spring tea 2024", date(2024, 3, 18), "message", "person", _RECENT, 900, 12),
    ("The tea farm's report", date(2024, 5, 27), "letter", "responsibility", _ALL, 3400,
     320),
    ("Mid-autumn gifts 2024", date(2024, 8, 22), "telephone", "price", _FIRMS, 0, 900),
    ("Come back for less", date(2024, 11, 11), "message", "price", _IDLE, 700, 12),
    ("Spring tea 2025", date(2025, 3, 17), "message", "person", _RECENT, 900, 12),
    ("Tea by subscription", date(2025, 5, 19), "message", "convenience", _ALL, 1500,
     12),
    ("Mid-autumn gifts 2025", date(2025, 9, 8), "telephone", "person", _FIRMS, 0, 900),
    ("Coupon of 20 %", company.TRIAL_START, "letter", "price", _COUPON, 1200, 320),
)  # fmt: skip
CAMPAIGNS = tuple(
    _Campaign(f"M{i:02d}", *plan) for i, plan in enumerate(_PLAN, start=1)
)

# Chance in per cent that an order leads to a request, by who ordered.
REQUEST_PERCENT = {"household": 8, "business": 7, "high_maintenance": 22}
# Of households that left, how many had asked for help shortly before, and waited.
PARTING_PERCENT = 22
TOPICS = ("delivery", "quality", "invoice", "exchange", "advice")
TOPIC_WEIGHTS = {"household": (30, 22, 6, 18, 24), "business": (28, 16, 26, 14, 16)}
# Days to an answer: the median; the sigma of the logarithm is HANDLING_SPREAD.
HANDLING_DAYS = {
    "delivery": 1.6,
    "quality": 3.4,
    "invoice": 2.0,
    "exchange": 2.8,
    "advice": 0.7,
}
HANDLING_SPREAD = 0.75
# For a quarter two of four desks were empty, and everything took longer.
SHORT_STAFFED = (date(2024, 9, 1), date(2024, 11, 30))
SHORT_STAFFED_FACTOR = 2.2
PARTING_FACTOR = 2.5
# Overdue after a week. Since 2024 the system escalates by itself; before, somebody had
# to think of it.
OVERDUE_DAYS = 7
ESCALATES_SINCE = date(2024, 1, 1)
BY_HAND_PERCENT = 40
# What a day of waiting takes off the mark from 1 to 5.
IMPATIENCE = {
    "economic": 0.20,
    "individual": 0.20,
    "convenience": 0.38,
    "moral": 0.14,
}
# Who answers the question after a request, in per cent, by the mark that he would give.
MARKED_PERCENT = {1: 62, 2: 40, 3: 22, 4: 30, 5: 48}
REQUEST_CHANNELS = ("phone", "web", "shop", "message")
REQUEST_CHANNEL_WEIGHTS = {
    "economic": (34, 30, 26, 10),
    "individual": (52, 8, 32, 8),
    "convenience": (14, 50, 4, 32),
    "moral": (34, 26, 28, 12),
}


# ---------------------------------------------------------------- what is given


@dataclass(frozen=True)
class _Customer:
    customer_id: str
    is_business: bool
    type: str
    has_left: bool
    high_maintenance: bool
    days: tuple[date, ...]  # of all orders, in order

    def last_before(self, day: date) -> date | None:
        n = bisect_left(self.days, day)
        return self.days[n - 1] if n else None


def _customers(given: dict[str, pd.DataFrame]) -> list[_Customer]:
    orders = given["company/orders"]
    days = {
        str(who): tuple(sorted(own))
        for who, own in orders.groupby("customer_id")["ordered_on"]
    }
    kinds = given["company/customers"]["kind"].tolist()
    truth = given["truth/company/customers"].itertuples(index=False)
    return [
        _Customer(
            customer_id=str(row.customer_id),
            is_business=kind in BUSINESS,
            type=str(row.marketing_type),
            has_left=bool(row.has_left),
            high_maintenance=bool(row.high_maintenance),
            days=days.get(str(row.customer_id), ()),
        )
        for row, kind in zip(truth, kinds, strict=True)
    ]


# ---------------------------------------------------------------- campaigns


def _is_meant(campaign: _Campaign, person: _Customer) -> bool:
    """Whether *person* belongs to the audience, as known on the evening before."""
    last = person.last_before(campaign.starts_on)
    if last is None:
        return False
    idle = (campaign.starts_on - last).days
    if campaign.audience == _FIRMS:
        return person.is_business and idle <= 365
    if person.is_business:
        return False
    if campaign.audience == _RECENT:
        return idle <= 120
    return idle > 270 if campaign.audience == _IDLE else idle <= 365


def _contacts(
    seed: int, people: list[_Customer], trial: pd.DataFrame
) -> list[dict[str, Any]]:
    rows = []
    for i, campaign in enumerate(CAMPAIGNS):
        if campaign.audience == _COUPON:
            rows += _coupon_contacts(campaign, trial)
            continue
        dice = Dice(seed, 200 + i)
        percents = RESPONSE_PERCENT[campaign.appeal]
        # Letters and messages go out in a day, telephone calls over two weeks.
        spell = 13 if campaign.channel == "telephone" else 0
        for person in people:
            if not _is_meant(campaign, person):
                continue
            written_to = not dice.chance(HELD_OUT_PERCENT / 100)
            willing = percents[TYPES.index(person.type)] / 100
            # Leaving counts from the last order on.
            if person.has_left and person.days[-1] < campaign.starts_on:
                willing /= LEFT_ANSWERS_ONE_IN
            answers = dice.chance(willing)
            day = campaign.starts_on + timedelta(days=dice.between(0, spell))
            rows.append(
                {
                    "campaign_id": campaign.campaign_id,
                    "customer_id": person.customer_id,
                    "contacted_on": day,
                    "written_to": written_to,
                    "cost_cents": campaign.contact_cents if written_to else 0,
                    "responded": written_to and answers,
                }
            )
    for n, row in enumerate(rows, start=1):
        row["contact_id"] = f"P{n:06d}"
    return rows


def _coupon_contacts(campaign: _Campaign, trial: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "campaign_id": campaign.campaign_id,
            "customer_id": row.customer_id,
            "contacted_on": campaign.starts_on,
            "written_to": bool(row.sent),
            "cost_cents": campaign.contact_cents if row.sent else 0,
            "responded": bool(row.sent and row.bought_within_30_days),
        }
        for row in trial.itertuples(index=False)
    ]


def _campaign_tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    table = pd.DataFrame(
        {
            "campaign_id": c.campaign_id,
            "name": c.name,
            "starts_on": c.starts_on,
            "channel": c.channel,
            "appeal": c.appeal,
            "audience": c.audience,
            "fixed_cost_cents": c.fixed_yuan * 100,
        }
        for c in CAMPAIGNS
    )
    truth = pd.DataFrame(
        {
            "campaign_id": c.campaign_id,
            **{
                f"response_{kind}_percent": (
                    None if c.audience == _COUPON else RESPONSE_PERCENT[c.appeal][i]
                )
                for i, kind in enumerate(TYPES)
            },
            "moved_orders": c.audience == _COUPON,
        }
        for c in CAMPAIGNS
    )
    return table, truth


# ---------------------------------------------------------------- service


def _requests(seed: int, people: list[_Customer]) -> list[dict[str, Any]]:
    dice = Dice(seed, 300)
    rows = []
    for person in people:
        kind = "business" if person.is_business else "household"
        percent = REQUEST_PERCENT[
            "high_maintenance" if person.high_maintenance else kind
        ]
        for day in person.days:
            if dice.chance(percent / 100):
                opened = day + timedelta(days=dice.between(0, 9))
                rows.append(_request(dice, person, opened, parting=False))
        leaves = person.has_left and bool(person.days) and not person.is_business
        if leaves and dice.chance(PARTING_PERCENT / 100):
            opened = person.days[-1] + timedelta(days=dice.between(1, 21))
            rows.append(_request(dice, person, opened, parting=True))
    rows = [row for row in rows if START <= row["opened_on"] <= END]
    rows.sort(key=lambda row: (row["opened_on"], row["customer_id"], row["topic"]))
    for n, row in enumerate(rows, start=1):
        row["request_id"] = f"R{n:06d}"
    return rows


def _request(
    dice: Dice, person: _Customer, opened: date, *, parting: bool
) -> dict[str, Any]:
    """Draw one request. Everything is drawn each time, so that streams stay in step."""
    kind = "business" if person.is_business else "household"
    topic = dice.pick(TOPICS, TOPIC_WEIGHTS[kind])
    channel = dice.pick(REQUEST_CHANNELS, REQUEST_CHANNEL_WEIGHTS[person.type])
    days = dice.skewed(HANDLING_DAYS[topic], HANDLING_SPREAD)
    if SHORT_STAFFED[0] <= opened <= SHORT_STAFFED[1]:
        days *= SHORT_STAFFED_FACTOR
    if parting:
        days *= PARTING_FACTOR
    waited = min(int(days), 60)
    closed = opened + timedelta(days=waited)
    still_open = closed > END
    overdue = min(waited, (END - opened).days) > OVERDUE_DAYS
    by_hand = dice.chance(BY_HAND_PERCENT / 100)
    mark = 4.7 - IMPATIENCE[person.type] * min(waited, 14)
    mark += dice.normal(0.0, 0.75) - (0.5 if topic == "quality" else 0.0)
    satisfaction = min(max(round(mark), 1), 5)
    answers = dice.chance(MARKED_PERCENT[satisfaction] / 100)
    return {
        "customer_id": person.customer_id,
        "opened_on": opened,
        "closed_on": None if still_open else closed,
        "topic": topic,
        "channel": channel,
        "is_escalated": overdue and (opened >= ESCALATES_SINCE or by_hand),
        "satisfaction": satisfaction if answers and not still_open else None,
        "true_satisfaction": None if still_open else satisfaction,
        "is_parting": parting,
    }


# ---------------------------------------------------------------- all tables


def make(seed: int) -> dict[str, pd.DataFrame]:
    """Make the campaigns, the contacts and the service requests, and their truth.

    Args:
        seed: any whole number from 0; the committed files have `SEED`. The customers
            and orders are those of `company.make` with the same seed.

    Returns:
        The tables by name, as `RESOURCES` describes them; days are `datetime.date`.
    """
    given = company.make(seed)
    people = _customers(given)
    campaigns, campaigns_truth = _campaign_tables()
    contacts = _contacts(seed, people, given["company/coupon_trial"])
    requests = pd.DataFrame(_requests(seed, people))
    for name in ("satisfaction", "true_satisfaction"):
        requests[name] = requests[name].astype("Int64")
    return {
        "company/campaigns": campaigns,
        "company/campaign_contacts": pd.DataFrame(contacts),
        "company/service_requests": requests.drop(
            columns=["true_satisfaction", "is_parting"]
        ),
        "truth/company/campaigns": campaigns_truth,
        "truth/company/service_requests": requests[
            ["request_id", "true_satisfaction", "is_parting"]
        ].rename(columns={"true_satisfaction": "satisfaction"}),
    }


# ---------------------------------------------------------------- schema

_DAYS: dict[str, Any] = {"minimum": START.isoformat(), "maximum": END.isoformat()}
_TO_CUSTOMERS = {"customer_id": ("company/customers", "customer_id")}


def _customer_id() -> dict[str, Any]:
    return column("customer_id", "string", "The customer.", pattern=r"C\d{5}")


def _campaign_id(**more: Any) -> dict[str, Any]:
    return column("campaign_id", "string", "The campaign.", pattern=r"M\d{2}", **more)


def _request_id() -> dict[str, Any]:
    return column(
        "request_id", "string", "The request.", pattern=r"R\d{6}", unique=True
    )


def _mark(meaning: str) -> dict[str, Any]:
    return column(
        "satisfaction",
        "integer",
        meaning,
        unit="points",
        required=False,
        minimum=1,
        maximum=5,
    )


RESOURCES: list[dict[str, Any]] = [
    resource(
        "company/campaigns",
        "Twelve campaigns, 2023 to 2025",
        [
            _campaign_id(unique=True),
            column("name", "string", "What the firm calls it."),
            column("starts_on", "date", "First day of writing.", **_DAYS),
            column(
                "channel",
                "string",
                "How customers were addressed.",
                enum=["letter", "telephone", "message"],
            ),
            column(
                "appeal",
                "string",
                "What the text appeals to.",
                enum=list(RESPONSE_PERCENT),
            ),
            column(
                "audience",
                "string",
                "Who was meant, as known on the evening before.",
                enum=[_RECENT, _IDLE, _ALL, _FIRMS, _COUPON],
            ),
            column(
                "fixed_cost_cents",
                "integer",
                "Design and print, whatever the number of contacts.",
                unit="cents",
                minimum=0,
            ),
        ],
        key="campaign_id",
    ),
    resource(
        "company/campaign_contacts",
        "Who was meant by a campaign, who was written to, and who answered",
        [
            column(
                "contact_id", "string", "The entry.", pattern=r"P\d{6}", unique=True
            ),
            _campaign_id(),
            _customer_id(),
            column(
                "contacted_on",
                "date",
                "Day of the contact; for those held out the day it would have been.",
                **_DAYS,
            ),
            column(
                "written_to",
                "boolean",
                "False for those of the audience whom the lot held out.",
            ),
            column(
                "cost_cents",
                "integer",
                "Postage, call or message; 0 for those held out.",
                unit="cents",
                minimum=0,
            ),
            column(
                "responded",
                "boolean",
                "Answered: called back, came, clicked; for the coupon, an order within "
                "30 days. An answer is not yet an order.",
            ),
        ],
        key="contact_id",
        references={
            **_TO_CUSTOMERS,
            "campaign_id": ("company/campaigns", "campaign_id"),
        },
    ),
    resource(
        "company/service_requests",
        "What customers asked for after their orders, and how it went",
        [
            _request_id(),
            _customer_id(),
            column("opened_on", "date", "Day of the request.", **_DAYS),
            column(
                "closed_on",
                "date",
                "Day of the answer; empty while it is open on 2025-12-31.",
                required=False,
                **_DAYS,
            ),
            column("topic", "string", "What it was about.", enum=list(TOPICS)),
            column("channel", "string", "How it came in.", enum=list(REQUEST_CHANNELS)),
            column(
                "is_escalated",
                "boolean",
                "Passed on to the owner because it was overdue (more than 7 days).",
            ),
            _mark(
                "Mark given after the answer, 1 bad to 5 good; empty when none was "
                "given."
            ),
        ],
        key="request_id",
        references=_TO_CUSTOMERS,
    ),
    resource(
        "truth/company/campaigns",
        "What was drawn for each campaign",
        [
            _campaign_id(unique=True),
            *(
                column(
                    f"response_{kind}_percent",
                    "integer",
                    f"Chance that a customer of the {kind} type answers; a fifth of it "
                    "for one who has left. Empty for the coupon.",
                    unit="per cent",
                    required=False,
                    minimum=0,
                    maximum=100,
                )
                for kind in TYPES
            ),
            column(
                "moved_orders",
                "boolean",
                "Whether it changed anybody's orders: only the coupon did, by "
                "coupon_effect_percent of truth/company/customers.",
            ),
        ],
        key="campaign_id",
    ),
    resource(
        "truth/company/service_requests",
        "What every customer with a request would have said, and who was leaving",
        [
            _request_id(),
            _mark("Mark the customer would give; empty while the request is open."),
            column(
                "is_parting",
                "boolean",
                "Drawn because the customer was about to leave.",
            ),
        ],
        key="request_id",
    ),
]
