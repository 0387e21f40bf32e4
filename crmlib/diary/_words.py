"""What can be searched: one text of plain words for both databases.

Neither SQLite nor PostgreSQL cuts Chinese into words, and their own ways with English
differ. So the diary cuts itself, stores the words of an entry in one column, and lets
each database index that column as it is: the same query finds the same entries.

- Letters are folded (width, case, accents); a word is a run of letters and digits.
- A run of Chinese characters becomes its pairs and its last character: 青云茶 is
  ``青云 云茶 茶``. Every character begins a word, so that any piece of a run, even a
  single character, can be found without a dictionary.
- Two spaces part the fields of an entry: adjacent words are never looked for across.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff々"
_RUN = re.compile(f"([{_CJK}]+)|[^\\W_{_CJK}]+")
_LONGEST = 64  # characters of a word; beyond that, two words are told apart no more


def fold(text: str) -> str:
    """Fold width, case and accents.

    >>> fold("Ｐｕ’ér 茶")
    'pu’er 茶'
    """
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", text).casefold()
    marks = (c for c in text if not unicodedata.combining(c))
    return unicodedata.normalize("NFKC", "".join(marks))


def cut(text: str) -> list[str]:
    """Cut one text into the words under which it is found.

    >>> cut("Price-list 2025: 青云茶, 红茶")
    ['price', 'list', '2025', '青云', '云茶', '茶', '红茶', '茶']
    """
    words: list[str] = []
    for run in _RUN.finditer(fold(text)):
        whole = run.group()
        if run.group(1) is None:
            words.append(whole[:_LONGEST])
        else:
            words += [whole[i : i + 2] for i in range(len(whole))]
    return words


def index_text(fields: Iterable[str | None]) -> str:
    """Return the words of all *fields*, spaced so that ``' word '`` finds a whole one.

    >>> index_text(["Sample of 红茶", None, "Lin"])
    ' sample of 红茶 茶  lin '
    """
    parts = (" ".join(cut(field)) for field in fields if field)
    return f" {'  '.join(part for part in parts if part)} "


@dataclass(frozen=True)
class Term:
    """Words that must follow each other; the last may be only the beginning of one."""

    words: tuple[str, ...]
    is_prefix: bool

    def pattern(self) -> str:
        """Return the pattern for LIKE that finds the term in an index text."""
        return f"% {' '.join(self.words)}{'' if self.is_prefix else ' '}%"


def terms(query: str) -> list[Term]:
    """Read a search: all terms must occur; ``"in quotes"`` adjacent; ``tea*`` begins.

    Raises:
        ValueError: there is no word in it.

    >>> terms('"price list"')
    [Term(words=('price', 'list'), is_prefix=False)]
    >>> [(term.words, term.is_prefix) for term in terms("tea* 红茶 茶")]
    [(('tea',), True), (('红茶',), False), (('茶',), True)]
    """
    found = []
    for quoted, bare in re.findall(r'"([^"]*)"|([^\s"]+)', query):
        piece = quoted or bare
        words = cut(piece)
        if not words:
            continue
        is_prefix = piece.endswith("*")
        if re.match(f"[{_CJK}]", words[-1]):
            # What follows in the entry may go on: 红茶 is also found in 红茶店.
            is_prefix = len(words) == 1 or not re.match(f"[{_CJK}]{{2}}", words[-2])
            if not is_prefix:
                words.pop()
        found.append(Term(tuple(words), is_prefix))
    if not found:
        raise ValueError(
            f"there is no word to search for in {query!r}: give at least one letter, "
            "digit or character"
        )
    return found


def for_sqlite(found: Iterable[Term]) -> str:
    """Return the query of FTS5 that finds all words of the terms."""
    return " ".join(_each(found, '"{}"', ' "{}" *'))


def for_postgresql(found: Iterable[Term]) -> str:
    """Return the tsquery that finds all words of the terms."""
    return " & ".join(_each(found, "'{}'", "'{}':*"))


def _each(found: Iterable[Term], whole: str, beginning: str) -> list[str]:
    return [
        (beginning if term.is_prefix and word is term.words[-1] else whole).format(word)
        for term in found
        for word in term.words
    ]
