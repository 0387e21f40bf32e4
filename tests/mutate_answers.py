"""How good are the tests of the graded notebooks? Break each reference a little.

    python tests/mutate_answers.py                       all notebooks
    python tests/mutate_answers.py oriental_hotel/1_the_record

Each mutant is the reference answer to one question with one small change: an operator,
a comparison or its bound, a constant, a condition (as `tests/mutants.py` makes them),
and what students do besides: a filter left out, a step left out, a date shifted by a
day, the first taken for the last or the least for the most. The question's visible and
hidden tests run on it in a forked process. A mutant that earns all points has survived:
write the test, or see that it is equivalent, which means that no right reading of the
question tells it from the reference. Equivalent mutants stand, each with its reason, in
`tests/bank/<case>/<notebook>/equivalent.yml`:

    - question: usual-seat
      line: recent = slips[slips["noted_on"] <= day]
      change: LtE -> Lt
      reason: slips of the day itself were taken out two lines above

A line that is listed there without a change stands for all changes of that line.
Questions that are graded by what a rule reaches in a simulation are left out: there a
changed rule is another rule, and earns what it reaches.
"""

from __future__ import annotations

import argparse
import ast
import copy
import datetime
import importlib
import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "solutions")]

import common  # noqa: E402
import mutants as machinery  # noqa: E402
from bank import runner  # noqa: E402

ROOT = HERE.parent
REPORT = ROOT / "course" / "notes" / "mutation.md"
TERM = "mutation"
GOAL, MOST_EQUIVALENT = 0.95, 0.05

# Two that students take for one another.
SWAPPED = {
    "first": "last",
    "head": "tail",
    "min": "max",
    "idxmin": "idxmax",
    "nsmallest": "nlargest",
    "any": "all",
    "ceil": "floor",
    "mean": "median",
    "cummax": "cummin",
    "left": "right",
}
SWAPPED |= {new: old for old, new in SWAPPED.items()}
# Steps that give back a table or text of the same kind, so that one can be left out.
STEPS = {
    *("dropna", "drop_duplicates", "sort_values", "sort_index", "fillna", "abs"),
    *("clip", "round", "strip", "lower", "upper", "normalize", "shift", "diff"),
    *("cumsum", "sorted", "set", "reversed", "int", "round", "floor", "ceil"),
}
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Change:
    """One mutant of one reference answer."""

    question: str
    number: int  # of its line in the answer's cell
    line: str
    what: str
    source: str


@dataclass(frozen=True)
class Fate:
    """What became of a mutant: killed, survived or equivalent, and what was said."""

    change: Change
    how: str
    why: str = ""


# -------------------------------------------------------------------------- mutants


def mutants_of(question: str, source: str) -> list[Change]:
    """Return the different mutants of an answer.

    >>> made = mutants_of("q", "def f(t, day):\\n    return t[t['on'] < day].max()")
    >>> [change.what for change in made]
    ['max -> min', 'filter left out', 'Lt -> LtE', 'Lt -> GtE']
    """
    tree = ast.parse(source)
    lines = source.splitlines()
    seen = {ast.unparse(tree)}
    found = []
    for number, node, *_ in machinery.nodes(tree):
        if not hasattr(node, "lineno") or _tells_nothing(tree, node):
            continue
        usual = [
            (what, _changed_by_machinery(tree, number, place))
            for place, what in enumerate(machinery.changes(node))
        ]
        for what, changed in [*_extra(tree, number, node), *usual]:
            text = ast.unparse(ast.fix_missing_locations(changed))
            if text not in seen:
                seen.add(text)
                line = lines[node.lineno - 1].strip()
                found.append(Change(question, node.lineno, line, what, text))
    return found


def _changed_by_machinery(tree: ast.Module, number: int, place: int) -> ast.Module:
    mutant = machinery.Mutant(number, place, 0, 0, "", False, "")
    return machinery.mutate(copy.deepcopy(tree), mutant)


def _extra(
    tree: ast.Module, number: int, node: ast.AST
) -> Iterator[tuple[str, ast.Module]]:
    """Yield what students do and operators do not show."""
    if isinstance(node, ast.Subscript) and _is_condition(node.slice):
        kept = node.value
        if isinstance(kept, ast.Attribute) and kept.attr in ("loc", "iloc"):
            kept = kept.value
        yield "filter left out", _with(tree, number, kept)
    if isinstance(node, ast.comprehension):
        for place in range(len(node.ifs)):
            made = copy.deepcopy(node)
            del made.ifs[place]
            yield "filter left out", _with(tree, number, made)
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        inner = (
            node.func.value
            if isinstance(node.func, ast.Attribute)
            else node.args[0]
            if len(node.args) == 1
            else None
        )
        is_module = isinstance(inner, ast.Name) and inner.id in ("np", "pd", "math")
        if is_module:
            inner = node.args[0] if node.args else None
        if name in STEPS and inner is not None:
            yield f"{name} left out", _with(tree, number, inner)
        if name in SWAPPED:
            made = copy.deepcopy(node)
            if isinstance(made.func, ast.Attribute):
                made.func.attr = SWAPPED[name]
            elif isinstance(made.func, ast.Name):
                made.func.id = SWAPPED[name]
            yield f"{name} -> {SWAPPED[name]}", _with(tree, number, made)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        other = SWAPPED.get(node.value)
        if _DATE.fullmatch(node.value):
            day = datetime.date.fromisoformat(node.value) + datetime.timedelta(days=1)
            other = day.isoformat()
        if other is not None:
            made = ast.copy_location(ast.Constant(other), node)
            yield f"{node.value} -> {other}", _with(tree, number, made)


def _is_condition(node: ast.AST) -> bool:
    """Say whether a subscript chooses rows by a condition."""
    if isinstance(node, ast.Tuple) and node.elts:
        node = node.elts[0]
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.BitAnd | ast.BitOr)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Invert)
    if isinstance(node, ast.Call):
        kinds = {"isin", "between", "notna", "isna", "eq", "ne", "lt", "le", "gt", "ge"}
        return getattr(node.func, "attr", "") in kinds
    return isinstance(node, ast.Compare)


def _with(tree: ast.Module, number: int, new: ast.AST) -> ast.Module:
    """Return a copy of *tree* with another node in the place of that number."""
    made = copy.deepcopy(tree)
    old = next(node for n, node, *_ in machinery.nodes(made) if n == number)
    new = copy.deepcopy(new)
    for parent in ast.walk(made):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list):
                value[:] = [new if part is old else part for part in value]
    return made


def _tells_nothing(tree: ast.Module, node: ast.AST) -> bool:
    """Say whether a node is a docstring, or guards what cannot happen."""
    return any(
        (isinstance(each, ast.Expr) and each.value is node)
        or (isinstance(each, ast.keyword) and each.arg == "strict"
            and each.value is node)
        for each in ast.walk(tree)
    )  # fmt: skip


# -------------------------------------------------------------------------- running


def notebooks() -> dict[str, type[common.GradedNotebook]]:
    """Return the graded notebooks whose tests stand in `tests/solutions`, by name."""
    found = {}
    for path in sorted((HERE / "solutions").glob("test_*.py")):
        if "GradedNotebook" not in path.read_text(encoding="utf-8"):
            continue
        for thing in vars(importlib.import_module(path.stem)).values():
            if isinstance(thing, type) and hasattr(thing, "notebook"):
                found[thing.notebook] = thing
    return dict(sorted(found.items()))


def equivalents(name: str) -> list[dict[str, Any]]:
    """Return the entries of a notebook's `equivalent.yml`."""
    path = HERE / "bank" / name / "equivalent.yml"
    if not path.exists():
        return []
    entries: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for entry in entries:
        if set(entry) - {"change"} != {"question", "line", "reason"}:
            raise SystemExit(f"{path}: an entry has question, line, change and reason")
    return entries


def try_all(
    book: type[common.GradedNotebook],
    *,
    sample: int | None = None,
    jobs: int | None = None,
) -> list[Fate]:
    """Return the fate of the mutants of a notebook, or of *sample* a question."""
    os.environ["CRM_TERM_SEED"] = TERM
    known = equivalents(book.notebook)
    fates = []
    for question, source in book.reference().items():
        if question in book.by_score:
            continue
        changes = mutants_of(question, source)
        if sample is not None and sample < len(changes):
            changes = random.Random(f"{book.notebook} {question}").sample(
                changes, sample
            )
        found = runner.grade_many(
            book.solution,
            [{question: change.source} for change in changes],
            only=question,
            until_failure=True,
            cell_seconds=5,
            jobs=jobs,
        )
        for change, outcome in zip(changes, found, strict=True):
            if outcome.total < book.questions[question]:
                why = next(iter(outcome.messages.values()))
                fates.append(Fate(change, "killed", why))
                continue
            reasons = [
                entry["reason"]
                for entry in known
                if (entry["question"], entry["line"]) == (question, change.line)
                and entry.get("change", change.what) == change.what
            ]
            how = "equivalent" if reasons else "survived"
            fates.append(Fate(change, how, "; ".join(reasons)))
    return fates


# --------------------------------------------------------------------------- report


def tally(fates: Sequence[Fate]) -> tuple[Counter[str], float, float]:
    """Return how often each fate was met; share killed of the others; equivalent."""
    count = Counter(fate.how for fate in fates)
    others = count["killed"] + count["survived"]
    return (
        count,
        count["killed"] / max(others, 1),
        count["equivalent"] / max(len(fates), 1),
    )


def report(found: dict[str, list[Fate]]) -> str:
    """Return the report as Markdown."""
    everything = [fate for fates in found.values() for fate in fates]
    count, killed, equivalent = tally(everything)
    lines = [
        "# What the tests of the graded notebooks notice",
        "",
        "Made by `python tests/mutate_answers.py --write`; do not edit. A mutant is a "
        "reference answer with one small change; it is killed when a visible or hidden "
        "test of its question fails. An equivalent one answers the question as well as "
        "the reference does. Rules that are graded by what they reach in a simulation "
        "are left out: there a changed rule is another rule.",
        "",
        f"{len(everything):,} mutants: {count['killed']:,} killed, {count['survived']} "
        f"survived, {count['equivalent']} equivalent ({equivalent:.1%}). Killed of all "
        f"that are not equivalent: {killed:.1%}; the goal is {GOAL:.0%}.",
    ]
    for name, fates in found.items():
        lines += [
            "",
            f"## {name}",
            "",
            "| question | mutants | killed | survived | equivalent |",
            "|---|---|---|---|---|",
        ]
        for question in dict.fromkeys(fate.change.question for fate in fates):
            mine = [fate for fate in fates if fate.change.question == question]
            each = tally(mine)[0]
            lines.append(
                f"| `{question}` | {len(mine)} | {each['killed']} | "
                f"{each['survived']} | {each['equivalent']} |"
            )
        for how in ("survived", "equivalent"):
            these = [fate for fate in fates if fate.how == how]
            lines += ["", f"{how.capitalize()}:", ""] if these else []
            for fate in these:
                change = fate.change
                why = f": {fate.why}" if fate.why else ""
                lines.append(
                    f"- `{change.question}`, `{change.line}`, {change.what}{why}"
                )
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("notebooks", nargs="*", help="such as oriental_hotel/2_x")
    parser.add_argument("--sample", type=int, help="so many mutants a question")
    parser.add_argument("--jobs", type=int, default=None)
    parser.add_argument("--write", action="store_true", help=f"write {REPORT.name}")
    options = parser.parse_args()
    if not runner.can_fork():
        raise SystemExit("Mutants need processes of their own: Linux or macOS.")
    books = notebooks()
    if unknown := set(options.notebooks) - set(books):
        raise SystemExit(f"no tests of {', '.join(unknown)}; of {', '.join(books)}")
    if options.write and (options.notebooks or options.sample):
        raise SystemExit("the report is written of all mutants of all notebooks")
    wrong = 0
    found = {}
    for name in options.notebooks or books:
        began = time.monotonic()
        book = books[name]
        with_memory(book)
        fates = found[name] = try_all(book, sample=options.sample, jobs=options.jobs)
        for fate in fates:
            if fate.how == "survived":
                change = fate.change
                print(f"survived  {change.question}:{change.number}  {change.what}")
                print(f"          {change.line}")
        count, killed, equivalent = tally(fates)
        print(
            f"{name}: {len(fates)} mutants, {count['killed']} killed, "
            f"{count['survived']} survived, {count['equivalent']} equivalent; "
            f"{killed:.1%} killed of the others ({time.monotonic() - began:.0f} s)",
            flush=True,
        )
        wrong += killed < GOAL or equivalent > MOST_EQUIVALENT
    if options.write:
        REPORT.write_text(report(found), encoding="utf-8", newline="\n")
        print(f"wrote {REPORT.relative_to(ROOT)}")
    return int(wrong > 0)


def with_memory(book: type[common.GradedNotebook]) -> None:
    """Let what hidden tests draw be drawn once."""
    for draw in book.draws:
        module = sys.modules[draw.__module__]
        setattr(module, draw.__name__, common.kept(draw))


if __name__ == "__main__":
    sys.exit(main())
