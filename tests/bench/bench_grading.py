"""How fast and how safe grading is, beside plain nbgrader in the same run, in ratios.

    python tests/bench/bench_grading.py [--sizes 12 50 200] [--workers 1 2] [--hostile]

(a) The overhead of a notebook beyond its cells' own time: a small notebook that imports
what the course uses, of which more and fewer are graded, so that what a whole round
costs once (imports, the boxes) falls out. nbgrader's autograde writes no feedback
pages; ours are counted apart.
(b) A whole batch of the real assignment, all costs included: plain `nbgrader autograde`
on twelve, ours (with pages) on each of the sizes with each number of workers.
(c) With `--hostile`, what the bank of hostile submissions earns with plain nbgrader, as
far as it can be run there without harm to this machine, and with ours.

The sandbox is on. Nothing here asserts a time: machines differ, and a shared one
differs from minute to minute.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "course"), str(ROOT / "tests" / "hostile")]

import attacks  # noqa: E402

from course import grading, term  # noqa: E402
from course.grading import box, cells, run, sample  # noqa: E402

PLAIN = """
c = get_config()
c.CourseDirectory.course_id = "bench"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.Execute.timeout = 60
"""
SAMPLES = ("s01", "s02", "s03", "s04", "s05", "s06")


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=[12, 50, 200])
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--plain", type=int, default=12, help="of the plain batch")
    parser.add_argument("--skip-overhead", action="store_true")
    parser.add_argument("--hostile", action="store_true")
    options = parser.parse_args()
    box.check(sandbox=True)
    with tempfile.TemporaryDirectory() as scratch:
        if not options.skip_overhead:
            overhead(Path(scratch) / "a")
        if options.sizes:
            throughput(Path(scratch) / "b", options)
        if options.hostile:
            hostile(Path(scratch) / "c")


def project(root: Path, assignment: str, sources: dict[str, Path | object]) -> Path:
    """Make a course that plain nbgrader and ours can both grade."""
    folder = root / "solutions" / assignment
    folder.mkdir(parents=True)
    for name, source in sources.items():
        if isinstance(source, Path):
            shutil.copy(source, folder / name)
        else:
            nbformat.write(source, folder / name)
    (root / "nbgrader_config.py").write_text(PLAIN, encoding="utf-8")
    # Ours has the kit's own configuration.
    shutil.copytree(root / "solutions", root / "ours" / "solutions")
    return root / "ours"


def hand_in(folder: Path, assignment: str, name: str, books: dict[str, object]) -> None:
    """Write hand-ins, by student."""
    for student, nb in books.items():
        path = folder / student / assignment / name
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(nb, path)


def plain(root: Path, *words: str) -> float:
    """Run a command of nbgrader in *root*; return its seconds."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "CRM_TERM_SEED": "bench"}
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=root,
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    if done.returncode and words[0] != "autograde":
        sys.exit(done.stderr[-3000:])
    return seconds


def ours(root: Path, class_dir: Path, assignment: str, **options: object) -> float:
    """Grade a class; return its seconds."""
    term.start(class_dir, secret="bench")
    started = time.perf_counter()
    results = grading.grade(assignment, class_dir=class_dir, root=root, **options)
    seconds = time.perf_counter() - started
    lost = [result for result in results if result.status == "not graded"]
    if lost:
        sys.exit(f"not graded: {lost[0]}")
    return seconds


def without_pages(work: Callable[[], float]) -> float:
    """Do *work* without feedback pages, which plain autograde does not write."""
    usual, run.make_feedback = run.make_feedback, lambda config, taken: ""
    try:
        return work()
    finally:
        run.make_feedback = usual


def overhead(root: Path) -> None:
    """(a) The overhead of a notebook beyond its cells' own time."""
    few, many = 2, 12
    home = project(root, attacks.ASSIGNMENT, {f"{attacks.NOTEBOOK}.ipynb": small()})
    plain(root, "generate_assignment", attacks.ASSIGNMENT)
    book = answered(small())
    own = own_time(book)
    times = {}
    for n in (few, many):
        books = {f"plain{n}_{i:03}": book for i in range(n)}
        hand_in(
            root / "submitted", attacks.ASSIGNMENT, f"{attacks.NOTEBOOK}.ipynb", books
        )
        words = ("autograde", attacks.ASSIGNMENT, "--student", f"plain{n}_*")
        times[n] = plain(root, *words)
    theirs = (times[many] - times[few]) / (many - few) - own
    print(f"(a) overhead of a notebook beyond its cells' own {own:.2f} s")
    print(f"    plain nbgrader          {theirs:6.2f} s")
    few, many = 10, 60
    for pages in (False, True):
        times = {}
        for n in (few, many):
            class_dir = home / f"class{n}{pages}"
            books = {f"s{i:03}": book for i in range(n)}
            hand_in(
                class_dir / "submitted",
                attacks.ASSIGNMENT,
                f"{attacks.NOTEBOOK}.ipynb",
                books,
            )

            def work(class_dir: Path = class_dir) -> float:
                return ours(home, class_dir, attacks.ASSIGNMENT, workers=1)

            times[n] = work() if pages else without_pages(work)
        mine = (times[many] - times[few]) / (many - few) - own
        named = "ours, with pages" if pages else "ours, one worker"
        ratio = theirs / max(mine, 0.001)
        print(f"    {named:22}  {mine:6.2f} s   {ratio:5.1f} times less", flush=True)


def small() -> nbformat.NotebookNode:
    """Return the small assignment, importing what the course uses."""
    nb = attacks.source()
    setup = next(cell for cell in nb.cells if cell.id == "setup")
    setup.source = "import matplotlib.pyplot as plt\n" + setup.source
    return nb


def answered(source: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a right hand-in."""
    nb = attacks.submission(attacks.RIGHT)
    next(cell for cell in nb.cells if cell.id == "setup").source = next(
        cell for cell in source.cells if cell.id == "setup"
    ).source
    return nb


def own_time(book: nbformat.NotebookNode) -> float:
    """Return the seconds of a notebook's cells in a Python that has it all loaded."""
    tested = attacks.source()
    hidden = {cell.id: cell.source for cell in tested.cells}
    sources = [
        hidden.get(cell.id, cell.source) if "test" in cell.id else cell.source
        for cell in book.cells
        if cell.cell_type == "code"
    ]
    seconds = 0.0
    for _ in range(3):
        names: dict[str, object] = {"__name__": "__main__"}
        started = time.perf_counter()
        for text in sources:
            exec(text, names)
        seconds = time.perf_counter() - started
    return seconds


def throughput(root: Path, options: argparse.Namespace) -> None:
    """(b) Whole batches of the real assignment."""
    found = [
        each
        for each in sample.samples(ROOT / "tests" / "sample_class")
        if each.student.startswith(SAMPLES)
    ]
    assignment, notebook = found[0].assignment, found[0].notebook
    source = ROOT / "solutions" / assignment / f"{notebook}.ipynb"
    home = project(root, assignment, {source.name: source})
    plain(root, "generate_assignment", assignment)
    for each in found:
        nb = sample.assemble(each, root=ROOT)
        # Handed in from this course's own release, so that nothing needs mending.
        nbformat.write(nb, root / f"{each.student}.ipynb")
    books = [cells.read(root / f"{each.student}.ipynb") for each in found]

    def batch(n: int) -> dict[str, object]:
        return {f"s{i:03}": books[i % len(books)] for i in range(n)}

    hand_in(root / "submitted", assignment, source.name, batch(options.plain))
    theirs = plain(root, "autograde", assignment) / options.plain
    print("(b) the real assignment, whole batches, seconds of a submission")
    print(f"    plain nbgrader, {options.plain:3}            {theirs:6.2f} s")
    for n in options.sizes:
        for workers in options.workers:
            class_dir = home / f"class_{n}_{workers}"
            hand_in(class_dir / "submitted", assignment, source.name, batch(n))
            mine = ours(home, class_dir, assignment, workers=workers) / n
            named = f"ours, {n:3}, {workers} worker{'s' if workers > 1 else ''}"
            ratio = theirs / mine
            print(f"    {named:27}  {mine:6.2f} s   {ratio:4.1f} times", flush=True)
            equal = sum(
                score_of(root, assignment, student)
                == score_of(class_dir, assignment, student)
                for student in batch(min(n, options.plain))
            )
            print(f"      equal points: {equal} of {min(n, options.plain)}", flush=True)


def score_of(folder: Path, assignment: str, student: str) -> float:
    """Return what stands in a gradebook."""
    with run.Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        return float(gradebook.find_submission(assignment, student).score)


def hostile(root: Path) -> None:
    """(c) What hostile submissions earn."""
    chosen = [attack for attack in attacks.BANK if attack.plain]
    name = f"{attacks.NOTEBOOK}.ipynb"
    home = project(root, attacks.ASSIGNMENT, {name: attacks.source()})
    text = PLAIN.replace("timeout = 60", "timeout = 5")
    (root / "nbgrader_config.py").write_text(text, encoding="utf-8")
    books: dict[str, object] = {
        attack.name: attacks.hostile(attack) for attack in chosen
    }
    plain(root, "generate_assignment", attacks.ASSIGNMENT)
    hand_in(root / "submitted", attacks.ASSIGNMENT, name, books)
    hand_in(home / "class" / "submitted", attacks.ASSIGNMENT, name, books)
    plain(root, "autograde", attacks.ASSIGNMENT)
    theirs = run.Gradebook(f"sqlite:///{root / 'gradebook.db'}")
    term.start(home / "class", secret="bench")
    mine = grading.grade(
        attacks.ASSIGNMENT,
        class_dir=home / "class",
        root=home,
        cell_seconds=5,
    )
    points = {result.student: result.points for result in mine}
    print(
        f"(c) {len(chosen)} of {len(attacks.BANK)} attacks, points gained "
        f"(of {attacks.FULL}); the others would harm this machine"
    )
    print(f"    {'attack':32} {'plain':>6} {'ours':>6}")
    gained = {"plain": 0.0, "ours": 0.0}
    for attack in chosen:
        worth = {"wrong": 0.0, "half": 3.0, "other half": 2.0}[attack.base]
        found = theirs.find_submission(attacks.ASSIGNMENT, attack.name)
        graded = (root / "autograded" / attack.name).exists()
        gain = max(found.score - worth, 0) if graded else None
        ours_gain = max((points[attack.name] or 0) - worth, 0)
        gained["plain"] += gain or 0
        gained["ours"] += ours_gain
        said = "lost" if gain is None else f"{gain:g}"
        print(f"    {attack.name:32} {said:>6} {ours_gain:>6g}")
    theirs.close()
    total = f"{gained['plain']:>6g} {gained['ours']:>6g}"
    print(f"    {'in all':32} {total}   (lost: plain nbgrader gave no grade)")


if __name__ == "__main__":
    main()
