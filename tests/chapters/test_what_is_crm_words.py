"""What chapter 1 says in words, where no computed number would give it away.

The builder computes every number of the prose; these are the sentences around them.
"""

from __future__ import annotations

import re
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest

from course.term import ROOT
from crmlib import association, datasets
from crmlib.checks import what_is_crm as check


@pytest.fixture(scope="module")
def chapter() -> dict[str, Any]:
    """The names that the chapter's code cells define, without its pictures."""
    book = nbformat.read(ROOT / "chapters" / "01_what_is_crm.ipynb", as_version=4)
    names: dict[str, Any] = {"display": lambda *shown: None}
    for cell in book.cells:
        if cell.cell_type == "code":
            exec(cell.source, names)  # the course's own code
    return names


def test_the_definitions(chapter: dict[str, Any]) -> None:
    spoken = [
        set(re.findall(r"[a-z]+", text.lower())) for text in chapter["said"].values()
    ]
    small = {"a", "and", "the", "of", "to", "that", "in", "so", "with", "by"}
    stems = [{word.removesuffix("s") for word in words} - small for words in spoken]
    assert set.intersection(*stems) == {"customer"}, "one word in all seven"
    assert chapter["count"]["relationship"] <= 2
    assert chapter["count"]["software"] == 1
    assert len(chapter["said"]) == len(chapter["grid"]) == 7
    assert len(chapter["strangers"]) < len(chapter["pairs"]) / 2
    marked = chapter["grid"].copy()
    marked.loc["McKinsey", "value"] = True
    left = [p for p in chapter["pairs"] if not marked.loc[list(p)].all().any()]
    assert len(left) < len(chapter["strangers"]), "fewer pairs are strangers"


def test_the_autumn_of_ms_lu(chapter: dict[str, Any]) -> None:
    trail = chapter["trail"]
    assert trail["what"].tolist() == [
        "M06", "green", "puer", "gift", "quality", "quality", "teaware",
    ]  # fmt: skip
    assert trail["how"].tolist()[:4] == ["answered", "web", "web", "phone"]
    days = trail.index.to_series().diff().dt.days.tolist()
    assert days[3] <= 7, "within a week"
    assert 120 <= days[6] <= 130, "for four months nothing"
    assert chapter["hers"]["is_escalated"]
    assert chapter["waited"] > 7
    m06 = datasets.load("company/campaigns").set_index("campaign_id").loc["M06"]
    assert (m06["channel"], m06["name"]) == ("letter", "The tea farm's report")
    by_way = chapter["by_way"]
    assert by_way.index[0] == "message", "the first line says nothing"
    assert by_way["message"] == 1
    assert "message" not in set(chapter["orders"]["channel"])
    assert by_way["web"] == pytest.approx(0.5, abs=0.03), "every second"
    assert by_way.min() == by_way["web"], "even on the web"
    wait, usual = chapter["wait"], chapter["usual"]
    assert usual < 3
    assert wait.idxmax() == pd.Timestamp("2024-10-01")
    assert 2 * usual < wait.max() < 5 * usual
    assert wait["2024-12-01":"2024-12-01"].max() < 3


def test_the_empty_box(chapter: dict[str, Any]) -> None:
    change, promised = chapter["change"], chapter["promised"]
    assert len(change) == 4
    assert len(chapter["kept_it"]) == 2
    assert change[chapter["kept_it"]].min() > 20, "by a wide margin"
    assert change.abs().between(25, 35).all(), "about thirty per cent both ways"
    measures = chapter["measures"]
    assert measures.loc["sales per manager (yuan)"].is_monotonic_decreasing
    since_2023, since_2024 = chapter["since_2023"], chapter["since_2024"]
    margin, mark = "margin (% of sales)", "mean mark (1 to 5)"
    assert since_2023.index[since_2023["kept"]].tolist() == [margin]
    assert since_2024.index[since_2024["kept"]].tolist() == [margin, mark]
    for table in (since_2023, since_2024):
        assert 0.5 < table.loc[margin, "points"] < promised[margin], "nearly"
    assert chapter["an_order"][2025] < chapter["an_order"][2023], "in the hand it fell"


def test_why_they_rose(chapter: dict[str, Any]) -> None:
    measures, mark = chapter["measures"], "mean mark (1 to 5)"
    assert measures.loc[mark, 2025] / chapter["by_season"][False] < 1.05
    rate = chapter["rate"]
    assert abs(rate[True, 2025] - rate[True, 2023]) < 0.1, "hardly moved"
    assert rate[True].max() < rate[False].min(), "lower there"
    margin = measures.loc["margin (% of sales)"]
    from_mix = (margin[2025] - chapter["as_then"]) / (margin[2025] - margin[2023])
    assert 0.5 < from_mix < 0.65, "a little more than half of the rise"
    sold = chapter["by_group"]["amount_cents"]
    grew = sold[False, 2025] - sold[False, 2023]
    fell = sold[True, 2023] - sold[True, 2025]
    assert 2.7 < fell / grew < 3.3, "three times as much"
    comings = chapter["comings"].loc[["Lao Zhang", "Xiao Wang"]]
    assert (comings["sales_2023_of_gone"] > -comings["all_customers"]).all()
    assert chapter["one_point"] > 2 * chapter["one_per_cent"]
    assert 0.05 * chapter["yes"] < 1, "less than a customer"


def test_the_business_case(chapter: dict[str, Any]) -> None:
    parts, net = chapter["parts"], chapter["to_the_letter"]
    assert parts[0] < chapter["sales_now"] * 0.10 / 2
    assert net[1] > 0 > net[3], "same words, other sign"
    assert chapter["low"] < 0 < chapter["high"]
    assert 0.4 < chapter["pays"] < 0.6, "about a coin"
    kept = np.random.default_rng(0).triangular(0, 1, 2, size=100_000)
    assert kept.mean() == pytest.approx(1, abs=0.01), "on average in full"
    shares = {sales: (chapter["futures"](sales) > 0).mean() for sales in range(31)}
    enough = [sales for sales, share in shares.items() if share >= 0.9]
    assert enough, "the sliders reach nine in ten"
    assert min(enough) > 10
    assert chapter["outside"] == sorted(chapter["outside"], reverse=True)
    assert chapter["outside"][2] == pytest.approx(0.30, abs=0.05), "agrees with 70 %"
    width = chapter["high"] - chapter["low"]
    assert width == pytest.approx(check.OFFER, rel=0.1), "as wide as the bill"
    assert check.break_even.answer() > 10


def test_beer_and_nappies(chapter: dict[str, Any]) -> None:
    by_size = chapter["by_size"]
    assert (by_size["totals"] > 0.9).all()
    assert (by_size["per n_receipts"].abs() < 0.2).all(), "gone in both"
    assert (by_size["per floor_m2"] > 0.5).all(), "a good part comes back"
    stores = datasets.load("baskets/stores")
    for chain, group in stores.groupby("chain"):
        found = association.store_correlation(
            group, x="beer_packs", y="nappies_packs", size="n_receipts"
        )
        assert found["low"].iloc[1] < 0 < found["high"].iloc[1], chain
    assert chapter["best"]["consequent"].iloc[0] == "vegetables"
    assert abs(chapter["best"]["lift"].iloc[0] - 1) < 0.05
    pair = chapter["pair"].set_index("chain")
    assert pair.loc["west", "lift_low"] > 1.2
    assert pair.loc["east", "lift_low"] < 1 < pair.loc["east", "lift_high"]


def test_a_thousand_rules(chapter: dict[str, Any]) -> None:
    east, west = chapter["east"], chapter["west"]
    first = east.table.head(4)
    honey = first[(first["item"] == "honey") & (first["other"] == "nuts")].iloc[0]
    assert honey["lift"] > chapter["pair"]["lift"].max()
    assert 0.0015 < honey["p_value"] < 0.0025, "about two in a thousand"
    shun = first[(first["item"] == "black tea") & (first["other"] == "flour")]
    assert shun["lift"].iloc[0] < 1
    assert abs(east.n_plain - east.expected_by_luck) < 10
    assert abs(west.n_plain - east.n_plain) < 10, "the number tells nothing"
    assert (east.n_bonferroni, east.n_false_discovery) == (0, 0)
    assert west.n_bonferroni == west.n_false_discovery == 3
    left = west.table[west.table["bonferroni"]]
    assert left["lift"].idxmin() == left.index[-1]
    assert set(left.iloc[-1][["item", "other"]]) == {"beer", "nappies"}
    assert set(left.iloc[0][["item", "other"]]) == {"bread", "butter"}
    planted = datasets.truth("baskets/pairs")
    true = planted[(planted["chain"] == "west") & (planted["lift"] > 1)]
    assert len(true) == 3
    wine = west.table[(west.table["item"] == "nuts") & (west.table["other"] == "wine")]
    assert not wine["bonferroni"].any(), "what the question on lift says"
