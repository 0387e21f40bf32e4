"""An assignment's version rises with its graded meaning, and only with it."""

from __future__ import annotations

import json

import mini_course as mini
import nbformat
import pytest

from course import editions
from course.term import ROOT


def test_the_versions_that_are_noted_are_those_of_the_solutions():
    noted = json.loads((ROOT / "solutions" / "versions.json").read_text("utf-8"))
    for assignment, found in noted.items():
        folder = ROOT / "solutions" / assignment
        marks = {path.stem: editions.mark(path) for path in folder.glob("*.ipynb")}
        assert marks == found["graded"], "run `make exercises`"
    folders = {path.name for path in (ROOT / "solutions").iterdir() if path.is_dir()}
    assert set(noted) == folders


@pytest.fixture
def root(tmp_path):
    mini.make_root(tmp_path)
    assert editions.update(tmp_path) == {}
    assert editions.current("mini", root=tmp_path) == 1
    return tmp_path


def edit(root, change):
    path = root / "solutions" / "mini" / f"{mini.NOTEBOOK}.ipynb"
    nb = nbformat.read(path, as_version=4)
    change(nb)
    nbformat.write(nb, path)


@pytest.mark.parametrize(
    "change",
    [
        lambda nb: mini.cell(nb, "h1").update(source="## 1. The sum"),
        lambda nb: mini.cell(nb, "total").update(source="def total(values): ..."),
        lambda nb: mini.cell(nb, "setup").update(source="import cmath"),
    ],
    ids=["a heading", "a solution", "the setup"],
)
def test_words_and_solutions_leave_the_version(root, change):
    edit(root, change)
    assert editions.update(root) == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda nb: mini.cell(nb, "test_total").update(source="assert total([]) == 0"),
        lambda nb: mini.cell(nb, "test_total").metadata.nbgrader.update(points=4),
        lambda nb: nb.cells.remove(mini.cell(nb, "why")),
    ],
    ids=["a test", "points", "a question less"],
)
def test_tests_points_and_questions_raise_it(root, change):
    edit(root, change)
    assert editions.update(root) == {"mini": 2}
    assert editions.current("mini", root=root) == 2
    assert editions.update(root) == {}
