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
    names: dict = {}
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
    assert chapter["n_visits"] >= 12


def test_letting_go(chapter):
    gone = chapter["letting_go"]["happened_cents"]
    assert chapter["outcome"] < 0 < chapter["promise"]
    assert gone.iloc[:3].max() > 0, "it pays for the very first"
    assert gone.iloc[60 : len(gone) * 4 // 10].max() < 0, "then it stays below zero"
    tail = chapter["tail"]
    old, new = tail.loc["with us longer"], tail.loc["joined since April 2024"]
    assert new["2025"] > 0 > new["2024"]
    assert old["2024"] < old["2025"] < 0, "it shrank by itself"
    kinds = chapter["customers"]["kind"].loc[chapter["worst"]]
    assert "household" not in set(kinds), "businesses, not households"
    assert chapter["visits_share"] > 0.5


def test_rfm(chapter):
    assert chapter["once"] > 0.2
    assert chapter["moved_once"] > 0.3
    cuts = chapter["scored"].cuts.query("measure == 'f' and score == 1")
    assert cuts["cut"].item() == 1


def test_relationships_and_types(chapter):
    by_kind = chapter["by_kind"]
    yes, no = by_kind.loc["relationship"], by_kind.loc["transaction"]
    assert yes["bought_again"] > no["bought_again"] + 0.1
    assert yes["yuan_each"] > 0 > no["yuan_each"]
    answer = chapter["answer"].table.set_index("segment")["holds"]
    assert set(answer[answer].index) == {"economic", "undecided"}
    assert chapter["agree"] > 0.4, "well above one in four"
    known = chapter["households"]["income_band"].notna().mean()
    assert known < 0.5, "cannot be read off for more than half"
    assert chapter["kept"] < 0.75
