"""Whose grade changed: what the totals were, each time they were written.

`class/history/<assignment>/` has a CSV file for each time; nothing there is changed.
"""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import pandas as pd

from course.grading.grades import write_whole
from course.term import CLASS_DIR

__all__ = ["latest", "moved", "note_round", "remember", "seconds_of_round"]

_COLUMNS = ["student", "notebook", "status", "final", "max_points"]


def latest(assignment: str, *, class_dir: Path = CLASS_DIR) -> pd.DataFrame | None:
    """Return the totals as they were remembered last, None if they never were."""
    files = sorted((class_dir / "history" / assignment).glob("*.csv"))
    if not files:
        return None
    text = files[-1].read_text(encoding="utf-8")
    return pd.read_csv(
        io.StringIO(text), dtype={"student": "str", "notebook": "str", "status": "str"}
    )


def remember(
    totals: pd.DataFrame, assignment: str, *, class_dir: Path = CLASS_DIR
) -> pd.DataFrame:
    """Write the *totals* down if any differ; return whose changed (see `moved`).

    Nobody's has changed the first time.
    """
    before = latest(assignment, class_dir=class_dir)
    changed = moved(totals if before is None else before, totals)
    if before is None or len(changed):
        folder = class_dir / "history" / assignment
        folder.mkdir(parents=True, exist_ok=True)
        stamp = datetime.now().astimezone().strftime("%Y-%m-%dT%H%M%S")
        number = len(list(folder.glob("*.csv"))) + 1
        text = totals[_COLUMNS].to_csv(index=False, lineterminator="\n")
        write_whole(folder / f"{number:04d}_{stamp}.csv", text)
    return changed


def moved(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose points differ: student, notebook, before, after.

    Who was not there before, or was not graded, has a missing `before`.

    >>> before = pd.DataFrame({"student": ["lin", "wu"], "notebook": "1",
    ...                        "final": [3.0, None]})
    >>> after = before.assign(final=[4.0, None])
    >>> moved(before, after)
      student notebook  before  after
    0     lin        1     3.0    4.0
    """
    keys = ["student", "notebook"]
    old = before[[*keys, "final"]].rename(columns={"final": "before"})
    new = after[[*keys, "final"]].rename(columns={"final": "after"})
    both = old.merge(new, on=keys, how="outer")
    was, now = both["before"].astype(float), both["after"].astype(float)
    same = (was - now).abs().le(0.005) | (was.isna() & now.isna())
    return both.assign(before=was, after=now)[~same].reset_index(drop=True)


def note_round(assignment: str, seconds: float, *, class_dir: Path = CLASS_DIR) -> None:
    """Write down how long the last round of grading took, in seconds."""
    folder = class_dir / "history" / assignment
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "last_round_seconds.txt", f"{seconds:.0f}\n")


def seconds_of_round(assignment: str, *, class_dir: Path = CLASS_DIR) -> float | None:
    """Return how long the last round took, in seconds; None if nobody noted it."""
    path = class_dir / "history" / assignment / "last_round_seconds.txt"
    return float(path.read_text(encoding="utf-8")) if path.exists() else None
