"""Figures in the house style, shown with a text for those who do not see them.

Each domain plot takes the table that `crmlib.segmentation` or `crmlib.purchases`
returns, draws on *ax* (or on a figure of its own) and returns the `Axes`. Its title
states what the data say; pass *title* to say it better. `show` then displays the
figure with its alternative text:

    ax = plots.whale(segmentation.whale_curve(profit))
    plots.show(ax, alt="A curve that climbs to 120 % of the profit, then falls.")

The style holds inside this module only: no global matplotlib option is changed. To draw
something of your own in it, start from `subplots`.
"""

from __future__ import annotations

import base64
import functools
import io
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any, Literal, ParamSpec, overload

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.rcsetup import cycler
from matplotlib.ticker import FuncFormatter, NullFormatter
from PIL import Image

from crmlib import _inventory
from crmlib.errors import ContractError, CrmError

__all__ = [
    "COLOURS",
    "TEXT_COLOURS",
    "agents",
    "figure",
    "letting_go",
    "lorenz",
    "png",
    "pyramid",
    "relationship",
    "responses",
    "rfm_grid",
    "show",
    "stability",
    "style",
    "subplots",
    "value_matrix",
    "whale",
]

#: Colours for lines, points and bars. Blue, vermillion, green and purple are those of
#: Okabe and Ito (2008, "Color Universal Design"); their yellow, orange and sky blue
#: are left out, being too pale on white, and a brown takes orange's place. Each has a
#: contrast of at least 3:1 on white, and any two differ for every kind of colour
#: vision (the tests of `course.figures` measure both).
COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "blue": "#0072b2",
        "vermillion": "#d55e00",
        "green": "#009e73",
        "purple": "#cc79a7",
        "brown": "#5e3409",
        "grey": "#5e5e5e",
        "ink": "#1a1a1a",
    }
)

#: The same names, dark enough for text: a contrast of at least 4.5:1 on white.
TEXT_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "blue": "#0069a5",
        "vermillion": "#b04c00",
        "green": "#00775a",
        "purple": "#9c4678",
        "brown": "#5e3409",
        "grey": "#555555",
        "ink": "#1a1a1a",
    }
)

# What the course says of its two curves and of its pyramid (top tier first).
_COURSE_TOP = (0.20, 0.80)
_COURSE_PYRAMID = (0.80, 0.15, 0.05)
_NEAR = 3.0  # percentage points: nearer than this is "close to"

_WIDTH = 8.4  # inches; at 100 dots an inch 840 pixels
_LEAST_ALT = 20  # characters; "a chart" tells nobody anything

_STYLE: Any = {
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "figure.constrained_layout.h_pad": 0.08,
    "figure.constrained_layout.w_pad": 0.08,
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "text.color": COLOURS["ink"],
    "axes.facecolor": "white",
    "axes.edgecolor": "#8a8a8a",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.labelcolor": "#404040",
    "axes.labelsize": 10,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlecolor": COLOURS["ink"],
    "axes.titlepad": 12,
    "axes.prop_cycle": cycler(color=list(COLOURS.values())),
    "axes.unicode_minus": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.8,
    "xtick.color": "#8a8a8a",
    "ytick.color": "#8a8a8a",
    "xtick.labelcolor": "#404040",
    "ytick.labelcolor": "#404040",
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "lines.linewidth": 2.2,
    "lines.markersize": 7,
    "legend.frameon": False,
    "legend.fontsize": 10,
    "hatch.linewidth": 0.8,
    "hatch.color": "white",
    "path.simplify": True,
}

_P = ParamSpec("_P")


# The style --------------------------------------------------------------------------


def style() -> AbstractContextManager[None]:
    """Return a context in which whatever is drawn has the house style.

    >>> with style():
    ...     mpl.rcParams["axes.titlelocation"]
    'left'
    """
    return mpl.rc_context(_STYLE)


def figure(*, width: float = _WIDTH, height: float = 4.2) -> Figure:
    """Return an empty figure in the house style; *width* and *height* in inches.

    It is not known to pyplot, so nothing shows it by itself: `show` does.

    >>> figure().get_size_inches().tolist()
    [8.4, 4.2]
    """
    with style():
        return Figure(figsize=(width, height), layout="constrained")


@overload
def subplots(
    columns: None = None, *, width: float = ..., height: float = ...
) -> tuple[Figure, Axes]: ...
@overload
def subplots(
    columns: int, *, width: float = ..., height: float = ...
) -> tuple[Figure, list[Axes]]: ...
def subplots(
    columns: int | None = None, *, width: float = _WIDTH, height: float = 4.2
) -> tuple[Figure, Axes | list[Axes]]:
    """Return a figure in the house style, and its `Axes` or a list of several.

    Without *columns* the second value is the one `Axes`; with it, a list of so many
    panels side by side.

    >>> fig, (left, right) = subplots(2)
    >>> fig.axes == [left, right]
    True
    """
    fig = figure(width=width, height=height)
    with style():
        if columns is None:
            return fig, fig.add_subplot()
        return fig, [fig.add_subplot(1, columns, i + 1) for i in range(columns)]


def _styled(draw: Callable[_P, Axes]) -> Callable[_P, Axes]:
    """Run a domain plot in the house style."""

    @functools.wraps(draw)
    def inside(*args: _P.args, **kwargs: _P.kwargs) -> Axes:
        with style():
            return draw(*args, **kwargs)

    return inside


def _canvas(ax: Axes | None, *, height: float = 4.2) -> Axes:
    return subplots(height=height)[1] if ax is None else ax


def _set_title(
    ax: Axes, title: str | None, finding: str, *, room: int | None = None
) -> None:
    """Write the title at the left, wrapped to the figure's width or to *room*."""
    fig = ax.get_figure()
    panels = max(len(fig.axes), 1) if fig is not None else 1
    width = float(fig.get_figwidth()) if isinstance(fig, Figure) else _WIDTH
    # About ten characters of 12-point bold fill an inch.
    room = min(room or 1000, max(int(width / panels * 9.5), 20))
    ax.set_title(textwrap.fill(finding if title is None else title, room), loc="left")


# Showing ----------------------------------------------------------------------------


def png(fig: Figure | Axes) -> bytes:
    """Return the figure as PNG bytes: small, undated, the same on every run.

    >>> fig, ax = subplots()
    >>> png(fig)[:8]
    b'\\x89PNG\\r\\n\\x1a\\n'
    >>> png(fig) == png(ax)
    True
    """
    with style():
        canvas: Any = FigureCanvasAgg(_figure_of(fig))  # its methods carry no types
        canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    # A chart has few colours; a palette makes the file a third of the size.
    small = image.quantize(
        colors=192, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    buffer = io.BytesIO()
    small.save(buffer, format="png", optimize=True)
    return buffer.getvalue()


def show(fig: Figure | Axes, *, alt: str) -> None:
    """Display a figure in a notebook, with its alternative text, and close it.

    The output is a PNG whose metadata carry *alt* and, under ``crm``, the inventory of
    texts and colours that `course.figures` audits. *alt* is also the output's plain
    text: who cannot see the picture reads what it shows. Outside a notebook nothing
    is displayed.

    Args:
        fig: a figure, or an axes on it.
        alt: what the figure shows, in a sentence or two: kind of chart and finding.

    Raises:
        CrmError: *alt* is empty or too short to say anything.

    Source: W3C, Web Content Accessibility Guidelines 2.2, criterion 1.1.1.

    >>> fig, ax = subplots()
    >>> show(fig, alt="Chart")
    Traceback (most recent call last):
        ...
    crmlib.errors.CrmError: The alternative text 'Chart' says too little: write in a \
sentence what the figure shows and what one learns from it.
    """
    shown = _figure_of(fig)
    text = " ".join(alt.split()) if isinstance(alt, str) else ""
    if len(text) < _LEAST_ALT or " " not in text:
        raise CrmError(
            f"The alternative text {alt!r} says too little: write in a sentence what "
            "the figure shows and what one learns from it."
        )
    shell = _shell()
    if shell is not None:
        picture = png(shown)
        with style():
            inventory = _inventory.take(shown)
        shell.display_pub.publish(
            data={
                "image/png": base64.b64encode(picture).decode("ascii"),
                "text/plain": text,
            },
            metadata={"image/png": {"alt": text}, "crm": inventory},
        )
    # Only a figure made through pyplot is registered there, and only if it is loaded.
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(shown)


def _figure_of(fig: Figure | Axes) -> Figure:
    found: object = fig.get_figure() if isinstance(fig, Axes) else fig
    if not isinstance(found, Figure):
        raise CrmError(
            f"A figure or an axes is needed, but this is {type(fig).__name__}: pass "
            "what plots.subplots or one of the plots returned."
        )
    return found


def _shell() -> Any:
    """Return the running IPython shell, or None outside a notebook."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return None
    return get_ipython()  # type: ignore[no-untyped-call,unused-ignore]


# Domain plots -----------------------------------------------------------------------


@_styled
def agents(
    totals: Mapping[str, float] | pd.Series[Any],
    *,
    log: bool = False,
    upto: float | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each agent's total: bars, or dots on a logarithmic axis.

    Args:
        totals: name -> total in cents. On a log axis every total must be above 0.
        log: dots on a log axis instead of bars: a bar's length means nothing there.
        upto: a total in cents for which the axis has room at least, so that the scale
            stays when the totals move; None to fit the totals.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        CrmError: no agents, or a total that a log axis cannot show.

    >>> ax = agents({"Lao Zhang": 50_000_000, "Xiao Wang": 2_500_000_000})
    >>> ax.get_title(loc="left")
    "Xiao Wang's total is 50 times Lao Zhang's"
    """
    names = [str(name) for name in totals.keys()]  # noqa: SIM118 (Series, too)
    yuan = np.array([float(totals[name]) for name in names]) / 100
    if not names:
        raise CrmError("There are no agents to draw: pass a name and a total for each.")
    if log and (yuan <= 0).any():
        raise CrmError(
            "A logarithmic axis cannot show a total of 0 or less: use log=False."
        )
    most = max(float(yuan.max()), 0.0, (upto or 0.0) / 100)
    ax = _canvas(ax, height=2.4 + 0.35 * max(len(names) - 2, 0))
    places = np.arange(len(names))[::-1]
    colours = _cycle(len(names))
    if log:
        ax.set_xscale("log")
        ax.set_xlim(yuan.min() / 4, most * 12)
        for place, value, colour in zip(places, yuan, colours, strict=True):
            ax.plot([value], [place], "o", color=colour, markersize=11)
        ax.grid(visible=True, axis="x")
    else:
        ax.barh(places, yuan, color=colours, height=0.58)
        ax.set_xlim(min(0.0, yuan.min() * 1.3), most * 1.24 or 1.0)
        ax.grid(visible=False, axis="y")
    for place, value, name in zip(places, yuan, names, strict=True):
        ax.annotate(
            _money(value),
            (max(value, 0.0), place),
            xytext=(12 if log else 6, 0),
            textcoords="offset points",
            va="center",
            gid=name,
        )
    ax.set_yticks(places, labels=names)
    ax.set_ylim(-0.6, len(names) - 0.4)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("Total (yuan, logarithmic)" if log else "Total (yuan)")
    ax.set_ylabel("Agent")
    ax.xaxis.set_major_formatter(FuncFormatter(_money_tick))
    ax.xaxis.set_minor_formatter(NullFormatter())
    low, high = int(yuan.argmin()), int(yuan.argmax())
    if len(names) > 1 and yuan[low] > 0 and not np.isclose(yuan[low], yuan[high]):
        ratio = _times(yuan[high] / yuan[low])
        finding = f"{names[high]}'s total is {ratio} times {names[low]}'s"
    else:
        finding = "The totals are equal" if len(set(yuan)) == 1 else "Total per agent"
    _set_title(ax, title, finding)
    return ax


@_styled
def pyramid(
    tiers: pd.DataFrame,
    *,
    course: Sequence[float] | None = _COURSE_PYRAMID,
    value_name: str = "value",
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each tier's share of the value beside the share the course gives it.

    Args:
        tiers: as from `crmlib.segmentation.pyramid`, top tier first: columns tier,
            n_customers, customer_share, value_share (shares of 1).
        course: the course's shares of 1, in the same order; None to leave them out.
        value_name: what the value is, as in "profit"; used in labels and title.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        ContractError: a column is missing.
        CrmError: *course* has not one share per tier.

    >>> tiers = pd.DataFrame({
    ...     "tier": ["key", "growth", "regular"], "n_customers": [5, 15, 80],
    ...     "customer_share": [0.05, 0.15, 0.80], "value_share": [0.4, 0.3, 0.3]})
    >>> pyramid(tiers).get_title(loc="left")
    'The top 5 % bring 40 % of the value, not 80 %'
    """
    _need(tiers, "pyramid", "tier", "n_customers", "customer_share", "value_share")
    ours = tiers["value_share"].to_numpy(dtype=float) * 100
    shares = tiers["customer_share"].to_numpy(dtype=float)
    if course is not None and len(course) != len(tiers):
        raise CrmError(
            f"The course's shares are {len(course)}, the tiers {len(tiers)}: give one "
            "share for each tier, top tier first, or course=None."
        )
    ax = _canvas(ax, height=3.8)
    places = np.arange(len(tiers), dtype=float)[::-1]
    offset = 0.0 if course is None else 0.2
    rows = [(ours, offset, COLOURS["blue"], "", "our data", "blue")]
    if course is not None:
        theirs = np.asarray(course, dtype=float) * 100
        rows.append((theirs, -offset, COLOURS["grey"], "//", "the course", "grey"))
    for values, shift, colour, hatch, who, ink in rows:
        ax.barh(
            places + shift, values, height=0.36, color=colour, hatch=hatch, label=who
        )
        for i, (place, value) in enumerate(zip(places, values, strict=True)):
            text = f"{_percent(value)} {who}" if i == 0 else _percent(value)
            _beside(ax, value, place + shift, text, colour=TEXT_COLOURS[ink])
    names = [
        f"{tier}\n{_percent(100 * share)} of customers ({count:,})"
        for tier, share, count in zip(
            tiers["tier"], shares, tiers["n_customers"], strict=True
        )
    ]
    ax.set_yticks(places, labels=names)
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    longest = max(float(values.max()) for values, *_ in rows)
    lowest = min(float(values.min()) for values, *_ in rows)
    ax.set_xlim(lowest * 1.1 - 14 if lowest < 0 else 0, max(longest, 5) * 1.34)
    if lowest < 0:
        _rule(ax, "x", 0.0)
    ax.set_xlabel(f"Share of {value_name} (%)")
    ax.set_ylabel("Tier")
    finding = (
        f"The top {_percent(100 * shares[0])} bring {_percent(ours[0])} of the "
        f"{value_name}"
    )
    if course is not None:
        near = abs(ours[0] - theirs[0]) < _NEAR
        claim = f"near the course's {_percent(theirs[0])}"
        finding += f", {claim}" if near else f", not {_percent(theirs[0])}"
    _set_title(ax, title, finding, room=60)
    return ax


@_styled
def lorenz(
    curve: pd.DataFrame,
    *,
    gini: float | None = None,
    value_name: str = "value",
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the Lorenz curve against the line of equal customers.

    Args:
        curve: as from `crmlib.segmentation.lorenz`, smallest customers first: columns
            customer_share and value_share, shares of 1.
        gini: the Gini coefficient, written beside the curve; None to leave it out.
        value_name: what the value is, as in "revenue".
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        ContractError: a column is missing.

    Source: Lorenz (1905), "Methods of measuring the concentration of wealth".

    >>> curve = pd.DataFrame({"customer_share": [0, 0.5, 0.8, 1],
    ...                       "value_share": [0, 0.1, 0.3, 1]})
    >>> lorenz(curve).get_title(loc="left")
    'The largest 20 % of customers hold 70 % of the value'
    """
    _need(curve, "lorenz", "customer_share", "value_share")
    x = curve["customer_share"].to_numpy(dtype=float) * 100
    y = curve["value_share"].to_numpy(dtype=float) * 100
    ax = _canvas(ax)
    ax.plot([0, 100], [0, 100], "--", color=COLOURS["grey"], linewidth=1.4)
    ax.plot(x, y, color=COLOURS["blue"])
    ax.fill_between(
        x, y, x, color=COLOURS["blue"], alpha=0.07, linewidth=0, gid="decoration"
    )
    ax.text(
        44,
        50,
        "all customers equal",
        color=TEXT_COLOURS["grey"],
        ha="right",
        va="bottom",
    )
    at80 = float(np.interp(80, x, y))
    ax.plot([80], [at80], "o", color=COLOURS["vermillion"])
    ax.annotate(
        f"the smaller 80 %\nhold {_percent(at80)}",
        (80, at80),
        xytext=(12, -4),
        textcoords="offset points",
        va="top",
        color=TEXT_COLOURS["vermillion"],
    )
    name = "our customers" if gini is None else f"our customers, Gini {gini:.2f}"
    middle = (58 + float(np.interp(58, x, y))) / 2
    ax.text(58, middle, name, color=TEXT_COLOURS["blue"], va="center", ha="center")
    ax.set_xlim(0, 100)
    ax.set_ylim(min(0.0, float(y.min()) * 1.1), 102)
    ax.set_xlabel("Share of customers, smallest first (%)")
    ax.set_ylabel(f"Cumulative share of {value_name} (%)")
    _set_title(
        ax,
        title,
        f"The largest 20 % of customers hold {_percent(100 - at80)} of the "
        f"{value_name}",
    )
    return ax


@_styled
def whale(
    curve: pd.DataFrame, *, title: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the whale curve: cumulative profit, most profitable customers first.

    The peak is named, and so is the course's point: 20 % of customers, 80 % of profit.

    Args:
        curve: as from `crmlib.segmentation.whale_curve`: columns customer_share and
            cumulative_profit_share, shares of 1.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        ContractError: a column is missing.

    Source: see `crmlib.segmentation.whale_curve`.

    >>> curve = pd.DataFrame({"customer_share": [0, 0.2, 0.5, 0.8, 1],
    ...                       "cumulative_profit_share": [0, 0.9, 1.2, 1.3, 1]})
    >>> whale(curve).get_title(loc="left")
    'The last 20 % of customers cost 30 % of the profit'
    """
    _need(curve, "whale_curve", "customer_share", "cumulative_profit_share")
    x = curve["customer_share"].to_numpy(dtype=float) * 100
    y = curve["cumulative_profit_share"].to_numpy(dtype=float) * 100
    ax = _canvas(ax, height=4.5)
    peak = int(np.argmax(y))
    top = float(y[peak])
    ax.axhline(100, color=COLOURS["grey"], linestyle="--", linewidth=1.2)
    ax.plot(x, y, color=COLOURS["blue"])
    falls = top - y[-1] > 0.5
    if falls:
        ax.plot([x[peak]], [top], "o", color=COLOURS["blue"])
        ax.annotate(
            f"peak: {_percent(top)} after {_percent(x[peak])} of customers",
            (x[peak], top),
            xytext=(0, 10),
            textcoords="offset points",
            ha="center" if x[peak] < 72 else "right",
            color=TEXT_COLOURS["blue"],
        )
    mark_x, mark_y = (100 * part for part in _COURSE_TOP)
    ours = float(np.interp(mark_x, x, y))
    ax.plot([mark_x], [mark_y], "D", color=COLOURS["vermillion"])
    above = ours < mark_y
    crowded = ours - mark_y < 7
    ax.annotate(
        "the course:\n20 % make 80 %",
        (mark_x, mark_y),
        xytext=(-8, 4) if above else (12, -12 if crowded else 4),
        textcoords="offset points",
        ha="right" if above else "left",
        va="bottom" if above else "top",
        color=TEXT_COLOURS["vermillion"],
    )
    ax.plot([mark_x], [ours], "o", color=COLOURS["blue"])
    ax.annotate(
        f"our top 20 %:{chr(10) if ours >= 100 else ' '}{_percent(ours)}",
        (mark_x, ours),
        # Clear of the curve, and of the line at 100.
        xytext=(-9, 3) if ours >= 100 else (12, -4),
        textcoords="offset points",
        ha="right" if ours >= 100 else "left",
        va="bottom" if ours >= 100 else "top",
        color=TEXT_COLOURS["blue"],
    )
    ax.text(
        99.5 if falls else 50,
        98.5 if falls else 101.5,
        "all the profit",
        color=TEXT_COLOURS["grey"],
        ha="right" if falls else "center",
        va="top" if falls else "bottom",
    )
    ax.set_xlim(0, 100)
    ax.set_ylim(min(0.0, float(y.min()) * 1.1), max(top, 100.0) * 1.16)
    ax.set_xlabel("Share of customers, most profitable first (%)")
    ax.set_ylabel("Cumulative share of profit (%)")
    finding = (
        f"The last {_percent(100 - x[peak])} of customers cost "
        f"{_percent(top - y[-1])} of the profit"
        if falls
        else f"The top 20 % of customers make {_percent(ours)} of the profit"
    )
    _set_title(ax, title, finding)
    return ax


@_styled
def letting_go(
    table: pd.DataFrame,
    share: float,
    *,
    upto: float = 0.4,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what letting customers go promises and brings, with a mark at *share*.

    Args:
        table: as from `crmlib.segmentation.letting_go`: columns customer_share,
            promised_cents and happened_cents.
        share: share of the customers let go, where the marks stand, from 0 to *upto*.
        upto: the largest share drawn.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        ContractError: a column is missing.

    >>> table = pd.DataFrame({"customer_share": [0.1, 0.2, 0.3],
    ...     "promised_cents": [500, 800, 900], "happened_cents": [200, 100, -400]})
    >>> letting_go(table, 0.3).get_title(loc="left")
    'Letting the worst 30 % go promises +9 yuan and brings −4'
    """
    _need(table, "letting_go", "customer_share", "promised_cents", "happened_cents")
    shown = table[table["customer_share"] <= upto + 1e-9]
    x = np.concatenate([[0.0], shown["customer_share"].to_numpy(dtype=float) * 100])
    lines = []
    for column in ("promised_cents", "happened_cents"):
        yuan = shown[column].to_numpy(dtype=float) / 100
        lines.append(np.concatenate([[0.0], yuan]))
    at = int(np.abs(x - 100 * share).argmin())
    ax = _canvas(ax, height=4.4)
    _rule(ax, "y", 0.0)
    looks = (
        ("promised by the whale curve", "grey", "--", (0, 8), "bottom"),
        ("brought by the next year", "blue", "-", (0, -8), "top"),
    )
    for y, (name, colour, dash, offset, side) in zip(lines, looks, strict=True):
        ax.plot(x, y, dash, color=COLOURS[colour])
        ax.plot([x[at]], [y[at]], "o", color=COLOURS[colour])
        # Beyond the right half, where the curves are flat and far apart.
        outer = y[len(y) // 2 :]
        ax.annotate(
            name,
            (x[-1], outer.max() if side == "bottom" else outer.min()),
            xytext=offset,
            textcoords="offset points",
            ha="right",
            va=side,
            color=TEXT_COLOURS[colour],
        )
    low, high = min(map(np.min, lines)), max(map(np.max, lines))
    ax.set_ylim(low - 0.16 * (high - low), high + 0.16 * (high - low))
    ax.set_xlabel("Customers let go, the worst first (% of all)")
    ax.set_ylabel("Change of profit (yuan)")
    ax.yaxis.set_major_formatter(FuncFormatter(_money_tick))
    _set_title(
        ax,
        title,
        f"Letting the worst {_percent(x[at])} go promises {_signed(lines[0][at])} yuan "
        f"and brings {_signed(lines[1][at])}",
    )
    return ax


@_styled
def value_matrix(
    current: pd.Series[Any],
    potential: pd.Series[Any],
    *,
    current_cut: float,
    potential_cut: float,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each customer by current and potential value, both on logarithmic axes.

    The axis of the current value is linear within 100 yuan of 0 and logarithmic
    beyond, so that losses, marked as crosses, have a place. Customers whose potential
    is unknown, or is not above 0, are left out.

    Args:
        current: what each customer is worth now, in cents, as for
            `crmlib.segmentation.value_matrix`.
        potential: what each could be worth, in cents, with the same index.
        current_cut: the smallest current value, in cents, that counts as high.
        potential_cut: the smallest potential value, in cents, that counts as high.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        CrmError: the cut of the potential is not above 0, or no customer has a
            potential above 0.

    >>> current = pd.Series([90_000, 900_000, 80_000, 700_000])
    >>> potential = pd.Series([50_000, 40_000, 900_000, 800_000])
    >>> ax = value_matrix(
    ...     current, potential, current_cut=300_000, potential_cut=300_000)
    >>> ax.get_title(loc="left")
    '1 of 4 customers is worth little now and could be worth much'
    """
    values = pd.DataFrame({"now": current, "then": potential}).astype("float64") / 100
    known = values.dropna()
    known = known[known["then"] > 0]
    now, then = known["now"].to_numpy(), known["then"].to_numpy()
    cut_now, cut_then = current_cut / 100, potential_cut / 100
    if not len(known) or cut_then <= 0:
        raise CrmError(
            "A logarithmic axis shows potentials above 0 only: the cut must be above 0 "
            "and so must the potential of at least one customer."
        )
    ax = _canvas(ax, height=5.2)
    ax.set_xscale("symlog", linthresh=100.0)
    ax.set_yscale("log")
    earns = now >= 0
    blue, vermillion = COLOURS["blue"], COLOURS["vermillion"]
    ax.scatter(now[earns], then[earns], s=7, color=blue, linewidths=0)
    ax.scatter(now[~earns], then[~earns], s=16, marker="x", color=vermillion, lw=0.9)
    ax.axvline(cut_now, color=COLOURS["grey"], linestyle="--", linewidth=1.2)
    ax.axhline(cut_then, color=COLOURS["grey"], linestyle="--", linewidth=1.2)
    _rule(ax, "x", 0.0)
    # Room above and below for the four names, so that no point lies under a word.
    least = float(now.min())
    ax.set_xlim(min(least * 1.8, -20.0), max(float(now.max()), cut_now) * 1.8)
    low, high = min(float(then.min()), cut_then), max(float(then.max()), cut_then)
    room = (high / low) ** 0.12
    ax.set_ylim(low / room, high * room)
    high_now, high_then = now >= cut_now, then >= cut_then
    corners = (
        ("develop", ~high_now & high_then, 0.01, 0.985),
        ("invest", high_now & high_then, 0.99, 0.985),
        ("maintain", ~high_now & ~high_then, 0.01, 0.015),
        ("keep", high_now & ~high_then, 0.99, 0.015),
    )
    for name, members, x, y in corners:
        ax.text(
            x,
            y,
            f"{name}: {_count(int(members.sum()))}",
            transform=ax.transAxes,
            ha="left" if x < 0.5 else "right",
            va="bottom" if y < 0.5 else "top",
            fontweight="bold",
            path_effects=[withStroke(linewidth=3, foreground="white")],
        )
    lost = int((~earns).sum())
    note = f"; crosses: {_count(lost)} below 0" if lost else ""
    ax.set_xlabel(f"Current value (yuan, logarithmic){note}")
    ax.set_ylabel("Potential value (yuan, logarithmic)")
    _log_money(ax, "x")
    _log_money(ax, "y")
    count = int((~high_now & high_then).sum())
    verb = "is" if count == 1 else "are"
    _set_title(
        ax,
        title,
        f"{count:,} of {len(known):,} customers {verb} worth little now and could be "
        "worth much",
    )
    return ax


@_styled
def relationship(
    customers: pd.DataFrame,
    label: pd.Series[Any],
    *,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each customer by discount and margin contribution, marked by kind.

    The axis of the margin is linear within 100 yuan of 0 and logarithmic beyond, so
    that losses have a place. Customers without a discount share are left out.

    Args:
        customers: as from `crmlib.segmentation.profit`: one row per customer with
            profit_cents (the total margin contribution) and discount_share (of the
            list price, 0 to 1).
        label: as from `crmlib.segmentation.relationship_or_transaction`, same index:
            "relationship", "transaction", "undecided" or "unknown".
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        ContractError: a column is missing.

    >>> customers = pd.DataFrame(
    ...     {"discount_share": [0.02, 0.18], "profit_cents": [900_000, 100_000]})
    >>> label = pd.Series(["relationship", "transaction"])
    >>> relationship(customers, label).get_title(loc="left")
    '1 relationship customer of 2 brings 90 % of the margin'
    """
    _need(customers, "profit", "profit_cents", "discount_share")
    known = customers["discount_share"].notna()
    kind = label.reindex(customers.index).astype(object)[known].to_numpy()
    discount = customers.loc[known, "discount_share"].to_numpy(dtype=float) * 100
    margin = customers.loc[known, "profit_cents"].to_numpy(dtype=float) / 100
    ax = _canvas(ax, height=5.0)
    ax.set_yscale("symlog", linthresh=100.0)
    looks = (
        ("undecided", "grey", "x", 14),
        ("transaction", "vermillion", "^", 15),
        ("relationship", "blue", "o", 15),
    )
    for name, colour, marker, size in looks:
        chosen = kind == name
        if chosen.any():
            ax.scatter(
                discount[chosen],
                margin[chosen],
                s=size,
                marker=marker,
                color=COLOURS[colour],
                linewidths=0.9 if marker == "x" else 0,
                label=f"{name} ({int(chosen.sum()):,})",
            )
    _rule(ax, "y", 0.0)
    ax.set_xlabel("Discount over all purchases (% of list price)")
    ax.set_ylabel("Margin contribution (yuan, logarithmic)")
    ax.set_xlim(-0.03 * float(discount.max(initial=1.0)), None)
    top = max(float(margin.max(initial=0.0)), 100.0)
    bottom = min(float(margin.min(initial=0.0)), 0.0)
    ax.set_ylim(bottom * 2 - 40, top * 9)
    _log_money(ax, "y")
    if ax.get_legend_handles_labels()[0]:
        # In a band of its own above all points.
        ax.legend(loc="upper left", ncols=3, handletextpad=0.2, markerscale=1.6)
    related = kind == "relationship"
    count = int(related.sum())
    noun, verb = ("", "brings") if count == 1 else ("s", "bring")
    finding = f"{count:,} relationship customer{noun} of {len(kind):,}"
    if margin.sum() > 0:
        share = _percent(100 * float(margin[related].sum() / margin.sum()))
        finding += f" {verb} {share} of the margin"
    _set_title(ax, title, finding)
    return ax


@_styled
def rfm_grid(
    scores: pd.DataFrame,
    *,
    bins: int = 5,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many customers have each pair of recency and frequency scores.

    An empty row or column is a finding too: equal customers share their lowest score,
    so some scores are given to nobody.

    Args:
        scores: the ``.scores`` of `crmlib.purchases.rfm` (pandas): columns r and f,
            integers from 1 to *bins*.
        bins: how many scores there are.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        ContractError: a column is missing, or a score is not within 1 to *bins*.

    >>> scores = pd.DataFrame({"r": [5, 5, 1], "f": [5, 4, 1]})
    >>> rfm_grid(scores).get_title(loc="left")
    '2 of 3 customers are both recent and frequent (R and F at least 4)'
    """
    _need(scores, "scores", "r", "f")
    outside = ~(scores["r"].between(1, bins) & scores["f"].between(1, bins))
    if outside.any():
        raise ContractError(
            f"a score is not within 1 to {bins}",
            table="scores",
            rows=scores[outside],
            remedy="pass the .scores of crmlib.purchases.rfm and the same bins",
        )
    counts = np.zeros((bins, bins), dtype=int)
    np.add.at(counts, (scores["r"].to_numpy(int) - 1, scores["f"].to_numpy(int) - 1), 1)
    ax = _canvas(ax, height=4.6)
    shades = LinearSegmentedColormap.from_list(
        "blues", ["#ffffff", "#a9cfe6", COLOURS["blue"], "#00395c"]
    )
    strength = np.sqrt(counts / max(counts.max(), 1))
    edges = np.arange(0.5, bins + 1)
    ax.pcolormesh(
        edges,
        edges,
        strength,
        cmap=shades,
        vmin=0,
        vmax=1,
        edgecolors="#d9d9d9",
        linewidth=0.8,
    )
    for (row, column), count in np.ndenumerate(counts):
        cell = shades(float(strength[row, column]))
        ax.text(
            column + 1,
            row + 1,
            f"{count:,}" if count else "–",
            ha="center",
            va="center",
            fontsize=11,
            color=_readable_on(cell[:3]),
        )
    ax.grid(visible=False)
    ax.set_xticks(range(1, bins + 1))
    ax.set_yticks(range(1, bins + 1))
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_xlabel(f"F: frequency (score; {bins} = most often)")
    ax.set_ylabel(f"R: recency (score; {bins} = most recently)")
    good = bins - 1
    both = int((scores["r"].ge(good) & scores["f"].ge(good)).sum())
    verb = "is" if both == 1 else "are"
    _set_title(
        ax,
        title,
        f"{both:,} of {len(scores):,} customers {verb} both recent and frequent "
        f"(R and F at least {good})",
    )
    return ax


@_styled
def responses(
    table: pd.DataFrame,
    *,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each segment's response to a measure: difference and its interval.

    Args:
        table: one row per segment: segment, difference, low, high; the last three are
            differences of shares, treated minus untreated (0.05 = 5 points).
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        ContractError: a column is missing.

    >>> table = pd.DataFrame({"segment": ["moral", "economic"],
    ...     "difference": [0.09, 0.01], "low": [0.04, -0.03], "high": [0.14, 0.05]})
    >>> responses(table).get_title(loc="left")
    'A response is certain only for moral'
    """
    _need(table, "responses", "segment", "difference", "low", "high")
    names = [str(name) for name in table["segment"]]
    middle, low, high = (
        table[column].to_numpy(dtype=float) * 100
        for column in ("difference", "low", "high")
    )
    ax = _canvas(ax, height=1.9 + 0.5 * len(names))
    places = np.arange(len(names))[::-1]
    _rule(ax, "x", 0.0)
    for i, place in enumerate(places):
        clear = low[i] > 0 or high[i] < 0
        colour = COLOURS["blue" if clear else "grey"]
        ax.plot([low[i], high[i]], [place, place], color=colour, linewidth=2.4)
        ax.plot(
            [middle[i]],
            [place],
            "o",
            color=colour,
            markersize=9,
            markerfacecolor=colour if clear else "white",
            markeredgewidth=2,
        )
        ax.annotate(
            f"{middle[i]:+.1f} points".replace("-", "\N{MINUS SIGN}"),
            (middle[i], place),
            xytext=(0, 9),
            textcoords="offset points",
            ha="center",
            color=TEXT_COLOURS["blue" if clear else "grey"],
            path_effects=[withStroke(linewidth=3, foreground="white")],
        )
    ax.set_yticks(places, labels=names)
    ax.set_ylim(-0.5, len(names) - 0.3)
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    ax.margins(x=0.12)
    ax.set_xlabel("Difference in response, treated minus untreated (percentage points)")
    ax.set_ylabel("Segment")
    clear_up = [name for name, edge in zip(names, low, strict=True) if edge > 0]
    # "Only these respond" would say of the others that they certainly do not.
    if not clear_up:
        finding = "For no segment is a response certain: every interval reaches 0"
    elif len(clear_up) == len(names):
        finding = "A response is certain for every segment"
    else:
        listed = ", ".join(clear_up[:-1])
        listed = f"{listed} and {clear_up[-1]}" if listed else clear_up[-1]
        finding = f"A response is certain only for {listed}"
    _set_title(ax, title, finding)
    return ax


@_styled
def stability(
    transitions: pd.DataFrame,
    *,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw where the customers of each segment went, and who stayed.

    A cell shows its number of customers and is shaded by their share of the row; those
    on the diagonal, framed, stayed.

    Args:
        transitions: the ``.transitions`` of `crmlib.segmentation.stability`: counts by
            segment before (rows) and after (columns), the same segments in both.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Raises:
        ContractError: rows and columns are not the same segments, or nobody is in it.

    >>> moved = pd.DataFrame([[3, 1], [2, 14]], index=["key", "regular"],
    ...                      columns=["key", "regular"])
    >>> stability(moved).get_title(loc="left")
    '85 % of 20 customers stayed in their segment; of regular the most, 88 %'
    """
    counts = transitions.to_numpy(dtype=int)
    total = int(counts.sum())
    if list(transitions.index) != list(transitions.columns) or not total:
        raise ContractError(
            "the plot needs counts of customers by the same segments in rows and "
            "columns",
            table="transitions",
            rows=transitions,
            remedy="pass the .transitions of crmlib.segmentation.stability",
        )
    names = [str(name) for name in transitions.index]
    n = len(names)
    ax = _canvas(ax, height=2.4 + 0.62 * n)
    shades = LinearSegmentedColormap.from_list(
        "blues", ["#ffffff", "#a9cfe6", COLOURS["blue"], "#00395c"]
    )
    of_row = counts.sum(axis=1, keepdims=True)
    share = counts / np.maximum(of_row, 1)
    edges = np.arange(n + 1) - 0.5
    ax.pcolormesh(
        edges,
        edges,
        share,
        cmap=shades,
        vmin=0,
        vmax=1,
        edgecolors="#d9d9d9",
        linewidth=0.8,
    )
    for (row, column), count in np.ndenumerate(counts):
        cell = shades(float(share[row, column]))
        label = f"{count:,}"
        if count:
            label += f"\n{_percent(100 * float(share[row, column]))}"
        ax.text(
            column,
            row,
            label if count else "–",
            ha="center",
            va="center",
            fontsize=10,
            color=_readable_on(cell[:3]),
        )
    for place in range(n):
        xs = [place - 0.5, place + 0.5, place + 0.5, place - 0.5, place - 0.5]
        ys = [place - 0.5, place - 0.5, place + 0.5, place + 0.5, place - 0.5]
        ax.plot(xs, ys, color=COLOURS["ink"], linewidth=1.6, gid="decoration")
    ax.invert_yaxis()
    ax.grid(visible=False)
    ax.set_xticks(range(n), labels=names)
    ax.set_yticks(range(n), labels=names)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_xlabel("Segment after (customers, and per cent of the row)")
    ax.set_ylabel("Segment before")
    stayed = np.diag(share)
    best = int(np.argmax(np.where(of_row[:, 0] > 0, stayed, -1)))
    kept = _percent(100 * float(np.trace(counts)) / total)
    _set_title(
        ax,
        title,
        f"{kept} of {total:,} customers stayed in their segment; of {names[best]} "
        f"the most, {_percent(100 * float(stayed[best]))}",
    )
    return ax


# The parts --------------------------------------------------------------------------


def _need(table: pd.DataFrame, name: str, *columns: str) -> None:
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise ContractError(
            f"the plot needs {', '.join(missing)}, which the table does not have",
            table=name,
            column=missing[0],
            remedy=f"pass a table with the columns {', '.join(columns)}",
        )


def _cycle(count: int) -> list[str]:
    colours = list(COLOURS.values())
    return [colours[i % len(colours)] for i in range(count)]


def _rule(ax: Axes, axis: Literal["x", "y"], at: float) -> None:
    """Draw the line where an axis is zero: plain, because it is no series."""
    line = ax.axvline if axis == "x" else ax.axhline
    line(at, color=COLOURS["grey"], linewidth=1, gid="decoration", zorder=1.5)


def _beside(ax: Axes, value: float, place: float, text: str, *, colour: str) -> None:
    """Write beside the end of a horizontal bar, outside of it."""
    ax.annotate(
        text,
        (value, place),
        xytext=(5 if value >= 0 else -5, 0),
        textcoords="offset points",
        va="center",
        ha="left" if value >= 0 else "right",
        color=colour,
    )


def _percent(value: float) -> str:
    """Write a percentage: whole, or with one decimal when small."""
    digits = 1 if 0 < abs(value) < 1.95 else 0
    text = f"{value:.{digits}f}"
    if float(text) == round(value):
        text = f"{value:.0f}"
    return (
        text.replace("-0", "0" if float(text) == 0 else "-0").replace(
            "-", "\N{MINUS SIGN}"
        )
        + " %"
    )


def _count(customers: int) -> str:
    return f"{customers:,} customer{'' if customers == 1 else 's'}"


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 9.5 else f"{ratio:.1f}".removesuffix(".0")


def _signed(yuan: float) -> str:
    return f"{yuan:+,.0f}".replace("-", "\N{MINUS SIGN}")


def _money(yuan: float) -> str:
    sign = "\N{MINUS SIGN}" if yuan < 0 else ""
    return f"{sign}{abs(yuan):,.0f} yuan"


def _money_tick(yuan: float, _position: object = None) -> str:
    sign = "\N{MINUS SIGN}" if yuan < 0 else ""
    size = abs(yuan)
    if size >= 1e6:
        return f"{sign}{size / 1e6:g} million"
    return f"{sign}{size:,.0f}" if size >= 1 or size == 0 else f"{sign}{size:g}"


def _log_money(ax: Axes, which: Literal["x", "y"]) -> None:
    axis = ax.xaxis if which == "x" else ax.yaxis
    axis.set_major_formatter(FuncFormatter(_money_tick))
    axis.set_minor_formatter(NullFormatter())


def _readable_on(background: Sequence[float]) -> str:
    """Return white or black, whichever has more contrast (WCAG 2.2 luminance)."""

    def luminance(colour: Sequence[float]) -> float:
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in colour
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    # One of the two always reaches 4.5:1, since black on white is 21 = 4.58 squared.
    behind = luminance(background) + 0.05
    return "#ffffff" if 1.05 / behind > behind / 0.05 else "#000000"
