"""One round of grading through nbgrader, in this process, one student at a time."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import traitlets.log
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import rmtree
from sqlalchemy.exc import SAWarning
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from course import term
from course.grading import cells, grades, intake
from course.grading.feedback import write_not_graded
from course.grading.grades import Result
from crmlib.errors import CrmError

Progress = Callable[[str], None]


class ClassRoom:
    """A class folder with nbgrader's view of it.

    *root* holds `solutions/`; *class_dir* holds `submitted/` and takes all the rest.
    """

    def __init__(self, class_dir: Path, root: Path) -> None:
        self.class_dir = class_dir.resolve()
        self.root = root.resolve()
        self.submitted = self.class_dir / "submitted"
        self.staging = self.class_dir / "intake"
        self.sources = self.class_dir / ".solutions"
        self.handed_out = self.class_dir / ".handed_out"
        self.db_url = f"sqlite:///{(self.class_dir / 'gradebook.db').as_posix()}"

    def config(self, **limits: int) -> Config:
        """Return the project's nbgrader configuration, turned on this class folder."""
        file = self.root / "nbgrader_config.py"
        if not file.exists():
            file = term.ROOT / "nbgrader_config.py"
        config = PyFileConfigLoader(file.name, path=str(file.parent)).load_config()
        course = config.CourseDirectory
        # The class folder is nbgrader's root here: a root's special characters are
        # escaped in its path patterns, those of the other folders are not.
        course.root = str(self.class_dir)
        course.source_directory = self.sources.name
        course.release_directory = self.handed_out.name
        course.submitted_directory = self.staging.name
        course.autograded_directory = "autograded"
        course.feedback_directory = "feedback"
        course.db_url = self.db_url
        for name, seconds in limits.items():
            config.RunCells[name] = seconds
        return config

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Give nbgrader and the kernels the environment that they need.

        nbgrader calls a bare `alembic`, which lies beside this Python; the hidden tests
        draw their data from this class's term.
        """
        before = dict(os.environ)
        os.environ.pop("CRM_TERM_SEED", None)
        os.environ["CRM_TERM_SEED"] = term.secret(self.class_dir)
        beside = str(Path(sys.executable).parent)
        os.environ["PATH"] = beside + os.pathsep + before.get("PATH", "")
        try:
            with warnings.catch_warnings():
                # nbgrader's own use of its database.
                warnings.simplefilter("ignore", SAWarning)
                yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    def gradebook(self) -> Any:
        """Open the gradebook; close it with `with`."""
        return Gradebook(self.db_url)

    def report_path(self, student: str, assignment: str) -> Path:
        """Return the file that says what the intake found."""
        return self.staging / student / f"{assignment}.json"


def assignments(root: Path) -> list[str]:
    """Return the names of the assignments in `solutions/`."""
    return sorted(
        path.name
        for path in (root / "solutions").glob("*")
        if path.is_dir() and any(path.glob("*.ipynb"))
    )


def check_assignment(assignment: str, root: Path) -> None:
    """Raise `CrmError`, listing those that exist, if there is no such assignment."""
    known = assignments(root)
    if assignment in known:
        return
    listed = ", ".join(f"'{name}'" for name in known) or "none yet"
    raise CrmError(
        f"There is no assignment called '{assignment}'. Those in solutions/: {listed}."
    )


def only(app: Any, step: str, student: str, assignment: str) -> Any:
    """Point one of nbgrader's converters at one student's folder of a *step*.

    nbgrader would look for it with a pattern, and brackets in a name mislead that.
    """
    course = app.coursedir
    course.student_id, course.assignment_id = student, assignment
    folder = course.format_path(step, student, assignment)
    notebooks = [str(path) for path in sorted(Path(folder).glob("*.ipynb"))]
    app.assignments = {folder: notebooks}
    app.init_notebooks = lambda: None
    app.force = True
    return app


def start(app: Any) -> str:
    """Run one of nbgrader's converters; return what it logged instead of showing it."""
    log: Any = traitlets.log.get_logger()
    buffer = io.StringIO()
    handler = logging.StreamHandler(buffer)
    before = log.level, log.propagate
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    try:
        app.start()
    except (Exception, SystemExit) as error:
        buffer.write(f"{type(error).__name__}: {error}\n")
        raise NbgraderFailed(buffer.getvalue()) from error
    finally:
        log.removeHandler(handler)
        log.level, log.propagate = before
    return buffer.getvalue()


class NbgraderFailed(Exception):
    """One of nbgrader's steps failed; the message is its log."""

    @property
    def cause(self) -> str:
        """The line of the log that names the error."""
        lines = [line for line in str(self).splitlines() if line.strip()]
        errors = [
            line
            for line in lines
            if line[:1].isalpha() and ("Error: " in line or "Exception: " in line)
        ]
        named = [line for line in errors if not line.startswith("NbGraderException")]
        return " ".join((named or errors or lines or ["no reason given"])[-1].split())


def hand_out(room: ClassRoom, assignment: str) -> dict[str, NotebookNode]:
    """Tell the gradebook of the assignment; return its notebooks as handed out.

    They are made in the class folder, from a copy of `solutions/` (which may lie on
    another drive), so that `exercises/`, which belongs to the repository, stays as it
    is.
    """
    copied = room.sources / assignment
    shutil.rmtree(copied, ignore_errors=True)
    ignored = shutil.ignore_patterns(".*", "__pycache__")
    shutil.copytree(room.root / "solutions" / assignment, copied, ignore=ignored)
    config = room.config()
    config.CourseDirectory.assignment_id = assignment
    app = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    app.force = True
    try:
        start(app)
    except NbgraderFailed as failed:
        if "submissions associated with it" in str(failed):
            raise CrmError(
                f"Questions of '{assignment}' were added or removed since it was first "
                "graded in this class. Grade with the solutions of then, or move "
                f"'{room.class_dir.name}/gradebook.db' aside to begin again."
            ) from None
        raise CrmError(
            f"nbgrader could not make the exercise from solutions/{assignment}: "
            f"{failed.cause}"
        ) from failed
    found = {}
    for path in sorted((room.handed_out / assignment).glob("*.ipynb")):
        found[path.stem] = cells.read(path)
    return found


def students(room: ClassRoom) -> list[str]:
    """Return everybody who has a folder in `submitted/` or stands in the gradebook."""
    names = set()
    if room.submitted.is_dir():
        names = {
            path.name
            for path in room.submitted.iterdir()
            if path.is_dir() and not path.name.startswith(".")
        }
    if (room.class_dir / "gradebook.db").exists():
        with room.gradebook() as gradebook:
            names |= {student.id for student in gradebook.students}
    return sorted(names)


def grade(
    assignment: str,
    *,
    class_dir: Path,
    root: Path,
    cell_seconds: int,
    notebook_seconds: int,
    progress: Progress | None,
) -> list[Result]:
    """See `course.grading.grade`."""
    check_assignment(assignment, root)
    room = ClassRoom(class_dir, root)
    if not students(room):
        raise CrmError(
            f"Nobody has handed in anything: '{room.class_dir.name}/submitted' is "
            f"empty. Put each hand-in into submitted/<student>/{assignment}/."
        )
    term.start(room.class_dir)
    with room.at_work():
        reference = hand_out(room, assignment)
        config = room.config(timeout=cell_seconds, notebook_timeout=notebook_seconds)
        everybody = students(room)
        for done, student in enumerate(everybody, start=1):
            said = _grade_one(room, config, student, assignment, reference)
            if progress is not None:
                progress(f"{done} of {len(everybody)}  {student}: {said}")
        results = collect(room)
    grades.write_csv(results, room.class_dir / "grades.csv")
    return [result for result in results if result.assignment == assignment]


def _grade_one(
    room: ClassRoom,
    config: Config,
    student: str,
    assignment: str,
    reference: dict[str, NotebookNode],
) -> str:
    """Grade one student; whatever goes wrong ends in this student's report.

    Returns what became of it, in a few words.
    """
    path = room.report_path(student, assignment)
    log = path.with_suffix(".log")
    log.unlink(missing_ok=True)
    path.unlink(missing_ok=True)
    try:
        taken = intake.take_in(
            student,
            assignment,
            submitted=room.submitted,
            staging=room.staging,
            reference=reference,
        )
    except Exception as error:
        taken = [
            intake.HandIn(
                student,
                assignment,
                name,
                remarks=[f"The hand-in could not be read ({type(error).__name__})."],
            )
            for name in sorted(reference)
        ]
    with room.gradebook() as gradebook:
        gradebook.update_or_create_student(student)
    for step in ("autograded", "feedback"):
        folder = room.class_dir / step / student / assignment
        if step == "autograded":
            before = _read_answers(folder)
        if folder.exists():
            rmtree(str(folder))
    if any(hand_in.ready for hand_in in taken):
        settled = _settled(room, student, assignment)
        _through_nbgrader(room, config, student, assignment, taken, log)
        _keep_hand_grades(room, student, assignment, taken, before, settled)
    report = {
        hand_in.notebook: {"graded": hand_in.ready, "remarks": hand_in.remarks}
        for hand_in in taken
    }
    grades.write_report(path, report)
    for hand_in in taken:
        if not hand_in.ready:
            folder = room.class_dir / "feedback" / student / assignment
            write_not_graded(folder, hand_in.notebook, hand_in.remarks)
    failed = sum(not hand_in.ready for hand_in in taken)
    if failed:
        return grades.NOT_GRADED if failed == len(taken) else "graded in part"
    remarks = any(hand_in.remarks for hand_in in taken)
    return grades.REMARKS if remarks else grades.GRADED


def _through_nbgrader(
    room: ClassRoom,
    config: Config,
    student: str,
    assignment: str,
    taken: list[intake.HandIn],
    log: Path,
) -> None:
    logged = ""
    try:
        app = Autograde(coursedir=CourseDirectory(config=config), config=config)
        logged = start(only(app, room.staging.name, student, assignment))
    except NbgraderFailed as failed:
        logged = str(failed)
        for hand_in in taken:
            if hand_in.ready:
                hand_in.ready = False
                hand_in.remarks.append(f"nbgrader could not grade it: {failed.cause}")
    else:
        folder = room.class_dir / "autograded" / student / assignment
        for hand_in in taken:
            if hand_in.ready:
                graded = folder / f"{hand_in.notebook}.ipynb"
                nb = cells.read(graded)
                hand_in.remarks += grades.observed(nb)
        logged += make_feedback(config, [hand_in for hand_in in taken if hand_in.ready])
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(logged, encoding="utf-8", newline="\n")


def make_feedback(config: Config, taken: list[intake.HandIn]) -> str:
    """Make the feedback pages of one student; a failure becomes a remark."""
    try:
        app = GenerateFeedback(coursedir=CourseDirectory(config=config), config=config)
        return start(only(app, "autograded", taken[0].student, taken[0].assignment))
    except NbgraderFailed as failed:
        for hand_in in taken:
            hand_in.remarks.append(f"No feedback page could be made: {failed.cause}")
        return str(failed)


def _read_answers(folder: Path) -> dict[tuple[str, str], str]:
    """Return the answers of an earlier round, by notebook and cell."""
    found: dict[tuple[str, str], str] = {}
    for path in sorted(folder.glob("*.ipynb")):
        with contextlib.suppress(Exception):
            nb = cells.read(path)
            for name, cell in cells.marked_cells(nb).items():
                found[path.stem, name] = cell.source
    return found


def _settled(room: ClassRoom, student: str, assignment: str) -> set[tuple[str, str]]:
    """Return the cells that were graded by hand and need no further look."""
    with room.gradebook() as gradebook, contextlib.suppress(MissingEntry):
        submission = gradebook.find_submission(assignment, student)
        return {
            (notebook.name, grade.name)
            for notebook in submission.notebooks
            for grade in notebook.grades
            if grade.manual_score is not None and not grade.needs_manual_grade
        }
    return set()


def _keep_hand_grades(
    room: ClassRoom,
    student: str,
    assignment: str,
    taken: list[intake.HandIn],
    before: dict[tuple[str, str], str],
    settled: set[tuple[str, str]],
) -> None:
    """Keep hand-given points settled if their answer is the same as before.

    nbgrader keeps the points at every new round, but asks for all of them to be looked
    at again, and does not say which answers are new.
    """
    after = _read_answers(room.class_dir / "autograded" / student / assignment)
    with room.gradebook() as gradebook:
        for hand_in in taken:
            for notebook, name in sorted(settled):
                if notebook != hand_in.notebook or not hand_in.ready:
                    continue
                if after.get((notebook, name)) == before.get((notebook, name)):
                    grade = gradebook.find_grade(name, notebook, assignment, student)
                    grade.needs_manual_grade = False
                else:
                    hand_in.remarks.append(
                        f"The answer '{name}' changed after it was graded by hand: "
                        "look at it again."
                    )
        gradebook.db.commit()


def collect(room: ClassRoom) -> list[Result]:
    """Return the rows of every graded assignment of the class, in order."""
    results: list[Result] = []
    if not (room.class_dir / "gradebook.db").exists():
        return results
    with room.gradebook() as gradebook:
        names = [student.id for student in gradebook.students]
        for assignment in gradebook.assignments:
            reports = {
                name: grades.read_report(room.report_path(name, assignment.name))
                for name in names
            }
            if not any(reports.values()):
                continue
            results += [
                grades.from_gradebook(
                    gradebook,
                    student=name,
                    assignment=assignment.name,
                    notebook=notebook.name,
                    report=reports[name].get(notebook.name)
                    or {"graded": False, "remarks": ["Nothing was handed in."]},
                )
                for name in names
                for notebook in assignment.notebooks
            ]
    return sorted(results)


def feedback(assignment: str, *, class_dir: Path, root: Path) -> list[Path]:
    """See `course.grading.feedback_pages`."""
    check_assignment(assignment, root)
    room = ClassRoom(class_dir, root)
    config = room.config()
    with room.at_work():
        for student in students(room):
            report = grades.read_report(room.report_path(student, assignment))
            taken = [
                intake.HandIn(student, assignment, notebook, ready=True)
                for notebook, found in report.items()
                if found["graded"]
            ]
            if taken:
                make_feedback(config, taken)
    return sorted((room.class_dir / "feedback").glob(f"*/{assignment}/*.html"))


def clear(class_dir: Path) -> None:
    """Remove a class folder with its read-only files."""
    if class_dir.exists():
        shutil.rmtree(class_dir / "submitted", ignore_errors=True)
        rmtree(str(class_dir))
