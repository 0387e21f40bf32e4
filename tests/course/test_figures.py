"""The audit: known bad figures are reported, known good ones are not."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from coloraide import Color

from course.figures import LEAST_DIFFERENCE, audit, audit_notebook
from crmlib import plots

# Okabe and Ito 2008, as published.
OKABE_ITO = (
    "#000000 #e69f00 #56b4e9 #009e73 #f0e442 #0072b2 #d55e00 #cc79a7".split()  # noqa: SIM905
)


def series(colour: str, label: str = "", **marks: str) -> dict[str, Any]:
    plain = {"kind": "line", "linestyle": "-", "marker": "", "hatch": ""}
    return {"label": label, "colour": colour, **plain, **marks}


def text(colour: str = "#000000", background: str = "#ffffff", **more: Any) -> Any:
    plain = {"axes": 0, "role": "text", "text": "words", "points": 10.0, "bold": False}
    box = {"box": [10, 10, 60, 24]}
    return {**plain, **box, "colour": colour, "background": background, **more}


def figure(*shown: dict[str, Any], texts: Any = (), **panel: Any) -> dict[str, Any]:
    plain = {"title": "A finding", "xlabel": "Share (%)", "ylabel": "Value (yuan)"}
    kinds = {"xkind": "number", "ykind": "number", "background": "#ffffff"}
    axes = {**plain, **kinds, "series": list(shown), **panel}
    return {"size": [840, 420], "axes": [axes], "texts": list(texts)}


def test_a_good_figure_passes() -> None:
    assert audit(figure(series("#0072b2"), series("#d55e00"), texts=[text()])) == []


# Series -----------------------------------------------------------------------------


def test_red_and_green_of_equal_lightness_are_reported() -> None:
    red, green = (
        Color("oklch", [0.58, 0.13, hue]).convert("srgb").to_string(hex=True)
        for hue in (35, 120)
    )
    (problem,) = audit(figure(series(red, "old"), series(green, "new")))
    assert "only colour tells apart" in problem
    assert '"old"' in problem
    assert "deuteranopia" in problem or "protanopia" in problem
    # To a reader with full colour vision they are far apart.
    assert Color(red).delta_e(green, method="2000") > 3 * LEAST_DIFFERENCE


@pytest.mark.parametrize("marks", [{"linestyle": "--"}, {"marker": "s"}])
def test_another_mark_excuses_a_near_colour(marks: dict[str, str]) -> None:
    near = series("#0a78b6", "b", **marks)
    assert audit(figure(series("#0072b2", "a"), near)) == []
    assert audit(figure(series("#0072b2", "a"), series("#0a78b6", "b"))) != []


def test_equal_colours_under_two_names_are_reported() -> None:
    assert audit(figure(series("#0072b2", "a"), series("#0072b2", "b"))) != []


@pytest.mark.parametrize("pair", [*itertools.combinations(OKABE_ITO, 2)])
def test_pairs_of_okabe_and_ito_can_be_told_apart(pair: tuple[str, str]) -> None:
    problems = audit(figure(*map(series, pair)))
    assert not [problem for problem in problems if "tells apart" in problem]


def test_the_house_colours_pass_together() -> None:
    assert audit(figure(*map(series, plots.COLOURS.values()))) == []


def test_the_house_text_colours_can_be_read() -> None:
    assert list(plots.TEXT_COLOURS) == list(plots.COLOURS)
    for number, colour in enumerate(plots.TEXT_COLOURS.values()):
        box = [10, 30 * number, 60, 30 * number + 14]
        assert audit(figure(texts=[text(colour, box=box)])) == []


@pytest.mark.parametrize("colour", ["#f0e442", "#56b4e9", "#e69f00"])
def test_a_pale_line_is_reported(colour: str) -> None:
    (problem,) = audit(figure(series(colour)))
    assert "too pale" in problem


def test_simulation_agrees_with_the_published_matrix() -> None:
    # Machado et al. 2009, table 1, deuteranomaly of severity 1, on linear RGB.
    matrix = [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
    colour = Color("#cc79a7")
    linear = colour.convert("srgb-linear").coords()
    expected = [sum(a * b for a, b in zip(row, linear, strict=True)) for row in matrix]
    seen = colour.filter("deutan", severity=1, method="machado").convert("srgb-linear")
    assert seen.coords() == pytest.approx(expected, abs=1e-4)


# Texts ------------------------------------------------------------------------------


def test_contrast_is_that_of_the_guidelines() -> None:
    # The two best-known neighbours of the border of 4.5:1 on white.
    assert audit(figure(texts=[text("#767676")])) == []
    (problem,) = audit(figure(texts=[text("#777777")]))
    assert "4.5:1" in problem


def test_pale_grey_text_is_reported() -> None:
    (problem,) = audit(figure(texts=[text("#bbbbbb")]))
    assert '"words" is hard to read' in problem


@pytest.mark.parametrize(("points", "bold"), [(18, False), (14, True)])
def test_large_text_needs_less(points: float, bold: bool) -> None:
    assert audit(figure(texts=[text("#888888", points=points, bold=bold)])) == []
    assert audit(figure(texts=[text("#888888", points=points - 1, bold=bold)])) != []


def test_small_cut_off_and_overlapping_texts_are_reported() -> None:
    (small,) = audit(figure(texts=[text(points=6.0)]))
    assert "too small" in small
    (cut,) = audit(figure(texts=[text(box=[800, 10, 860, 24])]))
    assert "cut off" in cut
    (over,) = audit(figure(texts=[text(), text(box=[50, 15, 90, 29])]))
    assert "overlap" in over


# Words ------------------------------------------------------------------------------


def test_missing_title_labels_and_units_are_reported() -> None:
    assert audit(figure(title=" ")) == ["The figure has no title: state the finding."]
    assert audit(figure(xlabel="")) == ["The figure has no label on its x axis."]
    (unit,) = audit(figure(ylabel="Value"))
    assert "no unit on its y axis" in unit
    assert audit(figure(ylabel="Segment", ykind="category")) == []
    assert audit(figure(ylabel="", ykind="none")) == []


def test_panels_are_named_when_there_are_several() -> None:
    two = figure()
    two["axes"].append({**two["axes"][0], "title": ""})
    assert audit(two) == ["Panel 2 of the figure has no title: state the finding."]


def test_a_notebook_is_audited_cell_by_cell() -> None:
    bare = {"data": {"image/png": "…"}, "metadata": {}}
    good = {
        "data": {"image/png": "…"},
        "metadata": {"image/png": {"alt": "A line."}, "crm": figure(series("#0072b2"))},
    }
    untitled = {**good, "metadata": {**good["metadata"], "crm": figure(title="")}}
    cells = [
        {"cell_type": "markdown"},
        {"cell_type": "code", "outputs": [good, {"output_type": "stream"}]},
        {"cell_type": "code", "outputs": [bare]},
        {"cell_type": "code", "outputs": [untitled]},
    ]
    first, second = audit_notebook({"cells": cells})
    assert first.startswith("Cell 3: The figure has no alternative text")
    assert second == "Cell 4: The figure has no title: state the finding."
