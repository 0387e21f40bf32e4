"""A class round: submissions in, grades, remarks and feedback pages out.

    class/submitted/<student>/<assignment>/…   what was handed in; only read
    class/intake/…                             mended copies, reports and logs
    class/autograded/…, class/gradebook.db     nbgrader's own, for its formgrader
    class/feedback/…                           a page for each student
    class/grades.csv                           the grades, in a fixed order

nbgrader does the grading; this package makes sure that each hand-in reaches it in a
form that it can grade, that one bad hand-in harms no other, and that "not graded" never
looks like 0. Importing it is cheap: nbgrader is loaded when a round begins.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from course.grading.grades import Result, number, table, write_csv
from course.term import CLASS_DIR, ROOT

__all__ = [
    "Result",
    "assignments",
    "collect",
    "demo",
    "feedback_pages",
    "grade",
    "has_sandbox",
    "number",
    "table",
    "unexpected",
    "write_csv",
]


def assignments(*, root: Path = ROOT) -> list[str]:
    """Return the names of the assignments that can be graded."""
    from course.grading import run

    return run.assignments(root)


def grade(
    assignment: str,
    *,
    class_dir: Path = CLASS_DIR,
    root: Path = ROOT,
    cell_seconds: int = 60,
    notebook_seconds: int = 600,
    memory_mb: int = 2000,
    sandbox: bool = True,
    workers: int | None = None,
    again: bool = False,
    progress: Callable[[str], None] | None = None,
) -> list[Result]:
    """Grade every hand-in of *assignment* and write feedback pages and `grades.csv`.

    *workers* submissions run at the same time (as many as there are cores, unless
    said), each in a sandbox; without *sandbox* they run with your own rights. What is
    as it was in an earlier round is not graded again, unless *again*; a round that was
    interrupted goes on. A term is started if the class has none. Points given by hand
    are kept. *progress* is called after each student with a line of text, such as
    "3 of 12  lin: graded (about 20 s left)". Returns one `Result` for each student and
    notebook, sorted; a hand-in that could not be graded is among them, with the reason.

    Raises `crmlib.errors.CrmError` if there is no such assignment, if nobody has handed
    in anything, if the assignment itself cannot be made from `solutions/`, if a sandbox
    is wanted and there is none, or if another round of the class is running.
    """
    from course.grading import run
    from course.grading.box import Limits

    return run.grade(
        assignment,
        class_dir=class_dir,
        root=root,
        limits=Limits(cell_seconds, notebook_seconds, memory_mb),
        sandbox=sandbox,
        workers=workers,
        again=again,
        progress=progress,
    )


def has_sandbox() -> bool:
    """Say whether submissions can be run in a sandbox on this machine."""
    from course.grading import box

    try:
        box.check(sandbox=True)
    except box.NoSandbox:
        return False
    return True


def collect(*, class_dir: Path = CLASS_DIR, root: Path = ROOT) -> list[Result]:
    """Read all grades of the class again, for instance after grading by hand.

    Nothing is run. Write them with `write_csv(results, class_dir / "grades.csv")`.
    """
    from course.grading import run

    return run.collect(run.ClassRoom(class_dir, root))


def feedback_pages(
    assignment: str,
    *,
    class_dir: Path = CLASS_DIR,
    root: Path = ROOT,
    progress: Callable[[str], None] | None = None,
) -> list[Path]:
    """Make the feedback pages again, for instance after grading by hand.

    Returns the paths of all pages of the assignment. *progress* is told, as in `grade`,
    whose pages are written.
    """
    from course.grading import run

    return run.feedback(assignment, class_dir=class_dir, root=root, progress=progress)


def demo(
    sample_dir: Path,
    class_dir: Path = CLASS_DIR / "demo",
    *,
    root: Path = ROOT,
    sandbox: bool = True,
    workers: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[Result]:
    """Hand in the sample class of *sample_dir* and grade it in *class_dir*, afresh.

    The folder is emptied first, so it must be a demonstration's own: one that does not
    exist yet, or one that an earlier demonstration made. `unexpected` compares the
    results with what the samples say they are worth.
    """
    from course.grading import sample

    return sample.demo(
        sample_dir,
        class_dir,
        root=root,
        sandbox=sandbox,
        workers=workers,
        progress=progress,
    )


def unexpected(results: list[Result], sample_dir: Path) -> list[str]:
    """Return a sentence for each result that differs from the sample's expectation."""
    from course.grading import sample

    return sample.unexpected(results, sample_dir)
