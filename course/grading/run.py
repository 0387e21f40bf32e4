"""One round of grading: students' code side by side, nbgrader in this process.

What a student handed in is run ahead in the boxes, by several threads that only wait
for them. Everything that is kept is written by the main thread alone: nbgrader's steps
take one student after the other, in one transaction of the gradebook each. A student
is done when a file with the round's *key* says so: a round that was killed goes on
where it was, and one that is repeated grades only what has changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import os
import platform
import shutil
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
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

import crmlib
from course import editions, term
from course.grading import box, cells, engine, grades, intake, suspects
from course.grading.box import Limits
from course.grading.feedback import write_not_graded
from course.grading.grades import Result
from crmlib.errors import CrmError

Progress = Callable[[str], None]

_RUN_CELLS = "course.grading.engine.RunCells"


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
        self._kept: _OneGradebook | None = None
        self.db_url = f"sqlite:///{(self.class_dir / 'gradebook.db').as_posix()}"

    def config(self, limits: Limits | None = None, *, sandbox: bool = True) -> Config:
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
        if _RUN_CELLS not in config.Autograde.get("autograde_preprocessors", []):
            raise CrmError(
                f"nbgrader_config.py runs submissions without {_RUN_CELLS}, with your "
                "own rights. Take c.Autograde.autograde_preprocessors from the kit's."
            )
        if limits is not None:
            config.RunCells.timeout = limits.cell_seconds
            config.RunCells.notebook_timeout = limits.notebook_seconds
        config.RunCells.sandbox = sandbox
        return config

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Give nbgrader and the kernels the environment that they need.

        nbgrader calls a bare `alembic`, which lies beside this Python; the hidden tests
        draw their data from this class's term.
        """
        before = dict(os.environ)
        os.environ.pop("CRM_TERM_SEED", None)
        # Only the judge's box gets it, see `course.grading.box`.
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

    def make_gradebook(self) -> None:
        """Make the gradebook if there is none: at once, so that none is half made."""
        path = self.class_dir / "gradebook.db"
        if path.exists():
            return
        half = path.with_name(".gradebook-in-the-making.db")
        half.unlink(missing_ok=True)
        Gradebook(f"sqlite:///{half.as_posix()}").close()
        half.replace(path)

    @contextlib.contextmanager
    def one_transaction(self) -> Iterator[Any]:
        """Let all that nbgrader writes meanwhile happen at once, or not at all.

        nbgrader opens the gradebook dozens of times for one submission and saves after
        each cell; most of its time goes into that. Here all of them get this one.
        """
        if self._kept is None:
            self._kept = _OneGradebook(self.db_url)
        kept, usual = self._kept, Gradebook
        users = [
            module
            for name, module in list(sys.modules.items())
            if name.startswith(("nbgrader.", "course.grading."))
            and getattr(module, "Gradebook", None) is usual
        ]
        for module in users:
            module.__dict__["Gradebook"] = lambda *_, **__: kept
        try:
            yield kept
            kept.save()
        finally:
            for module in users:
                module.__dict__["Gradebook"] = usual
            kept.forget()

    def close(self) -> None:
        """Close the gradebook that was kept open for the round."""
        if self._kept is not None:
            self._kept.end()
            self._kept = None

    def report_path(self, student: str, assignment: str) -> Path:
        """Return the file that says what the intake found."""
        return self.staging / student / f"{assignment}.json"

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep a second round of this class from starting meanwhile."""
        if sys.platform == "win32":
            yield
            return
        import fcntl

        self.class_dir.mkdir(parents=True, exist_ok=True)
        with (self.class_dir / ".round.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise CrmError(
                    f"Another round is running in '{self.class_dir.name}'. Wait for "
                    "it, or end it; what it has graded is kept."
                ) from None
            yield


class _OneGradebook(Gradebook):  # type: ignore[misc]
    """A gradebook that stays open, and saves when it is told to."""

    def __init__(self, db_url: str) -> None:
        super().__init__(db_url)
        self.save = self.db.commit
        self.db.commit = self.db.flush

    def close(self) -> None:
        """Stay open."""

    def forget(self) -> None:
        """Give up what was not saved."""
        self.db.rollback()
        self.db.remove()

    def end(self) -> None:
        """Close; what was not saved is lost."""
        self.db.rollback()
        super().close()


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
    for path in sorted(copied.glob("*.ipynb")):
        if found := cells.leaning(cells.read(path)):
            raise CrmError(
                f"In solutions/{assignment}/{path.name} a test needs another one, and "
                f"each is run by itself: {'; '.join(found)}. Define that in a cell "
                "above which is no test, or in each test anew."
            )
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
    made = {}
    version = editions.current(assignment, root=room.root)
    for path in sorted((room.handed_out / assignment).glob("*.ipynb")):
        made[path.stem] = cells.read(path)
        made[path.stem].metadata["crm"] = {"version": version}
    return made


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


@dataclass(frozen=True)
class Plan:
    """What a round needs to know."""

    room: ClassRoom
    assignment: str
    reference: dict[str, NotebookNode]
    limits: Limits
    sandbox: bool
    edition: str


@dataclass
class Prepared:
    """A student's hand-in, read and run."""

    key: str
    taken: list[intake.HandIn] = field(default_factory=list)
    ran: dict[str, NotebookNode] = field(default_factory=dict)


def grade(
    assignment: str,
    *,
    class_dir: Path,
    root: Path,
    limits: Limits,
    sandbox: bool,
    workers: int | None,
    again: bool,
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
    box.check(sandbox=sandbox)
    with room.alone():
        _start_term(room.class_dir)
        with room.at_work():
            room.make_gradebook()
            reference = hand_out(room, assignment)
            edition = _edition(room, assignment, limits)
            plan = Plan(room, assignment, reference, limits, sandbox, edition)
            try:
                _round(plan, workers or engine.cores(), again, progress)
            finally:
                room.close()
            results = collect(room)
        grades.write_csv(results, room.class_dir / "grades.csv")
    return [result for result in results if result.assignment == assignment]


def _start_term(class_dir: Path) -> None:
    """Start the term, unless it has been: in one step, so that it is never half."""
    path = class_dir / "term.toml"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        begun = term.start(class_dir / ".term")
        begun.replace(path)
        begun.parent.rmdir()


def _round(plan: Plan, workers: int, again: bool, progress: Progress | None) -> None:
    """Grade everybody whose hand-in has changed."""
    everybody = students(plan.room)
    keys = {name: _key(plan, name) for name in everybody}
    done = 0

    def say(student: str, words: str, left: str = "") -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(f"{done} of {len(everybody)}  {student}: {words}{left}")

    waiting = []
    for student in everybody:
        report = None if again else _up_to_date(plan, student, keys[student])
        if report is None:
            waiting.append(student)
        else:
            say(student, f"unchanged ({_summary(report)})")
    if not waiting:
        return
    clock = _Clock(len(waiting))
    with contextlib.ExitStack() as stack:
        boxes = None
        if box.available():
            boxes = stack.enter_context(box.Boxes(sandbox=plan.sandbox))
        # Enough ahead that a slow one holds up nobody, and not the whole class.
        ahead = threading.Semaphore(4 * workers + 16)
        stop = threading.Event()

        def prepare(student: str) -> Prepared:
            while not ahead.acquire(timeout=0.5):
                if stop.is_set():
                    raise CrmError("the round was stopped")
            return _prepare(plan, student, keys[student], boxes)

        pool = ThreadPoolExecutor(workers, thread_name_prefix="grade")
        try:
            futures: dict[Future[Prepared], str] = {
                pool.submit(prepare, student): student for student in waiting
            }
            for future in as_completed(futures):
                student = futures.pop(future)
                try:
                    prepared = future.result()
                except Exception as error:
                    if stop.is_set():
                        raise
                    prepared = _not_prepared(plan, student, keys[student], error)
                words = _finish(plan, student, prepared)
                ahead.release()
                say(student, words, clock.left())
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)


class _Clock:
    """Foretells how long the rest of a round takes."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.started = total, 0, time.monotonic()

    def left(self) -> str:
        """Take note of one more; return the time left in words, "" at the end."""
        self.done += 1
        if self.done == self.total:
            return ""
        passed = time.monotonic() - self.started
        seconds = passed / self.done * (self.total - self.done)
        if seconds < 90:
            return f" (about {max(round(seconds), 1)} s left)"
        return f" (about {round(seconds / 60)} min left)"


def _edition(room: ClassRoom, assignment: str, limits: Limits) -> str:
    """Return a mark of all that a grade depends on, but for the hand-in itself."""
    mark = hashlib.sha256(repr(limits).encode("utf-8"))
    mark.update(term.secret(room.class_dir).encode("utf-8"))
    mark.update(platform.python_version().encode("ascii"))
    for name in ("IPython", "matplotlib", "numpy", "pandas"):
        mark.update(str(__import__(name).__version__).encode("utf-8"))
    library = Path(crmlib.__file__).parent
    _mark_files(mark, room.root / "solutions" / assignment, "*")
    _mark_files(mark, library, "*.py")
    _mark_files(mark, box.data_folder(library), "*")
    _mark_files(mark, Path(__file__).parent.parent / "generator", "*.py")
    _mark_files(mark, Path(__file__).parent, "*.py")
    return mark.hexdigest()


def _mark_files(mark: Any, folder: Path, pattern: str) -> None:
    for path in sorted(folder.rglob(pattern)):
        inside = path.relative_to(folder)
        hidden = any(part.startswith((".", "__pycache__")) for part in inside.parts)
        if path.is_file() and not hidden:
            mark.update(f"{inside.as_posix()}|{path.stat().st_size}|".encode())
            mark.update(path.read_bytes())


def _key(plan: Plan, student: str) -> str:
    """Return a mark of a student's hand-in and of the edition it is graded by."""
    mark = hashlib.sha256(plan.edition.encode("ascii"))
    folder = plan.room.submitted / student
    for inside, path in intake.files_in(folder, plan.assignment).items():
        with contextlib.suppress(OSError):
            mark.update(f"{inside}|{path.stat().st_size}|".encode("utf-8", "replace"))
            mark.update(path.read_bytes())
    return mark.hexdigest()


def _done_path(room: ClassRoom, student: str, assignment: str) -> Path:
    return room.report_path(student, assignment).with_suffix(".done")


def _up_to_date(plan: Plan, student: str, key: str) -> dict[str, Any] | None:
    """Return the report of an earlier round if it still holds, else None."""
    room, assignment = plan.room, plan.assignment
    path = _done_path(room, student, assignment)
    try:
        if path.read_text(encoding="ascii") != key:
            return None
        report = grades.read_report(room.report_path(student, assignment))
    except (OSError, ValueError):
        return None
    pages = room.class_dir / "feedback" / student / assignment
    for notebook in plan.reference:
        if notebook not in report:
            return None
        if not report[notebook]["handed_in"]:
            continue
        if not (pages / f"{notebook}.html").exists():
            return None
        if report[notebook]["graded"]:
            graded = room.class_dir / "autograded" / student / assignment
            if not (graded / f"{notebook}.ipynb").exists():
                return None
            with room.gradebook() as gradebook:
                try:
                    gradebook.find_submission_notebook(notebook, assignment, student)
                except MissingEntry:
                    return None
    return report


def _summary(report: dict[str, Any]) -> str:
    handed_in = [found for found in report.values() if found["handed_in"]]
    if not handed_in:
        return grades.NOT_HANDED_IN
    failed = sum(not found["graded"] for found in handed_in)
    if failed:
        return grades.NOT_GRADED if failed == len(handed_in) else "graded in part"
    remarks = any(found["remarks"] for found in handed_in)
    return grades.REMARKS if remarks else grades.GRADED


def _prepare(plan: Plan, student: str, key: str, boxes: box.Boxes | None) -> Prepared:
    """Read what a student handed in and run it. Called from several threads."""
    room, assignment = plan.room, plan.assignment
    prepared = Prepared(key)
    try:
        prepared.taken = intake.take_in(
            student,
            assignment,
            submitted=room.submitted,
            staging=room.staging,
            reference=plan.reference,
        )
    except Exception as error:
        prepared.taken = [
            intake.HandIn(
                student,
                assignment,
                name,
                remarks=[f"The hand-in could not be read ({type(error).__name__})."],
            )
            for name in sorted(plan.reference)
        ]
    staged = room.staging / student / assignment
    source = room.sources / assignment
    for hand_in in prepared.taken:
        if not hand_in.ready:
            continue
        nb = cells.read(staged / f"{hand_in.notebook}.ipynb")
        original = cells.read(source / f"{hand_in.notebook}.ipynb")
        hand_in.remarks += suspects.found(nb, suspects.hidden_names(original))
        if boxes is None:
            continue
        with_tests(nb, original)
        asked = engine.asked_names(
            cell.source
            for cell in original.cells
            if cell.cell_type == "code" and cells.is_answer(cell)
        )
        files = box.files_of([staged, source])
        for attempt in (1, 2):
            try:
                engine.execute(
                    nb, files=files, limits=plan.limits, boxes=boxes, asked=asked
                )
                engine.forgive_warnings(nb)
            except Exception as error:
                # Never the student's fault: tried once more, then set aside.
                if isinstance(error, box.Lost):
                    boxes.renew(error.generation)
                if attempt == 2:
                    hand_in.ready = False
                    hand_in.remarks.append(
                        f"It could not be run, twice, which is no fault of the answers "
                        f"({type(error).__name__}: {error}). Grade again."
                    )
            else:
                prepared.ran[hand_in.notebook] = nb
                break
    return prepared


def _not_prepared(plan: Plan, student: str, key: str, error: Exception) -> Prepared:
    """Set a hand-in aside that failed for a reason nobody foresaw."""
    words = f"It could not be run ({type(error).__name__}: {error}). Grade it again."
    taken = [
        intake.HandIn(student, plan.assignment, name, remarks=[words])
        for name in sorted(plan.reference)
    ]
    return Prepared(key, taken)


def with_tests(nb: NotebookNode, source: NotebookNode) -> None:
    """Put the given cells and the tests into *nb*, with the hidden ones."""
    originals = cells.marked_cells(source)
    for cell in nb.cells:
        original = originals.get(cells.nbgrader_id(cell) or "")
        if original is not None and original.metadata.nbgrader.get("locked"):
            cell.source = original.source
            if "tags" in original.metadata:
                cell.metadata["tags"] = list(original.metadata["tags"])


def _finish(plan: Plan, student: str, prepared: Prepared) -> str:
    """Write down the grade of one student.

    Returns what became of the hand-in, in a few words. Whatever goes wrong ends in this
    student's report.
    """
    room, assignment, taken = plan.room, plan.assignment, prepared.taken
    path = room.report_path(student, assignment)
    done = _done_path(room, student, assignment)
    log = path.with_suffix(".log")
    for old in (done, path, log):
        old.unlink(missing_ok=True)
    journal = _journal(room, student, assignment)
    before = [list(hand_in.remarks) for hand_in in taken]
    for _ in range(2):
        for hand_in, remarks in zip(taken, before, strict=True):
            hand_in.remarks = list(remarks)
        failed, logged = _record(plan, student, prepared, journal)
        if failed is None:
            break
    else:
        with room.gradebook() as gradebook:
            gradebook.update_or_create_student(student)
    for hand_in in taken:
        engine.ready.pop((student, assignment, hand_in.notebook), None)
        if failed is not None and hand_in.ready:
            hand_in.ready = False
            hand_in.remarks.append(f"nbgrader could not grade it: {failed}")
        if hand_in.handed_in and not hand_in.ready:
            folder = room.class_dir / "feedback" / student / assignment
            write_not_graded(folder, hand_in.notebook, hand_in.remarks)
    report = {
        hand_in.notebook: {
            "graded": hand_in.ready,
            "handed_in": hand_in.handed_in,
            "remarks": hand_in.remarks,
        }
        for hand_in in taken
    }
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(logged, encoding="utf-8", newline="\n")
    grades.write_report(path, report)
    grades.write_whole(done, prepared.key)
    _journal_path(room, student, assignment).unlink(missing_ok=True)
    return _summary(report)


def _record(
    plan: Plan, student: str, prepared: Prepared, journal: list[list[str]]
) -> tuple[str | None, str]:
    """Write one student's grades and pages; return why not, and what nbgrader said."""
    room, assignment, taken = plan.room, plan.assignment, prepared.taken
    for notebook, ran in prepared.ran.items():
        engine.ready[student, assignment, notebook] = ran
    try:
        with room.one_transaction() as gradebook:
            gradebook.update_or_create_student(student)
            for step in ("autograded", "feedback"):
                folder = room.class_dir / step / student / assignment
                if folder.exists():
                    rmtree(str(folder))
            logged = ""
            if any(hand_in.ready for hand_in in taken):
                logged = _through_nbgrader(plan, student, taken)
                _keep_hand_grades(room, student, assignment, taken, journal)
    except NbgraderFailed as error:
        return error.cause, str(error)
    except Exception as error:
        return f"{type(error).__name__}: {error}", repr(error)
    return None, logged


def _through_nbgrader(plan: Plan, student: str, taken: list[intake.HandIn]) -> str:
    """Take one student through nbgrader's autograde and feedback; return the log."""
    room, assignment = plan.room, plan.assignment
    config = room.config(plan.limits, sandbox=plan.sandbox)
    app = Autograde(coursedir=CourseDirectory(config=config), config=config)
    logged = start(only(app, room.staging.name, student, assignment))
    folder = room.class_dir / "autograded" / student / assignment
    for hand_in in taken:
        if hand_in.ready:
            nb = cells.read(folder / f"{hand_in.notebook}.ipynb")
            hand_in.remarks += grades.observed(nb)
    return logged + make_feedback(config, [each for each in taken if each.ready])


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


def _journal_path(room: ClassRoom, student: str, assignment: str) -> Path:
    return room.report_path(student, assignment).with_suffix(".before")


def _journal(room: ClassRoom, student: str, assignment: str) -> list[list[str]]:
    """Return the answers that were graded by hand and need no further look.

    Each as notebook, cell and text. They are written to a file before anything is
    changed, so that a round that goes on after an interruption still knows them.
    """
    path = _journal_path(room, student, assignment)
    if path.exists():
        return list(json.loads(path.read_text(encoding="utf-8")))
    before = _read_answers(room.class_dir / "autograded" / student / assignment)
    settled: list[list[str]] = []
    with room.gradebook() as gradebook, contextlib.suppress(MissingEntry):
        submission = gradebook.find_submission(assignment, student)
        settled = [
            [notebook.name, grade.name, before.get((notebook.name, grade.name), "")]
            for notebook in submission.notebooks
            for grade in notebook.grades
            if grade.manual_score is not None and not grade.needs_manual_grade
        ]
    if settled:
        path.parent.mkdir(parents=True, exist_ok=True)
        grades.write_whole(path, json.dumps(settled, ensure_ascii=False))
    return settled


def _keep_hand_grades(
    room: ClassRoom,
    student: str,
    assignment: str,
    taken: list[intake.HandIn],
    settled: list[list[str]],
) -> None:
    """Keep hand-given points settled if their answer is the same as before.

    nbgrader keeps the points at every new round, but asks for all of them to be looked
    at again, and does not say which answers are new.
    """
    after = _read_answers(room.class_dir / "autograded" / student / assignment)
    known = {(notebook, name): text for notebook, name, text in settled}
    with room.gradebook() as gradebook:
        for hand_in in taken:
            if not hand_in.ready:
                continue
            where = hand_in.notebook, assignment, student
            for grade in gradebook.find_submission_notebook(*where).grades:
                if grade.manual_score is None:
                    continue
                key = hand_in.notebook, grade.name
                if key in known and after.get(key) == known[key]:
                    grade.needs_manual_grade = False
                else:
                    hand_in.remarks.append(
                        f"The answer '{grade.name}' changed after it was graded by "
                        "hand: look at it again."
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
                    or {
                        "graded": False,
                        "handed_in": False,
                        "remarks": ["Nothing was handed in."],
                    },
                )
                for name in names
                for notebook in assignment.notebooks
            ]
    return sorted(results)


def feedback(
    assignment: str, *, class_dir: Path, root: Path, progress: Progress | None = None
) -> list[Path]:
    """See `course.grading.feedback_pages`."""
    check_assignment(assignment, root)
    room = ClassRoom(class_dir, root)
    config = room.config()
    with room.at_work():
        everybody = students(room)
        for number, student in enumerate(everybody, start=1):
            report = grades.read_report(room.report_path(student, assignment))
            taken = [
                intake.HandIn(student, assignment, notebook, ready=True)
                for notebook, found in report.items()
                if found["graded"]
            ]
            if taken:
                make_feedback(config, taken)
                if progress is not None:
                    progress(f"{number} of {len(everybody)}  {student}: pages written")
    return sorted((room.class_dir / "feedback").glob(f"*/{assignment}/*.html"))


def clear(class_dir: Path) -> None:
    """Remove a class folder with its read-only files."""
    if class_dir.exists():
        shutil.rmtree(class_dir / "submitted", ignore_errors=True)
        rmtree(str(class_dir))
