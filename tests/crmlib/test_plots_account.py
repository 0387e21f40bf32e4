"""Pictures of accounts: they show their tables, and everybody can read them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from figure_audit import audited

from crmlib import account, datasets, plots_account
from crmlib.errors import ContractError, CrmError
from crmlib.plots import COLOURS


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return datasets.load("key_accounts/people")


@pytest.fixture(scope="module")
def staff() -> pd.Series:
    return datasets.load("key_accounts/staff").set_index("staff_id")["name"]


# The map ----------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["K1", "K2", "K3", "K4", "K5"])
def test_the_map_shows_everybody_and_each_relation(
    people: pd.DataFrame, staff: pd.Series, key: str
) -> None:
    theirs = people[people["account_id"] == key]
    ax = plots_account.key_person_map(theirs, staff)
    texts = {text.get_text() for text in ax.texts}
    for row in theirs.to_dict("records"):
        role = row["role"] if isinstance(row["role"], str) else "role unknown"
        assert f"{row['name']}, {row['position']}: {role}" in texts
    for holder in theirs["held_by"].dropna():
        assert staff[holder] in texts
    ends = [(line, list(line.get_xdata())) for line in ax.lines]
    ties = [line for line, xs in ends if len(xs) == 2 and xs[0] == 0]
    assert len(ties) == theirs["held_by"].notna().sum()
    looks = {"positive": "-", "neutral": "--", "negative": ":"}
    counts = theirs["relation"].value_counts()
    for relation, look in looks.items():
        found = [line for line in ties if line.get_linestyle() == look]
        assert len(found) == counts.get(relation, 0)
    missing = set(account.ROLES) - set(theirs["role"].dropna())
    assert {t for t in texts if t.startswith("nobody known")} == {
        f"nobody known: {role}" for role in missing
    }
    assert not audited(ax)


def test_the_titles_name_the_gap(people: pd.DataFrame, staff: pd.Series) -> None:
    titles = {
        str(key): plots_account.key_person_map(group, staff).get_title(loc="left")
        for key, group in people.groupby("account_id")
    }
    assert titles == {
        "K1": "All 6 key persons are known, by 4 of ours",
        "K2": "Nobody is known in the role of buyer",
        "K3": "All 6 relations are in the hands of Zhao Lei",
        "K4": "The decider, Tong Wei, is against us",
        "K5": "2 of 6 key persons have no relation with us",
    }


def test_a_map_without_superiors(people: pd.DataFrame, staff: pd.Series) -> None:
    theirs = people[people["account_id"] == "K1"].drop(columns="reports_to")
    ax = plots_account.key_person_map(theirs, staff, title="Ours and theirs")
    assert ax.get_title(loc="left") == "Ours and theirs"
    # A circle of superiors is drawn, not walked for ever.
    round_ = people[people["account_id"] == "K1"].copy()
    round_["reports_to"] = round_["person_id"].shift(-1).fillna("K1P1")
    assert not audited(plots_account.key_person_map(round_, staff))


def test_a_map_is_of_one_account(people: pd.DataFrame, staff: pd.Series) -> None:
    with pytest.raises(CrmError, match="one account"):
        plots_account.key_person_map(people, staff)
    with pytest.raises(CrmError, match="one account"):
        plots_account.key_person_map(people.iloc[:0], staff)
    with pytest.raises(CrmError, match="no name for S5"):
        plots_account.key_person_map(people[people["account_id"] == "K1"], {})


# The diary --------------------------------------------------------------------------


@pytest.fixture
def entries() -> pd.DataFrame:
    days = ["2025-01-07", "2025-02-03", "2025-03-11", "2025-04-02", "2025-04-30"]
    return pd.DataFrame(
        {
            "kind": ["contact", "sample", "contact", "invoice", "payment"],
            "happened_at": pd.to_datetime(days),
            "follow_up_on": pd.to_datetime(["2025-02-01", None, None, None, None]),
        }
    )


@pytest.mark.parametrize("page", [None, 0, 2, 4])
def test_the_timeline_turns_its_pages(entries: pd.DataFrame, page: int | None) -> None:
    ax = plots_account.timeline(entries, page=page)
    dark = next(line for line in ax.lines if line.get_color() == COLOURS["blue"])
    assert len(dark.get_xdata()) == (5 if page is None else page + 1)
    marks = [line for line in ax.lines if line.get_gid() == "page"]
    assert len(marks) == (page is not None)
    if page is not None:
        lane = marks[0].get_ydata()[0]
        names = [label.get_text() for label in ax.get_yticklabels()]
        labels = dict(zip(ax.get_yticks(), names, strict=True))
        assert labels[lane].startswith(entries["kind"].iloc[page][:6])
    assert "2 contacts, 1 sample" in ax.get_title(loc="left")
    assert not audited(ax)


def test_a_timeline_needs_entries_it_has_lanes_for(entries: pd.DataFrame) -> None:
    with pytest.raises(CrmError, match="no entries"):
        plots_account.timeline(entries.iloc[:0])
    with pytest.raises(CrmError, match="no lane for 'rumour'"):
        plots_account.timeline(entries.assign(kind="rumour"))
    with pytest.raises(CrmError, match="pages 0 to 4"):
        plots_account.timeline(entries, page=5)
    with pytest.raises(ContractError):
        plots_account.timeline(entries.drop(columns="kind"))


# Money ------------------------------------------------------------------------------


def test_the_chances_fall_from_all_to_none() -> None:
    tenders = pd.DataFrame(
        {"value_cents": [10**8, 3 * 10**8], "probability": [0.5, 0.2]}
    )
    outlook = account.income(tenders)
    half = account.income(tenders.assign(probability=[0.25, 0.1]))
    ax = plots_account.chances({"stated": outlook, "half": half}, mark_cents=2e8)
    for line, view in zip(ax.lines, (outlook, half), strict=False):
        amounts, reach = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
        for amount, chance in zip(amounts, reach, strict=True):
            assert chance == pytest.approx(100 * view.at_least(round(amount * 1e8)))
    assert not audited(ax)
    with pytest.raises(CrmError, match="one to four"):
        plots_account.chances({})


# Before and after -------------------------------------------------------------------


def test_each_group_is_an_index_of_itself() -> None:
    weeks = pd.date_range("2023-01-02", periods=30, freq="7D")
    rows = [
        {"group": group, "week_on": week, "sales_cents": level * (1 + 0.01 * number)}
        for group, level in (("with", 400), ("without", 100))
        for number, week in enumerate(weeks)
    ]
    ax = plots_account.relative_sales(
        pd.DataFrame(rows),
        starts={"with": weeks[13]},
        base_until=weeks[13],
    )
    one, other = (line for line in ax.lines if line.get_label() in ("with", "without"))
    assert np.allclose(one.get_ydata(), other.get_ydata()), "the same growth"
    assert one.get_ydata()[0] == pytest.approx(100)
    assert len(one.get_ydata()) == 2, "four weeks are no thirteen"
    assert not audited(ax)
    with pytest.raises(CrmError, match="no week before"):
        plots_account.relative_sales(
            pd.DataFrame(rows), starts={}, base_until="2022-01-01"
        )
    many = pd.concat([pd.DataFrame(rows).assign(group=name) for name in "abcde"])
    with pytest.raises(CrmError, match="At most 4"):
        plots_account.relative_sales(many, starts={}, base_until="2024-01-01")


def test_estimates_with_and_without_intervals() -> None:
    table = pd.DataFrame(
        {
            "way": ["before and after", "by lot"],
            "estimate": [10.6, 1.9],
            "low": [np.nan, 1.1],
            "high": [np.nan, 2.7],
        }
    )
    ax = plots_account.estimates(table)
    intervals = [line for line in ax.lines if str(line.get_gid()).startswith("inter")]
    assert len(intervals) == 1
    assert list(intervals[0].get_xdata()) == [1.1, 2.7]
    assert [text.get_text() for text in ax.texts] == ["10.6", "1.9"]
    assert not audited(ax)
    with pytest.raises(CrmError, match="no estimates"):
        plots_account.estimates(table.iloc[:0])
