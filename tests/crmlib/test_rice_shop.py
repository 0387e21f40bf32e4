"""The rice shop: its books balance, its notebook tells no more than it may."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crmlib.errors import CrmError
from crmlib.simulation import rice_shop
from crmlib.simulation.dashboard import dashboard
from crmlib.simulation.engine import (
    UNKNOWN,
    DecisionError,
    PolicyError,
    Run,
    Score,
    counterfactual,
    explain,
    run,
    run_isolated,
    score,
    source_of,
)
from crmlib.simulation.rice_shop import (
    Decision,
    RiceShop,
    View,
    draw_sales,
    draw_street,
    empty_jars,
    fixed_round,
    sensible,
    tour,
    trips,
    waits,
)

TEXT = Path(__file__).parents[2] / "course" / "text" / "12_play_rice_shop.md"
YEAR = RiceShop(n_periods=365)
SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def a_year() -> Run:
    return run(YEAR, sensible, seed=1)


# The books ---------------------------------------------------------------------------


def test_the_rice_in_every_jar_is_accounted_for(a_year: Run) -> None:
    """What is in a jar tonight was there, was poured, was bought, or was eaten."""
    s = a_year.record
    bought = s.jar_log[1:] - s.jar_log[:-1] - s.poured_log[1:] + s.want[1:]
    dry = s.jar_log[:-1] + s.poured_log[1:] < s.want[1:]
    assert (bought[~dry] == 0).all()
    assert (bought[dry] > 0).all()
    assert (s.jar_log >= 0).all()
    assert (s.jar_log <= s.jar_size).all()


def test_the_money_is_accounted_for(a_year: Run) -> None:
    days, totals = a_year.periods, a_year.totals
    margin = days["sold_ge"] * (YEAR.price_cents - YEAR.cost_cents)
    costs = days["minutes"] * YEAR.wage_cents + days["credit_cents"] // 2000
    profit = margin - costs - days["lost_cents"]
    assert (days["profit_cents"] == profit).all()
    assert totals["profit_cents"] == profit.sum() == a_year.objective
    assert days["sold_ge"].sum() >= a_year.record.poured_log.sum()


def test_customers_are_those_won_less_those_lost(a_year: Run) -> None:
    days = a_year.periods
    change = days["customers"].diff().iloc[1:]
    assert (change == (days["won"] - days["left"]).iloc[1:]).all()


def test_the_boy_keeps_his_hours_and_his_load() -> None:
    def greedy(view: View) -> Decision:
        everybody = np.arange(300)
        return Decision(visit=everybody, bring=np.full(300, view.cart))

    days = run(YEAR, greedy, seed=1).periods
    assert days["minutes"].max() <= YEAR.minutes
    assert (days["visits"] + days["missed"] == 300).all()


def walk(world: RiceShop, visit: list[int], bring: list[int]) -> tuple[int, int, int]:
    at, load = np.array(visit), np.array(bring)
    return world._walk(at, load, load, np.full(len(at), 2))


def test_a_walk_by_hand() -> None:
    # Household 15 is 25 m east, 14 is 25 m west, in the lane 540 m south of the shop;
    # 45 is 25 m east in the next lane, 120 m nearer.
    world = RiceShop()
    assert walk(world, [15], [100]) == (1, 2 * 565, 1130 // 40 + 2)
    assert walk(world, [15, 14], [100, 100])[1] == 565 + 50 + 565
    assert walk(world, [15, 45], [100, 100])[1] == 565 + 25 + 120 + 25 + 445
    # 1000 and 1000 do not fit on the cart of 1500: back to the shop in between.
    assert walk(world, [15, 14], [1000, 1000])[1] == 4 * 565
    assert walk(RiceShop(minutes=20), [15], [100]) == (0, 0, 0)


def test_tour_and_trips_are_short() -> None:
    world = RiceShop()
    view = world.view(world.begin(1))
    some = np.arange(0, 300, 11)
    assert sorted(tour(view, some)) == sorted(some)
    shuffled = np.random.default_rng(1).permutation(some)
    light = [10] * len(some)
    long = RiceShop(minutes=10_000)
    ordered = walk(long, list(tour(view, some)), light)[1]
    assert ordered < 0.75 * walk(long, list(shuffled), light)[1]
    need = np.zeros(300, dtype=int)
    need[some] = 3
    loads = trips(need, np.full(300, 700), cart=1500)
    assert sorted(loads) == sorted(some)


def test_more_rivals_less_rice() -> None:
    few = run(RiceShop(n_periods=365, rivals=3), waits, seed=1)
    many = run(RiceShop(n_periods=365, rivals=60), waits, seed=1)
    assert few.totals["sold_ge"] > 1.5 * many.totals["sold_ge"]


def test_credit_that_is_never_asked_for_is_lost() -> None:
    def kind(view: View) -> Decision:
        visit = tour(view, np.flatnonzero(view.customer & (view.day % 7 == 0)))
        return Decision(visit=visit, bring=np.full(len(visit), 300))

    assert run(YEAR, kind, seed=1).totals["lost_cents"] > 100_000
    assert run(YEAR, sensible, seed=1).totals["lost_cents"] < 50_000


def test_chance_is_the_same_whatever_the_policy_does(a_year: Run) -> None:
    other = run(YEAR, waits, seed=1).record
    assert (a_year.record.want == other.want).all()
    assert (a_year.record.payday == other.payday).all()
    assert (run(YEAR, waits, seed=2).record.want != other.want).any()


# The notebook ------------------------------------------------------------------------


def test_the_notebook_begins_empty_and_tells_the_truth_later() -> None:
    seen: list[View] = []

    def watching(view: View) -> Decision:
        seen.append(view)
        return sensible(view)

    truth = run(YEAR, watching, seed=1).record
    first, last = seen[0], seen[-1]
    for name in ("adults", "payday", "jar_size", "last_on", "refused_on"):
        assert (getattr(first, name) == UNKNOWN).all(), name
    for name in ("adults", "payday", "jar_size"):
        noted = getattr(last, name)
        known = noted != UNKNOWN
        assert known.sum() > 50
        assert (noted[known] == getattr(truth, name)[known]).all(), name
    # Brim to brim, the refills measure what is eaten.
    known = last.refill_days > 100
    error = last.refill_ge[known] / last.refill_days[known] / truth.usual[known] - 1
    assert known.sum() > 30
    assert abs(np.median(error)) < 0.15


def test_a_view_leads_nowhere() -> None:
    world = RiceShop(n_periods=3)
    state = world.begin(1)
    view = world.view(state)
    for name, value in vars(view).items():
        assert isinstance(value, int | np.ndarray), name
        if isinstance(value, np.ndarray):
            assert not value.flags.writeable, name
            assert not np.shares_memory(value, getattr(state.notes, name, np.zeros(1)))
            assert value.base is None or not value.base.flags.writeable


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        ({"visit": [3, 3], "bring": [1, 1]}, "visit names household 3 more than once"),
        ({"visit": [300], "bring": [1]}, "visit must be from 0 to 299, not 300"),
        ({"visit": [3], "bring": [9999]}, "bring must be from 0 to 1500, not 9999"),
        ({"visit": [3], "bring": [1, 2]}, "bring must have 1 entries, not 2"),
        ({"visit": [3], "bring": [2.5]}, "bring must be a one-dimensional array"),
        ({"visit": [3], "bring": [1], "look": [2]}, "look must be from 0 to 1, not 2"),
        ({"visit": 3, "bring": [1]}, "visit must be a one-dimensional array"),
    ],
)
def test_a_wrong_decision_says_which_day_and_field(
    decision: dict[str, Any], words: str
) -> None:
    def policy(view: View) -> Decision | None:
        return Decision(**decision) if view.day == 2 else None

    with pytest.raises(PolicyError, match=r"^Day 2 of the policy") as caught:
        run(YEAR, policy, seed=1)
    assert words in str(caught.value)
    assert isinstance(caught.value.__cause__, DecisionError)
    assert len(caught.value.periods) == 2


def test_alone_it_plays_the_same() -> None:
    source = "from crmlib.simulation.rice_shop import sensible as policy\n"
    world = RiceShop(n_periods=60)
    assert run_isolated(world, source, seed=4).digest == (
        run(world, sensible, seed=4).digest
    )


def test_why_a_jar_ran_dry(a_year: Run) -> None:
    table = empty_jars(a_year)
    assert len(table) > 10
    day, household = map(int, table.iloc[-1])
    why = explain(a_year, household=household, day=day)
    assert f"Household {household} wanted" in why.sentence
    assert why.table["day"].iloc[-1] == day
    fine = explain(a_year, household=household, day=day - 1)
    assert "did not run dry" in fine.sentence
    with pytest.raises(CrmError, match="Households are 0 to 299"):
        explain(a_year, household=300, day=1)


def test_a_field_has_a_price() -> None:
    found = counterfactual(YEAR, sensible, without="payday", seeds=SEEDS)
    assert found.low > 0
    assert found.table["seed"].tolist() == list(SEEDS)


# Pictures ----------------------------------------------------------------------------


def test_pictures_and_dashboard(a_year: Run) -> None:
    axes = draw_street(a_year, day=100)
    assert "Day 100" in axes.get_title(loc="left")
    feet = [at for lines in axes.collections for at in lines.get_segments()]
    assert len(feet) == 300
    assert all(0 <= end[1] - start[1] <= 80 for start, end in feet)
    assert "a rule sells" in draw_sales({"a rule": a_year}).get_title(loc="left")

    def broken(view: View) -> Decision:
        raise KeyError("jar")

    board = dashboard(
        RiceShop(n_periods=40),
        broken,
        seed=1,
        baselines={"waits": waits},
        curves=draw_sales,
        picture=lambda run, day: draw_street(run, day=day),
    )
    board.children[0].click()
    assert "Day 0 of the policy 'yours': it failed" in board.said
    assert "waits ends with" in board.said
    with pytest.raises(CrmError, match="cannot be called"):
        dashboard(
            YEAR,
            waits,
            seed=1,
            baselines={"yours": waits},
            curves=draw_sales,
            picture=draw_street,  # type: ignore[arg-type]
        )


# The chapter's three edits -----------------------------------------------------------


def edited(number: int) -> Any:
    """Return the chapter's rule after its first *number* edits, as a learner does."""
    text = TEXT.read_text("utf-8")
    cells = re.findall(
        r"```\{code-cell\} ipython3\n:tags: \[policy\]\n(.*?)```", text, re.S
    )
    edits = re.findall(
        r"\*\*(?:First|Second|Third) edit:.*?```python\n(.*?)```", text, re.S
    )
    assert (len(cells), len(edits)) == (2, 3)
    space: dict[str, Any] = {"np": np, "Decision": Decision, "tour": tour}
    for code in (cells[0], *edits[:number], cells[1]):
        exec(code, space)
    return space["my_rule"]


@pytest.fixture(scope="module")
def steps() -> list[Score]:
    return [score(RiceShop(), edited(n), seeds=SEEDS) for n in range(4)]


def test_each_edit_raises_the_score(steps: list[Score]) -> None:
    for before, after in pairwise(steps):
        assert (after.table["score"] > before.table["score"] + 0.05).all()


def test_the_second_edit_beats_the_fixed_round(steps: list[Score]) -> None:
    fixed = score(RiceShop(), fixed_round, seeds=SEEDS)
    assert steps[2].low > fixed.high


def test_seven_days_is_the_best_fixed_round_or_near_it() -> None:
    world = RiceShop(n_periods=1825)
    reached = {
        every: run(world, partial(fixed_round, every=every), seed=1).objective
        for every in (5, 6, 7, 8, 10)
    }
    assert reached[7] > 0.95 * max(reached.values())


def test_a_good_policy_comes_near_the_reference(steps: list[Score]) -> None:
    assert steps[3].low > 0.8
    assert steps[3].yardstick_kind == "reference"


def by_cartloads(view: View) -> Decision:
    """Pack cartloads, money first: an answer to the chapter's exercise."""
    mouths = np.where(view.adults < 0, 22, 5.5 * view.adults + 3 * view.children)
    rate = (15 * mouths + view.refill_ge) / (15 + view.refill_days)
    jar = np.where(view.jar_size < 0, 250, view.jar_size)
    left = np.maximum(0, jar - rate * (view.day - view.last_on))
    need = np.where(2 * left < jar, np.maximum(0, 7 - left // rate), 0)
    owes = (view.debt_cents > 0) & (view.day - view.asked_on > 5)
    ask = owes & ((view.payday < 0) | ((view.day - view.payday) % 30 < 3))
    need = np.where(ask & (view.payday >= 0), np.maximum(need, 6), need)
    bring = (jar - left + 50).astype(int)
    visit = trips((need * view.customer).astype(int), bring, cart=view.cart)[:45]
    return Decision(
        visit=visit,
        bring=bring[visit],
        look=(view.jar_size < 0)[visit],
        collect=ask[visit],
    )


def test_the_sensible_rule_can_be_beaten(steps: list[Score]) -> None:
    better = score(RiceShop(), by_cartloads, seeds=SEEDS)
    assert better.low > steps[3].mean


# The same everywhere -----------------------------------------------------------------

PINNED = {
    "waits": "5a3ec2044c1567ff",
    "fixed_round": "a1c5a78ceed70a27",
    "sensible": "a9aafeffded22ae2",
    "reference": "2f8f68845d837b32",
}
DIGESTS = """
import json
from crmlib.simulation.engine import _digest, run
from crmlib.simulation.rice_shop import RiceShop, fixed_round, sensible, waits
world = RiceShop(n_periods=730)
found = {p.__name__: run(world, p, seed=20).digest[:16]
         for p in (waits, fixed_round, sensible)}
found["reference"] = _digest(world.reference(20))[:16]
print(json.dumps(found))
"""


def test_digests_are_pinned_with_and_without_cpu_features() -> None:
    features = " ".join(_cpu_features())
    for env in ({}, {"NPY_DISABLE_CPU_FEATURES": features}):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", DIGESTS],
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        assert json.loads(done.stdout) == PINNED, env


def _cpu_features() -> list[str]:
    """Return the features that NumPy found here and that can be disabled."""
    found = np.show_config(mode="dicts")["SIMD Extensions"]["found"]  # type: ignore[index]
    return list(found)


def test_the_module_keeps_its_promise_of_integers(a_year: Run) -> None:
    assert set(map(str, a_year.periods.dtypes)) == {"int64"}
    assert all(isinstance(value, int) for value in a_year.totals.values())
    assert rice_shop.GE_PER_DOU == 100


def test_the_edited_rule_can_be_handed_in_as_the_chapter_says() -> None:
    """Its text alone, in a process of its own, plays as it does in the notebook."""
    text = TEXT.read_text("utf-8")
    pattern = r"```(?:\{code-cell\} ipython3\n:tags: \[policy\]|python)\n(.*?)```"
    first, second, *edits = re.findall(pattern, text, re.DOTALL)
    names = "from crmlib.simulation.rice_shop import Decision, tour"
    world = RiceShop(n_periods=60)
    alone = run_isolated(world, source_of(second, names, first, *edits), seed=2)
    assert alone.digest == run(world, edited(3), seed=2).digest
