"""Pictures of rules: how sure a lift is, and how many rules luck makes significant.

Each draws what `crmlib.association` returns, in the house style of `crmlib.plots`, on
*ax* or on a figure of its own, and returns the `Axes`. Pass *title* to say the finding
better.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmlib.association import ManyRules
from crmlib.errors import CrmError
from crmlib.plots import COLOURS, _canvas, _need, _set_title, _styled

__all__ = ["lifts", "p_values"]

_MOST = 40  # rules in one picture


@_styled
def lifts(
    table: pd.DataFrame,
    *,
    labels: str | None = None,
    confidence: float = 0.95,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the lift of each rule with its interval, beside the line of no association.

    Args:
        table: rows of `crmlib.association.rules`, 1 to 40, in the order to draw:
            ``lift, lift_low, lift_high``, and ``antecedent, consequent`` to name them.
        labels: another column to name the rows by, which becomes the axis label.
        confidence: of the intervals, as it was given to `rules`.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        ContractError: a column is absent.
        CrmError: there are no rows, or more than 40.

    >>> table = pd.DataFrame({"antecedent": ["nappies", "tea"],
    ...     "consequent": ["beer", "soap"], "lift": [1.5, 1.1],
    ...     "lift_low": [1.3, 0.9], "lift_high": [1.7, 1.3]})
    >>> lifts(table).get_title(loc="left")
    '1 of 2 intervals leaves out a lift of 1'
    """
    names = ["antecedent", "consequent"] if labels is None else [labels]
    _need(table, "table", "lift", "lift_low", "lift_high", *names)
    if not 1 <= len(table) <= _MOST:
        raise CrmError(
            f"The picture holds 1 to {_MOST} rules, not {len(table):,}: pass those "
            "you mean, such as table.head(10)."
        )
    lift, low, high = (
        table[column].to_numpy(dtype=float)
        for column in ("lift", "lift_low", "lift_high")
    )
    rows = np.arange(len(table))
    ax = _canvas(ax, height=1.5 + 0.42 * len(table))
    ax.errorbar(
        lift,
        rows,
        xerr=[lift - low, high - lift],
        fmt="o",
        capsize=5,
        color=COLOURS["blue"],
    )
    ax.axvline(1, color=COLOURS["grey"], linestyle="--", gid="decoration")
    least, most = min(float(low.min()), 1.0), max(float(high.max()), 1.0)
    room = 0.08 * (most - least)
    ax.set_xlim(least - room, most + room)
    ax.set_ylim(len(table) - 0.4, -0.6)
    told = table[names].astype("str").agg(" → ".join, axis="columns")
    ax.set_yticks(rows, labels=told.tolist())
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(f"Lift, {100 * confidence:g} % interval (ratio)")
    ax.set_ylabel("Rule" if labels is None else labels.replace("_", " ").capitalize())
    n = int(((low > 1) | (high < 1)).sum())
    _set_title(
        ax,
        title,
        f"{n} of {len(table)} intervals {'leaves' if n == 1 else 'leave'} out a lift "
        "of 1",
    )
    return ax


@_styled
def p_values(
    result: ManyRules, *, title: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw how many pairs have which p-value, and how many luck alone would give.

    The bars are as wide as the level, so that the first one holds the pairs that pass
    the plain test. Without any association all bars would be about as high as the
    line (lower, as far as the exact test is a cautious one).

    Args:
        result: from `crmlib.association.many_rules`.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        CrmError: there are no pairs.

    >>> found = pd.DataFrame({"antecedent": ["a", "a", "b"],
    ...     "consequent": ["b", "c", "c"], "n_both": [9, 5, 4],
    ...     "lift": [2.0, 1.2, 1.1], "p_value": [0.01, 0.4, 0.9]})
    >>> from crmlib.association import many_rules
    >>> p_values(many_rules(found)).get_title(loc="left")
    '1 of 3 pairs is significant at 0.05; luck alone would make up to 0'
    """
    if result.table.empty:
        raise CrmError("There are no pairs to draw: pass what many_rules returned.")
    level = result.level
    n_bars = math.ceil(round(1 / level, 9))
    edges = np.minimum(np.arange(n_bars + 1) * level, 1.0)
    # A p-value on an edge belongs to the bar below it, as the test takes it.
    bar = np.searchsorted(edges[1:-1], result.table["p_value"], side="left")
    heights = np.bincount(bar, minlength=n_bars)
    ax = _canvas(ax, height=3.2)
    ax.bar(
        edges[:-1],
        heights,
        np.diff(edges),
        align="edge",
        color=COLOURS["blue"],
        edgecolor="white",
    )
    ax.axhline(
        result.expected_by_luck,
        color=COLOURS["vermillion"],
        linestyle="--",
        label="expected by luck",
    )
    ax.set_xlim(0, 1)
    ax.set_xlabel("p-value (0 to 1)")
    ax.set_ylabel("Pairs (number)")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    _set_title(
        ax,
        title,
        f"{result.n_plain:,} of {result.n_tried:,} pairs "
        f"{'is' if result.n_plain == 1 else 'are'} significant at {level:g}; luck "
        f"alone would make up to {result.expected_by_luck:,.0f}",
    )
    return ax
