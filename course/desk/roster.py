"""Who is in the class, and by which names and numbers the platforms know them.

`class/roster.csv` has one line for each student. It is made from what a platform
exports (Canvas: the gradebook; Moodle: the grading worksheet, or the participants) or
typed. Canvas names downloads by its own number, Moodle by one of the assignment.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from course.term import CLASS_DIR
from crmlib.errors import CrmError

__all__ = ["Student", "add", "read", "read_table", "student_id"]

COLUMNS = ("student", "name", "email", "canvas_id", "moodle_id")


@dataclass(frozen=True)
class Student:
    """One line of the roster; `student` names the folder of the hand-ins."""

    student: str
    name: str = ""
    email: str = ""
    canvas_id: str = ""
    moodle_id: str = ""

    @property
    def letters(self) -> str:
        """The name's letters alone, family name first or last, as Canvas writes it."""
        return _letters(self.name)


def student_id(text: str) -> str:
    """Return *text* as the name of a folder: plain letters, digits, "._-".

    Chinese and other letters stay.

    >>> student_id("Lin.Yue@example.org"), student_id("王 小明")
    ('lin.yue', '王_小明')
    """
    plain = unicodedata.normalize("NFKC", text).strip().casefold().split("@")[0]
    return re.sub(r"[^\w.-]+", "_", plain).strip("._-")


def read(class_dir: Path = CLASS_DIR) -> dict[str, Student]:
    """Return the class by student; empty when there is no roster.

    Raises:
        CrmError: a line has no student, or two lines have the same.
    """
    path = class_dir / "roster.csv"
    found: dict[str, Student] = {}
    if not path.exists():
        return found
    for number, row in enumerate(read_table(path), start=2):
        fields = {key: (row.get(key) or "").strip() for key in COLUMNS}
        one = Student(**fields)
        if not one.student or one.student != student_id(one.student):
            raise CrmError(
                f"'{path.name}', line {number}: '{one.student}' cannot name a "
                "student's folder. Use small letters, digits, dots, '_' and '-'."
            )
        if one.student in found:
            raise CrmError(f"'{path.name}', line {number}: '{one.student}' again.")
        found[one.student] = one
    return found


def add(export: Path, *, class_dir: Path = CLASS_DIR) -> list[Student]:
    """Add the students of an *export* to the roster; return those that are new.

    Understands Canvas's gradebook (columns Student, ID, SIS Login ID), Moodle's
    grading worksheet (Identifier, Full name, Email address), Moodle's participants
    (First name, Last name, Email address) and tables with the roster's own columns.
    Whoever is known already, by number or by e-mail, gets what was missing.

    Raises:
        CrmError: the table has none of these.
    """
    rows = read_table(export)
    known = read(class_dir)
    new = []
    for row in rows:
        one = _from_row(row, export)
        if one is None:
            continue
        same = next((other for other in known.values() if _same(one, other)), None)
        if same is None:
            unique, number = one.student, 2
            while unique in known:
                unique, number = f"{one.student}_{number}", number + 1
            known[unique] = replace(one, student=unique)
            new.append(known[unique])
        else:
            known[same.student] = replace(
                same,
                name=same.name or one.name,
                email=same.email or one.email,
                canvas_id=same.canvas_id or one.canvas_id,
                # Moodle numbers a student anew in each assignment.
                moodle_id=one.moodle_id or same.moodle_id,
            )
    _write(known.values(), class_dir / "roster.csv")
    return new


def read_table(path: Path) -> list[dict[str, str]]:
    """Read a CSV file as a platform or a spreadsheet writes it.

    Comma, semicolon or tab; UTF-8 with or without mark, or UTF-16.

    Raises:
        CrmError: there is no such file, or it is no text.
    """
    try:
        data = path.read_bytes()
    except OSError:
        raise CrmError(f"There is no file '{path}'.") from None
    coding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(coding)
    except UnicodeDecodeError:
        raise CrmError(f"'{path.name}' is not a CSV file in UTF-8.") from None
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    return [{str(key): value or "" for key, value in row.items()} for row in reader]


def _from_row(row: dict[str, str], export: Path) -> Student | None:
    """Return the student of one line, None for a line that is not about one."""
    if "student" in row:
        fields = {key: (row.get(key) or "").strip() for key in COLUMNS}
        return Student(**fields | {"student": student_id(fields["student"])})
    if "Student" in row and "ID" in row:
        number, name = row["ID"].strip(), row["Student"].strip()
        # Canvas's second line has the possible points, the last is its test student.
        if not number.isdigit() or name == "Student, Test":
            return None
        login = row.get("SIS Login ID", "").strip()
        email = login if "@" in login else ""
        return Student(student_id(login or f"{name}_{number}"), name, email, number)
    email = row.get("Email address", "").strip()
    name = row.get("Full name", "").strip()
    if not name:
        name = f"{row.get('First name', '')} {row.get('Last name', '')}".strip()
    if name or email:
        moodle = re.sub(r"\D", "", row.get("Identifier", ""))
        return Student(student_id(email or name), name, email, "", moodle)
    raise CrmError(
        f"'{export.name}' is no list of students: it needs the columns of a Canvas "
        "gradebook (Student, ID), of a Moodle worksheet (Identifier, Full name) or of "
        f"a roster ({', '.join(COLUMNS)})."
    )


def _same(one: Student, other: Student) -> bool:
    if one.email and other.email:
        return one.email.casefold() == other.email.casefold()
    if one.canvas_id and other.canvas_id:
        return one.canvas_id == other.canvas_id
    return one.student == other.student


def _letters(name: str) -> str:
    """Return a name as Canvas writes it into file names: letters only, sorted words.

    >>> _letters("Yue Lin") == _letters("Lin, Yue")
    True
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    words = re.findall(r"[^\W\d_]+", plain)
    return " ".join(sorted(words))


def _write(students: Iterable[Student], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with io.StringIO() as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for one in sorted(students, key=lambda each: each.student):
            writer.writerow([getattr(one, key) for key in COLUMNS])
        half = path.with_name(".roster.csv.half")
        half.write_text(file.getvalue(), encoding="utf-8", newline="\n")
    half.replace(path)
