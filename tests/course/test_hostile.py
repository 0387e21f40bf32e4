"""Hostile submissions gain nothing and are reported; their twins get full marks."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import nbformat
import pytest

from course import grading, term

sys.path.insert(0, str(term.ROOT / "tests" / "hostile"))
import attacks

MARK = "a-secret-of-this-term"


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """The class after one round: its folder, and the results by student."""
    if sys.platform != "linux" or shutil.which("bwrap") is None:
        pytest.skip("this machine has no bubblewrap: `make system-deps` installs it")
    root = tmp_path_factory.mktemp("hostile")
    folder = root / "solutions" / attacks.ASSIGNMENT
    folder.mkdir(parents=True)
    nbformat.write(attacks.source(), folder / f"{attacks.NOTEBOOK}.ipynb")
    class_dir = root / "class"
    term.start(class_dir, secret=MARK)
    for name, nb in _submissions().items():
        path = class_dir / "submitted" / name / attacks.ASSIGNMENT
        path.mkdir(parents=True)
        nbformat.write(nb, path / f"{attacks.NOTEBOOK}.ipynb")
    started = time.monotonic()
    results = grading.grade(
        attacks.ASSIGNMENT,
        class_dir=class_dir,
        root=root,
        cell_seconds=3,
        notebook_seconds=20,
        memory_mb=1000,
    )
    print(f"{len(results)} submissions in {time.monotonic() - started:.0f} s")
    return class_dir, {result.student: result for result in results}


def _submissions() -> dict[str, nbformat.NotebookNode]:
    made = {
        f"base {name}": attacks.submission(attacks.BASES[name])
        for name in attacks.BASES
    }
    for attack in attacks.BANK:
        made[f"{attack.name} attack"] = attacks.hostile(attack)
        made[f"{attack.name} twin"] = attacks.twin(attack)
    return made


def test_the_bank_is_large_and_its_names_differ():
    assert len(attacks.BANK) >= 40
    assert len({attack.name for attack in attacks.BANK}) == len(attacks.BANK)
    assert len({attack.kind for attack in attacks.BANK}) >= 10


@pytest.mark.parametrize("attack", attacks.BANK, ids=lambda attack: attack.name)
def test_it_gains_nothing_and_is_reported(room, attack):
    _, results = room
    result = results[f"{attack.name} attack"]
    without = results[f"base {attack.base}"]
    assert (result.points or 0) <= without.points, result.remarks
    assert attack.says
    assert attack.says in " ".join(result.remarks)


@pytest.mark.parametrize("attack", attacks.BANK, ids=lambda attack: attack.name)
def test_its_honest_twin_gets_full_marks(room, attack):
    result = room[1][f"{attack.name} twin"]
    assert result.points == attacks.FULL, result.remarks


def test_the_submissions_without_attacks_are_worth_what_they_say(room):
    points = {name: room[1][f"base {name}"].points for name in attacks.BASES}
    assert points == {"wrong": 0, "half": 3, "other half": 2}


def test_everybody_is_graded(room):
    assert {result.status for result in room[1].values()} <= {
        "graded",
        "graded with remarks",
    }


def test_no_attack_shows_a_hidden_test_or_the_seed(room):
    class_dir, results = room
    for name in results:
        if not name.endswith("attack"):
            continue
        folder = class_dir / "autograded" / name / attacks.ASSIGNMENT
        nb = nbformat.read(folder / f"{attacks.NOTEBOOK}.ipynb", as_version=4)
        printed = str([cell.get("outputs") for cell in nb.cells if "outputs" in cell])
        answers = [
            str(cell.outputs)
            for cell in nb.cells
            if cell.cell_type == "code"
            and not cell.metadata.get("nbgrader", {}).get("grade")
        ]
        assert attacks.CANARY not in str(answers), name
        assert MARK not in printed, name
        page = class_dir / "feedback" / name / attacks.ASSIGNMENT
        text = (page / f"{attacks.NOTEBOOK}.html").read_text(encoding="utf-8")
        assert attacks.CANARY not in text, name
        assert MARK not in text, name


def test_what_they_printed_is_cut(room):
    folder = room[0] / "autograded" / "output_flood attack" / attacks.ASSIGNMENT
    assert (folder / f"{attacks.NOTEBOOK}.ipynb").stat().st_size < 1_000_000
    nb = nbformat.read(folder / f"{attacks.NOTEBOOK}.ipynb", as_version=4)
    assert "more characters were printed" in str(nb.cells)
    for path in (room[0] / "autograded").rglob("*.ipynb"):
        assert path.stat().st_size < 12_000_000, path


def test_nothing_that_they_started_is_left(room):
    mine = f"{Path('/proc/self').resolve().name}"
    left = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if b"/tmp/woke" in words and path.parent.name != mine:
            left.append(words)
    assert left == []
    assert not Path("/tmp/woke").exists()
