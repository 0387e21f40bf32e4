"""Begin a term: its name, its deadlines, its rule for late work.

All of it stands in `class/term.toml`, beside the term's secret, and may be edited
there. When a term begins, the folder of the last one is put away whole.
"""

from __future__ import annotations

import math
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from course.term import CLASS_DIR
from crmlib.errors import CrmError

__all__ = ["Late", "Term", "begin", "read", "when"]

_STAYS = {"archive", "demo"}


@dataclass(frozen=True)
class Late:
    """The rule for late work: so much is taken off a day, up to so many days.

    A part of a day counts as a day. Work that is later than *days* is not graded.
    """

    grace_minutes: int = 0
    percent_per_day: float = 10.0
    days: int = 3

    def days_late(self, handed_in: datetime, due: datetime) -> int:
        """Return the days to be charged.

        >>> due = datetime.fromisoformat("2026-12-01T23:59+08:00")
        >>> Late(grace_minutes=15).days_late(due + timedelta(minutes=15), due)
        0
        >>> Late().days_late(due + timedelta(hours=25), due)
        2
        """
        over = handed_in - due - timedelta(minutes=self.grace_minutes)
        return max(0, math.ceil(over / timedelta(days=1)))

    def share_kept(self, days_late: int) -> float:
        """Return what part of the points is kept after *days_late*.

        >>> Late(percent_per_day=10, days=3).share_kept(2)
        0.8
        """
        if days_late > self.days:
            return 0.0
        return max(0.0, 1.0 - days_late * self.percent_per_day / 100)


@dataclass(frozen=True)
class Term:
    """A term as `term.toml` has it."""

    name: str = ""
    due: Mapping[str, datetime] = field(default_factory=dict)
    late: Late = Late()

    def deadline(self, assignment: str, notebook: str = "") -> datetime | None:
        """Return when a notebook is due: its own deadline, or its assignment's.

        >>> week, end = when("2026-10-01 23:59"), when("2026-12-01 23:59")
        >>> term = Term("now", {"hotel": end, "hotel/1_the_record": week})
        >>> term.deadline("hotel", "1_the_record") == week
        True
        >>> term.deadline("hotel", "2_the_recall") == end
        True
        """
        own = self.due.get(f"{assignment}/{notebook}")
        return own or self.due.get(assignment)


def when(text: str) -> datetime:
    """Read a moment such as "2026-12-01 23:59"; without a zone it is local time.

    >>> when("2026-12-01T23:59+08:00").isoformat()
    '2026-12-01T23:59:00+08:00'

    Raises:
        CrmError: the text is not a date, or a date without an hour.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = None
    if moment is None or len(text.strip()) <= len("2026-12-01"):
        raise CrmError(
            f"'{text}' is not a moment. Write date and hour, such as 2026-12-01T23:59."
        )
    return moment if moment.tzinfo else moment.astimezone()


def begin(
    name: str,
    *,
    due: Mapping[str, datetime] | None = None,
    late: Late | None = None,
    class_dir: Path = CLASS_DIR,
) -> Term:
    """Begin a term with a new secret, and put the last one away.

    What stood in *class_dir* goes to `archive/<name of that term>` within it: hand-ins,
    gradebook, grades, secret. A demonstration stays where it is.

    Args:
        name: such as "2026 autumn".
        due: the deadline of each assignment ("oriental_hotel"), or of one notebook
            ("oriental_hotel/1_the_record"), as moments with a zone.
        late: the rule for late work; ten per cent a day for three days when None.
        class_dir: the class folder.

    Raises:
        CrmError: a term of this name is running or has been put away.
    """
    label = re.sub(r"[^\w.-]+", "_", name.strip()).strip("._")
    if not label:
        raise CrmError("A term needs a name, such as '2026 autumn'.")
    archive = class_dir / "archive"
    old = [
        path
        for path in (sorted(class_dir.iterdir()) if class_dir.is_dir() else [])
        if path.name not in _STAYS
    ]
    running = (class_dir / "term.toml").exists()
    before = read(class_dir).name if running else ""
    if running and before == name.strip():
        raise CrmError(
            f"The term '{before}' is running. To change its dates, edit "
            f"'{class_dir.name}/term.toml'."
        )
    if (archive / label).exists():
        raise CrmError(
            f"There has been a term '{name}': see '{class_dir.name}/archive/{label}'. "
            "Give this one another name."
        )
    if old:
        put_by = re.sub(r"[^\w.-]+", "_", before).strip("._") or "before_" + label
        target = archive / put_by
        target.mkdir(parents=True, exist_ok=True)
        # term.toml goes last: a term that was half put away is put away further.
        for path in sorted(old, key=lambda path: path.name == "term.toml"):
            path.rename(target / path.name)
    term = Term(name.strip(), dict(due or {}), late or Late())
    _write(term, class_dir / "term.toml")
    return term


def read(class_dir: Path = CLASS_DIR) -> Term:
    """Read the running term; one without name and dates if none was begun.

    Raises:
        CrmError: `term.toml` was edited and cannot be read.
    """
    path = class_dir / "term.toml"
    if not path.exists():
        return Term()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        due = {
            str(name): moment if moment.tzinfo else moment.astimezone()
            for name, moment in raw.get("due", {}).items()
        }
        late = Late(**raw.get("late", {}))
    except (tomllib.TOMLDecodeError, AttributeError, TypeError) as error:
        raise CrmError(
            f"'{class_dir.name}/term.toml' cannot be read: {error}. Deadlines look "
            "like oriental_hotel = 2026-12-01T23:59:00+08:00, and [late] has "
            "grace_minutes, percent_per_day and days."
        ) from None
    return Term(str(raw.get("name", "")), due, late)


def _write(term: Term, path: Path) -> None:
    lines = [
        "# The hidden tests draw their data from the secret: keep it, and to yourself.",
        f'secret = "{secrets.token_hex(16)}"',
        f"name = {_quoted(term.name)}",
        "",
        '# Deadlines of assignments, or of notebooks: "oriental_hotel/1_the_record".',
        "[due]",
        *(f"{_quoted(key)} = {at.isoformat()}" for key, at in term.due.items()),
        "",
        "[late]",
        f"grace_minutes = {term.late.grace_minutes}",
        f"percent_per_day = {term.late.percent_per_day:g}",
        f"days = {term.late.days}",
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(".term.toml.half")
    half.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    half.replace(path)


def _quoted(text: str) -> str:
    """Write a TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
