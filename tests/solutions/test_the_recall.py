"""The graded notebook on the recall gives every answer its exact points."""

from __future__ import annotations

import re
from typing import ClassVar

import common
import pandas as pd
import pytest
from bank import runner

from course.generator import hotel_diary
from crmlib import datasets


class TestTheRecall(common.GradedNotebook):
    notebook = "oriental_hotel/2_the_recall"
    questions: ClassVar = {
        "known-on": 4,
        "recall": 5,
        "wishes-for": 3,
        "share-right": 2,
    }
    draws = (hotel_diary.make,)
    secrets = ("10 December 2024 the waiter would",)

    def test_entries_named_in_the_notebook_are_what_it_says(self):
        text = self.solution.read_text(encoding="utf-8")
        meals = datasets.load("hotel_diary/meals").set_index("meal_id")
        named = set(re.findall(r"\bM\d{5}\b", text)) - {"M90001", "M90002"}
        assert named == {"M00330", "M00410", "M00465"}
        planted = datasets.truth("hotel_diary/meals").set_index("meal_id")["planted"]
        assert planted["M00410"] == "wrong guest"
        correction = meals.loc["M00465"]
        assert correction["replaces"] == "M00410"
        assert correction["guest_id"] == hotel_diary.NAMESAKE
        assert correction["recorded_on"] == pd.Timestamp("2025-01-20")
        assert meals.loc["M00330", "happened_on"] == pd.Timestamp("2024-06-08")
        mine = meals[meals["guest_id"] == hotel_diary.MR_YU]
        assert len(mine) == 7  # "Seven lines"

    def test_the_sample_answer_quotes_what_step_4_shows(self):
        space = self.space_before("look-leak")
        shown = space["share_right"](space["took_place"], space["meals"])
        sample = runner.sources(self.solution)["explain"]
        said = re.search(r"(\d+) % were right", sample)
        assert said is not None
        assert float(said[1]) == pytest.approx(100 * shown["share_right"], abs=0.5)
        as_if_known = space["meals"].assign(recorded_on=pd.Timestamp("2022-12-31"))
        leaking = space["share_right"](space["took_place"], as_if_known)
        assert leaking["share_right"] > shown["share_right"]
        assert leaking["n_proposed"] == leaking["n"] > shown["n_proposed"]
        counts = leaking["share_right"] * leaking["n"], leaking["n"]
        counts += shown["n_proposed"], shown["share_right"] * shown["n_proposed"]
        (text,) = (c for c in runner.cells(self.solution) if c["id"] == "text-27")
        said = [int(n) for n in re.findall(r"\d{2,}", text["source"])]
        assert said == pytest.approx(counts) == [96, 156, 100, 52]

    def test_step_4_shows_the_same_whatever_the_order_of_known_on(self):
        """`known_on` returns rows in any order: the sample must not depend on it."""
        before = self.space_before("look-share")
        (look,) = (c for c in runner.cells(self.solution) if c["id"] == "look-share")
        drawn = []
        for order in (1, -1):
            space = dict(before)
            known_on = before["known_on"]
            space["known_on"] = lambda *a, by=order, of=known_on: of(*a).iloc[::by]
            exec(look["source"], space)
            drawn.append(list(space["took_place"]["meal_id"]))
        assert drawn[0] == drawn[1]
        assert before["meals"]["recorded_on"].max() < space["copied_on"]
        years = before["meals"]["happened_on"].agg(["min", "max"]).diff().iloc[-1]
        assert 6 < years.days / 365.25 < 6.5  # "a little over six years"

    def test_the_leak_is_mostly_from_meals_still_to_come(self):
        space = self.space_before("look-leak")
        known = space["known_on"](space["meals"], space["copied_on"])
        known = known.assign(is_evening=known["part_of_day"] == "evening")
        known = known.sort_values(["happened_on", "is_evening", "meal_id"])
        last = known.groupby("guest_id")["meal_id"].last()
        tested = space["took_place"]
        is_itself = tested["guest_id"].map(last) == tested["meal_id"]
        assert 0 < is_itself.mean() < 0.5  # "usually ... still to come, sometimes"

    @classmethod
    def space_before(cls, stop: str) -> dict:
        """Run the given cells and the reference up to the cell called *stop*."""
        space: dict = {}
        for cell in runner.cells(cls.solution):
            if cell["id"] == stop:
                break
            if cell["cell_type"] == "code" and not cell["grading"].get("grade"):
                exec(cell["source"], space)
        return space

    def test_the_diary_without_ids_in_order_is_the_same_diary(self):
        """Mr Yu's sentence holds whatever the order and index of the rows."""
        space: dict = {"pd": pd}
        for question in ("known-on", "recall"):
            exec(runner.sources(self.solution)[question], space)
        meals = datasets.load("hotel_diary/meals")
        for rows in (meals, meals[::-1], meals.sample(frac=1, random_state=5)):
            said = space["recall"](
                hotel_diary.MR_YU, pd.Timestamp("2025-09-15"), "morning", rows
            )
            assert said == {
                "last_visit_on": pd.Timestamp("2024-06-08"),
                "seat": "second window",
                "items": "one sandwich, one coffee, one egg",
            }
