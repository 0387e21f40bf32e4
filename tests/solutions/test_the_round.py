"""Wang Yongqing's round: every answer gets its exact points."""

from __future__ import annotations

import itertools
import re
from typing import ClassVar

import common
import pytest
from bank import runner

from course import rounds
from course.generator import rice_shop


class TestTheRound(common.GradedNotebook):
    notebook = "wang_yongqing/4_the_round"
    questions: ClassVar = {
        "timetable": 3,
        "fits": 2,
        "urgent-first": 1,
        "plan": 3,
        "my-round": 3,
    }
    draws = (rice_shop.make,)
    by_score = ("my-round",)
    # The sample answer to the written question is not handed out either.
    secrets = ("_made", "stand_in", "dry since Tuesday", "on sixteen days")


def test_numbers_in_the_notebook_are_those_of_its_data(space):
    mornings = space["twelve_mornings"](space["estimates"])

    def total(round_of):
        return sum(
            space["dry_if_left"](round_of(these, shop), these)
            for these, shop in mornings
        )

    nobody = total(lambda these, shop: [])
    assert nobody == pytest.approx(space["TRY_NOBODY"], abs=0.002)
    assert total(space["by_urgency"]) == pytest.approx(space["TRY_URGENT"], abs=0.002)
    assert total(space["by_sale"]) == pytest.approx(space["TRY_LARGEST"], abs=0.002)
    search = dict(space)
    right = TestTheRound.bank / "my-round" / "right_search.py"
    exec(right.read_text(encoding="utf-8"), search)
    best = total(search["my_round"])
    assert best == pytest.approx(space["TRY_BEST"], abs=0.002)
    assert total(space["my_round"]) == pytest.approx(best, abs=0.1)
    assert len(mornings) == 12
    assert len(space["stops"]) == 17  # "seventeen jars"
    assert max(stop["days_left"] for stop in space["stops"].values()) <= 5
    text = TestTheRound.solution.read_text(encoding="utf-8")
    first, second, *_ = space["times"]["begins"]
    assert f"begins at {first} and then waits at the second door until {second}" in text
    assert space["SHOP"]["cart_ge"] == 1500  # "fifteen dou"
    assert len(space["RAIN"]) == 7


def test_what_my_round_does_to_its_morning_does_not_reach_the_next(space):
    """An answer that empties what it is given is told so, and spoils nothing."""

    def emptied(stops, shop):
        stops.clear()
        return []

    mornings = space["twelve_mornings"](space["estimates"])
    with pytest.raises(AssertionError, match="should stay as it is"):
        space["expected_dry"](emptied, mornings)
    assert mornings == space["twelve_mornings"](space["estimates"])
    assert len(space["twenty_mornings"](emptied)) > 0


def test_any_rule_that_visits_families_is_far_from_staying_at_home(space):
    """The first point's level (15 % fewer) lies between one family and any cartful."""
    mornings = space["twelve_mornings"](space["estimates"])

    def left(order):
        return sum(
            space["dry_if_left"](
                space["plan"](order(these), these, shop)["route"], these
            )
            for these, shop in mornings
        )

    for order in (space["urgent_first"], space["largest_first"], sorted):
        assert left(order) < 0.81 * space["TRY_NOBODY"]
    assert left(lambda stops: space["urgent_first"](stops)[:1]) > (
        0.9 * space["TRY_NOBODY"]
    )


def test_what_hidden_tests_compare_with_agrees_with_notebook_and_bank(space):
    """`course.rounds` is written apart from the reference and the bank's search."""
    reference = {name: space[name] for name in ("timetable", "fits", "plan")}
    mornings = space["twelve_mornings"](space["estimates"])
    urgent = best = 0.0
    for these, shop in mornings:
        order = space["urgent_first"](these)
        assert rounds.stand_in("urgent_first")(these) == order
        planned = reference["plan"](order, these, shop)
        assert rounds.stand_in("plan")(order, these, shop) == planned
        route = planned["route"]
        for tried in (route, route[::-1], order):
            for step in ("timetable", "fits"):
                given = tried, these, shop
                assert rounds.stand_in(step)(*given) == reference[step](*given)
        urgent += rounds.dry_after(order, these, shop)
        best += rounds.fewest_dry(these, shop)
    assert urgent == pytest.approx(space["TRY_URGENT"], abs=0.002)
    assert best == pytest.approx(space["TRY_BEST"], abs=0.002)


def test_sample_answer_quotes_the_twenty_mornings(space):
    said = runner.sources(TestTheRound.solution)["explain"]
    april = {rule: rows[rows["dry"]] for rule, rows in space["april"].items()}
    for rule, days, families in (
        ("most urgent first", 49, 26),
        ("largest sale first", 119, 21),
        ("mine", 45, 16),
    ):
        assert len(april[rule]) == days
        assert april[rule]["household_id"].nunique() == families
        assert f"{days} " in said
        assert re.search(rf"\b{families}\b", said)
    left = april["mine"].set_index("household_id")
    assert len(left.loc["H026"]) == 7
    assert {"H026", "H024"} <= space["worst"]  # both are in the table
    sale = april["largest sale first"]["household_id"]
    assert "H026" not in set(sale)
    assert (sale == "H024").sum() == 16
    homes = space["households"].set_index("household_id")
    assert homes.loc["H026", ["jar_ge", "home"]].to_list() == [450, "afternoon"]
    assert homes.at["H024", "jar_ge"] == 200


def test_insertion_finds_the_shortest_of_all_tours_of_three_in_one_lane(space):
    """On a line with nobody to wait for, cheapest insertion is optimal."""
    shop = dict(space["SHOP"], cart_ge=9000, home_minute=2000)
    stop = dict(space["SMALL"]["A"], home_from_minute=0, home_until_minute=2000)
    stops = {
        name: dict(stop, house_m=metres)
        for name, metres in {"A": 100, "B": 350, "C": -200, "D": 25}.items()
    }

    def back(route):
        return space["timetable"](route, stops, shop)["back"]

    best = min(back(list(route)) for route in itertools.permutations(stops))
    for order in itertools.permutations(stops):
        assert back(space["plan"](order, stops, shop)["route"]) == best


def test_no_subset_beats_the_search_by_much_on_a_small_morning(space):
    """All loads that fit the cart bound what any round can reach from below."""
    stops = dict(list(space["stops"].items())[:11])
    found = space["dry_if_left"](space["my_round"](stops, space["SHOP"]), stops)
    bound = min(
        space["dry_if_left"](chosen, stops)
        for n in range(len(stops) + 1)
        for chosen in itertools.combinations(stops, n)
        if sum(stops[name]["bring_ge"] for name in chosen) <= 1500
    )
    assert bound <= found <= bound + 0.3
