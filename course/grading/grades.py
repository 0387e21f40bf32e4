"""Grades as rows: read from the gradebook, written as CSV, shown as a table."""

from __future__ import annotations

import csv
import io
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
USED_UP = "the notebook had used its"
LIMIT = "LimitExceeded"
FORGED = "TestsTamperedWith"

CUT = "more characters were printed; they are cut off"
LEFT_OUT = "(What was displayed beyond the limit is left out.)"
SHOWN = "(What the answer displayed while it was tested is left out.)"
NOTES = {
    CUT: "printed more than is kept.",
    LEFT_OUT: "displayed more than is kept.",
    SHOWN: "is about an answer that displays things while it is tested.",
}
"""Notes that the engine adds to outputs, and what to say of them."""

_OUTSIDE = ("ImportError", "ModuleNotFoundError", "OSError", "PermissionError")
"""Errors that may be the machine's: none may cost points without a word."""

GRADED = "graded"
REMARKS = "graded with remarks"
NOT_GRADED = "not graded"
NOT_HANDED_IN = "not handed in"

COLUMNS = (
    "student",
    "assignment",
    "notebook",
    "status",
    "points",
    "max_points",
    "manual_points",
    "manual_max",
    "assignment_points",
    "assignment_max_points",
    "assignment_manual_points",
    "assignment_manual_max",
    "remarks",
)


@dataclass(frozen=True, order=True)
class Result:
    """One student's grade for one notebook, one row of `grades.csv`.

    `points` of `max_points` come from the tests, `manual_points` of `manual_max` from
    whoever reads the written answers. None is "not graded" or "not handed in", which
    is not 0.
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
    said: list[str] = []
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
            if output.output_type == "stream":
                said += [
                    f"{where[0].upper()}{where[1:]} {words}"
                    for note, words in NOTES.items()
                    if note in output.text[-200:]
                ]
            if output.output_type == "error":
                errors = _one_error(output, where, answer=is_answer(cell))
                said += [each for each in errors if each not in said]
                if output.ename in (TIMEOUT, DIED, LIMIT):
                    break
    return said


def _one_error(output: NotebookNode, where: str, *, answer: bool) -> list[str]:
    name, message = output.ename, " ".join(str(output.evalue).split())
    capital = where[0].upper() + where[1:]
    if name == TIMEOUT:
        return [f"{capital} did not end by itself: {message}."]
    if name == LIMIT:
        return [f"{capital} was ended. {message}"]
    if name == FORGED:
        return [f"{capital} was not judged. {message}"]
    if name == NOT_RUN and USED_UP in message:
        return [f"Not everything was run: {message.partition(': ')[2]}"]
    if name == DIED:
        return [f"Python itself ended in {where}; nothing after it could be run."]
    full = name == "OSError" and re.search(r"Errno (27|28)\b", message)
    if name == "MemoryError" or full:
        what = "files" if full else "memory"
        return [f"{capital} used up the {what} that a submission may have."]
    if not answer and name in _OUTSIDE:
        return [f"{capital} stopped with {name} ({message}): look whose fault that is."]
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

    *report* has `graded` (bool) and `remarks` (list of sentences), and `handed_in` if
    that is false.
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
    handed_in = report.get("handed_in", True)
    status = NOT_GRADED if handed_in else NOT_HANDED_IN
    points = manual = None
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
    write_whole(path, text)


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole, or as it was before."""
    half = path.with_name(f".{path.name}.half")
    half.write_text(text, encoding="utf-8", newline="\n")
    half.replace(path)


@dataclass(frozen=True)
class Total:
    """What a student has in all notebooks of an assignment together.

    Notebooks that are not graded add to what could be had alone. `points` is None if
    none is graded; `manual_points` also while a written answer waits for its reader.
    """

    points: float | None
    max_points: float
    manual_points: float | None
    manual_max: float


def totals(results: Iterable[Result]) -> dict[tuple[str, str], Total]:
    """Add up the notebooks of each student and assignment.

    >>> one = Result("lin", "hotel", "1_record", "graded", 3.0, 4.0, None, 0)
    >>> two = Result("lin", "hotel", "2_recall", "not handed in", None, 6.0, None, 2.0)
    >>> totals([one, two])["lin", "hotel"]
    Total(points=3.0, max_points=10.0, manual_points=None, manual_max=2.0)
    """
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        groups.setdefault((result.student, result.assignment), []).append(result)
    found = {}
    for key, rows in groups.items():
        by_hand = [row for row in rows if row.points is not None and row.manual_max]
        found[key] = Total(
            _sum(row.points for row in rows if row.points is not None),
            sum(row.max_points for row in rows),
            _sum(row.manual_points for row in by_hand),
            sum(row.manual_max for row in rows),
        )
    return found


def _sum(points: Iterable[float | None]) -> float | None:
    """Add points; None if there are none, or if some are not known."""
    listed = list(points)
    known = [each for each in listed if each is not None]
    return sum(known) if listed and len(known) == len(listed) else None


def write_csv(results: Iterable[Result], path: Path) -> None:
    """Write `grades.csv`, sorted by student, assignment and notebook.

    What is not graded has empty cells and its status in words. The columns
    `assignment_…` repeat the `Total` in each row of a student's assignment.
    """
    results = sorted(results)
    together = totals(results)
    with io.StringIO() as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for result in results:
            total = together[result.student, result.assignment]
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
                    number(total.points),
                    number(total.max_points),
                    number(total.manual_points),
                    number(total.manual_max),
                    " ".join(result.remarks),
                ]
            )
        write_whole(path, file.getvalue())


def table(results: Iterable[Result], *, width: int = 100) -> str:
    """Return the results as a table for the terminal, *width* characters wide.

    Remarks follow indented under their row; a dash stands for what is not graded.
    Where an assignment has several notebooks, those that were handed in are listed, and
    then all together.

    >>> row = Result("lin", "hotel", "1_record", "graded", 3.0, 4.0, None, 2.0)
    >>> print(table([row]))
    student  notebook  points  by hand  status
    lin      1_record  3 / 4   – / 2    graded
    """
    rows = [("student", "notebook", "points", "by hand", "status")]
    notes: list[tuple[str, ...]] = [()]
    results = sorted(results)
    for (student, assignment), total in totals(results).items():
        mine = [
            each
            for each in results
            if (each.student, each.assignment) == (student, assignment)
        ]
        for each in mine:
            if len(mine) == 1 or each.status != NOT_HANDED_IN:
                rows.append((student, each.notebook, *_points_of(each), each.status))
                notes.append(each.remarks)
        if len(mine) > 1:
            missing = sum(each.status == NOT_HANDED_IN for each in mine)
            status = f"{missing} of {len(mine)} {NOT_HANDED_IN}" if missing else ""
            rows.append((student, "all together", *_points_of(total), status))
            notes.append(())
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


def _points_of(row: Result | Total) -> tuple[str, str]:
    """Write the points of the tests and those given by hand, each of how many."""
    points = f"{number(row.points) or '–'} / {number(row.max_points)}"
    if not row.manual_max:
        return points, ""
    return points, f"{number(row.manual_points) or '–'} / {number(row.manual_max)}"
