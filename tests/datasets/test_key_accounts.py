"""The account team's books: made by the seed, and each planted trouble is to be found.

Each is looked for in the tables by a rule of its own, without the generator's help.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from course.generator import key_accounts, schema
from crmlib import datasets

DATASETS = Path(__file__).resolve().parents[2] / "datasets"
CARD = (DATASETS / "key_accounts" / "README.md").read_text(encoding="utf-8")
SEEDS = (key_accounts.SEED, 3, 11)
AS_OF = pd.Timestamp("2025-12-31")


@cache
def tables(seed: int) -> dict[str, pd.DataFrame]:
    made = key_accounts.make(seed)
    for table in made.values():
        for name in table.columns:
            if name.endswith("_on"):
                table[name] = pd.to_datetime(table[name])
    return made


def table(seed: int, name: str) -> pd.DataFrame:
    return tables(seed)[f"key_accounts/{name}"]


def gaps(seed: int, gap: str) -> set[str]:
    told = tables(seed)["truth/key_accounts/gaps"]
    return set(told.loc[told["gap"] == gap, "account_id"])


@pytest.mark.parametrize("resource", key_accounts.RESOURCES, ids=lambda r: r["name"])
def test_the_committed_files_are_what_the_seed_makes(resource: dict) -> None:
    prefix = "truth/" if resource["is_truth"] else ""
    made = key_accounts.make(key_accounts.SEED)
    text = schema.as_csv(made[prefix + resource["path"].removesuffix(".csv")], resource)
    on_disk = (DATASETS / prefix / resource["path"]).read_bytes()
    assert on_disk == text.encode()
    assert len(on_disk) < 2_000_000


def test_the_tables_keep_their_schema() -> None:
    names = [name for name in datasets.names() if name.startswith("key_accounts/")]
    assert len(names) == 12
    for name in names:
        datasets.check(datasets.load(name), name, references=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_happens_out_of_its_time(seed: int) -> None:
    for name, frame in tables(seed).items():
        for column in frame.columns:
            if column.endswith("_on") and column not in (
                "follow_up_on",
                "decides_on",
                "due_on",
                "returned_on",
            ):
                days = frame[column].dropna()
                assert days.between("2024-01-01", AS_OF).all(), (name, column)
    contacts = table(seed, "contacts")
    assert (contacts["recorded_on"] >= contacts["happened_on"]).all()
    both = contacts.merge(
        contacts[["contact_id", "happened_on", "account_id", "person_id"]],
        left_on="follows",
        right_on="contact_id",
        suffixes=("", "_first"),
    )
    assert (both["happened_on"] > both["happened_on_first"]).all()
    assert (both["person_id"] == both["person_id_first"]).all()
    theirs = contacts["person_id"].str[:2]
    assert (theirs == contacts["account_id"]).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_one_account_loses_touch_while_money_goes_on(seed: int) -> None:
    last = table(seed, "contacts").groupby("account_id")["happened_on"].max()
    silent = set(last[last < AS_OF - pd.Timedelta(days=90)].index)
    assert silent == gaps(seed, "losing touch") == {"K2"}
    bought = table(seed, "invoices").query("account_id == 'K2'")["issued_on"]
    assert bought.max() > AS_OF - pd.Timedelta(days=60)
    reports = table(seed, "duties").query("duty == 'report'")
    missing = reports[reports["done_on"].isna()]
    assert set(missing["account_id"]) == gaps(seed, "reports stopped")


@pytest.mark.parametrize("seed", SEEDS)
def test_gaps_in_the_maps(seed: int) -> None:
    people = table(seed, "people")
    has = people.groupby("account_id")["role"].agg(set)
    lacking = {account for account, roles in has.items() if "buyer" not in roles}
    assert lacking == gaps(seed, "role without person")
    assert people["held_by"].isna().equals(people["relation"] == "none yet")
    alone = set(people.loc[people["held_by"].isna(), "account_id"])
    assert alone == gaps(seed, "person without relation")
    holders = people.groupby("account_id")["held_by"].nunique()
    assert set(holders[holders == 1].index) == gaps(seed, "one manager holds all")
    against = people.query("role == 'decider' and relation == 'negative'")
    assert set(against["account_id"]) == gaps(seed, "decider negative")


@pytest.mark.parametrize("seed", SEEDS)
def test_one_account_pays_later_and_later(seed: int) -> None:
    invoices, payments = table(seed, "invoices").copy(), table(seed, "payments")
    paid = payments.groupby("invoice_id")["amount_cents"].sum()
    invoices["open_cents"] = invoices["amount_cents"] - invoices["invoice_id"].map(
        paid
    ).fillna(0)
    assert (invoices["open_cents"] >= 0).all()
    overdue = invoices[(invoices["open_cents"] > 0) & (invoices["due_on"] < AS_OF)]
    by_account = overdue.groupby("account_id").size()
    assert by_account["K4"] >= 3
    assert by_account.drop("K4").max() <= 2 or len(by_account) == 1
    both = payments.merge(invoices[["invoice_id", "issued_on"]], on="invoice_id")
    wait = (both["paid_on"] - both["issued_on"]).dt.days
    of_2025 = both["issued_on"] >= "2025-01-01"
    mean = wait.groupby([both["account_id"], of_2025]).mean().unstack()
    slower = mean[True] - mean[False]
    assert slower["K4"] > 20
    assert slower.drop("K4").abs().max() < 8


@pytest.mark.parametrize("seed", SEEDS)
def test_a_complaint_without_an_answer_and_an_offer_never_sent(seed: int) -> None:
    contacts = table(seed, "contacts")
    told = tables(seed)["truth/key_accounts/contacts"].set_index("contact_id")
    rust = contacts[contacts["note"].str.contains("rust|锈")]
    assert set(rust["contact_id"]) == set(told[told["subject"] == "rust"].index) & set(
        rust["contact_id"]
    )
    assert len(rust) == told["is_complaint"].sum() == 6
    assert rust["note"].str.contains("锈").sum() == 3
    followed = set(contacts["follows"].dropna())
    open_ones = rust[~rust["contact_id"].isin(followed)]
    (complaint,) = open_ones["contact_id"]
    assert told.loc[complaint, "is_unanswered_complaint"]
    assert set(open_ones["account_id"]) == gaps(seed, "unanswered complaint")
    assert told["is_unanswered_complaint"].sum() == 1
    later = contacts[contacts["happened_on"] > open_ones["happened_on"].iloc[0]]
    assert "K5P1" not in set(later["person_id"]), "nobody rings who complained"
    (lost,) = told[told["is_lost_follow_up"]].index
    row = contacts.set_index("contact_id").loc[lost]
    assert "Promised" in row["note"]
    assert pd.isna(row["follow_up_on"])
    assert row["account_id"] in gaps(seed, "lost follow-up")


@pytest.mark.parametrize("seed", SEEDS)
def test_other_follow_ups_are_mostly_kept(seed: int) -> None:
    contacts = table(seed, "contacts")
    due = contacts[contacts["follow_up_on"] <= AS_OF]
    kept = due["contact_id"].isin(set(contacts["follows"].dropna()))
    assert 0.8 < kept.mean() < 1
    asks = contacts["note"].str.contains("will check|engineer to call|去查|待定")
    assert contacts.loc[asks, "follow_up_on"].notna().all()


@pytest.mark.parametrize("seed", SEEDS)
def test_rust_comes_back(seed: int) -> None:
    returns = table(seed, "returns")
    rust = returns[returns["reason"] == "rust"]
    assert set(rust["item"]) == {"outdoor cabinet"}
    issued = table(seed, "invoices").set_index("invoice_id")["issued_on"]
    assert issued[rust["invoice_id"]].between("2025-03-01", "2025-08-31").all()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_managers_are_too_hopeful(seed: int) -> None:
    tenders = table(seed, "tenders")
    truth = tables(seed)["truth/key_accounts/tenders"]
    both = tenders.merge(truth, on="tender_id")
    sent = both["true_probability"] > 0
    assert (~sent).sum() == 1
    ratio = both.loc[sent, "true_probability"] / both.loc[sent, "probability"]
    assert np.allclose(ratio, key_accounts.OPTIMISM)
    past = both[both["outcome"] != "open"]
    won = (past["outcome"] == "won").sum()
    true = past["true_probability"]
    assert abs(won - true.sum()) < 2.6 * np.sqrt((true * (1 - true)).sum())
    assert won < past["probability"].sum()
    assert tenders["cost_cents"].notna().equals(tenders["outcome"] == "won")
    assert tenders.query("outcome == 'open'")["decides_on"].min() > AS_OF
    assert tenders.query("outcome == 'open'").groupby("account_id").size().eq(3).all()


def test_the_committed_tenders_show_it_clearly() -> None:
    tenders = datasets.load("key_accounts/tenders").query("outcome != 'open'")
    stated = tenders["probability"]
    spread = np.sqrt((stated * (1 - stated)).sum())
    assert (tenders["outcome"] == "won").sum() < stated.sum() - 2 * spread


@pytest.mark.parametrize("seed", SEEDS)
def test_the_rules_find_the_breaches(seed: int) -> None:
    rules = table(seed, "rules").set_index("subject")
    assert len(rules) == 8
    lending = table(seed, "lending").merge(table(seed, "staff"), on="staff_id")
    low = lending["grade"] < rules.loc["borrowing", "lowest_grade"]
    away = lending["read_in"] == "train"
    broken = set(tables(seed)["truth/key_accounts/lending"]["lending_id"])
    assert set(lending.loc[low | away, "lending_id"]) == broken
    assert low.sum() == 2
    duties = table(seed, "duties")
    reports = duties[duties["duty"] == "report"]
    assert (reports["due_on"].dt.day_of_week == 0).all()
    assert (reports["due_on"].dt.day <= 7).all()
    missing = duties[(duties["duty"] == "verification") & duties["done_on"].isna()]
    assert set(missing["account_id"]) == gaps(seed, "not verified")


def test_the_card_states_what_is_planted() -> None:
    for parameter in (
        f"{100 * key_accounts.OPTIMISM:.0f} % of the one",
        f"{100 * key_accounts.KEEPS_FOLLOW_UP:.0f} % chance",
        f"within {key_accounts.TERM_DAYS} days",
        f"{key_accounts.K4_SLOWS:.0f} days with each invoice",
        f"{key_accounts.LAST_TOUCH.day} {key_accounts.LAST_TOUCH:%B %Y}",
        f"{key_accounts.COMPLAINT.day} {key_accounts.COMPLAINT:%B %Y}",
    ):
        assert parameter in CARD, f"the card should say {parameter}"
    told = key_accounts.make(1)["truth/key_accounts/gaps"]
    assert "K1" not in set(told["account_id"])
