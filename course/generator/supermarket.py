"""A supermarket chain that standardised its contact diary: synthetic and seeded.

The course names such a case and tells nothing of it. Here 48 stores sell for three
years. Twelve, chosen by head office, get a standard diary at the start of 2024; twelve
more, drawn by lot from the rest, at the start of 2025; 24 never do. All stores grow.
The stores that head office chose were larger and grew faster before any diary came.

Only uniform random numbers are taken from numpy, by way of `Dice`, so that another
version of numpy makes the same files.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from course.generator.company import Dice
from course.generator.schema import field as column
from course.generator.schema import resource

TITLE = "A supermarket chain before and after it standardised its contact diary"
SEED = 20_240_101

FIRST_WEEK = date(2023, 1, 2)  # a Monday; three times 52 weeks
N_WEEKS = 156
STARTS = {"head office": date(2024, 1, 1), "lot": date(2024, 12, 30)}

# ---------------------------------------------------------------- what is planted

N_STORES, N_CHOSEN, N_BY_LOT = 48, 12, 12

# What a standard diary adds to a store's sales: mean and spread over the stores.
EFFECT = (0.020, 0.004)
# Growth a year of every store; what the chosen ones had on top; spread of the stores.
GROWTH, CHOSEN_GROWTH, GROWTH_SPREAD = 0.055, 0.040, 0.010
# Weekly sales in yuan: median, sigma of the logarithm; the chosen ones are larger.
WEEKLY_SALES, CHOSEN_SIZE = (380_000, 0.30), 1.6
# Noise of a store's week, and how much of it stays for the next.
NOISE, STAYS = 0.030, 0.40
RECEIPT = 6_200  # cents, what a receipt comes to

# The diaries of six stores of the lot: what happens at the desk, what is written down.
N_DIARIES = 6
EVENTS_A_WEEK = 6.0
KINDS = {
    "complaint": 0.30,
    "special order": 0.25,
    "return": 0.20,
    "question": 0.15,
    "praise": 0.10,
}
WRITTEN = {"before": 0.40, "after": 0.85}  # chance that an event is written down
NEEDS_FOLLOW_UP = {"complaint": 0.60, "special order": 1.0}
KEPT = {"before": 0.55, "after": 0.85}  # chance that a promise is kept
HAS_NAME, HAS_DAY, HAS_INITIALS, IS_CHINESE = 0.45, 0.30, 0.35, 0.40
# One store's cold shelf fails in the summer of 2025: yoghurt complaints.
BROKEN_SHELF = (date(2025, 6, 2), date(2025, 8, 25))
BROKEN_EVENTS_A_WEEK = 3.0

# Item: in Chinese.
ITEMS = {
    "yoghurt": "酸奶",
    "milk": "牛奶",
    "tofu": "豆腐",
    "eggs": "鸡蛋",
    "pork": "猪肉",
    "fish": "鱼",
    "vegetables": "蔬菜",
    "fruit": "水果",
    "rice": "大米",
    "cooking oil": "食用油",
    "tea": "茶叶",
    "mooncakes": "月饼",
}
_SURNAMES = {
    "Wang": "王",
    "Li": "李",
    "Zhang": "张",
    "Liu": "刘",
    "Chen": "陈",
    "Yang": "杨",
    "Zhao": "赵",
    "Huang": "黄",
    "Zhou": "周",
    "Wu": "吴",
    "Xu": "徐",
    "Sun": "孙",
}
# What a note says of an event, in English and in Chinese.
_WORDS = {
    "complaint": (
        ("{item} was off, customer angry", "{item} sour again??", "compl. {item}"),
        ("{item}坏了，顾客很生气", "顾客投诉{item}", "{item}又不新鲜"),
    ),
    "special order": (
        ("wants 20 x {item} for a wedding", "order: {item}, big", "{item} for sat?"),
        ("要订一批{item}", "订{item}，量大", "婚宴要{item}"),
    ),
    "return": (
        ("took back {item}", "{item} returned, no receipt", "return {item} ok"),
        ("退{item}", "{item}退货，没有小票", "换了{item}"),
    ),
    "question": (
        ("asked when {item} comes in", "{item} where?", "asks price of {item}"),
        ("问{item}什么时候到", "问{item}在哪里", "问{item}价格"),
    ),
    "praise": (
        ("likes our {item}", "says thanks, {item} good", "happy with {item}"),
        ("说{item}好", "表扬{item}", "{item}很满意"),
    ),
}
_PROMISES = (
    ("call back", "will ring", "get back to them"),
    ("回电话", "要回复", "待联系"),
)
_STAFF = ("Luo Fen", "Deng Hui", "Tan Bo", "Xie Ning")

_CITIES = {
    "Chengdu": 20,
    "Mianyang": 8,
    "Deyang": 6,
    "Leshan": 5,
    "Yibin": 5,
    "Nanchong": 4,
}


@dataclass(frozen=True)
class _Store:
    store_id: str
    city: str
    floor_m2: int
    chosen_by: str | None
    starts_on: date | None
    weekly_yuan: float
    growth: float
    effect: float


def _stores(seed: int) -> list[_Store]:
    dice = Dice(seed, 1)
    numbers = list(range(1, N_STORES + 1))
    mixed = dice.sample(numbers, N_STORES)
    chosen, by_lot = set(mixed[:N_CHOSEN]), set(mixed[N_CHOSEN : N_CHOSEN + N_BY_LOT])
    cities = [city for city, count in _CITIES.items() for _ in range(count)]
    cities = dice.sample(cities, N_STORES)
    # Growth and effect are spread evenly over each group, so that a group's mean is
    # what the card says and only its weeks are left to chance.
    growths = _even(dice, chosen, by_lot, GROWTH_SPREAD)
    effects = _even(dice, chosen, by_lot, EFFECT[1])
    stores = []
    for number in numbers:
        by = None
        if number in chosen:
            by = "head office"
        elif number in by_lot:
            by = "lot"
        size = CHOSEN_SIZE if by == "head office" else 1.0
        weekly = dice.skewed(*WEEKLY_SALES) * size
        stores.append(
            _Store(
                store_id=f"M{number:02d}",
                city=cities[number - 1],
                floor_m2=round(weekly / 260 * dice.skewed(1.0, 0.12) / 10) * 10,
                chosen_by=by,
                starts_on=STARTS[by] if by else None,
                weekly_yuan=weekly,
                growth=GROWTH
                + (CHOSEN_GROWTH if by == "head office" else 0.0)
                + growths[number],
                effect=EFFECT[0] + effects[number] if by else 0.0,
            )
        )
    return stores


def _even(
    dice: Dice, chosen: set[int], by_lot: set[int], spread: float
) -> dict[int, float]:
    """Spread normal deviations evenly over each group, in random order."""
    rest = set(range(1, N_STORES + 1)) - chosen - by_lot
    deviations = {}
    for group in (chosen, by_lot, rest):
        steps = [
            math.sqrt(3) * spread * (2 * (i + 0.5) / len(group) - 1)
            for i in range(len(group))
        ]
        for number, step in zip(
            sorted(group), dice.sample(steps, len(steps)), strict=True
        ):
            deviations[number] = step
    return deviations


def _season(week: date) -> float:
    """Return how far a week lies from the year's mean, as a logarithm."""
    wave = 0.03 * math.cos(2 * math.pi * (week.timetuple().tm_yday - 20) / 365)
    if week.month in (1, 2) and (date(week.year, 1, 14) <= week):
        wave += 0.12 if week < date(week.year, 2, 10) else -0.06
    if week.month == 9 and week.day > 14:
        wave += 0.06
    return wave


def _sales(seed: int, stores: list[_Store]) -> pd.DataFrame:
    dice = Dice(seed, 2)
    rows = []
    for store in stores:
        left = 0.0
        for number in range(N_WEEKS):
            week = FIRST_WEEK + timedelta(weeks=number)
            left = STAYS * left + dice.normal(0.0, NOISE * math.sqrt(1 - STAYS**2))
            level = math.log(store.weekly_yuan) + _season(week) + left
            level += math.log1p(store.growth) * number / 52
            if store.starts_on and week >= store.starts_on:
                level += math.log1p(store.effect)
            cents = round(100 * math.exp(level))
            receipts = cents / RECEIPT / math.exp(0.02 * number / 52)
            rows.append(
                {
                    "week_id": f"{store.store_id}-{week:%Y-%m-%d}",
                    "store_id": store.store_id,
                    "week_on": week,
                    "sales_cents": cents,
                    "n_receipts": round(receipts * dice.skewed(1.0, 0.01)),
                }
            )
    return pd.DataFrame(rows)


# ---------------------------------------------------------------- the diaries


@dataclass(frozen=True)
class _Event:
    store_id: str
    day: date
    kind: str
    item: str
    surname: str
    staff: str
    needs_follow_up: bool
    promised_on: date
    done_on: date | None
    is_written: bool


def _events(seed: int, stores: list[_Store]) -> list[_Event]:
    dice = Dice(seed, 3)
    kept_by = [store for store in stores if store.chosen_by == "lot"][:N_DIARIES]
    events = []
    for store in kept_by:
        assert store.starts_on is not None
        for number in range(52, N_WEEKS):  # the diaries begin in 2024
            week = FIRST_WEEK + timedelta(weeks=number)
            when = "before" if week < store.starts_on else "after"
            extra = 0
            if store is kept_by[0] and BROKEN_SHELF[0] <= week <= BROKEN_SHELF[1]:
                extra = dice.count(BROKEN_EVENTS_A_WEEK)
            usual = dice.count(EVENTS_A_WEEK)
            for i in range(usual + extra):
                kind = dice.pick(list(KINDS), list(KINDS.values()))
                item = dice.pick(list(ITEMS))
                if i >= usual:
                    kind, item = "complaint", "yoghurt"
                day = week + timedelta(days=dice.between(0, 6))
                needs = dice.chance(NEEDS_FOLLOW_UP.get(kind, 0.0))
                promised = day + timedelta(days=dice.between(1, 5))
                kept = dice.chance(KEPT[when])
                done = promised + timedelta(days=dice.between(-1, 1))
                events.append(
                    _Event(
                        store_id=store.store_id,
                        day=day,
                        kind=kind,
                        item=item,
                        surname=dice.pick(list(_SURNAMES)),
                        staff=dice.pick(_STAFF),
                        needs_follow_up=needs,
                        promised_on=promised,
                        done_on=max(done, day) if needs and kept else None,
                        is_written=dice.chance(WRITTEN[when]),
                    )
                )
    return sorted(events, key=lambda event: (event.day, event.store_id))


def _note(dice: Dice, event: _Event) -> str:
    """Write an event down as people do when no form asks them anything."""
    chinese = int(dice.chance(IS_CHINESE))
    item = ITEMS[event.item] if chinese else event.item
    parts = [dice.pick(_WORDS[event.kind][chinese]).format(item=item)]
    if dice.chance(HAS_NAME):
        name = _SURNAMES[event.surname] + "女士" if chinese else f"Ms {event.surname}"
        parts.insert(0, name)
    if event.needs_follow_up:
        promise = dice.pick(_PROMISES[chinese])
        if dice.chance(HAS_DAY):
            day = event.promised_on
            name = "周" + "一二三四五六日"[day.weekday()] if chinese else f"{day:%A}"
            promise += " " + dice.pick(
                (f"{day.month}/{day.day}", f"{day:%d.%m.}", name)
            )
        parts.append(promise)
    if dice.chance(HAS_INITIALS):
        parts.append("".join(word[0] for word in event.staff.split()))
    return ("，" if chinese else ", ").join(parts)


def make(seed: int) -> dict[str, pd.DataFrame]:
    """Make all tables of the chain and their truth.

    Args:
        seed: any whole number from 0; the committed files have `SEED`.

    Returns:
        The tables by name, as `RESOURCES` describes them.

    >>> tables = make(1)
    >>> len(tables["supermarket/stores"]), len(tables["supermarket/sales"])
    (48, 7488)
    """
    stores = _stores(seed)
    dice = Dice(seed, 4)
    notes: list[dict[str, Any]] = []
    entries: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    happened: dict[tuple[str, date], dict[str, Any]] = {}
    for event in _events(seed, stores):
        week = event.day - timedelta(days=event.day.weekday())
        of_week = happened.setdefault(
            (event.store_id, week),
            {
                "week_id": f"{event.store_id}-{week:%Y-%m-%d}",
                "store_id": event.store_id,
                "week_on": week,
                "n_events": 0,
                "n_complaints": 0,
                "n_promises": 0,
                "n_kept": 0,
            },
        )
        of_week["n_events"] += 1
        of_week["n_complaints"] += event.kind == "complaint"
        of_week["n_promises"] += event.needs_follow_up
        of_week["n_kept"] += event.done_on is not None
        if not event.is_written:
            continue
        if event.day < STARTS["lot"]:
            notes.append(
                {
                    "note_id": f"N{len(notes) + 1:04d}",
                    "store_id": event.store_id,
                    "written_on": event.day,
                    "note": _note(dice, event),
                }
            )
            told.append(
                {
                    "note_id": notes[-1]["note_id"],
                    "kind": event.kind,
                    "item": event.item,
                    "needs_follow_up": event.needs_follow_up,
                    "was_kept": event.done_on is not None,
                }
            )
        else:
            entries.append(
                {
                    "entry_id": f"E{len(entries) + 1:04d}",
                    "store_id": event.store_id,
                    "happened_on": event.day,
                    "kind": event.kind,
                    "item": event.item,
                    "customer": f"Ms {event.surname}",
                    "staff": event.staff,
                    "follow_up_on": event.promised_on
                    if event.needs_follow_up
                    else None,
                    "done_on": event.done_on,
                }
            )
    return {
        "supermarket/stores": pd.DataFrame(
            {
                "store_id": store.store_id,
                "city": store.city,
                "floor_m2": store.floor_m2,
                "chosen_by": store.chosen_by,
                "diary_from_on": store.starts_on,
            }
            for store in stores
        ),
        "supermarket/sales": _sales(seed, stores),
        "supermarket/notes": pd.DataFrame(notes),
        "supermarket/entries": pd.DataFrame(entries),
        "truth/supermarket/stores": pd.DataFrame(
            {
                "store_id": store.store_id,
                "effect_percent": round(100 * store.effect, 2),
                "growth_percent": round(100 * store.growth, 2),
            }
            for store in stores
        ),
        "truth/supermarket/notes": pd.DataFrame(told),
        "truth/supermarket/weeks": pd.DataFrame(
            happened[key] for key in sorted(happened)
        ),
    }


# ---------------------------------------------------------------- schema

_STORE = column("store_id", "string", "The store.", pattern=r"M\d{2}")
_STORE_KEY = column("store_id", "string", "The store.", unique=True, pattern=r"M\d{2}")
_WEEK = column("week_id", "string", "Store and week.", unique=True)
_WEEK_ON = column("week_on", "date", "Monday of the week.")
_KIND = column("kind", "string", "What it was about.", enum=list(KINDS))
_ITEM = column("item", "string", "The goods.", enum=list(ITEMS))
_NOTE_KEY = column("note_id", "string", "The note.", unique=True, pattern=r"N\d{4}")
_TO_STORES = {"store_id": ("supermarket/stores", "store_id")}


def _count(name: str, meaning: str, unit: str) -> dict[str, Any]:
    return column(name, "integer", meaning, unit=unit, minimum=0)


RESOURCES: list[dict[str, Any]] = [
    resource(
        "supermarket/stores",
        "The 48 stores of the chain, and who got the standard diary when",
        [
            _STORE_KEY,
            column("city", "string", "Where it is.", enum=list(_CITIES)),
            column(
                "floor_m2", "integer", "Sales floor.", unit="square metres", minimum=1
            ),
            column(
                "chosen_by",
                "string",
                "How the store came to its standard diary; empty where it has none.",
                required=False,
                enum=["head office", "lot"],
            ),
            column(
                "diary_from_on",
                "date",
                "First day with the standard diary; empty where it has none.",
                required=False,
            ),
        ],
        key="store_id",
    ),
    resource(
        "supermarket/sales",
        "Sales of each store and week, 2023 to 2025",
        [
            _WEEK,
            _STORE,
            _WEEK_ON,
            column("sales_cents", "integer", "Sales.", unit="cents", minimum=0),
            _count("n_receipts", "Receipts.", "receipts"),
        ],
        key="week_id",
        references=_TO_STORES,
    ),
    resource(
        "supermarket/notes",
        "Six stores' diaries of 2024, before the standard: notes in free words",
        [
            _NOTE_KEY,
            _STORE,
            column("written_on", "date", "Day of the page."),
            column("note", "string", "What somebody wrote, in English or Chinese."),
        ],
        key="note_id",
        references=_TO_STORES,
    ),
    resource(
        "supermarket/entries",
        "The same six stores' diaries of 2025, in standard fields",
        [
            column("entry_id", "string", "The entry.", unique=True, pattern=r"E\d{4}"),
            _STORE,
            column("happened_on", "date", "When it happened."),
            _KIND,
            _ITEM,
            column("customer", "string", "Who it was."),
            column("staff", "string", "Who stood for the store."),
            column(
                "follow_up_on",
                "date",
                "Day for which something was promised; empty if nothing was.",
                required=False,
            ),
            column(
                "done_on",
                "date",
                "Day on which the promise was kept; empty if it was not.",
                required=False,
            ),
        ],
        key="entry_id",
        references=_TO_STORES,
    ),
    resource(
        "truth/supermarket/stores",
        "What the diary truly added to each store's sales, and its own growth",
        [
            _STORE_KEY,
            column(
                "effect_percent",
                "number",
                "What the standard diary adds to sales; 0 without one.",
                unit="%",
            ),
            column(
                "growth_percent",
                "number",
                "Growth a year that has nothing to do with the diary.",
                unit="%",
            ),
        ],
        key="store_id",
    ),
    resource(
        "truth/supermarket/notes",
        "What each free note is about",
        [
            _NOTE_KEY,
            _KIND,
            _ITEM,
            column("needs_follow_up", "boolean", "Whether something was promised."),
            column("was_kept", "boolean", "Whether the promise was kept."),
        ],
        key="note_id",
    ),
    resource(
        "truth/supermarket/weeks",
        "What happened at the service desk, written down or not",
        [
            _WEEK,
            _STORE,
            _WEEK_ON,
            _count("n_events", "Events.", "events"),
            _count("n_complaints", "Complaints.", "complaints"),
            _count("n_promises", "Promises made.", "promises"),
            _count("n_kept", "Promises kept.", "promises"),
        ],
        key="week_id",
    ),
]
