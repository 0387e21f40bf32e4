"""The command `crm-course`: one word for each job of an author or an instructor."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from course import check
from course.desk import commands as desk
from course.term import CLASS_DIR, ROOT
from crmlib.errors import CrmError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 after a sentence about what is wrong."""
    parser = _parser()
    options = parser.parse_args(argv)
    try:
        return int(options.run(options) or 0)
    except CrmError as error:
        print(f"crm-course: {error}", file=sys.stderr)
        return 1


# Imports stand inside the commands: `crm-course lab` should not wait for nbgrader.


def _lab(options: argparse.Namespace) -> int:
    from course import lab

    return lab.run(*options.rest)


def _datasets(options: argparse.Namespace) -> None:
    from course import generator

    generator.write(options.to)
    print(f"wrote the data into {options.to}")


def _notebooks(options: argparse.Namespace) -> int:
    from course import notebooks

    return notebooks.main(options.names, report_changes=options.report_changes)


def _exercises(options: argparse.Namespace) -> None:
    for path in _make_exercises():
        print(f"wrote {path.relative_to(ROOT)}")


def _make_exercises() -> list[Path]:
    from course import editions, release

    for assignment, version in editions.update().items():
        print(f"{assignment} is now version {version}: its tests or points changed")
    return release.make_exercises()


def _release(options: argparse.Namespace) -> None:
    from course import release

    _make_exercises()
    kit = release.make_kit(options.to)
    print(f"the student kit stands in {kit}; hand out that folder, zipped")


def _grade(options: argparse.Namespace) -> None:
    from course import grading
    from course.desk import history

    began = time.monotonic()
    results = grading.grade(
        options.assignment,
        class_dir=options.class_dir,
        sandbox=not options.no_sandbox,
        workers=options.workers,
        again=options.again,
        progress=_say,
    )
    print(grading.table(results))
    print(f"\ngrades: {options.class_dir / 'grades.csv'}")
    print(f"pages for students: {options.class_dir / 'feedback'}")
    took = time.monotonic() - began
    history.note_round(options.assignment, took, class_dir=options.class_dir)
    desk.show_moved_of(options.assignment, class_dir=options.class_dir)


def _grades(options: argparse.Namespace) -> None:
    from course import grading

    results = grading.collect(class_dir=options.class_dir)
    for assignment in sorted({result.assignment for result in results}):
        grading.feedback_pages(assignment, class_dir=options.class_dir, progress=_say)
    grading.write_csv(results, options.class_dir / "grades.csv")
    print(grading.table(results))


def _demo(options: argparse.Namespace) -> int:
    from course import grading

    class_dir = CLASS_DIR / "demo"
    sandbox = grading.has_sandbox()
    if not sandbox:
        print("No sandbox on this machine: the demonstration's own samples need none.")
    results = grading.demo(
        options.sample,
        class_dir,
        sandbox=sandbox,
        workers=options.workers,
        progress=_say,
    )
    print(grading.table(results))
    print(f"\ngrades: {class_dir / 'grades.csv'}")
    print(f"pages for students: {class_dir / 'feedback'}")
    wrong = grading.unexpected(results, options.sample)
    for line in wrong:
        print(f"not as the sample says: {line}", file=sys.stderr)
    return 1 if wrong else 0


def _check(options: argparse.Namespace) -> int:
    return check.main(options)


def _api(options: argparse.Namespace) -> None:
    from course import api

    print(f"wrote {api.write().relative_to(ROOT)}")


def _say(text: str) -> None:
    print(text, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="crm-course", description="Make and run the course."
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    lab = commands.add_parser("lab", help="open JupyterLab on the welcome notebook")
    lab.add_argument("rest", nargs="*", help="options for JupyterLab, after --")
    lab.set_defaults(run=_lab)

    data = commands.add_parser("datasets", help="make the data again from their seeds")
    data.add_argument("--to", type=Path, default=ROOT / "datasets", metavar="FOLDER")
    data.set_defaults(run=_datasets)

    books = commands.add_parser("notebooks", help="make chapters/ from course/text")
    books.add_argument("names", nargs="*", help="such as 05_segmentation; all if none")
    books.add_argument(
        "--report-changes", action="store_true", help="list the numbers that changed"
    )
    books.set_defaults(run=_notebooks)

    made = commands.add_parser("exercises", help="make exercises/ from solutions/")
    made.set_defaults(run=_exercises)

    kit = commands.add_parser("release", help="make the student kit")
    kit.add_argument("--to", type=Path, default=ROOT / "dist" / "kit", metavar="FOLDER")
    kit.set_defaults(run=_release)

    grade = commands.add_parser("grade", help="grade what was handed in")
    grade.add_argument("assignment", help="such as oriental_hotel")
    grade.add_argument("--class-dir", type=Path, default=CLASS_DIR, metavar="FOLDER")
    grade.add_argument(
        "--no-sandbox",
        action="store_true",
        help="run submissions with your own rights: only if you trust each of them",
    )
    grade.add_argument(
        "--workers", type=int, metavar="N", help="submissions at a time (all cores)"
    )
    grade.add_argument(
        "--again", action="store_true", help="grade also what has not changed"
    )
    grade.set_defaults(run=_grade)

    again = commands.add_parser(
        "grades", help="write grades and pages again, after grading by hand"
    )
    again.add_argument("--class-dir", type=Path, default=CLASS_DIR, metavar="FOLDER")
    again.set_defaults(run=_grades)

    own = commands.add_parser("check", help="check an exercise of your own")
    check.add_arguments(own)
    own.set_defaults(run=_check)

    page = commands.add_parser("api", help="make crmlib/README.md from the docstrings")
    page.set_defaults(run=_api)

    demo = commands.add_parser("demo", help="grade a sample class into class/demo")
    demo.add_argument("sample", type=Path, help="folder of the sample class")
    demo.add_argument(
        "--workers", type=int, metavar="N", help="submissions at a time (all cores)"
    )
    demo.set_defaults(run=_demo)
    desk.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
