"""What chapter 3 says in words, where no computed number would give it away.

The builder computes every number of the prose; these are the sentences around them.
The last test holds the chapter's list of factors against what was planted, which the
student's kit does not have.
"""

import nbformat
import numpy as np
import pytest

from course import figures
from course.term import ROOT
from crmlib import _inventory, datasets, environment, plots
from crmlib.checks import environment as check


@pytest.fixture(scope="module")
def chapter():
    """The names that the chapter's code cells define, without its pictures."""
    path = ROOT / "chapters" / "03_environment_swot.ipynb"
    book = nbformat.read(path, as_version=4)
    names: dict = {"display": lambda *shown: None}
    for cell in book.cells:
        if cell.cell_type == "code":
            exec(cell.source, names)  # the course's own code
    return names


def test_the_industry(chapter):
    packs, crane, spring = chapter["packs"], chapter["CRANE"], chapter["SPRING"]
    assert abs(packs.loc["2025", crane] / packs.loc["2023", crane] - 1) < 0.01
    total = packs[crane] + packs[spring]
    assert total["2025"] > total["2023"], "in a market that has grown"
    change = chapter["change"]
    assert change.idxmin() == "all together", "no part has lost as much"
    assert change["supermarket"] > 0, "there Crane has even gained"
    assert chapter["growth"]["online"] > 1, "more than doubled"
    assert chapter["lost_by_moving"] / chapter["lost"] > 0.9
    inside = change.drop("all together")
    assert (inside > 0).sum() == 1, "no common direction"
    assert 0 < chapter["rest"] < 0.3
    assert "county" not in chapter["sales"].columns, "not shown"
    assert "county" not in set(chapter["sales"]["channel"])
    gained = chapter["size"]["2025"] - chapter["size"]["2023"]
    assert gained["online"] > -gained["rural store"] > 0, "some come from elsewhere"
    assert gained["rural store"] == gained.min()
    assert chapter["price"][spring] > chapter["price"][crane]


def test_the_other_brand_is_dearer_in_every_year(chapter):
    yearly = chapter["sales"].groupby(["year", "brand"])[["revenue_cents", "packs"]]
    price = (yearly.sum()["revenue_cents"] / yearly.sum()["packs"]).unstack("brand")
    assert (price[chapter["SPRING"]] > price[chapter["CRANE"]]).all()


def test_the_consumers(chapter):
    crane, spring = chapter["CRANE"], chapter["SPRING"]
    aware, tried, felt = chapter["aware"], chapter["tried"], chapter["felt"]
    assert aware.loc["county", spring] < 0.6 * aware.loc["county", crane]
    assert aware.loc["city", spring] > aware.loc["city", crane]
    assert tried[crane].max() - tried[crane].min() < 0.05, "nobody in particular"
    profile = chapter["profile"]
    assert profile.loc["in_city", spring] > profile.loc["in_city", crane] + 0.15
    wants = profile.drop("in_city")
    assert (wants[crane] - wants[spring]).abs().max() < 0.12, "hardly to be told"
    ahead = felt[crane] - felt[spring]
    for need in ("effect", "price", "trust"):
        assert ahead[f"{need}_satisfaction"] > 0.25
    assert ahead["taste_satisfaction"] < -1
    assert felt.loc["convenience_satisfaction"].max() < 3.2, "neither shines"


def test_the_gaps(chapter):
    wide = chapter["wide"]
    assert wide.index[0] == ("convenience", "18-29")
    assert wide["crane_is_ahead"].iloc[0] < 0, "leaves wider still"
    assert wide.index[1] == ("price", "60+")
    assert wide["crane_is_ahead"].iloc[1] > 0.9, "the upper right corner"
    assert wide.loc[("price", "45-59"), "crane_is_ahead"] > 0.9
    assert (chapter["gaps"].shape[0], chapter["wanted"].size) == (20, 20)


def test_the_advertising(chapter):
    crane, spring = chapter["CRANE"], chapter["SPRING"]
    slope, margin = chapter["slope"], chapter["margin"]
    true = datasets.truth("market/elasticities").set_index("brand")
    for brand in (crane, spring):
        planted = true.loc[brand, "advertising_elasticity"]
        assert abs(slope[brand] - planted) < margin[brand]
    assert slope[crane] + margin[crane] < slope[spring] - margin[spring]
    assert abs(slope[crane] - 0.12) < margin[crane], "ordinary"
    assert slope[spring] - margin[spring] > 0.12, "good"
    inside = chapter["change"].drop(["all together"])
    assert inside.abs().max() < 2, "hardly moved inside the channels"
    assert 1.4 < chapter["expected"] < 1.6, "about a point and a half"
    assert chapter["rest"] < 0.5 * chapter["expected"], "the puzzle has grown"
    powers = {b: (1 + chapter["more"][b]) ** slope[b] for b in (crane, spring)}
    was = chapter["share"]["2023"]
    kept = was * powers[crane]
    fall = was - kept / (kept + (1 - was) * powers[spring])
    size = chapter["size"]["2025"]
    other = 100 * (fall * size).sum() / size.sum()
    assert 1.4 < other < 1.6, "with powers in place of lines the same"
    assert chapter["dearer_now"][spring] > chapter["dearer_now"][crane] > 0


def test_the_accounts(chapter):
    ending = chapter["ending"]
    assert len(ending) == 3
    assert set(ending["kind"]) == {"pharmacy chain"}
    days = ending["contract_ends_on"]
    assert (days.dt.month == 4).all()
    assert (days.max() - days.min()).days < 7, "in one week of April"
    assert ending["decider_known"].all()
    assert ending["source_grade"].max() == 2, "brochures and analysts"
    assert set(ending["account_id"]) <= set(chapter["largest"]["account_id"])


def test_the_wall(chapter):
    said = chapter["wall"]["tables_say"].value_counts()
    assert said.to_dict() == {"yes": 4, "in the counties": 1, "not shown": 2, "no": 3}


def test_the_reasons(chapter):
    reasons = chapter["pairs"]["reason"]
    assert chapter["tried_there"] < 0.5 * chapter["known_there"], "not yet won"
    assert "80% know us there and 37% have tried us" in reasons.iloc[0]
    assert "(4.1 to 3.7)" in reasons.iloc[4]
    assert chapter["effect"].idxmax() == chapter["CRANE"]


def test_the_list_and_its_scores(chapter):
    factors = chapter["factors"].set_index("factor")
    assert 2.25 < chapter["inside"].score < 2.5, "a little below the middle"
    assert chapter["outside"].score < 1.5, "far below"
    for name, (weight, rating) in check.OUTSIDE.items():
        assert tuple(factors.loc[name, ["weight", "rating"]]) == (weight, rating)
    assert set(factors.index[factors["side"].isin(["O", "T"])]) == set(check.OUTSIDE)
    assert factors.loc["weak online", "weight"] == 0.20, "a fifth of that inside"
    assert factors.loc["dull advertising", "rating"] == 2


def test_the_screening(chapter):
    firsts, strategies = chapter["firsts"], chapter["strategies"]
    assert firsts.index[0] == "renew contracts now" == firsts.idxmax()
    assert 0.5 < firsts.iloc[0] < 0.6, "somewhat more than half"
    assert (firsts > 0.1).sum() == 3, "three are in the race"
    assert firsts[["price campaign", "new sachet"]].max() < 0.005
    table = strategies.set_index("strategy")
    assert (table.loc["new sachet"] <= table.loc["online, counties first"]).all()
    winners = {
        percent: chapter["describe"]("gain", percent).partition("first: ")[2]
        for percent in range(0, 101, 5)
    }
    for percent, first in winners.items():
        if percent < 25:
            assert first == "leave the ad race."
        elif 25 < percent < 50:
            assert first == "renew contracts now."
        elif percent > 50:
            assert first == "online, counties first."
        else:
            assert " and " in first, "equal at the borders"
    wins = chapter["wins"] / 500
    assert wins.idxmax() == "renew contracts now"
    assert wins["price campaign"] > 0.1
    spread = np.sqrt(0.4 * 0.6 / 21), np.sqrt(0.2 * 0.8 / 21)
    assert spread == pytest.approx((0.1, 0.1), abs=0.02), "mostly within a tenth"
    more = strategies.copy()
    more.loc[more["strategy"] == "leave the ad race", "gain"] = 5
    ranked = environment.screen(more, weights=chapter["weights"])
    assert ranked["strategy"].iloc[0] == "leave the ad race"


@pytest.mark.parametrize(
    ("criterion", "percent"), [("gain", 25), ("gain", 50), ("speed", 100), ("ease", 0)]
)
def test_the_widget_draws_ties_whole(chapter, criterion, percent):
    drawn = chapter["draw"](criterion, percent)
    with plots.style():
        assert figures.audit(_inventory.take(drawn)) == []


def test_the_sizes(chapter):
    crane = chapter["CRANE"]
    assert chapter["last_yuan"].max() < 0.5
    assert 2 * chapter["last_yuan"][crane] < 0.5, "still not a yuan"
    ratio = chapter["cost"] / chapter["revenue"]
    assert ratio.min() > 0.7, "and the other does the same"
    accounts, now = chapter["accounts"], chapter["in_2025"]
    chains = accounts.loc[accounts["kind"] == "pharmacy chain", "crane_cents"].sum()
    own = now[(now["brand"] == crane) & (now["channel"] == "pharmacy")]
    assert chains > own["revenue_cents"].sum(), "the two tables do not fit"


def test_the_list_has_what_was_planted(chapter):
    planted = datasets.truth("market/factors")
    factors = chapter["factors"]
    counts = factors["side"].value_counts().to_dict()
    assert counts == planted["side"].value_counts().to_dict()
    card = (ROOT / "datasets" / "market" / "README.md").read_text(encoding="utf-8")
    # The card gives advertising its growth and its slope, and not its size.
    assert "revenue" not in card.partition("## What was planted")[2]
