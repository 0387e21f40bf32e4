"""The Oriental Hotel's diary: stays over years, meals, wishes, complaints and cards.

A sample of guests is followed for more than six years. How often each of them returns,
when he stops, what he likes and what a card would do to him is drawn first and kept as
the truth; the books follow from it. Three things are planted on purpose: slips that are
typed late or corrected later, an early sending of cards that went to those who come
anyway, and a trial in which a coin decided.

Mr Yu's rows are the same for every seed. The case is a teaching legend; the people,
the rows and the calendar, which runs ahead of ours, are synthetic.

Only uniform random numbers are taken from numpy, by way of `Dice`, so that another
version of numpy makes the same files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from course.generator.company import Dice
from course.generator.schema import field as column
from course.generator.schema import resource

TITLE = "The Oriental Hotel, Bangkok: a diary of guests over years, and a card trial"
SEED = 20_290_417

FIRST_DAY, LAST_DAY = date(2023, 1, 1), date(2029, 4, 30)
"""The register's first day of arrival, and its last day of departure."""

MR_YU, NAMESAKE = "G00417", "G00211"

# ---------------------------------------------------------------- what is planted

# Kinds of guest: share, returns a year while he comes at all, and the chance to stop
# for good in a year.
KINDS = {
    "rare": (0.70, 0.035, 0.10),
    "usual": (0.22, 0.17, 0.25),
    "often": (0.08, 1.3, 0.30),
}

# Arrivals by month, January first: dry and cool is the season in Bangkok.
SEASON = (14, 13, 10, 7, 5, 5, 6, 6, 5, 7, 10, 12)

# Of 100 guests who would not come by themselves, how many a card brings back.
WINS = {"away": 0.06, "recent": 0.004, "regular": 0.0}

GROUPS = tuple(WINS)
"""Groups of the trial: last stay more than two years ago; one stay, within two years;
several stays, the last one within two years."""

DRAWN_ON = date(2026, 12, 31)
"""The day on which the trial's groups and arms were drawn, for birthdays of 2027."""

EARLY_SENDING_ON = date(2025, 12, 1)
"""The day on which every guest with three stays or more was sent a New Year's card."""

MOVED = 0.10  # share of guests whose address is no longer theirs from 2027 on
NO_MAIL = 0.06  # share of guests who asked not to be written to
BIRTHDAY_UNKNOWN = 0.12

SEATS = (
    *("first window", "second window", "third window"),
    *("by the door", "garden table", "corner table", "terrace"),
)
BREAKFASTS = (
    "one sandwich, one coffee, one egg",
    "two eggs, toast, tea",
    "porridge, tea",
    "pancakes, coffee",
    "fruit, yoghurt, coffee",
    "rice soup, tea",
    "croissant, coffee",
)
DINNERS = (
    "fish, white wine",
    "steak, red wine",
    "green curry, rice",
    "noodle soup, tea",
    "salad, water",
)
WISHES = {
    "room": (
        "second pillow",
        "hard pillow",
        "extra blanket",
        "no flowers",
        "quiet room",
    ),
    "table": ("tea instead of coffee", "weak coffee", "oat milk", "no nuts", "no eggs"),
    "doctor": ("insulin in the refrigerator", "tablets for blood pressure", "asthma"),
}
COMPLAINTS = ("noise at night", "long wait at the desk", "cold soup", "bill was wrong")
MORNING, EVENING = "morning", "evening"
HOMES = {"asia": 0.2, "europe": 0.45, "america": 0.35}

# ---------------------------------------------------------------- the tables' schema

_GUEST = r"G\d{5}"
_MEAL = r"M\d{5}"


def _guest(*, unique: bool = False) -> dict[str, Any]:
    extra: dict[str, Any] = {"unique": True} if unique else {}
    return column("guest_id", "string", "Guest.", pattern=_GUEST, **extra)


_KNOWN = {"guest_id": ("hotel_diary/guests", "guest_id")}
_RECORDED = column("recorded_on", "date", "Day on which it was entered in the diary.")

RESOURCES: list[dict[str, Any]] = [
    resource(
        "hotel_diary/guests",
        "A sample of the guests who first came in 2023 or later, without names",
        [
            _guest(unique=True),
            column("home", "string", "Where the letters go.", enum=list(HOMES)),
            column("born_on", "date", "Day of birth, if he told it.", required=False),
            column("no_mail", "boolean", "Has he asked not to be written to?"),
        ],
        key="guest_id",
    ),
    resource(
        "hotel_diary/stays",
        "Each stay of these guests, finished by 30 April 2029",
        [
            column("stay_id", "string", "Stay.", unique=True, pattern=r"S\d{6}"),
            _guest(),
            column("arrived_on", "date", "Day of arrival.", minimum="2023-01-01"),
            column("left_on", "date", "Day of departure.", maximum="2029-04-30"),
            column(
                "n_in_room",
                "integer",
                "Guests who shared the room, he among them.",
                unit="guests",
                minimum=1,
                maximum=3,
            ),
            column(
                "margin_cents",
                "integer",
                "What his share of the bill left after the cost of serving him.",
                unit="cents",
                minimum=0,
            ),
        ],
        key="stay_id",
        references=_KNOWN,
    ),
    resource(
        "hotel_diary/meals",
        "The diary of one floor: who sat where and had what, and when it was entered",
        [
            column("meal_id", "string", "Entry.", unique=True, pattern=_MEAL),
            _guest(),
            column("happened_on", "date", "Day of the meal."),
            column("part_of_day", "string", "Meal.", enum=[MORNING, EVENING]),
            column("seat", "string", "Where the guest sat.", enum=list(SEATS)),
            column("items", "string", "What the guest had."),
            _RECORDED,
            column(
                "replaces",
                "string",
                "The earlier entry that this one corrects.",
                required=False,
                pattern=_MEAL,
            ),
        ],
        key="meal_id",
        references={**_KNOWN, "replaces": ("hotel_diary/meals", "meal_id")},
    ),
    resource(
        "hotel_diary/wishes",
        "The diary of one floor: what guests wished or needed, and what for",
        [
            column("wish_id", "string", "Entry.", unique=True, pattern=r"W\d{4}"),
            _guest(),
            column("told_on", "date", "Day on which the guest said it."),
            _RECORDED,
            column(
                "purpose",
                "string",
                "What the guest told it for.",
                enum=["room", "table", "doctor"],
            ),
            column("wish", "string", "What was noted."),
            column(
                "withdrawn_on",
                "date",
                "Day on which he asked to have it struck out.",
                required=False,
            ),
        ],
        key="wish_id",
        references=_KNOWN,
    ),
    resource(
        "hotel_diary/complaints",
        "What guests complained of, and when it was settled",
        [
            column("complaint_id", "string", "Entry.", unique=True, pattern=r"K\d{4}"),
            _guest(),
            column("happened_on", "date", "Day of the complaint."),
            column("complaint", "string", "What it was about.", enum=list(COMPLAINTS)),
            column("settled_on", "date", "Day it was settled.", required=False),
        ],
        key="complaint_id",
        references=_KNOWN,
    ),
    resource(
        "hotel_diary/cards",
        "Cards that were sent outside the trial",
        [
            column("card_id", "string", "Card.", unique=True, pattern=r"C\d{4}"),
            _guest(),
            column("sent_on", "date", "Day it was posted."),
            column("occasion", "string", "For.", enum=["new year", "birthday"]),
        ],
        key="card_id",
        references=_KNOWN,
    ),
    resource(
        "hotel_diary/card_trial",
        "The trial: for each guest with a birthday in 2027 a coin decided on a card",
        [
            _guest(unique=True),
            column("group", "string", "Group when it was drawn.", enum=list(GROUPS)),
            column("arm", "string", "What the coin said.", enum=["card", "no card"]),
            column("birthday_on", "date", "His birthday in 2027."),
            column("undelivered", "boolean", "Did the card come back by post?"),
        ],
        key="guest_id",
        references=_KNOWN,
    ),
    resource(
        "hotel_diary/worked_returns",
        "Who came back within 365 days of either sending: a graded step, worked",
        [
            column("row_id", "string", "Line.", unique=True, pattern=r"R\d{5}"),
            column(
                "sending",
                "string",
                "The trial, or the earlier sending at New Year.",
                enum=["trial", "new year"],
            ),
            _guest(),
            column("arm", "string", "Card or none.", enum=["card", "no card"]),
            column("returned", "boolean", "Did a stay begin in the 365 days?"),
            column(
                "margin_cents",
                "integer",
                "What these stays left.",
                unit="cents",
                minimum=0,
            ),
        ],
        key="row_id",
        references=_KNOWN,
    ),
    resource(
        "truth/hotel_diary/guests",
        "The guests as they are",
        [
            _guest(unique=True),
            column("kind", "string", "How often he comes.", enum=[*KINDS, "story"]),
            column("stopped_on", "date", "Never comes of himself after this day."),
            column("moved", "boolean", "Is the address no longer his from 2027 on?"),
        ],
        key="guest_id",
    ),
    resource(
        "truth/hotel_diary/card_trial",
        "What each guest of the trial does with a card and without one",
        [
            _guest(unique=True),
            column("returns_without", "boolean", "Returns in the year without a card."),
            column("returns_with", "boolean", "Returns in the year with a card."),
        ],
        key="guest_id",
    ),
    resource(
        "truth/hotel_diary/meals",
        "What makes an entry of the diary hard",
        [
            column("meal_id", "string", "Entry.", unique=True, pattern=_MEAL),
            column(
                "planted",
                "string",
                "Late; wrong and corrected later; under another guest's number.",
                enum=["late", "wrong", "wrong guest"],
            ),
        ],
        key="meal_id",
    ),
]

# ---------------------------------------------------------------- the generator


def _day(n: float) -> timedelta:
    return timedelta(days=int(n))


@dataclass
class _Person:
    guest_id: str
    kind: str
    stopped_on: date
    moved: bool
    home: str
    born_on: date
    tells_birthday: bool
    no_mail: bool
    on_floor: bool
    stays: list[dict[str, Any]] = field(default_factory=list)

    def began(self, before: date) -> list[date]:
        return [s["arrived_on"] for s in self.stays if s["arrived_on"] < before]


def _stay(dice: Dice, person: _Person, arrived_on: date) -> dict[str, Any]:
    nights = dice.pick((1, 2, 3, 4, 5, 6, 7, 9), (12, 22, 25, 17, 10, 6, 5, 3))
    n_in_room = dice.pick((1, 2, 3), (45, 46, 9))
    per_night = 30_000 + 1_000 * dice.between(0, 40)
    return {
        "guest_id": person.guest_id,
        "arrived_on": arrived_on,
        "left_on": arrived_on + _day(nights),
        "n_in_room": n_in_room,
        "margin_cents": nights * per_night // n_in_room,
    }


def _in_season(dice: Dice, from_day: date, per_year: float) -> date:
    """Return the next day on which he comes; rates follow the season."""
    top, mean, day = max(SEASON), sum(SEASON) / 12, from_day
    while day <= LAST_DAY:
        day += _day(1 + dice.wait(365 * mean / (per_year * top)))
        if dice.chance(SEASON[day.month - 1] / top):
            return day
    return day


def _person(dice: Dice, guest_id: str, floor_share: float) -> _Person:
    """Draw a guest and the stays of his own accord."""
    kind = dice.pick(tuple(KINDS), tuple(share for share, _, _ in KINDS.values()))
    _, per_year, stops = KINDS[kind]
    span = (LAST_DAY - FIRST_DAY).days - 10
    while True:
        first = FIRST_DAY + _day(dice.between(0, span))
        if dice.chance(SEASON[first.month - 1] / max(SEASON)):
            break
    person = _Person(
        guest_id=guest_id,
        kind=kind,
        stopped_on=first + _day(dice.wait(365 / stops)),
        moved=dice.chance(MOVED),
        home=dice.pick(tuple(HOMES), tuple(HOMES.values())),
        born_on=date(1940, 1, 1) + _day(dice.between(0, 20_000)),
        tells_birthday=not dice.chance(BIRTHDAY_UNKNOWN),
        no_mail=dice.chance(NO_MAIL),
        on_floor=dice.chance(floor_share),
    )
    if person.moved:
        person.stopped_on = min(person.stopped_on, DRAWN_ON)
    person.stopped_on = min(max(person.stopped_on, first), date(2079, 12, 31))
    person.stays.append(_stay(dice, person, first))
    while True:
        day = _in_season(dice, person.stays[-1]["left_on"] + _day(14), per_year)
        if day > min(person.stopped_on, LAST_DAY):
            break
        person.stays.append(_stay(dice, person, day))
    person.stays = [s for s in person.stays if s["left_on"] <= LAST_DAY]
    return person


def _story() -> list[_Person]:
    """Return Mr Yu and the other guest called Yu Shiming, with their stays."""

    def person(guest_id: str, born: date, *stays: tuple[date, int]) -> _Person:
        end = stays[-1][0]
        made = _Person(
            *(guest_id, "story", end, False, "asia", born, True, False, True)
        )
        made.stays = [
            {
                "guest_id": guest_id,
                "arrived_on": day,
                "left_on": day + _day(nights),
                "n_in_room": 1,
                "margin_cents": nights * 45_000,
            }
            for day, nights in stays
        ]
        return made

    return [
        person(
            *(MR_YU, date(1961, 4, 17)),
            *((date(2024, 6, 5), 3), (date(2025, 9, 14), 3)),
        ),
        person(
            *(NAMESAKE, date(1988, 11, 2), (date(2023, 3, 6), 5)),
            *((date(2023, 10, 9), 3), (date(2024, 12, 2), 4)),
        ),
    ]


# ---------------------------------------------------------------- the floor's diary

_ENTRY = tuple[str, date, str, str, str, date, int | None, str]
"""Guest, happened on, part of day, seat, items, recorded on, place in the list of the
entry that it replaces, what was planted."""


def _lag(dice: Dice) -> int:
    """Return how many days late an entry is typed."""
    low, high = dice.pick(((0, 0), (1, 1), (2, 5), (6, 60)), (58, 25, 9, 8))
    return dice.between(low, high)


def _meals(dice: Dice, people: Sequence[_Person]) -> list[_ENTRY]:
    entries: list[_ENTRY] = []
    floor = [p for p in people if p.on_floor and p.kind != "story"]
    for person in floor:
        seat = dice.pick(SEATS)
        usual = {MORNING: dice.pick(BREAKFASTS), EVENING: dice.pick(DINNERS)}
        for stay in person.stays:
            if dice.chance(0.2):  # a habit has changed since he was last here
                seat = dice.pick(SEATS)
            if dice.chance(0.15):
                usual[MORNING] = dice.pick(BREAKFASTS)
            nights = (stay["left_on"] - stay["arrived_on"]).days
            for n in range(nights + 1):
                day = stay["arrived_on"] + _day(n)
                for part, menu, p in (
                    (MORNING, BREAKFASTS, 0.6 if n else 0.0),
                    (EVENING, DINNERS, 0.3 if n < nights else 0.0),
                ):
                    if not dice.chance(p):
                        continue
                    true_seat = seat if dice.chance(0.75) else dice.pick(SEATS)
                    items = usual[part] if dice.chance(0.75) else dice.pick(menu)
                    meal = (day, part)
                    had = (true_seat, items)
                    _enter(dice, entries, (person.guest_id, *meal), had, menu, floor)
    return entries


def _enter(
    dice: Dice,
    entries: list[_ENTRY],
    of: tuple[str, date, str],
    had: tuple[str, str],
    menu: Sequence[str],
    floor: Sequence[_Person],
) -> None:
    """Enter a meal, perhaps late, perhaps wrongly and then corrected, even twice."""
    guest_id, day, part = of
    recorded_on = day + _day(_lag(dice))
    if not dice.chance(0.08):
        late = "late" if (recorded_on - day).days > 1 else ""
        entries.append((*of, *had, recorded_on, None, late))
        return
    for _ in range(2 if dice.chance(0.2) else 1):
        wrong: _ENTRY
        previous = len(entries) - 1 if entries and entries[-1][-1] == "open" else None
        if dice.chance(0.3):
            other = dice.pick(floor).guest_id
            wrong = (other, day, part, *had, recorded_on, previous, "open")
        else:
            said = (dice.pick(SEATS), dice.pick(menu))
            wrong = (guest_id, day, part, *said, recorded_on, previous, "open")
        entries.append(wrong)
        recorded_on += _day(dice.between(1, 45))
    entries.append((*of, *had, recorded_on, len(entries) - 1, "right"))
    for n in range(len(entries) - 1, -1, -1):  # name what was planted
        entry = entries[n]
        if entry[-1] == "open":
            kind = "wrong" if entry[0] == guest_id else "wrong guest"
            entries[n] = (*entry[:-1], kind)
        elif entry[-1] == "right":
            entries[n] = (*entry[:-1], "")
        else:
            break


def _story_meals() -> list[_ENTRY]:
    """Return Mr Yu's meals, the namesake's, and the slip that was mixed up."""
    old = ("second window", BREAKFASTS[0])
    garden = ("garden table", "two eggs, toast, tea")
    rows: list[_ENTRY] = []
    for day, lag, late in (
        (date(2024, 6, 6), 0, ""),
        (date(2024, 6, 7), 12, "late"),
        (date(2024, 6, 8), 1, ""),
        (date(2025, 9, 15), 0, ""),
        (date(2025, 9, 16), 0, ""),
        (date(2025, 9, 17), 3, "late"),
    ):
        rows.append((MR_YU, day, MORNING, *old, day + _day(lag), None, late))
    for n in (7, 8, 9):
        day = date(2023, 3, n)
        rows.append((NAMESAKE, day, MORNING, *garden, day, None, ""))
    mixed_up = date(2024, 12, 3)
    corrected_on = date(2025, 1, 20)
    rows += [
        (MR_YU, mixed_up, MORNING, *garden, mixed_up, None, "wrong guest"),
        (NAMESAKE, mixed_up, MORNING, *garden, corrected_on, len(rows), ""),
        (NAMESAKE, date(2024, 12, 4), MORNING, *garden, date(2024, 12, 5), None, ""),
    ]
    return rows


def _wishes(dice: Dice, people: Sequence[_Person]) -> list[dict[str, Any]]:
    rows = []
    for person in people:
        if not person.on_floor or person.kind == "story":
            continue
        told = [
            (purpose, dice.pick(WISHES[purpose]))
            for purpose, p in (
                ("room", 0.6),
                ("table", 0.6),
                ("table", 0.3),
                ("doctor", 0.25),
            )
            if dice.chance(p)
        ]
        for stay in person.stays:
            nights = (stay["left_on"] - stay["arrived_on"]).days
            for purpose, wish in told:
                if not dice.chance(0.55):
                    continue
                day = stay["arrived_on"] + _day(dice.between(0, nights))
                recorded_on = day + _day(_lag(dice))
                struck = recorded_on + _day(dice.between(1, 400))
                is_struck = dice.chance(0.2) and struck <= LAST_DAY
                if recorded_on > LAST_DAY:
                    continue
                rows.append(
                    {
                        "guest_id": person.guest_id,
                        "told_on": day,
                        "recorded_on": recorded_on,
                        "purpose": purpose,
                        "wish": wish,
                        "withdrawn_on": struck if is_struck else None,
                    }
                )
    for guest_id, day, lag, purpose, wish, struck_on in (
        (MR_YU, date(2024, 6, 5), 0, "room", "hard pillow", None),
        (MR_YU, date(2024, 6, 7), 0, "doctor", "tablets for blood pressure", None),
        (MR_YU, date(2024, 6, 7), 2, "table", "sugar beside the cup", None),
        (MR_YU, date(2024, 6, 6), 0, "table", "newspaper", date(2024, 6, 8)),
        (NAMESAKE, date(2024, 12, 3), 0, "table", "tea instead of coffee", None),
    ):
        rows.append(
            {
                "guest_id": guest_id,
                "told_on": day,
                "recorded_on": day + _day(lag),
                "purpose": purpose,
                "wish": wish,
                "withdrawn_on": struck_on,
            }
        )
    return rows


# ---------------------------------------------------------------- cards


def birthday_in(born_on: date, year: int) -> date:
    """Return the birthday in *year*; one of 29 February falls on the 28th if it must.

    >>> birthday_in(date(1960, 2, 29), 2027)
    datetime.date(2027, 2, 28)
    """
    try:
        return born_on.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def _group(person: _Person) -> str:
    """Return the group of the trial on the day it was drawn."""
    began = person.began(DRAWN_ON + _day(1))
    if began[-1] < DRAWN_ON - _day(730):
        return "away"
    return "regular" if len(began) > 1 else "recent"


def _trial(
    dice: Dice, people: Sequence[_Person]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Toss the coins, and bring back whom the card wins."""
    rows, truth = [], []
    for person in people:
        if person.no_mail or not person.tells_birthday or person.kind == "story":
            continue
        if not person.began(DRAWN_ON + _day(1)):
            continue
        group = _group(person)
        birthday_on = birthday_in(person.born_on, 2027)
        window = birthday_on, birthday_on + _day(365)
        own = any(window[0] <= s["arrived_on"] < window[1] for s in person.stays)
        has_card, is_won = dice.chance(0.5), dice.chance(WINS[group])
        extra = _stay(dice, person, birthday_on + _day(dice.between(20, 340)))
        is_won = is_won and not own and not person.moved
        if is_won and has_card:
            person.stays.append(extra)
            person.stays.sort(key=lambda s: s["arrived_on"])
        rows.append(
            {
                "guest_id": person.guest_id,
                "group": group,
                "arm": "card" if has_card else "no card",
                "birthday_on": birthday_on,
                "undelivered": has_card and person.moved,
            }
        )
        truth.append(
            {
                "guest_id": person.guest_id,
                "returns_without": own,
                "returns_with": own or is_won,
            }
        )
    return rows, truth


def _cards(people: Sequence[_Person]) -> list[dict[str, Any]]:
    """Return the New Year's cards, to those who come often, and Mr Yu's."""
    rows: list[dict[str, Any]] = [
        {
            "guest_id": person.guest_id,
            "sent_on": EARLY_SENDING_ON,
            "occasion": "new year",
        }
        for person in people
        if len(person.began(EARLY_SENDING_ON)) >= 3
        and not person.no_mail
        and person.kind != "story"
    ]
    sent_on = date(2029, 4, 10)
    rows.append({"guest_id": MR_YU, "sent_on": sent_on, "occasion": "birthday"})
    return rows


def _returns(
    people: Sequence[_Person],
    trial: list[dict[str, Any]],
    cards: list[dict[str, Any]],
) -> list[dict[str, Any]]:
    """Work out who came back after either sending, and what it left."""
    got_it = {card["guest_id"] for card in cards if card["occasion"] == "new year"}
    in_trial = {row["guest_id"]: row for row in trial}
    rows = []
    for person in people:
        drawn = in_trial.get(person.guest_id)
        if drawn:
            rows.append(("trial", person, drawn["arm"], drawn["birthday_on"]))
    for person in people:
        if person.began(EARLY_SENDING_ON) and not person.no_mail:
            arm = "card" if person.guest_id in got_it else "no card"
            rows.append(("new year", person, arm, EARLY_SENDING_ON))
    found = []
    for n, (sending, person, arm, start) in enumerate(rows, 1):
        inside = [
            stay["margin_cents"]
            for stay in person.stays
            if start <= stay["arrived_on"] < start + _day(365)
        ]
        found.append(
            {
                "row_id": f"R{n:05d}",
                "sending": sending,
                "guest_id": person.guest_id,
                "arm": arm,
                "returned": bool(inside),
                "margin_cents": sum(inside),
            }
        )
    return found


def _complaints(dice: Dice, people: Sequence[_Person]) -> list[dict[str, Any]]:
    rows = []
    for person in people:
        for stay in person.stays:
            if person.kind == "story" or not dice.chance(0.04):
                continue
            nights = (stay["left_on"] - stay["arrived_on"]).days
            day = stay["arrived_on"] + _day(dice.between(0, nights))
            settled_on = day + _day(dice.wait(20))
            is_settled = dice.chance(0.75) and settled_on <= LAST_DAY
            rows.append(
                {
                    "guest_id": person.guest_id,
                    "happened_on": day,
                    "complaint": dice.pick(COMPLAINTS),
                    "settled_on": settled_on if is_settled else None,
                }
            )
    return rows


# ---------------------------------------------------------------- tables


def _numbered(
    rows: list[dict[str, Any]], name: str, mark: str, order: Callable[[Any], Any]
) -> list[dict[str, Any]]:
    return [
        {name: mark.format(n), **row}
        for n, row in enumerate(sorted(rows, key=order), 1)
    ]


def _meal_rows(
    entries: list[_ENTRY],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Number the entries in the order in which they were typed, up to the last day."""
    order = sorted(
        (n for n, entry in enumerate(entries) if entry[5] <= LAST_DAY),
        key=lambda n: (entries[n][5], entries[n][1], entries[n][2] == EVENING, n),
    )
    ids = {n: f"M{place:05d}" for place, n in enumerate(order, 1)}
    rows, truth = [], []
    for n in order:
        guest_id, day, part, seat, items, recorded_on, replaced, planted = entries[n]
        rows.append(
            {
                "meal_id": ids[n],
                "guest_id": guest_id,
                "happened_on": day,
                "part_of_day": part,
                "seat": seat,
                "items": items,
                "recorded_on": recorded_on,
                "replaces": None if replaced is None else ids[replaced],
            }
        )
        if planted:
            truth.append({"meal_id": ids[n], "planted": planted})
    return rows, truth


def _frame(rows: list[dict[str, Any]], described: dict[str, Any]) -> pd.DataFrame:
    """Return the rows as `crmlib.datasets.load` does."""
    columns = {}
    for spec in described["schema"]["fields"]:
        values = [row[spec["name"]] for row in rows]
        if spec["type"] == "date":
            iso = pd.Series([str(day) if day else np.nan for day in values])
            columns[spec["name"]] = pd.to_datetime(iso, format="%Y-%m-%d")
        elif spec["type"] == "string":
            # pandas 3 infers its text type, pandas 2 keeps object; both with NaN.
            columns[spec["name"]] = pd.Series([v or np.nan for v in values])
        else:
            columns[spec["name"]] = pd.Series(values)
    return pd.DataFrame(columns)


def make(
    seed: int, *, n_guests: int = 12_500, floor_share: float = 0.025
) -> dict[str, pd.DataFrame]:
    """Write the register, the floor's diary, the cards and the truth.

    Args:
        seed: any whole number from 0; equal seeds give equal tables.
        n_guests: guests besides Mr Yu and his namesake; small for a quick hotel.
        floor_share: of these, the share whose meals and wishes are in the diary.

    Returns:
        The tables by name: ``hotel_diary/guests``, ``stays``, ``meals``, ``wishes``,
        ``complaints``, ``cards``, ``card_trial``, ``worked_returns``, and three truth
        tables. Dates are
        datetime64, the rest is text, integers (margins in cents) and booleans.

    >>> tables = make(1, n_guests=50, floor_share=0.5)
    >>> meals = tables["hotel_diary/meals"]
    >>> mr_yu = meals[(meals["guest_id"] == MR_YU) & (meals["happened_on"] < "2024-12")]
    >>> mr_yu[["happened_on", "seat"]].astype(str).max().tolist()
    ['2024-06-08', 'second window']
    """
    dice = Dice(seed, 1)
    numbers = (n for n in range(1, n_guests + 3) if n not in (211, 417))
    ids = [f"G{n:05d}" for n, _ in zip(numbers, range(n_guests), strict=False)]
    people = [_person(dice, guest_id, floor_share) for guest_id in ids]
    people = sorted([*people, *_story()], key=lambda p: p.guest_id)
    people = [p for p in people if p.stays]

    trial, trial_truth = _trial(Dice(seed, 2), people)
    entries = _meals(Dice(seed, 3), people)
    story = _story_meals()
    entries += [
        (*e[:6], None if e[6] is None else e[6] + len(entries), e[7]) for e in story
    ]
    meals, meals_truth = _meal_rows(entries)
    stays = [stay for person in people for stay in person.stays]
    cards = _cards(people)
    rows: dict[str, list[dict[str, Any]]] = {
        "hotel_diary/guests": [
            {
                "guest_id": p.guest_id,
                "home": p.home,
                "born_on": p.born_on if p.tells_birthday else None,
                "no_mail": p.no_mail,
            }
            for p in people
        ],
        "hotel_diary/stays": _numbered(
            stays, "stay_id", "S{:06d}", lambda s: (s["arrived_on"], s["guest_id"])
        ),
        "hotel_diary/meals": meals,
        "hotel_diary/wishes": _numbered(
            _wishes(Dice(seed, 4), people),
            *("wish_id", "W{:04d}"),
            lambda w: (w["recorded_on"], w["guest_id"], w["wish"]),
        ),
        "hotel_diary/complaints": _numbered(
            _complaints(Dice(seed, 5), people),
            *("complaint_id", "K{:04d}"),
            lambda k: (k["happened_on"], k["guest_id"]),
        ),
        "hotel_diary/cards": _numbered(
            cards,
            *("card_id", "C{:04d}"),
            lambda c: (c["sent_on"], c["guest_id"]),
        ),
        "hotel_diary/card_trial": trial,
        "hotel_diary/worked_returns": _returns(people, trial, cards),
        "truth/hotel_diary/guests": [
            {
                "guest_id": p.guest_id,
                "kind": p.kind,
                "stopped_on": p.stopped_on,
                "moved": p.moved,
            }
            for p in people
        ],
        "truth/hotel_diary/card_trial": trial_truth,
        "truth/hotel_diary/meals": meals_truth,
    }
    described = {
        "truth/" * r["is_truth"] + r["path"].removesuffix(".csv"): r for r in RESOURCES
    }
    return {name: _frame(rows[name], described[name]) for name in rows}
