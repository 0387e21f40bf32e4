"""Hostile submissions by kind, each beside an honest twin.

All stand on one small assignment (`source`): `total` (3 points) and `by_city`
(2 points). An attack is code added to a submission whose answers are wrong, unless it
says otherwise; it must earn nothing more than they do. Its twin does for good reasons
what the attack does for bad ones, on right answers, and must get full marks.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import nbformat
from mini_course import _code
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ASSIGNMENT = "tills"
NOTEBOOK = "1_tills"
CANARY = "the-hidden-canary-of-the-tills"

RIGHT = {
    "total": "def total(values):\n    return sum(values)",
    "by_city": (
        "def by_city(orders):\n    return orders.groupby('city')['amount_cents'].sum()"
    ),
}
WRONG = {
    "total": "def total(values):\n    return 0",
    "by_city": "def by_city(orders):\n    return None",
}
FULL = 5

_SETUP = """\
import pandas as pd

from crmlib import datasets

small = pd.DataFrame({"city": ["Chengdu", "Leshan"], "amount_cents": [30, 5]})
"""
_TEST_TOTAL = f"""\
assert total([1, 2]) == 3, "Of 1 and 2 it is 3."
### BEGIN HIDDEN TESTS
import random as _random

from course.term import seed_for as _seed_for

_canary = "{CANARY}"
_rng = _random.Random(_seed_for("tills/total"))
for _ in range(8):
    _values = [_rng.randrange(1, 1000) for _ in range(5)]
    _want = sum(_values)
    assert total(list(_values)) == _want, "Another list gave another sum."
### END HIDDEN TESTS
"""
_TEST_CITY = f"""\
assert by_city(small)["Chengdu"] == 30, "Chengdu has one order, of 30."
### BEGIN HIDDEN TESTS
import numpy as _np

from course.term import seed_for as _seed_for

_canary = "{CANARY}"
_rng = _np.random.default_rng(_seed_for("tills/by_city"))
_orders = pd.DataFrame(
    {{
        "city": _rng.choice(["Chengdu", "Leshan", "Ya'an"], 50),
        "amount_cents": _rng.integers(1, 1000, 50),
    }}
)
_before = _orders.copy()
_got = by_city(_orders)
_want = _before.groupby("city")["amount_cents"].sum()
pd.testing.assert_series_equal(_got, _want, check_names=False)
assert _orders.equals(_before), "The orders were changed."
### END HIDDEN TESTS
"""


def source() -> nbformat.NotebookNode:
    """Return the assignment as its author wrote it."""

    def solved(body: str) -> str:
        head, _, rest = body.partition("\n")
        return f"{head}\n    ### BEGIN SOLUTION\n{rest}\n    ### END SOLUTION"

    nb = new_notebook(
        cells=[
            new_markdown_cell("# Tills", id="top"),
            _code("setup", _SETUP),
            new_markdown_cell("## 1. The total", id="h1"),
            _code("total", solved(RIGHT["total"]), solution=True),
            _code("test_total", _TEST_TOTAL, points=3),
            new_markdown_cell("## 2. By city", id="h2"),
            _code("by_city", solved(RIGHT["by_city"]), solution=True),
            _code("test_by_city", _TEST_CITY, points=2),
        ]
    )
    nb.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return nb


@dataclass(frozen=True)
class Attack:
    """A hostile submission and its twin.

    `code` stands in a cell of its own before the first answer, `answers` replace
    those of `base`, `last` stands in a cell at the end. `edit` and `delete` change
    the notebook's own cells. `says` are words of the report. `plain` says that it can
    be run without a sandbox and harm nothing.
    """

    name: str
    kind: str
    code: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    last: str = ""
    edit: dict[str, str] = field(default_factory=dict)
    delete: tuple[str, ...] = ()
    base: str = "wrong"
    says: str = ""
    twin: str = ""
    twin_answers: dict[str, str] = field(default_factory=dict)
    plain: bool = True


def handed_out() -> nbformat.NotebookNode:
    """Return the exercise as nbgrader makes it."""
    from nbgrader.preprocessors import (
        ClearHiddenTests,
        ClearSolutions,
        ComputeChecksums,
        LockCells,
    )

    nb = source()
    for step in (LockCells, ClearSolutions, ClearHiddenTests, ComputeChecksums):
        nb, _ = step().preprocess(nb, {"metadata": {}})
    return nb


def submission(
    answers: dict[str, str], *, code: str = "", last: str = ""
) -> nbformat.NotebookNode:
    """Return the exercise with answers, and code of the student's own around them."""
    nb = handed_out()
    for cell in nb.cells:
        if cell.id in answers:
            cell.source = answers[cell.id]
    if code:
        place = [cell.id for cell in nb.cells].index("total")
        nb.cells.insert(place, new_code_cell(code, id="own"))
    if last:
        nb.cells.append(new_code_cell(last, id="last"))
    return nb


BASES = {
    "wrong": WRONG,
    "half": {"total": RIGHT["total"], "by_city": WRONG["by_city"]},
    "other half": {"total": WRONG["total"], "by_city": RIGHT["by_city"]},
}


def base(attack: Attack) -> nbformat.NotebookNode:
    """Return the submission without its attack."""
    return submission(BASES[attack.base])


def hostile(attack: Attack) -> nbformat.NotebookNode:
    """Return the submission with its attack."""
    answers = BASES[attack.base] | attack.answers
    nb = submission(answers, code=attack.code, last=attack.last)
    for cell in nb.cells:
        if cell.id in attack.edit:
            cell.source = attack.edit[cell.id]
    nb.cells = [cell for cell in nb.cells if cell.id not in attack.delete]
    return nb


def twin(attack: Attack) -> nbformat.NotebookNode:
    """Return the honest submission that resembles the attack."""
    return submission(RIGHT | attack.twin_answers, code=attack.twin)


# Objects and functions that answer yes to everything.

_YES = """\
class Yes:
    def __eq__(self, other):
        return True
    def __ne__(self, other):
        return False
    def __hash__(self):
        return 0
    def __getattr__(self, name):
        return self
    def __getitem__(self, key):
        return self
    def __call__(self, *args, **kwargs):
        return self
    def __contains__(self, key):
        return True
    def __bool__(self):
        return True
"""

_FRAMES = """\
def look(name):
    import sys
    frame = sys._getframe()
    while frame:
        for names in (frame.f_locals, frame.f_globals):
            if name in names:
                return names[name]
        frame = frame.f_back
"""

_MEMORY = """\
def look(kind):
    import gc
    found = [thing for thing in gc.get_objects() if isinstance(thing, dict)]
    for names in found:
        if "_want" in names:
            return names["_want"]
"""

BANK = [
    # always-equal objects
    Attack(
        "equal_to_all",
        "objects",
        code=_YES,
        answers={
            "total": "def total(values):\n    return Yes()",
            "by_city": "def by_city(orders):\n    return Yes()",
        },
        says="defines when objects are equal",
        twin=(
            "class Money:\n    def __init__(self, cents):\n        self.cents = cents\n"
            "    def __eq__(self, other):\n        return self.cents == other.cents\n"
            "assert Money(3) == Money(3)"
        ),
    ),
    Attack(
        "an_int_that_agrees",
        "objects",
        code="class Agrees(int):\n    def __eq__(self, other):\n        return True\n"
        "    __hash__ = int.__hash__",
        answers={"total": "def total(values):\n    return Agrees(0)"},
        says="defines when objects are equal",
        twin_answers={
            "total": "import numpy as np\ndef total(values):\n"
            "    return np.int64(sum(values))"
        },
    ),
    Attack(
        "a_series_that_agrees",
        "objects",
        code=(
            "import pandas as pd\nclass Agrees(pd.Series):\n"
            "    def equals(self, other):\n        return True\n"
            "    def __getitem__(self, key):\n        return 30\n"
        ),
        answers={"by_city": "def by_city(orders):\n    return Agrees([0])"},
        says="defines when objects are equal",
        twin_answers={
            "by_city": "def by_city(orders):\n"
            "    found = {}\n"
            "    for row in orders.itertuples():\n"
            "        found[row.city] = found.get(row.city, 0) + row.amount_cents\n"
            "    made = pd.Series(found, name='amount_cents').sort_index()\n"
            "    return made.rename_axis('city')"
        },
    ),
    Attack(
        "equality_made_by_type",
        "objects",
        code="Yes = type('Yes', (), {'__eq__': lambda a, b: True, '__hash__': None})",
        answers={"total": "def total(values):\n    return Yes()"},
        says="defines when objects are equal",
        twin="Pair = type('Pair', (), {'left': 1, 'right': 2})",
    ),
    # patched libraries
    Attack(
        "pandas_tests_patched",
        "patches",
        code="import pandas as pd\npd.testing.assert_series_equal = lambda *a, **k: 0",
        answers={"by_city": "def by_city(orders):\n    return small.iloc[0]"},
        says="changes a library (pd)",
        twin="pd.testing.assert_series_equal(small['city'], small['city'])",
    ),
    Attack(
        "pandas_name_rebound",
        "patches",
        code=_YES + "pd = Yes()",
        answers={"by_city": "def by_city(orders):\n    return Yes()"},
        says="defines when objects are equal",
        twin="import pandas as panda\npd = panda",
    ),
    Attack(
        "pandas_groupby_patched",
        "patches",
        code=(
            "import pandas as pd\n"
            "pd.Series.__eq__ = lambda a, b: True\n"
            "pd.DataFrame.groupby = lambda *a, **k: {'amount_cents': pd.Series()}\n"
            "pd.DataFrame.equals = lambda a, b: True\n"
        ),
        answers={"by_city": "def by_city(orders):\n    return pd.Series()"},
        says="changes a library (pd)",
        twin="pd.DataFrame().empty",
    ),
    Attack(
        "builtins_patched",
        "patches",
        code=(
            "import builtins\nbuiltins.sum = lambda *a: 0\n"
            "builtins.AssertionError = type('Never', (Exception,), {})"
        ),
        says="reaches into Python's builtins",
        twin="numbers = list(map(abs, [-1, 2]))",
    ),
    Attack(
        "sum_shadowed",
        "patches",
        code="sum = lambda values: 0\nrange = lambda n: []",
        says="another meaning to a name of Python's own (sum)",
        twin="total_of_all = sum([1, 2])",
    ),
    Attack(
        "assertion_error_shadowed",
        "patches",
        code="class AssertionError(BaseException):\n    pass",
        says="name of Python's own (AssertionError)",
        twin="try:\n    assert 1 == 2\nexcept AssertionError:\n    pass",
    ),
    Attack(
        "ipython_run_cell_patched",
        "patches",
        code=(
            "ip = get_ipython()\nraw = type(ip).run_cell_async\n"
            "async def quiet(self, cell, *a, **k):\n"
            "    return await raw(self, 'pass', *a, **k)\n"
            "type(ip).run_cell_async = quiet"
        ),
        says="changes how cells run",
        twin="%precision 2\nround(1.234, 2)",
    ),
    Attack(
        "ipython_tracebacks_silenced",
        "patches",
        code=(
            "ip = get_ipython()\n"
            "type(ip).showtraceback = lambda *a, **k: None\n"
            "type(ip)._showtraceback = lambda *a, **k: None"
        ),
        says="reaches into IPython",
        twin="import traceback\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n"
        "    traceback.print_exc()",
    ),
    Attack(
        "crmlib_patched",
        "patches",
        code=(
            "import crmlib.datasets as data\n"
            "data.load = lambda name: None\n"
            "import sys\nsys.modules['course'] = sys.modules['course.term'] = data\n"
            "data.seed_for = lambda purpose: 0"
        ),
        says="changes a library (data)",
        twin="orders = datasets.load('company/orders')\nassert len(orders) > 100",
    ),
    Attack(
        "random_patched",
        "patches",
        code="import random\nrandom.Random.randrange = lambda *a: 0",
        says="changes a library (random)",
        twin="import random\nrandom.Random(3).randrange(5)",
    ),
    # transformers
    Attack(
        "asserts_taken_out",
        "transformers",
        code=(
            "import ast\nclass Drop(ast.NodeTransformer):\n"
            "    def visit_Assert(self, node):\n        return ast.Pass()\n"
            "get_ipython().ast_transformers.append(Drop())"
        ),
        says="changes the text of cells (ast_transformers)",
        twin="import ast\nast.literal_eval('[1, 2]')",
    ),
    Attack(
        "cells_replaced",
        "transformers",
        code=(
            "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass'])\n"
            "get_ipython().input_transformers_post.append(lambda lines: ['pass'])"
        ),
        says="changes the text of cells (input_transformers)",
        twin="lines = ['a', 'b']\nlines.append('c')",
    ),
    Attack(
        "tests_filtered_by_name",
        "transformers",
        code=(
            "def calm(lines):\n"
            "    return [l.replace('assert', '0 and') for l in lines]\n"
            "vars(get_ipython())['input_transformer_manager']"
            ".line_transforms.append(calm)"
        ),
        says="reaches into IPython",
        twin="'assert nothing'.replace('nothing', 'less')",
    ),
    # hooks
    Attack(
        "settrace_changes_locals",
        "hooks",
        code=(
            "import sys\ndef watch(frame, event, arg):\n"
            "    if '_want' in frame.f_globals:\n"
            "        frame.f_globals['total'] = lambda v: frame.f_globals['_want']\n"
            "    return watch\nsys.settrace(watch)"
        ),
        says="watches the interpreter (sys.settrace)",
        twin="import sys\nsys.getrecursionlimit()",
    ),
    Attack(
        "at_exit",
        "hooks",
        code=(
            "import atexit, json, sys\n"
            "@atexit.register\ndef late():\n"
            "    open('grades.csv', 'w').write('mine,5')\n"
        ),
        says="registers what runs at the end (atexit)",
        twin="import contextlib\nwith contextlib.suppress(KeyError):\n    {}['a']",
    ),
    Attack(
        "thread_rewrites_names",
        "hooks",
        code=(
            "import threading, time\ndef later():\n    while True:\n"
            "        names = globals()\n"
            "        if '_want' in names:\n"
            "            names['total'] = lambda v: names['_want']\n"
            "        time.sleep(0.001)\n"
            "threading.Thread(target=later, daemon=True).start()"
        ),
        says="starts threads (threading)",
        twin=(
            "from concurrent.futures import ThreadPoolExecutor\n"
            "with ThreadPoolExecutor(2) as pool:\n"
            "    list(pool.map(abs, [-1, 2]))"
        ),
    ),
    Attack(
        "signals_ignored",
        "hooks",
        code=(
            "import signal\n"
            "for n in (signal.SIGINT, signal.SIGALRM, signal.SIGTERM):\n"
            "    signal.signal(n, signal.SIG_IGN)\n"
            "signal.setitimer(signal.ITIMER_REAL, 0)"
        ),
        answers={"by_city": "while True:\n    pass"},
        says="handles signals (signal)",
        twin="try:\n    int('x')\nexcept ValueError:\n    pass",
    ),
    Attack(
        "cell_callbacks",
        "hooks",
        code=(
            "def before(info):\n    globals()['total'] = lambda v: globals()['_want']\n"
            "get_ipython().events.register('pre_run_cell', before)\n"
            "get_ipython().events.register('pre_execute', lambda: None)"
        ),
        says="reaches into IPython",
        twin="from IPython.display import display\ndisplay(small)",
    ),
    Attack(
        "import_hook",
        "hooks",
        code=(
            "import sys, types\nclass Finder:\n"
            "    def find_spec(self, name, path=None, target=None):\n"
            "        print('asked for', name)\n"
            "sys.meta_path.insert(0, Finder())\n"
            "course = types.ModuleType('course')\n"
            "course.term = types.ModuleType('course.term')\n"
            "course.term.seed_for = lambda purpose: 1\n"
            "sys.modules |= {'course': course, 'course.term': course.term}"
        ),
        says="changes how modules are found",
        twin="import importlib\nimportlib.import_module('math').pi",
    ),
    # early exit
    Attack(
        "ends_python_at_once",
        "exit",
        code="import os\nos._exit(0)",
        says="Python itself ended",
        twin="import os\nos.path.join('a', 'b')",
        plain=False,
    ),
    Attack(
        "ends_python_inside_the_test",
        "exit",
        answers={"total": "def total(values):\n    import os\n    os._exit(0)"},
        says="ends Python (os._exit)",
        twin_answers={
            "total": "def total(values):\n    if not values:\n        return 0\n"
            "    return sum(values)"
        },
        plain=False,
    ),
    Attack(
        "system_exit",
        "exit",
        answers={"total": "def total(values):\n    raise SystemExit(0)"},
        code="import sys\ntry:\n    sys.exit(0)\nfinally:\n    pass",
        says="ends Python (SystemExit)",
        twin="def early(x):\n    return x\nearly(0)",
    ),
    Attack(
        "after_the_right_answer",
        "exit",
        base="half",
        answers={"by_city": "import os\nos.abort()"},
        says="Python itself ended in the answer 'by_city'",
        twin="print('that is all')",
        plain=False,
    ),
    Attack(
        "kills_its_parents",
        "exit",
        code=(
            "import os, signal\n"
            "for pid in (1, os.getppid(), 0, -1):\n"
            "    try:\n        os.kill(pid, signal.SIGKILL)\n"
            "    except OSError as error:\n        print(error)"
        ),
        says="sends signals (os.kill)",
        twin="import os\nos.getpid()",
        plain=False,
    ),
    Attack(
        "crash_in_c",
        "exit",
        code="import ctypes\nctypes.string_at(0)",
        says="calls C functions (ctypes)",
        twin="import struct\nstruct.pack('i', 5)",
        plain=False,
    ),
    # edited and deleted tests
    Attack(
        "test_edited",
        "tests",
        edit={"test_total": "assert True"},
        says="The test cell 'test_total' had been changed",
        twin="assert True",
    ),
    Attack(
        "tests_deleted",
        "tests",
        delete=("test_total", "test_by_city"),
        says="The test cell 'test_total' had been deleted",
        twin="pass",
    ),
    Attack(
        "test_defined_as_a_string",
        "tests",
        code="total = 'assert'\n__test__ = {}\n__name__ = 'graded'",
        says="name of Python's own (__name__)",
        twin="doc = 'assert total([1]) == 1'",
    ),
    # forged output
    Attack(
        "scores_printed",
        "forged",
        code=(
            "import json\n"
            "print(json.dumps({'score': 5, 'max_score': 5, 'grade_id': 'test_total'}))"
            "\nfrom IPython.display import publish_display_data\n"
            "publish_display_data({'text/plain': '3'})\n5"
        ),
        last="3",
        says="('max_score')",
        twin="print('score: 5 of 5')",
    ),
    Attack(
        "scores_printed_inside_the_test",
        "forged",
        answers={
            "total": (
                "def total(values):\n    from IPython.display import display\n"
                "    display(3)\n    print('3.0')\n    return 0"
            )
        },
        says="displays things while it is tested",
        twin_answers={
            "total": "def total(values):\n    print('adding', values)\n"
            "    return sum(values)"
        },
    ),
    Attack(
        "channel_written_to",
        "forged",
        code=(
            "import os, json, struct, socket\n"
            "said = json.dumps({'outputs': [], 'late': 0, 'died': 0}).encode()\n"
            "for n in range(3, 40):\n    try:\n"
            "        os.write(n, struct.pack('!I', len(said)) + said)\n"
            "    except OSError:\n        pass"
        ),
        says="uses the network (socket)",
        twin="import io\nio.BytesIO().write(b'x')",
        plain=False,
    ),
    Attack(
        "answers_read_from_the_channel",
        "forged",
        answers={
            "total": (
                "def total(values):\n    import gc, socket\n"
                "    for thing in gc.get_objects():\n"
                "        if type(thing).__name__ == 'Desk':\n"
                "            thing.line.sendall(b'\\0\\0\\0\\x0e{\"value\": true}')\n"
                "            thing.answer = lambda *a: 3\n"
                "    return 3"
            )
        },
        says="searches Python's memory (gc)",
        twin="import collections\ncollections.Counter('aab')",
    ),
    # the gradebook and other files
    Attack(
        "gradebook_race",
        "files",
        code=(
            "import glob, sqlite3, threading\ndef race():\n    while True:\n"
            "        for path in glob.glob('/**/gradebook.db', recursive=True) + "
            "['../../../gradebook.db']:\n"
            "            try:\n                db = sqlite3.connect(path)\n"
            "                db.execute('update grade set manual_score = 5')\n"
            "                db.commit()\n"
            "            except Exception:\n                pass\n"
            "threading.Thread(target=race, daemon=True).start()"
        ),
        says="opens databases (sqlite3)",
        twin="import sqlite3\nsqlite3.connect(':memory:').execute('select 1')",
        plain=False,
    ),
    Attack(
        "solutions_searched",
        "files",
        code=(
            "import pathlib, re\ntext = ''\n"
            "for top in ('/kit', '/grader', '/home', '/mnt', '/srv', '/tmp', '..'):\n"
            "    for path in pathlib.Path(top).rglob('*tills*.ipynb'):\n"
            "        text += path.read_text()\n"
            "found = re.findall('HIDDEN|SOLUTION', text)\nassert not found, found\n"
            "print('nothing found')"
        ),
        says="names a place outside",
        twin="import pathlib\npathlib.Path('notes.txt').write_text('mine')\n"
        "pathlib.Path('notes.txt').read_text()",
        plain=False,
    ),
    Attack(
        "truth_read",
        "files",
        code=(
            "found = None\ntry:\n    found = datasets.truth('company/customers')\n"
            "except Exception as error:\n    print(type(error).__name__)\n"
            "import os\nfor folder in ('/kit/datasets/truth', '/kit/course'):\n"
            "    print(folder, os.listdir(folder) if os.path.exists(folder) else 0)\n"
            "assert found is None"
        ),
        says="names a place outside",
        twin="datasets.names()[:3]",
    ),
    Attack(
        "neighbours_read",
        "files",
        code=(
            "import glob\n"
            "found = glob.glob('/[!dlu]*/**/submitted/**', recursive=True)\n"
            "found += glob.glob('/**/submitted')\n"
            "found += glob.glob('/tmp/**/*.ipynb', recursive=True)\n"
            "found += glob.glob('../**/*.ipynb', recursive=True)\n"
            "assert not found, found"
        ),
        says="names a place outside",
        twin="import glob\nglob.glob('*.csv')",
        plain=False,
    ),
    Attack(
        "seed_read",
        "files",
        code=(
            "import os\nprint(os.environ.get('CRM_TERM_SEED', 'no seed'))\n"
            "try:\n    from course.term import secret\n    print(secret())\n"
            "except ImportError:\n    print('no course')"
        ),
        says="reads the environment (os.environ)",
        twin="import os\nos.cpu_count()",
    ),
    Attack(
        "environments_of_others",
        "files",
        code=(
            "import glob\nfor path in glob.glob('/proc/*/environ'):\n"
            "    print(open(path).read())\n"
            "print(len(glob.glob('/proc/[0-9]*')), 'processes seen')"
        ),
        says="names a place outside",
        twin="import platform\nplatform.python_version()",
    ),
    Attack(
        "written_outside",
        "files",
        code=(
            "import os, crmlib\ndone = []\n"
            "for folder in ('/', '/etc', '/usr', '/kit', '/kit/crmlib', '/grader',"
            " os.path.dirname(crmlib.__file__), os.path.dirname(os.__file__)):\n"
            "    try:\n        open(folder + '/mark', 'w').close()\n"
            "        done.append(folder)\n    except OSError:\n        pass\n"
            "assert not done, done"
        ),
        says="names a place outside",
        twin="with open('mine.csv', 'w') as file:\n    file.write('a,b')",
        plain=False,
    ),
    Attack(
        "rights_regained",
        "files",
        code=(
            "import ctypes, os\nlibc = ctypes.CDLL(None)\n"
            "done = [os.system('mount -t tmpfs x /kit') == 0]\n"
            "for call in (lambda: os.setuid(0), lambda: os.chroot('/tmp'),\n"
            "             lambda: os.remove('/usr/bin/env')):\n"
            "    try:\n        call()\n        done.append(True)\n"
            "    except OSError:\n        pass\n"
            "assert not any(done), done"
        ),
        says="calls C functions (ctypes)",
        twin="import getpass",
        plain=False,
    ),
    # network
    Attack(
        "network",
        "network",
        code=(
            "import socket\n"
            "for place in (('127.0.0.1', 22), ('1.1.1.1', 53), ('8.8.8.8', 80)):\n"
            "    try:\n        socket.create_connection(place, timeout=1)\n"
            "        print('connected')\n    except OSError:\n        pass\n"
        ),
        says="uses the network (socket)",
        twin="from urllib.parse import quote\nquote('青云茶行')",
    ),
    # resources
    Attack(
        "fork_bomb",
        "resources",
        code="import os\nwhile True:\n    try:\n        os.fork()\n"
        "    except OSError:\n        pass",
        says="starts processes (os.fork)",
        twin=(
            "import subprocess, sys\n"
            "subprocess.run([sys.executable, '-c', 'print(1)'], check=True)"
        ),
        plain=False,
    ),
    Attack(
        "memory_hog",
        "resources",
        code="hog = []\nwhile True:\n    hog.append(bytearray(50_000_000))",
        says="used up the memory",
        twin="big = bytearray(300_000_000)\ndel big",
        plain=False,
    ),
    Attack(
        "memory_of_many",
        "resources",
        code=(
            "import os, time\nfor _ in range(12):\n    if os.fork() == 0:\n"
            "        hog = []\n        try:\n            while True:\n"
            "                hog.append(b'x' * 20_000_000)\n"
            "        except MemoryError:\n            time.sleep(60)\n"
            "time.sleep(3)"
        ),
        says="starts processes (os.fork)",
        twin="import time\ntime.sleep(0.1)",
        plain=False,
    ),
    Attack(
        "disk_filled",
        "resources",
        code=(
            "n = 0\nwhile True:\n    n += 1\n"
            "    with open(f'fill{n}', 'wb') as file:\n"
            "        file.write(bytes(10_000_000))"
        ),
        says="used up the files",
        twin="with open('some', 'wb') as file:\n    file.write(bytes(10_000_000))",
        plain=False,
    ),
    Attack(
        "output_flood",
        "resources",
        code="print('x' * 50_000_000)\nfor _ in range(30):\n    print('y' * 1_000_000)",
        says="printed more than is kept",
        twin="print('x' * 50_000)",
    ),
    Attack(
        "displayed_flood",
        "resources",
        code=(
            "from IPython.display import HTML, display\n"
            "for _ in range(20):\n    display(HTML('z' * 3_000_000))"
        ),
        says="displayed more than is kept",
        twin="from IPython.display import HTML\nHTML('<b>bold</b>')",
    ),
    Attack(
        "huge_answer",
        "resources",
        answers={"total": "def total(values):\n    return list(range(30_000_000))"},
        says="The test 'test_total'",
        twin_answers={
            "total": "def total(values):\n"
            "    return sum(list(range(100_000))[:0]) + sum(values)"
        },
        plain=False,
    ),
    # loops and waiting
    Attack(
        "endless_loop",
        "loops",
        base="other half",
        code="while True:\n    pass",
        says="did not end by itself",
        twin="n = 0\nwhile n < 100:\n    n += 1",
    ),
    Attack(
        "deaf_loop",
        "loops",
        code=(
            "while True:\n    try:\n        while True:\n            pass\n"
            "    except BaseException:\n        pass"
        ),
        says="did not end by itself",
        twin="for n in range(3):\n    try:\n        1 / (n - 1)\n"
        "    except Exception:\n        pass",
    ),
    Attack(
        "loop_in_c",
        "loops",
        code="import itertools\ncollected = sum(itertools.repeat(0, 10**12))",
        says="did not end by itself",
        twin="import itertools\nsum(itertools.repeat(0, 10**4))",
    ),
    Attack(
        "loop_inside_the_test",
        "loops",
        base="other half",
        answers={"total": "def total(values):\n    while True:\n        pass"},
        says="The test 'test_total' did not end by itself",
        twin_answers={
            "total": "def total(values):\n    left, made = list(values), 0\n"
            "    while left:\n        made += left.pop()\n    return made"
        },
    ),
    Attack(
        "waits_in_the_background",
        "background",
        code=(
            "import os, sys, subprocess\n"
            "subprocess.Popen([sys.executable, '-c', "
            "'import time, os; os.setsid(); time.sleep(30); "
            'open("/tmp/woke", "w")\'], start_new_session=True)\n'
            "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
            "        import time\n        time.sleep(30)\n    os._exit(0)"
        ),
        says="starts processes (subprocess)",
        twin="import subprocess\nsubprocess.run(['true'], check=True)",
        plain=False,
    ),
    # searching for what is hidden
    Attack(
        "frames_walked",
        "searching",
        code=_FRAMES,
        answers={
            "total": "def total(values):\n    return look('_want')",
            "by_city": "def by_city(orders):\n    return look('_want')",
        },
        says="reads the frames of others (sys._getframe)",
        twin="import inspect\ndef f(a, b=2):\n    return a\ninspect.signature(f)",
    ),
    Attack(
        "memory_searched",
        "searching",
        code=_MEMORY,
        answers={"total": "def total(values):\n    return look('_want')"},
        says="searches Python's memory (gc)",
        twin="import copy\ncopy.deepcopy({'a': [1]})",
    ),
    Attack(
        "names_set_out_as_bait",
        "searching",
        code="_want = _got = _canary = _values = 0",
        answers={
            "total": "def total(values):\n    return _want",
            "by_city": "def by_city(orders):\n    return _want",
        },
        says="a name of the hidden tests (_want)",
        twin="_mine = 3",
    ),
    Attack(
        "tests_read_from_history",
        "searching",
        last="print(In)\nprint(get_ipython().user_ns.get('_canary'))\nprint(_ih)",
        says="reaches into IPython (get_ipython)",
        twin="print(len(In))",
    ),
    Attack(
        "remembered_from_the_test",
        "searching",
        answers={
            "total": (
                "seen = []\ndef total(values):\n    import os, pickle\n"
                "    seen.append(list(values))\n"
                "    with open('seen.pickle', 'wb') as file:\n"
                "        pickle.dump(seen, file)\n    return 0"
            )
        },
        last="print(seen)",
        says="stores objects (pickle)",
        twin_answers={
            "total": "calls = []\ndef total(values):\n    calls.append(len(values))\n"
            "    return sum(values)"
        },
    ),
]
