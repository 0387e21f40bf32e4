"""Pictures for lifetime value: when guests came, who is gone, how a forecast did.

Each draws what `crmlib.value` returns or takes, in the house style of `crmlib.plots`,
on *ax* or on a figure of its own, and returns the `Axes`. Pass *title* to say the
finding better.
"""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from crmlib.errors import CrmError
from crmlib.plots import COLOURS, TEXT_COLOURS, style, subplots
from crmlib.purchases import parse_day
from crmlib.value import BGNBD

__all__ = ["alive", "calibration", "order_days"]

_Array: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

_ROOM = 76  # characters of a title on a figure of the usual width
_STYLES = (
    ("blue", "-", "o"),
    ("vermillion", "--", "s"),
    ("green", ":", "^"),
    ("purple", "-.", "D"),
)


def _titled(ax: Axes, title: str | None, finding: str) -> Axes:
    ax.set_title(textwrap.fill(finding if title is None else title, _ROOM), loc="left")
    return ax


def order_days(
    orders: pd.DataFrame,
    names: Mapping[str, str],
    *,
    as_of: dt.date | str,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a line for each customer with a mark for each order up to *as_of*.

    Args:
        orders: ``customer_id, ordered_on``.
        names: customer_id -> the name beside the line, in the order to draw.
        as_of: the last day that counts; the silence before it is drawn dashed.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        CrmError: there are no names, or a customer has no order up to *as_of*.

    >>> orders = pd.DataFrame({"customer_id": ["C1", "C1"],
    ...     "ordered_on": pd.to_datetime(["2025-01-01", "2025-03-01"])})
    >>> ax = order_days(orders, {"C1": "Yao Min"}, as_of="2025-06-30")
    >>> ax.get_title(loc="left")
    'Silent for 17 weeks: Yao Min'
    """
    end = pd.Timestamp(parse_day(as_of, "as_of"))
    known = orders[orders["ordered_on"] <= end]
    if not names:
        raise CrmError("There is nobody to draw: pass a customer_id and a name.")
    with style():
        if ax is None:
            _, ax = subplots(height=1.5 + 0.6 * len(names))
        silent = []
        for place, (customer, name) in enumerate(names.items()):
            days = known.loc[known["customer_id"] == customer, "ordered_on"]
            if days.empty:
                raise CrmError(f"{customer} has no order up to {end.date()}.")
            weeks = (days - end).dt.days.to_numpy() / 7
            colour = COLOURS[_STYLES[place % len(_STYLES)][0]]
            ax.plot([weeks.min(), weeks.max()], [place, place], color=colour)
            ax.plot([weeks.max(), 0], [place, place], color=COLOURS["grey"], ls=":")
            ax.plot(weeks, np.full(len(weeks), place), "|", ms=16, mew=2, color=colour)
            silent.append(f"{-weeks.max():.0f} weeks: {name}")
        ax.axvline(0, color=COLOURS["ink"], linewidth=1, gid="decoration")
        ax.set_yticks(range(len(names)), labels=list(names.values()))
        ax.set_ylim(len(names) - 0.5, -0.5)
        ax.grid(visible=False, axis="y")
        ax.set_xlabel(f"Time before {end.date()} (weeks)")
        ax.set_ylabel("Customer")
        ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
        return _titled(ax, title, "Silent for " + ", ".join(silent))


def alive(
    curves: Mapping[str, tuple[BGNBD, int, float]],
    *,
    upto: float,
    silence: float | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the probability of being alive as a customer's silence grows.

    Args:
        curves: name -> a model, the customer's repeat orders, and his age at the last
            order (0 without a repeat order); all models in one unit of time.
        upto: the longest silence drawn, above 0.
        silence: where to set marks; None for none.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        CrmError: there is no curve, or the models count time differently.
        ContractError: a history that cannot be.

    >>> cdnow = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="weeks")
    >>> ax = alive({"five repeat orders": (cdnow, 5, 20.0)}, upto=52, silence=26)
    >>> ax.get_title(loc="left")
    'After 26 weeks of silence: five repeat orders 15 %'
    """
    units = {model.unit for model, _, _ in curves.values()}
    if len(units) != 1:
        raise CrmError("Pass at least one curve, and all models in one unit of time.")
    unit = units.pop()
    waits = np.linspace(0, upto, 209)
    with style():
        if ax is None:
            _, ax = subplots(height=3.8)
        said = []
        for place, (name, curve) in enumerate(curves.items()):
            colour, line, mark = _STYLES[place % len(_STYLES)]
            chances = _chances(*curve, waits)
            ax.plot(waits, chances, color=COLOURS[colour], ls=line, label=name)
            if silence is None:
                continue
            now = float(_chances(*curve, np.array([silence]))[0])
            said.append(f"{name} {now:.0f} %")
            ax.plot([silence], [now], mark, ms=9, color=COLOURS[colour])
            ax.annotate(
                f"{now:.0f} %",
                (silence, now),
                xytext=(9, 6) if place % 2 == 0 else (-9, -18),
                textcoords="offset points",
                ha="left" if place % 2 == 0 else "right",
                color=TEXT_COLOURS[colour],
            )
        ax.set_xlim(0, upto)
        ax.set_ylim(0, 112)
        ax.set_yticks(range(0, 101, 20))
        ax.set_xlabel(f"Silence since the last order ({unit})")
        ax.set_ylabel("Probability of being alive (%)")
        if len(curves) > 1:
            ax.legend(loc="lower left" if silence and silence > upto / 2 else "best")
        finding = "The longer the silence, the less probable that he is still there"
        if silence is not None:
            finding = f"After {silence:g} {unit} of silence: " + ", ".join(said)
        return _titled(ax, title, finding)


def _chances(
    model: BGNBD, n_repeat_orders: int, age_at_last_order: float, waits: _Array
) -> _Array:
    """Return the probability of being alive after each silence, in per cent."""
    table = pd.DataFrame({"age": age_at_last_order + waits})
    table["n_repeat_orders"] = n_repeat_orders
    table["age_at_last_order"] = float(age_at_last_order)
    chances: _Array = np.array(100 * model.probability_alive(table), dtype="float64")
    return chances


def calibration(
    tables: Mapping[str, pd.DataFrame],
    *,
    group_name: str,
    value_name: str = "Mean of a customer (orders)",
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw mean forecasts beside the mean outcome of each group.

    Args:
        tables: name of the forecast -> its table from `crmlib.value.by_group`, all of
            the same groups.
        group_name: what the groups are, for the axis.
        value_name: what is forecast, with its unit, for the axis.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        CrmError: there is no table, an empty one, or their groups differ.

    >>> table = pd.DataFrame({"group": ["0", "1+"], "n_customers": [8, 2],
    ...     "actual": [0.5, 3.0], "forecast": [0.6, 2.0]})
    >>> calibration({"BG/NBD": table}, group_name="Repeat orders").get_title(loc="left")
    'BG/NBD is furthest off at 1+: 2.0 where 3.0 came'
    """
    first = next(iter(tables.values()), pd.DataFrame())
    if first.empty:
        raise CrmError("There is nothing to draw: pass the tables of value.by_group.")
    groups = first["group"].tolist()
    if any(table["group"].tolist() != groups for table in tables.values()):
        raise CrmError("The tables have different groups: make them from the same one.")
    places = np.arange(len(groups))
    actual = first["actual"].to_numpy(dtype=float)
    with style():
        if ax is None:
            _, ax = subplots(height=4.0)
        ax.bar(places, actual, width=0.6, color=COLOURS["grey"], label="what came")
        for (name, table), (colour, line, mark) in zip(
            tables.items(), _STYLES, strict=False
        ):
            ax.plot(
                places,
                table["forecast"],
                color=COLOURS[colour],
                ls=line,
                marker=mark,
                ms=9,
                mec="white",
                label=name,
                path_effects=[withStroke(linewidth=5, foreground="white")],
            )
        names = [
            f"{group}\n({count:,})"
            for group, count in zip(groups, first["n_customers"], strict=True)
        ]
        ax.set_xticks(places, labels=names)
        ax.grid(visible=False, axis="x")
        ax.set_ylim(bottom=0)
        ax.set_xlabel(f"{group_name} (number of customers)")
        ax.set_ylabel(value_name)
        ax.legend(loc="best")
        told = first["forecast"].to_numpy(dtype=float)
        worst = int(np.abs(told - actual).argmax())
        return _titled(
            ax,
            title,
            f"{next(iter(tables))} is furthest off at {groups[worst]}: "
            f"{told[worst]:.1f} where {actual[worst]:.1f} came",
        )
