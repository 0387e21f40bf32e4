"""Nothing drifts: every chapter is what its text, the data and crmlib make today.

Each chapter is built again, once for all tests. With the locked versions on Linux the
result must be the committed notebook; elsewhere the chapter must run. The id of each
test says which of the two it did: `strict` or `runs`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from nbformat import NotebookNode

from course import frame, notebooks

TEXTS = notebooks.texts()
NAMES = [text.stem for text in TEXTS]
HOW = "strict" if notebooks.locked_here() else "runs"


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> tuple[Path, str]:
    """All chapters built anew: their folder, and what failed in words."""
    folder = tmp_path_factory.mktemp("chapters")
    try:
        notebooks.build_all(TEXTS, folder, jobs=2)
    except notebooks.BuildError as error:
        return folder, str(error)
    return folder, ""


def committed(name: str) -> Path:
    path = notebooks.CHAPTERS / f"{name}.ipynb"
    assert path.exists(), f"there is no {path.name}: run `make notebooks`"
    return path


def code_of(nb: NotebookNode) -> list[str]:
    return [cell.source for cell in nb.cells if cell.cell_type == "code"]


def test_every_text_has_its_notebook_and_every_notebook_its_text():
    found = sorted(path.stem for path in notebooks.CHAPTERS.glob("*.ipynb"))
    assert found == NAMES, "run `make notebooks`, or delete the notebook without text"


@pytest.mark.parametrize("name", NAMES)
def test_text_keeps_the_frame(name):
    found = frame.problems(notebooks.TEXTS / f"{name}.md")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", NAMES)
def test_notebook_keeps_the_frame(name):
    found = frame.notebook_problems(committed(name))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", NAMES, ids=[f"{name}-{HOW}" for name in NAMES])
def test_a_new_build_is_the_committed_notebook(built, name):
    folder, failure = built
    path = folder / f"{name}.ipynb"
    assert path.exists(), failure
    new = notebooks.loads(path.read_text(encoding="utf-8"))
    old = notebooks.loads(committed(name).read_text(encoding="utf-8"))
    if HOW == "strict":
        found = notebooks.compare(new, old)
    else:
        # Other versions print other tables, but the code must be the committed code.
        sources = [
            [c.source for c in nb.cells if c.cell_type == "code"] for nb in (old, new)
        ]
        found = [] if sources[0] == sources[1] else ["the code of its cells differs"]
    assert not found, "run `make notebooks`:\n" + "\n".join(found)
