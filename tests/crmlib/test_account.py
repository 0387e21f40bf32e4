"""Account plans: the map's gaps against the truth, and incomes against closed forms."""

from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from crmlib import account, datasets
from crmlib.errors import ContractError, CrmError

AS_OF = "2025-12-31"


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return datasets.load("key_accounts/people")


@pytest.fixture(scope="module")
def tenders() -> pd.DataFrame:
    return datasets.load("key_accounts/tenders")


@pytest.fixture(scope="module")
def contacts() -> pd.DataFrame:
    return datasets.load("key_accounts/contacts")


# People -----------------------------------------------------------------------------


def test_the_gaps_are_those_that_were_planted(people: pd.DataFrame) -> None:
    before = people.copy()
    found = account.gaps(people)
    truth = datasets.truth("key_accounts/gaps")
    planted = truth[truth["found_in"] == "people"]
    columns = ["account_id", "gap", "who"]
    assert set(found[columns].itertuples(index=False, name=None)) == set(
        planted[columns].itertuples(index=False, name=None)
    )
    pd.testing.assert_frame_equal(people, before)


def test_the_order_of_people_does_not_matter(people: pd.DataFrame) -> None:
    one = account.gaps(people)
    other = account.gaps(people.iloc[::-1])
    key = ["account_id", "gap", "who"]
    pd.testing.assert_frame_equal(
        one.sort_values(key).reset_index(drop=True),
        other.sort_values(key).reset_index(drop=True),
    )


def test_how_many_must_hold_is_a_choice(people: pd.DataFrame) -> None:
    gap = account.gaps(people, least_holders=1)["gap"]
    assert "one manager holds all" not in set(gap)
    stricter = account.gaps(people, least_holders=4)
    few = stricter[stricter["gap"] == "too few hold them all"]
    assert len(few)
    assert (few["who"].str.count(", ") < 3).all()
    with pytest.raises(CrmError, match="1 or more"):
        account.gaps(people, least_holders=0)
    with pytest.raises(CrmError, match="no role 'boss'"):
        account.gaps(people, roles=["boss"])


def test_the_map_counts_everybody_once(people: pd.DataFrame) -> None:
    for _, group in people.groupby("account_id"):
        table = account.relation_map(group)
        assert table[list(account.RELATIONS)].to_numpy().sum() == len(group)
        assert list(table["role"][:5]) == list(account.ROLES)
    assert "role unknown" in set(account.relation_map(people)["role"])


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("role", "boss", "no role"),
        ("relation", "warm", "no relation"),
        ("held_by", None, "does not fit the relation"),
        ("person_id", "K1P2", "occur twice"),
    ],
)
def test_a_wrong_row_is_named(
    people: pd.DataFrame, column: str, value: object, words: str
) -> None:
    wrong = people.copy()
    wrong.loc[0, column] = value
    with pytest.raises(ContractError, match=words) as raised:
        account.check_people(wrong)
    assert raised.value.column == column
    assert 0 in raised.value.rows.index
    with pytest.raises(ContractError):
        account.check_people(people.drop(columns=column))


# Contacts and actions ---------------------------------------------------------------


def test_the_contact_plan_by_hand() -> None:
    people = pd.DataFrame(
        {
            "person_id": ["A", "B", "C"],
            "account_id": "K1",
            "name": ["a", "b", "c"],
            "position": "x",
            "role": ["decider", "user", None],
            "relation": ["positive", "neutral", "none yet"],
            "held_by": ["S1", "S2", None],
        }
    )
    contacts = pd.DataFrame(
        {
            "person_id": ["A", "A", "B", "B"],
            "happened_on": pd.to_datetime(
                ["2025-10-01", "2025-11-21", "2025-12-30", "2026-01-05"]
            ),
        }
    )
    plan = account.contact_plan(people, contacts, as_of=AS_OF).set_index("person_id")
    assert plan.index.tolist() == ["A", "C", "B"]
    assert plan.loc["A", "due_on"] == pd.Timestamp("2025-12-21")
    assert plan["days_late"].to_dict() == {"A": 10, "C": 0, "B": 0}
    assert plan.loc["B", "last_contact_on"] == pd.Timestamp("2025-12-30")
    assert plan.loc["C", "due_on"] == pd.Timestamp(AS_OF)
    assert plan.loc["C", "every_days"] == min(account.CADENCE.values())
    assert plan["aim"].to_dict() == {"A": "keep", "B": "win over", "C": "meet"}
    with pytest.raises(CrmError, match="cadence"):
        account.contact_plan(people, contacts, as_of=AS_OF, cadence={"decider": 30})


def test_the_account_out_of_touch_leads_the_contact_plan(
    people: pd.DataFrame, contacts: pd.DataFrame
) -> None:
    plan = account.contact_plan(people, contacts, as_of=AS_OF)
    least_late = plan.groupby("account_id")["days_late"].min()
    assert least_late.idxmax() == "K2"
    assert len(plan) == len(people)


def test_actions_and_their_states(people: pd.DataFrame) -> None:
    found = account.gaps(people)
    owners = dict.fromkeys(people["account_id"], "S5")
    plan = account.action_plan(
        found, owners=owners, from_on="2026-01-05", days={"decider negative": 7}
    )
    assert len(plan) == len(found)
    assert plan["action"].is_unique
    against = plan["why"].str.contains("against us")
    assert (plan.loc[against, "due_on"] == "2026-01-12").all()
    assert (plan.loc[~against, "due_on"] == "2026-02-04").all()
    plan.loc[plan.index[0], "done_on"] = pd.Timestamp("2026-01-10")
    states = account.action_states(plan, as_of="2026-01-12")["state"]
    assert states.value_counts().to_dict() == {"planned": 4, "today": 1, "done": 1}
    states = account.action_states(plan, as_of="2026-01-09")["state"]
    assert "done" not in set(states), "done tomorrow is not done"
    late = account.action_states(plan, as_of="2026-02-05")
    assert late["days_late"].tolist() == [24, 1, 1, 1, 1, 0]
    with pytest.raises(CrmError, match="Nobody answers for K2"):
        account.action_plan(found, owners={}, from_on="2026-01-05")
    with pytest.raises(CrmError, match="a day or more"):
        account.action_plan(found, owners=owners, from_on="2026-01-05", days=0)


# Money ------------------------------------------------------------------------------

TENDER = st.tuples(st.integers(0, 10_000), st.floats(0, 1))


@settings(max_examples=60, deadline=None)
@given(st.lists(TENDER, min_size=0, max_size=8))
def test_the_exact_distribution_is_what_all_subsets_give(
    rows: list[tuple[int, float]],
) -> None:
    table = pd.DataFrame(rows, columns=["value_cents", "probability"])
    table = table.astype({"value_cents": "int64", "probability": "float64"})
    exact = account.income(table)
    by_hand: dict[int, float] = {}
    for won in itertools.product((False, True), repeat=len(rows)):
        total = sum(v for (v, _), is_won in zip(rows, won, strict=True) if is_won)
        chance = math.prod(
            p if is_won else 1 - p for (_, p), is_won in zip(rows, won, strict=True)
        )
        by_hand[total] = by_hand.get(total, 0.0) + chance
    found = exact.table.set_index("income_cents")["probability"]
    assert set(found.index) == set(by_hand)
    for amount, chance in by_hand.items():
        assert found[amount] == pytest.approx(chance, abs=1e-12)
    assert found.sum() == pytest.approx(1)
    # Closed forms of mean and variance.
    mean = sum(v * p for v, p in rows)
    variance = sum(v * v * p * (1 - p) for v, p in rows)
    assert exact.mean_cents == pytest.approx(mean, abs=1e-6)
    assert exact.sd_cents == pytest.approx(math.sqrt(variance), abs=1e-5)


def test_equal_values_give_the_binomial() -> None:
    table = pd.DataFrame({"value_cents": [100] * 12, "probability": [0.3] * 12})
    exact = account.income(table)
    assert np.allclose(
        exact.table["probability"], stats.binom.pmf(np.arange(13), 12, 0.3)
    )
    assert exact.quantile(0.5) == 100 * stats.binom.ppf(0.5, 12, 0.3)
    assert exact.at_least(300) == pytest.approx(stats.binom.sf(2, 12, 0.3))
    low, high = exact.interval(0.8)
    assert [low, high] == [100 * stats.binom.ppf(q, 12, 0.3) for q in (0.1, 0.9)]
    assert exact.quantile(0) == 0
    assert exact.quantile(1) == 1200
    with pytest.raises(CrmError, match="between 0 and 1"):
        exact.quantile(1.2)


def test_the_draws_agree_with_the_exact_distribution(tenders: pd.DataFrame) -> None:
    open_ones = tenders[tenders["outcome"] == "open"]
    exact = account.income(open_ones)
    n = 40_000
    drawn = account.simulate_income(open_ones, n=n, rng=np.random.default_rng(7))
    error = exact.sd_cents / math.sqrt(n)
    assert abs(drawn.mean_cents - exact.mean_cents) < 4 * error
    assert drawn.sd_cents == pytest.approx(exact.sd_cents, rel=0.02)
    for share in (0.1, 0.5, 0.9):
        limit = exact.quantile(share)
        assert drawn.at_least(limit) == pytest.approx(exact.at_least(limit), abs=0.012)


def test_shared_luck_leaves_the_mean_and_widens_the_rest(
    tenders: pd.DataFrame,
) -> None:
    open_ones = tenders[tenders["outcome"] == "open"]
    alone, together = (
        account.simulate_income(
            open_ones, n=40_000, rng=np.random.default_rng(7), shared=shared
        )
        for shared in (0.0, 0.4)
    )
    assert together.mean_cents == pytest.approx(alone.mean_cents, rel=0.02)
    assert together.sd_cents > 1.25 * alone.sd_cents
    # At the limit all tenders hang on one number: the surest are won first.
    all_one = account.simulate_income(
        pd.DataFrame({"value_cents": [10, 100], "probability": [0.9, 0.2]}),
        n=20_000,
        rng=np.random.default_rng(7),
        shared=1.0,
    )
    assert all_one.table["income_cents"].tolist() == [0, 10, 110]
    assert np.allclose(all_one.table["probability"], [0.1, 0.7, 0.2], atol=0.01)


def test_wins_of_equal_chances_are_binomial() -> None:
    assert np.allclose(account.wins([0.2] * 9), stats.binom.pmf(range(10), 9, 0.2))
    assert account.wins([]).tolist() == [1.0]
    with pytest.raises(CrmError, match="between 0 and 1"):
        account.wins([1.5])


def test_calibration_finds_the_planted_hope(tenders: pd.DataFrame) -> None:
    found = account.calibration(tenders)
    past = tenders[tenders["outcome"] != "open"]
    assert found.n_tenders == len(past) == found.table["n_tenders"].sum()
    assert found.n_won == found.table["n_won"].sum()
    assert found.p_value < 0.01
    # Planted: 0.7, less one tender for which no offer was sent.
    p = past["probability"]
    error = math.sqrt((0.7 * p * (1 - 0.7 * p)).sum()) / p.sum()
    assert abs(found.factor - 0.7) < 2 * error
    chances = account.wins(p)
    assert found.p_value == pytest.approx(chances[: found.n_won + 1].sum())
    with pytest.raises(CrmError, match="decided"):
        account.calibration(tenders[tenders["outcome"] == "open"])
    with pytest.raises(ContractError, match="outside the bands"):
        account.calibration(tenders, bands=(0.5, 1.0))


def test_margins_come_near_the_planted_ones(tenders: pd.DataFrame) -> None:
    table = account.margins(tenders).set_index("item")
    truth = tenders.merge(datasets.truth("key_accounts/tenders"), on="tender_id")
    true = truth.groupby("item")["true_margin"].first()
    assert (table["margin"] - true.reindex(table.index)).abs().max() < 0.06
    won = tenders[tenders["outcome"] == "won"]
    assert table["n_projects"].sum() == len(won)
    broken = tenders.copy()
    broken.loc[won.index[0], "cost_cents"] = None
    with pytest.raises(ContractError, match="no cost"):
        account.margins(broken)


def test_the_revenue_plan_by_hand(tenders: pd.DataFrame) -> None:
    before = tenders.copy()
    plan = account.revenue_plan(tenders, margin=account.margins(tenders))
    pd.testing.assert_frame_equal(tenders, before)
    assert len(plan) == (tenders["outcome"] == "open").sum()
    for row in plan.to_dict("records"):
        expected = row["value_cents"] * row["probability"]
        assert row["expected_income_cents"] == pytest.approx(expected, abs=0.5)
        profit = expected * row["margin"]
        assert row["expected_profit_cents"] == pytest.approx(profit, abs=0.5)
    assert account.income(plan).mean_cents == pytest.approx(
        plan["expected_income_cents"].sum(), abs=len(plan)
    )
    wrong = tenders.copy()
    wrong["probability"] = 60.0
    with pytest.raises(ContractError, match="out of range"):
        account.revenue_plan(wrong, margin=0.2)
    with pytest.raises(ContractError, match="without a margin"):
        account.revenue_plan(tenders, margin=account.margins(tenders).iloc[:1])


def test_too_many_sums_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "_MOST_OUTCOMES", 100)
    table = pd.DataFrame(
        {"value_cents": [2**i for i in range(10)], "probability": [0.5] * 10}
    )
    with pytest.raises(CrmError, match="round their values"):
        account.income(table)
    with pytest.raises(CrmError, match="n must be 1"):
        account.simulate_income(table, n=0, rng=np.random.default_rng(1))


# The document -----------------------------------------------------------------------


@pytest.mark.parametrize("key", ["K1", "K2", "K3", "K4", "K5"])
def test_the_plan_in_five_parts(
    people: pd.DataFrame, tenders: pd.DataFrame, contacts: pd.DataFrame, key: str
) -> None:
    owners = datasets.load("key_accounts/accounts").set_index("account_id")["manager"]
    found = account.gaps(people)
    text = account.plan_document(
        {"account_id": key, "name": "Some | firm"},
        people=people,
        contacts=account.contact_plan(people, contacts, as_of=AS_OF),
        actions=account.action_plan(found, owners=owners, from_on="2026-01-05"),
        revenue=account.revenue_plan(tenders, margin=0.25),
        rivals={"Beifeng Power": "cheap"},
        situation="As it is.",
        as_of=AS_OF,
        readers=["account manager"],
        staff={"S1": "Chen Rui"},
    )
    assert ("Chen Rui" in text) == (key in "K1 K2")
    assert not re.search(r"\bS1\b", text)
    heads = [line for line in text.splitlines() if line.startswith("## ")]
    assert [head.split()[2] for head in heads] == [
        "Summary",
        "Profile",
        "Competition",
        "Situation",
        "Plan",
    ]
    for name in people.loc[people["account_id"] == key, "name"]:
        assert name in text
    others = people.loc[people["account_id"] != key, "name"]
    assert not any(name in text for name in others)
    for what in found.loc[found["account_id"] == key, "what"]:
        assert f"- {what}" in text
    # Every table has a header row and rows of its width.
    lines = text.splitlines()
    for before, line in itertools.pairwise(lines):
        if line.startswith("| ---"):
            width = before.replace("\\|", "").count("|")
            assert line.count("|") == width
    assert "Some \\| firm" in text
    assert not re.search(r"\bnan\b|<NA>|\bNone\b(?! of us)", text)
    assert "NaT" not in text
    assert f"{key}P" not in text, "names, not ids"


def test_a_plan_needs_an_account_and_people(
    people: pd.DataFrame, tenders: pd.DataFrame, contacts: pd.DataFrame
) -> None:
    more = {
        "contacts": account.contact_plan(people, contacts, as_of=AS_OF),
        "actions": account.action_plan(
            account.gaps(people).iloc[:0], owners={}, from_on="2026-01-05"
        ),
        "revenue": account.revenue_plan(tenders, margin=0.25),
        "rivals": {},
        "situation": "",
        "as_of": AS_OF,
    }
    with pytest.raises(CrmError, match="account_id and a name"):
        account.plan_document({"name": "x"}, people=people, **more)
    with pytest.raises(CrmError, match="people of K9"):
        account.plan_document({"account_id": "K9", "name": "x"}, people=people, **more)
    text = account.plan_document(
        {"account_id": "K1", "name": "x"}, people=people, **more
    )
    assert "Nothing to report." in text
    assert "no gap in the map" in text
