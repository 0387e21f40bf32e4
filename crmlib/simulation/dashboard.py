"""A dashboard for a simulation: run ten years, see your curve beside the baselines.

A thin view: it calls `engine.run` and a world's own pictures. All of it can be reached
and moved with the keyboard (Tab, Enter, arrows).
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as ipw
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crmlib import plots
from crmlib.errors import CrmError
from crmlib.simulation.engine import Policy, Run, run
from crmlib.widgets import slider

__all__ = ["dashboard"]

_YOURS = "yours"
_BEFORE = "Nothing was run yet: press Run."


class _Board(ipw.VBox):  # type: ignore[misc]
    """A box whose plain text form is its sentence."""

    said = _BEFORE

    def __repr__(self) -> str:
        return self.said

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any] | None:
        bundle: dict[str, Any] | None = super()._repr_mimebundle_(**kwargs)
        if bundle is not None:
            bundle["text/plain"] = self.said
        return bundle


def dashboard(
    world: Any,
    policy: Policy,
    *,
    seed: int,
    baselines: Mapping[str, Policy],
    curves: Callable[[Mapping[str, Run]], Figure | Axes],
    picture: Callable[[Run, int], Figure | Axes],
    step: int = 1,
) -> Any:
    """Return a button that runs the policy and the baselines, and pictures to move.

    Nothing is run before the button is pressed. While it runs a bar shows how far it
    is. Then come the curves of all runs, and a slider over the periods of the
    learner's run with the picture of each. A policy that fails gets its sentence, and
    the baselines are shown all the same.

    Args:
        world: its parameters.
        policy: the learner's.
        seed: for all runs the same.
        baselines: name -> policy.
        curves: draws the runs, by name, beside each other.
        picture: draws one period of the learner's run.
        step: of the slider, in periods.

    Raises:
        CrmError: a baseline has the name of the learner's own curve.

    >>> from crmlib.simulation.rice_shop import *
    >>> board = dashboard(
    ...     RiceShop(n_periods=30), fixed_round, seed=1, baselines={"waiting": waits},
    ...     curves=draw_sales, picture=lambda run, day: draw_street(run, day=day))
    >>> board
    Nothing was run yet: press Run.
    >>> board.children[0].click()
    >>> board.said.partition(":")[0]
    'yours ends with 55,002; waiting ends with 33,740'
    """
    if _YOURS in baselines:
        raise CrmError(f"A baseline cannot be called {_YOURS!r}: give it another name.")
    total = world.n_periods
    button = ipw.Button(description="Run", tooltip="Run the policy and the baselines")
    bar = ipw.IntProgress(
        min=0, max=total * (len(baselines) + 1), description="Progress"
    )
    first, second = (ipw.Image(format="png") for _ in range(2))
    at = slider(world.period.capitalize(), 0, max(total - 1, 1), value=0, step=step)
    sentence = ipw.HTML()
    found: dict[str, Run] = {}
    board = _Board([button, bar, sentence, first, at, second])

    def say(text: str) -> None:
        board.said = " ".join(text.split())
        sentence.value = (
            f'<p role="status" aria-live="polite">{html.escape(board.said)}</p>'
        )

    def show(on: bool) -> None:
        for part in (first, at, second):
            part.layout.display = "" if on else "none"

    def draw_period(_change: Any = None) -> None:
        second.value = plots.png(picture(found[_YOURS], at.value))

    def play(_button: Any) -> None:
        button.disabled = True
        try:
            found.clear()
            show(False)
            failed = ""
            for number, (name, one) in enumerate({_YOURS: policy, **baselines}.items()):
                say(f"Running {name} …")
                try:
                    found[name] = run(
                        world, one, seed=seed, name=name, progress=tick(number)
                    )
                except CrmError as error:
                    failed = str(error)
            bar.value = bar.max
            if found:
                first.value = plots.png(curves(found))
                first.layout.display = ""
            if _YOURS in found:
                draw_period()
                show(True)
            ends = [
                f"{name} ends with {one.objective:,}" for name, one in found.items()
            ]
            say(f"{failed} {'; '.join(ends)}: more is better.")
        finally:
            button.disabled = False

    def tick(number: int) -> Callable[[int, int], None]:
        def progress(done: int, _of: int) -> None:
            # Not each day: a message to the browser costs more than a day.
            if done % 100 == 0:
                bar.value = number * total + done

        return progress

    button.on_click(play)
    at.observe(draw_period, names="value")
    show(False)
    say(_BEFORE)
    return board
