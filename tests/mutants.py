"""How good are the tests? Break a module in many small ways and see who notices.

    python tests/mutants.py crmlib.segmentation tests/crmlib/test_segmentation.py

Each mutant changes one operator, comparison, constant, bound or condition of the
module's syntax tree. The tests that reach the changed line then run in a forked process
whose copy of the module is the mutant. A mutant that no test notices has survived: look
at it, and write the test, or see that it changes nothing. Texts, annotations and
decorators are left alone. Needs `os.fork`, so Linux or macOS.
"""

from __future__ import annotations

import argparse
import ast
import gc
import importlib
import importlib.util
import os
import random
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import coverage
import pytest

ROOT = Path(__file__).resolve().parent.parent
# Who fails is all that counts, so assertions need not explain themselves.
QUIET = ["-q", "-x", "--assert=plain", "--tb=no", "-o", "addopts="]
QUIET += ["-p", "no:cacheprovider", "-p", "no:nbval", "-p", "no:doctest"]

OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
}
# Each comparison moves its bound, and each turns round.
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}


@dataclass(frozen=True)
class Mutant:
    """One change: which node of the tree, which of its changes, and where it stands."""

    node: int
    change: int
    line: int
    statement: int  # where its statement begins; a folded constant has no other line
    function: str
    at_import: bool  # not in the body of a function: every test reaches it
    what: str


# ------------------------------------------------------------------------ mutants


def nodes(tree: ast.Module) -> Iterator[tuple[int, ast.AST, int, str, bool]]:
    """Yield each node that may change, numbered: the line of its statement, its
    function, and if it runs there.

    What stands in a class or among the defaults of a function runs at import.
    """
    counter = 0

    def walk(
        node: ast.AST, statement: int, function: str, inside: bool
    ) -> Iterator[tuple[int, ast.AST, int, str, bool]]:
        nonlocal counter
        counter += 1
        if isinstance(node, ast.stmt):
            statement = node.lineno
        yield counter, node, statement, function, inside
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            function = f"{function}.{node.name}" if function else node.name
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns", "decorator_list"}:
                continue
            in_body = inside or (isinstance(node, ast.FunctionDef) and name == "body")
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from walk(child, statement, function, in_body)

    yield from walk(tree, 0, "", False)


def changes(node: ast.AST) -> list[str]:
    """Name what can be done to *node*; `apply` does it by its place in the list."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in OPERATORS:
        old, new = type(node.op), OPERATORS[type(node.op)]
        return [f"{old.__name__} -> {new.__name__}"]
    if isinstance(node, ast.Compare):
        return [
            f"{type(op).__name__} -> {new.__name__}"
            for op in node.ops
            for new in COMPARISONS[type(op)]
        ]
    if isinstance(node, ast.BoolOp):
        return ["and -> or" if isinstance(node.op, ast.And) else "or -> and"]
    if isinstance(node, ast.UnaryOp):
        return [f"{type(node.op).__name__} removed"]
    if isinstance(node, ast.If | ast.IfExp | ast.While) and not isinstance(
        node.test, ast.Compare | ast.UnaryOp | ast.BoolOp
    ):
        return ["condition turned round"]
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            return [f"{node.value} -> {not node.value}"]
        if isinstance(node.value, int | float):
            return [f"{node.value} -> {node.value + 1}"]
    return []


def apply(node: ast.AST, change: int) -> None:
    if isinstance(node, ast.BinOp | ast.AugAssign):
        node.op = OPERATORS[type(node.op)]()
    elif isinstance(node, ast.Compare):
        options = [(i, new) for i, op in enumerate(node.ops)
                   for new in COMPARISONS[type(op)]]  # fmt: skip
        place, new = options[change]
        node.ops[place] = new()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.UnaryOp):
        if isinstance(node.op, ast.USub):
            node.op = ast.UAdd()
        else:  # twice is not at all
            node.operand = ast.UnaryOp(op=type(node.op)(), operand=node.operand)
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        node.test = ast.UnaryOp(op=ast.Not(), operand=node.test)
    elif isinstance(node, ast.Constant):
        value = node.value
        node.value = (not value) if isinstance(value, bool) else value + 1


def all_mutants(tree: ast.Module) -> list[Mutant]:
    return [
        Mutant(
            number, i, node.lineno, statement, function or "(module)", not inside, what
        )
        for number, node, statement, function, inside in nodes(tree)
        for i, what in enumerate(changes(node))
    ]


def mutate(tree: ast.Module, mutant: Mutant) -> ast.Module:
    """Change the tree itself: each mutant has a process, and so a tree, of its own."""
    for number, node, *_ in nodes(tree):
        if number == mutant.node:
            apply(node, mutant.change)
            break
    return ast.fix_missing_locations(tree)


# ------------------------------------------------------------------------ running


def prepare(module: str) -> None:
    """Import what is slow once, and let hypothesis neither remember nor shrink."""
    import hypothesis

    for name in ("pandas", "numpy", "polars", "matplotlib.figure", "course.notebooks"):
        importlib.import_module(name)
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile(
        "mutants", derandomize=True, database=None, phases=phases, deadline=None
    )
    hypothesis.settings.load_profile("mutants")
    for name in [name for name in sys.modules if name.split(".")[0] == "crmlib"]:
        del sys.modules[name]  # each child makes its own, the mutant among them
    gc.collect()
    gc.freeze()  # so that the children need not look through it again


def install(module: str, path: Path, tree: ast.Module) -> None:
    """Put the mutant where every import will find it."""
    parent, _, name = module.rpartition(".")
    package = importlib.import_module(parent)
    spec = importlib.util.spec_from_file_location(module, path)
    assert spec is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[module] = made
    setattr(package, name, made)
    exec(compile(tree, str(path), "exec"), made.__dict__)


def start(run: object, *arguments: object) -> int:
    """Run a function in a forked process whose exit code is what it returns."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    os.setpgid(0, 0)
    code = 1
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        code = int(run(*arguments))  # type: ignore[operator]
    except BaseException:
        code = 1
    finally:
        os._exit(code)


def run_mutant(
    module: str, path: Path, tree: ast.Module, mutant: Mutant, tests: list[str]
) -> int:
    install(module, path, mutate(tree, mutant))
    return pytest.main([*QUIET, *tests])


def run_covered(module: str, tests: list[str], data_file: str) -> int:
    return pytest.main(
        [*QUIET, f"--cov={module}", "--cov-context=test", "--cov-report=", *tests]
    ) or int(not Path(data_file).exists())


def reached(module: str, path: Path, tests: list[str]) -> dict[int, list[str]]:
    """Return the tests that reach each line; all must pass on the unchanged module."""
    with tempfile.TemporaryDirectory() as folder:
        data_file = str(Path(folder) / "coverage")
        os.environ["COVERAGE_FILE"] = data_file
        child = start(run_covered, module, tests, data_file)
        _, status = os.waitpid(child, 0)
        if status:
            raise SystemExit("the tests fail on the module as it is: mend that first")
        data = coverage.CoverageData(data_file)
        data.read()
        lines = data.contexts_by_lineno(str(path))
    return {
        line: sorted({c.split("|")[0] for c in contexts if c})
        for line, contexts in lines.items()
    }


def run_all(
    module: str,
    path: Path,
    tree: ast.Module,
    mutants: list[Mutant],
    tests: list[str],
    *,
    jobs: int,
    timeout: float,
) -> dict[Mutant, str]:
    """Return for each mutant: killed, timeout, survived or unreached."""
    lines = reached(module, path, tests)
    fate: dict[Mutant, str] = {}
    waiting = list(mutants)
    running: dict[int, tuple[Mutant, float]] = {}
    told = 0
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            some = tests
            if not mutant.at_import:
                some = lines.get(mutant.line) or lines.get(mutant.statement, [])
            if not some:
                fate[mutant] = "unreached"
                continue
            child = start(run_mutant, module, path, tree, mutant, some)
            running[child] = (mutant, time.monotonic())
        if (n := len(fate)) >= told + 25:
            told = n
            print(f"{n} of {len(mutants)} mutants tried", file=sys.stderr, flush=True)
        time.sleep(0.02)
        for child, (mutant, since) in list(running.items()):
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                fate[mutant] = "killed" if status else "survived"
                del running[child]
            elif time.monotonic() - since > timeout:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
                fate[mutant] = "timeout"
                del running[child]
    return fate


# ------------------------------------------------------------------------- report


def report(module: str, fate: dict[Mutant, str], source: list[str]) -> float:
    """Print who survived, and the score by function; return the score."""
    by_function: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in sorted(fate, key=lambda m: (m.line, m.node, m.change)):
        by_function[mutant.function].append(mutant)
    dead = {m for m, how in fate.items() if how in {"killed", "timeout"}}
    for mutants in by_function.values():
        for mutant in mutants:
            if mutant not in dead:
                print(
                    f"{fate[mutant]:9} line {mutant.line:4}  {mutant.what:24} "
                    f"{source[mutant.line - 1].strip()}"
                )
    print(f"\n{module}: mutants killed by function")
    for function, mutants in by_function.items():
        n = len(dead.intersection(mutants))
        print(f"  {n:4} of {len(mutants):4}  {n / len(mutants):5.0%}  {function}")
    score = len(dead) / len(fate)
    slow = sum(how == "timeout" for how in fate.values())
    print(f"score: {len(dead)} of {len(fate)} killed ({slow} by timeout), {score:.1%}")
    return score


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("module", help="such as crmlib.segmentation")
    parser.add_argument("tests", nargs="+", help="test files or folders")
    parser.add_argument("--sample", type=int, help="so many mutants, drawn by a seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--timeout", type=float, default=90.0, help="seconds each")
    parser.add_argument("--at-least", type=float, default=0.0, metavar="SCORE")
    options = parser.parse_args()

    os.chdir(ROOT)
    path = ROOT / (options.module.replace(".", "/") + ".py")
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    mutants = all_mutants(tree)
    if options.sample and options.sample < len(mutants):
        mutants = random.Random(2025).sample(mutants, options.sample)
    prepare(options.module)
    began = time.monotonic()
    fate = run_all(
        options.module,
        path,
        tree,
        mutants,
        options.tests,
        jobs=options.jobs,
        timeout=options.timeout,
    )
    score = report(options.module, fate, text.splitlines())
    print(f"{time.monotonic() - began:.0f} s")
    return int(score < options.at_least)


if __name__ == "__main__":
    sys.exit(main())
