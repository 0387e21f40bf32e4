"""A PostgreSQL server of our own, in a temporary folder, for tests and benchmarks.

Nothing but the binaries is taken from the machine. PostgreSQL refuses to run as root,
so under root it runs as the user `postgres` that Debian's package makes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

MISSING = (
    "this machine has no PostgreSQL server that tests could start: `make system-deps` "
    "installs it"
)
_PATIENCE = 60.0  # seconds


def binaries() -> Path | None:
    """Return the folder with initdb and postgres, newest version; None without one."""
    if os.name != "posix":
        return None
    if on_path := shutil.which("initdb"):
        folder = Path(on_path).resolve().parent
        if (folder / "postgres").exists():
            return folder
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    numbered = [(float(path.parts[-3]), path.parent) for path in found]
    return max(numbered)[1] if numbered else None


class Server:
    """A running server; `database` empties its database and returns the address."""

    def __init__(self, folder: Path, binaries: Path, *, fsync: bool) -> None:
        self.folder = folder
        self._fsync = "on" if fsync else "off"
        self._binaries = binaries
        # The folder's name must be short: a socket's path has at most 107 bytes.
        self._run: dict[str, Any] = {
            "cwd": folder,
            "env": {"LC_ALL": "C", "PATH": str(binaries)},
        }
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
            self._run |= {"user": "postgres", "group": "postgres", "extra_groups": []}
        self._process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """Make the cluster and start it."""
        self._call(
            "initdb", "-D", "data", "-U", "tester", "-A", "trust", "-E", "UTF8", "-N"
        )
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = ("listen_addresses=", "max_wal_size=1GB", f"fsync={self._fsync}")
        options = ["-D", "data", "-k", str(self.folder)]
        options += [part for setting in settings for part in ("-c", setting)]
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            # After a crash it refuses until the last of its processes is gone.
            if self._process is None or self._process.poll() is not None:
                with (self.folder / "log").open("ab") as log:
                    self._process = subprocess.Popen(
                        [self._binaries / "postgres", *options],
                        stdout=log,
                        stderr=log,
                        **self._run,
                    )
            time.sleep(0.1)
            with suppress(subprocess.CalledProcessError):
                self._call("pg_isready", "-q", "-h", str(self.folder))
                return
        self.crash()
        text = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"PostgreSQL did not start:\n{text[-2000:]}")

    def crash(self) -> None:
        """Kill the server; its other processes notice and go."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_PATIENCE)
            self._process = None

    def database(self) -> str:
        """Return the address of a database, emptied: one after the other may use it."""
        import psycopg

        # One for all: a new database is three hundred files.
        address = self._address()
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return address

    def _address(self) -> str:
        return f"postgresql://tester@/postgres?host={self.folder}"

    def _call(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._binaries / program, *arguments],
            check=True,
            capture_output=True,
            timeout=_PATIENCE,
            **self._run,
        )


@contextmanager
def running(*, fsync: bool = False) -> Iterator[Server]:
    """Give a running server, and take everything away afterwards.

    Without *fsync* it is quicker, and safe as long as the machine itself runs on.
    """
    found = binaries()
    if found is None:
        raise RuntimeError(MISSING)
    # Not pytest's own folder: only its owner may enter that, and it is deep.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = Server(folder, found, fsync=fsync)
    try:
        server.create()
        yield server
    finally:
        server.crash()
        shutil.rmtree(folder, ignore_errors=True)
