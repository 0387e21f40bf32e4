"""The rice shop: three hundred jars, one boy with a cart, and a notebook.

A rice shop among thirty waits behind its counter, like the others, or sends its boy
from house to house. The policy sees what the shop's notebook holds and decides each
day whom to visit, in what order, how much rice to bring, whether to look into the jar
and whether to ask for money. What it does not see: how full the jars are, how much is
eaten, what is in a purse, whom the neighbours praise.

After the story told of Wang Yongqing; the street and all numbers are synthetic. Rice is
counted in *ge* (合, a hundredth of a dou), money in cents, time in minutes, distance in
metres. A month has 30 days and day 0 is a Monday.

    run(RiceShop(), sensible, seed=1)
    score(RiceShop(), my_policy, seeds=range(6))
    explain(a_run, household=17, day=420)
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from crmlib import plots
from crmlib.errors import CrmError
from crmlib.simulation.engine import (
    UNKNOWN,
    DecisionError,
    Explanation,
    Outcome,
    Policy,
    Run,
    integers,
    read_only,
    stream,
)

__all__ = [
    "GE_PER_DOU",
    "NOTEBOOK",
    "Decision",
    "RiceShop",
    "View",
    "draw_sales",
    "draw_street",
    "empty_jars",
    "fixed_round",
    "last_year",
    "sensible",
    "tour",
    "trips",
    "waits",
]

Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]

GE_PER_DOU = 100
"""Rice is counted in ge; 100 ge are 1 dou (斗)."""

_MONTH = 30
_DRAW = 1 << 16  # a chance of p is a draw below p * 65,536
_LANES, _PER_LANE = 10, 30
_LANE_GAP, _HOUSE_GAP = 120, 25

# What a child eats a day, in ge, by age in years; from 16 on like a grown-up.
_CHILD = np.array([0, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6], dtype=np.int64)
# Per cent of the usual by weekday, Monday first: even; lunch at work; a Sunday table.
_WEEK = np.array(
    [
        [100, 100, 100, 100, 100, 100, 100],
        [85, 85, 85, 85, 85, 110, 125],
        [90, 90, 90, 90, 95, 105, 150],
    ],
    dtype=np.int64,
)

NOTEBOOK = (
    "adults",
    "children",
    "jar_size",
    "payday",
    "jar_seen",
    "jar_seen_on",
    "last_on",
    "last_ge",
    "filled",
    "refill_ge",
    "refill_days",
    "counter_on",
)
"""The fields of the view that a shop has only if it writes them down."""


@dataclass(frozen=True, kw_only=True)
class View:
    """What the shop knows on a morning. Arrays have one entry per household.

    Attributes:
        day: from 0.
        weekday: 0 is Monday.
        minutes: the boy's working day.
        cart: what the cart holds, in ge.
        price_cents: of one ge.
        lane: number of the lane, south to north; the shop is on the main street.
        house: metres from the main street, west of it below 0.
        street: metres along the main street where the lane turns off; the shop is at 0.
        customer: buys from us, as far as the shop knows.
        debt_cents: what the household owes.
        asked_on: day on which it was last asked for money.
        paid_cents: what it paid when last asked.
        refused_on: day on which it last sent the boy away.
        missed: the boy was to come yesterday and did not get there.
        adults, children: who eats there, as noted at the last talk.
        payday: day of the month, 0 to 29, noted when first asked for money.
        jar_size: in ge, noted when the boy first looked into the jar.
        jar_seen, jar_seen_on: how much was in it before pouring, and when he looked.
        last_on, last_ge: day of the last delivery, and how much was poured.
        filled: the last delivery filled the jar to the brim.
        refill_ge, refill_days: rice that brought a jar from brim to brim again, and the
            days between, added up. Times in which it came to the counter are left out.
        counter_on: day on which it last bought at the counter: its jar was empty.

    Where nothing is known an entry is `UNKNOWN` (-1), or False.
    """

    day: int
    weekday: int
    minutes: int
    cart: int
    price_cents: int
    lane: Ints
    house: Ints
    street: Ints
    customer: Bools
    debt_cents: Ints
    asked_on: Ints
    paid_cents: Ints
    refused_on: Ints
    missed: Bools
    adults: Ints
    children: Ints
    payday: Ints
    jar_size: Ints
    jar_seen: Ints
    jar_seen_on: Ints
    last_on: Ints
    last_ge: Ints
    filled: Bools
    refill_ge: Ints
    refill_days: Ints
    counter_on: Ints


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The boy's round for a day; all four of one length, in the order of the walk.

    Attributes:
        visit: numbers of the households, each at most once.
        bring: rice for each at most, in ge, up to the cart's load; what does not fit
            into the jar goes back. When the cart holds too little for the next house,
            the boy walks back to load.
        look: 1 to look into the jar, wash it and put the old rice on top; () for none.
        collect: 1 to ask for money; () for none.
    """

    visit: Any
    bring: Any
    look: Any = ()
    collect: Any = ()


_FLAGS = ("customer", "missed", "filled")
_NUMBERS = (
    *("debt_cents", "asked_on", "paid_cents", "refused_on", "adults", "children"),
    *("payday", "jar_size", "jar_seen", "jar_seen_on", "last_on", "last_ge"),
    *("refill_ge", "refill_days", "counter_on"),
)


class _Notes:
    """The shop's notebook: one array for each field of the view that changes.

    The arrays are rows of two tables, so that a day's copy is two copies.
    """

    customer: Bools
    missed: Bools
    filled: Bools
    debt_cents: Ints
    asked_on: Ints
    paid_cents: Ints
    refused_on: Ints
    adults: Ints
    children: Ints
    payday: Ints
    jar_size: Ints
    jar_seen: Ints
    jar_seen_on: Ints
    last_on: Ints
    last_ge: Ints
    refill_ge: Ints
    refill_days: Ints
    counter_on: Ints

    def __init__(self, customer: Bools) -> None:
        n = len(customer)
        self._flags = np.zeros((len(_FLAGS), n), dtype=bool)
        self._numbers = np.full((len(_NUMBERS), n), UNKNOWN, dtype=np.int64)
        for row, name in enumerate(_FLAGS):
            setattr(self, name, self._flags[row])
        for row, name in enumerate(_NUMBERS):
            setattr(self, name, self._numbers[row])
        self.customer[:] = customer
        self.debt_cents[:] = 0
        self.refill_ge[:] = 0
        self.refill_days[:] = 0

    def copies(self) -> dict[str, Any]:
        flags, numbers = read_only(self._flags), read_only(self._numbers)
        return dict(zip(_FLAGS, flags, strict=True)) | dict(
            zip(_NUMBERS, numbers, strict=True)
        )


@dataclass
class _State:
    """The truth. Chances are drawn for every day and household before the first day."""

    day: int
    notes: _Notes
    # fixed for the run, by household
    adults: Ints
    born_on: Ints
    jar_size: Ints
    payday: Ints
    income: Ints
    limit: Ints
    usual: Ints
    neighbours: Ints
    paid_on: list[Ints]
    # by day and household
    want: Ints
    chance: dict[str, npt.NDArray[np.uint16]]
    # changing
    jar: Ints
    cash: Ints
    ours: Bools
    goodwill: Ints
    interest: Ints
    barred_until: Ints
    # what happened
    rows: list[tuple[int, ...]] = field(default_factory=list)
    jar_log: npt.NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, "i2"))
    poured_log: npt.NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, "i2"))
    visit_log: npt.NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, "i1"))
    ours_log: Bools = field(default_factory=lambda: np.zeros(0, bool))


_COLUMNS = (
    *("sold_ge", "customers", "dry_homes", "visits", "missed", "walked_m", "minutes"),
    *("credit_cents", "lost_cents", "won", "left", "profit_cents"),
)
_REACHED, _MISSED, _REFUSED = 1, 2, 3


@dataclass(frozen=True, kw_only=True)
class RiceShop:
    """The street, the shop and the people; the objective is the profit in cents.

    Profit = rice sold at *price_cents* less its cost, the boy's time, the interest on
    what customers owe, and debts that are never paid.

    Args:
        n_periods: days; ten years by default.
        rivals: number of other rice shops.
        price_cents: of one ge.
        cost_cents: of one ge, to the shop.
        minutes: the boy's working day.
        wage_cents: for each minute that he is on his way.
        cart: what the cart holds, in ge.
        metres_per_minute: how fast he walks with it.
        share_at_start: per cent of the households that buy from us on day 0.

    >>> from crmlib.simulation.engine import run
    >>> waiting = run(RiceShop(n_periods=100), waits, seed=1)
    >>> waiting.totals["visits"]
    0
    """

    name: ClassVar[str] = "rice_shop"
    period: ClassVar[str] = "day"
    unit: ClassVar[str] = "cents"
    view_type: ClassVar[type] = View
    decision_type: ClassVar[type] = Decision
    record_fields: ClassVar[tuple[str, ...]] = NOTEBOOK
    # The reference knows every jar and purse, but its round is a rule of thumb.
    yardstick_kind: ClassVar[Literal["bound", "reference"]] = "reference"

    n_periods: int = 3650
    rivals: int = 30
    price_cents: int = 8
    cost_cents: int = 6
    minutes: int = 480
    wage_cents: int = 3
    cart: int = 1500
    metres_per_minute: int = 40
    share_at_start: int = 10

    # ------------------------------------------------------------------ the protocol

    def begin(self, seed: int) -> _State:
        """Draw the street, its families, and what chance does on every day."""
        n, days = _LANES * _PER_LANE, self.n_periods
        people, adults, _, born_on, _ = _people(seed)
        jar_size = 50 * people.integers(4, 13, size=n)
        payday = people.integers(0, _MONTH, size=n)
        want, chance = _fate(seed, days)
        usual = np.maximum(want.sum(axis=0) // days, 1)
        monthly = usual * _MONTH * self.price_cents
        income = monthly * people.integers(160, 320, size=n) // 100
        limit = income * people.integers(60, 160, size=n) // 100
        order = np.argsort(people.random(n))
        ours = np.zeros(n, dtype=bool)
        ours[order[: n * self.share_at_start // 100]] = True
        log = (days, n)
        return _State(
            day=0,
            notes=_Notes(ours),
            adults=adults,
            born_on=born_on,
            jar_size=jar_size,
            payday=payday,
            income=income,
            limit=limit,
            usual=usual,
            neighbours=_neighbours(),
            paid_on=[np.flatnonzero(payday == day) for day in range(_MONTH)],
            want=want,
            chance=chance,
            jar=jar_size * people.integers(10, 90, size=n) // 100,
            cash=income * people.integers(0, 60, size=n) // 100,
            ours=ours,
            goodwill=np.full(n, 50, dtype=np.int64),
            interest=np.zeros(n, dtype=np.int64),
            barred_until=np.zeros(n, dtype=np.int64),
            jar_log=np.zeros(log, dtype=np.int16),
            poured_log=np.zeros(log, dtype=np.int16),
            visit_log=np.zeros(log, dtype=np.int8),
            ours_log=np.zeros(log, dtype=bool),
        )

    def view(self, state: _State) -> View:
        """Return what the notebook says this morning."""
        return View(
            day=state.day,
            weekday=state.day % 7,
            minutes=self.minutes,
            cart=self.cart,
            price_cents=self.price_cents,
            lane=_LANE,
            house=_HOUSE,
            street=_STREET,
            **state.notes.copies(),
        )

    def check(self, state: _State, decision: Any) -> tuple[Ints, Ints, Ints, Ints]:
        """Return visit, bring, look and collect as arrays."""
        if decision is None:
            empty = np.zeros(0, dtype=np.int64)
            return empty, empty, empty, empty
        n = len(state.jar)
        visit = integers("visit", decision.visit, high=n - 1)
        if len(visit) > 1 and np.bincount(visit, minlength=1).max() > 1:
            twice = int(np.bincount(visit).argmax())
            raise DecisionError("visit", f"names household {twice} more than once")
        size = len(visit)
        bring = integers("bring", decision.bring, length=size, high=self.cart)
        flags = []
        for name in ("look", "collect"):
            value = getattr(decision, name)
            if isinstance(value, Sequence) and not len(value):
                flags.append(np.zeros(size, dtype=np.int64))
            else:
                flags.append(integers(name, value, length=size, high=1))
        return visit, bring, flags[0], flags[1]

    def advance(self, state: _State, decision: tuple[Ints, Ints, Ints, Ints]) -> None:
        """Play a day: wages, the round, meals, empty jars, talk, flight."""
        s, day = state, state.day
        paid = s.paid_on[day % _MONTH]
        s.cash[paid] += s.income[paid]
        poured, visits, missed, walked, minutes, won = self._round(s, decision)
        want = s.want[day]
        dry = s.jar < want
        s.jar -= np.minimum(s.jar, want)
        dry_homes = int(np.count_nonzero(dry & s.ours))
        sold, came, left = self._counter(s, np.flatnonzero(dry))
        won += came
        left += self._talk(s)
        lost, fled = self._flight(s)
        left += fled
        # Most of what a family has is spent on other things.
        s.cash -= s.cash // 12
        s.jar_log[day] = s.jar
        s.ours_log[day] = s.ours
        credit = int(s.notes.debt_cents.sum())
        sold += poured
        profit = sold * (self.price_cents - self.cost_cents)
        profit -= minutes * self.wage_cents + credit // 2000 + lost
        customers = int(np.count_nonzero(s.ours))
        s.rows.append(
            (
                *(sold, customers, dry_homes, visits, missed, walked, minutes),
                *(credit, lost, won, left, profit),
            )
        )
        s.day += 1

    def result(self, state: _State) -> Outcome:
        """Return the days' table; the record is the truth day by day."""
        rows = np.array(state.rows, dtype=np.int64).reshape(-1, len(_COLUMNS))
        periods = pd.DataFrame(rows, columns=list(_COLUMNS))
        totals = {name: int(periods[name].sum()) for name in _COLUMNS}
        # Stocks are not summed but read at the end.
        for name in ("customers", "credit_cents"):
            totals[name] = int(periods[name].iloc[-1]) if len(periods) else 0
        return Outcome(
            objective=totals["profit_cents"],
            totals=totals,
            periods=periods,
            record=state,
            arrays=(state.jar, state.notes.debt_cents, state.ours, state.poured_log),
        )

    def naive(self) -> Policy:
        """Return the policy that waits behind the counter."""
        return waits

    def yardstick(self, seed: int) -> int:
        """Play a shopkeeper who knows every jar, appetite, purse and opinion."""
        return self.reference(seed).objective

    def reference(self, seed: int) -> Outcome:
        """Return the outcome of the reference: a good rule that sees the truth.

        It is no bound: its round is a rule of thumb, and a better one may pass it.
        """
        state = self.begin(seed)
        for _ in range(self.n_periods):
            self.advance(state, self.check(state, _knowing(self, state)))
        return self.result(state)

    # --------------------------------------------------------------- parts of a day

    def _round(
        self, s: _State, decision: tuple[Ints, Ints, Ints, Ints]
    ) -> tuple[int, int, int, int, int, int]:
        """Walk the round; return poured ge, visits, missed, metres, minutes, won."""
        visit, bring, look, collect = decision
        notes, day = s.notes, s.day
        notes.missed[:] = False
        if not len(visit):
            return 0, 0, 0, 0, 0, 0
        ours = s.ours[visit]
        joins = ~ours & (s.chance["join"][day, visit] < self._join_chance(s)[visit])
        takes = ours | joins
        jar = s.jar[visit]
        pour = np.where(takes, np.minimum(bring, s.jar_size[visit] - jar), 0)
        stay = 2 + (pour + 99) // 100 + takes * (3 * look + 2 * collect)
        reached, walked, minutes = self._walk(visit, bring, pour, stay)
        if reached < len(visit):
            away = visit[reached:]
            notes.missed[away] = True
            s.visit_log[day, away] = _MISSED
            visit, bring, look, collect = (a[:reached] for a in decision)
            ours, joins, takes = ours[:reached], joins[:reached], takes[:reached]
            jar, pour = jar[:reached], pour[:reached]
        s.visit_log[day, visit] = np.where(takes, _REACHED, _REFUSED)
        refused = visit[~takes]
        notes.refused_on[refused] = day
        notes.customer[refused] = False
        new = visit[joins]
        s.ours[new] = True
        s.goodwill[new] = 55
        at = visit[takes]
        poured, before = pour[takes], jar[takes]
        self._pour(s, at, poured, before, look[takes] == 1)
        asked = at[collect[takes] == 1]
        self._collect(s, asked)
        missed = len(decision[0]) - reached
        return int(poured.sum()), reached, missed, walked, minutes, len(new)

    def _walk(
        self, visit: Ints, bring: Ints, pour: Ints, stay: Ints
    ) -> tuple[int, int, int]:
        """Return how many houses were reached, metres and minutes in all.

        The boy is home in time: he turns back before a house that would make him late.
        """
        houses, streets = _HOUSE[visit].tolist(), _STREET[visit].tolist()
        brought, poured, stays = bring.tolist(), pour.tolist(), stay.tolist()
        pace, limit, cart = self.metres_per_minute, self.minutes, self.cart
        at_house = at_street = walked = stayed = reached = 0
        load = cart
        for i, (house, street) in enumerate(zip(houses, streets, strict=True)):
            home = abs(house) + abs(street)
            if load < brought[i]:
                back = abs(at_house) + abs(at_street)
                leg, full = back + home, cart
            elif street == at_street:
                leg, full = abs(house - at_house), load
            else:
                leg = abs(house) + abs(at_house) + abs(street - at_street)
                full = load
            if (walked + leg + home) // pace + stayed + stays[i] > limit:
                break
            walked += leg
            stayed += stays[i]
            load = full - poured[i]
            at_house, at_street = house, street
            reached = i + 1
        walked += abs(at_house) + abs(at_street)
        return reached, walked, walked // pace + stayed

    def _join_chance(self, s: _State) -> Ints:
        """Return the chance, of 65,536, that a stranger takes rice at the door."""
        chance = 1300 + 520 * s.interest
        return np.where(s.barred_until > s.day, 0, chance)

    def _pour(
        self, s: _State, at: Ints, poured: Ints, before: Ints, looked: Bools
    ) -> None:
        notes, day = s.notes, s.day
        size = s.jar_size[at]
        s.jar[at] = before + poured
        s.poured_log[day, at] = poured
        full = 100 * before // size
        # A boy who comes too early is a nuisance; one who comes in time is remembered.
        cheer = np.where(full > 70, -3, np.where(full <= 35, 5, 1)) + looked
        s.goodwill[at] = np.minimum(np.maximum(s.goodwill[at] + cheer, 0), 100)
        notes.debt_cents[at] += poured * self.price_cents
        notes.customer[at] = True
        notes.adults[at] = s.adults[at]
        notes.children[at] = (s.born_on[at] <= day).sum(axis=1)
        full_now = before + poured == size
        last = notes.last_on[at]
        again = full_now & notes.filled[at] & (notes.counter_on[at] <= last)
        refilled = at[again]
        notes.refill_ge[refilled] += poured[again]
        notes.refill_days[refilled] += day - last[again]
        gave = poured > 0
        given = at[gave]
        notes.last_on[given] = day
        notes.last_ge[given] = poured[gave]
        notes.filled[given] = full_now[gave]
        seen = at[looked]
        notes.jar_size[seen] = size[looked]
        notes.jar_seen[seen] = before[looked]
        notes.jar_seen_on[seen] = day

    def _collect(self, s: _State, at: Ints) -> None:
        notes = s.notes
        debt, purse = notes.debt_cents[at], s.cash[at] * 7 // 10
        pays = np.minimum(debt, purse)
        # To be asked with an empty purse is to lose face.
        ashamed = at[2 * pays < debt]
        s.goodwill[ashamed] = np.maximum(s.goodwill[ashamed] - 8, 0)
        s.cash[at] -= pays
        notes.debt_cents[at] -= pays
        notes.paid_cents[at] = pays
        notes.asked_on[at] = s.day
        notes.payday[at] = s.payday[at]

    def _counter(self, s: _State, dry: Ints) -> tuple[int, int, int]:
        """Send those with an empty jar to a shop; return ge sold here, won, left."""
        notes, day = s.notes, s.day
        ours = s.ours[dry]
        mine, others = dry[ours], dry[~ours]
        # Who relied on the boy takes it worse.
        relied = (notes.last_on[mine] != UNKNOWN) & (day - notes.last_on[mine] < 40)
        s.goodwill[mine] = np.maximum(s.goodwill[mine] - np.where(relied, 12, 2), 0)
        draw, stay = s.chance["dry"][day], s.chance["stay"][day]
        here = draw[mine] < 36_000 + 260 * s.goodwill[mine]
        gone = mine[~here & (stay[mine] < _DRAW // 2)]
        s.ours[gone] = False
        reach = _DRAW * 6 // 10 // (self.rivals + 1) + 200 * s.interest[others]
        reach[s.barred_until[others] > day] = 0
        came = others[draw[others] < reach]
        s.ours[came] = True
        s.goodwill[came] = 50
        notes.customer[came] = True
        # As much as one carries home: a week's rice, if the jar takes it.
        bought = np.minimum(7 * s.usual[dry], s.jar_size[dry] - s.jar[dry])
        s.jar[dry] += bought
        buyers = np.zeros(len(s.jar), dtype=bool)
        buyers[mine[here]] = True
        buyers[came] = True
        notes.counter_on[buyers] = day
        return int(bought[buyers[dry]].sum()), len(came), len(gone)

    def _talk(self, s: _State) -> int:
        """Let the content praise us next door and the annoyed go; return who left."""
        day = s.day
        tells = s.ours & (s.goodwill >= 70) & (s.chance["tell"][day] < 1000)
        who = np.flatnonzero(tells)
        if len(who):
            pick = s.chance["whom"][day, who] % s.neighbours.shape[1]
            np.add.at(s.interest, s.neighbours[who, pick], 15)
            np.minimum(s.interest, 100, out=s.interest)
        if day % 10 == 0:
            s.interest -= s.interest > 0
        goes = s.ours & (s.goodwill < 25) & (s.chance["leave"][day] < 2000)
        s.ours[goes] = False
        return int(np.count_nonzero(goes))

    def _flight(self, s: _State) -> tuple[int, int]:
        """Let those too deep in debt stay away for good; return cents lost, and who."""
        debt = s.notes.debt_cents
        flees = (debt > s.limit) & (s.chance["flit"][s.day] < 650)
        if not flees.any():
            return 0, 0
        lost = int(debt[flees].sum())
        left = int(np.count_nonzero(s.ours & flees))
        debt[flees] = 0
        s.ours[flees] = False
        s.notes.customer[flees] = False
        s.interest[flees] = 0
        s.barred_until[flees] = s.day + 365
        return lost, left

    # --------------------------------------------------------------- after the run

    def explain(self, run: Run, *, household: int, day: int) -> Explanation:
        """Say why a jar ran dry on a day, or that it did not.

        Args:
            run: a run of this world.
            household: number from 0.
            day: number from 0.

        Returns:
            The sentence, and the last days before: wanted, poured, in_jar (evening),
            visit.

        Raises:
            CrmError: the run has no such household or day.
        """
        s = _books(run)
        if not (0 <= household < len(s.jar) and 0 <= day < s.day):
            raise CrmError(
                f"Households are 0 to {len(s.jar) - 1} and days 0 to {s.day - 1}; "
                f"not household {household} on day {day}."
            )
        start = max(0, day - 20)
        days = slice(start, day + 1)
        words = {0: "", _REACHED: "reached", _MISSED: "missed", _REFUSED: "refused"}
        table = pd.DataFrame(
            {
                "day": np.arange(start, day + 1),
                "wanted": s.want[days, household],
                "poured": s.poured_log[days, household],
                "in_jar": s.jar_log[days, household],
                "visit": [words[int(x)] for x in s.visit_log[days, household]],
                "ours": s.ours_log[days, household],
            }
        )
        return Explanation(sentence=_why(s, household, day), table=table)


def _people(seed: int) -> tuple[np.random.Generator, Ints, Ints, Ints, Ints]:
    """Return the generator, then adults, appetite, birthdays, pattern of the week."""
    n = _LANES * _PER_LANE
    people = stream(seed, "people")
    adults = people.integers(2, 6, size=n)
    appetite = people.integers(4, 8, size=n)
    # Up to three children: born in the fifteen years before or the ten to come.
    born_on = people.integers(-15 * 365, 10 * 365, size=(n, 3))
    return people, adults, appetite, born_on, people.integers(0, 3, size=n)


@functools.lru_cache(maxsize=3)
def _fate(seed: int, days: int) -> tuple[Ints, dict[str, npt.NDArray[np.uint16]]]:
    """Return what is eaten and all chances, shape (days, n): the same for any policy.

    Kept for the last seeds, because policies are compared with the same ones.
    """
    size = (days, _LANES * _PER_LANE)
    chance = {}
    for name in ("join", "dry", "stay", "tell", "whom", "leave", "flit"):
        drawn = stream(seed, name).integers(0, _DRAW, size=size).astype(np.uint16)
        drawn.setflags(write=False)
        chance[name] = drawn
    want = _wanted(seed, days)
    want.setflags(write=False)
    return want, chance


def _wanted(seed: int, days: int) -> Ints:
    """Return what each household would eat on each day, in ge, shape (days, n)."""
    _, adults, appetite, birthdays, pattern = _people(seed)
    eating = stream(seed, "eating")
    number = np.arange(days)
    size = (days, len(adults))
    base = np.broadcast_to(adults * appetite, size).copy()
    months = number[::_MONTH]
    for born_on in birthdays.T:
        age = (months[:, None] - born_on) // 365
        eaten = _CHILD[np.minimum(np.maximum(age, 0), len(_CHILD) - 1)]
        base += np.repeat(eaten, _MONTH, axis=0)[:days]
    base *= _WEEK[pattern][:, number % 7].T
    base *= 85 + eating.integers(0, 31, size=size)
    base //= 10_000
    # Nobody eats as usual in the week of New Year.
    feast = (number % 365 >= 20) & (number % 365 < 27)
    base[feast] = base[feast] * 3 // 2
    guests = eating.integers(0, 100, size=size) < 2
    base += guests * eating.integers(6, 31, size=size)
    return base


def _why(s: _State, household: int, day: int) -> str:
    want, poured = s.want[:, household], s.poured_log[: day + 1, household]
    evening = s.jar_log[day - 1, household] if day else None
    who = f"Household {household}"
    if evening is None:
        return f"{who}: the first day has no day before it."
    morning = int(evening) + int(poured[day])
    if morning >= want[day]:
        return (
            f"{who} had {morning} ge on day {day} and wanted {want[day]}: its jar did "
            "not run dry."
        )
    parts = [f"{who} wanted {want[day]} ge on day {day} and had {morning}."]
    deliveries = np.flatnonzero(poured)
    if not len(deliveries):
        parts.append("The boy had never brought it rice.")
        return " ".join(parts)
    last = int(deliveries[-1])
    ate = want[last : day + 1]
    usual = int(s.usual[household])
    parts.append(
        f"The boy last came on day {last}, {day - last} days before, with "
        f"{int(poured[last])} ge; the jar holds {int(s.jar_size[household])}."
    )
    parts.append(
        f"Since then it wanted {ate.mean():.0f} ge a day, against {usual} in the long "
        "run."
    )
    missed = int(np.count_nonzero(s.visit_log[last : day + 1, household] == _MISSED))
    if missed:
        parts.append(f"{missed} times he was sent and did not get there in time.")
    elif not s.ours_log[day - 1, household]:
        parts.append("It was a rival's customer by then.")
    else:
        parts.append("Nobody was sent in between.")
    return " ".join(parts)


# ---------------------------------------------------------------- the plan of streets


def _neighbours() -> Ints:
    """Return the six nearest houses in the same lane, shape (households, 6)."""
    n = _LANES * _PER_LANE
    rows = np.arange(n).reshape(_LANES, _PER_LANE)
    near = np.array([-3, -2, -1, 1, 2, 3])
    place = np.arange(_PER_LANE)[:, None] + near
    # At a lane's end the missing neighbours are those on the other side.
    place = np.where(place < 0, place + 7, place)
    place = np.where(place >= _PER_LANE, place - 7, place)
    return rows[:, place].reshape(n, 6)


def _plan() -> tuple[Ints, Ints, Ints]:
    number = np.arange(_LANES * _PER_LANE)
    lane, place = number // _PER_LANE, number % _PER_LANE
    half = _PER_LANE // 2
    house = np.where(place < half, place - half, place - half + 1) * _HOUSE_GAP
    street = lane * _LANE_GAP - (_LANES - 1) * _LANE_GAP // 2
    return read_only(lane), read_only(house), read_only(street)


_LANE, _HOUSE, _STREET = _plan()
_SIDE = 2 * _LANE + (_HOUSE > 0)


def tour(view: View, households: Ints) -> Ints:
    """Return households in an order that is short to walk: lane by lane, out and back.

    Args:
        view: of the day.
        households: numbers of those to visit.

    >>> world = RiceShop(n_periods=1)
    >>> view = world.view(world.begin(1))
    >>> tour(view, np.array([299, 0, 31, 1])).tolist()
    [1, 0, 31, 299]
    """
    at = np.asarray(households, dtype=np.int64)
    lane, house = view.lane[at], view.house[at]
    # Up one side of the town and down the other, so that a load is used up nearby.
    west = house < 0
    order = np.lexsort(
        (np.abs(house), np.where(west, lane, -lane), (~west).astype(int))
    )
    return at[order]


def trips(need: Any, bring: Any, *, cart: int) -> Ints:
    """Return whom to visit, cartload by cartload, the most needed load first.

    A load is for one side of one lane. Those who need it most are in its first load,
    which counts the squares of their needs: one urgent house outweighs two that are
    half as urgent. The boy goes as far as his day allows; the rest is for tomorrow.

    Args:
        need: for each household how much it needs a visit, a whole number; 0 for none.
        bring: for each household the rice to bring, in ge.
        cart: what the cart holds, in ge.

    >>> need = np.zeros(300, dtype=int)
    >>> need[[0, 2, 299]] = 1, 1, 5
    >>> trips(need, np.full(300, 400), cart=1500).tolist()
    [299, 2, 0]
    """
    need, space = np.asarray(need, dtype=np.int64), np.asarray(bring, dtype=np.int64)
    at = np.flatnonzero(need > 0)
    at = at[np.lexsort((-need[at], _SIDE[at]))]
    if not len(at):
        return at
    numbers: list[int] = []
    number, load, last = -1, 0, -1
    for side, sacks in zip(_SIDE[at].tolist(), space[at].tolist(), strict=True):
        load += sacks
        if side != last or load > cart:
            number, load, last = number + 1, sacks, side
        numbers.append(number)
    trip = np.array(numbers)
    worth = np.zeros(number + 1, dtype=np.int64)
    np.add.at(worth, trip, need[at] ** 2)
    return at[np.lexsort((np.abs(_HOUSE[at]), trip, -worth[trip]))]


# ---------------------------------------------------------------------- the pictures


def draw_street(run: Run, *, day: int, ax: Axes | None = None) -> Axes:
    """Draw the street on the evening of a day: each jar as a bar, as full as it is.

    Args:
        run: a run of the rice shop with its books.
        day: from 0.
        ax: where to draw; a new figure by default.
    """
    s = _books(run)
    day = min(max(int(day), 0), s.day - 1)
    ours, jar = s.ours_log[day], s.jar_log[day].astype(np.int64)
    height = 80 * jar // s.jar_size
    short = _short(s)[day]
    with plots.style():
        if ax is None:
            _, ax = plots.subplots(height=5.2)
        for mine, colour, width, label in (
            (False, plots.COLOURS["grey"], 2, "a rival's"),
            (True, plots.COLOURS["blue"], 5, "ours"),
        ):
            at = ours == mine
            feet = _STREET[at] - 40
            ax.vlines(
                *(_HOUSE[at], feet, feet + height[at]),
                color=colour, linewidth=width, label=label,
            )  # fmt: skip
        ax.plot(
            *(_HOUSE[short], _STREET[short] - 40),
            *("x",), color=plots.COLOURS["vermillion"], label="found too little",
        )  # fmt: skip
        ax.plot([0], [0], "s", color=plots.COLOURS["ink"], label="the shop")
        ax.set_title(
            f"Day {day}: {ours.sum()} of {len(ours)} families buy from us, "
            f"{short.sum()} of ours found too little"
        )
        ax.set_xlabel("Along the lane (m)")
        ax.set_ylabel("Along the main street (m)")
        ax.grid(visible=False)
        ax.set_ylim(-610, 640)
        ax.legend(ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.13))
    return ax


_LINES = (("blue", "-"), ("vermillion", "--"), ("grey", ":"), ("green", "-."))


def draw_sales(runs: Mapping[str, Run], *, ax: Axes | None = None) -> Axes:
    """Draw the rice sold a day, by months, for up to four runs.

    Args:
        runs: name -> run, all of one length.
        ax: where to draw; a new figure by default.
    """
    with plots.style():
        if ax is None:
            _, ax = plots.subplots()
        for (name, one), (colour, line) in zip(runs.items(), _LINES, strict=False):
            sold = one.periods["sold_ge"]
            months = sold.groupby(sold.index // _MONTH).mean() / GE_PER_DOU
            years = (months.index + 0.5) * _MONTH / 365
            ax.plot(years, months, line, color=plots.COLOURS[colour], label=name)
        best = max(runs, key=lambda name: last_year(runs[name]))
        ax.set_title(
            f"In the last year {best} sells {last_year(runs[best]):.0f} dou a day"
        )
        ax.set_xlabel("Time (years)")
        ax.set_ylabel("Rice sold a day (dou)")
        ax.set_ylim(bottom=0)
        ax.legend(ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.15))
    return ax


def last_year(run: Run) -> float:
    """Return the rice sold a day in the last 365 days of a run, in dou.

    >>> from crmlib.simulation.engine import run
    >>> round(last_year(run(RiceShop(n_periods=100), waits, seed=1)), 1)
    6.3
    """
    return float(run.periods["sold_ge"].tail(365).mean()) / GE_PER_DOU


def empty_jars(run: Run) -> pd.DataFrame:
    """Return the days on which a family of ours found too little in its jar.

    Returns:
        day and household, in this order; integer columns.
    """
    day, household = np.nonzero(_short(_books(run)))
    return pd.DataFrame({"day": day, "household": household})


def _short(s: _State) -> Bools:
    """Return where a family of ours wanted more than its jar held, shape (days, n)."""
    short = np.zeros((s.day, len(s.jar)), dtype=bool)
    morning = s.jar_log[: s.day - 1] + s.poured_log[1 : s.day]
    short[1:] = (morning < s.want[1 : s.day]) & s.ours_log[: s.day - 1]
    return short


def _books(run: Run) -> _State:
    if not isinstance(run.record, _State):
        raise CrmError("This run kept no books: play it again with run(...).")
    return run.record


# ---------------------------------------------------------------------- the baselines


def waits(view: View) -> None:
    """Stay behind the counter, as the thirty rivals do."""
    return None


def fixed_round(view: View, *, every: int = 7) -> Decision:
    """Go to each customer every *every* days, fill the jar and ask for the money."""
    due = view.customer & (np.arange(len(view.customer)) % every == view.day % every)
    visit = tour(view, np.flatnonzero(due))
    return Decision(
        visit=visit,
        bring=np.full(len(visit), 300),
        collect=np.ones(len(visit), dtype=int),
    )


def sensible(view: View, *, days_before: float = 3) -> Decision:
    """Come *days_before* the jar is empty, and ask for money after payday.

    How much a household eats is estimated from the number of mouths at first, and from
    what its jar has swallowed from brim to brim later. The boy looks into a jar once,
    to learn its size, and brings a little more than he thinks it takes.
    """
    mouths = np.where(view.adults < 0, 22, 5.5 * view.adults + 3 * view.children)
    rate = (15 * mouths + view.refill_ge) / (15 + view.refill_days)
    size = np.where(view.jar_size < 0, 250, view.jar_size)
    left = np.where(view.last_on < 0, 0, size - rate * (view.day - view.last_on))
    owes = (view.debt_cents > 0) & (view.day - view.asked_on > 5)
    paid = (view.payday >= 0) & ((view.day - view.payday) % _MONTH < 3)
    ask = owes & (paid | (view.payday < 0))
    due = (left < days_before * rate) | (ask & paid)
    visit = tour(view, np.flatnonzero(view.customer & due))
    bring = np.clip(size - left + 50, 0, view.cart).astype(int)
    return Decision(
        visit=visit,
        bring=bring[visit],
        look=(view.jar_size < 0)[visit],
        collect=ask[visit],
    )


def _knowing(world: RiceShop, s: _State) -> Decision:
    """Decide with the truth at hand: the reference.

    Trip by trip the boy goes down that side of a lane where he is needed most, with
    one cartload for those whose jars will be empty first, until the day is full.
    """
    day, debt = s.day, s.notes.debt_cents
    space = s.jar_size - s.jar
    days_left = s.jar // s.usual
    need = np.where(s.ours & (2 * s.jar < s.jar_size), 7 - days_left, 0)
    tomorrow = s.want[day : day + 2].sum(axis=0)
    need[s.ours & (s.jar < tomorrow)] = 12
    fair = (debt > 0) & (2 * np.minimum(s.cash * 7 // 10, debt) >= debt)
    paid = s.ours & fair & ((day - s.payday) % _MONTH < 5)
    need = np.where(paid & (3 * debt > s.limit), np.maximum(need, 4), need)
    chance = world._join_chance(s)
    keen = ~s.ours & (chance > 12_000) & (2 * s.jar < s.jar_size)
    need = np.where(keen, chance // 7_000, need)
    need = np.maximum(need, 0)
    collect = fair | (5 * debt > 4 * s.limit)
    visit = trips(need, space, cart=world.cart)
    if not len(visit):
        return Decision(visit=visit, bring=visit)
    load = space[visit]
    stay = 2 + (load + 99) // 100 + 2 * collect[visit]
    visit = visit[: world._walk(visit, load, load, stay)[0]]
    return Decision(visit=visit, bring=space[visit], collect=collect[visit])
