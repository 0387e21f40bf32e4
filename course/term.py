"""The term's secret seed, from which hidden tests draw data no student has seen.

A term is started once (`crm-course grade` does it when there is none yet) and its
secret stays in `class/term.toml`, which git ignores: the repository can be public,
the numbers of this year's hidden tests are not.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLASS_DIR = ROOT / "class"
_FALLBACK = "no term has been started"


def start(class_dir: Path = CLASS_DIR, *, secret: str | None = None) -> Path:
    """Write `term.toml` with a secret into *class_dir*, unless it has one already.

    Returns the file's path. A term's secret is never overwritten: the grades of a
    running term depend on it.
    """
    path = class_dir / "term.toml"
    if not path.exists():
        class_dir.mkdir(parents=True, exist_ok=True)
        text = f'secret = "{secret or secrets.token_hex(16)}"\n'
        path.write_text(text, encoding="utf-8", newline="\n")
    return path


def secret(class_dir: Path = CLASS_DIR) -> str:
    """Return the term's secret: `CRM_TERM_SEED`, else `term.toml`, else a public one.

    The public one serves whoever runs a notebook of `solutions/` without a term.
    """
    if given := os.environ.get("CRM_TERM_SEED"):
        return given
    path = class_dir / "term.toml"
    if path.exists():
        return str(tomllib.loads(path.read_text(encoding="utf-8"))["secret"])
    return _FALLBACK


def seed_for(purpose: str, *, class_dir: Path = CLASS_DIR) -> int:
    """Return a 63-bit seed for *purpose*, the same all term long.

    Different purposes get unrelated seeds, so that one hidden test tells nothing
    about the next.

    >>> seed_for("example") == seed_for("example")
    True
    >>> seed_for("example") == seed_for("another example")
    False
    """
    digest = hashlib.sha256(f"{secret(class_dir)}|{purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
