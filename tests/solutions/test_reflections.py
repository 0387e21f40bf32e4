"""The reflections: one auto-graded item each, the rest is prose with a rubric."""

from __future__ import annotations

import functools
from typing import ClassVar

import common
import numpy as np
import pytest
from bank import runner

from course.generator import hotel
from crmlib.simulation import engine, rice_shop
from crmlib.simulation import hotel as hotel_game


class TestHotelReflection(common.GradedNotebook):
    notebook = "oriental_hotel/6_reflection"
    questions: ClassVar = {"hand-on": 3}
    draws = (hotel.make,)
    # from the sample answers
    secrets = ("My test has two questions", "nurse", "Guest 17 came")

    def test_the_sample_answer_quotes_the_run_of_the_reference_rule(self):
        """The rule is that of the policy notebook; its numbers are read off here."""
        space = {}
        for cell in runner.cells(self.solution):
            if cell["cell_type"] == "code" and not cell["grading"].get("grade"):
                exec(cell["source"], space)
        policy = common.ROOT / "solutions" / "oriental_hotel" / "5_the_policy.ipynb"
        exec(runner.sources(policy)["my-policy"], space)
        rule, house = space["my_policy"], space["house"]
        mine = engine.run(house, rule, seed=1)

        def millions(name):
            return round((mine.totals[name] - space["idle"].totals[name]) / 1e8, 1)

        def not_again(view):
            plan = rule(view)
            plan.note = plan.note & ~view.noted
            return plan

        sample = runner.sources(self.solution)["explain-your-result"]
        rooms, profit = millions("rooms_cents"), millions("profit_cents")
        assert f"rooms bring {rooms} million yuan more" in sample
        assert f"{profit} million are left as profit" in sample
        notes, briefs, cards = (
            millions(f"{name}_cents") for name in ("note", "brief", "card")
        )
        nights = ("returning_nights", "first_nights")
        more = sum(mine.totals[n] - space["idle"].totals[n] for n in nights)
        assert f"costs {25_000 * more / 1e8:.1f} million more" in sample
        assert f"handing on {briefs}, notes {notes}, and orchids" in sample
        assert f"ten million, {cards}." in sample
        without, score = (space["reached"](each) for each in (not_again, rule))
        assert f"Without it the score is {without:.2f}, with it {score:.2f}" in sample
        told = str(engine.explain(mine, guest=17))
        assert "August of year 1" in told
        assert "greatest goodwill would not have been enough" in told

    def test_the_guests_looked_at_fare_differently_under_different_rules(self):
        """So that the class has more than one answer; the notes quote one of them."""
        space = {}
        policy = common.ROOT / "solutions" / "oriental_hotel" / "5_the_policy.ipynb"
        wanted = ("setup", "house-rule", "due", "two-rules")
        for cell in runner.cells(policy):
            if cell["id"] in wanted:
                exec(cell["source"], space)

        def regulars(view):
            due = hotel_game.arrival(view) % 12 == view.birthday
            told_us = view.told & hotel_game.BIRTHDAY > 0
            return hotel_game.Plan(
                note=hotel_game.ALL & ~view.noted,
                brief=view.noted & view.told,
                card=due & told_us & (view.stays >= 3),
            )

        def once_more(view):
            plan = regulars(view)
            plan.card[207] |= view.month == 114
            return plan

        rules = (space["house_rule"], space["without_orchids"], regulars, once_more)
        runs = [engine.run(space["house"], rule, seed=1) for rule in rules]
        told = {
            guest: [str(engine.explain(run, guest=guest)) for run in runs]
            for guest in (17, 132, 207)
        }
        assert [len(set(said[:3])) for said in told.values()] == [1, 3, 3]
        assert "His goodwill was 108 of 255; 122 would have been" in told[207][2]
        assert "card that came in January of year 5 was long forgotten" in told[207][2]
        assert "His goodwill was 120 of 255; 122" in told[207][3]
        assert "nobody recalled what he tells (room) (9 points)" in told[207][3]
        notes = common.ROOT / "course" / "notes" / "oriental_hotel_6.md"
        quoted = notes.read_text(encoding="utf-8")
        idle = engine.run(space["house"], hotel_game.nothing, seed=1)
        rooms, profit = (
            (runs[2].totals[name] - idle.totals[name]) / 1e8
            for name in ("rooms_cents", "profit_cents")
        )
        assert f"{profit:.1f} million yuan more than nothing" in quoted
        assert f"the rooms bring {rooms:.1f}," in quoted
        shown = "".join(cell["source"] for cell in runner.cells(self.solution))
        assert "for guest in (17, 132, 207):" in shown
        assert "explain(mine, guest=207)" in shown

    def test_three_sentences_to_mr_yu_are_in_the_records_and_two_are_not(self):
        made = hotel.make(hotel.SEED)
        said = set(made["hotel/housekeeping"]["note"])
        assert "sugar beside the cup" in said
        assert "tablets for blood pressure" in said
        assert not [note for note in said if "late" in note.split()]
        assert "second window" in set(made["hotel/restaurant"]["seat"])


class TestShopReflection(common.GradedNotebook):
    notebook = "wang_yongqing/7_reflection"
    questions: ClassVar = {"place": 3}
    secrets = ("watch our boy go by", "Halving the street", "handing the list")

    @pytest.fixture
    def names(self):
        return dict(given(self.solution))

    def test_the_letters_agree_and_the_numbers_do_not(self, names):
        """As the text above the two lists says."""
        years, facts_of = names["years"], names["facts_of"]
        lists = [facts_of(years[n], years["waits"]) for n in ("weekly", "sensible")]
        weekly, sensible = (names["place"](a).set_index("fact")["side"] for a in lists)
        assert weekly.to_dict() == sensible.to_dict()
        assert set(weekly) == set("SWOT")
        one, other = (a.set_index("fact")["measure"] for a in lists)
        same = set(one.index[np.isclose(one, other)])
        flee = "share that flees over less than a month's pay"
        assert same == {flee, "rivals that deliver"}
        assert one.index.str.len().max() <= 50  # a wider one is cut in the table

    def test_the_benchmarks_are_those_that_the_comment_names(self, names):
        waits = names["years"]["waits"].periods.tail(60).mean()
        benchmark = names["facts"].set_index("fact")["benchmark"]
        theirs = benchmark[["families that buy from us", "profit a day, cents"]]
        assert theirs.tolist() == waits[["customers", "profit_cents"]].tolist()
        others = set(benchmark.drop(theirs.index).dropna())
        assert others == {1.0, 30.0, 0.2, 0.25, 0.0}

    def test_the_sample_answers_have_the_numbers_of_the_tables(self, names):
        facts = names["facts"].round(2)
        said = runner.sources(self.solution)["swot-and-strategy"]
        for row in facts.itertuples():
            if row.fact in (
                "families that buy from us",
                "visits that the day is too short for",
            ):
                assert f"{row.measure:.0f} " in said
            if row.about == "street" and row.measure and row.benchmark > 0:
                assert f"{row.measure:.2f}" in said
                assert f"against {row.benchmark:.2f}" in said

    def test_the_sample_explanation_has_the_scores_of_the_reference_rule(self, names):
        said = runner.sources(self.solution)["explain-your-result"]
        shop = common.ROOT / "solutions" / "wang_yongqing" / "6_the_shop.ipynb"
        rule = runner.sources(shop)["my-rule"]
        half = "today = (view.street < 0) == (view.day % 2 == 1)"
        assert rule.count(half) == rule.count("left < 4 * rate") == 1
        sources = {
            "mine": rule,
            "five": rule.replace("left < 4 * rate", "left < 5 * rate"),
            "whole": rule.replace(half, "today = view.customer"),
        }
        scores = {"sensible": scored(names["shop"], rice_shop.sensible, 10)}
        for name, source in sources.items():
            made = dict(names)
            exec(source, made)
            n_streets = 10 if name == "mine" else 4
            scores[name] = scored(names["shop"], made["my_rule"], n_streets)
        four = {name: f"{score[:4].mean():.2f}" for name, score in scores.items()}
        assert f"{four['mine']} against {four['sensible']} for the sensible" in said
        assert f"sensible one, {four['whole']}." in said
        assert f"gave {four['five']};" in said
        assert f"from {four['mine']}." in said
        gap = scores["mine"] - scores["sensible"]
        mean, low, high = engine.interval(gap[:4])
        assert (
            f"{mean:.2f} on average with an interval from {low:.2f} to {high:.2f}"
            in (said)
        )
        assert (gap > 0).all()
        _, low, high = engine.interval(scores["mine"][:4] - scores["five"])
        assert low < 0 < high


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


@functools.cache
def given(notebook):
    """Return what the reflection's given cells make, and its `place`, by name."""
    found, names = runner.sources(notebook), {}
    for name in ("setup", "facts", "place"):
        exec(found[name], names)
    return names


def scored(shop, rule, n_streets):
    seeds = range(1, n_streets + 1)
    return engine.score(shop, rule, seeds=seeds).table["score"].to_numpy()


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
