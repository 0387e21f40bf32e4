"""Qingyun Tea: the files are what the generator makes, and what the card says is so.

All figures here are worked out with plain pandas, not with crmlib, so that they stand
on their own.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from course import generator
from course.generator import company

ROOT = Path(__file__).resolve().parents[2]
DATASETS = ROOT / "datasets"
CARD = DATASETS / "company" / "README.md"
OTHER_SEEDS = (3, 11)

Tables = dict[str, pd.DataFrame]


@cache
def tables(seed: int = company.SEED) -> Tables:
    made = company.make(seed)
    for table in made.values():
        for column in table.columns:
            if column.endswith("_on") and "line" not in table.columns:
                table[column] = pd.to_datetime(table[column])
    return made


def customers(made: Tables) -> pd.DataFrame:
    truth = made["truth/company/customers"].drop(columns="annual_budget_cents")
    return (
        made["company/customers"]
        .merge(truth, on="customer_id", validate="1:1")
        .set_index("customer_id")
    )


def profit(made: Tables, year: int) -> pd.Series:
    """Profit of each customer with an order or a cost in *year*, in cents."""
    orders, costs = made["company/orders"], made["company/service_costs"]
    orders = orders[orders["ordered_on"].dt.year == year]
    costs = costs[costs["incurred_on"].dt.year == year]
    margin = orders["amount_cents"] - orders["goods_cost_cents"]
    by_customer = margin.groupby(orders["customer_id"]).sum()
    spent = costs.groupby("customer_id")["cost_cents"].sum()
    return by_customer.sub(spent, fill_value=0).sort_values(ascending=False)


def top(values: pd.Series, share: float) -> float:
    return float(values.head(round(len(values) * share)).sum())


def figures(made: Tables) -> dict[str, float]:
    """Work out what the card states, by the card's words."""
    people, orders = customers(made), made["company/orders"]
    firms = people["kind"] != "household"
    n_orders = orders.groupby("customer_id").size()
    now, before = profit(made, 2025), profit(made, 2024)
    gains = now[now > 0].sum()
    losers = people.loc[now[now < 0].index]
    revenue = orders[orders["ordered_on"].dt.year == 2025]
    revenue = revenue.groupby("customer_id")["amount_cents"].sum()
    biggest = revenue.sort_values(ascending=False).head(30).index
    bottom = before.tail(round(len(before) * 0.3)).index
    bottom_new = people.loc[bottom, "joined_on"] >= "2024-01-01"
    costs = made["company/service_costs"].merge(made["company/activities"])
    late = costs[costs["incurred_on"].dt.year == 2025]
    saved = late["cost_cents"] * late["avoidable_percent"]
    lapsed = (
        orders.groupby("customer_id")
        .agg(spent=("amount_cents", "sum"), last=("ordered_on", "max"))
        .nlargest(100, "spent")["last"]
        .lt("2025-01-01")
        .sum()
    )
    invited = orders.groupby("customer_id")["ordered_on"].min() < "2025-09-01"
    survey = made["company/value_survey"]
    homes = people[~firms]
    return {
        "customers": len(people),
        "businesses among them": int(firms.sum()),
        "customers without an order": len(people) - len(n_orders),
        "orders": len(orders),
        "service costs": len(made["company/service_costs"]),
        "share of buyers with exactly one order": (n_orders == 1).mean(),
        "customers with an order or a cost in 2025": len(now),
        "share of positive profit 2025 from the top 5 %": top(now, 0.05) / gains,
        "share of net profit 2025 from the top 5 %": top(now, 0.05) / now.sum(),
        "share of net profit 2025 from the top 20 %": top(now, 0.20) / now.sum(),
        "peak of the whale curve 2025, in net profits": gains / now.sum(),
        "share of customers unprofitable in 2025": (now < 0).mean(),
        "share of the unprofitable who joined since April 2025": (
            losers["joined_on"] >= "2025-04-01"
        ).mean(),
        "unprofitable ones among the 30 largest by revenue 2025": int(
            (now[biggest] < 0).sum()
        ),
        "customers in the bottom 30 % of 2024": len(bottom),
        "of these, profitable in 2025": int((now.reindex(bottom) > 0).sum()),
        "of these, joined in 2024": int(bottom_new.sum()),
        "of these, without order or cost in 2025": int(
            now.reindex(bottom).isna().sum()
        ),
        "avoidable share of the service costs 2025": saved.sum()
        / (100 * late["cost_cents"].sum()),
        "last order before 2025 among the 100 largest by revenue": int(lapsed),
        "relationship customers": int(people["relationship"].sum()),
        "high-maintenance businesses": int(people["high_maintenance"].sum()),
        "share of households without birth year": homes["birth_year"].isna().mean(),
        "share of households without income band": homes["income_band"].isna().mean(),
        "share of customers without known budget": people["annual_budget_cents"]
        .isna()
        .mean(),
        "share of those invited who answered the survey": len(survey) / invited.sum(),
        "lines of the till's export": len(made["company/orders_dirty"]),
        "orders of the quarter": int(
            made["truth/company/orders_dirty"]["in_orders"].sum()
        ),
    }


def written(value: float) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.0%}".replace("%", " %")


def response_by_type(made: Tables) -> pd.Series:
    people = customers(made)
    first = made["company/orders"].groupby("customer_id")["ordered_on"].min()
    invited = people.loc[first[first < "2025-09-01"].index]
    answered = invited.index.isin(made["company/value_survey"]["customer_id"])
    return pd.Series(answered).groupby(invited["marketing_type"].to_numpy()).mean()


def coupon_lift(made: Tables) -> pd.Series:
    trial = made["company/coupon_trial"].set_index("customer_id")
    types = customers(made)["marketing_type"]
    bought = trial["bought_within_30_days"]
    rate = bought.groupby([types[trial.index], trial["sent"]]).mean().unstack()
    return rate[True] - rate[False]


@pytest.fixture(params=[company.SEED, *OTHER_SEEDS], ids=lambda seed: f"seed {seed}")
def made(request: pytest.FixtureRequest) -> Tables:
    return tables(request.param)


# ---------------------------------------------------------------- files and card


def test_committed_files_are_what_the_generator_makes(tmp_path: Path) -> None:
    generator.write(tmp_path, only="company")
    files = sorted(tmp_path.rglob("*.csv"))
    assert len(files) == 9
    for path in files:
        committed = DATASETS / path.relative_to(tmp_path)
        assert path.read_bytes() == committed.read_bytes(), (
            f"{committed.name} is not what the generator makes: "
            "run crm-course datasets, or undo the edit"
        )


def test_files_are_small_and_have_unix_line_ends() -> None:
    files = [*DATASETS.glob("company/*.csv"), *DATASETS.glob("truth/company/*.csv")]
    assert len(files) == 9 + 5  # and those of company_dialogue
    for path in files:
        assert b"\r" not in path.read_bytes()
        assert path.stat().st_size < 5_000_000
    assert sum(path.stat().st_size for path in files) < 12_000_000


def test_every_figure_of_the_card_is_computed() -> None:
    section = CARD.read_text(encoding="utf-8").split("## The data in figures")[1]
    section = section.split("\n## ")[0]
    stated = dict(re.findall(r"^\| ([^|]+?) \| ([\d][^|]*?) \|$", section, re.M))
    expected = {label: written(value) for label, value in figures(tables()).items()}
    assert stated == expected, "\n" + "\n".join(
        f"| {label} | {value} |" for label, value in expected.items()
    )


def test_the_card_gives_the_parameters_of_the_generator() -> None:
    rows = re.findall(
        r"^\| (economic|individual|convenience|moral) \|(.+)\|$",
        CARD.read_text(encoding="utf-8"),
        re.M,
    )
    expected = {
        kind: [
            100 * company.TYPE_SHARES["household"][i],
            100 * company.TYPE_SHARES["business"][i],
            100 * company.ANSWER[kind],
            100 * company.CERTIFIED[kind],
            100 * company.CHANNELS[kind][1],
            100 * sum(company.CHANNELS[kind][2:]),
            100 * company.COUPON_EFFECT[kind],
        ]
        for i, kind in enumerate(company.TYPES)
    }
    stated = {kind: [float(cell) for cell in cells.split("|")] for kind, cells in rows}
    assert stated.keys() == expected.keys()
    for kind, values in expected.items():
        assert stated[kind] == pytest.approx(values), kind


def test_the_card_gives_the_avoidable_share_of_each_activity() -> None:
    text = CARD.read_text(encoding="utf-8")
    for activity, percent in company.AVOIDABLE_PERCENT.items():
        assert f"{activity} {percent} %" in text
    for problem, n in company.DIRTY_COUNTS.items():
        assert f"| `{problem}` | {n} |" in text


# ---------------------------------------------------------------- the schema


def test_all_tables_keep_their_schema_and_their_references() -> None:
    from crmlib import datasets

    names = [name for name in datasets.names() if name.startswith("company/")]
    assert len(names) == 7 + 3  # and those of company_dialogue
    for name in names:
        datasets.check(datasets.load(name), name, references=True)
    for name in ("company/customers", "company/orders_dirty"):
        assert len(datasets.truth(name)) == len(datasets.load(name))


def test_amounts_add_up(made: Tables) -> None:
    orders = made["company/orders"]
    charged = orders["list_cents"] - orders["discount_cents"]
    assert (orders["amount_cents"] == charged).all()
    assert orders["ordered_on"].is_monotonic_increasing
    joined = customers(made)["joined_on"]
    assert (orders["ordered_on"] >= joined[orders["customer_id"]].to_numpy()).all()


# ---------------------------------------------------------------- what was planted


def test_profit_is_concentrated_but_not_as_the_course_says(made: Tables) -> None:
    known = figures(made)
    assert 0.54 <= known["share of positive profit 2025 from the top 5 %"] <= 0.66
    assert 0.85 <= known["share of net profit 2025 from the top 20 %"] <= 1.15
    # The course's pyramid: 80 % from the top 5 %, 95 % from the top 20 %.
    assert abs(known["share of net profit 2025 from the top 5 %"] - 0.80) > 0.005


def test_the_whale_curve_peaks_above_the_total(made: Tables) -> None:
    known = figures(made)
    assert 1.15 <= known["peak of the whale curve 2025, in net profits"] <= 1.40
    assert 0.25 <= known["share of customers unprofitable in 2025"] <= 0.35
    assert known["unprofitable ones among the 30 largest by revenue 2025"] >= 3
    assert known["share of the unprofitable who joined since April 2025"] >= 0.33


def test_letting_the_bottom_30_per_cent_go_is_refutable(made: Tables) -> None:
    known = figures(made)
    bottom = known["customers in the bottom 30 % of 2024"]
    assert known["of these, profitable in 2025"] >= 0.2 * bottom
    assert known["of these, without order or cost in 2025"] >= 0.4 * bottom
    # Newcomers come round more often than those who had been there before.
    people, now, before = customers(made), profit(made, 2025), profit(made, 2024)
    worst = before.tail(round(len(before) * 0.3)).index
    active = now.reindex(worst).dropna()
    is_new = people.loc[active.index, "joined_on"] >= "2024-01-01"
    assert (active[is_new] > 0).mean() > 0.5
    # And together the newcomers earn money in 2025, where the others still cost some.
    assert active[is_new].sum() > 0 > active[~is_new].sum()


def test_high_maintenance_is_what_makes_big_customers_lose(made: Tables) -> None:
    people, now = customers(made), profit(made, 2025)
    costly = people["high_maintenance"].reindex(now.index)
    firm = people["kind"].reindex(now.index) != "household"
    assert (now[costly] < 0).mean() > 0.6
    assert (now[firm & ~costly] < 0).mean() < 0.35


def test_ties_matter_for_rfm(made: Tables) -> None:
    known = figures(made)
    assert known["share of buyers with exactly one order"] >= 0.30
    assert known["last order before 2025 among the 100 largest by revenue"] >= 8


def test_relationship_customers_overlap_with_the_others(made: Tables) -> None:
    people, orders = customers(made), made["company/orders"]
    sums = orders.groupby("customer_id")[
        ["list_cents", "discount_cents", "amount_cents", "goods_cost_cents"]
    ].sum()
    firms = people.index[(people["kind"] != "household")].intersection(sums.index)
    sums, truth = sums.loc[firms], people.loc[firms, "relationship"]
    discount = sums["discount_cents"] / sums["list_cents"]
    margin = sums["amount_cents"] - sums["goods_cost_cents"]
    assert discount[truth].median() + 0.08 < discount[~truth].median()
    assert margin[truth].median() > 2 * margin[~truth].median()
    # Even the best cut on discount leaves errors, and far fewer than guessing.
    right = max(((discount < cut / 100) == truth).mean() for cut in range(5, 41))
    assert max(truth.mean(), 1 - truth.mean()) + 0.05 < right < 0.95


def test_types_show_noisily_in_behaviour(made: Tables) -> None:
    people = customers(made)
    orders = made["company/orders"].merge(
        people[["kind", "marketing_type"]], left_on="customer_id", right_index=True
    )
    orders = orders[orders["kind"] == "household"]
    shares = pd.DataFrame(
        {
            "economic": orders["discount_cents"] > 0,
            "individual": orders["channel"].isin(["phone", "visit"]),
            "convenience": orders["channel"] == "web",
            "moral": orders["is_certified"],
        }
    )
    by_type = shares.groupby(orders["marketing_type"]).mean()
    for kind in company.TYPES:
        others = by_type[kind].drop(kind)
        assert by_type.loc[kind, kind] > others.max() + 0.15, kind
        assert others.min() > 0.05, kind


def test_the_survey_is_answered_by_some_more_than_by_others(made: Tables) -> None:
    total = figures(made)["share of those invited who answered the survey"]
    assert 0.55 <= total <= 0.65
    rates = response_by_type(made)
    assert rates["convenience"] < rates["economic"] < rates["individual"]
    assert rates["convenience"] < rates["economic"] < rates["moral"]
    for kind, planted in company.ANSWER.items():
        # those who left answer less, the others more
        assert rates[kind] == pytest.approx(planted, abs=0.10)


def test_the_survey_tells_the_type_often_but_not_always(made: Tables) -> None:
    survey = made["company/value_survey"].set_index("customer_id")
    scores = survey[["price", "person", "convenience", "responsibility"]]
    scores.columns = list(company.TYPES)
    highest = scores.eq(scores.max(axis=1), axis=0)
    sure = highest.sum(axis=1) == 1
    truth = customers(made)["marketing_type"]
    right = scores[sure].idxmax(axis=1) == truth[scores.index[sure]]
    assert 0.65 <= right.mean() <= 0.85
    assert (~sure).mean() > 0.2


def test_the_coupon_moves_the_economic_type(made: Tables) -> None:
    lift = coupon_lift(made)
    assert lift["economic"] > 0.12
    assert (lift.drop("economic") < lift["economic"] - 0.05).all()
    trial, orders = made["company/coupon_trial"], made["company/orders"]
    assert len(trial) == 1200
    assert trial["sent"].sum() == 600
    window = orders[orders["ordered_on"].between("2025-10-09", "2025-11-07")]
    bought = trial["customer_id"].isin(window["customer_id"])
    assert (bought == trial["bought_within_30_days"]).all()


def test_the_lot_was_fair(made: Tables) -> None:
    people = customers(made)
    trial = made["company/coupon_trial"].set_index("customer_id")
    economic = (people["marketing_type"] == "economic")[trial.index]
    share = economic.groupby(trial["sent"].to_numpy()).mean()
    # two shares of 600 each differ by chance with a standard error below 0.03
    assert abs(share[True] - share[False]) < 3 * 0.03


def test_all_four_quadrants_of_value_are_filled(made: Tables) -> None:
    people, orders = customers(made), made["company/orders"]
    budget = people["annual_budget_cents"].dropna().astype(float)
    assert budget.size / len(people) == pytest.approx(0.8, abs=0.03)
    now = orders[orders["ordered_on"].dt.year == 2025]
    spent = now.groupby("customer_id")["amount_cents"].sum().reindex(budget.index)
    spent = spent.dropna()
    budget = budget[spent.index]
    for cut in (0.5, 0.8):
        quadrants = pd.crosstab(
            spent > spent.quantile(cut), budget > budget.quantile(cut)
        )
        assert quadrants.to_numpy().min() > 80


def test_tea_has_seasons(made: Tables) -> None:
    orders = made["company/orders"]
    by_month = orders.groupby(orders["ordered_on"].dt.month)["amount_cents"].sum()
    gifts = orders[orders["product_line"] == "gift"]
    gifts_by_month = gifts.groupby(gifts["ordered_on"].dt.month).size()
    assert by_month[4] > by_month[[7, 8]].max()
    assert by_month[[1, 9]].min() > by_month.median()
    assert set(gifts_by_month.nlargest(2).index) == {1, 9}


# ---------------------------------------------------------------- the dirty export


def day_of(text: str) -> pd.Timestamp | None:
    for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%Y年%m月%d日"):
        day = pd.to_datetime(text, format=pattern, errors="coerce")
        if not pd.isna(day):
            return day
    return None


def test_the_truth_of_the_dirty_export_agrees_line_by_line(made: Tables) -> None:
    dirty = made["company/orders_dirty"].set_index("line")
    truth = made["truth/company/orders_dirty"].set_index("line")
    assert (dirty.index == truth.index).all()
    assert truth["problem"].value_counts().drop("none").to_dict() == (
        company.DIRTY_COUNTS
    )
    problem = truth["problem"]
    who, amount = dirty["customer_id"], dirty["amount_yuan"]
    seen = {
        "trailing_space": who != who.str.strip(),
        "lower_case": who.str.startswith("c"),
        "thousands_separator": amount.str.contains(","),
        "yuan_sign": amount.str.startswith("¥"),
        "negative_amount": amount.str.startswith("-"),
        "unknown_customer": ~who.str.strip()
        .str.upper()
        .isin(made["company/customers"]["customer_id"]),
        "impossible_date": dirty["ordered_on"].map(day_of).isna(),
    }
    for name, found in seen.items():
        assert (found == (problem == name)).all(), name
    twice = dirty["order_id"].duplicated(keep=False)
    assert set(dirty.loc[problem == "duplicate", "order_id"]) == set(
        dirty.loc[twice, "order_id"]
    )
    days = dirty["ordered_on"].map(day_of)
    readable = days.notna()
    assert (days[readable] == pd.to_datetime(truth["ordered_on"])[readable]).all()
    cents = amount.str.replace(r"[¥,.-]", "", regex=True).astype(int)
    assert (cents == truth["amount_cents"]).all()
    written_in = truth["date_format"]
    assert dirty.loc[written_in == "day_first", "ordered_on"].str.contains("/").all()
    assert dirty.loc[written_in == "chinese", "ordered_on"].str.contains("年").all()


def test_the_dirty_export_cleaned_is_the_quarter_of_orders(made: Tables) -> None:
    truth = made["truth/company/orders_dirty"]
    orders = made["company/orders"]
    quarter = orders[orders["ordered_on"] >= "2025-10-01"].reset_index(drop=True)
    kept = truth[truth["in_orders"]].sort_values("order_id").reset_index(drop=True)
    for column in ("order_id", "customer_id", "amount_cents"):
        assert (kept[column] == quarter[column]).all()
    assert (pd.to_datetime(kept["ordered_on"]) == quarter["ordered_on"]).all()


# ---------------------------------------------------------------- the generator


def test_another_seed_makes_other_data_and_the_same_seed_the_same() -> None:
    again, other = company.make(3), tables(11)
    for name, table in tables(3).items():
        fresh = again[name].astype(str).replace(" 00:00:00", "", regex=True)
        assert fresh.equals(table.astype(str)), name
        if name != "company/activities":
            assert not table.equals(other[name]), name


def test_draws_follow_their_distributions() -> None:
    dice = company.Dice(5, 0)
    n = 20_000
    counts = pd.Series([dice.count(3.0) for _ in range(n)])
    assert counts.mean() == pytest.approx(3.0, abs=4 * (3 / n) ** 0.5)
    assert counts.var() == pytest.approx(3.0, rel=0.06)
    waits = pd.Series([dice.wait(2.0) for _ in range(n)])
    assert waits.mean() == pytest.approx(2.0, abs=4 * 2 / n**0.5)
    skewed = pd.Series([dice.skewed(10.0, 0.5) for _ in range(n)])
    assert skewed.median() == pytest.approx(10.0, rel=0.03)
    picks = pd.Series([dice.pick("ab", (3, 1)) for _ in range(n)])
    assert (picks == "a").mean() == pytest.approx(0.75, abs=0.015)
    between = {dice.between(2, 4) for _ in range(200)}
    assert between == {2, 3, 4}
    drawn = dice.sample(range(50), 20)
    assert len(set(drawn)) == 20


def test_unknown_family_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="no family of tables called 'compny'"):
        generator.make("compny")
