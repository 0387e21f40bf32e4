"""Versions of the assignments: a number that rises when what is graded changes.

`solutions/versions.json` keeps for each assignment its version and a mark of every
notebook's graded cells. Making the exercises compares the marks and raises the version
of an assignment whose tests or points are no longer the same; feedback shows it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from course.term import ROOT

__all__ = ["current", "mark", "update"]


def current(assignment: str, *, root: Path = ROOT) -> int:
    """Return the version of *assignment*; 1 if none was noted yet."""
    return int(_read(root).get(assignment, {}).get("version", 1))


def mark(notebook: Path) -> str:
    """Return a mark of what a notebook grades: its tests, their points, its questions.

    Texts between the questions, solutions and setup cells may change without changing
    the mark.
    """
    raw = json.loads(notebook.read_text(encoding="utf-8"))
    graded = []
    for cell in raw["cells"]:
        meta = cell["metadata"].get("nbgrader", {})
        if meta.get("solution") or meta.get("grade") or meta.get("task"):
            is_test = meta.get("grade") and not meta.get("solution")
            source = "".join(cell["source"]) if is_test else ""
            graded.append([meta["grade_id"], meta.get("points", 0), source])
    text = json.dumps(graded, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def update(root: Path = ROOT) -> dict[str, int]:
    """Note the marks of all assignments; return the versions that rose.

    A new assignment begins with version 1, which is not a rise.
    """
    known = _read(root)
    noted: dict[str, Any] = {}
    risen = {}
    for folder in sorted((root / "solutions").iterdir()):
        marks = {path.stem: mark(path) for path in sorted(folder.glob("*.ipynb"))}
        if not marks:
            continue
        before = known.get(folder.name)
        version = current(folder.name, root=root)
        if before and before["graded"] != marks:
            version += 1
            risen[folder.name] = version
        noted[folder.name] = {"version": version, "graded": marks}
    text = json.dumps(noted, indent=1) + "\n"
    path = root / "solutions" / "versions.json"
    if noted != known:
        path.write_text(text, encoding="utf-8", newline="\n")
    return risen


def _read(root: Path) -> dict[str, Any]:
    path = root / "solutions" / "versions.json"
    if not path.exists():
        return {}
    return dict(json.loads(path.read_text(encoding="utf-8")))
