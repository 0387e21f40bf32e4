"""The boxes in which submissions run and are judged, seen from outside.

There are two: the students' box holds Python's environment, `crmlib` and the kit's
data, and nothing else that can be read; the judge's also holds `course` and all data,
for the hidden tests. Each is a fork server (`course.grading.boxed`), started by
bubblewrap without network and without rights.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import os
import shutil
import site
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import crmlib
from course.grading.boxed import wire
from crmlib.errors import CrmError

MEGABYTE = 1_000_000
_START_SECONDS = 120
GRACE_SECONDS = 4
"""How long a cell may take to hear that its time is up."""
PATIENCE = 4
"""How much longer than its seconds of work a cell may take by the clock."""

MISSING = (
    "There is no sandbox here: the program bubblewrap (bwrap) is missing, so the "
    "submissions would run with your own rights on this machine. Install it (on "
    "Debian and Ubuntu: apt install bubblewrap, or make system-deps), or say "
    "--no-sandbox if you trust every submission."
)
NOT_LINUX = (
    "There is no sandbox on this system: it needs Linux. Grade in a Linux container "
    "(the guide for instructors says how), or say --no-sandbox if you trust every "
    "submission: each notebook then gets a kernel of its own, as with plain nbgrader."
)


GONE = "the box has gone"
TROUBLE = "the sandbox could not be set up"


FORBIDDEN = (
    "There is no sandbox here: bubblewrap may not do its work on this system ({}). "
    "The guide for instructors says what to allow; or say --no-sandbox if you trust "
    "every submission."
)


class NoSandbox(CrmError):
    """Submissions cannot be kept apart here, and nobody has said that they need not."""


class Ended(Exception):
    """A boxed process has ended before its answer; the message says why."""


class Trouble(Exception):
    """A submission could not be run, by no fault of its own."""


class Lost(Trouble):
    """A whole box has ended, and with it work that was none of its fault."""

    def __init__(self, generation: int) -> None:
        super().__init__("the sandbox has ended")
        self.generation = generation


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Seconds of work of a cell (by the clock `PATIENCE` times as many, so that a busy
    machine costs nobody a point), and seconds by the clock of the notebook; megabytes
    of memory for each process, and of files; processes at one time; characters of text
    that are kept of each cell.
    """

    cell_seconds: int = 60
    notebook_seconds: int = 600
    memory_mb: int = 2000
    disk_mb: int = 64
    processes: int = 32
    output_chars: int = 200_000


def available() -> bool:
    """Say whether this machine can fork servers at all."""
    return sys.platform == "linux"


def check(*, sandbox: bool) -> None:
    """Raise `NoSandbox` if a sandbox is wanted that this machine does not have."""
    if not sandbox:
        return
    if not available():
        raise NoSandbox(NOT_LINUX)
    if shutil.which("bwrap") is None:
        raise NoSandbox(MISSING)
    words = ["bwrap", *_unshared(), "--ro-bind", "/", "/", "true"]
    tried = subprocess.run(words, capture_output=True, text=True, check=False)
    if tried.returncode:
        raise NoSandbox(FORBIDDEN.format(tried.stderr.strip() or "no reason given"))


# Inside the sandbox, where each student's process has a /tmp of its own.
_SCRATCH = "/tmp/scratch"


def _environment(role: str, home: str) -> dict[str, str]:
    """Return all that a box sees of the environment."""
    kept = {
        "HOME": home,
        "IPYTHONDIR": f"{home}/.ipython",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{home}/.matplotlib",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "TZ": os.environ.get("TZ", ""),
    }
    if role == "judge":
        kept["CRM_TERM_SEED"] = os.environ.get("CRM_TERM_SEED", "")
    return {name: value for name, value in kept.items() if value}


_BOOT = """
import importlib.util, sys
sys.path[:0] = {path!r}
spec = importlib.util.spec_from_file_location(
    "boxed", {place!r} + "/__init__.py", submodule_search_locations=[{place!r}])
sys.modules["boxed"] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
from boxed import server
server.main({handle}, {role!r})
"""


def _command(role: str, handle: int, *, sandbox: bool) -> list[str]:
    boxed = Path(__file__).parent / "boxed"
    place = "/grader/boxed" if sandbox else str(boxed)
    path = ["/kit"] if sandbox else [str(Path(crmlib.__file__).parent.parent)]
    code = _BOOT.format(path=path, place=place, handle=handle, role=role)
    python = [sys.executable, "-s", "-c", code]
    if not sandbox:
        return python
    library = Path(crmlib.__file__).resolve().parent
    bwrap = [
        "bwrap",
        *_unshared(),
        "--die-with-parent",
        "--new-session",
        "--hostname",
        "box",
        "--cap-drop",
        "ALL",
    ]
    if _as_root():
        # Without a user namespace of its own, so that each student's process can
        # become a user of its own; those are the only rights that are left.
        for right in ("CAP_SETUID", "CAP_SETGID", "CAP_KILL"):
            bwrap += ["--cap-add", right]
    bwrap += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    for place in _system_places():
        bwrap += [*_ancestors(place), "--ro-bind", place, place]
    for link in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        path_to = Path("/", link)
        if path_to.is_symlink():
            bwrap += ["--symlink", str(path_to.readlink()), str(path_to)]
        elif path_to.is_dir():
            bwrap += ["--ro-bind", str(path_to), str(path_to)]
    for folder in ("/grader", "/kit"):
        bwrap += ["--perms", "0755", "--dir", folder]
    bwrap += ["--ro-bind", str(boxed), "/grader/boxed"]
    bwrap += ["--ro-bind", str(library), "/kit/crmlib"]
    data = data_folder(library)
    inside = "/kit/crmlib/_datasets" if data.parent == library else "/kit/datasets"
    if data.parent != library:
        bwrap += ["--ro-bind", str(data), inside]
    if role == "student":
        if (data / "truth").is_dir():
            bwrap += ["--tmpfs", f"{inside}/truth"]
        for folder in site.getsitepackages():
            # An installed copy lies there, with all that graders need.
            for name in ("course", "crmlib"):
                if Path(folder, name).is_dir():
                    bwrap += ["--tmpfs", f"{folder}/{name}"]
    else:
        bwrap += ["--ro-bind", str(Path(__file__).parent.parent), "/kit/course"]
    # The last of the writable places is that of each process alone.
    bwrap += ["--remount-ro", "/", "--chdir", "/tmp"]
    return [*bwrap, "--", *python]


def _unshared() -> list[str]:
    kinds = ["pid", "net", "ipc", "uts", "cgroup-try"]
    if not _as_root():
        kinds.append("user")
    return [f"--unshare-{kind}" for kind in kinds]


def _ancestors(place: str) -> list[str]:
    """Make the folders above a mount as others may pass them."""
    words: list[str] = []
    for folder in reversed(Path(place).parents[:-1]):
        words += ["--perms", "0755", "--dir", str(folder)]
    return words


def _as_root() -> bool:
    """Say whether each student's process can become a user of its own.

    Only root can do that, and only if others may read Python's environment.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    needed = [*_system_places(), crmlib.__file__, __file__]
    return all(Path(place).stat().st_mode & 0o004 for place in needed)


def _system_places() -> list[str]:
    """Return what Python needs, and no more: none of it is the instructor's."""
    wanted = [
        "/usr",
        "/etc/ld.so.cache",
        "/etc/fonts",
        "/etc/localtime",
        "/etc/alternatives",
        sys.prefix,
        sys.base_prefix,
        str(Path(sys.base_prefix).resolve()),
        str(Path(sys.executable).resolve().parent.parent),
    ]
    found: list[str] = []
    for place in wanted:
        covered = any(
            place == other or place.startswith(other.rstrip("/") + "/")
            for other in found
        )
        if Path(place).exists() and place != "/" and not covered:
            found.append(place)
    return found


def _below_tmp(place: str) -> bool:
    """Say whether a student's own /tmp would hide the place."""
    return place.startswith(("/tmp/", "/dev/shm/"))


def data_folder(library: Path) -> Path:
    """Return the folder that `crmlib.datasets` reads."""
    given = os.environ.get("CRM_DATA")
    places = [Path(given)] if given else []
    places += [library / "_datasets", library.parent / "datasets"]
    return next((place for place in places if place.is_dir()), places[-1]).resolve()


class Box:
    """A running fork server; use it with `with`."""

    def __init__(self, role: str, *, sandbox: bool) -> None:
        self.role, self.sandbox = role, sandbox
        self._numbers = itertools.count(1)
        self._ended: dict[int, tuple[threading.Event, list[str]]] = {}
        self._lock = threading.Lock()
        self._start()

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._log = tempfile.TemporaryFile()  # noqa: SIM115
        # Without a sandbox the settings of whoever grades must be kept out as well.
        self._home = None if self.sandbox else tempfile.TemporaryDirectory()
        home = _SCRATCH if self._home is None else self._home.name
        self._process = subprocess.Popen(
            _command(self.role, theirs.fileno(), sandbox=self.sandbox),
            pass_fds=[theirs.fileno()],
            env=_environment(self.role, home),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        theirs.close()
        self._control = ours

    def wait_until_ready(self) -> None:
        """Wait for the server; raise `NoSandbox` with its own words if it fails."""
        self._control.settimeout(_START_SECONDS)
        try:
            ready = bool(self._control.recv(65536))
        except TimeoutError:
            ready = False
        if not ready:
            self._log.seek(0)
            said = self._log.read().decode("utf-8", "replace").strip().splitlines()
            self.close()
            raise NoSandbox(FORBIDDEN.format(said[-1] if said else "no reason given"))
        self._control.settimeout(None)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                data = self._control.recv(65536)
            except OSError:
                data = b""
            if not data:
                break
            told = json.loads(data)
            known = self._ended.get(told.get("job"))
            if known is not None and "ended" in told:
                known[1].append(told["ended"])
                known[0].set()
        for event, why in list(self._ended.values()):
            why.append(GONE)
            event.set()

    def start(self, limits: Limits, *, scratch: str, slot: int) -> Child:
        """Fork a child; *slot* numbers those that run at the same time."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        number = next(self._numbers)
        self._ended[number] = (threading.Event(), [])
        asked = {
            "do": "start",
            "job": number,
            "spaces": self.sandbox and self.role == "student",
            "uid": 61_000 + slot if _as_root() else None,
            "scratch": scratch,
            "kept": [place for place in _system_places() if _below_tmp(place)],
            "seconds": limits.notebook_seconds,
            "memory": limits.memory_mb * MEGABYTE,
            "disk": limits.disk_mb * MEGABYTE,
            "processes": limits.processes,
        }
        with theirs, self._lock:
            try:
                socket.send_fds(
                    self._control, [json.dumps(asked).encode()], [theirs.fileno()]
                )
            except OSError as error:
                raise Ended(GONE) from error
        return Child(self, number, ours)

    def end(self, number: int) -> str:
        """End a child with all that it started; return why it ended."""
        event, why = self._ended[number]
        if not event.is_set():
            with self._lock, contextlib.suppress(OSError):
                self._control.send(json.dumps({"do": "end", "job": number}).encode())
            event.wait(10)
        del self._ended[number]
        return why[0] if why else "ended"

    def reason(self, number: int) -> str:
        """Say why a child ended that has just stopped answering."""
        event, why = self._ended[number]
        event.wait(2)
        return why[0] if why else "ended"

    def close(self) -> None:
        """End the server and all its children."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        self._control.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        if self._home is not None:
            self._home.cleanup()

    def __enter__(self) -> Box:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Child:
    """The line to one forked process."""

    def __init__(self, box: Box, number: int, channel: socket.socket) -> None:
        self._box, self._number, self._channel = box, number, channel

    def send(self, message: dict[str, Any], handle: int | None = None) -> None:
        """Send a message, with a handle if there is one."""
        try:
            with contextlib.suppress(BlockingIOError):
                handles = [] if handle is None else [handle]
                self._channel.settimeout(30)
                socket.send_fds(self._channel, [b"!"], handles)
                wire.send_json(self._channel, message)
        except (OSError, wire.Closed) as error:
            raise Ended(self._why(str(error))) from None

    def receive(self, seconds: float) -> Any:
        """Receive the answer; raise `TimeoutError` if none comes in time."""
        # The limit is for the whole answer, not for each of its parts.
        timer = threading.Timer(seconds, self._cut)
        self._late = False
        timer.start()
        try:
            self._channel.settimeout(seconds + 1)
            answer = wire.receive_json(self._channel)
        except (OSError, wire.Closed) as error:
            if self._late or isinstance(error, TimeoutError):
                raise TimeoutError from None
            raise Ended(self._why(str(error))) from None
        finally:
            timer.cancel()
        if isinstance(answer, dict) and "trouble" in answer:
            raise Ended(f"{TROUBLE} ({answer['trouble']})")
        return answer

    def _cut(self) -> None:
        self._late = True
        with contextlib.suppress(OSError):
            self._channel.shutdown(socket.SHUT_RDWR)

    def _why(self, otherwise: str) -> str:
        why = self._box.reason(self._number)
        return otherwise if why == "ended" else why

    def end(self) -> str:
        """End the process with all that it started."""
        self._channel.close()
        return self._box.end(self._number)


class Boxes:
    """Both boxes; use it with `with`."""

    def __init__(self, *, sandbox: bool) -> None:
        check(sandbox=sandbox)
        self.sandbox = sandbox
        self.generation = 0
        self._slots = itertools.count()
        self._free: list[int] = []
        self._lock = threading.Lock()
        self._start()

    def _start(self) -> None:
        self.students = Box("student", sandbox=self.sandbox)
        try:
            self.judges = Box("judge", sandbox=self.sandbox)
            self.students.wait_until_ready()
            self.judges.wait_until_ready()
            self._try_out()
        except BaseException:
            self.close()
            raise

    def _try_out(self) -> None:
        """See that a student's process can have what it needs."""
        # It can write, and still see Python and its packages.
        source = "import os, pandas; open('a', 'w').close(); open(os.__file__).close()"
        source += "; open(pandas.__file__).close(); print('all')"
        asked = {"do": "run", "source": source, "text_limit": 1000}
        asked |= {"seconds": 60, "wall": _START_SECONDS}
        child = self.students.start(Limits(), scratch=tempfile.gettempdir(), slot=0)
        try:
            child.send(asked)
            outputs = child.receive(_START_SECONDS)["outputs"]
        except (Ended, TimeoutError) as error:
            raise NoSandbox(FORBIDDEN.format(error)) from None
        finally:
            child.end()
        if [output.get("text") for output in outputs] != ["all\n"]:
            raise NoSandbox(FORBIDDEN.format(str(outputs)[-300:]))

    def renew(self, generation: int) -> None:
        """Start both boxes again, unless somebody has done so since *generation*."""
        with self._lock:
            if generation == self.generation:
                self.close()
                self._start()
                self.generation += 1

    @contextlib.contextmanager
    def student(self, limits: Limits, files: dict[str, bytes]) -> Iterator[Child]:
        """Fork a student's process with *files* in its working folder."""
        with self._lock:
            slot = self._free.pop() if self._free else next(self._slots)
        scratch = None if self.sandbox else tempfile.mkdtemp(prefix="crm-")
        child = self.students.start(limits, scratch=scratch or "", slot=slot)
        try:
            if files:
                texts = {
                    name: base64.b64encode(data).decode("ascii")
                    for name, data in files.items()
                }
                child.send({"do": "files", "files": texts})
            yield child
        finally:
            child.end()
            if scratch is not None:
                shutil.rmtree(scratch, ignore_errors=True)
            with self._lock:
                self._free.append(slot)

    @contextlib.contextmanager
    def judge(self, limits: Limits) -> Iterator[Child]:
        """Fork a judge."""
        child = self.judges.start(limits, scratch="", slot=0)
        try:
            yield child
        finally:
            child.end()

    def close(self) -> None:
        """End both."""
        for box in ("students", "judges"):
            if hasattr(self, box):
                getattr(self, box).close()

    def __enter__(self) -> Boxes:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def files_of(folders: Iterable[Path], *, most: int = 20 * MEGABYTE) -> dict[str, bytes]:
    """Read what lies beside a notebook, for the student's working folder.

    Later folders win; notebooks and what exceeds *most* bytes in all are left out.
    """
    found: dict[str, bytes] = {}
    left = most
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix == ".ipynb" or path.is_symlink() or not path.is_file():
                continue
            size = path.stat().st_size
            if size <= left:
                left -= size
                found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found
