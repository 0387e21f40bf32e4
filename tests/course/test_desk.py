"""The instructor's desk, from a folder of downloads to returned grades."""

from __future__ import annotations

import csv
import io
import shutil
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import mini_course as mini
import nbformat
import pandas as pd
import pytest
from mini_course import RIGHT

from course import grading
from course.desk import (
    book,
    changes,
    downloads,
    exports,
    handback,
    history,
    report,
    roster,
    terms,
)
from crmlib.errors import CrmError

SANDBOX = sys.platform == "linux" and shutil.which("bwrap") is not None
DUE = datetime.fromisoformat("2026-12-01T23:59:00+08:00")
LOOP = "def largest(values):\n    while True:\n        pass"
HALF = RIGHT | {"total": "def total(values):\n    return 3"}


def book_of(**answers: str) -> bytes:
    return nbformat.writes(mini.answered(**answers)).encode()


def packed(files: dict[str, bytes], *, at: datetime | None = None) -> bytes:
    """Return a zip as a platform makes it; its times are local and without zone."""
    moment = (at or DUE - timedelta(days=1)).astimezone()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, moment.timetuple()[:6])
            archive.writestr(entry, data)
    return buffer.getvalue()


def canvas_gradebook(path: Path, names: dict[str, str]) -> Path:
    """Write a gradebook as Canvas exports it: number -> name."""
    rows = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "The sums (88)"],
        ["    Points Possible", "", "", "", "", "9"],
    ]
    for number, name in names.items():
        login = name.split()[0].casefold() + number
        rows.append([name, number, f"U{number}", login, "A", ""])
    rows.append(["Student, Test", "999", "", "", "A", ""])
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


# -------------------------------------------------------------------------- terms


def test_a_term_is_begun_and_the_last_one_put_away(tmp_path):
    first = terms.begin("2026 spring", due={"mini": DUE}, class_dir=tmp_path)
    assert terms.read(tmp_path) == first
    secret = (tmp_path / "term.toml").read_text(encoding="utf-8")
    mini.hand_in(tmp_path, "lin", b"{}")
    (tmp_path / "gradebook.db").write_bytes(b"old")
    (tmp_path / "demo").mkdir()

    terms.begin("2026 autumn", class_dir=tmp_path)
    assert terms.read(tmp_path).name == "2026 autumn"
    assert (tmp_path / "term.toml").read_text(encoding="utf-8") != secret
    old = tmp_path / "archive" / "2026_spring"
    assert (old / "gradebook.db").read_bytes() == b"old"
    assert (old / "term.toml").read_text(encoding="utf-8") == secret
    assert (old / "submitted" / "lin").is_dir()
    assert {path.name for path in tmp_path.iterdir()} == {
        "archive",
        "demo",
        "term.toml",
    }
    for taken in ("2026 spring", "2026 autumn"):
        with pytest.raises(CrmError, match=r"There has been a term|is running"):
            terms.begin(taken, class_dir=tmp_path)


def test_a_term_file_with_a_slip_is_explained(tmp_path):
    (tmp_path / "term.toml").write_text("[late]\npercent = 5\n", encoding="utf-8")
    with pytest.raises(CrmError, match="percent_per_day"):
        terms.read(tmp_path)


@pytest.mark.parametrize(
    ("minutes", "days", "kept"),
    [
        (-1, 0, 1.0),
        (0, 0, 1.0),
        (10, 0, 1.0),
        (11, 1, 0.8),
        (1450, 1, 0.8),
        (1451, 2, 0.6),
        (3 * 1440, 3, 0.0),
    ],
)
def test_late_days_are_charged_by_the_begun_day_after_grace(minutes, days, kept):
    rule = terms.Late(grace_minutes=10, percent_per_day=20, days=2)
    late = rule.days_late(DUE + timedelta(minutes=minutes), DUE)
    assert late == days
    assert rule.share_kept(late) == pytest.approx(kept)


def test_a_moment_needs_an_hour():
    for wrong in ("2026-12-01", "tomorrow"):
        with pytest.raises(CrmError, match="date and hour"):
            terms.when(wrong)


# ------------------------------------------------------------------------- roster


def test_the_roster_joins_what_two_platforms_know(tmp_path):
    export = canvas_gradebook(tmp_path / "g.csv", {"71": "Lin Yue", "72": "Wu Mo"})
    new = roster.add(export, class_dir=tmp_path)
    assert [(one.name, one.canvas_id) for one in new] == [
        ("Lin Yue", "71"),
        ("Wu Mo", "72"),
    ]
    sheet = tmp_path / "list.csv"
    sheet.write_text(
        "student;name;email\nlin71;Lin Yue;lin@example.org\n王小明;王小明;\n",
        encoding="utf-16",
    )
    assert [one.student for one in roster.add(sheet, class_dir=tmp_path)] == ["王小明"]
    known = roster.read(tmp_path)
    assert known["lin71"].email == "lin@example.org"
    assert known["lin71"].canvas_id == "71"
    assert roster.add(export, class_dir=tmp_path) == []
    assert roster.read(tmp_path) == known


def test_a_table_that_is_no_list_of_students_is_explained(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text("tea,price\ngreen,3\n", encoding="utf-8")
    with pytest.raises(CrmError, match="no list of students"):
        roster.add(path, class_dir=tmp_path)
    assert not (tmp_path / "roster.csv").exists()


# ---------------------------------------------------------------------- downloads


@pytest.fixture
def desk(tmp_path):
    """A project with one assignment, handed out, and a term with a deadline."""
    root = mini.make_root(tmp_path / "course")
    folder = root / "exercises" / mini.ASSIGNMENT
    folder.mkdir(parents=True)
    nbformat.write(mini.handed_out(), folder / f"{mini.NOTEBOOK}.ipynb")
    class_dir = root / "class"
    terms.begin("now", due={mini.ASSIGNMENT: DUE}, class_dir=class_dir)
    return root, class_dir


def take_in(desk, data: bytes, **more):
    root, class_dir = desk
    path = root / "download.zip"
    path.write_bytes(data)
    return downloads.take_in(path, "mini", class_dir=class_dir, root=root, **more)


def submitted(desk) -> dict[str, bytes]:
    folder = desk[1] / "submitted"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_canvas_and_moodle_names_lead_to_students(desk):
    right = book_of(**RIGHT)
    files = {
        "linyue_71_905_1_sums-2.ipynb": right,
        "wumo_LATE_72_906_my sums.ipynb": right,
        "Mo Wu_3344_assignsubmission_file/1_sums.ipynb": right,
        "Anna Smith_3345_assignsubmission_file_1_sums.ipynb": right,
        "__MACOSX/._linyue_71_905_1_sums-2.ipynb": b"x",
        "../outside_1_2_evil.ipynb": b"x",
        "readme.txt": b"no one's",
    }
    taken = take_in(desk, packed(files))
    assert list(submitted(desk)) == [
        "anna_smith_3345/mini/1_sums.ipynb",
        "linyue_71/mini/1_sums.ipynb",
        "mo_wu_3344/mini/1_sums.ipynb",
        "wumo_72/mini/1_sums.ipynb",
    ]
    assert not list(desk[0].rglob("*evil*"))
    said = {one.file: one.said for one in taken if one.state == "set aside"}
    assert "does not say whose" in said["readme.txt"]
    assert "leads out of the download" in said["outside_1_2_evil.ipynb"]
    late = downloads.days_late("wumo_72", "mini", class_dir=desk[1])
    assert late == {"1_sums": 1}


def test_the_latest_before_the_deadline_counts(desk):
    first, second, third = (
        book_of(**RIGHT | {"why": text}) for text in ("first", "second", "third")
    )
    for day, data in ((-3, first), (-1, second), (+1, third)):
        name = "Lin Yue_5_assignsubmission_file/1_sums.ipynb"
        zipped = packed({name: data}, at=DUE + timedelta(days=day))
        taken = take_in(desk, zipped)
    assert list(submitted(desk).values()) == [second]
    assert "3 times; the latest before the deadline counts" in taken[0].said
    # Nothing that came is lost, and taking in again changes nothing.
    kept = desk[1] / "received" / "lin_yue_5" / "mini"
    assert len(list(kept.glob("*.ipynb"))) == 3
    assert take_in(desk, zipped) == taken


def test_a_notebook_may_have_a_deadline_of_its_own(desk):
    class_dir = desk[1]
    path = class_dir / "term.toml"
    text = path.read_text(encoding="utf-8")
    own = f'"mini/1_sums" = {(DUE + timedelta(days=7)).isoformat()}'
    path.write_text(text.replace("[due]", f"[due]\n{own}"), encoding="utf-8")
    name = "Lin Yue_5_assignsubmission_file/1_sums.ipynb"
    take_in(desk, packed({name: book_of(**RIGHT)}, at=DUE + timedelta(days=5)))
    assert downloads.days_late("lin_yue_5", "mini", class_dir=class_dir) == {
        "1_sums": 0
    }


def test_what_is_too_late_is_kept_and_not_graded(desk):
    name = "Lin Yue_5_assignsubmission_file/1_sums.ipynb"
    taken = take_in(desk, packed({name: book_of(**RIGHT)}, at=DUE + timedelta(days=4)))
    assert [one.state for one in taken] == ["kept"]
    assert submitted(desk) == {}


def test_a_download_packed_late_is_not_taken_for_late_work(desk, capsys, monkeypatch):
    """Everybody seems too late: the command says what may be the reason."""
    from course import cli

    root, class_dir = desk
    name = "Lin Yue_5_assignsubmission_file/1_sums.ipynb"
    path = root / "packed.zip"
    path.write_bytes(packed({name: book_of(**RIGHT)}, at=DUE + timedelta(days=9)))
    real = downloads.take_in
    monkeypatch.setattr(
        downloads, "take_in", lambda *given, **more: real(*given, **more, root=root)
    )
    told = ["take-in", "mini", str(path), "--class-dir", str(class_dir)]
    assert cli.main(told) == 0
    assert "take in again with --times" in capsys.readouterr().out
    times = root / "times.csv"
    times.write_text(
        "student,submitted_at\nlin_yue_5,2026-11-30 20:00\n", encoding="utf-8"
    )
    assert cli.main([*told, "--times", str(times)]) == 0
    assert "--times" not in capsys.readouterr().out
    assert set(submitted(desk)) == {"lin_yue_5/mini/1_sums.ipynb"}


def test_the_worksheet_says_when(desk, tmp_path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(
        "Identifier,Full name,Email address,Grade,Maximum Grade,"
        "Last modified (submission)\n"
        'Participant 5,Lin Yue,l@example.org,,9,"Thursday, 3 December 2026, 1:05 PM"\n'
        "Participant 6,Wu Mo,w@example.org,,9,-\n",
        encoding="utf-8",
    )
    name = "Lin Yue_5_assignsubmission_file/1_sums.ipynb"
    taken = take_in(desk, packed({name: book_of(**RIGHT)}), times=sheet)
    local = datetime(2026, 12, 3, 13, 5).astimezone()
    days = terms.Late().days_late(local, DUE)
    assert downloads.days_late("lin_yue_5", "mini", class_dir=desk[1]) == {
        "1_sums": days
    }
    assert f"{days} day" in taken[0].said


def test_zips_in_the_zip_are_opened_and_bad_ones_named(desk):
    inner = packed({"work/1_sums.ipynb": book_of(**RIGHT), "notes.txt": b"mine"})
    taken = take_in(
        desk,
        packed({"linyue_71_905_all.zip": inner, "wumo_72_906_all.zip": b"PK nothing"}),
    )
    assert set(submitted(desk)) == {
        "linyue_71/mini/1_sums.ipynb",
        "linyue_71/mini/notes.txt",
    }
    assert any("cannot be opened" in one.said for one in taken)


def test_who_is_not_on_the_roster_waits_until_he_is(desk, tmp_path):
    class_dir = desk[1]
    roster.add(
        canvas_gradebook(tmp_path / "g.csv", {"71": "Lin Yue"}), class_dir=class_dir
    )
    zipped = packed(
        {
            "yuelin_71_905_1_sums.ipynb": book_of(**RIGHT),
            "wumo_72_906_1_sums.ipynb": book_of(**HALF),
        }
    )
    taken = take_in(desk, zipped)
    assert set(submitted(desk)) == {"lin71/mini/1_sums.ipynb"}
    assert [one.said for one in taken if one.state == "set aside"] == [
        "'wumo', number 72 is not in roster.csv. Add the student and take in again."
    ]
    export = canvas_gradebook(tmp_path / "h.csv", {"71": "Lin Yue", "72": "Wu Mo"})
    roster.add(export, class_dir=class_dir)
    assert all(one.state == "taken" for one in take_in(desk, zipped))
    assert set(submitted(desk)) == {"lin71/mini/1_sums.ipynb", "wu72/mini/1_sums.ipynb"}


def test_a_source_that_is_no_download_is_explained(desk, tmp_path):
    with pytest.raises(CrmError, match="neither a folder nor a zip"):
        take_in(desk, b"%PDF")
    with pytest.raises(CrmError, match="no assignment 'other'"):
        downloads.take_in(tmp_path, "other", class_dir=desk[1], root=desk[0])


# ------------------------------------------------------------ thirty, all the way

NAMES = [
    "Lin Yue", "Wu Mo", "Chen Hao", "Li Na", "Wang Wei", "Zhang Min", "Liu Yang",
    "Zhao Lei", "Huang Jing", "Zhou Tao", "Xu Fang", "Sun Li", "Ma Chao", "Zhu Lin",
    "Hu Bo", "Guo Jia", "He Ping", "Gao Shan", "Luo Yi", "Zheng Hua", "Liang Yu",
    "Xie Jun", "Song Mei", "Tang Kai", "Han Xue", "Feng Lan", "Deng Yi", "Cao Rui",
    "Peng Fei", "Wang Wei",
]  # fmt: skip
NUMBERS = {str(100 + i): name for i, name in enumerate(NAMES)}
TROUBLE = {
    "105": "handed in a day late",
    "106": "two versions, the second late",
    "107": "a wrong file name",
    "108": "packed into a zip of his own",
    "109": "an empty file",
    "110": "a damaged file",
    "111": "a text document",
    "112": "tests deleted",
    "113": "an endless loop",
    "114": "nothing",
    "200": "not on the roster",
}


def download() -> dict[str, bytes]:
    """Thirty hand-ins as Canvas packs them, ten of them with some trouble."""
    files = {}
    right = book_of(**RIGHT)
    no_tests = mini.answered(**RIGHT)
    no_tests.cells = [c for c in no_tests.cells if not c.id.startswith("test_")]
    for number, name in NUMBERS.items():
        letters = "".join(sorted(name.casefold().split(), reverse=True))
        start = f"{letters}_{number}_{int(number) + 5000}_"
        files[f"{start}1_sums.ipynb"] = right if int(number) % 3 else book_of(**HALF)
        if number in TROUBLE:
            del files[f"{start}1_sums.ipynb"]
        late = start.replace("_", "_LATE_", 1)
        match number:
            case "105":
                files[f"{late}1_sums.ipynb"] = right
            case "106":
                files[f"{start}1_sums.ipynb"] = book_of(**HALF)
                files[f"{late}1_sums-1.ipynb"] = right
            case "107":
                files[f"{start}final FINAL (2).ipynb"] = right
            case "108":
                files[f"{start}work.zip"] = packed({"a/1_sums.ipynb": right})
            case "109":
                files[f"{start}1_sums.ipynb"] = b""
            case "110":
                files[f"{start}1_sums.ipynb"] = right[:-200]
            case "111":
                files[f"{start}answers.docx"] = b"PK\x03\x04"
            case "112":
                files[f"{start}1_sums.ipynb"] = nbformat.writes(no_tests).encode()
            case "113":
                files[f"{start}1_sums.ipynb"] = book_of(**RIGHT | {"largest": LOOP})
    files["guest_200_5200_1_sums.ipynb"] = right
    return files


@pytest.fixture(scope="module")
def returned(tmp_path_factory):
    """The thirty, taken in, graded, read by hand, and handed back."""
    root = mini.make_root(tmp_path_factory.mktemp("thirty"))
    folder = root / "exercises" / mini.ASSIGNMENT
    folder.mkdir(parents=True)
    nbformat.write(mini.handed_out(), folder / f"{mini.NOTEBOOK}.ipynb")
    class_dir = root / "class"
    terms.begin("now", due={"mini": DUE}, class_dir=class_dir)
    export = canvas_gradebook(root / "canvas.csv", NUMBERS)
    roster.add(export, class_dir=class_dir)
    zipped = root / "submissions.zip"
    zipped.write_bytes(packed(download()))
    taken = downloads.take_in(zipped, "mini", class_dir=class_dir, root=root)
    grading.grade(
        "mini", class_dir=class_dir, root=root, cell_seconds=4, sandbox=SANDBOX
    )
    read_by_hand(class_dir, root, {"lin100": 4, "wu101": 3})
    back = handback.hand_back(
        "mini", canvas=export, title="The sums", class_dir=class_dir, root=root
    )
    return root, class_dir, taken, back


def read_by_hand(class_dir: Path, root: Path, points: dict[str, float]) -> None:
    """Give points for the written answer, as the formgrader does."""
    from course.grading import run

    with run.ClassRoom(class_dir, root).gradebook() as gradebook:
        for student, score in points.items():
            grade = gradebook.find_grade("why", mini.NOTEBOOK, "mini", student)
            grade.manual_score, grade.needs_manual_grade = score, False
        gradebook.db.commit()


def finals(returned) -> dict[str, float | None]:
    root, class_dir, *_ = returned
    table = handback.standing("mini", class_dir=class_dir, root=root).summary
    return dict(zip(table["student"], table["final"], strict=True))


def student(number: str) -> str:
    return NUMBERS[number].split()[0].casefold() + number


def test_thirty_downloads_come_back_as_grades(returned):
    got = finals(returned)
    assert len(got) == 30
    wanted = {student(n): 2.0 if int(n) % 3 == 0 else 5.0 for n in NUMBERS}
    wanted |= {
        "lin100": 5.0 + 4.0,  # with what was given by hand
        "wu101": 5.0 + 3.0,
        student("105"): 4.5,  # ten per cent off
        student("106"): 2.0,  # the version in time
        student("107"): 5.0,
        student("108"): 5.0,
        student("112"): 5.0,
        student("113"): 3.0,
        student("114"): 0.0,
    }
    for number in ("109", "110", "111"):
        assert pd.isna(got.pop(student(number))), TROUBLE[number]
        wanted.pop(student(number))
    assert got == wanted


def test_each_trouble_is_reported(returned):
    _, class_dir, taken, _ = returned
    said = {one.student: one.said for one in taken}
    assert "day is charged" in said[student("105")]
    assert "2 times; the latest before" in said[student("106")]
    assert "final FINAL (2).ipynb" in said[student("107")]
    assert "'guest', number 200 is not in roster.csv" in said["_unknown"]
    # What cannot be graded is told when it comes, so that one can write to the student.
    assert said[student("109")] == "The file is empty."
    assert said[student("110")] == "The file is damaged or cut off."
    assert said[student("111")] == "This is no notebook."
    assert downloads.silent("mini", class_dir=class_dir) == [student("114")]
    page = (class_dir / "returned" / "mini" / "class_report.html").read_text("utf-8")
    assert "<code>test_total</code>" in page  # as `crm-course change --item` wants it
    assert "1 handed in nothing" in page
    for words in ("is an empty file", "damaged or cut off"):
        assert words in page
    assert page.count("data:image/png") == 2
    assert 'alt="Histogram' in page


def test_commands_say_what_they_did(returned, tmp_path, capsys):
    """What an instructor reads who takes back one day and looks at the platform."""
    from course import cli

    _, old, *_ = returned
    class_dir = tmp_path / "class"
    shutil.copytree(old, class_dir)
    where = ["--class-dir", str(class_dir)]
    assert cli.main(["term", *where]) == 0
    assert "mini is due 2026-12-01 23:59" in capsys.readouterr().out
    change = ["change", "override", "mini", "--notebook", "1_sums", "--points", "5"]
    assert cli.main([*change, "--student", "nobody", "--reason", "ill", *where]) == 1
    assert "no student 'nobody'" in capsys.readouterr().err
    assert cli.main([*change, "--student", "lin100", "--reason", "ill", *where]) == 0
    assert "lin100 / 1_sums: 9 -> 5" in capsys.readouterr().out
    assert cli.main(["change", "list", *where]) == 0
    assert "1. override mini/1_sums lin100 5 points: ill" in capsys.readouterr().out
    undo = ["change", "undo", "--number", "1", "--reason", "a mistake"]
    assert cli.main([*undo, *where]) == 0
    assert "lin100 / 1_sums: 5 -> 9" in capsys.readouterr().out
    path = class_dir / "returned" / "mini" / "canvas_import.csv"
    compare = ["return", "mini", "--compare", str(path), "--title", "The sums"]
    assert cli.main([*compare, *where]) == 0
    assert "same points as here" in capsys.readouterr().out
    assert cli.main(["take-in", "other", str(path), *where]) == 1
    assert "no assignment 'other'" in capsys.readouterr().err


@pytest.fixture
def weekly(tmp_path):
    """Three notebooks: lin handed in two, wu one, nobody the last."""
    root = mini.make_root(tmp_path / "course")
    text = nbformat.writes(mini.source())
    for name in ("2_again", "3_never"):
        nb = nbformat.reads(text, 4)
        for cell in nb.cells:
            if "nbgrader" in cell.metadata:
                cell.metadata["nbgrader"]["grade_id"] += f"-{name}"
        nbformat.write(nb, root / "solutions" / "mini" / f"{name}.ipynb")
        (root / "exercises" / "mini").mkdir(parents=True, exist_ok=True)
        nbformat.write(nb, root / "exercises" / "mini" / f"{name}.ipynb")
    second = (root / "exercises" / "mini" / "2_again.ipynb").read_bytes()
    nbformat.write(mini.handed_out(), root / "exercises" / "mini" / "1_sums.ipynb")
    export = canvas_gradebook(root / "g.csv", {"71": "Lin Yue", "72": "Wu Mo"})
    class_dir = root / "class"
    roster.add(export, class_dir=class_dir)
    came = {
        "linyue_71_905_1_sums.ipynb": book_of(**RIGHT),
        "linyue_71_906_2_again.ipynb": second,
        "wumo_72_907_1_sums.ipynb": book_of(**HALF),
    }
    take_in((root, class_dir), packed(came))
    grading.grade(
        "mini", class_dir=class_dir, root=root, cell_seconds=4, sandbox=SANDBOX
    )
    return root, class_dir, export


def test_notebooks_are_returned_as_they_are_handed_in_week_by_week(weekly):
    root, class_dir, export = weekly
    here = {"class_dir": class_dir, "root": root}
    now = handback.standing("mini", **here)
    # What nobody handed in is no 0; what wu did not is, but no datum on the questions.
    assert now.left_out == ("3_never",)
    assert set(now.summary["max_points"]) == {18.0}
    assert set(report.item_statistics(now.cells)["students"].head(2)) == {2}
    again = report.item_statistics(now.cells).set_index("notebook").loc["2_again"]
    assert set(again["students"]) <= {0, 1}

    canvas = {"canvas": export, "title": "The sums"}
    back = handback.hand_back("mini", notebook="1_sums", **canvas, **here)
    assert back.points == 9 == exports.worth(export, title="The sums")
    folder = class_dir / "returned" / "mini" / "1_sums"
    rows = {row["ID"]: row for row in roster.read_table(folder / "canvas_import.csv")}
    assert [rows[n]["The sums (88)"] for n in ("71", "72")] == ["5", "2"]
    with zipfile.ZipFile(folder / "pages.zip") as archive:
        assert sorted(archive.namelist()) == [
            "linyue_71_905_1_sums.html",
            "linyue_71_905_feedback.html",
            "wumo_72_907_1_sums.html",
            "wumo_72_907_feedback.html",
        ]
    gone = folder / "pages" / "who-left" / "feedback.html"
    gone.parent.mkdir()
    gone.write_text("a page of last week", encoding="utf-8")
    handback.hand_back("mini", notebook="1_sums", **canvas, **here)
    assert not gone.exists()
    assert len(list((folder / "pages").glob("*/*.html"))) == 4
    assert handback.hand_back("mini", **canvas, **here).moved.empty
    with pytest.raises(CrmError, match="no notebook '4_more'"):
        handback.standing("mini", notebook="4_more", **here)


def test_two_students_of_one_name_are_told_apart_by_number(returned):
    got = finals(returned)
    assert NUMBERS["104"] == NUMBERS["129"]
    assert (got[student("104")], got[student("129")]) == (5.0, 2.0)


def test_canvas_file_has_its_own_columns_and_no_grade_for_what_is_not_graded(returned):
    root, class_dir, _, back = returned
    path = class_dir / "returned" / "mini" / "canvas_import.csv"
    assert path in back.files
    rows = {row["ID"]: row for row in roster.read_table(path)}
    assert list(rows["100"]) == [
        "Student",
        "ID",
        "SIS User ID",
        "SIS Login ID",
        "Section",
        "The sums (88)",
    ]
    assert rows["100"]["The sums (88)"] == "9"
    assert rows["105"]["The sums (88)"] == "4.5"
    assert rows["109"]["The sums (88)"] == ""  # not 0
    assert rows["114"]["The sums (88)"] == "0"
    assert rows[""]["The sums (88)"] == "9"  # possible
    assert "999" not in rows

    table = handback.standing("mini", class_dir=class_dir, root=root).summary
    assert exports.compare(table, path, title="The sums", class_dir=class_dir) == []
    edited = path.read_text(encoding="utf-8").replace("A,4.5", "A,5")
    other = root / "came back.csv"
    other.write_text(edited, encoding="utf-8")
    assert exports.compare(table, other, title="sums", class_dir=class_dir) == [
        f"{student('105')} has 5 there, 4.5 here."
    ]


def test_pages_go_back_under_the_names_that_came(returned):
    _, class_dir, *_ = returned
    with zipfile.ZipFile(class_dir / "returned" / "mini" / "pages.zip") as archive:
        names = archive.namelist()
        page = archive.read("yuelin_100_5100_feedback.html").decode()
    assert "yuelin_100_5100_1_sums.html" in names
    assert "<strong>9 of 9" in page
    assert page.count("Read by your teacher.") == 1
    assert page.count("Right.") == 2
    assert mini.SECRET not in page
    assert "hidden" not in page.casefold()


def test_changes_leave_a_trace_and_say_whose_grade_moved(returned, tmp_path):
    root, old, *_ = returned
    class_dir = tmp_path / "class"
    shutil.copytree(old, class_dir)
    before = finals((root, class_dir))
    cells = handback.standing("mini", class_dir=class_dir, root=root).cells
    where = {"assignment": "mini", "notebook": "1_sums"}

    def change(kind, **more):
        return changes.record(
            kind, cells=cells, class_dir=class_dir, **where | {"reason": "fair"} | more
        )

    change("points", item="test_total", points=6.0)
    after = finals((root, class_dir))
    assert after["lin100"] == before["lin100"] + 3
    assert after[student("102")] == before[student("102")]  # had none of them
    change("undo", undoes=1, reason="the test was right")
    assert finals((root, class_dir))["lin100"] == before["lin100"]

    change("drop", item="test_total")
    change("override", student=student("109"), points=5.0, reason="handed in on paper")
    back = handback.hand_back("mini", class_dir=class_dir, root=root)
    moved = dict(zip(back.moved["student"], back.moved["after"], strict=True))
    assert moved[student("109")] == 5.0
    assert moved["lin100"] == before["lin100"] - 3
    assert student("102") not in moved
    page = class_dir / "returned" / "mini" / "pages" / student("109") / "feedback.html"
    assert "handed in on paper" in page.read_text("utf-8")
    log = (class_dir / "changes.toml").read_text("utf-8")
    assert log.count("[[change]]") == 4
    assert len(list((class_dir / "history" / "mini").glob("*.csv"))) == 2
    # Nothing moves a second time.
    assert handback.hand_back("mini", class_dir=class_dir, root=root).moved.empty


@pytest.mark.parametrize(
    ("kind", "wrong", "words"),
    [
        ("drop", {"item": "test_totall"}, "no item 'test_totall'"),
        ("override", {"student": "nobody", "points": 1.0}, "no student 'nobody'"),
        ("points", {"item": "test_total"}, "a number of points"),
        ("override", {"student": "lin100", "points": -1.0}, "a number of points"),
        ("drop", {"item": "test_total", "reason": " "}, "needs a reason"),
        ("undo", {"undoes": 7}, "no change 7"),
        ("delete", {}, "no change 'delete'"),
    ],
)
def test_a_change_that_fits_nothing_changes_nothing(
    returned, tmp_path, kind, wrong, words
):
    root, class_dir, *_ = returned
    cells = handback.standing("mini", class_dir=class_dir, root=root).cells
    given = {"reason": "fair", "notebook": "1_sums", "assignment": "mini"} | wrong
    with pytest.raises(CrmError, match=words):
        changes.record(kind, cells=cells, class_dir=tmp_path, **given)
    assert not (tmp_path / "changes.toml").exists()


def test_a_faulty_test_is_mended_and_the_class_graded_again(returned, tmp_path):
    """Points given by hand stay, and the report says whose grade changed."""
    root = returned[0]
    here = tmp_path / "course"
    shutil.copytree(root, here)
    class_dir = here / "class"
    path = here / "solutions" / "mini" / "1_sums.ipynb"
    text = path.read_text(encoding="utf-8")
    mended = text.replace(
        "assert total([10, 20, 12]) == 42", "assert total([]) in (0, 3)"
    )
    assert mended != text
    visible = mended.replace("assert total([1, 2]) == 3,", "assert total([1, 2]) >= 3,")
    path.write_text(visible, encoding="utf-8")
    grading.grade(
        "mini", class_dir=class_dir, root=here, cell_seconds=4, sandbox=SANDBOX
    )
    table = handback.standing("mini", class_dir=class_dir, root=here).totals
    moved = history.remember(table, "mini", class_dir=class_dir)
    got = {row.student: (row.before, row.after) for row in moved.itertuples()}
    # Those who always answer 3 had failed the hidden test; now they pass.
    assert got[student("102")] == (2.0, 5.0)
    assert "lin100" not in got
    finals_now = finals((here, class_dir))
    assert finals_now["lin100"] == 9.0
    assert finals_now["wu101"] == 8.0


def test_the_class_page_groups_equal_wrong_answers(returned):
    root, class_dir, *_ = returned
    cells = handback.standing("mini", class_dir=class_dir, root=root).cells
    common = report.common_answers(cells)
    halves = [n for n in NUMBERS if int(n) % 3 == 0 and n not in TROUBLE] + ["106"]
    top = common.iloc[0]
    assert top["item"] == "test_total"
    assert top["students"] == len(halves)
    assert set(top["who"].split(", ")) == {student(n) for n in halves}


def test_questions_that_were_not_answered_are_no_wrong_answers():
    cells = pd.DataFrame({"student": list("abc"), "notebook": "1", "item": "q"})
    told = cells.assign(title="A seat", said="Not answered.")
    assert report.common_answers(told).empty
    assert len(report.common_answers(told.assign(said="It gave 3."))) == 1


def test_item_statistics_agree_with_their_definition(returned):
    root, class_dir, *_ = returned
    cells = handback.standing("mini", class_dir=class_dir, root=root).cells
    table = report.item_statistics(cells).set_index("item")
    wide = cells.pivot(index="student", columns="item", values="points")
    assert table.loc["test_total", "difficulty"] == pytest.approx(
        wide["test_total"].mean() / 3
    )
    graded = wide[wide["test_total"].notna()]
    rest = graded[["test_largest", "why"]].sum(axis=1)
    mx, my = graded["test_total"].mean(), rest.mean()
    product = ((graded["test_total"] - mx) * (rest - my)).sum()
    size = (((graded["test_total"] - mx) ** 2).sum() * ((rest - my) ** 2).sum()) ** 0.5
    assert table.loc["test_total", "discrimination"] == pytest.approx(product / size)


def test_moodle_worksheet_keeps_all_it_had(returned, tmp_path):
    root, old, *_ = returned
    class_dir = tmp_path / "class"
    shutil.copytree(old, class_dir)
    columns = ["Identifier", "Full name", "Email address", "Status", "Grade"]
    columns += ["Maximum Grade", "Grade can be changed", "Feedback comments"]
    sheet = tmp_path / "sheet.csv"
    table = handback.standing("mini", class_dir=class_dir, root=root).summary
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for i, name in enumerate(table["student"]):
            row = [f"Participant {900 + i}", name, f"{name}@example.org", "Submitted"]
            writer.writerow([*row, "", "100.00", "Yes", ""])
    roster.add(sheet, class_dir=class_dir)
    known = roster.read(class_dir)
    assert {one.moodle_id for one in known.values()} >= {
        str(900 + i) for i in range(30)
    }
    out = exports.moodle(table, sheet, tmp_path / "out.csv", class_dir=class_dir)
    back = {row["Full name"]: row for row in roster.read_table(out)}
    assert list(back["lin100"]) == columns
    assert back["lin100"]["Grade"] == "100"  # 9 of 9, on Moodle's scale
    assert back[student("105")]["Grade"] == "50"
    assert back[student("109")]["Grade"] == ""
    assert exports.compare(table, out, class_dir=class_dir) == []


def test_who_is_missing_in_the_platforms_table_is_named(returned, tmp_path):
    root, class_dir, *_ = returned
    table = handback.standing("mini", class_dir=class_dir, root=root).summary
    few = canvas_gradebook(tmp_path / "few.csv", {"100": "Lin Yue"})
    target = tmp_path / "out.csv"
    with pytest.raises(CrmError, match=r"no line for: .*wu101.*nothing was written"):
        exports.canvas(table, few, target, title="The sums", class_dir=class_dir)
    with pytest.raises(CrmError, match="No column has the name 'Essay'"):
        exports.canvas(table, few, target, title="Essay", class_dir=class_dir)
    assert not target.exists()


def test_a_class_without_grades_is_told_what_to_do(tmp_path):
    with pytest.raises(CrmError, match="crm-course grade mini"):
        handback.standing("mini", class_dir=tmp_path, root=tmp_path)


def test_items_of_a_class_are_in_the_notebooks_order(returned):
    root, class_dir, *_ = returned
    cells = book.items("mini", class_dir=class_dir, root=root)
    assert cells["item"].tolist()[:3] == ["test_total", "test_largest", "why"]
    assert cells["title"].tolist()[:3] == [
        "1. The total",
        "2. The largest",
        "3. In words",
    ]
    assert cells["max_points"].tolist()[:3] == [3, 2, 4]


def test_the_time_of_the_last_round_is_kept(tmp_path):
    assert history.seconds_of_round("mini", class_dir=tmp_path) is None
    history.note_round("mini", 61.4, class_dir=tmp_path)
    assert history.seconds_of_round("mini", class_dir=tmp_path) == 61
    assert history.latest("mini", class_dir=tmp_path) is None
