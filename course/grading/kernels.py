"""Runs the cells of one submission in a kernel of its own, as plain nbgrader does.

For systems without fork servers (macOS, Windows), when nobody needs a sandbox.
"""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.notebooknode import NotebookNode

from course.grading.box import Limits
from course.grading.cells import new_output
from course.grading.grades import DIED, NOT_RUN, TIMEOUT, USED_UP

_GIVEN_SECONDS = 60


def execute(nb: NotebookNode, *, folder: Path, limits: Limits) -> None:
    """Run the code cells of *nb* in order, in a fresh kernel that works in *folder*.

    Outputs are written into the cells. An error does not stop the run; a cell that
    takes too long is interrupted. If the interpreter ends or cannot be interrupted,
    that cell and all after it carry an error that says so: without it nbgrader would
    take a test that never ran for one that passed.
    """
    started = time.monotonic()
    replies: list[dict[str, Any]] = []

    def seconds_left(cell: NotebookNode) -> float:
        left = limits.notebook_seconds - (time.monotonic() - started)
        meta = cell.metadata.get("nbgrader", {})
        given = meta.get("locked") and not meta.get("grade")
        # The course's own cells import and load: on a busy machine that takes a while.
        least = _GIVEN_SECONDS if given else 0
        return max(min(max(limits.cell_seconds, least), left), 0.1)

    def keep(cell: NotebookNode, cell_index: int, execute_reply: Any) -> None:
        replies.append(execute_reply)

    client = NotebookClient(
        nb,
        timeout_func=seconds_left,
        interrupt_on_timeout=True,
        error_on_timeout={"ename": TIMEOUT, "evalue": "", "traceback": []},
        # Long enough for much output, and for a cell to hear the interruption.
        iopub_timeout=5,
        raise_on_iopub_timeout=True,
        allow_errors=True,
        coalesce_streams=True,
        store_widget_state=False,
        shutdown_kernel="immediate",
        on_cell_executed=keep,
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.km = client.create_kernel_manager()
        client.km.kernel_spec  # noqa: B018  (raises if this machine lacks the kernel)
    except NoSuchKernel:
        client.kernel_name = "python3"
        client.km = client.create_kernel_manager()
    client.owns_km = True
    end = ""
    # What a kernel says outside its cells is of no use to anybody.
    silence = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with client.setup_kernel(**silence):
        for index, cell in enumerate(nb.cells):
            if cell.cell_type != "code":
                continue
            cell.outputs = []
            if not cell.source.strip():
                continue
            if not end and time.monotonic() - started >= limits.notebook_seconds:
                end = f"{USED_UP} {limits.notebook_seconds} s"
            if end:
                cell.outputs = [_error(NOT_RUN, f"Not run: {end}.")]
                continue
            replies.clear()
            allowed = seconds_left(cell)
            try:
                client.execute_cell(cell, index)
            except DeadKernelError:
                end = "Python had ended in an earlier cell"
                cell.outputs.append(_error(DIED, "Python ended while this cell ran."))
            except CellTimeoutError:
                end = "an earlier cell could not be stopped"
                cell.outputs.append(_timeout(allowed))
            else:
                _complete(cell, replies, allowed)


def _complete(
    cell: NotebookNode, replies: list[dict[str, Any]], allowed: float
) -> None:
    """Add the error that the kernel reported but the cell does not show."""
    content = replies[-1]["content"] if replies else {"status": "ok"}
    if content["status"] != "error":
        return
    if content["ename"] == TIMEOUT:
        cell.outputs.append(_timeout(allowed))
    elif not any(
        output.output_type == "error" and output.ename == content["ename"]
        for output in cell.outputs
    ):
        cell.outputs.append(_error(content["ename"], content["evalue"]))


def _timeout(allowed: float) -> NotebookNode:
    return _error(TIMEOUT, f"stopped after {allowed:.0f} s")


def _error(name: str, message: str) -> NotebookNode:
    return new_output(
        "error", ename=name, evalue=message, traceback=[f"{name}: {message}"]
    )
