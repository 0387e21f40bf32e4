"""Things to move: thin views of pure functions, for notebooks.

A widget here holds no logic: `explore` calls a function that draws and one that says
the result in a sentence; `quiz` calls the questions of `crmlib.checks`. Pictures are
drawn into `ipywidgets.Image`, so that the stored notebook can be compared with a new
run. Everything can be reached and moved with the keyboard alone (Tab, arrows, Enter).

    explore(
        draw, describe=describe,
        share=slider("Share of customers", 5, 50, value=20, step=5, unit="%"),
    )
"""

from __future__ import annotations

import html
import string
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as ipw
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crmlib import plots
from crmlib.checks import Choice, Feedback, Number
from crmlib.errors import CrmError

__all__ = ["choice", "explore", "quiz", "slider"]

_WIDE = "38em"
_LABEL = "17em"


class _Described(ipw.VBox):  # type: ignore[misc]
    """A box whose plain text form is a sentence, not the tree of its widgets."""

    def __init__(self, children: Sequence[Any], *, says: Callable[[], str]) -> None:
        super().__init__(children)
        self._says = says

    def __repr__(self) -> str:
        return self._says()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any] | None:
        bundle: dict[str, Any] | None = super()._repr_mimebundle_(**kwargs)
        if bundle is not None:
            bundle["text/plain"] = self._says()
        return bundle


# Controls ---------------------------------------------------------------------------


def slider(
    label: str,
    low: float,
    high: float,
    *,
    value: float,
    step: float = 1,
    unit: str = "",
) -> Any:
    """Return a slider from *low* to *high*; it reports when it is let go.

    Whole numbers give an integer slider, others one with decimals.

    Args:
        label: what is set, in a few words.
        low: smallest value.
        high: largest value.
        value: value at the start.
        step: distance between two values, above 0.
        unit: shown in brackets after the label.

    Raises:
        CrmError: *high* is not above *low*, *value* lies outside, or *step* is not
            above 0.

    >>> slider("Customers", 10, 1000, value=50, step=10).value
    50
    """
    if not low < high or not low <= value <= high or not step > 0:
        raise CrmError(
            f"The slider {label!r} cannot run from {low:g} to {high:g} in steps of "
            f"{step:g} and start at {value:g}: low < high, step > 0, and the start "
            "must lie between."
        )
    whole = all(isinstance(number, int) for number in (low, high, value, step))
    kind = ipw.IntSlider if whole else ipw.FloatSlider
    more = {} if whole else {"readout_format": f".{_decimals(step)}f"}
    return kind(
        value=value,
        min=low,
        max=high,
        step=step,
        description=f"{label} ({unit})" if unit else label,
        continuous_update=False,
        style={"description_width": _LABEL},
        layout={"width": _WIDE},
        **more,
    )


def choice(
    label: str, options: Sequence[str] | Mapping[str, Any], *, value: Any
) -> Any:
    """Return a slider over *options*: names, or names with their values.

    (Not a drop-down list: JupyterLab takes its up and down arrows for itself, so that
    the keyboard alone could not use it.)

    Raises:
        CrmError: *value* is not among the options.

    >>> choice("Scale", ["linear", "logarithmic"], value="linear").value
    'linear'
    """
    values = list(options.values() if isinstance(options, Mapping) else options)
    if value not in values:
        raise CrmError(
            f"The slider {label!r} has no option {value!r}: it has {values}."
        )
    pairs = list(options.items() if isinstance(options, Mapping) else options)
    return ipw.SelectionSlider(
        options=pairs,
        value=value,
        description=label,
        continuous_update=False,
        style={"description_width": _LABEL},
        layout={"width": _WIDE},
    )


def _decimals(step: float) -> int:
    return len(f"{step:.6f}".rstrip("0").partition(".")[2])


# Explore ----------------------------------------------------------------------------


def explore(
    draw: Callable[..., Figure | Axes],
    *,
    describe: Callable[..., str],
    **controls: Any,
) -> Any:
    """Return controls, the picture they draw, and a sentence with the result.

    Whenever a control is let go, ``draw(**values)`` makes the picture anew and
    ``describe(**values)`` the sentence below it, which says what the picture shows
    (an ipywidgets image takes no alternative text) and is the widget's plain text. An
    error in the first drawing is raised, for the author of the notebook to see; a
    later one takes the picture's place as a sentence.

    Args:
        draw: a function of the controls' values that returns a figure or an axes.
        describe: a function of the same values that says the result in a sentence.
        **controls: name -> `slider` or `choice` (any widget with a value).

    Returns:
        An ``ipywidgets.VBox``: the controls, the image, the sentence.

    Raises:
        CrmError: there is no control, or one is no widget.

    >>> def draw(share):
    ...     fig, ax = plots.subplots()
    ...     ax.barh([0], [share])
    ...     return fig
    >>> box = explore(
    ...     draw, describe=lambda share: f"The share is {share} %.",
    ...     share=slider("Share", 0, 100, value=20, unit="%"))
    >>> box
    The share is 20 %.
    >>> box.children[0].value = 30
    >>> box
    The share is 30 %.
    """
    _check_controls(controls)
    image = ipw.Image(
        format="png", layout={"max_width": "100%", "align_self": "flex-start"}
    )
    sentence = ipw.HTML()
    said = ""

    def values() -> dict[str, Any]:
        return {name: control.value for name, control in controls.items()}

    def update() -> None:
        nonlocal said
        now = values()
        picture = plots.png(draw(**now))
        said = " ".join(str(describe(**now)).split())
        image.value = picture
        image.layout.visibility = "visible"
        sentence.value = _paragraph(said)

    def on_change(_change: Any) -> None:
        nonlocal said
        try:
            update()
        except Exception as error:  # shown, whatever it is: nobody reads a log
            reason = " ".join(str(error).split()) or type(error).__name__
            said = f"These values cannot be drawn: {reason}"
            # An old picture beside new values would lie.
            image.layout.visibility = "hidden"
            sentence.value = _paragraph(said)

    update()
    for control in controls.values():
        control.observe(on_change, names="value")
    return _Described([*controls.values(), image, sentence], says=lambda: said)


def _check_controls(controls: Mapping[str, Any]) -> None:
    if not controls:
        raise CrmError(
            "There is nothing to move: give at least one control, such as "
            'share=slider("Share", 0, 100, value=20, unit="%").'
        )
    for name, control in controls.items():
        if not (isinstance(control, ipw.Widget) and control.has_trait("value")):
            raise CrmError(
                f"The control {name!r} is {type(control).__name__}, not a widget with "
                "a value: make it with slider or choice."
            )


def _paragraph(text: str, *, role: str = "status") -> str:
    """Return a paragraph that a screen reader reads out when it changes."""
    return f'<p role="{role}" aria-live="polite">{html.escape(text)}</p>'


# Quiz -------------------------------------------------------------------------------


def quiz(questions: Sequence[Number | Choice]) -> Any:
    """Return a form with the questions, a Check button and a line of feedback for each.

    Answers are checked by the questions themselves, when the button is pressed; the
    form holds none of them. In a text field, Enter checks too.

    Args:
        questions: as from a chapter's ``QUESTIONS``.

    Raises:
        CrmError: there are no questions.

    >>> from crmlib.checks import Number
    >>> form = quiz([Number("How many is a dozen?", answer=lambda: 12)])
    >>> form
    A quiz with 1 question.
    """
    if not questions:
        raise CrmError("There are no questions: pass at least one.")
    count = len(questions)
    noun = "question" if count == 1 else "questions"
    parts = [_one(number, q) for number, q in enumerate(questions, start=1)]
    return _Described(parts, says=lambda: f"A quiz with {count} {noun}.")


def _one(number: int, question: Number | Choice) -> Any:
    asked = ipw.HTML(f"<p><b>{number}.</b> {html.escape(question.ask)}</p>")
    field: Any
    if isinstance(question, Choice):
        letters = string.ascii_lowercase
        field = ipw.RadioButtons(
            options=[
                (f"{letter}) {text}", letter)
                for letter, text in zip(letters, question.options, strict=False)
            ],
            value=None,
            description=f"Answer {number}",
            layout={"width": "max-content"},
        )
    else:
        unit = f" ({question.unit})" if question.unit else ""
        field = ipw.Text(
            description=f"Answer {number}{unit}",
            continuous_update=False,
            style={"description_width": "initial"},
        )
    button = ipw.Button(description="Check", tooltip=f"Check answer {number}")
    line = ipw.HTML(_feedback(Feedback(None, "choose or type, then press Check.")))

    def check(_event: Any = None) -> None:
        given = field.value
        blank = given is None or (isinstance(given, str) and not given.strip())
        line.value = _feedback(question(None if blank else given))

    button.on_click(check)
    if isinstance(field, ipw.Text):
        # With continuous_update off the value arrives on Enter or on leaving the field.
        field.observe(check, names="value")
    return ipw.VBox([asked, field, button, line])


def _feedback(feedback: Feedback) -> str:
    return _paragraph(str(feedback))
