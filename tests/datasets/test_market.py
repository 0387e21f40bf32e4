"""The two tonics: the files are what the generator makes, and each factor is there."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from course.generator import market, schema
from crmlib import datasets

ROOT = Path(__file__).resolve().parents[2]
DATASETS = ROOT / "datasets"
CARD = (DATASETS / "market" / "README.md").read_text(encoding="utf-8")
SEEDS = (market.SEED, 3, 11)
CRANE, SPRING = "Crimson Crane", "Scarlet Spring"


@cache
def tables(seed: int) -> dict[str, pd.DataFrame]:
    return market.make(seed)


@pytest.mark.parametrize("resource", market.RESOURCES, ids=lambda r: r["name"])
def test_the_committed_files_are_what_the_seed_makes(resource: dict) -> None:
    prefix = "truth/" if resource["is_truth"] else ""
    made = tables(market.SEED)[prefix + resource["path"].removesuffix(".csv")]
    on_disk = (DATASETS / prefix / resource["path"]).read_bytes()
    assert on_disk == schema.as_csv(made, resource).encode()


def test_the_tables_keep_their_schema() -> None:
    names = [name for name in datasets.names() if name.startswith("market/")]
    assert len(names) == 6
    for name in names:
        datasets.check(datasets.load(name), name, references=True)


@pytest.mark.parametrize("resource", market.RESOURCES, ids=lambda r: r["name"])
def test_no_real_brand_is_in_the_data(resource: dict) -> None:
    prefix = "truth/" if resource["is_truth"] else ""
    text = (DATASETS / prefix / resource["path"]).read_text(encoding="utf-8").lower()
    for name in ("xue", "hongtao", "血尔", "红桃"):
        assert name not in text
    assert "synthetic" in CARD
    assert "invented" in CARD


def test_the_truth_has_three_factors_on_each_side() -> None:
    factors = tables(market.SEED)["truth/market/factors"]
    assert factors["side"].value_counts().to_dict() == dict.fromkeys("SWOT", 3)
    known = set(tables(market.SEED))
    assert set(factors["found_in"]) <= known


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_survey_shows(seed: int) -> None:
    made = tables(seed)
    people = made["market/respondents"]
    told = made["market/opinions"].merge(people, on="respondent_id")
    aware = told.groupby(["brand", "place"])["is_aware"].mean()
    assert aware[CRANE, "county"] - aware[SPRING, "county"] > 0.3
    assert aware[CRANE, "city"] < aware[SPRING, "city"]
    content = told.filter(like="_satisfaction").astype(float)
    content = content.groupby(told["brand"]).mean()
    gap = content.loc[CRANE] - content.loc[SPRING]
    assert gap["effect_satisfaction"] > 0.15
    assert gap["price_satisfaction"] > 0.7
    assert gap["taste_satisfaction"] < -0.8
    assert content.loc[SPRING, "price_satisfaction"] < 3.2
    young = people.loc[people["age_group"] == "18-29", "convenience_importance"].mean()
    assert young - content["convenience_satisfaction"].max() > 0.8
    answered = told["taste_satisfaction"].notna()
    assert (answered == told["has_tried"]).all()
    assert (told["is_aware"] | ~told["has_tried"]).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_sales_show(seed: int) -> None:
    sales = tables(seed)["market/sales"]
    by_channel = sales.pivot_table(
        index="channel", columns="brand", values="packs", aggfunc="sum"
    )
    share = by_channel[CRANE] / (by_channel[CRANE] + by_channel[SPRING])
    assert share["online"] < share.drop("online").min() - 0.1
    assert share["rural store"] > share.drop("rural store").max() + 0.05
    years = sales.assign(year=sales["quarter"].str[:4])
    years = years.pivot_table(
        index="channel", columns="year", values="packs", aggfunc="sum"
    )
    growth = years["2025"] / years["2023"]
    assert growth["online"] > 1.9
    assert growth["rural store"] < 0.88
    spend = tables(seed)["market/advertising"]
    total = spend.assign(year=spend["quarter"].str[:4]).pivot_table(
        index="brand", columns="year", values="spend_cents", aggfunc="sum"
    )
    change = total["2025"] / total["2023"]
    assert change[SPRING] > 1.25
    assert 0.8 < change[CRANE] < 1.2


@pytest.mark.parametrize("seed", SEEDS)
def test_revenue_is_packs_times_price(seed: int) -> None:
    made = tables(seed)
    both = made["market/sales"].merge(made["market/prices"])
    assert len(both) == len(made["market/sales"])
    assert (both["revenue_cents"] == both["packs"] * both["price_cents"]).all()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("brand", [CRANE, SPRING])
def test_elasticities_come_back_out_of_a_regression(seed: int, brand: str) -> None:
    made = tables(seed)
    rows = made["market/sales"].merge(made["market/prices"])
    rows = rows.merge(made["market/advertising"])
    rows = rows[rows["brand"] == brand].reset_index(drop=True)
    place = rows["region"] + rows["channel"]
    time = rows["quarter"].map(sorted(rows["quarter"].unique()).index)
    known = pd.DataFrame(
        {
            "price": np.log(rows["price_cents"].astype(float)),
            "spend": np.log(rows["spend_cents"].astype(float)),
        }
    )
    trends = pd.get_dummies(rows["channel"], dtype=float).mul(time, axis=0)
    cells = pd.get_dummies(place, dtype=float)
    seasons = pd.get_dummies(rows["quarter"].str[4:], dtype=float).iloc[:, 1:]
    design = pd.concat([known, cells, trends, seasons], axis="columns").to_numpy()
    packs = np.log(rows["packs"].to_numpy(dtype=float))
    found, *_ = np.linalg.lstsq(design, packs, rcond=None)
    truth = made["truth/market/elasticities"].set_index("brand").loc[brand]
    assert found[0] == pytest.approx(truth["price_elasticity"], abs=0.3)
    assert found[1] == pytest.approx(truth["advertising_elasticity"], abs=0.08)


@pytest.mark.parametrize("seed", SEEDS)
def test_three_large_accounts_may_leave_soon(seed: int) -> None:
    accounts = tables(seed)["market/key_accounts"]
    ends = pd.to_datetime(accounts["contract_ends_on"])
    soon = accounts[ends <= "2026-06-30"]
    assert len(soon) == 3
    assert set(soon["kind"]) == {"pharmacy chain"}
    crane = accounts["tonic_purchases_cents"] * accounts["crane_share_percent"]
    assert crane[soon.index].sum() > 0.2 * crane.sum()


def test_the_card_states_what_is_planted() -> None:
    for side, count in (("S", 3), ("W", 3), ("O", 3), ("T", 3)):
        assert CARD.count(f"\n| {side} |") == count
    for parameter in (
        f"{100 * market.AWARE[CRANE, 'county']:.0f} % aware",
        f"elasticity {market.ADVERTISING_ELASTICITY[CRANE]:.2f} against "
        f"{market.ADVERTISING_ELASTICITY[SPRING]:.2f}",
        f"{100 * market.CHANNELS['online'][1]:.0f} % a quarter",
        f"{100 * market.ADVERTISING_STEP[SPRING]:.1f} % a quarter",
        f"{-100 * market.CHANNELS['rural store'][1]:.0f} % a quarter",
        f"{market.SATISFACTION[CRANE][1]} against {market.SATISFACTION[SPRING][1]}",
    ):
        assert parameter in CARD, f"the card should say {parameter}"
