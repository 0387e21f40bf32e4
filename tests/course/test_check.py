"""One's own work, checked before it is handed in: in the kit and in the repository."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from course import check, cli, release
from course.term import ROOT

NAME = "wang_yongqing/7_reflection"
QUESTION = "place"


def notebook(name: str = NAME, room: str = "exercises"):
    path = ROOT / room / f"{name}.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))


def answered(change=lambda source: source):
    """Return the exercise with the reference's answers, code and prose."""
    book, worked = notebook(), notebook(room="solutions")
    answers = {
        cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"])
        for cell in worked["cells"]
        if cell["metadata"].get("nbgrader", {}).get("solution")
    }
    for cell in book["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell["source"] = change(answers[name])
    return book


def write(folder, book, name="7_reflection.ipynb"):
    path = folder / name
    path.write_text(json.dumps(book), encoding="utf-8")
    return path


def test_right_answer_is_all_right(tmp_path):
    report = check.check(write(tmp_path, answered()))
    assert report.all_right
    assert report.name == NAME
    assert report.before == report.stopped == ()
    assert report.earned == sum(part.worth for part in report.parts) == 3
    assert report.written == 7
    assert "3 of 3 points by the tests that you see." in str(report)
    assert "7 more are for what a person reads." in str(report)


def test_a_cell_that_stopped_is_named_by_what_a_student_sees(tmp_path):
    book = answered()
    ids = {
        cell["id"]: cell
        for cell in book["cells"]
        if cell["cell_type"] == "code" and "nbgrader" not in cell["metadata"]
    }
    name, cell = next(iter(ids.items()))
    cell["source"] = "season = {}\nseason[0]"
    said = check.check(write(tmp_path, book)).stopped
    assert said[0] == "the cell that begins with `season = {}`: KeyError: 0"
    assert name not in str(said)


def test_wrong_answer_is_told_what_was_missed(tmp_path):
    wrong = answered(lambda text: text.replace('helps, "S", "W"', 'helps, "T", "W"'))
    report = check.check(write(tmp_path, wrong))
    assert not report.all_right
    assert report.before == ()
    messages = [part.message for part in report.parts]
    assert messages[0] == "A fact about the shop is S or W (rule 1)."
    assert report.earned < 3
    assert "AssertionError" not in str(report)


def test_hidden_tests_find_what_was_typed_in(tmp_path):
    typed = (
        ROOT / "tests/bank" / NAME / QUESTION / "wrong_typed_constant.py"
    ).read_text(encoding="utf-8")
    book = answered(lambda text: typed if "def place" in text else text)
    path = write(tmp_path, book)
    assert check.check(path).earned == 3
    report = check.check(path, hidden=True)
    assert report.earned == 0
    assert "by all tests" in str(report)


def test_untouched_exercise_has_questions_left(tmp_path):
    report = check.check(write(tmp_path, notebook()))
    assert report.earned == 0
    (left,) = report.before
    assert left.startswith("Questions without an answer: place, ")
    assert {part.message for part in report.parts} == {"No answer yet."}


def test_names_missing_changed_and_copied_cells_are_named(tmp_path):
    book = answered()
    cells = book["cells"]
    by_id = {
        cell["metadata"]["nbgrader"]["grade_id"]: cell
        for cell in cells
        if cell["metadata"].get("nbgrader")
    }
    by_id["place-inside"]["source"] = "pass  # well"
    cells.remove(by_id["place-helpful"])
    cells.append(by_id["place-neither"])
    report = check.check(write(tmp_path, book, "7_reflection (1).ipynb"))
    said = " ".join(report.before)
    assert "Call the file 7_reflection.ipynb" in said
    assert "not yours to change: place-inside." in said
    assert "The cell place-helpful is missing" in said
    assert "stands there twice (place-neither)" in said
    assert report.parts[0].passed, "the test itself runs, not what stands there"
    assert not report.parts[1].passed


def test_an_endless_cell_and_an_exit_are_told(tmp_path, monkeypatch):
    book = answered(
        lambda text: "import os\nos._exit(3)" if "def place" in text else text
    )
    report = check.check(write(tmp_path, book))
    assert report.earned == 0
    assert all("Python ended" in part.message for part in report.parts)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("no json", "no notebook that can be read"),
        ('{"cells": []}', "none of the graded notebooks"),
        (None, "There is no file"),
    ],
)
def test_what_is_no_exercise_is_refused_in_words(tmp_path, content, words):
    path = tmp_path / "x.ipynb"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(check.CheckError, match=re.escape(words)):
        check.check(path)


def test_worked_solution_is_shown_on_request(tmp_path, capsys):
    path = write(tmp_path, notebook())
    assert cli.main(["check", str(path), "--solution", QUESTION]) == 0
    said = capsys.readouterr().out
    assert "def place(facts):" in said
    assert "### BEGIN" not in said
    assert "swot" not in said
    with pytest.raises(check.CheckError, match="no question 'nonsense'"):
        check.solution(NAME, question="nonsense")


def test_check_works_in_the_student_kit(tmp_path):
    kit = release.make_kit(tmp_path / "kit")
    path = kit / "exercises" / f"{NAME}.ipynb"
    path.write_text(json.dumps(answered()), encoding="utf-8")

    def run(*words):
        return subprocess.run(
            [sys.executable, "check.py", str(path.relative_to(kit)), *words],
            cwd=kit,
            capture_output=True,
            text=True,
            check=False,
        )

    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 of 3 points by the tests that you see." in done.stdout
    for words, said in (
        (["--hidden"], "There are no hidden tests here"),
        (["--solution"], "There is no worked solution"),
    ):
        refused = run(*words)
        assert refused.returncode == 1
        assert said in refused.stderr
