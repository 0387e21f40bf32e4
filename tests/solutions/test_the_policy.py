"""The rule for the Oriental Hotel: points by score, on guests nobody has seen."""

from __future__ import annotations

import re
from typing import ClassVar

import common
from bank import runner

from crmlib.simulation import engine, hotel


class TestThePolicy(common.GradedNotebook):
    notebook = "oriental_hotel/5_the_policy"
    questions: ClassVar = {
        "where-it-went": 3,
        "due": 4,
        "break-even": 2,
        "my-policy": 7,
    }
    by_score = ("my-policy",)
    hidden_only = (
        *common.FOUND_BY_HIDDEN_TESTS_ONLY,
        # In a learner's own process the truth is there to be found.
        "wrong_looks_behind_the_view",
        "wrong_looks_for_a_seed",
    )

    def test_the_house_rule_fills_beds_and_empties_the_till(self, space):
        """The prediction, and no table before it that gives the answer away."""
        ours, idle = space["ours"].totals, space["idle"].totals
        assert ours["returning_nights"] > idle["returning_nights"]
        assert 0 < ours["profit_cents"] < idle["profit_cents"]
        before = [cell for cell in self.cells_before("text-06") if not cell["grading"]]
        assert [c["id"] for c in before if c["cell_type"] == "code"] == ["look-04"]
        assert "cents" not in before[-2]["source"]
        parts = space["parts"]
        assert abs(parts.drop("profit").sum() - parts["profit"]) < 0.01

    def test_the_break_even_of_the_orchids_is_as_the_text_says(self, space):
        prices = []
        for seed in range(1, 7):
            sent, kept = (
                engine.run(space["house"], space[rule], seed=seed).totals
                for rule in ("with_orchids", "without_orchids")
            )
            prices.append(space["break_even"](sent, kept, 10_000) / 100)
        cells = runner.cells(self.solution)
        (text,) = (c["source"] for c in cells if c["id"] == "text-21-seeds")
        assert [round(min(prices[1:])), round(max(prices[1:]))] == [
            int(number) for number in re.findall(r"\d{3}", text)[:2]
        ]
        assert min(prices) > 100
        profits = [
            engine.run(space["dear"], space[rule], seed=1).totals["profit_cents"]
            for rule in ("with_orchids", "without_orchids")
        ]
        bunches = space["sent"].totals["cards"]
        assert abs(profits[0] - profits[1]) <= bunches / 2

    def test_the_levels_lie_between_the_rules(self, space):
        """On 24 sets of guests, so that a draw of eight falls on the same side."""

        def three_lines(view):
            return hotel.Plan(
                note=hotel.ALL & ~view.noted,
                brief=view.noted & view.told,
                card=space["due"](view),
            )

        def one_idea(view):
            return hotel.Plan(
                note=hotel.ALL & ~view.noted, brief=view.noted & view.told
            )

        seeds = range(101, 125)
        gift, one, three, ours = (
            engine.score(space["house"], rule, seeds=seeds).mean
            for rule in (
                space["with_orchids"],
                one_idea,
                three_lines,
                space["my_policy"],
            )
        )
        assert 0.2 < gift < 0.53
        assert one < 0.54
        assert 0.6 < three < 0.63
        assert ours > 0.68

    def test_how_often_tastes_change_is_as_the_text_says(self):
        a_year = dict(zip(hotel.FIELDS, hotel._CHANGED[:, 12] / 256, strict=True))
        for field in ("menu", "health"):
            assert round(1 / a_year[field]) == 8
        for field in ("seat", "room"):
            assert 19 < 1 / a_year[field] < 22
        assert a_year["name"] == a_year["birthday"] == 0

    def test_the_end_of_play_is_as_the_text_says(self, space):
        months = space["ours"].periods["month"]
        assert (months.iloc[0], months.iloc[-1]) == (60, 119)

    def cells_before(self, cell_id):
        """Return the notebook's cells before one of them."""
        cells = runner.cells(self.solution)
        ids = [cell["id"] for cell in cells]
        return cells[: ids.index(cell_id)]
