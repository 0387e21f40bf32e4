"""Pictures of collected records: what a threshold finds, how full and fresh tables are.

Each draws on *ax* or on a figure of its own, in the house style of `crmlib.plots`, and
returns the `Axes`. Pass *title* to say the finding better.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from crmlib.errors import CrmError
from crmlib.plots import COLOURS, _canvas, _need, _set_title, _styled

__all__ = ["completeness", "freshness", "thresholds"]

_SHADES = ("#f2f2f2", "#a9cfe6", "#4f9fd0")  # dark text is read on each
_MARKS = (("vermillion", "o"), ("blue", "s"), ("green", "^"), ("brown", "D"))


@_styled
def thresholds(
    table: pd.DataFrame,
    chosen: float,
    *,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw which precision and recall each threshold of a match gives.

    Args:
        table: one row per threshold that was tried, which is the index, in points:
            ``precision, recall`` (0 to 1), as from `crmlib.collection.pair_scores`.
        chosen: the threshold to mark; one of the index.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        ContractError: a column is absent.
        CrmError: *chosen* was not tried.

    >>> table = pd.DataFrame(
    ...     {"precision": [0.8, 0.99, 1.0], "recall": [0.97, 0.95, 0.6]},
    ...     index=[30, 60, 90],
    ... )
    >>> thresholds(table, 60).get_title(loc="left")
    'At 60 points precision is 99 % and recall 95 %'
    """
    _need(table, "table", "precision", "recall")
    if chosen not in table.index:
        tried = ", ".join(f"{number:g}" for number in table.index) or "none"
        raise CrmError(
            f"The threshold {chosen:g} was not tried; there are: {tried}. Choose one "
            "of these, or add its row to the table."
        )
    ordered = table.sort_index()
    ax = _canvas(ax, height=3.8)
    for column, colour, marker, line in (
        ("precision", "blue", "o", "-"),
        ("recall", "vermillion", "s", "--"),
    ):
        share = 100 * ordered[column].to_numpy(dtype=float)
        ax.plot(
            ordered.index, share, color=COLOURS[colour], marker=marker, ls=line,
            label=column,
        )  # fmt: skip
    ax.axvline(chosen, color=COLOURS["grey"], linewidth=1, gid="decoration")
    least = float(ordered[["precision", "recall"]].min().min())
    ax.set_ylim(10 * np.floor(10 * min(least, 0.4)), 104)
    ax.set_xlabel("Threshold (points)")
    ax.set_ylabel("Share of pairs (%)")
    ax.legend(loc="lower center")
    row = ordered.loc[chosen]
    _set_title(
        ax,
        title,
        f"At {chosen:g} points precision is {100 * row['precision']:.0f} % and recall "
        f"{100 * row['recall']:.0f} %",
    )
    return ax


@_styled
def completeness(
    table: pd.DataFrame, *, title: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw how many rows have a value, source by source and field by field.

    Args:
        table: as from `crmlib.collection.completeness` with *by_source*: ``source,
            field, share_present``, each source and field once, in the order to draw.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        ContractError: a column is absent.
        CrmError: there are no rows, or a source has a field twice.

    >>> table = pd.DataFrame(
    ...     {
    ...         "source": ["sales", "sales", "fair", "fair"],
    ...         "field": ["phone", "email", "phone", "email"],
    ...         "share_present": [0.9, 0.0, 0.7, 0.4],
    ...     }
    ... )
    >>> completeness(table).get_title(loc="left")
    '1 of 2 sources has something in every field'
    """
    _need(table, "table", "source", "field", "share_present")
    if table.empty or table.duplicated(["source", "field"]).any():
        raise CrmError(
            "The picture needs each source and field once: pass the table of "
            "collection.completeness(…, by_source=True)."
        )
    shares = table.pivot(index="field", columns="source", values="share_present")
    shares = shares.reindex(
        index=table["field"].unique(), columns=table["source"].unique()
    )
    ax = _canvas(ax, height=1.5 + 0.5 * len(shares))
    values = shares.to_numpy(dtype=float)
    known = np.nan_to_num(values)
    blues = LinearSegmentedColormap.from_list("blues", _SHADES)
    n_fields, n_sources = values.shape
    ax.pcolormesh(
        np.arange(n_sources + 1) - 0.5,
        np.arange(n_fields + 1) - 0.5,
        known,
        cmap=blues,
        vmin=0,
        vmax=1,
        edgecolors="white",
        linewidth=3,
    )
    for (row, column), value in np.ndenumerate(values):
        ax.text(
            column,
            row,
            "–" if np.isnan(value) else f"{100 * value:.0f} %",
            ha="center",
            va="center",
        )
    ax.grid(visible=False)
    ax.set_xticks(range(n_sources), labels=[str(name) for name in shares.columns])
    ax.set_yticks(range(n_fields), labels=[str(name) for name in shares.index])
    ax.invert_yaxis()
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_xlabel("Source (rows with a value, %)")
    ax.set_ylabel("Field")
    n_full = int((known > 0).all(axis=0).sum())
    verb = "has" if n_full == 1 else "have"
    _set_title(
        ax,
        title,
        f"{n_full} of {n_sources} sources {verb} something in every field",
    )
    return ax


@_styled
def freshness(
    shares: pd.DataFrame, *, title: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw which share of each source's records is young enough, by several limits.

    Args:
        shares: one row per source (the index) and one column per limit, named in
            words such as "within a year", up to four: the ``share_fresh`` (0 to 1) of
            `crmlib.collection.freshness` with that *max_age_days*.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        CrmError: there is nothing to draw, or there are more than four limits.

    >>> shares = pd.DataFrame(
    ...     {"within a quarter": [0.1, 0.3], "within a year": [0.4, 0.9]},
    ...     index=["sales", "fair"],
    ... )
    >>> freshness(shares).get_title(loc="left")
    'Least fresh within a quarter: sales, 10 %'
    """
    if shares.empty or shares.shape[1] > len(_MARKS):
        raise CrmError(
            "The picture needs a row for each source and one to "
            f"{len(_MARKS)} columns, one for each limit of age; the table has "
            f"{shares.shape[0]} rows and {shares.shape[1]} columns."
        )
    ax = _canvas(ax, height=1.7 + 0.34 * len(shares))
    percent = 100 * shares.to_numpy(dtype=float)
    rows = np.arange(len(shares))
    for row, values in zip(rows, percent, strict=True):
        ax.plot(
            [np.nanmin(values), np.nanmax(values)],
            [row, row],
            color=COLOURS["grey"],
            linewidth=1,
            gid="decoration",
            zorder=1,
        )
    for column, (name, (colour, marker)) in enumerate(
        zip(shares.columns, _MARKS, strict=False)
    ):
        ax.plot(
            percent[:, column],
            rows,
            marker,
            # The narrower limit lies on the wider one where both are the same.
            markersize=8 + 3 * column,
            zorder=4 - column / 10,
            color=COLOURS[colour],
            label=str(name),
        )
    for row, values in zip(rows, percent, strict=True):
        ax.annotate(
            ", ".join("–" if np.isnan(value) else f"{value:.0f} %" for value in values),
            (np.nan_to_num(np.nanmax(values)), row),
            xytext=(12, 0),
            textcoords="offset points",
            va="center",
        )
    ax.set_yticks(rows, labels=[str(name) for name in shares.index])
    ax.set_ylim(len(shares) - 0.5, -0.5)
    ax.set_xlim(0, 108)
    ax.set_xlabel("Records that are fresh (%)")
    ax.set_ylabel("Source")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    first = shares.iloc[:, 0]
    _set_title(
        ax,
        title,
        f"Least fresh {shares.columns[0]}: {first.idxmin()}, {100 * first.min():.0f} %",
    )
    return ax
