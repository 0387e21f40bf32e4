"""Campaigns and service requests: files, card, schema, and what was planted in them.

As for the rest of the company, all figures are worked out with plain pandas.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from course import generator
from course.generator import company, company_dialogue
from crmlib import datasets

ROOT = Path(__file__).resolve().parents[2]
DATASETS = ROOT / "datasets"
CARD = DATASETS / "company" / "README.md"
TABLES = ("campaigns", "campaign_contacts", "service_requests")
DAY = pd.Timedelta(days=1)

Tables = dict[str, pd.DataFrame]


@cache
def tables(seed: int = company_dialogue.SEED) -> Tables:
    made = company_dialogue.make(seed) | company.make(seed)
    for name, table in made.items():
        for column in table.columns:
            if column.endswith("_on") and "line" not in table.columns:
                made[name] = made[name].assign(
                    **{column: pd.to_datetime(table[column])}
                )
    return made


@pytest.fixture(params=[company_dialogue.SEED, 3, 11], ids=lambda seed: f"seed {seed}")
def made(request: pytest.FixtureRequest) -> Tables:
    return tables(request.param)


def contacts(made: Tables) -> pd.DataFrame:
    truth = made["truth/company/customers"][
        ["customer_id", "marketing_type", "has_left"]
    ]
    last = made["company/orders"].groupby("customer_id")["ordered_on"].max()
    return (
        made["company/campaign_contacts"]
        .merge(made["company/campaigns"], on="campaign_id")
        .merge(truth, on="customer_id")
        .assign(last_ordered_on=lambda t: t["customer_id"].map(last))
        .assign(
            gone=lambda t: t["has_left"] & (t["last_ordered_on"] < t["starts_on"]),
            ordered=lambda t: ordered_within(made, t, 60),
        )
    )


def ordered_within(made: Tables, table: pd.DataFrame, days: int) -> pd.Series:
    """Whether each contact has an order from the campaign's first day on."""
    orders = made["company/orders"][["customer_id", "ordered_on"]]
    both = table[["contact_id", "customer_id", "starts_on"]].merge(orders)
    lag = both["ordered_on"] - both["starts_on"]
    return table["contact_id"].isin(
        both.loc[(lag >= 0 * DAY) & (lag < days * DAY), "contact_id"]
    )


def requests(made: Tables) -> pd.DataFrame:
    table = made["company/service_requests"]
    truth = made["truth/company/service_requests"].rename(
        columns={"satisfaction": "true_mark"}
    )
    people = made["truth/company/customers"][
        ["customer_id", "marketing_type", "has_left"]
    ]
    table = table.merge(truth, on="request_id").merge(people, on="customer_id")
    return table.assign(
        waited=(table["closed_on"] - table["opened_on"]).dt.days,
        open_for=(pd.Timestamp(company.END) - table["opened_on"]).dt.days,
    )


def figures(made: Tables) -> dict[str, float]:
    sent, asked = contacts(made), requests(made)
    moved = sent["audience"].str.contains("coupon")
    tried = sent[~moved]
    written = tried["written_to"]
    autumn = asked["opened_on"].between("2024-09-01", "2024-11-30")
    last = asked.sort_values(["opened_on", "request_id"]).groupby("customer_id").tail(1)
    slow = last["waited"].fillna(last["open_for"]) > 7
    return {
        "contacts": len(sent),
        "written to": int(sent["written_to"].sum()),
        "answers to all campaigns but the coupon": int(tried["responded"].sum()),
        "of those written to, who answered": tried.loc[written, "responded"].mean(),
        "of those written to, who ordered within 60 days": tried.loc[
            written, "ordered"
        ].mean(),
        "of those held out, who ordered within 60 days": tried.loc[
            ~written, "ordered"
        ].mean(),
        "of those who answered, who ordered within 60 days": tried.loc[
            tried["responded"], "ordered"
        ].mean(),
        "service requests": len(asked),
        "open on the last day": int(asked["closed_on"].isna().sum()),
        "answered within 7 days": (asked["waited"] <= 7).mean(),
        "escalated": asked["is_escalated"].mean(),
        "mean days to an answer, autumn 2024": asked.loc[autumn, "waited"].mean(),
        "mean days to an answer, otherwise": asked.loc[~autumn, "waited"].mean(),
        "requests with a mark": asked["satisfaction"].notna().mean(),
        "mean mark given": float(asked["satisfaction"].mean()),
        "mean mark that all would give": float(asked["true_mark"].mean()),
        "of the marks given, a 1": (asked["satisfaction"].dropna() == 1).mean(),
        "of the marks that all would give, a 1": (
            asked["true_mark"].dropna() == 1
        ).mean(),
        "left for good, of those whose last request took over 7 days": last.loc[
            slow, "has_left"
        ].mean(),
        "left for good, of the others with a request": last.loc[
            ~slow, "has_left"
        ].mean(),
    }


def written(label: str, value: float) -> str:
    if label.startswith("mean"):
        return f"{value:.2f}"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.0%}".replace("%", " %")


# ---------------------------------------------------------------- files and card


def test_committed_files_are_what_the_generator_makes(tmp_path: Path) -> None:
    generator.write(tmp_path, only="company_dialogue")
    files = sorted(tmp_path.rglob("*.csv"))
    assert len(files) == 5
    for path in files:
        committed = DATASETS / path.relative_to(tmp_path)
        assert path.read_bytes() == committed.read_bytes(), (
            f"{committed.name} is not what the generator makes: run crm-course datasets"
        )
        assert b"\r" not in path.read_bytes()


def test_every_figure_of_the_card_is_computed() -> None:
    section = CARD.read_text(encoding="utf-8").split(
        "## Campaigns and service in figures"
    )[1]
    section = section.split("\n## ")[0]
    stated = dict(re.findall(r"^\| ([^|]+?) \| ([\d][^|]*?) \|$", section, re.M))
    expected = {k: written(k, v) for k, v in figures(tables()).items()}
    assert stated == expected, "\n" + "\n".join(
        f"| {label} | {value} |" for label, value in expected.items()
    )


def test_the_card_gives_the_parameters_of_the_generator() -> None:
    card = CARD.read_text(encoding="utf-8")
    for appeal, percents in company_dialogue.RESPONSE_PERCENT.items():
        assert f"| to {appeal} | " + " | ".join(map(str, percents)) + " |" in card
    for topic, days in company_dialogue.HANDLING_DAYS.items():
        assert f"{topic} {days}" in card
    for kind, points in company_dialogue.IMPATIENCE.items():
        assert f"{kind} {points:.2f}" in card
    for mark, percent in company_dialogue.MARKED_PERCENT.items():
        assert re.search(rf"\b{mark}\s+by\s+{percent}\s+%", card), mark


def test_tables_keep_their_schema_and_their_references() -> None:
    for table in TABLES:
        name = f"company/{table}"
        datasets.check(datasets.load(name), name, references=True)
    for table in ("campaigns", "service_requests"):
        key = datasets.load(f"company/{table}").iloc[:, 0]
        truth = datasets.truth(f"company/{table}")
        assert truth.iloc[:, 0].tolist() == key.tolist()


# ---------------------------------------------------------------- campaigns


def test_the_audience_is_what_the_campaign_says(made: Tables) -> None:
    sent = contacts(made)
    orders = made["company/orders"][["customer_id", "ordered_on"]]
    kinds = made["company/customers"].set_index("customer_id")["kind"]
    for _, campaign in made["company/campaigns"].iterrows():
        meant = sent[sent["campaign_id"] == campaign["campaign_id"]]
        assert meant["customer_id"].is_unique
        before = orders[orders["ordered_on"] < campaign["starts_on"]]
        idle = campaign["starts_on"] - before.groupby("customer_id")["ordered_on"].max()
        days = idle.dt.days
        firm = kinds[days.index] != "household"
        audience = campaign["audience"]
        if "coupon" in audience:
            expected = set(made["company/coupon_trial"]["customer_id"])
        elif audience.startswith("businesses"):
            expected = set(days.index[firm & (days <= 365)])
        elif "none for 270" in audience:
            expected = set(days.index[~firm & (days > 270)])
        else:
            limit = int(re.findall(r"\d+", audience)[0])
            expected = set(days.index[~firm & (days <= limit)])
        assert set(meant["customer_id"]) == expected, campaign["name"]


def test_the_coupon_is_the_trial(made: Tables) -> None:
    sent = made["company/campaign_contacts"]
    sent = sent[sent["campaign_id"] == "M12"].set_index("customer_id")
    trial = made["company/coupon_trial"].set_index("customer_id")
    assert (sent["written_to"] == trial["sent"][sent.index]).all()
    both = trial["sent"] & trial["bought_within_30_days"]
    assert (sent["responded"] == both[sent.index]).all()


def test_who_is_held_out_costs_nothing_and_does_not_answer(made: Tables) -> None:
    sent = contacts(made)
    out = ~sent["written_to"]
    assert not sent.loc[out, "responded"].any()
    assert (sent.loc[out, "cost_cents"] == 0).all()
    assert (sent.loc[~out, "cost_cents"] > 0).all()
    lot = out[~sent["audience"].str.contains("coupon")]
    # 0.2 of about 7,500, with a standard error of 0.005
    assert lot.mean() == pytest.approx(0.20, abs=0.02)


def test_answers_come_at_the_planted_rates(made: Tables) -> None:
    sent = contacts(made)
    sent = sent[sent["written_to"] & (sent["campaign_id"] != "M12")]
    for (appeal, kind), part in sent[~sent["gone"]].groupby(
        ["appeal", "marketing_type"]
    ):
        rates = company_dialogue.RESPONSE_PERCENT[appeal]
        planted = rates[company.TYPES.index(kind)] / 100
        error = (planted * (1 - planted) / len(part)) ** 0.5
        assert part["responded"].mean() == pytest.approx(planted, abs=4 * error)
    gone = sent.loc[sent["gone"], "responded"].mean()
    assert gone < 0.4 * sent.loc[~sent["gone"], "responded"].mean()


def test_no_campaign_but_the_coupon_moves_orders(made: Tables) -> None:
    sent = contacts(made)
    rates = sent.groupby(["campaign_id", "written_to"])["ordered"].agg(["mean", "size"])
    rates = rates.unstack()
    gap = rates["mean"][True] - rates["mean"][False]
    p = sent.groupby("campaign_id")["ordered"].mean()
    error = (p * (1 - p) * (1 / rates["size"]).sum(axis=1)) ** 0.5
    tried = gap.index != "M12"
    assert (gap[tried].abs() < 3.5 * error[tried]).all()
    # Yet those written to in season order far more often than the others of the firm.
    coupon = sent[sent["campaign_id"] == "M12"]
    lift = coupon.groupby("written_to")["responded"].mean()
    assert lift[True] > 0.2
    truth = made["truth/company/campaigns"].set_index("campaign_id")
    assert truth.index[truth["moved_orders"]].tolist() == ["M12"]


# ---------------------------------------------------------------- service


def test_waiting_follows_topic_and_season(made: Tables) -> None:
    asked = requests(made)
    usual = asked[~asked["is_parting"]]
    autumn = usual["opened_on"].between("2024-09-01", "2024-11-30")
    median = usual[~autumn].groupby("topic")["waited"].median()
    for topic, days in company_dialogue.HANDLING_DAYS.items():
        # whole days, cut off: the median of the days in between is half a day more
        assert median[topic] == pytest.approx(days - 0.5, abs=1.0)
    by_season = usual.groupby(autumn)["waited"].mean()
    assert by_season[True] > 1.6 * by_season[False]


def test_escalation_follows_its_rule(made: Tables) -> None:
    asked = requests(made)
    overdue = asked["waited"].fillna(asked["open_for"]) > 7
    assert not asked.loc[~overdue, "is_escalated"].any()
    since = asked["opened_on"] >= "2024-01-01"
    assert asked.loc[overdue & since, "is_escalated"].all()
    by_hand = asked.loc[overdue & ~since, "is_escalated"].mean()
    assert 0.2 < by_hand < 0.6
    open_now = asked["closed_on"].isna()
    assert asked.loc[open_now, "satisfaction"].isna().all()
    assert asked.loc[~open_now, "true_mark"].notna().all()


def test_marks_fall_with_waiting_most_for_the_convenience_type(made: Tables) -> None:
    asked = requests(made).dropna(subset=["true_mark", "waited"])
    asked = asked[asked["waited"] <= 7]
    slope = {}
    for kind, part in asked.groupby("marketing_type"):
        x, y = part["waited"].astype(float), part["true_mark"].astype(float)
        slope[kind] = x.cov(y) / x.var()
    assert slope["convenience"] == min(slope.values())
    assert slope["moral"] == max(slope.values())
    assert max(slope.values()) < 0


def test_the_marks_given_are_the_extreme_ones(made: Tables) -> None:
    asked = requests(made).dropna(subset=["true_mark"])
    given = asked["satisfaction"].dropna()
    assert (given == asked.loc[given.index, "true_mark"]).all()
    share = asked.groupby("true_mark")["satisfaction"].apply(lambda m: m.notna().mean())
    assert share[1] > share[3]
    assert share[5] > share[3]


def test_a_slow_answer_is_a_sign_of_leaving(made: Tables) -> None:
    known = figures(made)
    left = "left for good, of "
    slow = known[left + "those whose last request took over 7 days"]
    assert slow > known[left + "the others with a request"] + 0.08


# ---------------------------------------------------------------- the generator


def test_same_seed_same_tables_and_another_seed_others() -> None:
    again, other = company_dialogue.make(3), company_dialogue.make(11)
    for name, table in company_dialogue.make(3).items():
        pd.testing.assert_frame_equal(table, again[name])
        if "campaigns" not in name:
            assert not table.equals(other[name]), name
