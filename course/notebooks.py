"""From the hand-edited text of a chapter to its executed notebook, always the same.

A chapter is written in `course/text` as MyST Markdown (jupytext's `md:myst`). `build`
runs it from a fresh kernel and resolves five inline roles into plain text, each at its
own point of the notebook:

`{eval}` a Python expression over the notebook's variables, read at that very point;
`{course}` a number or words that the course itself claims;
`{cited}` `key|value`, a value from the literature (or `key` alone, a bare citation);
`{terms}` `key, key`, a table of terms from `course/glossary.yml`;
`{reading}` `key, key`, a list of works from `course/references.yml`.

Two builds of one text are equal byte for byte: cells are numbered, and whatever a
kernel makes up anew each time (timings, widget states, random ids) is left out or
refused.
"""

from __future__ import annotations

import ast
import asyncio
import base64
import binascii
import contextlib
import difflib
import functools
import io
import os
import platform
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, TypeVar

import jupytext
import nbformat
import numpy as np
import yaml
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import (
    CellExecutionError,
    CellTimeoutError,
    DeadKernelError,
)
from nbformat import NotebookNode
from packaging.requirements import Requirement
from PIL import Image

from crmlib.errors import CrmError

ROOT = Path(__file__).resolve().parent.parent
TEXTS = ROOT / "course" / "text"
CHAPTERS = ROOT / "chapters"
GLOSSARY = ROOT / "course" / "glossary.yml"
REFERENCES = ROOT / "course" / "references.yml"
LOCK = ROOT / "requirements.lock"

ROLES = ("eval", "course", "cited", "terms", "reading")
#: Seconds a whole chapter may take, from its first cell to its last.
TIME_LIMIT = 120.0
#: The libraries whose version decides what a table or a figure looks like.
DECISIVE = ("numpy", "pandas", "matplotlib")

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]{6,}")
_STYLER_ID = re.compile(r'id="T_[0-9a-f]{5}(?:_|")')
_COLOUR_CODE = re.compile(r"\x1b\[[0-9;]*m")
#: What IPython calls the file of a cell: in a warning, and in a syntax error.
_CELL_FILE = re.compile(r"\S*ipykernel_\d+\S*?\.py:\d+: ")
_INVENTED_FILE = re.compile(r" \((?:\d+\.py|<[^>]*>), line \d+\)$")
_FENCE = re.compile(r"^(?:\s|>)*(`{3,}|~{3,})")
_INLINE = re.compile(
    r"(?:\{(?P<role>[a-z]+)\})?(?<!`)(?P<ticks>`+)(?!`)"
    r"(?P<body>(?:(?!\n\s*\n).)+?)(?<!`)(?P=ticks)(?!`)",
    re.DOTALL,
)
_NUMBER = re.compile(r"[-−]?\d+(?:[.,]\d+)*")


class BuildError(CrmError):
    """A chapter cannot be built: which one, which cell, what is wrong, what to do."""


@dataclass(frozen=True)
class Term:
    """A term of the glossary; `also` are other wordings, `common` an everyday word."""

    key: str
    english: str
    chinese: str
    meaning: str
    also: tuple[str, ...] = ()
    common: bool = False


@dataclass(frozen=True)
class Reference:
    """A work: `short` as in the running text, `full` as in a list of reading."""

    key: str
    short: str
    full: str


Entry = TypeVar("Entry", Term, Reference)


@dataclass(frozen=True)
class Piece:
    """A stretch of Markdown: its kind, the text as written, and a role's contents."""

    kind: Literal["text", "code", "fence", "comment", "role"]
    text: str
    role: str = ""
    body: str = ""


@dataclass(frozen=True)
class Built:
    """One chapter of `build_all`: where it went, how long it took, if it changed."""

    text: Path
    path: Path
    notebook: NotebookNode
    seconds: float
    changed: bool


# ---------------------------------------------------------------- terms and references


@functools.cache
def glossary(path: Path = GLOSSARY) -> Mapping[str, Term]:
    """Return the glossary's terms by key.

    Raises `BuildError` when an entry lacks one of its parts.

    >>> glossary()["segmentation"].chinese
    '客户细分'
    """
    return {
        key: Term(
            key,
            entry["english"],
            entry["chinese"],
            entry["meaning"],
            tuple(entry.get("also", ())),
            bool(entry.get("common", False)),
        )
        for key, entry in _entries(path, ("english", "chinese", "meaning"))
    }


@functools.cache
def references(path: Path = REFERENCES) -> Mapping[str, Reference]:
    """Return the works that a chapter may cite, by key.

    Raises `BuildError` when an entry lacks one of its parts.

    >>> references()["weihrich1982"].short
    'Weihrich 1982'
    """
    return {
        key: Reference(key, entry["short"], entry["full"])
        for key, entry in _entries(path, ("short", "full"))
    }


def _entries(
    path: Path, needed: Sequence[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    for key, entry in loaded.items():
        missing = [name for name in needed if not entry.get(name)]
        if missing:
            raise BuildError(f"{path.name}: {key} has no {' and no '.join(missing)}.")
        yield key, entry


def _find(known: Mapping[str, Entry], key: str, where: str, file: str) -> Entry:
    if key in known:
        return known[key]
    near = difflib.get_close_matches(key, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise BuildError(f"{where}: {file} has no entry {key!r}.{hint}")


def keys(body: str) -> list[str]:
    """Split the contents of a `{terms}` or `{reading}` role.

    >>> keys("rfm, lorenz-curve")
    ['rfm', 'lorenz-curve']
    """
    return [key.strip() for key in body.split(",") if key.strip()]


# ------------------------------------------------------------------------- the source


def read(text: Path) -> NotebookNode:
    """Parse a chapter's text into a notebook without outputs, not yet executed.

    Cells that hold nothing but comments are dropped, so that a cell's position here is
    its number in every message and in the finished notebook's ids.
    """
    if not text.is_file():
        raise BuildError(f"There is no text {text.name} in {text.parent.name}.")
    try:
        source = text.read_text(encoding="utf-8")
        nb: NotebookNode = jupytext.reads(source, fmt="md:myst")
    except Exception as error:  # jupytext raises whatever its parsers raise
        raise BuildError(
            f"{text.name} cannot be read as MyST Markdown: {error}"
        ) from error
    nb.cells = [
        cell
        for cell in nb.cells
        if cell.cell_type != "markdown" or _without_comments(cell.source)
    ]
    if not nb.cells:
        raise BuildError(f"{text.name} has no cells.")
    return nb


def frame_of(nb: NotebookNode) -> str:
    """Return the kind of text: "chapter", or "guide" if its front matter says so."""
    return str(nb.metadata.get("crm", {}).get("frame", "chapter"))


def cell_id(stem: str, number: int) -> str:
    """Return the id of a chapter's cell.

    >>> cell_id("05_segmentation", 12)
    '05-012'
    """
    chapter = re.match(r"\d+[a-z]?(?=_)", stem)
    prefix = chapter[0] if chapter else re.sub(r"[^A-Za-z0-9]+", "-", stem)[:40]
    return f"{prefix}-{number:03d}"


def pieces(markdown: str) -> list[Piece]:
    """Cut Markdown into text, code spans, fenced code, comments and roles.

    Joined again, the pieces' texts are the Markdown. A role inside code is code.

    >>> [(p.kind, p.body) for p in pieces("about {eval}`f'{x:.0%}'` of them")]
    [('text', ''), ('role', "f'{x:.0%}'"), ('text', '')]
    """
    result: list[Piece] = []
    block: list[str] = []
    fence = ""
    for line in markdown.splitlines(keepends=True):
        opening = _FENCE.match(line)
        if fence:
            result.append(Piece("fence", line))
            closes = opening and opening[1].startswith(fence)
            if closes and not line.strip(" >\n").strip(fence[0]):
                fence = ""
        elif opening:
            result += _inline("".join(block))
            block, fence = [], opening[1]
            result.append(Piece("fence", line))
        elif line.startswith("%"):
            result += _inline("".join(block))
            block = []
            result.append(Piece("comment", line))
        else:
            block.append(line)
    return result + _inline("".join(block))


def _inline(text: str) -> list[Piece]:
    result, position = [], 0
    for match in _INLINE.finditer(text):
        if match.start() > position:
            result.append(Piece("text", text[position : match.start()]))
        if match["role"]:
            body = match["body"].strip()
            result.append(Piece("role", match[0], match["role"], body))
        else:
            result.append(Piece("code", match[0]))
        position = match.end()
    if position < len(text):
        result.append(Piece("text", text[position:]))
    return result


def _without_comments(markdown: str) -> str:
    kept = (piece.text for piece in pieces(markdown) if piece.kind != "comment")
    return "".join(kept).strip()


# -------------------------------------------------------------------------- the build


def build(text: Path, *, timeout: float = TIME_LIMIT) -> NotebookNode:
    """Execute a chapter's *text* and return its canonical notebook.

    The kernel is a Python of this environment in a temporary folder, with *timeout*
    seconds for the whole chapter. Raises `BuildError`, with the chapter, the cell and
    what to do, when a cell fails, warns, or shows something that differs between two
    runs, and when a role cannot be resolved.
    """
    built: NotebookNode = _event_loop(_build(text, timeout))
    return built


def build_all(
    texts: Iterable[Path], out: Path = CHAPTERS, *, jobs: int = 2
) -> list[Built]:
    """Build every text into the folder *out*, *jobs* at a time, in the given order.

    One chapter that fails does not stop the others: their notebooks are written, and
    then a `BuildError` names all that failed.
    """
    texts = list(texts)

    async def all_of_them() -> list[tuple[NotebookNode, float] | BaseException]:
        free = asyncio.Semaphore(jobs)

        async def one(text: Path) -> tuple[NotebookNode, float]:
            async with free:
                start = time.perf_counter()
                nb = await _build(text, TIME_LIMIT)
                return nb, time.perf_counter() - start

        return await asyncio.gather(*map(one, texts), return_exceptions=True)

    results, failures = [], []
    for text, outcome in zip(texts, _event_loop(all_of_them()), strict=True):
        if isinstance(outcome, BuildError):
            failures.append(str(outcome))
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            nb, seconds = outcome
            path = out / f"{text.stem}.ipynb"
            changed = write(nb, path)
            results.append(Built(text, path, nb, seconds, changed))
    if failures:
        raise BuildError("\n\n".join(failures))
    return results


def _event_loop(coroutine: Any) -> Any:
    # The selector loop everywhere: ZeroMQ cannot use the one Windows prefers.
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        return runner.run(coroutine)


class _ThisPython(KernelSpecManager):
    """Offers one kernel, this very Python, whatever else a machine has registered."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        spec = KernelSpec(**get_kernel_dict())
        spec.argv.append("--log-level=ERROR")
        return spec


async def _build(text: Path, timeout: float) -> NotebookNode:
    nb = read(text)
    client = NotebookClient(
        nb,
        km=AsyncKernelManager(kernel_spec_manager=_ThisPython()),
        record_timing=False,
        force_raise_errors=True,
        coalesce_streams=True,
        shutdown_kernel="immediate",
    )
    async with contextlib.AsyncExitStack() as stack:
        if _needs_kernel(nb):
            folder = stack.enter_context(
                tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
            )
            # A profile of its own: no start-up files, no history shared with others.
            env = os.environ | {"IPYTHONDIR": folder}
            await stack.enter_async_context(
                client.async_setup_kernel(cleanup_kc=True, cwd=folder, env=env)
            )
        deadline = time.monotonic() + timeout
        for index, cell in enumerate(nb.cells):
            where = _place(text, index)
            if cell.cell_type == "code":
                client.timeout = max(1, int(deadline - time.monotonic() + 0.5))
                await _execute(client, cell, index, where, timeout)
            elif cell.cell_type == "markdown":
                cell.source = await _resolve(client, cell.source, where)
    return _canonical(nb, text.stem)


def _needs_kernel(nb: NotebookNode) -> bool:
    return any(
        cell.cell_type == "code"
        or any(piece.role == "eval" for piece in pieces(cell.source))
        for cell in nb.cells
    )


def _place(text: Path, index: int) -> str:
    return f"{text.name}, cell {index + 1} ({cell_id(text.stem, index + 1)})"


async def _execute(
    client: NotebookClient, cell: NotebookNode, index: int, where: str, limit: float
) -> None:
    try:
        await client.async_execute_cell(cell, index)
    except CellExecutionError as error:
        raise BuildError(
            f"{where} stops with {_plain(error.ename, error.evalue)}\n"
            f"{_quoted(cell.source)}\nCorrect the cell in the text and build again."
        ) from error
    except CellTimeoutError as error:
        raise BuildError(
            f"{where} was still running when the chapter's {limit:g} s were over.\n"
            f"{_quoted(cell.source)}\nMake it shorter, or compute on fewer rows."
        ) from error
    except DeadKernelError as error:
        raise BuildError(
            f"{where} ended its Python process.\n{_quoted(cell.source)}\n"
            "Look for a call that exits, or that takes all the memory."
        ) from error
    for output in cell.outputs:
        shown = _text_of(output)
        if output.output_type == "stream" and output.name == "stderr":
            raise BuildError(
                f"{where} writes to stderr:\n{_quoted(_CELL_FILE.sub('', shown))}\n"
                f"It comes from\n{_quoted(cell.source)}\n"
                "Remove its cause: a reader would see it in the notebook."
            )
        if found := _ADDRESS.search(shown):
            raise BuildError(
                f"{where} shows a memory address,{found[0]}, which differs in every "
                f"run.\n{_quoted(cell.source)}\n"
                "End the line with a semicolon, or show a table or a sentence instead."
            )
        if _STYLER_ID.search(str(output.get("data", {}).get("text/html", ""))):
            raise BuildError(
                f"{where} shows a styled table, whose ids are drawn anew in every run."
                f"\n{_quoted(cell.source)}\nShow the plain table."
            )


def _plain(kind: str, message: str) -> str:
    """Return the last line of a traceback without colours and invented file names."""
    message = _COLOUR_CODE.sub("", message)
    return f"{kind}: {_INVENTED_FILE.sub('', message)}".removesuffix(": ")


def _quoted(source: str) -> str:
    lines = source.rstrip().splitlines()
    shown = lines[:12] + (["…"] if len(lines) > 12 else [])
    return "\n".join(f"    {line}" for line in shown)


async def _resolve(client: NotebookClient, markdown: str, where: str) -> str:
    resolved = []
    for piece in pieces(markdown):
        if piece.kind == "role":
            resolved.append(await _role(client, piece, where))
        elif piece.kind != "comment":
            resolved.append(piece.text)
    return "".join(resolved).strip()


async def _role(client: NotebookClient, piece: Piece, where: str) -> str:
    where = f"{where}, {piece.text}"
    match piece.role:
        case "eval":
            return await _evaluated(client, piece.body, where)
        case "course":
            return piece.body
        case "cited":
            key, _, value = (part.strip() for part in piece.body.partition("|"))
            short = _find(references(), key, where, REFERENCES.name).short
            return f"{value} [({short})](#Reading)".strip()
        case "terms":
            rows = [
                _find(glossary(), key, where, GLOSSARY.name) for key in keys(piece.body)
            ]
            table = [
                f"| {row.english} | {row.chinese} | {row.meaning} |" for row in rows
            ]
            head = ["| English | 中文 | Meaning |", "|---|---|---|"]
            return "\n".join(head + table)
        case "reading":
            works = [
                _find(references(), key, where, REFERENCES.name)
                for key in keys(piece.body)
            ]
            return "\n".join(f"- {work.full}" for work in works)
    raise BuildError(f"{where}: no such role. There are {', '.join(ROLES)}.")


# Evaluated in the kernel, so that the value's real type is seen: a repr would not tell
# a number from the text of one. It must be one expression over the notebook's names.
_PROBE = """(lambda value: (
    isinstance(value, (str, __import__("numbers").Real))
    and type(value).__name__ not in ("bool", "bool_"),
    type(value).__name__, str(value)))(((
{expression}
),)[0])"""


async def _evaluated(client: NotebookClient, expression: str, where: str) -> str:
    kernel: Any = client.kc
    reply = await kernel.execute(
        "",
        silent=True,
        store_history=False,
        user_expressions={"value": _PROBE.format(expression=expression)},
        reply=True,
        timeout=client.timeout,
    )
    answer = reply["content"]["user_expressions"]["value"]
    if answer["status"] != "ok":
        raise BuildError(
            f"{where} cannot be computed at this point: "
            f"{_plain(answer['ename'], answer['evalue'])}\n"
            "It may use whatever the cells above it have defined."
        )
    plain, kind, value = ast.literal_eval(answer["data"]["text/plain"])
    if not plain:
        raise BuildError(
            f"{where} gives a {kind}, which is not text for a sentence. "
            'Write an expression whose value is a str or a number, such as f"{x:.0%}".'
        )
    if value in ("nan", "inf", "-inf", "", "<NA>"):
        raise BuildError(f"{where} gives {value!r}, which is no number to print.")
    return str(value)


# ---------------------------------------------------------------------- canonical form


def _canonical(nb: NotebookNode, stem: str) -> NotebookNode:
    """Keep what the text decides, in a fixed form; leave out what a run makes up."""
    cells, count = [], 0
    for number, cell in enumerate(nb.cells, start=1):
        kept: dict[str, Any] = {
            "id": cell_id(stem, number),
            "cell_type": cell.cell_type,
            "metadata": {k: v for k, v in cell.metadata.items() if k != "execution"},
            "source": cell.source.strip("\n"),
        }
        if cell.cell_type == "code":
            count += 1
            kept["execution_count"] = count
            kept["outputs"] = [_canonical_output(o, count) for o in cell.outputs]
        cells.append(kept)
    result = _notebook(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {
                "crm": {"frame": frame_of(nb)},
                "kernelspec": {
                    "display_name": "Python 3 (ipykernel)",
                    "language": "python",
                    "name": "python3",
                },
                "language_info": {"name": "python"},
            },
            "cells": cells,
        }
    )
    nbformat.validate(result)
    return result


def _canonical_output(output: NotebookNode, count: int) -> NotebookNode:
    if output.output_type == "execute_result":
        output.execution_count = count
    if "data" in output:
        # A widget's model exists only in the kernel that made it. Its text form stays:
        # a reader sees that until the cell runs, and nbval compares it.
        output.data.pop(WIDGET_VIEW, None)
        for kind, value in output.data.items():
            if kind.startswith("image/") and isinstance(value, str):
                output.data[kind] = value.replace("\n", "")
    output.pop("transient", None)
    return output


def _notebook(parts: Mapping[str, Any]) -> NotebookNode:
    """Return a deep copy of a notebook's parts as a notebook."""
    copy: NotebookNode = nbformat.from_dict(parts)  # type: ignore[no-untyped-call]
    return copy


def loads(text: str) -> NotebookNode:
    """Read the text of a notebook's file."""
    reads: Any = nbformat.reads
    nb: NotebookNode = reads(text, as_version=nbformat.NO_CONVERT)
    return nb


def dumps(nb: NotebookNode) -> str:
    """Return the notebook as the text of its file: indent 1, Chinese as it is."""
    writes: Any = nbformat.writes
    text: str = writes(nb, version=nbformat.NO_CONVERT)
    return text.rstrip("\n") + "\n"


def write(nb: NotebookNode, path: Path) -> bool:
    """Write a notebook, and return whether the file changed.

    A picture already in the file is kept, byte for byte, when the new one shows the
    same: two versions of matplotlib write different bytes for equal pixels, and git
    should not keep both. *nb* itself is not changed.
    """
    before = path.read_text(encoding="utf-8") if path.exists() else None
    if before is not None:
        nb = _notebook(nb)
        _keep_pictures(nb, loads(before))
    after = dumps(nb)
    if after == before:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(after, encoding="utf-8", newline="\n")
    return True


def _pictures(nb: NotebookNode) -> Iterator[Any]:
    for cell in nb.cells:
        for output in cell.get("outputs", ()):
            if "image/png" in output.get("data", {}):
                yield output.data


def _keep_pictures(nb: NotebookNode, old: NotebookNode) -> None:
    known = [data["image/png"].strip() for data in _pictures(old)]
    for data in _pictures(nb):
        new = data["image/png"]
        if new in known:
            continue
        same = (picture for picture in known if same_picture(new, picture))
        data["image/png"] = next(same, new)


def same_picture(
    one: str, other: str, *, levels: int = 32, share: float = 1 / 20_000
) -> bool:
    """Tell whether two PNGs (base64) show the same.

    They do when their sizes agree and at most a *share* of the pixels differ by more
    than *levels* of 255 in any channel. One changed digit of a title is several times
    that; the last bit of a floating-point sum is far below.
    """
    if one.strip() == other.strip():
        return True
    a, b = _pixels(one), _pixels(other)
    if a is None or b is None or a.shape != b.shape:
        return False
    differs = (np.abs(a - b) > levels).any(axis=2)
    return float(differs.mean()) <= share


def _pixels(png: str) -> np.ndarray[Any, np.dtype[np.int16]] | None:
    try:
        with Image.open(io.BytesIO(base64.b64decode(png))) as picture:
            return np.asarray(picture.convert("RGBA"), dtype=np.int16)
    except (OSError, binascii.Error):
        return None


# -------------------------------------------------------------------------- comparison


def compare(built: NotebookNode, committed: NotebookNode) -> list[str]:
    """Return in words how a fresh build differs from the committed notebook.

    Sources, tags and text outputs must be equal, pictures must show the same. Each
    difference names the cell and shows the first line that differs.

    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> old, new = (
    ...     new_notebook(cells=[new_code_cell(code, id="01-001")])
    ...     for code in ("total = 1", "total = 2")
    ... )
    >>> compare(new, old)
    ["01-001: source, line 1 was 'total = 1', is 'total = 2'"]
    """
    differences = []
    for old, new in _paired(committed, built):
        if old is None and new is not None:
            differences.append(f"{new.id} is new: {_first(new.source)}")
        elif new is None and old is not None:
            differences.append(f"{old.id} is gone: {_first(old.source)}")
        elif old is not None and new is not None:
            differences += [f"{new.id}: {d}" for d in _cell_differences(old, new)]
    for part in ("metadata", "nbformat", "nbformat_minor"):
        if built[part] != committed[part]:
            differences.append(f"the notebook's {part} differs")
    return differences


def _paired(
    old: NotebookNode, new: NotebookNode
) -> Iterator[tuple[NotebookNode | None, NotebookNode | None]]:
    """Pair the cells of two notebooks, so that one inserted cell is one difference."""
    left = [(cell.cell_type, cell.source) for cell in old.cells]
    right = [(cell.cell_type, cell.source) for cell in new.cells]
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for _, i, i_end, j, j_end in matcher.get_opcodes():
        for step in range(max(i_end - i, j_end - j)):
            a = old.cells[i + step] if i + step < i_end else None
            b = new.cells[j + step] if j + step < j_end else None
            yield a, b


def _cell_differences(old: NotebookNode, new: NotebookNode) -> Iterator[str]:
    if old.cell_type != new.cell_type:
        yield f"was a {old.cell_type} cell, is a {new.cell_type} cell"
        return
    if old.id != new.id:
        yield f"its id was {old.id}"
    if old.source != new.source:
        yield f"source, {first_difference(old.source, new.source)}"
    if old.metadata != new.metadata:
        yield f"metadata was {dict(old.metadata)}, is {dict(new.metadata)}"
    if old.get("execution_count") != new.get("execution_count"):
        yield f"execution count was {old.get('execution_count')}"
    before, after = old.get("outputs", []), new.get("outputs", [])
    if len(before) != len(after):
        yield f"had {len(before)} outputs, has {len(after)}"
    for number, (a, b) in enumerate(zip(before, after, strict=False), start=1):
        for difference in _output_differences(a, b):
            yield f"output {number}, {difference}"


def _output_differences(old: NotebookNode, new: NotebookNode) -> Iterator[str]:
    if old.output_type != new.output_type or old.get("name") != new.get("name"):
        yield f"was a {old.output_type}, is a {new.output_type}"
        return
    if old.get("metadata") != new.get("metadata"):
        was, now = str(old.get("metadata")), str(new.get("metadata"))
        yield f"metadata, {first_difference(was, now)}"
    if old.output_type == "stream" and old.text != new.text:
        yield first_difference(old.text, new.text)
    before, after = old.get("data", {}), new.get("data", {})
    if set(before) != set(after):
        yield f"had {_listed(before)}, has {_listed(after)}"
    for kind in sorted(set(before) & set(after)):
        was, now = str(before[kind]), str(after[kind])
        if kind == "image/png":
            if not same_picture(was, now):
                yield "the picture looks different"
        elif was != now:
            yield f"{kind}, {first_difference(was, now)}"


def _listed(data: Iterable[str]) -> str:
    return ", ".join(sorted(data)) or "nothing"


def _first(source: str) -> str:
    return next(iter(source.strip().splitlines()), "(empty)")[:80]


def first_difference(old: str, new: str) -> str:
    """Say in words where two texts first differ.

    >>> first_difference("spend\\nC1 5", "spend\\nC1 6")
    "line 2 was 'C1 5', is 'C1 6'"
    """
    was, now = old.splitlines(), new.splitlines()
    for number, (a, b) in enumerate(zip(was, now, strict=False), start=1):
        if a != b:
            return f"line {number} was {_around(a, b)!r}, is {_around(b, a)!r}"
    return f"had {len(was)} lines, has {len(now)}"


def _around(line: str, other: str, width: int = 100) -> str:
    """Return the part of a long line where it first differs from the other."""
    pairs = enumerate(zip(line, other, strict=False))
    start = next((i for i, (a, b) in pairs if a != b), min(len(line), len(other)))
    begin = max(0, min(start - 40, len(line) - width))
    return line[begin : begin + width]


def number_changes(old: NotebookNode, new: NotebookNode) -> list[str]:
    """List the numbers of prose and outputs that changed, cell by cell, in words.

    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> old, new = (
    ...     new_notebook(cells=[new_markdown_cell(text, id="01-001")])
    ...     for text in ("They hold 63.3 % of it.", "They hold 63.4 % of it.")
    ... )
    >>> number_changes(old, new)
    ['01-001, prose: 63.3 became 63.4 in “They hold 63.4 % of it .”']
    """
    changes = []
    for before, after in _paired(old, new):
        if before is None or after is None:
            cell = after or before
            assert cell is not None
            what = "is new" if before is None else "is gone"
            changes.append(f"{cell.id} {what}: {_first(cell.source)}")
            continue
        if before.cell_type == "markdown":
            changes += [
                f"{after.id}, prose: {change}"
                for change in _changed_numbers(before.source, after.source)
            ]
        shown = zip(before.get("outputs", []), after.get("outputs", []), strict=False)
        for a, b in shown:
            changes += [
                f"{after.id}, output: {change}"
                for change in _changed_numbers(_text_of(a), _text_of(b))
            ]
    return changes


def _text_of(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return str(output.text)
    data = output.get("data", {})
    text = data.get("text/markdown") or data.get("text/plain") or ""
    return str(text)


def _changed_numbers(old: str, new: str) -> Iterator[str]:
    cut = re.compile(rf"{_NUMBER.pattern}|[^\W\d]+|\S")
    was, now = cut.findall(old), cut.findall(new)
    matcher = difflib.SequenceMatcher(None, was, now, autojunk=False)
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        numbers = [w for w in was[i:i_end] + now[j:j_end] if _NUMBER.fullmatch(w)]
        if tag != "equal" and numbers:
            context = " ".join(now[max(0, j - 4) : j_end + 4])
            before = " ".join(was[i:i_end]) or "nothing"
            after = " ".join(now[j:j_end]) or "nothing"
            yield f"{before} became {after} in “{context}”"


# ------------------------------------------------------------------------- environment


def locked_here(lock: Path = LOCK) -> bool:
    """Tell whether committed outputs must be met exactly here.

    They must on Linux with the locked versions of numpy, pandas and matplotlib; with
    others a table may be laid out differently, and a chapter need only run.
    """
    if platform.system() != "Linux":
        return False
    wanted = {}
    for line in lock.read_text(encoding="utf-8").splitlines():
        if re.match(r"[A-Za-z0-9]", line):
            entry = Requirement(line.rstrip("\\ "))
            if entry.marker is None or entry.marker.evaluate():
                wanted[entry.name] = entry.specifier
    return all(
        name in wanted and wanted[name].contains(metadata.version(name))
        for name in DECISIVE
    )


def texts(folder: Path = TEXTS) -> list[Path]:
    """Return the chapters' texts, in the order of the book."""
    return sorted(folder.glob("[0-9][0-9]*_*.md"))


def main(names: Sequence[str] = (), *, report_changes: bool = False) -> int:
    """Run `crm-course notebooks`: build the named chapters, or all, and say so.

    With *report_changes* the numbers that are new in prose and outputs are listed.
    """
    every = {text.stem: text for text in texts()}
    if unknown := [name for name in names if name not in every]:
        raise BuildError(
            f"There is no text for {', '.join(unknown)}. There are {', '.join(every)}."
        )
    chosen = [text for name, text in every.items() if not names or name in names]
    paths = [CHAPTERS / f"{text.stem}.ipynb" for text in chosen]
    before = [
        loads(path.read_text(encoding="utf-8")) if path.exists() else None
        for path in paths
    ]
    for old, built in zip(before, build_all(chosen), strict=True):
        state = "written" if built.changed else "unchanged"
        print(f"{built.path.name}: {state}, {built.seconds:.0f} s")
        if report_changes and old is not None:
            for change in number_changes(old, built.notebook):
                print(f"  {change}")
    return 0


__all__ = [
    "BuildError",
    "Built",
    "Piece",
    "Reference",
    "Term",
    "build",
    "build_all",
    "cell_id",
    "compare",
    "dumps",
    "first_difference",
    "frame_of",
    "glossary",
    "keys",
    "loads",
    "locked_here",
    "main",
    "number_changes",
    "pieces",
    "read",
    "references",
    "same_picture",
    "texts",
    "write",
]
