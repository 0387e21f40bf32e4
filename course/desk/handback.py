"""Give the grades of an assignment back: pages, the class report, the platform's file.

Everything is written into `class/returned/<assignment>/`, from what stands in the
gradebook, in `class/changes.toml` and in `class/received`; nothing is run again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from course.desk import book, changes, exports, history, report
from course.grading import grades
from course.grading.grades import write_whole
from course.term import CLASS_DIR, ROOT
from crmlib.errors import CrmError

__all__ = ["HandedBack", "hand_back", "standing"]


@dataclass(frozen=True)
class Standing:
    """Where an assignment stands: items, totals by notebook, sums by student.

    `left_out` are notebooks that nobody has handed in, which count for nobody; `every`
    has the totals of these, too.
    """

    cells: pd.DataFrame
    totals: pd.DataFrame
    summary: pd.DataFrame
    left_out: tuple[str, ...]
    every: pd.DataFrame


@dataclass(frozen=True)
class HandedBack:
    """What was written, and whose grade changed since the last time."""

    files: tuple[Path, ...]
    moved: pd.DataFrame
    waiting: int
    left_out: tuple[str, ...]
    points: float


def standing(
    assignment: str,
    *,
    notebook: str = "",
    class_dir: Path = CLASS_DIR,
    root: Path = ROOT,
) -> Standing:
    """Return the tables of an assignment as they stand, with all changes made.

    Args:
        assignment: which.
        notebook: only this one of its notebooks; else all that anybody handed in.
        class_dir: the class folder.
        root: holds `solutions/`.

    Raises:
        CrmError: it has not been graded in this class, or has no such notebook.
    """
    if not (class_dir / ".handed_out" / assignment).is_dir():
        raise CrmError(
            f"'{assignment}' has not been graded here: `crm-course grade {assignment}`."
        )
    held = changes.read(assignment, class_dir=class_dir)
    items = book.items(assignment, class_dir=class_dir, root=root)
    cells = changes.apply(items, held)
    every = book.totals(cells, assignment, changes=held, class_dir=class_dir)
    names = sorted(set(every["notebook"].astype(str)))
    # What nobody has handed in (or only a damaged file) is not set yet, or never is.
    counts = every["status"].isin([grades.GRADED, book.WAITING])
    here = sorted(set(every.loc[counts, "notebook"].astype(str)))
    if notebook and notebook not in names:
        raise CrmError(
            f"'{assignment}' has no notebook '{notebook}'. It has: {', '.join(names)}."
        )
    kept = [notebook] if notebook else here or names
    left_out = () if notebook else tuple(name for name in names if name not in kept)
    totals = every[every["notebook"].isin(kept)].reset_index(drop=True)
    cells = cells[cells["notebook"].isin(kept)].reset_index(drop=True)
    return Standing(cells, totals, book.summary(totals), left_out, every)


def hand_back(
    assignment: str,
    *,
    notebook: str = "",
    canvas: Path | None = None,
    moodle: Path | None = None,
    title: str | None = None,
    version: str = "",
    class_dir: Path = CLASS_DIR,
    root: Path = ROOT,
) -> HandedBack:
    """Write pages, class report, grades and the platform's files of an assignment.

    Args:
        assignment: which.
        notebook: only this one of its notebooks, into a folder of its own.
        canvas: the gradebook as Canvas exported it, to fill in a column.
        moodle: Moodle's grading worksheet, to fill in.
        title: the assignment's name in Canvas; the same as here when None.
        version: the assignment's version, which the pages show.
        class_dir: the class folder.
        root: holds `solutions/`.

    Raises:
        CrmError: it has not been graded, or the platform's file does not fit.
    """
    now = standing(assignment, notebook=notebook, class_dir=class_dir, root=root)
    folder = class_dir / "returned" / assignment / notebook
    moved = history.remember(now.every, assignment, class_dir=class_dir)
    counted = set(now.totals["notebook"].astype(str))
    files = [exports.plain(now.summary, folder / "grades.csv", class_dir=class_dir)]
    if canvas is not None:
        target = folder / "canvas_import.csv"
        files.append(
            exports.canvas(
                now.summary,
                canvas,
                target,
                title=title or assignment,
                class_dir=class_dir,
            )
        )
    if moodle is not None:
        target = folder / "moodle_worksheet.csv"
        comments = _comments(now.totals)
        files.append(
            exports.moodle(
                now.summary, moodle, target, comments=comments, class_dir=class_dir
            )
        )
    pages: dict[str, dict[str, bytes]] = {}
    for old in (folder / "pages").glob("*/*.html"):
        old.unlink()  # of a notebook that no longer counts, or of who has left
    for student in now.summary["student"].astype(str):
        there = (class_dir / "feedback" / student / assignment).glob("*.html")
        made = sorted(path for path in there if path.stem in counted)
        page = report.student_page(
            student,
            assignment,
            now.cells,
            now.totals,
            version=version,
            pages=[path.name for path in made],
        )
        _written(folder / "pages" / student / "feedback.html", page)
        pages[student] = {"feedback.html": page.encode("utf-8")}
        for path in made:
            pages[student][path.name] = path.read_bytes()
            (folder / "pages" / student / path.name).write_bytes(path.read_bytes())
    files.append(
        exports.pages_zip(
            pages,
            assignment,
            folder / "pages.zip",
            notebook=notebook,
            class_dir=class_dir,
        )
    )
    page = report.class_page(
        assignment,
        now.cells,
        now.totals,
        now.summary,
        not_graded=_not_graded(now.totals, assignment, class_dir),
        moved=moved,
        seconds=history.seconds_of_round(assignment, class_dir=class_dir),
        version=version,
    )
    files.append(_written(folder / "class_report.html", page))
    waiting = int((now.totals["status"] == book.WAITING).sum())
    points = float(now.summary["max_points"].max()) if len(now.summary) else 0.0
    return HandedBack(tuple(files), moved, waiting, now.left_out, points)


def _written(path: Path, text: str) -> Path:
    """Write a file and the folder it is in; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)
    return path


def _comments(totals: pd.DataFrame) -> dict[str, str]:
    """Return a line for each student, with the points of each notebook."""
    found: dict[str, list[str]] = {}
    for row in totals.to_dict("records"):
        final = row["final"]
        shown = "not graded" if pd.isna(final) else grades.number(float(final))
        words = f"{row['notebook']}: {shown} of {grades.number(row['max_points'])}"
        if row["days_late"]:
            words += f" ({row['days_late']} days late)"
        found.setdefault(str(row["student"]), []).append(words)
    return {student: "; ".join(words) + "." for student, words in found.items()}


def _not_graded(
    totals: pd.DataFrame, assignment: str, class_dir: Path
) -> dict[str, list[str]]:
    """Return why something of a student's was not graded."""
    found: dict[str, list[str]] = {}
    rows = totals[totals["status"] == grades.NOT_GRADED]
    for row in rows.to_dict("records"):
        student, notebook = str(row["student"]), str(row["notebook"])
        path = class_dir / "intake" / student / f"{assignment}.json"
        told = grades.read_report(path).get(notebook, {})
        said = told.get("remarks") or ["It was not graded yet."]
        found.setdefault(student, []).append(f"{notebook}: {said[-1]}")
    return found
