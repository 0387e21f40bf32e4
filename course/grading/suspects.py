"""What in an answer no answer needs: a teacher should look at it.

This keeps nobody from anything; the boxes do that. It only reports, from the text of
the cells, what an honest solution of an exercise on tables has no use for.
"""

from __future__ import annotations

import ast
import builtins
import re

from nbformat.notebooknode import NotebookNode

from course.grading.cells import is_answer, is_test, nbgrader_id, parse

_MODULES = {
    "atexit": "registers what runs at the end (atexit)",
    "builtins": "reaches into Python's builtins",
    "ctypes": "calls C functions (ctypes)",
    "faulthandler": "handles crashes (faulthandler)",
    "gc": "searches Python's memory (gc)",
    "http": "uses the network (http)",
    "mmap": "shares memory (mmap)",
    "multiprocessing": "starts processes (multiprocessing)",
    "pickle": "stores objects (pickle)",
    "requests": "uses the network (requests)",
    "resource": "changes limits (resource)",
    "signal": "handles signals (signal)",
    "socket": "uses the network (socket)",
    "sqlite3": "opens databases (sqlite3)",
    "subprocess": "starts processes (subprocess)",
    "threading": "starts threads (threading)",
    "urllib": "uses the network (urllib)",
    "course": "asks for what belongs to the graders (course)",
    "nbgrader": "asks for the grader (nbgrader)",
    "boxed": "asks for the grader (boxed)",
}
_PARTS = {
    "_exit": "ends Python (os._exit)",
    "abort": "ends Python (os.abort)",
    "kill": "sends signals (os.kill)",
    "killpg": "sends signals (os.killpg)",
    "fork": "starts processes (os.fork)",
    "system": "starts processes (os.system)",
    "popen": "starts processes (os.popen)",
    "execv": "replaces Python (os.execv)",
    "environ": "reads the environment (os.environ)",
    "getenv": "reads the environment (os.getenv)",
    "settrace": "watches the interpreter (sys.settrace)",
    "setprofile": "watches the interpreter (sys.setprofile)",
    "_getframe": "reads the frames of others (sys._getframe)",
    "f_back": "reads the frames of others (f_back)",
    "f_globals": "reads the frames of others (f_globals)",
    "meta_path": "changes how modules are found (sys.meta_path)",
    "modules": "reaches into loaded modules (sys.modules)",
    "excepthook": "catches errors of others (sys.excepthook)",
    "addaudithook": "watches the interpreter (sys.addaudithook)",
    "ast_transformers": "changes the text of cells (ast_transformers)",
    "input_transformers_cleanup": "changes the text of cells (input_transformers)",
    "input_transformers_post": "changes the text of cells (input_transformers)",
    "run_cell": "changes how cells run (run_cell)",
    "run_cell_async": "changes how cells run (run_cell_async)",
    "__subclasses__": "searches for classes (__subclasses__)",
    "__globals__": "reaches into functions (__globals__)",
    "__code__": "reaches into functions (__code__)",
    "_ip": "reaches into IPython",
}
_NAMES = {
    "get_ipython": "reaches into IPython (get_ipython)",
    "__builtins__": "reaches into Python's builtins",
    "__import__": "imports by a name made up at run time (__import__)",
    "eval": "runs text as code (eval)",
    "exec": "runs text as code (exec)",
    "compile": "runs text as code (compile)",
    "exit": "ends Python (exit)",
    "quit": "ends Python (quit)",
    "SystemExit": "ends Python (SystemExit)",
    "GeneratorExit": "catches what ends a run (GeneratorExit)",
}
_TEXTS = re.compile(
    r"gradebook|grades\.csv|solutions?/|/truth|submitted|autograded|CRM_TERM_SEED"
    r"|term\.toml|/proc|/etc/|^\.\.(/|$)|^/$|^/\*\*|^/(home|root|work|kit|grader|dev|sys|usr|var|tmp|boot|etc)"
    r"|\b(auto|manual|max)_score\b|HIDDEN TESTS|localhost|127\.0\.0\.1|https?://"
)
_EQUAL = {"__eq__", "__ne__", "__lt__", "__gt__", "__le__", "__ge__", "__bool__"}
_EQUAL |= {"__contains__", "__getattr__", "equals"}
_OWN = {name for name in dir(builtins) if not name.startswith("_")}


def found(nb: NotebookNode, hidden: frozenset[str] = frozenset()) -> list[str]:
    """Say in sentences what the student's own cells hold that no answer needs.

    *hidden* are names that only hidden tests use: whoever binds them sets out a bait.

    >>> from course.grading.cells import new_cell, new_notebook
    >>> found(new_notebook([new_cell("code", "import os; os._exit(0)")]))
    ['Cell number 1 ends Python (os._exit): no answer needs that, look at it.']
    """
    said = []
    for position, cell in enumerate(nb.cells):
        meta = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or (meta.get("locked") and not is_answer(cell)):
            continue
        what = in_source(cell.source, hidden)
        if what:
            name = nbgrader_id(cell)
            where = f"Cell number {position + 1}" if name is None else f"'{name}'"
            said.append(f"{where} {', '.join(what)}: no answer needs that, look at it.")
    return said


def hidden_names(source: NotebookNode) -> frozenset[str]:
    """Return the names, with an underscore, that the tests of *source* bind."""
    bound: set[str] = set()
    for cell in source.cells:
        if cell.cell_type == "code" and is_test(cell):
            for node in ast.walk(parse(cell.source) or ast.Module([], [])):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    bound.add(node.id)
    # `_` itself is everybody's.
    return frozenset(name for name in bound if len(name) > 1 and name[0] == "_")


def in_source(source: str, hidden: frozenset[str] = frozenset()) -> list[str]:
    """Return what one cell does that no answer needs, in words."""
    said: dict[str, None] = {}
    if re.search(r"(?m)^\s*(?:!|%%?(?:sx|system|bash|sh|script)\b)", source):
        said["starts programs (!)"] = None
    tree = parse(source)
    if tree is None:
        return list(said)
    imported: set[str] = set()
    for node in ast.walk(tree):
        for words in [*_of(node, imported), *_rebound(node)]:
            said.setdefault(words)
        if isinstance(node, ast.Name) and node.id in hidden:
            said.setdefault(f"uses a name of the hidden tests ({node.id})")
    return list(said)


def _rebound(node: ast.AST) -> list[str]:
    """Say if functions of Python's own get another meaning."""
    names: list[str] = []
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in _OWN:
        names = [node.name]
    elif isinstance(node, ast.Assign):
        targets = [each.id for each in node.targets if isinstance(each, ast.Name)]
        names = [name for name in targets if re.fullmatch("__[a-z]+__", name)]
        if isinstance(node.value, ast.Lambda):
            names += [name for name in targets if name in _OWN]
    return [f"gives another meaning to a name of Python's own ({n})" for n in names]


def _of(node: ast.AST, imported: set[str]) -> list[str]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return _imports(node, imported)
    if isinstance(node, ast.Attribute):
        said = [_PARTS[node.attr]] if node.attr in _PARTS else []
        target = node.value
        while isinstance(target, ast.Attribute):
            target = target.value
        stored = isinstance(node.ctx, (ast.Store, ast.Del))
        if stored and isinstance(target, ast.Name) and target.id in imported:
            said.append(f"changes a library ({target.id})")
        return said
    if isinstance(node, ast.Name) and node.id in _NAMES:
        return [_NAMES[node.id]]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        first = node.args[0] if node.args else None
        if node.func.id in ("setattr", "delattr") and first is not None:
            return ["changes objects by name (setattr)"]
    if isinstance(node, ast.ClassDef):
        own = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
        if own & _EQUAL:
            return ["defines when objects are equal or true"]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if node.value in _EQUAL - {"equals"}:
            return ["defines when objects are equal or true"]
        match = _TEXTS.search(node.value)
        if match:
            return [f"names a place outside ('{match[0]}')"]
        if len(node.value) > 200_000:
            return ["holds a very long text"]
    return []


def _imports(node: ast.Import | ast.ImportFrom, imported: set[str]) -> list[str]:
    said = []
    if isinstance(node, ast.ImportFrom):
        names = [node.module or ""]
        for each in node.names:
            imported.add(each.asname or each.name)
            if each.name in _PARTS:
                said.append(_PARTS[each.name])
    else:
        names = [each.name for each in node.names]
        for each in node.names:
            imported.add(each.asname or each.name.split(".")[0])
    for name in names:
        root = name.split(".")[0]
        if root in _MODULES:
            said.append(_MODULES[root])
    return said
