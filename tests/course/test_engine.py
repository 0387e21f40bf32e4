"""The judge outside the student's process gives the verdict that Python gives."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from textwrap import dedent

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course.grading import box, engine, grades, suspects
from course.grading.boxed import wire

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="forking servers need Linux"
)
SANDBOX = shutil.which("bwrap") is not None
LIMITS = box.Limits(cell_seconds=3, notebook_seconds=30, memory_mb=800)


@pytest.fixture(scope="module")
def boxes():
    with box.Boxes(sandbox=SANDBOX) as made:
        yield made


def given(source: str, name: str = "given") -> nbformat.NotebookNode:
    meta = {"grade_id": name, "locked": True, "grade": False, "solution": False}
    return new_code_cell(dedent(source), metadata={"nbgrader": meta})


def test(source: str, **meta) -> nbformat.NotebookNode:
    about = {"grade_id": "test", "locked": True, "grade": True, "solution": False}
    cell = new_code_cell(dedent(source), metadata={"nbgrader": about | {"points": 1}})
    cell.metadata.update(meta)
    return cell


test.__test__ = False


def run(boxes, *cells, limits=LIMITS, files=None, asked=()):
    made = [
        new_code_cell(dedent(cell)) if isinstance(cell, str) else cell for cell in cells
    ]
    nb = new_notebook(cells=made)
    engine.execute(
        nb, files=files or {}, limits=limits, boxes=boxes, asked=frozenset(asked)
    )
    return nb.cells


def errors(cell) -> list[str]:
    return [out.ename for out in cell.outputs if out.output_type == "error"]


def text(cell) -> str:
    return "".join(out.get("text", "") for out in cell.outputs)


# What a student's function returns or does | what a test says of it
HONEST = {
    "plain": ("def f(): return {'a': [1, 2.5, None, True]}", "f()['a'][1] == 2.5"),
    "types": ("def f(): return 'a'", "type(f()) is str and isinstance(f(), str)"),
    "int is not float": ("def f(): return 3", "type(f()) is float"),
    "numpy scalar": (
        "import numpy as np\ndef f(): return np.float64(3)",
        "f() == 3 and hasattr(f(), 'dtype')",
    ),
    "numpy bool": ("import numpy as np\ndef f(): return np.bool_(0)", "not f()"),
    "array": (
        "import numpy as np\ndef f(): return np.arange(6).reshape(2, 3)",
        "f().shape == (2, 3) and f()[1, 2] == 5",
    ),
    "tuple key": ("def f(): return {(1, 'a'): {2}}", "f()[1, 'a'] == {2}"),
    "generator": ("def f():\n    yield from 'abc'", "list(f()) == list('abc')"),
    "map": ("def f(): return map(abs, [-1])", "list(f()) == [1]"),
    "dict keys": ("def f(): return {'a': 1}.keys()", "sorted(f()) == ['a']"),
    "range": ("def f(): return range(3)", "f() == range(3)"),
    "counter": (
        "from collections import Counter\ndef f(): return Counter('aab')",
        "f()['a'] == 2 and f()['z'] == 0",
    ),
    "default dict": (
        "from collections import defaultdict\n"
        "def f():\n    d = defaultdict(int)\n    d['a'] += 1\n    return d",
        "f() == {'a': 1}",
    ),
    "named tuple": (
        "from collections import namedtuple\nP = namedtuple('P', 'x y')\n"
        "def f(): return P(1, 2)",
        "f().x == 1 and f() == (1, 2)",
    ),
    "sub string": ("class S(str): pass\ndef f(): return S('a')", "f() == 'a'"),
    "sub string's type": (
        "class S(str): pass\ndef f(): return S('a')",
        "type(f()) is str",
    ),
    "nan": ("def f(): return float('nan')", "f() != f()"),
    "infinity": ("def f(): return -float('inf')", "f() < 0"),
    "large int": ("def f(): return 10**40", "f() == 10**40"),
    "timestamp": (
        "import pandas as pd\ndef f(): return pd.Timestamp('2024-01-01', tz='UTC')",
        "f().tzname() == 'UTC' and f().year == 2024",
    ),
    "missing": ("import pandas as pd\ndef f(): return pd.NA", "str(f()) == '<NA>'"),
    "nat": ("import pandas as pd\ndef f(): return pd.NaT", "f() != f()"),
    "date": (
        "from datetime import date\ndef f(): return date(2024, 5, 1)",
        "f().month == 5",
    ),
    "decimal": (
        "from decimal import Decimal\ndef f(): return Decimal('0.10')",
        "str(f()) == '0.10'",
    ),
    "argument given back": ("def f(x): return x", "(lambda a: f(a) is a)([1])"),
    "argument copied": ("def f(x): return list(x)", "(lambda a: f(a) is a)([1])"),
    "argument changed": (
        "def f(x): x.append(1)",
        "(lambda a: (f(a), a == [1]))([])[1]",
    ),
    "part of an argument changed": (
        "def f(x): x['a'].append(1)",
        "(lambda a: (f({'a': a}), a == [1]))([])[1]",
    ),
    "table changed": (
        "def f(t): t['b'] = 1",
        "(lambda t: (f(t), list(t) == ['a', 'b']))(pd.DataFrame({'a': [1]}))[1]",
    ),
    "one value of a table changed": (
        "def f(t): t.loc[0, 'a'] = 5",
        "(lambda t: (f(t), t['a'].tolist() == [5, 2]))(pd.DataFrame({'a': [1, 2]}))[1]",
    ),
    "a table changed on the second call": (
        "def f(t, x):\n    if x: t['a'] += 1\n    return int(t['a'].sum())",
        "(lambda t: (f(t, 0), f(t, 1), f(t, 0), t['a'].sum()))"
        "(pd.DataFrame({'a': [1, 2]})) == (3, 5, 5, 5)",
    ),
    "a table that the test changes": (
        "def f(t): return int(t['a'].sum())",
        "(lambda t: (f(t), t.__setitem__('a', 1), f(t), t.at.__setitem__((0, 'a'), 7),"
        " f(t)))(pd.DataFrame({'a': [1, 2]}))[::2] == (3, 2, 8)",
    ),
    "a row added in place": (
        "def f(t): t.loc[9] = 5",
        "(lambda t: (f(t), len(t) == 3))(pd.DataFrame({'a': [1, 2]}))[1]",
    ),
    "columns renamed in place": (
        "def f(t): t.columns = ['b']",
        "(lambda t: (f(t), list(t) == ['b']))(pd.DataFrame({'a': [1, 2]}))[1]",
    ),
    "an index named": (
        "def f(t): t.index.name = 'n'",
        "(lambda t: (f(t), t.index.name == 'n'))(pd.DataFrame({'a': [1, 2]}))[1]",
    ),
    "a series changed": (
        "def f(s): s.iloc[0] = 9",
        "(lambda s: (f(s), s.tolist() == [9, 1]))(pd.Series([2, 1]))[1]",
    ),
    "random generator moves on": (
        "def f(rng): return rng.integers(9)",
        "(lambda r: (f(r), r.integers(10**9))[1])(np.random.default_rng(1))"
        " != np.random.default_rng(1).integers(10**9)",
    ),
    "keyword": ("def f(*, a, b=2): return a * b", "f(a=3) == 6"),
    "missing argument": ("def f(a): return 1", "f()"),
    "signature": (
        "def f(a, b=2): 'Words.'",
        "__import__('inspect').signature(f).parameters.keys() == {'a', 'b'}"
        " and f.__doc__ == 'Words.' and f.__name__ == 'f'",
    ),
    "error": ("def f(): raise ValueError('no')", "f()"),
    "error expected": (
        "def f(): raise KeyError('no')",
        "__import__('contextlib').suppress(LookupError).__exit__ and caught(f)",
    ),
    "own error": ("class Mine(ValueError): pass\ndef f(): raise Mine(3)", "caught(f)"),
    "error in the test": ("def f(): return 1", "f()['a']"),
    "own class": (
        "class A:\n    def __init__(self, n): self.n = n\n    def up(self):\n"
        "        self.n += 1\n        return self\n",
        "A(2).up().up().n == 4 and isinstance(A(1), A)",
    ),
    "own data class": (
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    n: int",
        "A(2) == A(2) and A(2) != A(3)",
    ),
    "own iterable": (
        "class A:\n    def __iter__(self): return iter([1, 2])\n"
        "    def __len__(self): return 2\n",
        "list(A()) == [1, 2] and len(A()) == 2 and 2 in A()",
    ),
    "state between calls": (
        "n = 0\ndef f():\n    global n\n    n += 1\n    return n",
        "f() == 1 and f() == 2",
    ),
    "a function as argument": (
        "def f(g): return g(2) + 1",
        "f(lambda x: x * 10) == 21",
    ),
    "a function returned": ("def f(n): return lambda x: x + n", "f(2)(3) == 5"),
    "a function passed back": (
        "def g(x): return x + 1\ndef f(h): return h(1)",
        "f(g) == 2",
    ),
    "data of the notebook": ("numbers = [3, 4]", "numbers == [3, 4]"),
    "a name in a text": ("numbers = 1", "'numbers' in globals()"),
    "nothing of that name": ("pass", "f()"),
    "a library of the student's": ("import math as m", "m.floor(2.5) == 2"),
    "a class of a library": ("from fractions import Fraction", "Fraction(1, 2) < 1"),
    "recursive": ("def f(n): return 1 if n < 2 else n * f(n - 1)", "f(20) > 10**18"),
    "prints": ("def f():\n    print('hello')\n    return 1", "f() == 1"),
    "async cell": ("import asyncio\nawait asyncio.sleep(0)\nx = 1", "x == 1"),
    "crmlib": (
        "from crmlib import datasets\nnames = datasets.names()",
        "'company/orders' in names",
    ),
    "a record of crmlib": (
        "import pandas as pd\nfrom crmlib import purchases\n"
        "o = pd.DataFrame({'customer_id': list('aab'), 'ordered_on': "
        "pd.to_datetime(['2024-01-01', '2024-02-01', '2024-03-01']), "
        "'amount_cents': [5, 6, 7]})\n"
        "def f():\n"
        "    return purchases.summarise(o, as_of=pd.Timestamp('2024-12-31'))",
        "len(f()) == 2 and f()['n_orders'].sum() == 3",
    ),
}

_CAUGHT = """
import numpy as np
import pandas as pd

def caught(f):
    try:
        f()
    except (KeyError, ValueError) as error:
        return error.args in (("no",), (3,))
"""


def in_one_python(answer: str, says: str) -> bool:
    """Say what plain Python makes of it, all in one namespace."""
    names: dict = {"__name__": "__main__"}
    if "await" in answer:
        answer = "x = 1"
    exec(_CAUGHT, names)
    exec(answer, names)
    try:
        exec(f"assert {says}", names)
    except Exception:
        return False
    return True


@pytest.mark.parametrize("name", HONEST)
def test_the_verdict_is_that_of_one_python(boxes, name):
    answer, says = HONEST[name]
    cells = run(boxes, given(_CAUGHT), answer, test(f"assert {says}"))
    assert errors(cells[1]) == []
    assert (errors(cells[2]) == []) == in_one_python(answer, says), cells[2].outputs


TABLES = {
    "text": pd.DataFrame({"a": ["x", None, "于"]}),
    "numbers": pd.DataFrame({"a": [1, 2], "b": [0.5, np.nan]}, index=["p", "q"]),
    "small": pd.DataFrame({"a": np.array([1, 2], "int8")}),
    "nullable": pd.DataFrame({"a": pd.array([1, None], "Int64")}),
    "flags": pd.DataFrame({"a": pd.array([True, None], "boolean")}),
    "dates": pd.DataFrame({"a": pd.to_datetime(["2024-01-01", None])}),
    "zones": pd.DataFrame(
        {"a": pd.date_range("2024-01-01", periods=2, tz="Asia/Tokyo")}
    ),
    "spans": pd.DataFrame({"a": pd.to_timedelta([1, 2], unit="D")}),
    "categories": pd.DataFrame({"a": pd.Categorical(["x", None], ["y", "x"], True)}),
    "objects": pd.DataFrame({"a": pd.Series([1, "x", [2]], dtype=object)}),
    "periods": pd.DataFrame({"a": pd.period_range("2024-01", periods=2, freq="M")}),
    "levels": pd.DataFrame(
        {"a": [1, 2]}, index=pd.MultiIndex.from_tuples([("p", 1), ("q", 2)])
    ),
    "doubled columns": pd.DataFrame([[1, 2]], columns=["a", "a"]),
    "regular": pd.DataFrame({"a": [1, 2]}, index=pd.date_range("2024", periods=2)),
    "nothing": pd.DataFrame(),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_cross_unchanged(name):
    def refuse(value):
        raise AssertionError(value)

    table = TABLES[name]
    there = wire.json.loads(wire.json.dumps(wire.encode(table, refuse)))
    back = wire.decode(there, refuse)
    pd.testing.assert_frame_equal(back, table)
    pd.testing.assert_index_equal(back.columns, table.columns)


@pytest.mark.parametrize(
    "data",
    [
        ["import", "os", "system", None],
        ["import", "builtins", "no_such", []],
        ["module", "course.term", []],
        ["record", "subprocess", "Popen", {}],
        ["array", "O", [1], "AAAA"],
        ["generator", "default_rng", {}],
        ["table", 1, 2],
        ["exec", "1"],
        {"a": 1},
        [],
    ],
)
def test_what_is_no_data_is_refused_or_harmless(data):
    """A name of a library crosses as that library's own; nothing is ever run."""
    try:
        found = wire.decode(data, lambda _: None)
    except ValueError:
        return
    assert found is __import__("os").system


# How cells and tests run


def test_every_notebook_starts_afresh(boxes):
    run(boxes, "import math\nmath.pi = 3\nx = 1")
    cells = run(boxes, "import math\nprint(math.pi > 3, 'x' in globals())")
    assert text(cells[0]) == "True False\n"


def test_what_a_test_changes_is_gone_after_it(boxes):
    cells = run(
        boxes,
        "seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)",
        test("known = f(1)\nassert known == 1"),
        test("assert f(2) == 1"),
        "print(seen, 'known' in globals())",
    )
    assert errors(cells[1]) == errors(cells[2]) == []
    assert text(cells[3]) == "[] False\n"


def test_tests_are_not_in_the_students_hands(boxes):
    cells = run(boxes, "x = 1", test("hidden_word = x"), "print(In)\nprint(dir())")
    assert "hidden_word" not in text(cells[2])


def test_partial_credit_is_the_value_of_the_last_line(boxes):
    cells = run(boxes, "def f(): return 2", test("points = f() / 4\npoints"))
    [output] = cells[1].outputs
    assert (output.output_type, output.data["text/plain"]) == ("execute_result", "0.5")


def test_a_right_answer_can_stand_in_for_the_students_own(boxes):
    """Where a question builds on an earlier one, and only for names that were asked."""
    cells = run(
        boxes,
        "def first(x): return 0\ndef second(x): return first(x) + bonus\nbonus = 1",
        test("def first(x): return x * 10\nbonus = 5\nassert second(2) == 21"),
        test("assert second(2) == 1"),
        asked=["first", "second"],
    )
    assert errors(cells[1]) == errors(cells[2]) == []


def test_given_functions_and_imports_are_the_courses_own(boxes):
    cells = run(
        boxes,
        given("import math\ndef check(x):\n    assert x == limit\nlimit = 3"),
        "def check(x): pass\nimport sys as math",
        test("check(4)"),
        test("assert math.floor(1.5) == 1"),
    )
    assert errors(cells[2]) == ["AssertionError"]
    assert errors(cells[3]) == []


def test_what_cannot_cross_is_judged_inside_by_the_teachers_choice(boxes):
    inside = {"tags": [engine.INSIDE]}
    cells = run(
        boxes,
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.set_title('T')",
        test("assert ax.get_title() == 'T' and ax.figure is fig", **inside),
        test("assert ax.get_title() == 'U'", **inside),
        "get_ipython().ast_transformers.append(__import__('ast').NodeTransformer())\n"
        "get_ipython().input_transformers_post.append(lambda lines: ['pass'])",
        test("assert 1 == 2", **inside),
    )
    assert [errors(cells[i]) for i in (1, 2, 4)] == [
        [],
        ["AssertionError"],
        ["TestsTamperedWith"],
    ]


def test_figures_and_magics_work(boxes):
    cells = run(
        boxes,
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "%time x = 1",
        "!echo from the shell",
    )
    assert [sorted(out.data) for out in cells[0].outputs] == [
        ["image/png", "text/plain"]
    ]
    assert errors(cells[1]) == []
    assert "from the shell" in text(cells[2])


def test_an_error_is_told_with_the_students_line(boxes):
    cells = run(boxes, "def f(x):\n    return 1 / x", test("f(0)"))
    [output] = cells[1].outputs
    assert output.ename == "ZeroDivisionError"
    assert "return 1 / x" in "".join(output.traceback)


def test_files_beside_the_notebook_are_there(boxes):
    files = {"own.py": b"three = 3", "data/a.csv": b"a\n1\n"}
    cells = run(
        boxes,
        "import own\nprint(own.three, open('data/a.csv').read())",
        test("assert own.three == 3"),
        files=files,
    )
    assert text(cells[0]) == "3 a\n1\n\n"
    assert errors(cells[1]) == []


def test_an_endless_test_costs_itself_alone(boxes):
    cells = run(
        boxes,
        "def f():\n    while True: pass\ndef g(): return 1",
        test("f()"),
        test("assert g() == 1"),
        limits=box.Limits(cell_seconds=1),
    )
    assert errors(cells[1]) == ["CellTimeoutError"]
    assert errors(cells[2]) == []


def test_a_deaf_copy_costs_itself_alone(boxes):
    deaf = "def f():\n    while True:\n        try:\n            while True: pass\n"
    cells = run(
        boxes,
        deaf + "        except BaseException: pass\ndef g(): return 1",
        test("f()"),
        test("assert g() == 1"),
        limits=box.Limits(cell_seconds=1),
    )
    assert errors(cells[1]) == ["CellTimeoutError"]
    assert errors(cells[2]) == []


def test_a_dead_interpreter_costs_what_comes_after(boxes):
    cells = run(
        boxes,
        "x = 1",
        test("assert x == 1"),
        "import os\nos._exit(0)",
        test("assert x == 1"),
    )
    assert [errors(cell) for cell in cells] == [[], [], ["KernelDied"], ["NotRun"]]


def test_a_notebook_has_its_time(boxes):
    started = time.monotonic()
    slow = "import time\ntime.sleep(1)"
    limits = box.Limits(5, notebook_seconds=2)
    cells = run(boxes, slow, slow, slow, slow, limits=limits)
    assert time.monotonic() - started < 20
    assert errors(cells[2])[-1] in ("CellTimeoutError", "NotRun")
    assert errors(cells[3]) == ["NotRun"]
    said = grades.observed(new_notebook(cells=cells))
    assert said[-1] == "Not everything was run: the notebook had used its 2 s."
    assert len(set(said)) == len(said)


def test_work_counts_and_not_the_clock(boxes):
    """What another process takes of the machine costs nobody a point."""
    limits = box.Limits(cell_seconds=1)
    cells = run(boxes, "import time\ntime.sleep(2)", limits=limits)
    assert errors(cells[0]) == []
    cells = run(boxes, "import time\ntime.sleep(60)", limits=limits)
    assert errors(cells[0]) == ["CellTimeoutError"]
    assert cells[0].outputs[-1].evalue == "stopped after 1 s of work (4 by the clock)"


def test_numbers_drawn_without_a_seed_differ_between_students(boxes):
    source = (
        "import numpy as np\nimport random\nprint(np.random.rand(), random.random())"
    )
    assert text(run(boxes, source)[0]) != text(run(boxes, source)[0])


@pytest.mark.skipif(not SANDBOX, reason="this machine has no bubblewrap")
def test_the_box_holds_nothing_else(boxes):
    cells = run(
        boxes,
        """
        import os, socket, sys
        from pathlib import Path
        python = Path(sys.prefix)  # may lie there, too
        print(sorted(os.listdir("/kit")), os.listdir("/kit/datasets/truth"))
        print(os.environ.get("CRM_TERM_SEED"), os.listdir("/proc"))
        seen = [
            path
            for path in Path(os.sep, "tmp").rglob("*")
            if not path.is_relative_to(python) and not python.is_relative_to(path)
        ]
        print(len(seen), os.getuid() != 0)
        try:
            socket.create_connection(("127.0.0.1", 9), timeout=1)
        except OSError as error:
            print(type(error).__name__)
        """,
    )
    lines = text(cells[0]).splitlines()
    assert lines[0] == "['crmlib', 'datasets'] []"
    assert lines[1] == "None []"
    assert lines[2].startswith("1 ")
    assert lines[3] in ("OSError", "ConnectionRefusedError")


@pytest.mark.skipif(not box.available(), reason="only Linux has boxes")
def test_without_a_sandbox_home_is_a_folder_of_its_own_and_goes():
    source = "import os\nprint(os.path.expanduser('~'), 'CRM_TERM_SEED' in os.environ)"
    with box.Boxes(sandbox=False) as unprotected:
        home, knows_seed = text(run(unprotected, source)[0]).split()
        assert Path(home).is_dir()
        assert Path(home) != Path.home()
        assert knows_seed == "False"
    assert not Path(home).exists()


def test_without_bubblewrap_it_says_so(monkeypatch):
    monkeypatch.setattr(box.shutil, "which", lambda name: None)
    with pytest.raises(box.NoSandbox, match=r"bubblewrap.*is missing.*--no-sandbox"):
        box.check(sandbox=True)
    box.check(sandbox=False)


def test_on_other_systems_it_says_so(monkeypatch):
    monkeypatch.setattr(box.sys, "platform", "darwin")
    with pytest.raises(box.NoSandbox, match=r"needs Linux.*--no-sandbox"):
        box.check(sandbox=True)


# What is worth a look


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import os\nos._exit(0)", "ends Python"),
        ("from os import _exit", "ends Python"),
        ("pd.DataFrame.x = 1", ""),
        ("import pandas as pd\npd.DataFrame.x = 1", "changes a library (pd)"),
        ("open('/etc/passwd')", "names a place outside"),
        ("!curl x", "starts programs"),
        ("def sum(x): return 0", "name of Python's own (sum)"),
        ("%matplotlib inline\nx = 1", ""),
        ("orders.groupby('kind').amount.sum()", ""),
        ("def f(:", ""),
        ("share = 3 / 4  # a path like / is no place", ""),
    ],
)
def test_what_no_answer_needs_is_named(source, words):
    said = ", ".join(suspects.in_source(source))
    assert (words in said) if words else said == ""


POLICIES = {
    "function": (
        "def policy(view):\n    return Decision(order=max(0, 8 - view.stock))",
        "policy",
    ),
    "class": (
        "class Policy:\n    def __init__(self):\n        self.level = 8\n"
        "    def __call__(self, view):\n"
        "        return Decision(order=max(0, self.level - view.stock))",
        "Policy",
    ),
    "object": (
        "class Policy:\n    level = 8\n    def __call__(self, view):\n"
        "        return Decision(order=max(0, self.level - view.stock))\n"
        "mine = Policy()",
        "mine",
    ),
}
WORLD = """
from crmlib.simulation.engine import run, run_isolated, score, source_of
from crmlib.simulation.inventory import Decision, Inventory
world = Inventory(n_periods=20)
"""


@pytest.mark.parametrize("kind", POLICIES)
def test_a_policy_is_played_by_the_judge_and_by_the_student(boxes, kind):
    text, name = POLICIES[kind]
    wanted = {}
    exec(WORLD + text + f"\nwanted = run(world, {name}, seed=3).digest", wanted)
    judged = f"""
    assert run(world, {name}, seed=3).digest == {wanted["wanted"]!r}
    assert run_isolated(world, {name}, seed=3).digest == {wanted["wanted"]!r}
    found = score(world, {name}, seeds=range(2), isolated=True)
    assert len(found.table) == 2
    """
    cells = [WORLD, text]
    if kind == "function":  # the source of a class in a notebook cannot be had
        source = (
            f"source_of({name}, 'from crmlib.simulation.inventory import Decision')"
        )
        alone = f"run_isolated(world, {source}, seed=3).digest"
        cells.append(f"assert {alone} == {wanted['wanted']!r}")
    made = run(boxes, given(WORLD), *cells, test(judged), limits=box.Limits())
    for cell in made:
        assert errors(cell) == [], cell.outputs


def test_a_policy_in_text_never_runs_in_the_judges_box(boxes):
    text = (
        "import os\nfrom crmlib.simulation.inventory import Decision\n"
        "if os.path.exists('/kit/course'): raise OSError('the judge')\n"
        "def policy(view):\n    return Decision(order=1)\n"
    )
    judged = "assert run_isolated(world, text, seed=3).digest"
    made = run(boxes, given(WORLD), f"text = {text!r}", test(judged))
    assert errors(made[-1]) == []
