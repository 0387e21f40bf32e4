"""What a figure shows, in words and colours: the list that `plots.show` stores.

The list is taken from the figure after drawing. The colour behind a text is read from
the drawn pixels (with the texts made transparent), so it is right for a label on a
bar, on a cell of a heat map, or on its own box, whatever drew them.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Any

import matplotlib.dates as mdates
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import (
    Collection,
    LineCollection,
    PathCollection,
    PolyCollection,
)
from matplotlib.colors import to_hex, to_rgba
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text

#: Artists with this gid say nothing of their own (a shade, a rule under a title).
DECORATION = "decoration"

_HEAVY = ("semibold", "demibold", "demi", "bold", "heavy", "extra bold", "black")


def take(figure: Figure) -> dict[str, Any]:
    """Return the inventory of *figure*: JSON-ready, in drawing order.

    Keys: ``size`` (pixels, width and height), ``axes`` (title, labels, kind of each
    axis, background, series) and ``texts`` (text, role, colour, background, size in
    points, bold, box in pixels from the lower left corner).
    """
    canvas: Any = FigureCanvasAgg(figure)  # its methods carry no types
    canvas.draw()
    texts = list(_drawn_texts(figure))
    before = [text.get_alpha() for _, _, text in texts]
    for _, _, text in texts:
        text.set_alpha(0.0)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3].copy()
    for (_, _, text), alpha in zip(texts, before, strict=True):
        text.set_alpha(alpha)
    height, width = pixels.shape[:2]
    return {
        "size": [width, height],
        "axes": [_axes_entry(axes) for axes in figure.axes if axes.get_visible()],
        "texts": [
            _text_entry(index, role, text, canvas, pixels)
            for index, role, text in texts
        ],
    }


# Texts ------------------------------------------------------------------------------


def _drawn_texts(figure: Figure) -> Iterator[tuple[int | None, str, Text]]:
    """Yield axes number (None: the figure's own), role and artist of each text seen."""
    seen: set[int] = set()
    number = 0
    for axes in figure.axes:
        if not axes.get_visible():
            seen |= {id(text) for text in _find(axes)}
            continue
        hidden = _texts_not_drawn(axes)
        roles = _roles(axes)
        for text in _find(axes):
            if id(text) not in seen | hidden:
                seen.add(id(text))
                yield number, roles.get(id(text), "text"), text
        seen |= hidden
        number += 1
    for text in _find(figure):
        if id(text) not in seen:
            yield None, "text", text


def _find(artist: Artist) -> list[Text]:
    found = artist.findobj(Text)
    return [
        text
        for text in found
        if isinstance(text, Text) and text.get_visible() and text.get_text().strip()
    ]


def _roles(axes: Axes) -> dict[int, str]:
    roles = {
        id(axes.xaxis.label): "label",
        id(axes.yaxis.label): "label",
        # Titles at left and right have no public handle but are children.
        **{id(child): "title" for child in _titles(axes)},
    }
    for axis in (axes.xaxis, axes.yaxis):
        for text in axis.findobj(Text):
            roles.setdefault(id(text), "tick")
    legend = axes.get_legend()
    if isinstance(legend, Legend):
        roles.update({id(text): "legend" for text in legend.get_texts()})
    return roles


def _titles(axes: Axes) -> list[Artist]:
    wanted = {axes.get_title(loc=where) for where in ("left", "center", "right")}
    wanted.discard("")
    return [
        child
        for child in axes.get_children()
        if isinstance(child, Text) and child.get_text() in wanted
    ]


def _texts_not_drawn(axes: Axes) -> set[int]:
    """Return ids of tick labels that exist but lie outside the view, or are off."""
    hidden: set[int] = set()
    for axis in (axes.xaxis, axes.yaxis):
        every = {id(text) for text in axis.findobj(Text)}
        if not axes.axison or not axis.get_visible():
            hidden |= every
            continue
        shown = {id(text) for text in _tick_labels(axis)}
        hidden |= every - shown - {id(axis.label), id(axis.get_offset_text())}
    return hidden


def _tick_labels(axis: Axis) -> list[Text]:
    """Return the tick labels that are drawn: in view, switched on and not empty."""
    low, high = sorted(axis.get_view_interval())
    slack = 1e-9 * max(abs(low), abs(high))
    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
    return [
        label
        for tick in ticks
        for label in (tick.label1, tick.label2)
        if low - slack <= tick.get_loc() <= high + slack
        and label.get_visible()
        and label.get_text().strip()
    ]


def _text_entry(
    axes: int | None,
    role: str,
    text: Text,
    canvas: Any,
    pixels: np.ndarray[Any, Any],
) -> dict[str, Any]:
    # An annotation's own extent would include its arrow.
    box = Text.get_window_extent(text, canvas.get_renderer())
    height, width = pixels.shape[:2]
    left, right = (int(np.clip(x, 0, width)) for x in (box.x0, box.x1))
    bottom, top = (int(np.clip(y, 0, height)) for y in (box.y0, box.y1))
    behind = pixels[height - top : height - bottom, left:right].reshape(-1, 3)
    background = _commonest(behind) if len(behind) else "#ffffff"
    weight = text.get_fontweight()
    bold = weight in _HEAVY if isinstance(weight, str) else weight >= 600
    return {
        "axes": axes,
        "role": role,
        "text": text.get_text(),
        "colour": _over(text.get_color(), background, text.get_alpha()),
        "background": background,
        "points": round(float(text.get_fontsize()), 1),
        "bold": bool(bold),
        "box": [round(float(edge)) for edge in (box.x0, box.y0, box.x1, box.y1)],
    }


def _commonest(pixels: np.ndarray[Any, Any]) -> str:
    packed = pixels.astype(np.int64) @ np.array([65536, 256, 1])
    values, counts = np.unique(packed, return_counts=True)
    return f"#{int(values[counts.argmax()]):06x}"


# Axes and series --------------------------------------------------------------------


def _axes_entry(axes: Axes) -> dict[str, Any]:
    titles = [axes.get_title(loc=where) for where in ("left", "center", "right")]
    background = to_hex(_flat(axes.get_facecolor(), "#ffffff"))
    if not axes.axison:
        figure = axes.get_figure()
        background = to_hex(figure.get_facecolor()) if figure else background
    series: list[dict[str, Any]] = []
    for entry in _series(axes, background):
        if entry not in series:
            series.append(entry)
    return {
        "title": next((title for title in titles if title), ""),
        "xlabel": axes.get_xlabel(),
        "ylabel": axes.get_ylabel(),
        "xkind": _kind(axes, axes.xaxis),
        "ykind": _kind(axes, axes.yaxis),
        "background": background,
        "series": series,
    }


def _kind(axes: Axes, axis: Axis) -> str:
    """Say what an axis holds: number, category, date, or none when it has no ticks."""
    if not axes.axison or not axis.get_visible() or not _tick_labels(axis):
        return "none"
    formatter = axis.get_major_formatter()
    if isinstance(
        formatter,
        mdates.AutoDateFormatter | mdates.DateFormatter | mdates.ConciseDateFormatter,
    ):
        return "date"
    # Names given to ticks have no formatter class of their own, so the words decide:
    # numbers begin with a digit (after a sign, or TeX such as $\mathdefault{10}).
    words = [re.sub(r"\\[a-z]+", "", text.get_text()) for text in _tick_labels(axis)]
    numbers = all(re.match(r"\W*\d", word) for word in words)
    return "number" if numbers else "category"


def _series(axes: Axes, background: str) -> Iterator[dict[str, Any]]:
    """Yield what a reader must tell apart: colour and the marks beside colour."""
    names: dict[int, str] = {}
    for container in axes.containers:
        if isinstance(container, BarContainer):
            names.update({id(bar): _label(container) for bar in container})
    for line in axes.lines:
        if _counts(line):
            yield _entry(
                "line" if line.get_linestyle() not in ("None", "", " ") else "points",
                _label(line),
                _over(line.get_color(), background, line.get_alpha()),
                linestyle=str(line.get_linestyle()),
                marker=_marker_name(line.get_marker()),
            )
    for patch in axes.patches:
        if _counts(patch):
            yield _entry(
                "bar",
                names.get(id(patch), _label(patch)),
                _over(patch.get_facecolor(), background, None),
                hatch=patch.get_hatch() or "",
            )
    for collection in axes.collections:
        # A colour scale has no series: its numbers stand in the cells or beside it.
        if _counts(collection) and collection.get_array() is None:
            yield from _collection(collection, background)


def _collection(collection: Collection, background: str) -> Iterator[dict[str, Any]]:
    if isinstance(collection, LineCollection):
        dashes: Any = collection.get_linestyle()
        style = str(dashes[0][1])
        for colour in _rows(collection.get_edgecolor()):
            mixed = _over(colour, background, None)
            yield _entry("line", _label(collection), mixed, linestyle=style)
    elif isinstance(collection, PathCollection):
        paths = collection.get_paths()
        outline: Any = paths[0].vertices if paths else []
        shape = np.round(np.asarray(outline, dtype=float), 3) + 0.0
        marker = f"{zlib.crc32(shape.tobytes()):08x}"
        hollow = len(collection.get_facecolor()) == 0
        colours = collection.get_edgecolor() if hollow else collection.get_facecolor()
        for colour in _rows(colours):
            mixed = _over(colour, background, None)
            name = f"{marker} hollow" if hollow else marker
            yield _entry("points", _label(collection), mixed, marker=name)
    elif isinstance(collection, PolyCollection):
        hatch = collection.get_hatch() or ""
        for colour in _rows(collection.get_facecolor()):
            mixed = _over(colour, background, None)
            yield _entry("area", _label(collection), mixed, hatch=hatch)


def _entry(
    kind: str,
    label: str,
    colour: str,
    *,
    linestyle: str = "",
    marker: str = "",
    hatch: str = "",
) -> dict[str, Any]:
    return {
        "kind": kind,
        "label": label,
        "colour": colour,
        "linestyle": linestyle,
        "marker": marker,
        "hatch": hatch,
    }


def _counts(artist: Artist) -> bool:
    return artist.get_visible() and artist.get_gid() != DECORATION


def _label(artist: Artist | BarContainer) -> str:
    label = str(artist.get_label() or "")
    return "" if label.startswith("_") else label


def _marker_name(marker: object) -> str:
    return "" if marker in (None, "None", "", " ") else str(marker)


def _rows(colours: Any) -> list[tuple[float, ...]]:
    """Return the distinct rows of an RGBA array, in order."""
    rows = [tuple(float(part) for part in row) for row in np.atleast_2d(colours)]
    return list(dict.fromkeys(rows))


def _over(colour: Any, background: str, alpha: float | None) -> str:
    """Mix a colour with the background behind it and return hex."""
    return to_hex(_flat(to_rgba(colour, alpha), background))


def _flat(colour: Any, background: str) -> tuple[float, float, float]:
    red, green, blue, alpha = to_rgba(colour)
    base = to_rgba(background)
    mixed = [
        alpha * top + (1 - alpha) * under
        for top, under in zip((red, green, blue), base[:3], strict=True)
    ]
    return mixed[0], mixed[1], mixed[2]
