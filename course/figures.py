"""The audit of figures: can everybody read them.

`crmlib.plots.show` stores with each picture an inventory of its texts, colours and
marks. Here the inventory is measured:

- text against what lies behind it: contrast at least 4.5:1, or 3:1 for large text
  (18 points, or 14 points bold). WCAG 2.2, success criterion 1.4.3.
- lines, points and bars against the background: at least 3:1. WCAG 2.2, 1.4.11.
- any two series that nothing but colour tells apart: a CIEDE2000 difference of at
  least `LEAST_DIFFERENCE` in normal vision and in full protanopia, deuteranopia and
  tritanopia, as simulated by Machado, Oliveira and Fernandes (2009), "A
  physiologically-based model for simulation of color vision deficiency", IEEE
  Transactions on Visualization and Computer Graphics 15(6). WCAG 2.2, 1.4.1.
- a title on each panel, a label on each axis, a unit in brackets on each numeric one.
- no text smaller than `LEAST_POINTS`, cut off by the edge, or written over another.

A direct label beside a line does not excuse two equal colours: a reader has to follow
the line to its label first. Another line style, marker or hatch does.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from coloraide import Color

__all__ = ["LEAST_DIFFERENCE", "LEAST_POINTS", "audit", "audit_notebook"]

#: CIEDE2000. The palette of Okabe and Ito, made for all kinds of colour vision, keeps
#: 10.9 between its nearest two colours (orange and purple, tritanopia).
LEAST_DIFFERENCE = 10.0

#: Points. At 100 dots an inch a digit of 9 points is about 9 pixels high.
LEAST_POINTS = 9.0

_TEXT, _LARGE_TEXT, _GRAPHIC = 4.5, 3.0, 3.0
_VISIONS = (
    ("normal vision", None),
    ("protanopia", "protan"),
    ("deuteranopia", "deutan"),
    ("tritanopia", "tritan"),
)


def audit(inventory: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a figure, one sentence each; an empty list if nothing.

    Args:
        inventory: what `crmlib.plots.show` stored under ``crm`` in the metadata.

    >>> axes = {"title": "", "xlabel": "Share (%)", "ylabel": "", "xkind": "number",
    ...         "ykind": "none", "background": "#ffffff", "series": []}
    >>> audit({"size": [840, 420], "axes": [axes], "texts": []})
    ['The figure has no title: state the finding.']
    """
    panels: Sequence[Mapping[str, Any]] = inventory["axes"]
    texts: Sequence[Mapping[str, Any]] = inventory["texts"]
    problems: list[str] = []
    for number, panel in enumerate(panels, start=1):
        where = "The figure" if len(panels) == 1 else f"Panel {number} of the figure"
        problems += _words(panel, where)
        problems += _series(panel, where)
    for text in texts:
        problems += _text(text, inventory["size"])
    for one, other in itertools.combinations(texts, 2):
        if _overlap(one["box"], other["box"]):
            problems.append(f"{_quote(one)} and {_quote(other)} overlap: move one.")
    return problems


def audit_notebook(notebook: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the pictures in a notebook's outputs, cell by cell.

    Every PNG must have come through `crmlib.plots.show`, so that it carries an
    alternative text and an inventory; the inventory is then audited.

    >>> audit_notebook({"cells": [{"cell_type": "markdown", "source": "no figure"}]})
    []
    """
    problems: list[str] = []
    for number, cell in enumerate(notebook["cells"], start=1):
        for output in cell.get("outputs", []):
            if "image/png" not in output.get("data", {}):
                continue
            metadata = output.get("metadata", {})
            alt = metadata.get("image/png", {}).get("alt", "")
            if not alt or "crm" not in metadata:
                found = [
                    "The figure has no alternative text: use plots.show(fig, alt=…)."
                ]
            else:
                found = audit(metadata["crm"])
            problems += [f"Cell {number}: {problem}" for problem in found]
    return problems


# Title and labels -------------------------------------------------------------------


def _words(panel: Mapping[str, Any], where: str) -> list[str]:
    problems = []
    if not panel["title"].strip():
        problems.append(f"{where} has no title: state the finding.")
    for axis in ("x", "y"):
        label, kind = panel[f"{axis}label"].strip(), panel[f"{axis}kind"]
        if kind == "none":
            continue
        if not label:
            problems.append(f"{where} has no label on its {axis} axis.")
        elif kind == "number" and not ("(" in label and ")" in label):
            problems.append(
                f"{where} has no unit on its {axis} axis: write it in brackets after "
                f'"{label}".'
            )
    return problems


def _text(text: Mapping[str, Any], size: Sequence[float]) -> list[str]:
    problems = []
    large = text["points"] >= 18 or (text["bold"] and text["points"] >= 14)
    least = _LARGE_TEXT if large else _TEXT
    ratio = _contrast(text["colour"], text["background"])
    if ratio < least:
        problems.append(
            f"{_quote(text)} is hard to read: {text['colour']} on "
            f"{text['background']} has a contrast of {ratio:.1f}:1, and at "
            f"{text['points']:g} points it needs {least:g}:1."
        )
    if text["points"] < LEAST_POINTS:
        problems.append(
            f"{_quote(text)} is too small: {text['points']:g} points; use at least "
            f"{LEAST_POINTS:g}."
        )
    left, bottom, right, top = text["box"]
    # A pixel of slack: boxes are rounded.
    if left < -1 or bottom < -1 or right > size[0] + 1 or top > size[1] + 1:
        problems.append(f"{_quote(text)} is cut off by the edge of the figure.")
    return problems


def _overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    """Say whether two boxes share more than a rim of two pixels."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide > 2 and high > 2


def _quote(text: Mapping[str, Any]) -> str:
    words = " ".join(str(text["text"]).split())
    return f'The text "{words if len(words) <= 40 else words[:39] + "…"}"'


# Colours ----------------------------------------------------------------------------


def _series(panel: Mapping[str, Any], where: str) -> list[str]:
    problems = []
    series: Sequence[Mapping[str, Any]] = panel["series"]
    for entry in series:
        ratio = _contrast(entry["colour"], panel["background"])
        if ratio < _GRAPHIC:
            problems.append(
                f"{where} has {_name(entry)} that is too pale: {entry['colour']} on "
                f"{panel['background']} has a contrast of {ratio:.1f}:1 and needs "
                f"{_GRAPHIC:g}:1."
            )
    for one, other in itertools.combinations(series, 2):
        # The inventory lists equal looks with equal names once, so two entries that
        # agree in everything but the name are two series that look the same.
        if any(one[mark] != other[mark] for mark in _MARKS):
            continue
        if one["colour"] == other["colour"] and not (one["label"] and other["label"]):
            continue
        vision, difference = _worst(one["colour"], other["colour"])
        if difference < LEAST_DIFFERENCE:
            problems.append(
                f"{where} has two series that only colour tells apart, and colour does "
                f"not: {_name(one)} ({one['colour']}) and {_name(other)} "
                f"({other['colour']}) differ by {difference:.1f} in {vision}, and "
                f"{LEAST_DIFFERENCE:g} is needed. Change a colour, line style, marker "
                "or hatch."
            )
    return problems


_MARKS = ("kind", "linestyle", "marker", "hatch")


def _name(entry: Mapping[str, Any]) -> str:
    kind = {"line": "a line", "points": "a set of points", "bar": "a bar"}
    name = kind.get(entry["kind"], "an area")
    return f'{name} "{entry["label"]}"' if entry["label"] else name


def _contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.x, from 1 to 21."""
    return float(Color(one).contrast(Color(other), method="wcag21"))


def _worst(one: str, other: str) -> tuple[str, float]:
    """Return the kind of vision that tells two colours apart worst, and how well."""
    measured = []
    for name, kind in _VISIONS:
        pair = [Color(colour) for colour in (one, other)]
        if kind is not None:
            pair = [
                colour.filter(kind, severity=1, method="machado").convert("srgb").clip()
                for colour in pair
            ]
        measured.append((float(pair[0].delta_e(pair[1], method="2000")), name))
    difference, vision = min(measured)
    return vision, difference
