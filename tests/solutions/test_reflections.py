"""The reflections: one auto-graded item each, the rest is prose with a rubric."""

from __future__ import annotations

from typing import ClassVar

import common
import pytest
from bank import runner

from course.generator import hotel


class TestHotelReflection(common.GradedNotebook):
    notebook = "oriental_hotel/6_reflection"
    questions: ClassVar = {"hand-on": 3}
    draws = (hotel.make,)
    # from the sample answers
    secrets = ("My test has two questions", "nurse", "Guest 17 came")


class TestShopReflection(common.GradedNotebook):
    notebook = "wang_yongqing/7_reflection"
    questions: ClassVar = {"place": 3}
    secrets = ("watch our boy go by", "Halving the street", "handing the list")


WRITTEN = {
    TestHotelReflection: {
        "service-or-surveillance": 3,
        "one-piece-of-knowledge": 2,
        "explain-your-result": 4,
    },
    TestShopReflection: {
        "swot-and-strategy": 3,
        "explain-your-result": 3,
        "whose-paydays": 1,
    },
}
NOTES = {TestHotelReflection: "oriental_hotel_6", TestShopReflection: "wang_yongqing_7"}


@pytest.mark.parametrize("book", WRITTEN)
def test_each_written_answer_has_a_rubric_and_a_sample_for_each_level(book):
    written = {
        cell["grading"]["grade_id"]: cell["grading"]["points"]
        for cell in runner.cells(book.solution)
        if cell["grading"].get("grade") and cell["grading"]["solution"]
    }
    assert written == WRITTEN[book]
    path = common.ROOT / "course" / "notes" / f"{NOTES[book]}.md"
    for name, points in written.items():
        text = path.read_text(encoding="utf-8")
        part = text.partition(f"## Rubric for `{name}`")[2].partition("\n## ")[0]
        assert f"({points} point" in part.splitlines()[0], name
        for level in range(int(points) + 1):
            s = "" if level == 1 else "s"
            assert f"**{level} point{s}.**" in part, (name, level)
        assert part.count("\n> ") >= points + 1, name
