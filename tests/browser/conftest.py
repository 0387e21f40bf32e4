"""A JupyterLab on this machine alone, and a real browser to look at it."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from course import lab
from course.term import ROOT

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address, its token, the copy of the kit it shows."""

    address: str
    token: str
    root: Path

    def url(self, path: str) -> str:
        return f"{self.address}/{path}?token={self.token}"


@pytest.fixture(scope="session")
def jupyter_lab(
    chromium: str, free_port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lab]:
    """JupyterLab on a copy of the notebooks, so that nothing is changed."""
    home = tmp_path_factory.mktemp("jupyter")
    root = tmp_path_factory.mktemp("kit")
    for room in ("chapters", "exercises", "solutions"):
        shutil.copytree(ROOT / room, root / room)
    (root / "class").mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", root)
    token = secrets.token_hex(16)
    command = lab.command(
        f"--ServerApp.port={free_port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.ip=127.0.0.1",
        f"--IdentityProvider.token={token}",
        "--LabApp.expose_app_in_browser=True",
        browser=False,
        root=root,
    )
    environment = dict(
        lab.environment(),
        JUPYTER_CONFIG_DIR=str(home / "config"),
        JUPYTER_DATA_DIR=str(home / "data"),
        JUPYTER_RUNTIME_DIR=str(home / "runtime"),
        JUPYTERLAB_SETTINGS_DIR=str(home / "settings"),
        JUPYTERLAB_WORKSPACES_DIR=str(home / "workspaces"),
    )
    with (home / "log.txt").open("w") as log:
        server = subprocess.Popen(
            command, cwd=root, env=environment, stdout=log, stderr=log
        )
        running = Lab(f"http://127.0.0.1:{free_port}", token, root)
        try:
            _wait_for(running.url("api/status"), server, home / "log.txt")
            yield running
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture
def page(chromium: str, jupyter_lab: Lab) -> Iterator[Page]:
    """A fresh page that may talk to this machine only."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=list(QUIET))
        page = browser.new_page(viewport={"width": 1280, "height": 960})
        page.set_default_timeout(60_000)
        strangers: list[str] = []

        def only_here(route, request):
            if request.url.startswith((jupyter_lab.address, "data:", "blob:")):
                route.continue_()
            else:
                strangers.append(request.url)
                route.abort()

        page.route("**/*", only_here)
        yield page
        browser.close()
        assert not strangers, f"the page asked the network for {strangers}"
