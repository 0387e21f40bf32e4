"""From solutions/ to exercises/ to the student kit, with no answer in it."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course.term import ROOT
from crmlib.errors import CrmError

# What students get, besides the kit's own README, Makefile and pyproject.toml
KIT_ROOMS = ("chapters", "exercises", "crmlib", "datasets")
KIT_FILES = ("requirements.lock", "LICENSE", "LICENSE-CONTENT", "CITATION.cff")
# Tools that only instructors and authors need
NOT_FOR_STUDENTS = {
    "jupytext",
    "nbclient",
    "nbconvert",
    "nbformat",
    "nbgrader",
    "packaging",
    "pyyaml",
}

# A marker of nbgrader, whole or half-typed: "### BEGIN HIDEN TEST", "#end solutions"
_MARKER = re.compile(
    r"\s*#+\s*(?:BEGIN|END)\b|\s*#.*\b(?i:HID\w*\s*TEST|(?:BEGIN|END)\s*SOL)"
)


class LeakError(CrmError):
    """An exercise would show students what only graders may see."""


def make_exercises(root: Path = ROOT, *, out: Path | None = None) -> list[Path]:
    """Write every assignment's exercise notebooks with nbgrader and look for leaks.

    *out* defaults to the repository's `exercises/`. nbgrader's record of the release
    goes to a throw-away class: making exercises never touches a running one.
    """
    from course.grading import run

    out = out or root / "exercises"
    written = []
    with tempfile.TemporaryDirectory() as scratch:
        room = run.ClassRoom(Path(scratch), root)
        for name in run.assignments(root):
            with room.at_work():
                made = run.hand_out(room, name)
            for stem, notebook in sorted(made.items()):
                exercise = Path(scratch) / f"{stem}.ipynb"
                text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
                exercise.write_text(text, encoding="utf-8", newline="\n")
                source = root / "solutions" / name / exercise.name
                found = list(leaks(exercise, solution=source))
                if found:
                    raise LeakError(
                        f"{name}/{exercise.name} was not released, because students "
                        "would see:\n" + "\n".join(f"  {line}" for line in found)
                    )
                target = out / name / exercise.name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(exercise, target)
                written.append(target)
    return written


def leaks(exercise: Path, *, solution: Path) -> Iterator[str]:
    """Say in words what an exercise shows that it should not.

    Looks for markers (whole or misspelt: nbgrader publishes a block whose marker has a
    typing error), for lines that stand between markers in *solution*, and for outputs.
    """
    secret = set(_secret_lines(solution))
    for number, cell in enumerate(_cells(exercise), start=1):
        for line in _lines(cell):
            if _MARKER.match(line):
                yield f"cell {number}: a marker of nbgrader: {line.strip()}"
            elif line.strip() in secret:
                yield f"cell {number}: a line of the solution: {line.strip()}"
        if cell.get("outputs"):
            yield f"cell {number}: an output, which may hold an answer"


def _secret_lines(solution: Path) -> Iterator[str]:
    shown: set[str] = set()
    hidden: list[str] = []
    for cell in _cells(solution):
        inside = False
        for line in _lines(cell):
            if re.match(r"\s*### BEGIN (SOLUTION|HIDDEN TESTS)", line):
                inside = True
            elif re.match(r"\s*### END (SOLUTION|HIDDEN TESTS)", line):
                inside = False
            elif inside:
                hidden.append(line.strip())
            else:
                shown.add(line.strip())
    # short lines (`)`, `return x`) stand everywhere and tell nothing
    yield from (line for line in hidden if len(line) > 20 and line not in shown)


def _cells(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text(encoding="utf-8"))["cells"])


def _lines(cell: dict[str, Any]) -> list[str]:
    source = cell["source"]
    return (source if isinstance(source, str) else "".join(source)).splitlines()


def make_kit(out: Path, *, root: Path = ROOT) -> Path:
    """Write the student kit into *out*, which must be new or an older kit.

    The kit holds the chapters (without their results), exercises, `crmlib` and the
    data; no solutions, truth files, banks or instructor's files.
    """
    if out.exists() and any(out.iterdir()) and not (out / ".student-kit").exists():
        raise CrmError(
            f"{out} holds other files, which making a kit would delete. "
            "Name a new folder, or empty that one."
        )
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / ".student-kit").touch()
    unwanted = shutil.ignore_patterns(
        "__pycache__", ".ipynb_checkpoints", "truth", ".*"
    )
    for room in KIT_ROOMS:
        shutil.copytree(root / room, out / room, ignore=unwanted)
    # What a student's own copy is compared with, and what does it (`course.check`).
    shutil.copytree(root / "exercises", out / ".handed_out", ignore=unwanted)
    shutil.copy(root / "course" / "check.py", out / "check.py")
    for name in KIT_FILES:
        shutil.copy(root / name, out / name)
    for path in sorted((out / "chapters").glob("*.ipynb")):
        _clear_outputs(path)
    for path in sorted((root / "course" / "kit").iterdir()):
        if path.is_file():
            shutil.copy(path, out / path.name)
    (out / "pyproject.toml").write_text(
        _kit_pyproject(root), encoding="utf-8", newline="\n"
    )
    return out


def _clear_outputs(path: Path) -> None:
    """Take the results out of a chapter: a prediction beside its answer is none."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def _kit_pyproject(root: Path) -> str:
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    wanted = project["dependencies"] + [
        d
        for d in project["optional-dependencies"]["lab"]
        if re.split(r"[^\w.-]", d)[0] not in NOT_FOR_STUDENTS
    ]
    listed = "".join(f'  "{d}",\n' for d in wanted)
    return (
        "[build-system]\n"
        'requires = ["hatchling>=1.27"]\n'
        'build-backend = "hatchling.build"\n\n'
        "[project]\n"
        f'name = "{project["name"]}"\n'
        f'version = "{project["version"]}"\n'
        f'requires-python = "{project["requires-python"]}"\n'
        f"dependencies = [\n{listed}]\n\n"
        "[tool.hatch.build.targets.wheel]\n"
        'packages = ["crmlib"]\n\n'
        "[tool.hatch.build.targets.wheel.force-include]\n"
        '"datasets" = "crmlib/_datasets"\n'
    )
