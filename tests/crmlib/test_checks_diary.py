"""Checkpoint of chapter 6: right answers counted by hand, wrong ones get their message.

The answers are worked out once more from the files, without `crmlib`.
"""

from __future__ import annotations

import csv
from functools import cache

from course.term import ROOT
from crmlib.checks import diary as chapter


@cache
def lines_of(name: str) -> list[dict[str, str]]:
    """The lines of a table as they stand in the file, not through `crmlib`."""
    path = ROOT / "datasets" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# Answers by hand --------------------------------------------------------------------


def test_tofu_by_hand() -> None:
    notes = [line["note"] for line in lines_of("supermarket/notes")]
    both = sum("tofu" in note or "豆腐" in note for note in notes)
    assert chapter.tofu(f"{both} notes").ok is True
    assert "English" in chapter.tofu(sum("tofu" in note for note in notes)).message
    # The praise says that one language shows about two thirds at most.
    english = sum("tofu" in note for note in notes) / both
    assert max(english, 1 - english) < 0.7


def test_kept_by_hand() -> None:
    contacts = lines_of("key_accounts/contacts")
    followed = {line["follows"] for line in contacts}
    his = [
        line["contact_id"] in followed
        for line in contacts
        if line["staff_id"] == "S1" and "" < line["follow_up_on"] <= "2025-12-31"
    ]
    share = 100 * sum(his) / len(his)
    assert chapter.kept(f"{share:.0f} %").ok is True
    assert "multiply by 100" in chapter.kept(share / 100).message


def test_own_pace_by_hand() -> None:
    chosen = {s["store_id"]: s["chosen_by"] for s in lines_of("supermarket/stores")}
    sums: dict[tuple[str, bool], int] = {}
    for line in lines_of("supermarket/sales"):
        if line["week_on"] < "2024-12-30":
            key = line["store_id"], line["week_on"] >= "2024-01-01"
            sums[key] = sums.get(key, 0) + int(line["sales_cents"])
    growth = {
        store: 100 * (sums[store, True] / sums[store, False] - 1) for store in chosen
    }
    means = {
        group: sum(growth[s] for s in chosen if chosen[s] == group)
        / sum(chosen[s] == group for s in chosen)
        for group in ("lot", "")
    }
    answer = means["lot"] - means[""]
    assert chapter.own_pace(round(answer, 1)).ok is True
    assert chapter.own_pace(f"{answer:.1f}".replace("-", "−")).ok is True
    assert "sign" in chapter.own_pace(round(-answer, 1)).message
    # The chapter prints the lot's 2025 (2.0), head office's 2024 (5.8), its lead (4.1).
    assert "2025" in chapter.own_pace(2.0).message
    assert "head office" in chapter.own_pace(5.8).message
    assert chapter.own_pace(4.1).ok is False


def open_tenders(account: str) -> list[tuple[int, float]]:
    return [
        (int(line["value_cents"]), float(line["probability"]))
        for line in lines_of("key_accounts/tenders")
        if line["account_id"] == account and line["outcome"] == "open"
    ]


def test_jinsha_and_nothing_by_hand() -> None:
    yuan = sum(value * chance for value, chance in open_tenders("K3")) / 100
    assert chapter.jinsha(yuan).ok is True
    assert chapter.jinsha(f"{yuan:,.0f} yuan").ok is True
    assert chapter.jinsha("5.42 million").ok is not True, "asked for in yuan"
    assert "cents" in chapter.jinsha(100 * yuan).message
    none = 1.0
    for _, chance in open_tenders("K1"):
        none *= 1 - chance
    assert chapter.nothing(f"{100 * none:.0f} %").ok is True
    assert chapter.nothing(f"{100 * none:.1f} %").ok is True
