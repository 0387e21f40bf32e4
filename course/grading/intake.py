"""From what students hand in to what can be graded.

Every hand-in is read, mended where its meaning is plain, and set aside with a reason
where it is not. The folder `submitted/` is only read: what will be graded is written
to a staging folder, which nbgrader then takes for its own `submitted` folder.
"""

from __future__ import annotations

import json
import shutil
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode

from course.grading.cells import (
    convert,
    copy,
    is_answer,
    is_test,
    marked_cells,
    nbgrader_id,
    new_cell,
    new_notebook,
    titles,
    write,
)

MAX_BYTES = 20_000_000
"""Larger notebooks (without their outputs) are set aside; other files are left out."""

_SKIPPED_FOLDERS = {"__MACOSX", "__pycache__"}


@dataclass
class HandIn:
    """What became of one student's hand-in of one notebook.

    `ready` says that a mended copy waits in the staging folder. If it is false, the
    last remark is the reason, unless there was nothing: then `handed_in` is false, too.
    """

    student: str
    assignment: str
    notebook: str
    ready: bool = False
    handed_in: bool = True
    remarks: list[str] = field(default_factory=list)


class _Unreadable(Exception):
    """A file that holds no notebook; the message is a sentence for the report."""


def take_in(
    student: str,
    assignment: str,
    *,
    submitted: Path,
    staging: Path,
    reference: dict[str, NotebookNode],
) -> list[HandIn]:
    """Read what *student* handed in and stage a mended copy of each notebook.

    *reference* maps each notebook name of the assignment (without `.ipynb`) to the
    notebook as it was handed out. Returns one `HandIn` for each of them, in order of
    name. Nothing is written outside `staging/student/assignment`, and nothing that is
    wrong with a hand-in raises.
    """
    target = staging / student / assignment
    shutil.rmtree(target, ignore_errors=True)
    results = {
        name: HandIn(student, assignment, name) for name in sorted(reference.keys())
    }
    files = files_in(submitted / student, assignment)
    readable, unreadable = _read_all(files)
    for name, result in results.items():
        try:
            _take_one(result, reference[name], reference, readable, unreadable, files)
        except _Unreadable as problem:
            result.remarks.append(str(problem))
            continue
        chosen = readable[_chosen(name, reference, readable, result)]
        nb = mend(chosen, reference[name], result.remarks)
        write(nb, target / f"{name}.ipynb")
        result.ready = True
    if target.exists():
        _copy_the_rest(files, readable, unreadable, target)
    return list(results.values())


def files_in(folder: Path, assignment: str) -> dict[str, Path]:
    """Return the student's plain files by their path inside the hand-in."""
    if not folder.is_dir():
        return {}
    base = folder / assignment
    if not base.is_dir():
        wanted = assignment.casefold().replace(" ", "_").replace("-", "_")
        near = [
            path
            for path in sorted(folder.iterdir())
            if path.is_dir()
            and path.name.casefold().replace(" ", "_").replace("-", "_") == wanted
        ]
        base = near[0] if near else folder
        loose = not near
    else:
        loose = False
    found: dict[str, Path] = {}
    for path in sorted(base.glob("*") if loose else base.rglob("*")):
        inside = path.relative_to(base)
        hidden = any(
            part.startswith(".") or part in _SKIPPED_FOLDERS for part in inside.parts
        )
        # A link could point at another student's work or at the gradebook.
        linked = any(
            (base / parent).is_symlink() for parent in [inside, *inside.parents]
        )
        if path.is_file() and not hidden and not linked:
            found[inside.as_posix()] = path
    return found


def _read_all(
    files: dict[str, Path],
) -> tuple[dict[str, NotebookNode], dict[str, str]]:
    readable: dict[str, NotebookNode] = {}
    unreadable: dict[str, str] = {}
    for inside, path in files.items():
        by_name = path.suffix.casefold() == ".ipynb"
        might_be = ".ipynb" in path.name.casefold() or path.suffix.casefold() == ".json"
        if not by_name and not might_be:
            continue
        try:
            readable[inside] = read_notebook(path)
        except _Unreadable as problem:
            if by_name:
                unreadable[inside] = str(problem)
    return readable, unreadable


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook of any past format, without its outputs.

    Raises an error whose message is a sentence for the report.
    """
    size = path.stat().st_size
    data = path.read_bytes()
    if not data.strip():
        raise _Unreadable(f"'{path.name}' is an empty file.")
    text = _decoded(data, path.name)
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = ""
        if isinstance(error, json.JSONDecodeError):
            where = f" (line {error.lineno}, column {error.colno})"
        cut_off = isinstance(error, ValueError) and text.lstrip().startswith("{")
        what = "is damaged or cut off" if cut_off else "is not a notebook"
        raise _Unreadable(
            f"'{path.name}' {what}: it cannot be read as JSON{where}."
        ) from None
    if not isinstance(raw, dict) or not ("cells" in raw or "worksheets" in raw):
        raise _Unreadable(f"'{path.name}' is not a notebook: it has no cells.")
    try:
        nb = _as_version_4(raw)
    except Exception as error:
        detail = str(error).strip().splitlines()[0][:120] if str(error) else ""
        raise _Unreadable(
            f"'{path.name}' is not a sound notebook ({detail or type(error).__name__})."
        ) from None
    kept = sum(len(cell.source) for cell in nb.cells)
    if kept > MAX_BYTES:
        raise _Unreadable(
            f"'{path.name}' holds {size / 1e6:.0f} MB of text; "
            f"more than {MAX_BYTES / 1e6:.0f} MB is not graded."
        )
    return nb


def _decoded(data: bytes, name: str) -> str:
    utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        return data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise _Unreadable(
            f"'{name}' is not text in UTF-8, the encoding of notebooks; "
            "open it in JupyterLab and save it again."
        ) from None


def _as_version_4(raw: dict[str, Any]) -> NotebookNode:
    with warnings.catch_warnings():
        # Missing or doubled cell ids are mended below.
        warnings.simplefilter("ignore")
        if "worksheets" in raw or raw.get("nbformat", 4) != 4:
            raw = convert(raw)
        cells = raw["cells"]
        if not isinstance(cells, list):
            raise ValueError("its cells are not a list")
        nb = new_notebook()
        metadata = raw.get("metadata")
        if isinstance(metadata, dict):
            for key in ("kernelspec", "language_info", "crm"):
                if isinstance(metadata.get(key), dict):
                    nb.metadata[key] = copy(metadata[key])
        nb.cells = [_sound_cell(cell, i) for i, cell in enumerate(cells)]
        nbformat.validate(nb)
    return nb


def _sound_cell(cell: Any, position: int) -> NotebookNode:
    """Build the cell anew from the parts that matter; outputs are dropped."""
    if not isinstance(cell, dict):
        raise ValueError(f"cell {position + 1} is not a cell")
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(str(line) for line in source)
    if not isinstance(source, str):
        raise ValueError(f"cell {position + 1} has no text")
    metadata = cell.get("metadata")
    metadata = copy(metadata) if isinstance(metadata, dict) else {}
    built = new_cell(str(cell.get("cell_type")), source, id=f"cell-{position + 1}")
    for key in ("nbgrader", "tags"):
        if key in metadata:
            built.metadata[key] = metadata[key]
    if built.cell_type == "markdown" and isinstance(cell.get("attachments"), dict):
        built.attachments = copy(cell["attachments"])
    return built


def _overlap(nb: NotebookNode, reference: NotebookNode) -> float:
    wanted = set(marked_cells(reference))
    return len(wanted & set(marked_cells(nb))) / max(len(wanted), 1)


def _candidates(
    name: str,
    reference: dict[str, NotebookNode],
    readable: dict[str, NotebookNode],
) -> list[str]:
    """Return the files that are evidently notebook *name*, by their questions."""
    found = []
    for inside, nb in readable.items():
        overlaps = {other: _overlap(nb, ref) for other, ref in reference.items()}
        if overlaps[name] >= 0.5 and overlaps[name] == max(overlaps.values()):
            found.append(inside)
    return found


def _chosen(
    name: str,
    reference: dict[str, NotebookNode],
    readable: dict[str, NotebookNode],
    result: HandIn,
) -> str:
    candidates = _candidates(name, reference, readable)
    right = f"{name}.ipynb"
    if right in candidates:
        return right
    nested = [inside for inside in candidates if inside.endswith(f"/{right}")]
    return (nested or candidates)[0]


def _take_one(
    result: HandIn,
    wanted: NotebookNode,
    reference: dict[str, NotebookNode],
    readable: dict[str, NotebookNode],
    unreadable: dict[str, str],
    files: dict[str, Path],
) -> None:
    """Decide whether one file is evidently the notebook; say what had to be decided."""
    right = f"{result.notebook}.ipynb"
    candidates = _candidates(result.notebook, reference, readable)
    if not files:
        result.handed_in = False
        raise _Unreadable("Nothing was handed in.")
    if not candidates:
        known = {
            inside
            for name in reference
            for inside in _candidates(name, reference, readable)
        }
        # One that cannot be read and has another notebook's name is that one.
        elsewhere = {f"{name}.ipynb" for name in reference} - {right}
        known |= elsewhere & set(unreadable)
        if known and known == {*readable, *unreadable}:
            result.handed_in = False
            raise _Unreadable(f"'{right}' was not handed in.")
        if right in unreadable:
            raise _Unreadable(unreadable[right])
        if right in readable:
            raise _Unreadable(
                f"'{right}' holds none of the questions of this notebook, or a program "
                "removed their marks; hand in the notebook that was handed out."
            )
        if len(reference) == 1 and len(unreadable) == 1:
            raise _Unreadable(next(iter(unreadable.values())))
        held = ", ".join(f"'{inside}'" for inside in list(files)[:5])
        raise _Unreadable(f"'{right}' is missing; the hand-in holds {held}.")
    chosen = _chosen(result.notebook, reference, readable, result)
    others = [inside for inside in candidates if inside != chosen]
    if chosen == right:
        if others:
            named = ", ".join(f"'{inside}'" for inside in others)
            result.remarks.append(
                f"There were two notebooks with these questions; '{right}' was graded, "
                f"{named} was not."
            )
        return
    different = [
        inside
        for inside in others
        if [cell.source for cell in readable[inside].cells]
        != [cell.source for cell in readable[chosen].cells]
    ]
    if different:
        named = ", ".join(f"'{inside}'" for inside in sorted([chosen, *different]))
        raise _Unreadable(
            f"There are several notebooks with these questions, and none is called "
            f"'{right}': {named}. Ask which one counts."
        )
    if right in unreadable:
        result.remarks.append(unreadable[right])
    result.remarks.append(
        f"The notebook was called '{chosen}'; by its questions it is '{right}', "
        "and it was graded as such."
    )


def mend(nb: NotebookNode, reference: NotebookNode, remarks: list[str]) -> NotebookNode:
    """Put the marks, the tests and the order of *reference* back into *nb*.

    What the student wrote stays. Each thing mended adds a sentence to *remarks*, and
    the sentences also travel in the notebook's metadata, for the feedback page.
    """
    wanted = marked_cells(reference)
    cells = [copy(cell) for cell in nb.cells]
    seen: set[str] = set()
    doubled: list[str] = []
    changed: list[str] = []
    repointed: list[str] = []
    retyped: list[str] = []
    old = False
    for position, cell in enumerate(cells):
        meta = cell.metadata.get("nbgrader")
        if meta is None:
            continue
        name = nbgrader_id(cell)
        if name is None or name not in wanted:
            del cell.metadata["nbgrader"]
            continue
        if name in seen:
            doubled.append(name)
            del cell.metadata["nbgrader"]
            continue
        seen.add(name)
        original = wanted[name]
        if meta.get("schema_version") != original.metadata.nbgrader.schema_version:
            old = True
        if _points(meta) != _points(original.metadata.nbgrader):
            repointed.append(name)
        if cell.cell_type != original.cell_type:
            retyped.append(name)
            cell = new_cell(original.cell_type, cell.source, id=cell.id)
            cells[position] = cell
        cell.metadata = copy(original.metadata)
        if not is_answer(original) and cell.source.rstrip() != original.source.rstrip():
            # The same text as in an earlier edition is not the student's doing.
            if not _unchanged_by_student(cell, meta):
                changed.append(name)
            cell.source = original.source
    restored = _put_back(cells, wanted, seen)
    lost = [name for name, cell in wanted.items() if _lost(name, cell, seen)]
    remarks += _sentences(wanted, doubled, changed, repointed, retyped, restored, lost)
    if old:
        remarks.append("The notebook carried marks of an older nbgrader; brought up.")
    answers = {name: cell for name, cell in wanted.items() if is_answer(cell)}
    by_name = {nbgrader_id(cell): cell for cell in cells}
    if answers and all(
        name in by_name and by_name[name].source.strip() == cell.source.strip()
        for name, cell in answers.items()
    ):
        remarks.append(
            "Nothing was answered: every answer cell is as it was handed out."
        )
    for position, cell in enumerate(cells):
        cell.id = f"cell-{position + 1}"
    mended = new_notebook(cells)
    # The kernel is the course's: a student's may have any name.
    for key in ("kernelspec", "language_info"):
        if key in reference.metadata:
            mended.metadata[key] = reference.metadata[key]
    version = reference.metadata.get("crm", {}).get("version", 1)
    theirs = nb.metadata.get("crm", {}).get("version", version)
    if isinstance(theirs, int) and theirs != version:
        remarks.append(
            f"This is version {theirs} of the notebook; version {version} was graded."
        )
    mended.metadata["crm"] = {
        "remarks": list(remarks),
        "titles": titles(reference),
        "version": version,
    }
    return mended


def _points(meta: dict[str, Any]) -> float | None:
    try:
        return float(meta["points"]) if meta.get("grade") else None
    except (KeyError, TypeError, ValueError):
        return None


def _unchanged_by_student(cell: NotebookNode, meta: dict[str, Any]) -> bool:
    from nbgrader.utils import compute_checksum

    as_handed_in = new_cell("code", cell.source)
    as_handed_in.cell_type = cell.cell_type
    as_handed_in.metadata["nbgrader"] = copy(meta)
    try:
        return bool(compute_checksum(as_handed_in) == meta.get("checksum"))
    except (KeyError, TypeError, ValueError):
        return False


def _lost(name: str, cell: NotebookNode, seen: set[str]) -> bool:
    return name not in seen and is_answer(cell) and not cell.metadata.nbgrader.grade


def _put_back(
    cells: list[NotebookNode], wanted: dict[str, NotebookNode], seen: set[str]
) -> list[str]:
    """Insert the missing cells that must be there; return their names.

    A deleted answer cell is not put back: the student may have written the answer
    elsewhere, and the empty cell would undo it. One that is graded by hand is, because
    its grade hangs on it.
    """
    restored = []
    order = list(wanted)
    for rank, (name, original) in enumerate(wanted.items()):
        meta = original.metadata.nbgrader
        if name in seen or (is_answer(original) and not meta.grade):
            continue
        before = set(order[:rank])
        position = 0
        for index, cell in enumerate(cells):
            if nbgrader_id(cell) in before:
                position = index + 1
        # Behind the student's own code, which the tests may need.
        while (
            position
            and position < len(cells)
            and cells[position].cell_type == "code"
            and nbgrader_id(cells[position]) is None
        ):
            position += 1
        cells.insert(position, copy(original))
        restored.append(name)
    return restored


def _sentences(
    wanted: dict[str, NotebookNode],
    doubled: list[str],
    changed: list[str],
    repointed: list[str],
    retyped: list[str],
    restored: list[str],
    lost: list[str],
) -> list[str]:
    said = []
    for name in doubled:
        said.append(f"The cell '{name}' was there twice; the first one counts.")
    for name in changed:
        kind = "test" if is_test(wanted[name]) else "given"
        said.append(
            f"The {kind} cell '{name}' had been changed; "
            "the original was put back before grading."
        )
    for name in repointed:
        said.append(f"The points of '{name}' had been changed; they were put back.")
    for name in retyped:
        kind = "code" if wanted[name].cell_type == "code" else "text"
        said.append(
            f"The cell '{name}' was no longer {kind}; it was made {kind} again."
        )
    for name in restored:
        if is_test(wanted[name]):
            kind = "test"
        else:
            kind = "answer" if is_answer(wanted[name]) else "given"
        said.append(f"The {kind} cell '{name}' had been deleted; it was put back.")
    for name in lost:
        said.append(
            f"The answer cell '{name}' had been deleted; "
            "what other cells say to it was graded."
        )
    return said


def _copy_the_rest(
    files: dict[str, Path],
    readable: dict[str, NotebookNode],
    unreadable: dict[str, str],
    target: Path,
) -> None:
    for inside, path in files.items():
        destination = target / inside
        if inside in readable or inside in unreadable or destination.exists():
            continue
        if path.stat().st_size > MAX_BYTES or inside.endswith(".ipynb"):
            continue
        if inside == "timestamp.txt" and not _is_timestamp(path):
            continue
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, destination)


def _is_timestamp(path: Path) -> bool:
    from nbgrader.utils import parse_utc

    try:
        parse_utc(path.read_text(encoding="utf-8").strip())
    except (ValueError, OverflowError):
        return False
    return True
