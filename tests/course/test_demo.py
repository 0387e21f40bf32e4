"""The sample class of twelve on the real notebook, graded as `make demo` does it."""

from __future__ import annotations

import csv
import shutil
import sys
from pathlib import Path

import pytest

from course import grading, term
from course.grading import cells, feedback, sample
from crmlib.errors import CrmError

SAMPLES = term.ROOT / "tests" / "sample_class"
SANDBOX = sys.platform == "linux" and shutil.which("bwrap") is not None
STUDENTS = sample.samples(SAMPLES)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    class_dir = tmp_path_factory.mktemp("demo") / "class"
    results = grading.demo(SAMPLES, class_dir, sandbox=SANDBOX)
    return class_dir, {result.student: result for result in results if _theirs(result)}


def _theirs(row) -> bool:
    """Say whether a row is about the one notebook that the samples hand in."""
    notebook = row["notebook"] if isinstance(row, dict) else row.notebook
    return notebook == STUDENTS[0].notebook


def test_there_are_the_twelve_that_students_hand_in():
    assert len(STUDENTS) == 12
    assert sum("typical mistake" in each.spec["about"] for each in STUDENTS) == 4


@pytest.mark.parametrize("student", STUDENTS, ids=lambda each: each.student)
def test_each_gets_what_it_is_worth(demo, student):
    result = demo[1][student.student]
    expected = student.expected
    assert result.status == expected["status"], result.remarks
    assert result.points == expected["points"], result.remarks
    for words in expected.get("remarks", []):
        assert words in " ".join(result.remarks)
    if result.status == "graded":
        assert result.remarks == ()


def test_the_demo_itself_says_that_all_is_as_expected(demo):
    results = list(demo[1].values())
    assert grading.unexpected(results, SAMPLES) == []
    missing = grading.unexpected(results[1:], SAMPLES)
    assert missing == [f"{results[0].student}: no result."]


def test_grades_csv_stands_in_a_fixed_order(demo):
    class_dir, results = demo
    with (class_dir / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["status"] for row in rows if not _theirs(row)} <= {"not handed in"}
    rows = [row for row in rows if _theirs(row)]
    assert [row["student"] for row in rows] == sorted(results)
    assert {row["max_points"] for row in rows} == {"18"}
    assert {row["manual_max"] for row in rows} == {"2"}


def test_a_second_round_gives_equal_rows(demo, tmp_path):
    """Two of the twelve again, in a class of their own."""
    class_dir, _ = demo
    some = tmp_path / "some"
    some.mkdir()
    shutil.copy(SAMPLES / "class.yml", some)
    again = ("s07", "s10")
    for each in STUDENTS:
        if each.student.startswith(again):
            shutil.copytree(each.folder, some / each.student)
    grading.demo(some, tmp_path / "class", sandbox=SANDBOX)
    first = (class_dir / "grades.csv").read_text(encoding="utf-8").splitlines()
    second = (tmp_path / "class" / "grades.csv").read_text("utf-8").splitlines()
    assert len(second) == 1 + 2 * (len(first) - 1) / 12
    assert second == [line for line in first if line in second]


def test_no_page_shows_a_hidden_test(demo):
    class_dir, _ = demo
    hidden = _hidden_lines(term.ROOT)
    assert len(hidden) > 50
    pages = sorted((class_dir / "feedback").rglob("*.html"))
    assert len(pages) == 12
    for page in pages:
        assert feedback.leaks(page.read_text(encoding="utf-8"), hidden) == [], page


def _hidden_lines(root: Path) -> list[str]:
    """Every hidden line that the exercise does not show, long enough to tell."""
    inside = "oriental_hotel/1_the_record.ipynb"
    released = cells.read(root / "exercises" / inside)
    visible = {
        line.strip() for cell in released.cells for line in cell.source.split("\n")
    }
    # What a student's right answer may well say by itself.
    solved = cells.read(root / "solutions" / inside)
    visible |= {
        line.strip()
        for cell in solved.cells
        if cells.is_answer(cell)
        for line in cell.source.split("\n")
    }
    hidden = [
        line.strip()
        for cell in solved.cells
        for line in feedback.split_hidden(cell.source)[1]
    ]
    return sorted({line for line in hidden if len(line) >= 12} - visible)


def test_a_page_groups_the_points_by_step(demo):
    folder = demo[0] / "feedback" / "s04_room_of_yesterday" / "oriental_hotel"
    text = (folder / "1_the_record.html").read_text(encoding="utf-8")
    assert "You have 16 of 18 points." in text
    assert "Step 2. Whom is a slip about?" in text
    assert "On the morning of 6 March room 7B still belongs" in text


def test_a_second_demo_starts_afresh(demo, tmp_path):
    old = demo[0] / "submitted" / "s01_reference" / "left over.txt"
    old.write_text("old", encoding="utf-8")
    sample._must_be_a_demonstration(demo[0])
    from course.grading import run

    run.clear(demo[0] / "autograded" / "s01_reference")  # read-only files in it
    assert not (demo[0] / "autograded" / "s01_reference").exists()


@pytest.mark.parametrize("term_file", ['secret = "of this year"\n', None])
def test_a_real_class_is_never_emptied(tmp_path, term_file):
    work = tmp_path / "submitted" / "lin" / "work.ipynb"
    work.parent.mkdir(parents=True)
    work.write_text("{}", encoding="utf-8")
    if term_file:
        (tmp_path / "term.toml").write_text(term_file, encoding="utf-8")
    with pytest.raises(CrmError, match="is not a demonstration's folder"):
        grading.demo(SAMPLES, tmp_path, sandbox=False)
    assert work.exists()


def test_the_class_folder_itself_is_refused():
    with pytest.raises(CrmError, match="is not a demonstration's folder"):
        grading.demo(SAMPLES, term.CLASS_DIR, sandbox=False)


def test_a_folder_without_samples_is_named(tmp_path):
    with pytest.raises(CrmError, match=r"class\.yml is missing"):
        grading.demo(tmp_path, tmp_path / "class", sandbox=False)


def test_a_sample_that_names_a_cell_that_is_gone(tmp_path):
    spec = {"delete": ["no-such-cell"], "expected": {}}
    lost = sample.Sample("lin", "oriental_hotel", "1_the_record", tmp_path, spec)
    with pytest.raises(CrmError, match="'no-such-cell', which the exercise does not"):
        sample.assemble(lost, root=term.ROOT)
