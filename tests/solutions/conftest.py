"""What the tests of graded notebooks share."""

from __future__ import annotations

from typing import Any

import common
import pytest
from bank import runner


@pytest.fixture(scope="module")
def space(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return what a notebook holds when all of its questions are solved."""
    (tested,) = (
        each
        for each in vars(request.module).values()
        if isinstance(each, type)
        and issubclass(each, common.GradedNotebook)
        and each is not common.GradedNotebook
    )
    names: dict[str, Any] = {}
    for cell in runner.cells(tested.solution):
        if cell["cell_type"] == "code" and not cell["grading"].get("grade"):
            exec(cell["source"], names)
    return names
