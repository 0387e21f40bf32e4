"""What goes back to Canvas or Moodle, and whether it arrived.

Both platforms take points from a CSV file that they exported themselves: `canvas` and
`moodle` fill in one column and leave every other byte of meaning alone. What has no
grade stays empty, which neither platform reads as 0.
"""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from course.desk import downloads, roster
from course.desk.roster import Student
from course.grading.grades import number, write_whole
from crmlib.errors import CrmError

__all__ = ["canvas", "compare", "moodle", "pages_zip", "plain", "worth"]

_CANVAS_KEYS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


def plain(summary: pd.DataFrame, path: Path, *, class_dir: Path) -> Path:
    """Write a CSV file of the students' totals, with names and e-mail.

    Args:
        summary: a table of `course.desk.book.summary`.
        path: the file to write.
        class_dir: holds the roster.
    """
    known = roster.read(class_dir)
    rows = [["student", "name", "email", "points", "max_points", "status", "days_late"]]
    status = summary["status"].astype(str).tolist()
    late = summary["days_late"].astype(str).tolist()
    for (name, (final, most)), said, days in zip(
        _finals(summary).items(), status, late, strict=True
    ):
        one = known.get(name, Student(name))
        points = [number(final), number(most)]
        rows.append([name, one.name, one.email, *points, said, days])
    return _write(rows, path)


def canvas(
    summary: pd.DataFrame,
    export: Path,
    path: Path,
    *,
    title: str,
    class_dir: Path,
) -> Path:
    """Write a file for Canvas's *Import grades*, from its exported gradebook.

    Args:
        summary: a table of `course.desk.book.summary`.
        export: the gradebook as Canvas exported it.
        path: the file to write.
        title: the assignment's name in Canvas, or enough of it to tell it apart.
        class_dir: holds the roster.

    Raises:
        CrmError: no column, or more than one, has that name; or a student of the
            summary is not in the export.
    """
    rows = roster.read_table(export)
    columns = list(rows[0]) if rows else []
    column = _canvas_column(columns, title)
    kept = [key for key in _CANVAS_KEYS if key in columns]
    numbers = {one.canvas_id: name for name, one in roster.read(class_dir).items()}
    points = _points(summary)
    out = [[*kept, column]]
    placed = set()
    for row in rows:
        values = [row[key] for key in kept]
        student = numbers.get(row.get("ID", "").strip(), "")
        if student in points:
            out.append([*values, points[student]])
            placed.add(student)
        elif row["Student"].strip().startswith("Points Possible"):
            out.append([*values, row[column]])
    _all_placed(points, placed, export)
    return _write(out, path)


def moodle(
    summary: pd.DataFrame,
    worksheet: Path,
    path: Path,
    *,
    comments: Mapping[str, str] | None = None,
    class_dir: Path,
) -> Path:
    """Fill in Moodle's grading worksheet, for *Upload grading worksheet*.

    Points are brought to the worksheet's maximum grade if that is another.

    Args:
        summary: a table of `course.desk.book.summary`.
        worksheet: as Moodle exported it for this assignment.
        path: the file to write.
        comments: a sentence for each student, for the feedback column.
        class_dir: holds the roster.

    Raises:
        CrmError: the table is no worksheet, or a student of the summary is not in it.
    """
    rows = roster.read_table(worksheet)
    columns = list(rows[0]) if rows else []
    if not {"Identifier", "Grade"} <= set(columns):
        raise CrmError(
            f"'{worksheet.name}' is not Moodle's grading worksheet: it needs the "
            "columns Identifier and Grade. Choose 'Download grading worksheet'."
        )
    known = roster.read(class_dir)
    finals, points = _finals(summary), _points(summary)
    out = [columns]
    placed = set()
    for row in rows:
        student = _moodle_student(row, known)
        if student in points:
            placed.add(student)
            most = _most(row)
            final, possible = finals[student]
            if final is not None:
                scale = most / possible if most and possible else 1.0
                row["Grade"] = f"{round(final * scale, 2):g}"
            if comments and "Feedback comments" in row:
                row["Feedback comments"] = comments.get(student, "")
        out.append([row[column] for column in columns])
    _all_placed(points, placed, worksheet)
    return _write(out, path)


def pages_zip(
    pages: Mapping[str, Mapping[str, bytes]],
    assignment: str,
    path: Path,
    *,
    notebook: str = "",
    class_dir: Path,
) -> Path:
    """Pack each student's pages under the name that the platform gave the hand-in.

    Canvas takes the zip as *Upload submissions* (the pages become comments), Moodle as
    *Upload multiple feedback files in a zip*. Who handed in by another way has a folder
    with his own name.

    Args:
        pages: student -> name of a page -> its bytes.
        assignment: which assignment it is.
        path: the zip to write.
        notebook: whose hand-in gives the name, if the pages are about one alone.
        class_dir: holds what was received.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.half")
    with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as archive:
        for student in sorted(pages):
            label = downloads.label(
                student, assignment, notebook=notebook, class_dir=class_dir
            )
            for name in sorted(pages[student]):
                # A fixed date: two zips of the same pages are equal.
                entry = zipfile.ZipInfo(f"{label or student + '/'}{name}")
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, pages[student][name])
    half.replace(path)
    return path


def compare(
    summary: pd.DataFrame, export: Path, *, title: str = "", class_dir: Path
) -> list[str]:
    """Return a sentence for each student whose points on the platform differ.

    Args:
        summary: a table of `course.desk.book.summary`.
        export: what the platform exports after the upload: Canvas's gradebook or
            Moodle's worksheet.
        title: the assignment's name in Canvas.
        class_dir: holds the roster.

    Raises:
        CrmError: the export is neither.
    """
    rows = roster.read_table(export)
    columns = list(rows[0]) if rows else []
    known = roster.read(class_dir)
    finals = _finals(summary)
    there: dict[str, str] = {}
    scale: dict[str, float] = {}
    if "Identifier" in columns:
        for row in rows:
            student = _moodle_student(row, known)
            there[student] = row["Grade"]
            most = _most(row)
            if student in finals and most and finals[student][1]:
                scale[student] = most / finals[student][1]
    elif "ID" in columns:
        numbers = {one.canvas_id: name for name, one in known.items()}
        column = _canvas_column(columns, title)
        for row in rows:
            student = numbers.get(row["ID"].strip(), "")
            there[student] = row[column]
    else:
        raise CrmError(
            f"'{export.name}' is neither Canvas's gradebook nor Moodle's worksheet."
        )
    said = []
    for student, (final, _) in finals.items():
        text = there.get(student)
        theirs = _number(text or "")
        if text is None:
            said.append(f"{student} is not in '{export.name}'.")
        elif final is None:
            if theirs is not None:
                said.append(f"{student} has {theirs:g} there, no grade here.")
        else:
            ours = round(final * scale.get(student, 1.0), 2)
            if theirs is None:
                said.append(f"{student} has no points there, {ours:g} here.")
            elif abs(theirs - ours) > 0.005:
                said.append(f"{student} has {theirs:g} there, {ours:g} here.")
    return said


def worth(export: Path, *, title: str) -> float | None:
    """Return the points that an assignment has in Canvas's gradebook, None if unsaid.

    Raises:
        CrmError: no column, or more than one, has that title.
    """
    rows = roster.read_table(export)
    column = _canvas_column(list(rows[0]) if rows else [], title)
    for row in rows:
        if row["Student"].strip().startswith("Points Possible"):
            return _number(row[column])
    return None


def _canvas_column(columns: list[str], title: str) -> str:
    """Return the one column of an assignment; its whole name goes before a part."""
    known = [column for column in columns if re.search(r"\(\d+\)$", column)]
    found = [column for column in known if title.casefold() in column.casefold()]
    exact = [c for c in found if re.sub(r" \(\d+\)$", "", c).strip() == title]
    found = exact or found
    if len(found) != 1:
        what = "More than one column has" if found else "No column has"
        raise CrmError(
            f"{what} the name '{title}'. The gradebook's assignments: "
            f"{', '.join(known) or 'none'}."
        )
    return found[0]


def _moodle_student(row: Mapping[str, str], known: Mapping[str, Student]) -> str:
    """Return whose line of a worksheet it is, "" if nobody's."""
    digits = re.sub(r"\D", "", row.get("Identifier", ""))
    email = row.get("Email address", "").strip().casefold()
    for name, one in known.items():
        if email and one.email.casefold() == email:
            return name
        if digits and one.moodle_id == digits:
            return name
    return ""


def _finals(summary: pd.DataFrame) -> dict[str, tuple[float | None, float]]:
    """Return each student's points, None without a grade, and the possible points."""
    finals = summary["final"].astype(float).tolist()
    possible = summary["max_points"].astype(float).tolist()
    return {
        str(student): (None if math.isnan(final) else final, most)
        for student, final, most in zip(
            summary["student"], finals, possible, strict=True
        )
    }


def _points(summary: pd.DataFrame) -> dict[str, str]:
    return {name: number(final) for name, (final, _) in _finals(summary).items()}


def _all_placed(points: Mapping[str, str], placed: set[str], export: Path) -> None:
    lost = sorted(name for name, text in points.items() if text and name not in placed)
    if lost:
        raise CrmError(
            f"'{export.name}' has no line for: {', '.join(lost)}. Add their numbers to "
            "roster.csv, or export again; nothing was written."
        )


def _most(row: Mapping[str, str]) -> float | None:
    return _number(row.get("Maximum Grade", row.get("Maximum grade", "")))


def _number(text: str) -> float | None:
    """Read a number with a decimal point or comma; None for none."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _write(rows: list[list[str]], path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with io.StringIO() as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
        write_whole(path, file.getvalue())
    return path
