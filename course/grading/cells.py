"""Small typed tools for notebooks and their nbgrader cells."""

from __future__ import annotations

import ast
import re
import threading
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode

# nbformat's functions carry no types.
_nbformat: Any = nbformat
_v4: Any = nbformat.v4


def read(path: Path) -> NotebookNode:
    """Read a notebook file."""
    nb: NotebookNode = _nbformat.read(path, as_version=4)
    return nb


def write(nb: NotebookNode, path: Path) -> None:
    """Write a notebook file in UTF-8, with the same line ends on every system."""
    text: str = _nbformat.writes(nb)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")


def convert(raw: dict[str, Any]) -> NotebookNode:
    """Bring a notebook of an older format up to version 4."""
    nb: NotebookNode = _nbformat.convert(_nbformat.from_dict(raw), 4)
    return nb


def copy(part: Any) -> Any:
    """Return a deep copy of a cell or of metadata, as notebook nodes."""
    return _nbformat.from_dict(part)


def new_notebook(cells: list[NotebookNode] | None = None) -> NotebookNode:
    """Make a notebook."""
    nb: NotebookNode = _v4.new_notebook(cells=cells or [])
    return nb


def new_cell(kind: str, source: str, **fields: Any) -> NotebookNode:
    """Make a cell of the *kind* "code" or "markdown"; any other makes a raw cell."""
    makers = {"code": _v4.new_code_cell, "markdown": _v4.new_markdown_cell}
    cell: NotebookNode = makers.get(kind, _v4.new_raw_cell)(source, **fields)
    return cell


def new_output(kind: str, **fields: Any) -> NotebookNode:
    """Make an output of the *kind* "stream", "error" …"""
    output: NotebookNode = _v4.new_output(kind, **fields)
    return output


def nbgrader_id(cell: NotebookNode) -> str | None:
    """Return the cell's `grade_id`, or None without sound nbgrader metadata."""
    meta = cell.get("metadata", {}).get("nbgrader")
    if not isinstance(meta, dict):
        return None
    name = meta.get("grade_id")
    return name if isinstance(name, str) and name else None


def marked_cells(nb: NotebookNode) -> dict[str, NotebookNode]:
    """Return the cells that nbgrader knows, by `grade_id`, in order.

    Of two cells with one id, the first.
    """
    found: dict[str, NotebookNode] = {}
    for cell in nb.cells:
        name = nbgrader_id(cell)
        if name is not None:
            found.setdefault(name, cell)
    return found


_parsing = threading.Lock()


def parse(source: str) -> ast.Module | None:
    """Parse a cell, one thread at a time; None if it is no Python.

    Before 3.11.8 and 3.12.2 two threads that parse at once can fail with a SystemError
    (python/cpython#106905).
    """
    try:
        with _parsing:
            return ast.parse(re.sub(r"(?m)^\s*[%!].*$", "pass", source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def leaning(nb: NotebookNode) -> list[str]:
    """Say which tests use what only another test defines.

    Each test is run by itself, so they would fail for everybody.

    >>> test = {"nbgrader": {"grade_id": "one", "grade": True}}
    >>> nb = new_notebook([new_cell("code", "want = 3", metadata=test)])
    >>> test = {"nbgrader": {"grade_id": "two", "grade": True}}
    >>> nb.cells.append(new_cell("code", "assert total == want", metadata=test))
    >>> leaning(nb)
    ["'two' uses 'want', which only 'one' defines"]
    """
    given: set[str] = set()
    tests: dict[str, tuple[set[str], set[str]]] = {}
    for cell in nb.cells:
        if cell.cell_type == "code":
            bound, read = _names(cell.source)
            if is_test(cell):
                tests[nbgrader_id(cell) or ""] = bound, read
            else:
                given |= bound
    return [
        f"'{one}' uses '{name}', which only '{other}' defines"
        for one, (bound, read) in tests.items()
        for name in sorted(read - bound - given)
        for other in [next((o for o in tests if name in tests[o][0]), None)]
        if other is not None
    ]


def _names(source: str) -> tuple[set[str], set[str]]:
    """Return the names that a cell binds, and those that it reads."""
    bound: set[str] = set()
    read: set[str] = set()
    for node in ast.walk(parse(source) or ast.Module([], [])):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                read.add(name)
            case ast.Name(id=name) | ast.arg(arg=name):
                bound.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
            case ast.alias(name=name, asname=asname):
                bound.add((asname or name).split(".")[0])
            case ast.ExceptHandler(name=str(name)):
                bound.add(name)
    return bound, read


def is_test(cell: NotebookNode) -> bool:
    """Say whether the cell holds tests that give points."""
    meta = cell.metadata.get("nbgrader", {})
    return bool(meta.get("grade")) and not meta.get("solution")


def is_answer(cell: NotebookNode) -> bool:
    """Say whether the cell is one that the student fills in."""
    meta = cell.metadata.get("nbgrader", {})
    return bool(meta.get("solution")) or bool(meta.get("task"))


def titles(nb: NotebookNode) -> dict[str, list[str]]:
    """Return for each `grade_id` its section and, within it, what the cell is about.

    The section is the heading above the cell; the other is the line of text just above
    it, if there is one, without a colon and points in brackets at its end.

    >>> why = new_cell("markdown", "…", metadata={"nbgrader": {"grade_id": "why"}})
    >>> above = [new_cell("markdown", "## 3. The seat")]
    >>> titles(new_notebook([*above, why]))
    {'why': ['3. The seat', '']}
    >>> above.append(new_cell("markdown", "By the window (1 point):"))
    >>> titles(new_notebook([*above, why]))
    {'why': ['3. The seat', 'By the window']}
    """
    found: dict[str, list[str]] = {}
    section = part = ""
    for cell in nb.cells:
        name = nbgrader_id(cell)
        if name is not None and section:
            found[name] = [section, part]
        if cell.cell_type != "markdown":
            part = ""
            continue
        text = cell.source.strip()
        headings = [line for line in text.splitlines() if line.startswith("#")]
        if headings:
            section = headings[-1].lstrip("#").strip()
        short = len(text) <= 120 and "\n" not in text and not headings
        part = re.sub(r"( \([^()]*points?\))?[:.]?$", "", text) if short else ""
    return found
