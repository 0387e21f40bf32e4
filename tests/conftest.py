"""What all tests share: programs a machine may lack, and notebooks left to others."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Submissions and fixtures are opened by tests; only chapters are compared by nbval.
collect_ignore_glob = [
    "*.ipynb",
    "*conftest.py",
    "sample_class/*",
    "bank/*",
    "hostile/*",
]

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")


def pytest_configure(config: pytest.Config) -> None:
    """Compare chapters' outputs with the stored ones only on the locked versions."""
    from course.notebooks import locked_here

    if not locked_here():
        config.option.nbval_lax = True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """With REQUIRE=all a skipped test is a failed one."""
    report = yield
    if os.environ.get("REQUIRE") == "all" and report.skipped:
        where, line, reason = report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{where}:{line}: skipped, but REQUIRE=all: {reason}"
    return report


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium browser; the test is skipped, in words, without one."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        pytest.skip("this machine has no chromium: `make system-deps` installs it")
    return path


@pytest.fixture(scope="session")
def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
