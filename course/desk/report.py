"""What a student and what an instructor read: one page each, whole in one file.

Neither shows a hidden test. A student's page says what was right, what was missed and
why; the class page says which questions are hard, which tell students apart, and which
wrong answers many have given.
"""

from __future__ import annotations

import base64
import html
import math
import re
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from course.desk.book import WAITING
from course.grading.grades import NOT_GRADED, NOT_HANDED_IN, number
from crmlib import plots

__all__ = ["class_page", "common_answers", "item_statistics", "student_page"]

_UNSAID = ("", "Not answered.")  # tells nothing about an answer
_FEWEST = 5  # students below which a correlation says nothing

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56em; margin: 2em auto;
  padding: 0 1em; color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; width: 100%; margin: 1em 0; }
th, td { text-align: left; vertical-align: top; padding: .35em .8em .35em 0;
  border-bottom: 1px solid #c8ccd0; }
td.n, th.n { text-align: right; white-space: nowrap; }
.full { color: #1a5e34; } .part { color: #7a4a00; } .none { color: #9b1c1c; }
code { font-size: .85em; color: #5a5f66; }
img { max-width: 100%; height: auto; }
@media print { body { margin: 0; } }
"""


def item_statistics(cells: pd.DataFrame) -> pd.DataFrame:
    """Return difficulty and discrimination of each graded cell.

    Difficulty is the mean share of the points that was reached (1 is easy);
    discrimination the correlation of an item's points with the points of all *other*
    items (corrected item-total correlation), missing for fewer than five students or
    when all have the same. Source: Ebel and Frisbie 1991, Essentials of Educational
    Measurement, chapter 13.

    Args:
        cells: a table of `course.desk.book.items`, or of `changes.apply`.

    Returns:
        Columns: notebook, item, title, max_points, students (graded), difficulty,
        discrimination; in the order of the cells. Questions that count for nobody are
        left out.

    >>> cells = pd.DataFrame({"student": list("abcde") * 2, "notebook": "1",
    ...     "item": ["q"] * 5 + ["p"] * 5, "title": "A seat", "max_points": 1.0,
    ...     "points": [1, 1, 1, 0, 0, 1, 1, 0, 0, 0.0]})
    >>> item_statistics(cells)[["item", "difficulty", "discrimination"]].round(2)
      item  difficulty  discrimination
    0    q         0.6            0.67
    1    p         0.4            0.67
    """
    worth = cells[cells["max_points"] > 0]
    wide = worth.pivot_table(
        index="student", columns=["notebook", "item"], values="points", sort=False
    )
    rows = []
    for (notebook, item), mine in worth.groupby(["notebook", "item"], sort=False):
        graded = mine["points"].dropna()
        most = float(mine["max_points"].iloc[0])
        rest = np.nan
        if (notebook, item) in wide.columns and wide.shape[1] > 1:
            own = wide[(notebook, item)]
            others = wide.drop(columns=[(notebook, item)]).sum(axis=1)
            both = own.notna()
            if both.sum() >= _FEWEST and own[both].nunique() > 1:
                spread = others[both].nunique() > 1
                rest = own[both].corr(others[both]) if spread else np.nan
        rows.append(
            {
                "notebook": notebook,
                "item": item,
                "title": mine["title"].iloc[0],
                "max_points": most,
                "students": len(graded),
                "difficulty": graded.mean() / most if len(graded) else np.nan,
                "discrimination": rest,
            }
        )
    columns = ["notebook", "item", "title", "max_points", "students"]
    return pd.DataFrame(rows, columns=[*columns, "difficulty", "discrimination"])


def common_answers(cells: pd.DataFrame, *, least: int = 2) -> pd.DataFrame:
    """Return what failed tests said to more than one student, the most frequent first.

    The tests' messages quote the values that an answer gave, so equal messages mean
    equal wrong values. Questions that were not answered are left out.

    Args:
        cells: a table of `course.desk.book.items`.
        least: leave out what fewer students were told.

    Returns:
        Columns: notebook, item, title, said, students (how many), who (their names).

    >>> cells = pd.DataFrame({"student": ["lin", "wu", "mo"], "notebook": "1",
    ...     "item": "q", "title": "A seat", "said": ["It gave 3.", "It gave 3.", ""]})
    >>> common_answers(cells)[["said", "students", "who"]].values.tolist()
    [['It gave 3.', 2, 'lin, wu']]
    """
    told = cells[~cells["said"].isin(_UNSAID)]
    keys = ["notebook", "item", "title", "said"]
    made = told.groupby(keys, sort=False)["student"].agg(
        students="size", who=lambda names: ", ".join(sorted(names))
    )
    many = made[made["students"] >= least].reset_index()
    return pd.DataFrame(
        many.sort_values("students", ascending=False, kind="stable", ignore_index=True)
    )


def student_page(
    student: str,
    assignment: str,
    cells: pd.DataFrame,
    totals: pd.DataFrame,
    *,
    version: str = "",
    pages: Sequence[str] = (),
) -> str:
    """Return one student's page as HTML.

    Args:
        student: whose.
        assignment: which.
        cells: all items, with the instructor's changes made (`changes.apply`).
        totals: a table of `course.desk.book.totals`.
        version: the assignment's version.
        pages: file names of the notebooks' feedback pages, to be linked.
    """
    mine = cells[cells["student"] == student]
    sums = totals[totals["student"] == student]
    final = sums["final"].sum(skipna=False)
    most = sums["max_points"].sum()
    said = f"{number(round(float(final), 2))} of" if pd.notna(final) else "not yet all"
    parts = [
        f"<h1>{html.escape(assignment)}</h1>",
        f"<p>For {html.escape(student)}. Points: <strong>{said} {number(float(most))}"
        f"</strong>.{_version(version)}</p>",
    ]
    for row in sums.to_dict("records"):
        notebook = str(row["notebook"])
        parts.append(f"<h2>{html.escape(notebook)}</h2>")
        parts.append(f"<p>{html.escape(_state(row))}</p>")
        link = next((page for page in pages if Path(page).stem == notebook), "")
        if link:
            href = html.escape(link)
            parts.append(f'<p><a href="{href}">The notebook with all remarks</a></p>')
        if row["status"] not in (NOT_GRADED, NOT_HANDED_IN):
            parts.append(_item_table(mine[mine["notebook"] == notebook]))
    return _page(f"Feedback: {assignment}", parts)


def class_page(
    assignment: str,
    cells: pd.DataFrame,
    totals: pd.DataFrame,
    summary: pd.DataFrame,
    *,
    not_graded: Mapping[str, Sequence[str]],
    moved: pd.DataFrame | None = None,
    seconds: float | None = None,
    version: str = "",
) -> str:
    """Return the page about the whole class as HTML, with its pictures inside.

    Args:
        assignment: which.
        cells: all items, with the instructor's changes made (`changes.apply`).
        totals: a table of `course.desk.book.totals`.
        summary: a table of `course.desk.book.summary`.
        not_graded: student -> why something of his was not graded.
        moved: whose grade changed since the last time (`history.moved`).
        seconds: how long the last round took, if known.
        version: the assignment's version.
    """
    statistics = item_statistics(cells)
    waiting = int((totals["status"] == WAITING).sum())
    took = "" if seconds is None else f" Grading took {_time(seconds)}."
    parts = [
        f"<h1>{html.escape(assignment)}: the class</h1>",
        f"<p>{len(summary)} students.{took}{_version(version)}"
        + (f" {waiting} notebooks wait for a reader." if waiting else "")
        + "</p>",
        "<h2>Points</h2>",
        *_distribution(summary),
        "<h2>Questions</h2>",
        *_items(statistics),
        "<h2>The hardest tests</h2>",
        _hardest(statistics, cells),
        "<h2>Wrong answers that several have given</h2>",
        _common(common_answers(cells)),
        "<h2>Not graded, and why</h2>",
        _reasons(not_graded),
        "<h2>Late, changed or set by hand</h2>",
        *_changed(cells),
        _exceptions(totals),
    ]
    if moved is not None and len(moved):
        parts += ["<h2>Whose grade changed since the last time</h2>", _moved(moved)]
    return _page(f"{assignment}: the class", parts)


# ----------------------------------------------------------------------- pieces


def _page(title: str, parts: Sequence[str]) -> str:
    body = "\n".join(parts)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body>\n{body}\n</body></html>\n"
    )


def _version(version: str) -> str:
    return f" Version {html.escape(version)} of the assignment." if version else ""


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} minutes"


def _state(row: Mapping[Hashable, object]) -> str:
    """Say in a sentence or two what a notebook's points are made of."""
    most = number(float(str(row["max_points"])))
    status = str(row["status"])
    if status == NOT_HANDED_IN:
        return f"Not handed in: 0 of {most}."
    if status == NOT_GRADED:
        return "Handed in, but it could not be graded. This is not a grade of 0."
    words = [f"{number(float(str(row['final'])))} of {most} points."]
    if status == WAITING:
        words.append("Your teacher has still to read a written answer.")
    days = int(str(row["days_late"]))
    if days:
        off = number(float(str(row["taken_off"])))
        words.append(f"{days} day{'s' if days > 1 else ''} late: {off} taken off.")
    if row["reason"]:
        words.append(str(row["reason"]))
    return " ".join(words)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, n: int = 0) -> str:
    """Return a table whose last *n* columns are numbers; cells are HTML already."""
    first = len(heads) - n

    def row(values: Sequence[str], tag: str) -> str:
        scope = ' scope="col"' if tag == "th" else ""
        return "".join(
            f"<{tag}{scope}{' class=n' if i >= first else ''}>{value}</{tag}>"
            for i, value in enumerate(values)
        )

    body = "\n".join(f"<tr>{row(values, 'td')}</tr>" for values in rows)
    head = row(heads, "th")
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def _item_table(cells: pd.DataFrame) -> str:
    lines = []
    above = ""
    for row in cells.to_dict("records"):
        points, most = row["points"], float(row["max_points"])
        if pd.isna(points):
            shown, shade, said = "–", "", "Your teacher reads this answer."
        else:
            shade = "full" if points >= most else "part" if points else "none"
            shown = number(float(points))
            passed = "Read by your teacher." if row["by_hand"] else "Right."
            said = str(row["said"]) or (
                passed if row["by_hand"] or points >= most else ""
            )
        if row.get("changed"):
            said = f"{said} {row['changed']}".strip()
        if row["section"] != above:
            above = str(row["section"])
            lines.append(
                f'<tr><th colspan="3" scope="rowgroup">{html.escape(above)}</th></tr>'
            )
        lines.append(
            f"<tr><td>{html.escape(str(row['title']))}</td>"
            f"<td>{html.escape(said)}</td>"
            f'<td class="n {shade}">{shown} of {number(most)}</td></tr>'
        )
    body = "\n".join(lines)
    return (
        '<table><thead><tr><th scope="col">Question</th>'
        '<th scope="col">What the test said</th><th scope="col" class="n">Points</th>'
        f"</tr></thead><tbody>\n{body}\n</tbody></table>"
    )


def _distribution(summary: pd.DataFrame) -> list[str]:
    nothing = int((summary["status"] == NOT_HANDED_IN).sum())
    finals = summary.loc[summary["status"] != NOT_HANDED_IN, "final"].dropna()
    if finals.empty:
        return ["<p>Nobody is graded yet.</p>"]
    most = float(summary["max_points"].max())
    low, middle, high = finals.quantile([0.25, 0.5, 0.75])
    title = f"The middle half of the class has {low:g} to {high:g} points"
    fig, ax = plots.subplots(height=3.2)
    step = max(1, math.ceil(most / 10))
    edges = np.arange(0, most + step, step)
    ax.hist(finals, bins=edges.tolist(), color=plots.COLOURS["blue"], edgecolor="white")
    ax.set_title(title, loc="left", fontweight="bold")
    ax.set_xlabel(f"Points of {most:g}")
    ax.set_ylabel("Students")
    ax.set_xticks(edges.tolist())
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    counts = np.histogram(finals, bins=edges)[0]
    bins = ", ".join(
        f"{edges[i]:g} to {edges[i + 1]:g}: {count}"
        for i, count in enumerate(counts)
        if count
    )
    sentence = (
        f"<p>{len(finals)} graded, {nothing} handed in nothing; without answers that "
        f"wait for a reader. Mean {finals.mean():.1f}, median {middle:g}, lowest "
        f"{finals.min():g}, highest {finals.max():g}.</p>"
    )
    return [sentence, _image(fig, f"Histogram of points. Students by points: {bins}.")]


def _items(statistics: pd.DataFrame) -> list[str]:
    known = statistics.dropna(subset=["difficulty", "discrimination"])
    words = (
        "<p>Difficulty is the mean share of the points (100 % is easy). Discrimination "
        "is the correlation of a question with all others: near 0 it tells good from "
        "weak students no better than chance, below 0 look at the question.</p>"
    )
    if known.empty:
        return [words, "<p>Too few students, or too little spread, to draw.</p>"]
    weak = int((known["discrimination"] < 0.2).sum())
    fig, ax = plots.subplots(height=3.8)
    ax.scatter(
        100 * known["difficulty"],
        known["discrimination"],
        color=plots.COLOURS["blue"],
        s=40,
        alpha=0.6,
    )
    ax.axhline(0.2, color=plots.COLOURS["grey"], linewidth=1, linestyle="--")
    title = f"All {len(known)} questions tell good from weak students"
    if weak:
        says = "says" if weak == 1 else "say"
        title = f"{weak} of {len(known)} questions {says} little about the others"
    ax.set_title(title, loc="left", fontweight="bold")
    ax.set_xlabel("Mean share of the points (%)")
    ax.set_ylabel("Discrimination (correlation)")
    ax.set_xlim(-3, 103)
    alt = (
        f"Scatter of {len(known)} questions: share of points against discrimination. "
        f"{weak} lie below the dashed line at 0.2."
    )
    return [words, _image(fig, alt)]


def _hardest(statistics: pd.DataFrame, cells: pd.DataFrame, count: int = 10) -> str:
    most_graded = statistics["students"] >= statistics["students"].max() / 2
    hard = statistics[most_graded].nsmallest(count, "difficulty")
    rows = []
    for row in hard.to_dict("records"):
        mine = cells[
            (cells["notebook"] == row["notebook"]) & (cells["item"] == row["item"])
        ]
        said = mine.loc[~mine["said"].isin(_UNSAID), "said"]
        most_said = said.mode().iloc[0] if len(said) else ""
        correlation = row["discrimination"]
        rows.append(
            [
                _question(row),
                html.escape(_short(most_said)),
                str(row["students"]),
                f"{100 * row['difficulty']:.0f} %",
                "–" if pd.isna(correlation) else f"{correlation:.2f}",
            ]
        )
    heads = ["Question", "Most often said", "Graded", "Points", "Discr."]
    return _table(heads, rows, n=3) if rows else "<p>None.</p>"


def _question(row: Mapping[Hashable, object]) -> str:
    """Name a question in words, and as `crm-course change --item` wants it."""
    words = html.escape(f"{row['notebook']}: {row['title']}")
    return f"{words}<br><code>{html.escape(str(row['item']))}</code>"


def _common(answers: pd.DataFrame, count: int = 20) -> str:
    rows = [
        [
            _question(row),
            html.escape(_short(str(row["said"]), 300)),
            html.escape(_short(str(row["who"]), 120)),
            str(row["students"]),
        ]
        for row in answers.head(count).to_dict("records")
    ]
    heads = ["Question", "What the test said", "To whom", "Students"]
    return _table(heads, rows, n=1) if rows else "<p>None.</p>"


def _reasons(not_graded: Mapping[str, Sequence[str]]) -> str:
    rows = [
        [html.escape(student), html.escape(" ".join(said))]
        for student, said in sorted(not_graded.items())
    ]
    return _table(["Student", "Why"], rows) if rows else "<p>Everything is graded.</p>"


def _changed(cells: pd.DataFrame) -> list[str]:
    """Say once what was changed for everybody."""
    said = [str(words) for words in cells["changed"].unique() if words]
    return [f"<p>{html.escape(words)}</p>" for words in said]


def _exceptions(totals: pd.DataFrame) -> str:
    some = totals[(totals["days_late"] > 0) | (totals["reason"] != "")]
    rows = [
        [
            html.escape(str(row["student"])),
            html.escape(str(row["notebook"])),
            html.escape(str(row["reason"])),
            str(row["days_late"]),
            number(float(row["taken_off"])) if pd.notna(row["taken_off"]) else "–",
            number(float(row["final"])) if pd.notna(row["final"]) else "–",
        ]
        for row in some.to_dict("records")
    ]
    heads = ["Student", "Notebook", "Reason", "Days late", "Taken off", "Points"]
    return _table(heads, rows, n=3) if rows else "<p>Of no single student.</p>"


def _moved(moved: pd.DataFrame) -> str:
    rows = [
        [
            html.escape(str(row["student"])),
            html.escape(str(row["notebook"])),
            number(row["before"]) if pd.notna(row["before"]) else "–",
            number(row["after"]) if pd.notna(row["after"]) else "–",
        ]
        for row in moved.to_dict("records")
    ]
    return _table(["Student", "Notebook", "Before", "Now"], rows, n=2)


def _image(fig: object, alt: str) -> str:
    data = base64.b64encode(plots.png(fig)).decode("ascii")  # type: ignore[arg-type]
    return f'<p><img alt="{html.escape(alt)}" src="data:image/png;base64,{data}"></p>'


def _short(text: str, length: int = 200) -> str:
    flat = re.sub(r"\s+", " ", text).strip()
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"
