"""The frame that every chapter keeps, checked.

`problems` reads a chapter's text in `course/text`, `notebook_problems` the executed
notebook in `chapters`. Both return sentences that name the cell and say what to do, and
an empty list for a chapter that keeps the frame. A text whose front matter says
``crm: {frame: guide}`` is a guide to the kit: it needs no question, tags or last
sections, and keeps all the other rules.
"""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from nbformat import NotebookNode

from course import notebooks
from course.notebooks import CHAPTERS, ROLES, Term, cell_id, keys, pieces

#: Each at least once in a chapter; the first of them to appear is the case.
TAGS = ("case", "predict", "widget", "checkpoint", "claim", "limits")
#: The last level-2 headings of a chapter, in this order.
LAST_SECTIONS = ("Exercise", "Key points", "Terms", "Reading")
#: Sources that a `{course}` number may come from; one of them is in the reading list.
COURSE_SOURCES = ("cim", "ov", "id", "rel")
MAX_LINES = 20
MAX_COLUMNS = 88
MAX_BYTES = 1_000_000
MIN_ALT = 40

_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|"
    "December"
)
_PARTS = "chapter|part|section|step|question|case|article|art\\.|figure|table"
_MORE = r"(?:(?:, | and |–|-)\d+)*"

#: The digits that prose may hold without a role; all others need a source.
#: Not even looked at: headings, code, formulas, comments, link targets, list numbers
#: and the Time line.
ALLOWED_DIGITS = {
    "a year, 1800 to 2099": r"\b(?:18|19|20)\d\d(?:[-–](?:(?:18|19|20)?\d\d))?s?\b",
    "an ordinal": r"\b\d+(?:st|nd|rd|th)\b",
    "a day of the story": rf"\b\d{{1,2}} (?:{_MONTHS})\b",
    "a place in the course": rf"\b(?:{_PARTS})s? \d+{_MORE}(?:\(\w\))*",
    "a notebook's name": r"\b\d+[a-z]?_[a-z]\w*",
    "a name such as 6C or C00001": r"\b(?-i:\d+[A-Z]+|[A-Z]+\d+)s?\b",
}

#: Calls that make a notebook depend on the network, the clock or chance.
FORBIDDEN_CODE = {
    "the network": r"\b(?:requests|urllib|httpx|aiohttp|socket|http\.client)\b"
    r"|^\s*[!%]+(?:pip|conda|curl|wget)\b|\bread_\w+\(\s*[\"']https?:",
    "the clock": r"\b(?:datetime|date|Timestamp|DatetimeIndex)\.(?:now|utcnow|today)\("
    r"|\btime\.(?:time|perf_counter|monotonic|ctime|localtime|sleep)\("
    r"|%%?time(?:it)?\b",
    "an unseeded generator": r"\bdefault_rng\(\s*\)|\bRandomState\(\s*\)"
    r"|\bnp\.random\.(?!default_rng\b|Generator\b|SeedSequence\b|PCG64\b)\w+"
    r"|^\s*(?:import random\b|from random\b)|\.sample\((?![^)]*random_state)",
}

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*$")
_LINK = re.compile(
    r"(?<!!)\[(?P<text>[^\]]*)\]\((?P<target>[^()\s]*(?:\([^()]*\))?\S*?)\)"
)
_BARE_URL = re.compile(r"<?\bhttp://\S+|<https?://[^>]*>|\bhttps://[^\s)>\]]+")
_MATH = re.compile(r"\$\$.+?\$\$|\$[^$\n]+?\$", re.DOTALL)
_HTML_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LIST_MARK = re.compile(r"^(\s|>)*\d+[.)]\s", re.MULTILINE)
_TIME_LINE = re.compile(r"^>\s*\*\*Time\.\*\*.*$", re.MULTILINE)
_DELIMITER = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_RAW_BYTES = re.compile(r"(?<!\w)b['\"](?:\\x|\\n|[\w<%])")


class Heading(NamedTuple):
    """A heading: the cell's number, its level, its text."""

    cell: int
    level: int
    text: str


@dataclass(frozen=True)
class _Text:
    """A parsed text and what most checks ask of it."""

    name: str
    stem: str
    folder: Path
    notebook: NotebookNode
    chapters: Path

    @property
    def is_chapter(self) -> bool:
        return notebooks.frame_of(self.notebook) == "chapter"

    def cells(self, kind: str) -> Iterator[tuple[int, NotebookNode]]:
        for number, cell in enumerate(self.notebook.cells, start=1):
            if cell.cell_type == kind:
                yield number, cell

    def headings(self) -> list[Heading]:
        return [
            Heading(number, len(match[1]), match[2])
            for number, cell in self.cells("markdown")
            for piece in _prose(cell.source).splitlines()
            if (match := _HEADING.match(piece))
        ]

    def roles(self, name: str) -> list[tuple[int, str]]:
        return [
            (number, piece.body)
            for number, cell in self.cells("markdown")
            for piece in pieces(cell.source)
            if piece.kind == "role" and piece.role == name
        ]

    def listed(self, name: str) -> list[str]:
        return [key for _, body in self.roles(name) for key in keys(body)]


def problems(text: Path, *, chapters: Path = CHAPTERS) -> list[str]:
    """Return in words what a chapter's *text* lacks of the frame.

    Relative links are followed from the folder *chapters*, where the notebook will be.
    Raises `BuildError` when the text cannot be read at all.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     text = Path(folder, "00_hello.md")
    ...     _ = text.write_text("---\\ncrm: {frame: guide}\\n---\\n# Hi\\n\\n12 steps")
    ...     for problem in problems(text):
    ...         print(problem.partition(" in ")[0])
    00_hello.md, cell 1: '12'
    """
    source = _Text(
        text.name, text.stem, text.parent, notebooks.read(text), chapters.resolve()
    )
    checks = [_headings, _tables, _roles, _digits, _links, _code, _reading, _terms]
    if source.is_chapter:
        checks = [_opening, _last_sections, _tags, *checks]
    return [f"{text.name}, {found}" for check in checks for found in check(source)]


# --------------------------------------------------------------------------- the order


def _opening(text: _Text) -> Iterator[str]:
    first = text.notebook.cells[0]
    if first.cell_type != "markdown":
        return
    wanted = {
        "**Question.**": r"^> \*\*Question\.\*\* \S",
        "**Objectives.** and a list": r"^> \*\*Objectives\.\*\*.*\n(?:>\s*\n)?> - ",
        "**Time.** NN minutes": r"^> \*\*Time\.\*\* \d+ minutes",
    }
    position = -1
    for name, pattern in wanted.items():
        found = re.search(pattern, first.source, re.MULTILINE)
        if found is None:
            yield f"cell 1: under the title there is no block quote line > {name}."
        elif found.start() < position:
            yield "cell 1: the order is Question, Objectives, Time."
        else:
            position = found.start()


def _headings(text: _Text) -> Iterator[str]:
    headings = text.headings()
    titles = [heading for heading in headings if heading.level == 1]
    first = text.notebook.cells[0]
    if first.cell_type != "markdown" or not first.source.lstrip("\n").startswith("# "):
        yield "cell 1: a notebook begins with its title, `# …`."
    for extra in titles[1:]:
        yield (
            f"cell {extra.cell}: a second title, {extra.text!r}. A notebook has one; "
            "use ## for a section."
        )
    level = 0
    for heading in headings:
        if heading.level > level + 1:
            yield (
                f"cell {heading.cell}: {heading.text!r} jumps from level {level} to "
                f"{heading.level}. Use {'#' * (level + 1)}."
            )
        level = heading.level
    for heading in headings:
        if [h.text for h in headings].count(heading.text) > 1:
            yield (
                f"cell {heading.cell}: the heading {heading.text!r} occurs twice, so a "
                "link cannot tell them apart."
            )


def _last_sections(text: _Text) -> Iterator[str]:
    sections = [heading for heading in text.headings() if heading.level == 2]
    found = tuple(heading.text for heading in sections[-len(LAST_SECTIONS) :])
    if found != LAST_SECTIONS:
        yield (
            f"end: the last sections are {', '.join(LAST_SECTIONS)}, in this order; "
            f"here they are {', '.join(found) or 'missing'}."
        )
    for name in ("terms", "reading"):
        if not text.listed(name):
            title = name.capitalize()
            yield f"end: the section {title} lists nothing; write {{{name}}}`key, key`."


def _tags(text: _Text) -> Iterator[str]:
    seen = [
        tag
        for cell in text.notebook.cells
        for tag in cell.metadata.get("tags", [])
        if tag in TAGS
    ]
    for tag in TAGS:
        if tag not in seen:
            yield f"whole: no cell has the tag {tag}."
    if "case" in seen and seen[0] != "case":
        yield f"whole: the case comes first, before the cell tagged {seen[0]}."
    for number, cell in text.cells("markdown"):
        for tag in ("widget", "checkpoint"):
            if tag in cell.metadata.get("tags", []):
                yield f"cell {number}: the tag {tag} belongs to a code cell."


# ---------------------------------------------------------------------------- the prose


def _prose(markdown: str, *, course: bool = False) -> str:
    """Return Markdown without code, comments and roles, its lines where they were.

    With *course*, what a `{course}` role shows stays: it is words of the sentence.
    """
    kept = []
    for piece in pieces(markdown):
        if piece.kind == "text":
            kept.append(piece.text)
        elif course and piece.role == "course":
            kept.append(piece.body)
        elif piece.kind in ("code", "role"):
            kept.append("¤")
        else:
            kept.append("\n")
    return _HTML_COMMENT.sub("", "".join(kept))


def _digits(text: _Text) -> Iterator[str]:
    for number, cell in text.cells("markdown"):
        prose = _TIME_LINE.sub("", _prose(cell.source))
        prose = _LIST_MARK.sub("", _MATH.sub("", prose))
        prose = _LINK.sub(r"[\g<text>]", _BARE_URL.sub("", prose))
        for line in prose.splitlines():
            if _HEADING.match(line):
                continue
            rest = line
            for allowed in ALLOWED_DIGITS.values():
                rest = re.sub(allowed, "", rest, flags=re.IGNORECASE)
            if found := re.search(r"\S*\d\S*", rest):
                yield (
                    f"cell {number}: {found[0]!r} in “{line.strip()[:70]}” has no "
                    "source. Compute it with {eval}, or give it as {course} or {cited}."
                )


def _tables(text: _Text) -> Iterator[str]:
    for number, cell in text.cells("markdown"):
        lines = _prose(cell.source).splitlines()
        for i, line in enumerate(lines):
            is_row = line.lstrip("> ").startswith("|")
            if not is_row or (i and lines[i - 1].lstrip("> ").startswith("|")):
                continue
            below = lines[i + 1].lstrip("> ") if i + 1 < len(lines) else ""
            if not _DELIMITER.match(below) or not re.search(r"\w|¤", line):
                yield (
                    f"cell {number}: a table without a header row: {line.strip()[:60]}"
                )


def _roles(text: _Text) -> Iterator[str]:
    for number, cell in text.cells("markdown"):
        for piece in pieces(cell.source):
            if piece.kind != "role":
                continue
            if piece.role not in ROLES:
                yield (
                    f"cell {number}: {piece.text} is no role; "
                    f"there are {', '.join(ROLES)}."
                )
            if piece.role in ("terms", "reading"):
                lines = [line.strip() for line in cell.source.splitlines()]
                if piece.text not in lines:
                    yield f"cell {number}: {{{piece.role}}} needs a line of its own."


def _reading(text: _Text) -> Iterator[str]:
    known, listed = notebooks.references(), text.listed("reading")
    for key in listed:
        if key not in known:
            yield f"end: the reading list names {key!r}, which references.yml lacks."
        if listed.count(key) > 1:
            yield f"end: the reading list names {key!r} twice."
    for number, body in text.roles("cited"):
        key = body.partition("|")[0].strip()
        if key not in known:
            yield f"cell {number}: {key!r} is cited, but references.yml lacks it."
        elif key not in listed:
            yield f"cell {number}: {key!r} is cited, but the reading list lacks it."
    claims = text.roles("course")
    if claims and not set(listed) & set(COURSE_SOURCES):
        yield (
            f"cell {claims[0][0]}: the course is quoted, but the reading list has none "
            f"of its sources ({', '.join(COURSE_SOURCES)})."
        )


def _terms(text: _Text) -> Iterator[str]:
    known = notebooks.glossary()
    body = _body_text(text)
    for key in text.listed("terms"):
        if key not in known:
            yield f"end: the terms name {key!r}, which glossary.yml lacks."
        elif found := _unexplained(known[key], body):
            yield found


def _body_text(text: _Text) -> str:
    """Return the running text up to the terms: no headings, nor the opening block."""
    lines: list[str] = []
    for number, cell in text.cells("markdown"):
        prose = _LINK.sub(r"\g<text>", _prose(cell.source, course=True))
        for line in prose.splitlines():
            if line.strip() == "## Terms":
                return "\n".join(lines)
            if not _HEADING.match(line) and not (number == 1 and line.startswith(">")):
                lines.append(line.removeprefix("> ").replace("*", ""))
        lines.append("")
    return "\n".join(lines)


def _unexplained(term: Term, body: str) -> str | None:
    """Say that a term's first mention lacks its Chinese, or that it has no mention."""
    words = "|".join(
        re.escape(word).replace(r"\ ", r"\s+") for word in (term.english, *term.also)
    )
    mention = re.compile(
        rf"(?<!\w)(?:{words})(?:s|es)?(?!\w)[”’\"'_]*(?:\s*[(（]([^)）]*)[)）])?",
        re.IGNORECASE,
    )
    found = [match[1] or "" for match in mention.finditer(body)]
    if not found:
        return f"end: {term.english!r} is among the terms, but the text never uses it."
    wordings = [w.strip() for w in re.split("[、;；]", term.chinese)]
    looked_at = found if term.common else found[:1]
    if any(wording in bracket for bracket in looked_at for wording in wordings):
        return None
    where = "somewhere" if term.common else "at its first mention"
    return (
        f"text: {term.english!r} needs its Chinese in brackets {where}: "
        f"{term.english} ({wordings[0]})."
    )


# ---------------------------------------------------------------------------- the links


def _links(text: _Text) -> Iterator[str]:
    anchors = {re.sub(" ", "-", heading.text) for heading in text.headings()}
    for number, cell in text.cells("markdown"):
        prose = _prose(cell.source)
        targets = [match["target"] for match in _LINK.finditer(prose)]
        targets += [url.strip("<>") for url in _BARE_URL.findall(prose)]
        for target in targets:
            if problem := _link_problem(text, target, anchors):
                yield f"cell {number}: {problem}"


def _link_problem(text: _Text, target: str, anchors: set[str]) -> str | None:
    if target.startswith("https://"):
        return None
    if re.match(r"[a-z][a-z+.-]*:", target, re.IGNORECASE):
        return f"the link {target} is not https."
    path, _, anchor = target.partition("#")
    if path:
        if unquote(path).startswith("/"):
            return (
                f"the link {target} is absolute; write it from the notebook's folder."
            )
        aim = (text.chapters / unquote(path)).resolve()
        # A chapter that is written but not built yet is there as a text.
        source = text.folder / f"{aim.stem}.md"
        to_be = aim.suffix == ".ipynb" and aim.parent == text.chapters
        if not aim.exists() and not (to_be and source.exists()):
            return f"the link {target} leads nowhere, seen from the folder of chapters."
        if not anchor or not (to_be and source.exists()):
            return None
        other = _Text(source.name, aim.stem, text.folder, notebooks.read(source), aim)
        anchors = {re.sub(" ", "-", heading.text) for heading in other.headings()}
    if anchor and unquote(anchor) not in anchors:
        return (
            f"the link #{anchor} has no heading; an anchor is the heading itself with "
            "hyphens for spaces."
        )
    return None


# ----------------------------------------------------------------------------- the code


def _code(text: _Text) -> Iterator[str]:
    for number, cell in text.cells("code"):
        lines = cell.source.splitlines()
        if not cell.source.strip():
            yield f"cell {number}: an empty code cell."
        if len(lines) > MAX_LINES:
            yield (
                f"cell {number}: {len(lines)} lines of code; at most {MAX_LINES}. Move "
                "the plumbing into crmlib or split the cell."
            )
        for i, line in enumerate(lines, start=1):
            if (width := _columns(line)) > MAX_COLUMNS:
                yield f"cell {number}: line {i} has {width} columns; at most 88."
        for what, pattern in FORBIDDEN_CODE.items():
            if found := re.search(pattern, cell.source, re.MULTILINE):
                yield (
                    f"cell {number}: {found[0].strip()!r} uses {what}, so two builds "
                    "would differ."
                )
    yield from _unformatted(text)


def _columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def _unformatted(text: _Text) -> Iterator[str]:
    cells = list(text.cells("code"))
    sources = tuple(cell.source for _, cell in cells)
    after, refused = _formatted(sources)
    if refused:
        yield f"code: ruff cannot format it: {refused}"
    for (number, cell), wanted in zip(cells, after, strict=True):
        if wanted != cell.source:
            yield (
                f"cell {number}: ruff format would write this code differently, "
                f"{notebooks.first_difference(cell.source, wanted)}"
            )


@functools.cache
def _formatted(sources: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Return the sources as ruff formats them, and what it said if it could not.

    Each cell is given as a notebook, so that ruff knows magics and a last semicolon,
    and all of them in one call.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{i}.ipynb") for i in range(len(sources))]
        for path, source in zip(paths, sources, strict=True):
            path.write_text(_one_cell(source), encoding="utf-8", newline="\n")
        command = [sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache"]
        done = subprocess.run(
            [*command, "--quiet", f"--line-length={MAX_COLUMNS}", folder],
            capture_output=True,
            encoding="utf-8",
        )
        books = [notebooks.loads(path.read_text(encoding="utf-8")) for path in paths]
    refused = done.stderr.strip() if done.returncode else ""
    return tuple(str(book.cells[0].source) for book in books), refused


def _one_cell(source: str) -> str:
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "a",
        "metadata": {},
        "outputs": [],
        "source": source,
    }
    notebook = {
        "cells": [cell],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook)


# ------------------------------------------------------------------- the built notebook


def notebook_problems(path: Path) -> list[str]:
    """Return in words what is wrong with a built notebook.

    Looked at: its size, its outputs (no errors, nothing on stderr, no raw bytes, no
    state of widgets), the alternative text and the colours of each figure, a figure
    beside each widget, its ids, and roles that were not resolved.
    """
    found = []
    content = path.read_text(encoding="utf-8")
    nb = notebooks.loads(content)
    size = len(content.encode())
    if size >= MAX_BYTES:
        found.append(
            f"{path.name}: {size:,} bytes; it must stay under {MAX_BYTES:,}. Draw "
            "fewer points, or a smaller figure."
        )
    if nb.metadata.get("widgets"):
        found.append(f"{path.name}: it stores the state of widgets; build it again.")
    if nb.metadata.get("language_info") != {"name": "python"}:
        found.append(f"{path.name}: language_info is not just Python; build it again.")
    for number, cell in enumerate(nb.cells, start=1):
        where = f"{path.name}, cell {number}"
        if cell.get("id") != cell_id(path.stem, number):
            found.append(
                f"{where}: its id is {cell.get('id')}, not "
                f"{cell_id(path.stem, number)}; build it again."
            )
        if cell.cell_type == "markdown":
            found += [
                f"{where}: {piece.text} was not resolved; build it again."
                for piece in pieces(cell.source)
                if piece.kind == "role"
            ]
        for output in cell.get("outputs", []):
            found += [f"{where}: {problem}" for problem in _output_problems(output)]
    return found + [f"{path.name}, {problem}" for problem in _lonely_widgets(nb)]


def _output_problems(output: NotebookNode) -> Iterator[str]:
    if output.output_type == "error":
        yield f"it shows an error, {output.ename}: {output.evalue}"
    if output.output_type == "stream" and output.name == "stderr":
        yield f"it shows a warning: {output.text.strip()[:80]}"
    data = output.get("data", {})
    if notebooks.WIDGET_VIEW in data:
        yield "it stores a widget's id; build it again."
    if _RAW_BYTES.search(str(data.get("text/plain", ""))):
        yield "its text form shows raw bytes; use crmlib.widgets.explore."
    pictures = [kind for kind in data if kind.startswith("image/")]
    if pictures:
        yield from _picture_problems(output, pictures[0])


def _picture_problems(output: NotebookNode, kind: str) -> Iterator[str]:
    alt = str(output.get("metadata", {}).get(kind, {}).get("alt", ""))
    if len(alt) < MIN_ALT:
        yield (
            f"its figure's alternative text has {len(alt)} characters; say in at least "
            f"{MIN_ALT} what it shows, with plots.show(fig, alt=…)."
        )
    if output.data.get("text/plain") != alt:
        yield "its figure's text form is not its alternative text; use plots.show."
    inventory = output.get("metadata", {}).get("crm")
    if inventory is None:
        yield "its figure has no inventory of colours and texts; use plots.show."
    else:
        yield from _audit(inventory)


def _audit(inventory: Any) -> list[str]:
    # Imported only here: it needs a library that a reader's installation lacks.
    from course import figures

    return [f"its figure: {problem}" for problem in figures.audit(inventory)]


def _lonely_widgets(nb: NotebookNode) -> Iterator[str]:
    code = [(n, c) for n, c in enumerate(nb.cells, start=1) if c.cell_type == "code"]
    drawn = [any("image/png" in o.get("data", {}) for o in c.outputs) for _, c in code]
    for i, (number, cell) in enumerate(code):
        if "widget" in cell.metadata.get("tags", []):
            beside = drawn[max(0, i - 1) : i + 2]
            if not any(beside):
                yield (
                    f"cell {number}: a widget needs a still figure in the code cell "
                    "before or after it, for who reads without a kernel."
                )


__all__ = [
    "ALLOWED_DIGITS",
    "FORBIDDEN_CODE",
    "LAST_SECTIONS",
    "TAGS",
    "Heading",
    "notebook_problems",
    "problems",
]
