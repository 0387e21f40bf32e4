"""The core of the simulations: fair, closed, repeatable, right where that is known."""

from __future__ import annotations

import dataclasses
import gc
import json
import math
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crmlib.errors import CrmError, DataNotFound
from crmlib.simulation import engine
from crmlib.simulation.engine import Limits, PolicyError, run, run_isolated, score
from crmlib.simulation.inventory import (
    Decision,
    Inventory,
    View,
    base_stock,
    best_base_stock,
    best_s_S,
    newsvendor_normal,
    normal_weights,
    poisson_weights,
    s_S,
    s_S_cost,
)

SMALL = Inventory(n_periods=40)
QUICK = Limits(seconds_per_call=1, seconds_total=5)
GOOD = """
from crmlib.simulation.inventory import Decision

def policy(view):
    return Decision(order=max(0, 8 - view.stock))
"""


def eight(view: View) -> Decision:
    return Decision(order=max(0, 8 - view.stock))


def text(body: str) -> str:
    """Source of a policy with this body."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    head = "import sys, gc, time\nfrom crmlib.simulation.inventory import Decision\n"
    return f"{head}def policy(view):\n{lines}\n"


# Known answers -----------------------------------------------------------------------


def test_the_newsvendor_has_its_published_stock_and_cost() -> None:
    stock, cost = newsvendor_normal(mean=50, sd=8, holding=0.18, shortage=0.70)
    assert stock == pytest.approx(56.604, abs=5e-4)
    assert cost == pytest.approx(1.9976, abs=5e-5)


def test_the_best_s_S_is_the_published_one() -> None:
    weights = poisson_weights(6)
    assert best_base_stock(weights, holding=1, shortage=4) == (
        8,
        pytest.approx(3.5701, abs=5e-5),
    )
    s, S, cost = best_s_S(weights, holding=1, shortage=4, order=5)
    assert (s, S) == (4, 10)
    assert cost == pytest.approx(8.034, abs=5e-4)


def test_poisson_weights_are_the_poisson_distribution() -> None:
    weights = poisson_weights(6)
    for k in range(15):
        exact = math.exp(-6) * 6**k / math.factorial(k)
        assert weights[k] / sum(weights) == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize(("s", "S"), [(4, 10), (2, 12), (6, 9)])
def test_the_engine_simulates_what_renewal_theory_says(s: int, S: int) -> None:
    world = Inventory(n_periods=4000, order=5)
    costs = [-run(world, s_S(s, S), seed=k).objective / 4000 for k in range(12)]
    mean, low, high = engine.interval(costs)
    exact = s_S_cost(s, S, world.weights, holding=1, shortage=4, order=5)
    # Twice the half width: one in some ten thousand would lie outside.
    assert abs(mean - exact) < (high - low), (mean, exact)


def test_the_engine_simulates_the_newsvendor() -> None:
    # In hundredths of money and whole units: h 18, p 70.
    world = Inventory(
        n_periods=4000, weights=normal_weights(50, 8), holding=18, shortage=70
    )
    costs = [-run(world, base_stock(57), seed=k).objective / 4e5 for k in range(8)]
    mean, low, high = engine.interval(costs)
    # Demand is rounded to whole units, which costs a trifle beside 1.9976.
    assert abs(mean - 1.9976) < (high - low) + 0.01


def test_the_best_policy_scores_one_against_itself() -> None:
    found = score(Inventory(n_periods=300), base_stock(8), seeds=range(4))
    assert found.table["score"].tolist() == [1.0] * 4


# Fairness ----------------------------------------------------------------------------


def test_the_same_seed_is_the_same_weather_whatever_is_decided() -> None:
    demands = [
        run(SMALL, base_stock(level), seed=5).periods["demand"].tolist()
        for level in (0, 8, 90)
    ]
    assert demands[0] == demands[1] == demands[2]
    assert run(SMALL, eight, seed=6).periods["demand"].tolist() != demands[0]


def test_a_run_is_repeated_to_the_last_digit() -> None:
    first, again = run(SMALL, eight, seed=5), run(SMALL, eight, seed=5)
    assert first.digest == again.digest
    assert first.digest != run(SMALL, base_stock(7), seed=5).digest
    # Pinned: any change of it changes what seeds mean to those who noted a score.
    assert first.digest[:16] == "d8101897d93e7051"


def test_a_policy_carries_nothing_from_one_run_to_the_next() -> None:
    class Counting:
        def __init__(self) -> None:
            self.calls = 0

        def __call__(self, view: View) -> Decision:
            self.calls += 1
            return Decision(order=self.calls)

    for policy in (Counting, Counting()):
        one, two = run(SMALL, policy, seed=1), run(SMALL, policy, seed=1)
        assert one.digest == two.digest


def test_a_view_cannot_be_written_to_and_is_a_copy() -> None:
    source = np.arange(3)
    copied = engine.read_only(source)
    source[0] = 9
    assert copied.tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match="read-only"):
        copied[0] = 1


# What can go wrong -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decision", "words", "field"),
    [
        (Decision(order=-3), "order must be from 0", "order"),
        (Decision(order=1.5), "order must be a whole number, not 1.5", "order"),
        (Decision(order=None), "order must be a whole number, not None", "order"),
        (Decision(order=np.array([1, 2])), "not an array of shape (2,)", "order"),
        (7, "returned a int, not a Decision", None),
    ],
)
def test_a_wrong_decision_is_named(decision: Any, words: str, field: str) -> None:
    def policy(view: View) -> Any:
        return decision if view.period == 3 else Decision(order=6)

    with pytest.raises(PolicyError) as caught:
        run(SMALL, policy, seed=1)
    assert words in str(caught.value)
    assert str(caught.value).startswith("Period 3 of the policy 'policy'")
    assert (caught.value.period, caught.value.field) == (3, field)
    assert len(caught.value.periods) == 3


def test_a_policy_that_fails_names_its_line() -> None:
    def policy(view: View) -> Decision:
        return Decision(order=6 // abs(view.period - 2))

    with pytest.raises(PolicyError, match=r"line \d+ with ZeroDivisionError"):
        run(SMALL, policy, seed=1)


@pytest.mark.parametrize("value", [[1, "x"], [[1]], [1.0], None, [1] * 3, object()])
def test_integers_refuses_what_is_no_list_of_whole_numbers(value: Any) -> None:
    with pytest.raises(engine.DecisionError, match=r"^bring must"):
        engine.integers("bring", value, length=2)


def test_seeds_and_worlds_are_checked() -> None:
    with pytest.raises(CrmError, match="different whole numbers"):
        score(SMALL, eight, seeds=[1, 1])
    with pytest.raises(CrmError, match="no field 'smell'"):
        engine.counterfactual(SMALL, eight, without="smell", seeds=[1])
    with pytest.raises(CrmError, match="nothing can be scored"):
        score(Inventory(n_periods=10, shortage=1), eight, seeds=[1])


# A process of its own ----------------------------------------------------------------


def test_alone_or_not_a_policy_plays_the_same() -> None:
    assert run_isolated(SMALL, GOOD, seed=3).digest == run(SMALL, eight, seed=3).digest


SEARCHES = {
    "frames": """
found, frame = [], sys._getframe()
while frame is not None:
    found += [repr(value)[:20000] for value in frame.f_locals.values()]
    found += [repr(sorted(frame.f_globals))]
    frame = frame.f_back
if any("_St" + "ate(" in x for x in found):
    raise RuntimeError("found the truth")
""",
    "objects": """
kinds = {type(x).__name__ for x in gc.get_objects()}
if kinds & {"_State", "Inventory"}:
    raise RuntimeError("found the truth")
""",
    "arrays": """
import numpy as np
if any(isinstance(x, np.ndarray) and x.size == 40 for x in gc.get_objects()):
    raise RuntimeError("found the truth")
""",
    "modules": """
import crmlib.simulation.engine as engine
if engine._naive.cache_info().currsize or engine._yardstick.cache_info().currsize:
    raise RuntimeError("found the truth")
""",
    "surroundings": """
import os
if any(k.startswith("CRM") for k in os.environ) or len(os.listdir(".")):
    raise RuntimeError("found " + repr(os.environ))
""",
}


@pytest.mark.parametrize("search", SEARCHES)
def test_looking_for_the_truth_finds_none(
    search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_TERM_SEED", "secret")
    engine._naive(SMALL, 3)
    policy = text(SEARCHES[search] + "\nreturn Decision(order=6)")
    assert len(run_isolated(SMALL, policy, seed=3).periods) == 40


def test_the_searches_do_find_the_truth_in_one_process() -> None:
    """So that the test above tests something."""
    space: dict[str, Any] = {}
    exec(text(SEARCHES["frames"] + "\nreturn Decision(order=6)"), space)
    with pytest.raises(PolicyError, match="found the truth"):
        run(SMALL, space["policy"], seed=3)
    gc.collect()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("while True: pass", "took more than 1 seconds for one decision"),
        ("raise ValueError('a bad day')", "line 4 with ValueError: a bad day"),
        ("import os; os._exit(3)", "ended its process (exit code 3)"),
        ("sys.exit()", "failed in line 4 with SystemExit"),
        ("return [1]", "returned a list, not a decision"),
        ("return Decision(order=[1, 2])", "order must be a whole number, not a list"),
        ("return Decision(order=open)", "its fields must be numbers"),
        ("return 1 +", "not Python: line 4"),
        ("x = 'y' * (1 << 33)", "more memory than it may use"),
    ],
)
def test_a_bad_policy_gets_a_sentence(body: str, words: str) -> None:
    with pytest.raises(PolicyError) as caught:
        run_isolated(SMALL, text(body), seed=1, limits=QUICK)
    assert words in str(caught.value)


def test_a_slow_policy_runs_out_of_time_as_a_whole() -> None:
    limits = Limits(seconds_per_call=5, seconds_total=0.3)
    with pytest.raises(PolicyError, match=r"0\.3 seconds for the whole run|more than"):
        run_isolated(SMALL, text("time.sleep(0.1); return None"), seed=1, limits=limits)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_policy_that_answers_early_and_stops_reading_is_ended() -> None:
    """It writes two answers, leaves a child of its own behind, and sleeps."""
    body = """
import os, struct
from crmlib.simulation.engine import pack
answer = pack({"order": 6})
for number in range(3, 12):
    try:
        for _ in range(2):
            os.write(number, struct.pack("<Q", len(answer)) + answer)
    except OSError:
        pass
os.fork()
time.sleep(60)
"""
    begun = time.monotonic()
    with pytest.raises(PolicyError, match="took more than 1 seconds"):
        run_isolated(SMALL, text(body), seed=1, limits=QUICK)
    assert time.monotonic() - begun < 30


def test_rubbish_on_the_line_is_no_answer() -> None:
    body = """
import os, struct
for number in range(3, 12):
    try:
        os.write(number, struct.pack("<Q", 4) + b"oops")
    except OSError:
        pass
return Decision(order=6)
"""
    with pytest.raises(PolicyError, match="no answer"):
        run_isolated(SMALL, text(body), seed=1, limits=QUICK)


def test_printing_does_no_harm() -> None:
    body = "print('x' * 10000); print('y', file=sys.stderr); return None"
    assert len(run_isolated(SMALL, text(body), seed=1).periods) == 40


def test_messages_come_back_as_they_went() -> None:
    fields = {
        "a": np.arange(6, dtype=np.int16).reshape(2, 3),
        "b": np.array([True, False]),
        "c": np.array([(1, 2)], dtype=[("x", "<i4"), ("y", "<i8")]),
        "d": 5,
        "e": ("x", "y"),
        "f": np.int64(9),
    }
    back = engine.unpack(engine.pack(fields))
    assert back["a"].tolist() == fields["a"].tolist()
    assert back["a"].dtype == np.int16
    assert back["b"].tolist() == [True, False]
    assert back["c"].tolist() == [(1, 2)]
    assert (back["d"], back["e"], back["f"]) == (5, ("x", "y"), 9)
    assert not back["a"].flags.writeable


# Saving, handing in, ranking ---------------------------------------------------------


def test_a_saved_run_is_played_again(tmp_path: Path) -> None:
    first = run_isolated(SMALL, GOOD, seed=3)
    engine.save(first, tmp_path / "run.json")
    assert engine.replay(tmp_path / "run.json").digest == first.digest
    content = json.loads((tmp_path / "run.json").read_text("utf-8"))
    content["policy"] = content["policy"].replace("8 -", "7 -")
    (tmp_path / "run.json").write_text(json.dumps(content), "utf-8")
    with pytest.raises(CrmError, match="other results"):
        engine.replay(tmp_path / "run.json")
    with pytest.raises(PolicyError, match="source"):
        engine.save(run(SMALL, lambda view: None, seed=1), tmp_path / "x.json")


def hand_in(folder: Path, name: str, source: str) -> Path:
    file = folder / f"{name}.json"
    found = score(SMALL, source, seeds=[1, 2], isolated=True)
    engine.write_score(found, file, name=name)
    return file


def test_a_score_file_is_verified_and_the_board_ranks(tmp_path: Path) -> None:
    hand_in(tmp_path, "anna", GOOD)
    hand_in(tmp_path, "bo", GOOD)
    hand_in(tmp_path, "chen", GOOD.replace("8 -", "7 -"))
    found = engine.verify(tmp_path / "anna.json", seeds=[7, 8], world=SMALL)
    assert found.reproduced
    assert found.note == ""
    assert found.score.mean == pytest.approx(1)

    lying = json.loads((tmp_path / "chen.json").read_text("utf-8"))
    lying |= {"name": "dora", "policy": GOOD.replace("8 -", "0 -"), "score": 3.0}
    (tmp_path / "dora.json").write_text(json.dumps(lying), "utf-8")
    assert not engine.verify(tmp_path / "dora.json", seeds=[7], world=SMALL).reproduced

    loop = lying | {"name": "emil", "policy": text("while True: pass")}
    (tmp_path / "emil.json").write_text(json.dumps(loop), "utf-8")
    (tmp_path / "notes.json").write_text("{}", "utf-8")
    board = engine.board(tmp_path, seeds=[7, 8], world=SMALL, limits=QUICK)
    assert board["file"].tolist() == [
        *("anna.json", "bo.json", "chen.json", "dora.json", "emil.json", "notes.json")
    ]
    assert board["place"].fillna(0).tolist() == [1, 1, 3, 4, 0, 0]
    assert "took more than" in board["note"].iloc[4]
    assert "not a file of the kind" in board["note"].iloc[5]
    with pytest.raises(DataNotFound):
        engine.board(tmp_path / "nowhere", seeds=[1])


LEVEL = 8


def leaning(view: View) -> Decision:
    return Decision(order=max(0, LEVEL - view.stock))


def test_a_policy_that_leans_on_other_names_is_told_before_it_is_handed_in(
    tmp_path: Path,
) -> None:
    found = score(SMALL, leaning, seeds=[1])
    with pytest.raises(PolicyError, match=r"by itself.*source_of"):
        engine.write_score(found, tmp_path / "x.json", name="gu")
    more = "from crmlib.simulation.inventory import Decision, View\nLEVEL = 8"
    whole = engine.source_of(leaning, more)
    found = score(SMALL, whole, seeds=[1], isolated=True)
    engine.write_score(found, tmp_path / "x.json", name="gu")
    assert engine.verify(tmp_path / "x.json", seeds=[5], world=SMALL).reproduced


def test_easier_parameters_do_not_help(tmp_path: Path) -> None:
    file = hand_in(tmp_path, "fay", GOOD)
    found = engine.verify(file, seeds=[7], again=False)
    assert "other parameters" in found.note
    assert found.score.runs[0].world == Inventory()


def test_a_field_taken_away_is_unknown() -> None:
    found = engine.counterfactual(SMALL, eight, without="stock", seeds=[1, 2, 3])
    assert found.mean > 0
    assert found.table["without_field"].lt(found.table["with_field"]).all()


def test_interval_is_students() -> None:
    # scipy.stats.t.interval(0.95, 4, loc=3, scale=0.7071…) of 1..5.
    mean, low, high = engine.interval([1, 2, 3, 4, 5])
    assert mean == 3
    assert (low, high) == (
        pytest.approx(1.0368, abs=1e-3),
        pytest.approx(4.9632, abs=1e-3),
    )
    # t(0.975, 40) = 2.0211, t(0.975, 120) = 1.9799 (tables).
    for free, t in ((40, 2.0211), (120, 1.9799)):
        values = [0.0, 1.0] * ((free + 1) // 2) + [0.5] * ((free + 1) % 2)
        mean, low, _ = engine.interval(values)
        spread = np.std(values, ddof=1) / math.sqrt(len(values))
        assert (mean - low) / spread == pytest.approx(t, abs=2e-4)


def test_a_score_does_not_keep_the_books() -> None:
    assert dataclasses.is_dataclass(SMALL)
    assert all(one.record is None for one in score(SMALL, eight, seeds=[1]).runs)
