"""`crm-course lab`: the address it prints leads to the welcome notebook."""

import re
import subprocess

import pytest

from course import lab
from crmlib.errors import CrmError


def test_the_address_it_prints_opens_the_welcome_notebook():
    server = subprocess.Popen(
        lab.command("--ServerApp.ip=127.0.0.1", browser=False),
        cwd=lab.ROOT,
        env=lab.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        address = None
        for line in server.stdout:
            if address := re.search(r"http://127\.0\.0\.1:\S+", line):
                break
        assert address, "JupyterLab ended without printing an address"
        path = lab.WELCOME.as_posix()
        assert f"/lab/tree/{path}?token=" in address[0]
    finally:
        server.terminate()
        server.wait(timeout=30)


def test_without_the_notebook_it_says_how_to_make_it(tmp_path):
    with pytest.raises(CrmError, match="crm-course notebooks"):
        lab.command(root=tmp_path)
