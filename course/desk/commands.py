"""The desk's part of the command `crm-course`: term, take-in, change, return."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

from course.term import CLASS_DIR
from crmlib.errors import CrmError

# Imports stand inside the commands: `crm-course lab` should not wait for pandas.


def add(commands: Any) -> None:
    """Add the desk's commands to the parser's."""
    folder = argparse.ArgumentParser(add_help=False)
    folder.add_argument("--class-dir", type=Path, default=CLASS_DIR, metavar="FOLDER")

    term = commands.add_parser(
        "term", parents=[folder], help="begin a term, or add students to it"
    )
    term.add_argument("name", nargs="?", help="of a new term, such as '2026 autumn'")
    term.add_argument(
        "--due",
        action="append",
        default=[],
        metavar="ASSIGNMENT=MOMENT",
        help="a deadline, such as oriental_hotel=2026-12-01T23:59, also of one "
        "notebook: oriental_hotel/1_the_record=…",
    )
    term.add_argument("--percent-per-day", type=float, default=10.0, metavar="N")
    term.add_argument("--late-days", type=int, default=3, metavar="N")
    term.add_argument("--grace-minutes", type=int, default=0, metavar="N")
    term.add_argument(
        "--roster",
        type=Path,
        action="append",
        default=[],
        metavar="CSV",
        help="students, as Canvas or Moodle exports them",
    )
    term.set_defaults(run=_term)

    taking = commands.add_parser(
        "take-in", parents=[folder], help="sort a download of Canvas or Moodle"
    )
    taking.add_argument("assignment", help="such as oriental_hotel")
    taking.add_argument("download", type=Path, help="the zip, or its folder")
    taking.add_argument(
        "--times", type=Path, metavar="CSV", help="when things were handed in"
    )
    taking.set_defaults(run=_take_in)

    change = commands.add_parser(
        "change", parents=[folder], help="drop a question, change or set points"
    )
    change.add_argument("kind", help="drop, give, points, override, undo or list")
    change.add_argument("assignment", nargs="?", default="")
    change.add_argument("--notebook", default="")
    change.add_argument("--item", default="", help="the question's grade_id")
    change.add_argument("--student", default="")
    change.add_argument("--points", type=float)
    change.add_argument("--number", type=int, help="of the change to take back")
    change.add_argument("--reason", default="")
    change.set_defaults(run=_change)

    back = commands.add_parser(
        "return", parents=[folder], help="write pages, reports and grades to give back"
    )
    back.add_argument("assignment")
    back.add_argument("--notebook", default="", help="only this one of its notebooks")
    back.add_argument("--canvas", type=Path, metavar="CSV", help="Canvas's gradebook")
    back.add_argument("--moodle", type=Path, metavar="CSV", help="Moodle's worksheet")
    back.add_argument("--title", help="the assignment's name in Canvas")
    back.add_argument(
        "--compare",
        type=Path,
        metavar="CSV",
        help="only compare with what the platform exports after the upload",
    )
    back.set_defaults(run=_return)


def show_moved_of(assignment: str, *, class_dir: Path) -> None:
    """Remember an assignment's grades, and print whose changed since the last time."""
    from course.desk import handback, history

    now = handback.standing(assignment, class_dir=class_dir).every
    show_moved(history.remember(now, assignment, class_dir=class_dir))


def show_moved(moved: Any) -> None:
    """Print whose grade changed since the last time."""
    if not len(moved):
        return
    grades = "1 grade" if len(moved) == 1 else f"{len(moved)} grades"
    print(f"\n{grades} changed since the last time:")
    for row in moved.to_dict("records"):
        before, after = (
            "no grade" if row[key] != row[key] else f"{row[key]:g}"
            for key in ("before", "after")
        )
        print(f"  {row['student']} / {row['notebook']}: {before} -> {after}")


def _term(options: argparse.Namespace) -> None:
    from course import grading
    from course.desk import roster, terms

    if options.name:
        term = terms.begin(
            options.name,
            due=_deadlines(options.due, grading.assignments()),
            late=terms.Late(
                options.grace_minutes, options.percent_per_day, options.late_days
            ),
            class_dir=options.class_dir,
        )
    else:
        term = terms.read(options.class_dir)
        if not term.name:
            raise CrmError("No term is running. Begin one: crm-course term '2026 …'.")
    for export in options.roster:
        new = roster.add(export, class_dir=options.class_dir)
        print(f"{len(new)} students added from '{export.name}'")
    print(f"term: {term.name}")
    for assignment, due in term.due.items():
        print(f"  {assignment} is due {due:%Y-%m-%d %H:%M %z}")
    late = term.late
    print(
        f"  late work: {late.percent_per_day:g} % a day for up to {late.days} days, "
        f"after {late.grace_minutes} minutes of grace"
    )
    print(f"  students on the roster: {len(roster.read(options.class_dir))}")
    print(f"  to change dates or the rule, edit {options.class_dir / 'term.toml'}")


def _deadlines(given: list[str], known: list[str]) -> dict[str, datetime]:
    from course.desk import terms

    due = {}
    for text in given:
        assignment, _, moment = text.partition("=")
        if assignment.partition("/")[0] not in known:
            raise CrmError(
                f"'{text}': there is no assignment '{assignment}'; there are: "
                f"{', '.join(known)}."
            )
        due[assignment] = terms.when(moment)
    return due


def _take_in(options: argparse.Namespace) -> None:
    from course.desk import downloads

    taken = downloads.take_in(
        options.download,
        options.assignment,
        times=options.times,
        class_dir=options.class_dir,
    )
    for one in taken:
        if one.said:
            print(f"{one.student} / {one.file}: {one.state}. {one.said}")
    counts = [
        f"{sum(one.state == state for one in taken)} {state}"
        for state in ("taken", "kept", "set aside")
    ]
    print(f"{len(taken)} files: {', '.join(counts)}")
    if options.times is None and any(one.state == "kept" for one in taken):
        print(
            "A zip may say when it was packed, not when things were handed in. If "
            "these were in time, take in again with --times (Moodle's grading "
            "worksheet, or a table of your own)."
        )
    silent = downloads.silent(options.assignment, class_dir=options.class_dir)
    if silent:
        print(f"nothing has come from: {', '.join(silent)}")
    print(f"everything that came is in {options.class_dir / 'received'}")


def _change(options: argparse.Namespace) -> None:
    from course.desk import changes, handback, history

    class_dir, assignment = options.class_dir, options.assignment
    if options.kind == "list":
        for one in changes.read(assignment or None, class_dir=class_dir):
            where = "/".join(
                part for part in (one.assignment, one.notebook, one.item) if part
            )
            points = "" if one.points is None else f" {one.points:g} points"
            who = f" {one.student}" if one.student else ""
            print(f"{one.number}. {one.kind} {where}{who}{points}: {one.reason}")
        return
    if options.kind == "undo":
        made = changes.read(class_dir=class_dir)
        assignment = next(
            (one.assignment for one in made if one.number == options.number), ""
        )
    cells = None
    if assignment or options.kind != "undo":
        now = handback.standing(assignment, class_dir=class_dir)
        cells = now.cells
        # What this change moves is told apart from what moved before.
        history.remember(now.every, assignment, class_dir=class_dir)
    one = changes.record(
        options.kind,
        reason=options.reason,
        cells=cells,
        assignment=assignment,
        notebook=options.notebook,
        item=options.item,
        student=options.student,
        points=options.points,
        undoes=options.number if options.kind == "undo" else None,
        class_dir=class_dir,
    )
    print(f"change {one.number} is noted in {class_dir / 'changes.toml'}")
    after = handback.standing(assignment, class_dir=class_dir).every
    if one.kind in ("drop", "points"):
        most = after.loc[after["notebook"] == one.notebook, "max_points"].max()
        print(f"{one.notebook} has {most:g} points now")
    show_moved(history.remember(after, assignment, class_dir=class_dir))


def _return(options: argparse.Namespace) -> int:
    from course import editions, grading
    from course.desk import exports, handback

    class_dir, assignment = options.class_dir, options.assignment
    if options.compare is not None:
        table = handback.standing(
            assignment, notebook=options.notebook, class_dir=class_dir
        ).summary
        title = options.title or assignment
        said = exports.compare(table, options.compare, title=title, class_dir=class_dir)
        print("\n".join(said) if said else "The platform has the same points as here.")
        return 1 if said else 0
    # Points given by hand since the round belong onto the pages.
    grading.feedback_pages(assignment, class_dir=class_dir, progress=print)
    back = handback.hand_back(
        assignment,
        notebook=options.notebook,
        canvas=options.canvas,
        moodle=options.moodle,
        title=options.title,
        version=str(editions.current(assignment)),
        class_dir=class_dir,
    )
    for path in back.files:
        print(f"wrote {path}")
    if back.left_out:
        print(
            f"Nobody has handed in {', '.join(back.left_out)}: left out. The points "
            f"are of {back.points:g}."
        )
    if options.canvas is not None:
        worth = exports.worth(options.canvas, title=options.title or assignment)
        if worth is not None and worth != back.points:
            print(
                f"Canvas has this assignment at {worth:g} points, here it has "
                f"{back.points:g}: change its points in Canvas before the import."
            )
    if back.waiting:
        print(
            f"{back.waiting} notebooks wait for a reader: their points are without the "
            "written answers. Read them in the formgrader and return again."
        )
    show_moved(back.moved)
    return 0
