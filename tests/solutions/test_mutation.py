"""A sample of broken references: the tests of the graded notebooks notice them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from bank import runner

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import mutate_answers

BOOKS = mutate_answers.notebooks()
SAMPLE = 3  # of each question; `make mutants` tries them all


def test_mutants_are_what_students_do():
    answer = (
        "def answer(table, day):\n"
        "    table = table[table['on'] <= day].sort_values('on')\n"
        "    return table['on'].iloc[-1] + 2, max(table['n']), '2025-12-31'\n"
    )
    changes = mutate_answers.mutants_of("q", answer)
    found = {change.what for change in changes}
    assert {
        "filter left out",
        "sort_values left out",
        "LtE -> Lt",
        "LtE -> Gt",
        "max -> min",
        "2 -> 3",
        "Add -> Sub",
        "2025-12-31 -> 2026-01-01",
    } <= found
    texts = {change.source for change in changes}
    assert len(texts) == len(changes)
    assert "table = table.sort_values('on')" in "\n".join(texts)


@pytest.mark.skipif(not runner.can_fork(), reason="mutants need os.fork")
@pytest.mark.parametrize("name", BOOKS)
def test_sample_of_mutants_is_killed(name, monkeypatch):
    monkeypatch.setenv("CRM_TERM_SEED", mutate_answers.TERM)
    book = BOOKS[name]
    for draw in book.draws:
        module = sys.modules[draw.__module__]
        monkeypatch.setattr(module, draw.__name__, mutate_answers.common.kept(draw))
    fates = mutate_answers.try_all(book, sample=SAMPLE)
    survived = [fate.change for fate in fates if fate.how == "survived"]
    # The goal for all of them is 95 %; in a sample one may slip through.
    assert len(survived) <= 1 + len(fates) // 20, survived


@pytest.mark.parametrize("name", BOOKS)
def test_equivalents_are_few_and_stand_in_the_reference(name):
    book = BOOKS[name]
    changes = [
        change
        for question, source in book.reference().items()
        if question not in book.by_score
        for change in mutate_answers.mutants_of(question, source)
    ]
    entries = mutate_answers.equivalents(name)
    matched = 0
    for entry in entries:
        mine = [
            change
            for change in changes
            if (change.question, change.line) == (entry["question"], entry["line"])
            and entry.get("change", change.what) == change.what
        ]
        assert mine, entry
        assert len(entry["reason"]) > 20
        matched += len(mine)
    assert matched <= mutate_answers.MOST_EQUIVALENT * len(changes) + 1
