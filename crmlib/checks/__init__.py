"""Checkpoints: questions that answer back.

A chapter asks; the student calls the question with an answer and gets a sentence:

    >>> dozen = Number(
    ...     "How many cakes are in three dozen?",
    ...     answer=lambda: 3 * 12,
    ...     wrong={"That is one dozen. Read the question again.": lambda: 12},
    ... )
    >>> dozen(36)
    Right.
    >>> dozen(12)
    Not yet. That is one dozen. Read the question again.
    >>> dozen(...)
    Not answered yet: How many cakes are in three dozen?

Answers are computed from the data when they are needed, not stored. No input raises:
a notebook with an open or a wild answer still runs to its end. Foreseen mistakes get
a message of their own, which says what to look at and never the answer.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmlib.errors import CrmError

__all__ = ["Choice", "Feedback", "Number"]


@dataclass(frozen=True)
class Feedback:
    """What a question answers: right, not yet, or not answered yet, and why.

    Attributes:
        ok: True when right, False when not yet right, None when unanswered.
        message: what to say beyond that, one or two sentences; may be empty when right.

    Its truth value is that of "right".

    >>> Feedback(False, "Count the customers, not the orders.")
    Not yet. Count the customers, not the orders.
    >>> bool(Feedback(None, "how many?"))
    False
    """

    ok: bool | None
    message: str = ""

    def __bool__(self) -> bool:
        return self.ok is True

    def __repr__(self) -> str:
        return f"{self._verdict} {self.message}".rstrip()

    __str__ = __repr__

    def _repr_markdown_(self) -> str:
        # The verdict is a word, never a colour alone.
        return f"**{self._verdict}** {self.message}".rstrip()

    @property
    def _verdict(self) -> str:
        if self.ok is None:
            return "Not answered yet:"
        return "Right." if self.ok else "Not yet."


@dataclass(frozen=True, kw_only=True, repr=False)
class Number:
    """A question whose answer is a number.

    Integers, floats, NumPy scalars, fractions and text such as ``"63 %"`` or
    ``"1,250 yuan"`` are understood. An answer in the wrong unit is told so.

    Args:
        ask: the question, with how to round.
        answer: a function that computes the answer, in *unit*.
        tolerance: how far an answer may be off, in *unit*; 0 for whole numbers.
        unit: such as ``"%"``, ``"yuan"`` or ``"customers"``; empty for a plain number.
        wrong: message -> function that computes the mistaken answer it is meant for.
        why: a sentence for the right answer.
        hint: what to look at after any other answer.

    >>> share = Number(
    ...     "What share of 50 is 20, in per cent?",
    ...     answer=lambda: 100 * 20 / 50, tolerance=0.5, unit="%")
    >>> share("40 %")
    Right.
    >>> share(0.4)
    Not yet. This looks like a fraction of 1, and the question asks for per cent: \
multiply by 100.
    """

    ask: str = field(kw_only=False)
    answer: Callable[[], float]
    tolerance: float = 0.0
    unit: str = ""
    wrong: Mapping[str, Callable[[], float]] = field(default_factory=dict)
    why: str = ""
    hint: str = "Work it out again, step by step, and mind what is counted."

    def __call__(self, answer: object = None) -> Feedback:
        """Return the feedback on *answer*; never raises. None or ... is unanswered."""
        if answer is None or answer is ...:
            return Feedback(None, self.ask)
        given = _number(answer, unit=self.unit)
        if isinstance(given, str):
            return Feedback(False, given)
        try:
            right = float(self.answer())
            mistakes = {text: float(value()) for text, value in self.wrong.items()}
        except CrmError as error:
            return Feedback(None, f"this cannot be checked here. {error}")
        if self._near(given, right):
            return Feedback(True, self.why)
        if (unit := self._other_unit(given, right)) is not None:
            return Feedback(False, unit)
        for message, mistaken in mistakes.items():
            if self._near(given, mistaken):
                return Feedback(False, message)
        return Feedback(False, self.hint)

    def __repr__(self) -> str:
        return self.ask

    def _repr_markdown_(self) -> str:
        return self.ask

    def _near(self, given: float, value: float) -> bool:
        # A little more than the tolerance, so that its own edge counts as within.
        return abs(given - value) <= self.tolerance + 1e-9 * max(1.0, abs(value))

    def _other_unit(self, given: float, right: float) -> str | None:
        """Say so when the number seems to be in another unit than the one asked for."""
        if self.unit == "%" and 0 < abs(given) <= 1.5 < abs(right):
            return (
                "This looks like a fraction of 1, and the question asks for per cent: "
                "multiply by 100."
            )
        if self.unit == "yuan" and self._near(given / 100, right):
            return "This looks like cents, and the question asks for yuan: 1 is 100."
        return None


@dataclass(frozen=True, kw_only=True, repr=False)
class Choice:
    """A question with options, of which one is right.

    An option is named by its letter (``"b"``) or by its text.

    Args:
        ask: the question.
        options: the texts, in order; they are lettered a, b, c …
        right: the letter of the right option, or a function that computes it.
        why: a sentence for each option, in the same order: what speaks for the right
            one, and against each of the others, without naming the right one.

    Raises:
        CrmError: options and sentences differ in number, two options are the same, or
            *right* is not a letter of theirs (a computed one is checked when asked).

    >>> core = Choice(
    ...     "What does a receipt prove?",
    ...     options=("a purchase", "an intention"), right="a",
    ...     why=("The money has moved.", "Nobody wrote down what was meant."))
    >>> core("b")
    Not yet. Nobody wrote down what was meant.
    >>> core("a purchase")
    Right. The money has moved.
    """

    ask: str = field(kw_only=False)
    options: Sequence[str]
    right: str | Callable[[], str]
    why: Sequence[str]

    def __post_init__(self) -> None:
        if len(self.options) != len(self.why) or not 2 <= len(self.options) <= 26:
            raise CrmError(
                f"The question {self.ask!r} has {len(self.options)} options and "
                f"{len(self.why)} reasons: it needs one reason for each of 2 to 26."
            )
        if len({_plain(text) for text in self.options}) < len(self.options):
            raise CrmError(f"The question {self.ask!r} offers the same option twice.")
        if isinstance(self.right, str) and self.right not in self._letters:
            raise CrmError(
                f"The question {self.ask!r} has no option {self.right!r}: the letters "
                f"are {', '.join(self._letters)}."
            )

    def __call__(self, answer: object = None) -> Feedback:
        """Return the feedback on *answer*; never raises. None or ... is unanswered."""
        if answer is None or answer is ...:
            return Feedback(None, f"{self.ask} {'; '.join(self._lettered())}")
        place = self._place(answer)
        if place is None:
            last = self._letters[-1]
            return Feedback(
                False, f'Answer with one letter from "a" to "{last}", in quotes.'
            )
        try:
            right = self.right if isinstance(self.right, str) else self.right()
        except CrmError as error:
            return Feedback(None, f"this cannot be checked here. {error}")
        return Feedback(self._letters[place] == right, self.why[place])

    def __repr__(self) -> str:
        return "\n".join([self.ask, *self._lettered()])

    def _repr_markdown_(self) -> str:
        return "\n\n".join([self.ask, "\n".join(f"- {x}" for x in self._lettered())])

    @property
    def _letters(self) -> str:
        return string.ascii_lowercase[: len(self.options)]

    def _lettered(self) -> list[str]:
        return [
            f"{letter}) {text}"
            for letter, text in zip(self._letters, self.options, strict=True)
        ]

    def _place(self, answer: object) -> int | None:
        if not isinstance(answer, str):
            return None
        given = _plain(answer)
        texts = [_plain(text) for text in self.options]
        if given in texts:
            return texts.index(given)
        letter = given.strip("().:")
        if len(letter) == 1 and letter in self._letters:
            return self._letters.index(letter)
        return None


# Reading an answer ------------------------------------------------------------------

_NO_NUMBER = "A number is needed, such as 12 or 3.5."
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")
_WRITTEN = re.compile(r"([+-]?[\d.,]*\d[\d.,]*(?:e[+-]?\d+)?)\s*([^\d\s][^\d]*)?", re.I)


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(".").casefold()


def _number(answer: object, *, unit: str) -> float | str:
    """Return *answer* as a number in *unit*, or a sentence that says why it is none."""
    if isinstance(answer, bool) or type(answer).__name__ in ("bool_", "bool"):
        return "This is a yes or no. " + _NO_NUMBER
    try:
        number = (
            _read(answer, unit) if isinstance(answer, str) else _plain_float(answer)
        )
    # What is handed in can be anything, and its own methods can fail in any way.
    except Exception:
        return _NO_NUMBER
    if number is None or not math.isfinite(number):
        return _NO_NUMBER
    return number


def _plain_float(answer: Any) -> float | None:
    """Return the float of a number, or of a table or array that holds just one."""
    if hasattr(answer, "__float__") and not hasattr(answer, "__len__"):
        return float(answer)
    if hasattr(answer, "item") and getattr(answer, "size", 0) == 1:
        return float(answer.item())
    return None


def _read(text: str, unit: str) -> float | None:
    """Read a number as people write it: 1,250 or 12,5; with a unit; with a percent."""
    clean = text.strip().replace("\N{MINUS SIGN}", "-").replace("％", "%")
    clean = clean.replace("，", ",").replace("\N{NO-BREAK SPACE}", " ")
    clean = re.sub(r"(?<=\d)[ _'](?=\d{3}(\D|$))", "", clean)
    found = _WRITTEN.fullmatch(clean)
    if found is None:
        return None
    digits, after = found[1], (found[2] or "").strip()
    if "," in digits:
        whole = _THOUSANDS.fullmatch(digits)
        digits = digits.replace(",", "" if whole else ".")
    number = float(digits)
    if after == "%" and unit != "%":
        return number / 100
    # In a question about per cent a written sign settles the unit: 0.5 % is 0.5 %.
    return number
