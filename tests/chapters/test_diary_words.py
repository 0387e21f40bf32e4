"""What chapter 6 says in words, where no computed number would give it away.

The builder computes every number of the prose; these are the sentences around them.
The last tests hold the chapter's findings against what was planted.
"""

from __future__ import annotations

import nbformat
import pandas as pd
import pytest

from course.term import ROOT
from crmlib import datasets


@pytest.fixture(scope="module")
def chapter() -> dict:
    """The names that the chapter's code cells define, without its pictures."""
    book = nbformat.read(ROOT / "chapters" / "06_contact_diary.ipynb", as_version=4)
    names: dict = {"display": lambda *shown: None}
    for cell in book.cells:
        if cell.cell_type == "code":
            exec(cell.source, names)  # the course's own code
    return names


def test_the_offer(chapter: dict) -> None:
    note = chapter["with_jin_mei"].set_index("happened_on").loc["2025-03-11"]
    assert note["note"].endswith("Promised to send it.")
    assert chapter["with_jin_mei"]["follow_up_on"].isna().all(), "every row is NaT"
    assert (note["recorded_on"] - note.name).days <= 1, "written down, and soon"
    assert note["staff_id"] == "S3", "Sun Min's own hand"
    assert len(chapter["racks"]) == 1
    assert chapter["racks"]["rival"].item().startswith("Huayan")
    assert chapter["kept"] > 0.9, "careful people"


def test_five_books(chapter: dict) -> None:
    assert set(chapter["basic"]["kind"]) == set(chapter["diary"].KINDS), "all six"
    meanwhile = chapter["meanwhile"].to_dict()
    assert meanwhile == dict.fromkeys(
        ["sample", "return", "account", "invoice", "payment"], 1
    )
    days = pd.Timestamp("2025-04-17") - pd.Timestamp("2025-03-11")
    assert 5 <= days.days / 7 < 6, "five weeks"
    assert chapter["waiting"].sum() == 5, "five entries, as the figure's title says"
    page = chapter["promise_page"]
    assert "320 battery racks" in chapter["read_page"](page)
    assert "11 March 2025" in chapter["read_page"](page)


def test_the_search(chapter: dict) -> None:
    contacts = chapter["contacts"]
    chinese = contacts["note"].str.contains("[\u4e00-\u9fff]").mean()
    assert 0.28 < chinese < 0.42, "about two thirds to one third"
    rust = chapter["rust"]
    assert len(rust) == 6
    assert rust["entry_id"].is_unique
    assert set(rust["customer_id"]) == {"K1", "K2", "K3", "K4", "K5"}
    assert rust["happened_at"].dt.month.min() == 5
    assert rust["happened_at"].dt.month.max() == 9
    assert len(chapter["heard_by"]) == 5
    without = rust[rust["follow_up_on"].isna()]
    assert list(without["entry_id"]) == [chapter["complaint"]], "one, and the last"
    assert without["happened_at"].item() == pd.Timestamp("2025-09-09")


def test_promises(chapter: dict) -> None:
    due = chapter["due"]
    assert set(due["state"]) == {"overdue", "planned"}
    assert (due["days_overdue"] > 365).sum() >= 2, "some for more than a year"
    ids = set(chapter["unowned"]["entry_id"])
    assert len(ids) == 2
    assert chapter["complaint"] in ids
    assert not ids & set(due["entry_id"]), "the two that it cannot see"
    by_day = chapter["by_day"]
    assert by_day.loc[True, "mean"] > 0.9, "nearly all"
    assert by_day.loc[False, "mean"] == 0, "none"
    assert by_day.loc[False, "size"] == 2


def test_silence(chapter: dict) -> None:
    quiet, last = chapter["quiet"], chapter["last"]
    assert quiet["customer_id"].tolist() == ["K2"], "one of the five"
    days = last.set_index("customer_id")["days_since_last_contact"]
    assert days["K2"] == days.max() > 180, "half a year"
    assert days.drop("K2").max() < 30
    assert chapter["quarter"]["size"].min() >= 3, "the invoices go on"
    report = chapter["no_report"]
    assert set(report["account"]) == {"Bayu Telecom"}
    assert report["due_on"].min() > quiet["last_contact_at"].item()
    weeks = (report["due_on"].min() - quiet["last_contact_at"].item()).days / 7
    assert 3 < weeks < 8, "some weeks after"


def test_more_written_down(chapter: dict) -> None:
    trends = chapter["trends"]
    assert trends.loc["both years", "low"] > 2, "far from zero"
    for year in ("2024 alone", "2025 alone"):
        assert trends.loc[year, "low"] < 0 < trends.loc[year, "high"]
    means = [part["n_entries"].mean() for part in (chapter["first"], chapter["second"])]
    assert means[0] == pytest.approx(65, abs=3)
    assert means[1] == pytest.approx(140, abs=3)
    assert chapter["by_month"]["n_entries"].iloc[12] > 1.5 * means[0], "a step"
    cells = chapter["cells"]
    assert cells["residual"].iloc[0] > 2 * cells["residual"].iloc[1], "stands out"
    assert cells["residual"].iloc[1] < 3, "a two or a three turns up by chance"
    assert chapter["item"] == "yoghurt"
    by_store = chapter["by_store"]
    assert chapter["summer"] > 0.75 * by_store.loc[chapter["store"]].sum()
    five = by_store.loc["five others"]
    assert five[[6, 7, 8]].sum() < 0.5 * five.sum()


def test_did_the_diary_raise_sales(chapter: dict) -> None:
    naive, others = chapter["before_after"], chapter["others"]
    assert 0.45 < others / naive < 0.5, "nearly half"
    against = chapter["against_others"]
    assert against["low"] > 3, "far from zero"
    by_lot, less_pace = chapter["by_lot"], chapter["less_pace"]
    assert 2.5 < against["estimate"] / by_lot["estimate"] < 3, "almost three times"
    assert naive > 5 * by_lot["estimate"], "more than five times"
    assert less_pace["low"] < 0 < less_pace["high"], "perhaps nothing"
    assert chapter["ahead"]["low"] > 0, "already grew faster"
    size = chapter["size"]
    assert size["head office"] > 1.4 * size["no diary"], "large ones"
    widths = [each["high"] - each["low"] for each in (against, less_pace, by_lot)]
    assert min(widths) == widths[2], "the narrowest interval of the comparisons"
    assert by_lot["low"] > 0
    group = chapter["group"]
    assert (group == "lot").sum() == (group == "head office").sum() == 12
    assert (group == "no diary").sum() == 24
    assert set(chapter["notes"]["store_id"]) <= set(group.index[group == "lot"])
    assert (chapter["fields"]["happened_on"] >= "2024-12-30").all()


def test_the_figure_of_three_groups(chapter: dict) -> None:
    sales = chapter["sales"]
    week = (sales["week_on"] - pd.Timestamp("2023-01-02")).dt.days // 91
    table = sales.pivot_table(
        index=week, columns="group", values="sales_cents", aggfunc="sum"
    )
    table = table / table.iloc[:4].mean()
    first, end_2023, last = table.iloc[0], table.iloc[3], table.iloc[-1]
    assert first.idxmin() == end_2023.idxmax() == last.idxmax()
    assert first.idxmin() == "chosen by head office"
    lot, none = table["drawn by lot"], table["no diary"]
    assert (lot - none).iloc[:8].abs().max() < 0.01, "on each other until 2024 ends"
    assert (lot - none).iloc[8:].min() > 0.01, "then a little higher"


def test_rules_and_people(chapter: dict) -> None:
    assert len(chapter["breaches"]) == 3
    assert (chapter["breaches"]["grade"] < 3).sum() == 2
    checked = chapter["checked"]["missing"]
    assert checked["verification"].idxmax() == "Jinsha Rail"
    jinsha = chapter["checked"].loc[("verification", "Jinsha Rail")]
    assert (jinsha["missing"], jinsha["due"]) == (3, 8), "three of the eight"
    late = chapter["checked"]["median_days_late"]["report"]
    assert late.idxmax() == "Lantian Systems"
    assert late["Lantian Systems"] > 0
    jinsha = chapter["people"].query("account_id == 'K3'")
    assert len(jinsha) == 6
    assert not (jinsha["relation"] == "negative").any(), "nobody is against us"
    assert set(jinsha["held_by"]) == {"S2"}, "all the lines are Zhao Lei's"
    first = chapter["of_lantian"].iloc[0]
    assert first["name"] == "Wei Guang"
    assert (first["role"], first["relation"]) == ("decider", "positive")
    told = chapter["contacts"].set_index("contact_id")
    complaint = chapter["rust"].set_index("entry_id").loc[chapter["complaint"]]
    who = told.loc[complaint["source_id"], "person_id"]
    assert who == "K5P1", "Mr Wei of the complaint is Wei Guang"
    assert first["last_contact_on"] == pd.Timestamp("2025-09-09")
    assert first["days_late"] > 60
    second = chapter["actions"].iloc[1]
    assert second["who"] == "S2", "the second line is Zhao Lei's own"
    assert "S2" in second["action"]


def test_tenders(chapter: dict) -> None:
    plan = chapter["plan"]
    assert len(plan) == 15
    assert plan["probability"].min() == 0.2
    assert plan["probability"].max() == 0.9
    assert len(chapter["stated"].table) < 2**15
    assert 2**15 > 30_000, "more than thirty thousand ways"
    belief = chapter["belief"]
    assert belief.p_value < 0.001
    won = belief.table["won"]
    assert won.iloc[-1] <= won.iloc[0], "no sign that a sure one is won more often"
    assert belief.table["n_tenders"].between(17, 23).all(), "some twenty in a line"
    assert 0.2 < chapter["sober"].at_least(10**9) < 0.25, "less than one in four"
    stated = chapter["stated"].at_least(10**9)
    assert stated == pytest.approx(0.75, abs=0.03), "three chances in four"
    spread = (belief.n_tenders * 0.25 * 0.9) ** 0.5 / belief.expected_wins
    assert abs(belief.factor - 0.7) < spread, "cannot tell it from seventy"
    assert belief.factor + 2 * spread < 1, "too much, they can"
    assert chapter["together_sd"] > 1.3 * chapter["apart_sd"], "the range grows"
    means = [chapter[name].mean_cents / 1e8 for name in ("stated", "together")]
    assert means[0] == pytest.approx(means[1], abs=0.1), "the mean stays"
    assert "between 0 and" in chapter["document"], "begins at nothing (the notes)"
    late = chapter["by_staff"]["median"]
    assert late.idxmax() == "Sun Min"
    assert late["Sun Min"] > 7, "half after more than a week"


def test_the_numbers_that_the_prose_repeats_can_be_seen() -> None:
    book = nbformat.read(ROOT / "chapters" / "06_contact_diary.ipynb", as_version=4)
    shown = ""
    for cell in book.cells:
        for output in cell.get("outputs", []):
            shown += output.get("text", "")
            shown += str(output.get("data", {}).get("text/plain", ""))
    for number in ("47 lines", "mean 0.4", "1.1\nhigh        2.9", "-0.3", "21.1"):
        assert number in shown, number


def test_the_findings_are_what_was_planted(chapter: dict) -> None:
    effects = datasets.truth("supermarket/stores").set_index("store_id")
    by_lot = chapter["group"] == "lot"
    truth = effects.loc[by_lot, "effect_percent"].mean()
    assert chapter["by_lot"]["low"] < truth < chapter["by_lot"]["high"]
    assert truth == pytest.approx(2, abs=0.05), "two per cent"
    told = datasets.truth("key_accounts/contacts").set_index("contact_id")
    planted = told["is_unanswered_complaint"] | told["is_lost_follow_up"]
    assert set(chapter["unowned"]["source_id"]) == set(told[planted].index)
    subject = told.loc[chapter["rust"]["source_id"], "subject"]
    assert (subject == "rust").all()
    weeks = datasets.truth("supermarket/weeks")
    in_2025 = pd.to_datetime(weeks["week_on"]) >= "2024-12-30"
    happened = weeks["n_events"].groupby(in_2025).sum()
    assert happened[True] / happened[False] < 1.15, "the pen, not the customers"
