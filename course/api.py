"""The page on which the public API of crmlib stands, with an example each.

The page is `crmlib/README.md`; it is made from the docstrings, and a test compares.
"""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import crmlib
from course.term import ROOT

PAGE = ROOT / "crmlib" / "README.md"

_INTRO = """\
# crmlib: the public API on one page

What each module offers, with the first example of its docstring; `help(name)` in
Python says the rest: columns, units, errors, sources. Money is integer cents
(100 = 1 yuan), options go by keyword, inputs are never changed. The examples run as
tests. Do not edit this page: `crm-course api` makes it from the docstrings.
"""


def write() -> Path:
    """Write the page to its place and return where that is."""
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    return PAGE


def page() -> str:
    """Return the page as Markdown.

    >>> page().splitlines()[0]
    '# crmlib: the public API on one page'
    """
    seen: set[int] = set()
    parts = [_INTRO]
    for module in modules():
        entries = []
        for name, thing in public(module):
            if id(thing) not in seen:  # a package offers what its modules define
                seen.add(id(thing))
                entries.append(_entry(name, thing))
        if entries:
            parts += [f"## {module.__name__}\n\n{_first_line(module)}\n", *entries]
    return "\n".join(parts)


def modules() -> Iterator[ModuleType]:
    """Yield the public modules of crmlib, without the chapters' questions."""
    for found in pkgutil.walk_packages(crmlib.__path__, "crmlib."):
        private = any(part.startswith("_") for part in found.name.split("."))
        if not private and not found.name.startswith("crmlib.checks."):
            yield importlib.import_module(found.name)


def public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield the functions and classes that *module* offers, in alphabetical order.

    >>> import crmlib.errors
    >>> [name for name, _ in public(crmlib.errors)]
    ['ContractError', 'CrmError', 'DataNotFound']
    """
    names = getattr(module, "__all__", None)
    for name, thing in sorted(vars(module).items()):
        chosen = (
            name in names
            if names is not None
            else not name.startswith("_")
            and getattr(thing, "__module__", "") == module.__name__
        )
        if chosen and (inspect.isroutine(thing) or inspect.isclass(thing)):
            yield name, thing


def example(thing: Any) -> str:
    """Return the first example of a docstring, up to the first answer; or "".

    >>> from crmlib.segmentation import gini
    >>> example(gini).splitlines()[-1]
    '(0.0, 0.75)'
    """
    lines = []
    for part in doctest.DocTestParser().get_examples(inspect.getdoc(thing) or ""):
        first, *rest = part.source.rstrip("\n").split("\n")
        lines += [f">>> {first}", *(f"... {line}".rstrip() for line in rest)]
        if part.want:
            lines.append(part.want.rstrip("\n"))
            break
    return "\n".join(lines)


def _entry(name: str, thing: Any) -> str:
    text = f"**`{_call(name, thing)}`** {_first_line(thing)}\n"
    shown = example(thing)
    return f"{text}\n```python\n{shown}\n```\n" if shown else text


def _first_line(thing: Any) -> str:
    return (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")


def _call(name: str, thing: Any) -> str:
    """Write how to call *thing*: names and short defaults, no types."""
    if inspect.isclass(thing):
        return name
    parts, starred = [], False
    for parameter in inspect.signature(thing).parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            starred = True
            parts.append(f"*{parameter.name}")
            continue
        if parameter.kind is parameter.VAR_KEYWORD:
            parts.append(f"**{parameter.name}")
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            starred = True
            parts.append("*")
        default = ""
        if parameter.default is not parameter.empty:
            written = repr(parameter.default)
            default = f"={written}" if len(written) <= 16 else "=…"
        parts.append(parameter.name + default)
    return f"{name}({', '.join(parts)})"
