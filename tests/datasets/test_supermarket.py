"""The chain's diary: the files are what the seed makes, and the truth can be found."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from course.generator import schema, supermarket
from crmlib import datasets

DATASETS = Path(__file__).resolve().parents[2] / "datasets"
CARD = (DATASETS / "supermarket" / "README.md").read_text(encoding="utf-8")
SEEDS = (supermarket.SEED, 3, 11)


@cache
def tables(seed: int) -> dict[str, pd.DataFrame]:
    return supermarket.make(seed)


@cache
def growth(seed: int) -> pd.DataFrame:
    """Growth of each store as a logarithm: 2024, 2025, and within 2023 for a year."""
    made = tables(seed)
    sales = made["supermarket/sales"]
    days = (pd.to_datetime(sales["week_on"]) - pd.Timestamp("2023-01-02")).dt.days
    year = sales.groupby(["store_id", days // 364])["sales_cents"].sum().unstack()
    half = sales.groupby(["store_id", days // 182])["sales_cents"].sum().unstack()
    logs = pd.DataFrame(
        {
            "of_2024": np.log(year[1] / year[0]),
            "of_2025": np.log(year[2] / year[1]),
            "before": 2 * np.log(half[1] / half[0]),
            "size": year[0],
        }
    )
    stores = made["supermarket/stores"].set_index("store_id")
    return logs.join(stores["chosen_by"].fillna("none"))


def difference(seed: int, what: str, group: str, others: list[str]) -> tuple:
    """Mean difference and twice its standard error (Welch)."""
    table = growth(seed)
    one = table.loc[table["chosen_by"] == group, what]
    other = table.loc[table["chosen_by"].isin(others), what]
    error = np.sqrt(one.var() / len(one) + other.var() / len(other))
    return one.mean() - other.mean(), 2 * error


@pytest.mark.parametrize("resource", supermarket.RESOURCES, ids=lambda r: r["name"])
def test_the_committed_files_are_what_the_seed_makes(resource: dict) -> None:
    prefix = "truth/" if resource["is_truth"] else ""
    made = tables(supermarket.SEED)[prefix + resource["path"].removesuffix(".csv")]
    on_disk = (DATASETS / prefix / resource["path"]).read_bytes()
    assert on_disk == schema.as_csv(made, resource).encode()
    assert len(on_disk) < 2_000_000


def test_the_tables_keep_their_schema() -> None:
    names = [name for name in datasets.names() if name.startswith("supermarket/")]
    assert len(names) == 4
    for name in names:
        datasets.check(datasets.load(name), name, references=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_groups(seed: int) -> None:
    stores = tables(seed)["supermarket/stores"]
    assert stores["chosen_by"].value_counts().to_dict() == {
        "head office": 12,
        "lot": 12,
    }
    has = stores["chosen_by"].notna()
    assert (stores["diary_from_on"].notna() == has).all()
    sales = tables(seed)["supermarket/sales"]
    assert sales.groupby("store_id")["week_on"].nunique().eq(156).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_every_store_grew_so_before_and_after_says_too_much(seed: int) -> None:
    table = growth(seed)
    assert (table["of_2024"] > 0.02).all()
    chosen = table.loc[table["chosen_by"] == "head office", "of_2024"].mean()
    assert chosen > 4 * supermarket.EFFECT[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_stores_of_head_office_were_larger_and_grew_before(seed: int) -> None:
    table = growth(seed).groupby("chosen_by")["size"].median()
    assert table["head office"] > 1.25 * table["none"]
    ahead, error = difference(seed, "before", "head office", ["none", "lot"])
    assert abs(ahead - supermarket.CHOSEN_GROWTH) < 1.5 * error
    found, error = difference(seed, "of_2024", "head office", ["none", "lot"])
    assert found - error > 1.5 * supermarket.EFFECT[0], "the comparison is biased"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_lot_finds_the_true_effect(seed: int) -> None:
    found, error = difference(seed, "of_2025", "lot", ["none"])
    truth = tables(seed)["truth/supermarket/stores"].set_index("store_id")
    by_lot = growth(seed)["chosen_by"] == "lot"
    true = truth.loc[by_lot, "effect_percent"].mean() / 100
    assert true == pytest.approx(supermarket.EFFECT[0], abs=0.002)
    assert abs(found - true) < error
    assert found - error > 0
    without = growth(seed)["chosen_by"] == "none"
    assert truth.loc[without, "effect_percent"].eq(0).all()


def test_the_tables_agree_with_the_truth_of_growth() -> None:
    truth = tables(supermarket.SEED)["truth/supermarket/stores"].set_index("store_id")
    table = growth(supermarket.SEED)
    none = table["chosen_by"] == "none"
    rate = 100 * np.expm1(table.loc[none, ["of_2024", "of_2025"]].mean(axis=1))
    assert (rate - truth.loc[none, "growth_percent"]).abs().max() < 1.5


@pytest.mark.parametrize("seed", SEEDS)
def test_more_is_written_down_not_more_happens(seed: int) -> None:
    made = tables(seed)
    weeks = made["truth/supermarket/weeks"]
    after = pd.to_datetime(weeks["week_on"]) >= "2024-12-30"
    # Without the broken shelf the same number happens in both years.
    usual = weeks[weeks["store_id"] != made["supermarket/entries"].store_id.min()]
    happened = usual.groupby(after[usual.index])["n_events"].sum()
    assert 0.9 < happened[True] / happened[False] < 1.1
    written = len(made["supermarket/entries"]) / len(made["supermarket/notes"])
    assert written > 1.8
    kept = weeks.groupby(after)[["n_promises", "n_kept"]].sum()
    share = kept["n_kept"] / kept["n_promises"]
    assert share[False] == pytest.approx(supermarket.KEPT["before"], abs=0.05)
    assert share[True] == pytest.approx(supermarket.KEPT["after"], abs=0.05)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_search_needs_both_languages(seed: int) -> None:
    made = tables(seed)
    notes = made["supermarket/notes"].merge(made["truth/supermarket/notes"])
    about = notes[notes["item"] == "tofu"]
    english, chinese = (about["note"].str.contains(word) for word in ("tofu", "豆腐"))
    assert (english ^ chinese).all()
    assert english.sum() >= 10
    assert chinese.sum() >= 10


@pytest.mark.parametrize("seed", SEEDS)
def test_one_cold_shelf_fails(seed: int) -> None:
    entries = tables(seed)["supermarket/entries"]
    rows = entries[(entries["kind"] == "complaint") & (entries["item"] == "yoghurt")]
    rows = rows.assign(month=pd.to_datetime(rows["happened_on"]).dt.month)
    counts = rows.groupby(["store_id", "month"]).size()
    worst = counts[counts >= 5]
    assert worst.index.get_level_values("store_id").nunique() == 1
    assert set(worst.index.get_level_values("month")) >= {6, 7, 8}


def test_the_card_states_what_is_planted() -> None:
    for parameter in (
        f"+{100 * supermarket.EFFECT[0]:.1f} %",
        f"{100 * supermarket.GROWTH:.1f} % a year",
        f"{supermarket.CHOSEN_SIZE} times as large",
        f"{100 * supermarket.CHOSEN_GROWTH:.1f} points more growth",
        f"{supermarket.N_CHOSEN} stores chosen by head office",
        f"{100 * supermarket.WRITTEN['before']:.0f} % before, "
        f"{100 * supermarket.WRITTEN['after']:.0f} % after: more complaints",
        f"{100 * supermarket.KEPT['before']:.0f} % before, "
        f"{100 * supermarket.KEPT['after']:.0f} % after",
        f"{supermarket.BROKEN_EVENTS_A_WEEK:.0f} complaints about yoghurt",
    ):
        assert parameter in CARD, f"the card should say {parameter}"
