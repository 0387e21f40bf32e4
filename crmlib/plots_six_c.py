"""Pictures for the six Cs: what hangs on the weights, and what a line costs.

Each draws what `crmlib.sixc` returns, in the house style of `crmlib.plots`, on *ax* or
on a figure of its own, and returns the `Axes`. Pass *title* to say the finding better.
"""

from __future__ import annotations

import textwrap
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from crmlib.errors import CrmError
from crmlib.plots import COLOURS, TEXT_COLOURS, style, subplots

__all__ = ["cost_curve", "regraded", "tornado"]

_ROOM = 76  # characters of a title on a figure of the usual width
_MILLION = 1e8  # cents


def _titled(ax: Axes, title: str | None, finding: str) -> Axes:
    ax.set_title(textwrap.fill(finding if title is None else title, _ROOM), loc="left")
    return ax


def tornado(
    table: pd.DataFrame, *, title: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw how many customers rise or fall in grade when each weight moves.

    Args:
        table: as from `crmlib.sixc.sensitivity`: two rows per C, in the order to draw.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        CrmError: there are no rows.

    >>> table = pd.DataFrame({"factor": ["capital", "capital"], "delta": [0.1, -0.1],
    ...     "n_better": [2, 0], "n_worse": [1, 5], "n_moved": [3, 5]})
    >>> tornado(table).get_title(loc="left")
    'The weight of capital moves most grades: up to 5 customers'
    """
    if table.empty:
        raise CrmError("There is nothing to draw: pass the table of sixc.sensitivity.")
    factors = [str(factor) for factor in dict.fromkeys(table["factor"])]
    with style():
        if ax is None:
            _, ax = subplots(height=1.6 + 0.55 * len(factors))
        most = int(max(table["n_better"].max(), table["n_worse"].max(), 1))
        places, labels = [], []
        for row in table.to_dict("records"):
            number = factors.index(str(row["factor"]))
            raised = float(row["delta"]) > 0
            place = number - 0.2 if raised else number + 0.2
            places.append(place)
            step = f"{row['delta']:+g}".replace("-", "\N{MINUS SIGN}")
            labels.append(f"{row['factor']} {step}" if raised else step)
            for sign, count, colour in (
                (-1, int(row["n_worse"]), "vermillion"),
                (1, int(row["n_better"]), "blue"),
            ):
                ax.barh(place, sign * count, height=0.36, color=COLOURS[colour])
                ax.annotate(
                    f"{count:,}",
                    (sign * count, place),
                    xytext=(4 * sign, 0),
                    textcoords="offset points",
                    ha="left" if sign > 0 else "right",
                    va="center",
                    color=TEXT_COLOURS[colour],
                )
        ax.axvline(0, color=COLOURS["grey"], linewidth=1, gid="decoration")
        ax.set_yticks(places, labels=labels)
        ax.invert_yaxis()
        ax.grid(visible=False, axis="y")
        ax.tick_params(axis="y", length=0)
        ax.set_xlim(-1.15 * most, 1.15 * most)
        ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
        ax.set_xlabel("Customers whose grade falls (left) or rises (right)")
        ax.set_ylabel("Weight that moves, and by how much")
        top = table.iloc[int(table["n_moved"].to_numpy().argmax())]
        return _titled(
            ax,
            title,
            f"The weight of {top['factor']} moves most grades: up to "
            f"{int(top['n_moved']):,} customers",
        )


def cost_curve(
    table: pd.DataFrame,
    *,
    loss_given_lost: int,
    margin_forgone: int,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what the two mistakes cost, by the share of customers approved.

    Args:
        table: as ``.table`` from `crmlib.sixc.best_threshold`.
        loss_given_lost: the cost of an approved bad customer, in cents.
        margin_forgone: the cost of a refused good customer, in cents.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        CrmError: nobody is approved at any threshold.

    >>> table = pd.DataFrame({"threshold": [1.0, 2.0, 3.0], "n_approved": [4, 2, 0],
    ...     "n_bad_approved": [2, 0, 0], "n_good_refused": [0, 0, 2],
    ...     "cost_cents": [200, 0, 100]})
    >>> ax = cost_curve(table, loss_given_lost=100, margin_forgone=50)
    >>> ax.get_title(loc="left")
    'The two mistakes cost least when 50 % are approved'
    """
    everybody = int(table["n_approved"].max()) if len(table) else 0
    if everybody == 0:
        raise CrmError(
            "There is nothing to draw: pass the table of sixc.best_threshold."
        )
    share = 100 * table["n_approved"].to_numpy(dtype=float) / everybody
    lost = table["n_bad_approved"].to_numpy(dtype=float) * loss_given_lost / _MILLION
    missed = table["n_good_refused"].to_numpy(dtype=float) * margin_forgone / _MILLION
    both = lost + missed
    least = int(table["cost_cents"].to_numpy().argmin())
    with style():
        if ax is None:
            _, ax = subplots(height=4.2)
        ax.plot(share, both, color=COLOURS["ink"], label="both mistakes")
        ax.plot(share, lost, color=COLOURS["vermillion"], ls="--", label="debts lost")
        ax.plot(share, missed, color=COLOURS["blue"], ls=":", label="margin forgone")
        ax.plot(
            [share[least]], [both[least]], "o", ms=9, color=COLOURS["ink"], gid="least"
        )
        ax.set_xlim(0, 100)
        ax.set_ylim(0, float(both.max()) * 1.08)
        ax.set_xlabel("Customers approved (%)")
        ax.set_ylabel("Cost (million yuan)")
        ax.legend(loc="upper center")
        return _titled(
            ax,
            title,
            f"The two mistakes cost least when {share[least]:.0f} % are approved",
        )


def regraded(
    before: pd.DataFrame,
    after: pd.DataFrame,
    outcomes: pd.DataFrame,
    *,
    line_before: float,
    line_after: float,
    costs_cents: tuple[int, int] | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each customer's score before and after a change, and who crosses the line.

    Args:
        before: ``customer_id, score``, as from `crmlib.sixc.score`.
        after: the same customers with their new scores.
        outcomes: ``customer_id, outcome`` (paid, late or lost) of the same customers.
        line_before: the score from which customers were approved.
        line_after: the score from which they are approved now.
        costs_cents: what the mistakes cost before and after, in cents, to be told in
            the title; None to leave it out.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        CrmError: the three tables are not about the same customers.

    >>> ids = ["T1", "T2", "T3"]
    >>> before = pd.DataFrame({"customer_id": ids, "score": [2.0, 4.0, 3.0]})
    >>> after = pd.DataFrame({"customer_id": ids, "score": [3.5, 2.5, 3.0]})
    >>> outcomes = pd.DataFrame(
    ...     {"customer_id": ids, "outcome": ["paid", "lost", "late"]})
    >>> regraded(before, after, outcomes, line_before=3, line_after=3).get_title(
    ...     loc="left")
    '1 newly approved (0 lost), 1 newly refused (1 lost)'
    """
    old = before.set_index("customer_id")["score"]
    new = after.set_index("customer_id")["score"]
    happened = outcomes.set_index("customer_id")["outcome"]
    if set(old.index) != set(new.index) or set(old.index) != set(happened.index):
        raise CrmError(
            "The scores before, the scores after and the outcomes must be about the "
            "same customers: pass three tables with the same values of customer_id."
        )
    new, happened = new.reindex(old.index), happened.reindex(old.index)
    was, now = old >= line_before, new >= line_after
    lost = happened == "lost"
    kinds: list[tuple[str, Any, str, str, int]] = [
        ("no change", was == now, "o", "grey", 9),
        ("newly approved, paid", ~was & now & ~lost, "^", "blue", 46),
        ("newly approved, lost", ~was & now & lost, "X", "vermillion", 62),
        ("newly refused, paid", was & ~now & ~lost, "v", "brown", 46),
        ("newly refused, lost", was & ~now & lost, "P", "green", 62),
    ]
    with style():
        if ax is None:
            _, ax = subplots(height=4.8)
        for label, rows, marker, colour, size in kinds:
            ax.scatter(
                old[rows],
                new[rows],
                s=size,
                marker=marker,
                color=COLOURS[colour],
                linewidths=0,
                label=f"{label}: {int(rows.sum())}",
            )
        for line, draw in ((line_before, ax.axvline), (line_after, ax.axhline)):
            draw(line, color=TEXT_COLOURS["grey"], ls="--", lw=1.2, gid="decoration")
        ax.set_xlim(1, 5)
        ax.set_ylim(1, 5)
        ax.set_xlabel("Score before (points)")
        ax.set_ylabel("Score after (points)")
        ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
        up, down = ~was & now, was & ~now
        finding = (
            f"{int(up.sum())} newly approved ({int((up & lost).sum())} lost), "
            f"{int(down.sum())} newly refused ({int((down & lost).sum())} lost)"
        )
        if costs_cents is not None:
            first, second = (cents / _MILLION for cents in costs_cents)
            finding += f": the mistakes cost {second:.2f} million yuan, not {first:.2f}"
            if f"{first:.2f}" == f"{second:.2f}":
                finding = finding.replace(f", not {first:.2f}", ", as before")
        return _titled(ax, title, finding)
