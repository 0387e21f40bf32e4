"""The student's side: runs his cells, and answers the judge in a copy of himself."""

from __future__ import annotations

import base64
import contextlib
import inspect
import os
import pickle
import random
import signal
import socket
import traceback
import types
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from . import shell as shells
from . import wire

_UNCHANGING = (str, int, float, bool, bytes, type(None), pd.Timestamp, pd.Timedelta)


def main(channel: socket.socket, shell: Any) -> None:
    """Do what the other side of *channel* asks for, until it ends."""
    random.seed()
    np.random.seed(int.from_bytes(os.urandom(4), "big"))  # noqa: NPY002
    shells.take_streams()
    copies: list[int] = []
    while True:
        try:
            asked, handles = _receive(channel)
        except wire.Closed:
            return
        if asked["do"] == "files":
            for name, text in asked["files"].items():
                with contextlib.suppress(OSError):
                    path = Path(name)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(base64.b64decode(text))
        elif asked["do"] == "run":
            shells.tape.text_limit = asked["text_limit"]
            reply = shells.run(shell, asked["source"], *_time(asked))
            wire.send_json(channel, reply)
        elif asked["do"] == "copy":
            copies.append(_fork(channel, handles[0], shell, asked))
        elif asked["do"] == "end copies":
            for pid in copies:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(OSError):
                    os.waitpid(pid, 0)
            copies.clear()


def _receive(channel: socket.socket) -> tuple[Any, list[int]]:
    """Receive a message, and with it the handles that came along."""
    try:
        first, handles, _, _ = socket.recv_fds(channel, 1, 1)
    except OSError as error:
        raise wire.Closed(str(error)) from None
    if not first:
        raise wire.Closed("the other side has ended")
    return wire.receive_json(channel), handles


def _time(asked: dict[str, Any]) -> tuple[float, float]:
    """Return the seconds of work and by the clock that are allowed."""
    return asked["seconds"], asked["wall"]


def _fork(
    channel: socket.socket, handle: int, shell: Any, asked: dict[str, Any]
) -> int:
    """Fork a copy of the state as it is; it serves on *handle* and then ends."""
    pid = os.fork()
    if pid:
        os.close(handle)
        return pid
    try:
        channel.close()
        line = socket.socket(fileno=handle)
        if asked["inside"]:
            _judge_inside(line, shell, asked)
        else:
            Desk(line, shell.user_ns, *_time(asked)).serve()
    except BaseException:
        os._exit(1)
    finally:
        os._exit(0)


def _judge_inside(line: socket.socket, shell: Any, asked: dict[str, Any]) -> None:
    """Run a test in the student's own interpreter, for what cannot cross as data.

    First an assert that must fail: it does not if asserts are being taken out, cells
    are replaced, or errors are swallowed.
    """
    nonce = os.urandom(8).hex()
    told = shells.run(shell, f"assert False, {nonce!r}", 5, asked["wall"])
    honest = [
        output.get("ename") == "AssertionError" and output.get("evalue") == nonce
        for output in told["outputs"]
    ]
    reply = {"outputs": [], "late": False, "canary": honest == [True]}
    if honest == [True]:
        reply |= shells.run(shell, asked["source"], *_time(asked))
    wire.send_json(line, reply)


class Desk:
    """Answers the judge's questions about the student's names and functions."""

    def __init__(
        self, line: socket.socket, names: dict[str, Any], seconds: float, wall: float
    ) -> None:
        self.line, self.names, self.time = line, names, (seconds, wall)
        self.known: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        self.kept: dict[int, tuple[Any, wire.Mark]] = {}

    def serve(self) -> None:
        """Answer until the judge has heard enough."""
        while True:
            try:
                question = pickle.loads(wire.receive(self.line))
            except wire.Closed:
                return
            shells.tape.clear()
            try:
                with shells.within(*self.time):
                    reply = {"value": self.answer(*question)}
            except BaseException as error:
                reply = {"error": self.error(error)}
            if isinstance(reply.get("value"), dict):
                reply = reply["value"]
            reply["printed"] = [
                [output["name"], output["text"]]
                for output in shells.tape.read()
                if output["output_type"] == "stream"
            ]
            shown = {"display_data", "execute_result"}
            reply["shown"] = any(
                output["output_type"] in shown for output in shells.tape.outputs
            )
            wire.send_json(self.line, reply)

    def refer(self, value: Any) -> list[Any]:
        """Number a value that stays here, and describe it."""
        number = self.numbers.get(id(value))
        if number is None:
            number = len(self.known)
            self.known[number], self.numbers[id(value)] = value, number
        about: dict[str, Any] = {"type": type(value).__name__}
        if isinstance(value, type):
            about |= {"kind": "class", "name": value.__name__}
        elif isinstance(value, (types.FunctionType, types.MethodType)) or (
            callable(value) and hasattr(value, "__name__")
        ):
            about |= {"kind": "function", "name": str(value.__name__)}
            with contextlib.suppress(Exception):
                about["parameters"] = [
                    [each.name, int(each.kind), each.default is not each.empty]
                    for each in inspect.signature(value).parameters.values()
                ]
        else:
            about["kind"] = "object"
            kind = type(value)
            if kind.__module__ == "__main__":
                about["class"] = self.refer(kind)
        doc = getattr(value, "__doc__", None)
        about["doc"] = doc if isinstance(doc, str) else None
        return ["reference", number, about]

    def encode(self, value: Any) -> Any:
        """Turn a value into data."""
        return wire.encode(value, self.refer)

    def answer(self, what: str, *given: Any) -> Any:
        """Answer one question."""
        if what == "names":
            return [
                [name, self.encode(self.names[name])]
                for name in given[0]
                if name in self.names
            ]
        if what == "call":
            return self.call(*given)
        if what == "policy":
            from crmlib.simulation import engine

            return self.encode(engine._load(given[0]))
        if what == "set":
            self.names[given[0]] = self.take(given[1])
            return None
        value = self.known[given[0]]
        if what == "get":
            return self.encode(getattr(value, given[1]))
        if what == "item":
            return self.encode(value[self.take(given[1])])
        if what == "list":
            found = []
            for part in value:
                found.append(self.encode(part))
                if len(found) > 1_000_000:
                    raise ValueError("more than a million parts")
            return ["list", found]
        if what == "operate":
            return self.encode(given[1](value, self.take(given[2])))
        if what == "apply":
            return self.encode(given[1](value))
        raise ValueError(what)

    def take(self, parcel: Any) -> Any:
        """Unpack an argument: a value, a reference, or one that is kept here."""
        key, blob = parcel
        if key is not None and blob is None:
            return self.kept[key][0]
        value = self.load(blob)
        if key is not None:
            self.kept[key] = (value, wire.Mark(value, self.dump))
        return value

    def load(self, blob: bytes) -> Any:
        """Unpickle what the judge sent."""
        import io

        reader = pickle.Unpickler(io.BytesIO(blob))
        reader.persistent_load = self.persistent  # type: ignore[method-assign]
        return reader.load()

    def dump(self, value: Any) -> bytes:
        """Pickle a value to see later whether it has changed."""
        try:
            return pickle.dumps(value, protocol=5)
        except Exception:
            return b""

    def persistent(self, name: Any) -> Any:
        """Find the student's own object, or stand in for the judge's function."""
        kind, number = name
        if kind == "yours":
            return self.known[number]
        return lambda *args, **kwargs: self.call_back(number, args, kwargs)

    def call_back(self, number: int, args: Any, kwargs: Any) -> Any:
        """Call a function of the judge's."""
        asked: dict[str, Any] = {"back": number}
        asked["args"] = [self.argument(value) for value in args]
        asked["kwargs"] = [[name, self.argument(kwargs[name])] for name in kwargs]
        wire.send_json(self.line, asked)
        right, value = self.load(wire.receive(self.line))
        if not right:
            raise value
        return value

    def argument(self, value: Any) -> Any:
        """Turn an argument into data; what the judge has sent is only named."""
        for key, (kept, _) in self.kept.items():
            if kept is value:
                return ["reference", key, "kept"]
        return self.encode(value)

    def call(self, number: int, parcels: Any, named: Any) -> dict[str, Any]:
        """Call a function; say what it returned and which arguments it changed."""
        args = [self.take(parcel) for parcel in parcels]
        kwargs = {name: self.take(parcel) for name, parcel in named.items()}
        error = None
        value: Any = None
        try:
            value = self.known[number](*args, **kwargs)
        except BaseException as caught:
            error = self.error(caught)
        changed = []
        for key, _ in [*parcels, *named.values()]:
            if key is None:
                continue
            argument, mark = self.kept[key]
            if not mark.still(argument):
                changed.append([key, self.encode(argument)])
                del self.kept[key]
        reply: dict[str, Any] = {"changed": changed}
        if error is not None:
            return reply | {"error": error}
        for place, argument in enumerate([*args, *kwargs.values()]):
            if value is argument and not isinstance(value, _UNCHANGING):
                return reply | {"same": place}
        return reply | {"value": self.encode(value)}

    def error(self, error: BaseException) -> dict[str, Any]:
        """Describe an exception."""
        line = [
            [kind.__module__, kind.__qualname__]
            for kind in type(error).__mro__
            if issubclass(kind, BaseException)
        ]
        try:
            args = self.encode(tuple(error.args))
        except BaseException:
            args = ["tuple", []]
        frames = []
        with contextlib.suppress(BaseException):
            taken = traceback.extract_tb(error.__traceback__)
            frames = [
                f"  in {each.name}, line {each.lineno}: {each.line or ''}\n"
                for each in taken
                if "ipython-input" in each.filename or "/tmp/ipykernel" in each.filename
            ]
        return {"line": line, "args": args, "frames": frames[-8:], "late": False} | (
            {"late": True} if isinstance(error, shells.Late) else {}
        )


def prepare() -> None:
    """Import what cells touch, so that no forked process has to."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    axes.plot([1, 2])
    figure.canvas.draw()
    plt.close(figure)
    pd.DataFrame({"a": ["b"]}).to_html()
    for name in ("numpy.testing", "pandas.plotting._matplotlib", "stack_data"):
        with contextlib.suppress(Exception):
            __import__(name)
    _import_package("crmlib")


def _import_package(name: str) -> None:
    import importlib
    import pkgutil

    with contextlib.suppress(Exception):
        package = importlib.import_module(name)
        for each in pkgutil.walk_packages(package.__path__, name + "."):
            with contextlib.suppress(Exception):
                importlib.import_module(each.name)
