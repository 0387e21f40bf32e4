"""An IPython shell whose outputs are collected instead of shown."""

from __future__ import annotations

import builtins
import contextlib
import json
import os
import signal
import sys
import types
import warnings
from collections.abc import Iterator
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

Output = dict[str, Any]


class Tape:
    """The outputs of one cell, in order and within bounds."""

    def __init__(self, text_limit: int = 200_000, data_limit: int = 8_000_000) -> None:
        self.text_limit, self.data_limit = text_limit, data_limit
        self.clear()

    def clear(self) -> None:
        """Forget what was collected."""
        self.outputs: list[Output] = []
        self.text = self.data = self.lost = 0
        self.left_out = False

    def write(self, name: str, text: str) -> None:
        """Add printed text; beyond the limit it is only counted."""
        room = max(self.text_limit - self.text, 0)
        self.lost += max(len(text) - room, 0)
        text = text[:room]
        self.text += len(text)
        if not text:
            return
        last = self.outputs[-1] if self.outputs else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["parts"].append(text)
        else:
            self.add({"output_type": "stream", "name": name, "parts": [text]})

    def add(self, output: Output) -> None:
        """Add an output as Jupyter writes it."""
        if output["output_type"] != "stream":
            self.data += len(json.dumps(output, default=str))
            if self.data > self.data_limit and output["output_type"] != "error":
                self.left_out = True
                return
        self.outputs.append(output)

    def read(self) -> list[Output]:
        """Return the outputs, whole."""
        made = []
        for output in self.outputs:
            if "parts" in output:
                name, text = output["name"], "".join(output["parts"])
                output = {"output_type": "stream", "name": name, "text": text}
            made.append(output)
        if self.lost:
            note = f"\n… ({self.lost} more characters were printed; they are cut off)\n"
            made.append({"output_type": "stream", "name": "stdout", "text": note})
        if self.left_out:
            note = "\n(What was displayed beyond the limit is left out.)\n"
            made.append({"output_type": "stream", "name": "stdout", "text": note})
        return made


class Stream:
    """Stands for `sys.stdout` or `sys.stderr`."""

    encoding = "utf-8"
    errors = "replace"
    closed = False

    def __init__(self, tape: Tape, name: str) -> None:
        self._tape, self.name = tape, f"<{name}>"
        self._stream = name

    def write(self, text: str) -> int:
        """Collect *text*."""
        if not isinstance(text, str):
            raise TypeError(f"write() takes text, not {type(text).__name__}")
        self._tape.write(self._stream, text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Collect all *lines*."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Do nothing: there is nowhere to flush to."""

    def isatty(self) -> bool:
        """Nobody looks on."""
        return False

    def writable(self) -> bool:
        """It can be written to."""
        return True

    def readable(self) -> bool:
        """It cannot be read."""
        return False

    def close(self) -> None:
        """Stay open."""


class _Publisher(DisplayPublisher):
    def publish(
        self,
        data: Any,
        metadata: Any = None,
        source: Any = None,
        *,
        transient: Any = None,
        update: Any = False,
        **_: Any,
    ) -> None:
        """Collect what `display` shows."""
        tape.add(_shown("display_data", data, metadata))

    def clear_output(self, wait: bool = False) -> None:
        """Forget the cell's outputs."""
        tape.clear()


class _Hook(DisplayHook):
    def start_displayhook(self) -> None:
        """Show no prompt."""

    def write_output_prompt(self) -> None:
        """Show no prompt."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        """Collect the value of the cell."""
        output = _shown("execute_result", format_dict, md_dict)
        tape.add(output | {"execution_count": self.prompt_count})

    def finish_displayhook(self) -> None:
        """Show no new line."""


def _shown(kind: str, data: Any, metadata: Any) -> Output:
    return {
        "output_type": kind,
        "data": {str(key): _plain(value) for key, value in dict(data).items()},
        "metadata": _plain(metadata or {}),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        import base64

        return base64.b64encode(value).decode("ascii")
    return json.loads(json.dumps(value, default=str))


class Shell(InteractiveShell):
    """IPython as the kernels have it, without a kernel."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        remote = getattr(evalue, "__crm_frames__", [])
        tape.add(
            {
                "output_type": "error",
                "ename": str(etype.__name__),
                "evalue": _said(evalue),
                "traceback": [*map(str, stb), *map(str, remote)][-60:],
            }
        )

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window, and figures need none."""

    def init_virtualenv(self) -> None:
        """The environment is already the right one."""

    def init_logger(self) -> None:
        """Keep no log."""

    def init_io(self) -> None:
        """Leave the streams alone."""


def _said(error: Any) -> str:
    try:
        return str(error)[:20_000]
    except BaseException:
        return ""


class Late(KeyboardInterrupt):
    """A cell has used up its time."""


@contextlib.contextmanager
def within(seconds: float, wall: float) -> Iterator[None]:
    """Raise `Late` after so many seconds of work, or so many by the clock.

    Work is what this process has of the processors: on a busy machine the clock runs
    on while nobody works.
    """
    limits = [
        (signal.ITIMER_PROF, signal.SIGPROF, seconds),
        (signal.ITIMER_REAL, signal.SIGALRM, wall),
    ]
    for timer, number, most in limits:
        signal.signal(number, _ring)
        signal.setitimer(timer, max(most, 0.01))
    try:
        yield
    finally:
        for timer, _, _ in limits:
            signal.setitimer(timer, 0)


tape = Tape()


def make() -> Any:
    """Make the shell; every process forked from this one has a fresh copy of it."""
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    shell = Shell.instance(
        config=config, displayhook_class=_Hook, display_pub_class=_Publisher
    )
    # IPython warns whoever leaves it that there are better ways to do so.
    warnings.filterwarnings("ignore", message="To exit: use", category=UserWarning)
    shell.colors = "nocolor" if hasattr(shell, "theme_name") else "NoColor"
    shell.__dict__["system"] = shell.system_piped
    return shell


def inline_figures(shell: Any) -> None:
    """Show figures at the end of their cell, as Jupyter does."""
    try:
        shell.enable_matplotlib("inline")
    except Exception:
        return


def take_streams() -> None:
    """Collect what is printed from now on."""
    python: Any = sys
    python.stdout = python.__stdout__ = Stream(tape, "stdout")
    python.stderr = python.__stderr__ = Stream(tape, "stderr")
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123
    builtins.input = _nobody


def _nobody(prompt: object = "") -> str:
    raise RuntimeError("input(): nobody can answer while a notebook is graded.")


def _ring(number: int, frame: types.FrameType | None) -> None:
    raise Late


def run(shell: Any, source: str, seconds: float, wall: float) -> dict[str, Any]:
    """Run one cell; return its outputs and whether it ran out of time."""
    tape.clear()
    late = False
    try:
        with within(seconds, wall):
            result = shell.run_cell(source, store_history=True)
            late = isinstance(result.error_in_exec, Late) or isinstance(
                result.error_before_exec, Late
            )
    except Late:
        late = True
    except SystemExit:
        pass
    outputs = tape.read()
    late = late or any(output.get("ename") == "Late" for output in outputs)
    if late:
        outputs = [output for output in outputs if output.get("ename") != "Late"]
    return {"outputs": outputs, "late": late}
