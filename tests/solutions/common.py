"""What is asked of every graded notebook: a test module subclasses `GradedNotebook`.

    import common

    class TestTheRecord(common.GradedNotebook):
        notebook = "oriental_hotel/1_the_record"
        questions = {"normalise-name": 4, "who-was-in": 3}
        draws = (hotel.make,)

and adds what only this notebook needs.
"""

from __future__ import annotations

import ast
import copy
import functools
import itertools
import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from bank import runner

from course import release

ROOT = Path(__file__).resolve().parents[2]
BANK_TERM = os.environ.get("BANK_TERM", "the bank's term")
"""`BANK_TERM=another pytest tests/solutions -k test_bank`: points hold in any term."""

# Made to pass what is seen: only other data find them out.
FOUND_BY_HIDDEN_TESTS_ONLY = ("wrong_typed_constant", "wrong_copied_from_worked_steps")


class GradedNotebook:
    """Tests of one graded notebook, its exercise and its bank of answers.

    Attributes:
        notebook: folder and name, without ``.ipynb``.
        questions: grade_id of each cell to be answered in code -> its points.
        draws: functions that hidden tests draw data with. What they return is kept for
            the session, and each caller gets a copy.
        secrets: texts that the exercise must not hold, besides the usual ones.
        hidden_only: names of wrong answers that no visible test can find out.
        terms: terms under which the reference must earn everything.
        by_score: questions graded by what a rule reaches; they are not mutated.
    """

    notebook: ClassVar[str]
    questions: ClassVar[Mapping[str, float]]
    draws: ClassVar[tuple[Callable[..., Any], ...]] = ()
    secrets: ClassVar[tuple[str, ...]] = ()
    hidden_only: ClassVar[tuple[str, ...]] = FOUND_BY_HIDDEN_TESTS_ONLY
    terms: ClassVar[tuple[str, ...]] = ("a term", "another term")
    by_score: ClassVar[tuple[str, ...]] = ()

    solution: ClassVar[Path]
    exercise: ClassVar[Path]
    bank: ClassVar[Path]
    answers: ClassVar[list[runner.Answer]]
    points: ClassVar[dict[str, float]]

    def __init_subclass__(cls) -> None:
        cls.solution = ROOT / "solutions" / f"{cls.notebook}.ipynb"
        cls.exercise = ROOT / "exercises" / f"{cls.notebook}.ipynb"
        cls.bank = ROOT / "tests" / "bank" / cls.notebook
        cls.answers = [runner.read_answer(p) for p in sorted(cls.bank.glob("*/*.py"))]
        cls.points = runner.points(cls.solution)
        cls._memo = {}

    _memo: ClassVar[dict[Any, Any]]

    @pytest.fixture(autouse=True)
    def data_are_drawn_once(self, monkeypatch):
        """Hundreds of answers see the same data: draw each once, hand out copies."""
        for draw in self.draws:
            module = __import__(draw.__module__, fromlist=["_"])
            monkeypatch.setattr(module, draw.__name__, kept(draw))

    # ------------------------------------------------------- reference and exercise

    def test_reference_earns_everything(self, monkeypatch):
        for term in self.terms:
            monkeypatch.setenv("CRM_TERM_SEED", term)
            outcome = runner.grade(self.solution)
            assert outcome.messages == {}, term
            assert outcome.points == self.points, term
            assert outcome.total == sum(self.questions.values())

    def test_untouched_exercise_earns_nothing(self, monkeypatch):
        monkeypatch.setenv("CRM_TERM_SEED", self.terms[0])
        for tests in (self.solution, None):
            outcome = runner.grade(self.exercise, tests_from=tests)
            assert set(outcome.points) == set(self.points)
            assert outcome.total == 0, outcome.points

    def test_exercise_hides_what_it_should(self):
        text = self.exercise.read_text(encoding="utf-8")
        words = ("HIDDEN", "SOLUTION", "seed_for", "course.", *self.secrets)
        assert [word for word in words if word in text] == []
        assert list(release.leaks(self.exercise, solution=self.solution)) == []
        assert runner.points(self.exercise) == self.points

    def test_visible_tests_pass_for_the_reference_without_the_hidden_ones(self):
        """A student whose answer is right sees no complaint."""
        outcome = runner.grade(self.exercise, replace=self.reference())
        assert outcome.messages == {}
        assert outcome.points == self.points

    def test_a_mistake_in_one_step_is_not_punished_in_the_next(self, monkeypatch):
        """Broken answers to all other questions cost the question at hand nothing."""
        monkeypatch.setenv("CRM_TERM_SEED", BANK_TERM)
        for question, n_points in self.questions.items():
            broken = {
                other: spoilt(source)
                for other, source in self.reference().items()
                if other != question
            }
            outcome = runner.grade(self.solution, replace=broken, only=question)
            hurt = {k: v for k, v in outcome.messages.items() if k in outcome.points}
            assert hurt == {}
            assert outcome.total == n_points

    def test_notebook_is_canonical(self):
        cells = runner.cells(self.solution)
        raw = json.loads(self.solution.read_text(encoding="utf-8"))
        assert raw["nbformat"] == 4
        assert set(raw["metadata"]) == {"kernelspec", "language_info"}
        for cell in cells:
            assert cell.get("outputs", []) == []
            assert cell.get("execution_count") is None
            if cell["cell_type"] == "code" and not cell["grading"].get("grade"):
                assert max(map(len, cell["source"].splitlines())) <= 88, cell["id"]
        names = [c["grading"]["grade_id"] for c in cells if c["grading"]]
        ids = [cell["id"] for cell in cells]
        for these in (names, ids):
            assert len(these) == len(set(these))
            assert [n for n in these if not re.fullmatch(r"[a-z0-9-]+", n)] == []

    def test_every_test_cell_has_a_line_of_its_own_with_its_points(self):
        """The feedback page takes a question's name from that line."""
        titles = []
        for above, cell in itertools.pairwise(runner.cells(self.exercise)):
            if cell["grading"].get("grade"):
                name = cell["grading"]["grade_id"]
                said = re.fullmatch(r"(.+) \((\d+) points?\):", above["source"])
                assert said, name
                assert int(said[2]) == cell["grading"]["points"], name
                assert len(above["source"]) <= 120, name
                titles.append(said[1])
        assert len(titles) == len(set(titles))

    # ----------------------------------------------------------------------- the bank

    def test_bank(self, answer, monkeypatch):
        monkeypatch.setenv("CRM_TERM_SEED", BANK_TERM)
        outcome = self.outcomes(answer.question)[answer.path.stem]
        full = {name: self.points[name] for name in outcome.points}
        assert sum(full.values()) == self.questions[answer.question]
        assert set(answer.expected) <= set(full)
        assert outcome.points == full | answer.expected, outcome.messages
        for name in answer.expected:
            assert len(outcome.messages[name]) > 20  # each failure comes with words

    def test_bank_is_large_enough(self):
        assert {answer.question for answer in self.answers} == set(self.questions)
        for question in self.questions:
            mine = [answer for answer in self.answers if answer.question == question]
            assert sum(answer.is_right for answer in mine) >= 2, question
            assert sum(not answer.is_right for answer in mine) >= 5, question
            for answer in mine:
                assert answer.path.name.startswith(("right_", "wrong_"))
                assert answer.is_right == (not answer.expected), answer.path

    def test_every_test_cell_is_failed_by_some_wrong_answer_of_the_bank(self):
        failed = {name for answer in self.answers for name in answer.expected}
        assert failed == set(self.points)

    def test_a_student_sees_a_complaint_about_each_mistake(self, mistake, monkeypatch):
        """A visible test notices what costs points, in words; no other cell fails."""
        monkeypatch.setenv("CRM_TERM_SEED", BANK_TERM)
        outcome = self.outcomes(mistake.question, seen=True)[mistake.path.stem]
        failed = {name for name, points in outcome.points.items() if not points}
        assert failed
        assert failed <= set(mistake.expected), outcome.messages
        for name in failed:
            assert outcome.messages[name].startswith("AssertionError: "), (
                outcome.messages
            )

    # -------------------------------------------------------------------------- tools

    @classmethod
    def reference(cls) -> dict[str, str]:
        """Return the reference's cells, by question."""
        found = runner.sources(cls.solution)
        return {question: found[question] for question in cls.questions}

    @classmethod
    def outcomes(cls, question: str, *, seen: bool = False) -> dict[str, Any]:
        """Return what each answer of the bank to *question* earns, by file stem.

        All answers to a question run side by side, the first time one is asked for.
        With *seen*, the visible tests alone run.
        """
        if (question, seen) not in cls._memo:
            mine = [answer for answer in cls.answers if answer.question == question]
            found = runner.grade_many(
                cls.exercise if seen else cls.solution,
                [{question: answer.source} for answer in mine],
                replace={k: v for k, v in cls.reference().items() if k != question}
                if seen
                else None,
                only=question,
            )
            cls._memo[question, seen] = {
                answer.path.stem: outcome
                for answer, outcome in zip(mine, found, strict=True)
            }
        return cls._memo[question, seen]

    @classmethod
    def pytest_generate_tests(cls, metafunc) -> None:
        """One test for each answer of the bank, named by question and file."""
        wrong = [a for a in cls.answers if not a.is_right]
        seen = [a for a in wrong if a.path.stem not in cls.hidden_only]
        for name, these in (("answer", cls.answers), ("mistake", seen)):
            if name in metafunc.fixturenames:
                metafunc.parametrize(
                    name, these, ids=[f"{a.question}/{a.path.stem}" for a in these]
                )


@functools.cache
def kept(draw: Callable[..., Any]) -> Callable[..., Any]:
    """Return *draw* with a memory; what it returns is a copy of what it remembers."""
    remembered = functools.cache(draw)

    @functools.wraps(draw)
    def again(*args: Any, **kwargs: Any) -> Any:
        return copy.deepcopy(remembered(*args, **kwargs))

    return again


def spoilt(source: str) -> str:
    """Return an answer whose functions all return nonsense, and whose names hold it.

    >>> print(spoilt("def f(x):\\n    return 1\\nRATE = 2"))
    def f(*args, **kwargs):
        return 'broken'
    RATE = 'broken'
    """
    lines = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            lines.append(f"def {node.name}(*args, **kwargs):\n    return 'broken'")
        elif isinstance(node, ast.Assign):
            lines += [f"{ast.unparse(target)} = 'broken'" for target in node.targets]
    return "\n".join(lines)
