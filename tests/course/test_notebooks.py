"""The build is canonical, resolves roles where they stand, and fails in words."""

from __future__ import annotations

import base64
import copy
import io
import json
import re
from importlib import metadata
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from nbformat import NotebookNode
from PIL import Image

from course import notebooks
from course.notebooks import BuildError

SAMPLE = Path(__file__).parent / "texts" / "91_sample.md"


@pytest.fixture(scope="module")
def sample() -> NotebookNode:
    return notebooks.build(SAMPLE)


@pytest.fixture
def twin(sample: NotebookNode) -> NotebookNode:
    return copy.deepcopy(sample)


def cell_with(nb: NotebookNode, start: str) -> NotebookNode:
    return next(cell for cell in nb.cells if start in cell.source)


def code(source: str, before: str = "") -> str:
    return f"# T\n\n{before}\n```{{code-cell}} ipython3\n{source}\n```\n"


# --- the canonical form


def test_two_builds_are_equal_byte_for_byte_from_any_folder(
    sample, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    assert notebooks.dumps(notebooks.build(SAMPLE)) == notebooks.dumps(sample)


def test_ids_counts_and_metadata_come_from_the_text_alone(sample):
    n_cells = len(sample.cells)
    assert [c.id for c in sample.cells] == [f"91-{i + 1:03d}" for i in range(n_cells)]
    counts = [c.execution_count for c in sample.cells if c.cell_type == "code"]
    assert counts == [1, 2, 3, 4]
    assert sample.metadata["kernelspec"]["name"] == "python3"
    assert sample.metadata["language_info"] == {"name": "python"}
    assert {key for c in sample.cells for key in c.metadata} == {"tags"}


def test_a_widget_leaves_its_text_and_neither_state_nor_id(sample):
    widget = cell_with(sample, "widgets.VBox")
    assert list(widget.outputs[0].data) == ["text/plain"]
    assert "IntSlider(value=2" in widget.outputs[0].data["text/plain"]
    written = notebooks.dumps(sample)
    assert "model_id" not in written
    assert "widget-state" not in written


def test_the_file_is_readable_json(sample):
    written = notebooks.dumps(sample)
    assert written.endswith("}\n")
    assert not written.endswith("\n\n")
    assert '\n "cells": [' in written
    assert "客户细分" in written
    assert json.loads(written)["nbformat"] == 4


def test_comments_stay_with_the_authors(sample):
    assert "comment for authors" not in notebooks.dumps(sample)


# --- roles


def test_eval_sees_the_notebook_at_that_point(tmp_path):
    text = tmp_path / "01_points.md"
    first = code("x = 1", "none yet\n")
    then = '+++\n\n{eval}`x` {eval}``f"{x:.1f}" + "`"`` {eval}`f\'{dict(a=x)["a"]}\'`'
    second = f"{then}\n\n```{{code-cell}}\nx = 2\n```\n\nnow {{eval}}`x`"
    text.write_text(f"{first}\n{second}\n", encoding="utf-8")
    prose = [c.source for c in notebooks.build(text).cells if c.cell_type != "code"]
    assert prose[1:] == ["1 1.0` 1", "now 2"]


def test_the_other_roles_become_plain_markdown(sample):
    ledger, last = cell_with(sample, "## The ledger"), cell_with(sample, "## Terms")
    assert "top 20 % of customers bring 80 % of" in ledger.source
    assert "held 80 % [(Sherden 1994)](#Reading)." in last.source
    assert "after [(Lorenz 1905)](#Reading)." in last.source
    assert "| segmentation | 客户细分 | Dividing" in last.source
    assert "\n- Lorenz, M. O. (1905)." in last.source
    assert "write `{eval}` for more" in cell_with(sample, "write").source


@pytest.mark.parametrize(
    "markdown",
    [
        "plain",
        "a `code {eval}` span and {eval}`x`",
        "```python\n{eval}`x`\n```\nafter {course}`1`\n",
        "% comment\ntext ``two ` ticks`` end\n\n~~~\n% not a comment\n~~~",
        "one ` tick alone\n\nand {eval}`x` later",
    ],
)
def test_pieces_join_to_the_markdown(markdown):
    assert "".join(piece.text for piece in notebooks.pieces(markdown)) == markdown


def test_a_role_in_code_is_code():
    kinds = [
        p.kind for p in notebooks.pieces("```\n{eval}`x`\n```\n`{eval}` {cited}`k`")
    ]
    assert kinds == ["fence", "fence", "fence", "code", "text", "role"]


# --- errors in words


BAD = {
    "11_fails": (code("total = 1\ntotal / 0"), ["cell 2 (11-002)", "total / 0",
                 "ZeroDivisionError: division by zero", "Correct the cell"]),
    "12_syntax": (code("1 +"), ["SyntaxError: invalid syntax\n"]),
    "13_warns": (code("import warnings\nwarnings.warn('old')"),
                 ["writes to stderr", "UserWarning: old", "Remove its cause"]),
    "14_address": (code("object()"), ["memory address", "differs in every run"]),
    "15_exits": (code("import os\nos._exit(1)"), ["ended its Python process"]),
    "16_name": (code("x = 1", "{eval}`x`"), ["cell 1 (16-001), {eval}`x`",
                "NameError: name 'x' is not defined", "cells above"]),
    "17_list": ("# T\n\n{eval}`[1]`\n", ["gives a list", "str or a number"]),
    "18_tuple": ("# T\n\n{eval}`1, 2`\n", ["gives a tuple"]),
    "19_bool": ("# T\n\n{eval}`1 > 2`\n", ["gives a bool"]),
    "20_nan": ("# T\n\n{eval}`float('nan')`\n", ["'nan', which is no number"]),
    "21_role": ("# T\n\n{evla}`1`\n", ["no such role", "eval, course, cited"]),
    "22_key": ("# T\n\n{cited}`lorenz1906|1`\n", ["references.yml has no entry",
               "Did you mean 'lorenz1905'?"]),
    "23_term": ("# T\n\n{terms}`segmentatoin`\n", ["glossary.yml has no entry"]),
    "24_styled": (
        code("import pandas as pd\nfrom IPython.display import HTML\n"
             "HTML(pd.DataFrame({'a': [1]}).style.to_html())"),
        ["styled table", "Show the plain table"],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def failures(tmp_path_factory) -> dict[str, str]:
    """All bad texts built at once with one good one: message by name."""
    folder = tmp_path_factory.mktemp("bad")
    texts = [folder / "10_good.md"]
    texts[0].write_text("# Good\n", encoding="utf-8")
    for name, (text, _) in BAD.items():
        texts.append(folder / f"{name}.md")
        texts[-1].write_text(text, encoding="utf-8")
    with pytest.raises(BuildError) as raised:
        notebooks.build_all(texts, folder / "out", jobs=2)
    assert [path.name for path in (folder / "out").iterdir()] == ["10_good.ipynb"]
    messages = re.split(r"\n\n(?=\d\d_\w+\.md)", str(raised.value))
    return {message.partition(".md")[0]: message for message in messages}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_text_is_refused_in_words(failures, name):
    for words in BAD[name][1]:
        assert words in failures[name]
    assert "Traceback" not in failures[name]


def test_a_chapter_has_a_time_limit(tmp_path):
    text = tmp_path / "01_slow.md"
    text.write_text(code("while True:\n    pass"), encoding="utf-8")
    with pytest.raises(BuildError, match="still running when the chapter's 1 s"):
        notebooks.build(text, timeout=1)


def test_a_text_that_is_not_there(tmp_path):
    with pytest.raises(BuildError, match=r"no text 01_x\.md"):
        notebooks.build(tmp_path / "01_x.md")


# --- writing and comparing


def png(title: str, *, level: int = 3) -> str:
    figure = Figure(figsize=(6, 4))
    axes = figure.subplots()
    axes.plot([1, 3, 2])
    axes.set_title(title)
    raw, packed = io.BytesIO(), io.BytesIO()
    figure.savefig(raw, format="png")
    Image.open(raw).save(packed, "PNG", compress_level=level)
    return base64.b64encode(packed.getvalue()).decode()


def test_a_picture_counts_by_its_pixels():
    one = png("The top fifth holds 63.3 %")
    assert one != png("The top fifth holds 63.3 %", level=9)
    assert notebooks.same_picture(one, png("The top fifth holds 63.3 %", level=9))
    assert not notebooks.same_picture(one, png("The top fifth holds 63.8 %"))
    assert not notebooks.same_picture(one, "bm8gcGljdHVyZQ==")


def test_a_file_changes_only_if_what_it_shows_changes(twin, tmp_path):
    path = tmp_path / "out" / "91_sample.ipynb"
    figure = cell_with(twin, "plots.show").outputs[0].data
    figure["image/png"] = png("Two")
    assert notebooks.write(twin, path)
    before = path.read_bytes()
    figure["image/png"] = png("Two", level=9)
    assert not notebooks.write(twin, path)
    assert path.read_bytes() == before
    assert figure["image/png"] == png("Two", level=9)
    figure["image/png"] = png("Three")
    assert notebooks.write(twin, path)
    assert b"\r" not in path.read_bytes()


def test_equal_notebooks_do_not_differ(sample, twin):
    assert notebooks.compare(sample, twin) == []
    assert notebooks.compare(sample, notebooks.loads(notebooks.dumps(twin))) == []


def test_differences_are_named(sample, twin):
    table = cell_with(twin, "spend.to_frame")
    table.outputs[0].data["text/plain"] = "    spend\nC1      6"
    cell_with(twin, "idxmax").source = "spend.idxmin()"
    cell_with(twin, "plots.show").outputs[0].data["image/png"] = png("Other")
    cell_with(twin, "## Limits").metadata["tags"] = []
    found = "\n".join(notebooks.compare(sample, twin))
    assert "91-004: output 1, text/plain, line 2 was 'C1      6'" in found
    assert "is 'C1      5'" in found
    assert "source, line 1 was 'spend.idxmin()', is 'spend.idxmax()'" in found
    assert "the picture looks different" in found
    assert "metadata was {'tags': []}" in found
    assert len(found.splitlines()) == 4


def test_an_inserted_cell_is_one_new_cell(sample, twin):
    del twin.cells[1]
    assert notebooks.compare(sample, twin) == ["91-002 is new: ## The ledger"]
    assert notebooks.compare(twin, sample) == ["91-002 is gone: ## The ledger"]


def test_changed_numbers_are_listed(sample, twin):
    assert notebooks.number_changes(sample, twin) == []
    cell_with(twin, "The best two").source = "The best two hold 81% of 10."
    cell_with(twin, "idxmax").outputs[0].data["text/plain"] = "'C2 1,234.5'"
    prose, *_, output = notebooks.number_changes(sample, twin)
    assert prose.startswith("91-005, prose: 80 became 81 in “")
    assert output.startswith("91-008, output: ")
    assert "1,234.5" in output


def test_the_command_builds_by_name_and_lists_changed_numbers(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(notebooks, "CHAPTERS", tmp_path)
    text = tmp_path / "01_one.md"
    monkeypatch.setattr(notebooks, "texts", lambda: [text])
    build_all = notebooks.build_all
    monkeypatch.setattr(notebooks, "build_all", lambda t: build_all(t, tmp_path))
    for share in (63, 64):
        text.write_text(f"# One\n\nIt is {{course}}`{share}`.\n", encoding="utf-8")
        assert notebooks.main(["01_one"], report_changes=True) == 0
    first, second, change = capsys.readouterr().out.splitlines()
    assert first.startswith("01_one.ipynb: written")
    assert second.startswith("01_one.ipynb: written")
    assert change.startswith("  01-001, prose: 63 became 64 in “")
    with pytest.raises(BuildError, match=r"no text for 02_two\. There are 01_one"):
        notebooks.main(["02_two"])


# --- environment


@pytest.fixture
def lock(tmp_path):
    def write(**versions: str) -> Path:
        lines = ["# a comment", "numpy==0.1 ; python_version < '3' \\"]
        for name in notebooks.DECISIVE:
            version = versions.get(name, metadata.version(name))
            lines += [f"{name}=={version} ; python_version > '3' \\", "    --hash=x"]
        path = tmp_path / "requirements.lock"
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("system", "versions", "expected"),
    [
        ("Linux", {}, True),
        ("Darwin", {}, False),
        ("Linux", {"matplotlib": "1.0"}, False),
        ("Linux", {"pandas": "9.9"}, False),
    ],
)
def test_locked_here(lock, monkeypatch, system, versions, expected):
    monkeypatch.setattr(notebooks.platform, "system", lambda: system)
    assert notebooks.locked_here(lock(**versions)) is expected
