"""Feedback pages: what a student is told, without the hidden tests.

nbgrader's pages print every test cell and its traceback, hidden tests included. Here a
preprocessor (named in `nbgrader_config.py`, so it also works for `nbgrader
generate_feedback` and in the formgrader) puts a table of questions, points and the
tests' messages at the top, and takes out what was hidden.
"""

from __future__ import annotations

import functools
import html
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2.bccache import Bucket, BytecodeCache
from nbconvert import filters
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters import widgetsdatatypefilter
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets.config import Config

from course.grading import cells
from course.grading.grades import (
    DIED,
    FORGED,
    LIMIT,
    NOT_RUN,
    TIMEOUT,
    number,
    observed,
)

BEGIN = "BEGIN HIDDEN TESTS"
END = "END HIDDEN TESTS"
PLACEHOLDER = "# (Further tests, which are not shown, ran here.)"
WITHHELD = "(not shown: this text would reveal a hidden test)"
_SHORTEST = 12
"""Hidden lines shorter than this, such as `else:`, give nothing away."""


@dataclass
class _Row:
    """One graded cell in the table; a score of None waits for a reader."""

    grade_id: str
    section: str
    title: str
    score: float | None
    points: float
    said: str = ""


_filters: Any = filters  # They carry no types.
_widgets: Any = widgetsdatatypefilter


@functools.lru_cache(4096)
def _clean(text: str) -> str:
    return str(_filters.clean_html(text))


@functools.lru_cache(4)
def _highlighter(lexer: str | None) -> Callable[..., str]:
    colour = _filters.Highlight2HTML(pygments_lexer=lexer)

    @functools.lru_cache(4096)
    def coloured(source: str, language: str | None) -> str:
        return str(colour(source, language=language))

    def highlight(
        source: str, language: str | None = None, metadata: Any = None
    ) -> str:
        return coloured(source, language)

    return highlight


def split_hidden(source: str) -> tuple[str, list[str]]:
    """Return *source* with each hidden block replaced by a comment, and its lines.

    A block that is not closed is hidden up to the end of the cell.

    >>> shown, hidden = split_hidden("a = 1\\n### BEGIN HIDDEN TESTS\\nassert a == 1")
    >>> print(shown)
    a = 1
    # (Further tests, which are not shown, ran here.)
    >>> hidden
    ['assert a == 1']
    """
    shown: list[str] = []
    hidden: list[str] = []
    inside = False
    for line in source.split("\n"):
        if BEGIN in line:
            inside = True
            shown.append(PLACEHOLDER)
        elif END in line:
            inside = False
        elif inside:
            hidden.append(line)
        else:
            shown.append(line)
    return "\n".join(shown), hidden


def secrets_of(nb: NotebookNode) -> list[str]:
    """Return the hidden lines of a graded notebook that no page may show.

    Lines that also stand in a visible cell are no secret.
    """
    hidden: list[str] = []
    visible: set[str] = set()
    for cell in nb.cells:
        if cell.cell_type == "code" and cells.is_test(cell):
            shown, lines = split_hidden(cell.source)
            hidden += [line.strip() for line in lines]
            visible |= {line.strip() for line in shown.split("\n")}
        else:
            visible |= {line.strip() for line in cell.source.split("\n")}
    return sorted(
        {line for line in hidden if len(line) >= _SHORTEST and line not in visible}
    )


def leaks(page: str, hidden_lines: list[str]) -> list[str]:
    """Return the hidden lines, or markers, that a reader of the HTML *page* would see.

    Colouring splits a line over many tags, so the tags are taken out first.

    >>> leaks("<p>assert <b>seat</b> == 2</p>", ["assert seat == 2"])
    ['assert seat == 2']
    """
    text = html.unescape(re.sub(r"<[^>]*>", "", page))
    text = _squeezed(text)
    raw = _squeezed(html.unescape(page))
    return [
        line
        for line in [BEGIN, END, *hidden_lines]
        if _squeezed(line) in text or _squeezed(line) in raw
    ]


def _plain(text: str) -> str:
    """Take the colours out of a traceback."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def _squeezed(text: str) -> str:
    return "".join(text.split())


class _Compiled(BytecodeCache):
    """Keeps templates compiled for the next page: an exporter lives for one."""

    def __init__(self) -> None:
        self.known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.known:
            bucket.bytecode_from_string(self.known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key] = bucket.bytecode_to_string()


_compiled = _Compiled()


class PageExporter(HTMLExporter):
    """Writes a page with this package's own template, which loads nothing."""

    @property
    def default_config(self) -> Config:
        """The template's name and place."""
        config = Config()
        config.PageExporter.template_name = "feedback"
        templates = Path(__file__).parent / "templates"
        config.PageExporter.extra_template_basedirs = [str(templates)]
        merged: Config = super().default_config.copy()
        merged.merge(config)
        return merged

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Any = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """Write the page of one notebook.

        As nbconvert does, but without reading the whole page once more as HTML (for
        the missing descriptions of images), and with what is the same on the pages of
        a whole class (the course's own cells, their markup cleaned) made only once.
        """
        language = nb.metadata.get("language_info", {})
        lexer = language.get("pygments_lexer", language.get("name"))
        page_maker: Any = self
        page_maker.environment.bytecode_cache = _compiled
        for name, made in {
            "clean_html": _clean,
            "highlight_code": _highlighter(lexer),
            "filter_data_type": _widgets.WidgetsDataTypeFilter(
                notebook_metadata=self._nb_metadata, parent=self, resources=resources
            ),
        }.items():
            page_maker.register_filter(name, made)
        page, resources = TemplateExporter.from_notebook_node(
            self, nb, page_maker._init_resources(resources), **options
        )
        described = '<img alt="No description has been provided for this image"'
        return re.sub(r"<img(?![^>]*\balt=)", described, page), resources


class Feedback(NbGraderPreprocessor):  # type: ignore[misc]
    """Rewrites a graded notebook into what its student may read."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Put the table of points first and take the hidden tests out."""
        secrets = [_squeezed(line) for line in secrets_of(nb)]
        told = nb.metadata.get("crm", {})
        titles = told.get("titles") or cells.titles(nb)
        unread = _unread(resources["nbgrader"])
        rows = []
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = [_safe(output, secrets) for output in cell.outputs]
            meta = cell.metadata.get("nbgrader", {})
            if meta.get("grade") or meta.get("task"):
                rows.append(_row(cell, titles, secrets, unread))
        remarks = [*told.get("remarks", []), *observed(nb)]
        for cell in nb.cells:
            if cell.cell_type == "code" and cells.is_test(cell):
                cell.source = split_hidden(cell.source)[0]
                cell.outputs = _verdict(cell, secrets)
        version = told.get("version")
        summary = _summary(resources["nbgrader"], rows, remarks, secrets, version)
        nb.cells.insert(0, cells.new_cell("markdown", summary))
        return nb, resources


def _unread(where: dict[str, Any]) -> set[str]:
    """Return the answers that wait for a reader: nbgrader's pages show them as 0."""
    with Gradebook(where["db_url"]) as gradebook:
        submission = gradebook.find_submission_notebook(
            where["notebook"], where["assignment"], where["student"]
        )
        return {
            grade.name
            for grade in submission.grades
            if grade.manual_score is None and grade.auto_score is None
        }


def _row(
    cell: NotebookNode,
    titles: dict[str, list[str]],
    secrets: list[str],
    unread: set[str],
) -> _Row:
    meta = cell.metadata.nbgrader
    name = meta.grade_id
    section, title = titles.get(name, ["", name])
    row = _Row(
        name,
        section,
        title,
        float(meta.get("score") or 0),
        float(meta.get("points") or 0),
    )
    comment = meta.get("comment") or ""
    if cells.is_test(cell):
        row.said = message(cell, secrets)
        if not row.said:
            row.said = "Passed." if row.score == row.points else "Passed in part."
    elif name in unread:
        row.score = None
        row.said = "Your teacher reads this answer and gives its points."
    elif comment == "No response.":
        row.said = "Not answered."
    else:
        row.said = (
            f"Your teacher says: {comment}" if comment else "Read by your teacher."
        )
    return row


def message(cell: NotebookNode, secrets: list[str]) -> str:
    """Return what a failed test cell says to the student; "" if it did not fail."""
    for output in reversed(cell.outputs):
        if output.output_type != "error":
            continue
        text = _plain(str(output.evalue)).strip()
        if output.ename == TIMEOUT:
            return f"Your code did not end by itself and was {text}."
        if output.ename in (DIED, FORGED, LIMIT, NOT_RUN):
            return text
        if _reveals(text, secrets):
            text = ""
        if output.ename == "AssertionError":
            return text or "A test failed. It has no message of its own."
        if output.ename == "NameError":
            return f"{text[:1].upper()}{text[1:]}: did the cell that makes it run?"
        if output.ename == "NotImplementedError" and not text:
            return "Not answered."
        return f"Your code stopped with {output.ename}{': ' if text else ''}{text}"
    return ""


def _verdict(cell: NotebookNode, secrets: list[str]) -> list[NotebookNode]:
    meta = cell.metadata.nbgrader
    score, points = float(meta.get("score") or 0), float(meta.get("points") or 0)
    said = message(cell, secrets) or ("Passed." if score >= points else "")
    text = f"{number(score)} of {number(points)} points. {said}".strip()
    kept = [output for output in cell.outputs if output.output_type == "stream"]
    if PLACEHOLDER in cell.source:
        # What the answer printed while hidden tests called it may be their data.
        kept = []
    return [*kept, cells.new_output("stream", name="stdout", text=text + "\n")]


def _reveals(text: str, secrets: list[str]) -> bool:
    squeezed = _squeezed(text)
    # In a history or a repr, quotes carry backslashes.
    plain = squeezed.replace("\\", "")
    return any(line in squeezed or line.replace("\\", "") in plain for line in secrets)


def _safe(output: NotebookNode, secrets: list[str]) -> NotebookNode:
    """Return *output*, or a note in its place if it shows a hidden line."""
    if output.output_type == "stream":
        texts = [output.text]
    elif output.output_type == "error":
        texts = [_plain("\n".join([*output.traceback, str(output.evalue)]))]
    else:
        texts = [str(value) for value in output.data.values()]
    markers = [_squeezed(BEGIN), _squeezed(END)]
    if output.output_type == "error":
        output = _own_frames(output)
    if not any(_reveals(text, [*secrets, *markers]) for text in texts):
        return output
    if output.output_type == "error":
        evalue = "" if _reveals(str(output.evalue), secrets) else output.evalue
        return cells.new_output(
            "error",
            ename=output.ename,
            evalue=evalue,
            traceback=[f"{output.ename}: {evalue}"],
        )
    return cells.new_output("stream", name="stdout", text=WITHHELD + "\n")


def _own_frames(output: NotebookNode) -> NotebookNode:
    """Leave out of a traceback what lies in libraries, with this machine's paths."""
    kept = [
        frame
        for frame in output.traceback
        if not re.match(r"File (?!<)", _plain(frame))
    ]
    return cells.new_output(
        "error", ename=output.ename, evalue=output.evalue, traceback=kept
    )


_STYLE = """<style>
.crm-summary table { border-collapse: collapse; width: 100%; margin: 1em 0; }
.crm-summary th, .crm-summary td { text-align: left; vertical-align: top;
  padding: .45em .8em .45em 0; border-bottom: 1px solid #c8ccd0; }
.crm-summary th[colspan] { padding-top: 1.1em; }
.crm-summary td.points { white-space: nowrap; }
.crm-summary .full { color: #1a5e34; } .crm-summary .part { color: #7a4a00; }
.crm-summary .none { color: #9b1c1c; }
</style>
"""


def _summary(
    where: dict[str, Any],
    rows: list[_Row],
    remarks: list[str],
    secrets: list[str],
    version: int | None,
) -> str:
    got = sum(row.score for row in rows if row.score is not None)
    possible = sum(row.points for row in rows if row.score is not None)
    waiting = sum(row.points for row in rows if row.score is None)
    sentence = f"You have {number(got)} of {number(possible)} points."
    if waiting:
        sentence += f" {number(waiting)} more are given by your teacher, by hand."
    if version:
        sentence += f" Graded by version {version} of the assignment."
    title = html.escape(f"{where['assignment']} / {where['notebook']}")
    lines = [
        f"<h1>Feedback: {title}</h1>",
        f"<p>For {html.escape(where['student'])}. {sentence}</p>",
    ]
    if remarks:
        lines.append("<p>About the notebook as you handed it in:</p><ul>")
        for remark in remarks:
            shown = WITHHELD if _reveals(remark, secrets) else remark
            lines.append(f"<li>{html.escape(shown)}</li>")
        lines.append("</ul>")
    lines.append("<table><thead><tr><th>Question</th><th>Points</th>")
    lines.append("<th>What the test said</th></tr></thead><tbody>")
    alone = Counter(row.section for row in rows)
    above = ""
    for row in rows:
        title = row.title or row.grade_id.replace("-", " ").replace("_", " ")
        if row.section and alone[row.section] == 1:
            title = row.section
        elif row.section != above:
            above = row.section
            heading = f'<th colspan="3" scope="rowgroup">{html.escape(above)}</th>'
            lines.append(f"<tr>{heading}</tr>")
        shade = ""
        if row.score is not None:
            full = row.score >= row.points
            shade = " full" if full else " part" if row.score else " none"
        shown = f"{number(row.score) or '–'} of {number(row.points)}"
        link = html.escape(row.grade_id)
        lines.append(
            f'<tr><td><a href="#{link}">{html.escape(title)}</a></td>'
            f'<td class="points{shade}">{shown}</td>'
            f"<td>{html.escape(' '.join(row.said.split()))}</td></tr>"
        )
    lines.append("</tbody></table>")
    # One block without empty lines: Markdown leaves it alone.
    return _STYLE + '<div class="crm-summary">\n' + "\n".join(lines) + "\n</div>"


def not_graded_page(notebook: str, remarks: list[str]) -> str:
    """Return the page for a hand-in that was set aside."""
    items = "".join(f"<li>{html.escape(remark)}</li>" for remark in remarks)
    title = f"Feedback: {html.escape(notebook)}"
    style = "body { font: 16px/1.5 sans-serif; max-width: 45em; margin: 2em auto; }"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{title}</title><style>{style}</style></head>\n"
        f"<body><h1>{title}</h1>\n"
        "<p>Your notebook has <strong>not been graded</strong>. "
        "This is not a grade of 0.</p>\n"
        f"<ul>{items}</ul></body></html>\n"
    )


def write_not_graded(folder: Path, notebook: str, remarks: list[str]) -> None:
    """Write the page for a hand-in that was set aside into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / f"{notebook}.html"
    page.write_text(not_graded_page(notebook, remarks), encoding="utf-8", newline="\n")
