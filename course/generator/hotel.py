"""The Oriental Hotel's three sources, with everything that makes them hard to join.

The case is a teaching legend; the people and rows are synthetic. Mr Yu's two stays are
the same for every seed, all other guests differ, so a hidden test can draw a hotel that
no student has seen.

Who really was who is known here by construction. What can be *decided* from the rows is
less: `worked_steps` holds what the notebook's rules decide, and a test checks that they
never decide against the truth. Ambiguous rows are planted and stay unmatched.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from course.generator.schema import field as column
from course.generator.schema import resource

TITLE = "The Oriental Hotel, Bangkok: three sources about the same guests"
SEED = 20_250_915

TODAY = date(2025, 9, 15)
"""The morning on which Mr Yu takes the lift down to breakfast."""

MORNING, EVENING = "morning", "evening"
_T = TypeVar("_T")

# ------------------------------------------------------------------ the tables' schema


def _slip_columns(letter: str, meaning: str) -> list[dict[str, Any]]:
    return [
        column("row_id", "string", meaning, unique=True, pattern=letter + r"\d{4}"),
        column("noted_on", "date", "Day it was written.", maximum="2025-09-14"),
        column(
            "part_of_day",
            "string",
            "Part of the day; rooms change hands at noon.",
            enum=[MORNING, EVENING],
        ),
        column("room", "string", "Room, if written down.", required=False),
        column("name", "string", "Name as heard, if written down.", required=False),
    ]


_ROOM = r"7[A-J]"
_GUEST = r"G\d{3}"
_ANY_ROW = column("row_id", "string", "Row of any source.", unique=True)

RESOURCES: list[dict[str, Any]] = [
    resource(
        "hotel/front_desk",
        "The register: one line for each guest and room, as the clerk typed it",
        [
            column("row_id", "string", "Line.", unique=True, pattern=r"E\d{4}"),
            column("name", "string", "Name as typed from the passport."),
            column("nationality", "string", "Nationality as in the passport."),
            column("born_on", "date", "Day of birth, if typed.", required=False),
            column("room", "string", "Room on the seventh floor.", pattern=_ROOM),
            column("arrived_on", "date", "Day of arrival: from noon."),
            column("left_on", "date", "Day of departure: until noon; may be planned."),
        ],
        key="row_id",
    ),
    resource(
        "hotel/restaurant",
        "The restaurant's slips: who sat where and had what",
        [
            *_slip_columns("V", "Slip."),
            column("seat", "string", "Where the guest sat."),
            column("items", "string", "What the guest had."),
        ],
        key="row_id",
    ),
    resource(
        "hotel/housekeeping",
        "Housekeeping's notes on what guests wished or needed",
        [
            *_slip_columns("N", "Note."),
            column("note", "string", "What was noted."),
            column(
                "purpose",
                "string",
                "What the guest told it for.",
                enum=["room", "table", "doctor"],
            ),
        ],
        key="row_id",
    ),
    resource(
        "hotel/worked_steps",
        "What the rules of the graded notebook decide about each row, step by step",
        [
            _ANY_ROW,
            column("name_key", "string", "Step 1: the plain name.", required=False),
            column("entry_id", "string", "Step 2: line, if certain.", required=False),
            column(
                "guest_id",
                "string",
                "Step 3: guest, if certain.",
                required=False,
                pattern=_GUEST,
            ),
        ],
        key="row_id",
        references={"entry_id": ("hotel/front_desk", "row_id")},
    ),
    resource(
        "truth/hotel/guests",
        "The guests as they are, with the habits that were planted",
        [
            column("guest_id", "string", "Guest.", unique=True, pattern=_GUEST),
            column("name", "string", "Name in its full spelling."),
            column("nationality", "string", "Nationality."),
            column("born_on", "date", "Day of birth."),
            column("seat", "string", "Favourite seat."),
            column("items", "string", "Favourite breakfast."),
        ],
        key="guest_id",
    ),
    resource(
        "truth/hotel/rows",
        "Whom each row of the three sources is really about, decidable or not",
        [
            _ANY_ROW,
            column("guest_id", "string", "The guest it is about.", pattern=_GUEST),
            column("entry_id", "string", "The line of the register."),
            column("planted", "string", "What makes the row hard.", required=False),
        ],
        key="row_id",
    ),
]

# ------------------------------------------------------------------ names and habits

# By nationality: given names of men, of women, and surnames. Some hold a title's
# letters (Sandra, Adams), which a careless clean-up cuts out; some have marks, hyphens
# or apostrophes.
_PEOPLE = {
    "British": (
        "Andrew Oliver Hugh Graham Simon",
        "Sandra Alice Fiona Margaret Zoë",
        "Williams Adams Hughes Baker Dreyer Whitfield",
    ),
    "American": (
        "Walter Drew Howard Carl",
        "Andrea Susan Mary-Ann Grace",
        "Simms Miller Coleman Drummond Parker Reyes",
    ),
    "German": (
        "Jürgen Hans-Peter Karl Ralf",
        "Käthe Ingrid Anna-Lena Ute",
        "Müller Schröder Vogel Krämer Lindner",
    ),
    "French": (
        "Jean-Luc François Émile René",
        "Anne-Marie Hélène Chloé Odile",
        "Lefèvre Dubois Garnier Beauchêne Moreau",
    ),
    "Spanish": (
        "José Pedro Andrés Iván",
        "Inés Begoña Alejandra Lucía",
        "García Núñez Márquez Ibáñez Romero",
    ),
    "Swedish": (
        "Björn Göran Anders Åke",
        "Märta Astrid Elsa Åsa",
        "Åström Lindqvist Sjöberg Holm Ek",
    ),
    "Irish": (
        "Seán Declan Pádraig Owen",
        "Siobhán Maeve Nuala Brid",
        "O'Brien O'Dowd Brennan Daly Kerrigan",
    ),
    "Japanese": (
        "Kenji Takashi Hiroshi",
        "Keiko Naomi Haruka",
        "Mori Sato Ueda Ishikawa",
    ),
}

_SEATS = (
    *("first window", "second window", "third window"),
    *("by the door", "garden table", "corner table", "terrace"),
)
_BREAKFASTS = (
    "one sandwich, one coffee, one egg",
    "two eggs, toast, tea",
    "porridge, tea",
    "pancakes, coffee",
    "fruit, yoghurt, coffee",
    "rice soup, tea",
    "croissant, coffee",
)
_DINNERS = (
    "fish, white wine",
    "steak, red wine",
    "green curry, rice",
    "noodle soup, tea",
    "salad, water",
)
_NOTES = {
    "room": (
        *("second pillow", "hard pillow", "extra blanket", "no flowers"),
        *("window shut at night", "newspaper at seven"),
    ),
    "table": (
        *("tea instead of coffee", "weak coffee", "oat milk"),
        *("no nuts", "no eggs", "small helpings"),
    ),
    "doctor": (
        *("insulin in the refrigerator", "tablets for blood pressure"),
        *("chest pain, asked for the doctor", "bandage changed daily"),
    ),
}

_Moment = tuple[date, str]
"""A day and its part."""

_Written = tuple[str | None, str | None, str]
"""What a slip says of the guest: room, name, and the words of the name."""


@dataclass(eq=False)
class _Guest:
    given: str
    surname: str
    title: str
    nationality: str
    born_on: date
    seat: str
    items: str
    dinner: str
    notes: list[tuple[str, str]] = field(default_factory=list)
    guest_id: str = ""

    @cached_property
    def key(self) -> str:
        return _key([self.given, self.surname])


@dataclass(eq=False)
class _Entry:
    """A line of the register."""

    guest: _Guest
    room: str
    arrived_on: date
    left_on: date
    name: str
    dated: bool = True
    planted: str = ""
    row_id: str = ""
    decided: str = ""

    @property
    def key(self) -> str:
        return self.guest.key

    def covers(self, day: date, part: str) -> bool:
        if part == MORNING:
            return self.arrived_on < day <= self.left_on
        return self.arrived_on <= day < self.left_on


@dataclass(eq=False)
class _Slip:
    """A slip of the restaurant (seat, items) or a note of housekeeping."""

    entry: _Entry
    noted_on: date
    part: str
    room: str | None
    name: str | None
    key: str
    content: tuple[str, str]
    planted: str = ""
    row_id: str = ""
    decided: _Entry | None = None


def _plain(text: str) -> str:
    """Return a spelling without marks, hyphens and apostrophes."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(c for c in letters if c.isalpha() or c == " ")


def _key(words: Iterable[str]) -> str:
    return " ".join(sorted(_plain(word).lower() for word in words))


# ------------------------------------------------------------------ the generator


class _Hotel:
    """The rows while they are being written."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.guests: list[_Guest] = []
        self.entries: list[_Entry] = []
        self.visits: list[_Slip] = []
        self.notes: list[_Slip] = []
        self.keys: set[str] = set()
        self.fed: set[tuple[int, date]] = set()

    # small draws -----------------------------------------------------------

    # Only uniform numbers come from numpy: other versions of it make the same files.

    def chance(self, p: float) -> bool:
        return float(self.rng.random()) < p

    def between(self, low: int, high: int) -> int:
        return low + int(float(self.rng.random()) * (high + 1 - low))

    def pick(self, options: Sequence[Any]) -> Any:
        return options[self.between(0, len(options) - 1)]

    def shuffled(self, items: Sequence[_T]) -> list[_T]:
        drawn = [float(self.rng.random()) for _ in items]
        return [items[i] for i in sorted(range(len(items)), key=drawn.__getitem__)]

    # people ----------------------------------------------------------------

    def guest(
        self, *, surname: str | None = None, like: _Guest | None = None
    ) -> _Guest:
        """Draw a guest of a name not yet used, of a *surname*, or a namesake."""
        while True:
            nationality = self.pick(list(_PEOPLE))
            men, women, surnames = (names.split() for names in _PEOPLE[nationality])
            is_man = self.chance(0.5)
            given = self.pick(men if is_man else women)
            title = "Mr" if is_man else self.pick(["Mrs", "Ms", "Miss"])
            if self.chance(0.1):
                title = self.pick(["Dr", "Prof"])
            family = surname or self.pick(surnames)
            if like is not None:
                given, family, title = like.given, like.surname, like.title
                nationality = like.nationality
            key = _key([given, family])
            if key in self.keys and like is None:
                continue
            self.keys.add(key)
            new = _Guest(
                given=given,
                surname=family,
                title=title,
                nationality=nationality,
                born_on=date(1940, 1, 1) + timedelta(days=self.between(0, 22_000)),
                seat=self.pick(_SEATS),
                items=self.pick(_BREAKFASTS),
                dinner=self.pick(_DINNERS),
            )
            for purpose, p in (("room", 0.6), ("table", 0.5), ("doctor", 0.2)):
                if self.chance(p):
                    new.notes.append((self.pick(_NOTES[purpose]), purpose))
            self.guests.append(new)
            return new

    def spell(self, text: str) -> str:
        """Type one name as another clerk might: marks, hyphens and apostrophes vary."""
        if self.chance(0.4):
            text = "".join(
                c
                for c in unicodedata.normalize("NFKD", text)
                if not unicodedata.combining(c)
            )
        if "-" in text and self.chance(0.5):
            first, _, second = text.partition("-")
            text = first + second.lower()
        if "'" in text and self.chance(0.6):
            text = text.replace("'", self.pick(["", "’"]))
        return text

    def typed(self, guest: _Guest) -> str:
        """Return the name as a clerk types it from the passport."""
        given, surname = self.spell(guest.given), self.spell(guest.surname)
        stop = self.pick(["", "."])
        return str(
            self.pick(
                [
                    f"{given} {surname}",
                    f"{surname.upper()} {given}",
                    f"{surname}, {given}",
                    f"{surname.upper()}, {given.upper()}",
                    f"{guest.title}{stop} {given} {surname}",
                    f"{guest.title.upper()} {given.upper()} {surname.upper()}",
                    f" {given.lower()}  {surname.lower()}",
                ]
            )
        )

    def heard(self, guest: _Guest) -> tuple[str, str]:
        """Return the name as a waiter or maid writes it, and its key."""
        given, surname = self.spell(guest.given), self.spell(guest.surname)
        if self.chance(0.25):
            return f"{given} {surname}", guest.key
        stop = self.pick(["", "."])
        forms = [f"{guest.title}{stop} {surname}", surname, surname.upper()]
        return str(self.pick(forms)), _key([guest.surname])

    # rows ------------------------------------------------------------------

    def stay(
        self,
        guest: _Guest,
        room: str,
        arrived_on: date,
        nights: int,
        *,
        name: str | None = None,
        undated: str = "",
        planted: str = "",
    ) -> _Entry:
        """Write a line of the register; *undated* says why it can be hard to match."""
        entry = _Entry(
            guest=guest,
            room=room,
            arrived_on=arrived_on,
            left_on=arrived_on + timedelta(days=nights),
            name=name or self.typed(guest),
            dated=not undated,
            planted=f"no birth date, {undated}" if undated else planted,
        )
        self.entries.append(entry)
        return entry

    def moments(self, entry: _Entry) -> list[tuple[date, str]]:
        """List the half days of a stay that are over, mornings and evenings."""
        nights = (entry.left_on - entry.arrived_on).days
        days = [entry.arrived_on + timedelta(days=n) for n in range(nights + 1)]
        both = [(day, part) for day in days for part in (MORNING, EVENING)]
        return [m for m in both if entry.covers(*m) and m[0] < TODAY]

    def in_house(self, day: date, part: str) -> list[_Entry]:
        return [entry for entry in self.entries if entry.covers(day, part)]

    def visit(
        self,
        entry: _Entry,
        moment: _Moment,
        written: _Written,
        *,
        had: tuple[str, str] | None = None,
        planted: str = "",
    ) -> None:
        """Write a restaurant slip; a guest eats there once a day at most."""
        guest, (day, part) = entry.guest, moment
        if (id(guest), day) in self.fed:
            return
        self.fed.add((id(guest), day))
        usual = guest.items if part == MORNING else guest.dinner
        menu = _BREAKFASTS if part == MORNING else _DINNERS
        if had is None:
            seat = guest.seat if self.chance(0.7) else self.pick(_SEATS)
            had = seat, usual if self.chance(0.7) else self.pick(menu)
        room, name, key = written
        self.visits.append(_Slip(entry, day, part, room, name, key, had, planted))

    def note(
        self,
        entry: _Entry,
        moment: _Moment,
        written: _Written,
        content: tuple[str, str],
        *,
        planted: str = "",
    ) -> None:
        (day, part), (room, name, key) = moment, written
        self.notes.append(_Slip(entry, day, part, room, name, key, content, planted))


def _mr_yu(hotel: _Hotel) -> None:
    """Write the story: two stays of one Mr Yu, and the people he is mistaken for."""

    def person(given: str, surname: str, country: str, born: date) -> _Guest:
        guest = hotel.guest(
            like=_Guest(given, surname, "Mr", country, born, "", "", "")
        )
        guest.born_on, guest.notes = born, []
        return guest

    def june(n: int, part: str) -> _Moment:
        return date(2024, 6, n), part

    yu = person("Shi-Ming", "Yü", "Chinese", date(1961, 4, 17))
    yu.seat, yu.items = "second window", _BREAKFASTS[0]
    first = hotel.stay(yu, "7C", date(2024, 6, 5), 3, name="YU Shiming")
    hotel.stay(yu, "7E", date(2025, 9, 14), 3, name="Yu, Shi-Ming")
    in_7c: _Written = ("7C", None, "")
    had = (yu.seat, yu.items)
    other = ("by the door", "croissant, coffee")
    hotel.visit(first, june(6, MORNING), ("7C", "Mr. Yü", "yu"), had=other)
    hotel.visit(first, june(7, MORNING), in_7c, had=had, planted="room only")
    by_name: _Written = (None, "Mr Yu", "yu")
    hotel.visit(first, june(8, MORNING), by_name, had=had, planted="name only")
    named: _Written = ("7C", "Shi-Ming YÜ", yu.key)
    hotel.note(first, june(5, EVENING), named, ("hard pillow", "room"))
    tablets = ("tablets for blood pressure", "doctor")
    hotel.note(first, june(7, MORNING), in_7c, tablets, planted="room only")
    sugar = ("sugar beside the cup", "table")
    hotel.note(first, june(7, EVENING), in_7c, sugar, planted="room only")

    # In the house with him: a guest whose name begins with his, and the next guest of
    # his room, who arrives on the evening of the day Mr Yu leaves.
    yukio = person("Yukio", "Tanaka", "Japanese", date(1970, 9, 30))
    hotel.stay(yukio, "7A", date(2024, 6, 4), 5, name="TANAKA Yukio")
    after = hotel.guest()
    after.notes = [("no eggs", "table")]
    next_stay = hotel.stay(after, "7C", date(2024, 6, 8), 4)
    steak = ("terrace", "steak, red wine")
    over = "change-over day"
    hotel.visit(next_stay, june(8, EVENING), in_7c, had=steak, planted=over)
    hotel.note(next_stay, june(8, EVENING), in_7c, after.notes[0], planted=over)

    # Another Yu Shiming, and a Mr Yu of another given name.
    namesake = person("Shi-Ming", "Yü", "Chinese", date(1988, 11, 2))
    namesake.seat, namesake.items = "garden table", "two eggs, toast, tea"
    early = hotel.stay(namesake, "7G", date(2023, 3, 6), 5, name="Mr Yu Shiming")
    two = "and two guests of this name"
    hotel.stay(namesake, "7G", date(2023, 10, 9), 3, name="Shiming Yu", undated=two)
    late = hotel.stay(namesake, "7G", date(2024, 12, 2), 4, name="YU SHI-MING")
    had = (namesake.seat, namesake.items)
    for entry, days in ((early, (7, 8, 9)), (late, (3, 4))):
        for n in days:
            moment = (entry.arrived_on.replace(day=n), MORNING)
            hotel.visit(entry, moment, ("7G", "Mr Yu", "yu"), had=had)
    tea = ("tea instead of coffee", "table")
    hotel.note(late, (date(2024, 12, 3), EVENING), ("7G", None, ""), tea)
    haoran = person("Haoran", "Yu", "Chinese", date(1979, 1, 25))
    stay = hotel.stay(haoran, "7G", date(2025, 5, 12), 4, name="Yu Haoran")
    hotel.visit(stay, (date(2025, 5, 13), MORNING), ("7G", "Mr. YU", "yu"))


# Rooms 7G and 7H are kept for planted guests, 7J is the double room.
_ROOMS = ["7A", "7B", "7C", "7D", "7E", "7F"]
_QUIET = [  # while Mr Yu is there, chance stays out of the rooms of his story
    (date(2024, 5, 25), date(2024, 6, 20)),
    (date(2025, 9, 1), date(2025, 9, 30)),
]


def _weeks(hotel: _Hotel) -> list[date]:
    """Return the first days of the sampled weeks, a month apart."""
    first = date(2023, 1, 9)
    weeks = [first + timedelta(days=31 * n + hotel.between(0, 8)) for n in range(31)]
    return [*weeks, date(2025, 9, 11)]


def _ordinary_stays(hotel: _Hotel, weeks: list[date]) -> None:
    """Fill the sampled weeks; half of the rooms change hands within a week."""
    slots: list[list[tuple[str, date, int]]] = []
    for start in weeks:
        quiet = any(low <= start <= high for low, high in _QUIET)
        rooms = ["7B", "7D"] if quiet else hotel.shuffled(_ROOMS)[:3]
        week = []
        for room in rooms:
            arrived = start + timedelta(days=hotel.between(0, 2))
            for _ in range(1 + hotel.chance(0.55)):
                nights = hotel.between(2, 5)
                if arrived < TODAY:
                    week.append((room, arrived, nights))
                arrived += timedelta(days=nights)
        slots.append(week)
    n = sum(map(len, slots))
    crowd = [hotel.guest() for _ in range(88)]
    queue = hotel.shuffled(crowd) + [hotel.pick(crowd) for _ in range(n)]
    seen: set[str] = set()
    # Weeks in random order, so that returns are spread over the years.
    for week in hotel.shuffled(slots):
        here: set[str] = set()
        for room, arrived, nights in week:
            guest = next(g for g in queue if g.key not in here)
            queue.remove(guest)
            here.add(guest.key)
            # A second stay may lack the birth date: the first one has it.
            known = guest.key in seen and hotel.chance(0.25)
            undated = "but another stay has it" if known else ""
            hotel.stay(guest, room, arrived, nights, undated=undated)
            seen.add(guest.key)


def _planted_stays(hotel: _Hotel, weeks: list[date]) -> list[tuple[str, _Entry]]:
    """Write couples, namesakes, room changes and missing birth dates.

    Returns the entries that need a slip of their own, with the kind of slip.
    """
    free = [
        w
        for w in weeks
        if not any(
            abs((w - d).days) < 14
            for d in (
                *(date(2023, 3, 6), date(2023, 10, 9), date(2024, 6, 5)),
                *(date(2024, 12, 2), date(2025, 5, 12), date(2025, 9, 14)),
            )
        )
    ]
    order = hotel.shuffled(free)
    wanted: list[tuple[str, _Entry]] = []

    # Couples in the double room: the room alone does not say which of the two.
    for week in order[:6]:
        one = hotel.guest()
        two = hotel.guest(surname=one.surname)
        two.nationality = one.nationality
        nights = hotel.between(3, 5)
        for guest in (one, two):
            entry = hotel.stay(guest, "7J", week, nights, planted="shared room")
            wanted.append(("shared room", entry))

    # Two guests of one surname in the house at the same time, in two rooms.
    for week in order[6:9]:
        one = hotel.guest()
        two = hotel.guest(surname=one.surname)
        for guest, room in ((one, "7G"), (two, "7H")):
            entry = hotel.stay(guest, room, week, hotel.between(4, 5))
        wanted.append(("two of one surname", entry))

    # Two pairs of namesakes with different birth dates, at different times.
    for i in (9, 12):
        one = hotel.guest()
        two = hotel.guest(like=one)
        hotel.stay(one, "7H", order[i], 3)
        hotel.stay(two, "7H", order[i + 1], 4)
        hotel.stay(one, "7H", order[i + 2], 3)
    hotel.stay(two, "7G", order[15], 3, undated="and two guests of this name")

    # The same name, another country, no birth date: nobody can be named.
    stranger = hotel.guest(like=(known := hotel.guest()))
    stranger.nationality = "Austrian" if known.nationality != "Austrian" else "Swiss"
    hotel.stay(known, "7G", order[16], 3)
    hotel.stay(
        stranger, "7G", order[17], 3, undated="and a namesake of another country"
    )
    hotel.stay(hotel.guest(), "7H", order[16], 3, undated="and no other stay")

    # Two people born on the same day.
    twin = hotel.guest()
    twin.born_on = known.born_on
    hotel.stay(twin, "7H", order[17], 3)

    # A guest who changes rooms has two lines and one stay.
    for week in order[18:22]:
        guest = hotel.guest()
        one_line = hotel.stay(guest, "7G", week, 2)
        hotel.stay(guest, "7H", one_line.left_on, 3, planted="room change")
    return wanted


def _slips(hotel: _Hotel, wanted: list[tuple[str, _Entry]]) -> None:
    """Write the restaurant's slips and housekeeping's notes about all other stays."""
    told = {id(slip.entry.guest) for slip in (*hotel.visits, *hotel.notes)}
    starts = {(entry.room, entry.arrived_on) for entry in hotel.entries}
    ends = {(entry.room, entry.left_on) for entry in hotel.entries}

    for kind, entry in wanted:
        shared = kind == "shared room"
        surname = entry.guest.surname
        written: _Written = (entry.room if shared else None, surname, _key([surname]))
        if shared and hotel.chance(0.5):
            written = (entry.room, None, "")
        moment = (entry.arrived_on + timedelta(days=1), MORNING)
        hotel.visit(entry, moment, written, planted=kind)

    for entry in list(hotel.entries):
        if id(entry.guest) in told:
            continue
        moments = hotel.moments(entry)
        room_only: _Written = (entry.room, None, "")
        # Change-over days: the morning is the old guest's, the evening the new one's.
        for moment, meets in (
            ((entry.left_on, MORNING), (entry.room, entry.left_on) in starts),
            ((entry.arrived_on, EVENING), (entry.room, entry.arrived_on) in ends),
        ):
            if meets and moment in moments and hotel.chance(0.6):
                over = "change-over day"
                hotel.visit(entry, moment, room_only, planted=over)
                if entry.guest.notes and hotel.chance(0.4):
                    content = hotel.pick(entry.guest.notes)
                    hotel.note(entry, moment, room_only, content, planted=over)
        for _ in range(hotel.pick([0, 1, 1, 2])):
            named = (entry.room, *hotel.heard(entry.guest))
            written, kind = hotel.pick(
                [
                    *[(named, "")] * 3,
                    (room_only, "room only"),
                    ((None, *named[1:]), "name only"),
                ]
            )
            hotel.visit(entry, hotel.pick(moments), written, planted=kind)
        for content in entry.guest.notes:
            if hotel.chance(0.45):
                named = (entry.room, *hotel.heard(entry.guest))
                written, kind = hotel.pick(
                    [(named, ""), *[(room_only, "room only")] * 2]
                )
                moment = hotel.pick(moments)
                hotel.note(entry, moment, written, content, planted=kind)
    _wrong_slips(hotel)


def _wrong_slips(hotel: _Hotel) -> None:
    """Write slips that contradict themselves or say too little."""
    pool = [e for e in hotel.entries if e.guest.nationality in _PEOPLE]
    left = {"room and name disagree": 7, "nobody in the room": 4, "no clue": 3}
    for entry in hotel.shuffled(pool):
        kind = next((kind for kind, n in left.items() if n), None)
        if kind is None:
            return
        day, part = entry.arrived_on + timedelta(days=1), EVENING
        if (id(entry.guest), day) in hotel.fed or not entry.covers(day, part):
            continue
        house = hotel.in_house(day, part)
        words = {_plain(entry.guest.surname).lower()}
        others = [e for e in house if not words & set(e.key.split())]
        empty = [r for r in _ROOMS if r not in {e.room for e in house}]
        if kind == "room and name disagree" and others:
            room, name = hotel.pick(others).room, entry.guest.surname
            if any(e.room == room and e not in others for e in house):
                continue
        elif kind == "nobody in the room":
            room, name = hotel.pick(empty), None
        elif kind == "no clue" and len(house) > 1:
            room, name = None, None
        else:
            continue
        written = (room, name, _key([name]) if name else "")
        hotel.visit(entry, (day, part), written, planted=kind)
        left[kind] -= 1


# ------------------------------------------------------------------ what can be decided


def _decide(hotel: _Hotel) -> None:
    """Apply the notebook's rules: each row goes to exactly one guest, or to none."""
    for slip in (*hotel.visits, *hotel.notes):
        fits = [
            entry
            for entry in hotel.in_house(slip.noted_on, slip.part)
            if slip.room in (None, entry.room)
            and set(slip.key.split()) <= set(entry.key.split())
        ]
        slip.decided = fits[0] if len(fits) == 1 else None
    for entry in hotel.entries:
        if entry.dated:
            entry.decided = entry.guest.guest_id
            continue
        fitting = {
            other.guest.guest_id
            for other in hotel.entries
            if other.dated
            and (other.key, other.guest.nationality)
            == (entry.key, entry.guest.nationality)
        }
        entry.decided = fitting.pop() if len(fitting) == 1 else ""


def _number(hotel: _Hotel) -> None:
    """Sort the rows as a clerk would file them and number them."""
    hotel.entries.sort(key=lambda e: (e.arrived_on, e.room, e.key))
    parts = {MORNING: 0, EVENING: 1}
    for slips in (hotel.visits, hotel.notes):
        slips[:] = sorted(
            hotel.shuffled(slips), key=lambda slip: (slip.noted_on, parts[slip.part])
        )
    rows: list[tuple[str, list[Any]]] = [
        ("E", hotel.entries),
        ("V", hotel.visits),
        ("N", hotel.notes),
    ]
    for letter, numbered in rows:
        for n, row in enumerate(numbered, start=1):
            row.row_id = f"{letter}{n:04d}"
    present = {id(entry.guest) for entry in hotel.entries}
    hotel.guests = [guest for guest in hotel.guests if id(guest) in present]
    for n, guest in enumerate(hotel.shuffled(hotel.guests), start=1):
        guest.guest_id = f"G{n:03d}"
    hotel.guests.sort(key=lambda guest: guest.guest_id)


def _frame(rows: list[dict[str, Any]], described: dict[str, Any]) -> pd.DataFrame:
    """Return the rows as `crmlib.datasets.load` does: text, dates, NaN."""
    columns = {}
    for spec in described["schema"]["fields"]:
        values = [row[spec["name"]] for row in rows]
        if spec["type"] == "date":
            iso = pd.Series([str(day) if day else np.nan for day in values])
            columns[spec["name"]] = pd.to_datetime(iso, format="%Y-%m-%d")
        else:
            # pandas 3 infers its text type, pandas 2 keeps object; both with NaN.
            columns[spec["name"]] = pd.Series([v or np.nan for v in values])
    return pd.DataFrame(columns)


def make(seed: int) -> dict[str, pd.DataFrame]:
    """Write the three sources, what the rules decide about them, and the truth.

    Args:
        seed: any whole number; equal seeds give equal tables.

    Returns:
        The tables by name: ``hotel/front_desk`` (about 190 rows),
        ``hotel/restaurant`` (about 230), ``hotel/housekeeping`` (about 110),
        ``hotel/worked_steps`` (a row for each of theirs), ``truth/hotel/guests``
        (about 120) and ``truth/hotel/rows``. Dates are datetime64, the rest is text.

    >>> tables = make(1)
    >>> sorted(tables)[:2]
    ['hotel/front_desk', 'hotel/housekeeping']
    >>> desk = tables["hotel/front_desk"]
    >>> desk.loc[desk["born_on"] == "1961-04-17", ["name", "room"]].values.tolist()
    [['YU Shiming', '7C'], ['Yu, Shi-Ming', '7E']]
    """
    hotel = _Hotel(seed)
    _mr_yu(hotel)
    weeks = _weeks(hotel)
    _ordinary_stays(hotel, weeks)
    wanted = _planted_stays(hotel, weeks)
    _slips(hotel, wanted)
    _number(hotel)
    _decide(hotel)

    rows: dict[str, list[dict[str, Any]]] = {
        "hotel/front_desk": [
            {
                "row_id": entry.row_id,
                "name": entry.name,
                "nationality": entry.guest.nationality,
                "born_on": entry.guest.born_on if entry.dated else None,
                "room": entry.room,
                "arrived_on": entry.arrived_on,
                "left_on": entry.left_on,
            }
            for entry in hotel.entries
        ]
    }
    for table, slips, (first, second) in (
        ("hotel/restaurant", hotel.visits, ("seat", "items")),
        ("hotel/housekeeping", hotel.notes, ("note", "purpose")),
    ):
        rows[table] = [
            {
                "row_id": slip.row_id,
                "noted_on": slip.noted_on,
                "part_of_day": slip.part,
                "room": slip.room,
                "name": slip.name,
                first: slip.content[0],
                second: slip.content[1],
            }
            for slip in slips
        ]
    both = [*hotel.visits, *hotel.notes]
    about: list[tuple[_Entry | _Slip, _Entry]] = [
        *((entry, entry) for entry in hotel.entries),
        *((slip, slip.entry) for slip in both),
    ]
    rows["hotel/worked_steps"] = [
        {
            "row_id": entry.row_id,
            "name_key": entry.key,
            "entry_id": entry.row_id,
            "guest_id": entry.decided,
        }
        for entry in hotel.entries
    ] + [
        {
            "row_id": slip.row_id,
            "name_key": slip.key,
            "entry_id": slip.decided.row_id if slip.decided else None,
            "guest_id": slip.decided.decided if slip.decided else None,
        }
        for slip in both
    ]
    rows["truth/hotel/guests"] = [
        {
            "guest_id": guest.guest_id,
            "name": f"{guest.given} {guest.surname}",
            "nationality": guest.nationality,
            "born_on": guest.born_on,
            "seat": guest.seat,
            "items": guest.items,
        }
        for guest in hotel.guests
    ]
    rows["truth/hotel/rows"] = [
        {
            "row_id": row.row_id,
            "guest_id": entry.guest.guest_id,
            "entry_id": entry.row_id,
            "planted": row.planted,
        }
        for row, entry in about
    ]
    described = {
        "truth/" * r["is_truth"] + r["path"].removesuffix(".csv"): r for r in RESOURCES
    }
    return {name: _frame(rows[name], described[name]) for name in rows}
