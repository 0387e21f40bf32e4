"""Look at a plot as the build looks at a chapter's figures."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.figures import audit
from crmlib import _inventory, plots


def audited(ax: Axes) -> list[str]:
    """Draw the figure of *ax* and return what the audit finds, in sentences."""
    figure = ax.get_figure()
    assert isinstance(figure, Figure)
    plots.png(figure)
    with plots.style():
        return audit(_inventory.take(figure))
