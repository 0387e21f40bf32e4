"""The graded notebook on the claim of a tenth: every answer gets its exact points."""

from __future__ import annotations

import re
from typing import ClassVar

import common
import pytest
from bank import runner

from course.generator import hotel_diary
from crmlib import datasets


class TestOneTenth(common.GradedNotebook):
    notebook = "oriental_hotel/3_one_tenth"
    questions: ClassVar = {
        "fills": 3,
        "nights-needed": 1,
        "share-needed": 1,
        "verdicts": 1,
        "by-month": 2,
        "year-occupancy": 1,
        "demand-always-full": 1,
        "returned-in": 2,
        "habits": 1,
        "back-within": 1,
    }
    draws = (hotel_diary.make,)
    secrets = ("6.5 % of the register", "22 % coming back")

    def test_the_brief_s_arithmetic(self, space):
        """400 rooms are 146,000 room-nights; 20,000 visits fill them at 7.3 nights."""
        nights = space["nights_needed"](400, 200_000, 0.1, 1, 1)
        assert nights == pytest.approx(7.3)
        assert space["fills"](400, 200_000, 0.1, 1, 7.3, 1) == pytest.approx(1)

    def test_the_functions_undo_each_other(self, space):
        fills = space["fills"]
        for full in (0.4, 1.0):
            nights = space["nights_needed"](300, 90_000, 0.2, 1.3, 1.5, full=full)
            assert fills(300, 90_000, 0.2, 1.3, nights, 1.5) == pytest.approx(full)
            share = space["share_needed"](300, 90_000, 1.3, 9, 1.5, full=full)
            assert fills(300, 90_000, share, 1.3, 9, 1.5) == pytest.approx(full)
        season = list(hotel_diary.SEASON)
        needed = space["demand_always_full"](season, 120, 2028)
        table = space["by_month"](needed, season, 120, 2028)
        assert table["occupancy"].min() == pytest.approx(1)
        table = space["by_month"](needed * 0.999, season, 120, 2028)
        assert table["occupancy"].min() < 1

    def test_the_sample_answer_quotes_the_tables(self, space):
        sample = runner.sources(self.solution)["explain"]
        of_2028 = space["measured"].loc[2028]
        quoted = [float(n) for n in re.findall(r"\d+(?:\.\d+)?", sample)]
        for value, places in (
            (100 * of_2028["share"], 1),
            (of_2028["visits"], 2),
            (of_2028["nights"], 2),
            (of_2028["party"], 2),
            (100 * of_2028["fills 400 rooms"], 0),
            (1 / of_2028["fills 400 rooms"], 1),
            (100 * of_2028["share"] / of_2028["fills 400 rooms"], 0),
            (of_2028["nights"] / of_2028["fills 400 rooms"], 0),
            (space["demand_always_full"](space["season"], 1, 2027) / 365, 1),
        ):
            assert round(float(value), places) in quoted

    def test_the_share_falls_though_nobody_is_less_loyal(self, space):
        """The reason that the sample answer gives, against the truth."""
        assert space["measured"]["share"].is_monotonic_decreasing
        truth = datasets.truth("hotel_diary/guests").set_index("guest_id")
        stays = datasets.load("hotel_diary/stays")
        first = stays.groupby("guest_id")["arrived_on"].min()
        gone = []
        for year in (2024, 2028):
            old = first.index[first.dt.year < year]
            gone.append((truth.loc[old, "stopped_on"].dt.year < year).mean())
        assert gone[0] < gone[1]  # more and more of the old guests never come again
        within_a_year = [
            space["back_within"](
                365, space["copied_on"], stays[stays["guest_id"].isin(g)]
            )
            for _, g in first.index.to_series().groupby(first.dt.year)
        ][:5]  # new in 2023 to 2027
        assert max(within_a_year) < 0.11 < 1.2 * min(within_a_year)
        assert within_a_year[-1] > within_a_year[0]  # and the last are no less loyal

    def test_a_tenth_are_back_within_a_year(self, space):
        """Said below the last table, next to a smaller share of other guests."""
        share = space["back_within"](365, space["copied_on"], space["stays"])
        assert share == pytest.approx(0.1, abs=0.005)
        assert share > space["measured"]["share"].max()

    def test_the_season_is_a_list_as_the_text_says(self, space):
        assert isinstance(space["season"], list)
        assert len(space["season"]) == 12
