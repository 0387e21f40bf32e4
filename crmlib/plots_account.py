"""Pictures of an account: who knows whom, what happened when, what may come of it.

Each draws a table of `crmlib.account` or of the contact diary, in the house style of
`crmlib.plots`, on *ax* or on a figure of its own, and returns the `Axes`. Pass *title*
to say the finding better. Names are drawn in Latin letters: the figures' font has no
Chinese.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateFormatter, AutoDateLocator

from crmlib.account import RELATIONS, ROLES, Income, check_people
from crmlib.datasets import require_columns
from crmlib.errors import CrmError
from crmlib.plots import COLOURS, TEXT_COLOURS, style, subplots

__all__ = ["chances", "estimates", "key_person_map", "relative_sales", "timeline"]

_ROOM = 76  # characters of a title on a figure of the usual width
_MILLION = 1e8  # cents

# Relation -> colour, line, marker: told apart without the colour too.
_RELATION_LOOK: Mapping[str, tuple[str, str, str]] = {
    "positive": ("blue", "-", "o"),
    "neutral": ("grey", "--", "s"),
    "negative": ("vermillion", ":", "X"),
    "none yet": ("ink", "", "$?$"),
}
_LANES: Mapping[str, str] = {
    "contact": "contacts",
    "sample": "samples",
    "account": "deliveries",
    "return": "returns",
    "payment": "payments",
    "invoice": "invoices",
}


def _titled(ax: Axes, title: str | None, finding: str) -> Axes:
    ax.set_title(textwrap.fill(finding if title is None else title, _ROOM), loc="left")
    return ax


# People -----------------------------------------------------------------------------


def key_person_map(
    people: pd.DataFrame,
    staff: Mapping[str, str],
    *,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the key-person map of one account: ours at the left, theirs at the right.

    A line joins each person to the one of ours who holds the relation; its look tells
    the relation. Theirs stand in layers: who reports to nobody here at the far right,
    each superior one step to the right of the people below, joined by thin lines (with
    a column ``reports_to``). A role that nobody has stands below as an empty place.

    Args:
        people: one account, as `crmlib.account.check_people` has it; ``reports_to``
            (a person_id) is optional.
        staff: id of ours -> name, for those that hold a relation.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        ContractError: see `crmlib.account.check_people`.
        CrmError: there is nobody, more than one account, or a holder without a name.

    >>> from crmlib import datasets
    >>> people = datasets.load("key_accounts/people")
    >>> staff = datasets.load("key_accounts/staff").set_index("staff_id")["name"]
    >>> ax = key_person_map(people[people["account_id"] == "K3"], staff)
    >>> ax.get_title(loc="left")
    'All 6 relations are in the hands of Zhao Lei'
    """
    check_people(people)
    if people.empty or people["account_id"].nunique() > 1:
        raise CrmError("A map shows one account: pass the rows of one account_id.")
    holders = list(dict.fromkeys(people["held_by"].dropna()))
    unnamed = [key for key in holders if key not in staff]
    if unnamed:
        raise CrmError(f"The staff has no name for {unnamed[0]}: add it.")
    rank = {role: number for number, role in enumerate(ROLES)}
    ordered = people.assign(_rank=people["role"].map(rank).fillna(len(rank)))
    ordered = ordered.sort_values(["_rank", "person_id"], kind="stable")
    missing = [role for role in ROLES if role not in set(people["role"].dropna())]
    rows = ordered.to_dict("records")
    n_lines = len(rows) + len(missing)
    layers = _layers(people)
    with style():
        if ax is None:
            _, ax = subplots(height=1.7 + 0.62 * max(n_lines, len(holders)))
        right = 1.6
        places = {row["person_id"]: n_lines - 1 - i for i, row in enumerate(rows)}
        deepest = max(layers.values())
        xs = {key: right + 0.16 * (deepest - layers[key]) for key in places}
        middle = (n_lines - 1) / 2
        gap = (n_lines - 1) / max(len(holders) - 1, 1)
        ours = {
            key: middle if len(holders) == 1 else n_lines - 1 - i * gap
            for i, key in enumerate(_in_order(holders, rows, places))
        }
        for row in rows:
            key, x, y = row["person_id"], xs[row["person_id"]], places[row["person_id"]]
            colour, line, marker = _RELATION_LOOK[row["relation"]]
            chief = row.get("reports_to")
            if isinstance(chief, str) and chief in places:
                ax.plot(
                    [x, xs[chief]],
                    [y, places[chief]],
                    color="#c4c4c4",
                    lw=1.0,
                    zorder=1,
                    gid="decoration",
                )
            if isinstance(row["held_by"], str):
                ax.plot(
                    [0, x],
                    [ours[row["held_by"]], y],
                    color=COLOURS[colour],
                    ls=line,
                    zorder=2,
                )
            ax.plot(
                [x],
                [y],
                marker=marker,
                ms=11,
                color=COLOURS[colour],
                ls="",
                zorder=3,
            )
            role = row["role"] if isinstance(row["role"], str) else "role unknown"
            ax.annotate(
                f"{row['name']}, {row['position']}: {role}",
                (right + 0.16 * deepest, y),
                xytext=(12, 0),
                textcoords="offset points",
                va="center",
                gid=str(key),
            )
        for i, role in enumerate(missing):
            place = len(missing) - 1 - i
            ax.plot(
                [right + 0.16 * deepest],
                [place],
                "o",
                ms=11,
                mfc="white",
                color=COLOURS["ink"],
                mew=1.4,
                ls="",
            )
            ax.annotate(
                f"nobody known: {role}",
                (right + 0.16 * deepest, place),
                xytext=(12, 0),
                textcoords="offset points",
                va="center",
                gid=f"missing {role}",
            )
        for key, height in ours.items():
            ax.plot([0], [height], "D", ms=9, color=COLOURS["ink"], zorder=3)
            ax.annotate(
                str(staff[key]),
                (0, height),
                xytext=(-12, 0),
                textcoords="offset points",
                ha="right",
                va="center",
            )
        for relation, (colour, line, marker) in _RELATION_LOOK.items():
            if relation in set(people["relation"]):
                ax.plot(
                    [],
                    [],
                    marker=marker,
                    ls=line,
                    color=COLOURS[colour],
                    label=relation,
                    ms=9,
                )
        ax.legend(
            loc="upper center",
            bbox_to_anchor=(0.5, -0.02),
            ncols=len(RELATIONS),
            title="Relation (thin grey: who reports to whom)",
        )
        ax.set_xlim(-0.75, right + 0.16 * deepest + 2.35)
        ax.set_ylim(-0.6, n_lines - 0.4)
        ax.set_axis_off()
        return _titled(ax, title, _map_finding(people, staff, holders, missing))


def _layers(people: pd.DataFrame) -> dict[str, int]:
    """Return how many superiors each person has among these people."""
    known = set(people["person_id"])
    chief = {}
    if "reports_to" in people:
        chief = {
            row["person_id"]: row["reports_to"]
            for row in people.to_dict("records")
            if row["reports_to"] in known
        }
    layers = {}
    for key in people["person_id"]:
        steps, above, seen = 0, key, {key}
        while above in chief and chief[above] not in seen:
            above = chief[above]
            seen.add(above)
            steps += 1
        layers[key] = steps
    return layers


def _in_order(
    holders: list[str], rows: list[dict[Any, Any]], places: Mapping[str, int]
) -> list[str]:
    """Order ours by the mean height of their people, so that few lines cross."""
    mean = {
        key: float(
            np.mean([places[r["person_id"]] for r in rows if r["held_by"] == key])
        )
        for key in holders
    }
    return sorted(holders, key=lambda key: -mean[key])


def _map_finding(
    people: pd.DataFrame,
    staff: Mapping[str, str],
    holders: list[str],
    missing: list[str],
) -> str:
    known = people["relation"] != "none yet"
    against = people.loc[
        (people["role"] == "decider") & (people["relation"] == "negative"), "name"
    ]
    if len(holders) == 1:
        return (
            f"All {int(known.sum())} relations are in the hands of {staff[holders[0]]}"
        )
    if len(against):
        return f"The decider, {against.iloc[0]}, is against us"
    if (~known).any():
        count = int((~known).sum())
        noun = "key person has" if count == 1 else "key persons have"
        return f"{count} of {len(people)} {noun} no relation with us"
    if missing:
        return f"Nobody is known in the role of {' or '.join(missing)}"
    return f"All {len(people)} key persons are known, by {len(holders)} of ours"


# What happened ----------------------------------------------------------------------


def timeline(
    entries: pd.DataFrame,
    *,
    page: int | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one customer's diary: a lane for each kind of entry, a mark for each entry.

    A seventh lane has the days for which a follow-up was noted. With *page* the entries
    up to that one are dark, the one itself is large, and what came later is pale.

    Args:
        entries: ``kind`` and ``happened_at``, oldest first, as from
            ``Diary.timeline``; ``follow_up_on`` is optional.
        page: number of the entry that is open, from 0; None to show all alike.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        ContractError: a column is missing.
        CrmError: there are no entries, a kind is unknown, or there is no such page.

    >>> entries = pd.DataFrame({"kind": ["contact", "invoice"],
    ...     "happened_at": pd.to_datetime(["2025-03-11", "2025-04-02"])})
    >>> timeline(entries).get_title(loc="left")
    '2 entries in 22 days: 1 contact, 1 invoice'
    """
    require_columns(entries, ["kind", "happened_at"], table_name="entries")
    unknown = sorted(set(entries["kind"]) - set(_LANES))
    if entries.empty or unknown:
        raise CrmError(
            f"There is no lane for {unknown[0]!r}: the kinds are {', '.join(_LANES)}."
            if unknown
            else "There are no entries to draw."
        )
    if page is not None and not 0 <= page < len(entries):
        raise CrmError(
            f"There is no page {page}: the diary has pages 0 to {len(entries) - 1}."
        )
    lanes = list(_LANES)
    when = pd.to_datetime(entries["happened_at"]).to_numpy()
    height = np.array([len(lanes) - lanes.index(kind) for kind in entries["kind"]])
    has_due = "follow_up_on" in entries and entries["follow_up_on"].notna().any()
    now = len(entries) - 1 if page is None else page
    number = np.arange(len(entries))
    with style():
        if ax is None:
            _, ax = subplots(height=3.6)
        past, later = number <= now, number > now
        ax.plot(when[past], height[past], "|", ms=15, mew=1.8, color=COLOURS["blue"])
        if later.any():
            # Pale on purpose: not yet read. The dark ones carry the information.
            ax.plot(
                when[later],
                height[later],
                "|",
                ms=15,
                mew=1.8,
                color="#d0d0d0",
                gid="decoration",
            )
        if has_due:
            due = pd.to_datetime(entries["follow_up_on"]).to_numpy()
            told = past & ~np.isnat(due)
            ax.plot(
                due[told], np.zeros(int(told.sum())), "v", ms=7, color=COLOURS["green"]
            )
        if page is not None:
            ax.plot(
                [when[page]],
                [height[page]],
                "o",
                ms=13,
                color=COLOURS["vermillion"],
                gid="page",
            )
        ax.set_yticks(
            [*(len(lanes) - i for i in range(len(lanes))), 0],
            labels=[*_LANES.values(), "follow-up noted for"],
        )
        ax.set_ylim(-0.6, len(lanes) + 0.6)
        ax.tick_params(axis="y", length=0)
        ax.set_ylabel("Kind of entry")
        ax.set_xlabel("Day")
        ticks: Any = AutoDateLocator(minticks=3, maxticks=8)  # type: ignore[no-untyped-call]
        ax.xaxis.set_major_locator(ticks)
        days_as: Any = AutoDateFormatter(ticks)  # type: ignore[no-untyped-call]
        ax.xaxis.set_major_formatter(days_as)
        counts = entries["kind"].value_counts()
        told_counts = ", ".join(
            f"{counts[kind]} {kind if counts[kind] == 1 else _LANES[kind]}"
            for kind in lanes
            if kind in counts
        )
        days = int((when.max() - when.min()) / np.timedelta64(1, "D"))
        noun = "entry" if len(entries) == 1 else "entries"
        return _titled(
            ax, title, f"{len(entries)} {noun} in {days} days: {told_counts}"
        )


# What may come of it ----------------------------------------------------------------


def chances(
    incomes: Mapping[str, Income],
    *,
    mark_cents: float | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the chance of reaching each income, for one or more views of the tenders.

    Args:
        incomes: name of the view -> as from `crmlib.account.income` or
            `crmlib.account.simulate_income`; at most four.
        mark_cents: an income to mark with a vertical line, such as a target.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        CrmError: there is none, or there are more than four.

    >>> from crmlib import account
    >>> two = pd.DataFrame({"value_cents": [10**8, 3 * 10**8],
    ...     "probability": [0.5, 0.2]})
    >>> chances({"stated": account.income(two)}).get_title(loc="left")
    'Expected: 1.1 million yuan; four times in five between 0.0 and 3.0 (stated)'
    """
    if not 0 < len(incomes) <= 4:
        raise CrmError(f"Pass one to four incomes to draw, not {len(incomes)}.")
    looks = (("blue", "-"), ("vermillion", "--"), ("green", ":"), ("brown", "-."))
    with style():
        if ax is None:
            _, ax = subplots(height=4.0)
        for (name, outlook), (colour, line) in zip(
            incomes.items(), looks, strict=False
        ):
            amounts = outlook.table["income_cents"].to_numpy(dtype=float) / _MILLION
            chance = outlook.table["probability"].to_numpy()
            reach = 100 * chance[::-1].cumsum()[::-1]
            # The chance of an income or more holds up to that income.
            ax.step(
                np.concatenate([[0.0], amounts]),
                np.concatenate([[100.0], reach]),
                where="pre",
                color=COLOURS[colour],
                ls=line,
                label=name,
            )
        if mark_cents is not None:
            ax.axvline(
                mark_cents / _MILLION,
                color=TEXT_COLOURS["grey"],
                ls="--",
                lw=1.2,
                gid="decoration",
            )
        ax.set_xlim(left=0)
        ax.set_ylim(0, 102)
        ax.set_xlabel("Income (million yuan)")
        ax.set_ylabel("Chance of that or more (%)")
        if len(incomes) > 1:
            ax.legend(loc="upper right")
        name, first = next(iter(incomes.items()))
        low, high = first.interval(0.8)
        return _titled(
            ax,
            title,
            f"Expected: {first.mean_cents / _MILLION:.1f} million yuan; four times in "
            f"five between {low / _MILLION:.1f} and {high / _MILLION:.1f} ({name})",
        )


# Before and after -------------------------------------------------------------------


def relative_sales(
    sales: pd.DataFrame,
    *,
    starts: Mapping[str, pd.Timestamp],
    base_until: str | pd.Timestamp,
    weeks: int = 13,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw sales per group of stores, each group as an index of its own first time.

    Args:
        sales: ``group, week_on, sales_cents``; weeks begin on Mondays. A group's sales
            are summed over its stores, so it must have the same stores all the time.
        starts: group -> the day on which something began there; marked on its line.
        base_until: the weeks before this day are 100 on average.
        weeks: so many weeks are drawn as one point.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        ContractError: a column is missing.
        CrmError: there are more than four groups, or no week before *base_until*.

    >>> weeks = pd.date_range("2024-01-01", periods=8, freq="7D")
    >>> sales = pd.DataFrame({"group": "all", "week_on": weeks,
    ...     "sales_cents": [100] * 4 + [110] * 4})
    >>> relative_sales(sales, starts={}, base_until="2024-01-29", weeks=4).get_title(
    ...     loc="left")
    'Sales of all groups, last against first: all +10 %'
    """
    names = ["group", "week_on", "sales_cents"]
    require_columns(sales, names, table_name="sales")
    groups = list(dict.fromkeys(sales["group"]))
    looks = (
        ("vermillion", "-", "o"),
        ("blue", "--", "s"),
        ("grey", ":", "^"),
        ("green", "-.", "D"),
    )
    if len(groups) > len(looks):
        raise CrmError(f"At most {len(looks)} groups can be told apart: {groups}.")
    week_on = pd.to_datetime(sales["week_on"])
    table = sales.assign(week_on=week_on).pivot_table(
        index="week_on", columns="group", values="sales_cents", aggfunc="sum"
    )
    base = table[table.index < pd.Timestamp(base_until)]
    if base.empty:
        raise CrmError(f"There is no week before {base_until} to compare with.")
    index = 100 * table / base.mean()
    block = np.arange(len(index)) // weeks
    days = pd.Series(index.index).groupby(block).mean()
    points = index.groupby(block).mean().set_index(pd.DatetimeIndex(days))
    # A block that is cut off at the end would not be comparable.
    points = points[np.bincount(block) == weeks]
    with style():
        if ax is None:
            _, ax = subplots(height=4.2)
        for group, (colour, line, marker) in zip(groups, looks, strict=False):
            ax.plot(
                points.index.to_numpy(),
                points[group].to_numpy(),
                color=COLOURS[colour],
                ls=line,
                marker=marker,
                ms=5,
                label=group,
            )
            if group in starts:
                start: Any = pd.Timestamp(starts[group])  # matplotlib knows dates
                ax.axvline(start, color=COLOURS[colour], ls=line, lw=1.2)
        ax.set_xlabel(f"Day ({weeks} weeks a point; vertical: the diary begins)")
        ax.set_ylabel("Sales (index, first year = 100)")
        ax.legend(loc="upper left")
        change = 100 * (points.iloc[-1] / points.iloc[0] - 1)
        told = ", ".join(f"{group} {change[group]:+.0f} %" for group in groups)
        return _titled(ax, title, f"Sales of all groups, last against first: {told}")


def estimates(
    table: pd.DataFrame,
    *,
    unit: str = "percentage points",
    quantity: str = "Estimated effect",
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw estimates of one quantity, each with its interval, one below the other.

    Args:
        table: ``way`` (how it was estimated), ``estimate, low, high``; the last two may
            be missing where there is no interval.
        unit: of the numbers.
        quantity: what is estimated.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        ContractError: a column is missing.
        CrmError: there are no rows.

    >>> table = pd.DataFrame({"way": ["before and after", "by lot"],
    ...     "estimate": [10.6, 1.9], "low": [None, 1.1], "high": [None, 2.7]})
    >>> estimates(table).get_title(loc="left")
    'From 10.6 to 1.9, by the way of estimating'
    """
    names = ["way", "estimate", "low", "high"]
    require_columns(table, names, table_name="estimates", may_be_missing=names[2:])
    if table.empty:
        raise CrmError("There are no estimates to draw.")
    rows = table.to_dict("records")
    with style():
        if ax is None:
            _, ax = subplots(height=1.6 + 0.55 * len(rows))
        for place, row in enumerate(rows):
            if pd.notna(row["low"]) and pd.notna(row["high"]):
                ax.plot(
                    [float(row["low"]), float(row["high"])],
                    [place, place],
                    color=COLOURS["blue"],
                    lw=3,
                    gid=f"interval {place}",
                )
            ax.plot([float(row["estimate"])], [place], "o", ms=9, color=COLOURS["blue"])
            ax.annotate(
                f"{row['estimate']:.1f}",
                (float(row["estimate"]), place),
                xytext=(0, 9),
                textcoords="offset points",
                ha="center",
            )
        ax.axvline(0, color=TEXT_COLOURS["grey"], lw=1.2, gid="decoration")
        ax.set_yticks(range(len(rows)), labels=[str(row["way"]) for row in rows])
        ax.set_ylim(len(rows) - 0.5, -0.7)
        ax.tick_params(axis="y", length=0)
        ax.grid(visible=False, axis="y")
        ax.set_xlabel(f"{quantity} ({unit})")
        ax.set_ylabel("Way of estimating")
        most, least = table["estimate"].max(), table["estimate"].min()
        return _titled(
            ax, title, f"From {most:.1f} to {least:.1f}, by the way of estimating"
        )
