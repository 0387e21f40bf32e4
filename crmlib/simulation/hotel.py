"""The Oriental Hotel, to play against: what is it worth to remember a guest?

A hotel of 400 rooms has had 200,000 guests. Each has tastes, a budget, a season in
which he travels, and a memory of how he was treated. When a journey brings him to the
city he stays with us or elsewhere. You write the house's *policy*: a function that is
called once a month with what the house's own record holds (`View`) and returns what
to note, what to hand on to the staff, to whom to send a card, and what to forget
(`Plan`):

    def policy(view):
        plan = hotel.plan(view)
        plan.note[:] = hotel.SEAT | hotel.MENU
        plan.brief[:] = view.noted & view.told
        plan.card[:] = view.month - view.last_stay == 9
        return plan

The rules, in the order in which a month goes:

1. What `Plan.forget` names is struck from the record. Cards are posted; a card takes
   one to three months (`POST_MONTHS`, by the guest's home) and is remembered for three
   (on his birthday, if he told it: six). A second card within six months is a nuisance.
2. Each guest travels or not. That is his own affair: no policy changes it. Between
   journeys a taste may change.
3. A guest who travels stays with us with a chance that grows with his goodwill. What
   he felt after his last stay fades, by half in about eighteen months. A full house
   turns guests away.
4. The staff meet a guest with those noted things that `Plan.brief` hands on. They can
   recall so many a month (`Setup.recall_items`); above that they forget some. A thing
   that fits pleases, by how much the guest cares for it. One that fits no longer
   annoys. One that he never told on purpose (`View.told` is 0) offends.
5. `Plan.note` is written down: what he tells, and, with `Plan.overhear`, what he did
   not tell. Noting and handing on cost money for each thing and guest.
6. Delighted guests talk, offended ones more: that moves the demand of first-time
   guests, who take the rooms that are left. They are counted and not followed.

Money is integer cents, months are counted from 0 (a January), guests from 0. All
decisions and states are integers, and draws come from `Generator.integers` alone, so
that a seed gives the same ten years on every machine. Chance is drawn for the guest
and the month, whatever the policy does: two policies on one seed meet the same luck.

The case is the course's; all figures here are synthetic, made up for the game.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmlib.errors import CrmError
from crmlib.simulation import engine
from crmlib.simulation.engine import UNKNOWN, Outcome, read_only, stream

Ints: TypeAlias = npt.NDArray[Any]

#: What the record can hold of a guest; a set of fields is a sum of these bits.
FIELDS = ("name", "seat", "menu", "room", "birthday", "health")
NAME, SEAT, MENU, ROOM, BIRTHDAY, HEALTH = 1, 2, 4, 8, 16, 32
ALL = NAME | SEAT | MENU | ROOM | BIRTHDAY | HEALTH
NOTHING = 0

#: Play begins here; the record goes back five years.
FIRST_MONTH = 60

#: Months that a card is on its way, by the guest's home (near … far).
POST_MONTHS = (1, 1, 2, 3)
#: Months that a card is remembered; a birthday card.
CARD_MONTHS, BIRTHDAY_MONTHS = 3, 6
#: A second card within so many months is a nuisance.
CARD_GAP = 6
#: Goodwill towards a house that one hardly knows, on a scale from 0 to 255.
NEUTRAL = 100

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# Truth about guests: who they are. Tables with 256 places are looked up with a byte.
_TRIPS = (546, 2185, 5461, 10923, 27307)  # a month, of 65,536: 0.1 … 5 journeys a year
_SEASON_SHAPE = (56, 32, 12, 8, 6, 6, 6, 6, 6, 8, 12, 32)  # sixteenths, by distance
_TELLS = (256, 230, 218, 154, 140, 50)  # of 256 guests, who tells this on purpose
_WEIGHT = (4, 10, 14, 14, 8, 16)  # what meeting it is worth, times 0 … 3 over 2
_OFFENCE = (0, 8, 12, 18, 30, 110)  # what it costs when he never told
_CHANGES = (0, 1, 3, 1, 0, 3)  # of 256, a month: his taste is another one now
_RATE = (70_000, 95_000, 130_000, 220_000)  # cents a room-night, by budget
_FIT = (150, 224, 256, 256)  # of 256: can he afford us
_NIGHTS = (1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 5, 6, 9)


def _bytes_table(*counts: int) -> Ints:
    """Return 256 places: value i as often as counts[i] says."""
    table = np.repeat(np.arange(len(counts), dtype=np.uint8), counts)
    assert table.size == 256
    return table


_CLASS_OF = _bytes_table(118, 70, 40, 22, 6)
_SEASON_OF = _bytes_table(36, 30, 24, 16, 12, 10, 18, 20, 12, 18, 26, 34)
_BUDGET_OF = _bytes_table(64, 96, 72, 24)
_NIGHTS_OF = np.array(_NIGHTS, np.uint8)


def _fade_table() -> Ints:
    """Return what is left of a feeling after 0 … 255 months, of 256."""
    left, table = 256 * 256, []
    for _ in range(256):
        table.append(left >> 8)
        left = left * 246 >> 8
    return np.array(table, np.int32)


def _chance_table() -> Ints:
    """Return the chance to choose us, of 65,536, for goodwill 0 … 255."""
    knots = (
        (0, 600),
        (60, 3000),
        (100, 9500),
        (160, 27000),
        (220, 46000),
        (255, 52000),
    )
    table = []
    for (low, first), (high, last) in itertools.pairwise(knots):
        table += [
            first + (last - first) * (x - low) // (high - low) for x in range(low, high)
        ]
    return np.array([*table, knots[-1][1]], np.int32)


def _change_table() -> Ints:
    """Return of 256 how likely each taste has changed after 0 … 63 months."""
    rows = []
    for per_month in _CHANGES:
        kept, row = 65_536, []
        for _ in range(64):
            row.append(256 - (kept >> 8))
            kept = kept * (256 - per_month) >> 8
        rows.append(row)
    return np.array(rows, np.int32)


_FADE = _fade_table()
_CHANCE = _chance_table()
_CHANGED = _change_table()
# How good the day was, whoever served: the sum of two dice of 16 sides.
_SERVICE = np.array([i % 16 + i // 16 - 15 for i in range(256)], np.int32)
_COUNT = np.array([i.bit_count() for i in range(256)], np.int32)
_POST = np.array(POST_MONTHS, np.int16)
_RATES = np.array(_RATE, np.int64)
_FITS = np.array(_FIT, np.int32)

_LEAST, _MOST = -100, 155  # goodwill above neutral
_PLAIN, _BIRTHDAY, _WRONG = 0, 1, 2  # kinds of card, as the guest reads them
_TALK = 400  # how far word of mouth can carry first-time demand, of 1,024

_FIRST = (13, 13, 11, 9, 7, 6, 8, 8, 7, 8, 11, 13)  # room-nights a room, by month
_FIRST_RATE = 90_000
_SERVED_CENTS = 25_000  # what an occupied room costs a night
_ROOM_DAY_CENTS = 30_000  # what the house costs a day for each of its rooms


# What a policy sees and says --------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class View:
    """What the house's record holds at the start of a month; n guests, by number.

    Arrays cannot be written to. Months are counted from the January five years before
    play begins, so that none is below 0; what the record lacks is `UNKNOWN` (-1).

    Attributes:
        month: this month; play begins at `FIRST_MONTH` (60), a January.
        stays: (n,) how often he has stayed.
        last_stay: (n,) month of his last stay.
        nights: (n,) nights of all his stays.
        spent_cents: (n,) what he paid for his rooms since play began.
        home: (n,) region of his address, 0 … 3; see `POST_MONTHS`.
        noted: (n,) which fields are noted, as a sum of bits (`SEAT`, `MENU`, …).
        told: (n,) which of these he told on purpose.
        noted_on: (6, n) the month in which each was noted last, by `FIELDS`.
        birthday: (n,) month of the year, 0 … 11, where it is noted.
        last_card: (n,) month in which the last card was posted.
        complaints: (n,) how often he complained.
        thanks: (n,) how often he said that he was delighted.
        items: how many things were handed on last month, over all guests.
        recall_items: how many the staff can recall in a month.
    """

    month: int
    stays: Ints
    last_stay: Ints
    nights: Ints
    spent_cents: Ints
    home: Ints
    noted: Ints
    told: Ints
    noted_on: Ints
    birthday: Ints
    last_card: Ints
    complaints: Ints
    thanks: Ints
    items: int
    recall_items: int


@dataclass(kw_only=True)
class Plan:
    """What a policy orders for the month: each field a number for all, or an array.

    Attributes:
        note: what to write down of what he tells, if he comes; a sum of bits.
        overhear: what to write down though he did not tell it on purpose.
        brief: what to hand on to the staff of what is noted.
        card: 1 to post him a card, else 0.
        forget: what to strike from the record now, before anything else.

    >>> Plan(note=SEAT | MENU).note
    6
    """

    note: Any = NOTHING
    overhear: Any = NOTHING
    brief: Any = NOTHING
    card: Any = 0
    forget: Any = NOTHING


def plan(view: View) -> Plan:
    """Return a plan that orders nothing, its fields arrays with a place a guest.

    >>> plan(Hotel(guests=5, rooms=1).first_view(seed=1)).brief.tolist()
    [0, 0, 0, 0, 0]
    """
    n = len(view.stays)
    return Plan(
        note=np.zeros(n, np.int16),
        overhear=np.zeros(n, np.int16),
        brief=np.zeros(n, np.int16),
        card=np.zeros(n, np.bool_),
        forget=np.zeros(n, np.int16),
    )


# The ten years that chance has in store ---------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Fate:
    """What a seed settles, whatever the house does; n guests, k journeys by month."""

    trips_class: Ints  # (n,) 0 … 4, how much he travels
    season: Ints  # (n,) month of the year in which he travels most
    budget: Ints  # (n,) 0 … 3
    home: Ints  # (n,) 0 … 3
    rooms: Ints  # (n,) rooms his party takes
    tells: Ints  # (n,) bits
    worth: Ints  # (n, 6) goodwill that meeting a thing is worth
    birthday: Ints  # (n,)
    felt: Ints  # (n,) goodwill above neutral at the start
    stays: Ints  # (n,) before play
    last_stay: Ints  # (n,)
    nights: Ints  # (n,)
    starts: tuple[int, ...]  # journeys of period p: starts[p] to starts[p + 1]
    guest: Ints  # (k,) who travels
    luck: Ints  # (k,) 0 … 65535, against the chance to choose us
    dice: Ints  # (k, 14) bytes, for all that may happen at a stay
    changed: Ints  # (k,) bits: tastes that are others since his last journey
    turn: tuple[int, ...]  # for each period: at which guest a full house closes


def _threshold_table(period: int) -> Ints:
    """Return the chance to travel, of 65,536, by class * 12 + season, for a month."""
    table = np.empty(len(_TRIPS) * 12, np.uint16)
    for i, rate in enumerate(_TRIPS):
        for season in range(12):
            shape = _SEASON_SHAPE[(period - season) % 12]
            table[i * 12 + season] = min(rate * shape >> 4, 65_535)
    return table


@functools.lru_cache(maxsize=2)
def _fate(guests: int, months: int, seed: int) -> _Fate:
    """Draw the guests, and their journeys and luck in each month."""
    rng, n = stream(seed, "hotel", "guests"), guests

    def byte(*shape: int) -> Ints:
        return rng.integers(0, 256, size=shape or n, dtype=np.uint8)

    trips_class = _CLASS_OF[byte()]
    season = _SEASON_OF[byte()]
    budget = _BUDGET_OF[byte()]
    home = byte() & 3
    rooms = 1 + (byte() < 44).astype(np.uint8)
    tells = np.zeros(n, np.uint8)
    worth = np.empty((n, len(FIELDS)), np.uint8)
    for i, (tell, weight) in enumerate(zip(_TELLS, _WEIGHT, strict=True)):
        tells |= (byte() < tell).astype(np.uint8) << i
        worth[:, i] = weight * (byte() >> 6) >> 1
    birthday = rng.integers(0, 12, size=n, dtype=np.uint8).astype(np.int8)
    felt = (byte() & 31).astype(np.int16) - 16
    # Who travels more has been here more often, and in his season.
    stays = np.ones(n, np.int16)
    for _ in range(4):
        stays += byte() < np.array((6, 20, 50, 90, 170), np.uint8)[trips_class]
    nights = stays * _NIGHTS_OF[byte() & 15]
    offset = _bytes_table(75, 43, 16, 11, 8, 8, 8, 8, 8, 11, 17, 43)[byte()]
    years_ago = _bytes_table(68, 58, 50, 43, 37)[byte()].astype(np.int16)
    last_stay = (season + offset) % 12 + 12 * (4 - years_ago)

    # Who travels alike stands side by side here, so that one number serves them all;
    # the guests' own numbers say nothing.
    alike = trips_class * np.uint8(12) + season
    side_by_side = np.argsort(alike, kind="stable")
    crowd = np.bincount(alike, minlength=len(_TRIPS) * 12)
    before = last_stay.copy()
    found = []
    starts, turn = [0], []
    for period in range(months):
        rng = stream(seed, "hotel", period)
        luck = rng.integers(0, 65_536, size=n, dtype=np.uint16)
        goes = luck < np.repeat(_threshold_table(period % 12), crowd)
        guest = np.sort(side_by_side[np.flatnonzero(goes)])
        k, month = len(guest), FIRST_MONTH + period
        dice = rng.integers(0, 256, size=(k, 20), dtype=np.uint8)
        choose = rng.integers(0, 65_536, size=k, dtype=np.uint16)
        turn.append(int(rng.integers(0, n)))
        gap = np.minimum(month - before[guest], 63)
        changed = np.zeros(k, np.uint8)
        for i in range(len(FIELDS)):
            changed |= (dice[:, 14 + i] < _CHANGED[i][gap]).astype(np.uint8) << i
        before[guest] = month
        found.append((guest.astype(np.int32), choose, dice[:, :14], changed))
        starts.append(starts[-1] + k)
    joined = [np.concatenate(parts) for parts in zip(*found, strict=True)]
    return _Fate(
        trips_class=trips_class,
        season=season,
        budget=budget,
        home=home,
        rooms=rooms,
        tells=tells,
        worth=worth,
        birthday=birthday,
        felt=felt,
        stays=stays,
        last_stay=last_stay,
        nights=nights.astype(np.int32),
        starts=tuple(starts),
        guest=joined[0],
        luck=joined[1],
        dice=joined[2],
        changed=joined[3],
        turn=tuple(turn),
    )


# The world --------------------------------------------------------------------------


@dataclass(kw_only=True)
class _State:
    """The house and its guests in the middle of a run."""

    fate: _Fate
    period: int
    felt: Ints  # (n,) goodwill above neutral just after the last stay
    felt_on: Ints  # (n,) the month of that feeling
    stays: Ints
    last_stay: Ints
    nights: Ints
    spent: Ints
    noted: Ints
    told: Ints
    stale: Ints  # (n,) bits: noted, but his taste is another one now
    noted_on: Ints
    birthday: Ints
    last_card: Ints
    card_from: Ints  # (n,) the month in which the last card arrives
    card_to: Ints  # (n,) the month from which it is forgotten
    card_kind: Ints  # (n,) `_PLAIN`, `_BIRTHDAY` or `_WRONG`
    complaints: Ints
    thanks: Ints
    items: int
    talk: int  # word of mouth: what first-time demand gains, of 1,024
    rows: list[tuple[int, ...]]
    trips: list[tuple[Ints, ...]]


@dataclass(frozen=True, kw_only=True)
class Books:
    """The books of a run, with the truth, for `explain` and the pictures.

    Attributes:
        starts: journeys of period p are rows starts[p] to starts[p + 1].
        guest: (k,) who travelled.
        outcome: (k,) `ELSEWHERE`, `FULL` or `STAYED`.
        goodwill: (k,) when he chose, 0 … 255, without the card.
        card: (k,) what a card added to it.
        luck: (k,) 0 … 65535; he chose us if it was below the chance.
        pleased: (k,) what the stay did to his goodwill, 0 if he did not stay.
        met: (k,) bits: what the staff recalled.
        amiss: (k,) bits: of these, what fitted no longer.
        untold: (k,) bits: of these, what he had never told.
        posted: (k,) month of the last card before the journey, or UNKNOWN.
        faded: (k,) what the months since had taken from his goodwill.
        room_nights: (k,) of the stay.
        budget, home: (n,) of the guests.
        tells, worth: (n,), (n, 6): what he tells, and what meeting it is worth.
    """

    starts: tuple[int, ...]
    guest: Ints
    outcome: Ints
    goodwill: Ints
    card: Ints
    luck: Ints
    pleased: Ints
    met: Ints
    amiss: Ints
    untold: Ints
    posted: Ints
    faded: Ints
    room_nights: Ints
    budget: Ints
    home: Ints
    tells: Ints
    worth: Ints


ELSEWHERE, FULL, STAYED = 0, 1, 2

_COLUMNS = (
    "month",
    "days",
    "journeys",
    "returning",
    "turned_away",
    "returning_nights",
    "first_nights",
    "complaints",
    "delighted",
    "noted_things",
    "handed_on",
    "recalled",
    "cards",
    "rooms_cents",
    "note_cents",
    "brief_cents",
    "card_cents",
    "house_cents",
    "profit_cents",
)


@dataclass(frozen=True, kw_only=True)
class Hotel:
    """The Oriental Hotel for ten years, month by month: a world for `engine.run`.

    Args:
        guests: how many have stayed before, as in the course.
        rooms: of the house.
        months: how long.
        keeps: fields that the record may hold; without one, the house never notes it.
        note_cents: cost of writing down one thing.
        brief_cents: cost of handing one thing on.
        card_cents: of one card; the course's six yuan.

    The other figures of the house grow with its rooms, so that a small hotel with
    guests and rooms in the same proportion behaves like the large one.

    >>> small = Hotel(guests=2000, rooms=4)
    >>> engine.run(small, nothing, seed=1).totals["months"]
    120
    """

    guests: int = 200_000
    rooms: int = 400
    months: int = 120
    keeps: tuple[str, ...] = FIELDS
    note_cents: int = 1_500
    brief_cents: int = 1_500
    card_cents: int = 600

    name: ClassVar[str] = "hotel"
    period: ClassVar[str] = "month"
    unit: ClassVar[str] = "cents"
    view_type: ClassVar[type] = View
    decision_type: ClassVar[type] = Plan
    record_fields: ClassVar[tuple[str, ...]] = (
        "stays",
        "last_stay",
        "nights",
        "spent_cents",
        "home",
        "told",
        "noted_on",
        "birthday",
        "last_card",
        "complaints",
        "thanks",
    )
    yardstick_kind: ClassVar[Literal["bound", "reference"]] = "reference"

    def __post_init__(self) -> None:
        for what in ("guests", "rooms", "months"):
            if int(getattr(self, what)) < 1:
                raise CrmError(f"A hotel needs at least one of {what}.")
        # A score file gives the fields as a list.
        object.__setattr__(self, "keeps", tuple(self.keeps))
        if unknown := set(self.keeps) - set(FIELDS):
            raise CrmError(
                f"The record has no field {sorted(unknown)[0]!r}; there are: "
                f"{', '.join(FIELDS)}."
            )

    @property
    def n_periods(self) -> int:
        """Number of months of a run."""
        return self.months

    @property
    def recall_items(self) -> int:
        """How many things the staff can recall in a month."""
        return 15 * self.rooms

    def begin(self, seed: int) -> _State:
        """Return the house as it stands before the first month."""
        fate = _fate(self.guests, self.months, int(seed))
        n = self.guests
        never = np.full(n, UNKNOWN, np.int16)
        noted_on = np.full((len(FIELDS), n), UNKNOWN, np.int16)
        kept = np.uint8(NAME if "name" in self.keeps else NOTHING)
        if kept:
            noted_on[0] = fate.last_stay
        return _State(
            fate=fate,
            period=0,
            felt=fate.felt.astype(np.int16),
            felt_on=fate.last_stay.astype(np.int16),
            stays=fate.stays.copy(),
            last_stay=fate.last_stay.astype(np.int16),
            nights=fate.nights.copy(),
            spent=np.zeros(n, np.int64),
            noted=np.full(n, kept, np.uint8),
            told=np.full(n, kept, np.uint8),
            stale=np.zeros(n, np.uint8),
            noted_on=noted_on,
            birthday=np.full(n, UNKNOWN, np.int8),
            last_card=never.copy(),
            card_from=never.copy(),
            card_to=never.copy(),
            card_kind=np.zeros(n, np.uint8),
            thanks=np.zeros(n, np.int16),
            complaints=np.zeros(n, np.int16),
            items=0,
            talk=0,
            rows=[],
            trips=[],
        )

    def view(self, state: _State) -> View:
        """Return copies of what the record holds."""
        return View(
            month=FIRST_MONTH + state.period,
            stays=read_only(state.stays),
            last_stay=read_only(state.last_stay),
            nights=read_only(state.nights),
            spent_cents=read_only(state.spent),
            home=read_only(state.fate.home),
            noted=_wide(state.noted),
            told=_wide(state.told),
            noted_on=read_only(state.noted_on),
            birthday=read_only(state.birthday),
            last_card=read_only(state.last_card),
            complaints=read_only(state.complaints),
            thanks=read_only(state.thanks),
            items=state.items,
            recall_items=self.recall_items,
        )

    def first_view(self, *, seed: int) -> View:
        """Return what a policy sees in its first month: to try things out on."""
        return self.view(self.begin(seed))

    def check(self, state: _State, decision: Plan | None) -> Plan:
        """Return the plan as arrays of bytes, or a `DecisionError` in words."""
        if decision is None:
            decision = Plan()
        return Plan(
            note=_field("note", decision.note, self.guests, ALL),
            overhear=_field("overhear", decision.overhear, self.guests, ALL),
            brief=_field("brief", decision.brief, self.guests, ALL),
            card=_field("card", decision.card, self.guests, 1),
            forget=_field("forget", decision.forget, self.guests, ALL),
        )

    def advance(self, state: _State, decision: Plan) -> None:
        """Play one month."""
        fate, p = state.fate, state.period
        month = FIRST_MONTH + p
        _forget(state, decision.forget)
        n_cards, n_complaints = _post_cards(state, decision.card, month)

        here = slice(fate.starts[p], fate.starts[p + 1])
        guest, luck, dice = fate.guest[here], fate.luck[here], fate.dice[here]
        state.stale[guest] |= fate.changed[here] & state.noted[guest]

        # Who chooses us, and for whom there is room.
        before, posted = state.felt[guest], state.last_card[guest]
        left = _FADE[np.minimum(month - state.felt_on[guest], 255)]
        felt = before * left >> 8
        card = _card_adds(state, guest, month, before, felt)
        chance = self._chance(felt + card, fate.budget[guest])
        comes = np.flatnonzero(luck < chance)
        wants = (
            _NIGHTS_OF[dice[comes, 0] & 15].astype(np.int32) * fate.rooms[guest[comes]]
        )
        room_nights = self.rooms * _DAYS[p % 12]
        order = np.roll(
            np.arange(len(comes)), -int(np.searchsorted(guest[comes], fate.turn[p]))
        )
        fits = np.empty(len(comes), np.bool_)
        fits[order] = np.cumsum(wants[order]) <= room_nights
        stay, wants = comes[fits], wants[fits]
        away = comes[~fits]
        state.felt[guest[away]] = (felt[away] - 6).clip(_LEAST, _MOST)
        state.felt_on[guest[away]] = month

        # What the staff know of those who come, and what they recall of it.
        g, die = guest[stay], dice[stay]
        known, told, stale = state.noted[g], state.told[g], state.stale[g]
        briefed = decision.brief[g] & known
        items = int(_COUNT[briefed].sum())
        limit = 240 if items <= self.recall_items else 240 * self.recall_items // items
        met = np.zeros(len(g), np.uint8)
        for i in range(len(FIELDS)):
            met |= (die[:, 1 + i] < limit).astype(np.uint8) << i
        met &= briefed
        untold = met & ~told
        amiss = met & told & stale
        right = met & told & ~stale

        # How the stay was.
        pleased: Ints = _SERVICE[die[:, 7]].copy()
        worth = fate.worth[g]
        for i in range(len(FIELDS)):
            pleased += ((right >> i) & 1) * worth[:, i]
            pleased -= ((amiss >> i) & 1) * (worth[:, i] + np.uint8(4))
            pleased -= ((untold >> i) & 1).astype(np.int32) * _OFFENCE[i]
        # Who has been here before and is met like a stranger notices.
        pleased[met == 0] -= 3
        state.felt[g] = ((felt[stay] * 3 >> 2) + pleased).clip(_LEAST, _MOST)
        state.felt_on[g] = month
        complains = ((untold & ~np.uint8(NAME)) > 0) | ((amiss > 0) & (die[:, 8] < 64))
        complains |= pleased < -24
        n_complaints += int(complains.sum())
        state.complaints[g] += complains
        delighted = pleased >= 24
        state.thanks[g] += delighted & (die[:, 8] < 128)

        # What is written down.
        state.stays[g] += 1
        state.last_stay[g] = month
        state.nights[g] += _NIGHTS_OF[die[:, 0] & 15]
        rate = _RATES[fate.budget[g]]
        state.spent[g] += rate * wants
        tells = fate.tells[g]
        wish = (decision.note[g] & tells) | (
            decision.overhear[g] & ~tells & (die[:, 9] | die[:, 10])
        )
        wish &= self._kept_bits
        written = wish & (die[:, 11] | die[:, 12] | die[:, 13])
        _write(state, g, written, tells, month)

        # First-time guests take what is left.
        returning_nights = int(wants.sum())
        demand = self.rooms * _FIRST[p % 12] * (1024 + state.talk) >> 10
        first_nights = min(demand, room_nights - returning_nights)
        outraged = int((pleased <= -24).sum())
        n_delighted = int(delighted.sum())
        heard = (n_delighted - 6 * outraged) * 400 // self.rooms
        state.talk += (max(-_TALK, min(_TALK, heard)) - state.talk) // 8

        noted_things = int(_COUNT[wish].sum())
        income = int((rate * wants).sum()) + _FIRST_RATE * first_nights
        costs = (
            noted_things * self.note_cents,
            items * self.brief_cents,
            n_cards * self.card_cents,
            room_nights * _ROOM_DAY_CENTS,
        )
        served = _SERVED_CENTS * (returning_nights + first_nights)
        state.rows.append(
            (
                month,
                _DAYS[p % 12],
                len(guest),
                len(stay),
                len(away),
                returning_nights,
                first_nights,
                n_complaints,
                n_delighted,
                noted_things,
                items,
                int(_COUNT[met].sum()),
                n_cards,
                income,
                *costs,
                income - served - sum(costs),
            )
        )
        state.items = items
        outcome = np.zeros(len(guest), np.uint8)
        outcome[away], outcome[stay] = FULL, STAYED
        state.trips.append(
            (
                outcome,
                (felt + NEUTRAL).clip(0, 255).astype(np.uint8),
                card.astype(np.uint8),
                (before - felt).astype(np.int16),
                *(_at(stay, len(guest), x) for x in (pleased, wants)),
                *(_at(stay, len(guest), x) for x in (met, amiss, untold)),
                posted,
            )
        )
        state.period += 1

    def _chance(self, felt: Ints, budget: Ints) -> Ints:
        level = (felt + NEUTRAL).clip(0, 255)
        chance: Ints = _CHANCE[level] * _FITS[budget] >> 8
        return chance

    @functools.cached_property
    def _kept_bits(self) -> np.uint8:
        return np.uint8(sum(1 << FIELDS.index(name) for name in self.keeps))

    def result(self, state: _State) -> Outcome:
        """Return profit, totals, one row a month, and the books."""
        table = np.array(state.rows, np.int64).reshape(-1, len(_COLUMNS))
        periods = pd.DataFrame(table, columns=list(_COLUMNS))
        totals = {name: int(periods[name].sum()) for name in _COLUMNS[1:]}
        totals["months"] = len(periods)
        books = self._books(state)
        return Outcome(
            objective=totals["profit_cents"],
            totals=totals,
            periods=periods,
            record=books,
            arrays=(
                _packed(books.outcome, books.goodwill, books.card, books.pleased),
                _packed(state.noted, state.felt),
            ),
        )

    def _books(self, state: _State) -> Books:
        fate = state.fate
        starts = fate.starts[: state.period + 1]
        none = tuple(np.zeros(0, np.int16) for _ in range(10))
        parts = [np.concatenate(each) for each in zip(*state.trips, strict=True)]
        columns = parts or list(none)
        names = (
            *("outcome", "goodwill", "card", "faded", "pleased"),
            *("room_nights", "met", "amiss", "untold", "posted"),
        )
        return Books(
            starts=starts,
            guest=fate.guest[: starts[-1]],
            luck=fate.luck[: starts[-1]],
            budget=fate.budget,
            home=fate.home,
            tells=fate.tells,
            worth=fate.worth,
            **dict(zip(names, columns, strict=True)),
        )

    def naive(self) -> engine.Policy:
        """Return the policy whose score is 0: it does nothing."""
        return nothing

    def yardstick(self, seed: int) -> int:
        """Return the profit of a player who knows each guest, but not the dice.

        He reads off how often and when a guest travels, what he tells and cares for,
        what he feels and which notes are stale; and weighs each note, briefing and card
        by what it may bring. His rule is a good one and not the best: a reference.
        """
        return self.reference(seed).objective

    def reference(self, seed: int) -> engine.Run:
        """Return the run of the `yardstick`, for the pictures."""
        state = self.begin(seed)
        known = _Known(self, state)
        for _ in range(self.months):
            self.advance(state, self.check(state, known.plan()))
        return engine.Run(
            world=self,
            policy="reference",
            seed=int(seed),
            objective=(out := self.result(state)).objective,
            totals=out.totals,
            periods=out.periods,
            record=out.record,
            digest="",
            source=None,
        )

    def bound(self, seed: int) -> int:
        """Return a profit in cents that no policy exceeds: proven, and far away.

        Proof. The chance to choose us grows with goodwill, which ends at 255; luck and
        the length of a stay do not depend on the policy. So whoever comes under any
        policy also comes if all goodwill is 255. Let all of them come, let first-time
        demand stand at its ceiling, pay for no note, briefing or card, and give the
        rooms of each month to those who leave most a night, whole stays or parts of
        them. No policy has more guests to choose from, and none can fill the rooms
        better.
        """
        fate = _fate(self.guests, self.months, int(seed))
        most = self._chance(np.array(255), fate.budget[fate.guest])
        wants = _NIGHTS_OF[fate.dice[:, 0] & 15].astype(np.int64)
        wants *= fate.rooms[fate.guest] * (fate.luck < most)
        margins = [*(_RATES - _SERVED_CENTS).tolist(), _FIRST_RATE - _SERVED_CENTS]
        best_first = sorted(range(len(margins)), key=lambda i: -margins[i])
        profit = 0
        for p in range(self.months):
            here = slice(fate.starts[p], fate.starts[p + 1])
            budget = fate.budget[fate.guest[here]]
            nights = [int(wants[here][budget == b].sum()) for b in range(len(_RATE))]
            nights.append(self.rooms * _FIRST[p % 12] * (1024 + _TALK) >> 10)
            left = self.rooms * _DAYS[p % 12]
            profit -= left * _ROOM_DAY_CENTS
            for i in best_first:
                sold = min(left, nights[i])
                profit += sold * margins[i]
                left -= sold
        return profit

    def explain(self, run: engine.Run, **where: Any) -> engine.Explanation:
        """Say why a guest stayed elsewhere.

        Args:
            run: of this hotel, with its books.
            **where: ``guest``, by number; and ``month``, that of one of his journeys:
                by default the last that ended elsewhere.

        Raises:
            CrmError: there is no such guest or journey, or the run has no books.
        """
        return _explain(self, run, **where)


# One month, step by step ------------------------------------------------------------


def _field(name: str, value: Any, n: int, high: int) -> Ints:
    """Return a field of a plan as n bytes, checked."""
    array = np.asarray(value)
    if array.ndim == 0:
        if array.dtype.kind == "b":
            array = array.astype(np.uint8)
        return np.full(n, engine.whole(name, array[()], high=high), np.uint8)
    if array.dtype == np.bool_ and array.shape == (n,):
        return array.astype(np.uint8)
    usual = array.dtype == np.int16 and array.shape == (n,)
    if usual and array.min() >= 0 and array.max() <= high:
        return array.astype(np.uint8)  # without a detour over 64 bits
    return engine.integers(name, value, length=n, high=high).astype(np.uint8)


def _wide(sums: Ints) -> Ints:
    """Return sums of bits for the learner: signed, so that ``~SEAT`` does not fail."""
    wide = sums.astype(np.int16)
    wide.setflags(write=False)
    return wide


def _forget(state: _State, forget: Ints) -> None:
    gone = np.flatnonzero(forget & state.noted)
    if len(gone):
        state.noted[gone] &= ~forget[gone]
        state.told[gone] &= state.noted[gone]
        state.stale[gone] &= state.noted[gone]
        for i in range(len(FIELDS)):
            state.noted_on[i, gone[(forget[gone] >> i) & 1 > 0]] = UNKNOWN
        state.birthday[gone[(forget[gone] & BIRTHDAY) > 0]] = UNKNOWN


def _post_cards(state: _State, card: Ints, month: int) -> tuple[int, int]:
    """Post this month's cards; return how many, and how many complain of theirs."""
    to = np.flatnonzero(card)
    soon = (month - state.last_card[to] < CARD_GAP) & (state.last_card[to] != UNKNOWN)
    state.felt[to[soon]] = np.maximum(state.felt[to[soon]] - 4, _LEAST)
    state.last_card[to] = month
    first = to[~soon]
    arrives = month + _POST[state.fate.home[first]]
    congratulates = state.birthday[first] == arrives % 12
    told = (state.told[first] & BIRTHDAY) > 0
    offended = first[congratulates & ~told]
    state.felt[offended] = np.maximum(state.felt[offended] - _OFFENCE[4], _LEAST)
    state.complaints[offended] += 1
    touched = congratulates & told
    state.card_from[first] = arrives
    state.card_to[first] = arrives + np.where(touched, BIRTHDAY_MONTHS, CARD_MONTHS)
    state.card_kind[first] = np.where(
        congratulates, np.where(told, _BIRTHDAY, _WRONG), _PLAIN
    )
    return len(to), len(offended)


def _card_adds(
    state: _State, guest: Ints, month: int, before: Ints, felt: Ints
) -> Ints:
    """Return what cards add to goodwill: they bring back what the months have taken."""
    here = (state.card_from[guest] <= month) & (month < state.card_to[guest])
    kind = state.card_kind[guest]
    taken = np.maximum(before - felt, 0)
    adds: Ints = np.where(kind == _BIRTHDAY, taken + 12, (taken * 3 >> 2) + 3)
    # Who has been offended does not listen to cards.
    adds[~here | (kind == _WRONG) | (before < -10)] = 0
    return adds


def _write(state: _State, g: Ints, written: Ints, tells: Ints, month: int) -> None:
    """Enter in the record of the guests *g* what was written down of them."""
    state.noted[g] |= written
    state.told[g] |= written & tells
    state.stale[g] &= ~written
    for i in range(len(FIELDS)):
        state.noted_on[i, g[(written >> i) & 1 > 0]] = month
    birthday = g[(written & BIRTHDAY) > 0]
    state.birthday[birthday] = state.fate.birthday[birthday]


def _packed(*columns: Ints) -> Ints:
    """Return small numbers side by side in one column: quicker to digest."""
    code = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        code *= 1024
        code += column
    return code


def _at(places: Ints, n: int, values: Ints) -> Ints:
    """Return n small numbers: the values at their places, else 0."""
    small = np.uint8 if values.dtype == np.uint8 else np.int16
    whole = np.zeros(n, small)
    whole[places] = values
    return whole


# Policies ---------------------------------------------------------------------------


def nothing(view: View) -> Plan | None:
    """Do nothing: the baseline whose score is 0. Guests are met as strangers."""
    return None


def everything(view: View) -> Plan:
    """Note all that can be seen or heard, hand all of it on: the pizza shop's way."""
    return Plan(note=ALL, overhear=ALL, brief=ALL)


def fixed_rule(view: View) -> Plan:
    """Note seat and menu, hand on what is noted, a card to everybody each October."""
    october = int(view.month % 12 == 9)
    return Plan(note=SEAT | MENU, brief=NAME | SEAT | MENU, card=october)


def sensible_rule(view: View) -> Plan:
    """Note what is told, hand it on, and post a card before the season of old guests.

    Only what is missing or more than a year old is noted. The card goes to those of
    whom more than the name is known, to arrive a month before that of their last stay.
    """
    known = view.noted & ~NAME > 0
    season = (arrival(view) + 1 - view.last_stay) % 12 == 0
    away = view.month - view.last_stay > 3
    return Plan(
        note=ALL & ~(view.noted & ~older(view, than=12)),
        brief=view.noted & view.told,
        card=known & season & away,
    )


def good_rule(view: View) -> Plan:
    """Do as the sensible rule, but congratulate, and let stale notes go.

    Menu and health change: notes of them that are three years old are struck. Whose
    birthday is on record gets his card then.
    """
    season = (arrival(view) + 1 - view.last_stay) % 12 == 0
    congratulate = arrival(view) % 12 == view.birthday
    told = view.told & BIRTHDAY > 0
    return Plan(
        note=ALL & ~(view.noted & ~older(view, than=6)),
        brief=view.noted & view.told,
        card=(view.stays > 1) & np.where(told, congratulate, season),
        forget=older(view, than=36) & (MENU | HEALTH),
    )


def rule(
    *,
    fields: int = ALL,
    untold: bool = False,
    cards: Literal["none", "october", "season", "birthday"] = "none",
    forget_after: int = 120,
) -> engine.Policy:
    """Return a policy that is described by four choices, as the dashboard has them.

    Args:
        fields: what to note and to hand on, a sum of bits.
        untold: also what a guest never told on purpose.
        cards: to nobody; to everybody in October; to whom we had in play, a month
            before the season of his last stay; the same, or on his birthday, if he
            told it.
        forget_after: months after which a note is struck.

    >>> small = Hotel(guests=2000, rooms=4)
    >>> shy = engine.run(small, rule(fields=SEAT), seed=1).totals["noted_things"]
    >>> shy < engine.run(small, rule(), seed=1).totals["noted_things"]
    True
    """

    def chosen(view: View) -> Plan:
        brief = view.noted if untold else view.noted & view.told
        card: Any = 0
        if cards == "october":
            card = int(view.month % 12 == 9)
        elif cards != "none":
            card = (arrival(view) + 1 - view.last_stay) % 12 == 0
            if cards == "birthday":
                told = view.told & BIRTHDAY > 0
                card = np.where(told, arrival(view) % 12 == view.birthday, card)
            card &= view.stays > 1
        return Plan(
            note=fields & ~(view.noted & ~older(view, than=6)),
            overhear=fields if untold else NOTHING,
            brief=brief & (fields | NAME),
            card=card,
            forget=older(view, than=forget_after) & ~NAME,
        )

    return chosen


def arrival(view: View) -> Ints:
    """Return (n,) the month in which a card posted now would reach each guest.

    >>> view = Hotel(guests=3, rooms=1).first_view(seed=1)
    >>> (arrival(view) - view.month).tolist() == [POST_MONTHS[h] for h in view.home]
    True
    """
    months: Ints = np.int16(view.month) + _POST[view.home]
    return months


def older(view: View, *, than: int) -> Ints:
    """Return (n,) bits of the fields noted more than *than* months ago, or never.

    >>> view = Hotel(guests=3, rooms=1).first_view(seed=1)
    >>> older(view, than=120).tolist()
    [0, 0, 0]
    """
    return bits(view.noted_on < view.month - than)


def bits(which: Ints) -> Ints:
    """Return (n,) sums of bits for a (6, n) array that is true where a field is meant.

    >>> bits(np.array([[1, 0], [0, 0], [1, 0], [0, 0], [0, 0], [0, 1]])).tolist()
    [5, 32]
    """
    sums = np.zeros(which.shape[1], np.int16)
    for i, row in enumerate(which):
        sums |= (row != 0).astype(np.int16) << i
    return sums


class _Known:
    """The player of the yardstick: sees the guests' truth, not their dice.

    All in integers. A guest's *unit* is what one point of goodwill brings for each
    journey: what it adds to the chance, by what a stay leaves.
    """

    def __init__(self, world: Hotel, state: _State) -> None:
        fate = state.fate
        self._world, self._state = world, state
        self._trips = np.array(_TRIPS, np.int64)[fate.trips_class]
        stay = (_RATES - _SERVED_CENTS)[fate.budget] * fate.rooms
        stay = stay * sum(_NIGHTS) // len(_NIGHTS)
        slope = int(_CHANCE[160] - _CHANCE[100]) // 60
        self._unit = (stay * _FITS[fate.budget] >> 8) * slope >> 16
        # How long a feeling lasts, in 256ths of a month, with so many months to come.
        self._lasting = [0, *np.cumsum(_FADE[1:]).tolist()]
        # Guests that travel alike and live alike far, and their journeys in the three
        # and in the six months from each month of the year.
        self._alike = fate.trips_class * np.uint8(48) + fate.season * np.uint8(4)
        self._alike += fate.home
        rates = np.array(
            [
                [rate * _SEASON_SHAPE[(m - season) % 12] >> 4 for m in range(12)]
                for rate in _TRIPS
                for season in range(12)
                for _ in POST_MONTHS
            ],
            np.int64,
        )
        self._three = _summed(rates, CARD_MONTHS)
        self._six = _summed(rates, BIRTHDAY_MONTHS)

    def plan(self) -> Plan:
        """Return the plan for the month at hand."""
        world, state = self._world, self._state
        fate, p = state.fate, state.period
        # What is ordered for those who stay away has no effect: leave them out.
        here = fate.guest[fate.starts[p] : fate.starts[p + 1]]
        note, brief = np.zeros((2, world.guests), np.int16)
        left = world.months - 1 - p
        trips = self._trips[here]
        unit = (self._unit[here] * trips >> 16) * self._lasting[left] >> 8
        # Every third journey ends with us; more than one stay to come counts once.
        stays = np.minimum(trips * left // 3, 65_536)
        fits = state.noted[here] & state.told[here] & ~state.stale[here]
        for i in range(len(FIELDS)):
            gain = fate.worth[here, i] * unit
            bit = np.uint8(1 << i)
            brief[here] |= np.where(gain > world.brief_cents, fits & bit, 0)
            pays = stays * (gain - world.brief_cents) >> 16 > world.note_cents
            missing = fate.tells[here] & ~fits
            note[here] |= np.where(pays, missing & bit, 0)
        return Plan(note=note, brief=brief, card=self._cards(FIRST_MONTH + p))

    def _cards(self, month: int) -> Ints:
        """Return who gets a card: who is to bring more than it costs, in his time."""
        state, fate = self._state, self._state.fate
        post = np.tile(_POST, len(_TRIPS) * 12)
        place = (np.arange(len(post)), (month + post) % 12)
        three, six = self._three[place], self._six[place]
        in_season = three >= self._three[place[0], (month + post + 1) % 12]
        birthday = (month + _POST[fate.home]) % 12 == state.birthday
        birthday &= (state.told & BIRTHDAY) > 0
        g = np.flatnonzero((in_season[self._alike] | birthday) & (state.felt >= -10))
        last = state.last_card[g]
        g = g[(month - last >= CARD_GAP) | (last == UNKNOWN)]
        arrives = month + 1 + _POST[fate.home[g]]
        felt = state.felt[g]
        left = _FADE[np.minimum(arrives - state.felt_on[g], 255)]
        taken = np.maximum(felt - (felt * left >> 8), 0)
        alike = self._alike[g]
        brings = np.where(
            birthday[g],
            six[alike] * (taken + 12),
            three[alike] * ((taken * 3 >> 2) + 3),
        )
        cards = np.zeros(len(birthday), np.bool_)
        cards[g] = brings * self._unit[g] >> 16 > self._world.card_cents
        return cards


def _summed(rates: Ints, months: int) -> Ints:
    """Return for each month of the year the sum over *months* months from it on."""
    total = np.zeros_like(rates)
    for ahead in range(months):
        total += np.roll(rates, -ahead, axis=1)
    return total


# Why did he not come back -----------------------------------------------------------


def when(month: int) -> str:
    """Return a month of play in words.

    >>> when(FIRST_MONTH + 13)
    'February of year 2'
    """
    name = _MONTHS[month % 12]
    year = (month - FIRST_MONTH) // 12 + 1
    if year < 1:
        return f"{name}, {_number(1 - year, 'year')} before play"
    return f"{name} of year {year}"


def _explain(
    world: Hotel, run: engine.Run, *, guest: int, month: int | None = None
) -> engine.Explanation:
    """Return a guest's journeys, and what kept him away the last time he was."""
    if not 0 <= guest < world.guests:
        raise CrmError(f"There is no guest {guest}: they are 0 to {world.guests - 1}.")
    books = books_of(run)
    rows = np.flatnonzero(books.guest == guest)
    table = _journeys(world, books, rows)
    away = np.flatnonzero(books.outcome[rows] != STAYED)
    if month is not None:
        asked = np.flatnonzero(table["month"] == month)
        if not len(asked):
            raise CrmError(
                f"Guest {guest} did not travel in month {month}; he did in "
                f"{table['month'].tolist()}."
            )
        away = asked[books.outcome[rows[asked]] != STAYED]
    if month is not None and not len(away):
        sentence = f"Guest {guest} stayed with us in {when(month)}."
    elif not len(rows):
        sentence = (
            f"Guest {guest} did not travel to the city in these years. Nothing brings "
            "back a guest who does not travel."
        )
    elif not len(away):
        each = (
            f"each of his {len(rows)} journeys" if len(rows) > 1 else "his one journey"
        )
        sentence = f"Guest {guest} stayed with us on {each}."
    else:
        sentence = _why(world, books, rows, int(away[-1]), table)
    return engine.Explanation(sentence=" ".join(sentence.split()), table=table)


def books_of(run: engine.Run) -> Books:
    """Return the books of a run; those of a `engine.score` are not kept.

    Raises:
        CrmError: the run has none.

    >>> played = engine.run(Hotel(guests=2000, rooms=4), nothing, seed=1)
    >>> len(books_of(played).guest) == played.totals["journeys"]
    True
    """
    if not isinstance(run.record, Books):
        raise CrmError(
            "This run has no books of a hotel. Play it again with engine.run: a score "
            "keeps only the results of its runs."
        )
    return run.record


def out_of_reach(run: engine.Run) -> Ints:
    """Return (k,) for each journey in the books whether no goodwill had been enough.

    >>> played = engine.run(Hotel(guests=2000, rooms=4), nothing, seed=1)
    >>> lost = out_of_reach(played)
    >>> bool((played.record.outcome[lost] == ELSEWHERE).all())
    True
    """
    books = books_of(run)
    most = run.world._chance(np.array(255), books.budget[books.guest])
    lost: Ints = books.luck >= most
    return lost


def _journeys(world: Hotel, books: Books, rows: Ints) -> pd.DataFrame:
    period = np.searchsorted(books.starts, rows, side="right") - 1
    level = books.goodwill[rows].astype(np.int32) + books.card[rows] - NEUTRAL
    budget = books.budget[books.guest[rows]]
    return pd.DataFrame(
        {
            "month": period + FIRST_MONTH,
            "outcome": [
                ("elsewhere", "full", "stayed")[x] for x in books.outcome[rows]
            ],
            "goodwill": books.goodwill[rows].astype(np.int64),
            "card": books.card[rows].astype(np.int64),
            "chance_of_1000": world._chance(level, budget) * 1000 >> 16,
            "luck_of_1000": books.luck[rows].astype(np.int64) * 1000 >> 16,
            "pleased": books.pleased[rows].astype(np.int64),
            "met_with": [_named(x) for x in books.met[rows]],
            "no_longer_true": [_named(x) for x in books.amiss[rows]],
            "never_told": [_named(x) for x in books.untold[rows]],
        }
    )


def _why(world: Hotel, books: Books, rows: Ints, at: int, table: pd.DataFrame) -> str:
    """Say why the journey *at* of a guest's *rows* ended elsewhere."""
    row, guest = rows[at], int(books.guest[rows[at]])
    month = int(table["month"].iloc[at])
    opening = f"Guest {guest} came to the city in {when(month)}"
    if books.outcome[row] == FULL:
        return f"{opening}, chose us, and the house was full."
    all_levels = world._chance(np.arange(256) - NEUTRAL, books.budget[guest])
    enough = np.flatnonzero(all_levels > books.luck[row])
    if not len(enough):
        return (
            f"{opening} and stayed elsewhere. The greatest goodwill would not have "
            "been enough that day: it was the price, or chance."
        )
    had = int(books.goodwill[row]) + int(books.card[row])
    missing = int(enough[0]) - had
    causes = _causes(books, rows, at, month)
    text = (
        f"{opening} and stayed elsewhere. His goodwill was {had} of 255; {enough[0]} "
        "would have been enough that day."
    )
    if not causes:
        return f"{text} He simply did not know the house well enough."
    points, cause = max(causes)
    alone = "That alone decided it." if points >= missing else "That was not all of it."
    return f"{text} What weighed most: {cause} ({_number(points, 'point')}). {alone}"


def _causes(books: Books, rows: Ints, at: int, month: int) -> list[tuple[int, str]]:
    """Return what lowered his goodwill, each with the points that were left of it."""
    row, guest = rows[at], int(books.guest[rows[at]])
    causes = []
    faded = int(books.faded[row])
    reach = faded - int(books.card[row])
    if reach > 0:
        posted = int(books.posted[row])
        card = _card_words(posted, int(books.home[guest]), month)
        causes.append((reach, f"what he felt had faded, and {card}"))
    stays = [r for r in rows[:at] if books.outcome[r] == STAYED]
    if not stays:
        return [cause for cause in causes if cause[0] > 0]
    last = stays[-1]
    since = month - FIRST_MONTH - int(np.searchsorted(books.starts, last, "right")) + 1
    left = int(_FADE[min(since, 255)])
    when_last = when(month - since)
    places = range(len(FIELDS))
    untold, amiss, met = books.untold[last], books.amiss[last], books.met[last]
    cost = sum(_OFFENCE[i] for i in places if untold >> i & 1) * left >> 8
    if cost:
        causes.append(
            (
                cost,
                f"in {when_last} he was met with what he had never told us on purpose "
                f"({_named(untold)})",
            )
        )
    cost = sum(int(books.worth[guest, i]) + 4 for i in places if amiss >> i & 1)
    if amiss:
        causes.append(
            (
                2 * cost * left >> 8,
                f"in {when_last} he was met with what was true no longer "
                f"({_named(amiss)})",
            )
        )
    lost = books.tells[guest] & ~met
    cost = sum(int(books.worth[guest, i]) for i in places if lost >> i & 1) * left >> 8
    if cost:
        causes.append(
            (cost, f"in {when_last} nobody recalled what he tells ({_named(lost)})")
        )
    return [cause for cause in causes if cause[0] > 0]


def _card_words(posted: int, home: int, month: int) -> str:
    if posted == UNKNOWN:
        return "no card had ever been sent"
    arrived = posted + POST_MONTHS[home]
    if arrived > month:
        return f"the card posted in {when(posted)} was still on its way"
    if arrived + CARD_MONTHS <= month:
        return f"the card that came in {when(arrived)} was long forgotten"
    return "the card did not bring all of it back"


def _named(some: Any) -> str:
    return ", ".join(name for i, name in enumerate(FIELDS) if int(some) >> i & 1)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


# What a field of the record is worth ------------------------------------------------


def value_of(
    world: Hotel,
    policy: engine.Policy,
    *,
    fields: str | Sequence[str] = FIELDS,
    seeds: Iterable[int],
) -> engine.Counterfactual:
    """Return what fields of the record are worth: same seeds with and without them.

    Without a field, the house cannot note it: the policy asks for it in vain, and pays
    nothing. All fields together are the house's memory. (`engine.counterfactual` asks
    the same of the columns of the register, such as ``last_stay``.)

    Args:
        world: the hotel.
        policy: as for `engine.run`.
        fields: one or more of `FIELDS`.
        seeds: different integers.

    Raises:
        CrmError: the record has no such field.

    >>> hotel = Hotel(guests=5000, rooms=10)
    >>> value_of(hotel, fixed_rule, fields="menu", seeds=range(4)).mean > 0
    True
    """
    names = (fields,) if isinstance(fields, str) else tuple(fields)
    if unknown := [name for name in names if name not in world.keeps]:
        raise CrmError(
            f"The record of this hotel has no field {unknown[0]!r}; there are: "
            f"{', '.join(world.keeps)}."
        )
    kept = tuple(name for name in world.keeps if name not in names)
    poorer = replace(world, keeps=kept)
    wanted = [int(seed) for seed in seeds]
    # Seed by seed, so that its guests are drawn once.
    both = [
        [engine.run(one, policy, seed=seed).objective for one in (world, poorer)]
        for seed in wanted
    ]
    table = pd.DataFrame(both, columns=["with_field", "without_field"])
    table.insert(0, "seed", wanted)
    table["difference"] = table["with_field"] - table["without_field"]
    mean, low, high = engine.interval(table["difference"].to_numpy())
    share = 100 * mean / abs(table["with_field"].mean())
    return engine.Counterfactual(
        without=names, mean=mean, low=low, high=high, share=share, table=table
    )


# The board: one tenth, always full? -------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class OneTenth:
    """What it takes that a share of the old guests fills a house; all exact.

    Attributes:
        visits: a year, by returning guests.
        parties: that arrive; guests who come together share a room.
        room_nights: that the house has in a year.
        sold: room-nights that the returning guests take.
        occupancy: of the year; the seasons that overflow do not help the others.
        nights_to_fill: nights a stay at which *sold* equals *room_nights*.
        returns_to_fill: share of the old guests, likewise.
        full_months: months of the year in which the house is full.
    """

    visits: Fraction
    parties: Fraction
    room_nights: int
    sold: Fraction
    occupancy: Fraction
    nights_to_fill: Fraction
    returns_to_fill: Fraction
    full_months: int

    def __repr__(self) -> str:
        return (
            f"{float(self.visits):,.0f} visits sell {float(self.sold):,.0f} of "
            f"{self.room_nights:,} room-nights: {float(self.occupancy):.0%} full, in "
            f"{_number(self.full_months, 'month')} of 12 entirely. Full on average at "
            f"{float(self.nights_to_fill):.1f} nights a stay."
        )


def one_tenth(
    rooms: int = 400,
    nights: Fraction | float = 3,
    party: Fraction | float = 1,
    returns: Fraction | float = Fraction(1, 10),
    *,
    guests: int = 200_000,
    season: Sequence[int] = (1,) * 12,
) -> OneTenth:
    """Return how full a house is if a share of its old guests comes back each year.

    Args:
        rooms: of the house.
        nights: a stay, on average.
        party: old guests who share one room, on average.
        returns: share of the old guests that comes back each year, once each.
        guests: old guests; the course says about 200,000.
        season: twelve weights: how much more is travelled on a day of that month.

    Decimals are taken as they are written: 0.1 is one tenth exactly.

    Raises:
        CrmError: a number is not above 0, or there are not twelve weights.

    Source: arithmetic; the claim is the course's (the Oriental Hotel).

    >>> one_tenth(rooms=400, nights=3).nights_to_fill
    Fraction(73, 10)
    >>> one_tenth(rooms=400, nights=7.3).occupancy
    Fraction(1, 1)
    """
    stay, share, back = (_exactly(x) for x in (nights, party, returns))
    if any(number <= 0 for number in (rooms, stay, share, back, guests)):
        raise CrmError(
            "Rooms, nights, party, returns and guests must all be above 0 for the "
            "house to have somebody to return to."
        )
    if len(season) != 12 or min(season) < 0 or not any(season):
        raise CrmError("A season is twelve weights of at least 0, not all of them 0.")
    visits = back * guests
    parties = visits / share
    sold = parties * stay
    house = rooms * sum(_DAYS)
    weights = [w * days for w, days in zip(season, _DAYS, strict=True)]
    asked = [sold * weight / sum(weights) for weight in weights]
    offered = [Fraction(rooms * days) for days in _DAYS]
    months = list(zip(asked, offered, strict=True))
    taken = sum((min(wanted, had) for wanted, had in months), Fraction(0))
    return OneTenth(
        visits=visits,
        parties=parties,
        room_nights=house,
        sold=sold,
        occupancy=taken / house,
        nights_to_fill=house / parties,
        returns_to_fill=back * house / sold,
        full_months=sum(wanted >= had for wanted, had in months),
    )


def _exactly(number: Fraction | float) -> Fraction:
    return number if isinstance(number, Fraction) else Fraction(str(number))
