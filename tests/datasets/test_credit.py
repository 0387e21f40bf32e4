"""Trade customers: the files are what the generator makes, the card's words hold.

Worked out with plain pandas, not with crmlib, so that it stands on its own.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from course import generator
from course.generator import credit, schema
from crmlib import datasets

ROOT = Path(__file__).resolve().parents[2]
DATASETS = ROOT / "datasets"
CARD = (DATASETS / "credit" / "README.md").read_text(encoding="utf-8")
SEEDS = (credit.SEED, 3, 11)


@cache
def tables(seed: int) -> dict[str, pd.DataFrame]:
    return credit.make(seed)


@pytest.mark.parametrize("resource", credit.RESOURCES, ids=lambda r: r["name"])
def test_the_committed_files_are_what_the_seed_makes(resource: dict) -> None:
    prefix = "truth/" if resource["is_truth"] else ""
    made = tables(credit.SEED)[prefix + resource["path"].removesuffix(".csv")]
    on_disk = (DATASETS / prefix / resource["path"]).read_bytes()
    assert on_disk == schema.as_csv(made, resource).encode()


def test_the_tables_keep_their_schema_and_point_at_each_other() -> None:
    names = [name for name in datasets.names() if name.startswith("credit/")]
    assert len(names) == 6
    for name in names:
        datasets.check(datasets.load(name), name, references=True)
    assert "credit" in generator.families()


def test_another_seed_makes_other_firms() -> None:
    one, other = (tables(seed)["credit/outcomes"] for seed in SEEDS[:2])
    assert not one.equals(other)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_books_balance(seed: int) -> None:
    table = tables(seed)["credit/statements"]
    assert (table["assets_cents"] == table["equity_cents"] + table["debt_cents"]).all()
    assert (table["current_assets_cents"] <= table["assets_cents"]).all()
    assert (table["current_liabilities_cents"] <= table["debt_cents"]).all()
    assert (table["debt_cents"] > 0).all()
    assert (table.groupby("customer_id")["year"].nunique() == 5).all()
    paid = tables(seed)["credit/payments"]
    assert (paid["n_late"] <= paid["n_invoices"]).all()
    assert (paid["longest_late_days"] <= paid["late_days"]).all()
    assert (paid["late_days_from_arrival"] <= paid["late_days"]).all()
    firms = tables(seed)["credit/customers"]
    assert (firms["references_good"] <= firms["references_asked"]).all()
    assert ((firms["pledge_cents"] == 0) | (firms["pledge"] != "none")).all()
    outcome = tables(seed)["credit/outcomes"]
    lost = outcome["outcome"] == "lost"
    assert (outcome.loc[~lost, "loss_cents"] == 0).all()
    assert (outcome["loss_cents"] <= outcome["owed_cents"]).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_truth_is_the_formula_of_the_card(seed: int) -> None:
    made = tables(seed)
    firms = made["truth/credit/customers"].merge(made["credit/customers"])
    odds = -3.0 - (
        0.95 * firms["will"]
        + 0.80 * firms["skill"]
        + 0.65 * firms["thrift"]
        + 0.55 * firms["settled"]
        + 0.35 * np.log((2025 - firms["founded_year"]) / 12)
        + firms["sector_safety"]
    )
    expected = 1 / (1 + np.exp(-odds))
    assert np.allclose(firms["loss_probability"], expected, atol=1e-4)
    late = 1 / (1 + np.exp(1.25 + 0.95 * firms["will"] + 0.40 * firms["skill"]))
    assert np.allclose(firms["late_probability"], late, atol=1e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_outcomes_follow_the_true_risk(seed: int) -> None:
    made = tables(seed)
    firms = made["truth/credit/customers"].merge(made["credit/outcomes"])
    risk, lost = firms["loss_probability"], firms["outcome"] == "lost"
    spread = np.sqrt((risk * (1 - risk)).sum())
    assert abs(lost.sum() - risk.sum()) < 3 * spread
    # The rank formula of the area under the curve.
    ranks = risk.rank()
    n, other = lost.sum(), (~lost).sum()
    area = (ranks[lost].sum() - n * (n + 1) / 2) / (n * other)
    assert 0.78 < area < 0.93


@pytest.mark.parametrize("seed", SEEDS)
def test_region_has_no_part_in_the_risk_but_shows_in_the_days_late(seed: int) -> None:
    made = tables(seed)
    firms = made["truth/credit/customers"].merge(made["credit/customers"])
    risk = firms.groupby("region")["loss_probability"]
    spread = firms["loss_probability"].std() * np.sqrt(2 / 120)
    assert risk.mean().max() - risk.mean().min() < 3 * spread
    paid = made["credit/payments"].merge(made["credit/customers"])
    days = paid.groupby("region")[
        ["late_days", "late_days_from_arrival", "n_invoices"]
    ].sum()
    per = days.div(days["n_invoices"], axis=0)
    far, near = per.loc["mountain counties"], per.loc["plain"]
    assert far["late_days"] > 1.8 * near["late_days"]
    assert far["late_days_from_arrival"] < 1.4 * near["late_days_from_arrival"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_pledge_makes_a_loss_smaller_and_not_rarer(seed: int) -> None:
    made = tables(seed)
    firms = made["credit/customers"].merge(made["credit/outcomes"])
    firms = firms.merge(made["truth/credit/customers"])
    pledged = firms["pledge"] == "property"
    lost = firms["outcome"] == "lost"
    share = firms["loss_cents"] / firms["owed_cents"]
    assert share[lost & pledged].mean() < 0.6 * share[lost & ~pledged].mean()
    risk = firms["loss_probability"]
    assert abs(risk[pledged].mean() - risk[~pledged].mean()) < 0.05


def test_the_card_gives_the_figures_of_the_committed_seed() -> None:
    made = tables(credit.SEED)
    outcome = made["credit/outcomes"]
    lost = outcome["outcome"] == "lost"
    counts = outcome["outcome"].value_counts()
    risk = made["truth/credit/customers"]["loss_probability"]
    ranks = risk.rank()
    n, other = lost.sum(), (~lost).sum()
    area = (ranks[lost].sum() - n * (n + 1) / 2) / (n * other)
    paid = made["credit/payments"].merge(made["credit/customers"])
    days = paid.groupby("region")[
        ["late_days", "late_days_from_arrival", "n_invoices"]
    ].sum()
    far, near = days.loc["mountain counties"], days.loc["plain"]
    for value in (
        f"| {counts['paid']}, {counts['late']}, {counts['lost']} |",
        f"| {100 * risk.mean():.1f} % |",
        f"| {area:.3f} |",
        f"| {outcome.loc[lost, 'loss_cents'].mean() / 100:,.0f} yuan |",
        f"| {outcome.loc[~lost, 'margin_cents'].mean() / 100:,.0f} yuan |",
        f"from the invoice | {far['late_days'] / far['n_invoices']:.1f} |",
        f"from arrival | {far['late_days_from_arrival'] / far['n_invoices']:.1f} |",
        f"from the invoice | {near['late_days'] / near['n_invoices']:.1f} |",
    ):
        assert value in CARD, f"the card should say {value}"
