"""Wang Yongqing's notebook: every answer gets its exact points."""

from __future__ import annotations

import re
from typing import ClassVar

import common
import pytest
from bank import runner

from course.generator import rice_shop
from crmlib import datasets


class TestTheNotebook(common.GradedNotebook):
    notebook = "wang_yongqing/1_the_notebook"
    questions: ClassVar = {
        "in-ge": 2,
        "plain-name": 1,
        "whose": 3,
        "settled": 3,
        "page": 3,
    }
    draws = (rice_shop.make,)
    # The sample answer to the written question is not handed out either.
    secrets = ("_made", "H085 in lane 8", "wife is ill")


SOLUTION = TestTheNotebook.solution

# Slips that the notebook names, and what makes each of them hard in truth.
PLANTED = {
    "S0035": "namesake",
    "S0037": "name and place disagree",
    "S0050": "correction",
    "S0051": "no place",
    "S0009": "lane only",
    "S0043": "namesake",
}


def test_slips_named_in_the_notebook_are_what_it_says():
    text = SOLUTION.read_text(encoding="utf-8")
    named = set(re.findall(r"\bS\d{4}\b", text)) - {"S9001", "S9002", "S9003"}
    truth = datasets.truth("rice_shop/slips").set_index("slip_id")
    assert named <= set(truth.index)
    for slip_id, planted in PLANTED.items():
        assert slip_id in named
        assert planted in truth.loc[slip_id, "planted"]


@pytest.mark.parametrize(
    ("paper", "kinds"),
    [(410, "wrong amount"), (426, "taken back"), (576, "taken back"), (450, "corr")],
)
def test_papers_named_in_the_notebook_are_what_it_says(paper, kinds):
    slips = datasets.load("rice_shop/slips").merge(
        datasets.truth("rice_shop/slips"), on="slip_id"
    )
    rows = slips[slips["paper_no"] == paper]
    assert rows["planted"].str.contains(kinds).all()
    assert len(rows)


def test_the_two_loads_of_one_day_are_alike_in_all_but_the_number():
    slips = datasets.load("rice_shop/slips").merge(
        datasets.load("rice_shop/slips_worked"), on="slip_id"
    )
    pair = slips[slips["paper_no"].isin([535, 536])]
    assert len(pair) == 2
    assert (pair.groupby(["household_id", "written_on", "rice_ge"]).size() == 2).all()
    assert pair["counts"].all()


@pytest.mark.parametrize("check", ["check-1", "check-2a", "check-2b", "check-3"])
def test_the_comparison_of_every_slip_is_empty_for_the_reference(check):
    space = {}
    for cell in runner.cells(SOLUTION):
        if cell["cell_type"] != "code" or cell["grading"].get("grade"):
            continue
        if cell["id"] == check:
            *before, last = cell["source"].rsplit("\n", 1)
            exec("\n".join(before), space)
            assert len(eval(last, space)) == 0
            return
        exec(cell["source"], space)
    raise KeyError(check)
