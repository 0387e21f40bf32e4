"""Things to move: they redraw, say what they show, and can be stored and compared."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import ipywidgets as ipw
import nbformat
import numpy as np
import pytest
from matplotlib.axes import Axes
from nbclient import NotebookClient
from PIL import Image

from crmlib import plots, widgets
from crmlib.checks import Choice, Number
from crmlib.errors import CrmError


def draw(share: float, log: bool = False) -> Axes:
    if share > 90:
        raise ValueError("no more than 90 % can be <sold>")
    return plots.agents({"A": 1_000_000, "B": 1_000_000 * (1 + share)}, log=log)


def describe(share: float, log: bool = False) -> str:
    return f"B has {1 + share:g} times as much as A & co."


@pytest.fixture
def box() -> Any:
    share = widgets.slider("Share", 0, 100, value=20, unit="%")
    log = widgets.choice("Scale", {"linear": False, "logarithmic": True}, value=False)
    return widgets.explore(draw, describe=describe, share=share, log=log)


def parts(box: Any) -> tuple[Any, Any, ipw.Image, ipw.HTML]:
    share, log, image, sentence = box.children
    return share, log, image, sentence


# Controls ---------------------------------------------------------------------------


def test_whole_numbers_make_a_whole_slider() -> None:
    whole = widgets.slider("Customers", 10, 1000, value=50, step=10)
    assert isinstance(whole, ipw.IntSlider)
    broken = widgets.slider("Share", 0, 1, value=0.25, step=0.05, unit="of 1")
    assert isinstance(broken, ipw.FloatSlider)
    assert broken.description == "Share (of 1)"
    assert broken.readout_format == ".2f"
    assert not whole.continuous_update


@pytest.mark.parametrize("bounds", [(5, 5, 5, 1), (0, 9, 10, 1), (0, 9, 5, 0)])
def test_a_slider_that_cannot_work_is_refused(bounds: tuple[int, ...]) -> None:
    low, high, value, step = bounds
    with pytest.raises(CrmError, match="'Share'"):
        widgets.slider("Share", low, high, value=value, step=step)


def test_a_list_has_the_value_it_starts_with() -> None:
    with pytest.raises(CrmError, match="'Scale'"):
        widgets.choice("Scale", ["linear"], value="log")


# Explore ----------------------------------------------------------------------------


def test_moving_a_control_changes_picture_and_sentence(box: Any) -> None:
    share, _, image, sentence = parts(box)
    before = image.value
    share.value = 40
    assert image.value != before
    assert "41 times" in sentence.value
    assert repr(box) == "B has 41 times as much as A & co."
    share.value = 20
    assert image.value == before


def test_the_picture_is_the_one_that_draw_returns(box: Any) -> None:
    share, log, image, _ = parts(box)
    share.value, log.value = 30, True
    assert image.value == plots.png(draw(30, log=True))
    assert Image.open(io.BytesIO(image.value)).width == 840


def test_text_is_escaped_and_read_out(box: Any) -> None:
    *_, sentence = parts(box)
    assert "A &amp; co." in sentence.value
    assert 'aria-live="polite"' in sentence.value


def test_an_error_takes_the_picture_s_place_and_goes_again(box: Any) -> None:
    share, _, image, sentence = parts(box)
    share.value = 95
    assert repr(box) == (
        "These values cannot be drawn: no more than 90 % can be <sold>"
    )
    assert "&lt;sold&gt;" in sentence.value
    assert image.layout.visibility == "hidden"
    share.value = 50
    assert image.layout.visibility == "visible"
    assert "51 times" in sentence.value


def test_an_error_in_the_first_drawing_reaches_the_author() -> None:
    share = widgets.slider("Share", 0, 100, value=95)
    with pytest.raises(ValueError, match="no more than 90"):
        widgets.explore(draw, describe=describe, share=share)


@pytest.mark.parametrize("controls", [{}, {"share": 5}, {"share": ipw.VBox()}])
def test_controls_must_be_there_and_have_a_value(controls: dict[str, Any]) -> None:
    with pytest.raises(CrmError):
        widgets.explore(draw, describe=describe, **controls)


def test_the_plain_text_is_the_sentence(box: Any) -> None:
    bundle = box._repr_mimebundle_()
    assert bundle["text/plain"] == "B has 21 times as much as A & co."
    assert "application/vnd.jupyter.widget-view+json" in bundle


# Quiz -------------------------------------------------------------------------------

NUMBER = Number("How many is a <dozen>?", answer=lambda: 12, unit="pieces", why="So.")
CHOICE = Choice(
    "Which?", options=("the one", "the other"), right="b", why=("Not it.", "It is.")
)


def test_a_quiz_checks_when_the_button_is_pressed() -> None:
    _, second = widgets.quiz([NUMBER, CHOICE]).children
    _, radio, button, line = second.children
    assert radio.value is None
    button.click()
    assert "Not answered yet: Which?" in line.value
    radio.value = "a"
    assert "Not answered yet" in line.value
    button.click()
    assert "Not yet. Not it." in line.value
    radio.value = "b"
    button.click()
    assert "Right. It is." in line.value


def test_a_quiz_checks_a_number_on_enter_too() -> None:
    (first,) = widgets.quiz([NUMBER]).children
    asked, text, button, line = first.children
    assert "&lt;dozen&gt;" in asked.value
    text.value = "12 pieces"
    assert "Right. So." in line.value
    text.value = "  "
    button.click()
    assert "Not answered yet" in line.value


def test_a_quiz_does_not_carry_its_answers() -> None:
    form = widgets.quiz([NUMBER, CHOICE])
    state = str([part.get_state() for part in everything(form)])
    assert "It is." not in state
    assert "So." not in state
    assert "'12'" not in state


def test_everything_to_answer_with_can_be_reached_by_keyboard() -> None:
    kinds = {type(part).__name__ for part in everything(widgets.quiz([NUMBER, CHOICE]))}
    # Native form elements of the browser, all with a label.
    assert kinds >= {"Text", "RadioButtons", "Button"}
    for part in everything(widgets.quiz([NUMBER, CHOICE])):
        if isinstance(part, ipw.Text | ipw.RadioButtons | ipw.Button):
            assert part.description


def test_an_empty_quiz_is_refused() -> None:
    with pytest.raises(CrmError):
        widgets.quiz([])


def everything(widget: Any) -> list[Any]:
    below = [
        part for child in getattr(widget, "children", ()) for part in everything(child)
    ]
    return [widget, *below]


# In a notebook ----------------------------------------------------------------------

CELLS = [
    "from crmlib import plots, widgets\n"
    "from crmlib.checks import segmentation as check, Number\n"
    "def draw(n):\n"
    "    return plots.agents({'A': 100 * n, 'B': 900})\n",
    "plots.show(draw(n=5), alt='Two bars, one of five yuan and one of nine.')",
    "widgets.explore(draw, describe=lambda n: f'A has {n} yuan.', "
    "n=widgets.slider('n', 1, 9, value=3))",
    "widgets.quiz([Number('How many?', answer=lambda: 1)])",
    "check.lever(50)",
]


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    built = []
    for _ in range(2):
        cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
        notebook = nbformat.v4.new_notebook(cells=cells)
        NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
        built.append(notebook)
    return built


def outputs(notebook: Any) -> list[dict[str, Any]]:
    found = []
    for cell in notebook.cells:
        for output in cell.outputs:
            assert output.output_type in ("display_data", "execute_result")
            data = dict(output.data)
            # Only the number of the model differs from run to run.
            data.pop("application/vnd.jupyter.widget-view+json", None)
            found.append({"data": data, "metadata": dict(output.metadata)})
    return found


def test_two_runs_of_a_notebook_have_the_same_outputs(notebooks: list[Any]) -> None:
    one, other = map(outputs, notebooks)
    assert one == other
    assert [output["data"]["text/plain"] for output in one] == [
        "Two bars, one of five yuan and one of nine.",
        "A has 3 yuan.",
        "A quiz with 1 question.",
        "Right. The total is a product, so the factor must grow by as much as the "
        "total.",
    ]
    assert "crm" in one[0]["metadata"]


def test_the_stored_notebook_passes_strict_nbval(
    notebooks: list[Any], tmp_path: Path
) -> None:
    nbformat.write(notebooks[0], tmp_path / "chapter.ipynb")
    nbval = ["--nbval", "--nbval-current-env", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *nbval, "chapter.ipynb"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert f"{len(CELLS)} passed" in run.stdout, run.stdout


def test_pictures_do_not_depend_on_what_was_drawn_before() -> None:
    first = plots.png(draw(1))
    for share in np.linspace(1, 50, 5):
        plots.png(draw(share))
    assert plots.png(draw(1)) == first
