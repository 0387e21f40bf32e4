"""A learning platform's download, sorted into `class/submitted`.

Canvas packs all submissions into one zip whose file names begin with the student's
name, "LATE" if so, and two numbers; Moodle makes a folder for each student, named by
the student and a number. Everything that came is kept under `class/received`, and of
several versions of one notebook the latest before the deadline goes to be graded. What
belongs to nobody is set aside with a reason, and stays there until the roster knows.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from course.desk import roster, terms
from course.desk.roster import Student
from course.desk.terms import Term
from course.term import CLASS_DIR, ROOT
from crmlib.errors import CrmError

__all__ = ["Taken", "days_late", "label", "silent", "take_in"]

MAX_BYTES = 200_000_000
"""Larger files are left out: a notebook with its pictures has a hundredth of it."""

UNKNOWN = "_unknown"
_CANVAS = re.compile(r"([^_/]+)(_LATE)?_(\d+)_(\d+)_([^/]+)")
_MOODLE = re.compile(r"(.+?)_(\d+)_assignsubmission_(?:file|onlinetext)_?([^/]*)")
_VERSION = re.compile(r"( ?\(\d+\)|-\d+)$")
_MOMENTS = (
    "%A, %d %B %Y, %I:%M %p",
    "%A, %d %B %Y, %H:%M",
    "%d %B %Y, %I:%M %p",
    "%d %B %Y, %H:%M",
    "%d/%m/%Y, %H:%M",
    "%d/%m/%Y %H:%M",
)


@dataclass(frozen=True, order=True)
class Taken:
    """What became of one file: `state` is "taken", "kept" or "set aside"."""

    student: str
    file: str
    state: str
    said: str = ""


@dataclass(frozen=True)
class _File:
    """A file of the download, not read yet."""

    path: PurePosixPath
    size: int
    changed: datetime
    read: Callable[[], bytes]


@dataclass(frozen=True)
class _Label:
    """What the platform's name for a file says."""

    name: str
    number: str
    platform: str
    file: str
    late: bool = False
    serial: str = ""

    @property
    def prefix(self) -> str:
        """What a page that goes back must begin with, "" if nothing."""
        if self.platform == "canvas":
            return f"{self.name}_{self.number}_{self.serial}_"
        if self.platform == "moodle":
            return f"{self.name}_{self.number}_assignsubmission_file_"
        return ""


@dataclass
class _Version:
    """One version of one file of one student, as `index.json` keeps it."""

    file: str
    original: str
    at: str
    late_mark: bool
    mark: str
    stored: str
    known_time: bool
    label: str


def take_in(
    source: Path,
    assignment: str,
    *,
    times: Path | None = None,
    class_dir: Path = CLASS_DIR,
    root: Path = ROOT,
) -> list[Taken]:
    """Sort a download into `submitted/<student>/<assignment>` and say what was done.

    The same download may be taken in again, for instance when a student has been
    added to the roster: nothing comes twice.

    Args:
        source: the zip, or the folder it was unpacked into; also a folder with one
            folder for each student.
        assignment: which assignment it is.
        times: when things were handed in: Moodle's grading worksheet, or a table with
            the columns `student` (or `ID`) and `submitted_at`. Without it Moodle's
            files are taken to be as old as they say, and a Canvas file marked LATE to
            be one day late.
        class_dir: the class folder.
        root: holds `exercises/`, by which notebooks with a wrong name are recognised.

    Returns:
        One `Taken` for each file, sorted.

    Raises:
        CrmError: the source is no zip and no folder, or there is no such assignment.
    """
    if not (root / "exercises" / assignment).is_dir():
        raise CrmError(
            f"There is no assignment '{assignment}' in exercises/; run "
            "`crm-course exercises` if it is new."
        )
    term, known = terms.read(class_dir), roster.read(class_dir)
    said_times = _times(times) if times else {}
    marks = _marks(root / "exercises" / assignment)
    taken: list[Taken] = []
    touched: set[str] = set()
    for file in _files(source, taken):
        label = _label(file.path)
        who = _who(label, known)
        if isinstance(who, str):
            _set_aside(class_dir, assignment, file)
            taken.append(Taken(UNKNOWN, file.path.name, "set aside", who))
            continue
        assert label is not None  # else it would be nobody's
        _keep(file, label, who, assignment, class_dir, marks, said_times)
        touched.add(who.student)
    for student in known:
        # Who handed in nothing is in the class, too.
        (class_dir / "submitted" / student).mkdir(parents=True, exist_ok=True)
    for student in sorted(touched):
        taken += _choose(student, assignment, term, class_dir)
    return sorted(taken)


def days_late(student: str, assignment: str, *, class_dir: Path) -> dict[str, int]:
    """Return the days to be charged for each notebook that was taken, by its name."""
    term = terms.read(class_dir)
    folder = class_dir / "received" / student / assignment
    return {
        Path(version.file).stem: _late(version, assignment, term)
        for version in _chosen(_index(folder), assignment, term).values()
        if version.file.endswith(".ipynb")
    }


def label(student: str, assignment: str, *, notebook: str = "", class_dir: Path) -> str:
    """Return how names of pages for the platform begin, "" if it is none's.

    A notebook may have been handed in by itself, with a number of its own.
    """
    versions = _index(class_dir / "received" / student / assignment)
    mine = [one for one in versions if one.file == f"{notebook}.ipynb"]
    return (mine or versions)[-1].label if versions else ""


def silent(assignment: str, *, class_dir: Path = CLASS_DIR) -> list[str]:
    """Return the students of the roster from whom nothing was received."""
    received = class_dir / "received"
    return [
        student
        for student in sorted(roster.read(class_dir))
        if not (received / student / assignment / "index.json").exists()
    ]


# ------------------------------------------------------------------------ what came


def _files(source: Path, taken: list[Taken]) -> Iterator[_File]:
    """Walk through a zip or a folder, and through zips in it, one level deep."""
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            inside = PurePosixPath(path.relative_to(source).as_posix())
            changed = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
            one = _File(inside, path.stat().st_size, changed, path.read_bytes)
            yield from _unpacked(one, taken)
        return
    if not zipfile.is_zipfile(source):
        raise CrmError(
            f"'{source.name}' is neither a folder nor a zip file. Download all "
            "submissions from Canvas or Moodle again and give that file."
        )
    with zipfile.ZipFile(source) as archive:
        for one in _members(archive, PurePosixPath()):
            yield from _unpacked(one, taken)


def _unpacked(file: _File, taken: list[Taken]) -> Iterator[_File]:
    if ".." in file.path.parts or file.path.is_absolute():
        words = "Its name leads out of the download; left out."
        taken.append(Taken(UNKNOWN, file.path.name, "set aside", words))
        return
    if any(part.startswith((".", "__MACOSX")) for part in file.path.parts):
        return
    if file.size > MAX_BYTES:
        words = f"{file.size / 1e6:.0f} MB are more than a notebook has; left out."
        taken.append(Taken(UNKNOWN, file.path.name, "set aside", words))
    elif file.path.suffix.casefold() != ".zip":
        yield file
    else:
        try:
            with zipfile.ZipFile(io.BytesIO(file.read())) as archive:
                members = list(_members(archive, PurePosixPath()))
                label = _label(file.path)
                for one in members:
                    # Its members are the student's: keep the platform's label.
                    named = _relabelled(file.path, label, one.path)
                    if not any(p.startswith((".", "__")) for p in one.path.parts):
                        yield _File(named, one.size, file.changed, one.read)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            words = f"This zip cannot be opened ({error}). Ask for the notebook."
            taken.append(Taken(UNKNOWN, file.path.name, "set aside", words))


def _members(archive: zipfile.ZipFile, base: PurePosixPath) -> Iterator[_File]:
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        changed = datetime(*entry.date_time).astimezone()
        inside = base / entry.filename.replace("\\", "/")

        def read(entry: zipfile.ZipInfo = entry) -> bytes:
            return archive.read(entry)

        yield _File(inside, entry.file_size, changed, read)


def _relabelled(
    outer: PurePosixPath, label: _Label | None, inner: PurePosixPath
) -> PurePosixPath:
    """Name a member of a student's own zip as if it had come by itself."""
    if label is not None and label.platform == "canvas":
        prefix = outer.name[: len(outer.name) - len(label.file)]
        return outer.with_name(prefix + inner.name)
    return outer.parent / inner.name


def _label(path: PurePosixPath) -> _Label | None:
    """Read what Canvas or Moodle wrote into a path.

    >>> _label(PurePosixPath("linyue_LATE_71_905_1_the_record-2.ipynb"))
    _Label(name='linyue', number='71', platform='canvas', \
file='1_the_record-2.ipynb', late=True, serial='905')
    >>> _label(PurePosixPath("Lin Yue_33_assignsubmission_file/a.ipynb")).number
    '33'
    """
    for position, part in enumerate(path.parts):
        if found := _MOODLE.fullmatch(part):
            rest = path.parts[position + 1 :]
            file = rest[-1] if rest else found[3]
            return _Label(found[1], found[2], "moodle", file)
    if found := _CANVAS.fullmatch(path.name):
        return _Label(found[1], found[3], "canvas", found[5], bool(found[2]), found[4])
    if len(path.parts) > 1:
        return _Label(path.parts[-2], "", "folder", path.name)
    return None


def _who(label: _Label | None, known: Mapping[str, Student]) -> Student | str:
    """Return whose file it is, or a sentence why nobody's."""
    if label is None:
        return "Its name does not say whose it is. Put it into the student's folder."
    if not known:
        name = f"{label.name}_{label.number}" if label.number else label.name
        return Student(roster.student_id(name), label.name)
    key = {"canvas": "canvas_id", "moodle": "moodle_id"}.get(label.platform)
    if key and label.number:
        for one in known.values():
            if getattr(one, key) == label.number:
                return one
    if label.platform == "folder" and roster.student_id(label.name) in known:
        return known[roster.student_id(label.name)]
    joined = "".join(sorted(_letters(label.name)))
    same = [one for one in known.values() if one.name and _letters(one.name) == joined]
    if len(same) == 1:
        return same[0]
    number = f", number {label.number}" if label.number else ""
    if same:
        return (
            f"{len(same)} students are called '{label.name}'. Put the number into "
            f"roster.csv ({key or 'student'}{number}) and take in again."
        )
    return (
        f"'{label.name}'{number} is not in roster.csv. Add the student and take in "
        "again."
    )


def _letters(name: str) -> str:
    return "".join(sorted(c for c in name.casefold() if c.isalpha()))


def _set_aside(class_dir: Path, assignment: str, file: _File) -> None:
    folder = class_dir / "received" / UNKNOWN / assignment
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.() -]+", "_", "__".join(file.path.parts))[-180:]
    (folder / name).write_bytes(file.read())


# ------------------------------------------------------------------- what was kept


def _keep(
    file: _File,
    label: _Label,
    who: Student,
    assignment: str,
    class_dir: Path,
    marks: dict[str, set[str]],
    times: dict[str, datetime],
) -> None:
    """Store one version in `received`, unless it is there already."""
    data = file.read()
    folder = class_dir / "received" / who.student / assignment
    versions = _index(folder)
    mark = hashlib.sha256(data).hexdigest()
    name = _notebook_name(label.file, data, marks)
    said_time = next(
        (
            times[key]
            for key in (who.student, who.canvas_id, who.moodle_id, label.number)
            if key and key in times
        ),
        None,
    )
    at = said_time or file.changed
    known_time = said_time is not None or label.platform != "canvas"
    for version in versions:
        if (version.file, version.mark) == (name, mark):
            if said_time is not None:
                version.at, version.known_time = at.isoformat(), True
                _write_index(folder, versions)
            return
    stored = f"{mark[:12]}{Path(name).suffix.casefold()}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / stored).write_bytes(data)
    version = _Version(
        name,
        label.file,
        at.isoformat(),
        label.late,
        mark,
        stored,
        known_time,
        label.prefix,
    )
    _write_index(folder, [*versions, version])


def _notebook_name(name: str, data: bytes, marks: dict[str, set[str]]) -> str:
    """Return the notebook's own name, from the cells inside or else from the name."""
    inside = set(re.findall(rb'"grade_id"\s*:\s*"([^"]+)"', data))
    found = {part.decode("utf-8", "replace") for part in inside}
    for notebook, wanted in marks.items():
        if wanted and len(found & wanted) >= len(wanted) / 2:
            return f"{notebook}.ipynb"
    path = PurePosixPath(name)
    return _VERSION.sub("", path.stem) + path.suffix


def _marks(folder: Path) -> dict[str, set[str]]:
    """Return the `grade_id`s of each notebook of an exercise."""
    found = {}
    for path in sorted(folder.glob("*.ipynb")):
        raw = json.loads(path.read_text(encoding="utf-8"))
        found[path.stem] = {
            cell["metadata"]["nbgrader"]["grade_id"]
            for cell in raw["cells"]
            if "nbgrader" in cell["metadata"]
        }
    return found


def _index(folder: Path) -> list[_Version]:
    path = folder / "index.json"
    if not path.exists():
        return []
    return [_Version(**one) for one in json.loads(path.read_text(encoding="utf-8"))]


def _write_index(folder: Path, versions: list[_Version]) -> None:
    text = json.dumps([vars(one) for one in versions], ensure_ascii=False, indent=1)
    half = folder / ".index.half"
    half.write_text(text + "\n", encoding="utf-8", newline="\n")
    half.replace(folder / "index.json")


# ---------------------------------------------------------------- what will be graded


def _late(version: _Version, assignment: str, term: Term) -> int:
    """Return the days to be charged for one version."""
    due = term.deadline(assignment, Path(version.file).stem)
    if due is None:
        return 0
    marked = int(version.late_mark)
    if not version.known_time:
        return marked
    moment = datetime.fromisoformat(version.at)
    return max(marked, term.late.days_late(moment, due))


def _in_order(versions: list[_Version]) -> list[_Version]:
    """Return one file's versions, oldest first."""

    def key(version: _Version) -> tuple[datetime, int]:
        again = re.search(r"(\d+)\)?\.\w+$", version.original)
        attempt = _VERSION.search(Path(version.original).stem) is not None
        return (
            datetime.fromisoformat(version.at),
            int(again[1]) if again and attempt else 0,
        )

    return sorted(versions, key=key)


def _chosen(
    versions: list[_Version], assignment: str, term: Term
) -> dict[str, _Version]:
    """Return for each file the version that counts.

    The latest in time; if none is, the latest that is not too late.
    """
    chosen = {}
    for file in sorted({version.file for version in versions}):
        mine = _in_order([version for version in versions if version.file == file])
        late = [_late(version, assignment, term) for version in mine]
        for limit in (0, term.late.days):
            fit = [v for v, days in zip(mine, late, strict=True) if days <= limit]
            if fit:
                chosen[file] = fit[-1]
                break
    return chosen


def _choose(student: str, assignment: str, term: Term, class_dir: Path) -> list[Taken]:
    """Put the versions that count into `submitted`, and say which those are."""
    folder = class_dir / "received" / student / assignment
    target = class_dir / "submitted" / student / assignment
    versions = _index(folder)
    chosen = _chosen(versions, assignment, term)
    said = []
    for file in sorted({version.file for version in versions}):
        mine = _in_order([version for version in versions if version.file == file])
        taken = chosen.get(file)
        if taken is None:
            words = (
                f"More than {term.late.days} days after the deadline: kept in "
                "`received`, not graded."
            )
            said.append(Taken(student, file, "kept", words))
            continue
        target.mkdir(parents=True, exist_ok=True)
        data = (folder / taken.stored).read_bytes()
        half = target / f".{file}.half"
        half.write_bytes(data)
        half.replace(target / file)
        words = _why(taken, mine, assignment, term)
        if not file.endswith(".ipynb") and any(n.endswith(".ipynb") for n in chosen):
            trouble = ""  # something beside the notebook
        else:
            trouble = _trouble(file, data)
        said.append(Taken(student, file, "taken", f"{trouble} {words}".strip()))
    return said


def _trouble(file: str, data: bytes) -> str:
    """Return what the instructor can write to the student about before grading."""
    if not data.strip():
        return "The file is empty."
    if not file.endswith(".ipynb"):
        return "This is no notebook."
    try:
        json.loads(data)
    except ValueError:
        return "The file is damaged or cut off."
    return ""


def _why(taken: _Version, mine: list[_Version], assignment: str, term: Term) -> str:
    words = []
    if taken.original != taken.file:
        words.append(f"Handed in as '{taken.original}'.")
    if len(mine) > 1:
        newest = taken is mine[-1]
        which = "the latest" if newest else "the latest before the deadline"
        words.append(f"Handed in {len(mine)} times; {which} counts.")
    days = _late(taken, assignment, term)
    due = term.deadline(assignment, Path(taken.file).stem)
    if days and due:
        words.append(
            f"{days} day{'s' if days > 1 else ''} after the deadline of "
            f"{due:%Y-%m-%d %H:%M}."
        )
        if not taken.known_time:
            words.append("Canvas marks it LATE without an hour: one day is charged.")
    return " ".join(words)


def _times(path: Path) -> dict[str, datetime]:
    """Read when things were handed in, by any number or name of a student."""
    found: dict[str, datetime] = {}
    for number, row in enumerate(roster.read_table(path), start=2):
        text = row.get("submitted_at") or row.get("Last modified (submission)") or ""
        if text.strip() in ("", "-"):
            continue
        moment = _moment(text)
        if moment is None:
            raise CrmError(
                f"'{path.name}', line {number}: '{text}' is not a moment that is "
                "understood. Write it as 2026-12-01 23:59 in a column submitted_at."
            )
        identifier = re.sub(r"\D", "", row.get("Identifier", ""))
        for key in (row.get("student"), row.get("ID"), identifier):
            if key and key.strip():
                found[key.strip()] = moment
    if not found:
        raise CrmError(
            f"'{path.name}' does not say when anything was handed in. It needs the "
            "columns Identifier and 'Last modified (submission)' of Moodle's "
            "worksheet, or student (or ID) and submitted_at."
        )
    return found


def _moment(text: str) -> datetime | None:
    try:
        return terms.when(text)
    except CrmError:
        pass
    for pattern in _MOMENTS:
        try:
            return datetime.strptime(text.strip(), pattern).astimezone()
        except ValueError:
            continue
    return None
