"""A round that is killed goes on where it was; only what changed is graded again."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import sqlite3
import sys
import time
from pathlib import Path

import mini_course as mini
import pytest
from mini_course import RIGHT

from course import grading, term
from course.grading import run
from crmlib.errors import CrmError

SANDBOX = sys.platform == "linux" and shutil.which("bwrap") is not None
KILLS = int(os.environ.get("KILLS", "3"))
"""`KILLS=10 pytest tests/course/test_interrupted.py` takes two minutes."""
WRONG = {"total": "def total(values):\n    return 0"}
STUDENTS = {
    f"s{i:02}": mini.answered(**(RIGHT if i % 3 else RIGHT | WRONG)) for i in range(12)
}


def hand_in_all(class_dir: Path) -> None:
    term.start(class_dir, secret="this term")
    for student, nb in STUDENTS.items():
        mini.hand_in(class_dir, student, nb)
    mini.hand_in(class_dir, "s12", b"")


def grade(root: Path, class_dir: Path, said: list[str] | None = None, **options):
    return grading.grade(
        mini.ASSIGNMENT,
        class_dir=class_dir,
        root=root,
        sandbox=SANDBOX,
        progress=None if said is None else said.append,
        **options,
    )


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A class after one round, and how long the round took."""
    root = mini.make_root(tmp_path_factory.mktemp("course"))
    class_dir = root / "class"
    hand_in_all(class_dir)
    started = time.monotonic()
    grade(root, class_dir)
    return root, class_dir, time.monotonic() - started


def rows(class_dir: Path) -> list[tuple]:
    """Return all grades of the gradebook, after a look at its soundness."""
    with sqlite3.connect(class_dir / "gradebook.db") as db:
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
        return sorted(
            db.execute(
                "select s.id, c.name, g.auto_score, g.manual_score from grade g"
                " join base_cell c on c.id = g.cell_id"
                " join submitted_notebook n on n.id = g.notebook_id"
                " join submitted_assignment a on a.id = n.assignment_id"
                " join student s on s.id = a.student_id"
            )
        )


def test_the_gradebook_holds_each_grade_once(room):
    found = rows(room[1])
    assert len(found) == len(STUDENTS) * 3
    assert len({row[:2] for row in found}) == len(found)


def test_what_has_not_changed_is_not_graded_again(room):
    root, class_dir, _ = room
    said: list[str] = []
    before = {path: path.stat().st_mtime_ns for path in class_dir.rglob("*.html")}
    first = (class_dir / "grades.csv").read_bytes()
    grade(root, class_dir, said)
    assert len(said) == 13
    assert all("unchanged" in line for line in said)
    assert (class_dir / "grades.csv").read_bytes() == first
    assert before == {p: p.stat().st_mtime_ns for p in class_dir.rglob("*.html")}


def test_what_has_changed_is_graded_again(room, tmp_path):
    root, class_dir, _ = room
    copy = tmp_path / "class"
    shutil.copytree(class_dir, copy)
    mini.hand_in(copy, "s01", mini.answered(**RIGHT | WRONG))
    mini.hand_in(copy, "new", mini.answered(**RIGHT))
    (copy / "feedback" / "s02" / mini.ASSIGNMENT / f"{mini.NOTEBOOK}.html").unlink()
    said: list[str] = []
    results = {result.student: result for result in grade(root, copy, said)}
    again = {line.split()[3].rstrip(":") for line in said if "unchanged" not in line}
    assert again == {"s01", "s02", "new"}
    assert (results["s01"].points, results["new"].points) == (2, 5)


def test_all_is_graded_again_in_another_term_or_by_other_limits(room, tmp_path):
    root, class_dir, _ = room
    said: list[str] = []
    grade(root, class_dir, said, cell_seconds=59)
    assert not any("unchanged" in line for line in said)
    said.clear()
    grade(root, class_dir, said, cell_seconds=59, again=True)
    assert not any("unchanged" in line for line in said)
    grade(root, class_dir)


def test_two_rounds_of_one_class_do_not_meet(room):
    root, class_dir, _ = room
    with (
        run.ClassRoom(class_dir, root).alone(),
        pytest.raises(CrmError, match="Another round is running"),
    ):
        grade(root, class_dir)


def _killed(root: Path, class_dir: Path, seconds: float) -> None:
    """Start a round in a process of its own and kill it after *seconds*."""
    process = multiprocessing.get_context("fork").Process(
        target=_round_of_its_own, args=(root, class_dir)
    )
    process.start()
    process.join(seconds)
    process.kill()
    process.join()


def _round_of_its_own(root: Path, class_dir: Path) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    grade(root, class_dir)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_kills_lose_nothing(room, tmp_path):
    """Killed at random moments in turn, then left alone: the same grades."""
    root, whole, duration = room
    class_dir = tmp_path / "class"
    hand_in_all(class_dir)
    rng = random.Random(20251231)
    expected = rows(whole)
    done: set[str] = set()
    for _ in range(KILLS):
        _killed(root, class_dir, rng.uniform(0, duration * 0.8))
        if (class_dir / "gradebook.db").exists():
            found = rows(class_dir)
            assert set(found) <= set(expected)
            for path in class_dir.glob("intake/*/*.done"):
                done.add(path.parent.name)
            # Whoever was done stays done, with all three grades.
            graded = [row[0] for row in found]
            assert all(graded.count(name) == 3 for name in done - {"s12"})
    said: list[str] = []
    grade(root, class_dir, said)
    assert rows(class_dir) == expected
    unchanged = {line.split()[3].rstrip(":") for line in said if "unchanged" in line}
    assert unchanged == done
    first = (whole / "grades.csv").read_bytes()
    assert (class_dir / "grades.csv").read_bytes() == first
    pages = {path.parent.parent.name for path in class_dir.glob("feedback/*/*/*.html")}
    assert pages == {*STUDENTS, "s12"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_hand_given_points_survive_a_kill(room, tmp_path):
    root, whole, duration = room
    class_dir = tmp_path / "class"
    shutil.copytree(whole, class_dir)
    with sqlite3.connect(class_dir / "gradebook.db") as db:
        db.execute(
            "update grade set manual_score = 3.5, needs_manual_grade = 0"
            " where auto_score is null"
        )
    db.close()
    mini.hand_in(class_dir, "s01", mini.answered(**RIGHT | {"why": "Another thought."}))
    rng = random.Random(3)
    for _ in range(3):
        _killed_again(root, class_dir, rng.uniform(0.3, 0.9) * duration)
    results = {result.student: result for result in grade(root, class_dir)}
    assert {results[name].manual_points for name in STUDENTS} == {3.5}
    with sqlite3.connect(class_dir / "gradebook.db") as db:
        open_ones = db.execute(
            "select count(*) from grade where needs_manual_grade"
        ).fetchone()
    assert open_ones == (1,)
    assert "changed after it was graded by hand" in " ".join(results["s01"].remarks)


def _killed_again(root: Path, class_dir: Path, seconds: float) -> None:
    """As `_killed`, with everything to be graded again."""
    for path in class_dir.glob("intake/*/*.done"):
        path.unlink()
    _killed(root, class_dir, seconds)
