"""Wang Yongqing's jar: every answer gets its exact points; the story's numbers hold."""

from __future__ import annotations

from typing import ClassVar

import common
import pytest

from course.generator import rice_shop
from crmlib import datasets


class TestTheJar(common.GradedNotebook):
    notebook = "wang_yongqing/2_the_jar"
    questions: ClassVar = {
        "spans-of": 5,
        "per-mouth": 3,
        "day-sd": 2,
        "estimate": 4,
        "coverage": 2,
    }
    draws = (rice_shop.make,)
    # The sample answer to the written question is not handed out either.
    secrets = ("_made", "two thirds of the way", "guests stay for a week")


def test_numbers_of_the_sample_answer(space):
    line = space["table"].set_index("household_id").loc["H004"]
    assert line["watched_days"] == 11
    assert line["own_rate"] == pytest.approx(26.4, abs=0.05)
    assert (line["adults"], line["children"]) == (3, 2)
    assert line["rate_ge"] == pytest.approx(25.0, abs=0.05)
    assert line["se_ge"] == pytest.approx(1.9, abs=0.05)
    assert line["mean_ge"] == pytest.approx(24.6, abs=0.05)
    sticks = space["yardsticks"]
    mouths = 3 * sticks["adult_ge"] + 2 * sticks["child_ge"]
    assert mouths == pytest.approx(22.4, abs=0.05)
    share = space["coverage"](
        space["estimates"], space["later"], sticks["day_sd_ge"], 0.8
    )
    assert share == pytest.approx(0.73, abs=0.005)


def test_worked_spans_are_what_the_reference_finds(space):
    assert len(space["mine"]) == len(datasets.load("rice_shop/spans"))
    assert (space["both"]["where"] == "both").all()


def test_the_chain_of_references_arrives_at_the_worked_estimates(space):
    adult, child = space["per_mouth"](space["spans"], space["households"])
    sticks = space["yardsticks"]
    assert adult == pytest.approx(sticks["adult_ge"], abs=0.005)
    assert child == pytest.approx(sticks["child_ge"], abs=0.005)
    sd = space["day_sd"](space["spans"])
    assert sd == pytest.approx(sticks["day_sd_ge"], abs=0.005)
    found = space["estimate"](
        space["spans"], space["households"], adult, child, sd, sticks["habit_sd_ge"]
    ).set_index("household_id")
    worked = datasets.load("rice_shop/estimates").set_index("household_id")
    for column in ("rate_ge", "se_ge"):
        off = (found[column] - worked[column]).abs()
        assert off.max() < 0.02


def test_intervals_hold_about_what_they_promise_on_hidden_streets(space):
    """Against the true rates, which no student has."""
    held = []
    for seed in range(6):
        made = rice_shop.make(seed)
        sd = made["rice_shop/yardsticks"].set_index("name")["value"]["day_sd_ge"]
        true = made["truth/rice_shop/households"][["household_id", "rate_ge"]]
        true = true.rename(columns={"rate_ge": "mean_ge"}).assign(days=10**9)
        found = made["rice_shop/estimates"]
        held.append(space["coverage"](found, true, sd, 0.8))
    assert 0.7 < sum(held) / 6 < 0.85
