"""What an instructor changes after grading; each change leaves a line that stays.

`class/changes.toml` is only ever added to. To take a change back is a change as well.
The gradebook is left alone: points are worked out from it and from this file, so that
grading again loses nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from course.term import CLASS_DIR
from crmlib.errors import CrmError

__all__ = ["KINDS", "Change", "apply", "overrides", "read", "record"]

KINDS = {
    "drop": "the question counts for nobody",
    "give": "everybody has the question's full points",
    "points": "the question is worth another number of points",
    "override": "one student's points for a notebook are set by hand",
    "undo": "an earlier change is taken back",
}


@dataclass(frozen=True)
class Change:
    """One change; what it needs depends on its *kind*, one of `KINDS`."""

    number: int
    kind: str
    reason: str
    made_at: str
    assignment: str = ""
    notebook: str = ""
    item: str = ""
    student: str = ""
    points: float | None = None
    undoes: int | None = None


def read(assignment: str | None = None, *, class_dir: Path = CLASS_DIR) -> list[Change]:
    """Return the changes that hold, those taken back left out, in order.

    Raises:
        CrmError: the file was edited and cannot be read.
    """
    every = _every(class_dir)
    gone = {change.undoes for change in every if change.kind == "undo"}
    return [
        change
        for change in every
        if change.kind != "undo"
        and change.number not in gone
        and assignment in (None, change.assignment)
    ]


def record(
    kind: str,
    *,
    reason: str,
    cells: pd.DataFrame | None = None,
    assignment: str = "",
    notebook: str = "",
    item: str = "",
    student: str = "",
    points: float | None = None,
    undoes: int | None = None,
    class_dir: Path = CLASS_DIR,
) -> Change:
    """Add a change to the file and return it.

    Args:
        kind: one of `KINDS`.
        reason: a sentence; students whose points it moves can read it.
        cells: the table of `course.desk.book.items`, to check the names against.
        assignment, notebook, item: the question (its `grade_id`) to drop or change.
        student: whose points to set, for "override".
        points: the new number, for "points" and "override".
        undoes: the number of the change to take back, for "undo".
        class_dir: the class folder.

    Raises:
        CrmError: the kind, the question, the student or the reason is missing or
            unknown, or points are negative.
    """
    every = _every(class_dir)
    if kind not in KINDS:
        raise CrmError(f"There is no change '{kind}'; there are: {', '.join(KINDS)}.")
    if not reason.strip():
        raise CrmError("A change needs a reason: it is what remains of it.")
    if kind == "undo":
        if undoes not in {change.number for change in read(class_dir=class_dir)}:
            raise CrmError(f"There is no change {undoes} to take back.")
    elif kind == "override":
        _check(cells, "student", student)
        _check(cells, "notebook", notebook)
    else:
        _check(cells, "notebook", notebook)
        mine = cells if cells is None else cells[cells["notebook"] == notebook]
        _check(mine, "item", item)
    if kind in ("points", "override") and (points is None or points < 0):
        raise CrmError(f"'{kind}' needs a number of points, 0 or more.")
    moment = datetime.now().astimezone().isoformat(timespec="seconds")
    change = Change(
        max((each.number for each in every), default=0) + 1,
        kind,
        reason.strip(),
        moment,
        assignment,
        notebook,
        item,
        student,
        points,
        undoes,
    )
    _append(change, class_dir / "changes.toml")
    return change


def apply(cells: pd.DataFrame, changes: Sequence[Change]) -> pd.DataFrame:
    """Return the table of `items` with the changes of questions made.

    There is one more column, `changed`, which says what was changed and why.

    >>> cells = pd.DataFrame({"student": ["lin", "wu"], "notebook": "1", "item": "q",
    ...     "title": "A seat", "max_points": 4.0, "points": [2.0, None]})
    >>> double = Change(1, "points", "too few", "", "hotel", "1", "q", points=8.0)
    >>> apply(cells, [double])[["max_points", "points"]].values.tolist()
    [[8.0, 4.0], [8.0, nan]]
    """
    made = cells.copy()
    made["changed"] = ""
    for change in changes:
        if change.kind not in ("drop", "give", "points"):
            continue
        mine = (made["notebook"] == change.notebook) & (made["item"] == change.item)
        title = str(made.loc[mine, "title"].iloc[0]) if mine.any() else change.item
        if change.kind == "drop":
            made.loc[mine, ["max_points", "points"]] = 0.0
            words = f"'{title}' counts for nobody"
        elif change.kind == "give":
            # Not to those who have no grade at all.
            graded = mine & made["points"].notna()
            made.loc[graded, "points"] = made.loc[graded, "max_points"]
            words = f"'{title}' is given to everybody"
        else:
            new = float(change.points or 0)
            old = made.loc[mine, "max_points"]
            share = made.loc[mine, "points"] / old.where(old > 0, 1.0)
            made.loc[mine, "points"] = share * new
            made.loc[mine, "max_points"] = new
            words = f"'{title}' is worth {new:g} points"
        said = f"{words}: {change.reason.rstrip('.')}."
        made.loc[mine, "changed"] = (made.loc[mine, "changed"] + " " + said).str.strip()
    return made


def overrides(changes: Sequence[Change]) -> dict[tuple[str, str], Change]:
    """Return the points set by hand, by student and notebook; the last one holds."""
    return {
        (change.student, change.notebook): change
        for change in changes
        if change.kind == "override"
    }


def _check(cells: pd.DataFrame | None, column: str, value: str) -> None:
    if cells is None:
        return
    known = sorted(set(cells[column]))
    if value not in known:
        listed = ", ".join(known[:30]) + (" …" if len(known) > 30 else "")
        raise CrmError(f"There is no {column} '{value}'. There are: {listed}.")


def _every(class_dir: Path) -> list[Change]:
    path = class_dir / "changes.toml"
    if not path.exists():
        return []
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return [Change(**one) for one in raw.get("change", [])]
    except (tomllib.TOMLDecodeError, TypeError) as error:
        raise CrmError(f"'{path.name}' cannot be read: {error}.") from None


def _append(change: Change, path: Path) -> None:
    lines = ["", "[[change]]"]
    for key, value in vars(change).items():
        if value is None or value == "":
            continue
        if isinstance(value, str):
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            shown = '"' + " ".join(escaped.split()) + '"'
        else:
            shown = f"{value:g}" if isinstance(value, float) else str(value)
        lines.append(f"{key} = {shown}")
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else _HEAD
    half = path.with_name(".changes.half")
    half.write_text(before + "\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    half.replace(path)


_HEAD = "# Changes made after grading by `crm-course change`; nothing is deleted.\n"
