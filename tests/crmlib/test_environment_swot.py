"""SWOT: a published matrix, hand sums, laws, closed forms, and the board's audit."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.figures import audit
from crmlib import _inventory, environment, plots
from crmlib.environment import Factor
from crmlib.errors import ContractError

# David, Strategic Management, 13th ed., table 4-10: internal factor evaluation of a
# retail computer store, factors shortened. Weighted score 2.50.
STORE = [
    ("inventory turnover", "S", "from 5.8 to 6.7", 0.05, 3),
    ("average purchase", "S", "from 97 to 128 dollars", 0.07, 4),
    ("morale", "S", "said to be excellent", 0.10, 3),
    ("promotions", "S", "20 per cent more sales", 0.05, 3),
    ("advertising", "S", "10 per cent more spent", 0.02, 3),
    ("repairs", "S", "revenue 16 per cent up", 0.15, 3),
    ("technical support", "S", "degrees of the staff", 0.05, 4),
    ("debt", "S", "34 per cent of assets", 0.03, 3),
    ("revenue per head", "S", "19 per cent up", 0.02, 3),
    ("software", "W", "revenue 12 per cent down", 0.10, 2),
    ("location", "W", "Highway 34", 0.15, 2),
    ("carpet", "W", "in disrepair", 0.02, 1),
    ("bathroom", "W", "needs work", 0.02, 1),
    ("business revenue", "W", "8 per cent down", 0.04, 1),
    ("web site", "W", "none", 0.05, 2),
    ("supplier", "W", "2.4 days", 0.03, 1),
    ("checkout", "W", "customers wait", 0.05, 1),
]
OUTSIDE = [
    ("online grows", "O", "11 per cent a quarter", 0.6, 4),
    ("rivals spend", "T", "4.5 per cent a quarter", 0.3, 2),
    ("villages empty", "T", "3 per cent a quarter", 0.1, 1),
]


def table(*rows: tuple[Any, ...]) -> pd.DataFrame:
    return environment.factor_table(Factor(*row) for row in rows)


SWOT = table(*STORE, *OUTSIDE)


# ---------------------------------------------------------------- factors


def test_a_factor_table_keeps_its_order() -> None:
    assert SWOT["factor"].tolist()[:2] == ["inventory turnover", "average purchase"]
    assert SWOT.columns.tolist() == ["factor", "side", "evidence", "weight", "rating"]
    assert table().shape == (0, 5)
    assert table(STORE[0]).shape == (1, 5)


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({"evidence": "  "}, "evidence", "1 factor has no evidence"),
        ({"evidence": None}, "evidence", "1 factor has no evidence"),
        ({"evidence": " Web SITE "}, "evidence", "1 factor has no evidence"),
        ({"factor": " "}, "factor", "1 factor has no name"),
        ({"factor": None}, "factor", "missing"),
        ({"side": "X"}, "side", "the sides are S, W, O and T"),
        ({"weight": 1.01}, "weight", "outside of 0 to 1"),
        ({"weight": -0.01}, "weight", "outside of 0 to 1"),
        ({"weight": math.nan}, "weight", "missing"),
        ({"rating": 3}, "rating", "that its side does not allow"),
        ({"rating": 0}, "rating", "that its side does not allow"),
        ({"side": "S"}, "rating", "that its side does not allow"),
        ({"side": "S", "rating": 5}, "rating", "that its side does not allow"),
        ({"side": "O", "rating": 5}, "rating", "that its side does not allow"),
        ({"side": "T", "rating": 0}, "rating", "that its side does not allow"),
    ],
)
def test_what_breaks_the_contract_is_named(
    change: dict[str, Any], column: str, words: str
) -> None:
    broken = SWOT.astype(object)
    broken.loc[14, list(change)] = list(change.values())
    broken = broken.astype({"weight": float, "rating": int})
    with pytest.raises(ContractError) as caught:
        environment.check_factors(broken)
    assert (caught.value.table, caught.value.column) == ("factors", column)
    assert caught.value.rows.index.tolist() == [14]
    assert words in str(caught.value)


def test_names_are_unique_but_for_case() -> None:
    twice = SWOT.assign(factor=SWOT["factor"].replace("debt", "Morale"))
    with pytest.raises(ContractError, match="each of 2 factors has the name") as caught:
        environment.check_factors(twice)
    assert caught.value.rows.index.tolist() == [2, 7]
    with pytest.raises(ContractError, match="column evidence"):
        environment.check_factors(SWOT.drop(columns="evidence"))
    for side, rating in (("S", 3), ("S", 4), ("W", 1), ("O", 1), ("O", 4), ("T", 4)):
        assert len(table(("name", side, "seen", 1.0, rating))) == 1


# ---------------------------------------------------------------- weighted scores


def test_davids_computer_store() -> None:
    before = SWOT.copy()
    result = environment.ife(SWOT)
    assert result.score == 2.5
    assert len(result.table) == 17
    own = result.table.set_index("factor")["weighted"]
    assert own["repairs"] == 0.45
    assert own["location"] == 0.30
    assert own["technical support"] == 0.20
    strengths = result.table["side"] == "S"
    assert result.table.loc[strengths, "weighted"].sum() == pytest.approx(1.74)
    pd.testing.assert_frame_equal(SWOT, before)


def test_efe_by_hand() -> None:
    result = environment.efe(SWOT)
    assert result.score == 3.1  # 2.4 + 0.6 + 0.1
    assert result.table["weighted"].tolist() == [2.4, 0.6, 0.1]
    assert result.table.index.tolist() == [0, 1, 2]
    one = environment.efe(table(("alone", "T", "seen", 1.0, 3)))
    assert one.score == 3.0


def test_weights_of_each_half_add_up_to_one() -> None:
    for function, side, words in (
        (environment.ife, "S", "strengths and weaknesses add up to 1.05"),
        (environment.efe, "T", "opportunities and threats add up to 1.05"),
    ):
        label = SWOT.index[SWOT["side"] == side][0]
        heavy = SWOT.copy()
        heavy.loc[label, "weight"] += 0.05
        with pytest.raises(ContractError) as caught:
            function(heavy)
        assert words in str(caught.value)
        assert caught.value.column == "weight"
    # Thirds with three digits come to 0.999, and that will do.
    thirds = table(*((name, "O", "seen", 0.333, 2) for name in "abc"))
    assert environment.efe(thirds).score == pytest.approx(1.998)
    with pytest.raises(ContractError, match=r"add up to 0\.99"):
        environment.efe(table(*((name, "O", "seen", 0.33, 2) for name in "abc")))


def test_no_factor_on_a_half_is_an_error() -> None:
    with pytest.raises(ContractError, match="no opportunities and threats in it"):
        environment.efe(table(*STORE))
    with pytest.raises(ContractError, match="no strengths and weaknesses in it"):
        environment.ife(table())


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 4)), min_size=1, max_size=8)
)
@settings(deadline=None, max_examples=40)
def test_a_weighted_score_lies_between_its_ratings(
    parts: list[tuple[int, int]],
) -> None:
    total = sum(weight for weight, _ in parts)
    rows = [
        (f"f{i}", "O" if i % 2 else "T", "seen", weight / total, rating)
        for i, (weight, rating) in enumerate(parts)
    ]
    ratings = [rating for _, rating in parts]
    found = environment.efe(table(*rows)).score
    assert min(ratings) - 1e-9 <= found <= max(ratings) + 1e-9
    backwards = environment.efe(table(*rows[::-1])).score
    assert found == pytest.approx(backwards, abs=1e-9)


# ---------------------------------------------------------------- tows


def pairs(*rows: tuple[Any, Any, Any, Any]) -> pd.DataFrame:
    names = ["inside", "outside", "strategy", "reason"]
    return pd.DataFrame(list(rows), columns=names, dtype="str")


def test_all_four_quadrants_in_order() -> None:
    crossed = environment.tows(
        SWOT,
        pairs(
            ("location", "rivals spend", "move", "nobody passes"),
            ("repairs", "villages empty", "repair by post", "demand goes to town"),
            ("web site", "online grows", "open a web shop", "the demand is there"),
            ("repairs", "online grows", "book repairs online", "known for it"),
            ("morale", "online grows", "let staff run it", "they want to"),
        ),
    )
    assert crossed["quadrant"].tolist() == ["SO", "SO", "WO", "ST", "WT"]
    assert crossed["strategy"].tolist() == [
        "book repairs online",
        "let staff run it",
        "open a web shop",
        "repair by post",
        "move",
    ]
    assert crossed.columns.tolist() == [
        "quadrant",
        "inside",
        "outside",
        "strategy",
        "reason",
    ]
    assert environment.tows(SWOT, pairs()).shape == (0, 5)


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (("repairs", "online grows", "s", None), "reason", "1 pair has no reason"),
        (("repairs", "online grows", "s", "  "), "reason", "1 pair has no reason"),
        (("repairs", "online grows", " ", "r"), "strategy", "1 pair has no strategy"),
        (("repair", "online grows", "s", "r"), "inside", "factor on side S or W"),
        (("online grows", "repairs", "s", "r"), "inside", "factor on side S or W"),
        (("repairs", "morale", "s", "r"), "outside", "factor on side O or T"),
        ((None, "online grows", "s", "r"), "inside", "missing"),
    ],
)
def test_a_pair_without_its_parts_is_refused(
    row: tuple[Any, Any, Any, Any], column: str, words: str
) -> None:
    good = ("morale", "online grows", "let staff run it", "they want to")
    with pytest.raises(ContractError) as caught:
        environment.tows(SWOT, pairs(good, row))
    assert (caught.value.table, caught.value.column) == ("pairs", column)
    assert caught.value.rows.index.tolist() == [1]
    assert words in str(caught.value)


def test_a_pair_may_have_two_strategies_but_not_one_twice() -> None:
    one = ("morale", "online grows", "let staff run it", "they want to")
    other = ("morale", "online grows", "train them", "they learn")
    assert len(environment.tows(SWOT, pairs(one, other))) == 2
    with pytest.raises(ContractError, match="each of 2 pairs is there twice"):
        environment.tows(SWOT, pairs(one, (*one[:3], "another reason")))


# ---------------------------------------------------------------- screening


def strategies(**criteria: list[float]) -> pd.DataFrame:
    n = len(next(iter(criteria.values())))
    names = pd.Series([f"s{i}" for i in range(n)], dtype="str")
    return pd.DataFrame({"strategy": names} | criteria)


def test_screen_by_hand_with_ties() -> None:
    options = strategies(gain=[1, 5, 3, 4], ease=[3, 1, 3, 2])
    table = environment.screen(options, weights={"gain": 0.5, "ease": 0.5})
    assert table["strategy"].tolist() == ["s1", "s2", "s3", "s0"]
    assert table["score"].tolist() == [3.0, 3.0, 3.0, 2.0]
    assert table["rank"].tolist() == [1, 1, 1, 4]
    assert table["n_tied"].tolist() == [2, 2, 2, 0]
    assert table.columns.tolist() == ["strategy", "score", "rank", "n_tied"]


def test_equal_on_paper_is_equal() -> None:
    # 0.1 * 3 + 0.2 * 3 + 0.7 * 3 and 3 differ in binary.
    options = strategies(a=[3, 1], b=[3, 1], c=[3, 27 / 7])
    weights = {"a": 0.1, "b": 0.2, "c": 0.7}
    assert environment.screen(options, weights=weights)["rank"].tolist() == [1, 1]


def test_screen_of_none_and_one() -> None:
    weights = {"gain": 1.0}
    assert environment.screen(strategies(gain=[]), weights=weights).shape == (0, 4)
    one = environment.screen(strategies(gain=[2]), weights=weights)
    assert one.iloc[0].tolist() == ["s0", 2.0, 1, 0]


def test_screen_checks_its_arguments() -> None:
    options = strategies(gain=[1, 2], ease=[2, 1])
    for weights, words in (
        ({}, "at least one criterion"),
        ({"gain": 0.5, "ease": 0.4}, "add up to 0.9"),
        ({"gain": 1.5, "ease": -0.5}, "ease must be 0 or more"),
        ({"gain": math.nan, "ease": 1}, "gain must be 0 or more"),
    ):
        with pytest.raises(ValueError, match=words):
            environment.screen(options, weights=weights)
    with pytest.raises(ContractError, match="column cost"):
        environment.screen(options, weights={"gain": 0.5, "cost": 0.5})
    with pytest.raises(ContractError) as caught:
        environment.screen(options.assign(strategy="same"), weights={"gain": 1.0})
    assert caught.value.rows.index.tolist() == [0, 1]
    with pytest.raises(ContractError, match="missing"):
        environment.screen(options.assign(gain=[1, np.nan]), weights={"gain": 1.0})


some_options = st.lists(
    st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5)),
    min_size=1,
    max_size=6,
)


@given(some_options)
@settings(deadline=None, max_examples=40)
def test_ranks_count_the_better_ones(rows: list[tuple[int, int, int]]) -> None:
    a, b, c = (list(values) for values in zip(*rows, strict=True))
    table = environment.screen(
        strategies(a=a, b=b, c=c), weights={"a": 0.5, "b": 0.25, "c": 0.25}
    )
    exact = {f"s{i}": 2 * x + y + z for i, (x, y, z) in enumerate(rows)}
    for row in table.itertuples():
        own = exact[row.strategy]
        assert row.score == own / 4
        assert row.rank == 1 + sum(other > own for other in exact.values())
        assert row.n_tied == sum(other == own for other in exact.values()) - 1


# ---------------------------------------------------------------- weights that move


def moved(options: pd.DataFrame, **more: Any) -> pd.DataFrame:
    criteria = [name for name in options.columns if name != "strategy"]
    defaults = {
        "weights": dict.fromkeys(criteria, 1 / len(criteria)),
        "concentration": 2,
        "n_draws": 4000,
        "rng": np.random.default_rng(11),
    }
    return environment.weight_sensitivity(options, **(defaults | more))


def test_two_criteria_are_a_uniform_weight_in_closed_form() -> None:
    # Dirichlet(1, 1) is uniform: s0 wins when 4 w + 2 (1 - w) > w + 3 (1 - w),
    # that is from w = 1/4 up.
    found = moved(strategies(a=[4, 1], b=[2, 3])).set_index("strategy")
    # 4000 draws: standard deviation 0.0068.
    assert found.loc["s0", "first_share"] == pytest.approx(0.75, abs=0.03)
    assert found["first_share"].sum() == pytest.approx(1)
    assert found.loc["s0", "mean_rank"] == pytest.approx(1.25, abs=0.03)
    assert found["worst_rank"].tolist() == [2, 2]


def test_the_spread_is_that_of_the_dirichlet() -> None:
    # With weight 0.3 and concentration 20, w is Beta(6, 14), and P(w > 1/2) is the
    # chance of at most 5 heads in 19 tosses.
    tail = sum(math.comb(19, k) for k in range(6)) / 2**19
    found = moved(
        strategies(a=[1, 0], b=[0, 1]),
        weights={"a": 0.3, "b": 0.7},
        concentration=20,
        n_draws=40_000,
    ).set_index("strategy")
    assert found.index.tolist() == ["s1", "s0"]
    assert found.loc["s0", "first_share"] == pytest.approx(tail, abs=0.005)


def test_equals_share_the_first_place() -> None:
    found = moved(strategies(a=[3, 3, 1], b=[2, 2, 1]))
    assert found["first_share"].tolist() == [0.5, 0.5, 0.0]
    assert found["mean_rank"].tolist() == [1.0, 1.0, 3.0]
    assert found["worst_rank"].tolist() == [1, 1, 3]


def test_a_weight_of_nothing_stays_nothing_and_sure_weights_stay() -> None:
    found = moved(
        strategies(a=[2, 1], b=[0, 9]), weights={"a": 1.0, "b": 0.0}, n_draws=500
    )
    assert found["first_share"].tolist() == [1.0, 0.0]
    sure = moved(strategies(a=[4, 1], b=[2, 3]), concentration=1e7, n_draws=200)
    assert sure["first_share"].tolist() == [1.0, 0.0]
    # Draws that underflow to nothing take the weights as given.
    vague = moved(strategies(a=[4, 1], b=[2, 3]), concentration=1e-9, n_draws=200)
    assert vague["first_share"].sum() == pytest.approx(1)


@given(some_options, st.integers(0, 3))
@settings(deadline=None, max_examples=25)
def test_shares_add_up_and_the_dominated_never_win(
    rows: list[tuple[int, int, int]], seed: int
) -> None:
    a, b, c = (list(values) for values in zip(*rows, strict=True))
    options = strategies(a=a, b=b, c=c)
    rng = np.random.default_rng(seed)
    found = moved(options, n_draws=60, rng=rng).set_index("strategy")
    assert found["first_share"].sum() == pytest.approx(1)
    assert (found["mean_rank"] >= 1).all()
    assert (found["worst_rank"] <= len(rows)).all()
    for (i, one), (_, other) in itertools.permutations(enumerate(rows), 2):
        if all(y > x for x, y in zip(one, other, strict=True)):
            assert found.loc[f"s{i}", "first_share"] == 0
    again = moved(options, n_draws=60, rng=np.random.default_rng(seed))
    assert again["first_share"].tolist() == found["first_share"].tolist()


def test_sensitivity_of_none_and_bad_arguments() -> None:
    none = moved(strategies(a=[], b=[]), n_draws=3)
    assert none.shape == (0, 6)
    assert none.columns.tolist() == [
        "strategy",
        "score",
        "rank",
        "first_share",
        "mean_rank",
        "worst_rank",
    ]
    one = moved(strategies(a=[2], b=[2]), n_draws=3)
    assert one.iloc[0].tolist() == ["s0", 2.0, 1, 1.0, 1.0, 1]
    for concentration in (0, -1, math.nan, math.inf):
        with pytest.raises(ValueError, match="concentration must be above 0"):
            moved(strategies(a=[1], b=[1]), concentration=concentration)
    with pytest.raises(ValueError, match="n_draws must be at least 1"):
        moved(strategies(a=[1], b=[1]), n_draws=0)


# ---------------------------------------------------------------- the board


@pytest.mark.parametrize("n", [0, 1, 17, 20])
def test_everybody_can_read_the_board(n: int) -> None:
    ax = environment.swot_board(SWOT.head(n))
    inventory = _inventory.take(ax.get_figure())
    assert audit(inventory) == []
    texts = " ".join(" ".join(entry["text"].split()) for entry in inventory["texts"])
    for word in environment.SIDES.values():
        assert word.capitalize() in texts
    for factor in SWOT["factor"].head(n):
        assert factor in texts


def test_the_board_states_its_finding_or_what_it_was_told() -> None:
    full = environment.swot_board(SWOT).get_title(loc="left")
    assert full == "Middling inside (2.50 of 4), strong in meeting the outside (3.10)"
    half = environment.swot_board(SWOT.head(1)).get_title(loc="left")
    assert half == (
        "Listed so far: 1 strength, 0 weaknesses, 0 opportunities, 0 threats"
    )
    poor = table(("taste", "W", "2.7 of 5", 1.0, 1), ("rival", "T", "seen", 1.0, 1))
    assert environment.swot_board(poor).get_title(loc="left").startswith("Weak inside")
    fig, own = plots.subplots(height=5)
    ax = environment.swot_board(SWOT, title="What we know", ax=own)
    assert ax is own
    assert ax.get_title(loc="left") == "What we know"
    assert len(fig.axes) == 1


def test_the_weightiest_come_first_and_long_names_wrap() -> None:
    long = "the rival spends more on advertising in each region and in each quarter"
    ax = environment.swot_board(
        table(
            ("light", "T", "seen", 0.2, 2),
            (long, "T", "seen", 0.5, 1),
            ("equal", "T", "seen", 0.2, 3),
            ("least", "T", "seen", 0.1, 3),
        )
    )
    lines = [text.get_text() for text in ax.texts]
    start = lines.index("Threats") + 1
    assert [line.split()[0] for line in lines[start:]] == [
        "the",
        "light",
        "equal",
        "least",
    ]
    assert lines[start].endswith("(0.50 × 1)")
    assert "\n" in lines[start]
    assert audit(_inventory.take(ax.get_figure())) == []
