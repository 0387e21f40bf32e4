"""Run a graded notebook without a kernel and say which points it earns.

Code cells are executed one after the other in one namespace, as a kernel would: a cell
that fails does not stop the next one. A test cell earns its points if it raises nothing
and writes nothing to standard error, which is nbgrader's rule. It is 20 times faster
than a kernel, so a bank of a hundred answers can be graded in every test run; the
class-round tests grade the same notebooks through nbgrader itself.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Answer", "Outcome", "cells", "grade", "points", "read_answer", "sources"]


@dataclass(frozen=True)
class Outcome:
    """What a run of a notebook earned, and what the failing cells said."""

    points: dict[str, float]
    messages: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> float:
        return sum(self.points.values())


@dataclass(frozen=True)
class Answer:
    """One file of the bank: a student's cell and the points it deserves."""

    path: Path
    source: str
    expected: dict[str, float]

    @property
    def question(self) -> str:
        return self.path.parent.name

    @property
    def is_right(self) -> bool:
        return self.path.name.startswith("right_")


def cells(notebook: Path) -> list[dict[str, Any]]:
    """Return the cells of *notebook*, each with its nbgrader metadata as `grading`."""
    found: list[dict[str, Any]] = json.loads(notebook.read_text(encoding="utf-8"))[
        "cells"
    ]
    for cell in found:
        cell["source"] = "".join(cell["source"])
        cell["grading"] = cell["metadata"].get("nbgrader", {})
    return found


def sources(notebook: Path) -> dict[str, str]:
    """Return the sources of the cells that nbgrader knows, by grade_id."""
    return {
        cell["grading"]["grade_id"]: cell["source"]
        for cell in cells(notebook)
        if cell["grading"]
    }


def points(notebook: Path) -> dict[str, float]:
    """Return the points of the cells that are graded by tests, by grade_id."""
    return {
        cell["grading"]["grade_id"]: cell["grading"]["points"]
        for cell in cells(notebook)
        if cell["grading"].get("grade") and not cell["grading"]["solution"]
    }


def grade(
    notebook: Path,
    *,
    replace: Mapping[str, str] | None = None,
    tests_from: Path | None = None,
    only: str | None = None,
) -> Outcome:
    """Run *notebook* and return the points of each test cell.

    Args:
        notebook: an .ipynb with nbgrader metadata.
        replace: grade_id of a cell -> other source for it.
        tests_from: take locked cells from this notebook, by grade_id, as nbgrader
            does before it grades what a student handed in.
        only: grade_id of a solution cell: run the tests of this question alone, those
            between its cell and the next one to be answered.

    Raises:
        KeyError: *replace* names a cell that the notebook does not have.
    """
    book = cells(notebook)
    changed = dict(replace or {})
    known = {cell["grading"].get("grade_id") for cell in book}
    if unknown := set(changed) - known:
        raise KeyError(f"{notebook.name} has no cell {', '.join(sorted(unknown))}")
    for cell in cells(tests_from) if tests_from else []:
        if cell["grading"].get("locked"):
            changed[cell["grading"]["grade_id"]] = cell["source"]

    namespace: dict[str, Any] = {"__name__": "__main__"}
    earned: dict[str, float] = {}
    messages: dict[str, str] = {}
    question = ""
    for cell in book:
        if cell["cell_type"] != "code":
            continue
        grading = cell["grading"]
        if grading.get("solution"):
            question = grading["grade_id"]
        if grading.get("grade") and only not in (None, question):
            continue
        name = grading.get("grade_id", cell["id"])
        problem = _run(changed.get(name, cell["source"]), name, namespace)
        if grading.get("grade"):
            earned[name] = 0 if problem else grading["points"]
        if problem:
            messages[name] = problem
    return Outcome(earned, messages)


def _run(source: str, name: str, namespace: dict[str, Any]) -> str:
    """Execute one cell; return what went wrong, or an empty text."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(compile(source, f"<{name}>", "exec"), namespace)
        except Exception as error:  # whatever a student's code may raise
            return f"{type(error).__name__}: {error}"
    return said.getvalue()


_POINTS = re.compile(r"^# points: ([\w-]+) ([\d.]+)$", re.MULTILINE)


def read_answer(path: Path) -> Answer:
    """Read a file of the bank.

    Its folder is the grade_id of the cell it answers. Lines such as
    ``# points: link-nothing-guessed 0`` give the points of test cells; cells that are
    not named earn all of theirs.
    """
    text = path.read_text(encoding="utf-8")
    expected = {name: float(value) for name, value in _POINTS.findall(text)}
    return Answer(path, text, expected)
