"""The graded notebook of the Oriental Hotel gives every answer its exact points."""

from __future__ import annotations

import ast
import re
from typing import ClassVar

import common
import pytest
from bank import runner

from course.generator import hotel
from crmlib import datasets


class TestTheRecord(common.GradedNotebook):
    notebook = "oriental_hotel/1_the_record"
    questions: ClassVar = {
        "normalise-name": 4,
        "who-was-in": 3,
        "link": 3,
        "identify": 2,
        "guest-records": 3,
        "before-the-lift-opens": 3,
    }
    draws = (hotel.make,)
    # The sample answer to the written question is not handed out either.
    secrets = ("_made", "NFD", "17 April 1961")


SOLUTION = TestTheRecord.solution
ANSWERS = TestTheRecord.answers

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
