"""Each graded notebook goes through nbgrader and the grader, as a class would.

The bank is graded question by question without a kernel. Here two hand-ins of every
notebook take the way of a class: the reference, and one that is put together from a
wrong answer to each question. Both must earn what the bank says.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from bank import runner
from common import BANK_TERM

from course import grading, term
from course.term import ROOT

SANDBOX = sys.platform == "linux" and shutil.which("bwrap") is not None
BANK = ROOT / "tests" / "bank"
CASES = sorted(path.name for path in (ROOT / "exercises").iterdir() if path.is_dir())


def wrong_answers(case: str, notebook: str) -> dict[str, runner.Answer]:
    """Return the first wrong answer of the bank to each question."""
    found: dict[str, runner.Answer] = {}
    for path in sorted((BANK / case / notebook).glob("*/wrong_*.py")):
        answer = runner.read_answer(path)
        found.setdefault(answer.question, answer)
    return found


def hand_in(folder: Path, exercise: Path, answers: dict[str, str]) -> None:
    """Write the exercise with *answers* filled in."""
    book = json.loads(exercise.read_text(encoding="utf-8"))
    for cell in book["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell["source"] = answers[name]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / exercise.name).write_text(json.dumps(book), encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_assembled_hand_ins_earn_what_the_bank_says(case, tmp_path):
    term.start(tmp_path, secret=BANK_TERM)
    wanted: dict[tuple[str, str], float] = {}
    for exercise in sorted((ROOT / "exercises" / case).glob("*.ipynb")):
        notebook = exercise.stem
        solution = ROOT / "solutions" / case / exercise.name
        points = runner.points(solution)
        reference = runner.sources(solution)
        wrong = wrong_answers(case, notebook)
        expected = points.copy()
        for answer in wrong.values():
            expected |= answer.expected
        assert sum(points.values()) > sum(expected.values())
        right = {question: reference[question] for question in wrong}
        mixed = {question: answer.source for question, answer in wrong.items()}
        for student, answers, earned in (
            ("reference", right, points),
            ("mixed", mixed, expected),
        ):
            hand_in(tmp_path / "submitted" / student / case, exercise, answers)
            wanted[student, notebook] = sum(earned.values())
    results = grading.grade(case, class_dir=tmp_path, sandbox=SANDBOX)
    got = {(result.student, result.notebook): result.points for result in results}
    said = {
        (result.student, result.notebook): result.remarks
        for result in results
        if got[result.student, result.notebook]
        != wanted[result.student, result.notebook]
    }
    assert got == wanted, said
