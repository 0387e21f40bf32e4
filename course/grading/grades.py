"""Grades as rows: read from the gradebook, written as CSV, shown as a table."""

from __future__ import annotations

import csv
import json
import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode

from course.grading.cells import is_answer, is_test, nbgrader_id

# Errors that the engine writes into cells that it had to stop or could not run.
TIMEOUT = "CellTimeoutError"
DIED = "KernelDied"
NOT_RUN = "NotRun"

GRADED = "graded"
REMARKS = "graded with remarks"
NOT_GRADED = "not graded"

COLUMNS = (
    "student",
    "assignment",
    "notebook",
    "status",
    "points",
    "max_points",
    "manual_points",
    "manual_max",
    "remarks",
)


@dataclass(frozen=True, order=True)
class Result:
    """One student's grade for one notebook, one row of `grades.csv`.

    `points` of `max_points` come from the tests, `manual_points` of `manual_max` from
    whoever reads the written answers. None is "not graded", which is not 0.
    """

    student: str
    assignment: str
    notebook: str
    status: str = field(compare=False)
    points: float | None = field(compare=False)
    max_points: float = field(compare=False)
    manual_points: float | None = field(compare=False)
    manual_max: float = field(compare=False)
    remarks: tuple[str, ...] = field(default=(), compare=False)


def number(value: float | None) -> str:
    """Write points without a needless decimal; nothing for None.

    >>> number(3.0), number(2.5), number(None)
    ('3', '2.5', '')
    """
    return "" if value is None else f"{value:g}"


def observed(nb: NotebookNode) -> list[str]:
    """Say in sentences what went wrong while the notebook's cells ran."""
    said = []
    for position, cell in enumerate(nb.cells):
        if cell.cell_type != "code":
            continue
        name = nbgrader_id(cell)
        if name is None:
            where = f"cell number {position + 1}"
        elif is_test(cell):
            where = f"the test '{name}'"
        else:
            where = f"the answer '{name}'" if is_answer(cell) else f"the cell '{name}'"
        for output in cell.outputs:
            if output.output_type == "error":
                said += _one_error(output, where, answer=is_answer(cell))
                if output.ename in (TIMEOUT, DIED):
                    break
    return said


def _one_error(output: NotebookNode, where: str, *, answer: bool) -> list[str]:
    name, message = output.ename, " ".join(str(output.evalue).split())
    capital = where[0].upper() + where[1:]
    if name == TIMEOUT:
        return [f"{capital} did not end by itself: {message}."]
    if name == DIED:
        return [f"Python itself ended in {where}; nothing after it could be run."]
    if not answer or name in (NOT_RUN, "NotImplementedError", "KeyboardInterrupt"):
        return []
    if name in ("SyntaxError", "IndentationError", "TabError"):
        line = re.search(r"line (\d+)\)?$", message)
        at = f" (line {line[1]})" if line else ""
        return [f"{capital} is not valid Python{at}, so it did not run."]
    short = textwrap.shorten(message, 100, placeholder=" …")
    return [f"{capital} stopped with {name}{': ' if short else ''}{short}."]


def from_gradebook(
    gradebook: Any,
    *,
    student: str,
    assignment: str,
    notebook: str,
    report: dict[str, Any],
) -> Result:
    """Make the row of one notebook from nbgrader's gradebook and the intake's report.

    *report* has `graded` (bool) and `remarks` (list of sentences).
    """
    source = gradebook.find_notebook(notebook, assignment)
    by_hand = {cell.name for cell in source.solution_cells}
    by_hand |= {cell.name for cell in source.task_cells}
    cells = [*source.grade_cells, *source.task_cells]
    max_points = sum(cell.max_score for cell in cells if cell.name not in by_hand)
    manual_max = sum(cell.max_score for cell in cells if cell.name in by_hand)
    remarks = tuple(report["remarks"])
    submission = None
    if report["graded"]:
        submission = _submission(gradebook, notebook, assignment, student)
        if submission is None:
            remarks += ("The gradebook has lost this grade: grade it again.",)
    status, points, manual = NOT_GRADED, None, None
    if submission is not None:
        status = REMARKS if remarks else GRADED
        points, manual = _points(submission, by_hand)
        manual = manual if manual_max else None
    return Result(
        student,
        assignment,
        notebook,
        status,
        points,
        max_points,
        manual,
        manual_max,
        remarks,
    )


def _points(submission: Any, by_hand: set[str]) -> tuple[float, float | None]:
    """Return the points of the tests, and those given by hand if all are given."""
    points = 0.0
    manual: float | None = 0.0
    for grade in submission.grades:
        if grade.name not in by_hand:
            points += grade.score
        elif grade.manual_score is None and grade.auto_score is None:
            manual = None
        elif manual is not None:
            manual += grade.score
    return points, manual


def _submission(gradebook: Any, notebook: str, assignment: str, student: str) -> Any:
    from nbgrader.api import MissingEntry

    try:
        return gradebook.find_submission_notebook(notebook, assignment, student)
    except MissingEntry:
        return None


def read_report(path: Path) -> dict[str, Any]:
    """Read what the intake of one student's assignment found, by notebook."""
    if not path.exists():
        return {}
    read = json.loads(path.read_text(encoding="utf-8"))
    return dict(read)


def write_report(path: Path, report: dict[str, Any]) -> None:
    """Write what the intake of one student's assignment found, by notebook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def write_csv(results: Iterable[Result], path: Path) -> None:
    """Write `grades.csv`, sorted by student, assignment and notebook.

    What is not graded has empty cells and its status in words.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for result in sorted(results):
            writer.writerow(
                [
                    result.student,
                    result.assignment,
                    result.notebook,
                    result.status,
                    number(result.points),
                    number(result.max_points),
                    number(result.manual_points),
                    number(result.manual_max),
                    " ".join(result.remarks),
                ]
            )


def table(results: Iterable[Result], *, width: int = 100) -> str:
    """Return the results as a table for the terminal, *width* characters wide.

    Remarks follow indented under their row; a dash stands for what is not graded.

    >>> row = Result("lin", "hotel", "1_record", "graded", 3.0, 4.0, None, 2.0)
    >>> print(table([row]))
    student  notebook  points  by hand  status
    lin      1_record  3 / 4   – / 2    graded
    """
    rows = [("student", "notebook", "points", "by hand", "status")]
    notes: list[tuple[str, ...]] = [()]
    for result in sorted(results):
        by_hand = ""
        if result.manual_max:
            by_hand = f"{number(result.manual_points) or '–'} / "
            by_hand += number(result.manual_max)
        points = f"{number(result.points) or '–'} / {number(result.max_points)}"
        rows.append((result.student, result.notebook, points, by_hand, result.status))
        notes.append(result.remarks)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row, remarks in zip(rows, notes, strict=True):
        padded = [part.ljust(size) for part, size in zip(row, widths, strict=True)]
        lines.append("  ".join(padded).rstrip())
        for remark in remarks:
            lines += textwrap.wrap(
                remark,
                width,
                initial_indent=" " * 4,
                subsequent_indent=" " * 4,
                break_long_words=False,
            )
    return "\n".join(lines)
