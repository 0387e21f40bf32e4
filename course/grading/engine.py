"""Runs the cells of one submission: the only step that executes a student's code.

Answers run in a process of the students' box. Tests do not run there: at each test the
process makes a copy of itself, and a judge in another box asks that copy what the
student's functions return. nbgrader reaches all this through `RunCells`, named in
`nbgrader_config.py`.
"""

from __future__ import annotations

import ast
import atexit
import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Integer

from course.grading.box import (
    GONE,
    GRACE_SECONDS,
    PATIENCE,
    TROUBLE,
    Boxes,
    Ended,
    Limits,
    Lost,
    Trouble,
    check,
    files_of,
)
from course.grading.box import available as can_fork
from course.grading.boxed import wire
from course.grading.cells import is_test, new_output, parse
from course.grading.grades import DIED, FORGED, LIMIT, NOT_RUN, SHOWN, TIMEOUT, USED_UP

INSIDE = "judge-inside"
"""Tag of a test cell whose subject cannot cross as data, such as an open figure."""

_GIVEN_SECONDS = 60
_WHY = {
    "memory": "it used more memory than a submission may",
    "processes": "it started more processes than a submission may",
}


def execute(
    nb: NotebookNode,
    *,
    files: dict[str, bytes],
    limits: Limits,
    boxes: Boxes,
    asked: frozenset[str] = frozenset(),
) -> None:
    """Run the code cells of *nb* in order, in a fresh process with *files* beside it.

    *asked* are the names that students are asked to define, see `asked_names`.

    Outputs are written into the cells. An error does not stop the run; a cell that
    takes too long is interrupted. If the interpreter ends or cannot be interrupted,
    that cell and all after it carry an error that says so: without it nbgrader would
    take a test that never ran for one that passed. Raises `Trouble` (`Lost` if a whole
    box has gone) for what is not the submission's fault, so that no grade is made of
    it.
    """
    run = _Run(nb, limits, boxes, asked)
    with boxes.student(limits, files) as child:
        run.child = child
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = []
                cell.execution_count = None
                if cell.source.strip():
                    run.cell(cell)


def asked_names(answers: Iterable[str]) -> frozenset[str]:
    """Return the names that the reference's answer cells define.

    >>> sorted(asked_names(["def total(values):\\n    ...", "rate = 2"]))
    ['rate', 'total']
    """
    found: set[str] = set()
    for source in answers:
        tree = parse(source)
        for node in tree.body if tree else []:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                found.add(node.name)
            for part in ast.walk(node) if isinstance(node, ast.Assign) else ():
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    found.add(part.id)
    return frozenset(found)


class _Run:
    """The state of one notebook's run."""

    child: Any

    def __init__(
        self, nb: NotebookNode, limits: Limits, boxes: Boxes, asked: frozenset[str]
    ) -> None:
        self.limits, self.boxes = limits, boxes
        self.generation = boxes.generation
        self.asked = sorted(asked)
        self.given = [
            cell.source
            for cell in nb.cells
            if cell.cell_type == "code" and _is_given(cell)
        ]
        self.started = time.monotonic()
        self.end = ""
        self.count = 0

    def cell(self, cell: NotebookNode) -> None:
        """Run one cell, or say why not."""
        used = time.monotonic() - self.started
        if not self.end and used >= self.limits.notebook_seconds:
            self.end = f"{USED_UP} {self.limits.notebook_seconds} s"
        if self.end:
            cell.outputs = [_error(NOT_RUN, f"Not run: {self.end}.")]
            return
        self.count += 1
        # The course's own cells import and load: on a busy machine that takes a while.
        least = _GIVEN_SECONDS if _is_given(cell) else 0
        seconds = float(max(self.limits.cell_seconds, least))
        left = max(self.limits.notebook_seconds - used, 0.1)
        seconds, wall = min(seconds, left), min(PATIENCE * seconds, left)
        run = self.test if is_test(cell) else self.answer
        reply = run(cell, {"seconds": seconds, "wall": wall})
        cell.outputs = _outputs(reply.get("outputs"), self.count)
        cell.execution_count = self.count
        if reply.get("late") is True:
            stopped = f"stopped after {seconds:.0f} s of work ({wall:.0f} by the clock)"
            cell.outputs.append(_error(TIMEOUT, stopped))
        if "error" in reply:
            cell.outputs.append(reply["error"])

    def answer(self, cell: NotebookNode, time: dict[str, float]) -> dict[str, Any]:
        """Run a cell in the student's process."""
        limit = self.limits.output_chars
        asked = {"do": "run", "source": cell.source, "text_limit": limit}
        try:
            self.child.send(asked | time)
            return _reply(self.child.receive(time["wall"] + GRACE_SECONDS))
        except TimeoutError:
            self.end = "an earlier cell could not be stopped"
            return {"late": True}
        except Ended as ended:
            return {"error": self.stopped(str(ended))}

    def stopped(self, why: str) -> NotebookNode:
        """Take note that the student's process has ended."""
        self.look_for_trouble(why)
        if why in _WHY:
            self.end = f"an earlier cell was stopped, because {_WHY[why]}"
            return _error(LIMIT, f"Stopped: {_WHY[why]}.")
        self.end = "Python had ended in an earlier cell"
        return _error(DIED, "Python ended while this cell ran.")

    def look_for_trouble(self, why: str) -> None:
        """Raise `Trouble` if a process ended by no fault of its own."""
        if why == GONE:
            raise Lost(self.generation)
        if why.startswith(TROUBLE):
            raise Trouble(why)

    def test(self, cell: NotebookNode, time: dict[str, float]) -> dict[str, Any]:
        """Run a test on a copy of the student's process."""
        inside = INSIDE in cell.metadata.get("tags", [])
        ours, theirs = socket.socketpair()
        try:
            with ours, theirs:
                copy = {"do": "copy", "inside": inside, "source": cell.source}
                self.child.send(copy | time, theirs.fileno())
                theirs.close()
                if inside:
                    return self.test_inside(ours, time["wall"])
                asked = {"source": cell.source, "given": self.given}
                return self.judged(ours, asked | {"asked": self.asked} | time)
        except Ended as ended:
            return {"error": self.stopped(str(ended))}
        finally:
            with contextlib.suppress(Ended):
                self.child.send({"do": "end copies"})

    def judged(self, line: socket.socket, asked: dict[str, Any]) -> dict[str, Any]:
        """Let a judge run a test; *line* leads to the copy that it asks."""
        try:
            with self.boxes.judge(self.limits) as judge:
                judge.send(asked, line.fileno())
                line.close()
                reply = _reply(judge.receive(asked["wall"] + GRACE_SECONDS))
        except TimeoutError:
            return {"late": True}
        except Ended as ended:
            self.look_for_trouble(str(ended))
            raise Trouble(f"the judge of a test has ended ({ended})") from None
        if reply.get("shown") is True and isinstance(reply.get("outputs"), list):
            note = {"output_type": "stream", "name": "stdout", "text": SHOWN + "\n"}
            reply["outputs"].insert(0, note)
        if reply.get("died") is True and not reply.get("late"):
            reply["outputs"] = []
            reply["error"] = _error(DIED, "Python ended while this cell ran.")
        return reply

    def test_inside(self, line: socket.socket, wall: float) -> dict[str, Any]:
        """Hear what became of a test within the copy of the student's process."""
        line.settimeout(wall + GRACE_SECONDS)
        try:
            reply = _reply(wire.receive_json(line))
        except TimeoutError:
            return {"late": True}
        except wire.Closed:
            return {"error": _error(DIED, "Python ended while this cell ran.")}
        if reply.get("canary") is not True:
            said = "A test that must fail did not: asserts or cells were tampered with."
            return {"error": _error(FORGED, said)}
        return reply


def _is_given(cell: NotebookNode) -> bool:
    meta = cell.metadata.get("nbgrader", {})
    return bool(meta.get("locked")) and not meta.get("grade")


def _reply(told: Any) -> dict[str, Any]:
    return told if isinstance(told, dict) else {}


def _outputs(told: Any, count: int) -> list[NotebookNode]:
    """Build sound outputs of what a boxed process says, whatever it says."""
    made = []
    for output in told if isinstance(told, list) else []:
        with contextlib.suppress(Exception):
            kind = output["output_type"]
            if kind == "stream":
                name = "stderr" if output["name"] == "stderr" else "stdout"
                made.append(new_output(kind, name=name, text=str(output["text"])))
            elif kind == "error":
                frames = [str(frame) for frame in output["traceback"]]
                made.append(
                    new_output(
                        kind,
                        ename=str(output["ename"]),
                        evalue=str(output["evalue"]),
                        traceback=frames,
                    )
                )
            elif kind in ("display_data", "execute_result"):
                fields = {"data": dict(output["data"])}
                fields["metadata"] = dict(output["metadata"])
                if kind == "execute_result":
                    fields["execution_count"] = count  # type: ignore[assignment]
                made.append(new_output(kind, **fields))
    return made


def _error(name: str, message: str) -> NotebookNode:
    return new_output(
        "error", ename=name, evalue=message, traceback=[f"{name}: {message}"]
    )


def forgive_warnings(nb: NotebookNode) -> None:
    """Turn what test cells wrote to stderr into plain output.

    nbgrader takes any of it for a failure: a right answer would score 0 for a
    library's deprecation warning.
    """
    for cell in nb.cells:
        if cell.cell_type == "code" and is_test(cell):
            for output in cell.outputs:
                if output.output_type == "stream" and output.name == "stderr":
                    output.name = "stdout"


_shared: dict[bool, Boxes] = {}
_lock = threading.Lock()


def shared_boxes(*, sandbox: bool) -> Boxes:
    """Return the boxes that all notebooks of this process run in."""
    with _lock:
        if sandbox not in _shared:
            _shared[sandbox] = Boxes(sandbox=sandbox)
            atexit.register(_shared[sandbox].close)
        return _shared[sandbox]


class RunCells(NbGraderPreprocessor):  # type: ignore[misc]
    """nbgrader's step "execute the notebook"."""

    timeout = Integer(60, help="Seconds that one cell may take.").tag(config=True)
    notebook_timeout = Integer(
        600, help="Seconds that one notebook may take in all."
    ).tag(config=True)
    sandbox = Bool(
        True, help="Refuse to run submissions where there is no sandbox."
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Execute *nb* in the folder where it lies, or take what was run before."""
        where = resources["nbgrader"]
        key = where["student"], where["assignment"], where["notebook"]
        if not take_over(nb, ready.pop(key, None)):
            folder = Path(resources["metadata"]["path"])
            limits = Limits(self.timeout, self.notebook_timeout)
            asked = _asked_in_gradebook(resources["nbgrader"])
            run_one(
                nb,
                folders=[folder],
                limits=limits,
                sandbox=self.sandbox,
                asked=asked,
            )
        return nb, resources


def _asked_in_gradebook(where: dict[str, Any]) -> frozenset[str]:
    with Gradebook(where["db_url"]) as gradebook:
        notebook = gradebook.find_notebook(where["notebook"], where["assignment"])
        answers = {cell.name for cell in notebook.solution_cells}
        return asked_names(
            cell.source
            for cell in notebook.source_cells
            if cell.name in answers and cell.cell_type == "code"
        )


ready: dict[tuple[str, str, str], NotebookNode] = {}
"""Notebooks that were run ahead, by student, assignment and notebook."""


def take_over(nb: NotebookNode, run: NotebookNode | None) -> bool:
    """Copy the outputs of *run* into *nb* if both have the very same cells."""
    if run is None or len(run.cells) != len(nb.cells):
        return False
    for cell, done in zip(nb.cells, run.cells, strict=True):
        same = cell.cell_type == done.cell_type and cell.source == done.source
        if not same or is_test(cell) != is_test(done):
            return False
    for cell, done in zip(nb.cells, run.cells, strict=True):
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = done.outputs, done.execution_count
    return True


def run_one(
    nb: NotebookNode,
    *,
    folders: list[Path],
    limits: Limits,
    sandbox: bool,
    asked: frozenset[str],
) -> None:
    """Run one notebook by the means that this system has."""
    check(sandbox=sandbox)
    if can_fork():
        boxes = shared_boxes(sandbox=sandbox)
        files = files_of(folders)
        execute(nb, files=files, limits=limits, boxes=boxes, asked=asked)
    else:
        from course.grading import kernels

        kernels.execute(nb, folder=folders[0], limits=limits)
    forgive_warnings(nb)


def cores() -> int:
    """Return how many submissions should run side by side."""
    if hasattr(os, "sched_getaffinity"):
        return max(len(os.sched_getaffinity(0)), 1)
    return os.cpu_count() or 1
