"""Check one's own exercise before it is handed in, and see what it would earn.

    crm-course check exercises/oriental_hotel/1_the_record.ipynb

In the student kit this file stands beside the exercises, for ``python check.py …``: so
it imports nothing of the course. A notebook is looked at (name, cells that must stay as
they are, questions left open) and run from top to bottom in a fresh interpreter, with
the test cells put back as they were handed out.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

try:
    from crmlib.errors import CrmError
except ImportError:  # without the library nothing runs, and that is said below

    class CrmError(Exception):  # type: ignore[no-redef]
        """Stands for the library's error."""


HERE = Path(__file__).resolve().parent
KIT = (HERE / ".handed_out").exists()
ROOT = HERE if KIT else HERE.parent
CELL_SECONDS = 60
NOTEBOOK_SECONDS = 600

_OPEN = "No answer yet."
_TESTS = re.compile(r"[ \t]*### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS\n?", re.S)
_MARKS = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION\n?", re.M)


class CheckError(CrmError):
    """A file cannot be checked; the message says why and what to do."""


@dataclass(frozen=True)
class Part:
    """One test cell: what it is about, what it is worth, and what it said."""

    section: str
    title: str
    worth: float
    message: str

    @property
    def passed(self) -> bool:
        """Whether the tests of this cell found nothing."""
        return not self.message


@dataclass(frozen=True)
class Report:
    """What was found in a notebook.

    Attributes:
        name: case and notebook.
        before: what to mend before it is handed in, in sentences.
        stopped: answer or other cells that ended with an error, in sentences.
        parts: the test cells, in order.
        written: points of the answers that a person reads.
        hidden: whether the hidden tests have been run, too.
    """

    name: str
    before: tuple[str, ...]
    stopped: tuple[str, ...]
    parts: tuple[Part, ...]
    written: float
    hidden: bool

    @property
    def earned(self) -> float:
        """Points of the tests that passed."""
        return sum(part.worth for part in self.parts if part.passed)

    @property
    def all_right(self) -> bool:
        """Whether there is nothing to mend."""
        return not self.before and all(part.passed for part in self.parts)

    def __str__(self) -> str:
        lines = [self.name]
        if self.before:
            lines += ["", "Before you hand it in:"]
            lines += [f"  - {sentence}" for sentence in self.before]
        if self.stopped:
            lines += ["", "Cells that stopped with an error:"]
            lines += [f"  - {sentence}" for sentence in self.stopped]
        section = ""
        for part in self.parts:
            if part.section != section:
                section = part.section
                lines += ["", section]
            got = part.worth if part.passed else 0
            lines.append(f"  {got:g} of {part.worth:g}  {part.title}")
            if part.message:
                lines.append(f"          {part.message}")
        total = sum(part.worth for part in self.parts)
        kind = "all tests" if self.hidden else "the tests that you see"
        lines += ["", f"{self.earned:g} of {total:g} points by {kind}."]
        if self.written:
            lines.append(f"{self.written:g} more are for what a person reads.")
        if not self.hidden:
            lines.append("Points are given by further tests, on other data.")
        return "\n".join(lines)


def check(path: Path, *, hidden: bool = False, root: Path = ROOT) -> Report:
    """Look at a notebook, run it from top to bottom, and say what was found.

    Args:
        path: the notebook, under the name with which it was handed out.
        hidden: also run the hidden tests, on the data of a practice term; only where
            `solutions/` is.
        root: of the repository or the kit.

    Raises:
        CheckError: there is no such notebook, or none that this course handed out.
    """
    mine = _read(path)
    name, original = _original(path, mine, root)
    by_id = _by_id(original)
    before = list(_look(path, name, mine, original))
    if hidden:
        solution = root / "solutions" / f"{name}.ipynb"
        if not solution.exists():
            raise CheckError(
                "There are no hidden tests here: the student kit holds only those that "
                "you see. Leave --hidden out."
            )
        by_id = _by_id(_read(solution))
    cells = []
    for cell in mine["cells"]:
        if cell["cell_type"] != "code":
            continue
        grading = _grading(cell)
        key = grading.get("grade_id", cell.get("id", ""))
        if grading.get("locked") and key in by_id:
            cell = by_id[key]
        cells.append({"name": key, "source": _source(cell)})
    said = _run(cells, path.resolve().parent, root)
    titles = _titles(original)
    tests = {
        key: cell
        for key, cell in _by_id(original).items()
        if _grading(cell).get("grade") and not _grading(cell).get("solution")
    }
    parts = [
        Part(
            *titles[key],
            float(_grading(cell)["points"]),
            said.get(key, "This test did not run: its cell is missing."),
        )
        for key, cell in tests.items()
    ]
    begins = {
        cell["name"]: next(iter(cell["source"].strip().splitlines()), "")
        for cell in cells
        if cell["name"] not in by_id  # whose names no student sees
    }
    stopped = [
        (f"the cell that begins with `{begins[key]}`" if key in begins else key)
        + f": {message}"
        for key, message in said.items()
        if message and message != _OPEN and key not in tests
    ]
    written = sum(
        float(_grading(cell)["points"])
        for cell in _by_id(original).values()
        if _grading(cell).get("grade") and _grading(cell).get("solution")
    )
    return Report(name, tuple(before), tuple(stopped), tuple(parts), written, hidden)


def solution(name: str, *, question: str | None = None, root: Path = ROOT) -> str:
    """Return the worked answers of a notebook, or that to one question.

    Raises:
        CheckError: there are no solutions here, or no such question.
    """
    path = root / "solutions" / f"{name}.ipynb"
    if not path.exists():
        raise CheckError(
            f"There is no worked solution of {name} here. The student kit has none: it "
            "is in the course's repository, for those who learn by themselves."
        )
    answers = {
        key: _MARKS.sub("", _source(cell)).strip("\n")
        for key, cell in _by_id(_read(path)).items()
        if _grading(cell).get("solution")
    }
    if question is not None and question not in answers:
        raise CheckError(
            f"{name} has no question {question!r}; there are: {', '.join(answers)}."
        )
    wanted = answers if question is None else {question: answers[question]}
    return "\n\n\n".join(f"# {key}\n{text}" for key, text in wanted.items())


# ----------------------------------------------------------------- reading notebooks


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found["cells"], list):
            raise TypeError
    except FileNotFoundError:
        raise CheckError(f"There is no file {path}. Is the name right?") from None
    except (ValueError, KeyError, TypeError, OSError):
        raise CheckError(
            f"{path} is no notebook that can be read. Save it in JupyterLab again."
        ) from None
    return found


def _source(cell: dict[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _grading(cell: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = cell.get("metadata", {}).get("nbgrader", {})
    return found


def _by_id(notebook: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        _grading(cell)["grade_id"]: cell
        for cell in notebook["cells"]
        if "grade_id" in _grading(cell)
    }


def _handed_out(root: Path) -> dict[str, Path]:
    """Return the notebooks as they were handed out, by case and name."""
    # In the kit `exercises/` is what the student writes into.
    folder = root / ".handed_out" if (root / ".handed_out").exists() else None
    source = folder or root / "solutions"
    return {
        f"{path.parent.name}/{path.stem}": path
        for path in sorted(source.glob("*/*.ipynb"))
    }


def _original(
    path: Path, mine: dict[str, Any], root: Path
) -> tuple[str, dict[str, Any]]:
    """Find what was handed out, by the questions in the notebook."""
    ids = set(_by_id(mine))
    found = _handed_out(root)
    if not found:
        raise CheckError(f"{root} holds neither a kit nor the course's repository.")
    books = {name: _read(file) for name, file in found.items()}
    shared = {name: len(ids & set(_by_id(book))) for name, book in books.items()}
    # Two notebooks may have a question of one name: the more, and then the same name.
    best = max(shared, key=lambda name: (shared[name], name.endswith(f"/{path.stem}")))
    if shared[best] < 3:
        raise CheckError(
            f"{path.name} is none of the graded notebooks: it has none of their "
            f"questions. There are: {', '.join(found)}."
        )
    book = books[best]
    for cell in book["cells"]:  # the repository's solutions, as students see them
        cell["source"] = _TESTS.sub("", _source(cell))
    return best, book


def _look(
    path: Path, name: str, mine: dict[str, Any], original: dict[str, Any]
) -> list[str]:
    """Say what is to be mended before a notebook is handed in."""
    found, changed, blank = [], [], []
    right = name.partition("/")[2] + ".ipynb"
    if path.name != right:
        found.append(f"Call the file {right}; it is called {path.name}.")
    theirs = _by_id(mine)
    seen = [
        _grading(cell)["grade_id"]
        for cell in mine["cells"]
        if "grade_id" in _grading(cell)
    ]
    twice = sorted({key for key in seen if seen.count(key) > 1})
    if twice:
        found.append(
            f"A cell stands there twice ({', '.join(twice)}): delete the copy, or the "
            "notebook cannot be graded."
        )
    for key, cell in _by_id(original).items():
        if key not in theirs:
            found.append(
                f"The cell {key} is missing. Take it from a fresh copy of the notebook."
            )
            continue
        text = _source(theirs[key]).strip()
        if _grading(cell).get("locked"):
            if text != _source(cell).strip():
                changed.append(key)
        elif _is_open(text):
            blank.append(key)
    if changed:
        found.append(
            f"Cells that were not yours to change: {', '.join(changed)}. They are put "
            "back before grading, so what you wrote there does not count."
        )
    if blank:
        found.append(f"Questions without an answer: {', '.join(blank)}.")
    return found


def _is_open(text: str) -> bool:
    """Say whether an answer is as it was handed out."""
    blank = text in ("", "YOUR ANSWER HERE")
    return blank or ("# YOUR CODE HERE" in text and "NotImplementedError" in text)


def _titles(notebook: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Return the section and the title line above each cell of nbgrader's."""
    found = {}
    section = title = ""
    for cell in notebook["cells"]:
        if "grade_id" in _grading(cell):
            key = _grading(cell)["grade_id"]
            found[key] = (section, title or key)
        if cell["cell_type"] == "markdown":
            text = _source(cell).strip()
            headings = [line for line in text.splitlines() if line.startswith("#")]
            section = headings[-1].lstrip("#").strip() if headings else section
            short = "\n" not in text and len(text) <= 120 and not headings
            title = re.sub(r" \(\d+ points?\):$", "", text) if short else ""
        else:
            title = ""
    return found


# -------------------------------------------------------------------------- running


def _run(cells: list[dict[str, str]], folder: Path, root: Path) -> dict[str, str]:
    """Run cells in a fresh interpreter; return what went wrong in each, or ""."""
    with tempfile.TemporaryDirectory() as scratch:
        task, answers = Path(scratch) / "cells.json", Path(scratch) / "answers.txt"
        task.write_text(json.dumps(cells), encoding="utf-8")
        environment = dict(os.environ, MPLBACKEND="Agg", PYTHONHASHSEED="0")
        parts = [str(root), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, parts))
        command = [sys.executable, __file__, "--run", str(task), str(answers)]
        with tempfile.TemporaryFile() as noise:
            with contextlib.suppress(subprocess.TimeoutExpired):
                subprocess.run(
                    command,
                    cwd=folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=noise,
                    stderr=noise,
                    timeout=NOTEBOOK_SECONDS,
                    check=False,
                )
            noise.seek(0)
            last = noise.read()[-400:].decode("utf-8", "replace").strip()
        text = answers.read_text(encoding="utf-8") if answers.exists() else ""
        found = dict(json.loads(line) for line in text.splitlines())
    if not found:
        raise CheckError(f"The notebook could not be run at all: {last or 'no reason'}")
    missing = "Not run: Python ended, or the notebook took too long."
    return {cell["name"]: found.get(cell["name"], missing) for cell in cells}


def _serve(task: Path, answers: Path) -> None:
    """Run the cells, in the fresh interpreter, and write what each of them said."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    class Late(BaseException):
        """A cell has taken too long."""

    def ring(*_: object) -> None:
        raise Late

    clock = getattr(signal, "alarm", None)  # Windows has none
    if clock is not None:
        signal.signal(signal.SIGALRM, ring)
    shell: Any = InteractiveShell.instance()
    with answers.open("w", encoding="utf-8") as out:
        for cell in json.loads(task.read_text(encoding="utf-8")):
            with capture_output() as shown:
                if clock is not None:
                    clock(CELL_SECONDS)
                try:
                    done = shell.run_cell(cell["source"], store_history=False)
                    error = done.error_before_exec or done.error_in_exec
                finally:
                    if clock is not None:
                        clock(0)
            said = shown.stderr.strip()
            if isinstance(error, Late):
                said = f"It took more than {CELL_SECONDS} seconds."
            elif "NotImplementedError" in f"{type(error).__name__}: {error}":
                said = _OPEN
            elif isinstance(error, AssertionError):
                said = str(error) or "An assertion does not hold."
            elif error is not None:
                said = f"{type(error).__name__}: {error}"
            out.write(json.dumps([cell["name"], said]) + "\n")
            out.flush()


# ---------------------------------------------------------------------- the command


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to a parser."""
    parser.add_argument("notebook", type=Path, help="your copy of an exercise")
    parser.add_argument(
        "--hidden", action="store_true", help="also run the hidden tests, if here"
    )
    parser.add_argument(
        "--solution",
        nargs="?",
        const="",
        metavar="QUESTION",
        help="show the worked answer, to one question or to all; nothing is run",
    )


def main(options: argparse.Namespace) -> int:
    """Check a notebook and print the report; return 0 if nothing is to be mended."""
    if options.solution is not None:
        name, _ = _original(options.notebook, _read(options.notebook), ROOT)
        print(solution(name, question=options.solution or None))
        return 0
    report = check(options.notebook, hidden=options.hidden)
    print(report)
    return 0 if report.all_right else 1


def _alone(arguments: Sequence[str]) -> int:
    """Be a program of its own, as in the student kit."""
    if arguments[:1] == ["--run"]:
        _serve(Path(arguments[1]), Path(arguments[2]))
        return 0
    parser = argparse.ArgumentParser(description="Check an exercise of your own.")
    add_arguments(parser)
    try:
        return main(parser.parse_args(arguments))
    except CrmError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(_alone(sys.argv[1:]))
