"""Before the jar is empty: exact points, and what the notebook says holds."""

from __future__ import annotations

from typing import ClassVar

import common
import numpy as np
import pandas as pd
import pytest

from course.generator import rice_shop
from crmlib.simulation import inventory


class TestBeforeItIsEmpty(common.GradedNotebook):
    notebook = "wang_yongqing/3_before_it_is_empty"
    questions: ClassVar = {
        "run-out": 4,
        "chance-dry": 3,
        "delivery-day": 4,
        "score": 3,
    }
    draws = (rice_shop.make,)
    # The sample answer to the written question is not handed out either.
    secrets = ("_made", "H015 was never watched", "five to ten in a hundred")


def test_numbers_of_the_sample_answer(space):
    result = {
        name: space["score"](plan, space["afterwards"])
        for name, plan in space["plans"].items()
    }
    twelve, promise = result["day twelve of fifteen"], result["promise 98%"]
    assert twelve["dry_share"] == promise["dry_share"] == pytest.approx(1 / 120)
    assert twelve["left_ge"] == pytest.approx(84, abs=0.5)
    assert promise["left_ge"] == pytest.approx(85, abs=0.5)
    assert twelve["days"] == pytest.approx(14.7, abs=0.05)
    assert promise["days"] == pytest.approx(14.2, abs=0.05)
    assert result["promise 90%"]["dry_share"] == pytest.approx(7 / 120)
    line = space["both"].set_index("household_id")
    assert line.loc["H015", ["watched_days", "twelve", "promised"]].tolist() == [
        *(0, 32, 21)
    ]
    assert line.loc["H014", ["watched_days", "twelve", "promised"]].tolist() == [
        *(185, 10, 11)
    ]
    plan = space["plans"]["day twelve of fifteen"]
    own = plan[plan["household_id"] == "H015"]
    assert space["score"](own, space["afterwards"])["left_ge"] == 350 - 346
    own = plan[plan["household_id"] == "H104"]
    assert space["score"](own, space["afterwards"])["dry_share"] == 1
    assert line.loc["H104", ["twelve", "promised"]].tolist() == [21, 16]


def test_newsvendor_as_told():
    """The numbers of the paragraph on service levels."""
    stock, _ = inventory.newsvendor_normal(mean=50, sd=8, holding=0.18, shortage=0.70)
    assert stock == pytest.approx(56.6, abs=0.05)
    level = 0.70 / (0.70 + 0.18)
    assert level == pytest.approx(0.80, abs=0.005)


def test_the_chance_agrees_with_a_simulation(space):
    rng = np.random.default_rng(5)
    rate = rng.normal(20, 1.5, size=40_000)
    eaten = rate * 14 + rng.normal(0, 8, size=(40_000, 14)).sum(axis=1)
    chance = space["chance_dry"](300, 14, 20, 1.5, 8)
    assert (eaten > 300).mean() == pytest.approx(chance, abs=0.01)


def test_the_rule_of_thumb_fails_those_of_whom_little_is_known(space):
    """Over some streets, against a promise that walks as much (see the notes)."""
    dry = {"twelve": [], "promise": []}
    days = {"twelve": [], "promise": []}
    filled = pd.Timestamp("1933-04-01")
    for seed in range(6):
        made = rice_shop.make(seed)
        jars = made["rice_shop/estimates"].merge(
            made["rice_shop/households"], on="household_id"
        )
        sd = made["rice_shop/yardsticks"].set_index("name")["value"]["day_sd_ge"]
        lasts = jars["jar_ge"] / jars["rate_ge"]
        promise = [
            sum(
                space["chance_dry"](jar.jar_ge, n, jar.rate_ge, jar.se_ge, sd) <= 0.05
                for n in range(1, 56)
            )
            for jar in jars.itertuples()
        ]
        for name, wait in (("twelve", (0.8 * lasts).astype(int)), ("promise", promise)):
            plan = jars[["household_id", "watched_days"]].assign(
                stock_ge=jars["jar_ge"],
                filled_on=filled,
                come_on=filled
                + pd.to_timedelta(pd.Series(wait, index=jars.index), unit="D"),
            )
            days[name].append(
                space["score"](plan, made["rice_shop/afterwards"])["days"]
            )
            new = plan[plan["watched_days"] < 15]
            dry[name].append(
                space["score"](new, made["rice_shop/afterwards"])["dry_share"]
            )
    assert np.mean(days["twelve"]) == pytest.approx(np.mean(days["promise"]), abs=0.3)
    assert np.mean(dry["twelve"]) > 1.5 * np.mean(dry["promise"])
