"""The judge's side: runs a test where the student's code has never been.

The test's own names, the notebook's given functions and imports, Python's builtins and
all libraries are this process's own. The student's names are fetched: data as data,
functions and objects as stand-ins whose calls are answered by the copy of his process.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import copy
import inspect
import io
import os
import pickle
import random
import socket
import sys
import types
from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import pandas as pd

from . import shell as shells
from . import wire

_UNCHANGING = (str, int, float, bool, bytes, type(None), pd.Timestamp, pd.Timedelta)


class Died(Exception):
    """The copy of the student's process has ended."""


def main(channel: socket.socket, shell: Any) -> None:
    """Judge one test cell and say what came of it."""
    random.seed()
    np.random.seed(int.from_bytes(os.urandom(4), "big"))  # noqa: NPY002
    try:
        first, handles, _, _ = socket.recv_fds(channel, 1, 1)
        asked = wire.receive_json(channel)
    except (OSError, wire.Closed):
        return
    if not first:
        return
    shells.take_streams()
    line = socket.socket(fileno=handles[0])
    pupil = Pupil(line)
    play_there(pupil)
    source = asked["source"]
    names = given_names(shell, asked["given"])
    wanted = used_names(shell, source) | names
    wanted -= set(shell.user_ns) | set(dir(builtins))
    reply: dict[str, Any]
    time = asked["seconds"], asked["wall"]
    try:
        with shells.within(*time):
            shell.user_ns.update(pupil.fetch(sorted(wanted)))
        pupil.lend(shell.user_ns, set(asked["asked"]) & bound_names(shell, source))
    except Died:
        reply = {"outputs": [], "late": False}
    except shells.Late:
        reply = {"outputs": [], "late": True}
    else:
        reply = shells.run(shell, source, *time)
    reply["died"], reply["shown"] = pupil.died, pupil.shown
    reply["late"] = reply["late"] or pupil.late
    wire.send_json(channel, reply)


def given_names(shell: Any, sources: list[str]) -> set[str]:
    """Define what the course's own cells import and define, as it was handed out.

    Returns the names that their functions use.
    """
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    used: set[str] = set()
    for source in sources:
        tree = _tree(shell, source)
        for node in tree.body if tree else []:
            if isinstance(node, kinds):
                part = ast.Module([node], [])
                with contextlib.suppress(Exception):
                    exec(compile(part, "<given>", "exec"), shell.user_ns)
                used |= _names(part)
    return used


def used_names(shell: Any, source: str) -> set[str]:
    """Return the names that a cell may read, also where they stand in texts."""
    tree = _tree(shell, source)
    return _names(tree) if tree else set()


def bound_names(shell: Any, source: str) -> set[str]:
    """Return the names that a cell binds itself."""
    found = set()
    for node in ast.walk(_tree(shell, source) or ast.Module([], [])):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def _tree(shell: Any, source: str) -> ast.Module | None:
    try:
        tree: ast.Module = ast.parse(shell.transform_cell(source))
        return tree
    except (SyntaxError, ValueError):
        return None


def _names(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {node.value} if node.value.isidentifier() else set()
    return found


class Pupil:
    """The line to the copy of the student's process."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self.died = self.late = self.shown = False
        self.stands: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        self.classes: dict[int, type] = {}
        self.sent: dict[int, tuple[int, Any, wire.Mark]] = {}
        self.functions: list[Any] = []
        self.next_key = 0
        self.kept: dict[int, Any] = {}
        self.lent: dict[str, Any] = {}
        self.names: dict[str, Any] = {}

    def lend(self, names: dict[str, Any], which: set[str]) -> None:
        """Let the copy see, before each call, what a test puts in an answer's place.

        A test may let a right function stand in for the student's own where the next
        one builds on it. Only names that students are asked to define are lent, so that
        nobody can guess the name of a hidden result and read it.
        """
        self.names = names
        self.lent = {name: names.get(name) for name in which}

    def update_lent(self) -> None:
        """Send what the test has bound anew."""
        for name, before in list(self.lent.items()):
            value = self.names.get(name)
            if value is not before:
                self.lent[name] = value
                self.ask("set", name, self.parcel(value))

    def fetch(self, names: list[str]) -> dict[str, Any]:
        """Return those of *names* that the student's process has."""
        found = {}
        for name, data in self.ask("names", names):
            with contextlib.suppress(ValueError):
                found[name] = self.decode(data)
        return found

    def decode(self, data: Any) -> Any:
        """Turn data into a value."""
        return wire.decode(data, self.resolve)

    def ask(self, *question: Any) -> Any:
        """Ask and return the answer; raise what was raised there."""
        reply = self.exchange(pickle.dumps(question, protocol=5))
        if "error" in reply:
            raise self.error(reply["error"])
        return reply.get("value")

    def exchange(self, frame: bytes) -> dict[str, Any]:
        """Send a question; return the reply, answering calls back in between."""
        try:
            wire.send(self.line, frame)
            while True:
                reply = wire.receive_json(self.line)
                if not isinstance(reply, dict):
                    raise wire.Closed("no answer")
                if "back" not in reply:
                    break
                wire.send(self.line, self.called_back(reply))
        except wire.Closed:
            self.died = True
            raise Died("Python ended while this cell ran.") from None
        self.shown = self.shown or reply.get("shown") is True
        for name, text in reply.get("printed", []):
            if name in ("stdout", "stderr") and isinstance(text, str):
                getattr(sys, name).write(text)
        return reply

    def called_back(self, asked: dict[str, Any]) -> bytes:
        """Call one of the test's own functions for the student's code."""
        try:
            function = self.functions[asked["back"]]
            args = [self.decode(data) for data in asked["args"]]
            kwargs = {name: self.decode(data) for name, data in asked["kwargs"]}
            answer = (True, function(*args, **kwargs))
        except Exception as error:
            answer = (False, type(error)(*error.args))
        return self.pack(answer)

    def error(self, about: Any) -> BaseException:
        """Make the exception that was raised there, or the nearest known one."""
        if about.get("late"):
            self.late = True
            return shells.Late()
        try:
            args = self.decode(about["args"])
        except (ValueError, Died):
            args = ()
        base: type[BaseException] = Exception
        name = "Exception"
        for position, (module, qualname) in enumerate(about["line"]):
            if position == 0:
                name = str(qualname).split(".")[-1]
            found = wire.known(module, qualname)
            if isinstance(found, type) and issubclass(found, BaseException):
                base = found
                break
        if not issubclass(base, (Exception, KeyboardInterrupt, SystemExit)):
            base = Exception
        kind: Any = base
        if base.__name__ != name:
            kind = type(name, (base,), {})
        made: Any = kind.__new__(kind)
        made.args = args if isinstance(args, tuple) else (args,)
        if isinstance(made, SystemExit):
            made.code = args[0] if args else None
        made.__crm_frames__ = about.get("frames", [])
        return cast(BaseException, made)

    # Arguments

    def pack(self, value: Any) -> bytes:
        """Pickle a value for the student's process."""
        buffer = io.BytesIO()
        writer = pickle.Pickler(buffer, protocol=5)
        writer.persistent_id = self.persistent  # type: ignore[method-assign]
        writer.dump(value)
        return buffer.getvalue()

    def persistent(self, value: Any) -> Any:
        """Name the student's own things, and functions that live only here."""
        if isinstance(value, Stand):
            return ("yours", value.__number__)
        number = self.numbers.get(id(value))
        if number is not None:
            return ("yours", number)
        if isinstance(value, types.FunctionType) and (
            value.__module__ == "__main__" or "<" in value.__qualname__
        ):
            self.functions.append(value)
            return ("mine", len(self.functions) - 1)
        return None

    def parcel(self, value: Any) -> tuple[int | None, bytes | None]:
        """Wrap an argument; one that is already there, unchanged, is only named."""
        if isinstance(value, _UNCHANGING):
            return None, pickle.dumps(value, protocol=5)
        known = self.sent.get(id(value))
        if known is not None and known[1] is value and known[2].still(value):
            return known[0], None
        blob = self.pack(value)
        self.next_key += 1
        self.sent[id(value)] = (self.next_key, value, wire.Mark(value, self.pack))
        self.kept[self.next_key] = value
        return self.next_key, blob

    def call(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call the student's function, and take over what it did to its arguments."""
        self.update_lent()
        parcels = [self.parcel(value) for value in args]
        named = {name: self.parcel(value) for name, value in kwargs.items()}
        question = ("call", number, parcels, named)
        reply = self.exchange(pickle.dumps(question, protocol=5))
        values = [*args, *kwargs.values()]
        by_key = {
            parcel[0]: value
            for parcel, value in zip([*parcels, *named.values()], values, strict=True)
        }
        for key, data in reply.get("changed", []):
            value = by_key[key]
            restore(value, self.decode(data))
            self.sent.pop(id(value), None)
        if "error" in reply:
            raise self.error(reply["error"])
        if "same" in reply:
            return values[reply["same"]]
        return self.decode(reply["value"])

    # Stand-ins

    def resolve(self, data: list[Any]) -> Any:
        """Return the stand-in for a reference."""
        _, number, about = data
        if about == "kept":
            if number not in self.kept:
                raise ValueError("an argument that was never sent")
            return self.kept[number]
        if not isinstance(number, int) or not isinstance(about, dict):
            raise ValueError("a reference that is none")
        if number not in self.stands:
            self.stands[number] = self.stand(number, about)
            if not isinstance(self.stands[number], Stand):
                self.numbers[id(self.stands[number])] = number
        return self.stands[number]

    def stand(self, number: int, about: dict[str, Any]) -> Any:
        """Make the stand-in for a function, a class or an object."""
        pupil = self
        if about.get("kind") == "function":

            def function(*args: Any, **kwargs: Any) -> Any:
                return pupil.call(number, args, kwargs)

            function.__name__ = function.__qualname__ = str(about.get("name"))
            function.__doc__ = about.get("doc")
            with contextlib.suppress(Exception):
                signature = inspect.Signature(
                    [
                        inspect.Parameter(
                            name,
                            inspect._ParameterKind(kind),
                            default=... if default else inspect.Parameter.empty,
                        )
                        for name, kind, default in about["parameters"]
                    ]
                )
                function.__signature__ = signature  # type: ignore[attr-defined]
            return function
        if about.get("kind") == "class":
            made: Any = type(
                str(about.get("name")), (Stand,), {"__doc__": about.get("doc")}
            )
            made.__class_number__ = number
            made.__pupil__ = pupil
            self.classes[number] = made
            return made
        base: type = Stand
        if "class" in about:
            found = self.resolve(about["class"])
            if isinstance(found, type) and issubclass(found, Stand):
                base = found
        stand: Any = object.__new__(base)
        object.__setattr__(stand, "__number__", number)
        object.__setattr__(stand, "__pupil__", pupil)
        return stand


class Stand:
    """Stands for an object of the student's that cannot cross as data.

    Its parts can be asked for. Comparing it with data is answered here, with no, so
    that an object that calls itself equal to everything equals nothing.
    """

    __pupil__: Any
    __number__: int
    __class_number__: int

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make one of the student's objects, over there."""
        return cls.__pupil__.call(cls.__class_number__, args, kwargs)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Everything happened in the student's process."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        pupil = object.__getattribute__(self, "__pupil__")
        return pupil.decode(pupil.ask("get", self.__number__, name))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the object, over there."""
        return self.__pupil__.call(self.__number__, args, kwargs)

    def __getitem__(self, key: Any) -> Any:
        pupil = self.__pupil__
        return pupil.decode(pupil.ask("item", self.__number__, pupil.parcel(key)))

    def __iter__(self) -> Iterator[Any]:
        pupil = self.__pupil__
        return iter(pupil.decode(pupil.ask("list", self.__number__)))

    def __contains__(self, wanted: Any) -> bool:
        return any(part is wanted or part == wanted for part in self)

    def __len__(self) -> int:
        return len(range(int(self._apply(len))))

    def __bool__(self) -> bool:
        return bool(self._apply(bool))

    def __repr__(self) -> str:
        return str(self._apply(repr))

    def __str__(self) -> str:
        return str(self._apply(str))

    def __float__(self) -> float:
        return float(self._apply(float))

    def __int__(self) -> int:
        return int(self._apply(int))

    def __hash__(self) -> int:
        return id(self)

    def __deepcopy__(self, memo: Any) -> Any:
        return self._apply(copy.deepcopy)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Stand):
            return False
        import operator

        return bool(self._operate(operator.eq, other))

    def __lt__(self, other: Any) -> Any:
        import operator

        return self._operate(operator.lt, other)

    def _operate(self, operation: Any, other: Any) -> Any:
        if not isinstance(other, Stand):
            return NotImplemented
        pupil = self.__pupil__
        parcel = pupil.parcel(other)
        return pupil.decode(pupil.ask("operate", self.__number__, operation, parcel))

    def _apply(self, operation: Any) -> Any:
        pupil = self.__pupil__
        return pupil.decode(pupil.ask("apply", self.__number__, operation))


def restore(value: Any, changed: Any) -> None:
    """Make *value*, in place, what the student's function turned it into."""
    if type(value) is not type(changed):
        raise ValueError("an argument that changed its type")
    if isinstance(value, list):
        if len(value) == len(changed):
            changed = [_part(*pair) for pair in zip(value, changed, strict=True)]
        value[:] = changed
    elif isinstance(value, dict):
        parts = {
            key: _part(value[key], part) if key in value else part
            for key, part in changed.items()
        }
        value.clear()
        value.update(parts)
    elif isinstance(value, set):
        value.clear()
        value.update(changed)
    elif isinstance(value, np.ndarray) and value.shape == changed.shape:
        value[...] = changed
    elif isinstance(value, (pd.DataFrame, pd.Series)):
        value._update_inplace(changed)  # type: ignore[operator]
    elif isinstance(value, np.random.Generator):
        value.bit_generator.state = changed.bit_generator.state
    elif hasattr(value, "__dict__"):
        value.__dict__.update(changed.__dict__)


def _part(old: Any, new: Any) -> Any:
    """Keep the old part, brought up to the new one, if it can be changed at all."""
    if type(old) is type(new) and isinstance(old, (list, dict, set, pd.DataFrame)):
        restore(old, new)
        return old
    return new


def play_there(pupil: Pupil) -> None:
    """Let isolated policies of students be played in the copy of their process.

    `crmlib.simulation` starts a process for a policy that it shall not trust. Here that
    would be a process in the judge's box; the copy is one already, in a better place.
    """
    engine: Any = sys.modules.get("crmlib.simulation.engine")
    if engine is None:
        return
    usual = engine.run_isolated

    def run_isolated(
        world: Any, policy: Any, *, limits: Any = None, **options: Any
    ) -> Any:
        if isinstance(policy, str):
            policy = pupil.decode(pupil.ask("policy", policy))
        return engine.run(world, policy, **options)

    for name, module in list(sys.modules.items()):
        if name.startswith("crmlib.") and vars(module).get("run_isolated") is usual:
            vars(module)["run_isolated"] = run_isolated


def prepare() -> None:
    """Import what hidden tests import, besides what cells do."""
    from .student import _import_package
    from .student import prepare as as_students

    as_students()
    _import_package("course.generator")
    with contextlib.suppress(ImportError):
        import course.term  # noqa: F401
