"""Run a graded notebook without a kernel and say which points it earns.

Code cells are executed one after the other in one namespace, as a kernel would: a cell
that fails does not stop the next one. A test cell earns its points if it raises nothing
and writes nothing to standard error, which is nbgrader's rule. What a test cell binds
is gone after it, as in the grader, where each test has a process of its own: no test
may lean on another. It is 20 times faster
than a kernel, so a bank of several hundred answers can be graded in every test run; the
class-round tests grade the same notebooks through nbgrader itself.

Each answer runs in a forked process of its own. What comes before it (the given cells,
and whatever the tests draw and a test module lets them keep) has been made once and is
shared; what one answer does to it no other one sees; and an answer that never ends
fails its tests instead of holding up the others. Where there is no `os.fork`, answers
run in this process.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import io
import json
import os
import re
import selectors
import signal
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = [
    "Answer",
    "Outcome",
    "cells",
    "grade",
    "grade_many",
    "points",
    "read_answer",
    "sources",
]

CELL_SECONDS = 10.0
"""How much time of the processor one cell may take in a forked process."""

# Beyond that, by the clock: for an answer that sleeps, on a machine that is busy.
_PATIENCE = 20

Told = Callable[[str, str], None]


@dataclass(frozen=True)
class Outcome:
    """What a run of a notebook earned, and what the failing cells said."""

    points: dict[str, float]
    messages: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> float:
        return sum(self.points.values())


@dataclass(frozen=True)
class Answer:
    """One file of the bank: a student's cell and the points it deserves."""

    path: Path
    source: str
    expected: dict[str, float]

    @property
    def question(self) -> str:
        return self.path.parent.name

    @property
    def is_right(self) -> bool:
        return self.path.name.startswith("right_")


def cells(notebook: Path) -> list[dict[str, Any]]:
    """Return the cells of *notebook*, each with its nbgrader metadata as `grading`."""
    found: list[dict[str, Any]] = json.loads(notebook.read_text(encoding="utf-8"))[
        "cells"
    ]
    for cell in found:
        cell["source"] = "".join(cell["source"])
        cell["grading"] = cell["metadata"].get("nbgrader", {})
    return found


def sources(notebook: Path) -> dict[str, str]:
    """Return the sources of the cells that nbgrader knows, by grade_id."""
    return {
        cell["grading"]["grade_id"]: cell["source"]
        for cell in cells(notebook)
        if cell["grading"]
    }


def points(notebook: Path) -> dict[str, float]:
    """Return the points of the cells that are graded by tests, by grade_id."""
    return {
        cell["grading"]["grade_id"]: cell["grading"]["points"]
        for cell in cells(notebook)
        if cell["grading"].get("grade") and not cell["grading"]["solution"]
    }


def grade(
    notebook: Path,
    *,
    replace: Mapping[str, str] | None = None,
    tests_from: Path | None = None,
    only: str | None = None,
) -> Outcome:
    """Run *notebook* and return the points of each test cell.

    Args:
        notebook: an .ipynb with nbgrader metadata.
        replace: grade_id of a cell -> other source for it.
        tests_from: take locked cells from this notebook, by grade_id, as nbgrader
            does before it grades what a student handed in.
        only: grade_id of a solution cell: run the tests of this question alone, those
            between its cell and the next one to be answered.

    Raises:
        KeyError: *replace* names a cell that the notebook does not have.
    """
    others = dict(replace or {})
    mine = {only: others.pop(only)} if only in others else {}
    (outcome,) = grade_many(
        notebook, [mine], replace=others, tests_from=tests_from, only=only
    )
    return outcome


def grade_many(
    notebook: Path,
    answers: Sequence[Mapping[str, str]],
    *,
    replace: Mapping[str, str] | None = None,
    tests_from: Path | None = None,
    only: str | None = None,
    until_failure: bool = False,
    cell_seconds: float = CELL_SECONDS,
    jobs: int | None = None,
) -> list[Outcome]:
    """Run *notebook* once for each of *answers*, side by side in forked processes.

    Args:
        notebook: an .ipynb with nbgrader metadata.
        answers: each a mapping from grade_id to other source. With *only*, the cells
            above that question are run once and are the same for all of them.
        replace: other sources for all of the answers alike.
        tests_from: as for `grade`.
        only: as for `grade`.
        until_failure: stop an answer at the first test that it fails.
        cell_seconds: processor time that a cell may take.
        jobs: processes at a time; by default as many as there are cores.

    Raises:
        KeyError: an answer or *replace* names a cell that the notebook does not have,
            or, with *only*, an answer is to another question.
    """
    shared = dict(replace or {})
    known = {cell["grading"].get("grade_id") for cell in cells(notebook)}
    for given in (shared, *answers):
        if unknown := set(given) - known:
            raise KeyError(f"{notebook.name} has no cell {', '.join(sorted(unknown))}")
        if given is not shared and only is not None and set(given) - {only}:
            raise KeyError(f"an answer is to {', '.join(given)}, not to {only}")
    term = os.environ.get("CRM_TERM_SEED", "")
    texts = tuple(p and p.read_bytes() for p in (notebook, tests_from))
    part = _prepare(notebook, texts, tests_from, only, tuple(shared.items()), term)
    if can_fork() and only is not None:
        part.warm_up()
    works = [
        functools.partial(part.play, dict(answer), until_failure) for answer in answers
    ]
    if not can_fork():
        return [part.outcome(_here(work), "") for work in works]
    each = _PATIENCE * cell_seconds
    found = _in_children(
        works, cell_seconds=cell_seconds, seconds=each, jobs=jobs or os.cpu_count() or 1
    )
    return [part.outcome(said, end) for said, end in found]


@dataclass
class _Part:
    """Cells that have been run once, and those that are run for each answer."""

    space: dict[str, Any]
    before: dict[str, str]  # what went wrong in the former
    rest: list[tuple[str, str, float | None]]  # name, source, points if it is a test
    warm: bool = False

    @property
    def graded(self) -> dict[str, float]:
        return {name: worth for name, _, worth in self.rest if worth is not None}

    def play(self, answer: Mapping[str, str], until_failure: bool, tell: Told) -> None:
        """Run the rest with an answer, and tell of each cell what went wrong.

        Functions of the cells above look their names up in this very space, so it is
        used as it is and put in order again afterwards.
        """
        kept = dict(self.space)
        try:
            for name, source, worth in self.rest:
                above = dict(self.space)
                problem = _run(answer.get(name, source), name, self.space)
                tell(name, problem)
                if worth is not None:
                    self.space.clear()
                    self.space.update(above)
                if problem and worth is not None and until_failure:
                    return
        finally:
            self.space.clear()
            self.space.update(kept)

    def warm_up(self) -> None:
        """Let the reference's tests draw what they draw, so that children share it."""
        if not self.warm:
            self.play({}, False, lambda name, problem: None)
            self.warm = True

    def outcome(self, said: Mapping[str, str], end: str) -> Outcome:
        """Add up what the cells told; *end* is why some did not."""
        problems = self.before | {name: said.get(name, end) for name, *_ in self.rest}
        return Outcome(
            {name: 0 if problems[name] else n for name, n in self.graded.items()},
            {name: problem for name, problem in problems.items() if problem},
        )


@functools.lru_cache(maxsize=3)
def _prepare(
    notebook: Path,
    texts: tuple[object, ...],
    tests_from: Path | None,
    only: str | None,
    replace: tuple[tuple[str, str], ...],
    term: str,
) -> _Part:
    """Run the cells above the question *only*, or none.

    *texts* and *term* are there to be compared: when they change, so does the result.
    """
    changed = dict(replace)
    for cell in cells(tests_from) if tests_from else []:
        if cell["grading"].get("locked"):
            changed[cell["grading"]["grade_id"]] = cell["source"]
    part = _Part({"__name__": "__main__"}, {}, [])
    question = ""
    for cell in cells(notebook):
        if cell["cell_type"] != "code":
            continue
        grading = cell["grading"]
        if grading.get("solution"):
            if only is not None and question == only:
                break
            question = grading["grade_id"]
        is_mine = only in (None, question)
        if grading.get("grade") and not is_mine:
            continue
        name = grading.get("grade_id", cell["id"])
        source = changed.get(name, cell["source"])
        if is_mine:
            worth = grading["points"] if grading.get("grade") else None
            part.rest.append((name, source, worth))
        elif problem := _run(source, name, part.space):
            part.before[name] = problem
    if only is not None:  # what stands below the last test changes nothing
        while part.rest and part.rest[-1][2] is None:
            part.rest.pop()
    return part


class _Late(BaseException):
    """A cell has taken too long. No student's `except Exception` catches this."""


def _run(source: str, name: str, namespace: dict[str, Any]) -> str:
    """Execute one cell; return what went wrong, or an empty text."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        try:
            if _seconds:
                signal.setitimer(signal.ITIMER_PROF, _seconds[0])
            exec(compile(source, f"<{name}>", "exec"), namespace)
        except _Late:
            return f"TimeoutError: stopped after {_seconds[0]:g} s"
        except (Exception, SystemExit) as error:  # whatever a student's code may raise
            return f"{type(error).__name__}: {error}"
        finally:
            if _seconds:
                signal.setitimer(signal.ITIMER_PROF, 0)
    return said.getvalue()


# --------------------------------------------------------------- forked processes

_seconds: list[float] = []  # in a forked process: what a cell may take


def can_fork() -> bool:
    """Say whether answers run in processes of their own here."""
    return hasattr(os, "fork")


def _here(work: Callable[[Told], None]) -> dict[str, str]:
    said: dict[str, str] = {}
    work(said.__setitem__)
    return said


def _in_children(
    works: Sequence[Callable[[Told], None]],
    *,
    cell_seconds: float,
    seconds: float,
    jobs: int,
) -> list[tuple[dict[str, str], str]]:
    """Run each of *works* in a fork; return what it told, and how it ended if badly."""
    found: dict[int, tuple[dict[str, str], str]] = {}
    waiting = list(enumerate(works))[::-1]
    with selectors.DefaultSelector() as lines, contextlib.ExitStack() as children:
        running = 0
        while waiting or running:
            while waiting and running < jobs:
                number, work = waiting.pop()
                child = _Child(number, work, cell_seconds, seconds)
                children.callback(child.end)
                lines.register(child.line, selectors.EVENT_READ, child)
                running += 1
            lines.select(timeout=0.5)
            for key in list(lines.get_map().values()):
                child = key.data
                if child.is_over():
                    lines.unregister(child.line)
                    child.end()
                    found[child.number] = child.read()
                    running -= 1
    return [found[number] for number in range(len(works))]


class _Child:
    """A forked process that runs one answer and writes a line for each cell."""

    def __init__(
        self,
        number: int,
        work: Callable[[Told], None],
        cell_seconds: float,
        seconds: float,
    ) -> None:
        self.number = number
        self.text = bytearray()
        self.late = False
        self.deadline = time.monotonic() + seconds
        self.line, theirs = os.pipe()
        with warnings.catch_warnings():
            # Other threads of this process, if any, are not needed in the child.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid = os.fork()
        if self.pid == 0:
            _live(work, cell_seconds, theirs)
        os.close(theirs)
        os.set_blocking(self.line, False)

    def is_over(self) -> bool:
        """Read what has come; say whether there will be no more."""
        with contextlib.suppress(BlockingIOError):
            while part := os.read(self.line, 1 << 16):
                self.text += part
            return True
        self.late = time.monotonic() > self.deadline
        return self.late

    def end(self) -> None:
        """Stop the process, if it still runs, and forget it."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            os.close(self.line)
            self.pid = 0

    def read(self) -> tuple[dict[str, str], str]:
        """Return what went wrong in each cell, and why those not named did not run."""
        told = [json.loads(line) for line in self.text.splitlines(keepends=True)
                if line.endswith(b"\n")]  # fmt: skip
        why = "TimeoutError: stopped" if self.late else "Not run: its process ended"
        return dict(told), why


def _live(work: Callable[[Told], None], cell_seconds: float, line: int) -> None:
    """Be the child: run the work, tell of it, end."""
    try:
        gc.freeze()  # what is shared need not be looked through again
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)

        def ring(*_: object) -> Iterator[None]:
            raise _Late

        signal.signal(signal.SIGPROF, ring)
        _seconds[:] = [cell_seconds]
        work(lambda *told: _write(line, json.dumps(told).encode() + b"\n"))
    finally:
        os._exit(0)


def _write(line: int, data: bytes) -> None:
    while data:
        data = data[os.write(line, data) :]


_POINTS = re.compile(r"^# points: ([\w-]+) ([\d.]+)$", re.MULTILINE)


def read_answer(path: Path) -> Answer:
    """Read a file of the bank.

    Its folder is the grade_id of the cell it answers. Lines such as
    ``# points: link-nothing-guessed 0`` give the points of test cells; cells that are
    not named earn all of theirs.
    """
    text = path.read_text(encoding="utf-8")
    expected = {name: float(value) for name, value in _POINTS.findall(text)}
    return Answer(path, text, expected)
