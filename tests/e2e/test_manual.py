"""The manual pages are well-formed, and say what the program says."""
import pathlib
import re
import shutil
import subprocess

import pytest

from conftest import ROOT, candor

PAGES = sorted((ROOT / "docs" / "man").glob("*.1"))


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="mandoc is not installed")
@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_lint(page):
    done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", str(page)], capture_output=True)
    assert done.stdout + done.stderr == b""


def test_every_option_is_in_the_manual():
    page = (ROOT / "docs" / "man" / "candor-scan.1").read_text(encoding="utf-8")
    options = set(re.findall(r"--[a-z-]+", candor("scan", "--help").out.decode()))
    assert len(options) > 10
    for option in options - {"--help"}:
        assert f"Fl -{option[2:]}" in page, option
