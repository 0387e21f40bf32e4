"""Checkpoint of chapter 3: right answers by hand, wrong ones get their message."""

from __future__ import annotations

import csv
import re
from collections import Counter

import pandas as pd
import pytest

from course.term import ROOT
from crmlib.checks import Choice, Number
from crmlib.checks import environment as chapter

NUMBERS = [q for q in chapter.QUESTIONS if isinstance(q, Number)]
CHOICES = [q for q in chapter.QUESTIONS if isinstance(q, Choice)]
RUBBISH = ["abc", "", "nan", float("inf"), True, 1j, [], {}, object(), pd.NA, b"5"]
CRANE, SPRING = "Crimson Crane", "Scarlet Spring"


def lines_of(name: str) -> list[dict[str, str]]:
    """The lines of a table as they stand in the file, not through `crmlib`."""
    path = ROOT / "datasets" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_there_are_six_to_eight_questions_of_both_kinds() -> None:
    assert 6 <= len(chapter.QUESTIONS) <= 8
    assert NUMBERS
    assert CHOICES
    named = [getattr(chapter, name) for name in chapter.__all__]
    assert all(any(q is one for one in named) for q in chapter.QUESTIONS)


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


# Every question ---------------------------------------------------------------------


@pytest.mark.parametrize("question", NUMBERS, ids=repr)
def test_every_foreseen_mistake_fails_with_its_own_message(question: Number) -> None:
    assert question(question.answer()).ok is True
    for message, mistaken in question.wrong.items():
        feedback = question(mistaken())
        assert (feedback.ok, feedback.message) == (False, message)


@pytest.mark.parametrize("question", CHOICES, ids=repr)
def test_one_option_is_right_and_each_other_says_why(question: Choice) -> None:
    verdicts = [question(text) for text in question.options]
    assert sum(feedback.ok is True for feedback in verdicts) == 1
    reasons = [feedback.message for feedback in verdicts]
    assert len(set(reasons)) == len(reasons)
    assert all(reasons)


@pytest.mark.parametrize("question", chapter.QUESTIONS, ids=repr)
def test_no_message_gives_the_answer_away(question: Number | Choice) -> None:
    if isinstance(question, Number):
        answer = question.answer()
        written = {f"{answer:.0f}", f"{answer:.1f}", f"{answer:.2f}"}
        for message in [*question.wrong, question.hint, question.ask]:
            assert not written & set(re.findall(r"\d+(?:\.\d+)?", message))
    else:
        (right,) = (text for text in question.options if question(text).ok)
        for text, reason in zip(question.options, question.why, strict=True):
            assert text == right or right not in reason


@pytest.mark.parametrize("question", chapter.QUESTIONS, ids=repr)
def test_open_and_wild_answers_leave_the_chapter_running(
    question: Number | Choice,
) -> None:
    for unanswered in (None, ...):
        feedback = question(unanswered)
        assert feedback.ok is None
        assert feedback.message.startswith(question.ask)
    assert not any(question(answer) for answer in RUBBISH)


def test_the_right_options_are_not_all_in_one_place() -> None:
    assert len({str(question.right) for question in CHOICES}) >= 3
