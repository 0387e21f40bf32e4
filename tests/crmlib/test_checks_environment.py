"""Checkpoint of chapter 3: right answers by hand, wrong ones get their message."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from course.term import ROOT
from crmlib.checks import environment as chapter

CRANE, SPRING = "Crimson Crane", "Scarlet Spring"


def lines_of(name: str) -> list[dict[str, str]]:
    """The lines of a table as they stand in the file, not through `crmlib`."""
    path = ROOT / "datasets" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# Answers by hand --------------------------------------------------------------------


def test_kept_by_hand() -> None:
    sums: Counter[tuple[str, str, str]] = Counter()
    for row in lines_of("market/sales"):
        sums[row["channel"], row["quarter"][:4], row["brand"]] += int(
            row["revenue_cents"]
        )
    kept = whole = 0.0
    for channel in {key[0] for key in sums}:
        old = sums[channel, "2023", CRANE] + sums[channel, "2023", SPRING]
        new = sums[channel, "2025", CRANE] + sums[channel, "2025", SPRING]
        kept += sums[channel, "2023", CRANE] / old * new
        whole += new
    assert chapter.kept(100 * kept / whole).ok is True
    assert chapter.kept(f"{100 * kept / whole:.1f} %").ok is True
    assert "per cent" in chapter.kept(kept / whole).message


def test_gap_by_hand() -> None:
    people = {row["respondent_id"]: row for row in lines_of("market/respondents")}
    wish = [
        int(row["effect_importance"])
        for row in people.values()
        if row["age_group"] == "45-59"
    ]
    marks = [
        int(row["effect_satisfaction"])
        for row in lines_of("market/opinions")
        if row["brand"] == SPRING
        and row["has_tried"] == "true"
        and people[row["respondent_id"]]["age_group"] == "45-59"
    ]
    gap = sum(wish) / len(wish) - sum(marks) / len(marks)
    assert chapter.gap(gap).ok is True
    assert chapter.gap(f"{gap:.2f}").ok is True
    assert "sign" in chapter.gap(-gap).message


def test_accounts_by_hand() -> None:
    rows = lines_of("market/key_accounts")
    crane = [
        int(row["tonic_purchases_cents"]) * int(row["crane_share_percent"]) / 100
        for row in rows
    ]
    ending = sum(
        cents
        for cents, row in zip(crane, rows, strict=True)
        if row["contract_ends_on"] <= "2026-12-31"
    )
    assert chapter.accounts(100 * ending / sum(crane)).ok is True
    assert 0.4 < ending / sum(crane) < 0.5, "nearly half"


def test_score_by_hand() -> None:
    # 0.25 x 3 + 0.15 x 1 + 0.15 x 2 + 0.10 x 2 + 0.20 x 1 + 0.15 x 2
    assert chapter.score(1.90).ok is True
    assert chapter.score("1.9").ok is True
    assert "before" in chapter.score(1.40).message
    assert sum(weight for weight, _ in chapter.OUTSIDE.values()) == pytest.approx(1)
