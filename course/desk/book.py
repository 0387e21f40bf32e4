"""Every graded cell of the class as one table, and what it adds up to.

`items` reads what nbgrader's gradebook and the graded notebooks hold and changes
nothing; `totals` adds up, with the points set by hand and the days late. Both can be
made again at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from course.desk import downloads, terms
from course.desk.changes import Change, overrides
from course.grading import feedback, grades
from course.grading.cells import marked_cells, titles
from course.grading.cells import read as read_notebook
from course.term import CLASS_DIR, ROOT

__all__ = ["items", "summary", "totals"]

WAITING = "waits for a reader"

_ITEMS = {
    "student": "str",
    "notebook": "str",
    "item": "str",
    "section": "str",
    "title": "str",
    "by_hand": "bool",
    "max_points": "float64",
    "points": "float64",
    "said": "str",
}


def items(
    assignment: str, *, class_dir: Path = CLASS_DIR, root: Path = ROOT
) -> pd.DataFrame:
    """Return one row for each student and graded cell of *assignment*.

    Columns: student, notebook, item (the cell's `grade_id`), section and title (what
    the notebook says above the cell), by_hand, max_points, points (missing when it is
    not graded or waits for a reader), said (what a failed test said to the student,
    without hidden lines). A notebook that was not handed in, or could not be graded,
    has rows without points. Sorted by student, notebook and the cells' order.
    """
    from course.grading import run

    room = run.ClassRoom(class_dir, root)
    rows = []
    with room.gradebook() as gradebook:
        source = gradebook.find_assignment(assignment)
        names = [student.id for student in gradebook.students]
        for notebook in sorted(source.notebooks, key=lambda each: each.name):
            handed_out = read_notebook(
                room.handed_out / assignment / f"{notebook.name}.ipynb"
            )
            headings = titles(handed_out)
            by_hand = {cell.name for cell in notebook.solution_cells}
            by_hand |= {cell.name for cell in notebook.task_cells}
            points = {
                cell.name: float(cell.max_score)
                for cell in [*notebook.grade_cells, *notebook.task_cells]
            }
            order = [name for name in marked_cells(handed_out) if name in points]
            for student in sorted(names):
                # nbgrader gives 0 for a notebook that was not there.
                report = grades.read_report(
                    class_dir / "intake" / student / f"{assignment}.json"
                ).get(notebook.name)
                graded = bool(report and report["graded"])
                given = (
                    _points_of(gradebook, notebook.name, assignment, student)
                    if graded
                    else {}
                )
                said = _said(
                    class_dir / "autograded" / student / assignment, notebook.name
                )
                for name in order:
                    section, title = headings.get(name, ["", name])
                    rows.append(
                        {
                            "student": student,
                            "notebook": notebook.name,
                            "item": name,
                            "section": section,
                            "title": title or section or name,
                            "by_hand": name in by_hand,
                            "max_points": points[name],
                            "points": given.get(name),
                            "said": said.get(name, ""),
                        }
                    )
    made = pd.DataFrame(rows, columns=list(_ITEMS)).astype(_ITEMS)
    return made.sort_values(["student", "notebook"], kind="stable", ignore_index=True)


def totals(
    cells: pd.DataFrame,
    assignment: str,
    *,
    changes: Sequence[Change] = (),
    class_dir: Path = CLASS_DIR,
) -> pd.DataFrame:
    """Return one row for each student and notebook with the points that count.

    Args:
        cells: a table of `items`, with the changes of questions made
            (`course.desk.changes.apply`).
        assignment: which assignment it is of.
        changes: those that hold; of these the points set by hand are taken.
        class_dir: the class folder.

    Returns:
        Columns: student, notebook, status ("graded", "waits for a reader", "not
        graded" or "not handed in"), points (of the cells), max_points, days_late,
        taken_off (for lateness), final (missing when not graded; 0 when not handed
        in), reason (why a student's points were set by hand, else empty).
    """
    late = terms.read(class_dir).late
    set_by_hand = overrides(changes)
    rows = []
    for (student, notebook), mine in cells.groupby(["student", "notebook"], sort=True):
        report = grades.read_report(
            class_dir / "intake" / str(student) / f"{assignment}.json"
        ).get(str(notebook))
        handed_in = bool(report and report["handed_in"])
        graded = bool(report and report["graded"])
        waits = mine["points"].isna() & mine["by_hand"]
        points = float(mine["points"].sum()) if graded else float("nan")
        days = downloads.days_late(str(student), assignment, class_dir=class_dir).get(
            str(notebook), 0
        )
        off = points * (1 - late.share_kept(days)) if graded and days else 0.0
        if graded:
            status = WAITING if waits.any() else grades.GRADED
        else:
            status = grades.NOT_GRADED if handed_in else grades.NOT_HANDED_IN
        final = points - off if graded else (float("nan") if handed_in else 0.0)
        reason = ""
        if (student, notebook) in set_by_hand:
            change = set_by_hand[str(student), str(notebook)]
            final, status = float(change.points or 0), grades.GRADED
            reason = f"Set by hand: {change.reason}"
        rows.append(
            {
                "student": student,
                "notebook": notebook,
                "status": status,
                "points": points,
                "max_points": float(mine["max_points"].sum()),
                "days_late": days,
                "taken_off": round(off, 2),
                "final": round(final, 2),
                "reason": reason,
            }
        )
    return pd.DataFrame(rows)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each student: the sum of a table of `totals`.

    Columns: student, final (missing while a notebook that was handed in is not
    graded), max_points, status, days_late (the largest).

    >>> one = {"student": "lin", "max_points": 10.0, "days_late": 0}
    >>> table = pd.DataFrame([
    ...     one | {"notebook": "1", "final": 7.0, "status": "graded"},
    ...     one | {"notebook": "2", "final": 0.0, "status": "not handed in"},
    ... ])
    >>> summary(table)[["student", "final", "max_points"]].values.tolist()
    [['lin', 7.0, 20.0]]
    """
    worst = [grades.NOT_GRADED, WAITING, grades.GRADED, grades.NOT_HANDED_IN]
    rows = []
    for student, mine in table.groupby("student", sort=True):
        found = set(mine["status"])
        rows.append(
            {
                "student": student,
                "final": mine["final"].sum(skipna=False),
                "max_points": mine["max_points"].sum(),
                "status": next(word for word in worst if word in found),
                "days_late": int(mine["days_late"].max()),
            }
        )
    columns = ["student", "final", "max_points", "status", "days_late"]
    return pd.DataFrame(rows, columns=columns)


def _points_of(
    gradebook: object, notebook: str, assignment: str, student: str
) -> dict[str, float]:
    from nbgrader.api import MissingEntry

    try:
        found = gradebook.find_submission_notebook(  # type: ignore[attr-defined]
            notebook, assignment, student
        )
    except MissingEntry:
        return {}
    return {
        grade.name: float(grade.score)
        for grade in found.grades
        if grade.manual_score is not None or grade.auto_score is not None
    }


def _said(folder: Path, notebook: str) -> dict[str, str]:
    """Return what the failed tests of a graded notebook said."""
    path = folder / f"{notebook}.ipynb"
    if not path.exists():
        return {}
    nb = read_notebook(path)
    hidden = ["".join(line.split()) for line in feedback.secrets_of(nb)]
    return {
        name: feedback.message(cell, hidden)
        for name, cell in marked_cells(nb).items()
        if cell.cell_type == "code"
    }
