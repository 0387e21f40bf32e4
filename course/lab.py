"""Open JupyterLab on the welcome notebook."""

from __future__ import annotations

import os
import subprocess
import sys
import webbrowser
from pathlib import Path

from course.term import ROOT
from crmlib.errors import CrmError

WELCOME = Path("chapters") / "00_welcome.ipynb"


def command(*extra: str, browser: bool | None = None, root: Path = ROOT) -> list[str]:
    """Return the command that opens JupyterLab on the welcome notebook.

    With *browser* false, or when this machine has none, JupyterLab only prints the
    address to open.
    """
    if not (root / WELCOME).exists():
        raise CrmError(
            f"{WELCOME} is missing from {root}. `crm-course notebooks` makes it."
        )
    if browser is None:
        browser = _has_browser()
    return [
        *(sys.executable, "-m", "jupyterlab"),
        f"--ServerApp.root_dir={root}",
        # as the default address, so that the one printed leads there, too
        f"--LabApp.default_url=/lab/tree/{WELCOME.as_posix()}",
        *([] if browser else ["--no-browser"]),
        # in a container one is root, and Jupyter would refuse to start
        *(["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []),
        *extra,
    ]


def _has_browser() -> bool:
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def environment() -> dict[str, str]:
    """Return the environment variables that JupyterLab is started with."""
    # nbgrader starts `alembic` by its bare name, so its folder must be on PATH
    path = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    # our settings: no news and no look for updates, which would ask the network
    settings = [str(ROOT / "course" / "jupyter"), os.environ.get("JUPYTER_CONFIG_PATH")]
    return dict(
        os.environ,
        PATH=os.pathsep.join(path),
        JUPYTER_CONFIG_PATH=os.pathsep.join(filter(None, settings)),
    )


def run(*extra: str) -> int:
    """Start JupyterLab in the repository's folder and wait until it ends."""
    try:
        return subprocess.call(command(*extra), cwd=ROOT, env=environment())
    except KeyboardInterrupt:
        return 0
