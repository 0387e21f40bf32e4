"""Seeded generators of the course's synthetic data, one module for each family.

`write` makes everything in ``datasets/`` that is not prose: the CSV files, and one
data package for the tables and one for their truth, which a student's kit leaves out.
A family is added by adding a module (see `course.generator.schema`).
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from course.generator import schema

__all__ = ["families", "make", "write"]

_LICENSE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0 International",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}


def families() -> dict[str, ModuleType]:
    """Return the families by name: the modules here that have a `make`.

    >>> "company" in families()
    True
    """
    found = {}
    for module in pkgutil.iter_modules(__path__):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        if hasattr(loaded, "make") and hasattr(loaded, "RESOURCES"):
            found[module.name] = loaded
    return found


def make(family: str, *, seed: int | None = None) -> dict[str, pd.DataFrame]:
    """Make the tables of one family, truth tables included.

    Args:
        family: a name from `families`.
        seed: the family's committed seed when None.

    Raises:
        ValueError: there is no such family.
    """
    known = families()
    if family not in known:
        raise ValueError(
            f"there is no family of tables called {family!r}; "
            f"there are: {', '.join(sorted(known))}"
        )
    module = known[family]
    tables: dict[str, pd.DataFrame] = module.make(module.SEED if seed is None else seed)
    return tables


def write(folder: Path, *, only: str | None = None) -> list[Path]:
    """Write the CSV files of all families and both data packages into *folder*.

    Byte for byte the same on every run. Cards and other files are left alone.

    Args:
        folder: the folder of the data sets; made when it is not there.
        only: make the CSV files of this family alone. The data packages always list
            all families.

    Returns:
        The files written.
    """
    written = []
    listed: list[dict[str, Any]] = []
    for name, module in families().items():
        listed += module.RESOURCES
        if only not in (None, name):
            continue
        tables = make(name)
        for resource in module.RESOURCES:
            prefix = "truth/" if resource["is_truth"] else ""
            table = tables[prefix + resource["path"].removesuffix(".csv")]
            path = folder / prefix / resource["path"]
            written.append(_write_text(path, schema.as_csv(table, resource)))
    for is_truth in (False, True):
        path = folder / ("truth/" if is_truth else "") / "datapackage.json"
        resources = [
            {key: value for key, value in resource.items() if key != "is_truth"}
            for resource in listed
            if resource["is_truth"] is is_truth
        ]
        text = json.dumps(_package(resources, is_truth), indent=1, ensure_ascii=False)
        written.append(_write_text(path, text + "\n"))
    return written


def _package(resources: list[dict[str, Any]], is_truth: bool) -> dict[str, Any]:
    about = "what was planted in the tables" if is_truth else "the tables"
    return {
        "profile": "tabular-data-package",
        "name": "customer-information-management" + ("-truth" if is_truth else ""),
        "title": f"Customer information management: {about}",
        "description": "Synthetic data made by a seeded generator. "
        "Money is in integer cents (fen): 100 = 1 yuan.",
        "version": "1.0.0",
        "licenses": [_LICENSE],
        "resources": resources,
    }


def _write_text(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
