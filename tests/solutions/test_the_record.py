"""The graded notebook of the Oriental Hotel gives every answer its exact points."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest
from bank import runner

from course.generator import hotel
from crmlib import datasets

ROOT = Path(__file__).resolve().parents[2]
SOLUTION = ROOT / "solutions" / "oriental_hotel" / "1_the_record.ipynb"
EXERCISE = ROOT / "exercises" / "oriental_hotel" / "1_the_record.ipynb"
BANK = ROOT / "tests" / "bank" / "oriental_hotel" / "1_the_record"

POINTS = runner.points(SOLUTION)
ANSWERS = [runner.read_answer(path) for path in sorted(BANK.glob("*/*.py"))]
QUESTIONS = {
    "normalise-name": 4,
    "who-was-in": 3,
    "link": 3,
    "identify": 2,
    "guest-records": 3,
    "before-the-lift-opens": 3,
}


_made = functools.cache(hotel.make)


@pytest.fixture(autouse=True)
def hotels_are_made_once(monkeypatch):
    """A hundred answers see the same hotels: make each once, hand out copies."""
    monkeypatch.setattr(
        hotel, "make", lambda seed: {k: t.copy() for k, t in _made(seed).items()}
    )


@pytest.fixture(params=["a term", "another term"])
def term(request, monkeypatch):
    """Hidden tests draw another hotel each term."""
    monkeypatch.setenv("CRM_TERM_SEED", request.param)


def test_reference_earns_everything(term):
    outcome = runner.grade(SOLUTION)
    assert outcome.messages == {}
    assert outcome.points == POINTS
    assert outcome.total == sum(QUESTIONS.values()) == 18


def test_untouched_exercise_earns_nothing(term):
    for exercise, tests in ((EXERCISE, SOLUTION), (EXERCISE, None)):
        outcome = runner.grade(exercise, tests_from=tests)
        assert set(outcome.points) == set(POINTS)
        assert outcome.total == 0


def test_exercise_hides_what_it_should():
    text = EXERCISE.read_text(encoding="utf-8")
    for secret in ("HIDDEN", "SOLUTION", "course.", "seed_for", "_made", "NFD"):
        assert secret not in text
    # The sample answer to the written question is not handed out either.
    assert "17 April 1961" not in text
    assert runner.points(EXERCISE) == POINTS


def test_visible_tests_pass_for_the_reference_without_the_hidden_ones():
    """A student whose answer is right sees no complaint."""
    answers = {
        name: source
        for name, source in runner.sources(SOLUTION).items()
        if name in QUESTIONS
    }
    outcome = runner.grade(EXERCISE, replace=answers)
    assert outcome.messages == {}
    assert outcome.points == POINTS


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: f"{a.question}/{a.path.stem}")
def test_bank(answer, monkeypatch):
    monkeypatch.setenv("CRM_TERM_SEED", "the bank's term")
    outcome = runner.grade(
        SOLUTION, replace={answer.question: answer.source}, only=answer.question
    )
    full = {name: POINTS[name] for name in outcome.points}
    assert sum(full.values()) == QUESTIONS[answer.question]
    assert set(answer.expected) <= set(full)
    assert outcome.points == full | answer.expected, outcome.messages
    for message in outcome.messages.values():
        assert len(message) > 20  # each failure comes with words


def test_bank_is_large_enough():
    for question in QUESTIONS:
        mine = [answer for answer in ANSWERS if answer.question == question]
        assert sum(answer.is_right for answer in mine) >= 2
        assert sum(not answer.is_right for answer in mine) >= 5
        for answer in mine:
            assert answer.is_right == (not answer.expected)


def test_every_test_cell_is_failed_by_some_wrong_answer_of_the_bank():
    failed = {name for answer in ANSWERS for name in answer.expected}
    assert failed == set(POINTS)


def test_a_mistake_in_one_step_is_not_punished_in_the_next():
    """Broken answers to all other questions cost the question at hand nothing."""
    for question, n_points in QUESTIONS.items():
        broken = {
            other: f"def {other.replace('-', '_')}(*args):\n    return 'broken'"
            for other in QUESTIONS
            if other != question
        }
        outcome = runner.grade(SOLUTION, replace=broken, only=question)
        hurt = {k: v for k, v in outcome.messages.items() if k in outcome.points}
        assert hurt == {}
        assert outcome.total == n_points


def test_rows_named_in_the_notebook_are_about_the_yus():
    text = SOLUTION.read_text(encoding="utf-8")
    named = set(re.findall(r"\b[EVN]\d{4}\b", text))
    who = datasets.truth("hotel/rows").set_index("row_id")["guest_id"]
    name = datasets.truth("hotel/guests").set_index("guest_id")["name"]
    assert len(named) >= 8
    assert {name[who[row_id]].split()[-1] for row_id in named} == {"Yü"}


def test_notebook_is_canonical():
    cells = runner.cells(SOLUTION)
    for cell in cells:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
        if cell["cell_type"] == "code" and not cell["grading"].get("grade"):
            lines = cell["source"].splitlines()
            assert max(map(len, lines)) <= 88
    names = [c["grading"]["grade_id"] for c in cells if c["grading"]]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in names)
