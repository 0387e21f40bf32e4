"""A class round on a miniature assignment, with every kind of hand-in."""

from __future__ import annotations

import copy
import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import mini_course as mini
import nbformat
import pytest
from mini_course import RIGHT

from course import grading, term
from course.grading import box, cells, feedback, intake
from crmlib.errors import CrmError

# Without bubblewrap the same round runs unprotected: the grades must be the same.
SANDBOX = sys.platform == "linux" and shutil.which("bwrap") is not None

LOOP = "def largest(values):\n    while True:\n        pass"
DEAF = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"


def edited(change) -> nbformat.NotebookNode:
    nb = mini.answered(**RIGHT)
    change(nb)
    return nb


def _delete_tests(nb):
    nb.cells = [cell for cell in nb.cells if not cell.id.startswith("test_")]


def _double(nb):
    first = mini.cell(nb, "test_total")
    second = copy.deepcopy(first)
    second.id = "second"
    second.source = "raise RuntimeError('the second one')"
    nb.cells.insert(nb.cells.index(first) + 1, second)


def _old_schema(nb):
    for cell in nb.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.schema_version = 1


def _raw(change) -> bytes:
    """Return a right hand-in as bytes, its JSON changed."""
    raw = json.loads(nbformat.writes(mini.answered(**RIGHT)))
    change(raw)
    return json.dumps(raw).encode()


def _same_ids(raw):
    for cell in raw["cells"]:
        cell["id"] = "same"


def _no_ids(raw):
    for cell in raw["cells"]:
        del cell["id"]


def _long_line(raw):
    cell = next(cell for cell in raw["cells"] if cell["id"] == "total")
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 50_000_000}
    cell["outputs"] = [output]


# student: what is handed in, expected status, points, words in the remarks
CLASS = {
    "right": (mini.answered(**RIGHT), "graded", 5, ""),
    "untouched": (mini.handed_out(), "graded with remarks", 0, "Nothing was answered"),
    "syntax": (
        mini.answered(**RIGHT | {"total": "def total(values:\n    return 1"}),
        "graded with remarks",
        2,
        "'total' is not valid Python (line 1)",
    ),
    "loop": (
        mini.answered(**RIGHT | {"largest": LOOP}),
        "graded with remarks",
        3,
        "The test 'test_largest' did not end by itself: stopped after 4 s",
    ),
    "deaf_loop": (
        mini.answered(**RIGHT | {"largest": DEAF}),
        "graded with remarks",
        3,
        "'largest' did not end by itself",
    ),
    "dead": (
        mini.answered(**RIGHT | {"largest": "import os; os._exit(1)"}),
        "graded with remarks",
        3,
        "Python itself ended in the answer 'largest'",
    ),
    "crash": (
        mini.answered(**RIGHT | {"largest": "{}['Mr Yu']"}),
        "graded with remarks",
        3,
        "The answer 'largest' stopped with KeyError: 'Mr Yu'.",
    ),
    "library_error": (
        mini.answered(**RIGHT | {"largest": "import json; json.loads('x')"}),
        "graded with remarks",
        3,
        "The answer 'largest' stopped with JSONDecodeError",
    ),
    "hidden_miss": (
        mini.answered(
            total="def total(values):\n    return 3",
            largest="def largest(values):\n    return max([0, *values])",
            why="x\nprint(In)",
        ),
        "graded",
        0,
        "",
    ),
    "curious": (
        edited(lambda nb: nb.cells.append(nbformat.v4.new_code_cell("print(In); In"))),
        "graded",
        5,
        "",
    ),
    "warning": (
        mini.answered(
            **RIGHT
            | {
                "total": "import warnings\ndef total(values):\n"
                "    warnings.warn('old')\n    return sum(values)"
            }
        ),
        "graded",
        5,
        "",
    ),
    "deleted": (
        edited(_delete_tests),
        "graded with remarks",
        5,
        "The test cell 'test_total' had been deleted; it was put back.",
    ),
    "edited_test": (
        edited(lambda nb: mini.cell(nb, "test_total").update(source="pass")),
        "graded with remarks",
        5,
        "The test cell 'test_total' had been changed",
    ),
    "doubled": (
        edited(_double),
        "graded with remarks",
        5,
        "The cell 'test_total' was there twice; the first one counts.",
    ),
    "points": (
        edited(
            lambda nb: mini.cell(nb, "test_total").metadata.nbgrader.update(points=99)
        ),
        "graded with remarks",
        5,
        "The points of 'test_total' had been changed; they were put back.",
    ),
    "old_schema": (edited(_old_schema), "graded with remarks", 5, "older nbgrader"),
    "same_ids": (_raw(_same_ids), "graded", 5, ""),
    "no_ids": (_raw(_no_ids), "graded", 5, ""),
    "no_kernel": (_raw(lambda raw: raw["metadata"].clear()), "graded", 5, ""),
    "foreign_kernel": (
        _raw(lambda raw: raw["metadata"]["kernelspec"].update(name="julia-1.9")),
        "graded",
        5,
        "",
    ),
    "long_line": (_raw(_long_line), "graded", 5, ""),
    "loud": (
        mini.answered(**RIGHT | {"largest": "print('x' * 50_000_000)"}),
        "graded with remarks",
        3,
        "The answer 'largest' printed more than is kept.",
    ),
    "empty": (b"", "not graded", None, "is an empty file"),
    "cut_off": (b'{"cells": [', "not graded", None, "is damaged or cut off"),
    "latin": (
        '{"cells": ["\xe9\xe8"]}'.encode("latin-1"),
        "not graded",
        None,
        "is not text in UTF-8",
    ),
    "[odd] name 于": (mini.answered(**RIGHT), "graded", 5, ""),
}


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """The class after one round: its folder, the results, the files handed in."""
    root = mini.make_root(tmp_path_factory.mktemp("course"))
    class_dir = root / "class"
    for student, (handed_in, *_) in CLASS.items():
        mini.hand_in(class_dir, student, handed_in)
    final = mini.answered(**RIGHT)
    mini.hand_in(class_dir, "renamed", final, file="sums (final).ipynb")
    mini.hand_in(class_dir, "two", final)
    mini.hand_in(class_dir, "two", mini.handed_out(), file="1_sums-Copy1.ipynb")
    mini.hand_in(class_dir, "word", b"PK\x03\x04", file="answers.docx")
    (class_dir / "submitted" / "absent").mkdir()
    before = _contents(class_dir / "submitted")
    said: list[str] = []
    results = grading.grade(
        mini.ASSIGNMENT,
        class_dir=class_dir,
        root=root,
        cell_seconds=4,
        sandbox=SANDBOX,
        progress=said.append,
    )
    assert len(said) == len(CLASS) + 4
    assert all(
        line.startswith(f"{i} of {len(said)}  ") for i, line in enumerate(said, 1)
    )
    assert any(line.split("  ")[1].startswith("word: not graded") for line in said)
    assert " left)" in said[0]
    assert " left)" not in said[-1]
    return class_dir, {result.student: result for result in results}, before


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("student", CLASS)
def test_each_hand_in_gets_its_points_and_its_sentence(room, student):
    _, results, _ = room
    _, status, points, words = CLASS[student]
    result = results[student]
    assert (result.status, result.points) == (status, points), result.remarks
    assert words in " ".join(result.remarks)
    if status == "graded":
        assert result.remarks == ()


@pytest.mark.parametrize(
    ("student", "status", "points", "words"),
    [
        ("renamed", "graded with remarks", 5, "The notebook was called 'sums (final)"),
        ("two", "graded with remarks", 5, "There were two notebooks with these"),
        ("word", "not graded", None, "is missing; the hand-in holds 'answers.docx'"),
        ("absent", "not handed in", None, "Nothing was handed in."),
    ],
)
def test_files_that_are_not_the_notebook(room, student, status, points, words):
    result = room[1][student]
    assert (result.status, result.points) == (status, points)
    assert words in " ".join(result.remarks)


def test_what_was_handed_in_stays_as_it_was(room):
    class_dir, _, before = room
    assert _contents(class_dir / "submitted") == before


def test_written_answers_wait_for_a_reader(room):
    _, results, _ = room
    assert results["right"].manual_points is None
    assert results["untouched"].manual_points == 0
    assert results["empty"].manual_points is None
    assert {result.manual_max for result in results.values()} == {4}


def test_grades_csv_keeps_not_graded_apart_from_zero(room):
    class_dir, results, _ = room
    with (class_dir / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["student"] for row in rows] == sorted(results)
    by_student = {row["student"]: row for row in rows}
    assert by_student["empty"]["points"] == ""
    assert by_student["empty"]["status"] == "not graded"
    assert by_student["untouched"]["points"] == "0"
    assert set(rows[0]) == set(grading.grades.COLUMNS)
    assert b"\r" not in (class_dir / "grades.csv").read_bytes()


def test_collecting_again_gives_the_same_rows(room):
    class_dir, results, _ = room
    again = grading.collect(class_dir=class_dir, root=class_dir.parent)
    assert again == sorted(results.values())
    assert [vars(a) for a in again] == [vars(b) for b in sorted(results.values())]


def test_table_shows_a_dash_for_what_is_not_graded(room):
    lines = grading.table(room[1].values()).splitlines()
    line = next(line for line in lines if line.startswith("empty"))
    assert line.split("  ")[-1] == "not graded"
    assert "– / 5" in line
    assert max(map(len, lines)) <= 100


def test_no_page_shows_a_hidden_test(room):
    class_dir, results, _ = room
    pages = sorted((class_dir / "feedback").rglob("*.html"))
    assert len(pages) == sum(
        result.status != "not handed in" for result in results.values()
    )
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert feedback.leaks(text, [mini.SECRET, mini.SILENT]) == [], page
        assert "http" not in text.replace("http://www.w3.org", ""), page


def test_the_leak_check_would_notice(room):
    """Against the autograded notebook, which does hold the hidden tests."""
    class_dir, _, _ = room
    path = class_dir / "autograded" / "right" / mini.ASSIGNMENT
    text = (path / f"{mini.NOTEBOOK}.ipynb").read_text(encoding="utf-8")
    assert len(feedback.leaks(text, [mini.SECRET, mini.SILENT])) == 4
    nb = cells.read(path / f"{mini.NOTEBOOK}.ipynb")
    assert feedback.secrets_of(nb) == sorted([mini.SECRET, mini.SILENT])


def test_a_page_shows_no_path_of_the_instructors_machine(room):
    folder = room[0] / "feedback" / "library_error" / mini.ASSIGNMENT
    text = (folder / f"{mini.NOTEBOOK}.html").read_text(encoding="utf-8")
    assert "JSONDecodeError" in text
    assert "site-packages" not in text
    assert sys.prefix not in text
    assert "decoder.py" not in text


def test_the_formgraders_own_pages_stay_its_own():
    """Options of HTMLExporter in a file would override those of the formgrader."""
    from course.grading import run

    config = run.ClassRoom(term.CLASS_DIR, term.ROOT).config()
    assert "HTMLExporter" not in config


@pytest.mark.parametrize(
    ("student", "words"),
    [
        ("right", "5 of 5 points"),
        ("right", "4 more are given by your teacher"),
        ("hidden_miss", "Of 1 and 2 it is 3."),
        ("hidden_miss", "A test failed. It has no message of its own."),
        ("untouched", "Not answered."),
        ("loop", "Your code did not end by itself and was stopped after 4 s"),
        ("dead", "Not run: Python had ended in an earlier cell."),
        ("curious", "print(In)"),
        ("renamed", "it was graded as such"),
        ("empty", "not been graded"),
    ],
)
def test_the_page_says_what_happened(room, student, words):
    class_dir = room[0]
    folder = class_dir / "feedback" / student / mini.ASSIGNMENT
    text = (folder / f"{mini.NOTEBOOK}.html").read_text(encoding="utf-8")
    if student == "hidden_miss" and "message" not in words:
        words = "A test failed."
    assert words.replace("'", "&#x27;") in text or words in text


def test_hand_given_points_survive_a_new_round(room):
    """And are asked for again only where the answer has changed."""
    from nbgrader.api import Gradebook

    class_dir = room[0]
    where = (mini.NOTEBOOK, mini.ASSIGNMENT)
    url = f"sqlite:///{(class_dir / 'gradebook.db').as_posix()}"
    with Gradebook(url) as gradebook:
        for student in ("right", "points"):
            grade = gradebook.find_grade("why", *where, student)
            grade.manual_score = 3.5
            grade.needs_manual_grade = False
        gradebook.db.commit()
    root = class_dir.parent
    by_hand = {r.student: r for r in grading.collect(class_dir=class_dir, root=root)}
    assert by_hand["right"].manual_points == 3.5

    fresh = root / "second round"
    shutil.copytree(class_dir, fresh)
    for student in CLASS:
        if student not in ("right", "points"):
            shutil.rmtree(fresh / "submitted" / student)
    shutil.rmtree(fresh / "submitted" / "renamed")
    changed = mini.answered(**RIGHT | {"why": "I thought again."})
    mini.hand_in(fresh, "points", changed)
    results = grading.grade(
        mini.ASSIGNMENT, class_dir=fresh, root=root, sandbox=SANDBOX
    )
    again = {result.student: result for result in results}
    assert again["right"].manual_points == again["points"].manual_points == 3.5
    assert again["right"].remarks == ()
    assert "changed after it was graded by hand" in again["points"].remarks[0]
    # Who took part before and hands in nothing now is listed, not graded.
    assert again["renamed"].status == "not handed in"
    with Gradebook(f"sqlite:///{(fresh / 'gradebook.db').as_posix()}") as gradebook:
        flags = [
            gradebook.find_grade("why", *where, student).needs_manual_grade
            for student in ("right", "points")
        ]
    assert flags == [False, True]
    pages = grading.feedback_pages(mini.ASSIGNMENT, class_dir=fresh, root=root)
    text = next(page for page in pages if "right" in page.parts).read_text("utf-8")
    assert "8.5 of 9 points" in text


def test_of_several_notebooks_some_may_be_missing(tmp_path):
    from nbgrader.api import Gradebook

    root = mini.make_root(tmp_path)
    second = mini.source()
    for each in second.cells:
        if "nbgrader" in each.metadata:
            each.metadata.nbgrader.grade_id += "-2"
    folder = root / "solutions" / mini.ASSIGNMENT
    nbformat.write(second, folder / "2_more.ipynb")
    right = mini.answered(**RIGHT)
    class_dir = root / "class"
    mini.hand_in(class_dir, "both", right)
    for each in (done := mini.answered(**RIGHT)).cells:
        if "nbgrader" in each.metadata:
            each.metadata.nbgrader.grade_id += "-2"
    mini.hand_in(class_dir, "both", done, file="2_more.ipynb")
    mini.hand_in(class_dir, "first", right)
    mini.hand_in(class_dir, "nothing right", mini.handed_out())
    mini.hand_in(class_dir, "torn", right)
    mini.hand_in(class_dir, "torn", b"{", file="2_more.ipynb")
    options = {"class_dir": class_dir, "root": root, "sandbox": SANDBOX}
    results = grading.grade(mini.ASSIGNMENT, **options)
    found = {(row.student, row.notebook): (row.status, row.points) for row in results}
    assert found == {
        ("both", "1_sums"): ("graded", 5),
        ("both", "2_more"): ("graded", 5),
        ("first", "1_sums"): ("graded", 5),
        ("first", "2_more"): ("not handed in", None),
        ("nothing right", "1_sums"): ("graded with remarks", 0),
        ("nothing right", "2_more"): ("not handed in", None),
        ("torn", "1_sums"): ("graded", 5),
        ("torn", "2_more"): ("not graded", None),
    }
    together = {
        student: (total.points, total.max_points, total.manual_points)
        for (student, _), total in grading.grades.totals(results).items()
    }
    assert together == {
        "both": (10, 10, None),
        "first": (5, 10, None),
        "nothing right": (0, 10, 0),
        "torn": (5, 10, None),
    }
    with Gradebook(f"sqlite:///{(class_dir / 'gradebook.db').as_posix()}") as gradebook:
        for student, (points, *_) in together.items():
            score = gradebook.find_submission(mini.ASSIGNMENT, student).score
            assert score == points
    lines = [" ".join(line.split()) for line in grading.table(results).splitlines()]
    assert "both all together 10 / 10 – / 8" in lines
    assert "first all together 5 / 10 – / 8 1 of 2 not handed in" in lines
    assert not any(line.startswith("first 2_more") for line in lines)
    pages = sorted((class_dir / "feedback").rglob("*.html"))
    assert len(pages) == 6
    with (class_dir / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["student"], row["notebook"]): row for row in csv.DictReader(file)}
    assert rows["first", "2_more"]["points"] == ""
    assert rows["first", "2_more"]["assignment_points"] == "5"
    said: list[str] = []
    grading.grade(mini.ASSIGNMENT, **options, progress=said.append)
    assert all("unchanged" in line for line in said)


@pytest.mark.skipif(not box.available(), reason="forking servers need Linux")
@pytest.mark.parametrize("troubles", [1, 2])
def test_trouble_of_the_machine_never_costs_a_point(tmp_path, monkeypatch, troubles):
    """It is tried once more, and then set aside with the reason."""
    from course.grading import engine

    root = mini.make_root(tmp_path)
    mini.hand_in(root / "class", "lin", mini.answered(**RIGHT))
    usual, calls = engine.execute, []

    def execute(*args, **kwargs):
        calls.append(1)
        if len(calls) <= troubles:
            raise box.Trouble("no room for another process")
        usual(*args, **kwargs)

    monkeypatch.setattr(engine, "execute", execute)
    (result,) = grading.grade(
        mini.ASSIGNMENT, class_dir=root / "class", root=root, sandbox=SANDBOX
    )
    assert len(calls) == 2
    if troubles == 1:
        assert (result.status, result.points) == ("graded", 5)
    else:
        assert (result.status, result.points) == ("not graded", None)
        assert "no room for another process" in result.remarks[-1]


def test_unknown_assignment_lists_those_that_exist(tmp_path):
    root = mini.make_root(tmp_path)
    with pytest.raises(CrmError, match=r"no assignment called 'maxi'.*'mini'"):
        grading.grade("maxi", class_dir=tmp_path / "class", root=root)
    assert grading.assignments(root=root) == ["mini"]


def test_a_test_that_needs_another_stops_the_round_in_words(tmp_path):
    root = mini.make_root(tmp_path / "root")
    path = root / "solutions" / mini.ASSIGNMENT / f"{mini.NOTEBOOK}.ipynb"
    nb = nbformat.read(path, as_version=4)
    mini.cell(nb, "test_total").source += "\n\ndef checked(found):\n    return found"
    mini.cell(nb, "test_largest").source += "\nassert checked(largest([1])) == 1"
    nbformat.write(nb, path)
    mini.hand_in(tmp_path / "class", "an", mini.answered(**RIGHT))
    with pytest.raises(CrmError, match="'test_largest' uses 'checked', which only"):
        grading.grade(mini.ASSIGNMENT, class_dir=tmp_path / "class", root=root)
    mini.cell(nb, "setup").source += "\n\ndef checked(found):\n    return found"
    nbformat.write(nb, path)
    (found,) = grading.grade(
        mini.ASSIGNMENT, class_dir=tmp_path / "class", root=root, sandbox=SANDBOX
    )
    assert found.points == 5


def test_nobody_has_handed_in(tmp_path):
    root = mini.make_root(tmp_path)
    with pytest.raises(CrmError, match="Nobody has handed in anything"):
        grading.grade("mini", class_dir=tmp_path / "class", root=root)


# The intake alone: what would be graded, without grading it.


def take(tmp_path: Path, files: dict[str, bytes | str]) -> intake.HandIn:
    for name, content in files.items():
        path = tmp_path / "submitted" / "lin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode("utf-8") if isinstance(content, str) else content
        path.write_bytes(data)
    [result] = intake.take_in(
        "lin",
        "mini",
        submitted=tmp_path / "submitted",
        staging=tmp_path / "intake",
        reference={mini.NOTEBOOK: mini.handed_out()},
    )
    return result


def staged(tmp_path: Path) -> nbformat.NotebookNode:
    return cells.read(tmp_path / "intake/lin/mini" / f"{mini.NOTEBOOK}.ipynb")


GOOD = nbformat.writes(mini.answered(**RIGHT))
OTHER = nbformat.writes(mini.answered(**RIGHT | {"total": "total = sum"}))


def test_two_notebooks_the_rightly_named_one_counts(tmp_path):
    files = {"mini/1_sums.ipynb": GOOD, "mini/1_sums-Copy1.ipynb": OTHER}
    result = take(tmp_path, files)
    assert result.ready
    assert "'1_sums-Copy1.ipynb' was not" in result.remarks[0]


def test_two_wrongly_named_notebooks_are_a_question(tmp_path):
    result = take(tmp_path, {"mini/a.ipynb": GOOD, "mini/b.ipynb": OTHER})
    assert not result.ready
    assert "Ask which one counts" in result.remarks[-1]


def test_two_copies_of_one_notebook_are_no_question(tmp_path):
    assert take(tmp_path, {"mini/a.ipynb": GOOD, "mini/b.ipynb": GOOD}).ready


@pytest.mark.parametrize(
    "name",
    [
        "mini/1_sums.ipynb.txt",
        "mini/1_sums.json",
        "mini/my folder/1_sums.ipynb",
        "Mini/1_sums.ipynb",
        "1_sums.ipynb",
    ],
)
def test_the_notebook_is_found(tmp_path, name):
    assert take(tmp_path, {name: GOOD}).ready


def test_a_damaged_notebook_beside_a_sound_copy(tmp_path):
    files = {"mini/1_sums.ipynb": GOOD[:300], "mini/1_sums-Copy1.ipynb": GOOD}
    result = take(tmp_path, files)
    assert result.ready
    assert "cut off" in result.remarks[0]


def test_rubbish_of_other_systems_is_passed_over(tmp_path):
    files = {
        "mini/1_sums.ipynb": GOOD,
        "mini/.ipynb_checkpoints/1_sums-checkpoint.ipynb": OTHER,
        "mini/__MACOSX/._1_sums.ipynb": b"\x00\x05",
        "mini/notes.txt": "mine",
        "mini/timestamp.txt": "yesterday or so",
    }
    result = take(tmp_path, files)
    assert result.ready
    assert result.remarks == []
    kept = {path.name for path in (tmp_path / "intake/lin/mini").iterdir()}
    assert kept == {"1_sums.ipynb", "notes.txt"}


def test_links_are_not_followed(tmp_path):
    secret = tmp_path / "gradebook.db"
    secret.write_text("marks", encoding="utf-8")
    folder = tmp_path / "submitted/lin/mini"
    folder.mkdir(parents=True)
    try:
        (folder / "mine.txt").symlink_to(secret)
    except OSError:
        pytest.skip("this system does not let a test make links")
    take(tmp_path, {"mini/1_sums.ipynb": GOOD})
    assert not (tmp_path / "intake/lin/mini/mine.txt").exists()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings_that_say_what_they_are_can_be_read(tmp_path, encoding):
    text = GOOD.replace("A total hides", "于 hides")
    assert take(tmp_path, {"mini/1_sums.ipynb": text.encode(encoding)}).ready
    assert "于 hides" in mini.cell_by_grade_id(staged(tmp_path), "why").source


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("print('a script')", "is not a notebook"),
        ("[1, 2]", "has no cells"),
        ('{"cells": 7, "nbformat": 4}', "not a sound notebook"),
        ('{"cells": [7], "nbformat": 4}', "not a sound notebook"),
        ("[" * 100_000, "is not a notebook"),
        ('{"cells": [], "nbformat": 4}', "none of the questions"),
        (
            nbformat.writes(mini.answered(total="#" * 21_000_000)),
            "more than 20 MB is not graded",
        ),
    ],
)
def test_what_is_no_notebook_is_set_aside_with_a_reason(tmp_path, content, words):
    result = take(tmp_path, {"mini/1_sums.ipynb": content})
    assert not result.ready
    assert words in result.remarks[-1]
    assert not (tmp_path / "intake/lin/mini").exists()


def test_a_huge_output_does_no_harm(tmp_path):
    nb = mini.answered(**RIGHT)
    loud = mini.cell(nb, "total")
    loud.outputs = [nbformat.v4.new_output("stream", text="x" * 30_000_000)]
    assert take(tmp_path, {"mini/1_sums.ipynb": nbformat.writes(nb)}).ready


def test_a_notebook_of_format_3_is_brought_up(tmp_path):
    old = nbformat.convert(nbformat.reads(GOOD, as_version=4), 3)
    text = json.dumps(old)
    assert take(tmp_path, {"mini/1_sums.ipynb": text}).ready
    assert mini.cell_by_grade_id(staged(tmp_path), "total").source == RIGHT["total"]


def test_an_answer_that_became_text_is_code_again(tmp_path):
    nb = mini.answered(**RIGHT)
    index = nb.cells.index(mini.cell(nb, "total"))
    meta = nb.cells[index].metadata
    nb.cells[index] = nbformat.v4.new_markdown_cell(RIGHT["total"], metadata=meta)
    result = take(tmp_path, {"mini/1_sums.ipynb": nbformat.writes(nb)})
    assert "was no longer code" in result.remarks[0]
    assert mini.cell_by_grade_id(staged(tmp_path), "total").cell_type == "code"


def test_a_deleted_answer_cell_is_not_put_back_over_the_answer(tmp_path):
    nb = mini.answered(**RIGHT)
    del mini.cell(nb, "total").metadata["nbgrader"]
    result = take(tmp_path, {"mini/1_sums.ipynb": nbformat.writes(nb)})
    assert "The answer cell 'total' had been deleted" in result.remarks[0]
    assert "total" not in cells.marked_cells(staged(tmp_path))


def test_a_test_goes_back_behind_the_students_own_code(tmp_path):
    nb = mini.answered(total="helper = sum")
    position = nb.cells.index(mini.cell(nb, "test_total"))
    nb.cells[position] = nbformat.v4.new_code_cell("total = helper")
    take(tmp_path, {"mini/1_sums.ipynb": nbformat.writes(nb)})
    sources = [cell.source for cell in staged(tmp_path).cells]
    own = sources.index("total = helper")
    assert sources[own + 1] == mini.cell(nb, "test_largest").source.replace(
        "largest([1, 2]) == 2, 'Of 1 and 2 it is 2.'",
        "total([1, 2]) == 3, 'Of 1 and 2 it is 3.'",
    )


def test_an_earlier_edition_of_a_test_is_not_called_changed(tmp_path):
    from nbgrader.utils import compute_checksum

    nb = mini.answered(**RIGHT)
    test = mini.cell(nb, "test_total")
    test.source = "assert total([1]) == 1"
    test.metadata.nbgrader.checksum = compute_checksum(test)
    result = take(tmp_path, {"mini/1_sums.ipynb": nbformat.writes(nb)})
    assert result.remarks == []


# nbgrader's own commands, on the same configuration and layout.


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A copy of the project as an instructor has it, with one hand-in."""
    root = mini.make_root(tmp_path_factory.mktemp("project"))
    config = (term.ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    (root / "nbgrader_config.py").write_text(config, encoding="utf-8")
    templates = Path("course/grading/templates")
    shutil.copytree(term.ROOT / templates, root / templates)
    mini.hand_in(root / "class", "lin", mini.answered(total=RIGHT["total"]))
    return root


def nbgrader(root: Path, *words: str) -> str:
    beside = str(Path(sys.executable).parent)
    path = os.pathsep.join([beside, os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=root,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_plain_nbgrader_works_on_the_layout(project):
    nbgrader(project, "generate_assignment", "mini")
    assert (project / "exercises/mini/1_sums.ipynb").exists()
    nbgrader(project, "autograde", "mini", f"--RunCells.sandbox={SANDBOX}")
    nbgrader(project, "generate_feedback", "mini")
    page = project / "class/feedback/lin/mini/1_sums.html"
    text = page.read_text(encoding="utf-8")
    assert feedback.leaks(text, [mini.SECRET, mini.SILENT]) == []
    assert "3 of 9 points" in text
    to = project / "export.csv"
    nbgrader(project, "export", "--to", str(to))
    with to.open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["student_id"], float(row["score"])) == ("lin", 3)


HONEST = {
    "right": RIGHT,
    "by another route": {
        "total": "import numpy as np\ndef total(values):\n    return np.sum(values)",
        "largest": "def largest(values):\n    return sorted(values)[-1]",
    },
    "zero as a start": {
        "total": "total = sum",
        "largest": "def largest(values):\n    best = 0\n    for value in values:\n"
        "        best = max(best, value)\n    return best",
    },
    "not Python": RIGHT | {"total": "def total(values)\n    return sum(values)"},
    "leaves early": RIGHT | {"total": "def total(values):\n    raise SystemExit"},
    "changes the list": RIGHT
    | {"total": "def total(v):\n  n = 0\n  while v:\n    n += v.pop()\n  return n"},
}


def test_honest_grades_are_those_of_plain_nbgrader(tmp_path):
    """Cell by cell; the differences that are meant are in the tests above."""
    from nbgrader.api import Gradebook

    root = mini.make_root(tmp_path)
    config = """
c = get_config()
c.CourseDirectory.course_id = "mini"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
"""
    (root / "nbgrader_config.py").write_text(config, encoding="utf-8")
    nbgrader(root, "generate_assignment", "mini")
    for student, answers in HONEST.items():
        for folder in (root, root / "class"):
            mini.hand_in(folder, student, mini.answered(**answers))
    nbgrader(root, "autograde", "mini")
    (root / "nbgrader_config.py").unlink()
    grading.grade("mini", class_dir=root / "class", root=root, sandbox=SANDBOX)

    def scores(folder: Path) -> dict[tuple[str, str], float | None]:
        url = f"sqlite:///{(folder / 'gradebook.db').as_posix()}"
        with Gradebook(url) as gradebook:
            return {
                (student, cell): gradebook.find_grade(
                    cell, mini.NOTEBOOK, "mini", student
                ).auto_score
                for student in HONEST
                for cell in ("test_total", "test_largest", "why")
            }

    plain = scores(root)
    assert scores(root / "class") == plain
    assert {plain[student, "test_total"] for student in HONEST} == {0, 3}


def test_plain_validate_tells_a_student_what_fails(project):
    path = project / "class/submitted/lin/mini/1_sums.ipynb"
    said = nbgrader(project, "validate", str(path))
    assert "VALIDATION FAILED ON 2 CELL(S)" in said
