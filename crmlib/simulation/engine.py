"""The core of the simulations: play a policy in a world, score it, explain the run.

A **world** is a frozen dataclass of parameters (see `World`). A **policy** is a
function of one argument, or a class whose objects can be called so: each period it gets
a *view* (copies; arrays that cannot be written to; nothing that leads to the truth) and
returns a *decision*. What chance does is settled by the world's parameters and the
seed and not by what the policy does, so two policies with the same seed meet the same
weather: **common random numbers**.

    run(world, policy, seed=1)            one run, in this process
    run_isolated(world, source, seed=1)   the same, the policy in its own process
    score(world, policy, seeds=range(8))  how far from the naive to the best
    counterfactual(world, policy, without="jar_size", seeds=range(8))
    write_score, verify, board            hand in, run again on other seeds, rank

In this process a policy that looks for the truth finds it (`sys._getframe`). That is a
learner's own business. Scores that count come from `run_isolated`: its process never
holds the world's state or the seed. It does not keep a policy from reading files or
using the network; to run strangers' code, start the whole in a sandbox.

Numbers are integers throughout: money in cents, quantities in a unit the world names.
Draws come from `stream`, with ``Generator.integers`` and ``Generator.random`` alone, so
that the digest of a run is the same under all versions of NumPy from 2.0 on.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import functools
import hashlib
import inspect
import json
import math
import os
import queue
import signal
import struct
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import CodeType, MappingProxyType, TracebackType
from typing import IO, Any, ClassVar, Literal, Protocol, TypeAlias

import numpy as np
import pandas as pd

from crmlib.errors import CrmError, DataNotFound

__all__ = [
    "UNKNOWN",
    "WORLDS",
    "Counterfactual",
    "DecisionError",
    "Explanation",
    "Limits",
    "Outcome",
    "Policy",
    "PolicyError",
    "Run",
    "Score",
    "Verified",
    "World",
    "board",
    "compare",
    "counterfactual",
    "digest",
    "explain",
    "integers",
    "interval",
    "read_only",
    "replay",
    "run",
    "run_isolated",
    "save",
    "score",
    "source_of",
    "stream",
    "verify",
    "whole",
    "write_score",
]

Policy: TypeAlias = Callable[[Any], Any]
"""A function of a view that returns a decision, or a class of such callables."""

UNKNOWN = -1
"""What a view holds where the record says nothing. No true value is below 0."""

WORLDS: Mapping[str, str] = MappingProxyType(
    {
        "hotel": "crmlib.simulation.hotel:Hotel",
        "inventory": "crmlib.simulation.inventory:Inventory",
        "rice_shop": "crmlib.simulation.rice_shop:RiceShop",
    }
)
"""Name of a world -> module and class: how a score file finds its world again."""


# --------------------------------------------------------------------------- errors


class DecisionError(CrmError, ValueError):
    """A decision that the world cannot carry out.

    Attributes:
        field: the field of the decision at fault, or None when it is the whole.

    >>> print(DecisionError("order", "must be at least 0, not -3"))
    order must be at least 0, not -3
    """

    def __init__(self, field: str | None, what: str) -> None:
        super().__init__(f"{field} {what}" if field else what)
        self.field = field


class PolicyError(CrmError, RuntimeError):
    """A policy failed, took too long, or decided something that cannot be done.

    Only the run at fault ends. What it had reached is kept.

    Attributes:
        period: number of the period, from 0, or None before the first one.
        field: the field of the decision at fault, or None.
        periods: table of the periods that were played, possibly empty.
    """

    def __init__(
        self,
        message: str,
        *,
        period: int | None = None,
        field: str | None = None,
        periods: pd.DataFrame | None = None,
    ) -> None:
        super().__init__(message)
        self.period = period
        self.field = field
        self.periods = pd.DataFrame() if periods is None else periods


# ------------------------------------------------------------------------ the world


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a world makes of a finished (or broken off) state.

    Attributes:
        objective: what is scored, an integer: more is better.
        totals: name -> integer, over all periods.
        periods: one row per period played; integer columns.
        record: the world's books with the truth, for `explain`; any object.
        arrays: integer arrays that enter the digest beside totals and periods.
    """

    objective: int
    totals: Mapping[str, int]
    periods: pd.DataFrame
    record: Any = None
    arrays: Sequence[np.ndarray] = ()


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why something happened in a run: a sentence, and the table it was read from."""

    sentence: str
    table: pd.DataFrame

    def __repr__(self) -> str:
        return self.sentence


class World(Protocol):
    """What `run` asks of a world: a frozen dataclass of parameters with these parts.

    Class attributes:
        name: key in `WORLDS`.
        period: what one period is called, ``"day"``.
        unit: ``"cents"`` where the objective is money; a world may do without it.
        view_type, decision_type: dataclasses. A view's fields are integers, strings,
            booleans, tuples of these, and NumPy arrays.
        record_fields: the view's fields that a firm has only if it writes things down;
            `counterfactual` can take them away (they become `UNKNOWN`).
        yardstick_kind: ``"bound"`` if no policy can do better, and that is proven;
            else ``"reference"``.

    All draws are to be settled by the seed whatever the policy does: drawn in `begin`,
    or each from a `stream` of its own.
    """

    name: ClassVar[str]
    period: ClassVar[str]
    view_type: ClassVar[type]
    decision_type: ClassVar[type]
    record_fields: ClassVar[tuple[str, ...]]
    yardstick_kind: ClassVar[Literal["bound", "reference"]]

    @property
    def n_periods(self) -> int:
        """Number of periods of a run."""

    def begin(self, seed: int) -> Any:
        """Return the state before the first period."""

    def view(self, state: Any) -> Any:
        """Return what the policy may see: copies, made with `read_only`."""

    def check(self, state: Any, decision: Any) -> Any:
        """Return the decision in the form `advance` wants; raise `DecisionError`."""

    def advance(self, state: Any, decision: Any) -> None:
        """Play one period: change *state*."""

    def result(self, state: Any) -> Outcome:
        """Return what has come of it, also after a run that was broken off."""

    def naive(self) -> Policy:
        """Return the policy whose score is 0."""

    def yardstick(self, seed: int) -> int:
        """Return the objective whose score is 1."""

    def explain(self, run: Run, **where: Any) -> Explanation:
        """Return why something happened."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One finished run.

    Attributes:
        world: its parameters.
        policy: name of the policy.
        seed: the seed.
        objective: what is scored.
        totals: name -> integer, over all periods.
        periods: one row per period.
        record: the world's books, for `explain`.
        digest: SHA-256 over the results; equal digests mean equal runs.
        source: source text of the policy, or None where it cannot be had.
    """

    world: Any
    policy: str
    seed: int
    objective: int
    totals: Mapping[str, int]
    periods: pd.DataFrame = field(repr=False)
    record: Any = field(repr=False)
    digest: str
    source: str | None = field(repr=False)


def stream(seed: int, *purpose: int | str) -> np.random.Generator:
    """Return a generator that depends on the seed and the purpose alone.

    A world that draws each thing from a stream of its own keeps common random numbers:
    what a policy does with one cannot shift the draws of another.

    Args:
        seed: any integer of at least 0.
        *purpose: words and numbers, such as ``"guests", 12``.

    >>> int(stream(1, "guests").integers(100)) == int(stream(1, "guests").integers(100))
    True
    """
    words = json.dumps([int(seed), *purpose]).encode()
    entropy = int.from_bytes(hashlib.sha256(words).digest()[:16], "little")
    return np.random.Generator(np.random.PCG64(entropy))


def read_only(array: np.ndarray) -> np.ndarray:
    """Return a copy of an array that cannot be written to.

    >>> read_only(np.arange(3)).flags.writeable
    False
    """
    copied = np.array(array, copy=True, order="C")
    copied.setflags(write=False)
    return copied


def digest(*arrays: Any) -> str:
    """Return the SHA-256 of integer arrays, as 64-bit little-endian numbers.

    Shapes count; types do not.

    >>> digest(np.array([1, 2], dtype=np.int8)) == digest(np.array([1, 2]))
    True
    >>> digest([1, 2])[:12]
    '20f4a4869e23'
    """
    hashed = hashlib.sha256()
    for array in arrays:
        numbers = np.asarray(array)
        if numbers.dtype.kind not in "iub" and numbers.size:
            raise CrmError(f"A digest is of integers, not of {numbers.dtype}.")
        hashed.update(repr(numbers.shape).encode())
        hashed.update(np.ascontiguousarray(numbers, dtype="<i8").tobytes())
    return hashed.hexdigest()


# -------------------------------------------------------- reading a decision's fields


def integers(
    name: str,
    value: Any,
    *,
    length: int | None = None,
    low: int = 0,
    high: int | None = None,
) -> np.ndarray:
    """Return a decision's field as a fresh array of int64, checked.

    Args:
        name: of the field, for the message.
        value: an array or list of whole numbers or booleans.
        length: how many there must be; None for any number.
        low: smallest value allowed.
        high: largest value allowed; None for no limit.

    Raises:
        DecisionError: it is no such array; the message names place and value.

    >>> integers("bring", [0, 5], length=2)
    array([0, 5])
    >>> integers("bring", [0, -5], length=2)
    Traceback (most recent call last):
    crmlib.simulation.engine.DecisionError: bring must be from 0 up, not -5 (at 1)
    """
    try:
        array = np.asarray(value)
    except Exception:  # whatever a policy returned, and however it fails
        array = np.empty((), dtype=object)
    if array.size == 0 and array.ndim == 1 and length in (None, 0):
        return np.zeros(0, dtype=np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iub":
        kind = _kind(value) if array.ndim != 1 else f"of {array.dtype}"
        raise DecisionError(
            name, f"must be a one-dimensional array of whole numbers, not {kind}"
        )
    if length is not None and len(array) != length:
        raise DecisionError(name, f"must have {length} entries, not {len(array)}")
    wrong = array < low if high is None else (array < low) | (array > high)
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        span = f"from {low} up" if high is None else f"from {low} to {high}"
        raise DecisionError(name, f"must be {span}, not {array[at]} (at {at})")
    return array.astype(np.int64)


def whole(name: str, value: Any, *, low: int = 0, high: int | None = None) -> int:
    """Return a decision's field as an int, checked.

    Raises:
        DecisionError: it is no whole number from *low* to *high*.

    >>> whole("order", np.int64(7))
    7
    >>> whole("order", 7.5)
    Traceback (most recent call last):
    crmlib.simulation.engine.DecisionError: order must be a whole number, not 7.5
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise DecisionError(name, f"must be a whole number, not {_kind(value)}")
    if value < low or (high is not None and value > high):
        span = f"from {low} up" if high is None else f"from {low} to {high}"
        raise DecisionError(name, f"must be {span}, not {value}")
    return int(value)


def _kind(value: Any) -> str:
    if value is None or isinstance(value, bool | float | np.floating):
        return str(value)
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return f"a {type(value).__name__}"


# ------------------------------------------------------------------------- one run


def run(
    world: Any,
    policy: Policy,
    *,
    seed: int,
    name: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Run:
    """Play a policy in a world, in this process.

    A class is called to make a fresh policy for the run, an object is copied: nothing
    is carried over from one run to the next.

    Args:
        world: its parameters.
        policy: function of a view, or a class of such callables.
        seed: settles all that chance does.
        name: of the policy; its own name by default.
        progress: called after each period with the number done and of all.

    Raises:
        PolicyError: the policy failed or decided what cannot be done. The message names
            the period, the field and what is wrong; ``.periods`` has what was played.

    >>> from crmlib.simulation.inventory import Inventory, base_stock
    >>> run(Inventory(n_periods=50), base_stock(8), seed=1).totals["demand"]
    288
    """
    decide = _fresh(policy)
    code = _code_of(decide)

    def ask(period: int, view: Any) -> Any:
        try:
            return decide(view)
        except Exception as error:  # the learner's code may raise anything
            line = _line(error.__traceback__, code)
            raise PolicyError(_failed(error, line), period=period) from error

    return _play(
        world,
        ask,
        seed=seed,
        name=name or _name(policy),
        source=_source_or_none(policy),
        progress=progress,
    )


def _play(
    world: Any,
    ask: Callable[[int, Any], Any],
    *,
    seed: int,
    name: str,
    source: str | None,
    progress: Callable[[int, int], None] | None,
) -> Run:
    state = world.begin(seed)
    total = world.n_periods
    for period in range(total):
        view = world.view(state)
        try:
            decision = ask(period, view)
            if decision is not None and not isinstance(decision, world.decision_type):
                kind = world.decision_type.__name__
                raise DecisionError(
                    None, f"the policy returned {_kind(decision)}, not a {kind}"
                )
            checked = world.check(state, decision)
        except (DecisionError, PolicyError) as error:
            # As the policy counts: its view has a field called "day" or "month".
            number = getattr(view, world.period, period)
            raise PolicyError(
                f"{world.period.capitalize()} {number} of the policy {name!r}: {error}",
                period=period,
                field=error.field,
                periods=world.result(state).periods,
            ) from error
        world.advance(state, checked)
        if progress is not None:
            progress(period + 1, total)
    outcome = world.result(state)
    return Run(
        world=world,
        policy=name,
        seed=int(seed),
        objective=int(outcome.objective),
        totals=MappingProxyType({k: int(v) for k, v in outcome.totals.items()}),
        periods=outcome.periods,
        record=outcome.record,
        digest=_digest(outcome),
        source=source,
    )


def _digest(outcome: Outcome) -> str:
    totals = [outcome.totals[key] for key in sorted(outcome.totals)]
    numbers = outcome.periods.select_dtypes(["integer", "bool"])
    columns = [numbers[column].to_numpy() for column in sorted(numbers.columns)]
    return digest([outcome.objective], totals, *columns, *outcome.arrays)


def _fresh(policy: Any) -> Policy:
    if isinstance(policy, type):
        policy = policy()
    elif not inspect.isroutine(policy):
        policy = copy.deepcopy(policy)
    if not callable(policy):
        raise PolicyError(
            f"A policy is a function of one view, or a class of such; {_kind(policy)} "
            "cannot be called."
        )
    made: Policy = policy
    return made


def _name(policy: Any) -> str:
    named = getattr(policy, "__name__", None) or type(policy).__name__
    return str(named)


def _code_of(decide: Any) -> CodeType | None:
    called = vars(type(decide)).get("__call__")
    for candidate in (decide, called):
        code = getattr(candidate, "__code__", None)
        if isinstance(code, CodeType):
            return code
    return None


def _line(trace: TracebackType | None, code: CodeType | None) -> int | None:
    """Return the last line of the policy's own file that a traceback passes."""
    file = code.co_filename if code else None
    lines = [at.lineno for at in traceback.extract_tb(trace) if at.filename == file]
    return lines[-1] if lines else None


def _failed(error: BaseException, line: int | None) -> str:
    where = f" in line {line}" if line else ""
    what = " ".join(str(error).split())[:300]
    return f"it failed{where} with {type(error).__name__}: {what or 'no message'}"


# -------------------------------------------------------- a policy's source and saving

_HEADER = "import numpy as np\n"


def source_of(policy: Any, *more: Any) -> str:
    """Return the source text of a policy that was typed into a notebook or a file.

    Args:
        policy: a function or class, or text that is source already.
        *more: other functions, classes or lines of code that it uses; they come first,
            after ``import numpy as np``.

    Returns:
        Text that defines the policy under its own name as its last statement. Text
        alone stays as it is.

    Raises:
        PolicyError: the source cannot be had; a class is needed rather than an object,
            and a named function rather than a lambda.

    >>> print(source_of("def policy(view):\\n    return LEVEL\\n", "LEVEL = 8"))
    import numpy as np
    <BLANKLINE>
    LEVEL = 8
    <BLANKLINE>
    def policy(view):
        return LEVEL
    <BLANKLINE>
    """
    if isinstance(policy, str) and not more:
        return policy
    parts = [_one_source(part) for part in (*more, policy)]
    return "\n".join([_HEADER, *parts])


def _one_source(part: Any) -> str:
    if isinstance(part, str):
        return part.strip("\n") + "\n"
    if not (inspect.isfunction(part) or isinstance(part, type)):
        raise PolicyError(
            f"{_kind(part).capitalize()} has no source text: hand in the function or "
            "the class itself, or text."
        )
    if getattr(part, "__name__", "") == "<lambda>":
        raise PolicyError("A lambda has no source of its own: write it as a def.")
    kept = getattr(part, "__policy_source__", None)
    if isinstance(kept, str):
        return kept
    try:
        return textwrap.dedent(inspect.getsource(part)).strip("\n") + "\n"
    except (OSError, TypeError) as error:
        raise PolicyError(
            f"The source of {part.__name__} cannot be found: hand in text instead."
        ) from error


def _source_or_none(policy: Any) -> str | None:
    if isinstance(policy, str) or inspect.isfunction(policy) or inspect.isclass(policy):
        try:
            return source_of(policy)
        except PolicyError:
            return None
    return None


def _load(source: str) -> Policy:
    """Run a policy's source and return what it defines last, or what is called policy.

    Only ever called in the policy's own process, or on the learner's own text.
    """
    code = compile(source, "<policy>", "exec", dont_inherit=True)
    space: dict[str, Any] = {"__name__": "policy"}
    before = set(space)
    exec(code, space)
    for name in ("policy", "Policy"):
        if callable(space.get(name)):
            found: Policy = space[name]
            return found
    mine = [
        value
        for name, value in space.items()
        if name not in before and getattr(value, "__module__", None) == "policy"
    ]
    if not mine:
        raise PolicyError(
            "The text defines no policy: it needs a function policy(view) or a class "
            "whose objects can be called with a view."
        )
    last: Policy = mine[-1]
    return last


def save(run: Run, path: Path | str) -> None:
    """Write what is needed to play a run again: world, seed, policy, digest (JSON).

    Raises:
        PolicyError: the policy's source is not known; play it from text
            (`run_isolated`) or from a named function.
    """
    if run.source is None:
        raise PolicyError(
            f"The source of the policy {run.policy!r} is not known, so that the run "
            "could not be played again. Play a named function, a class or text."
        )
    content = {
        "format": "crm-run/1",
        "world": run.world.name,
        "parameters": _parameters(run.world),
        "name": run.policy,
        "policy": run.source,
        "seed": run.seed,
        "digest": run.digest,
    }
    _write_json(Path(path), content)


def replay(path: Path | str, *, limits: Limits | None = None) -> Run:
    """Play a saved run again, with the policy in a process of its own.

    Raises:
        DataNotFound: there is no such file.
        CrmError: the file is not a saved run, or the new run differs from the saved
            one: the world's code or the policy's text was changed since.
    """
    content = _read_json(Path(path), "crm-run/1")
    again = run_isolated(
        _world(content["world"], content["parameters"]),
        content["policy"],
        seed=content["seed"],
        name=content["name"],
        limits=limits,
    )
    if again.digest != content["digest"]:
        raise CrmError(
            f"{path}: played again, the run gives other results than were saved. The "
            "simulation or the text of the policy was changed since."
        )
    return again


def explain(run: Run, **where: Any) -> Explanation:
    """Say why something happened in a run; *where* is the world's to define.

    In the rice shop ``explain(run, household=17, day=420)``: why did this jar run dry?
    """
    explanation: Explanation = run.world.explain(run, **where)
    return explanation


# ------------------------------------------------------------- a process for a policy


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a policy in a process of its own may use.

    Attributes:
        seconds_start: to import and define, at most.
        seconds_per_call: for one decision.
        seconds_total: for all decisions of a run together.
        memory_mb: address space of its process, where the system can limit it (Linux).
    """

    seconds_start: float = 60.0
    seconds_per_call: float = 5.0
    seconds_total: float = 120.0
    memory_mb: int = 2048


# A child inherits no more than it needs: no secrets of the course, no home.
_KEPT = ("SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
_KEPT_NUMPY = "NPY_DISABLE_CPU_FEATURES"
_LARGEST = 1 << 28
_BOOT = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from crmlib.simulation.engine import _serve; _serve()"
)


def run_isolated(
    world: Any,
    policy: Any,
    *,
    seed: int,
    name: str | None = None,
    limits: Limits | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Run:
    """Play a policy that lives in a process of its own; the world stays in this one.

    The policy's process gets views and sends back numbers. It holds neither the world's
    state nor the seed, so there is nothing to be found by looking. What it sends is
    read as numbers and never unpickled.

    Args:
        world: its parameters.
        policy: source text, or a function or class whose source can be had.
        seed: settles all that chance does.
        name: of the policy.
        limits: on time and memory; `Limits` by default.
        progress: called after each period with the number done and of all.

    Raises:
        PolicyError: as `run`; also for a policy that is too slow, uses too much memory,
            ends its process or sends rubbish.

    >>> from crmlib.simulation.inventory import Inventory
    >>> text = '''
    ... from crmlib.simulation.inventory import Decision
    ... def policy(view):
    ...     return Decision(order=max(0, 8 - view.stock))
    ... '''
    >>> run_isolated(Inventory(n_periods=50), text, seed=1).totals["demand"]
    288
    """
    source = source_of(policy)
    called = name or ("policy" if isinstance(policy, str) else _name(policy))
    with _Worker(world, source, limits or Limits()) as worker:
        return _play(
            world, worker.ask, seed=seed, name=called, source=source, progress=progress
        )


class _Worker:
    """The parent's end: starts the policy's process, asks it, ends it."""

    def __init__(self, world: Any, source: str, limits: Limits) -> None:
        self._limits = limits
        self._spent = 0.0
        self._decision_type = world.decision_type
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        env = {k: os.environ[k] for k in (*_KEPT, _KEPT_NUMPY) if k in os.environ}
        # More threads would cost address space and no policy here needs them.
        env |= {"OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
        path = [str(Path(entry).resolve()) for entry in sys.path]
        self._process = subprocess.Popen(
            [sys.executable, "-s", "-P", "-c", _BOOT, json.dumps(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder.name,
            env=env,
            start_new_session=True,
        )
        # Both ends of the line have a thread, so that a child that neither reads nor
        # writes can never hold up this one.
        self._questions: queue.Queue[bytes | None] = queue.Queue()
        self._answers: queue.Queue[bytes | None] = queue.Queue()
        self._threads = [
            threading.Thread(target=work, daemon=True)
            for work in (self._tell, self._listen)
        ]
        for thread in self._threads:
            thread.start()
        kind = world.view_type
        hello = {
            "source": source,
            "module": kind.__module__,
            "view": kind.__qualname__,
            "memory_mb": limits.memory_mb,
        }
        try:
            self._call(pack(hello), limits.seconds_start, "to start")
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> _Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._questions.put(None)
        if hasattr(os, "killpg"):
            # With whatever processes the policy may have started.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        pipes = (self._process.stdin, self._process.stdout)
        for thread, pipe in zip(self._threads, pipes, strict=True):
            thread.join(timeout=1)
            # A pipe that a thread still hangs on cannot be closed without waiting.
            if pipe is not None and not thread.is_alive():
                with contextlib.suppress(OSError):
                    pipe.close()
        self._folder.cleanup()

    def ask(self, period: int, view: Any) -> Any:
        limits = self._limits
        left = limits.seconds_total - self._spent
        if left <= 0:
            raise PolicyError(
                f"it used up its {limits.seconds_total:g} seconds for the whole run",
                period=period,
            )
        begun = time.monotonic()
        fields = self._call(
            pack(_fields(view)), min(left, limits.seconds_per_call), "for one decision"
        )
        self._spent += time.monotonic() - begun
        decision = fields.pop("decision", None)
        if decision is None and not fields:
            return None
        try:
            return self._decision_type(**fields)
        except TypeError as error:
            raise PolicyError(f"its decision cannot be read: {error}") from error

    def _call(self, message: bytes, seconds: float, what: str) -> dict[str, Any]:
        self._questions.put(message)
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise PolicyError(
                f"it took more than {seconds:g} seconds {what}; is there a loop that "
                "does not end?"
            ) from None
        if answer is None:
            raise PolicyError(self._ended())
        try:
            fields = unpack(answer)
        except Exception:  # any rubbish may come
            raise PolicyError("its process sent something that is no answer") from None
        if "error" in fields:
            raise PolicyError(str(fields["error"])[:600])
        return fields

    def _tell(self) -> None:
        while (message := self._questions.get()) is not None:
            try:
                _send(self._process.stdin, message)
            except (OSError, ValueError):  # the child is gone, as `_listen` will say
                return

    def _listen(self) -> None:
        while (message := _receive(self._process.stdout)) is not None:
            self._answers.put(message)
        self._answers.put(None)

    def _ended(self) -> str:
        try:
            code = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return "it closed the line to its process"
        return f"it ended its process (exit code {code}); out of memory, or an exit"


def _serve() -> None:
    """The child's end: define the policy, then answer each view with a decision."""
    # What the policy prints must not run into the answers.
    incoming = os.fdopen(os.dup(0), "rb")
    outgoing = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    hello = unpack(_receive(incoming) or b"")
    view_type = getattr(import_module(hello["module"]), hello["view"])
    _limit_memory(hello["memory_mb"])
    try:
        decide = _fresh(_load(hello["source"]))
    except BaseException as error:
        _send(outgoing, pack({"error": _told(error)}))
        return
    _send(outgoing, pack({}))
    while (message := _receive(incoming)) is not None:
        view = view_type(**unpack(message))
        try:
            decision = decide(view)
            if decision is None:
                answer = pack({"decision": None})
            elif dataclasses.is_dataclass(decision):
                answer = pack(_fields(decision))
            else:
                raise DecisionError(
                    None, f"the policy returned {_kind(decision)}, not a decision"
                )
        except BaseException as error:
            answer = pack({"error": _told(error)})
        _send(outgoing, answer)


def _told(error: BaseException) -> str:
    if isinstance(error, DecisionError | PolicyError):
        return str(error)
    if isinstance(error, MemoryError):
        return "it needs more memory than it may use"
    if isinstance(error, SyntaxError) and error.filename == "<policy>":
        return f"its text is not Python: line {error.lineno}: {error.msg}"
    at = [x.lineno for x in traceback.extract_tb(error.__traceback__)]
    files = [x.filename for x in traceback.extract_tb(error.__traceback__)]
    lines = [line for line, file in zip(at, files, strict=True) if file == "<policy>"]
    return _failed(error, lines[-1] if lines else None)


def _limit_memory(megabytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    size = megabytes << 20
    try:
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    except (OSError, ValueError):  # macOS refuses
        return


def _fields(dataclass_object: Any) -> dict[str, Any]:
    return {
        one.name: getattr(dataclass_object, one.name)
        for one in dataclasses.fields(dataclass_object)
    }


def pack(fields: Mapping[str, Any]) -> bytes:
    """Return named values as bytes: JSON for plain ones, raw bytes for arrays."""
    head: list[list[Any]] = []
    body: list[bytes] = []
    for name, value in fields.items():
        if isinstance(value, np.ndarray):
            if value.dtype.hasobject:
                raise DecisionError(name, "is an array of objects, not of numbers")
            raw = np.ascontiguousarray(value).tobytes()
            descr = np.lib.format.dtype_to_descr(value.dtype)
            head.append([name, "array", descr, list(value.shape), len(raw)])
            body.append(raw)
        else:
            plain = value.item() if isinstance(value, np.generic) else value
            kind = "tuple" if isinstance(plain, tuple) else "plain"
            head.append([name, kind, plain])
    try:
        first = json.dumps(head).encode()
    except (TypeError, ValueError):
        kinds = ", ".join(f"{name}: {_kind(value)}" for name, value in fields.items())
        raise DecisionError(None, f"its fields must be numbers, not {kinds}") from None
    return struct.pack("<Q", len(first)) + first + b"".join(body)


def unpack(message: bytes) -> dict[str, Any]:
    """Return the named values that `pack` wrote; arrays cannot be written to."""
    (length,) = struct.unpack_from("<Q", message)
    at = 8 + length
    fields: dict[str, Any] = {}
    for name, kind, *rest in json.loads(message[8:at]):
        if kind == "array":
            descr, shape, size = rest
            if isinstance(descr, list):
                descr = [tuple(part) for part in descr]
            dtype = np.lib.format.descr_to_dtype(descr)
            if dtype.hasobject:
                raise ValueError(name)
            numbers = np.frombuffer(message[at : at + size], dtype=dtype)
            fields[name] = numbers.reshape(shape)
            at += size
        else:
            fields[name] = tuple(rest[0]) if kind == "tuple" else rest[0]
    return fields


def _send(pipe: IO[bytes] | None, message: bytes) -> None:
    assert pipe is not None
    pipe.write(struct.pack("<Q", len(message)))
    pipe.write(message)
    pipe.flush()


def _receive(pipe: IO[bytes] | None) -> bytes | None:
    """Return the next message, or None when the line is closed or makes no sense."""
    try:
        assert pipe is not None
        head = pipe.read(8)
        if len(head) < 8:
            return None
        (length,) = struct.unpack("<Q", head)
        if length > _LARGEST:
            return None
        message = pipe.read(length)
        return message if len(message) == length else None
    except (OSError, ValueError):
        return None


# ------------------------------------------------------------------------- scoring

# 97.5 % points of Student's t with 1 to 30 degrees of freedom (any table).
_T = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)


def interval(values: Sequence[float] | np.ndarray) -> tuple[float, float, float]:
    """Return mean, lower and upper end of the 95 % interval for the mean (Student's t).

    One value has no interval: both ends are nan.

    >>> [round(x, 3) for x in interval([1.0, 2.0, 3.0])]
    [2.0, -0.484, 4.484]
    """
    numbers = [float(value) for value in values]
    count = len(numbers)
    mean = math.fsum(numbers) / count
    if count < 2:
        return mean, math.nan, math.nan
    variance = math.fsum((x - mean) ** 2 for x in numbers) / (count - 1)
    free = count - 1
    # Beyond the table: the first terms of the Cornish-Fisher expansion.
    t = _T[free - 1] if free <= len(_T) else 1.95996 + 2.3722 / free + 2.8225 / free**2
    half = t * math.sqrt(variance / count)
    return mean, mean - half, mean + half


@dataclass(frozen=True, kw_only=True)
class Score:
    """How far a policy gets from the naive one (0) to the yardstick (1).

    Attributes:
        name: of the policy.
        mean: mean of the seeds' scores; above 1 where the yardstick was surpassed.
        low, high: 95 % interval of the mean over seeds (Student's t).
        yardstick_kind: ``"bound"`` (proven) or ``"reference"`` (a very good player).
        table: one row per seed: seed, policy, naive, yardstick (objectives), score.
        runs: the policy's runs, in the order of the seeds, without their books.
        source: of the policy, or None.
    """

    name: str
    mean: float
    low: float
    high: float
    yardstick_kind: str
    table: pd.DataFrame = field(repr=False)
    runs: tuple[Run, ...] = field(repr=False)
    source: str | None = field(repr=False)

    @property
    def sentence(self) -> str:
        """The score in words."""
        gap = self.table["yardstick"].mean() - self.table["policy"].mean()
        side = "below" if gap >= 0 else "above"
        amount = f"{abs(gap):,.0f}"
        if getattr(self.runs[0].world, "unit", "") == "cents":
            amount = f"{abs(gap) / 100:,.0f} yuan"
        return (
            f"{self.name} scores {self.mean:.2f} (95 % interval {self.low:.2f} to "
            f"{self.high:.2f}, {len(self.table)} seeds); it ends {amount} "
            f"{side} the {self.yardstick_kind}."
        )

    def __repr__(self) -> str:
        return self.sentence


def score(
    world: Any,
    policy: Any,
    *,
    seeds: Iterable[int],
    name: str | None = None,
    isolated: bool = False,
    limits: Limits | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Score:
    """Score a policy over several seeds, so that luck does not win.

    A seed's score is (policy - naive) / (yardstick - naive), all with that seed.

    Args:
        world: its parameters.
        policy: as for `run`, or source text (with *isolated*).
        seeds: different integers, two at least for an interval.
        name: of the policy.
        isolated: play it in a process of its own.
        limits: for the isolated process.
        progress: called with the number of seeds done and of all.

    Raises:
        PolicyError: the policy failed with one of the seeds.
        CrmError: there is no seed, one occurs twice, or the yardstick is not above
            the naive policy.

    >>> from crmlib.simulation.inventory import Inventory, base_stock
    >>> world = Inventory(n_periods=100)
    >>> score(world, base_stock(7), seeds=range(5)).mean > 0.5
    True
    """
    wanted = _seeds(seeds)
    runs: list[Run] = []
    for done, seed in enumerate(wanted, start=1):
        play = functools.partial(run_isolated, limits=limits) if isolated else run
        try:
            one = play(world, policy, seed=seed, name=name)
        except PolicyError as error:
            raise PolicyError(
                f"{error} (seed {seed})",
                period=error.period,
                field=error.field,
                periods=error.periods,
            ) from error
        # Books of many runs would fill the memory; run(...) gives one again.
        runs.append(dataclasses.replace(one, record=None))
        if progress is not None:
            progress(done, len(wanted))
    rows = []
    for one in runs:
        naive, best = _naive(world, one.seed), _yardstick(world, one.seed)
        if best <= naive:
            raise CrmError(
                f"With seed {one.seed} the {world.yardstick_kind} ({best:,}) is not "
                f"above the naive policy ({naive:,}): nothing can be scored here."
            )
        reached = (one.objective - naive) / (best - naive)
        rows.append((one.seed, one.objective, naive, best, reached))
    columns = ["seed", "policy", "naive", "yardstick", "score"]
    table = pd.DataFrame(rows, columns=columns)
    mean, low, high = interval(table["score"].to_numpy())
    return Score(
        name=runs[0].policy,
        mean=mean,
        low=low,
        high=high,
        yardstick_kind=world.yardstick_kind,
        table=table,
        runs=tuple(runs),
        source=runs[0].source,
    )


def compare(
    world: Any, policies: Mapping[str, Policy], *, seeds: Iterable[int]
) -> pd.DataFrame:
    """Compare policies with common random numbers.

    Args:
        world: its parameters.
        policies: name -> policy; the first is what the others are compared with.
        seeds: different integers.

    Returns:
        One row per policy, in the order given: objective (mean), its low and high, and
        difference to the first policy with the same seeds, its low and high (95 %).

    >>> from crmlib.simulation.inventory import Inventory, base_stock
    >>> players = {"six": base_stock(6), "eight": base_stock(8)}
    >>> table = compare(Inventory(n_periods=100), players, seeds=range(4))
    >>> bool(table.loc["eight", "difference_low"] > 0)
    True
    """
    wanted = _seeds(seeds)
    if not policies:
        raise CrmError("There are no policies to compare: give at least one by name.")
    reached = {
        name: np.array(
            [run(world, policy, seed=seed, name=name).objective for seed in wanted]
        )
        for name, policy in policies.items()
    }
    first = next(iter(reached.values()))
    rows = [
        (*interval(values), *interval(values - first)) for values in reached.values()
    ]
    columns = ["objective", "low", "high"]
    columns += ["difference", "difference_low", "difference_high"]
    return pd.DataFrame(rows, index=list(reached), columns=columns)


@dataclass(frozen=True, kw_only=True)
class Counterfactual:
    """What a field of the record is worth to a policy.

    Attributes:
        without: the fields that were taken away.
        mean: objective with them less objective without, mean over the seeds.
        low, high: its 95 % interval.
        share: mean in per cent of the objective with the fields.
        table: one row per seed: seed, with_field, without_field, difference.
    """

    without: tuple[str, ...]
    mean: float
    low: float
    high: float
    share: float
    table: pd.DataFrame = field(repr=False)

    def __repr__(self) -> str:
        return (
            f"{', '.join(self.without)}: worth {self.mean:,.0f} a run (95 % interval "
            f"{self.low:,.0f} to {self.high:,.0f}, {len(self.table)} seeds)."
        )


def counterfactual(
    world: Any,
    policy: Policy,
    *,
    without: str | Sequence[str],
    seeds: Iterable[int],
) -> Counterfactual:
    """Return what one field of the record is worth: same seeds with and without it.

    The policy plays twice with each seed. The second time the field says `UNKNOWN`
    everywhere (False for booleans, empty for tuples), and the policy has to cope.

    Args:
        world: its parameters.
        policy: as for `run`.
        without: one or more of the world's ``record_fields``.
        seeds: different integers.

    Raises:
        CrmError: the world's record has no such field.
        PolicyError: the policy failed, perhaps for want of the field.
    """
    names = (without,) if isinstance(without, str) else tuple(without)
    known = world.record_fields
    for name in names:
        if name not in known:
            raise CrmError(
                f"The record of {world.name} has no field {name!r}; there are: "
                f"{', '.join(known)}."
            )
    wanted = _seeds(seeds)
    called = _name(policy)

    def forgetful() -> Policy:
        decide = _fresh(policy)
        return lambda view: decide(
            dataclasses.replace(
                view, **{name: _unknown(getattr(view, name)) for name in names}
            )
        )

    kept = [run(world, policy, seed=seed).objective for seed in wanted]
    lost = [run(world, forgetful(), seed=s, name=called).objective for s in wanted]
    table = pd.DataFrame({"seed": wanted, "with_field": kept, "without_field": lost})
    table["difference"] = table["with_field"] - table["without_field"]
    mean, low, high = interval(table["difference"].to_numpy())
    share = 100 * mean / abs(table["with_field"].mean())
    return Counterfactual(
        without=names, mean=mean, low=low, high=high, share=share, table=table
    )


def _unknown(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        blank = np.zeros_like(value)
        for part in value.dtype.names or (None,):
            target = blank if part is None else blank[part]
            if target.dtype.kind == "i":
                target[...] = UNKNOWN
        return read_only(blank)
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return UNKNOWN
    return type(value)()


def _seeds(seeds: Iterable[int]) -> list[int]:
    wanted = [int(seed) for seed in seeds]
    if not wanted or len(set(wanted)) < len(wanted) or min(wanted) < 0:
        raise CrmError(
            "Seeds are different whole numbers from 0 up, at least one of them, such "
            f"as range(8); not {wanted}."
        )
    return wanted


@functools.lru_cache(maxsize=256)
def _naive(world: Any, seed: int) -> int:
    return run(world, world.naive(), seed=seed).objective


@functools.lru_cache(maxsize=256)
def _yardstick(world: Any, seed: int) -> int:
    return int(world.yardstick(seed))


# ------------------------------------------------------------------ hand in and rank


def write_score(score: Score, path: Path | str, *, name: str) -> None:
    """Write a score file that can be handed in (JSON).

    Args:
        score: as from `score`.
        path: file to write.
        name: of whoever hands it in.

    Raises:
        PolicyError: the policy's source is not known, or the text alone does not play
            as the policy did, because it uses names that are defined elsewhere.

    The file holds the policy's source, so whoever gets it can run it on other seeds.
    Before it is written the text plays once by itself, in a process of its own.
    """
    if score.source is None:
        raise PolicyError(
            f"The source of {score.name!r} is not known. Score a named function or a "
            "class, or the text of source_of(policy, helper, …)."
        )
    first = score.runs[0]
    world = first.world
    advice = (
        "Score the text of source_of(policy, every_function_it_uses, …) with "
        "isolated=True, and hand that in."
    )
    try:
        alone = run_isolated(world, score.source, seed=first.seed)
    except PolicyError as error:
        raise PolicyError(
            f"The policy does not run by itself: {error}. {advice}"
        ) from error
    if alone.digest != first.digest:
        raise PolicyError(f"By itself the policy plays otherwise. {advice}")
    content = {
        "format": "crm-score/1",
        "world": world.name,
        "parameters": _parameters(world),
        "name": name,
        "policy_name": score.name,
        "policy": score.source,
        "seeds": [one.seed for one in score.runs],
        "objectives": [one.objective for one in score.runs],
        "digests": [one.digest for one in score.runs],
        "score": score.mean,
        "low": score.low if math.isfinite(score.low) else None,
        "high": score.high if math.isfinite(score.high) else None,
    }
    _write_json(Path(path), content)


@dataclass(frozen=True, kw_only=True)
class Verified:
    """A score file, run again.

    Attributes:
        name: who handed it in.
        claimed: the score it claims.
        reproduced: whether its own seeds give the digests it claims.
        score: the score on the other seeds.
        note: what differs, in words; empty when nothing does.
    """

    name: str
    claimed: float
    reproduced: bool
    score: Score
    note: str


def verify(
    path: Path | str,
    *,
    seeds: Iterable[int],
    world: Any = None,
    again: bool = True,
    limits: Limits | None = None,
) -> Verified:
    """Run a score file on other seeds, with the policy in a process of its own.

    Args:
        path: the file handed in.
        seeds: seeds that the policy's author did not know.
        world: what to play; the file's world with its standard parameters by default.
        again: also play the seeds of the file and compare the digests.
        limits: on time and memory.

    Raises:
        DataNotFound: there is no such file.
        CrmError: it is not a score file.
        PolicyError: the policy failed.
    """
    content = _read_json(Path(path), "crm-score/1")
    theirs = _world(content["world"], content["parameters"])
    mine = type(theirs)() if world is None else world
    if mine.name != theirs.name:
        raise CrmError(f"{path} is of the world {theirs.name}, not of {mine.name}.")
    notes = [] if mine == theirs else ["it was played with other parameters"]
    play = functools.partial(run_isolated, limits=limits)
    reproduced = True
    if again:
        found = [
            play(theirs, content["policy"], seed=seed).digest
            for seed in _seeds(content["seeds"])
        ]
        reproduced = found == content["digests"]
        if not reproduced:
            notes.append("its own seeds give other results than it claims")
    scored = score(
        mine,
        content["policy"],
        seeds=seeds,
        name=content["policy_name"],
        isolated=True,
        limits=limits,
    )
    return Verified(
        name=str(content["name"]),
        claimed=float(content["score"]),
        reproduced=reproduced,
        score=scored,
        note="; ".join(notes),
    )


def board(
    folder: Path | str,
    *,
    seeds: Iterable[int],
    world: Any = None,
    limits: Limits | None = None,
) -> pd.DataFrame:
    """Rank the score files (``*.json``) of a folder on seeds of the instructor's.

    One bad file never stops the board: it stands at the end with what was wrong.

    Args:
        folder: where the files are.
        seeds: for all of them the same; keep them private.
        world: what to play; each file's world with its standard parameters by default.
        limits: on time and memory, for each run.

    Returns:
        place (equal scores share one; missing where not scored), name, score, low,
        high, claimed, note, file. Sorted by place, then file.

    Raises:
        DataNotFound: the folder holds no score file.
    """
    wanted = _seeds(seeds)
    files = sorted(Path(folder).glob("*.json"))
    if not files:
        raise DataNotFound(f"{folder} holds no score files (*.json).")
    rows: list[tuple[Any, ...]] = []
    for file in files:
        try:
            found = verify(file, seeds=wanted, world=world, again=False, limits=limits)
        except CrmError as error:
            rows.append((file.stem, None, None, None, None, str(error), file.name))
            continue
        one = found.score
        row = (one.mean, one.low, one.high, found.claimed, found.note, file.name)
        rows.append((found.name, *row))
    columns = ["name", "score", "low", "high", "claimed", "note", "file"]
    table = pd.DataFrame(rows, columns=columns)
    numbers = columns[1:5]
    table[numbers] = table[numbers].astype("float64")
    place = table["score"].rank(ascending=False, method="min").astype("Int64")
    table.insert(0, "place", place)
    return table.sort_values(["place", "file"], ignore_index=True)


def _parameters(world: Any) -> dict[str, Any]:
    return {one.name: getattr(world, one.name) for one in dataclasses.fields(world)}


def _world(name: str, parameters: Mapping[str, Any]) -> Any:
    if name not in WORLDS:
        raise CrmError(f"There is no world {name!r}; there are: {', '.join(WORLDS)}.")
    module, _, kind = WORLDS[name].partition(":")
    try:
        plain = {
            k: tuple(v) if isinstance(v, list) else v for k, v in parameters.items()
        }
        return getattr(import_module(module), kind)(**plain)
    except (TypeError, AttributeError) as error:
        raise CrmError(f"The parameters of {name} cannot be read: {error}.") from error


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


_NEEDED = {
    "crm-run/1": ("world", "parameters", "name", "policy", "seed", "digest"),
    "crm-score/1": (
        *("world", "parameters", "name", "policy_name", "policy", "seeds"),
        *("objectives", "digests", "score"),
    ),
}


def _read_json(path: Path, kind: str) -> dict[str, Any]:
    if not path.is_file():
        raise DataNotFound(f"There is no file {path}.")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or content.get("format") != kind:
        raise CrmError(f"{path.name} is not a file of the kind {kind}.")
    missing = [key for key in _NEEDED[kind] if key not in content]
    if missing:
        raise CrmError(f"{path.name} lacks {', '.join(missing)}.")
    return content
