"""A miniature assignment, small enough to grade in seconds, and hand-ins for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ASSIGNMENT = "mini"
NOTEBOOK = "1_sums"

RIGHT = {
    "total": "def total(values):\n    return sum(values)",
    "largest": "def largest(values):\n    return max(values)",
    "why": "A total hides who pays.",
}

SECRET = "assert total([10, 20, 12]) == 42, 'a list of three'"
SILENT = "assert largest([-7, -5, -6]) == -5"


def _code(name: str, source: str, **meta: Any):
    return new_code_cell(source, id=name, metadata={"nbgrader": _meta(name, **meta)})


def _meta(name: str, *, points: int = 0, solution: bool = False) -> dict[str, Any]:
    meta = {
        "schema_version": 3,
        "grade_id": name,
        "grade": bool(points),
        "solution": solution,
        "locked": not solution,
        "task": False,
    }
    return meta | ({"points": points} if points else {})


def _solved(body: str) -> str:
    head, _, rest = body.partition("\n")
    return f"{head}\n    ### BEGIN SOLUTION\n{rest}\n    ### END SOLUTION"


def _hidden(visible: str, hidden: str) -> str:
    return f"{visible}\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"


def source() -> nbformat.NotebookNode:
    nb = new_notebook(
        cells=[
            new_markdown_cell("# Sums", id="top"),
            _code("setup", "import math"),
            new_markdown_cell("## 1. The total", id="h1"),
            _code("total", _solved(RIGHT["total"]), solution=True),
            _code(
                "test_total",
                _hidden("assert total([1, 2]) == 3, 'Of 1 and 2 it is 3.'", SECRET),
                points=3,
            ),
            new_markdown_cell("## 2. The largest", id="h2"),
            _code("largest", _solved(RIGHT["largest"]), solution=True),
            _code(
                "test_largest",
                _hidden("assert largest([1, 2]) == 2, 'Of 1 and 2 it is 2.'", SILENT),
                points=2,
            ),
            new_markdown_cell("## 3. In words", id="h3"),
            new_markdown_cell(
                "What does a total hide?",
                id="why",
                metadata={"nbgrader": _meta("why", points=4, solution=True)},
            ),
        ]
    )
    nb.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return nb


def make_root(root: Path) -> Path:
    """Write a project with this one assignment; return its root."""
    folder = root / "solutions" / ASSIGNMENT
    folder.mkdir(parents=True)
    nbformat.write(source(), folder / f"{NOTEBOOK}.ipynb")
    return root


def handed_out() -> nbformat.NotebookNode:
    """Return the exercise as nbgrader makes it."""
    from nbgrader.preprocessors import (
        ClearHiddenTests,
        ClearSolutions,
        ComputeChecksums,
        LockCells,
    )

    nb = source()
    for step in (LockCells, ClearSolutions, ClearHiddenTests, ComputeChecksums):
        nb, _ = step().preprocess(nb, {"metadata": {}})
    return nb


def answered(**answers: str) -> nbformat.NotebookNode:
    """Return the exercise with *answers* filled in."""
    nb = handed_out()
    for cell in nb.cells:
        if cell.id in answers:
            cell.source = answers[cell.id]
    return nb


def cell(nb: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    return next(each for each in nb.cells if each.id == name)


def hand_in(
    class_dir: Path, student: str, nb: Any, *, file: str = f"{NOTEBOOK}.ipynb"
) -> Path:
    """Write a notebook, or plain bytes, as *student* hands it in."""
    path = class_dir / "submitted" / student / ASSIGNMENT / file
    path.parent.mkdir(parents=True, exist_ok=True)
    data = nb if isinstance(nb, bytes) else nbformat.writes(nb).encode()
    path.write_bytes(data)
    return path


def cell_by_grade_id(nb: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    return next(
        each
        for each in nb.cells
        if each.metadata.get("nbgrader", {}).get("grade_id") == name
    )
