"""What chapter 5 says in words, where no computed number would give it away.

The builder computes every number of the prose; these are the sentences around them.
"""

import nbformat
import pytest

from course.term import ROOT


@pytest.fixture(scope="module")
def chapter():
    """The names that the chapter's code cells define, without its pictures."""
    book = nbformat.read(ROOT / "chapters" / "05_segmentation.ipynb", as_version=4)
    names: dict = {"display": lambda shown: None}
    for cell in book.cells:
        if cell.cell_type == "code":
            exec(cell.source, names)  # the course's own code
    return names


def test_the_two_agents(chapter):
    assert chapter["times"] == 50
    assert chapter["doubled"] < 1 / 3
    assert abs(chapter["zhang_spread"] - chapter["wang_spread"]) < 0.005
    assert chapter["needed"] == 50_000


def test_the_pyramid(chapter):
    assert 0.7 < chapter["key"] < 0.8, "nearly as sharp as the course says"
    assert chapter["growth"] > 2 * 0.15, "more than twice what the course allows"
    assert chapter["regular"] < 0, "together they cost money"
    worst = chapter["profit_2025"].nsmallest(2, "profit_cents")
    assert (worst["revenue_cents"] > 500_000).all(), "they bought a good deal"
    assert len(chapter["losing"]) >= 3
    assert chapter["losing"]["visits"].iloc[0] >= 12
    assert chapter["by_activity"].idxmax(axis=1).eq("visit").all(), "into visits"
    assert 0.5 < (chapter["regulars"] > 0).mean()
    assert chapter["without_ten"] > 0 > chapter["regular"]


def test_letting_go(chapter):
    gone = chapter["letting_go"]["happened_cents"]
    assert chapter["outcome"] < 0 < chapter["promise"]
    assert gone.iloc[:3].max() > 0, "it pays for the very first"
    assert gone.iloc[60 : len(gone) * 4 // 10].max() < 0, "then it stays below zero"
    bridge = chapter["bridge"]
    assert chapter["promise"] + bridge.sum() == pytest.approx(chapter["outcome"])
    assert (bridge < 0).all()
    assert bridge.idxmin() == "costs that stay", "the largest"
    assert bridge.nsmallest(2).index[1] == "newcomers began to earn", "next"
    new = chapter["group"] == "newcomers began to earn"
    assert chapter["loss_2025"][new].sum() < 0 < chapter["loss_2024"][new].sum()
    booked = chapter["of_2025"].query("customer_id in @chapter['bottom']")["cost_cents"]
    kept = chapter["not_saved"] / (booked.sum() / 100)
    assert kept > 0.5, "more than half goes on without them"
    kinds = chapter["customers"]["kind"].loc[chapter["worst"]]
    assert "household" not in set(kinds), "businesses, not households"
    assert chapter["visits_share"] > 0.5


def test_rfm(chapter):
    assert chapter["once"] > 0.2
    assert chapter["moved_once"] > 0.3
    cuts = chapter["scored"].cuts.query("measure == 'f' and score == 1")
    assert cuts["cut"].item() == 1


def test_the_value_matrix(chapter):
    assert chapter["visits_there"] > 0.4, "somebody has been sent"
    assert set(chapter["losing"].index) <= set(chapter["in_corner"])
    assert chapter["losing_there"] > 0.3 * len(chapter["in_corner"])


def test_relationships_and_types(chapter):
    four = chapter["four"]
    assert list(four.index) == [(a, b) for a in (False, True) for b in (False, True)]
    neither, transaction, relationship, both = four["yuan_each"]
    assert both > relationship > neither > 0 > transaction
    again = four["bought_again"]
    assert again.iloc[2:].min() > again.iloc[:2].max() + 0.1, "the margin separates"
    assert abs(again.iloc[2] - again.iloc[3]) < 0.1, "the discount does not"
    assert chapter["firms"] > 0.5 * four["customers"].iloc[-1]
    lot, types = chapter["by_lot"], chapter["trial"]["said"]
    smallest = chapter["brought"].groupby(lot).sum().min()
    assert smallest > chapter["brought"].groupby(types).sum().min() > 200_000
    answer = chapter["answer"].table.set_index("segment")["holds"]
    assert set(answer[answer].index) == {"economic", "undecided"}
    assert chapter["agree"] > 0.4, "well above one in four"
    known = chapter["households"]["income_band"].notna().mean()
    assert known < 0.5, "cannot be read off for more than half"
    assert chapter["kept"] < 0.75
