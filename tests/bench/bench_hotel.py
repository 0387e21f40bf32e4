"""How fast the hotel is: ratios to a bare array loop and to Mesa, from the same run.

    python tests/bench/bench_hotel.py [--guests N] [--peer-python PYTHON]

The bare loop is the arithmetic of `crmlib.simulation.hotel` for one fixed rule, with
nothing around it: no views, no checks, no books. It must earn the same to the cent. The
Mesa model plays the same rule with one agent a guest, whose line of the record the
rule reads each month, on its own dice and with fewer guests; its speed is quoted a
guest and month. Nothing here asserts a time: machines
differ, and a shared one differs from minute to minute.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
REPEATS = 3
MESA_GUESTS, MESA_MONTHS = 4_000, 24


# ---------------------------------------------------------------------- the bare loop


def bare(world: Any, fate: Any) -> int:
    """Return the profit of `hotel.fixed_rule` in cents: arrays in one plain loop."""
    from crmlib.simulation import hotel as h

    wanted = np.uint8(h.SEAT | h.MENU)
    handed = np.uint8(h.NAME | h.SEAT | h.MENU)
    n = world.guests
    felt_of, felt_on = fate.felt.astype(np.int16), fate.last_stay.astype(np.int16)
    noted, told = np.full((2, n), h.NAME, np.uint8)
    stale = np.zeros(n, np.uint8)
    arrives, forgotten = np.full((2, n), -1, np.int16)
    talk = profit = 0
    for p in range(world.months):
        month, days = h.FIRST_MONTH + p, h._DAYS[p % 12]
        if month % 12 == 9:
            arrives[:] = month + h._POST[fate.home]
            forgotten[:] = arrives + h.CARD_MONTHS
            profit -= n * world.card_cents
        here = slice(fate.starts[p], fate.starts[p + 1])
        guest, dice = fate.guest[here], fate.dice[here]
        stale[guest] |= fate.changed[here] & noted[guest]
        before = felt_of[guest]
        felt = before * h._FADE[np.minimum(month - felt_on[guest], 255)] >> 8
        card = (np.maximum(before - felt, 0) * 3 >> 2) + 3
        valid = (arrives[guest] <= month) & (month < forgotten[guest])
        card[~valid | (before < -10)] = 0
        level = (felt + card + h.NEUTRAL).clip(0, 255)
        chance = h._CHANCE[level] * h._FITS[fate.budget[guest]] >> 8
        comes = np.flatnonzero(fate.luck[here] < chance)
        nights = h._NIGHTS_OF[dice[comes, 0] & 15].astype(np.int32)
        wants = nights * fate.rooms[guest[comes]]
        house = world.rooms * days
        first = int(np.searchsorted(guest[comes], fate.turn[p]))
        order = np.roll(np.arange(len(comes)), -first)
        fits = np.empty(len(comes), np.bool_)
        fits[order] = np.cumsum(wants[order]) <= house
        away, stay, wants = comes[~fits], comes[fits], wants[fits]
        felt_of[guest[away]] = (felt[away] - 6).clip(h._LEAST, h._MOST)
        felt_on[guest[away]] = month
        g, die = guest[stay], dice[stay]
        briefed = handed & noted[g]
        items = int(h._COUNT[briefed].sum())
        recall = world.recall_items
        limit = 240 if items <= recall else 240 * recall // items
        met = np.zeros(len(g), np.uint8)
        for i in range(len(h.FIELDS)):
            met |= (die[:, 1 + i] < limit).astype(np.uint8) << i
        met &= briefed
        amiss, right = met & stale[g], met & ~stale[g]
        pleased = h._SERVICE[die[:, 7]].copy()
        worth = fate.worth[g]
        for i in range(len(h.FIELDS)):
            pleased += ((right >> i) & 1) * worth[:, i]
            pleased -= ((amiss >> i) & 1) * (worth[:, i] + np.uint8(4))
        pleased[met == 0] -= 3
        felt_of[g] = ((felt[stay] * 3 >> 2) + pleased).clip(h._LEAST, h._MOST)
        felt_on[g] = month
        wish = wanted & fate.tells[g]
        written = wish & (die[:, 11] | die[:, 12] | die[:, 13])
        noted[g] |= written
        told[g] |= written
        stale[g] &= ~written
        sold = int(wants.sum())
        demand = world.rooms * h._FIRST[p % 12] * (1024 + talk) >> 10
        others = min(demand, house - sold)
        heard = int((pleased >= 24).sum()) - 6 * int((pleased <= -24).sum())
        heard = heard * 400 // world.rooms
        talk += (max(-h._TALK, min(h._TALK, heard)) - talk) // 8
        profit += int((h._RATES[fate.budget[g]] * wants).sum()) + h._FIRST_RATE * others
        profit -= h._SERVED_CENTS * (sold + others) + house * h._ROOM_DAY_CENTS
        profit -= int(h._COUNT[wish].sum()) * world.note_cents
        profit -= items * world.brief_cents
    return profit


# --------------------------------------------------------------------------- in Mesa


def mesa_seconds() -> float:
    """Return the seconds that the model takes in Mesa, without setting it up.

    The same month as `hotel.Hotel.advance`: each guest is an agent; the policy sees his
    line of the record and answers for him; whoever comes first gets the room.
    """
    import mesa

    from crmlib.simulation import hotel as h

    @dataclass(frozen=True)
    class Line:
        month: int
        stays: int
        last_stay: int
        nights: int
        spent_cents: int
        home: int
        noted: int
        told: int
        noted_on: tuple[int, ...]
        last_card: int
        complaints: int
        thanks: int

    def fixed_rule(line: Line) -> tuple[int, int, bool]:
        """Return what to note, what to hand on, and whether to post a card."""
        wanted = h.SEAT | h.MENU
        return wanted, line.noted & (wanted | h.NAME), line.month % 12 == 9

    class Guest(mesa.Agent):
        def __init__(self, model: Any) -> None:
            super().__init__(model)
            dice = model.random
            self.trips = h._TRIPS[int(h._CLASS_OF[dice.randrange(256)])]
            self.season = int(h._SEASON_OF[dice.randrange(256)])
            self.budget = int(h._BUDGET_OF[dice.randrange(256)])
            self.home = dice.randrange(4)
            self.rooms = 1 + (dice.randrange(256) < 44)
            self.tells = sum(
                (dice.randrange(256) < tell) << i for i, tell in enumerate(h._TELLS)
            )
            self.worth = [weight * dice.randrange(4) // 2 for weight in h._WEIGHT]
            self.felt, self.felt_on = dice.randrange(-16, 16), h.FIRST_MONTH - 12
            self.stays, self.last_stay, self.nights, self.spent = 1, 48, 3, 0
            self.noted = self.told = h.NAME
            self.stale = self.complaints = self.thanks = 0
            self.noted_on = [-1] * len(h.FIELDS)
            self.last_card = self.arrives = self.forgotten = -1

        def line(self) -> Line:
            return Line(
                self.model.month,
                self.stays,
                self.last_stay,
                self.nights,
                self.spent,
                self.home,
                self.noted,
                self.told,
                tuple(self.noted_on),
                self.last_card,
                self.complaints,
                self.thanks,
            )

        def step(self) -> None:
            house, dice = self.model, self.model.random
            month = house.month
            note, brief, card = fixed_rule(self.line())
            if card:
                self.last_card = month
                self.arrives = month + h.POST_MONTHS[self.home]
                self.forgotten = self.arrives + h.CARD_MONTHS
                house.profit -= house.world.card_cents
            shape = h._SEASON_SHAPE[(month - self.season) % 12]
            if dice.randrange(65_536) >= self.trips * shape >> 4:
                return
            for i, rate in enumerate(h._CHANGES):
                if dice.randrange(256) < rate:
                    self.stale |= self.noted & 1 << i
            felt = self.felt * house.fade[min(month - self.felt_on, 255)] >> 8
            adds = 0
            if self.arrives <= month < self.forgotten and self.felt >= -10:
                adds = (max(self.felt - felt, 0) * 3 >> 2) + 3
            chance = house.chance[min(max(felt + adds + h.NEUTRAL, 0), 255)]
            if dice.randrange(65_536) >= chance * h._FIT[self.budget] >> 8:
                return
            nights = h._NIGHTS[dice.randrange(16)]
            self.felt_on = month
            if nights * self.rooms > house.left:
                self.felt = max(felt - 6, h._LEAST)
                return
            self.stay(felt, nights, note, brief & self.noted)

        def stay(self, felt: int, nights: int, note: int, brief: int) -> None:
            house, dice = self.model, self.model.random
            house.left -= nights * self.rooms
            pleased, met = dice.randrange(16) + dice.randrange(16) - 15, 0
            for i in range(len(h.FIELDS)):
                if not brief >> i & 1:
                    continue
                house.profit -= house.world.brief_cents
                if dice.randrange(256) < 240:
                    met |= 1 << i
                    stale = self.stale >> i & 1
                    pleased += -self.worth[i] - 4 if stale else self.worth[i]
            pleased -= 0 if met else 3
            self.felt = min(max((felt * 3 >> 2) + pleased, h._LEAST), h._MOST)
            self.stays += 1
            self.last_stay = house.month
            self.nights += nights
            self.thanks += pleased >= 24 and dice.random() < 0.5
            house.heard += (pleased >= 24) - 6 * (pleased <= -24)
            for i in range(len(h.FIELDS)):
                if note >> i & 1 and self.tells >> i & 1:
                    house.profit -= house.world.note_cents
                    self.noted |= 1 << i
                    self.told |= 1 << i
                    self.stale &= ~(1 << i)
                    self.noted_on[i] = house.month
            paid = nights * self.rooms * h._RATE[self.budget]
            self.spent += paid
            house.profit += paid - nights * self.rooms * h._SERVED_CENTS

    class House(mesa.Model):
        def __init__(self, guests: int) -> None:
            super().__init__(seed=1)
            self.world = h.Hotel(guests=guests, rooms=max(guests // 500, 1))
            self.fade, self.chance = h._FADE.tolist(), h._CHANCE.tolist()
            self.month, self.profit, self.talk = h.FIRST_MONTH, 0, 0
            self.left = self.heard = 0
            Guest.create_agents(self, guests)

        def step(self) -> None:
            rooms, season = self.world.rooms, self.month % 12
            self.left, self.heard = rooms * h._DAYS[season], 0
            self.profit -= self.left * h._ROOM_DAY_CENTS
            self.agents.shuffle_do("step")
            demand = rooms * h._FIRST[season] * (1024 + self.talk) >> 10
            others = min(demand, self.left)
            self.profit += others * (h._FIRST_RATE - h._SERVED_CENTS)
            heard = self.heard * 400 // rooms
            self.talk += (max(-h._TALK, min(h._TALK, heard)) - self.talk) // 8
            self.month += 1

    house = House(MESA_GUESTS)
    begun = time.perf_counter()
    for _ in range(MESA_MONTHS):
        house.step()
    return time.perf_counter() - begun


# ---------------------------------------------------------------------------- compare


def peak_megabytes() -> float | None:
    """Return the most memory that this process has held, where the system tells."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def measure(guests: int, peer: str | None) -> dict[str, Any]:
    """Return times, ratios and memory, each time the best of three."""
    from crmlib.simulation import engine, hotel

    world = hotel.Hotel(guests=guests, rooms=max(guests // 500, 1))
    steps = guests * world.months
    kit, loop = [], []
    for _ in range(REPEATS):
        hotel._fate.cache_clear()
        begun = time.perf_counter()
        run = engine.run(world, hotel.fixed_rule, seed=1)
        kit.append(time.perf_counter() - begun)
        hotel._fate.cache_clear()
        begun = time.perf_counter()
        earned = bare(world, hotel._fate(world.guests, world.months, 1))
        loop.append(time.perf_counter() - begun)
        if earned != run.objective:
            raise SystemExit(f"The bare loop earns {earned}, the kit {run.objective}.")
    found: dict[str, Any] = {
        "guests": guests,
        "seconds": min(kit),
        "seconds_bare": min(loop),
        "ratio_bare": min(kit) / min(loop),
        "ns_a_step": min(kit) / steps * 1e9,
        "peak_mb": peak_megabytes(),
    }
    if peer:
        command = [peer, str(Path(__file__).resolve()), "--mesa"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"Mesa failed in {peer}:\n{done.stderr[-600:]}")
        found["ns_a_step_mesa"] = json.loads(done.stdout)
        found["times_mesa"] = found["ns_a_step_mesa"] / found["ns_a_step"]
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--guests", type=int, default=200_000)
    parser.add_argument("--peer-python", help="a Python that has mesa")
    parser.add_argument("--mesa", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    if given.mesa:
        print(json.dumps(mesa_seconds() / (MESA_GUESTS * MESA_MONTHS) * 1e9))
        return
    found = measure(given.guests, given.peer_python)
    print(f"Hotel, {found['guests']:,} guests over 120 months, fixed rule:")
    step = f"{found['ns_a_step']:.0f} ns a step"
    print(f"  crmlib          {found['seconds']:8.2f} s, {step}")
    print(f"  bare array loop {found['seconds_bare']:8.2f} s, same profit to the cent")
    print(f"  ratio           {found['ratio_bare']:8.2f}")
    if "times_mesa" in found:
        print(
            f"  Mesa            {found['ns_a_step_mesa']:8.0f} ns a step: crmlib is "
            f"{found['times_mesa']:.0f} times as fast"
        )
    else:
        print("  Mesa            not measured: give --peer-python with mesa installed")
    if found["peak_mb"]:
        print(f"  memory          {found['peak_mb']:8.0f} MB at the peak")


if __name__ == "__main__":
    main()
