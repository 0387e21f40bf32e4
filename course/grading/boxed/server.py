"""The fork server: has imported everything, and forks a process for each notebook.

Run inside a box (see `course.grading.box`). Each child gets namespaces and limits of
its own, so that it sees none of its like, and all that it started ends with it.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import resource
import select
import signal
import socket
from typing import Any

_NEW_NS, _NEW_IPC, _NEW_USER, _NEW_PID, _NEW_NET, _NEW_UTS = (
    0x00020000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
    0x04000000,
)
_SPACES = _NEW_NS | _NEW_IPC | _NEW_USER | _NEW_PID | _NEW_NET | _NEW_UTS
_MS_NOSUID, _MS_NODEV, _MS_BIND = 2, 4, 0x1000
_MS_REC, _MS_PRIVATE = 0x4000, 0x40000
_PDEATHSIG, _DUMPABLE, _CAPBSET_DROP, _NO_NEW_PRIVS = 1, 4, 24, 38

_libc = ctypes.CDLL(None, use_errno=True)


class Job:
    """A running child."""

    def __init__(self, number: int, pid: int, asked: dict[str, Any]) -> None:
        self.number, self.pid, self.asked = number, pid, asked
        self.why = "ended"


def main(handle: int, role: str) -> None:
    """Serve the socket *handle* until its other end closes."""
    control = socket.socket(fileno=handle)
    from . import judge, shell, student

    (student if role == "student" else judge).prepare()
    made: Any = shell.make()
    shell.inline_figures(made)
    made.run_cell("1")
    made.reset(new_session=True)
    shell.tape.clear()
    gc.collect()
    gc.freeze()
    Server(control, role, made).serve()


class Server:
    """Starts jobs, watches over them, ends them."""

    def __init__(self, control: socket.socket, role: str, shell: Any) -> None:
        self.control, self.role, self.shell = control, role, shell
        self.jobs: dict[int, Job] = {}
        self.wake, self.waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.rest = _processes().get(os.getpid(), (0, 0))[1]
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
            self.space = int(file.read().split()[0]) * resource.getpagesize()

    def serve(self) -> None:
        """Do what the control socket asks for."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.waker, warn_on_full_buffer=False)
        self.tell({"ready": True})
        while True:
            wait = 0.1 if self.jobs else None
            sources: list[Any] = [self.control, self.wake]
            ready, _, _ = select.select(sources, [], [], wait)
            if self.wake in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self.wake, 4096)
            if self.control in ready:
                data, handles, _, _ = socket.recv_fds(self.control, 65536, 4)
                if not data:
                    break
                asked = json.loads(data)
                if asked["do"] == "start":
                    self.start(asked, handles[0])
                elif asked["job"] in self.jobs:
                    self.end(self.jobs[asked["job"]], "ended")
            self.reap()
            if self.role == "student":
                self.watch()
        for job in list(self.jobs.values()):
            self.end(job, "ended")

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message to whoever started this server."""
        with contextlib.suppress(OSError):
            self.control.send(json.dumps(message).encode("ascii"))

    def start(self, asked: dict[str, Any], handle: int) -> None:
        """Fork a child that serves the socket *handle*."""
        pid = os.fork()
        if pid == 0:
            try:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                self.control.close()
                os.close(self.wake)
                os.close(self.waker)
                self.child(asked, handle)
            except BaseException as error:
                _complain(handle, error)
            finally:
                os._exit(0)
        os.close(handle)
        self.jobs[asked["job"]] = Job(asked["job"], pid, asked)

    def child(self, asked: dict[str, Any], handle: int) -> None:
        """Become the child that *asked* describes; never returns."""
        os.setsid()
        _die_with_parent()
        from . import judge, student

        channel = socket.socket(fileno=handle)
        if self.role == "judge":
            _bound(asked, self.space, processes=False)
            judge.main(channel, self.shell)
            os._exit(0)
        if asked["spaces"]:
            _enter_spaces(asked, channel)
        else:
            os.chdir(asked["scratch"])
        _bound(asked, self.space, processes=asked["spaces"])
        _quiet()
        student.main(channel, self.shell)
        os._exit(0)

    def reap(self) -> None:
        """Take note of the children that have ended."""
        by_pid = {job.pid: job for job in self.jobs.values()}
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            job = by_pid.get(pid)
            if job is not None:
                self.jobs.pop(job.number, None)
                self.tell({"job": job.number, "ended": job.why})

    def end(self, job: Job, why: str) -> None:
        """End a child with all that it started."""
        job.why = why
        group = [job.pid]
        if not job.asked["spaces"]:
            group += _descendants(job.pid)
            with contextlib.suppress(OSError):
                os.killpg(job.pid, signal.SIGKILL)
        for pid in group:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)

    def watch(self) -> None:
        """End children that use too much memory or too many processes in all."""
        if not self.jobs:
            return
        table = _processes()
        for job in list(self.jobs.values()):
            family = [pid for pid in _descendants(job.pid, table) if pid in table]
            used = sum(max(table[pid][1] - self.rest, 0) for pid in family)
            # The student's process and its copy for a test may use it each.
            if used > job.asked["memory"] * 2.2:
                self.end(job, "memory")
            # Two of them are keepers of the namespaces.
            elif len(family) > job.asked["processes"] + 4:
                self.end(job, "processes")


def _processes() -> dict[int, tuple[int, int]]:
    """Return the parent and the bytes in memory of each process that can be seen."""
    found = {}
    page = resource.getpagesize()
    for name in os.listdir("/proc"):  # noqa: PTH208
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="latin-1") as file:  # noqa: PTH123
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(name)] = (int(fields[1]), int(fields[21]) * page)
    return found


def _descendants(
    pid: int, table: dict[int, tuple[int, int]] | None = None
) -> list[int]:
    table = _processes() if table is None else table
    children: dict[int, list[int]] = {}
    for each, (parent, _) in table.items():
        children.setdefault(parent, []).append(each)
    found, left = [], [pid]
    while left:
        for child in children.get(left.pop(), []):
            found.append(child)
            left.append(child)
    return found


def _check(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _die_with_parent() -> None:
    before = os.getppid()
    _libc.prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != before:
        os._exit(1)


def _enter_spaces(asked: dict[str, Any], channel: socket.socket) -> None:
    """Give this process namespaces of its own; what returns is its second child.

    The first child is the namespace's process 1: when the student's process ends, it
    ends too, and the kernel ends whatever else was started.
    """
    if asked["uid"] is not None:
        uid = asked["uid"]
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        _die_with_parent()
    uid, gid = os.getuid(), os.getgid()
    _libc.prctl(_DUMPABLE, 1, 0, 0, 0)
    _check(_libc.unshare(_SPACES), "unshare")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {uid} 1")
    _write("/proc/self/gid_map", f"{gid} {gid} 1")
    pid = os.fork()
    if pid:
        channel.close()
        _wait_for(pid)
    _die_with_parent()
    private = _MS_REC | _MS_PRIVATE
    _check(_libc.mount(b"none", b"/", None, private, None), "private mounts")
    # Where Python's environment itself lies below /tmp, it is put back over there.
    kept = [(place, os.open(place, os.O_PATH)) for place in asked["kept"]]
    scratch = f"size={asked['disk']},nr_inodes=8192,mode=0700".encode()
    safe = _MS_NOSUID | _MS_NODEV
    for place, options in (
        (b"/tmp", scratch),
        (b"/dev/shm", scratch),
        (b"/proc", b"size=4096,mode=0555"),
    ):
        if place == b"/proc":
            _put_back(kept)
        _check(
            _libc.mount(b"tmpfs", place, b"tmpfs", safe, options), f"mount {place!r}"
        )
    os.mkdir(os.environ["HOME"])  # noqa: PTH102
    os.chdir(os.environ["HOME"])
    pid = os.fork()
    if pid:
        channel.close()
        _drop_rights()
        _libc.prctl(_DUMPABLE, 0, 0, 0, 0)
        _wait_for(pid)
    _drop_rights()
    _libc.prctl(_DUMPABLE, 0, 0, 0, 0)


def _put_back(kept: list[tuple[str, int]]) -> None:
    """Bind folders that are open to where they were before something hid them."""
    for place, handle in kept:
        os.makedirs(place, exist_ok=True)  # noqa: PTH103
        source = f"/proc/self/fd/{handle}".encode()
        bound = _libc.mount(source, place.encode(), None, _MS_BIND | _MS_REC, None)
        _check(bound, f"bind {place}")
        os.close(handle)


def _write(path: str, text: str) -> None:
    handle = os.open(path, os.O_WRONLY)
    try:
        os.write(handle, text.encode("ascii"))
    finally:
        os.close(handle)


def _wait_for(pid: int) -> None:
    for number in range(1, signal.NSIG):
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
    while True:
        try:
            ended, _ = os.waitpid(-1, 0)
        except ChildProcessError:
            os._exit(0)
        if ended == pid:
            os._exit(0)


def _drop_rights() -> None:
    """Give up all capabilities, for good."""
    for number in range(64):
        _libc.prctl(_CAPBSET_DROP, number, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)()
    _check(_libc.capset(header, data), "capset")
    _check(_libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def _bound(asked: dict[str, Any], space: int, *, processes: bool) -> None:
    """Set the limits of this process, and of those that it will start.

    *space* is what it has of addresses already, by being a copy of the server.
    """
    limits = [
        (resource.RLIMIT_AS, space + asked["memory"]),
        (resource.RLIMIT_FSIZE, asked["disk"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CPU, asked["seconds"] + 60),
    ]
    if processes:
        limits.append((resource.RLIMIT_NPROC, asked["processes"]))
    for which, most in limits:
        _, hard = resource.getrlimit(which)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(which, (most, most))


def _quiet() -> None:
    """Let nothing but the channel lead outside."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1, 2):
        os.dup2(nowhere, handle)
    if nowhere > 2:
        os.close(nowhere)


def _complain(handle: int, error: BaseException) -> None:
    """Say over the channel why the child could not begin."""
    from . import wire

    with contextlib.suppress(Exception):
        channel = socket.socket(fileno=handle)
        wire.send_json(channel, {"trouble": f"{type(error).__name__}: {error}"})
