"""The Oriental Hotel in pictures, and its dashboard: thin views of `hotel`.

plots.show(floor(a_run, period=119), alt=floor_words(a_run, period=119))
plots.show(years({"nothing": base, "mine": a_run}), alt="…")
desk(world, seed=1)                       move sliders, see floor and profit move
ten_years(world, policy, seed=1)          a button, and a run that shows its progress
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crmlib import plots
from crmlib.errors import CrmError
from crmlib.plots import COLOURS, TEXT_COLOURS
from crmlib.simulation import engine, hotel

__all__ = [
    "desk",
    "desk_view",
    "floor",
    "floor_counts",
    "floor_words",
    "full_house",
    "full_house_words",
    "ten_years",
    "yearly",
    "years",
]

# Who is in a room: words, colour, marker. Each has a marker of its own.
_KINDS = (
    ("recognised", "green", "s"),
    ("met with what is wrong", "vermillion", "X"),
    ("back, met as a stranger", "blue", "o"),
    ("here for the first time", "purple", "^"),
    ("empty", "grey", "_"),
)
_LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
_MARKS = ("o", "s", "^", "D", "v")


# The floor --------------------------------------------------------------------------


def floor_counts(run: engine.Run, *, period: int) -> dict[str, int]:
    """Return how many rooms are, on an average night of a month, in whose hands.

    Args:
        run: of a `hotel.Hotel`.
        period: month of play, from 0.

    Returns:
        Five kinds of guest -> rooms; together all rooms of the house.

    >>> small = hotel.Hotel(guests=2000, rooms=4)
    >>> sum(floor_counts(engine.run(small, hotel.nothing, seed=1), period=3).values())
    4
    """
    periods = run.periods
    if not 0 <= period < len(periods):
        raise CrmError(f"Month {period} was not played: there are {len(periods)}.")
    books = hotel.books_of(run)
    here = slice(books.starts[period], books.starts[period + 1])
    nights = books.room_nights[here].astype(np.int64)
    wrong = (books.amiss[here] | books.untold[here]) > 0
    met = (books.met[here] > 0) & ~wrong
    of_month = periods.iloc[period]
    sold = [
        int(nights[met].sum()),
        int(nights[wrong].sum()),
        int(nights[~met & ~wrong].sum()),
        int(of_month["first_nights"]),
    ]
    rooms = int(run.world.rooms)
    offered = rooms * int(of_month["days"])
    sold.append(offered - sum(sold))
    # The largest remainders get the rooms that are left over.
    whole = [nights_ * rooms // offered for nights_ in sold]
    rest = sorted(range(len(sold)), key=lambda i: -(sold[i] * rooms % offered))
    for i in rest[: rooms - sum(whole)]:
        whole[i] += 1
    return {name: n for (name, _, _), n in zip(_KINDS, whole, strict=True)}


def floor_words(run: engine.Run, *, period: int) -> str:
    """Return the picture of `floor` in a sentence."""
    counts = floor_counts(run, period=period)
    parts = [f"{count} {name}" for name, count in counts.items()]
    month = hotel.when(hotel.FIRST_MONTH + period)
    return (
        f"The {run.world.rooms} rooms on an average night in {month}: "
        f"{', '.join(parts)}."
    )


def floor(run: engine.Run, *, period: int, ax: Axes | None = None) -> Axes:
    """Draw the rooms of the house on an average night of a month, floor by floor.

    Args:
        run: of a `hotel.Hotel`.
        period: month of play, from 0.
        ax: where to draw; None for a figure of its own.
    """
    counts = floor_counts(run, period=period)
    rooms = int(run.world.rooms)
    wide = 40 if rooms > 100 else 10
    month = hotel.when(hotel.FIRST_MONTH + period)
    with plots.style():
        if ax is None:
            ax = plots.subplots(height=4.4)[1]
        first = 0
        for (name, colour, marker), count in zip(_KINDS, counts.values(), strict=True):
            place = np.arange(first, first + count)
            ax.plot(
                place % wide + 1,
                place // wide + 1,
                marker,
                color=COLOURS[colour],
                markersize=7 if rooms > 100 else 11,
                label=f"{name} ({count})",
            )
            first += count
        full = 100 * (rooms - counts["empty"]) // rooms
        ax.set_title(f"{month}: {full} % of the rooms are taken")
        ax.set_xlabel("Room on the floor (number)")
        ax.set_ylabel("Floor (number)")
        ax.set_xlim(0, wide + 1)
        ax.set_ylim(0.3, max(rooms // wide, 1) + 0.7)
        ax.set_yticks(range(1, max(rooms // wide, 1) + 1))
        ax.grid(visible=False)
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
    return ax


# The years --------------------------------------------------------------------------


def yearly(run: engine.Run, column: str = "profit_cents") -> list[int]:
    """Return the sums of a column of a run's months, by full year.

    >>> small = hotel.Hotel(guests=2000, rooms=4, months=30)
    >>> len(yearly(engine.run(small, hotel.nothing, seed=1)))
    2
    """
    values = run.periods[column].to_numpy()
    years_ = len(values) // 12
    return [int(x) for x in values[: 12 * years_].reshape(years_, 12).sum(axis=1)]


def years(
    runs: Mapping[str, engine.Run], *, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw the profit of each year, a line for each of up to five runs.

    Args:
        runs: name -> run.
        title: the finding; by default which run made most in the last year.
        ax: where to draw; None for a figure of its own.
    """
    if not 1 <= len(runs) <= len(_MARKS):
        raise CrmError(f"A picture holds 1 to {len(_MARKS)} runs, not {len(runs)}.")
    with plots.style():
        if ax is None:
            ax = plots.subplots(height=4.2)[1]
        sums = {name: yearly(run) for name, run in runs.items()}
        names = ("grey", "brown", "blue", "green", "vermillion")
        for (name, cents), colour, line, mark in zip(
            sums.items(), names, _LINES, _MARKS, strict=False
        ):
            ax.plot(
                range(1, len(cents) + 1),
                [x / 100_000_000 for x in cents],
                linestyle=line,
                marker=mark,
                color=COLOURS[colour],
                label=name.replace("_", " "),
            )
        best = max(sums, key=lambda name: sums[name][-1])
        ax.set_title(title or f"In the last year {best.replace('_', ' ')} earns most")
        ax.set_xlabel("Year of play (number)")
        ax.set_ylabel("Profit (million yuan)")
        ax.set_xticks(range(1, len(next(iter(sums.values()))) + 1))
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=3)
    return ax


# One tenth --------------------------------------------------------------------------


def full_house(
    *,
    rooms: int = 400,
    nights: float = 3.0,
    party: float = 1.0,
    returns: float = 0.1,
    ax: Axes | None = None,
) -> Axes:
    """Draw at which nights a stay returning guests fill a house of any size.

    Above the line a share *returns* of the old guests fills the house, below it does
    not; the cross is the house asked about. See `hotel.one_tenth`.
    """
    sizes = range(50, 801, 50)
    asked = hotel.one_tenth(rooms, nights, party, returns)
    with plots.style():
        if ax is None:
            ax = plots.subplots(height=4.4)[1]
        need = [
            float(hotel.one_tenth(size, nights, party, returns).nights_to_fill)
            for size in sizes
        ]
        ax.plot(list(sizes), need, color=COLOURS["blue"])
        ax.plot([rooms], [nights], "X", color=COLOURS["vermillion"], markersize=11)
        reaches = asked.occupancy == 1
        share = f"{100 * returns:g} % of the guests"
        ax.set_title(
            f"{share} fill {rooms} rooms"
            if reaches
            else f"{share} fill {float(100 * asked.occupancy):.0f} % of {rooms} rooms"
        )
        ax.set_xlabel("Rooms of the house (number)")
        ax.set_ylabel("Nights a stay (nights)")
        top = max(16.0, nights + 1)
        ax.set_ylim(0, top)
        ax.set_xlim(0, 820)
        middle = float(hotel.one_tenth(400, nights, party, returns).nights_to_fill)
        ax.text(30, top - 1.2, "full", color=TEXT_COLOURS["blue"])
        ax.text(
            640,
            min(0.5, middle / 4),
            "rooms left",
            color=TEXT_COLOURS["blue"],
            va="bottom",
        )
    return ax


def full_house_words(
    *, rooms: int = 400, nights: float = 3.0, party: float = 1.0, returns: float = 0.1
) -> str:
    """Return what `full_house` shows in a sentence."""
    return repr(hotel.one_tenth(rooms, nights, party, _exact(returns)))


def _exact(number: float) -> Fraction:
    return Fraction(str(number))


# The dashboard ----------------------------------------------------------------------

_FIELDS = {
    "nothing": hotel.NOTHING,
    "seat": hotel.SEAT,
    "seat and menu": hotel.SEAT | hotel.MENU,
    "seat, menu, room": hotel.SEAT | hotel.MENU | hotel.ROOM,
    "all but health": hotel.ALL & ~hotel.HEALTH,
    "all": hotel.ALL,
}
_UNTOLD = {"is left alone": False, "is used, too": True}
_CARDS = {
    "nobody": "none",
    "everybody in October": "october",
    "before their season": "season",
    "on their birthday": "birthday",
}


def desk(
    world: hotel.Hotel, *, seed: int, baselines: Sequence[engine.Policy] = ()
) -> Any:
    """Return the dashboard: choose a policy and a month, see the floor and the years.

    Every choice plays all years anew, so take a small hotel, in proportion. Works with
    the keyboard alone.

    Args:
        world: a small hotel.
        seed: the guests and their luck.
        baselines: policies whose lines stand beside yours; by default
            `hotel.nothing` and `hotel.fixed_rule`.
    """
    from crmlib.widgets import explore, slider

    draw, describe = desk_view(world, seed=seed, baselines=baselines)
    return explore(
        draw,
        describe=describe,
        fields=_pick("Note and hand on", _FIELDS, value=hotel.SEAT | hotel.MENU),
        untold=_pick("What he never told", _UNTOLD, value=False),
        cards=_pick("Cards to", _CARDS, value="none"),
        forget_after=slider("Notes are kept", 6, 120, value=120, step=6, unit="months"),
        month=slider("Look at month", 1, world.months, value=world.months),
    )


def _pick(label: str, options: Mapping[str, Any], *, value: Any) -> Any:
    """Return a slider over named options.

    Not a drop-down list: in JupyterLab the notebook takes the arrow keys up and down
    and the letters from it, and a slider keeps left and right.
    """
    import ipywidgets as ipw

    return ipw.SelectionSlider(
        options=list(options.items()),
        value=value,
        description=label,
        continuous_update=False,
        style={"description_width": "12em"},
        layout={"width": "38em"},
    )


def desk_view(
    world: hotel.Hotel, *, seed: int, baselines: Sequence[engine.Policy] = ()
) -> tuple[Any, Any]:
    """Return the two functions behind `desk`: one draws, one says it in a sentence."""

    @cache
    def played(fields: int, untold: bool, cards: Any, forget_after: int) -> engine.Run:
        mine = hotel.rule(
            fields=fields, untold=untold, cards=cards, forget_after=forget_after
        )
        return engine.run(world, mine, seed=seed, name="your rule")

    @cache
    def beside() -> dict[str, engine.Run]:
        others = tuple(baselines) or (hotel.nothing, hotel.fixed_rule)
        runs = [engine.run(world, policy, seed=seed) for policy in others]
        return {run.policy.replace("_", " "): run for run in runs}

    def draw(month: int, **choices: Any) -> Figure:
        mine = played(**choices)
        fig, (left, right) = plots.subplots(2, width=11.0, height=4.8)
        floor(mine, period=month - 1, ax=left)
        years(beside() | {"your rule": mine}, ax=right)
        right.axvline((month - 1) // 12 + 1, color="#8a8a8a", lw=1, gid="decoration")
        for ax in (left, right):
            ax.title.set_fontsize(11)
        return fig

    def describe(month: int, **choices: Any) -> str:
        mine = played(**choices)
        nothing = beside()[next(iter(beside()))].objective
        more = (mine.objective - nothing) / 100_000_000
        return (
            f"{floor_words(mine, period=month - 1)} In ten years your rule makes "
            f"{more:+.1f} million yuan against doing nothing, with "
            f"{mine.totals['complaints']:,} complaints."
        )

    return draw, describe


def ten_years(
    world: hotel.Hotel,
    policy: engine.Policy,
    *,
    seed: int,
    baselines: Sequence[engine.Policy] = (),
) -> Any:
    """Return a button that plays a policy, shows how far it is, then the picture.

    Enter or space on the button starts it. Nothing is played before that.

    Args:
        world: the hotel.
        policy: as for `engine.run`.
        seed: the guests and their luck.
        baselines: policies whose lines stand beside; `hotel.nothing` by default.
    """
    import ipywidgets as ipw

    from crmlib.widgets import _Described

    button = ipw.Button(description="Play ten years", tooltip="Play ten years")
    bar = ipw.IntProgress(
        value=0, max=world.months, description="Month", layout={"width": "38em"}
    )
    image = ipw.Image(
        format="png", layout={"max_width": "100%", "visibility": "hidden"}
    )
    line = ipw.HTML()
    said = ""

    def say(text: str) -> None:
        nonlocal said
        said = text
        line.value = f'<p role="status" aria-live="polite">{html.escape(text)}</p>'

    def show(done: int, total: int) -> None:
        bar.value = done
        if done % 12 == 0:
            say(f"{world.period.capitalize()} {done} of {total} is over.")

    def play(_event: Any = None) -> None:
        button.disabled = True
        try:
            mine = engine.run(world, policy, seed=seed, progress=show)
            others = tuple(baselines) or (hotel.nothing,)
            beside = [engine.run(world, other, seed=seed) for other in others]
            runs = {one.policy: one for one in (*beside, mine)}
            image.value = plots.png(years(runs))
            image.layout.visibility = "visible"
            say(_ended(mine))
        except CrmError as error:
            say(str(error))
        finally:
            button.disabled = False

    say("Not played yet: press the button.")
    button.on_click(play)
    return _Described([button, bar, line, image], says=lambda: said)


def _ended(run: engine.Run) -> str:
    totals = run.totals
    return (
        f"{run.policy} made {totals['profit_cents'] / 100_000_000:,.1f} million yuan "
        f"in ten years, with {totals['returning']:,} returning visits and "
        f"{totals['complaints']:,} complaints."
    )
