"""The graded notebook of the Oriental Hotel gives every answer its exact points."""

from __future__ import annotations

import ast
import functools
import itertools
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
    for name in answer.expected:
        assert len(outcome.messages[name]) > 20  # each failure comes with words


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


# Rows that the notebook names, and what makes each of them hard in truth.
PLANTED = {
    "V0097": "shared room",
    "V0101": "no clue",
    "V0110": "shared room",
    "V0127": "room and name disagree",
    "E0029": "and a namesake of another country",
    "E0103": "but another stay has it",
    "E0159": "room change",
}


def test_rows_named_in_the_notebook_are_what_it_says():
    text = SOLUTION.read_text(encoding="utf-8")
    named = set(re.findall(r"\b[EVN]\d{4}\b", text))
    truth = datasets.truth("hotel/rows").set_index("row_id")
    assert named <= set(truth.index)
    for row_id, planted in PLANTED.items():
        assert row_id in named
        assert planted in truth.loc[row_id, "planted"]
    guest = truth["guest_id"]
    assert guest["E0155"] == guest["E0159"]
    assert guest["E0152"] != guest["E0030"]


def test_rows_named_in_the_sample_answer_are_about_the_yus():
    named = set(re.findall(r"\b[EVN]\d{4}\b", runner.sources(SOLUTION)["explain"]))
    who = datasets.truth("hotel/rows").set_index("row_id")["guest_id"]
    name = datasets.truth("hotel/guests").set_index("guest_id")["name"]
    assert len(named) >= 8
    assert {name[who[row_id]].split()[-1] for row_id in named} == {"Yü"}


def test_8_june_is_about_two_people():
    """What the end of step 2 says of the two slips and the note, against the truth."""
    truth = datasets.truth("hotel/rows").set_index("row_id")
    desk = datasets.load("hotel/front_desk").set_index("row_id")
    papers = [datasets.load(f"hotel/{book}") for book in ("restaurant", "housekeeping")]
    that_day = {
        row_id
        for book in papers
        for row_id in book.loc[book["noted_on"] == "2024-06-08", "row_id"]
    }
    assert that_day == {"V0155", "V0156", "N0074"}
    line = truth["entry_id"]
    assert line["V0155"] == "E0108"
    assert line["V0156"] == line["N0074"] != "E0108"
    assert desk.loc[line["N0074"], "room"] == desk.loc["E0108", "room"] == "7C"
    assert f"{desk.loc[line['N0074'], 'arrived_on']:%Y-%m-%d}" == "2024-06-08"


def test_every_test_cell_has_a_line_of_its_own_with_its_points():
    """The feedback page takes a question's name from that line."""
    book = runner.cells(EXERCISE)
    titles = []
    for above, cell in itertools.pairwise(book):
        if cell["grading"].get("grade"):
            n = cell["grading"]["points"]
            said = re.fullmatch(r"(.+) \((\d) points?\):", above["source"])
            assert said, cell["grading"]["grade_id"]
            assert int(said[2]) == n
            titles.append(said[1])
    assert len(titles) == len(set(titles)) == len(POINTS) + 1


# Made to pass what is seen: only another hotel finds them out.
FOUND_BY_HIDDEN_TESTS_ONLY = {"wrong_typed_constant", "wrong_copied_from_worked_steps"}


@pytest.mark.parametrize(
    "answer",
    [
        answer
        for answer in ANSWERS
        if not answer.is_right and answer.path.stem not in FOUND_BY_HIDDEN_TESTS_ONLY
    ],
    ids=lambda a: f"{a.question}/{a.path.stem}",
)
def test_a_student_sees_a_complaint_about_each_mistake(answer):
    """What costs points is noticed by a visible test, in words; no other cell fails."""
    reference = {q: runner.sources(SOLUTION)[q] for q in QUESTIONS}
    outcome = runner.grade(
        EXERCISE,
        replace=reference | {answer.question: answer.source},
        only=answer.question,
    )
    failed = {name for name, points in outcome.points.items() if not points}
    assert failed
    assert failed <= set(answer.expected)
    for name in failed:
        assert outcome.messages[name].startswith("AssertionError: "), name


def _check(name, *, replace=()):
    """Run the cells down to the ungraded check of that name; return what it shows."""
    space = {}
    for cell in runner.cells(SOLUTION):
        if cell["cell_type"] != "code" or cell["grading"].get("grade"):
            continue
        source = dict(replace).get(cell["grading"].get("grade_id"), cell["source"])
        if cell["id"] != name:
            exec(source, space)
            continue
        *first, last = ast.parse(source).body
        exec(compile(ast.Module(first, []), name, "exec"), space)
        return eval(compile(ast.Expression(last.value), name, "eval"), space)
    raise KeyError(name)


@pytest.mark.parametrize(
    ("check", "question", "mistake"),
    [
        ("check-1", "normalise-name", "wrong_order_kept"),
        ("check-2", "who-was-in", "wrong_neither_end_counts"),
        ("check-3", "link", "wrong_first_of_several"),
        ("check-4", "identify", "wrong_name_only"),
        ("check-4", "identify", "wrong_undated_left_out"),
        ("check-4", "identify", "wrong_undated_as_new_guests"),
    ],
)
def test_the_comparison_of_every_row_shows_mistakes_only(check, question, mistake):
    answers = {(a.question, a.path.stem): a.source for a in ANSWERS}
    assert len(_check(check)) == 0
    for (other, stem), source in answers.items():
        if other == question and stem.startswith("right_"):
            assert len(_check(check, replace={question: source})) == 0
    wrong = answers[question, mistake]
    assert len(_check(check, replace={question: wrong})) > 0


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
