"""Score a policy that was handed in, on seeds that its author does not know.

Hidden tests call `reached`. In the grader's sandbox the policy's code has never been in
the process that scores it. Elsewhere (plain nbgrader, `crm-course check`, the tests of
the kit) it answers from processes that were forked before the seeds were drawn, so that
what it finds by looking around leads neither to a seed nor to the world's state. Where
there is no `os.fork`, it plays in this process.
"""

from __future__ import annotations

import dataclasses
import functools
import multiprocessing
import os
import re
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from course.term import seed_for
from crmlib.errors import CrmError
from crmlib.simulation import engine

RUN_SECONDS = 30.0
"""How long a policy may think in one run."""


def reached(world: Any, policy: Any, purpose: str, *, n_seeds: int = 4) -> float:
    """Return how far a policy gets from the naive one (0) to the yardstick (1).

    Args:
        world: its parameters.
        policy: a function of a view, or a class of such callables.
        purpose: what the seeds are for, as in `course.term.seed_for`.
        n_seeds: how many runs the mean is taken over.

    Raises:
        AssertionError: the policy failed or decided what cannot be done; in words.

    >>> from crmlib.simulation.inventory import Inventory, base_stock
    >>> world = Inventory(n_periods=60)
    >>> reached(world, world.naive(), "an example")
    0.0
    """
    try:
        return _reached(world, policy, purpose, n_seeds)
    except TypeError:  # an object that cannot be hashed
        return _reached.__wrapped__(world, policy, purpose, n_seeds)


# Several test cells ask for the same score, each with another level to be reached.
@functools.lru_cache(maxsize=32)
def _reached(world: Any, policy: Any, purpose: str, n_seeds: int) -> float:
    with _players(world, policy, n_seeds) as player:
        first = seed_for(purpose) % 1_000_000_000
        seeds = range(first, first + n_seeds)
        try:
            return engine.score(world, player, seeds=seeds, name="your rule").mean
        except CrmError as error:
            said = re.sub(r" \(seed \d+\)| in line \d+", "", str(error))
            raise AssertionError(f"Your rule could not be played. {said}.") from None


@contextmanager
def _players(world: Any, policy: Any, count: int) -> Iterator[Any]:
    """Give a policy that plays *count* runs, each in a process of its own."""
    # In the grader's sandbox the policy is a stand-in that asks another process.
    if "boxed.judge" in sys.modules or not hasattr(os, "fork"):
        yield policy
        return
    with ExitStack() as stack:
        processes = [stack.enter_context(_Player(world, policy)) for _ in range(count)]
        waiting = iter(processes)

        class Next:
            """A fresh player for each run, as the engine makes them."""

            def __init__(self) -> None:
                self._ask = next(waiting).ask

            def __call__(self, view: Any) -> Any:
                return self._ask(view)

        yield Next


class _Player:
    """A forked process in which the policy lives for one run."""

    def __init__(self, world: Any, policy: Any) -> None:
        self._decision_type = world.decision_type
        self._left = RUN_SECONDS
        self._line, theirs = multiprocessing.Pipe()
        with warnings.catch_warnings():
            # A kernel has other threads; the child needs none of them.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._pid = os.fork()
        if self._pid == 0:
            try:
                self._line.close()
                _answer(theirs, policy, world.view_type)
            finally:
                os._exit(0)
        theirs.close()

    def __enter__(self) -> _Player:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        self._line.close()

    def ask(self, view: Any) -> Any:
        """Return the decision; raise what the policy raised, or that it is too slow."""
        begun = time.monotonic()
        with suppress(OSError):
            self._line.send_bytes(engine.pack(_fields(view)))
        try:
            if not self._line.poll(self._left):
                raise _named("TimeoutError", f"more than {RUN_SECONDS:g} s for one run")
            found = engine.unpack(self._line.recv_bytes())
        except (EOFError, OSError):
            raise _named("SystemExit", "it ended its process") from None
        self._left -= time.monotonic() - begun
        match found.pop("how"):
            case "nothing":
                return None
            case "decision":
                return self._decision_type(**found)
            case "other":
                return type(found["kind"], (), {})()
            case _:
                raise _named(found["kind"], found["what"])


def _answer(line: Any, policy: Any, view_type: type) -> None:
    """Be the policy's process: answer each view with a decision."""
    decide = policy() if isinstance(policy, type) else policy
    while True:
        view = view_type(**engine.unpack(line.recv_bytes()))
        try:
            decision = decide(view)
            if decision is None:
                reply = engine.pack({"how": "nothing"})
            elif dataclasses.is_dataclass(decision):
                reply = engine.pack({"how": "decision", **_fields(decision)})
            else:
                kind = type(decision).__name__
                reply = engine.pack({"how": "other", "kind": kind})
        except Exception as error:  # whatever a student's code may raise
            told = {"kind": type(error).__name__, "what": str(error)[:300]}
            reply = engine.pack({"how": "error", **told})
        line.send_bytes(reply)


def _fields(record: Any) -> dict[str, Any]:
    return {
        part.name: getattr(record, part.name) for part in dataclasses.fields(record)
    }


def _named(kind: str, what: str) -> Exception:
    """Return an exception that is called *kind*, as the policy's own was."""
    made: Exception = type(kind, (Exception,), {})(what)
    return made
