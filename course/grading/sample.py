"""The sample class: hand-ins written as small specifications, and their worth.

A sample is a folder with a `spec.yml`: which answers it gives (the reference's, or
none, and single ones from files), what was done to the notebook (cells deleted or
edited, another file name), and the expected result. The
notebooks are assembled on the current exercise whenever they are handed in, so they
cannot drift from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from nbformat.notebooknode import NotebookNode

from course import term
from course.grading import cells
from course.grading.grades import NOT_GRADED, NOT_HANDED_IN, Result, number
from crmlib.errors import CrmError

SECRET = "demo"
"""The sample class's term, so that its hidden tests draw the same data every time."""

CELL_SECONDS = 10
NOTEBOOK_SECONDS = 120


@dataclass(frozen=True)
class Sample:
    """One student of the sample class."""

    student: str
    assignment: str
    notebook: str
    folder: Path
    spec: dict[str, Any]

    @property
    def expected(self) -> dict[str, Any]:
        """What the grading must find: status, points and words of the remarks."""
        return dict(self.spec["expected"])


def samples(sample_dir: Path) -> list[Sample]:
    """Read the sample class's `class.yml` and each student's `spec.yml`."""
    file = sample_dir / "class.yml"
    if not file.exists():
        raise CrmError(
            f"'{sample_dir.name}' holds no sample class: its class.yml is missing."
        )
    common = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [
        Sample(
            path.parent.name,
            common["assignment"],
            common["notebook"],
            path.parent,
            yaml.safe_load(path.read_text(encoding="utf-8")),
        )
        for path in sorted(sample_dir.glob("*/spec.yml"))
    ]


def assemble(sample: Sample, *, root: Path) -> NotebookNode:
    """Write the sample's answers into the exercise; return it as it was handed in."""
    inside = Path(sample.assignment) / f"{sample.notebook}.ipynb"
    exercise = _read(root / "exercises" / inside, "make exercises")
    marked = cells.marked_cells(exercise)
    if sample.spec.get("answers") == "solutions":
        solved = _read(root / "solutions" / inside, "see CONTRIBUTING.md")
        for name, cell in cells.marked_cells(solved).items():
            if cells.is_answer(cell):
                _cell(marked, name, sample).source = without_markers(cell.source)
    changes = {**sample.spec.get("replace", {}), **sample.spec.get("edit", {})}
    for name, file in changes.items():
        text = (sample.folder / file).read_text(encoding="utf-8")
        _cell(marked, name, sample).source = text.rstrip("\n")
    deleted = [_cell(marked, name, sample) for name in sample.spec.get("delete", [])]
    exercise.cells = [
        cell for cell in exercise.cells if not any(cell is gone for gone in deleted)
    ]
    return exercise


def _read(path: Path, remedy: str) -> NotebookNode:
    if not path.exists():
        place = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
        raise CrmError(f"'{place}' is missing ({remedy}).")
    return cells.read(path)


def _cell(marked: dict[str, NotebookNode], name: str, sample: Sample) -> NotebookNode:
    if name not in marked:
        raise CrmError(
            f"Sample '{sample.student}' names the cell '{name}', which the exercise "
            f"does not have. It has: {', '.join(marked)}."
        )
    return marked[name]


def without_markers(source: str) -> str:
    """Return a solution cell's text without nbgrader's marker lines.

    >>> print(without_markers("def f():\\n    ### BEGIN SOLUTION\\n    return 1"))
    def f():
        return 1
    """
    return "\n".join(
        line
        for line in source.split("\n")
        if "### BEGIN SOLUTION" not in line and "### END SOLUTION" not in line
    )


def hand_in(sample: Sample, *, class_dir: Path, root: Path) -> Path:
    """Write the sample's notebook into `submitted/`; return its path."""
    name: str = sample.spec.get("file_name", f"{sample.notebook}.ipynb")
    path = class_dir / "submitted" / sample.student / sample.assignment / name
    cells.write(assemble(sample, root=root), path)
    return path


def demo(
    sample_dir: Path,
    class_dir: Path,
    *,
    root: Path,
    sandbox: bool = True,
    workers: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[Result]:
    """See `course.grading.demo`."""
    from course.grading import run
    from course.grading.box import Limits, check

    found = samples(sample_dir)
    check(sandbox=sandbox)
    _must_be_a_demonstration(class_dir)
    run.clear(class_dir)
    term.start(class_dir, secret=SECRET)
    for sample in found:
        hand_in(sample, class_dir=class_dir, root=root)
    return run.grade(
        found[0].assignment,
        class_dir=class_dir,
        root=root,
        limits=Limits(CELL_SECONDS, NOTEBOOK_SECONDS),
        sandbox=sandbox,
        workers=workers,
        again=False,
        progress=progress,
    )


def _must_be_a_demonstration(class_dir: Path) -> None:
    real = class_dir.resolve() == term.CLASS_DIR.resolve()
    used = class_dir.exists() and any(class_dir.iterdir())
    file = class_dir / "term.toml"
    ours = file.exists() and file.read_text(encoding="utf-8").strip() == (
        f'secret = "{SECRET}"'
    )
    if real or (used and not ours):
        raise CrmError(
            f"'{class_dir.name}' is not a demonstration's folder, and a demonstration "
            "empties its folder: give it one of its own, such as class/demo."
        )


def unexpected(results: Iterable[Result], sample_dir: Path) -> list[str]:
    """See `course.grading.unexpected`."""
    found = samples(sample_dir)
    notebooks = {sample.notebook for sample in found}
    said = []
    by_student: dict[str, Result] = {}
    for result in results:
        if result.notebook in notebooks:
            by_student[result.student] = result
        elif result.status != NOT_HANDED_IN:
            said.append(f"{result.student}: {result.notebook} is {result.status}.")
    for sample in found:
        if sample.student not in by_student:
            said.append(f"{sample.student}: no result.")
            continue
        result = by_student.pop(sample.student)
        expected = sample.expected
        if result.status != expected["status"]:
            said.append(
                f"{sample.student}: '{result.status}', not '{expected['status']}'."
            )
        points = None if expected["status"] == NOT_GRADED else expected["points"]
        if result.points != points:
            said.append(
                f"{sample.student}: {number(result.points) or 'no'} points, "
                f"not {number(points) or 'none'}."
            )
        remarks = " ".join(result.remarks)
        said += [
            f"{sample.student}: no remark says '{words}'."
            for words in expected.get("remarks", [])
            if words not in remarks
        ]
    said += [f"{student}: not in the sample class." for student in sorted(by_student)]
    return said
