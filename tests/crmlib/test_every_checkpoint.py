"""What holds for the questions of every chapter, whatever they ask."""

from __future__ import annotations

import importlib
import pkgutil
import re
from types import ModuleType

import pytest
from test_checks import RUBBISH

import crmlib.checks
from crmlib.checks import Choice, Number

CHAPTERS: list[ModuleType] = [
    importlib.import_module(f"crmlib.checks.{found.name}")
    for found in pkgutil.iter_modules(crmlib.checks.__path__)
]


def questions_of(chapter: ModuleType) -> list[Number | Choice]:
    return [*chapter.QUESTIONS, *getattr(chapter, "TEXTBOOK", ())]


def name_of(chapter: ModuleType) -> str:
    return chapter.__name__.rpartition(".")[2]


ALL = [
    pytest.param(question, id=f"{name_of(chapter)}: {question!r}")
    for chapter in CHAPTERS
    for question in questions_of(chapter)
]
NUMBERS = [each for each in ALL if isinstance(each.values[0], Number)]
CHOICES = [each for each in ALL if isinstance(each.values[0], Choice)]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=name_of)
def test_a_checkpoint_has_up_to_eight_questions_of_both_kinds(
    chapter: ModuleType,
) -> None:
    # The plays have fewer: their exercise is the play.
    least = 5 if name_of(chapter) == "hotel" else 6
    assert least <= len(chapter.QUESTIONS) <= 8
    assert {type(question) for question in chapter.QUESTIONS} == {Number, Choice}
    named = [getattr(chapter, name) for name in chapter.__all__]
    asked = [one for one in named if isinstance(one, Number | Choice)]
    assert len(asked) == len(questions_of(chapter))
    assert all(any(q is one for one in asked) for q in questions_of(chapter))


@pytest.mark.parametrize("question", NUMBERS)
def test_every_foreseen_mistake_fails_with_its_own_message(question: Number) -> None:
    assert question(question.answer()).ok is True
    for message, mistaken in question.wrong.items():
        feedback = question(mistaken())
        assert (feedback.ok, feedback.message) == (False, message)


@pytest.mark.parametrize("question", CHOICES)
def test_one_option_is_right_and_each_other_says_why(question: Choice) -> None:
    verdicts = [question(text) for text in question.options]
    assert sum(feedback.ok is True for feedback in verdicts) == 1
    reasons = [feedback.message for feedback in verdicts]
    assert all(reasons)
    # Four criteria fail by the same table, which the one sentence names.
    one_table = crmlib.checks.segmentation.criterion
    assert len(set(reasons)) == len(reasons) or question is one_table


@pytest.mark.parametrize("question", ALL)
def test_no_message_gives_the_answer_away(question: Number | Choice) -> None:
    if isinstance(question, Number):
        answer = question.answer()
        written = {f"{answer:{form}}" for form in (".0f", ".1f", ".2f", ",.0f")}
        for message in [*question.wrong, question.hint, question.ask]:
            assert not written & set(re.findall(r"\d[\d,]*(?:\.\d+)?", message))
    else:
        (right,) = (text for text in question.options if question(text).ok)
        for text, reason in zip(question.options, question.why, strict=True):
            assert text == right or right not in reason


@pytest.mark.parametrize("question", ALL)
@pytest.mark.parametrize("open_answer", [None, ...])
def test_an_open_answer_is_asked_again(
    question: Number | Choice, open_answer: object
) -> None:
    feedback = question(open_answer)
    assert feedback.ok is None
    assert feedback.message.startswith(question.ask)
    for option in getattr(question, "options", ()):
        assert option in feedback.message


@pytest.mark.parametrize("question", ALL)
def test_rubbish_leaves_the_chapter_running(question: Number | Choice) -> None:
    assert [question(answer).ok for answer in RUBBISH] == [False] * len(RUBBISH)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=name_of)
def test_the_right_options_are_not_all_in_one_place(chapter: ModuleType) -> None:
    choices = [q for q in questions_of(chapter) if isinstance(q, Choice)]
    places = {str(question.right) for question in choices}
    assert len(places) >= min(len(choices), 3)
