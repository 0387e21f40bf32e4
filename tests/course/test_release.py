"""The student kit: opened and looked at, and used as a student would."""

import json
import os
import re
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course import release
from course.term import ROOT
from crmlib.errors import CrmError


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    return release.make_kit(tmp_path_factory.mktemp("out") / "kit")


def test_the_committed_exercises_are_those_of_the_solutions(tmp_path):
    made = release.make_exercises(out=tmp_path)
    committed = sorted((ROOT / "exercises").rglob("*.ipynb"))
    assert [p.relative_to(tmp_path) for p in made] == [
        p.relative_to(ROOT / "exercises") for p in committed
    ]
    for fresh, stored in zip(made, committed, strict=True):
        same = fresh.read_bytes() == stored.read_bytes()
        assert same, f"{stored.name} is out of date: run `make exercises`"


def test_kit_holds_no_answers(kit):
    names = {str(p.relative_to(kit)) for p in kit.rglob("*")}
    for word in ("solutions", "truth", "bank", "sample_class", "generator", "notes"):
        assert not [n for n in names if word in n.lower().split("/")], word
    assert not (kit / "course").exists()
    for path in kit.rglob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS)", text), path.name
        assert "course.generator" not in text
        assert "datasets.truth" not in text, f"{path.name} cannot run in a kit"
        for cell in json.loads(text)["cells"]:
            assert not cell.get("outputs"), "a prediction beside its answer is none"


def test_a_chapter_and_the_data_work_in_the_kit(kit, tmp_path):
    """From another folder, with only the kit's own code on the path."""
    code = (
        "import crmlib, nbformat, nbclient, sys\n"
        f"assert crmlib.__file__.startswith({str(kit)!r}), crmlib.__file__\n"
        "from crmlib import datasets\n"
        "for name in datasets.names(): datasets.load(name)\n"
        "try: datasets.truth('company/customers')\n"
        "except datasets.DataNotFound as e: assert 'truth' in str(e)\n"
        "else: raise AssertionError('the kit knows the truth')\n"
        f"nb = nbformat.read({str(kit / 'chapters' / '05_segmentation.ipynb')!r}, 4)\n"
        "nbclient.NotebookClient(nb, timeout=120).execute()\n"
    )
    environment = dict(os.environ, PYTHONPATH=str(kit))
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_links_between_the_kits_notebooks_resolve(kit):
    for path in (kit / "chapters").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type != "markdown":
                continue
            for target in re.findall(r"\]\(([^)#]+)[^)]*\)", cell.source):
                if not target.startswith("https:"):
                    assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_kit_leaves_other_peoples_files_alone(tmp_path):
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(CrmError, match="other files"):
        release.make_kit(tmp_path)
    assert (tmp_path / "thesis.docx").exists()


SOLVED = """\
def double(x):
    ### BEGIN SOLUTION
    return x + x  # the trick of the exercise
    ### END SOLUTION"""


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (new_code_cell("### BEGIN HIDEN TESTS\nassert f(3) == 9"), "marker"),
        (new_code_cell("### begin solution\nx = 1"), "marker"),
        (new_code_cell("#END HIDDEN TEST"), "marker"),
        (new_code_cell("return x + x  # the trick of the exercise"), "the solution"),
        (new_code_cell("1", outputs=[new_output("stream", text="7")]), "output"),
        (new_code_cell("# your answer begins here\nx = ..."), None),
        (new_markdown_cell("Explain your solution in two sentences."), None),
    ],
)
def test_a_leak_is_found_and_named(tmp_path, cell, says):
    for name, content in (("solution", new_code_cell(SOLVED)), ("exercise", cell)):
        text = json.dumps(new_notebook(cells=[content]))
        (tmp_path / f"{name}.ipynb").write_text(text, encoding="utf-8")
    found = list(
        release.leaks(tmp_path / "exercise.ipynb", solution=tmp_path / "solution.ipynb")
    )
    assert (says is None and not found) or says in found[0]
