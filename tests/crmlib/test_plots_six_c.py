"""Pictures of the six Cs: they show their tables, and everybody can read them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from figure_audit import audited
from matplotlib.patches import Rectangle

from crmlib import datasets, plots, plots_six_c, sixc
from crmlib.errors import CrmError

WEIGHTS = dict(zip(sixc.FACTORS, (0.30, 0.20, 0.15, 0.15, 0.10, 0.10), strict=True))
CUTS = {"A": 3.5, "B": 3.0, "C": 1.0}


@pytest.fixture(scope="module")
def ratings() -> pd.DataFrame:
    names = ("customers", "statements", "payments", "sectors")
    tables = [datasets.load(f"credit/{name}") for name in names]
    return sixc.rate(sixc.evidence(*tables, as_of_year=2024))


@pytest.fixture(scope="module")
def outcomes() -> pd.DataFrame:
    return datasets.load("credit/outcomes")


def test_the_tornado_shows_every_row(ratings: pd.DataFrame) -> None:
    table = sixc.sensitivity(ratings, weights=WEIGHTS, cuts=CUTS)
    ax = plots_six_c.tornado(table)
    bars = [bar for bar in ax.patches if isinstance(bar, Rectangle)]
    widths = sorted(abs(bar.get_width()) for bar in bars)
    assert widths == sorted([*table["n_better"], *table["n_worse"]])
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels[::2] == [f"{name} +0.1" for name in dict.fromkeys(table["factor"])]
    assert set(labels[1::2]) == {"\N{MINUS SIGN}0.1"}
    told = sorted(int(text.get_text()) for text in ax.texts)
    assert told == widths, "each bar says its number"
    assert str(table["n_moved"].max()) in ax.get_title(loc="left")
    assert not audited(ax)


def test_a_tornado_needs_rows() -> None:
    with pytest.raises(CrmError, match="nothing to draw"):
        plots_six_c.tornado(pd.DataFrame())


def test_the_cost_curve_is_the_sum_of_the_two_mistakes(
    ratings: pd.DataFrame, outcomes: pd.DataFrame
) -> None:
    scores = sixc.score(ratings, weights=WEIGHTS)
    best = sixc.best_threshold(
        scores, outcomes, loss_given_lost=4_000_000, margin_forgone=800_000
    )
    ax = plots_six_c.cost_curve(
        best.table, loss_given_lost=4_000_000, margin_forgone=800_000
    )
    both, lost, missed, least = (np.asarray(line.get_ydata()) for line in ax.lines)
    assert np.allclose(both, lost + missed)
    assert np.allclose(both, best.table["cost_cents"] / 1e8)
    assert least[0] == both.min() == pytest.approx(best.cost_cents / 1e8)
    assert not audited(ax)


def test_a_cost_curve_needs_customers() -> None:
    with pytest.raises(CrmError, match="nothing to draw"):
        plots_six_c.cost_curve(
            pd.DataFrame({"n_approved": [0]}), loss_given_lost=1, margin_forgone=1
        )


def test_who_crosses_the_line(ratings: pd.DataFrame, outcomes: pd.DataFrame) -> None:
    before = sixc.score(ratings, weights=WEIGHTS)
    moved = sixc.shift_weight(WEIGHTS, "collateral", -0.15)
    after = sixc.score(ratings, weights=moved)
    # The order of rows must not matter.
    ax = plots_six_c.regraded(
        before, after.iloc[::-1], outcomes, line_before=3.0, line_after=2.9
    )
    drawn = [len(np.asarray(points.get_offsets())) for points in ax.collections]
    assert sum(drawn) == len(before)
    was, now = before["score"] >= 3.0, after["score"] >= 2.9
    lost = before.merge(outcomes)["outcome"] == "lost"
    assert drawn == [
        (was == now).sum(),
        (~was & now & ~lost).sum(),
        (~was & now & lost).sum(),
        (was & ~now & ~lost).sum(),
        (was & ~now & lost).sum(),
    ]
    assert not audited(ax)


def test_three_tables_about_the_same_customers(outcomes: pd.DataFrame) -> None:
    one = pd.DataFrame({"customer_id": ["T0001"], "score": [3.0]})
    with pytest.raises(CrmError, match="same customers"):
        plots_six_c.regraded(one, one, outcomes, line_before=3, line_after=3)


def test_a_title_may_be_given(outcomes: pd.DataFrame) -> None:
    scores = pd.DataFrame({"customer_id": outcomes["customer_id"], "score": 3.0})
    ax = plots_six_c.regraded(
        scores, scores, outcomes, line_before=3, line_after=3, title="Nobody moves"
    )
    assert ax.get_title(loc="left") == "Nobody moves"


@pytest.mark.parametrize(
    ("after", "words"),
    [(150_000_000, "1.50 million yuan, not 2.00"), (200_100_000, "yuan, as before")],
)
def test_the_title_tells_the_cost(
    outcomes: pd.DataFrame, after: int, words: str
) -> None:
    scores = pd.DataFrame({"customer_id": outcomes["customer_id"], "score": 3.0})
    ax = plots_six_c.regraded(
        scores,
        scores,
        outcomes,
        line_before=3,
        line_after=3,
        costs_cents=(200_000_000, after),
    )
    assert " ".join(ax.get_title(loc="left").split()).endswith(words)


def test_each_draws_where_it_is_told(
    ratings: pd.DataFrame, outcomes: pd.DataFrame
) -> None:
    table = sixc.sensitivity(ratings, weights=WEIGHTS, cuts=CUTS)
    scores = sixc.score(ratings, weights=WEIGHTS)
    costs = {"loss_given_lost": 4_000_000, "margin_forgone": 800_000}
    best = sixc.best_threshold(scores, outcomes, **costs)
    fig, (first, second, third) = plots.subplots(3)
    drawn = [
        plots_six_c.tornado(table, ax=first, title="One"),
        plots_six_c.cost_curve(best.table, **costs, ax=second, title="Two"),
        plots_six_c.regraded(
            scores,
            scores,
            outcomes[outcomes["customer_id"].isin(scores["customer_id"])],
            line_before=3,
            line_after=3,
            ax=third,
            title="Three",
        ),
    ]
    assert drawn == fig.axes
    assert [ax.get_title(loc="left") for ax in drawn] == ["One", "Two", "Three"]
